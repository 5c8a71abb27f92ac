//! The plan of the house, enforced: which room may know which, a head for every file, no file too long to read.
//!
//! Reads the source as tokens, not as a grammar: paths that start with `crate::`, or climb to the crate's root by
//! `super::`, name a room. Comments, strings and tests do not count: a test may look at any room.

#![allow(clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// Who may know whom. A room that is not here does not exist; add a line when you build one.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("saboteur", &[]),
    ("charset", &[]),
    ("durable", &["saboteur"]),
    ("infer", &["model"]),
    ("raster", &["model"]),
    ("ocr", &["model", "raster", "infer"]),
    ("codes", &["model", "raster"]),
    ("page", &["model", "raster", "codes", "ocr", "infer"]),
    ("worker", &["model", "page", "raster", "ocr", "infer", "intake"]),
    ("assemble", &["model", "charset"]),
    ("learn", &["model", "assemble"]),
    ("ledger", &["model", "saboteur", "durable"]),
    ("intake", &["model", "saboteur", "durable", "charset"]),
    ("deliver", &["model", "saboteur", "durable"]),
    // A proof reads what these wrote or find, by their own words for it.
    ("evidence", &["model", "deliver", "pdf", "intake", "assemble"]),
    ("pdf", &["model"]),
    ("sheets", &["model", "pdf"]),
    ("export", &["model"]),
    ("words", &["model"]),
    ("pipeline", &["model", "assemble", "intake", "page", "raster", "codes", "ocr", "worker"]),
    (
        "dispatch",
        &[
            "model", "saboteur", "durable", "infer", "raster", "ocr", "page", "worker", "assemble", "ledger", "intake",
            "deliver", "evidence", "pdf", "sheets", "export", "pipeline", "words",
        ],
    ),
    (
        "cli",
        &[
            "model", "infer", "raster", "ocr", "page", "worker", "assemble", "ledger", "intake", "deliver", "evidence",
            "pdf", "sheets", "export", "pipeline", "words", "dispatch", "learn", "charset",
        ],
    ),
];

/// Longer than this, a file is split by meaning.
const MAX_LINES: usize = 600;

/// A source file: its path below `src/` and its text.
struct Source {
    path: PathBuf,
    text: String,
}

#[test]
fn the_house_stands_as_planned() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    collect(&root, &root, &mut sources).expect("src/ can be read");
    assert!(sources.len() > MAY_KNOW.len(), "found only {} files below src/", sources.len());
    let wrong: Vec<String> = sources.iter().flat_map(violations).collect();
    assert!(wrong.is_empty(), "the house does not stand as planned:\n  {}", wrong.join("\n  "));
}

fn collect(root: &Path, folder: &Path, sources: &mut Vec<Source>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, sources)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path)?;
            sources.push(Source { path: path.strip_prefix(root).expect("below src").to_owned(), text });
        }
    }
    Ok(())
}

/// Everything that is wrong with one file, a line each.
fn violations(source: &Source) -> Vec<String> {
    let name = source.path.display();
    let mut wrong = Vec::new();
    let modules = module_path(&source.path);
    let is_test = modules.last().is_some_and(|m| m == "tests");
    if !is_test && !source.text.starts_with("//!") {
        wrong.push(format!("{name}: does not begin with //!: say what comes in, what goes out, what it does not know"));
    }
    let lines = source.text.lines().count();
    if lines > MAX_LINES {
        wrong.push(format!("{name}: {lines} lines, at most {MAX_LINES}: split it by meaning"));
    }
    // lib.rs and main.rs hold the map, and no room's business.
    let Some(room) = modules.first() else { return wrong };
    let Some((_, allowed)) = MAY_KNOW.iter().find(|(name, _)| name == room) else {
        wrong.push(format!("{name}: the room `{room}` is not in the plan of tests/house.rs"));
        return wrong;
    };
    if is_test {
        return wrong;
    }
    let mut known = rooms_named(&tokens(&source.text), modules.len());
    known.retain(|other| other != room && !allowed.contains(&other.as_str()));
    known.sort();
    known.dedup();
    wrong.extend(known.iter().map(|other| format!("{name}: `{room}` must not know `{other}`")));
    wrong
}

/// `ocr/detect/boxes.rs` is `["ocr", "detect", "boxes"]`; `mod.rs`, `lib.rs` and `main.rs` add nothing.
fn module_path(path: &Path) -> Vec<String> {
    let mut modules: Vec<String> =
        path.with_extension("").components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
    if modules.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        modules.pop();
    }
    modules
}

/// The rooms that paths from the crate's root name, in a file whose module lies `depth` below it.
fn rooms_named(tokens: &[String], depth: usize) -> Vec<String> {
    let mut rooms = Vec::new();
    // For each open brace, whether it is the body of an inline module.
    let mut braces: Vec<bool> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let here = |ahead: usize| tokens.get(at + ahead).map_or("", String::as_str);
        match here(0) {
            "mod" if here(2) == "{" => {
                if here(1) == "tests" {
                    at = closing_brace(tokens, at + 2);
                } else {
                    braces.push(true);
                    at += 2;
                }
            }
            "{" => braces.push(false),
            "}" => drop(braces.pop()),
            "crate" if here(1) == "::" => names_after(tokens, at + 2, &mut rooms),
            "super" => {
                let mut climbed = 1;
                while here(climbed * 2 - 1) == "::" && here(climbed * 2) == "super" {
                    climbed += 1;
                }
                let depth = depth + braces.iter().filter(|is_module| **is_module).count();
                if climbed >= depth {
                    names_after(tokens, at + climbed * 2, &mut rooms);
                }
                at += climbed * 2 - 2;
            }
            _ => {}
        }
        at += 1;
    }
    rooms.retain(|room| MAY_KNOW.iter().any(|(name, _)| name == room));
    rooms
}

