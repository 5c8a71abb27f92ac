//! Index files of scanner stations: which scans a batch folder has to hold before it is complete, and the fields that
//! people typed at the scanner.
//!
//! In: the names of a batch folder, and the bytes of its index file, which are foreign: bounded, read as text, never
//! trusted to be whole, never a reason to fail. Out: what must be there. A batch is complete when the index itself has
//! settled and nothing is [`Expected::missing`]; what lies in the folder besides belongs to it all the same. An index can
//! name what never comes, so whoever waits for it needs an end by time as well.
//!
//! | station | index | what is known of it |
//! |---|---|---|
//! | Kodak Capture | `INDEX.DAT` | `kodak`: documented by its maker |
//! | Kofax | `*.txt`, `*.csv` | `kofax`: documented by its maker |
//! | CROSSCAP | `*.idx` | `mentioned`: every customer designs its lines, so only the names of files in it are read |
//! | Schleupen | `*.meta.xml` | `mentioned`: not public, so likewise |
//!
//! Signal files without content (CROSSCAP's, `<folder>.ready`) are markers, and no matter of this module.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use super::names::{extension, is_side_entry, written};
use super::natural::NaturalKey;

mod kodak;
mod kofax;
mod mentioned;

/// Largest index file that is read, in bytes: 50,000 documents of a hundred letters each, and ten times that.
const MAX_BYTES: u64 = 50 << 20;

/// Most scans that an index may ask for. One that asks for more is none: a range of numbers is written in ten letters.
const MAX_WANTED: usize = 1_000_000;

/// Most scans of an index that a worker tells of: Kodak ends a batch at 50,000 documents.
pub const MAX_TOLD: usize = 100_000;

/// Most bytes of names among them.
pub const MAX_TOLD_BYTES: usize = 8 << 20;

/// Most names of a folder that [`expected_in`] looks at.
const MAX_NAMES: usize = 1_000_000;

/// Which kind of index it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// `INDEX.DAT` of Kodak Capture.
    Kodak,
    /// Lines of Kofax.
    Kofax,
    /// `.idx` of CROSSCAP.
    Crosscap,
    /// `.meta.xml` of Schleupen.
    Schleupen,
}

/// A scan that has to be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// The file of this name, in lower case, wherever below the folder it lies.
    Name(String),
    /// A file in the folder itself whose name is this number but for zeros before it and the ending: `00000012.TIF` is 12.
    Number(u64),
    /// A file or more in the folder of this number: `00000012/00000001.TIF`.
    Folder(u64),
}

/// A document of an index with what was typed in for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexedDocument {
    /// Its scans.
    pub scans: BTreeSet<Wanted>,
    /// Names and values of its fields, as written. Where the index has no names for them: `1`, `2`, … Personal data: never
    /// logged.
    pub fields: Vec<(String, String)>,
}

/// What an index says of its batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Of which kind it is.
    pub source: Source,
    /// Name of the index in the listing.
    pub index: String,
    /// Its documents, in order; at least one.
    pub documents: Vec<IndexedDocument>,
}

impl Expected {
    /// All scans that have to be there.
    pub fn scans(&self) -> impl Iterator<Item = &Wanted> {
        self.documents.iter().flat_map(|document| &document.scans)
    }

    /// How many of them are not among `names` (below the batch folder, `/` between folders).
    pub fn missing<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> usize {
        missing(&self.scans().cloned().collect(), names)
    }
}

impl Wanted {
    /// Bytes of its name, if that is what it is.
    pub fn name_bytes(&self) -> usize {
        if let Self::Name(name) = self { name.len() } else { 0 }
    }
}

/// How many of `wanted` are not among `names` (below the batch folder, `/` between folders).
pub fn missing<'n>(wanted: &BTreeSet<Wanted>, names: impl IntoIterator<Item = &'n str>) -> usize {
    let mut there = HashSet::new();
    for name in names {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        there.insert(Wanted::Name(folded(file)));
        match folder {
            "" => there.extend(number(file.rsplit_once('.').map_or(file, |(stem, _)| stem)).map(Wanted::Number)),
            folder => there.extend(number(folder).map(Wanted::Folder)),
        }
    }
    let is_there = |wanted: &Wanted| match wanted {
        Wanted::Name(name) => there.contains(&Wanted::Name(folded(name))),
        numbered => there.contains(numbered),
    };
    wanted.iter().filter(|wanted| !is_there(wanted)).count()
}

/// Without case, and with umlauts in one piece: stations on Windows and macOS write the same name in two ways.
fn folded(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).collect()
}

