//! Machine-readable zones of passports, identity cards, residence permits and visas: ICAO Doc 9303, parts 3 to 7.
//!
//! In: rows of a page. Out: their fields, each as sure as its check digits make it. A sign is put right only where its place
//! cannot hold it (a letter in a date) or where exactly one reading passes the check.

mod form;
mod line;
mod states;

use super::date::full_year;
use super::kind::Kind;
use super::rows::{Rows, Span};
use super::{Candidates, check};
use crate::model::Field;

use form::{Form, Part};
use line::{Line, Reading};

/// How sure names are, which have no check digits; those that stand on the page a second time are surer.
const NAME: f32 = 0.85;
const NAME_TWICE: f32 = 0.96;
/// If surname and given names are not told apart: a filler was lost.
const NAME_IN_DOUBT: f32 = 0.4;
/// Two digits of a year of expiry lie in the hundred years up to this one.
const LATEST_EXPIRY: i16 = 2069;
/// How sure a number is that one sign was put right in by its check digit alone.
const GUESSED: f32 = 0.45;
/// How much less sure a part is whose own check passes where the check over several parts does not: one of them is wrong.
const ONE_FAILS: f32 = 0.7;
/// How sure signs without a check digit are that come from a small set.
const KNOWN: f32 = 0.97;

/// Adds the fields of every zone on the page.
pub(super) fn zones(rows: &Rows, latest_year: i16, page: &mut Candidates<'_>) {
    let lines: Vec<Line> = (0..rows.rows.len()).filter_map(|row| Line::of(rows, row)).collect();
    let mut at = 0;
    while at < lines.len() {
        let zone = form::ALL
            .iter()
            .filter_map(|form| Zone::read(form, lines.get(at..)?))
            .max_by(|a, b| a.sure().total_cmp(&b.sure()));
        match zone {
            Some(zone) => {
                zone.add(rows, latest_year, page);
                at += zone.form.lines.len();
            }
            None => at += 1,
        }
    }
}

/// A zone that was read.
struct Zone<'l> {
    form: &'static Form,
    lines: Vec<(&'l Line, Reading)>,
    /// The check over several fields passes; `None` for forms without one.
    whole: Option<bool>,
}

impl<'l> Zone<'l> {
    /// Reads the first lines as a zone of that form; `None` if they are none.
    fn read(form: &'static Form, lines: &'l [Line]) -> Option<Self> {
        let lines: Vec<(&Line, Reading)> = form
            .lines
            .iter()
            .zip(lines)
            .map(|(plan, line)| Some((line, line.read(plan, form.length)?)))
            .collect::<Option<_>>()?;
        if lines.len() != form.lines.len() || !lines.windows(2).all(|pair| pair[0].0.near(pair[1].0)) {
            return None;
        }
        let mut zone = Self { form, lines, whole: None };
        zone.whole = form.whole.map(|(parts, (line, place))| {
            let signs = parts.iter().flat_map(|part| zone.text(*part).bytes().collect::<Vec<u8>>());
            zone.lines.get(line).and_then(|(_, reading)| reading.signs.get(place).copied()) == Some(check::icao(signs))
        });
        // A zone proves itself: without any check passed it is a line of capitals.
        (zone.passed() >= 2).then_some(zone)
    }

    fn text(&self, part: Part) -> &str {
        let signs = self.lines.get(part.line).map(|(_, reading)| reading.signs.as_slice()).unwrap_or_default();
        signs.get(part.from..part.to).and_then(|signs| std::str::from_utf8(signs).ok()).unwrap_or_default()
    }

    fn passed(&self) -> usize {
        self.lines.iter().map(|(_, reading)| reading.passed).sum::<usize>() + usize::from(self.whole == Some(true))
    }

    fn sure(&self) -> f32 {
        self.passed() as f32 + self.lines.iter().map(|(_, reading)| reading.sure).product::<f32>()
    }

