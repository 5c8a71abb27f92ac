//! The model folder: where it lies, and the proof that it is the one this program was built for.

use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::model::{Digest, Digester};

/// Every file of the folder with its SHA-256, as `tools/models/prepare.py` makes it.
const PINS: &str = include_str!("models.sha256");
/// Names the folder on machines without the usual layout.
const VARIABLE: &str = "SCANSTRASSE_MODELS";
const SYSTEM_FOLDER: &str = "/usr/share/scanstrasse/models";
const MEND: &str = "run `make models`, or point SCANSTRASSE_MODELS to a folder made by it";

/// The model folder is missing, incomplete or not the one this program was built for.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No folder at any of the usual places.
    #[error("no model folder at {}: {MEND}", List(.0))]
    NoFolder(Vec<PathBuf>),
    /// A file is not there.
    #[error("missing {}: {MEND}", .0.display())]
    Missing(PathBuf),
    /// A file is there but its bytes are not those that were pinned.
    #[error("altered {}: {MEND}", .0.display())]
    Altered(PathBuf),
    /// A file cannot be read.
    #[error("unreadable {}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

struct List<'a>(&'a [PathBuf]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(i, path)| {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{}", path.display())
        })
    }
}

/// The networks of the folder. Each takes one grey picture, `[1, 1, height, width]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NetworkFile {
    /// PP-OCRv6 tiny text detection. In: `(grey / 255 - 0.449) / 0.226`, sides multiples of 32. Out: `[1, 1, height,
    /// width]`, the probability that a pixel lies in the core of a text line.
    Detector,
    /// PP-OCRv6 tiny text recognition. In: `grey / 127.5 - 1`, height 48. Out: `[1, width / 8, classes]`, scores
    /// (softmax not taken) of the alphabet at each step.
    Recogniser,
    /// PP-OCRv6 small text recognition: reads better than tiny what is hard to read, at five times the cost. In and
    /// out as [`NetworkFile::Recogniser`], with the same alphabet.
    SmallRecogniser,
    /// Page orientation. In: `(grey / 255 - 0.449) / 0.226`, 224 by 224. Out: `[1, 4]`, the probabilities of 0, 90, 180
    /// and 270 degrees.
    Orientation,
}

impl NetworkFile {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Detector => "det.onnx",
            Self::Recogniser => "rec.onnx",
            Self::SmallRecogniser => "rec_small.onnx",
            Self::Orientation => "orientation.onnx",
        }
    }
}

/// A model folder that was found.
#[derive(Clone, Debug)]
pub struct ModelFolder {
    root: PathBuf,
}

impl ModelFolder {
    /// Finds the folder and checks every file of it, the runtime's libraries included (about 0.1 s): for the process
    /// that a person starts. The folder is `explicit` (from the pipeline file), or what `SCANSTRASSE_MODELS` names, or
    /// the first that exists of: `models` beside the program or in a folder above it, `/usr/share/scanstrasse/models`,
    /// `models` in the working directory.
    ///
    /// # Errors
    /// Names the file that is missing or altered, and the command that mends it.
    pub fn locate(explicit: Option<&Path>) -> Result<Self, ModelError> {
        let root = match explicit.map(Path::to_owned).or_else(|| env::var_os(VARIABLE).map(PathBuf::from)) {
            Some(root) => root,
            None => {
                let places = usual_places();
                match places.iter().find(|place| place.join(NetworkFile::Recogniser.name()).is_file()) {
                    Some(root) => root.clone(),
                    None => return Err(ModelError::NoFolder(places)),
                }
            }
        };
        let folder = Self::open(&root)?;
        for (name, _) in pins() {
            folder.check(name)?;
        }
        Ok(folder)
    }

