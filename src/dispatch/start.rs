//! Sets up a line: claims the state folder, recovers, starts the threads, and sums up at the end.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::{Sender, bounded, unbounded};
use jiff::Timestamp;

use super::feed::{Feed, Way};
use super::originals::Shelves;
use super::retention::Keeper;
use super::{
    Backlog, Controls, Event, HeldItem, MAX_HELD_LISTED, RunError, Summary, account, finish, line, originals, patience,
    requests, stations,
};
use crate::deliver::folder::Folder;
use crate::intake;
use crate::intake::station::{Lookout, Station, StationRules};
use crate::ledger::{HeldRow, Ledger, LedgerError, StateDir, Store};
use crate::pipeline::{self, Target};
use crate::saboteur;
use crate::worker::Channels;

/// Messages that a feed may have in front of its lane.
const MESSAGES: usize = 2;

/// What a line begins with.
pub(super) struct Start<'a> {
    pub(super) backlog: &'a Backlog,
    pub(super) workers: Channels<'a>,
    pub(super) events: &'a Sender<Event>,
    pub(super) controls: &'a Controls,
    /// Inputs or watch folders, canonical.
    pub(super) inputs: &'a [PathBuf],
    /// Of the watch folders, in their order; none for a backlog.
    pub(super) stations: &'a [StationRules],
    /// Looks into files; there if there are stations.
    pub(super) lookout: Option<Lookout<'a>>,
}

