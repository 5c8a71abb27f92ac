//! The date of a letter, where no label announces it.

use std::sync::LazyLock;

use regex::Regex;

use super::super::kind::Kind;
use super::super::rows::{Rows, Span};
use super::super::{Candidates, date, own_pattern};

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

/// Adds the dates that no label announces, as the date of the letter; those in `of_others` are something else.
pub(in super::super) fn dates(
    rows: &Rows,
    latest_year: i16,
    head_share: f32,
    of_others: &[Span],
    page: &mut Candidates<'_>,
) {
    let mut found = Vec::new();
    for (row, cell) in rows.cells() {
        let text = rows.cell_text(row, cell);
        let span = Span { row, start: cell.start, end: cell.end };
        for date in date::dates(text, latest_year) {
            let before = text.get(..date.start).unwrap_or_default();
            let after = text.get(date.end..).unwrap_or_default();
            let last = before.split_whitespace().next_back().unwrap_or_default().to_lowercase();
            let at = cell.start + date.start;
            if of_others.iter().any(|other| other.row == row && other.start <= at && at < other.end) {
                continue;
            }
            // No date of a letter ends a sentence.
            let ends = !after.chars().any(char::is_alphabetic) && !after.trim_start().starts_with('.');
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