/// What the worker tells of an index file of which nothing but its kind is known: the scans that it asks for. Reads at most
/// 50 MiB. `None` if it cannot be read or understood, or asks for more than [`MAX_TOLD`].
pub fn told(file: &File, source: Source) -> Option<BTreeSet<Wanted>> {
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
    let documents = (bytes.len() as u64 <= MAX_BYTES).then(|| documents(&bytes, source))??;
    let wanted: BTreeSet<Wanted> = documents.into_iter().flat_map(|document| document.scans).collect();
    let bytes = wanted.iter().map(Wanted::name_bytes).sum::<usize>();
    ((1..=MAX_TOLD).contains(&wanted.len()) && bytes <= MAX_TOLD_BYTES).then_some(wanted)
}

fn documents(bytes: &[u8], source: Source) -> Option<Vec<IndexedDocument>> {
    let text = crate::charset::decode(bytes);
    match source {
        Source::Kodak => kodak::documents(&text),
        Source::Kofax => kofax::documents(&text),
        Source::Crosscap | Source::Schleupen => mentioned::documents(&text),
    }
}

/// A name that is nothing but a number.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// What the index among `names` says (names below the batch folder, `/` between folders; its index may lie beside it, as
/// `../123.idx`). `read` gives a file's bytes. `None` if there is no index, or none that can be understood, perhaps because
/// it is still being written. Of several, the first in the order of the table above.
pub fn expected<'n>(
    names: impl IntoIterator<Item = &'n str>,
    mut read: impl FnMut(&str) -> Option<Vec<u8>>,
) -> Option<Expected> {
    let mut found: BTreeMap<u8, Vec<(Source, &str)>> = BTreeMap::new();
    for name in names {
        let file = name.strip_prefix("../").unwrap_or(name);
        if let Some((rank, source)) = source(file) {
            found.entry(rank).or_default().push((source, name));
        }
    }
    let mut indexes: Vec<(Source, &str)> = found.into_values().flatten().collect();
    // A folder full of texts is no folder of indexes.
    indexes.truncate(16);
    indexes.into_iter().find_map(|(source, name)| {
        let documents = documents(&read(name)?, source)?;
        let wanted: usize = documents.iter().map(|document| document.scans.len()).sum();
        (1..=MAX_WANTED).contains(&wanted).then(|| Expected { source, index: name.to_owned(), documents })
    })
}

/// Which index a file may be by its name, and how sure that is: the lower the number, the surer.
pub fn source(file: &str) -> Option<(u8, Source)> {
    let lower = file.to_lowercase();
    match lower.rsplit_once('.')? {
        _ if lower.contains('/') => None,
        ("index", "dat") => Some((0, Source::Kodak)),
        (_, "txt" | "csv") => Some((1, Source::Kofax)),
        (_, "idx") => Some((2, Source::Crosscap)),
        (stem, "xml") if stem.ends_with(".meta") => Some((3, Source::Schleupen)),
        _ => None,
    }
}

/// A batch folder's names and what its index says: files in it, in the folders in it, and indexes beside it that are named
/// like it. Reads the index, at most 50 MiB, and nothing else.
///
/// # Errors
/// The folder cannot be listed. An index that cannot be read counts as none.
pub fn expected_in(folder: &Path) -> io::Result<(Vec<String>, Option<Expected>)> {
    let mut names = Vec::new();
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if is_side_entry(&name) || names.len() >= MAX_NAMES {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => folders.push(name),
            false => names.push(written(&name)),
        }
    }
    for inner in folders {
        for entry in fs::read_dir(folder.join(&inner))?.take(MAX_NAMES.saturating_sub(names.len())) {
            let name = entry?.file_name();
            if !is_side_entry(&name) {
                names.push(format!("{}/{}", written(&inner), written(&name)));
            }
        }
    }
    names.sort_by_cached_key(|name| NaturalKey::new(name.as_ref()));
    let beside = ["idx", "meta.xml"].into_iter().filter_map(|ending| {
        let mut name = folder.file_name()?.to_owned();
        name.push(format!(".{ending}"));
        folder.with_file_name(&name).is_file().then(|| format!("../{}", written(&name)))
    });
    let beside: Vec<String> = beside.collect();
    let read = |name: &str| {
        // `../` leads to the folder above by its path, not through a link.
        let path = match name.strip_prefix("../") {
            Some(name) => folder.with_file_name(super::path_of(name)?),
            None => folder.join(super::path_of(name)?),
        };
        let mut bytes = Vec::new();
        // A pipe of this name would be waited for.
        fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        File::open(&path).ok()?.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= MAX_BYTES).then_some(bytes)
    };
    let expected = expected(names.iter().chain(&beside).map(String::as_str), read);
    Ok((names, expected))
}

/// Whether a file has the ending of a scan, for names that an index mentions.
fn is_scan(name: &str) -> bool {
    extension(name.as_ref()).is_some_and(|ending| super::IntakeRules::default().extensions.contains(&ending))
}

#[cfg(test)]
mod tests;
