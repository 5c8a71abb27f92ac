//! The folder target: `DIR/<case>/<NNNN>_<type>.pdf`, `DIR/<case>/case.json`, `DIR/index.csv`.
//!
//! A file appears under its final name only when it is whole: it is written as `.<name>.part` beside its place, forced
//! to disk, read back, and renamed. What an interrupted run leaves is such a part, which the next run writes anew.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::names::portable_name;
use crate::durable;
use crate::model::{Digester, Receipt};
use crate::saboteur::{self, Step, Watched};

/// Name of a case's account of itself.
pub const CASE_FILE: &str = "case.json";

/// Name of the list of all documents.
pub const INDEX_FILE: &str = "index.csv";

/// The same for programs, if it is wanted.
pub const INDEX_XML_FILE: &str = "index.xml";

/// Name of the state folder in a target, unless another was chosen. It is no part of the delivery.
pub const STATE_FOLDER: &str = ".scanstrasse";

/// How the name of a file begins that a run makes and removes at once, to try whether the target can be written.
pub const PROBE_PREFIX: &str = ".scanstrasse-probe";

/// The target refused. Its text names the target only: the path below it has the case number.
#[derive(Debug, thiserror::Error)]
#[error("failed to write below {root}: {source}")]
pub struct TargetError {
    /// The target.
    pub root: PathBuf,
    /// What could not be written or read back.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// Bytes that go to disk at once.
const BLOCK: usize = if cfg!(test) { 1 << 10 } else { 1 << 18 };

/// A file under its temporary name. What is written to it is buffered.
#[derive(Debug)]
pub struct Part(BufWriter<Watched<File>>);

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A file could not be placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError<E> {
    /// Its content could not be written, or does not read back as it should.
    #[error(transparent)]
    Content(E),
    /// The target refused.
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// A document's file name: its number in the case, at least four digits, and its name.
pub fn document_file(number: u32, name: &str) -> String {
    format!("{number:04}_{name}.pdf")
}

/// A document's name in its file's: its type, and what else the pipeline wants there.
pub fn document_name<'a>(type_name: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let mut name = type_name.to_owned();
    for value in values {
        name.push('_');
        name.push_str(value);
    }
    portable_name(&name)
}

/// The target folder.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    /// Number of its file system when it was opened.
    device: u64,
}

