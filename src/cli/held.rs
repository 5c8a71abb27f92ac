//! `scanstrasse held`: what waits for a person, and the person's decisions.

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::place::{PlaceArguments, moment, shown};
use super::run::counted;
use super::status::state_word;
use super::{Exit, Failure};
use crate::ledger::{self, DecideError, Decision, HeldState, HeldThing, Ledger, LedgerError, PageState, Verdict};
use crate::model::{FaultKind, Stage};

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
    let state = arguments.place.locate(None)?;
    let typed = arguments.place.typed(None);
    match &arguments.command {
        HeldCommand::List { all, json } => list(&state, *all, *json, &typed),
        HeldCommand::Show { number, json } => show(&state, *number, *json, &typed),
        HeldCommand::Retry(which) => decide(&state, which, Verdict::Retry, None),
        HeldCommand::Release(which) => decide(&state, which, Verdict::Release, None),
        HeldCommand::Discard { which, reason } => {
            decide(&state, which, Verdict::Discard, Some(asked(reason.as_deref())?))
        }
    }
}

fn failed(error: LedgerError) -> Failure {
    Failure::stopped(error.to_string(), "nothing was changed: mend the cause, then try again")
}

/// Everything that is held, by number.
fn things(ledger: &Ledger) -> Result<Vec<HeldThing>, Failure> {
    let mut things = Vec::new();
    ledger
        .for_each_held_thing(|thing| {
            things.push(thing);
            Ok::<_, LedgerError>(())
        })
        .map_err(failed)?;
    Ok(things)
}

