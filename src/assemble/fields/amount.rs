//! Amounts of money in German texts.
//!
//! In: text. Out: amounts as `1234.50` with the place where they stand; the sum that proves net, tax and gross.

use std::sync::LazyLock;

use regex::Regex;

use super::lookalike::as_digits;
use super::{Found, own_pattern};

/// How much less likely an amount is for each sign that was put right, without a currency beside it, and with a point for
/// the comma, which dates and numbers of sections have, too.
const MENDED: f32 = 0.85;
const NO_CURRENCY: f32 = 0.97;
const POINT: f32 = 0.9;

/// Euros, then a comma (or a point, or two commas that were one) with two digits, dashes for none, or a currency alone.
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(
        r"(?P<before>EUR|Euro|€|CHF|USD|\$|£|GBP)?\s?(?P<sign>[-−–+])?\s?(?P<whole>[0-9OoIl]{1,3}(?:\s?[.'’]\s?[0-9OoIl]{3}|[  ][0-9OoIl]{3})+|[0-9][0-9OoIl]*|[OoIl])(?:\s?(?P<comma>,,|[.,])\s?(?P<cents>[0-9OoIl]{2}|[-–—]{1,2}))?(?P<minus>\s?-)?\s?(?P<after>EUR|Euro|€|CHF|USD|\$|£|GBP)?",
    )
});

/// Finds every amount, in order.
pub(super) fn amounts(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(parts) = text.get(at..).and_then(|_| AMOUNT.captures_at(text, at)) {
        let Some(whole) = parts.get(0) else { break };
        at = whole.end().max(at + 1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
        let get = |name: &str| parts.name(name).map(|part| part.as_str());
        let (before, after) = (get("before"), get("after"));
        let start =
            parts.name("before").or(parts.name("sign")).or(parts.name("whole")).map_or(whole.start(), |m| m.start());
        let digits_end = parts.name("cents").or(parts.name("whole")).map_or(whole.end(), |m| m.end());
        let end = if after.is_some() { whole.end() } else { parts.name("minus").map_or(digits_end, |m| m.end()) };
        if !stands_alone(text, start, end, before.is_some()) {
            continue;
        }
        let Some((value, mut sure)) =
            value(get("whole").unwrap_or_default(), get("comma"), get("cents"), before.or(after).is_some())
        else {
            continue;
        };
        let negative = get("sign").is_some_and(|sign| sign != "+") || get("minus").is_some();
        let currency = match before.or(after) {
            Some("CHF") => " CHF",
            Some("USD" | "$") => " USD",
            Some("GBP" | "£") => " GBP",
            Some(_) => "",
            None => {
                sure *= NO_CURRENCY;
                ""
            }
        };
        let value = format!("{}{value}{currency}", if negative { "-" } else { "" });
        found.push(Found { start, end, value, sure, chance: 1.0 });
    }
    found
}

/// Letters that may stand between a label and its amount: `in Höhe von insgesamt`.
const MAX_LETTERS: usize = 24;

/// The amount that a text behind a label tells: the last one of a row of a table, the first one of a sentence.
pub(super) fn amount(text: &str) -> Option<Found> {
    let mut all = amounts(text);
    let near = |found: &Found| {
        let before = text.get(..found.start).unwrap_or_default();
        before.chars().filter(|c| c.is_alphabetic()).count() <= MAX_LETTERS
    };
    let last = all.iter().rposition(near)?;
    Some(all.swap_remove(last))
}

/// Whether what stands behind an amount says that the tax comes on top of it.
pub(super) fn is_net(behind: &str) -> bool {
    let behind = behind.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '+');
    ["zuzüglich", "zuzügl", "zzgl", "netto", "+ "].iter().any(|word| behind.starts_with(word))
}

/// The amount with a currency that a text tells, if it tells no other one.
pub(super) fn only_amount<'t>(rows: impl Iterator<Item = (usize, &'t str)>) -> Option<(usize, Found)> {
    let mut only: Option<(usize, Found)> = None;
    for (row, text) in rows {
        for found in amounts(text) {
            let has_currency = text.get(found.start..found.end).is_some_and(|raw| raw.contains(['€', 'E']));
            match &only {
                _ if !has_currency => {}
                Some((_, other)) if other.value != found.value => return None,
                Some(_) => {}
                None => only = Some((row, found)),
            }
        }
    }
    only
}

/// Not a part of a date, a number, a share or a measure.
fn stands_alone(text: &str, start: usize, end: usize, has_currency: bool) -> bool {
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let joined = |c: char| c.is_alphanumeric() || matches!(c, '.' | ',' | '/' | '-' | ':' | '\'');
    let before = has_currency || !before.ends_with(|c: char| joined(c) && c != ':');
    let mut rest = after.chars();
    let after = match rest.next() {
        Some(c) if c.is_alphanumeric() => false,
        Some('.' | ',' | '/' | '-' | ':') => !rest.next().is_some_and(char::is_alphanumeric),
        _ => !after.trim_start_matches([' ', '\t']).starts_with('%'),
    };
    before && after
}

