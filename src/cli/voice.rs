//! How a line that runs speaks on standard error: to people, to programs, to the journal.
//!
//! In: events, as JSON and as text. Out: one line each. What is said to programs and to the journal holds no name of a file,
//! no text of a page and no case number.

use std::io::Write;
use std::os::fd::AsFd;

use serde_json::Value;

use crate::dispatch::Event;

/// How urgent a line is, by syslog's numbers, which sd-daemon(3) asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// The line stands still or ends.
    Error = 3,
    /// A person is needed.
    Warning = 4,
    /// Ordinary.
    Info = 6,
    /// Of every page: for those who look for something.
    Debug = 7,
}

impl Level {
    /// That of an event of the line.
    pub(super) fn of(event: &Event) -> Self {
        match event {
            Event::Paused { .. } => Self::Error,
            Event::Abandoned { .. } | Event::Away { .. } | Event::Held { .. } => Self::Warning,
            Event::BatchDelivered
            | Event::Claimed { .. }
            | Event::Halted { .. }
            | Event::IntakeFinished { .. }
            | Event::OriginalRemoved { .. }
            | Event::Resumed { .. } => Self::Info,
            Event::BacklogCounted { .. }
            | Event::DocumentDelivered { .. }
            | Event::Duplicate { .. }
            | Event::PageProcessed { .. }
            | Event::PageStarted { .. }
            | Event::Queue(_)
            | Event::ScanOpened { .. }
            | Event::ScanReceived { .. }
            | Event::Waiting { .. } => Self::Debug,
        }
    }
}

/// To whom the line speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// To a person: text.
    Text,
    /// To a program: an event a line, as JSON.
    Json,
    /// To the journal: the same, with the level before it.
    Journal,
}

impl Voice {
    /// To the journal where standard error leads there, to a program if asked for, else to a person.
    pub(super) fn choose(json: bool) -> Self {
        match (leads_to_journal(), json) {
            (true, _) => Self::Journal,
            (false, true) => Self::Json,
            (false, false) => Self::Text,
        }
    }

    /// Says one thing. What cannot be written is lost: there is nobody left to tell.
    pub(super) fn say(self, level: Level, event: &Value, text: &str) {
        let mut out = std::io::stderr().lock();
        let _ = match self {
            Self::Text => writeln!(out, "{text}"),
            Self::Json => writeln!(out, "{event}"),
            Self::Journal => writeln!(out, "<{}>{event}", level as u8),
        };
    }
}

/// Whether standard error is the stream that the service manager gave, which `JOURNAL_STREAM` names by device and inode.
fn leads_to_journal() -> bool {
    let Ok(named) = std::env::var("JOURNAL_STREAM") else { return false };
    rustix::fs::fstat(std::io::stderr().as_fd()).is_ok_and(|stat| named == format!("{}:{}", stat.st_dev, stat.st_ino))
}
