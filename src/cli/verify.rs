//! `scanstrasse verify`: the promise, proven from the delivered files.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::{Exit, Failure};
use crate::evidence::{self, Finding, News, Verified};

/// Prove from the delivered files alone that no page is missing, doubled or altered
///
/// Reads every case.json, every PDF and index.csv below DIR, and nothing else: the state folder is not needed. Exit code 0
/// if the promise is proven (pages received = delivered + blanks + separators + held), 4 if there are findings.
#[derive(Debug, Args)]
pub(super) struct VerifyArguments {
    /// The output folder of a run, or one case folder of it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Compare the original scans as well: the same INPUTs that the run was given
    #[arg(long, value_name = "INPUT", num_args = 1..)]
    scans: Vec<PathBuf>,
    /// Findings as JSON lines on standard output; the last line is the summary
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &VerifyArguments) -> Result<Exit, Failure> {
    for input in &arguments.scans {
        std::fs::metadata(input).map_err(|e| {
            Failure::stopped(format!("failed to read {}: {e}", input.display()), "name the inputs of the run")
        })?;
    }
    let begun = Instant::now();
    let desk = Desk::new(arguments.json);
    let verified = evidence::verify(&arguments.folder, &arguments.scans, &|news| desk.note(news))
        .map_err(|e| Failure::stopped(e.to_string(), "name the output folder of a run, or one case folder of it"));
    desk.bar.finish_and_clear();
    let (verified, refused) = (verified?, desk.refused.into_inner());
    if let Some(error) = refused.unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(Failure::stopped(format!("failed to write the findings: {error}"), "mend standard output"));
    }
    if arguments.json {
        println!("{}", summary_json(&verified));
    } else {
        println!("{}", summary_text(&verified));
        let seconds = begun.elapsed().as_secs_f64().max(0.001);
        eprintln!(
            "{:.0} cases/s, {}/s of documents",
            verified.cases as f64 / seconds,
            HumanBytes((verified.bytes as f64 / seconds) as u64)
        );
    }
    Ok(if verified.is_proven() { Exit::Delivered } else { Exit::Unproven })
}

/// Where findings go as they come, and what the bar shows.
struct Desk {
    json: bool,
    bar: ProgressBar,
    cases: AtomicU64,
    bytes: AtomicU64,
    /// Why a finding could not be written.
    refused: Mutex<Option<io::Error>>,
}

impl Desk {
    fn new(json: bool) -> Self {
        let bar = if io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        } else {
            ProgressBar::hidden()
        };
        Self { json, bar, cases: AtomicU64::new(0), bytes: AtomicU64::new(0), refused: Mutex::new(None) }
    }

    fn note(&self, news: News<'_>) {
        match news {
            News::Found(finding) => {
                let line = if self.json { finding_json(finding).to_string() } else { finding_text(finding) };
                let written = self.bar.suspend(|| writeln!(io::stdout(), "{line}"));
                if let (Err(error), Ok(mut refused)) = (written, self.refused.lock()) {
                    refused.get_or_insert(error);
                }
                return;
            }
            News::CaseChecked => drop(self.cases.fetch_add(1, Ordering::Relaxed)),
            News::Read(bytes) => drop(self.bytes.fetch_add(bytes, Ordering::Relaxed)),
        }
        let (cases, bytes) = (self.cases.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        self.bar.set_message(format!("{cases} cases, {}", HumanBytes(bytes)));
    }
}

/// `AZ-1/0001_Bescheid.pdf, page 2: the page is missing in the PDF; restore ...`
fn finding_text(finding: &Finding) -> String {
    let parts = [finding.case.as_deref(), finding.file.as_deref()];
    let place = parts.into_iter().flatten().map(plain).collect::<Vec<_>>().join("/");
    let place = if place.is_empty() { ".".to_owned() } else { place };
    let page = finding.page.map_or(String::new(), |page| format!(", page {page}"));
    format!("{place}{page}: {}; {}", plain(&finding.problem.to_string()), finding.problem.remedy())
}

/// Foreign text for a terminal: without control characters, which could move the cursor or hide a line.
fn plain(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_debug().collect() } else { vec![c] }).collect()
}

fn finding_json(finding: &Finding) -> serde_json::Value {
    let mut value = json!(finding);
    if let Some(entries) = value.as_object_mut() {
        entries.insert("harmless".into(), finding.problem.is_harmless().into());
        entries.insert("what".into(), finding.problem.to_string().into());
        entries.insert("remedy".into(), finding.problem.remedy().into());
    }
    value
}

fn summary_json(verified: &Verified) -> serde_json::Value {
    json!({"summary": verified, "proven": verified.is_proven()})
}

fn summary_text(v: &Verified) -> String {
    let p = &v.pages;
    let removed = match v.scans_removed {
        0 => String::new(),
        count => format!("; {count} scans were removed after their time, as removed.csv beside them says"),
    };
    let result = if v.is_proven() { "proven".to_owned() } else { format!("NOT PROVEN, findings: {}", v.findings) };
    format!(
        "{result}: {} pages received = {} delivered + {} blank pages recorded + {} separator sheets recorded + {} held, \
         in {} documents of {} cases{removed}",
        p.received, p.delivered, p.blanks, p.separators, p.held, v.documents, v.cases
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Problem;

    #[test]
    fn a_finding_is_one_line_whatever_its_names() {
        let finding = Finding {
            case: Some("A\u{1b}[2J\n".into()),
            file: Some("0001_x.pdf".into()),
            page: Some(2),
            problem: Problem::PdfPageMissing,
        };
        let text = finding_text(&finding);
        assert!(!text.contains(['\u{1b}', '\n']), "{text:?}");
        assert!(text.contains("/0001_x.pdf, page 2: the page is missing in the PDF; restore"), "{text}");
    }
}
