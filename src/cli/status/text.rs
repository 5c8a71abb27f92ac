//! What `status` tells people.

use std::path::Path;
use std::time::Duration;

use super::{BATCHES_SHOWN, Report};
use crate::cli::live::Live;
use crate::cli::place::{moment, shown};
use crate::cli::sheet::{Look, sheet};
use crate::ledger::{BatchBalance, HeldState};
use crate::model::PageCounts;
use crate::words::Lang;

/// Columns of the sheet.
const WIDTH: usize = 80;

/// Lines of text, to be printed.
pub(super) struct Text<'a> {
    pub(super) report: &'a Report,
    pub(super) lang: Lang,
    /// The options as they were typed.
    pub(super) typed: &'a str,
}

/// How a running line stands, as lines.
pub(super) fn live_lines(live: &Live, look: Look) -> Vec<String> {
    let lines = sheet(&live.view, None, look, WIDTH, None);
    lines.into_iter().map(|line| line.to_string().trim_end().to_owned()).collect()
}

impl Text<'_> {
    pub(super) fn lines(&self, look: Look) -> Vec<String> {
        let (report, words) = (self.report, &self.lang.words().status);
        let s = &report.standing;
        let mut lines = Vec::new();
        let fresh = report.live.as_ref().filter(|live| report.running && live.is_fresh());
        if let Some(live) = fresh {
            lines.extend(live_lines(live, look));
            lines.push(String::new());
        }
        let state = shown(&report.state);
        lines.push(match &report.output {
            Some(output) => (words.delivers_of)(&state, &shown(output)),
            None => (words.delivered_nothing_of)(&state),
        });
        lines.extend(self.run_line(fresh.is_some()));
        lines.push((words.contents_of)(s.pages.received, s.scans, s.documents));
        lines.push(format!("  {}", self.balance(&s.pages, s.pages_open, s.pages_processed)));
        for (count, text) in [(s.scans_unopened, words.unopened_of), (s.scans_held, words.whole_held_of)] {
            if count > 0 {
                lines.push(format!("  {}", text(count)));
            }
        }
        self.promise(&mut lines);
        for batch in s.unfinished.iter().take(BATCHES_SHOWN) {
            lines.push(format!("  {}: {}", self.batch_name(batch), self.batch(batch)));
        }
        if let Some(more) = s.unfinished.len().checked_sub(BATCHES_SHOWN).filter(|more| *more > 0) {
            lines.push(format!("  ... {}", (self.lang.words().more_of)(more as u64)));
        }
        self.held(&mut lines);
        let space = |bytes: Option<u64>| bytes.map(|bytes| self.lang.bytes(bytes));
        lines.push((words.free_of)(space(report.free_state).as_deref(), space(report.free_output).as_deref()));
        let gaps = super::gaps();
        lines.push(if gaps.is_empty() { words.locked_in.to_owned() } else { (words.gaps_of)(&gaps.join("; ")) });
        lines
    }

    /// Who is at work; nothing if the sheet has said so.
    fn run_line(&self, is_told: bool) -> Option<String> {
        let (report, words) = (self.report, &self.lang.words().status);
        let age = |live: &Live| self.lang.duration(live.age);
        match (report.running, report.run, &report.live) {
            (true, ..) if is_told => None,
            (true, _, Some(live)) => Some((words.silent_of)(&age(live))),
            (false, _, Some(live)) => Some((words.abrupt_of)(&age(live))),
            (false, None, None) => Some(words.idle.to_owned()),
            (false, Some(run), None) => Some((words.idle_since_of)(&moment(run.started))),
            (true, run, None) => {
                let since = run.map(|run| moment(run.started));
                let pace = report.pace().map_or(String::new(), |pace| {
                    let time = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
                    let left = pace.seconds_left.map(|seconds| self.lang.duration(time(seconds)));
                    (words.pace_of)(&format!("{:.0}", pace.pages_per_minute), left.as_deref())
                });
                Some((words.running_of)(since.as_deref()) + &pace)
            }
        }
    }

    fn promise(&self, lines: &mut Vec<String>) {
        let (s, words) = (&self.report.standing, &self.lang.words().status);
        for batch in &s.unbalanced {
            lines.push((words.unbalanced_of)(&self.batch_name(batch)));
            let stored = batch.stored.map_or(words.no_balance.to_owned(), |stored| self.balance(&stored, 0, 0));
            lines.push((words.stored_of)(&stored));
            lines.push((words.ledger_of)(&self.balance(&batch.counts, batch.open, 0)));
        }
        lines.push(if s.unbalanced.is_empty() {
            (words.balanced_of)(s.batches_delivered)
        } else {
            (words.wrong_of)(s.unbalanced.len() as u64)
        });
        if !s.unfinished.is_empty() {
            lines.push((words.unfinished_of)(s.unfinished.len() as u64));
        }
    }

    fn held(&self, lines: &mut Vec<String>) {
        let (report, words) = (self.report, &self.lang.words().status);
        let open: Vec<_> = report.held.iter().filter(|kind| kind.state == HeldState::Open).collect();
        let sum = |state| -> u64 { report.held.iter().filter(|k| k.state == state).map(|k| k.pages + k.scans).sum() };
        if open.is_empty() {
            lines.push(self.lang.words().held_none.to_owned());
        } else {
            let oldest = open.iter().map(|kind| kind.oldest).min().unwrap_or_default();
            lines.push((words.waits_of)(sum(HeldState::Open), &moment(oldest)));
            for kind in open {
                lines.push(format!("  {}: {}", (words.held_of)(kind.pages, kind.scans), self.lang.fault(kind.kind)));
            }
            lines.push(format!("  {}", (words.see_of)(self.typed)));
        }
        for (state, text) in [
            (HeldState::Again, words.again_of),
            (HeldState::Released, words.released_of),
            (HeldState::Discarded, words.discarded_of),
        ] {
            if sum(state) > 0 {
                lines.push(text(sum(state)));
            }
        }
        if report.decisions_open > 0 {
            lines.push((words.decisions_of)(report.decisions_open, report.running));
        }
    }

    /// `received = delivered + ...`, with what is still on its way.
    fn balance(&self, counts: &PageCounts, open: u64, processed: u64) -> String {
        let (lang, words) = (self.lang, &self.lang.words().status);
        let parts = [
            (counts.blanks, words.part_blank),
            (counts.separators, words.part_separators),
            (counts.held, words.part_held),
            (processed, words.part_processed),
            (open, words.part_open),
        ];
        let text = |(count, place): &(u64, &str)| format!(" + {} {place}", lang.number(*count));
        let parts = parts.iter().filter(|(count, _)| *count > 0).map(text);
        (words.balance_of)(&lang.number(counts.received), &lang.number(counts.delivered)) + &parts.collect::<String>()
    }

    fn batch(&self, batch: &BatchBalance) -> String {
        let unopened = match batch.scans_unopened {
            0 => String::new(),
            count => (self.lang.words().status.batch_unopened_of)(count),
        };
        self.balance(&batch.counts, batch.open, 0) + &unopened
    }

    fn batch_name(&self, batch: &BatchBalance) -> String {
        let words = &self.lang.words().status;
        let key = shown(Path::new(&batch.key));
        let key = if key.is_empty() { words.input_folder.to_owned() } else { key };
        if batch.round > 1 { key + &(words.round_of)(batch.round) } else { key }
    }
}
