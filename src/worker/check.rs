//! What the parent demands of a worker's answer before it believes it.
//!
//! The worker parses foreign bytes, so its answer is foreign too. Whatever passes here can be stored, placed on a page
//! and written into a PDF without a further thought; digests are compared where the bytes are read.

use std::collections::BTreeSet;

use crate::intake::layouts::{MAX_TOLD, MAX_TOLD_BYTES, Wanted};
use crate::model::{Fault, FaultKind, ImageCodec, ImageStream, PageRecord, PixelBox, Point, Quad, Stage};

/// Largest side of a page or picture in pixels: A0 at 4,800 dpi has 225,000.
const MAX_SIDE_PX: u32 = 1 << 20;

/// Resolutions a scan may have, in dots per inch. TIFFs with 1 dpi exist; above 20,000 nothing is a scanner.
const DPI: std::ops::RangeInclusive<f32> = 0.5..=20_000.0;

/// Most lines of text on a page; a newspaper page at 4-point type has about 6,000.
const MAX_LINES: usize = 50_000;

/// Most words on a page.
const MAX_WORDS: usize = 200_000;

/// Most bytes of one word; OCR that lost all spaces of a line stays far below.
const MAX_WORD_BYTES: usize = 4096;

/// Most barcodes and most patch codes on a page.
const MAX_CODES: usize = 1000;

/// Most bytes of a barcode's value: a QR code (version 40, L) holds 2,953 bytes, which as UTF-8 may double.
const MAX_CODE_BYTES: usize = 8192;

/// How far a place may lie outside the page, as a share of the page's longer side: text boxes are widened, and the
/// corners of skewed lines stick out.
const OUTSIDE_SHARE: f32 = 0.1;

/// Checks the record of a page of a scan of `scan_len` bytes.
///
/// # Errors
/// [`FaultKind::Nonsense`], saying what is wrong without quoting it.
pub fn check(record: &PageRecord, scan_len: u64) -> Result<(), Fault> {
    let problem = page_problem(record)
        .or_else(|| image_problem(record, scan_len))
        .or_else(|| text_problem(record))
        .or_else(|| code_problem(record));
    match problem {
        Some(problem) => {
            Err(Fault::new(Stage::Worker, FaultKind::Nonsense, format!("the worker's answer has {problem}")))
        }
        None => Ok(()),
    }
}

/// Whether a worker's word on an index file can be believed: it asks for something, and not for too much.
pub(super) fn index(wanted: &BTreeSet<Wanted>) -> bool {
    let bytes = wanted.iter().map(Wanted::name_bytes).sum::<usize>();
    (1..=MAX_TOLD).contains(&wanted.len()) && bytes <= MAX_TOLD_BYTES
}

/// Most characters that are kept of what a worker says about a fault.
const MAX_DETAIL_CHARS: usize = 300;

/// A worker's own word on a fault, made fit for a ledger, a terminal and a log: short, and on one line. An honest worker
/// tells nothing of a page there; one that was taken over might tell anything, but not much.
pub(super) fn fault(fault: Fault) -> Fault {
    let detail = fault.detail.chars().take(MAX_DETAIL_CHARS).map(|c| if c.is_control() { ' ' } else { c }).collect();
    Fault { detail, ..fault }
}

fn page_problem(record: &PageRecord) -> Option<&'static str> {
    let side = |px: u32| (1..=MAX_SIDE_PX).contains(&px);
    if !side(record.width_px) || !side(record.height_px) {
        return Some("a page without a sensible size");
    }
    if !DPI.contains(&record.resolution.x_dpi) || !DPI.contains(&record.resolution.y_dpi) {
        return Some("a page without a sensible resolution");
    }
    if !(-45.0..=45.0).contains(&record.skew.0) {
        return Some("a skew of more than 45 degrees");
    }
    if !(0.0..=1.0).contains(&record.blank.ink_share) {
        return Some("a share of ink that is none");
    }
    None
}

fn image_problem(record: &PageRecord, scan_len: u64) -> Option<&'static str> {
    let image = &record.image;
    let side = |px: u32| (1..=MAX_SIDE_PX).contains(&px);
    if !side(image.width_px) || !side(image.height_px) {
        return Some("a picture without a sensible size");
    }
    let components = match image.codec {
        ImageCodec::Jpeg { components } | ImageCodec::Flate { components } => components,
        ImageCodec::Group4 { .. } => 1,
    };
    if !matches!(components, 1 | 3) {
        return Some("a picture of neither one nor three components");
    }
    match image.stream {
        ImageStream::InScan(range) => {
            let end = range.offset.checked_add(range.len);
            if range.len == 0 || end.is_none_or(|end| end > scan_len) {
                return Some("a picture outside its scan");
            }
            (!image.original).then_some("a picture in the scan that is not the scanner's")
        }
        ImageStream::Stored { digest, len } => {
            (len == 0 || digest != image.digest).then_some("a stored picture that is empty or has two digests")
        }
    }
}

