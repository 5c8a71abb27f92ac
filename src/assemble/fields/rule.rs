//! Fields of a pipeline's own: by a pattern, by labels, or both.

use std::fmt;

use regex::{Regex, RegexBuilder};

use super::check::Check;
use super::kind::Kind;
use super::lookalike::digits_for;
use super::number::number;
use super::rows::{Rows, Span};
use super::{Candidates, Found};

/// How sure the value behind a label of a pipeline is.
pub(super) const LABEL_WEIGHT: f32 = 0.96;
/// How sure a value is that a pattern tells, without and with labels that should stand beside it and do not.
const BY_PATTERN: f32 = 0.9;
const WITHOUT_LABEL: f32 = 0.45;
/// How much less likely a value is that fits its pattern only with lookalikes as digits.
const MENDED: f32 = 0.8;

/// How much less sure a value of a built-in field is that does not fit the pipeline's pattern for it.
const UNFIT: f32 = 0.4;

/// Memory for one pattern, bytes: what needs more is a mistake.
const MAX_PATTERN_BYTES: usize = 1 << 20;

/// A field of a pipeline's own, or a built-in one (known by its name) with labels, types or pages of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldRule {
    /// Its name in the index.
    pub name: String,
    /// What a value looks like; if it has a group `value`, that is the value. Of a built-in field those values are surer, all
    /// others in doubt.
    pub pattern: Option<String>,
    /// Texts beside or above a value.
    pub labels: Vec<String>,
    /// Types of documents that have it; none: all.
    pub types: Vec<String>,
    /// It stands on the first page of a document only.
    pub first_page: bool,
    /// A check that its values pass; others are refused.
    pub check: Option<Check>,
}

/// A pattern is none.
#[derive(Debug, thiserror::Error)]
pub struct PatternError {
    reason: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl FieldRule {
    /// Whether the pattern can be used. It may match anywhere in a line, but whole words only.
    pub fn check_pattern(pattern: &str) -> Result<(), PatternError> {
        let compiled = compile(pattern).map_err(|error| {
            // The last line of the library's message tells what; the others draw the pattern.
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            PatternError { reason }
        })?;
        if compiled.is_match("") {
            return Err(PatternError { reason: "fits an empty text".into() });
        }
        Ok(())
    }
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(MAX_PATTERN_BYTES).build()
}

/// A rule made ready.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    name: String,
    pattern: Option<Regex>,
    labels: Vec<String>,
    check: Option<Check>,
}

impl Prepared {
    /// `None` if its pattern is none.
    pub(super) fn new(rule: &FieldRule) -> Option<Self> {
        let pattern = match rule.pattern.as_deref().map(compile) {
            Some(Err(_)) => return None,
            other => other.and_then(Result::ok),
        };
        Some(Self { name: rule.name.clone(), pattern, labels: rule.labels.clone(), check: rule.check })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The built-in field that it adds to.
    pub(super) fn kind(&self) -> Option<Kind> {
        Kind::named(&self.name)
    }

    pub(super) fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(String::as_str)
    }

    /// The value at the beginning of a text behind a label.
    pub(super) fn value(&self, text: &str) -> Option<Found> {
        match &self.pattern {
            Some(_) => self.all(text).into_iter().find(|found| found.start <= 14),
            None => number(text, true).and_then(|found| self.checked(found)),
        }
    }

    /// Values anywhere on the page that fit the pattern.
    pub(super) fn anywhere(&self, rows: &Rows, page: &mut Candidates<'_>) {
        let weight = if self.labels.is_empty() || self.kind().is_some() { BY_PATTERN } else { WITHOUT_LABEL };
        for (index, row) in rows.all() {
            let span = Span { row: index, start: 0, end: row.text.len() };
            let crossing = |found: &Found| row.border == 0 || (found.start < row.border && found.end > row.border);
            self.all(&row.text)
                .into_iter()
                .filter(crossing)
                .for_each(|found| page.add(&self.name, span, found, weight));
        }
    }

    /// Of a built-in field that has a pattern, values that do not fit it become doubtful.
    pub(super) fn doubt_others(&self, page: &mut Candidates<'_>) {
        if self.pattern.is_none() || self.kind().is_none() {
            return;
        }
        for field in page.fields.iter_mut().filter(|field| field.name == self.name) {
            let fits = self.all(&field.value).iter().any(|found| found.value == field.value);
            if !fits {
                field.confidence *= UNFIT;
            }
        }
    }

    /// What fits the pattern: as read, else with lookalikes as digits in words that are digits for the most part.
    fn all(&self, text: &str) -> Vec<Found> {
        let Some(pattern) = &self.pattern else { return Vec::new() };
        let mut found = matches(pattern, text);
        if found.is_empty() {
            let mended = with_digits(text);
            if mended != text {
                found = matches(pattern, &mended);
                // Every sign was put in the place of one as long, so places hold.
                found.retain_mut(|found| {
                    found.sure *= MENDED;
                    text.get(found.start..found.end).is_some_and(|raw| raw != found.value)
                });
            }
        }
        found.into_iter().filter_map(|found| self.checked(found)).collect()
    }

    fn checked(&self, found: Found) -> Option<Found> {
        match self.check {
            Some(check) => check.passes(&found.value).then(|| Found { chance: check.chance(), ..found }),
            None => Some(found),
        }
    }
}

/// All matches that begin and end where words do.
fn matches(pattern: &Regex, text: &str) -> Vec<Found> {
    let read = |parts: regex::Captures<'_>| {
        let part = parts.name("value").or_else(|| parts.get(0))?;
        let joined = |c: char| c.is_alphanumeric();
        let (first, last) = (part.as_str().chars().next()?, part.as_str().chars().next_back()?);
        let torn = (joined(first) && text.get(..part.start())?.ends_with(joined))
            || (joined(last) && text.get(part.end()..)?.starts_with(joined));
        let value = part.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
        (!torn).then_some(Found { start: part.start(), end: part.end(), value, sure: 1.0, chance: 1.0 })
    };
    pattern.captures_iter(text).filter_map(read).collect()
}

/// The text with ASCII lookalikes of digits as digits, in words of which at least half are digits.
fn with_digits(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let mend = |c: char| match digits_for(c).first() {
            Some(&digit) if c.is_ascii() => char::from(digit),
            _ => c,
        };
        mended.extend(word.chars().map(|c| if digits > 0 && digits >= letters { mend(c) } else { c }));
    }
    mended
}
