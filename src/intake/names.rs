//! What a file's name says: whether it is a scan, and how the name is written down.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

/// Folders and files that systems put beside scans; lower case. Hidden ones (`.DS_Store`, `._x`) need no entry.
const SIDE_FILES: [&str; 3] = ["thumbs.db", "ehthumbs.db", "desktop.ini"];

/// Folders of NAS systems and Windows volumes; `@eaDir` holds preview pictures that would pass for scans. Lower case.
const SIDE_FOLDERS: [&str; 5] = ["@eadir", "#recycle", "$recycle.bin", "system volume information", "lost+found"];

/// Whether a system put this entry there, not a scanner or a person: passed over without a word.
pub(super) fn is_side_entry(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    let lower = bytes.to_ascii_lowercase();
    let listed = |names: &[&str]| names.iter().any(|side| side.as_bytes() == lower);
    bytes.starts_with(b".") || bytes.starts_with(b"~$") || listed(&SIDE_FILES) || listed(&SIDE_FOLDERS)
}

/// Endings under which programs write a file that is to have another name when it is complete: office programs and
/// scanners, copy tools (WinSCP, FileZilla, lftp, rclone), browsers, OneDrive and Syncthing. Lower case.
const TEMPORARY: [&str; 11] = [
    "tmp",
    "temp",
    "part",
    "partial",
    "filepart",
    "crdownload",
    "download",
    "opdownload",
    "incomplete",
    "writing",
    "swp",
];

/// Whether somebody is writing a file under this name that is to have another one: such a file is never a scan, and its
/// batch is not complete while it is there. `extensions` are those of scans: rsync's `.page3.tif.Xa83b1` holds one.
pub(super) fn is_temporary(name: &OsStr, extensions: &[String]) -> bool {
    let Some(ending) = extension(name) else { return false };
    let of_rsync = || {
        let bare = stem(name);
        bare.as_bytes().starts_with(b".") && extension(bare).is_some_and(|ending| extensions.contains(&ending))
    };
    !extensions.contains(&ending) && (TEMPORARY.contains(&ending.as_str()) || of_rsync())
}

/// The name's ending in lower case, without the dot; `None` if it has none.
pub(super) fn extension(name: &OsStr) -> Option<String> {
    let (_, ending) = split(name);
    ending.map(|ending| written(OsStr::from_bytes(ending)).to_lowercase())
}

/// The name without its ending.
pub(super) fn stem(name: &OsStr) -> &OsStr {
    OsStr::from_bytes(split(name).0)
}

/// At the last dot, unless that is the first or the last byte.
fn split(name: &OsStr) -> (&[u8], Option<&[u8]>) {
    let bytes = name.as_bytes();
    match bytes.iter().rposition(|&b| b == b'.') {
        Some(dot) if dot > 0 && dot + 1 < bytes.len() => (&bytes[..dot], Some(&bytes[dot + 1..])),
        _ => (bytes, None),
    }
}

/// The name as text, one to one: see [`super::FoundScan::name`].
pub(super) fn written(name: &OsStr) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.as_bytes().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => text.push_str("\\\\"),
                c if c.is_control() => c.encode_utf8(&mut [0; 4]).bytes().for_each(|b| push_hex(&mut text, b)),
                c => text.push(c),
            }
        }
        chunk.invalid().iter().for_each(|&b| push_hex(&mut text, b));
    }
    text
}

/// The path that [`written`] wrote down, part by part; `None` for text that it does not write.
pub fn path_of(name: &str) -> Option<PathBuf> {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        rest = if let Some(after) = after.strip_prefix('\\') {
            bytes.push(b'\\');
            after
        } else {
            let digits = after.strip_prefix('x')?;
            bytes.push(u8::from_str_radix(digits.get(..2)?, 16).ok()?);
            digits.get(2..)?
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(OsString::from_vec(bytes).into())
}

fn push_hex(text: &mut String, byte: u8) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\\x{byte:02x}");
}

/// `below/name`, or `name` at the top.
pub(super) fn join(below: &str, name: &str) -> String {
    if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_name_can_be_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let text = written(&OsString::from_vec(bytes.clone()));
            prop_assert!(!text.chars().any(char::is_control));
            prop_assert_eq!(path_of(&text).unwrap().into_os_string().into_vec(), bytes);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\\\xg0-9ä]{0,8}") {
            let _ = path_of(&text);
        }

        #[test]
        fn usual_names_stay_as_they_are(name in "[A-Za-zäöüß0-9 ._()-]{1,40}") {
            prop_assert_eq!(written(OsStr::new(&name)), name);
        }
    }

    #[test]
    fn endings() {
        for (name, ending, bare) in [
            ("a.TIF", Some("tif"), "a"),
            ("a.b.Pdf", Some("pdf"), "a.b"),
            ("README", None, "README"),
            (".tif", None, ".tif"),
            ("a.", None, "a."),
            ("Ü.PDF", Some("pdf"), "Ü"),
        ] {
            assert_eq!(extension(OsStr::new(name)).as_deref(), ending, "{name}");
            assert_eq!(stem(OsStr::new(name)), bare, "{name}");
        }
    }

    #[test]
    fn what_systems_leave_is_passed_over() {
        for side in
            [".DS_Store", "._1.tif", "~$brief.docx", "THUMBS.DB", "Desktop.ini", "@eaDir", "$RECYCLE.BIN", ".tif"]
        {
            assert!(is_side_entry(OsStr::new(side)), "{side}");
        }
        for kept in ["1.tif", "thumbs.db.tif", "~1.tif", "recycle"] {
            assert!(!is_side_entry(OsStr::new(kept)), "{kept}");
        }
    }
}
