//! What people read, in their language: one catalogue.
//!
//! In: facts and numbers. Out: text, in English or German. Each language is one value of [`Words`] and a few functions with
//! a `match` on every kind, so that a text that is missing in one of them does not compile. Machines (JSON, logs, metrics)
//! read English words of the other rooms, never these.

mod de;
mod en;
mod held;
mod held_note;
mod numbers;

pub use held::HeldWords;
pub use held_note::{held_note, wrapped};

use crate::model::{FaultKind, Stage};

/// A language that the program speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

/// The texts of a language. A field that ends in `_of` takes numbers or names; all are fragments without a full stop unless
/// they say more than one thing.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Words {
    // What the line is at.
    pub starting: &'static str,
    pub at_work: &'static str,
    pub waiting_for_files: &'static str,
    pub paused: &'static str,
    pub troubled: &'static str,
    pub draining: &'static str,
    pub stopping: &'static str,
    /// `since 14:05, 2 h 5 min`.
    pub since_of: fn(&str, &str) -> String,

    // How far it is.
    pub today: &'static str,
    pub in_all: &'static str,
    pub pages: &'static str,
    pub documents: &'static str,
    pub rate_now: &'static str,
    pub rate_mean: &'static str,
    pub pages_per_minute: &'static str,
    /// Done and all pages; whether that number is sure.
    pub done_of: fn(&str, &str, bool) -> String,
    pub time_left: &'static str,
    /// Shortest and longest time.
    pub range_of: fn(&str, &str) -> String,
    pub at_least_of: fn(&str) -> String,
    /// When it may end, `about 16:40`.
    pub about_of: fn(&str) -> String,
    pub not_known_yet: &'static str,
    /// The time left is not known yet.
    pub left_unknown: &'static str,
    pub nothing_left: &'static str,

    // The blocks.
    pub workers: &'static str,
    pub worker_idle: &'static str,
    pub worker_starting: &'static str,
    pub worker_opening: &'static str,
    pub worker_page: &'static str,
    pub worker_gone: &'static str,
    pub pages_of: fn(u64, &str) -> String,
    pub queue: &'static str,
    pub queue_unopened: &'static str,
    pub queue_pages: &'static str,
    pub queue_in_work: &'static str,
    pub queue_finishing: &'static str,
    pub stations: &'static str,
    pub station_today: &'static str,
    pub station_waiting: &'static str,
    pub station_last_hour: &'static str,
    pub station_last: &'static str,
    /// A watch folder that cannot be reached.
    pub station_away: &'static str,
    /// So many files that other lines left in a watch folder.
    pub abandoned_here_of: fn(&str) -> String,
    /// The name of such a line, and how many files.
    pub abandoned_of: fn(&str, &str) -> String,
    pub nothing_yet: &'static str,
    pub held: &'static str,
    /// How many things wait for a person.
    pub held_waits_of: fn(u64, &str) -> String,
    pub held_none: &'static str,
    /// The command that lists them.
    pub held_how: &'static str,
    pub disks: &'static str,
    pub disk_state: &'static str,
    pub disk_output: &'static str,
    pub disk_free: &'static str,
    /// Days until it is full, at this rate.
    pub disk_days_of: fn(&str) -> String,
    pub disk_one_day: &'static str,
    pub disk_steady: &'static str,
    pub more_of: fn(u64) -> String,

    // Keys.
    pub key_pause: &'static str,
    pub key_resume: &'static str,
    pub key_drain: &'static str,
    pub key_retry: &'static str,
    pub key_stop: &'static str,
    pub key_help: &'static str,
    /// What each key does, a line each: the key, and what it does.
    pub help: &'static [(&'static str, &'static str)],
    pub help_title: &'static str,
    pub help_close: &'static str,
    pub retried_of: fn(u64) -> String,
    pub retry_failed_of: fn(&str) -> String,
    pub told_pause: &'static str,
    pub told_resume: &'static str,
    pub told_drain: &'static str,
    pub told_stop: &'static str,

    // A fault of the machine. `trouble_of`: place with its path, and what is wrong with it.
    pub place_state: &'static str,
    pub place_output: &'static str,
    pub place_input: &'static str,
    pub disk_of_of: fn(&str) -> String,
    pub folder_of: fn(&str) -> String,
    pub disk_full: &'static str,
    pub low_space: &'static str,
    pub read_only: &'static str,
    pub permission: &'static str,
    pub gone: &'static str,
    pub failing: &'static str,
    pub mend_space: &'static str,
    pub mend_read_only: &'static str,
    pub mend_permission: &'static str,
    pub mend_gone: &'static str,
    pub mend_failing: &'static str,
    /// What is wrong, what to do, minutes of patience.
    pub paused_of: fn(&str, &str, u64) -> String,
    pub going_on_of: fn(&str) -> String,

    // Lines and the summary of a run.
    /// Scan, page (from 1) and reason.
    pub held_line_of: fn(&str, Option<u32>, &str) -> String,
    pub held_unreadable_of: fn(&str) -> String,
    /// Path, page (from 1) and reason.
    pub summary_held_of: fn(&str, Option<u32>, &str) -> String,
    pub summary_unlisted_of: fn(&str) -> String,
    /// Pages received, and where they are.
    pub summary_balance_of: fn(u64, &str, &str) -> String,
    pub place_delivered: &'static str,
    pub place_blank: &'static str,
    pub place_separators: &'static str,
    pub place_held: &'static str,
    pub place_to_do: &'static str,
    /// Documents, cases, where.
    pub summary_delivered_of: fn(u64, u64, &str) -> String,
    pub summary_scans_held_of: fn(u64) -> String,
    pub summary_skipped_of: fn(u64) -> String,
    pub summary_linked_of: fn(u64) -> String,
    pub summary_left_lying_of: fn(&str) -> String,
    pub no_ending_of: fn(u64) -> String,
    pub other_endings_of: fn(u64) -> String,
    pub summary_stopped: &'static str,
    pub summary_what_to_do: &'static str,
    pub summary_decide_of: fn(&str) -> String,
    pub summary_discarded_of: fn(u64) -> String,

    // The note beside a held original.
    pub note_title_of: fn(&str) -> String,
    pub note_whole_file: &'static str,
    /// Pages, `3` or `1-2, 7`; how many.
    pub note_pages_of: fn(&str, usize) -> String,
    pub note_why: &'static str,
    pub note_what_to_do: &'static str,
    pub note_detail: &'static str,
    pub note_number: &'static str,
    pub note_decide: &'static str,
    /// The choices, each a command and what it does.
    pub note_choices_of: fn(u64) -> [(String, &'static str); 4],
    pub note_safe: &'static str,

    /// What only `status` says.
    pub status: StatusWords,

    // The service.
    /// Watch folders, workers, where metrics are told.
    pub watching_of: fn(u64, u64, Option<std::net::SocketAddr>) -> String,
    pub told_reload: &'static str,
    pub reload_refused: &'static str,
    pub gave_up: &'static str,
    /// Pages and documents.
    pub watched_of: fn(u64, u64) -> String,
}

/// What `status` says of a ledger and of the process at work with it.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct StatusWords {
    /// State and output folder.
    pub delivers_of: fn(&str, &str) -> String,
    pub delivered_nothing_of: fn(&str) -> String,
    pub idle: &'static str,
    pub no_documents: &'static str,
    /// When the last run began.
    pub idle_since_of: fn(&str) -> String,
    /// When it began, if that is known.
    pub running_of: fn(Option<&str>) -> String,
    /// A process that holds the state folder has told nothing for so long.
    pub silent_of: fn(&str) -> String,
    /// None holds it, and the last one took nothing away when it ended, so long ago.
    pub abrupt_of: fn(&str) -> String,
    /// Pages a minute, and the time left.
    pub pace_of: fn(&str, Option<&str>) -> String,
    /// Pages, scans, documents.
    pub contents_of: fn(u64, u64, u64) -> String,
    pub unopened_of: fn(u64) -> String,
    pub whole_held_of: fn(u64) -> String,
    pub unbalanced_of: fn(&str) -> String,
    pub stored_of: fn(&str) -> String,
    pub no_balance: &'static str,
    pub ledger_of: fn(&str) -> String,
    pub balanced_of: fn(u64) -> String,
    pub wrong_of: fn(u64) -> String,
    pub unfinished_of: fn(u64) -> String,
    pub batch_unopened_of: fn(u64) -> String,
    pub input_folder: &'static str,
    pub round_of: fn(u32) -> String,
    /// Pages received, delivered.
    pub balance_of: fn(&str, &str) -> String,
    pub part_blank: &'static str,
    pub part_separators: &'static str,
    pub part_held: &'static str,
    pub part_processed: &'static str,
    pub part_open: &'static str,
    /// How many things, and since when the oldest.
    pub waits_of: fn(u64, &str) -> String,
    /// Pages and whole files.
    pub held_of: fn(u64, u64) -> String,
    /// Options as typed.
    pub see_of: fn(&str) -> String,
    pub again_of: fn(u64) -> String,
    pub released_of: fn(u64) -> String,
    pub discarded_of: fn(u64) -> String,
    /// How many decisions, and whether a run is at work.
    pub decisions_of: fn(u64, bool) -> String,
    /// Free space of state and output; `None`: unknown.
    pub free_of: fn(Option<&str>, Option<&str>) -> String,
    pub locked_in: &'static str,
    pub gaps_of: fn(&str) -> String,
}