/// Works until the end of the backlog, or until told to stop or to drain.
pub(super) fn line(start: &Start<'_>) -> Result<Summary, RunError> {
    let Start { backlog, workers, events, controls, inputs: given, stations, lookout } = *start;
    let target = Folder::open(&backlog.output)?;
    if let Some(input) = given.iter().find(|input| target.root().starts_with(input)) {
        return Err(RunError::OutputInInput { input: input.clone() });
    }
    let state = StateDir::claim(&backlog.state_dir)?;
    let mut ledger = state.ledger()?;
    let (finisher_ledger, desk_ledgers) = (state.ledger()?, [state.ledger()?, state.ledger()?]);
    bind(&mut ledger, &target, &backlog.pipeline.target)?;
    let recipe = ledger.recipe(backlog.pipeline.recipe.digest())?;
    ledger.recover(recipe)?;
    ledger.apply_decisions(true)?;
    ledger.void_requests()?;
    ledger.begin_run(Timestamp::now())?;
    // Watch folders are what they are, whatever was walked before.
    let walks = walks(given, &if stations.is_empty() { ledger.roots()? } else { Vec::new() });
    let inputs = &roots(&walks);
    let store = state.store()?;
    sweep(&ledger, &store)?;
    let shelves: Vec<Shelves> = inputs.iter().zip(stations).map(|(root, rules)| Shelves::new(root, rules)).collect();
    originals::put_away(&mut ledger, &shelves, None)?;
    let rules_of_cases = &backlog.pipeline.alarms.cases;
    let cases = pipeline::case_list(rules_of_cases)
        .map_err(|source| RunError::Cases { path: rules_of_cases.list.clone().unwrap_or_default(), source })?;
    // All that can fail comes before the first thread: an error among threads would wait for them for ever.
    let backlog_ledgers = if stations.is_empty() { Some((state.ledger()?, state.ledger()?)) } else { None };
    let instance = if stations.is_empty() { String::new() } else { ledger.instance()? };
    let mut watched = Vec::with_capacity(stations.len());
    for rules in stations {
        let keeper_ledger = rules.keep_done_days.map(|_| state.ledger()).transpose()?;
        watched.push((Station::open(rules, &instance)?, rules, state.ledger()?, state.ledger()?, keeper_ledger));
    }

    // Set when the line ends early, for whatever reason: the other threads end soon.
    let quit = AtomicBool::new(false);
    let idle = AtomicBool::new(false);
    let stop: &AtomicBool = controls.stop_flag();
    let quits = [&quit, stop];
    let (wake, woken) = bounded(1);
    let (batches, ready_batches) = unbounded();
    let (done, finished) = unbounded();
    let plan = saboteur::current();
    let folders = (state.path().to_owned(), target.root().to_owned());
    let patience = patience::Patience::new(&backlog.pipeline.pauses, folders, inputs, events, quits);
    let worked = thread::scope(|scope| {
        let (rules, quit, idle, patience) = (&backlog.pipeline.intake, &quit, &idle, &patience);
        let feed = |ledger, inputs| {
            let (found, messages) = bounded(MESSAGES);
            (Feed { ledger, inputs, way: Way { found, wake: wake.clone() }, quit: quits, patience }, messages)
        };
        let mut lanes = Vec::new();
        if let Some((feed_ledger, mut count_ledger)) = backlog_ledgers {
            scope.spawn(move || {
                let overviews = given.iter().filter_map(|input| intake::overview(input, rules).ok());
                let (scans, bytes) = overviews.fold((0, 0u64), |(n, b), o| (n + o.scans, b.saturating_add(o.bytes)));
                // Only an estimate hangs on it.
                let _ = count_ledger.note_backlog(scans);
                let _ = events.send(Event::BacklogCounted { scans, bytes });
            });
            let (feed, found) = feed(feed_ledger, inputs);
            lanes.push(line::LaneSetup { found, urgent: false, walking: true, roots: inputs.clone() });
            let walks = &walks;
            scope.spawn(move || feed.walk_inputs(walks, rules));
        }
        for (index, (station, rules, ledger, feed_ledger, keeper_ledger)) in watched.into_iter().enumerate() {
            let Some(lookout) = lookout else { break };
            let (feed, found) = feed(feed_ledger, &[]);
            let roots = vec![station.root().to_owned()];
            let of_station = (index, station.root(), rules);
            let keeper =
                keeper_ledger.and_then(|ledger| Keeper::new(of_station, ledger, (events, controls), quits, patience));
            if let Some(keeper) = keeper {
                scope.spawn(move || keeper.run());
            }
            lanes.push(line::LaneSetup { found, urgent: rules.urgent, walking: true, roots });
            let watcher = stations::Watcher { index, station, ledger, feed, lookout, controls, events };
            scope.spawn(move || watcher.run());
        }
        let [desk_ledger, feed_ledger] = desk_ledgers;
        let (feed, found) = feed(feed_ledger, inputs);
        lanes.push(line::LaneSetup { found, urgent: true, walking: false, roots: Vec::new() });
        let (at_work, ended) = bounded(0);
        let desk = requests::Desk {
            ledger: desk_ledger,
            feed,
            rules,
            target: target.root().to_owned(),
            watches: !stations.is_empty(),
            controls,
            ended,
        };
        scope.spawn(move || desk.run());
        let finisher = finish::Finisher {
            ledger: finisher_ledger,
            store: store.clone(),
            target,
            pipeline: &backlog.pipeline,
            cases,
            inputs,
            events,
            done,
            quit: quits,
            patience,
            idle,
            shelves,
            put_away_again: None,
        };
        let finisher_plan = plan.clone();
        scope.spawn(move || {
            saboteur::enter(finisher_plan);
            finisher.run(&ready_batches);
        });
        let setup = line::Setup {
            ledger: &mut ledger,
            store: &store,
            spool: state.spool(),
            recipe,
            attempts: backlog.pipeline.attempts.max(1),
            held: backlog.pipeline.held,
            max_pages: backlog.pipeline.recipe.decode.max_pages,
            inputs,
            workers,
            events,
            batches,
            patience,
            duplicates: backlog.pipeline.duplicates,
            controls,
            idle,
            endless: !stations.is_empty(),
        };
        // The lanes go with the line, which wakes feeds that wait for room.
        let result = line::Line::new(setup, lanes).run(&woken, &finished);
        quit.store(true, Ordering::SeqCst);
        drop::<Sender<()>>(at_work);
        result
    })?;
    // All threads have ended; what is left may wait for the machine once more.
    quit.store(false, Ordering::SeqCst);
    patience.persist(|| Ok(ledger.checkpoint()?))?;
    summary(&ledger, worked, controls.is_stopping())
}

