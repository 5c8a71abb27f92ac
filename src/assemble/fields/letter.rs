//! What the form of a letter tells: sender, addressee, the date in its place.
//!
//! In: rows of a page. Out: candidates. The places are those of DIN 5008: the address field begins 27 mm (form A) or 45 mm
//! (form B) from the top, is 45 mm high and lies 20 to 105 mm from the left edge; the return line stands in it, small, above the
//! address. Scanners cut and shift, so the field is looked for by its own form near that place.

use std::sync::LazyLock;

use regex::Regex;

use super::kind::Kind;
use super::label::Hit;
use super::rows::{Cell, Rows, Span, union};
use super::{Candidates, own_pattern};
use crate::model::Field;

/// Where the last line of an address may stand, and where its lines may begin, in millimetres of the page.
const LAST_LINE_MM: std::ops::RangeInclusive<f32> = 45.0..=105.0;
const LEFT_MM: std::ops::RangeInclusive<f32> = 8.0..=45.0;

/// Lines of an address are no further apart than so many times their height.
const PITCH: f32 = 2.3;
/// Print smaller than this share of an address line is the return line.
const SMALL: f32 = 0.78;
const MAX_LINES: usize = 9;
/// The return line stands at most so far above the address, in millimetres.
const RETURN_LINE_MM: f32 = 24.0;
/// Above this a letterhead stands, if nothing else bounds it.
const LETTERHEAD_MM: f32 = 45.0;

const RECIPIENT: f32 = 0.93;
const RETURN_LINE: f32 = 0.88;
const CONFIRMED: f32 = 0.96;
const SENDER_BLOCK: f32 = 0.75;
const LETTERHEAD: f32 = 0.55;

/// A postal code with its place, as German addresses end.
static PLACE: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"^(?:D\s?[-–]\s?)?[0-9OoIl]{5}\s?\p{Lu}[\p{L}]"));
/// A postal code behind something else: an address on one line.
static ONE_LINE: LazyLock<Regex> =
    LazyLock::new(|| own_pattern(r"\S.*[\s·•|,;–-](?:D\s?[-–]\s?)?[0-9OoIl]{5}(?:\s+\p{Lu}|$)"));
/// What divides the parts of a return line; OCR reads the middle dot as a full stop or a stroke, too.
static DIVIDER: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"\s*[·•∙●|;*]\s*|\s+[-–—.]\s+|,\s*"));
/// A street with a number, where the divider was lost.
static STREET: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(
        r"\s(?:\p{Lu}[\p{L}.-]*\s)?\p{L}*(?i:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|markt|graben)\s+[0-9]",
    )
});

/// Lines of an address that are not the name.
const FORMS_OF_ADDRESS: [&str; 15] = [
    "herrn",
    "herr",
    "frau",
    "firma",
    "fa.",
    "familie",
    "eheleute",
    "an",
    "an die",
    "an das",
    "an den",
    "an den herrn",
    "herrn und frau",
    "an frau",
    "an herrn",
];
const NOTES: [&str; 12] = [
    "einschreiben",
    "persönlich",
    "vertraulich",
    "postzustellungsurkunde",
    "mit postzustellungsurkunde",
    "per e-mail",
    "per fax",
    "vorab per",
    "eilt",
    "gegen empfangsbekenntnis",
    "förmliche zustellung",
    "per post",
];

/// A block of lines that ends with a postal code and a place.
struct Address {
    /// From top to bottom.
    lines: Vec<(usize, Cell)>,
}

