//! How a separator sheet looks: bars along the edges, words for people and OCR, the QR code for the line.

use super::setting::{Setting, fit, leading_mm, wrap};
use super::symbol::{MIN_MODULE_MM, Symbol};
use super::{EDGE_MM, SheetError, code_of, on_all_edges};
use crate::model::{SheetLevel, SheetOrder};
use crate::pdf::{Drawing, Face, Mark};

/// The side of a QR code, mm, unless its modules would be too small or too large.
const SYMBOL_MM: f32 = 62.0;
/// White around a QR code, in modules (ISO/IEC 18004, 6.3.8).
const QUIET_MODULES: f32 = 4.0;
/// Largest side of a module, mm: the bars' own clear space is quiet zone enough.
const MAX_MODULE_MM: f32 = 0.25 * 25.4 / QUIET_MODULES;
/// Thickness of lines between parts, mm.
const RULE_MM: f32 = 0.35;
/// The base line of the last line of the notes, mm above the frame of bars.
const FOOT_MM: f32 = 3.0;

const LABEL: (Face, f32) = (Face::Regular, 11.0);
const NOTE: (Face, f32) = (Face::Regular, 11.0);

/// Draws the sheet of an order.
///
/// # Errors
/// [`SheetError::TooLong`].
pub(super) fn draw(order: &SheetOrder) -> Result<Drawing, SheetError> {
    let symbol = Symbol::encode(&order.to_text()).ok_or(SheetError::TooLong)?;
    let mut page = Drawing::a4();
    let (left, right) = (EDGE_MM, page.width_mm - EDGE_MM);
    let (top, bottom) = (EDGE_MM, page.height_mm - EDGE_MM);
    for bar in on_all_edges(code_of(order.level), (page.width_mm, page.height_mm)) {
        page.bar(bar);
    }

    let mut y = top + 11.0;
    page.text((left, y), (Face::Medium, 34.0), "Trennblatt");
    page.text_right((right, y), (Face::Regular, 20.0), begins(order.level));
    y += 6.0;
    page.bar([left, y, right - left, RULE_MM]);
    y += 8.5;
    if let Some(case) = &order.case {
        page.text((left, y), LABEL, "Aktenzeichen");
        let number = fit(case, Face::Medium, right - left, &[32.0, 28.0, 24.0, 20.0, 17.0], 2);
        y = lines(&mut page, left, y + 2.0, Face::Medium, &number) + 7.0;
        page.bar([left, y, right - left, RULE_MM]);
        y += 8.5;
    }

    let module = (SYMBOL_MM / f32::from(symbol.side)).clamp(MIN_MODULE_MM, MAX_MODULE_MM);
    let side = module * f32::from(symbol.side);
    let column = right - left - side - QUIET_MODULES * module;
    // Its top edge is level with the capitals of the first label.
    page.marks.push(Mark::Modules { x_mm: right - side, y_mm: y - 2.8, module_mm: module, runs: symbol.runs });
    for (label, value) in rows(order) {
        page.text((left, y), LABEL, label);
        let value = fit(&value, Face::Medium, column, &[16.0, 14.0, 12.0], 2);
        y = lines(&mut page, left, y + 1.0, Face::Medium, &value) + 8.0;
    }

    let notes: Vec<String> = notes(order).iter().flat_map(|note| wrap(note, NOTE.0, NOTE.1, right - left)).collect();
    let mut y = bottom - FOOT_MM - leading_mm(NOTE.1) * (notes.len() as f32 - 1.0);
    page.bar([left, y - 9.0, right - left, RULE_MM]);
    for note in notes {
        page.text((left, y), NOTE, note);
        y += leading_mm(NOTE.1);
    }
    Ok(page)
}

/// Sets lines below `y` and gives the base line of the last.
fn lines(page: &mut Drawing, left: f32, mut y: f32, face: Face, setting: &Setting) -> f32 {
    for line in &setting.lines {
        y += leading_mm(setting.size_pt);
        page.text((left, y), (face, setting.size_pt), line);
    }
    y
}

