//! TOML text in, a tree and every syntax error of the text out.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Positions, Problem, dotted};

/// Parses on behind errors. The tree holds whatever could be understood; at most one error is told for each line, as
/// the rest of a broken line is guesswork.
pub(super) fn parse<'t>(text: &'t str, positions: &Positions<'_>) -> (DeTable<'t>, Vec<Problem>) {
    let (tree, errors) = DeTable::parse_recoverable(text);
    let mut keys = BTreeMap::new();
    index(tree.get_ref(), "", positions, &mut keys);
    let mut offsets: Vec<(usize, &str)> =
        errors.iter().map(|e| (e.span().map_or(0, |span| span.start), e.message())).collect();
    offsets.sort_unstable();
    let mut problems: Vec<Problem> = offsets
        .into_iter()
        .map(|(offset, message)| {
            let (line, column) = positions.of(offset);
            problem(line, column, message, &keys, positions)
        })
        .collect();
    problems.dedup_by_key(|problem| problem.line);
    (tree.into_inner(), problems)
}

/// The keys by the line on which they stand.
fn index(table: &DeTable<'_>, path: &str, positions: &Positions<'_>, keys: &mut BTreeMap<usize, String>) {
    for (key, value) in table.iter() {
        let name = dotted(path, key.get_ref());
        descend(value, &name, positions, keys);
        keys.entry(positions.of(key.span().start).0).or_insert(name);
    }
}

fn descend(value: &Spanned<DeValue<'_>>, name: &str, positions: &Positions<'_>, keys: &mut BTreeMap<usize, String>) {
    match value.get_ref() {
        DeValue::Table(table) => index(table, name, positions, keys),
        DeValue::Array(items) => items.iter().for_each(|item| descend(item, name, positions, keys)),
        _ => {}
    }
}

fn problem(
    line: usize,
    column: usize,
    message: &str,
    keys: &BTreeMap<usize, String>,
    positions: &Positions<'_>,
) -> Problem {
    let text = positions.line(line).trim();
    let is_header = text.starts_with('[');
    let written = text.split(['=', '#']).next().unwrap_or_default().trim_matches(['[', ']', ' ', '\t']);
    let (message, hint) = if message == "duplicate key" {
        // The table that a repeated key belongs to is that of the nearest line above that bears the same name.
        let first = keys.range(..line).rev().find(|(_, name)| name.rsplit('.').next() == Some(written));
        let hint = match (is_header, first) {
            (true, _) => Some("write its keys under the first header".to_owned()),
            (false, Some((first, _))) => Some(format!("first given in line {first}; remove one of the two")),
            (false, None) => None,
        };
        ("given twice".to_owned(), hint)
    } else if message.starts_with("string values must be quoted") {
        let bare =
            text.split_once('=').is_some_and(|(_, value)| value.split('#').next().unwrap_or("").trim().is_empty());
        if bare {
            ("has no value".to_owned(), None)
        } else {
            ("expected a value".to_owned(), Some("put a text in quotes".to_owned()))
        }
    } else {
        (message.to_owned(), None)
    };
    let key = match keys.get(&line) {
        Some(name) if !is_header => name.clone(),
        _ if hint.is_some() && !is_header => keys
            .range(..line)
            .rev()
            .find(|(_, name)| name.rsplit('.').next() == Some(written))
            .map_or_else(String::new, |(_, name)| name.clone()),
        _ => String::new(),
    };
    Problem { line, column, key, message, hint }
}
