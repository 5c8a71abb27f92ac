//! hOCR 1.2 (<http://kba.github.io/hocr-spec/1.2/>) as well-formed XHTML.

use std::io::{self, Write};

use super::ExportPage;
use super::blocks::{angle_deg, around, base_line, blocks, rounded};
use super::xml::Escaped;
use crate::model::{PixelBox, Quad};

pub(super) fn begin(out: &mut impl Write, file: &str) -> io::Result<()> {
    write!(
        out,
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<title>{}</title>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"/>
<meta name="ocr-system" content="Scanstraße {}"/>
<meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_line ocrx_word"/>
</head>
<body>
"#,
        Escaped(file),
        env!("CARGO_PKG_VERSION")
    )
}

pub(super) fn page(out: &mut impl Write, ExportPage { file, number, record }: ExportPage) -> io::Result<()> {
    // In a property, quotation marks and backslashes of the name are escaped by a backslash.
    let image = file.replace('\\', "\\\\").replace('"', "\\\"");
    let (x_dpi, y_dpi) = (rounded(record.resolution.x_dpi, 1.0), rounded(record.resolution.y_dpi, 1.0));
    writeln!(
        out,
        r#"<div class="ocr_page" id="page_{number}" title="image &quot;{}&quot;; bbox 0 0 {} {}; ppageno {}; scan_res {x_dpi} {y_dpi}">"#,
        Escaped(&image),
        record.width_px,
        record.height_px,
        number.saturating_sub(1),
    )?;
    let (mut line_no, mut word_no) = (0_u32, 0_u32);
    for (block_no, lines) in (1_u32..).zip(blocks(record)) {
        let bounds = bbox(around(lines));
        writeln!(out, r#"<div class="ocr_carea" id="block_{number}_{block_no}" title="{bounds}">"#)?;
        for line in lines {
            line_no += 1;
            let (bounds, base) = (bbox(line.quad.bounds()), base(&line.quad));
            write!(out, r#"<span class="ocr_line" id="line_{number}_{line_no}" title="{bounds}; {base}">"#)?;
            for (index, word) in line.words.iter().enumerate() {
                word_no += 1;
                let gap = if index > 0 { " " } else { "" };
                let (bounds, sure) = (bbox(word.quad.bounds()), rounded(word.confidence.clamp(0.0, 1.0) * 100.0, 1.0));
                write!(
                    out,
                    r#"{gap}<span class="ocrx_word" id="word_{number}_{word_no}" title="{bounds}; x_wconf {sure}">{}</span>"#,
                    Escaped(&word.text)
                )?;
            }
            writeln!(out, "</span>")?;
        }
        writeln!(out, "</div>")?;
    }
    writeln!(out, "</div>")
}

pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"</body>\n</html>\n")
}

/// The box in whole pixels, as hOCR wants it; rounded outwards it would grow, so it is rounded to the nearest.
fn bbox(bounds: PixelBox) -> String {
    let [x0, y0, x1, y1] = <[f32; 4]>::from(bounds).map(|edge| rounded(edge.max(0.0), 1.0));
    format!("bbox {x0} {y0} {x1} {y1}")
}

/// A nearly level line has a `baseline`: slope (y down) and offset from the lower left corner of its box. A line that
/// reads in another direction has a `textangle`.
fn base(line: &Quad) -> String {
    let angle = angle_deg(line);
    if angle.abs() > 45.0 {
        return format!("textangle {}", rounded(angle, 10.0));
    }
    let [left, right] = base_line(line);
    let run = right.x - left.x;
    let slope = if run > 0.0 { (right.y - left.y) / run } else { 0.0 };
    let bounds = line.bounds();
    let offset = left.y + slope * (bounds.x0 - left.x) - bounds.y1;
    format!("baseline {} {}", rounded(slope, 1e4), rounded(offset, 10.0))
}