    /// Takes the folder at `root` without a search and without reading all of it: for a worker whose parent has
    /// located it. The networks are still checked, each when it is opened.
    ///
    /// # Errors
    /// A file is missing.
    pub fn open(root: &Path) -> Result<Self, ModelError> {
        match pins().map(|(name, _)| root.join(name)).find(|path| !path.is_file()) {
            Some(path) => Err(ModelError::Missing(path)),
            None => Ok(Self { root: root.to_owned() }),
        }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// The symbols of the recogniser's classes, in order; class 0, "no character", is the empty string.
    ///
    /// # Errors
    /// The file is missing or altered.
    pub fn alphabet(&self) -> Result<Vec<String>, ModelError> {
        let text = String::from_utf8(self.read("alphabet.txt")?);
        Ok(text.unwrap_or_default().lines().map(str::to_owned).collect())
    }

    /// The bytes of a network, checked.
    pub(super) fn network(&self, file: NetworkFile) -> Result<Vec<u8>, ModelError> {
        self.read(file.name())
    }

    /// The runtime's C library; the others lie beside it and are found through its run path.
    pub(super) fn runtime_library(&self) -> PathBuf {
        let name = pins().map(|(name, _)| name).find(|name| name.contains("libopenvino_c.so"));
        self.root.join(name.unwrap_or_default())
    }

    /// Checks a pinned file without keeping its bytes: the runtime has 90 MB.
    fn check(&self, name: &str) -> Result<(), ModelError> {
        let path = self.root.join(name);
        let mut digester = Digester::default();
        match fs::File::open(&path).and_then(|mut file| io::copy(&mut file, &mut digester)) {
            Ok(_) if pinned(name) == Some(digester.finish().0) => Ok(()),
            Ok(_) => Err(ModelError::Altered(path)),
            Err(source) => Err(Self::unread(path, source)),
        }
    }

    /// The bytes of a pinned file, checked.
    fn read(&self, name: &str) -> Result<Vec<u8>, ModelError> {
        let path = self.root.join(name);
        match fs::read(&path) {
            Ok(bytes) if pinned(name) == Some(Digest::of(&bytes)) => Ok(bytes),
            Ok(_) => Err(ModelError::Altered(path)),
            Err(source) => Err(Self::unread(path, source)),
        }
    }

    fn unread(path: PathBuf, source: io::Error) -> ModelError {
        match source.kind() {
            io::ErrorKind::NotFound => ModelError::Missing(path),
            _ => ModelError::Unreadable { path, source },
        }
    }
}

/// The pinned digest of a network's file: names what was compiled in the cache.
pub(super) fn digest(file: NetworkFile) -> Option<Digest> {
    pinned(file.name())
}

/// (name, digest) of every pinned file.
fn pins() -> impl Iterator<Item = (&'static str, &'static str)> {
    PINS.lines().filter_map(|line| line.split_once("  ")).map(|(digest, name)| (name, digest))
}

fn pinned(name: &str) -> Option<Digest> {
    pins().find(|(pin, _)| *pin == name).and_then(|(_, digest)| digest.parse().ok())
}

fn usual_places() -> Vec<PathBuf> {
    let program = env::current_exe().and_then(fs::canonicalize).unwrap_or_default();
    let beside = program.ancestors().skip(1).map(|folder| folder.join("models"));
    beside.chain([PathBuf::from(SYSTEM_FOLDER), PathBuf::from("models")]).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_pin_has_a_digest_and_every_network_a_pin() {
        assert!(pins().count() > 5);
        for (name, _) in pins() {
            assert!(pinned(name).is_some(), "{name}");
        }
        for file in
            [NetworkFile::Detector, NetworkFile::Recogniser, NetworkFile::SmallRecogniser, NetworkFile::Orientation]
        {
            assert!(digest(file).is_some(), "{file:?}");
        }
    }

    #[test]
    fn a_missing_file_is_named_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = ModelFolder::locate(Some(folder.path())).unwrap_err().to_string();
        assert!(error.starts_with("missing ") && error.contains("make models"), "{error}");
    }

    #[test]
    fn an_altered_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        for (name, _) in pins() {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::File::create(path).unwrap();
        }
        let error = ModelFolder::locate(Some(folder.path())).unwrap_err().to_string();
        assert!(error.starts_with("altered ") && error.contains("SCANSTRASSE_MODELS"), "{error}");
    }
}
