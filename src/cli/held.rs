//! `scanstrasse held`: what waits for a person, and the person's decisions.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::language::LanguageArguments;
use super::place::{PlaceArguments, moment, shown};
use super::status::state_word;
use super::{Exit, Failure};
use crate::ledger::{self, DecideError, Decision, HeldState, HeldThing, Ledger, LedgerError, PageState, Verdict};
use crate::model::{FaultKind, Stage};
use crate::words::Lang;

/// List what is held for a person, and decide about it
///
/// Every held page or file has a number. A decision is written down at once, while a run works too; the run (at its end)
/// or the next one acts on it. Originals are never touched.
#[derive(Debug, Args)]
pub(super) struct HeldArguments {
    #[command(subcommand)]
    command: HeldCommand,
    #[command(flatten)]
    place: PlaceArguments,
    #[command(flatten)]
    language: LanguageArguments,
}

#[derive(Debug, Subcommand)]
enum HeldCommand {
    /// What is held, why, since when, and what helps
    List {
        /// With what was given up
        #[arg(long)]
        all: bool,
        /// As JSON on standard output
        #[arg(long)]
        json: bool,
    },
    /// Everything that is known of a number, and what can be done
    Show {
        /// Its number in the list
        #[arg(value_name = "N")]
        number: i64,
        /// As JSON on standard output
        #[arg(long)]
        json: bool,
    },
    /// Have it processed again by the next run: after a cause was mended, or by a better program
    Retry(Which),
    /// Have the page's picture delivered without its text by the next run, flagged as unread
    Release(Which),
    /// Give it up, for a reason: scanned twice, an empty sheet ... It stays held and recorded, and nothing waits for it
    Discard {
        #[command(flatten)]
        which: Which,
        /// Why; asked for on a terminal if missing
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

/// About what a decision is.
#[derive(Debug, Args)]
struct Which {
    /// Numbers in the list
    #[arg(value_name = "N", required_unless_present_any = ["all", "kind"])]
    numbers: Vec<i64>,
    /// All that waits for a person
    #[arg(long, conflicts_with = "numbers")]
    all: bool,
    /// All that is held for this, as `crash` or `deadline`; see `held list --json`
    #[arg(long, value_name = "KIND", value_parser = kind, conflicts_with = "numbers")]
    kind: Option<FaultKind>,
    /// Who decides [default: the user's name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

fn kind(text: &str) -> Result<FaultKind, String> {
    serde_json::from_value(Value::from(text)).map_err(|_| "no kind of fault; `held list --json` names them".to_owned())
}

pub(super) fn run(arguments: &HeldArguments) -> Result<Exit, Failure> {
    let lang = arguments.language.choose();
    let state = arguments.place.locate(None)?;
    let typed = arguments.place.typed(None);
    match &arguments.command {
        HeldCommand::List { all, json } => list(&state, *all, *json, &typed, lang),
        HeldCommand::Show { number, json } => show(&state, *number, *json, &typed, lang),
        HeldCommand::Retry(which) => decide(&state, which, Verdict::Retry, None, lang),
        HeldCommand::Release(which) => decide(&state, which, Verdict::Release, None, lang),
        HeldCommand::Discard { which, reason } => {
            decide(&state, which, Verdict::Discard, Some(asked(reason.as_deref(), lang)?), lang)
        }
    }
}

fn failed(error: LedgerError, lang: Lang) -> Failure {
    Failure::stopped(error.to_string(), lang.held().mend)
}

/// Everything that is held, by number.
fn things(ledger: &Ledger, lang: Lang) -> Result<Vec<HeldThing>, Failure> {
    let mut things = Vec::new();
    ledger
        .for_each_held_thing(|thing| {
            things.push(thing);
            Ok::<_, LedgerError>(())
        })
        .map_err(|error| failed(error, lang))?;
    Ok(things)
}

fn list(state: &Path, all: bool, as_json: bool, typed: &str, lang: Lang) -> Result<Exit, Failure> {
    let words = lang.held();
    let ledger = ledger::peek(state).map_err(|error| failed(error, lang))?;
    let mut things = things(&ledger, lang)?;
    let discarded = things.iter().filter(|thing| thing.state == HeldState::Discarded).count();
    things.retain(|thing| all || thing.state != HeldState::Discarded);
    if as_json {
        println!("{}", Value::from(things.iter().map(thing_json).collect::<Vec<_>>()));
        return Ok(Exit::Delivered);
    }
    let (waiting, held): (Vec<_>, Vec<_>) = things.into_iter().partition(|thing| thing.waiting);
    for thing in &held {
        let since = (words.since_of)(&place(thing, lang), &moment(thing.first), thing.attempts);
        println!("{:>4}  {since}", thing.number);
        println!("      {}", lang.fault(thing.fault.kind));
        println!("      -> {}", next_step(thing, lang));
    }
    for ((path, detail), pages) in groups(&waiting) {
        // What is told of a fault is English; what it waits for stands there with its number.
        println!("   -  {}", (words.sound_of)(&path, &pages_text(&pages, lang), detail));
    }
    let open = held.iter().filter(|thing| thing.state == HeldState::Open).count();
    if held.is_empty() {
        println!("{}", words.nothing);
    } else {
        println!("{}", (words.to_decide_of)(open, typed));
    }
    if discarded > 0 && !all {
        println!("{}", (words.given_up_listed_of)(discarded));
    }
    Ok(Exit::Delivered)
}

/// Waiting pages by file and by what they wait for.
fn groups(waiting: &[HeldThing]) -> BTreeMap<(String, &str), Vec<u32>> {
    let mut groups: BTreeMap<_, Vec<u32>> = BTreeMap::new();
    for thing in waiting {
        let pages = groups.entry((shown(&thing.path), thing.fault.detail.as_str())).or_default();
        pages.extend(thing.index);
    }
    groups
}

/// `page 4`, `pages 1-3, 5`, for indexes from 0.
fn pages_text(indexes: &[u32], lang: Lang) -> String {
    let mut sorted = indexes.to_vec();
    sorted.sort_unstable();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for page in sorted.into_iter().map(|index| index.saturating_add(1)) {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(page) => *last = page,
            _ => runs.push((page, page)),
        }
    }
    let runs: Vec<_> = runs.iter().map(|(a, b)| if a == b { a.to_string() } else { format!("{a}-{b}") }).collect();
    (lang.held().pages_of)(&runs.join(", "), indexes.len())
}

fn place(thing: &HeldThing, lang: Lang) -> String {
    let page = thing.index.map_or(String::new(), |index| format!(", {}", pages_text(&[index], lang)));
    format!("{}{page}", shown(&thing.path))
}

/// What helps, or what was decided.
fn next_step(thing: &HeldThing, lang: Lang) -> String {
    let words = lang.held();
    match thing.state {
        HeldState::Open => lang.remedy(thing.fault.kind).to_owned(),
        HeldState::Again => words.again.to_owned(),
        HeldState::Released if thing.fault.kind == FaultKind::Unpaired => words.released_stack.to_owned(),
        HeldState::Released if thing.fault.kind.is_about_document() => words.released_document.to_owned(),
        HeldState::Released => words.released.to_owned(),
        HeldState::Discarded => {
            thing.decision.as_ref().map_or(words.given_up.to_owned(), |decision| decision_text(decision, lang))
        }
        HeldState::Settled => words.settled.to_owned(),
    }
}

fn decision_text(decision: &Decision, lang: Lang) -> String {
    let words = lang.held();
    let what = match decision.verdict {
        Verdict::Retry => words.retry,
        Verdict::Release => words.release,
        Verdict::Discard => words.given_up,
    };
    (words.decided_of)(what, &decision.person, &moment(decision.at), decision.reason.as_deref())
}

fn thing_json(thing: &HeldThing) -> Value {
    json!({
        "number": thing.number, "state": state_word(thing.state), "file": thing.name,
        "path": thing.path.to_string_lossy(), "sha256": thing.digest, "page": thing.index.map(|index| index + 1),
        "stage": thing.fault.stage, "kind": thing.fault.kind, "detail": thing.fault.detail,
        "words": thing.fault.kind.words(), "remedy": thing.fault.kind.remedy(), "attempts": thing.attempts,
        "first": thing.first.to_string(), "last": thing.last.to_string(), "waits_for_another": thing.waiting,
        "decision": thing.decision.as_ref().map(decision_json),
    })
}

fn decision_json(decision: &Decision) -> Value {
    let verdict = match decision.verdict {
        Verdict::Retry => "retry",
        Verdict::Release => "release",
        Verdict::Discard => "discard",
    };
    json!({
        "verdict": verdict, "reason": decision.reason, "by": decision.person, "at": decision.at.to_string(),
        "applied": decision.applied,
    })
}

fn show(state: &Path, number: i64, as_json: bool, typed: &str, lang: Lang) -> Result<Exit, Failure> {
    let (words, failed) = (lang.held(), |error| failed(error, lang));
    let ledger = ledger::peek(state).map_err(failed)?;
    let unknown = || refused(DecideError::Unknown(number), lang);
    let thing = ledger.held_thing(number).map_err(failed)?.ok_or_else(unknown)?;
    let (decisions, neighbours) =
        (ledger.decisions(number).map_err(failed)?, ledger.neighbours(&thing).map_err(failed)?);
    if as_json {
        let mut all = thing_json(&thing);
        all["decisions"] = decisions.iter().map(decision_json).collect();
        all["neighbours"] = neighbours
            .iter()
            .map(|n| json!({"place": place_word(n.state, Lang::En), "file": n.file, "pages": n.count}))
            .collect();
        println!("{all}");
        return Ok(Exit::Delivered);
    }
    let page = |index: u32| (words.page_of)(index.saturating_add(1), thing.pages);
    println!("{}", (words.number_of)(number, &thing.index.map_or(words.whole_file.to_owned(), page)));
    println!("{}{}", words.head_file, shown(&thing.path));
    let digest = thing.digest.map_or(words.never_read.to_owned(), |digest| digest.to_string());
    println!("{}{digest}", words.head_digest);
    println!("{}{}", words.head_why, lang.fault(thing.fault.kind));
    let (stage, kind) = match lang {
        Lang::En => (word(&thing.fault.stage), format!(", {}", word(&thing.fault.kind))),
        Lang::De => (lang.stage(thing.fault.stage).to_owned(), String::new()),
    };
    println!("{}{stage}{kind}: {}", words.head_detail, thing.fault.detail);
    let attempts = (words.attempts_of)(thing.attempts, &moment(thing.first), &moment(thing.last));
    println!("{}{attempts}", words.head_attempts);
    let whose = if thing.index.is_some() { words.other_pages } else { words.batch_pages };
    for neighbour in &neighbours {
        let file = neighbour.file.as_ref().map(|file| shown(Path::new(file)));
        let where_to = (words.neighbours_of)(neighbour.count, place_word(neighbour.state, lang), file.as_deref());
        println!("{whose}: {where_to}");
    }
    for decision in &decisions {
        println!("{}{}", words.head_decided, decision_text(decision, lang));
    }
    println!("{}{}", words.head_now, next_step(&thing, lang));
    print_choices(&thing, typed, lang);
    Ok(Exit::Delivered)
}

fn print_choices(thing: &HeldThing, typed: &str, lang: Lang) {
    let (number, words) = (thing.number, lang.held());
    if thing.waiting || thing.state == HeldState::Settled {
        return;
    }
    println!("{}", words.you_can);
    println!("  scanstrasse held retry {number}{typed}       {}", words.can_retry);
    // What could not be decoded has no picture to deliver.
    if thing.index.is_some() && thing.fault.stage != Stage::Decode {
        let what = match thing.fault.kind {
            FaultKind::Unpaired => words.can_release_stack,
            kind if kind.is_about_document() => words.can_release_document,
            _ => words.can_release,
        };
        println!("  scanstrasse held release {number}{typed}     {what}");
    }
    let discard = match thing.fault.kind {
        FaultKind::Unpaired => words.can_discard,
        kind if kind.is_about_document() => words.can_discard_document,
        _ => words.can_discard,
    };
    println!("  scanstrasse held discard {number}{typed} --reason \"...\"     {discard}");
}

/// A stage or kind as `case.json` writes it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn place_word(state: PageState, lang: Lang) -> &'static str {
    let words = lang.held();
    match state {
        PageState::Received => words.place_received,
        PageState::Processed => words.place_processed,
        PageState::Held => words.place_held,
        PageState::Delivered => words.place_delivered,
        PageState::BlankRecorded => words.place_blank,
        PageState::SeparatorRecorded => words.place_separator,
        PageState::Waiting => words.place_waiting,
    }
}

fn decide(state: &Path, which: &Which, verdict: Verdict, reason: Option<String>, lang: Lang) -> Result<Exit, Failure> {
    let (words, failed) = (lang.held(), |error| failed(error, lang));
    let mut ledger = ledger::open_to_decide(state).map_err(failed)?;
    let numbers = match which.numbers.as_slice() {
        [] => chosen(&things(&ledger, lang)?, which.kind, verdict),
        numbers => numbers.to_vec(),
    };
    if numbers.is_empty() {
        println!("{}", words.none_waits);
        return Ok(Exit::Delivered);
    }
    let decision =
        Decision { verdict, reason, person: person(which.by.as_deref()), at: Timestamp::now(), applied: false };
    ledger.decide(&numbers, &decision).map_err(|error| refused(error, lang))?;
    let will = match verdict {
        Verdict::Retry => words.retry,
        Verdict::Release => words.release,
        Verdict::Discard => words.will_discard,
    };
    println!("{}", (words.will_of)(numbers.len() as u64, will));
    let at_work = ledger::is_claimed(state).map_err(failed)?;
    println!("{}", if at_work { words.at_work } else { words.next_run });
    Ok(Exit::Delivered)
}

/// Has everything that waits for a person tried again, as `held retry --all`; how much that is.
///
/// # Errors
/// There is no ledger, or it cannot be written.
pub(super) fn retry_all(state: &Path) -> Result<u64, Failure> {
    let lang = Lang::default();
    let mut ledger = ledger::open_to_decide(state).map_err(|error| failed(error, lang))?;
    let numbers = chosen(&things(&ledger, lang)?, None, Verdict::Retry);
    if !numbers.is_empty() {
        let (verdict, at) = (Verdict::Retry, Timestamp::now());
        let decision = Decision { verdict, reason: None, person: person(None), at, applied: false };
        ledger.decide(&numbers, &decision).map_err(|error| refused(error, lang))?;
    }
    Ok(numbers.len() as u64)
}

/// What `--all` and `--kind` mean: whatever waits for a person and can be decided so.
fn chosen(things: &[HeldThing], kind: Option<FaultKind>, verdict: Verdict) -> Vec<i64> {
    let fits = |thing: &&HeldThing| {
        let possible = match verdict {
            Verdict::Retry => thing.index.is_some() || thing.digest.is_some(),
            Verdict::Release => thing.index.is_some(),
            Verdict::Discard => true,
        };
        thing.state == HeldState::Open && !thing.waiting && possible && kind.is_none_or(|kind| kind == thing.fault.kind)
    };
    things.iter().filter(fits).map(|thing| thing.number).collect()
}

fn refused(error: DecideError, lang: Lang) -> Failure {
    let words = lang.held();
    let ((message, remedy), is_usage) = match error {
        DecideError::Ledger(error) => return failed(error, lang),
        DecideError::Unknown(number) => ((words.unknown_of)(number), true),
        DecideError::Settled(number) => ((words.is_settled_of)(number), false),
        DecideError::InWork(number) => ((words.in_work_of)(number), false),
        DecideError::Waits(number) => ((words.waits_of)(number), false),
        DecideError::NoPicture(number) => ((words.no_picture_of)(number), false),
        DecideError::Unreadable(number) => ((words.unreadable_of)(number), false),
    };
    if is_usage { Failure::usage(message, remedy) } else { Failure::stopped(message, remedy) }
}

/// Who decides.
fn person(by: Option<&str>) -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    by.map(str::to_owned)
        // Operators of a service decide under its name; who they are stands here.
        .or_else(|| variable("SUDO_USER"))
        .or_else(|| variable("USER"))
        .or_else(|| variable("LOGNAME"))
        .unwrap_or_else(|| format!("user {}", rustix::process::getuid().as_raw()))
}

/// The reason, as given or as asked for.
fn asked(given: Option<&str>, lang: Lang) -> Result<String, Failure> {
    let words = lang.held();
    let missing = || Failure::usage(words.no_reason.0, words.no_reason.1);
    let reason = match given {
        Some(reason) => reason.to_owned(),
        None if io::stdin().is_terminal() => {
            eprint!("{}", words.why_given_up);
            let _ = io::stderr().flush();
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map_err(|_| missing())?;
            line
        }
        None => return Err(missing()),
    };
    let reason: String = reason.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if reason.is_empty() { Err(missing()) } else { Ok(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_in_runs() {
        for (indexes, text) in [
            (&[3][..], "page 4"),
            (&[0, 1, 2], "pages 1-3"),
            (&[9, 0, 1, 4, 3], "pages 1-2, 4-5, 10"),
            (&[0, 2], "pages 1, 3"),
        ] {
            assert_eq!(pages_text(indexes, Lang::En), text);
        }
    }
}
