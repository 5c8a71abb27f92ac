//! The pipeline file: TOML in, a resolved pipeline or every problem of the file at once out.
//!
//! The file is read raw into a tree (`syntax`), then every key is asked for by type and range (`resolve`, through
//! `reader`, which so learns what nobody asked for). Knows the parameter structs of the rooms, none of their work.
//! `pipelines/*.toml` are the reference of the keys, `docs/pipeline.md` lists them.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::assemble::fields::FieldRules;
use crate::assemble::{AlarmRules, ClassifyRules, SeparateBy, SeparateRules, TypeRule};
use crate::intake::IntakeRules;
use crate::intake::station::StationRules;
use crate::model::{Digest, DuplicateAction, PageOrder};
use crate::page::Recipe;
use crate::worker::WorkerLimits;

mod classify;
mod codes;
mod fields;
mod find;
mod problem;
mod reader;
mod resolve;
mod separate;
mod syntax;
mod target;
mod values;
mod watch;

#[cfg(test)]
mod tests;

pub use classify::{ModelFileError, read_model};
pub use find::{FindError, find};
pub use problem::Problem;
pub use separate::case_list;

/// What becomes of a blank page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlankAction {
    /// It stays in its document and is marked (the default of RESISCAN's FAQ 5.2).
    #[default]
    Keep,
    /// It is left out of the PDF and recorded in `case.json`.
    Drop,
}

/// What becomes of a document that has a held page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeldDocument {
    /// It is delivered without the page, which stays held.
    #[default]
    Apart,
    /// It is delivered with the page's picture, without its text, if there is a picture; else as `Apart`.
    Image,
    /// It waits until somebody decides about the page.
    Wait,
}

/// Where documents go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TargetKind {
    /// A folder, named on the command line.
    #[default]
    Folder,
}

/// `[target]`, but for its folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// `target.kind`.
    pub kind: TargetKind,
    /// `target.name_fields`: index fields whose values follow the type in the names of files.
    pub name_fields: Vec<String>,
    /// `target.index_fields`: index fields that have columns of their own in `index.csv`.
    pub index_fields: Vec<String>,
    /// `target.index_xml`: `index.xml` is written beside `index.csv`.
    pub index_xml: bool,
    /// `target.contents`: whether a case folder gets a table of contents.
    pub contents: bool,
}

/// What the line does when the machine fails it: a full disk, a lost share, a permission taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// Longest time to wait for a person to mend it; zero: stop at once.
    pub longest: Duration,
    /// Time between two looks whether it is mended. No key: nobody needs another.
    pub recheck: Duration,
    /// Space that the disks of state and target must have left, bytes; 0: no guard.
    pub min_free_bytes: u64,
}

impl Default for Pauses {
    /// An hour; a look every two seconds; 1 GiB.
    fn default() -> Self {
        Self { longest: Duration::from_secs(3600), recheck: Duration::from_secs(2), min_free_bytes: 1 << 30 }
    }
}

/// A pipeline file, resolved: every default filled in, every value checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// `line.name`: can be part of a file name.
    pub name: String,
    /// SHA-256 of the file's bytes.
    pub digest: Digest,
    /// `line.language`: BCP 47 tag of the documents, `de`.
    pub language: String,
    /// `line.state`: state folder, if named. A relative one starts at the pipeline file's folder ([`load`]).
    pub state: Option<PathBuf>,
    /// `line.workers`: number of workers, if named.
    pub workers: Option<usize>,
    /// `[intake]`.
    pub intake: IntakeRules,
    /// `intake.duplicates`: what becomes of a scan whose bytes were received before; `None`: it is processed like any.
    pub duplicates: Option<DuplicateAction>,
    /// `intake.collate`: the order of a batch's pages in its documents.
    pub collate: PageOrder,
    /// `[page]`, `[blank]`, `[codes]`, `[ocr]`, `[image]` and the decode limits of `[limits]`.
    pub recipe: Recipe,
    /// `ocr.models`: model folder, if named. A relative one starts at the pipeline file's folder ([`load`]).
    pub models: Option<PathBuf>,
    /// `blank.action`.
    pub blank: BlankAction,
    /// `separate.by`, `separate.pages`.
    pub separate: SeparateBy,
    /// The rest of `[separate]`, and `[[barcode]]`.
    pub separators: SeparateRules,
    /// `[alarms]`, `[cases]`, `type.max_pages`. A relative list of cases starts at the pipeline file's folder ([`load`]).
    pub alarms: AlarmRules,
    /// `held.document`.
    pub held: HeldDocument,
    /// `[[type]]`, in order.
    pub types: Vec<TypeRule>,
    /// `[target]`.
    /// `[classify]`; [`load`] reads the model.
    pub classify: ClassifyRules,
    /// `classify.model`: the model's file, if named. A relative one starts at the pipeline file's folder, or is one that came
    /// with the program ([`load`]).
    pub model_file: Option<PathBuf>,
    /// `[fields]` and `[[field]]`: what is read from the pages for the index.
    pub fields: FieldRules,
    /// `target.kind`.
    pub target: Target,
    /// `target.folder`: where `watch` delivers to, and `run` unless told otherwise. A relative one starts at the pipeline
    /// file's folder ([`load`]).
    pub output: Option<PathBuf>,
    /// `[[watch]]`, in order.
    pub watch: Vec<StationRules>,
    /// `limits.page_seconds`, `limits.open_seconds`, `limits.cpu_seconds`, `limits.memory_mib`.
    pub limits: WorkerLimits,
    /// `limits.attempts`: how often a page is tried before it is held, at least 1.
    pub attempts: u32,
    /// `limits.pause_minutes`, `limits.free_space_mib`.
    pub pauses: Pauses,
    /// `limits.drain_seconds`: longest time that a line which was told to stop may take for the pages in work.
    pub drain: Duration,
    /// `service.metrics`: where `watch` answers Prometheus, if anywhere.
    pub metrics: Option<SocketAddr>,
}

