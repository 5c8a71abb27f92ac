//! Empty sheets for the tests of this room.

use crate::model::{
    Blank, ColourMode, Degrees, Digest, ImageCodec, ImageStream, PageImage, PageRecord, Placement, Resolution,
};

/// A page of so many pixels that says nothing.
pub(super) fn sheet(width_px: u32, height_px: u32, dpi: f32) -> PageRecord {
    let digest = Digest::of(b"");
    PageRecord {
        width_px,
        height_px,
        resolution: Resolution { x_dpi: dpi, y_dpi: dpi, assumed: false },
        colour: ColourMode::Grey,
        placement: Placement::default(),
        skew: Degrees(0.0),
        blank: Blank { is_blank: false, ink_share: 0.1 },
        barcodes: vec![],
        patch_codes: vec![],
        lines: vec![],
        image: PageImage {
            codec: ImageCodec::Jpeg { components: 1 },
            width_px,
            height_px,
            stream: ImageStream::Stored { digest, len: 0 },
            digest,
            original: false,
        },
    }
}