/// Adds sender and addressee.
pub(super) fn parties(rows: &Rows, page: &mut Candidates<'_>) {
    let addresses = addresses(rows);
    let in_place = |address: &&Address| {
        let last = address.lines.last().map(|(_, cell)| cell);
        last.is_some_and(|cell| LAST_LINE_MM.contains(&(cell.y * rows.mm)) && LEFT_MM.contains(&(cell.x0 * rows.mm)))
    };
    let addressee = addresses.iter().filter(in_place).max_by(|a, b| a.lines.len().min(3).cmp(&b.lines.len().min(3)));
    if let Some(address) = addressee {
        add(rows, page, Kind::Recipient, address, RECIPIENT);
    }
    let top = addressee.and_then(|a| a.lines.first()).map(|(_, cell)| (cell.y, cell.x0));
    let return_line = top.and_then(|(y, x)| return_line(rows, y, x));
    let head = top.map_or(LETTERHEAD_MM / rows.mm, |(y, _)| y.min(LETTERHEAD_MM / rows.mm));
    let largest = rows
        .cells()
        .filter(|(row, cell)| cell.y < head && is_name(rows.cell_text(*row, cell)))
        .max_by(|a, b| (a.1.size * if a.1.y < 0.5 * head { 1.1 } else { 1.0 }).total_cmp(&b.1.size));
    if let Some((span, value)) = return_line {
        let letterhead =
            |(row, cell): (usize, &Cell)| cell.y < head && row != span.row && alike(rows.cell_text(row, cell), &value);
        let weight = if rows.cells().any(letterhead) { CONFIRMED } else { RETURN_LINE };
        push(rows, page, Kind::Sender, span, span, &value, weight);
    } else if let Some((row, cell)) = largest {
        let span = Span { row, start: cell.start, end: cell.end };
        push(rows, page, Kind::Sender, span, span, rows.text(span).trim(), LETTERHEAD);
    }
    let above = |address: &&Address| match (address.lines.last(), top) {
        (Some((_, last)), Some((y, _))) => last.y < y - 8.0 / rows.mm,
        _ => false,
    };
    if let Some(address) = addresses.iter().find(above) {
        add(rows, page, Kind::Sender, address, SENDER_BLOCK);
    }
}

/// All blocks of lines that end with a postal code and a place, from top to bottom.
fn addresses(rows: &Rows) -> Vec<Address> {
    let ends = rows.cells().filter(|(row, cell)| PLACE.is_match(rows.cell_text(*row, cell)) && rows.depth(*row) < 0.5);
    ends.map(|(row, last)| {
        let mut lines = vec![(row, *last)];
        let mut lowest = *last;
        for (row, above) in rows.rows.iter().enumerate().take(row).rev() {
            let beside = |cell: &&Cell| (cell.x0 - last.x0).abs() < 1.5 * last.size;
            let Some(cell) = above.cells.iter().find(beside) else {
                if above.cells.iter().all(|cell| lowest.y - cell.y > PITCH * last.size) {
                    break;
                }
                continue;
            };
            let text = rows.cell_text(row, cell);
            let apart = lowest.y - cell.y > PITCH * last.size;
            if apart
                || cell.size < SMALL * last.size
                || ONE_LINE.is_match(text)
                || PLACE.is_match(text)
                || lines.len() >= MAX_LINES
            {
                break;
            }
            lines.push((row, *cell));
            lowest = *cell;
        }
        lines.reverse();
        Address { lines }
    })
    .filter(|address| address.lines.len() > 1)
    .collect()
}

/// Adds the name of an address; all its lines are what was read.
fn add(rows: &Rows, page: &mut Candidates<'_>, kind: Kind, address: &Address, weight: f32) {
    let text = |(row, cell): &(usize, Cell)| rows.cell_text(*row, cell).trim().to_owned();
    let Some((last, above)) = address.lines.split_last() else { return };
    let named = above.iter().find_map(|line| name_of(&text(line)).map(|name| (line, name)));
    let Some((line, name)) = named else { return };
    let name_span = Span { row: line.0, start: line.1.start, end: line.1.end };
    // A name is seldom where a street should stand: right above the place.
    let street = std::ptr::eq(line, above.last().unwrap_or(last)) && name.chars().any(|c| c.is_ascii_digit());
    let weight = if street { weight * 0.4 } else { weight };
    let bounds = address
        .lines
        .iter()
        .map(|(row, cell)| rows.bounds(Span { row: *row, start: cell.start, end: cell.end }))
        .reduce(union)
        .unwrap_or_default();
    let raw: Vec<String> = address.lines.iter().map(text).collect();
    page.push(Field {
        name: kind.name().into(),
        raw: raw.join(", "),
        value: name,
        confidence: rows.confidence(name_span) * weight,
        page: 0,
        bounds,
    });
}

/// The name in a line of an address; `None` if it is a form of address or a note to the post office.
fn name_of(line: &str) -> Option<String> {
    let lower = line.trim_end_matches([':', '.', ',']).to_lowercase();
    if FORMS_OF_ADDRESS.contains(&lower.as_str()) || NOTES.iter().any(|note| lower.starts_with(note)) {
        return None;
    }
    let mut name = line.trim();
    for form in ["An ", "Herrn ", "Herr ", "Frau ", "Firma ", "Fa. ", "Familie "] {
        name = name.strip_prefix(form).unwrap_or(name).trim_start();
    }
    is_name(name).then(|| name.to_owned())
}

fn is_name(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    letters >= 3 && letters > 2 * digits && text.chars().count() <= 80
}

