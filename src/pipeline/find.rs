//! From what a person typed to a pipeline file.

use std::collections::BTreeSet;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use super::problem::{list, nearest};

/// No pipeline file is meant by what was typed.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// A path that leads to no file.
    #[error("no pipeline file at {}", path.display())]
    NoFile {
        /// As typed.
        path: PathBuf,
    },
    /// A name that none of the folders holds.
    #[error("no pipeline named {name:?}; {}{}", meant(.suggestion.as_deref()), existing(.known, .folders))]
    NoName {
        /// As typed.
        name: String,
        /// The existing name nearest to it.
        suggestion: Option<String>,
        /// The names that exist, sorted.
        known: Vec<String>,
        /// The folders that were looked through.
        folders: Vec<PathBuf>,
    },
}

fn meant(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("did you mean {name:?}? "))
}

fn existing(names: &[String], folders: &[PathBuf]) -> String {
    if names.is_empty() {
        let folders: Vec<_> = folders.iter().map(|folder| folder.to_string_lossy()).collect();
        format!("there is none in {}", list(folders.iter().map(AsRef::as_ref)))
    } else {
        format!("there are: {}", list(names.iter().map(String::as_str)))
    }
}

/// The pipeline file meant by `name_or_path`: a file as it stands, or the name of one (with or without `.toml`) in
/// `./pipelines`, `pipelines` beside the program or at the root of its source tree, `/etc/scanstrasse/pipelines`,
/// `/usr/share/scanstrasse/pipelines`; the first that has it.
pub fn find(name_or_path: &str) -> Result<PathBuf, FindError> {
    find_in(name_or_path, &folders())
}

/// The model file meant by `named` in a pipeline file in `folder`: the one there, or else, of a plain name, the one that
/// came with the program, so that a copy of a shipped pipeline file finds the model of the original.
pub(super) fn model(folder: &Path, named: &Path) -> PathBuf {
    let own = folder.join(named);
    if own.is_file() || named.components().count() != 1 {
        return own;
    }
    folders().into_iter().map(|folder| folder.join(named)).find(|path| path.is_file()).unwrap_or(own)
}

fn folders() -> Vec<PathBuf> {
    let program = std::env::current_exe().and_then(std::fs::canonicalize).unwrap_or_default();
    // target/release/scanstrasse stands three below the source tree's root; an unpacked release stands beside its own.
    let above = |up: usize| program.ancestors().nth(up);
    let beside = [1, 3].into_iter().filter_map(above).map(|folder| folder.join("pipelines"));
    let mut folders = vec![PathBuf::from("pipelines")];
    folders.extend(beside);
    // What an administrator wrote goes before what was installed, be that below another prefix than /usr.
    folders.push("/etc/scanstrasse/pipelines".into());
    folders.extend(above(2).map(|prefix| prefix.join("share/scanstrasse/pipelines")));
    folders.push("/usr/share/scanstrasse/pipelines".into());
    folders
}

fn find_in(typed: &str, folders: &[PathBuf]) -> Result<PathBuf, FindError> {
    let path = Path::new(typed);
    if path.is_file() {
        return Ok(path.to_owned());
    }
    if typed.contains(['/', MAIN_SEPARATOR]) {
        return Err(FindError::NoFile { path: path.to_owned() });
    }
    let name = typed.strip_suffix(".toml").unwrap_or(typed);
    let file = format!("{name}.toml");
    if let Some(found) = folders.iter().map(|folder| folder.join(&file)).find(|path| path.is_file()) {
        return Ok(found);
    }
    let known: BTreeSet<String> = folders.iter().flat_map(|folder| names(folder)).collect();
    Err(FindError::NoName {
        suggestion: nearest(name, known.iter().map(String::as_str)).map(str::to_owned),
        name: typed.to_owned(),
        known: known.into_iter().collect(),
        folders: folders.to_vec(),
    })
}

/// The names of the pipeline files in a folder; a folder that cannot be read has none.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let name = |entry: std::fs::DirEntry| entry.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned);
    entries.filter_map(name).filter(|name| !name.starts_with('.')).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

    use super::*;

    #[test]
    fn what_an_administrator_wrote_goes_before_what_was_installed() {
        let folders = folders();
        let installed = |folder: &PathBuf| folder.ends_with("share/scanstrasse/pipelines");
        let own = folders.iter().position(|folder| folder == Path::new("/etc/scanstrasse/pipelines"));
        assert!(own.unwrap() < folders.iter().position(installed).unwrap(), "{folders:?}");
    }

    #[test]
    fn a_copy_of_a_shipped_pipeline_finds_its_model() {
        let root = tempfile::tempdir().unwrap();
        let named = Path::new("posteingang.model");
        assert!(model(root.path(), named).is_file(), "that of pipelines/");
        let own = root.path().join(named);
        std::fs::write(&own, "").unwrap();
        assert_eq!(model(root.path(), named), own);
        // What is named with a folder, or is nowhere, is told as it is named.
        for named in ["models/posteingang.model", "none.model"] {
            assert_eq!(model(root.path(), Path::new(named)), root.path().join(named));
        }
    }

    #[test]
    fn names_are_looked_up_in_order_and_paths_taken_as_they_are() {
        let root = tempfile::tempdir().unwrap();
        let (first, second) = (root.path().join("first"), root.path().join("second"));
        for (folder, names) in
            [(&first, &["post.toml", ".hidden.toml"][..]), (&second, &["post.toml", "akten.toml", "note.txt"])]
        {
            std::fs::create_dir(folder).unwrap();
            names.iter().for_each(|name| std::fs::write(folder.join(name), "").unwrap());
        }
        let folders = [root.path().join("absent"), first.clone(), second.clone()];
        assert_eq!(find_in("post", &folders).unwrap(), first.join("post.toml"));
        assert_eq!(find_in("akten.toml", &folders).unwrap(), second.join("akten.toml"));
        let direct = second.join("note.txt");
        assert_eq!(find_in(direct.to_str().unwrap(), &folders).unwrap(), direct);

        let error = find_in("aktne", &folders).unwrap_err();
        assert_eq!(error.to_string(), "no pipeline named \"aktne\"; did you mean \"akten\"? there are: akten, post");
        assert!(matches!(find_in("no/such.toml", &folders), Err(FindError::NoFile { .. })));
        let none = find_in("x", &folders[..1]).unwrap_err().to_string();
        assert!(none.contains("there is none in") && none.contains("absent"), "{none}");
    }
}