    fn add(&self, rows: &Rows, latest_year: i16, page: &mut Candidates<'_>) {
        let form = self.form;
        let plain = |part: Part| self.text(part).trim_end_matches('<').to_owned();
        let checked = |part: Part| {
            let reading = self.lines.get(part.line).map(|(_, reading)| reading)?;
            reading.checked.iter().find(|checked| checked.from == part.from)
        };
        let proof = |part: Part| match checked(part) {
            Some(checked) if checked.passes => {
                let read = self.read_confidence(rows, part);
                // The number stands first in the check over several parts, with the same weights as in its own: that one adds
                // nothing to it. The dates have others.
                let chance = if self.whole == Some(true) && part != form.number { 0.01 } else { 0.1 };
                let seen = check::proved(read * checked.sure, chance);
                let seen = match (self.is_printed(rows, &plain(part)), checked.by_check, checked.blind) {
                    (true, ..) => check::proved(seen, 0.01),
                    // Of the signs that may have been misread, its check digit has chosen one: that is a guess.
                    (_, true, _) => seen.min(GUESSED),
                    // What the check cannot see is as sure as it was read.
                    (_, _, true) => seen.min(read),
                    _ => seen,
                };
                if self.whole == Some(false) { seen * ONE_FAILS } else { seen }
            }
            _ => 0.0,
        };
        let mut add = |kind: Kind, part: Part, value: String, confidence: f32| {
            let span = self.span(part);
            page.push(Field {
                name: kind.name().into(),
                raw: rows.text(span).to_owned(),
                value,
                confidence,
                page: 0,
                bounds: rows.bounds(span),
            });
        };
        add(Kind::DocumentNumber, form.number, plain(form.number), proof(form.number));
        let expires = two(self.text(form.expiry)).map(|year| full_year(year, LATEST_EXPIRY));
        let proven = expires.filter(|_| proof(form.expiry) >= 0.5);
        // Nobody is born after the document expires; if that is not known, the century may not be, either.
        let born =
            two(self.text(form.birth)).map(|year| full_year(year, proven.unwrap_or(latest_year).min(latest_year)));
        let certain = proven.is_some() || born.is_some_and(|year| year < 2000);
        if let Some(date) = born.and_then(|year| iso(self.text(form.birth), year)) {
            let sure = proof(form.birth);
            add(Kind::BirthDate, form.birth, date, if certain { sure } else { sure.min(GUESSED) });
        }
        if let Some(date) = expires.and_then(|year| iso(self.text(form.expiry), year)) {
            add(Kind::ValidUntil, form.expiry, date, proof(form.expiry));
        }
        for (kind, part) in [(Kind::IssuingState, form.state), (Kind::Nationality, form.nation)] {
            let code = plain(part);
            if states::is_known(&code) {
                let read = self.read_confidence(rows, part);
                add(kind, part, code, read * KNOWN);
            }
        }
        let sex = self.text(form.sex);
        if matches!(sex, "M" | "F" | "<") {
            let value = if sex == "<" { "X" } else { sex };
            add(Kind::Sex, form.sex, value.to_owned(), self.read_confidence(rows, form.sex) * KNOWN);
        }
        let names = line::names(self.text(form.names));
        let read = self.read_confidence(rows, form.names);
        for (kind, name) in [(Kind::Surname, names.surname), (Kind::GivenNames, names.given)] {
            let name = self.without_fillers(rows, &name);
            let base = match (names.divided, self.stands_elsewhere(rows, &name)) {
                (false, _) => NAME_IN_DOUBT,
                (true, true) => NAME_TWICE,
                (true, false) => NAME,
            };
            add(kind, form.names, name, read * base);
        }
    }

    /// How sure the signs of a part were read.
    fn read_confidence(&self, rows: &Rows, part: Part) -> f32 {
        rows.confidence(self.span(part))
    }

    /// Where a part stands in the rows.
    fn span(&self, part: Part) -> Span {
        self.lines.get(part.line).map_or(Span { row: 0, start: 0, end: 0 }, |(line, reading)| {
            let at = |place: usize| reading.places.get(place).copied().unwrap_or(line.span.end);
            let end = reading.places.get(part.to).copied().unwrap_or(line.span.end);
            Span { row: line.span.row, start: at(part.from), end: end.max(at(part.from)) }
        })
    }

    /// Whether all parts of a name stand in another line of the page, as they do in print above the zone.
    fn stands_elsewhere(&self, rows: &Rows, name: &str) -> bool {
        !name.is_empty() && name.split(' ').all(|part| self.is_printed(rows, part))
    }

    fn is_printed(&self, rows: &Rows, part: &str) -> bool {
        let own: Vec<usize> = self.lines.iter().map(|(line, _)| line.span.row).collect();
        let mut words = rows
            .rows
            .iter()
            .enumerate()
            .filter(|(row, _)| !own.contains(row))
            .flat_map(|(_, row)| row.text.split(|c: char| !c.is_alphanumeric()));
        words.any(|word| line::transcribed(word) == part)
    }

    /// A name whose fillers were read as `K` or `C`: without them if so it is printed on the page, and not with them.
    fn without_fillers(&self, rows: &Rows, name: &str) -> String {
        let mend = |part: &str| {
            let bare = part.trim_matches(['K', 'C']);
            let better = bare.len() > 1 && bare != part && !self.is_printed(rows, part) && self.is_printed(rows, bare);
            if better { bare.to_owned() } else { part.to_owned() }
        };
        name.split(' ').map(mend).collect::<Vec<_>>().join(" ")
    }
}

fn two(date: &str) -> Option<i16> {
    date.get(..2)?.parse().ok()
}

/// A date of six digits. Of a birthday that is not known the day, or the month too, are fillers: that is no date.
fn iso(date: &str, year: i16) -> Option<String> {
    let (month, day) = (date.get(2..4)?.parse().ok()?, date.get(4..6)?.parse().ok()?);
    jiff::civil::Date::new(year, month, day).ok().map(|date| date.to_string())
}