fn begins(level: SheetLevel) -> &'static str {
    match level {
        SheetLevel::Document => "neues Dokument",
        SheetLevel::Case => "neue Akte",
        SheetLevel::Batch => "neuer Stapel",
    }
}

/// What the sheet says of what follows, label by label.
fn rows(order: &SheetOrder) -> Vec<(&'static str, String)> {
    let count = |count: Option<u32>| count.map(|count| count.to_string());
    let rows = [
        ("Art", order.type_name.clone()),
        ("Erwartete Seiten", count(order.pages)),
        ("Erwartete Blätter", count(order.sheets)),
        ("Nummer dieses Blatts", order.serial.clone()),
    ];
    rows.into_iter().filter_map(|(label, value)| Some((label, value?))).collect()
}

/// What people are to do with it.
fn notes(order: &SheetOrder) -> [String; 2] {
    let of_what = match order.level {
        SheetLevel::Document => "des Dokuments",
        SheetLevel::Case => "der Akte",
        SheetLevel::Batch => "des Stapels",
    };
    let place = format!("Vor die erste Seite {of_what} legen. In Originalgröße drucken, nicht kopieren.");
    let after = match order.case {
        None => "Nicht abheften: Dieses Blatt wird nach dem Scannen wieder verwendet.",
        Some(_) => "Nicht abheften: Dieses Blatt wird nach dem Scannen herausgenommen.",
    };
    [place, after.to_owned()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Left, top, right, bottom of a mark other than bars of the patch code, mm.
    fn extent(mark: &Mark) -> Option<[f32; 4]> {
        match mark {
            Mark::Bar([x, y, w, h]) => Some([*x, *y, x + w, y + h]),
            Mark::Modules { x_mm, y_mm, module_mm, runs } => {
                let side = runs.iter().map(|run| run[1] + 1).max().unwrap_or(0);
                let side = f32::from(side) * module_mm;
                Some([*x_mm, *y_mm, x_mm + side, y_mm + side])
            }
            Mark::Text { x_mm, y_mm, face, size_pt, text } => {
                let (up, down) = (size_pt * 0.75 * 0.353, size_pt * 0.22 * 0.353);
                Some([*x_mm, y_mm - up, x_mm + face.width_mm(text, *size_pt), y_mm + down])
            }
        }
    }

    proptest! {
        #[test]
        fn print_keeps_off_the_bars_and_off_other_print(
            level in prop_oneof![Just(SheetLevel::Document), Just(SheetLevel::Case), Just(SheetLevel::Batch)],
            case in prop::option::of("[A-ZÄÖÜa-zäöüß0-9/. W-]{1,120}|W{120}|[ä;]{120}"),
            type_name in prop::option::of("[A-ZÄa-zäöüß0-9 W-]{1,80}|W{80}"),
            pages in prop::option::of(1_u32..=100_000),
            sheets in prop::option::of(1_u32..=100_000),
        ) {
            let serial = Some("7KX3M9QD-00017".to_owned());
            let drawing = draw(&SheetOrder { level, case, type_name, pages, sheets, serial }).map_err(|e| TestCaseError::fail(e.to_string()))?;
            let (bars, print) = drawing.marks.split_at(16);
            prop_assert!(bars.iter().all(|mark| matches!(mark, Mark::Bar(_))));
            let boxes: Vec<[f32; 4]> = print.iter().filter_map(extent).collect();
            for [left, top, right, bottom] in &boxes {
                prop_assert!(*left >= EDGE_MM - 0.01 && *top >= EDGE_MM - 0.01, "{left} {top}");
                prop_assert!(*right <= 210.0 - EDGE_MM + 0.01 && *bottom <= 297.0 - EDGE_MM + 0.01, "{right} {bottom}");
            }
            for (i, a) in boxes.iter().enumerate() {
                for b in &boxes[i + 1..] {
                    prop_assert!(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1], "{a:?} lies on {b:?}");
                }
            }
            for mark in print {
                if let Mark::Modules { module_mm, .. } = mark {
                    prop_assert!(*module_mm >= 0.8 && 4.0 * module_mm <= 6.351, "readable, and quiet up to the bars");
                }
            }
        }
    }
}