fn text_problem(record: &PageRecord) -> Option<&'static str> {
    let near = Near::of(record);
    if record.lines.len() > MAX_LINES || record.lines.iter().map(|line| line.words.len()).sum::<usize>() > MAX_WORDS {
        return Some("more text than a page holds");
    }
    for line in &record.lines {
        if line.words.is_empty() || !near.quad(&line.quad) {
            return Some("a line without words or off the page");
        }
        for word in &line.words {
            if word.text.is_empty() || word.text.len() > MAX_WORD_BYTES {
                return Some("a word without letters or without end");
            }
            // No engine reads one; XML cannot hold them, and a terminal obeys them.
            if word.text.contains(char::is_control) {
                return Some("a word with control characters");
            }
            if !near.quad(&word.quad) || !(0.0..=1.0).contains(&word.confidence) {
                return Some("a word off the page or of no confidence");
            }
        }
    }
    None
}

fn code_problem(record: &PageRecord) -> Option<&'static str> {
    let near = Near::of(record);
    if record.barcodes.len() > MAX_CODES || record.patch_codes.len() > MAX_CODES {
        return Some("more codes than a page holds");
    }
    let long = |text: &str| text.len() > MAX_CODE_BYTES;
    if record.barcodes.iter().any(|code| long(&code.value) || long(&code.symbology)) {
        return Some("a barcode without end");
    }
    let mut boxes = record.barcodes.iter().map(|code| code.bounds).chain(record.patch_codes.iter().map(|c| c.bounds));
    (!boxes.all(|b| near.pixel_box(b))).then_some("a code off the page")
}

/// The page and a rim around it.
struct Near {
    rim: f32,
    width: f32,
    height: f32,
}

impl Near {
    fn of(record: &PageRecord) -> Self {
        let (width, height) = (record.width_px as f32, record.height_px as f32);
        Self { rim: OUTSIDE_SHARE * width.max(height), width, height }
    }

    /// NaN and infinities are in no range.
    fn point(&self, p: Point) -> bool {
        (-self.rim..=self.width + self.rim).contains(&p.x) && (-self.rim..=self.height + self.rim).contains(&p.y)
    }

    fn quad(&self, quad: &Quad) -> bool {
        quad.0.iter().all(|&p| self.point(p))
    }

