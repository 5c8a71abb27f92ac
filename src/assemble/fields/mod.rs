//! Index fields: what a page says of itself, as values that are checked and put into one form.
//!
//! In: a page record. Out: candidates, each with what stands on the page, the value in one form, an honest confidence and
//! the place; then, per document, the best of them. Knows the model only; no I/O.
//!
//! A value is found by its label (`label`), which stands to the left of it or above, by its form where that tells enough (an IBAN,
//! a machine-readable zone), or by its place (`letter`). What a check digit can prove is proved (`check`), and misread signs
//! are put right only where exactly one reading passes. The confidence of a value is the OCR engine's own for its words,
//! times how sure its label and place are, then raised by what the check proves.

mod amount;
mod bank;
mod check;
mod choose;
mod date;
mod kind;
mod label;
mod letter;
mod lookalike;
mod mrz;
mod number;
mod rows;
mod rule;
mod vehicle;
mod wording;

use regex::Regex;

use crate::model::{Field, PageRecord};

pub use check::Check;
pub use choose::of_document;
pub use kind::Kind;
pub use rule::{FieldRule, PatternError};

use label::{Hit, Labels, Window, windows};
use rows::{Rows, Span};

/// Most candidates of a page, and most of one name: they are kept for all pages of a batch.
const MAX_CANDIDATES: usize = 64;
const MAX_OF_A_NAME: usize = 6;

/// Largest share of the page's height from its top in which a letter has its date.
const HEAD_SHARE: f32 = 0.45;

/// A candidate less sure than this is noise.
const MIN_CONFIDENCE: f32 = 0.05;

/// Which fields are read.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRules {
    /// Built-in fields that every document may have.
    pub read: Vec<Kind>,
    /// Fields of the pipeline, and built-in ones with conditions.
    pub rules: Vec<FieldRule>,
    /// Years of two digits lie in the hundred years up to this one.
    pub latest_year: i16,
}

impl Default for FieldRules {
    /// [`Kind::USUAL`], none of the pipeline's own; years from 1941 to 2040.
    fn default() -> Self {
        Self { read: Kind::USUAL.to_vec(), rules: Vec::new(), latest_year: 2040 }
    }
}

/// A value in a text.
#[derive(Clone, Debug, PartialEq)]
struct Found {
    /// In the text, in bytes.
    start: usize,
    end: usize,
    /// In one form.
    value: String,
    /// How likely it is meant so, given that all signs were read right but those put right.
    sure: f32,
    /// Share of wrong readings that would have passed its check; 1 without a check.
    chance: f32,
}

/// Reads the fields of pages; made once for a pipeline.
#[derive(Clone, Debug)]
pub struct FieldReader {
    kinds: Vec<Kind>,
    rules: Vec<rule::Prepared>,
    labels: Labels,
    latest_year: i16,
}

/// What a label announces, as a number: the place of a kind in [`Kind::ALL`], behind them the pipeline's rules, then texts that only end
/// a value.
const FIRST_RULE: usize = Kind::ALL.len();
const NOTHING: usize = usize::MAX;

impl FieldReader {
    /// Prepares the rules. Patterns that are none are left out: whoever takes them in asks [`FieldRule::check_pattern`].
    pub fn new(rules: &FieldRules) -> Self {
        let mut kinds = rules.read.clone();
        kinds.extend(rules.rules.iter().filter_map(|rule| Kind::named(&rule.name)));
        kinds.sort_unstable();
        kinds.dedup();
        let mut labels = Labels::default();
        // All kinds' labels, also of those that are not read: a value ends before the next label, whichever it is.
        for (target, kind) in Kind::ALL.into_iter().enumerate() {
            kind.labels().iter().for_each(|(text, weight)| labels.add(text, target, *weight));
        }
        wording::OTHER_LABELS.iter().for_each(|text| labels.add(text, NOTHING, 1.0));
        let prepared: Vec<rule::Prepared> = rules.rules.iter().filter_map(rule::Prepared::new).collect();
        for (index, rule) in prepared.iter().enumerate() {
            rule.labels().for_each(|text| labels.add(text, FIRST_RULE + index, rule::LABEL_WEIGHT));
        }
        Self { kinds, rules: prepared, labels, latest_year: rules.latest_year }
    }

    /// The candidates of a page, the surest first; at most 64. Their `page` is 0.
    pub fn page(&self, record: &PageRecord) -> Vec<Field> {
        if record.lines.is_empty() || (self.kinds.is_empty() && self.rules.is_empty()) {
            return Vec::new();
        }
        let rows = Rows::of(record);
        let hits = self.labels.find(&rows);
        let mut page = Candidates { rows: &rows, fields: Vec::new() };
        self.labelled(&rows, &hits, &mut page);
        self.unlabelled(&rows, &hits, &mut page);
        amount_proof(&mut page);
        if self.reads(Kind::Sender) || self.reads(Kind::Recipient) {
            letter::parties(&rows, &mut page);
        }
        mrz::zones(&rows, self.latest_year, &mut page);
        self.rules.iter().for_each(|rule| rule.doubt_others(&mut page));
        self.rules.iter().for_each(|rule| rule.anywhere(&rows, &mut page));
        page.fields.retain(|field| self.is_asked_for(&field.name));
        choose::bounded(page.fields, MAX_OF_A_NAME, MAX_CANDIDATES)
    }