fn list(state: &Path, all: bool, as_json: bool, typed: &str) -> Result<Exit, Failure> {
    let mut things = things(&ledger::peek(state).map_err(failed)?)?;
    let discarded = things.iter().filter(|thing| thing.state == HeldState::Discarded).count();
    things.retain(|thing| all || thing.state != HeldState::Discarded);
    if as_json {
        println!("{}", Value::from(things.iter().map(thing_json).collect::<Vec<_>>()));
        return Ok(Exit::Delivered);
    }
    let (waiting, held): (Vec<_>, Vec<_>) = things.into_iter().partition(|thing| thing.waiting);
    for thing in &held {
        let tried =
            if thing.attempts == 1 { "tried once".to_owned() } else { format!("tried {} times", thing.attempts) };
        println!("{:>4}  {}, since {}, {tried}", thing.number, place(thing), moment(thing.first));
        println!("      {}", thing.fault.kind.words());
        println!("      -> {}", next_step(thing));
    }
    for ((path, detail), pages) in groups(&waiting) {
        println!("   -  {path}, {}: sound, but {detail}", pages_text(&pages));
    }
    let open = held.iter().filter(|thing| thing.state == HeldState::Open).count();
    if held.is_empty() {
        println!("nothing is held");
    } else {
        println!("{open} to decide; more about one: scanstrasse held show N{typed}");
    }
    if discarded > 0 && !all {
        println!("{discarded} given up, listed with --all");
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
fn pages_text(indexes: &[u32]) -> String {
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
    format!("page{} {}", if indexes.len() == 1 { "" } else { "s" }, runs.join(", "))
}

fn place(thing: &HeldThing) -> String {
    let page = thing.index.map_or(String::new(), |index| format!(", page {}", index + 1));
    format!("{}{page}", shown(&thing.path))
}

/// What helps, or what was decided.
fn next_step(thing: &HeldThing) -> String {
    match thing.state {
        HeldState::Open => thing.fault.kind.remedy().to_owned(),
        HeldState::Again => "is tried again by the next run".to_owned(),
        HeldState::Released if thing.fault.kind == FaultKind::Unpaired => {
            "its stack is delivered in the order of its scanning by the next run".to_owned()
        }
        HeldState::Released => "is delivered without text by the next run".to_owned(),
        HeldState::Discarded => thing.decision.as_ref().map_or("given up".to_owned(), decision_text),
        HeldState::Settled => "went on, or another file came in its place".to_owned(),
    }
}

fn decision_text(decision: &Decision) -> String {
    let what = match decision.verdict {
        Verdict::Retry => "to be tried again",
        Verdict::Release => "to be delivered without text",
        Verdict::Discard => "given up",
    };
    let reason = decision.reason.as_ref().map_or(String::new(), |reason| format!(": {reason}"));
    format!("{what} by {}, {}{reason}", decision.person, moment(decision.at))
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

fn show(state: &Path, number: i64, as_json: bool, typed: &str) -> Result<Exit, Failure> {
    let ledger = ledger::peek(state).map_err(failed)?;
    let thing = ledger.held_thing(number).map_err(failed)?.ok_or_else(|| refused(DecideError::Unknown(number)))?;
    let (decisions, neighbours) =
        (ledger.decisions(number).map_err(failed)?, ledger.neighbours(&thing).map_err(failed)?);
    if as_json {
        let mut all = thing_json(&thing);
        all["decisions"] = decisions.iter().map(decision_json).collect();
        all["neighbours"] = neighbours
            .iter()
            .map(|n| json!({"place": place_word(n.state), "file": n.file, "pages": n.count}))
            .collect();
        println!("{all}");
        return Ok(Exit::Delivered);
    }
    let of = thing.pages.map_or(String::new(), |pages| format!(" of {pages}"));
    let page = thing.index.map_or("the whole file".to_owned(), |index| format!("page {}{of}", index + 1));
    println!("number {number}: {page}");
    println!("file      {}", shown(&thing.path));
    println!("SHA-256   {}", thing.digest.map_or("never read".to_owned(), |digest| digest.to_string()));
    println!("why       {}", thing.fault.kind.words());
    let (stage, kind) = (word(&thing.fault.stage), word(&thing.fault.kind));
    println!("detail    {stage}, {kind}: {}", thing.fault.detail);
    println!("attempts  {}, first {}, last {}", thing.attempts, moment(thing.first), moment(thing.last));
    let whose = if thing.index.is_some() { "the file's other pages" } else { "pages of its batch" };
    for neighbour in &neighbours {
        let file = neighbour.file.as_ref().map_or(String::new(), |file| format!(" in {}", shown(Path::new(file))));
        println!("{whose}: {} {}{file}", counted(neighbour.count, "page"), place_word(neighbour.state));
    }
    for decision in &decisions {
        println!("decided   {}", decision_text(decision));
    }
    println!("now       {}", next_step(&thing));
    print_choices(&thing, typed);
    Ok(Exit::Delivered)
}

fn print_choices(thing: &HeldThing, typed: &str) {
    let number = thing.number;
    if thing.waiting || thing.state == HeldState::Settled {
        return;
    }
    println!("you can");
    println!("  scanstrasse held retry {number}{typed}       have the next run try it again");
    // What could not be decoded has no picture to deliver.
    if thing.index.is_some() && thing.fault.stage != Stage::Decode {
        let what = match thing.fault.kind {
            FaultKind::Unpaired => "have its stack delivered in the order of its scanning",
            _ => "have its picture delivered, without text",
        };
        println!("  scanstrasse held release {number}{typed}     {what}");
    }
    println!("  scanstrasse held discard {number}{typed} --reason \"...\"     give it up");
}

/// A stage or kind as `case.json` writes it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn place_word(state: PageState) -> &'static str {
    match state {
        PageState::Received => "not processed yet",
        PageState::Processed => "processed",
        PageState::Held => "held",
        PageState::Delivered => "delivered",
        PageState::BlankRecorded => "blank, recorded",
        PageState::SeparatorRecorded => "separator sheets, recorded",
        PageState::Waiting => "waiting for a held page",
    }
}

fn decide(state: &Path, which: &Which, verdict: Verdict, reason: Option<String>) -> Result<Exit, Failure> {
    let mut ledger = ledger::open_to_decide(state).map_err(failed)?;
    let numbers = match which.numbers.as_slice() {
        [] => chosen(&things(&ledger)?, which.kind, verdict),
        numbers => numbers.to_vec(),
    };
    if numbers.is_empty() {
        println!("nothing of that kind waits");
        return Ok(Exit::Delivered);
    }
    let decision =
        Decision { verdict, reason, person: person(which.by.as_deref()), at: Timestamp::now(), applied: false };
    ledger.decide(&numbers, &decision).map_err(refused)?;
    let will = match verdict {
        Verdict::Retry => "to be tried again",
        Verdict::Release => "to be delivered without text",
        Verdict::Discard => "given up; what was delivered of its case stays as it is",
    };
    println!("{} {will}", counted(numbers.len() as u64, "thing"));
    if ledger::is_claimed(state).map_err(failed)? {
        println!("a run is at work: it acts on this at its end; if it is at its end already, the next one does");
    } else {
        println!("written down; the next `scanstrasse run` acts on it");
    }
    Ok(Exit::Delivered)
}

/// Has everything that waits for a person tried again, as `held retry --all`; how much that is.
///
/// # Errors
/// There is no ledger, or it cannot be written.
pub(super) fn retry_all(state: &Path) -> Result<u64, Failure> {
    let mut ledger = ledger::open_to_decide(state).map_err(failed)?;
    let numbers = chosen(&things(&ledger)?, None, Verdict::Retry);
    if !numbers.is_empty() {
        let (verdict, at) = (Verdict::Retry, Timestamp::now());
        let decision = Decision { verdict, reason: None, person: person(None), at, applied: false };
        ledger.decide(&numbers, &decision).map_err(refused)?;
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

fn refused(error: DecideError) -> Failure {
    let message = error.to_string();
    match error {
        DecideError::Ledger(error) => failed(error),
        DecideError::Unknown(_) => Failure::usage(message, "`scanstrasse held list` shows the numbers"),
        DecideError::Settled(_) => Failure::stopped(message, "nothing was decided; there is nothing left to do here"),
        DecideError::InWork(_) => Failure::stopped(message, "nothing was decided; see what becomes of it first"),
        DecideError::Waits(_) => Failure::stopped(message, "nothing was decided; decide about that other page"),
        DecideError::NoPicture(_) => {
            Failure::stopped(message, "nothing was decided; bring a sound file, or use `held retry` or `held discard`")
        }
        DecideError::Unreadable(_) => Failure::stopped(message, "nothing was decided; make it readable and run again"),
    }
}

/// Who decides.
fn person(by: Option<&str>) -> String {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    by.map(str::to_owned)
        .or_else(|| variable("USER"))
        .or_else(|| variable("LOGNAME"))
        .unwrap_or_else(|| format!("user {}", rustix::process::getuid().as_raw()))
}

/// The reason, as given or as asked for.
fn asked(given: Option<&str>) -> Result<String, Failure> {
    let missing =
        || Failure::usage("no reason was given", "say why with --reason TEXT: it stands in case.json for ever");
    let reason = match given {
        Some(reason) => reason.to_owned(),
        None if io::stdin().is_terminal() => {
            eprint!("Why is it given up? ");
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
            assert_eq!(pages_text(indexes), text);
        }
    }
}
