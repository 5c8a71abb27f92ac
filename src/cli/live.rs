//! The live file: how a running line stands, for `status` and whoever else looks into the state folder. Holds no personal data.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::board::View;

/// Its name in the state folder.
const NAME: &str = "live.json";

/// A line that wrote nothing for so long has ended abruptly, or hangs.
const DEAD: Duration = Duration::from_secs(10);

/// More than this is no live file.
const MAX_BYTES: u64 = 1 << 20;

/// What a live file tells.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Live {
    /// How the line stood.
    pub(super) view: View,
    /// Time since.
    pub(super) age: Duration,
}

impl Live {
    /// Whether the line still tells.
    pub(super) fn is_fresh(&self) -> bool {
        self.age < DEAD
    }
}

/// Writes it, whole or not at all, for the owner alone. Not forced to disk: it is of use only while the line runs.
///
/// # Errors
/// The state folder is not there, or takes no writing.
pub(super) fn write(state: &Path, view: &View) -> io::Result<PathBuf> {
    let (path, temporary) = (state.join(NAME), state.join(format!("{NAME}.new")));
    let text = serde_json::to_vec(view)?;
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&temporary)?;
    let written = file.write_all(&text).and_then(|()| fs::rename(&temporary, &path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map(|()| path)
}

/// Reads it; `None` if there is none, or none that this version knows.
pub(super) fn read(state: &Path, now: Timestamp) -> Option<Live> {
    let path = state.join(NAME);
    if fs::metadata(&path).ok()?.len() > MAX_BYTES {
        return None;
    }
    let view: View = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    // A clock that was set back makes it fresh, not older than time.
    let age = Duration::try_from(now.duration_since(view.at)).unwrap_or_default();
    Some(Live { view, age })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::cli::board::{Board, Moment, Setup};

    #[test]
    fn what_is_written_is_read_and_ages() {
        let dir = tempfile::tempdir().unwrap();
        let now = Moment::now();
        let view = Board::new(Setup { line: "amt".into(), ..Setup::default() }, now).view(now);
        assert_eq!(read(dir.path(), now.time), None);
        let path = write(dir.path(), &view).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let later = |seconds: i64| now.time + jiff::SignedDuration::from_secs(seconds);
        let live = read(dir.path(), later(9)).unwrap();
        assert!(live.is_fresh() && live.view == view);
        assert!(!read(dir.path(), later(11)).unwrap().is_fresh());
        assert!(read(dir.path(), later(-60)).unwrap().is_fresh());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        fs::write(path, "{").unwrap();
        assert_eq!(read(dir.path(), now.time), None);
        assert!(write(&dir.path().join("nowhere"), &view).is_err());
    }
}
