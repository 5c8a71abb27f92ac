//! ALTO 4.4 (Library of Congress, <https://www.loc.gov/standards/alto/>), in pixels.

use std::io::{self, Write};

use super::ExportPage;
use super::blocks::{angle_deg, around, base_line, blocks, rounded, tenths};
use super::xml::Escaped;
use crate::model::{PixelBox, TextLine};

pub(super) fn begin(out: &mut impl Write, file: &str) -> io::Result<()> {
    write!(
        out,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.loc.gov/standards/alto/ns-v4# http://www.loc.gov/standards/alto/v4/alto-4-4.xsd" SCHEMAVERSION="4.4">
<Description>
<MeasurementUnit>pixel</MeasurementUnit>
<sourceImageInformation><fileName>{}</fileName></sourceImageInformation>
<Processing ID="ocr"><processingSoftware><softwareName>Scanstraße</softwareName><softwareVersion>{}</softwareVersion></processingSoftware></Processing>
</Description>
<Layout>
"#,
        Escaped(file),
        env!("CARGO_PKG_VERSION")
    )
}

pub(super) fn page(out: &mut impl Write, ExportPage { number, record, .. }: ExportPage) -> io::Result<()> {
    let (width, height) = (record.width_px, record.height_px);
    writeln!(
        out,
        r#"<Page ID="page_{number}" PHYSICAL_IMG_NR="{number}" WIDTH="{width}" HEIGHT="{height}">
<PrintSpace HPOS="0" VPOS="0" WIDTH="{width}" HEIGHT="{height}">"#
    )?;
    let (mut line_no, mut word_no) = (0_u32, 0_u32);
    for (block_no, lines) in (1_u32..).zip(blocks(record)) {
        let place = place(around(lines));
        // Degrees counter-clockwise; a block's lines read in one direction.
        let rotation = rounded(lines.first().map_or(0.0, |line| angle_deg(&line.quad)), 10.0);
        writeln!(out, r#"<TextBlock ID="block_{number}_{block_no}" {place} ROTATION="{rotation}">"#)?;
        for line in lines {
            line_no += 1;
            let id = format!("line_{number}_{line_no}");
            write_line(out, line, &id, number, &mut word_no)?;
        }
        writeln!(out, "</TextBlock>")?;
    }
    writeln!(out, "</PrintSpace>\n</Page>")
}

fn write_line(out: &mut impl Write, line: &TextLine, id: &str, page: u32, word_no: &mut u32) -> io::Result<()> {
    let [left, right] = base_line(&line.quad).map(|p| format!("{},{}", tenths(p.x), tenths(p.y)));
    let bounds = place(line.quad.bounds());
    write!(out, r#"<TextLine ID="{id}" BASELINE="{left} {right}" {bounds}>"#)?;
    let mut before: Option<PixelBox> = None;
    for word in &line.words {
        let bounds = word.quad.bounds();
        if let Some(before) = before {
            write!(out, "<SP {}/>", gap(before, bounds))?;
        }
        *word_no += 1;
        write!(
            out,
            r#"<String ID="word_{page}_{word_no}" CONTENT="{}" {} WC="{}"/>"#,
            Escaped(&word.text),
            place(bounds),
            rounded(word.confidence.clamp(0.0, 1.0), 1e4)
        )?;
        before = Some(bounds);
    }
    writeln!(out, "</TextLine>")
}

pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"</Layout>\n</alto>\n")
}

fn place(b: PixelBox) -> String {
    let (x, y, w, h) = (tenths(b.x0), tenths(b.y0), tenths(b.width()), tenths(b.height()));
    format!(r#"HPOS="{x}" VPOS="{y}" WIDTH="{w}" HEIGHT="{h}""#)
}

/// The blank between two words; no wider than nothing where they touch, stand below one another or in reverse order.
fn gap(before: PixelBox, after: PixelBox) -> String {
    let (x, y) = (tenths(before.x1), tenths(before.y0));
    format!(r#"HPOS="{x}" VPOS="{y}" WIDTH="{}""#, tenths((after.x0 - before.x1).max(0.0)))
}