/// What a path names after its `::` at `from - 1`: one identifier, or the first of each in a group.
fn names_after(tokens: &[String], from: usize, rooms: &mut Vec<String>) {
    match tokens.get(from).map(String::as_str) {
        Some("{") => {
            let mut nested = 0;
            for (previous, token) in tokens[from..closing_brace(tokens, from)].iter().zip(&tokens[from + 1..]) {
                match token.as_str() {
                    "{" => nested += 1,
                    "}" => nested -= 1,
                    name if nested == 0 && matches!(previous.as_str(), "{" | ",") => rooms.push(name.to_owned()),
                    _ => {}
                }
            }
        }
        Some(name) => rooms.push(name.to_owned()),
        None => {}
    }
}

/// The position of the brace that closes the one at `open`, or the end.
fn closing_brace(tokens: &[String], open: usize) -> usize {
    let mut nested = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.as_str() {
            "{" => nested += 1,
            "}" if nested == 1 => return at,
            "}" => nested -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Identifiers, `::` and single signs; without comments, strings, characters and lifetimes.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = raw_string(rest) {
            length
        } else if first == '"' {
            string(rest)
        } else if first == '\'' {
            character_or_lifetime(rest)
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else if first.is_alphanumeric() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(rest[..end].to_owned());
            end
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

fn block_comment(text: &str) -> usize {
    let mut nested = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            nested += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            nested -= 1;
            at += 2;
            if nested == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a raw string (`r"…"`, `br#"…"#`, `cr"…"`) at the start of `text`, if there is one.
fn raw_string(text: &str) -> Option<usize> {
    let after = ["r", "br", "cr"].iter().find_map(|prefix| text.strip_prefix(prefix))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let body = after.trim_start_matches('#').strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let start = text.len() - body.len();
    Some(body.find(&end).map_or(text.len(), |found| start + found + end.len()))
}

fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn character_or_lifetime(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, c))) => {
            text[at + c.len_utf8()..].find('\'').map_or(text.len(), |end| at + c.len_utf8() + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod checker {
    //! The checker itself: it must be able to fail.
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(path: &str, text: &str) -> Vec<String> {
        violations(&Source { path: path.into(), text: format!("//! Head.\n{text}") })
    }

    #[test]
    fn finds_a_forbidden_room_however_it_is_named() {
        for text in [
            "use crate::ledger::Ledger;",
            "use crate::{model::Page, ledger};",
            "use crate::{model::{Page, ledger as l}, ledger::{a, b}};",
            "fn f() { crate::ledger::open(); }",
            "pub(in crate::ledger) struct A;",
            "use super::super::ledger::Ledger;",
            "mod inner { use super::super::super::ledger::Ledger; }",
            "fn f(c: &'static str) -> char { '\"' } use crate::ledger;",
            "const A: &str = \"\\\"\"; use crate::ledger;",
            "const A: &str = r#\"\"a\"#; use crate::ledger;",
        ] {
            assert_eq!(check("pdf/text.rs", text), ["pdf/text.rs: `pdf` must not know `ledger`"], "{text}");
        }
        assert_eq!(check("pdf/mod.rs", "use super::ledger;"), ["pdf/mod.rs: `pdf` must not know `ledger`"]);
        assert_eq!(check("page.rs", "use super::ledger;"), ["page.rs: `page` must not know `ledger`"]);
    }

    #[test]
    fn leaves_what_is_allowed_alone() {
        for text in [
            "use crate::model::{Page, Scan};",
            "use crate::pdf::writer::Writer;",
            "use super::ledger::of_this_room;",
            "// use crate::ledger;\n/* crate::ledger /* nested */ crate::ledger */",
            "/// See [`crate::ledger`].\nfn f() {}",
            "const A: &str = \"crate::ledger\"; const B: &[u8] = br##\"crate::ledger \"# \"##;",
            "#[cfg(test)] mod tests { use crate::ledger; mod deeper { use crate::cli; } }",
            "mod inner { use super::super::ledger::of_this_room; }",
        ] {
            assert!(check("pdf/text.rs", text).is_empty(), "{text}: {:?}", check("pdf/text.rs", text));
        }
        assert!(check("pdf/tests.rs", "use crate::ledger;").is_empty());
        assert!(check("cli/run.rs", "use crate::{ledger, dispatch};").is_empty());
        assert!(check("lib.rs", "pub mod anything;").is_empty());
    }

    #[test]
    fn goes_on_after_the_tests_of_a_file() {
        let text = "mod tests { fn f() {} } use crate::cli::Cli;";
        assert_eq!(check("pdf/text.rs", text), ["pdf/text.rs: `pdf` must not know `cli`"]);
    }

    #[test]
    fn wants_a_head_a_plan_and_short_files() {
        let bare = Source { path: "pdf/mod.rs".into(), text: "pub struct A;".into() };
        assert!(violations(&bare)[0].contains("does not begin with //!"));
        assert!(check("pdf/long.rs", &"\n".repeat(MAX_LINES))[0].contains("at most 600"));
        assert!(check("util/mod.rs", "")[0].contains("`util` is not in the plan"));
    }

    #[test]
    fn the_plan_has_no_circle() {
        // Rooms are listed bottom up but for a few siblings, so: peel off rooms that know only peeled ones.
        let mut rest: Vec<_> = MAY_KNOW.to_vec();
        while !rest.is_empty() {
            let names: Vec<&str> = rest.iter().map(|(name, _)| *name).collect();
            let before = rest.len();
            rest.retain(|(_, known)| known.iter().any(|other| names.contains(other)));
            assert!(rest.len() < before, "these rooms know each other in a circle: {names:?}");
        }
    }
}
