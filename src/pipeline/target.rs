//! Where documents go, and what their names and the index tell of them: `[target]`.

use std::path::PathBuf;

use super::problem::quoted;
use super::reader::{Table, given_twice};
use super::{Target, TargetKind};

/// The target and its folder.
pub(super) fn target(top: &Table<'_>) -> (Target, Option<PathBuf>) {
    let table = top.table("target");
    let target = Target {
        kind: table.choice("kind", &[("folder", TargetKind::Folder)]).unwrap_or_default(),
        name_fields: names(&table, "name_fields"),
        index_fields: names(&table, "index_fields"),
        index_xml: table.flag("index_xml").unwrap_or_default(),
        contents: table.flag("contents").unwrap_or_default(),
    };
    let folder = table.text("folder").map(|text| PathBuf::from(text.value));
    table.finish();
    (target, folder)
}

/// Names of index fields, each once.
fn names(table: &Table<'_>, key: &'static str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for text in table.texts(key).unwrap_or_default() {
        if text.value.trim().is_empty() || text.value.contains(char::is_control) {
            table.refuse_at(text.offset, key, format!("{} is no name of an index field", quoted(text.value)), None);
        } else if names.iter().any(|name| name == text.value) {
            table.refuse_at(text.offset, key, given_twice(text), None);
        } else {
            names.push(text.value.to_owned());
        }
    }
    names
}
