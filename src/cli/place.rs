//! Which state folder a command looks into: the options, what they may leave out, and where was looked.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use crate::deliver::folder::STATE_FOLDER;
use crate::ledger;

/// Environment variable that names the state or the output folder, for those who type these commands all day.
const VARIABLE: &str = "SCANSTRASSE_STATE";

/// Where the ledger is.
#[derive(Debug, Args)]
pub(super) struct PlaceArguments {
    /// The state folder of the line
    #[arg(long, value_name = "DIR", global = true)]
    state: Option<PathBuf>,
    /// The output folder of the line, if the state folder lies in it [default: SCANSTRASSE_STATE, else the current
    /// folder]
    #[arg(long, value_name = "DIR", global = true, conflicts_with = "state")]
    output: Option<PathBuf>,
}

impl PlaceArguments {
    /// The state folder. `bare` is a folder that was named without an option.
    ///
    /// # Errors
    /// There is no ledger; the message tells where it was looked for.
    pub(super) fn locate(&self, bare: Option<&Path>) -> Result<PathBuf, Failure> {
        let named = self.state.as_deref().or(self.output.as_deref()).or(bare).map(Path::to_owned);
        let from_environment = || std::env::var_os(VARIABLE).filter(|dir| !dir.is_empty()).map(PathBuf::from);
        let folder = named.or_else(from_environment).unwrap_or_else(|| PathBuf::from("."));
        let candidates = [folder.join(STATE_FOLDER), folder.clone()];
        if let Some(found) = candidates.iter().find(|dir| ledger::is_state_dir(dir)) {
            return Ok(found.clone());
        }
        let [inner, outer] = candidates;
        Err(Failure::stopped(
            format!(
                "found no ledger: neither {} nor {} is the state folder of a line",
                inner.display(),
                outer.display()
            ),
            "name the folder that the run was given by --output (or by --state, or line.state of the pipeline file)",
        ))
    }

    /// The options as they were typed, to be typed again: ` --output /akten`, or nothing. `bare` as in
    /// [`Self::locate`].
    pub(super) fn typed(&self, bare: Option<&Path>) -> String {
        let option = |name: &str, dir: Option<&Path>| {
            let quoted = |dir: &Path| match dir.to_string_lossy() {
                text if text.contains([' ', '\'', '"', '$']) => format!("'{}'", text.replace('\'', r"'\''")),
                text => text.into_owned(),
            };
            dir.map(|dir| format!(" --{name} {}", quoted(dir)))
        };
        let output = self.output.as_deref().or(bare);
        option("state", self.state.as_deref()).or_else(|| option("output", output)).unwrap_or_default()
    }
}

/// A name for a terminal: control characters, which a file name may hold, do nothing there.
pub(super) fn shown(path: &Path) -> String {
    path.to_string_lossy().chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// A moment for people: local date and time to the minute.
pub(super) fn moment(at: jiff::Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}
