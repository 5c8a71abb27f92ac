//! What a pause is told as: to people with the folder's path, in events without.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::dispatch::{Cause, Place, Trouble};

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

    /// "the output folder /akten is read-only".
    pub(super) fn trouble_text(&self, Trouble { cause, place }: Trouble) -> String {
        let (name, path) = match place {
            Place::State => ("state folder", Some(&self.state)),
            Place::Target => ("output folder", Some(&self.target)),
            Place::Input(index) => ("input", self.inputs.get(index)),
        };
        let disk = if matches!(cause, Cause::DiskFull | Cause::LowSpace) { "disk of the " } else { "" };
        let path = path.map_or(String::new(), |path| format!(" {}", path.display()));
        format!("the {disk}{name}{path} {}", cause.text())
    }

    /// What an operator reads when the line begins to wait.
    pub(super) fn paused_line(&self, trouble: Trouble) -> String {
        let minutes = self.longest.as_secs() / 60;
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        format!(
            "paused: {}\n  {}: the line then goes on by itself; it stops after {minutes} {unit}. Nothing is lost",
            self.trouble_text(trouble),
            trouble.cause.remedy()
        )
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
        let line = places.paused_line(Trouble { cause: Cause::DiskFull, place: Place::Target });
        assert_eq!(
            line,
            "paused: the disk of the output folder /akten is full\n  \
             free space on this disk: the line then goes on by itself; it stops after 1 minute. Nothing is lost"
        );
        let text = places.trouble_text(Trouble { cause: Cause::Gone, place: Place::Input(1) });
        assert_eq!(text, "the input /more is there no longer");
    }
}