    fn reads(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    fn is_asked_for(&self, name: &str) -> bool {
        self.kinds.iter().any(|kind| kind.name() == name) || self.rules.iter().any(|rule| rule.name() == name)
    }

    /// Values that labels announce.
    fn labelled(&self, rows: &Rows, hits: &[Hit], page: &mut Candidates<'_>) {
        for hit in hits.iter().filter(|hit| hit.target != NOTHING) {
            let kind = Kind::ALL.get(hit.target).copied();
            let rule = hit.target.checked_sub(FIRST_RULE).and_then(|index| self.rules.get(index));
            let kind = kind.or(rule.and_then(rule::Prepared::kind));
            let name = kind.map(Kind::name).or(rule.map(rule::Prepared::name));
            let Some(name) = name.filter(|name| self.is_asked_for(name)) else { continue };
            let border = rows.row(hit.span.row).map_or(0, |row| row.border);
            // A label in the lower line of a joint is found in its own row.
            if border > 0 && hit.span.start > border {
                continue;
            }
            let weight = hit.weight * place_weight(kind, rows, hit.span.row);
            for window in windows(rows, hits, hit) {
                let text = rows.text(window.span);
                let found = match (kind, rule) {
                    (Some(kind), _) => kind.value(text, self.latest_year),
                    (None, Some(rule)) => rule.value(text),
                    (None, None) => None,
                };
                // What lies in the upper line only is found in its own row, too.
                if let Some(found) = found.filter(|found| border == 0 || window.span.start + found.end > border) {
                    let rest = text.get(found.end..).unwrap_or_default();
                    // Below a label stands its value, and nothing else; a sentence there is another matter.
                    let whole = window.beside || !rest.contains(char::is_alphanumeric);
                    let mut sure = window.sure * if whole { 1.0 } else { NOT_WHOLE };
                    let mut name = name;
                    if matches!(kind, Some(Kind::Net | Kind::Tax | Kind::Gross)) && goes_on(rows, hit, &window) {
                        sure *= TOP_OF_COLUMN;
                    }
                    if kind == Some(Kind::Gross) && amount::is_net(rest) {
                        name = Kind::Net.name();
                    }
                    page.add(name, window.span, found, weight * sure);
                    break;
                }
            }
        }
    }

    /// Dates that other labels announce: the day of the letter that is answered, the day on which to pay.
    fn dates_of_others(&self, rows: &Rows, hits: &[Hit]) -> Vec<Span> {
        let of_others = hits.iter().filter(|hit| Kind::ALL.get(hit.target) != Some(&Kind::Date));
        let date = |window: Window| {
            let found = Kind::Date.value(rows.text(window.span), self.latest_year)?;
            let start = window.span.start + found.start;
            Some(Span { start, end: window.span.start + found.end, ..window.span })
        };
        of_others.filter_map(|hit| windows(rows, hits, hit).into_iter().next().and_then(date)).collect()
    }

    /// Values that their form tells, and dates that their place tells.
    fn unlabelled(&self, rows: &Rows, hits: &[Hit], page: &mut Candidates<'_>) {
        for (index, row) in rows.all() {
            let span = Span { row: index, start: 0, end: row.text.len() };
            for kind in &self.kinds {
                let (found, weight) = kind.anywhere(&row.text);
                let crossing = |found: &Found| row.border == 0 || (found.start < row.border && found.end > row.border);
                found.into_iter().filter(crossing).for_each(|found| page.add(kind.name(), span, found, weight));
            }
        }
        if self.reads(Kind::Date) {
            letter::dates(rows, self.latest_year, HEAD_SHARE, &self.dates_of_others(rows, hits), page);
        }
        if self.reads(Kind::Gross) {
            let texts = rows.rows.iter().map(|row| row.text.as_str()).enumerate();
            if let Some((row, found)) = amount::only_amount(texts) {
                page.add(
                    Kind::Gross.name(),
                    Span { row, start: 0, end: rows.rows[row].text.len() },
                    found,
                    ONLY_AMOUNT,
                );
            }
        }
    }
}

/// How much less sure a value below or above its label is if its cell holds more.
const NOT_WHOLE: f32 = 0.6;

/// How much less sure an amount below its label is if more amounts stand below that: it is one of a list, and the sum
/// stands elsewhere.
const TOP_OF_COLUMN: f32 = 0.6;

/// How sure the only amount of money on a page is what the paper is about.
const ONLY_AMOUNT: f32 = 0.6;

/// Whether below a value that stands below its label the column goes on with another amount.
fn goes_on(rows: &Rows, hit: &Hit, window: &Window) -> bool {
    let Some(row) = rows.rows.get(window.span.row).filter(|_| window.span.row > hit.span.row) else { return false };
    let Some(cell) = row.cell_at(window.span.start) else { return false };
    let next = rows.rows.iter().enumerate().skip(window.span.row + 1).take(4).find_map(|(index, row)| {
        let below = row.cells.iter().find(|other| other.x0 < cell.x1 && cell.x0 < other.x1)?;
        Some((index, *below))
    });
    next.is_some_and(|(index, below)| {
        below.y - cell.y <= COLUMN_PITCH * cell.size && amount::amount(rows.cell_text(index, &below)).is_some()
    })
}

/// Rows of a table are no further apart than so many times their height.
const COLUMN_PITCH: f32 = 3.5;

/// What says which letter it is stands in its head; the same words further down speak of other letters.
fn place_weight(kind: Option<Kind>, rows: &Rows, row: usize) -> f32 {
    match kind {
        Some(Kind::CaseNumber | Kind::Date) if rows.depth(row) > HEAD_SHARE => 0.8,
        _ => 1.0,
    }
}

/// The candidates of a page while it is read.
struct Candidates<'r> {
    rows: &'r Rows,
    fields: Vec<Field>,
}