impl Folder {
    /// The target below `root`, which is made if need be.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(root: &Path) -> Result<Self, TargetError> {
        let failed = |source| TargetError { root: root.to_owned(), path: root.to_owned(), source };
        durable::make_dirs(root, 0o777).map_err(failed)?;
        // The names of case folders too, if a run was killed before it could.
        durable::sync_dir(root).map_err(failed)?;
        let root = root.canonicalize().map_err(failed)?;
        let device = fs::metadata(&root).map_err(failed)?.dev();
        Ok(Self { root, device })
    }

    /// Whether this is still the folder that was opened. Where a share was mounted an empty folder of another file
    /// system is left when it goes away; one that was mounted again may have another number, but holds our index.
    pub fn is_same(&self) -> bool {
        fs::metadata(&self.root).is_ok_and(|metadata| metadata.dev() == self.device) || self.has_index()
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether `index.csv` is there: a line has delivered here.
    pub fn has_index(&self) -> bool {
        self.root.join(INDEX_FILE).exists()
    }

    /// Places a file: `write` writes it, `check` reads it again before it gets its name. `folder` is a case's folder, or
    /// empty for the target itself. An existing file of that name is replaced in one step.
    ///
    /// # Errors
    /// Those of `write` and `check`, or the target's; then no file of that name appears, and an older one stays.
    pub fn place<E>(
        &self,
        folder: &str,
        name: &str,
        write: impl FnOnce(&mut Part) -> Result<(), E>,
        check: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<Receipt, PlaceError<E>> {
        let dir = self.root.join(folder);
        let part = dir.join(format!(".{name}.part"));
        durable::make_dir(&dir, 0o777).map_err(|source| self.refused(&dir, source))?;
        let placed = self.write_part(&part, write, check).and_then(|(sha256, bytes)| {
            let path = dir.join(name);
            let failed = |source| self.refused(&path, source);
            saboteur::step(Step::Rename).and_then(|()| fs::rename(&part, &path)).map_err(failed)?;
            durable::sync_dir(&dir).map_err(|source| self.refused(&dir, source))?;
            let file = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            Ok(Receipt { file, sha256, bytes })
        });
        if placed.is_err() {
            // The first error counts; a part left behind harms nobody.
            let _ = fs::remove_file(&part);
        }
        placed
    }

    /// Takes back what an interrupted attempt left of a file that nobody has recorded: the file, or its part.
    ///
    /// # Errors
    /// The target refused, or is away: then nobody knows what stands there.
    pub fn withdraw(&self, folder: &str, name: &str) -> Result<(), TargetError> {
        let expect_target = || match self.is_same() {
            true => Ok(()),
            false => Err(self.refused(&self.root, io::ErrorKind::NotFound.into())),
        };
        expect_target()?;
        let dir = self.root.join(folder);
        let mut any = false;
        for path in [dir.join(format!(".{name}.part")), dir.join(name)] {
            let failed = |source| self.refused(&path, source);
            if fs::symlink_metadata(&path).is_ok() {
                saboteur::step(Step::Remove).and_then(|()| fs::remove_file(&path)).map_err(failed)?;
                any = true;
            }
        }
        if any {
            durable::sync_dir(&dir).map_err(|source| self.refused(&dir, source))?;
        }
        // Away in between, the files would have been missed.
        expect_target()
    }

    fn write_part<E>(
        &self,
        part: &Path,
        write: impl FnOnce(&mut Part) -> Result<(), E>,
        check: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<(crate::model::Digest, u64), PlaceError<E>> {
        let failed = |source| self.refused(part, source);
        let file = saboteur::step(Step::Write).and_then(|()| File::create(part)).map_err(failed)?;
        let mut out = Part(BufWriter::with_capacity(BLOCK, Watched(file)));
        write(&mut out).map_err(PlaceError::Content)?;
        out.flush().map_err(failed)?;
        saboteur::step(Step::Sync).and_then(|()| out.0.get_ref().0.sync_all()).map_err(failed)?;
        drop(out);
        check(part).map_err(PlaceError::Content)?;
        let mut digester = Digester::default();
        File::open(part).and_then(|mut file| io::copy(&mut file, &mut digester)).map_err(failed)?;
        Ok(digester.finish())
    }

    /// The target refused `path`, which lies below it.
    pub fn refused(&self, path: &Path, source: io::Error) -> TargetError {
        TargetError { root: self.root.clone(), path: path.to_owned(), source }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::model::Digest;

    #[test]
    fn nothing_is_called_withdrawn_while_the_target_is_away() {
        let dir = tempfile::tempdir().unwrap();
        let (root, away) = (dir.path().join("out"), dir.path().join("away"));
        let target = Folder::open(&root).unwrap();
        let write = |out: &mut Part| out.write_all(b"document");
        target.place("A", "1.pdf", write, |_| Ok(())).map_err(|_| "placed").unwrap();
        fs::rename(&root, &away).unwrap();
        assert!(target.withdraw("A", "1.pdf").is_err(), "it stands there all the same");
        fs::rename(&away, &root).unwrap();
        target.withdraw("A", "1.pdf").unwrap();
        assert!(!root.join("A/1.pdf").exists());
        target.withdraw("A", "1.pdf").unwrap();
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let target = Folder::open(dir.path()).unwrap();
        let write = |bytes: &'static [u8]| move |out: &mut Part| out.write_all(bytes);
        let receipt = target.place("1", "a.pdf", write(b"one"), |_| Ok(())).unwrap();
        assert_eq!(receipt, Receipt { file: "1/a.pdf".into(), sha256: Digest::of(b"one"), bytes: 3 });

        let refuse = |_: &Path| Err(io::Error::other("not what was written"));
        assert!(matches!(target.place("1", "a.pdf", write(b"two"), refuse), Err(PlaceError::Content(_))));
        assert_eq!(names(&dir.path().join("1")), ["a.pdf"], "no part is left");
        assert_eq!(fs::read(dir.path().join("1/a.pdf")).unwrap(), b"one", "the old file stays");

        let full = |_: &mut Part| Err(io::Error::from(io::ErrorKind::StorageFull));
        assert!(target.place("1", "b.pdf", full, |_| Ok(())).is_err());
        assert_eq!(names(&dir.path().join("1")), ["a.pdf"]);
    }

    #[test]
    fn at_the_moment_of_the_check_only_the_part_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let target = Folder::open(dir.path()).unwrap();
        let check = |part: &Path| {
            assert_eq!(names(part.parent().unwrap()), [".0001_x.pdf.part"]);
            assert_eq!(fs::read(part).unwrap(), b"whole");
            Ok::<_, io::Error>(())
        };
        target.place("c", "0001_x.pdf", |out| out.write_all(b"whole"), check).unwrap();
        assert_eq!(names(&dir.path().join("c")), ["0001_x.pdf"]);
    }

    #[test]
    fn document_names_sort_by_number_and_are_portable() {
        let file = |number, type_name, values: &[&str]| {
            document_file(number, &document_name(type_name, values.iter().copied()))
        };
        assert_eq!(file(7, "Antrag: Verlängerung", &[]), "0007_Antrag_ Verlängerung.pdf");
        assert_eq!(file(12345, "Bescheid", &["2026-03-09", "a/b"]), "12345_Bescheid_2026-03-09_a_b.pdf");
    }
}
