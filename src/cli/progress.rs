//! Events in, progress out: bars on a terminal, a line now and then elsewhere, JSON lines on request.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::paused::{self, Places};
use crate::dispatch::Event;
use crate::model::{Digest, Fault};

/// Time between two lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Window over which the current rate is measured.
const RATE_WINDOW: Duration = Duration::from_secs(60);

/// How progress is shown.
enum Display {
    Bar(ProgressBar),
    Lines { last: Instant },
    Json,
}

/// What has happened so far, and its display on standard error.
pub(super) struct Progress {
    display: Display,
    started: Instant,
    /// Scans of the whole backlog, once intake has found them all.
    scans: Option<u64>,
    received: u64,
    opened: u64,
    pages: u64,
    earlier: u64,
    processed: u64,
    in_flight: u64,
    held: u64,
    documents: u64,
    /// What the line waits for; empty if it runs.
    waiting: String,
    places: Places,
    /// Processed pages at times within the rate window.
    recent: std::collections::VecDeque<(Instant, u64)>,
}

impl Progress {
    /// Chooses the display: JSON lines if asked, bars on a terminal, else plain lines.
    pub(super) fn new(json: bool, places: Places) -> Self {
        let display = if json {
            Display::Json
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(5));
            // An invalid template is a programming error that the first run on a terminal shows; a bare bar serves then.
            if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} pages\n{msg}") {
                bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
            }
            bar.enable_steady_tick(Duration::from_millis(500));
            Display::Bar(bar)
        } else {
            Display::Lines { last: Instant::now() }
        };
        Self {
            display,
            started: Instant::now(),
            scans: None,
            received: 0,
            opened: 0,
            pages: 0,
            earlier: 0,
            processed: 0,
            in_flight: 0,
            held: 0,
            documents: 0,
            waiting: String::new(),
            places,
            recent: std::collections::VecDeque::new(),
        }
    }

    /// Takes note of an event and shows it.
    pub(super) fn note(&mut self, event: &Event) {
        match event {
            Event::BacklogCounted { scans, .. } => self.scans = Some(*scans),
            Event::ScanReceived { .. } => self.received += 1,
            Event::IntakeFinished { scans } => self.scans = Some(*scans),
            Event::ScanOpened { pages, done, .. } => {
                self.opened += 1;
                self.pages += u64::from(*pages);
                self.earlier += u64::from(*done);
            }
            Event::Duplicate { pages: 0, .. } => self.opened += 1,
            Event::Duplicate { .. } => {}
            Event::PageStarted { .. } => self.in_flight += 1,
            Event::PageProcessed { .. } => {
                self.processed += 1;
                self.in_flight = self.in_flight.saturating_sub(1);
            }
            Event::Held { index, .. } => {
                self.held += 1;
                match index {
                    Some(_) => {
                        self.in_flight = self.in_flight.saturating_sub(1);
                        self.processed += 1;
                    }
                    None => self.opened += 1,
                }
            }
            Event::DocumentDelivered { .. } => self.documents += 1,
            Event::BatchDelivered => {}
            Event::Paused { trouble } => self.waiting = self.places.trouble_text(*trouble),
            Event::Resumed { .. } => self.waiting.clear(),
            Event::Waiting { .. }
            | Event::Claimed { .. }
            | Event::Queue(_)
            | Event::Away { .. }
            | Event::Halted { .. } => {}
        }
        self.show(event);
    }

    /// Clears the bar.
    pub(super) fn finish(&self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
        }
    }

    /// Shows how things stand now; to be called when nothing has happened for a while.
    pub(super) fn tick(&mut self) {
        let now = Instant::now();
        self.recent.push_back((now, self.processed));
        while self.recent.front().is_some_and(|(at, _)| now - *at > RATE_WINDOW) {
            self.recent.pop_front();
        }
        let message = self.message(now);
        let (done, total) = (self.earlier + self.processed, self.estimated_pages());
        match &mut self.display {
            Display::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
                bar.set_message(message);
            }
            Display::Lines { last } if now - *last >= LINE_INTERVAL => {
                *last = now;
                eprintln!("{done}/{total} pages, {message}");
            }
            Display::Lines { .. } | Display::Json => {}
        }
    }

    fn show(&mut self, event: &Event) {
        let line = match event {
            Event::Held { scan, index, fault } => held_line(scan.as_ref(), *index, fault),
            Event::Paused { trouble } => self.places.paused_line(*trouble),
            Event::Resumed { after } => format!("going on after {}", duration_text(after.as_secs_f64())),
            _ => String::new(),
        };
        match &self.display {
            Display::Json => eprintln!("{}", json_line(event)),
            _ if line.is_empty() => {}
            Display::Bar(bar) => bar.suspend(|| eprintln!("{line}")),
            Display::Lines { .. } => eprintln!("{line}"),
        }
        self.tick();
    }

    fn message(&self, now: Instant) -> String {
        if !self.waiting.is_empty() {
            return format!("paused: {}", self.waiting);
        }
        let rate = self.pages_per_minute(now);
        let left = self.estimated_pages().saturating_sub(self.earlier + self.processed);
        let eta = if rate > 0.0 { duration_text(left as f64 / rate * 60.0) } else { "--:--:--".into() };
        let sure = if self.scans == Some(self.opened) { "" } else { "about " };
        format!(
            "{rate:.0} pages/min, ETA {sure}{eta}, in flight {}, held {}, documents {}",
            self.in_flight, self.held, self.documents
        )
    }

    /// Pages of the backlog; while scans are still unopened, by the mean of those that were opened.
    fn estimated_pages(&self) -> u64 {
        let scans = self.scans.unwrap_or(self.received).max(self.opened);
        if self.opened == 0 {
            return scans;
        }
        (self.pages as f64 * scans as f64 / self.opened as f64).round() as u64
    }

    fn pages_per_minute(&self, now: Instant) -> f64 {
        let (since, before) = match self.recent.front() {
            Some(&(at, count)) if now - at > RATE_WINDOW / 4 => (at, count),
            _ => (self.started, 0),
        };
        let seconds = (now - since).as_secs_f64();
        if seconds > 0.0 { (self.processed - before) as f64 / seconds * 60.0 } else { 0.0 }
    }
}

/// `h:mm:ss`, with days where it takes them.
pub(super) fn duration_text(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{}:{:02}:{:02}", rest / 3600, rest % 3600 / 60, rest % 60);
    if days > 0 { format!("{days} d {clock}") } else { clock }
}

/// What an operator reads when something is held: which scan, which page, why. Path and remedy stand in the summary.
fn held_line(scan: Option<&Digest>, index: Option<u32>, fault: &Fault) -> String {
    let page = index.map_or(String::new(), |index| format!(", page {}", index + 1));
    match scan {
        Some(scan) => format!("held: scan {}{page}: {}", &scan.to_string()[..12], fault.detail),
        None => format!("held: a file or folder that cannot be read: {}", fault.detail),
    }
}

fn json_line(event: &Event) -> serde_json::Value {
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
        Event::Halted { on } => json!({"event": "halted", "on": on}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_a_clock() {
        for (seconds, text) in [(0.0, "0:00:00"), (59.6, "0:01:00"), (3_725.0, "1:02:05"), (180_000.0, "2 d 2:00:00")] {
            assert_eq!(duration_text(seconds), text);
        }
    }

    #[test]
    fn unopened_scans_count_by_the_mean_of_the_opened() {
        let mut progress = Progress::new(true, Places::default());
        (progress.scans, progress.opened, progress.pages) = (Some(10), 4, 12);
        assert_eq!(progress.estimated_pages(), 30);
    }
}
