//! What must hold, read from the target and the state folder without the program's own readers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::backlog::{Backlog, Place};

/// Why the person gives up what a backlog's past held, and who that is.
pub(crate) const REASON: &str = "Rückseite ist leer";
pub(crate) const PERSON: &str = "schmidt";

/// A page: SHA-256 of its scan in hexadecimal digits, and its index there.
pub(crate) type Page = (String, u32);

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn cases(output: &Path) -> impl Iterator<Item = PathBuf> {
    entries(output).into_iter().filter(|path| path.is_dir() && !name(path).starts_with('.'))
}

/// SHA-256 of each page's picture, in the order of the pages, as lopdf sees them.
fn pictures(pdf: &Path) -> Vec<String> {
    let bytes = fs::read(pdf).unwrap();
    let document = lopdf::Document::load_mem_with_options(&bytes, lopdf::LoadOptions::default())
        .unwrap_or_else(|error| panic!("{} is no whole PDF: {error}", pdf.display()));
    let picture = |page: lopdf::ObjectId| {
        let images = document.get_page_images(page).unwrap();
        assert_eq!(images.len(), 1, "{}: pictures of a page", pdf.display());
        sha256(images[0].content)
    };
    document.get_pages().into_values().map(picture).collect()
}

/// At any moment, right after a kill too: what has its final name is whole.
pub(crate) fn assert_whole(output: &Path) {
    if !output.is_dir() {
        return;
    }
    for case in cases(output) {
        for file in entries(&case) {
            match name(&file) {
                name if name.ends_with(".part") => assert!(name.starts_with('.'), "{name} looks like a document"),
                name if name.ends_with(".pdf") => assert!(!pictures(&file).is_empty(), "{name} has no pages"),
                name if name == "case.json" => {
                    let text = fs::read(&file).unwrap();
                    let account: Value = serde_json::from_slice(&text).expect("case.json is whole");
                    assert!(account["balance"].is_object(), "case.json has its end");
                }
                name => panic!("{name} belongs to nobody"),
            }
        }
    }
}

/// After a run that came to its end: every page of the backlog is in exactly one place, the right one, every document is
/// whole and has the pages it claims in their order, and nothing is left of the way there.
pub(crate) fn assert_delivered(backlog: &Backlog, output: &Path, state: &Path) {
    let (mut found, mut duplicates) = (BTreeMap::new(), BTreeMap::new());
    // Which documents hold pages of a scan.
    let mut holders = BTreeMap::<String, BTreeSet<String>>::new();
    let mut documents = 0;
    for case in cases(output) {
        let account: Value = serde_json::from_slice(&fs::read(case.join("case.json")).unwrap()).unwrap();
        let mut expected = BTreeSet::from(["case.json".to_owned()]);
        let mut pages_here = 0;
        let mut put = |entry: &Value, place: Place| {
            pages_here += u64::from(entry["index"].is_u64());
            let page = (entry["file"].as_str().unwrap().to_owned(), entry["index"].as_u64().map(|index| index as u32));
            assert!(found.insert(page.clone(), place).is_none(), "{page:?} is in two places");
        };
        let list = |of: &Value, name: &str| of[name].as_array().cloned().unwrap_or_default();
        for document in list(&account, "documents") {
            let file = document["file"].as_str().unwrap();
            assert!(expected.insert(file.to_owned()), "{file} is told twice");
            assert_eq!(document["sha256"], sha256(&fs::read(case.join(file)).unwrap()), "{file}");
            let pages = list(&document, "pages");
            let told: Vec<_> = pages.iter().map(|page| page["image_sha256"].as_str().unwrap().to_owned()).collect();
            assert_eq!(pictures(&case.join(file)), told, "{file} has other pages than it claims");
            for page in &pages {
                put(page, if page["unread"].is_object() { Place::Unread } else { Place::Document });
                let document = format!("{}/{file}", name(&case));
                holders.entry(page["file"].as_str().unwrap().to_owned()).or_default().insert(document);
            }
            documents += 1;
        }
        list(&account, "blanks_removed").iter().for_each(|page| put(page, Place::Blank));
        for page in list(&account, "held") {
            let decision = &page["discarded"];
            assert!(decision.is_null() || (decision["reason"] == REASON && decision["by"] == PERSON), "{decision}");
            put(&page, if decision.is_null() { Place::Held } else { Place::Discarded });
        }
        assert_eq!(account["balance"]["received"], pages_here, "{}", account["balance"]);
        for scan in list(&account, "duplicates") {
            assert_eq!(scan["action"], "link", "{scan}");
            let file = scan["file"].as_str().unwrap().to_owned();
            assert_eq!(scan["sha256"], sha256(&backlog.scan(&file)), "{file}");
            let scans = list(&account, "scans");
            assert!(scans.iter().all(|other| other["file"] != scan["file"]), "{file} is two things");
            assert!(duplicates.insert(file, scan).is_none(), "a duplicate is told twice");
        }
        let there: BTreeSet<_> = entries(&case).iter().map(|path| name(path)).collect();
        assert_eq!(there, expected, "files of a case");
    }
    let wrong: Vec<_> = backlog.truth.iter().filter(|(page, place)| found.get(page) != Some(place)).collect();
    assert!(wrong.is_empty(), "not in their places: {wrong:?}");
    let more: Vec<_> = found.keys().filter(|page| !backlog.truth.contains_key(page)).collect();
    assert!(more.is_empty(), "nobody put these in: {more:?}");
    assert!(duplicates.keys().eq(backlog.duplicates.keys()), "duplicates: {duplicates:?}");
    for (file, scan) in &duplicates {
        let of = &backlog.duplicates[file];
        assert_eq!(scan["of"]["file"], of.as_str(), "{file}");
        let linked: BTreeSet<_> = scan["documents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|document| document.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(Some(&linked), holders.get(of), "documents with the pages of {file}");
    }
    let index = fs::read_to_string(output.join("index.csv")).unwrap();
    assert_eq!(index.lines().count(), 1 + documents, "{index}");
    assert!(!output.join(".index.csv.part").exists(), "a part is left");

    let kept = |folder: &str| entries(&state.join(folder)).into_iter().filter(|path| !path.is_dir()).count();
    let objects = entries(&state.join("store")).iter().map(|folder| entries(folder).len()).sum::<usize>();
    assert_eq!((objects, kept("spool")), (0, 0), "pictures are left in the store or the spool");
    let records: i64 = ledger(state).query_row("SELECT count(*) FROM page_record", (), |row| row.get(0)).unwrap();
    assert_eq!(records, 0, "records of delivered pages are left");
}

fn ledger(state: &Path) -> Connection {
    Connection::open_with_flags(state.join("ledger.sqlite"), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

/// The pages that a killed run had committed as processed or held: the next one must not work at them again.
pub(crate) fn committed(state: &Path) -> BTreeSet<Page> {
    // Looking would finish what the kill left behind: look at a copy.
    let copy = tempfile::tempdir().unwrap();
    for file in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-journal"] {
        if state.join(file).exists() {
            fs::copy(state.join(file), copy.path().join(file)).unwrap();
        }
    }
    if !copy.path().join("ledger.sqlite").exists() {
        return BTreeSet::new();
    }
    let sql = ledger(copy.path());
    let made: bool =
        sql.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'page'", (), |row| row.get(0)).unwrap();
    if !made {
        return BTreeSet::new();
    }
    let pages = "SELECT lower(hex(scan.digest)), idx FROM page JOIN scan ON scan.id = page.scan WHERE page.state <> 0";
    let mut statement = sql.prepare(pages).unwrap();
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}
