//! What other instances have claimed in a watch folder and not delivered: a line that is gone for good, with its state
//! folder, delivers it never. Only a person knows whether it is; so it is told, and left.

use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::STATION_FOLDER;

/// A line at work changes something within this time.
const LONG: Duration = Duration::from_secs(24 * 3600);

/// Most entries that are looked at: it is of no use to count more.
const MAX_ENTRIES: usize = 100_000;

/// Files of another instance that have lain for more than a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abandoned {
    /// Its name: a folder in `.scanstrasse` of the watch folder.
    pub instance: String,
    /// How many.
    pub files: u64,
}

/// Those of all instances but `own`, by name, as it is at `now`. By the wall clock, as nothing hangs on it: one that is wrong
/// costs a word too early or too late.
pub(super) fn abandoned(root: &Path, own: &str, now: Timestamp) -> Vec<Abandoned> {
    let mut room = MAX_ENTRIES;
    let instances = fs::read_dir(root.join(STATION_FOLDER)).into_iter().flatten().flatten();
    let mut found: Vec<Abandoned> = instances
        .filter_map(|instance| {
            let name = instance.file_name().into_string().ok()?;
            // It is told in logs: what a line would not call itself is no line's.
            let is_name = name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            let files = (is_name && name != own).then(|| resting(&instance.path(), now, &mut room))??;
            (files > 0).then_some(Abandoned { instance: name, files })
        })
        .collect();
    found.sort_by(|one, other| one.instance.cmp(&other.instance));
    found
}

/// Files below a folder; `None` if anything in it changed of late.
fn resting(top: &Path, now: Timestamp, room: &mut usize) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    let mut files = 0;
    let mut left = vec![top.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).ok()? {
            let entry = entry.ok()?;
            let metadata = entry.metadata().ok()?;
            // Of a folder when a name came or went, of a file when it was brought here.
            let changed = metadata.ctime().max(metadata.mtime());
            if now.as_second().saturating_sub(changed) < LONG.as_secs().cast_signed() {
                return None;
            }
            *room = room.checked_sub(1)?;
            if metadata.is_dir() {
                left.push(entry.path());
            } else {
                files += u64::from(metadata.is_file());
            }
        }
    }
    Some(files)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use super::*;

    #[test]
    fn what_another_line_left_is_told_after_a_day() {
        let dir = tempfile::tempdir().unwrap();
        for (instance, file) in [("own", "1.pdf"), ("gone", "2.pdf"), ("gone", "3.pdf"), ("ä b", "4.pdf")] {
            let folder = dir.path().join(".scanstrasse").join(instance).join("2026-11-22/x");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(file), "x").unwrap();
        }
        fs::create_dir_all(dir.path().join(".scanstrasse/empty/2026-11-22")).unwrap();
        let after = |hours: u64| abandoned(dir.path(), "own", Timestamp::now() + Duration::from_secs(hours * 3600));
        assert_eq!(after(0), []);
        assert_eq!(after(23), []);
        assert_eq!(after(25), [Abandoned { instance: "gone".into(), files: 2 }]);
        assert_eq!(abandoned(&dir.path().join("none"), "own", Timestamp::now()), []);
    }
}
