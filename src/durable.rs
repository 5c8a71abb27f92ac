//! Folders that are still there after a power cut: made, and their names forced to disk; and renames over nothing.
//!
//! A file's own `fsync` does not keep its name, nor a folder's name: that stands in the folder above (fsync(2)). So whoever
//! makes a folder forces the one above it to disk, and whoever may have been killed in between does so when it starts.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::saboteur::{self, Step};

/// Renames `source` to `target`, never over another file.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`] if something is there, [`io::ErrorKind::NotFound`] if the source has gone.
pub(crate) fn rename_new(source: &Path, target: &Path) -> io::Result<()> {
    saboteur::step(Step::Rename)?;
    match renameat_with(CWD, source, CWD, target, RenameFlags::NOREPLACE) {
        // The file system (NFS, FUSE), or the kernel, does not know the flag.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_after_a_look(source, target),
        result => Ok(result?),
    }
}

/// Where the file system cannot do both in one. That one file is not taken by two instances holds all the same: a rename
/// gives it to one of them. What remains is the moment between the two steps, in which another file would have to
/// come to the same place; that is below a name that this instance gave once.
fn rename_after_a_look(source: &Path, target: &Path) -> io::Result<()> {
    fs::symlink_metadata(source)?;
    match fs::symlink_metadata(target) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(source, target),
        Err(error) => Err(error),
    }
}

/// Forces a folder's list of names to disk.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    let sync = || saboteur::step(Step::Sync).and_then(|()| File::open(path)?.sync_all());
    match sync() {
        // Some network file systems cannot sync a folder; their servers keep names by themselves.
        Err(e) if matches!(e.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

/// Makes a folder with the permissions `mode` (less the umask), for good. One that is there already stays as it is.
pub(crate) fn make_dir(path: &Path, mode: u32) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    match saboteur::step(Step::Create).and_then(|()| DirBuilder::new().mode(mode).create(path)) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        Err(e) => Err(e),
        Ok(()) => sync_dir(above(path)),
    }
}

/// Makes a folder and those above it, as [`make_dir`] does. The folder itself is known to be there for good afterwards,
/// whoever made it.
pub(crate) fn make_dirs(path: &Path, mode: u32) -> io::Result<()> {
    if path.is_dir() {
        // Perhaps made by a run that was killed a moment later. Not everybody may read the folder above.
        let above = fs::canonicalize(path)?.parent().map(Path::to_owned);
        return match above.map_or(Ok(()), |above| sync_dir(&above)) {
            Err(e) if e.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            result => result,
        };
    }
    match above(path) {
        parent if parent.is_dir() || parent == path => {}
        parent => make_dirs(parent, mode)?,
    }
    make_dir(path, mode)
}

/// The folder above `path`, which is never empty.
fn above(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn all_levels_are_made_once_and_a_file_in_the_way_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/c");
        for _ in 0..2 {
            make_dirs(&path, 0o700).unwrap();
            make_dir(&path, 0o700).unwrap();
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(path.join("file"), "").unwrap();
        assert!(make_dir(&path.join("file"), 0o700).is_err());
        assert!(make_dirs(&path.join("file/below"), 0o700).is_err());
    }

    #[test]
    fn the_name_of_a_new_folder_is_forced_to_disk() {
        let dir = tempfile::tempdir().unwrap();
        // Making is the first step, forcing the second.
        saboteur::enter(saboteur::Plan::fail_after(1, io::ErrorKind::Other));
        let made = make_dir(&dir.path().join("a"), 0o700);
        saboteur::enter(saboteur::Plan::default());
        assert!(made.is_err());
    }
}
