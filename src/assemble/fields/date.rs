//! Dates in German texts.
//!
//! In: text. Out: days as ISO 8601 with the place where they stand. Impossible days are none.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::lookalike::as_digits;
use super::{Found, own_pattern};

/// Months in full and as people shorten them, in the spelling of [`folded`].
const MONTHS: [(&str, &[&str]); 12] = [
    ("januar", &["jan", "janner"]),
    ("februar", &["feb", "feber"]),
    ("marz", &["mar", "mrz"]),
    ("april", &["apr"]),
    ("mai", &[]),
    ("juni", &["jun"]),
    ("juli", &["jul"]),
    ("august", &["aug"]),
    ("september", &["sep", "sept"]),
    ("oktober", &["okt"]),
    ("november", &["nov"]),
    ("dezember", &["dez"]),
];

/// Years of four digits that documents are of, or speak of.
const YEARS: std::ops::RangeInclusive<i16> = 1890..=2099;

/// How much less likely a date is for each sign that was put right, for a year of two digits, and for a month that was
/// misspelt.
const MENDED: f32 = 0.9;
const SHORT_YEAR: f32 = 0.97;
const MISSPELT: f32 = 0.9;

/// A digit, or what OCR takes it for.
static NUMERIC: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(
        r"((?:\b[OoQIl]|[0-9])[0-9OoQIl|]?)\s?(?:[.,]|,,|\s)\s?([0-9OoQIl|]{1,2})\s?(?:[.,]|,,)\s?([12][0-9OoQIl|]{3}|[0-9OoQIl|]{2})|([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})|([0-9]{4})-([0-9]{2})-([0-9]{2})",
    )
});

static LONG: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(
        r"([0-9OoIl|]{1,2})(?:\s?[.,]\s?|\s)([\p{L}01|][\p{L}01|]{2,9})\s?[.,]?\s?([12][0-9OoQIl|]{3}|['’]?[0-9]{2})",
    )
});

/// Finds every date, in order. Years of two digits lie in the hundred years up to `latest_year`.
pub(super) fn dates(text: &str, latest_year: i16) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for pattern in [&LONG, &NUMERIC] {
        let mut at = 0;
        while let Some(parts) = pattern.captures_at(text, at) {
            let Some(whole) = parts.get(0) else { break };
            let (start, end) = (whole.start(), whole.end());
            let (_, [a, b, c]) = parts.extract();
            let date = match (std::ptr::eq(pattern, &LONG), a.len()) {
                (true, _) => long(a, b, c.trim_start_matches(['\'', '’']), latest_year),
                (false, 4) => numeric(c, b, a, latest_year),
                (false, _) => numeric(a, b, c, latest_year),
            };
            let free = !found.iter().any(|other| other.start < end && start < other.end);
            match date.filter(|_| free && stands_alone(text, start, end)) {
                Some((date, sure)) => {
                    found.push(Found { start, end, value: date.to_string(), sure, chance: 1.0 });
                    at = end;
                }
                // What looked like a date may hide the beginning of one: all patterns begin with ASCII.
                None => at = start + 1,
            }
        }
    }
    found.sort_by_key(|date| date.start);
    found
}

/// Not a part of a longer number, word or section (`1.2.12.3`).
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let before = !before.trim_end_matches(['.', ',', '/', '-']).ends_with(|c: char| c.is_ascii_digit());
    let mut rest = after.chars();
    let after = match rest.next() {
        Some(c) if c.is_ascii_digit() => false,
        Some('.' | ',' | '/' | '-') => !rest.next().is_some_and(|c| c.is_ascii_digit()),
        Some('%') => false,
        _ => true,
    };
    before && after
}

fn numeric(day: &str, month: &str, year: &str, latest_year: i16) -> Option<(Date, f32)> {
    let ((day, a), (month, b), (year, c)) = (as_digits(day)?, as_digits(month)?, as_digits(year)?);
    let month = month.parse().ok()?;
    // Mostly letters: a word.
    date(&day, month, &year, latest_year)
        .filter(|_| a + b + c < 4)
        .map(|(d, sure)| (d, sure * MENDED.powi((a + b + c) as i32)))
}

fn long(day: &str, month: &str, year: &str, latest_year: i16) -> Option<(Date, f32)> {
    let ((day, a), (year, b)) = (as_digits(day)?, as_digits(year)?);
    let (month, alike) = month_of(month)?;
    date(&day, month, &year, latest_year).map(|(date, sure)| (date, sure * alike * MENDED.powi((a + b) as i32)))
}

fn date(day: &str, month: i8, year: &str, latest_year: i16) -> Option<(Date, f32)> {
    let day = day.parse().ok()?;
    let number: i16 = year.parse().ok()?;
    let (year, sure) = if year.len() == 2 { (full_year(number, latest_year), SHORT_YEAR) } else { (number, 1.0) };
    Date::new(year, month, day).ok().filter(|date| YEARS.contains(&date.year())).map(|date| (date, sure))
}

