//! The table of contents of a case (Inhaltsverzeichnis), as pages to be read and archived.

use std::io::Write;

use jiff::Timestamp;
use jiff::civil::Date;

use super::SheetError;
use super::setting::{cut, fit, leading_mm, wrap};
use crate::pdf::{DocumentInfo, Drawing, DrawnPdf, Face, PrintHints};

/// A case and its documents.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    /// The case number. Personal data: never logged.
    pub case: &'a str,
    /// The day that the table shows as its own.
    pub day: Date,
    /// When the file is made; the same contents with the same time give the same bytes.
    pub created: Timestamp,
    /// The documents, in their order.
    pub rows: &'a [ContentsRow<'a>],
}

/// A document of the case.
#[derive(Clone, Copy, Debug)]
pub struct ContentsRow<'a> {
    /// Its number in the case.
    pub number: u32,
    /// Its type, as people call it.
    pub type_name: &'a str,
    /// The date of the letter, if known.
    pub date: Option<Date>,
    /// Its pages.
    pub pages: u32,
    /// The name of its file.
    pub file: &'a str,
}

const LEFT: f32 = 25.0;
const RIGHT: f32 = 190.0;
/// Base line of the last line of the table at most, and of the page's number; mm.
const LAST: f32 = 272.0;
const FOOT: f32 = 284.0;
/// The columns: right edge of the number, left edge of the type, of the date, right edge of the pages, left of the file.
const NUMBER_RIGHT: f32 = LEFT + 11.0;
const TYPE: f32 = LEFT + 15.0;
const DATE: f32 = LEFT + 66.0;
const PAGES_RIGHT: f32 = LEFT + 101.0;
const FILE: f32 = LEFT + 106.0;
/// Between columns at least.
const GAP: f32 = 3.0;

const BODY: (Face, f32) = (Face::Regular, 9.5);
const HEAD: (Face, f32) = (Face::Medium, 9.5);
const SMALL: (Face, f32) = (Face::Regular, 9.0);
/// From the last line of a row to the first of the next, mm.
const ROW: f32 = 5.6;
/// Lines of a name at most; the rest is cut with an ellipsis.
const MAX_LINES: usize = 4;

/// Writes the table as PDF/A-2u on `out`, which should be buffered, and gives the number of its pages.
///
/// # Errors
/// [`SheetError::Pdf`].
pub fn contents(out: impl Write, contents: &Contents<'_>) -> Result<u32, SheetError> {
    let info = DocumentInfo {
        title: format!("Inhaltsverzeichnis {}", contents.case),
        language: "de".into(),
        created: contents.created,
        subject: None,
    };
    let pages = pages(contents);
    let mut pdf = DrawnPdf::begin(out, &info, PrintHints::default())?;
    for page in &pages {
        pdf.page(page, None)?;
    }
    pdf.finish()?;
    Ok(pages.len() as u32)
}

/// The pages, with their numbers.
fn pages(contents: &Contents<'_>) -> Vec<Drawing> {
    let (mut page, mut y) = first_page(contents);
    let mut pages = Vec::new();
    for row in contents.rows {
        let lines = Lines::of(row);
        let height = leading_mm(BODY.1) * (lines.count() as f32 - 1.0);
        if y + ROW + height > LAST {
            let full = std::mem::replace(&mut page, Drawing::a4());
            pages.push(full);
            y = running_head(&mut page, contents);
            y = head(&mut page, y);
        }
        y += ROW;
        lines.draw(&mut page, row, y);
        y += height;
    }
    if contents.rows.is_empty() {
        page.text((TYPE, y + ROW), BODY, "keine Dokumente");
    }
    pages.push(page);
    let count = pages.len();
    for (index, page) in pages.iter_mut().enumerate() {
        page.text_right((RIGHT, FOOT), SMALL, format!("Seite {} von {count}", index + 1));
    }
    pages
}

