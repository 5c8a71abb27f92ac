//! The index fields of a pipeline file: `[fields]`, `[[field]]`.

use super::problem::{list, nearest, quoted};
use super::reader::{Table, Text};
use super::resolve::MIN_PHRASE_CHARS;
use super::values::folded;
use crate::assemble::fields::{Check, FieldRule, FieldRules, Kind};
use crate::assemble::{CheckDigit, TypeRule};

/// Longest name of a field, in bytes: it heads a column.
const MAX_NAME_BYTES: usize = 60;

/// The rules; `types` are those of the file.
pub(super) fn rules(top: &Table<'_>, types: &[TypeRule]) -> FieldRules {
    let table = top.table("fields");
    let usual = FieldRules::default();
    let read = table.texts("read").map(|names| kinds(&table, &names));
    let latest_year = table.integer("latest_year", 1990..=2100);
    table.finish();
    let mut rules: Vec<FieldRule> = Vec::new();
    for table in top.tables("field") {
        table.require("name", "every [[field]] has a name");
        if let Some(rule) = rule(&table, types, &rules) {
            rules.push(rule);
        }
        table.finish();
    }
    FieldRules { read: read.unwrap_or(usual.read), rules, latest_year: latest_year.unwrap_or(usual.latest_year) }
}

fn kinds(table: &Table<'_>, names: &[Text<'_>]) -> Vec<Kind> {
    let mut kinds = Vec::with_capacity(names.len());
    for name in names {
        match Kind::named(name.value) {
            Some(kind) if kinds.contains(&kind) => {
                table.refuse_at(name.offset, "read", format!("{} is given twice", quoted(name.value)), None);
            }
            Some(kind) => kinds.push(kind),
            None => {
                let message = format!("{} is no built-in field", quoted(name.value));
                table.refuse_at(name.offset, "read", message, Some(nearest_kind(name.value)));
            }
        }
    }
    kinds
}

fn nearest_kind(name: &str) -> String {
    let all = || Kind::ALL.into_iter().map(Kind::name);
    let known = list(all());
    match nearest(name, all()) {
        Some(near) => format!("did you mean \"{near}\"? (one of: {known})"),
        None => format!("one of: {known}; a field of your own is a [[field]]"),
    }
}

fn rule(table: &Table<'_>, types: &[TypeRule], others: &[FieldRule]) -> Option<FieldRule> {
    let name = table.text("name");
    let pattern = table.text("pattern");
    let labels = labels(table);
    let of_types = of_types(table, types);
    let first_page = table.choice("page", &[("any", false), ("first", true)]).unwrap_or_default();
    let schemes = CheckDigit::NAMED.map(|(name, scheme)| (name, Check::Digit(scheme)));
    let check = table.choice("check", &[&[("iban", Check::Iban)], &schemes[..]].concat());
    let text = name?.value.trim();
    if text.len() > MAX_NAME_BYTES || text.chars().any(char::is_control) {
        let message = format!("{} is no name of one line and at most {MAX_NAME_BYTES} bytes", quoted(text));
        table.refuse("name", message, None);
    }
    if others.iter().any(|other| folded(&other.name) == folded(text)) {
        table.refuse("name", format!("{} is given twice", quoted(text)), Some("put both under one [[field]]".into()));
    }
    let built_in = Kind::named(text).is_some();
    if let Some(pattern) = pattern
        && let Err(error) = FieldRule::check_pattern(pattern.value)
    {
        table.refuse("pattern", format!("is no regular expression: {error}"), None);
    }
    if built_in && table.has("check") {
        let hint = "remove check, or give the field another name";
        table.refuse("check", format!("{} is built in, with its own check", quoted(text)), Some(hint.into()));
    }
    if !built_in && !table.has("pattern") && !table.has("labels") {
        let hint = "write pattern = '…' or labels = [\"…\"]; built-in fields need none";
        table.refuse("name", "has neither pattern nor labels, so nothing tells its value", Some(hint.into()));
    }
    let pattern = pattern.map(|pattern| pattern.value.to_owned());
    Some(FieldRule { name: text.to_owned(), pattern, labels, types: of_types, first_page, check })
}

fn labels(table: &Table<'_>) -> Vec<String> {
    let labels = table.texts("labels").unwrap_or_default();
    for label in &labels {
        if label.value.chars().filter(|c| c.is_alphanumeric()).count() < MIN_PHRASE_CHARS {
            table.refuse_at(
                label.offset,
                "labels",
                format!("{} is too short to tell a value", quoted(label.value)),
                None,
            );
        }
    }
    labels.into_iter().map(|label| label.value.to_owned()).collect()
}

fn of_types(table: &Table<'_>, types: &[TypeRule]) -> Vec<String> {
    let names = table.texts("types").unwrap_or_default();
    for name in &names {
        if !types.iter().any(|rule| rule.name == name.value) {
            let hint = match nearest(name.value, types.iter().map(|rule| rule.name.as_str())) {
                Some(near) => format!("did you mean {}?", quoted(near)),
                None => "name a [[type]] of this file".into(),
            };
            table.refuse_at(
                name.offset,
                "types",
                format!("{} is no type of this file", quoted(name.value)),
                Some(hint),
            );
        }
    }
    names.into_iter().map(|name| name.value.to_owned()).collect()
}