/// The return line above an address, and the sender in it.
fn return_line(rows: &Rows, address_y: f32, address_x: f32) -> Option<(Span, String)> {
    let near = |(_, cell): &(usize, &Cell)| {
        let above = (address_y - cell.y) * rows.mm;
        above > 0.0 && above <= RETURN_LINE_MM && ((cell.x0 - address_x) * rows.mm).abs() < 8.0
    };
    rows.cells().filter(near).find_map(|(row, cell)| {
        let text = rows.cell_text(row, cell);
        if !ONE_LINE.is_match(text) {
            return None;
        }
        let parts = DIVIDER.find(text).map(|divider| divider.start());
        let end = parts.or_else(|| STREET.find(text).map(|street| street.start()))?;
        let value = text.get(..end)?.trim().trim_start_matches("Abs.:").trim_start_matches("Absender:").trim();
        let start = cell.start + text.find(value)?;
        is_name(value).then(|| (Span { row, start, end: start + value.len() }, value.to_owned()))
    })
}

/// Whether a line is about the same name, whatever the case and the signs.
fn alike(line: &str, name: &str) -> bool {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (line, name) = (plain(line), plain(name));
    line.len() >= 4 && name.len() >= 4 && (line.contains(&name) || name.contains(&line))
}

fn push(rows: &Rows, page: &mut Candidates<'_>, kind: Kind, read: Span, raw: Span, value: &str, weight: f32) {
    page.push(Field {
        name: kind.name().into(),
        raw: rows.text(raw).to_owned(),
        value: value.to_owned(),
        confidence: rows.confidence(read) * weight,
        page: 0,
        bounds: rows.bounds(raw),
    });
}

const PLACE_AND_DATE: f32 = 0.93;
const DATE_OF_PLACE_BELOW: f32 = 0.7;
const DATE_ALONE: f32 = 0.7;
const DATE_IN_HEAD: f32 = 0.35;
const ONLY_DATE: f32 = 0.6;
const DATE_SOMEWHERE: f32 = 0.2;

/// Words before a date of something else than the letter.
const OTHER_DATE: [&str; 16] = [
    "vom",
    "seit",
    "bis",
    "zum",
    "geb",
    "geb.",
    "geboren",
    "ab",
    "nachricht",
    "schreiben",
    "am",
    "und",
    "frist",
    "fällig",
    "von",
    "antrag",
];

/// Before the date of a letter: a place, and mostly `den`.
static FROM_PLACE: LazyLock<Regex> =
    LazyLock::new(|| own_pattern(r"^\s*\p{Lu}[\p{L}.()/ -]{1,39},?\s*(?:,|\bden\b|\bd\.)\s*(?:den|d\.)?\s*$"));

/// Adds the dates that no label announces, as the date of the letter.
pub(super) fn dates(rows: &Rows, latest_year: i16, head_share: f32, page: &mut Candidates<'_>) {
    let mut found = Vec::new();
    for (row, cell) in rows.cells() {
        let text = rows.cell_text(row, cell);
        let span = Span { row, start: cell.start, end: cell.end };
        for date in super::date::dates(text, latest_year) {
            let before = text.get(..date.start).unwrap_or_default();
            let after = text.get(date.end..).unwrap_or_default();
            let last = before.split_whitespace().next_back().unwrap_or_default().to_lowercase();
            let ends = !after.chars().any(char::is_alphabetic);
            let in_head = rows.depth(row) <= head_share;
            let weight = if ends && FROM_PLACE.is_match(before) {
                if in_head { PLACE_AND_DATE } else { DATE_OF_PLACE_BELOW }
            } else if OTHER_DATE.contains(&last.as_str()) {
                continue;
            } else if in_head && ends && (before.trim().is_empty() || last == "den") {
                DATE_ALONE
            } else if in_head {
                DATE_IN_HEAD
            } else {
                DATE_SOMEWHERE
            };
            found.push((span, date, weight));
        }
    }
    let only = found.windows(2).all(|pair| pair[0].1.value == pair[1].1.value);
    for (span, date, weight) in found {
        let weight = if only { weight.max(ONLY_DATE) } else { weight };
        page.add(Kind::Date.name(), span, date, weight);
    }
}

/// Whether a label names a line above it: `Ort, Datum`.
pub(super) fn is_signature(rows: &Rows, hit: &Hit) -> bool {
    let text = rows.text(hit.span).to_lowercase();
    text.starts_with("ort") || text.contains("unterschrift")
}
