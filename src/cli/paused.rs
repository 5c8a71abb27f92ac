//! What a pause is told as: to people with the folder's path, in events without.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::dispatch::{Cause, Place, Trouble};
use crate::words::Lang;

/// The folders of a run, to name them.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    state: PathBuf,
    target: PathBuf,
    /// Distinct, in the order given.
    inputs: Vec<PathBuf>,
    /// `limits.pause_minutes`.
    longest: Duration,
}

impl Places {
    /// Inputs as given: several names of one folder are one input.
    pub(super) fn new(state: &Path, target: &Path, inputs: &[PathBuf], longest: Duration) -> Self {
        let (mut distinct, mut seen) = (Vec::new(), Vec::new());
        for input in inputs {
            let real = input.canonicalize().unwrap_or_else(|_| input.clone());
            if !seen.contains(&real) {
                seen.push(real);
                distinct.push(input.clone());
            }
        }
        Self { state: state.to_owned(), target: target.to_owned(), inputs: distinct, longest }
    }

    /// The state folder.
    pub(super) fn state(&self) -> &Path {
        &self.state
    }

    /// The output folder.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// "the output folder /akten is read-only".
    pub(super) fn trouble_text(&self, lang: Lang, Trouble { cause, place }: Trouble) -> String {
        let words = lang.words();
        let (name, path) = match place {
            Place::State => (words.place_state, Some(&self.state)),
            Place::Target => (words.place_output, Some(&self.target)),
            Place::Input(index) => (words.place_input, self.inputs.get(index)),
        };
        let path = path.filter(|path| !path.as_os_str().is_empty());
        let place = path.map_or(name.to_owned(), |path| format!("{name} {}", path.display()));
        let place = if matches!(cause, Cause::DiskFull | Cause::LowSpace) {
            (words.disk_of_of)(&place)
        } else {
            (words.folder_of)(&place)
        };
        let wrong = match cause {
            Cause::DiskFull => words.disk_full,
            Cause::LowSpace => words.low_space,
            Cause::ReadOnly => words.read_only,
            Cause::Permission => words.permission,
            Cause::Gone => words.gone,
            Cause::Failing => words.failing,
        };
        format!("{place} {wrong}")
    }

    /// What an operator reads when the line begins to wait.
    pub(super) fn paused_line(&self, lang: Lang, trouble: Trouble) -> String {
        let minutes = self.longest.as_secs() / 60;
        (lang.words().paused_of)(&self.trouble_text(lang, trouble), remedy(lang, trouble.cause), minutes)
    }
}

/// What to do about it, a fragment of a sentence.
pub(super) fn remedy(lang: Lang, cause: Cause) -> &'static str {
    let words = lang.words();
    match cause {
        Cause::DiskFull | Cause::LowSpace => words.mend_space,
        Cause::ReadOnly => words.mend_read_only,
        Cause::Permission => words.mend_permission,
        Cause::Gone => words.mend_gone,
        Cause::Failing => words.mend_failing,
    }
}

/// The event for machines.
pub(super) fn json(trouble: Trouble) -> serde_json::Value {
    let cause = match trouble.cause {
        Cause::DiskFull => "disk_full",
        Cause::LowSpace => "low_space",
        Cause::ReadOnly => "read_only",
        Cause::Permission => "permission",
        Cause::Gone => "gone",
        Cause::Failing => "failing",
    };
    let (place, input) = match trouble.place {
        Place::State => ("state", None),
        Place::Target => ("output", None),
        Place::Input(index) => ("input", Some(index + 1)),
    };
    json!({"event": "paused", "cause": cause, "place": place, "input": input, "remedy": trouble.cause.remedy()})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_says_what_is_wrong_where_and_what_to_do() {
        let inputs = [PathBuf::from("/scans"), PathBuf::from("/more")];
        let places =
            Places::new(Path::new("/akten/.scanstrasse"), Path::new("/akten"), &inputs, Duration::from_secs(60));
        let full = Trouble { cause: Cause::DiskFull, place: Place::Target };
        assert_eq!(
            places.paused_line(Lang::En, full),
            "paused: the disk of the output folder /akten is full\n  \
             free space on this disk: the line then goes on by itself; it stops after 1 minute. Nothing is lost"
        );
        let text = places.trouble_text(Lang::En, Trouble { cause: Cause::Gone, place: Place::Input(1) });
        assert_eq!(text, "the input /more is there no longer");
        assert!(places.paused_line(Lang::De, full).contains("Ausgabeordner /akten ist voll"));
        // Who only knows what is wrong names no path.
        let text = Places::default().trouble_text(Lang::En, Trouble { cause: Cause::ReadOnly, place: Place::State });
        assert_eq!(text, "the state folder is read-only");
    }
}
