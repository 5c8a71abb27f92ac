//! Made-up paper: pages whose words are black bars, laid into a scan at any turn, mirroring and skew, and encoded as
//! scanners do. Geometry here is done on pixels, independent of the library's maps.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write;

use image::{DynamicImage, GrayImage, Luma};
use scanstrasse::model::{
    Blank, ByteRange, ColourMode, Degrees, Digest, ImageCodec, ImageStream, PageImage, PageRecord, PixelBox, Placement,
    Point, Quad, QuarterTurn, Resolution, TextLine, Word,
};

/// A page and the bytes of its picture.
pub struct Sheet {
    pub record: PageRecord,
    pub picture: Vec<u8>,
}

/// How a sheet lies in the scanner.
#[derive(Clone, Copy, Debug)]
pub struct Lay {
    pub turn: QuarterTurn,
    pub mirrored: bool,
    pub skew_deg: f32,
    /// Of the scan's own x and y axes.
    pub dpi: (f32, f32),
}

impl Lay {
    pub const STRAIGHT: Self = Self { turn: QuarterTurn::None, mirrored: false, skew_deg: 0.0, dpi: (100.0, 100.0) };

    /// All turns and mirrorings, level and skewed to both sides, at equal and at unequal resolution.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for turn in QuarterTurn::ALL {
            for mirrored in [false, true] {
                for (skew_deg, dpi) in [(0.0, (100.0, 100.0)), (2.5, (100.0, 100.0)), (-4.0, (120.0, 90.0))] {
                    all.push(Self { turn, mirrored, skew_deg, dpi });
                }
            }
        }
        all
    }
}

/// Encodings a page's picture may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Coding {
    Group4,
    Group4Inverted,
    JpegGrey,
    JpegColour,
    FlateGrey,
    FlateColour,
}

impl Coding {
    pub const ALL: [Self; 6] =
        [Self::Group4, Self::Group4Inverted, Self::JpegGrey, Self::JpegColour, Self::FlateGrey, Self::FlateColour];
}

