//! Parties that a paper names with a word: heads of e-mails, captions of forms and fax covers.

use std::sync::LazyLock;

use regex::Regex;

use super::super::rows::{Cell, Rows, Span};
use super::super::{HEAD_SHARE, own_pattern};
use super::address::PITCH;
use super::names::{DIVIDER, FAX_LINE, FROM_CAPTIONS, Named, TO_CAPTIONS, is_name, name_of, spelt};

const MAIL: f32 = 0.93;
const CAPTIONED: f32 = 0.85;

/// What stands beside a caption is no further away than so many times its height.
const BESIDE: f32 = 5.0;

/// A line of the head of an e-mail.
static MAIL_HEADER: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"^\s*(Von|Vou|From|An|Absender)\s*:\s*(\S.*)$"));

/// `Selma Sonnenschein <sonnenschein@post.example>`: who wrote, where no `Von:` says it.
static NAME_AND_ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| own_pattern(r"^\s*(\p{L}[^<@]{2,60}?)\s*<[^<>\s]+@[^<>\s]+>"));

/// Sender and addressee of a printed e-mail; `Von:` may also stand at the foot of a letter.
pub(super) fn mail_header(rows: &Rows) -> (Option<Named>, Option<Named>) {
    let (mut from, mut to) = (None, None);
    for (index, row) in rows.rows.iter().enumerate() {
        let Some(parts) = MAIL_HEADER.captures(&row.text).filter(|_| !FAX_LINE.is_match(&row.text)) else {
            let bare = NAME_AND_ADDRESS.captures(&row.text).and_then(|parts| parts.get(1));
            let first = from.is_none() && to.is_none() && rows.depth(index) < HEAD_SHARE;
            if let Some(name) = bare.filter(|name| first && is_name(name.as_str())) {
                let span = Span { row: index, start: name.start(), end: name.end() };
                from = Some(Named { span, name: spelt(name.as_str()), weight: MAIL });
            }
            continue;
        };
        let (Some(label), Some(value)) = (parts.get(1), parts.get(2)) else { continue };
        let name =
            value.as_str().split(['<', '[', ';', '(']).next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        let span = Span { row: index, start: value.start(), end: value.start() + name.len() };
        let place = if label.as_str().starts_with('A') && label.as_str().len() == 2 { &mut to } else { &mut from };
        if place.is_none() && is_name(name) {
            *place = Some(Named { span, name: spelt(name), weight: MAIL });
        }
    }
    (from, to)
}

/// Sender and addressee that captions tell, in the head of the page.
pub(super) fn captioned(rows: &Rows) -> (Option<Named>, Option<Named>) {
    let (mut from, mut to) = (None, None);
    for (row, cell) in rows.cells().filter(|(row, _)| rows.depth(*row) < HEAD_SHARE) {
        let place = match rows.cell_text(row, cell).trim().trim_end_matches(':') {
            caption if FROM_CAPTIONS.contains(&caption) => &mut from,
            caption if TO_CAPTIONS.contains(&caption) => &mut to,
            _ => continue,
        };
        let beside = |(other_row, other): &(usize, &Cell)| {
            *other_row == row && other.x0 > cell.x1 && other.x0 - cell.x1 < BESIDE * cell.size
        };
        let below = |(other_row, other): &(usize, &Cell)| {
            let down = other.y - cell.y;
            *other_row > row && down < 2.0 * PITCH * cell.size && (other.x0 - cell.x0).abs() < 2.0 * other.size
        };
        let name = |(row, cell): (usize, &Cell)| first_name(rows, row, cell, CAPTIONED);
        if place.is_none() {
            *place = rows.cells().filter(beside).find_map(name).or_else(|| rows.cells().filter(below).find_map(name));
        }
    }
    (from, to)
}

/// The name with which a cell begins, up to a comma or another divider.
fn first_name(rows: &Rows, row: usize, cell: &Cell, weight: f32) -> Option<Named> {
    let text = rows.cell_text(row, cell);
    let end = DIVIDER.find(text).map_or(text.len(), |divider| divider.start());
    // `Selma Sonnenschein/Neuweiler`: name and house, as some mail programs have them.
    let end = text.get(..end)?.find('/').unwrap_or(end);
    let name = name_of(text.get(..end)?)?;
    Some(Named { span: Span { row, start: cell.start, end: cell.start + end }, name, weight })
}
