//! The content-addressed store: `ab/cdef…` below its folder, each object named by the SHA-256 of its bytes.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::durable;
use crate::model::{Digest, Digester};
use crate::saboteur::{self, Step};

/// Why an object is not in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The bytes are not those that were announced.
    #[error("the stored bytes do not match their digest")]
    Mismatch,
    /// A file could not be read or written.
    #[error("failed to use {path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Objects by digest, below one folder.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// The store below `root`, which is made if need be.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Io { path: root.to_owned(), source };
        durable::make_dir(root, 0o700).map_err(failed)?;
        // The names of its folders too, if a run was killed before it could.
        durable::sync_dir(root).map_err(failed)?;
        Ok(Self { root: root.to_owned() })
    }

    /// Takes the file `temp` as the object `digest` of `len` bytes; afterwards it is on disk under its final name. On a
    /// mismatch `temp` is left where it is.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] if length or digest differ, [`StoreError::Io`] if it cannot be read, synced or moved.
    pub fn adopt(&self, temp: &Path, digest: Digest, len: u64) -> Result<(), StoreError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Io { path, source }
        };
        // A worker's "file" that is a link, pipe or folder would be read as something else later.
        let meta = fs::symlink_metadata(temp).map_err(at(temp))?;
        if !meta.is_file() || meta.len() != len {
            return Err(StoreError::Mismatch);
        }
        let mut file = File::open(temp).map_err(at(temp))?;
        let mut digester = Digester::default();
        io::copy(&mut file, &mut digester).map_err(at(temp))?;
        if digester.finish() != (digest, len) {
            return Err(StoreError::Mismatch);
        }
        file.set_permissions(fs::Permissions::from_mode(0o600)).map_err(at(temp))?;
        saboteur::step(Step::Sync).and_then(|()| file.sync_all()).map_err(at(temp))?;
        let (folder, path) = self.place(digest);
        durable::make_dir(&folder, 0o700).map_err(at(&folder))?;
        saboteur::step(Step::Rename).and_then(|()| fs::rename(temp, &path)).map_err(at(&path))?;
        durable::sync_dir(&folder).map_err(at(&folder))
    }

    /// Opens an object.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    pub fn open_object(&self, digest: Digest) -> Result<File, StoreError> {
        let (_, path) = self.place(digest);
        File::open(&path).map_err(|source| StoreError::Io { path, source })
    }

    /// Removes an object; none there is no error.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove(&self, digest: Digest) -> Result<(), StoreError> {
        let (_, path) = self.place(digest);
        match saboteur::step(Step::Remove).and_then(|()| fs::remove_file(&path)) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(StoreError::Io { path, source }),
            _ => Ok(()),
        }
    }

    /// Every object, in no order. Names that are no digest are skipped.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn objects(&self) -> Result<Vec<Digest>, StoreError> {
        let list = |path: &Path| -> Result<Vec<PathBuf>, StoreError> {
            let io = |source| StoreError::Io { path: path.to_owned(), source };
            fs::read_dir(path).map_err(io)?.map(|entry| Ok(entry.map_err(io)?.path())).collect()
        };
        let mut found = Vec::new();
        for folder in list(&self.root)? {
            for path in list(&folder)? {
                let name = |p: &Path| p.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
                found.extend((name(&folder) + &name(&path)).parse::<Digest>().ok());
            }
        }
        Ok(found)
    }

    fn place(&self, digest: Digest) -> (PathBuf, PathBuf) {
        let name = digest.to_string();
        let (head, tail) = name.split_at(2);
        let folder = self.root.join(head);
        let path = folder.join(tail);
        (folder, path)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn an_object_is_found_by_its_digest_and_by_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("store")).unwrap();
        let temp = dir.path().join("picture");
        fs::write(&temp, b"ink").unwrap();
        assert!(matches!(store.adopt(&temp, Digest::of(b"other"), 3), Err(StoreError::Mismatch)));
        assert!(matches!(store.adopt(&temp, Digest::of(b"ink"), 4), Err(StoreError::Mismatch)));
        assert!(temp.exists(), "a refused file stays for inspection");
        store.adopt(&temp, Digest::of(b"ink"), 3).unwrap();
        assert!(!temp.exists());
        assert_eq!(store.objects().unwrap(), [Digest::of(b"ink")]);
        let mut bytes = Vec::new();
        store.open_object(Digest::of(b"ink")).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"ink");
        store.remove(Digest::of(b"ink")).unwrap();
        store.remove(Digest::of(b"ink")).unwrap();
        assert!(store.objects().unwrap().is_empty());
    }

    #[test]
    fn a_link_is_not_adopted() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("store")).unwrap();
        fs::write(dir.path().join("secret"), b"ink").unwrap();
        let temp = dir.path().join("picture");
        std::os::unix::fs::symlink(dir.path().join("secret"), &temp).unwrap();
        assert!(matches!(store.adopt(&temp, Digest::of(b"ink"), 3), Err(StoreError::Mismatch)));
    }
}