/// Words of a line: text, left and right edge in inches.
pub type Words<'a> = &'a [(&'a str, f32, f32)];

/// A sheet of 3 by 4 inches. `lines`: top and bottom in inches, whether a block starts, words.
pub fn sheet(lines: &[(f32, f32, bool, Words)], lay: Lay, coding: Coding) -> Sheet {
    let swap = lay.turn.swaps_sides();
    // Resolution along the upright page's axes.
    let (dpi_x, dpi_y) = if swap { (lay.dpi.1, lay.dpi.0) } else { lay.dpi };
    let (w, h) = ((3.0 * dpi_x) as u32, (4.0 * dpi_y) as u32);
    let rotate = |(x, y): (f32, f32), degrees: f32| {
        // Turned counter-clockwise as seen on paper (y down), about the centre, in inches.
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (x, y) = (x - 1.5, y - 2.0);
        (1.5 + x * cos + y * sin, 2.0 - x * sin + y * cos)
    };
    let mut upright = GrayImage::from_pixel(w, h, Luma([255]));
    for (x, y, pixel) in upright.enumerate_pixels_mut() {
        let (ix, iy) = rotate(((x as f32 + 0.5) / dpi_x, (y as f32 + 0.5) / dpi_y), -lay.skew_deg);
        let ink = |&(top, bottom, _, words): &(f32, f32, bool, Words)| {
            iy >= top && iy < bottom && words.iter().any(|&(_, left, right)| ix >= left && ix < right)
        };
        if lines.iter().any(ink) {
            *pixel = Luma([0]);
        }
    }
    let mut scan = DynamicImage::ImageLuma8(upright);
    if lay.mirrored {
        scan = scan.fliph();
    }
    scan = match lay.turn {
        QuarterTurn::None => scan,
        QuarterTurn::Cw90 => scan.rotate90(),
        QuarterTurn::Half => scan.rotate180(),
        QuarterTurn::Cw270 => scan.rotate270(),
    };

    let to_scan = |inches: (f32, f32)| {
        let (x, y) = rotate(inches, lay.skew_deg);
        let (x, y, w, h) = (x * dpi_x, y * dpi_y, w as f32, h as f32);
        let x = if lay.mirrored { w - x } else { x };
        let (x, y) = match lay.turn {
            QuarterTurn::None => (x, y),
            QuarterTurn::Cw90 => (h - y, x),
            QuarterTurn::Half => (w - x, h - y),
            QuarterTurn::Cw270 => (y, w - x),
        };
        Point { x, y }
    };
    let quad = |l: f32, t: f32, r: f32, b: f32| Quad([(l, t), (r, t), (r, b), (l, b)].map(to_scan));
    let text_line = |&(top, bottom, starts_block, words): &(f32, f32, bool, Words)| TextLine {
        quad: quad(
            words.iter().map(|w| w.1).fold(f32::MAX, f32::min),
            top,
            words.iter().map(|w| w.2).fold(0.0, f32::max),
            bottom,
        ),
        words: words
            .iter()
            .map(|&(text, left, right)| Word {
                text: text.into(),
                quad: quad(left, top, right, bottom),
                confidence: 0.9,
            })
            .collect(),
        starts_block,
    };

    let (codec, picture) = encode(&scan, coding);
    let mut record = blank_record(scan.width(), scan.height(), codec, &picture);
    record.resolution = Resolution { x_dpi: lay.dpi.0, y_dpi: lay.dpi.1, assumed: false };
    record.placement = Placement { mirrored: lay.mirrored, turn: lay.turn };
    record.skew = Degrees(lay.skew_deg);
    record.lines = lines.iter().map(text_line).collect();
    Sheet { record, picture }
}

/// A record without text for a picture.
pub fn blank_record(width_px: u32, height_px: u32, codec: ImageCodec, picture: &[u8]) -> PageRecord {
    let digest = Digest::of(picture);
    let stream = ImageStream::InScan(ByteRange { offset: 8, len: picture.len() as u64 });
    PageRecord {
        width_px,
        height_px,
        resolution: Resolution { x_dpi: 300.0, y_dpi: 300.0, assumed: false },
        colour: ColourMode::Grey,
        placement: Placement::default(),
        skew: Degrees(0.0),
        blank: Blank { is_blank: false, ink_share: 0.1 },
        barcodes: vec![],
        patch_codes: vec![],
        lines: vec![],
        image: PageImage { codec, width_px, height_px, stream, digest, original: true },
    }
}

/// A line over a box in scan pixels, for records that need text somewhere.
pub fn line_in(words: &[(&str, [f32; 4])]) -> TextLine {
    let words: Vec<Word> = words
        .iter()
        .map(|&(text, bounds)| Word { text: text.into(), quad: Quad::from_box(bounds.into()), confidence: 0.9 })
        .collect();
    let boxes = words.iter().map(|w| w.quad.bounds());
    let around = boxes.reduce(|a, b| PixelBox {
        x0: a.x0.min(b.x0),
        y0: a.y0.min(b.y0),
        x1: a.x1.max(b.x1),
        y1: a.y1.max(b.y1),
    });
    TextLine { quad: Quad::from_box(around.unwrap()), words, starts_block: true }
}

pub fn encode(scan: &DynamicImage, coding: Coding) -> (ImageCodec, Vec<u8>) {
    let grey = scan.to_luma8();
    match coding {
        Coding::Group4 => (ImageCodec::Group4 { inverted: false }, group4(&grey, false)),
        Coding::Group4Inverted => (ImageCodec::Group4 { inverted: true }, group4(&grey, true)),
        Coding::JpegGrey => (ImageCodec::Jpeg { components: 1 }, jpeg(&DynamicImage::ImageLuma8(grey))),
        Coding::JpegColour => (ImageCodec::Jpeg { components: 3 }, jpeg(&DynamicImage::ImageRgb8(scan.to_rgb8()))),
        Coding::FlateGrey => (ImageCodec::Flate { components: 1 }, flate(grey.as_raw(), grey.width() as usize)),
        Coding::FlateColour => {
            let rgb = scan.to_rgb8();
            (ImageCodec::Flate { components: 3 }, flate(rgb.as_raw(), 3 * rgb.width() as usize))
        }
    }
}

fn group4(grey: &GrayImage, inverted: bool) -> Vec<u8> {
    let mut encoder = fax::encoder::Encoder::new(fax::VecWriter::new());
    for row in grey.rows() {
        let pels = row.map(|p| if (p.0[0] < 128) != inverted { fax::Color::Black } else { fax::Color::White });
        encoder.encode_line(pels, grey.width()).unwrap();
    }
    encoder.finish().unwrap().finish()
}

fn jpeg(scan: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    scan.write_with_encoder(image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90)).unwrap();
    bytes
}

/// Rows with alternating PNG filters None and Up.
fn flate(samples: &[u8], row_len: usize) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    let mut above = vec![0; row_len];
    for (index, row) in samples.chunks(row_len).enumerate() {
        let up = index % 2 == 1;
        encoder.write_all(&[if up { 2 } else { 0 }]).unwrap();
        let coded: Vec<u8> = row.iter().zip(&above).map(|(&v, &a)| if up { v.wrapping_sub(a) } else { v }).collect();
        encoder.write_all(&coded).unwrap();
        above = row.to_vec();
    }
    encoder.finish().unwrap()
}