/// A pipeline file cannot be used.
#[derive(Debug)]
pub enum LoadError {
    /// It cannot be read.
    Read {
        /// As given.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is wrong.
    Problems {
        /// As given.
        path: PathBuf,
        /// At least one, in the order of the file.
        problems: Vec<Problem>,
    },
    /// The model that it names cannot be used.
    Model(ModelFileError),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, source } => write!(f, "failed to read pipeline {}: {source}", path.display()),
            Self::Problems { path, problems } => problems.iter().enumerate().try_for_each(|(i, problem)| {
                write!(f, "{}{}:{problem}", if i == 0 { "" } else { "\n" }, path.display())
            }),
            Self::Model(error) => write!(f, "classify.model: {error}"),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { source, .. } => Some(source),
            Self::Problems { .. } => None,
            Self::Model(error) => Some(error),
        }
    }
}

/// Largest pipeline file, in bytes; what is larger was named by mistake.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// Reads and resolves a pipeline file. Relative folders in it start at the file's own folder, so that a line does the
/// same wherever it is started from.
pub fn load(path: &Path) -> Result<Pipeline, LoadError> {
    let mut pipeline = load_rules(path)?;
    if let Some(path) = &pipeline.model_file {
        pipeline.classify.model = Some(Arc::new(read_model(path).map_err(LoadError::Model)?));
    }
    Ok(pipeline)
}

/// As [`load`], but for the model: that may be what is to be made.
pub fn load_rules(path: &Path) -> Result<Pipeline, LoadError> {
    let read_error = |source| LoadError::Read { path: path.to_owned(), source };
    let len = std::fs::metadata(path).map_err(read_error)?.len();
    if len > MAX_FILE_BYTES {
        return Err(read_error(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("{len} bytes are no pipeline file"),
        )));
    }
    let bytes = std::fs::read(path).map_err(read_error)?;
    let file = path.file_stem().unwrap_or_default().to_string_lossy();
    let parsed = match std::str::from_utf8(&bytes) {
        Ok(text) => parse(&file, text),
        Err(error) => Err(vec![not_utf8(&bytes, error.valid_up_to())]),
    };
    let mut pipeline = parsed.map_err(|problems| LoadError::Problems { path: path.to_owned(), problems })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let list = &mut pipeline.alarms.cases.list;
    let named = [&mut pipeline.state, &mut pipeline.models, &mut pipeline.output, list].into_iter().flatten();
    for path in named.chain(pipeline.watch.iter_mut().map(|station| &mut station.folder)) {
        *path = folder.join(&*path);
    }
    if let Some(problem) = separate::list_problem(&String::from_utf8_lossy(&bytes), &pipeline.alarms.cases) {
        return Err(LoadError::Problems { path: path.to_owned(), problems: vec![problem] });
    }
    if let Some(path) = &mut pipeline.model_file {
        *path = find::model(folder, path);
    }
    Ok(pipeline)
}

/// Resolves the text of a pipeline file. `name` is the file's name without its ending; hints use it. All problems are
/// told, in the order of the text.
pub fn parse(name: &str, text: &str) -> Result<Pipeline, Vec<Problem>> {
    let positions = problem::Positions::new(text);
    let (tree, mut problems) = syntax::parse(text, &positions);
    let notes = reader::Notes::default();
    let pipeline = resolve::pipeline(&notes, &tree, name, Digest::of(text.as_bytes()));
    let broken: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
    for reader::Noted { offset, key, message, hint } in notes.into_noted() {
        let (line, column) = positions.of(offset);
        // What stands on a line with a syntax error was guessed: nothing more can be said of it.
        if !broken.contains(&line) {
            problems.push(Problem { line, column, key, message, hint });
        }
    }
    problems.sort_by(|a, b| (a.line, a.column, &a.key).cmp(&(b.line, b.column, &b.key)));
    if problems.is_empty() { Ok(pipeline) } else { Err(problems) }
}

fn not_utf8(bytes: &[u8], valid_up_to: usize) -> Problem {
    let before = bytes.get(..valid_up_to).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default();
    let (line, column) = problem::Positions::new(before).of(before.len());
    let message = "not UTF-8 text".into();
    Problem { line, column, key: String::new(), message, hint: Some("save the file in the encoding UTF-8".into()) }
}
