//! Documents whose types are known: a folder with a folder for each type.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::line::{pool_config, start_pool};
use super::reading::{Reading, picture_path};
use super::{Failure, warn_of_gaps};
use crate::learn::pages_of_json;
use crate::model::PageRecord;
use crate::pipeline::Pipeline;

/// Endings of files that can be samples, besides `json`.
const SCANS: [&str; 7] = ["tif", "tiff", "jpg", "jpeg", "jfif", "png", "pdf"];

/// Largest file of page JSON, in bytes: a hundred dense pages have a tenth of it.
const MAX_JSON_BYTES: u64 = 256 << 20;

/// Deepest folder below that of a type.
const MAX_DEPTH: usize = 8;

/// A file that is a sample.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SampleFile {
    /// Name of its folder.
    pub(super) type_name: String,
    /// Its path.
    pub(super) path: PathBuf,
    /// Folder below that of the type in which it lies, if it does.
    pub(super) group: Option<String>,
}

/// What became of reading samples.
pub(super) struct ReadSamples<T> {
    /// What was made of each, in the order of their names.
    pub(super) made: Vec<T>,
    /// Files that could not be read; they were told on standard error.
    pub(super) unread: usize,
}

/// Finds the samples below `folder`, by type and name. Where a scan has page JSON of the same name beside it, that is taken.
pub(super) fn find(folder: &Path) -> Result<Vec<SampleFile>, Failure> {
    let mut found = BTreeSet::new();
    for (path, is_folder) in entries(folder)? {
        let type_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if is_folder && !type_name.starts_with('.') {
            collect(&path, &type_name, None, MAX_DEPTH, &mut found)?;
        }
    }
    let json: BTreeSet<PathBuf> =
        found.iter().filter(|file| is_json(&file.path)).map(|file| file.path.clone()).collect();
    found.retain(|file| is_json(&file.path) || !json.contains(&file.path.with_extension("json")));
    if found.is_empty() {
        return Err(Failure::usage(
            format!("found no samples in {}", folder.display()),
            "it needs a folder for each type, named as the type, with scans or JSON of `scanstrasse ocr` in it",
        ));
    }
    Ok(found.into_iter().collect())
}

fn entries(folder: &Path) -> Result<Vec<(PathBuf, bool)>, Failure> {
    let failed = |e: std::io::Error| {
        Failure::stopped(format!("failed to read {}: {e}", folder.display()), "name a folder that you may read")
    };
    let entry = |entry: std::io::Result<fs::DirEntry>| entry.map(|entry| (entry.path(), entry.path().is_dir()));
    fs::read_dir(folder).map_err(failed)?.map(entry).collect::<Result<_, _>>().map_err(failed)
}

fn collect(
    folder: &Path,
    type_name: &str,
    group: Option<&str>,
    depth: usize,
    found: &mut BTreeSet<SampleFile>,
) -> Result<(), Failure> {
    for (path, is_folder) in entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        if is_folder {
            if let Some(depth) = depth.checked_sub(1) {
                collect(&path, type_name, Some(group.unwrap_or(&name)), depth, found)?;
            }
        } else if is_json(&path) || has_ending(&path, &SCANS) {
            found.insert(SampleFile { type_name: type_name.to_owned(), path, group: group.map(str::to_owned) });
        }
    }
    Ok(())
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    path.extension().is_some_and(|e| endings.iter().any(|ending| e.eq_ignore_ascii_case(ending)))
}

fn is_json(path: &Path) -> bool {
    has_ending(path, &["json"])
}

/// Reads the files and makes something of the pages of each; `None` of it counts as unread. Pages are kept no longer.
pub(super) fn read<T: Send>(
    files: &[SampleFile],
    pipeline: &Pipeline,
    workers: Option<u16>,
    make: impl Fn(&SampleFile, &[PageRecord]) -> Option<T> + Sync,
) -> Result<ReadSamples<T>, Failure> {
    use rayon::prelude::*;
    let tell = |file: &SampleFile, why: &dyn std::fmt::Display| eprintln!("error: {}: {why}", file.path.display());
    const NOTHING: &str = "it has no page with anything on it";
    let mut made: Vec<(usize, T)> = files
        .par_iter()
        .enumerate()
        .filter(|(_, file)| is_json(&file.path))
        .filter_map(|(place, file)| match json_pages(&file.path) {
            Ok(pages) => {
                let made = make(file, &pages);
                if made.is_none() {
                    tell(file, &NOTHING);
                }
                made.map(|made| (place, made))
            }
            Err(why) => {
                tell(file, &why);
                None
            }
        })
        .collect();
    let scans: Vec<usize> = (0..files.len()).filter(|&place| !is_json(&files[place].path)).collect();
    if !scans.is_empty() {
        let pool = start_pool(pool_config(pipeline, workers)?)?;
        warn_of_gaps(pool.protection(), false);
        let pictures = tempfile::tempdir().map_err(|e| {
            Failure::stopped(format!("failed to make a temporary folder: {e}"), "check TMPDIR and its space")
        })?;
        let paths: Vec<PathBuf> = scans.iter().map(|&place| files[place].path.clone()).collect();
        let mut reading = Reading::new(&paths, pictures.path());
        while let Some(finished) = reading.next_file(&pool)? {
            let place = scans[finished.file];
            for (_, fault) in &finished.faults {
                tell(&files[place], fault);
            }
            for (index, _) in &finished.records {
                // Nobody looks at it; a leftover goes with the folder.
                let _ = fs::remove_file(picture_path(pictures.path(), finished.file, *index));
            }
            // A document that lacks a page is not what the line would see.
            if !finished.faults.is_empty() {
                continue;
            }
            let pages: Vec<PageRecord> = finished.records.into_iter().map(|(_, record)| record).collect();
            match make(&files[place], &pages) {
                Some(sample) => made.push((place, sample)),
                None => tell(&files[place], &NOTHING),
            }
        }
        pool.stop();
    }
    made.sort_by_key(|(place, _)| *place);
    let unread = files.len() - made.len();
    Ok(ReadSamples { made: made.into_iter().map(|(_, made)| made).collect(), unread })
}

fn json_pages(path: &Path) -> Result<Vec<PageRecord>, String> {
    let mut text = Vec::new();
    let file = fs::File::open(path).map_err(|e| e.to_string())?;
    file.take(MAX_JSON_BYTES + 1).read_to_end(&mut text).map_err(|e| e.to_string())?;
    if text.len() as u64 > MAX_JSON_BYTES {
        return Err("too large for JSON of pages".into());
    }
    pages_of_json(&text).map_err(|e| e.to_string())
}
