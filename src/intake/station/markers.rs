//! Markers: files by which a station says that another file, or a folder, is complete.
//!
//! For a file `a.pdf`: `a.pdf.ready` and `a.ready` beside it. For a folder `123`: `.ready` or `x.ready` in it, or `123.ready`
//! beside it. Where files are batches of their own, `.ready` and `123.ready` speak for all files of the folder. Endings
//! are in lower or upper case.
//!
//! A marker goes when what it spoke for was taken: to the folder `done`, below the day, where its content, if it has any, is
//! kept. Left lying it would complete the next file of this name before it is there.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::super::names::{extension, stem};

/// Whether this is the name of a marker.
pub(super) fn is_marker(name: &OsStr, endings: &[String]) -> bool {
    let bare = || endings.iter().any(|ending| bare(ending).any(|bare| bare == name));
    extension(name).is_some_and(|ending| endings.contains(&ending)) || bare()
}

/// The markers that speak for a file, by their names in its folder.
pub(super) fn of_file(file: &OsStr, endings: &[String]) -> Vec<OsString> {
    endings.iter().flat_map(|ending| beside(file, ending).chain(beside(stem(file), ending))).collect()
}

/// The markers that speak for the folder at `folder` (its path below the watch folder), as (folder, name), but for those
/// with a name of their own in it.
pub(super) fn of_folder(folder: &Path, endings: &[String]) -> Vec<(PathBuf, OsString)> {
    let within = endings.iter().flat_map(|ending| bare(ending)).map(|name| (folder.to_owned(), name));
    let above = folder.parent().zip(folder.file_name()).into_iter().flat_map(|(above, name)| {
        endings.iter().flat_map(move |ending| beside(name, ending)).map(move |name| (above.to_owned(), name))
    });
    within.chain(above).collect()
}

/// The markers in the folder at `path`, whatever their names before the ending.
pub(super) fn within(path: &Path, endings: &[String]) -> Vec<OsString> {
    let names = fs::read_dir(path).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names.filter(|name| is_marker(name, endings)).collect()
}

/// `name.ready`, `name.READY`.
fn beside(name: &OsStr, ending: &str) -> impl Iterator<Item = OsString> {
    let with = |ending: String| {
        let mut marker = name.to_owned();
        marker.push(".");
        marker.push(ending);
        marker
    };
    [with(ending.to_owned()), with(ending.to_uppercase())].into_iter()
}

/// `.ready`, `.READY`.
fn bare(ending: &str) -> impl Iterator<Item = OsString> {
    beside(OsStr::new(""), ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_known_by_their_ending() {
        let endings = ["ready".to_owned(), "ok".to_owned()];
        for yes in ["a.pdf.ready", "a.READY", ".ready", "x.ok", ".OK"] {
            assert!(is_marker(OsStr::new(yes), &endings), "{yes}");
        }
        for no in ["ready", "a.pdf", ".ready.pdf", "okay"] {
            assert!(!is_marker(OsStr::new(no), &endings), "{no}");
        }
        let of_file = of_file(OsStr::new("a.pdf"), &endings);
        for name in ["a.pdf.ready", "a.ready", "a.pdf.OK"] {
            assert!(of_file.contains(&name.into()), "{name}");
        }
        let of_folder = of_folder(Path::new("x/123"), &endings);
        for (folder, name) in [("x/123", ".ready"), ("x", "123.ready"), ("x", "123.OK")] {
            assert!(of_folder.contains(&(folder.into(), name.into())), "{folder} {name}");
        }
        assert!(super::of_folder(Path::new(""), &endings).iter().all(|(folder, _)| folder.as_os_str().is_empty()));
    }
}