impl Candidates<'_> {
    /// Adds what was found in `within`; `weight` is how sure its label and place are.
    fn add(&mut self, name: &str, within: Span, found: Found, weight: f32) {
        let span = Span { start: within.start + found.start, end: within.start + found.end, ..within };
        let read = self.rows.confidence(span) * found.sure;
        let confidence = check::proved(read, found.chance) * weight;
        self.push(Field {
            name: name.to_owned(),
            raw: self.rows.text(span).replace('\t', " "),
            value: found.value,
            confidence,
            page: 0,
            bounds: self.rows.bounds(span),
        });
    }

    fn push(&mut self, field: Field) {
        if field.confidence >= MIN_CONFIDENCE && !field.value.is_empty() {
            self.fields.push(Field { confidence: field.confidence.min(1.0), ..field });
        }
    }
}

/// Share of wrong triples of amounts whose sum fits by chance.
const SUM_CHANCE: f32 = 0.01;
/// How much less sure amounts are whose sum should fit and does not: one of the three is misread.
const SUM_FAILS: f32 = 0.85;

/// Net and tax that make up the gross amount prove all three.
fn amount_proof(page: &mut Candidates<'_>) {
    let of = |kind: Kind| -> Vec<(usize, i64)> {
        let fields = page.fields.iter().enumerate().filter(|(_, field)| field.name == kind.name());
        fields.filter_map(|(index, field)| Some((index, amount::cents(&field.value)?))).collect()
    };
    let (nets, taxes, gross) = (of(Kind::Net), of(Kind::Tax), of(Kind::Gross));
    let bare = |list: &[(usize, i64)]| list.iter().map(|(_, cents)| *cents).collect::<Vec<_>>();
    let fit = amount::proven_sum(&bare(&nets), &bare(&taxes), &bare(&gross));
    let all_there = !nets.is_empty() && !taxes.is_empty() && !gross.is_empty();
    match fit {
        Some((net, parts, total)) => {
            // Of two taxes neither is the tax.
            let tax = if let [only] = parts[..] { taxes.get(only) } else { None };
            for (list, proven) in [(&nets, nets.get(net)), (&taxes, tax), (&gross, gross.get(total))] {
                for (index, cents) in list {
                    let Some(field) = page.fields.get_mut(*index) else { continue };
                    if proven.is_some_and(|(_, proven)| proven == cents) {
                        field.confidence = check::proved(field.confidence, SUM_CHANCE);
                    }
                }
            }
        }
        None if all_there => {
            for (index, _) in nets.iter().chain(&taxes).chain(&gross) {
                if let Some(field) = page.fields.get_mut(*index) {
                    field.confidence *= SUM_FAILS;
                }
            }
        }
        None => {}
    }
}

/// Words divided by blanks, each with its place.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(char::is_whitespace).filter_map(move |word| {
        let start = at;
        // Blanks of a row are one byte long; of a foreign text some are longer.
        at = start
            + word.len()
            + text.get(start + word.len()..).and_then(|t| t.chars().next()).map_or(0, char::len_utf8);
        (!word.is_empty()).then_some((start, word))
    })
}

/// Compiles a pattern of this room.
#[allow(clippy::expect_used)]
fn own_pattern(text: &'static str) -> Regex {
    Regex::new(text).expect("patterns of our own are tested")
}

#[cfg(test)]
mod tests;
