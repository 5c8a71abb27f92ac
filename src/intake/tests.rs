//! The walk over trees on disk.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use tempfile::TempDir;

use super::*;

/// A folder `akten` with these files, each as long as its name.
fn tree(files: &[&str]) -> (TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let input = root.path().join("akten");
    fs::create_dir(&input).unwrap();
    files.iter().for_each(|file| put(&input, OsStr::new(file)));
    (root, input)
}

fn put(input: &Path, file: &OsStr) {
    let path = input.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, file.as_bytes()).unwrap();
}

fn rules(layout: Layout) -> IntakeRules {
    IntakeRules { layout, ..IntakeRules::default() }
}

/// `key → case: scan names`.
fn found(input: &Path, layout: Layout) -> Vec<String> {
    let show = |batch: FoundBatch| {
        let names: Vec<_> = batch.scans.iter().map(|scan| scan.name.as_str()).collect();
        format!("{} → {}: {}", batch.key, batch.case, names.join(" "))
    };
    batches(input, &rules(layout)).unwrap().map(|batch| show(batch.unwrap())).collect()
}

const BACKLOG: [&str; 9] = [
    "10/page10.tif",
    "10/page2.tif",
    "9/a.PDF",
    "a/123/1.jpg",
    "b/123/1.jpg",
    "b/notes.txt",
    "lose.tif",
    "lose.pdf",
    "allein.pdf",
];

#[test]
fn every_layout_divides_the_backlog_its_own_way() {
    let (_root, input) = tree(&BACKLOG);
    let rows: [(Layout, &[&str]); 4] = [
        (
            Layout::FolderIsCase,
            &[
                ". → akten: allein.pdf lose.pdf lose.tif",
                "9 → 9: 9/a.PDF",
                "10 → 10: 10/page2.tif 10/page10.tif",
                "a/123 → a/123: a/123/1.jpg",
                "b/123 → b/123: b/123/1.jpg",
            ],
        ),
        (
            Layout::FolderIsBatch,
            &[
                ". → akten: allein.pdf lose.pdf lose.tif",
                "9 → 9: 9/a.PDF",
                "10 → 10: 10/page2.tif 10/page10.tif",
                "a/123 → a: a/123/1.jpg",
                "b/123 → b: b/123/1.jpg",
            ],
        ),
        (
            Layout::FileIsCase,
            &[
                "allein.pdf → allein: allein.pdf",
                "lose.pdf → lose.pdf: lose.pdf",
                "lose.tif → lose.tif: lose.tif",
                "9/a.PDF → 9/a: 9/a.PDF",
                "10/page2.tif → 10/page2: 10/page2.tif",
                "10/page10.tif → 10/page10: 10/page10.tif",
                "a/123/1.jpg → a/123/1: a/123/1.jpg",
                "b/123/1.jpg → b/123/1: b/123/1.jpg",
            ],
        ),
        (
            Layout::FileIsDocument,
            &[
                "allein.pdf → akten: allein.pdf",
                "lose.pdf → akten: lose.pdf",
                "lose.tif → akten: lose.tif",
                "9/a.PDF → 9: 9/a.PDF",
                "10/page2.tif → 10: 10/page2.tif",
                "10/page10.tif → 10: 10/page10.tif",
                "a/123/1.jpg → a/123: a/123/1.jpg",
                "b/123/1.jpg → b/123: b/123/1.jpg",
            ],
        ),
    ];
    for (layout, expected) in rows {
        assert_eq!(found(&input, layout), expected, "{layout:?}");
    }
}

#[test]
fn a_single_file_is_a_batch_whatever_its_ending() {
    let (_root, input) = tree(&["7/fax.bin"]);
    let file = input.join("7/fax.bin");
    for layout in [Layout::FolderIsCase, Layout::FolderIsBatch, Layout::FileIsCase] {
        assert_eq!(found(&file, layout), ["fax.bin → fax: fax.bin"], "{layout:?}");
    }
    assert_eq!(found(&file, Layout::FileIsDocument), ["fax.bin → 7: fax.bin"]);
}

