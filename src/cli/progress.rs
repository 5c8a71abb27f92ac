//! A line as it goes, for who has no screen: a line of text now and then, or every event as JSON.

use std::time::{Duration, Instant};

use serde_json::json;

use super::board::{Phase, View};
use super::paused::{self, Places};
use crate::dispatch::Event;
use crate::model::{Digest, Fault};
use crate::words::Lang;

/// Time between two lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Plain lines on standard error.
#[derive(Debug)]
pub(super) struct Lines {
    lang: Lang,
    last: Instant,
}

impl Lines {
    pub(super) fn new(lang: Lang) -> Self {
        Self { lang, last: Instant::now() }
    }

    /// Tells of an event, if it is one that a person wants to know at once.
    pub(super) fn note(&self, event: &Event, places: &Places) {
        let words = self.lang.words();
        match event {
            Event::Held { scan, index, fault } => eprintln!("{}", held_line(self.lang, scan.as_ref(), *index, fault)),
            Event::Paused { trouble } => eprintln!("{}", places.paused_line(self.lang, *trouble)),
            Event::Resumed { after } => eprintln!("{}", (words.going_on_of)(&self.lang.duration(*after))),
            Event::Abandoned { by, .. } => by
                .iter()
                .for_each(|one| eprintln!("{}", (words.abandoned_of)(&one.instance, &self.lang.number(one.files)))),
            Event::Halted { on: true } => eprintln!("{}", words.told_pause),
            Event::Halted { on: false } => eprintln!("{}", words.told_resume),
            _ => {}
        }
    }

    /// Tells how it stands, if it is time for that.
    pub(super) fn tick(&mut self, view: &View, places: &Places) {
        if self.last.elapsed() >= LINE_INTERVAL {
            self.last = Instant::now();
            eprintln!("{}", standing_line(self.lang, view, places));
        }
    }
}

/// `12/40 pages, 300 pages/min, left 1 min to 2 min, held 2, documents 3`.
fn standing_line(lang: Lang, view: &View, places: &Places) -> String {
    let words = lang.words();
    let progress = view.progress;
    let mut parts = vec![format!("{}/{} {}", progress.done, progress.all, words.pages)];
    match (view.phase, view.trouble) {
        (Phase::Troubled, Some(trouble)) => {
            parts.push(format!("{}: {}", words.troubled, places.trouble_text(lang, trouble)));
        }
        (Phase::Paused, _) => parts.push(words.paused.to_owned()),
        (Phase::Waiting, _) => parts.push(words.waiting_for_files.to_owned()),
        _ => {
            let rate = view.pages_per_minute.map_or("-".to_owned(), |rate| format!("{rate:.0}"));
            parts.push(format!("{rate} {}", words.pages_per_minute));
            parts.push(format!("{} {}", words.time_left, left_text(lang, view)));
        }
    }
    parts.push(format!("{} {}", words.held.to_lowercase(), view.held));
    parts.push(format!("{} {}", words.documents, view.documents.run));
    parts.join(", ")
}

/// The time that may be left: a range.
pub(super) fn left_text(lang: Lang, view: &View) -> String {
    let words = lang.words();
    let time = |seconds: f64| lang.duration(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX));
    match view.left {
        None => words.not_known_yet.to_owned(),
        Some(left) => match left.late {
            Some(late) if time(late) == time(left.early) => (words.about_of)(&time(late)),
            Some(late) => (words.range_of)(&time(left.early), &time(late)),
            None => (words.at_least_of)(&time(left.early)),
        },
    }
}

/// What an operator reads when something is held: which scan, which page, why. Path and remedy stand in the summary.
fn held_line(lang: Lang, scan: Option<&Digest>, index: Option<u32>, fault: &Fault) -> String {
    let words = lang.words();
    let why = match lang {
        Lang::En => &fault.detail,
        Lang::De => lang.fault(fault.kind),
    };
    match scan {
        Some(scan) => (words.held_line_of)(&scan.to_string()[..12], index.map(|index| index.saturating_add(1)), why),
        None => (words.held_unreadable_of)(why),
    }
}

/// An event for programs.
pub(super) fn json_line(event: &Event) -> serde_json::Value {
    match event {
        Event::BacklogCounted { scans, bytes } => {
            json!({"event": "backlog_counted", "scans": scans, "bytes": bytes})
        }
        Event::ScanReceived { scan, known } => json!({"event": "scan_received", "scan": scan, "known": known}),
        Event::IntakeFinished { scans } => json!({"event": "intake_finished", "scans": scans}),
        Event::ScanOpened { scan, pages, done } => {
            json!({"event": "scan_opened", "scan": scan, "pages": pages, "done": done})
        }
        Event::Duplicate { scan, .. } => json!({"event": "duplicate", "scan": scan}),
        Event::PageStarted { scan, index } => {
            json!({"event": "page_started", "scan": scan, "page": index + 1})
        }
        Event::PageProcessed { worker, scan, index, elapsed } => json!({
            "event": "page_processed", "worker": worker, "scan": scan, "page": index + 1,
            "elapsed_ms": elapsed.as_millis() as u64,
        }),
        Event::Held { scan, index, fault } => json!({
            "event": "held", "scan": scan, "page": index.map(|index| index + 1),
            "stage": fault.stage, "kind": fault.kind, "detail": fault.detail, "remedy": fault.kind.remedy(),
        }),
        Event::DocumentDelivered { pages } => json!({"event": "document_delivered", "pages": pages}),
        Event::BatchDelivered => json!({"event": "batch_delivered"}),
        Event::Paused { trouble } => paused::json(*trouble),
        Event::Resumed { after } => json!({"event": "resumed", "after_ms": after.as_millis() as u64}),
        Event::Waiting { station, files } => json!({"event": "waiting", "station": station, "files": files}),
        Event::Claimed { station, files } => json!({"event": "claimed", "station": station, "files": files}),
        Event::Queue(queue) => json!({
            "event": "queue", "unopened": queue.unopened, "pages": queue.pages, "in_work": queue.in_work,
            "finishing": queue.finishing,
        }),
        Event::Away { station, away } => json!({"event": "away", "station": station, "away": away}),
        Event::Abandoned { station, by } => {
            let lines: Vec<_> = by.iter().map(|a| json!({"instance": a.instance, "files": a.files})).collect();
            let remedy =
                "if that line is gone for good, move them from .scanstrasse/INSTANCE back into the watch folder";
            json!({"event": "abandoned", "station": station, "by": lines, "remedy": remedy})
        }
        Event::OriginalRemoved { station, scan } => {
            json!({"event": "original_removed", "station": station, "scan": scan})
        }
        Event::Halted { on } => json!({"event": "halted", "on": on}),
    }
}
