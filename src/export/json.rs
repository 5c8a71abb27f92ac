//! JSON: the contract of `ocr --format json` (ARCHITECTURE.md, command line).

use std::io::{self, Write};

use serde::Serialize;

use super::ExportPage;
use super::blocks::{rounded, tenths};
use crate::model::{PatchKind, PixelBox, TextLine, Word};

/// A box `[x0, y0, x1, y1]` in scan pixels, rounded to tenths.
type Edges = [f64; 4];

#[derive(Serialize)]
struct Page<'a> {
    file: &'a str,
    page: u32,
    width_px: u32,
    height_px: u32,
    dpi: f64,
    /// Only where it differs from `dpi`.
    #[serde(skip_serializing_if = "Option::is_none")]
    dpi_y: Option<f64>,
    /// Clockwise turn that was undone: 0, 90, 180, 270.
    orientation_deg: u16,
    /// Only where true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    mirrored: bool,
    /// Counter-clockwise positive, as found.
    skew_deg: f64,
    blank: Blank,
    barcodes: Vec<Barcode<'a>>,
    patch_codes: Vec<Patch>,
    lines: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Blank {
    is_blank: bool,
    ink_share: f64,
}

#[derive(Serialize)]
struct Barcode<'a> {
    symbology: &'a str,
    value: &'a str,
    #[serde(rename = "box")]
    edges: Edges,
}

#[derive(Serialize)]
struct Patch {
    code: PatchKind,
    #[serde(rename = "box")]
    edges: Edges,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(rename = "box")]
    edges: Edges,
    /// Only where true: a reader sees a gap before this line.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    starts_block: bool,
    words: Vec<Printed<'a>>,
}

#[derive(Serialize)]
struct Printed<'a> {
    text: &'a str,
    #[serde(rename = "box")]
    edges: Edges,
    confidence: f64,
}

pub(super) fn begin(out: &mut impl Write, file: &str) -> io::Result<()> {
    out.write_all(b"{\"file\":")?;
    serde_json::to_writer(&mut *out, file)?;
    out.write_all(b",\"pages\":[\n")
}

/// One page a line.
pub(super) fn page(out: &mut impl Write, page: ExportPage, first: bool) -> io::Result<()> {
    if !first {
        out.write_all(b",\n")?;
    }
    serde_json::to_writer(out, &Page::of(page))?;
    Ok(())
}

pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"\n]}\n")
}

impl<'a> Page<'a> {
    fn of(ExportPage { file, number, record }: ExportPage<'a>) -> Self {
        let (dpi, dpi_y) = (tenths(record.resolution.x_dpi), tenths(record.resolution.y_dpi));
        let barcodes = record.barcodes.iter();
        let patch_codes = record.patch_codes.iter();
        Self {
            file,
            page: number,
            width_px: record.width_px,
            height_px: record.height_px,
            dpi,
            dpi_y: (dpi_y != dpi).then_some(dpi_y),
            orientation_deg: record.placement.turn.degrees(),
            mirrored: record.placement.mirrored,
            skew_deg: rounded(record.skew.0, 1e3),
            blank: Blank { is_blank: record.blank.is_blank, ink_share: rounded(record.blank.ink_share, 1e6) },
            barcodes: barcodes
                .map(|code| Barcode { symbology: &code.symbology, value: &code.value, edges: edges(code.bounds) })
                .collect(),
            patch_codes: patch_codes.map(|found| Patch { code: found.code, edges: edges(found.bounds) }).collect(),
            lines: record.lines.iter().map(Line::of).collect(),
        }
    }
}

impl<'a> Line<'a> {
    fn of(line: &'a TextLine) -> Self {
        let printed = |word: &'a Word| Printed {
            text: &word.text,
            edges: edges(word.quad.bounds()),
            confidence: rounded(word.confidence, 1e4),
        };
        Self {
            edges: edges(line.quad.bounds()),
            starts_block: line.starts_block,
            words: line.words.iter().map(printed).collect(),
        }
    }
}

fn edges(bounds: PixelBox) -> Edges {
    <[f32; 4]>::from(bounds).map(tenths)
}