#[test]
fn cases_of_one_folder_never_share_a_name() {
    let (_root, input) = tree(&["1.pdf", "1.pdf.pdf", "1.tif", "2.pdf", "akten/1.pdf"]);
    for layout in [Layout::FileIsCase, Layout::FolderIsCase] {
        let mut cases: Vec<_> =
            batches(&input, &rules(layout)).unwrap().map(|batch| batch.unwrap()).map(|batch| batch.case).collect();
        let all = cases.len();
        cases.sort();
        cases.dedup();
        assert_eq!(cases.len(), all, "{cases:?}");
    }
}

#[test]
fn an_input_folder_may_be_named_in_any_way() {
    let (_root, input) = tree(&["1.tif", "sub/2.tif"]);
    for spelling in [input.join(""), input.join("."), input.join("sub/..")] {
        assert_eq!(found(&spelling, Layout::FolderIsCase)[0], ". → akten: 1.tif", "{spelling:?}");
    }
}

#[test]
fn nothing_is_left_lying_in_silence() {
    let (_root, input) = tree(&[
        "1/1.tif",
        "1/index.xml",
        "1/2.TXT",
        "1/3.txt",
        "1/README",
        "1/scan.tif.part",
        "1/Thumbs.db",
        "1/desktop.ini",
        "1/.DS_Store",
        "1/._1.tif",
        "1/~$brief.docx",
        "1/@eaDir/1.jpg",
        ".snapshot/1/1.tif",
    ]);
    fs::write(input.join("1/leer.tif"), "").unwrap();
    let mut walk = batches(&input, &IntakeRules::default()).unwrap();
    let all: Vec<_> = walk.by_ref().map(|batch| batch.unwrap()).collect();
    let scans: Vec<_> = all.iter().flat_map(|batch| &batch.scans).map(|scan| (scan.name.as_str(), scan.len)).collect();
    assert_eq!(scans, [("1/1.tif", 7), ("1/leer.tif", 0)], "an empty file of a scan's name is a scan");
    let left: Vec<_> = walk.left_lying().iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(left, [("", 1), ("part", 1), ("txt", 2), ("xml", 1)]);
}

#[test]
fn many_strange_endings_do_not_fill_the_memory() {
    let names: Vec<String> = (0..200).map(|n| format!("scan.{n:03}")).collect();
    let (_root, input) = tree(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut walk = batches(&input, &IntakeRules::default()).unwrap();
    assert!(walk.by_ref().next().is_none());
    assert_eq!(walk.left_lying().len(), 65);
    assert_eq!(walk.left_lying().values().sum::<u64>(), 200);
}

#[test]
fn odd_names_are_taken_and_told_apart() {
    let (_root, input) = tree(&["Müller/Antrag 1.tif", "Mu\u{308}ller/1.tif", "neue\nZeile/1.tif", "a\\b/1.tif"]);
    put(&input, OsStr::from_bytes(b"\xff\xfe/1.tif"));
    put(&input, OsStr::new(&format!("{}.tif", "ü".repeat(125))));
    let all: Vec<_> = batches(&input, &IntakeRules::default()).unwrap().map(|batch| batch.unwrap()).collect();
    let cases: Vec<_> = all.iter().map(|batch| batch.case.as_str()).collect();
    let expected = ["akten", "a\\\\b", "Mu\u{308}ller", "Müller", "neue\\x0aZeile", "\\xff\\xfe"];
    assert_eq!(cases, expected);
    for scan in all.iter().flat_map(|batch| &batch.scans) {
        assert_eq!(fs::metadata(&scan.path).unwrap().len(), scan.len, "{}", scan.name);
    }
}

#[test]
fn links_are_followed_but_not_in_circles() {
    let (root, input) = tree(&["1/1.tif"]);
    put(root.path(), OsStr::new("elsewhere/2.tif"));
    symlink(root.path().join("elsewhere"), input.join("2")).unwrap();
    symlink(root.path().join("elsewhere/2.tif"), input.join("1/link.tif")).unwrap();
    symlink("nowhere.tif", input.join("1/dangling.tif")).unwrap();
    symlink("..", input.join("1/up")).unwrap();
    symlink(".", input.join("1/self")).unwrap();
    let (taken, errors): (Vec<_>, Vec<_>) =
        batches(&input, &IntakeRules::default()).unwrap().partition(|batch| batch.is_ok());
    let names: Vec<_> = taken.into_iter().flat_map(|batch| batch.unwrap().scans).map(|scan| scan.name).collect();
    assert_eq!(names, ["1/1.tif", "1/link.tif", "2/2.tif"]);
    let errors: Vec<_> = errors.into_iter().map(|error| error.unwrap_err()).collect();
    assert!(
        matches!(errors[..], [IntakeError::Scan { .. }, IntakeError::Loop { .. }, IntakeError::Loop { .. }]),
        "{errors:?}"
    );
    assert!(errors[0].path().ends_with("1/dangling.tif"));
}

#[test]
fn a_folder_that_cannot_be_read_does_not_end_the_walk() {
    let (_root, input) = tree(&["1/1.tif", "2/2.tif", "3/3.tif"]);
    let locked = input.join("2");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let open_anyway = fs::read_dir(&locked).is_ok(); // root reads everything
    let told: Vec<_> =
        batches(&input, &IntakeRules::default()).unwrap().map(|batch| batch.map(|batch| batch.key)).collect();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o700)).unwrap();
    assert!(matches!(&told[0], Ok(key) if key == "1"));
    assert!(matches!(&told[2], Ok(key) if key == "3"));
    if !open_anyway {
        let Err(error) = &told[1] else { panic!("{told:?}") };
        assert_eq!(error.path(), locked);
        assert!(!error.to_string().contains("akten"), "an error's text names no case: {error}");
    }
}