fn value(whole: &str, comma: Option<&str>, cents: Option<&str>, currency: bool) -> Option<(String, f32)> {
    let bare: String = whole.chars().filter(|c| !matches!(c, '.' | '\'' | '’') && !c.is_whitespace()).collect();
    let (bare, mut mended) = as_digits(&bare)?;
    let cents = match cents {
        None => None,
        Some(dashes) if dashes.starts_with(['-', '–', '—']) => Some("00".to_owned()),
        Some(digits) => {
            let (digits, more) = as_digits(digits)?;
            mended += more;
            Some(digits)
        }
    };
    // Without cents only a currency makes it an amount.
    if (cents.is_none() && !currency) || bare.len() > 12 {
        return None;
    }
    let euros: u64 = bare.parse().ok()?;
    let mut sure = MENDED.powi(mended as i32);
    match comma {
        Some(".") => sure *= POINT,
        Some(",,") => sure *= MENDED,
        _ => {}
    }
    Some((format!("{euros}.{}", cents.as_deref().unwrap_or("00")), sure))
}

/// An amount in cents; `None` for other currencies.
pub(super) fn cents(value: &str) -> Option<i64> {
    let (euros, cents) = value.split_once('.')?;
    let sign = if euros.starts_with('-') { -1 } else { 1 };
    let euros: i64 = euros.trim_start_matches('-').parse().ok()?;
    let cents: i64 = cents.parse().ok()?;
    Some(sign * (euros.checked_mul(100)?.checked_add(cents)?))
}

/// Of labelled amounts in cents: which net, taxes and gross fit together, as positions. There may be one tax, or two (of 19 and
/// of 7 %). `None` if none fit, or differing sums do.
pub(super) fn proven_sum(nets: &[i64], taxes: &[i64], gross: &[i64]) -> Option<(usize, Vec<usize>, usize)> {
    let mut fit: Option<(usize, Vec<usize>, usize)> = None;
    for (n, net) in nets.iter().enumerate() {
        for (g, total) in gross.iter().enumerate() {
            let Some(tax) = total.checked_sub(*net).filter(|tax| tax.signum() * net.signum() > 0) else { continue };
            let one = taxes.iter().position(|t| *t == tax).map(|t| vec![t]);
            let two = || {
                let pair = |(a, x): (usize, &i64)| {
                    taxes.iter().skip(a + 1).position(|y| x.checked_add(*y) == Some(tax)).map(|b| vec![a, a + 1 + b])
                };
                taxes.iter().enumerate().find_map(pair)
            };
            let Some(parts) = one.or_else(two) else { continue };
            match &fit {
                Some((other_net, _, other_gross)) if (nets[*other_net], gross[*other_gross]) != (*net, *total) => {
                    return None;
                }
                Some(_) => {}
                None => fit = Some((n, parts, g)),
            }
        }
    }
    fit
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &str) -> Vec<String> {
        amounts(text).into_iter().map(|found| found.value).collect()
    }

    #[test]
    fn the_forms_people_write() {
        for (text, values) in [
            ("1.234,56 €", &["1234.56"][..]),
            ("EUR 1 234,56", &["1234.56"]),
            ("1234.50", &["1234.50"]),
            ("Gesamtbetrag 1.234.567,89 EUR", &["1234567.89"]),
            ("Summe:12,00€", &["12.00"]),
            ("€ 50,-", &["50.00"]),
            ("110 Euro Gebühr", &["110.00"]),
            ("120,— EUR", &["120.00"]),
            ("Gutschrift -12,50 €", &["-12.50"]),
            ("19 % MwSt. 6,67 €", &["6.67"]),
            ("19,00 % MwSt. 6,67 €", &["6.67"]),
            ("12,5 % von 1.000,00", &["1000.00"]),
            ("CHF 1'250.00", &["1250.00 CHF"]),
            ("100,00\t19,00\t119,00", &["100.00", "19.00", "119.00"]),
            // What OCR makes of them.
            ("1.2O4,5O €", &["1204.50"]),
            ("24,,23", &["24.23"]),
            ("24, 23 EUR", &["24.23"]),
            ("1. 234,56 €", &["1234.56"]),
            ("I.919,46", &["1919.46"]),
        ] {
            assert_eq!(all(text), values, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_gives_none() {
        for text in
            ["03.03.2026", "Tel. 0123/45,67", "§ 12.34.5", "12:30", "Nr. 1234", "Art. 25,5 kg 3", "19,00 %", "DE12,50x"]
        {
            assert_eq!(all(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_sum_proves_or_says_nothing() {
        assert_eq!(proven_sum(&[10000], &[1900], &[11900]), Some((0, vec![0], 0)));
        assert_eq!(proven_sum(&[17749], &[791, 1225], &[500, 19765]), Some((0, vec![0, 1], 1)));
        assert_eq!(proven_sum(&[10000], &[1900], &[11901]), None);
        assert_eq!(proven_sum(&[100, 200], &[19], &[119, 219]), None, "two sums");
        assert_eq!(proven_sum(&[100], &[], &[100]), None, "no tax, no proof");
        assert_eq!(proven_sum(&[i64::MIN], &[1], &[i64::MAX]), None);
    }

    proptest! {
        #[test]
        fn every_amount_is_read(euros in 0u64..10_000_000, rest in 0u64..100) {
            let digits = euros.to_string();
            let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap()).collect();
            let value = vec![format!("{euros}.{rest:02}")];
            for text in [
                format!("{euros},{rest:02} €"),
                format!("{},{rest:02} EUR", groups.join(".")),
                format!("EUR {},{rest:02}", groups.join(" ")),
                format!("Gesamtbetrag: {}.{rest:02}", euros),
            ] {
                prop_assert_eq!(&all(&text), &value, "{}", text);
            }
        }

        #[test]
        fn any_text_is_read(text in "[0-9OolI.,€ EUR'-]{0,40}|\\PC{0,40}") {
            for found in amounts(&text) {
                prop_assert!(text.get(found.start..found.end).is_some());
            }
        }
    }
}
