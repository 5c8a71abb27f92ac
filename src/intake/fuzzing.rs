//! Doors for `fuzz/` into the names that intake meets. Not part of the program.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use super::layouts;
use super::names;
use super::natural::NaturalKey;

/// `bytes` as a file's name, written down; its parts and its place in the order are looked at.
pub fn name(bytes: &[u8]) -> String {
    let (name, half) = (OsStr::from_bytes(bytes), OsStr::from_bytes(&bytes[..bytes.len() / 2]));
    let written = names::written(name);
    assert!(!written.chars().any(char::is_control), "a control character is written down");
    assert!(bytes == half.as_bytes() || written != names::written(half), "two names are written alike");
    assert!(names::stem(name).len() <= name.len());
    assert!(names::extension(name).is_none_or(|ending| !ending.is_empty()));
    let _ = names::is_side_entry(name);
    let (one, other) = (NaturalKey::new(name), NaturalKey::new(half));
    assert!(one.cmp(&other) == other.cmp(&one).reverse(), "the order depends on who asks");
    written
}

/// `bytes` as the index file that its first byte chooses.
pub fn index(bytes: &[u8]) {
    let Some((&which, bytes)) = bytes.split_first() else { return };
    let name = ["INDEX.DAT", "a.txt", "a.idx", "a.meta.xml"][usize::from(which % 4)];
    if let Some(expected) = layouts::expected([name], |_| Some(bytes.to_vec())) {
        assert!(expected.missing([]) > 0, "an index asks for nothing");
    }
}