impl Lang {
    /// The language of the environment: German where `LC_ALL`, else `LC_MESSAGES`, else `LANG` (the first that is not
    /// empty, as POSIX has it) names it; else English.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
        let locale = names.iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
        let is_german = locale.is_some_and(|locale| {
            let language = locale.split(['_', '.', '@']).next().unwrap_or_default();
            language.eq_ignore_ascii_case("de")
        });
        if is_german { Self::De } else { Self::En }
    }

    /// The texts.
    pub fn words(self) -> &'static Words {
        match self {
            Self::En => &en::WORDS,
            Self::De => &de::WORDS,
        }
    }

    /// What happened, in words of the people who scan.
    pub fn fault(self, kind: FaultKind) -> &'static str {
        match self {
            Self::En => kind.words(),
            Self::De => de::fault(kind),
        }
    }

    /// What a person can do about it, one sentence without a full stop.
    pub fn remedy(self, kind: FaultKind) -> &'static str {
        match self {
            Self::En => kind.remedy(),
            Self::De => de::remedy(kind),
        }
    }

    /// The step at which something failed.
    pub fn stage(self, stage: Stage) -> &'static str {
        match self {
            Self::En => en::stage(stage),
            Self::De => de::stage(stage),
        }
    }
}

impl std::str::FromStr for Lang {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Self::En),
            "de" => Ok(Self::De),
            _ => Err("de or en"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_says_something_decides() {
        for (environment, lang) in [
            (&[("LANG", "de_DE.UTF-8")][..], Lang::De),
            (&[("LANG", "de_AT")], Lang::De),
            (&[("LANG", "de")], Lang::De),
            (&[("LANG", "C"), ("LC_MESSAGES", "de_DE.UTF-8")], Lang::De),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")], Lang::En),
            (&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "")], Lang::De),
            (&[("LANG", "den_CA")], Lang::En),
            (&[], Lang::En),
        ] {
            let variable = |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
            assert_eq!(Lang::of_environment(variable), lang, "{environment:?}");
        }
    }
}
