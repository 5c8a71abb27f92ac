//! The last words of a run: for people in their language, for programs as JSON.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::place::shown;
use crate::dispatch::Summary;
use crate::intake::OTHER_ENDINGS;
use crate::words::Lang;

/// What is held and was not given up.
pub(super) fn undecided(s: &Summary) -> u64 {
    (s.pages_held + s.scans_held).saturating_sub(s.pages_discarded + s.scans_discarded)
}

/// For people, on standard output.
pub(super) fn print_text(lang: Lang, s: &Summary, output: &Path) {
    let words = lang.words();
    for item in &s.held {
        let page = item.index.map(|index| index.saturating_add(1));
        let why = match lang {
            Lang::En => &item.fault.detail,
            Lang::De => lang.fault(item.fault.kind),
        };
        println!("{}", (words.summary_held_of)(&shown(&item.path), page, why));
        println!("      {}", lang.remedy(item.fault.kind));
    }
    let held = undecided(s);
    let unlisted = held.saturating_sub(s.held.len() as u64);
    if unlisted > 0 {
        println!("{}", (words.summary_unlisted_of)(&lang.number(unlisted)));
    }
    println!("{}", (words.summary_balance_of)(s.pages_received, &lang.number(s.pages_received), &places_text(lang, s)));
    println!("{}", (words.summary_delivered_of)(s.documents, s.cases, &output.display().to_string()));
    for (count, text) in [
        (s.scans_held, words.summary_scans_held_of),
        (s.duplicates_skipped, words.summary_skipped_of),
        (s.duplicates_linked, words.summary_linked_of),
    ] {
        if count > 0 {
            println!("{}", text(count));
        }
    }
    if !s.left_lying.is_empty() {
        println!("{}", (words.summary_left_lying_of)(&left_lying_text(lang, &s.left_lying)));
    }
    if s.stopped {
        println!("{}", words.summary_stopped);
    } else if held > 0 {
        println!("{}", words.summary_what_to_do);
        println!("{}", (words.summary_decide_of)(&output.display().to_string()));
    }
    if s.pages_discarded + s.scans_discarded > 0 {
        println!("{}", (words.summary_discarded_of)(s.pages_discarded + s.scans_discarded));
    }
}

/// Where the received pages are: `17 delivered + 2 held`. Those still to do are none unless the run was stopped.
fn places_text(lang: Lang, s: &Summary) -> String {
    let words = lang.words();
    let settled = s.pages_delivered + s.blanks_recorded + s.separators_recorded + s.pages_held;
    let others = [
        (s.blanks_recorded, words.place_blank),
        (s.separators_recorded, words.place_separators),
        (s.pages_held, words.place_held),
        (s.pages_received.saturating_sub(settled), words.place_to_do),
    ];
    let text = |(count, place): &(u64, &str)| format!(" + {} {place}", lang.number(*count));
    let others = others.iter().filter(|(count, _)| *count > 0).map(text);
    format!("{} {}{}", lang.number(s.pages_delivered), words.place_delivered, others.collect::<String>())
}

/// Endings with counts, the most frequent first: `3 .txt, 1 .xml, 1 without an ending`.
fn left_lying_text(lang: Lang, left: &BTreeMap<String, u64>) -> String {
    let words = lang.words();
    let mut kinds: Vec<_> = left.iter().collect();
    kinds.sort_by_key(|&(_, &count)| Reverse(count));
    let text = |(ending, &count): (&String, &u64)| match ending.as_str() {
        "" => (words.no_ending_of)(count),
        OTHER_ENDINGS => (words.other_endings_of)(count),
        ending => format!("{count} .{}", ending.escape_debug()),
    };
    kinds.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

/// For programs, on standard output.
pub(super) fn print_json(s: &Summary) {
    let held: Vec<_> = s
        .held
        .iter()
        .map(|item| {
            json!({
                "path": item.path.to_string_lossy(), "page": item.index.map(|index| index + 1),
                "stage": item.fault.stage, "kind": item.fault.kind,
                "detail": item.fault.detail, "remedy": item.fault.kind.remedy(),
            })
        })
        .collect();
    println!(
        "{}",
        json!({
            "scans": s.scans, "scans_held": s.scans_held, "pages_received": s.pages_received,
            "pages_delivered": s.pages_delivered, "blanks_recorded": s.blanks_recorded,
            "separators_recorded": s.separators_recorded, "pages_held": s.pages_held,
            "pages_discarded": s.pages_discarded, "scans_discarded": s.scans_discarded,
            "duplicates_skipped": s.duplicates_skipped, "duplicates_linked": s.duplicates_linked,
            "documents": s.documents, "cases": s.cases, "stopped": s.stopped,
            "left_lying": s.left_lying, "held": held,
        })
    );
}
