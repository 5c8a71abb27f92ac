//! Addresses: blocks of lines that end with a postal code and a place, and the return line above one.

use std::sync::LazyLock;

use regex::Regex;

use super::super::own_pattern;
use super::super::rows::{Cell, Rows, Span};
use super::names::{DIVIDER, Named, is_name, name_of, spelt};

/// Lines of an address are no further apart than so many times their height.
pub(super) const PITCH: f32 = 2.7;

/// Print smaller than this share of an address line is the return line.
const SMALL: f32 = 0.78;

const MAX_LINES: usize = 9;

/// The return line stands at most so far above the address, in millimetres.
const RETURN_LINE_MM: f32 = 24.0;

const RETURN_LINE: f32 = 0.88;

/// A postal code with its place, as German addresses end.
static PLACE: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"^(?:D\s?[-–]\s?)?[0-9OoIl]{5}\s?\p{Lu}[\p{L}]"));

/// A postal code behind something else: an address on one line.
static ONE_LINE: LazyLock<Regex> =
    LazyLock::new(|| own_pattern(r"\S.*[\s·•|,;–-](?:D\s?[-–]\s?)?[0-9OoIl]{5}(?:\s+\p{Lu}|$)"));

/// A street with a number, where the divider was lost.
static STREET: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(
        r"\s(?:\p{Lu}[\p{L}.-]*\s)?\p{L}*(?i:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|markt|graben)\s+[0-9]",
    )
});

/// A street with its number, at the end.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"\p{L}.*\s?[0-9OIl]{1,4}\s?[a-h]?$"));

/// A block of lines that ends with a postal code and a place.
pub(super) struct Address {
    /// From top to bottom.
    pub(super) lines: Vec<(usize, Cell)>,
}

/// All blocks of lines that end with a postal code and a place, from top to bottom. They align at the left, or, as a sender at
/// the right edge does, at the right.
pub(super) fn addresses(rows: &Rows) -> Vec<Address> {
    let ends = rows.cells().filter(|(row, cell)| PLACE.is_match(rows.cell_text(*row, cell)) && rows.depth(*row) < 0.5);
    let block = |(row, last): (usize, &Cell)| {
        [(|cell: &Cell| cell.x0) as fn(&Cell) -> f32, |cell| cell.x1]
            .into_iter()
            .map(|edge| address_above(rows, row, last, edge))
            .find(|address| address.lines.len() > 1)
    };
    ends.filter_map(block).collect()
}

/// The lines above `last` that align with it at an edge, with it.
fn address_above(rows: &Rows, row: usize, last: &Cell, edge: fn(&Cell) -> f32) -> Address {
    let mut lines = vec![(row, *last)];
    let mut lowest = *last;
    for (row, above) in rows.rows.iter().enumerate().take(row).rev() {
        let beside = |cell: &&Cell| (edge(cell) - edge(last)).abs() < 1.5 * last.size;
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
}

/// The name of an address.
pub(super) fn named(rows: &Rows, address: &Address, weight: f32) -> Option<Named> {
    let (_, above) = address.lines.split_last()?;
    let (index, (row, cell), name) = above.iter().enumerate().find_map(|(index, line)| {
        let name = name_of(rows.cell_text(line.0, &line.1))?;
        Some((index, line, name))
    })?;
    // A name is seldom where a street should stand: right above the place.
    let street = index + 1 == above.len() && name.chars().any(|c| c.is_ascii_digit());
    let weight = if street { weight * 0.4 } else { weight };
    Some(Named { span: Span { row: *row, start: cell.start, end: cell.end }, name, weight })
}

/// The sender in the return line above an address; if the line begins with the street, above that.
pub(super) fn return_line(rows: &Rows, address_y: f32, address_x: f32) -> Option<Named> {
    let beside = |cell: &Cell| ((cell.x0 - address_x) * rows.mm).abs() < 8.0;
    let near = |(_, cell): &(usize, &Cell)| {
        let above = (address_y - cell.y) * rows.mm;
        above > 0.0 && above <= RETURN_LINE_MM && beside(cell)
    };
    rows.cells().filter(near).find_map(|(row, cell)| {
        let text = rows.cell_text(row, cell);
        if !ONE_LINE.is_match(text) {
            return None;
        }
        let divider = DIVIDER.find(text).map(|divider| divider.start());
        let end = divider.or_else(|| STREET.find(text).map(|street| street.start()))?;
        let name = text.get(..end)?.trim();
        let name = name.strip_prefix("Absender:").or_else(|| name.strip_prefix("Abs.:")).unwrap_or(name).trim();
        if NUMBERED.is_match(name) {
            let over =
                |(_, other): &(usize, &Cell)| other.y < cell.y && cell.y - other.y < 4.0 * cell.size && beside(other);
            let (row, other) = rows.cells().filter(over).max_by(|a, b| a.1.y.total_cmp(&b.1.y))?;
            let name = rows.cell_text(row, other).trim();
            let span = Span { row, start: other.start, end: other.end };
            return is_name(name).then(|| Named { span, name: spelt(name), weight: RETURN_LINE });
        }
        let start = cell.start + text.find(name)?;
        let span = Span { row, start, end: start + name.len() };
        is_name(name).then(|| Named { span, name: spelt(name), weight: RETURN_LINE })
    })
}