/// The title, what the table is about, and the names of the columns; gives the base line of the names.
fn first_page(contents: &Contents<'_>) -> (Drawing, f32) {
    let mut page = Drawing::a4();
    page.text((LEFT, 32.0), (Face::Medium, 22.0), "Inhaltsverzeichnis");
    page.text((LEFT, 43.0), SMALL, "Aktenzeichen");
    let case = fit(contents.case, Face::Medium, RIGHT - LEFT, &[16.0, 14.0, 12.0, 10.0], 2);
    let mut y = 44.0;
    for line in &case.lines {
        y += leading_mm(case.size_pt);
        page.text((LEFT, y), (Face::Medium, case.size_pt), line);
    }
    let pages: u64 = contents.rows.iter().map(|row| u64::from(row.pages)).sum();
    let documents = counted(contents.rows.len() as u64, "Dokument", "Dokumente");
    let summary = format!("{documents} mit {} · Stand {}", counted(pages, "Seite", "Seiten"), german(contents.day));
    y += 7.5;
    page.text((LEFT, y), (Face::Regular, 10.5), summary);
    let y = head(&mut page, y + 11.0);
    (page, y)
}

/// What stands above the table on further pages; gives where the names of the columns stand.
fn running_head(page: &mut Drawing, contents: &Contents<'_>) -> f32 {
    let title = "Inhaltsverzeichnis";
    page.text((LEFT, 22.0), SMALL, title);
    let from = LEFT + SMALL.0.width_mm(title, SMALL.1) + 10.0;
    page.text_right((RIGHT, 22.0), SMALL, cut(contents.case, SMALL.0, SMALL.1, RIGHT - from));
    32.0
}

/// The names of the columns on the base line `y`, which is given back, and a rule below them.
fn head(page: &mut Drawing, y: f32) -> f32 {
    page.text_right((NUMBER_RIGHT, y), HEAD, "Nr.");
    page.text((TYPE, y), HEAD, "Art");
    page.text((DATE, y), HEAD, "Datum");
    page.text_right((PAGES_RIGHT, y), HEAD, "Seiten");
    page.text((FILE, y), HEAD, "Datei");
    page.bar([LEFT, y + 2.0, RIGHT - LEFT, 0.3]);
    y + 1.4
}

/// The lines of a row's two wide columns.
struct Lines {
    kind: Vec<String>,
    file: Vec<String>,
}

impl Lines {
    fn of(row: &ContentsRow<'_>) -> Self {
        let lines = |text: &str, width| {
            let mut lines = wrap(text, BODY.0, BODY.1, width);
            if lines.len() > MAX_LINES {
                let rest = lines.split_off(MAX_LINES - 1).concat();
                lines.push(cut(&rest, BODY.0, BODY.1, width));
            }
            lines
        };
        Self { kind: lines(row.type_name, DATE - TYPE - GAP), file: lines(row.file, RIGHT - FILE) }
    }

    fn count(&self) -> usize {
        self.kind.len().max(self.file.len()).max(1)
    }

    /// Draws the row with its first line on `y`, column by column.
    fn draw(&self, page: &mut Drawing, row: &ContentsRow<'_>, y: f32) {
        let column = |page: &mut Drawing, x: f32, lines: &[String]| {
            let mut y = y;
            for line in lines {
                page.text((x, y), BODY, line);
                y += leading_mm(BODY.1);
            }
        };
        page.text_right((NUMBER_RIGHT, y), BODY, row.number.to_string());
        column(page, TYPE, &self.kind);
        page.text((DATE, y), BODY, row.date.map_or_else(|| "–".to_owned(), german));
        page.text_right((PAGES_RIGHT, y), BODY, row.pages.to_string());
        column(page, FILE, &self.file);
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `05.03.2024`.
fn german(date: Date) -> String {
    format!("{:02}.{:02}.{:04}", date.day(), date.month(), date.year())
}
