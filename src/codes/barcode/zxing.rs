//! The reader, zxing-cpp, which is linked in: C++ that parses pixels, and does so within the worker's sandbox only.

use zxingcpp::{BarcodeFormat, BarcodeReader, ImageFormat, ImageView, TextMode};

use super::Read;
use super::regions::Region;
use crate::codes::{BarcodeKind, CodesError};
use crate::model::{Barcode, Point, Quad, QuarterTurn};
use crate::raster::Grey;

/// zxing-cpp, set up.
pub(super) struct Reader {
    reader: BarcodeReader,
}

impl Reader {
    pub(super) fn new(kinds: &[BarcodeKind]) -> Self {
        let formats: Vec<BarcodeFormat> = kinds.iter().flat_map(|&kind| formats_of(kind)).copied().collect();
        Self { reader: zxingcpp::read().formats(&formats).text_mode(TextMode::Plain) }
    }

    /// What is read in a region of `page`, which was reduced by `factor`; places are pixels of the page that it was.
    ///
    /// # Errors
    /// zxing-cpp refused the picture.
    pub(super) fn read(&self, page: &Grey, region: Region, factor: (u32, u32)) -> Result<Vec<Read>, CodesError> {
        let (x, y, width, height) = (region.x as i32, region.y as i32, region.width as i32, region.height as i32);
        let view = ImageView::from_slice(page.pixels(), page.width(), page.height(), ImageFormat::Lum)
            .map_err(|_| CodesError::Refused)?
            .cropped(x, y, width, height);
        let found = self.reader.from(&view).map_err(|_| CodesError::Refused)?;
        Ok(found.iter().filter(|code| code.is_valid()).filter_map(|code| taken(code, region, factor)).collect())
    }
}

fn formats_of(kind: BarcodeKind) -> &'static [BarcodeFormat] {
    match kind {
        BarcodeKind::Code39 => &[BarcodeFormat::Code39],
        BarcodeKind::Code128 => &[BarcodeFormat::Code128],
        BarcodeKind::Itf => &[BarcodeFormat::ITF],
        BarcodeKind::Ean => &[BarcodeFormat::EAN13, BarcodeFormat::EAN8],
        BarcodeKind::QrCode => &[BarcodeFormat::QRCode],
        BarcodeKind::DataMatrix => &[BarcodeFormat::DataMatrix],
        BarcodeKind::Pdf417 => &[BarcodeFormat::PDF417],
    }
}

/// Kind and name of a symbology; `None` for those nobody asked for.
fn named(format: BarcodeFormat) -> Option<(BarcodeKind, &'static str)> {
    Some(match format.symbology() {
        BarcodeFormat::Code39 => (BarcodeKind::Code39, "CODE_39"),
        BarcodeFormat::Code128 => (BarcodeKind::Code128, "CODE_128"),
        BarcodeFormat::ITF => (BarcodeKind::Itf, "ITF"),
        BarcodeFormat::EANUPC if format == BarcodeFormat::EAN8 => (BarcodeKind::Ean, "EAN_8"),
        BarcodeFormat::EANUPC => (BarcodeKind::Ean, "EAN_13"),
        BarcodeFormat::QRCode => (BarcodeKind::QrCode, "QR_CODE"),
        BarcodeFormat::DataMatrix => (BarcodeKind::DataMatrix, "DATA_MATRIX"),
        BarcodeFormat::PDF417 => (BarcodeKind::Pdf417, "PDF_417"),
        _ => return None,
    })
}

fn taken(code: &zxingcpp::Barcode, region: Region, factor: (u32, u32)) -> Option<Read> {
    let (kind, symbology) = named(code.format())?;
    let place = code.position();
    let on_page = |at: i32, start: u32, side: u32, factor: u32| {
        (at as f32).clamp(0.0, side as f32) * factor as f32 + (start * factor) as f32
    };
    let corner = |x: i32, y: i32| Point {
        x: on_page(x, region.x, region.width, factor.0),
        y: on_page(y, region.y, region.height, factor.1),
    };
    let quad = Quad([
        corner(place.top_left.x, place.top_left.y),
        corner(place.top_right.x, place.top_right.y),
        corner(place.bottom_right.x, place.bottom_right.y),
        corner(place.bottom_left.x, place.bottom_left.y),
    ]);
    let turn = (kind == BarcodeKind::QrCode).then(|| direction(quad.0[0], quad.0[1])).flatten();
    let barcode = Barcode { symbology: symbology.into(), value: code.text(), bounds: quad.bounds() };
    Some(Read { kind, barcode, turn, lines: u32::try_from(code.line_count()).unwrap_or_default() })
}

/// How a symbol lies turned whose upper edge runs from `left` to `right`; `None` if it lies askew by half a quarter turn or
/// nearly so.
fn direction(left: Point, right: Point) -> Option<QuarterTurn> {
    let (dx, dy) = (right.x - left.x, right.y - left.y);
    let clear = dx.abs().min(dy.abs()) < 0.7 * dx.abs().max(dy.abs());
    clear.then(|| match (dx.abs() > dy.abs(), dx > 0.0, dy > 0.0) {
        (true, true, _) => QuarterTurn::None,
        (true, false, _) => QuarterTurn::Half,
        (false, _, true) => QuarterTurn::Cw90,
        (false, _, false) => QuarterTurn::Cw270,
    })
}
