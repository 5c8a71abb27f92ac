//! Pages as `scanstrasse ocr --format json` writes them, read back.

use serde::Deserialize;

use crate::model::{
    Barcode, Blank, ColourMode, Degrees, Digest, ImageCodec, ImageStream, PageImage, PageRecord, PixelBox, Placement,
    Point, Quad, QuarterTurn, Resolution, TextLine, Word,
};

/// Most pixels along a side of a page.
const MAX_SIDE: u32 = 1 << 20;

/// A file is not what `ocr --format json` writes.
#[derive(Debug, thiserror::Error)]
pub enum PageJsonError {
    /// Its form is another. The reason names keys and places, never texts of the page.
    #[error("not as `scanstrasse ocr --format json` writes it, line {line}, column {column}")]
    Form {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Sizes or resolutions that no page has.
    #[error("page {0} has a size or a resolution that no page has")]
    Size(usize),
}

#[derive(Deserialize)]
struct File {
    pages: Vec<Page>,
}

#[derive(Deserialize)]
struct Page {
    width_px: u32,
    height_px: u32,
    dpi: f32,
    dpi_y: Option<f32>,
    #[serde(default)]
    orientation_deg: QuarterTurn,
    #[serde(default)]
    mirrored: bool,
    #[serde(default)]
    skew_deg: f32,
    blank: Blank,
    #[serde(default)]
    barcodes: Vec<Barcode>,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "box")]
    edges: PixelBox,
    #[serde(default)]
    starts_block: bool,
    words: Vec<Printed>,
}

#[derive(Deserialize)]
struct Printed {
    text: String,
    #[serde(rename = "box")]
    edges: PixelBox,
    confidence: f32,
}

/// The pages of a file. Their pictures are unknown: they are for reading only.
///
/// # Errors
/// The text is not such a file.
pub fn pages_of_json(text: &[u8]) -> Result<Vec<PageRecord>, PageJsonError> {
    let file: File = serde_json::from_slice(text)
        .map_err(|error| PageJsonError::Form { line: error.line(), column: error.column() })?;
    file.pages.into_iter().enumerate().map(|(index, page)| record(page).ok_or(PageJsonError::Size(index + 1))).collect()
}

fn record(page: Page) -> Option<PageRecord> {
    let (x_dpi, y_dpi) = (page.dpi, page.dpi_y.unwrap_or(page.dpi));
    let sound = |side: u32, dpi: f32| (1..=MAX_SIDE).contains(&side) && (1.0..=1e5).contains(&dpi);
    if !sound(page.width_px, x_dpi) || !sound(page.height_px, y_dpi) {
        return None;
    }
    let size = (page.width_px, page.height_px);
    let placement = Placement { mirrored: page.mirrored, turn: page.orientation_deg };
    let to_scan = placement.to_scan(size);
    let upright = to_scan.inverse()?;
    // The corners of a word in the order of its reader, who sees the page upright.
    let quad = |edges: PixelBox| {
        let corners =
            [Point { x: edges.x0, y: edges.y0 }, Point { x: edges.x1, y: edges.y1 }].map(|p| upright.apply(p));
        Quad::from_box(Quad([corners[0], corners[1], corners[0], corners[1]]).bounds()).map(&to_scan)
    };
    let digest = Digest::of(b"");
    let lines = page.lines.into_iter().map(|line| TextLine {
        quad: quad(line.edges),
        starts_block: line.starts_block,
        words: line
            .words
            .into_iter()
            .map(|word| Word { text: word.text, quad: quad(word.edges), confidence: word.confidence })
            .collect(),
    });
    Some(PageRecord {
        width_px: page.width_px,
        height_px: page.height_px,
        resolution: Resolution { x_dpi, y_dpi, assumed: false },
        colour: ColourMode::Grey,
        placement,
        skew: Degrees(page.skew_deg),
        blank: page.blank,
        barcodes: page.barcodes,
        patch_codes: Vec::new(),
        lines: lines.collect(),
        image: PageImage {
            codec: ImageCodec::Jpeg { components: 1 },
            width_px: page.width_px,
            height_px: page.height_px,
            stream: ImageStream::Stored { digest, len: 0 },
            digest,
            original: false,
        },
    })
}
