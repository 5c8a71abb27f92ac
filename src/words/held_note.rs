//! The text that lies beside a held original, for whoever finds it there.

use super::Lang;
use crate::model::Fault;

/// Widest line, in characters.
const WIDTH: usize = 78;

/// Most different faults that a note tells one by one.
const MAX_TOLD: usize = 30;

/// Things with one fault.
struct Group<'a> {
    fault: &'a Fault,
    pages: Vec<u32>,
    whole: bool,
    numbers: Vec<u64>,
}

/// What is wrong with which page of a file, what to do, and how to decide. `file` is the file's own name; `items` are what
/// is held of it: page from 0 (`None`: the whole file), why, and its number for `scanstrasse held`.
pub fn held_note(lang: Lang, file: &str, items: &[(Option<u32>, Fault, Option<u64>)]) -> String {
    let words = lang.words();
    let file: String = file.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    let title = (words.note_title_of)(&file);
    let rule = "=".repeat(title.chars().count().min(WIDTH));
    let mut text = format!("{title}\n{rule}\n");
    let groups = groups(items);
    for group in groups.iter().take(MAX_TOLD) {
        let which = match (group.whole, group.pages.as_slice()) {
            (true, _) | (false, []) => words.note_whole_file.to_owned(),
            (false, pages) => {
                (words.note_pages_of)(&ranges(pages.iter().map(|page| u64::from(*page) + 1)), pages.len())
            }
        };
        text.push_str(&format!("\n{which}\n"));
        let detail = format!("{}: {}", lang.stage(group.fault.stage), group.fault.detail);
        let numbers = ranges(group.numbers.iter().copied());
        for (name, value) in [
            (words.note_why, lang.fault(group.fault.kind)),
            (words.note_what_to_do, lang.remedy(group.fault.kind)),
            (words.note_detail, &detail),
            (words.note_number, &numbers),
        ] {
            if !value.is_empty() {
                push_field(&mut text, name, value);
            }
        }
    }
    if let Some(left) = groups.len().checked_sub(MAX_TOLD).filter(|left| *left > 0) {
        text.push_str(&format!("\n... {}\n", (words.more_of)(left as u64)));
    }
    if let Some(number) = items.iter().filter_map(|(.., number)| *number).min() {
        text.push_str(&format!("\n{}\n", words.note_decide));
        for (command, meaning) in (words.note_choices_of)(number) {
            text.push_str(&format!("  {command}\n      {meaning}\n"));
        }
    }
    text.push('\n');
    for line in wrapped(words.note_safe, WIDTH) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

/// Items with the same fault together, in the order of their first pages.
fn groups(items: &[(Option<u32>, Fault, Option<u64>)]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (page, fault, number) in items {
        let known = groups.iter().position(|group| group.fault == fault && group.whole == page.is_none());
        let at = known.unwrap_or_else(|| {
            groups.push(Group { fault, pages: Vec::new(), whole: page.is_none(), numbers: Vec::new() });
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            group.pages.extend(page);
            group.numbers.extend(number);
        }
    }
    groups
}

/// `1-3, 5`.
fn ranges(numbers: impl Iterator<Item = u64>) -> String {
    let mut numbers: Vec<u64> = numbers.collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let runs: Vec<_> = runs.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") }).collect();
    runs.join(", ")
}

/// `  name: value`, wrapped and indented.
fn push_field(text: &mut String, name: &str, value: &str) {
    const NAME: usize = 15;
    for (at, line) in wrapped(value, WIDTH - NAME - 2).into_iter().enumerate() {
        let name = if at == 0 { format!("{name}:") } else { String::new() };
        text.push_str(&format!("  {name:<NAME$}{line}\n"));
    }
}

/// Breaks a text at its blanks; a longer word stands alone. Control characters do nothing.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FaultKind, Stage};

    #[test]
    fn a_note_says_what_is_wrong_with_which_page_what_to_do_and_how_to_decide() {
        let cut = Fault::new(Stage::Decode, FaultKind::Truncated, "strip 3 ends early");
        let long = Fault::new(Stage::Worker, FaultKind::Deadline, "the page took longer than 120 s");
        let items = [(Some(1), cut.clone(), Some(17)), (Some(6), long, None), (Some(2), cut, Some(18))];
        let note = held_note(Lang::De, "0002_Bescheid.tif", &items);
        for part in [
            "Zurückgehalten: 0002_Bescheid.tif",
            "\nSeiten 2-3\n",
            "die Datei bricht vor ihrem Ende ab",
            "noch einmal kopieren",
            "strip 3 ends early",
            "17-18",
            "\nSeite 7\n",
            "scanstrasse held show 17",
            "scanstrasse held discard 17 --reason",
            "Nichts ist verloren",
        ] {
            assert!(note.contains(part), "{part:?} is missing:\n{note}");
        }
        assert!(note.lines().all(|line| line.chars().count() <= 80), "{note}");
    }

    #[test]
    fn a_note_cannot_be_bent_by_a_name_and_stays_short() {
        let fault = |n: u32| Fault::new(Stage::Open, FaultKind::Corrupt, format!("object {n}\u{1b}[2J"));
        let items: Vec<_> = (0..1000).map(|n| (Some(n), fault(n), None)).collect();
        let note = held_note(Lang::De, "a\nb\u{1b}.tif", &items);
        assert!(note.starts_with("Zurückgehalten: a?b?.tif\n"), "{note}");
        assert!(!note.contains('\u{1b}') && note.len() < 20_000, "{} bytes", note.len());
        assert!(note.contains("und 970 weitere"), "{note}");
        let whole = held_note(Lang::De, "x.pdf", &[(None, fault(1), Some(3))]);
        assert!(whole.contains("Die ganze Datei") && whole.contains("held show 3"), "{whole}");
    }
}