/// The year up to `latest` that ends in these two digits.
pub(super) fn full_year(two: i16, latest: i16) -> i16 {
    latest - (latest - two).rem_euclid(100)
}

/// The number of a month, and how alike the word is to its name.
fn month_of(word: &str) -> Option<(i8, f32)> {
    let word = folded(word);
    let number = |index: usize| i8::try_from(index + 1).ok();
    let exact = MONTHS.iter().position(|(name, short)| *name == word || short.contains(&word.as_str()));
    if let Some(index) = exact {
        return Some((number(index)?, 1.0));
    }
    let mut near = MONTHS.iter().enumerate().filter(|(_, (name, _))| name.len() > 3 && one_edit(name, &word));
    let (index, _) = near.next()?;
    // `Jun1` is as near to Juni as to Juli.
    near.next().is_none().then_some((number(index)?, MISSPELT))
}

/// Small letters without dots, digits as the letters that they look like.
fn folded(word: &str) -> String {
    let plain = word.chars().flat_map(char::to_lowercase).filter_map(|c| match c {
        'ä' | 'à' | 'á' | 'â' => Some('a'),
        '0' => Some('o'),
        '1' | 'ı' | '|' => Some('i'),
        '\u{300}'..='\u{36f}' => None,
        c => Some(c),
    });
    plain.collect()
}

/// Whether one letter exchanged, lost or added makes the words equal.
fn one_edit(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = |skip_a: usize, skip_b: usize| a.get(head + skip_a..) == b.get(head + skip_b..);
    (a.len() == b.len() && tail(1, 1))
        || (a.len() == b.len() + 1 && tail(1, 0))
        || (a.len() + 1 == b.len() && tail(0, 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first(text: &str) -> Option<String> {
        dates(text, 2040).first().map(|found| found.value.clone())
    }

    #[test]
    fn the_forms_people_write() {
        for (text, value) in [
            ("Datum: 03.03.2026", "2026-03-03"),
            ("3.3.2026", "2026-03-03"),
            ("03. 03. 2026", "2026-03-03"),
            ("Musterhausen, den 3. März 2026", "2026-03-03"),
            ("am 3.März 2026 in", "2026-03-03"),
            ("3 Marz 2026", "2026-03-03"),
            ("31. Dez. 2025", "2025-12-31"),
            ("12.Sept.2025", "2025-09-12"),
            ("Datum:03.03.26", "2026-03-03"),
            ("Lahrtal, den 15. Oktober 2021", "2021-10-15"),
            ("50.12.84396 04.10.2016", "2016-10-04"),
            ("am3.März 2026", "2026-03-03"),
            ("9.11.89", "1989-11-09"),
            ("01.02.41", "1941-02-01"),
            ("2026-03-09", "2026-03-09"),
            ("09/03/2026", "2026-03-09"),
            // What OCR makes of them.
            ("O3.O3.2O26", "2026-03-03"),
            ("l1.03.2026", "2026-03-11"),
            ("03,,03.2026", "2026-03-03"),
            ("03,03,2026", "2026-03-03"),
            ("3. Fehruar 2026", "2026-02-03"),
            ("3. Februär 2026", "2026-02-03"),
            ("3. 0ktober 2026", "2026-10-03"),
            ("29.02.2024", "2024-02-29"),
        ] {
            assert_eq!(first(text).as_deref(), Some(value), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_gives_none() {
        for text in [
            "29.02.2026",
            "31. April 2026",
            "32.01.2026",
            "00.01.2026",
            "1.13.2026",
            "Abschnitt 1.2.12.3",
            "12,50 %",
            "03.03.20266",
            "Oo.Il.lO",
            "3. Kapitel 2026",
            "1.234,56",
            "Tel. 0123 45 67",
            "12.03.1200",
        ] {
            assert_eq!(first(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_day_is_read_in_every_form(days in -25_000i32..47_000) {
            let day = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap_or_default();
            let name = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];
            let name = name[day.month() as usize - 1];
            for text in [
                day.strftime("%d.%m.%Y").to_string(),
                day.strftime("%-d.%-m.%Y").to_string(),
                format!("den {}. {name} {}", day.day(), day.year()),
                day.to_string(),
            ] {
                prop_assert_eq!(first(&text), Some(day.to_string()), "{}", text);
            }
        }

        #[test]
        fn a_short_year_is_the_latest_that_may_be(two in 0i16..100, latest in 1990i16..2080) {
            let year = full_year(two, latest);
            prop_assert!(year.rem_euclid(100) == two && year <= latest && year > latest - 100);
        }

        #[test]
        fn any_text_is_read(text in "[0-9OolI.,/ aäMJ-]{0,40}|\\PC{0,40}") {
            for found in dates(&text, 2040) {
                prop_assert!(text.get(found.start..found.end).is_some());
            }
        }
    }
}