#[test]
fn a_folder_that_vanishes_does_not_end_the_walk() {
    let (_root, input) = tree(&["1/1.tif", "2/2.tif", "3/3.tif"]);
    let mut walk = batches(&input, &IntakeRules::default()).unwrap();
    assert!(walk.next().unwrap().is_ok());
    fs::remove_dir_all(input.join("2")).unwrap();
    assert!(matches!(walk.next(), Some(Err(IntakeError::Folder { .. }))));
    assert_eq!(walk.next().unwrap().unwrap().key, "3");
    assert!(walk.next().is_none());
}

#[test]
fn a_missing_input_is_told_before_any_work() {
    let (_root, input) = tree(&[]);
    let error = batches(&input.join("weg"), &IntakeRules::default()).unwrap_err();
    assert!(matches!(error, IntakeError::Missing { .. }), "{error:?}");
    assert!(error.to_string().contains("akten/weg"), "{error}");
    assert!(matches!(batches(Path::new("/dev/null"), &IntakeRules::default()), Err(IntakeError::NotAFile { .. })));
}

#[test]
fn the_overview_counts_what_the_walk_finds() {
    let (_root, input) = tree(&BACKLOG);
    let overview = overview(&input, &IntakeRules::default()).unwrap();
    let bytes = BACKLOG.iter().filter(|name| !name.ends_with("txt")).map(|name| name.len() as u64).sum();
    assert_eq!(overview, Overview { batches: 5, scans: 8, bytes });
}

#[test]
fn a_digest_is_that_of_the_bytes() {
    let (_root, input) = tree(&[]);
    let file = input.join("abc");
    fs::write(&file, "abc").unwrap();
    // FIPS 180-2, appendix B.1, and the digest of nothing.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let (of_abc, len) = digest(&file).unwrap();
    assert_eq!((of_abc.to_string().as_str(), len), (abc, 3));
    fs::write(&file, "").unwrap();
    assert_eq!(digest(&file).unwrap().0.to_string(), none);
    // Appendix B.3: a million times "a", fewer than the buffer; thrice that, more.
    fs::write(&file, "a".repeat(1_000_000)).unwrap();
    let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    assert_eq!(digest(&file).unwrap().0.to_string(), million);
    let long = "a".repeat(3_000_000);
    fs::write(&file, &long).unwrap();
    assert_eq!(digest(&file).unwrap(), (crate::model::Digest::of(long.as_bytes()), 3_000_000));
    assert!(digest(&input).is_err(), "a folder");
    assert!(digest(Path::new("/dev/zero")).is_err(), "a device without end");
}
