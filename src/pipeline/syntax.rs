//! TOML text in, a tree and every syntax error of the text out.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Positions, Problem, dotted, quoted};

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

/// Says a parser's error in the words of someone who does not know the grammar.
fn problem(
    line: usize,
    column: usize,
    message: &str,
    keys: &BTreeMap<usize, String>,
    positions: &Positions<'_>,
) -> Problem {
    let text = positions.line(line).trim_start_matches('\u{feff}').trim();
    let is_header = text.starts_with('[');
    let mut key = keys.get(&line).filter(|_| !is_header).cloned().unwrap_or_default();
    let (message, hint) = if message == "duplicate key" && is_header {
        ("given twice".to_owned(), Some("write its keys under the first header".to_owned()))
    } else if message == "duplicate key" {
        // The tree keeps the first of the two: the nearest line above with a key of this name.
        let name = text.split('=').next().unwrap_or_default().trim();
        let first = keys.range(..line).rev().find(|(_, known)| known.rsplit('.').next() == name.rsplit('.').next());
        let hint = first.map(|(first, known)| {
            key.clone_from(known);
            format!("first given in line {first}; remove one of the two")
        });
        ("given twice".to_owned(), hint)
    } else {
        match text.split_once('=').map(|(_, value)| value.split('#').next().unwrap_or_default().trim()) {
            Some("") => ("has no value".to_owned(), None),
            Some(bare) if bare.starts_with(|c: char| c.is_alphabetic()) => {
                let flag =
                    ["true", "false", "yes", "no", "on", "off", "ja", "nein"].contains(&bare.to_lowercase().as_str());
                let hint = if flag { "write true or false".into() } else { format!("write {}", quoted(bare)) };
                ("not a value: texts stand in quotes".to_owned(), Some(hint))
            }
            _ => (message.to_owned(), None),
        }
    };
    Problem { line, column, key, message, hint }
}