/// Where to walk: from which root, and which way below it. What lies below a folder that was walked before has its names
/// from there: the scans of `/backlog` are the same when only `/backlog/4711` is named.
fn walks(inputs: &[PathBuf], known: &[PathBuf]) -> Vec<(PathBuf, PathBuf)> {
    let walk = |input: &PathBuf| {
        let above = known.iter().filter(|root| input.is_dir() && input.starts_with(root));
        let root = above.min_by_key(|root| root.as_os_str().len()).unwrap_or(input);
        (root.clone(), input.strip_prefix(root).map(Path::to_owned).unwrap_or_default())
    };
    inputs.iter().map(walk).collect()
}

/// The roots of walks, each once.
fn roots(walks: &[(PathBuf, PathBuf)]) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> = Vec::with_capacity(walks.len());
    for (root, _) in walks {
        if !roots.contains(root) {
            roots.push(root.clone());
        }
    }
    roots
}

/// A state folder delivers to one target, and a target is delivered to from one state folder: only so do numbers and
/// accounts fit.
fn bind(ledger: &mut Ledger, target: &Folder, rules: &Target) -> Result<(), RunError> {
    match ledger.output()? {
        Some(bound) if bound == target.root() => {}
        Some(bound) => return Err(RunError::OtherOutput { bound, given: target.root().to_owned() }),
        None if target.has_index() => return Err(RunError::ForeignOutput(target.root().to_owned())),
        None => ledger.bind_output(target.root())?,
    }
    if !target.has_index() {
        account::write_index(ledger, target, rules)?;
    }
    Ok(())
}

/// Removes pictures that were adopted but whose pages were not committed.
fn sweep(ledger: &Ledger, store: &Store) -> Result<(), RunError> {
    for orphan in ledger.unneeded(store.objects()?)? {
        store.remove(orphan)?;
    }
    Ok(())
}

fn summary(ledger: &Ledger, worked: line::Worked, stopped: bool) -> Result<Summary, RunError> {
    let totals = ledger.totals()?;
    let mut held = worked.troubles;
    let unread = held.len() as u64;
    held.truncate(MAX_HELD_LISTED as usize);
    let room = MAX_HELD_LISTED - held.len() as u32;
    ledger.for_each_held(room, |HeldRow { path, index, fault, .. }| {
        held.push(HeldItem { path, index, fault });
        Ok::<_, LedgerError>(())
    })?;
    let (pages_discarded, scans_discarded) = ledger.discarded()?;
    Ok(Summary {
        scans: totals.scans,
        scans_held: totals.scans_held + unread,
        duplicates_skipped: totals.duplicates_skipped,
        duplicates_linked: totals.duplicates_linked,
        pages_received: totals.pages.received,
        pages_delivered: totals.pages.delivered,
        blanks_recorded: totals.pages.blanks,
        separators_recorded: totals.pages.separators,
        pages_held: totals.pages.held,
        pages_discarded,
        scans_discarded,
        documents: totals.documents,
        cases: totals.cases,
        held,
        left_lying: worked.left_lying,
        pages_processed_now: worked.processed,
        stopped: stopped && (totals.batches_open > 0 || !worked.walked),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_below_a_known_root_is_walked_from_there_and_each_root_counts_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for name in ["all/1", "all/2", "other"] {
            std::fs::create_dir_all(path(name)).unwrap();
        }
        let walks = walks(&[path("all/1"), path("other"), path("all/2")], &[path("all"), path("gone")]);
        assert_eq!(walks, [(path("all"), "1".into()), (path("other"), PathBuf::new()), (path("all"), "2".into())]);
        assert_eq!(roots(&walks), [path("all"), path("other")]);
    }
}