    fn pixel_box(&self, b: PixelBox) -> bool {
        self.point(Point { x: b.x0, y: b.y0 }) && self.point(Point { x: b.x1, y: b.y1 }) && b.x0 <= b.x1 && b.y0 <= b.y1
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::model::{
        Barcode, Blank, ByteRange, ColourMode, Degrees, Digest, PageImage, Placement, Resolution, TextLine, Word,
    };

    const SCAN_LEN: u64 = 1000;

    fn good() -> PageRecord {
        let quad = Quad::from_box(PixelBox { x0: -5.0, y0: 10.0, x1: 600.0, y1: 40.0 });
        let word = Word { text: "Antrag".into(), quad, confidence: 1.0 };
        PageRecord {
            width_px: 620,
            height_px: 877,
            resolution: Resolution { x_dpi: 75.0, y_dpi: 75.0, assumed: false },
            colour: ColourMode::Bitonal,
            placement: Placement::default(),
            skew: Degrees(-1.5),
            blank: Blank { is_blank: false, ink_share: 0.04 },
            barcodes: vec![Barcode {
                symbology: "CODE_39".into(),
                value: "1".into(),
                bounds: [1.0, 1.0, 60.0, 20.0].into(),
            }],
            patch_codes: vec![],
            lines: vec![TextLine { quad, words: vec![word], starts_block: true }],
            image: PageImage {
                codec: ImageCodec::Group4 { inverted: false },
                width_px: 620,
                height_px: 877,
                stream: ImageStream::InScan(ByteRange { offset: 8, len: 992 }),
                digest: Digest::of(b"x"),
                original: true,
            },
        }
    }

    #[test]
    fn a_sound_record_passes() {
        check(&good(), SCAN_LEN).unwrap();
    }

    #[test]
    fn an_index_asks_for_something_and_not_for_everything() {
        let numbers = |count: u64| (0..count).map(Wanted::Number).collect::<BTreeSet<_>>();
        assert!(index(&numbers(1)) && index(&numbers(MAX_TOLD as u64)));
        assert!(!index(&numbers(0)) && !index(&numbers(MAX_TOLD as u64 + 1)));
        assert!(!index(&BTreeSet::from([Wanted::Name("x".repeat(MAX_TOLD_BYTES + 1))])));
    }

    #[test]
    fn what_a_worker_says_of_a_fault_is_short_and_on_one_line() {
        let said = Fault::new(Stage::Decode, FaultKind::Corrupt, format!("a\nb\u{1b}[2J{}", "x".repeat(1 << 20)));
        let kept = fault(said);
        assert_eq!((kept.stage, kept.kind), (Stage::Decode, FaultKind::Corrupt));
        assert!(kept.detail.starts_with("a b [2Jx") && kept.detail.chars().count() == MAX_DETAIL_CHARS);
    }

    #[test]
    fn nonsense_is_told_from_sense() {
        let other = Digest::of(b"y");
        type Spoil<'a> = &'a dyn Fn(&mut PageRecord);
        let cases: &[(&str, Spoil<'_>)] = &[
            ("no width", &|r| r.width_px = 0),
            ("endless height", &|r| r.height_px = u32::MAX),
            ("no resolution", &|r| r.resolution.x_dpi = 0.0),
            ("a resolution that is no number", &|r| r.resolution.y_dpi = f32::NAN),
            ("a skew that is no number", &|r| r.skew.0 = f32::INFINITY),
            ("negative ink", &|r| r.blank.ink_share = -0.1),
            ("a flat picture", &|r| r.image.height_px = 0),
            ("four components", &|r| r.image.codec = ImageCodec::Jpeg { components: 4 }),
            ("a range past the end", &|r| r.image.stream = ImageStream::InScan(ByteRange { offset: 9, len: 992 })),
            ("a range that wraps", &|r| r.image.stream = ImageStream::InScan(ByteRange { offset: 2, len: u64::MAX })),
            ("an empty range", &|r| r.image.stream = ImageStream::InScan(ByteRange { offset: 2, len: 0 })),
            ("a range that was encoded here", &|r| r.image.original = false),
            ("two digests", &|r| r.image.stream = ImageStream::Stored { digest: other, len: 5 }),
            ("a line without words", &|r| r.lines[0].words.clear()),
            ("a word without letters", &|r| r.lines[0].words[0].text.clear()),
            ("an endless word", &|r| r.lines[0].words[0].text = "x".repeat(MAX_WORD_BYTES + 1)),
            ("a word that commands a terminal", &|r| r.lines[0].words[0].text = "\u{1b}[2J".into()),
            ("a line that is no number", &|r| r.lines[0].quad.0[3].y = f32::NAN),
            ("a line without end", &|r| r.lines[0].quad.0[1].x = f32::INFINITY),
            ("a confidence that is no number", &|r| r.lines[0].words[0].confidence = f32::NAN),
            ("ink that is no number", &|r| r.blank.ink_share = f32::NAN),
            ("a skew that is not a number", &|r| r.skew.0 = f32::NAN),
            ("an endless picture", &|r| r.image.width_px = MAX_SIDE_PX + 1),
            ("an empty stored picture", &|r| {
                r.image.stream = ImageStream::Stored { digest: r.image.digest, len: 0 };
            }),
            ("too many words", &|r| r.lines[0].words = vec![r.lines[0].words[0].clone(); MAX_WORDS + 1]),
            ("too many barcodes", &|r| r.barcodes = vec![r.barcodes[0].clone(); MAX_CODES + 1]),
            ("a barcode nowhere", &|r| r.barcodes[0].bounds.x0 = f32::NAN),
            ("a word far off", &|r| r.lines[0].words[0].quad.0[2].x = 5000.0),
            ("a word nowhere", &|r| r.lines[0].words[0].quad.0[0].y = f32::NAN),
            ("too sure a word", &|r| r.lines[0].words[0].confidence = 1.5),
            ("too many lines", &|r| r.lines = vec![r.lines[0].clone(); MAX_LINES + 1]),
            ("a barcode turned inside out", &|r| r.barcodes[0].bounds.x1 = -3.0),
            ("an endless barcode", &|r| r.barcodes[0].value = "1".repeat(MAX_CODE_BYTES + 1)),
        ];
        for (name, spoil) in cases {
            let mut record = good();
            spoil(&mut record);
            let fault = check(&record, SCAN_LEN).unwrap_err();
            assert_eq!((fault.stage, fault.kind), (Stage::Worker, FaultKind::Nonsense), "{name}");
        }
    }
}
