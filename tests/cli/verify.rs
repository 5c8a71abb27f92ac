//! `scanstrasse verify`: a sound delivery is proven, and whatever was done to it is found and named.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use scanstrasse::model::Digest;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{ask, root, run, said, scanstrasse};

const CASE: &str = "AZ-2024-000123_Beispiel";

/// One delivery, of which every test gets a copy.
static DELIVERED: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let output = run("testdata/backlog", folder.path(), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    folder
});

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// A delivery to tamper with.
struct Delivery(TempDir);

impl Delivery {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(DELIVERED.path(), folder.path());
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn account(&self, case: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(&format!("{case}/case.json"))).unwrap()).unwrap()
    }

    fn set_account(&self, case: &str, account: &Value) {
        fs::write(self.path(&format!("{case}/case.json")), serde_json::to_vec_pretty(account).unwrap()).unwrap();
    }

    fn change_account(&self, case: &str, change: impl FnOnce(&mut Value)) {
        let mut account = self.account(case);
        change(&mut account);
        self.set_account(case, &account);
    }

    /// A document with at least `pages` pages: its case, its position there, its file.
    fn document_of(&self, pages: usize) -> (String, usize, String) {
        for entry in fs::read_dir(root().join("testdata/backlog")).unwrap() {
            let case = entry.unwrap().file_name().into_string().unwrap();
            let account = self.account(&case);
            let documents = account["documents"].as_array().unwrap();
            if let Some(at) = documents.iter().position(|d| d["pages"].as_array().unwrap().len() >= pages) {
                return (case, at, documents[at]["file"].as_str().unwrap().to_owned());
            }
        }
        panic!("the backlog has no document of {pages} pages");
    }

    /// Makes `case.json` and `index.csv` agree with the file that stands there now: a careful forger's work.
    fn forge(&self, case: &str, at: usize) {
        let mut account = self.account(case);
        let document = &mut account["documents"][at];
        let bytes = fs::read(self.path(&format!("{case}/{}", document["file"].as_str().unwrap()))).unwrap();
        let (old_digest, old_bytes) = (document["sha256"].as_str().unwrap().to_owned(), document["bytes"].to_string());
        document["sha256"] = json!(Digest::of(&bytes));
        document["bytes"] = json!(bytes.len());
        let index = fs::read_to_string(self.path("index.csv")).unwrap();
        let line = index.lines().find(|line| line.contains(&old_digest)).unwrap();
        let forged = line
            .replace(&old_digest, &Digest::of(&bytes).to_string())
            .replace(&format!(";{old_bytes};"), &format!(";{};", bytes.len()));
        fs::write(self.path("index.csv"), index.replace(line, &forged)).unwrap();
        self.set_account(case, &account);
    }

    fn verify(&self) -> Proof {
        Proof::of(self.0.path(), &[])
    }
}

/// What `verify --json` said.
struct Proof {
    findings: Vec<Value>,
    end: Value,
    code: Option<i32>,
    said: String,
}

impl Proof {
    fn of(folder: &Path, more: &[&str]) -> Self {
        let output: Output = scanstrasse(["verify", "--json"]).arg(folder).args(more).output().unwrap();
        let lines = String::from_utf8(output.stdout.clone()).unwrap();
        let mut findings: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let end = findings.pop().unwrap_or_default();
        Self { findings, end, code: output.status.code(), said: said(&output) }
    }

    /// Exactly these findings, in any order: case, file, page, problem.
    #[track_caller]
    fn expect(&self, mut expected: Vec<(&str, &str, u64, &str)>) {
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let mut found: Vec<(String, String, u64, String)> = self
            .findings
            .iter()
            .map(|f| (text(f, "case"), text(f, "file"), f["page"].as_u64().unwrap_or(0), text(f, "problem")))
            .collect();
        found.sort();
        expected.sort_unstable();
        let expected: Vec<_> =
            expected.into_iter().map(|(c, f, p, w)| (c.to_owned(), f.to_owned(), p, w.to_owned())).collect();
        assert_eq!(found, expected, "{}", self.said);
        let harmless = |finding: &Value| finding["harmless"] == true;
        let proven = self.findings.iter().all(harmless);
        assert_eq!(self.code, Some(if proven { 0 } else { 4 }), "{}", self.said);
        assert_eq!(self.end["proven"], proven, "{}", self.said);
        assert!(self.findings.iter().all(|f| !text(f, "what").is_empty() && !text(f, "remedy").is_empty()));
    }
}

#[test]
fn a_sound_delivery_is_proven_with_its_balance() {
    let delivery = Delivery::new();
    let proof = delivery.verify();
    proof.expect(vec![]);
    let pages: usize = crate::truth::scans("backlog").iter().map(|scan| scan.truth.pages.len()).sum();
    assert_eq!(proof.end["summary"]["pages"]["received"], pages);
    assert_eq!(proof.end["summary"]["pages"]["delivered"], pages);
    assert_eq!(proof.end["summary"]["cases"], 4);

    // For people, and without the state folder, from a copy elsewhere.
    fs::remove_dir_all(delivery.path(".scanstrasse")).unwrap();
    let output = scanstrasse(["verify"]).arg(delivery.0.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with(&format!("proven: {pages} pages received = {pages} delivered")), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(!log.contains("AZ-"), "{log}");

    // One case folder alone.
    Proof::of(&delivery.path(CASE), &[]).expect(vec![]);
}

#[test]
fn a_delivery_with_held_files_is_proven() {
    let folder = tempfile::tempdir().unwrap();
    let output = run("testdata/broken", folder.path(), &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    Proof::of(folder.path(), &["--scans", "testdata/broken"]).expect(vec![]);
}

#[test]
fn a_flipped_byte_is_found_wherever_it_is() {
    let delivery = Delivery::new();
    let (case, _, file) = delivery.document_of(1);
    let path = delivery.path(&format!("{case}/{file}"));
    let whole = fs::read(&path).unwrap();
    for at in [0, 9, whole.len() / 3, whole.len() / 2, whole.len() - 20, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        delivery.verify().expect(vec![(&case, &file, 0, "altered")]);
    }
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    delivery.verify().expect(vec![(&case, &file, 0, "size")]);
}

#[test]
fn a_document_that_is_gone_or_no_file_is_named() {
    let delivery = Delivery::new();
    let (case, _, file) = delivery.document_of(1);
    let path = delivery.path(&format!("{case}/{file}"));
    fs::rename(&path, delivery.path("elsewhere.pdf")).unwrap();
    delivery.verify().expect(vec![(&case, &file, 0, "document_missing"), ("", "elsewhere.pdf", 0, "extra_file")]);
    // A link is not the document, even to the same bytes.
    symlink(delivery.path("elsewhere.pdf"), &path).unwrap();
    delivery.verify().expect(vec![(&case, &file, 0, "not_a_file"), ("", "elsewhere.pdf", 0, "extra_file")]);
}

#[test]
fn pages_taken_out_swapped_or_put_in_are_named_though_every_digest_was_forged() {
    let range = |delivery: &Delivery, case: &str, file: &str, pages: &str| {
        let path = delivery.path(&format!("{case}/{file}"));
        let old = delivery.path("old.pdf");
        fs::rename(&path, &old).unwrap();
        let (old_name, path_name) = (old.to_str().unwrap(), path.to_str().unwrap());
        ask("qpdf", [old_name, "--pages", old_name, pages, "--", path_name]);
        fs::remove_file(old).unwrap();
    };
    for (pages, problems) in
        [("2-z", vec![(1, "pdf_page_missing")]), ("2,1,3-z", vec![(1, "pdf_page_moved"), (2, "pdf_page_moved")])]
    {
        let delivery = Delivery::new();
        let (case, at, file) = delivery.document_of(2);
        let count = delivery.account(&case)["documents"][at]["pages"].as_array().unwrap().len();
        range(&delivery, &case, &file, if count == 2 { pages.trim_end_matches(",3-z") } else { pages });
        delivery.forge(&case, at);
        delivery.verify().expect(problems.iter().map(|(page, what)| (&*case, &*file, *page, *what)).collect());
    }
    let delivery = Delivery::new();
    let (case, at, file) = delivery.document_of(2);
    let count = delivery.account(&case)["documents"][at]["pages"].as_array().unwrap().len() as u64;
    range(&delivery, &case, &file, "1-z,1");
    delivery.forge(&case, at);
    delivery.verify().expect(vec![(&case, &file, count + 1, "pdf_page_unknown")]);
}

#[test]
fn a_pdf_that_is_none_of_ours_is_told_without_harm() {
    let delivery = Delivery::new();
    let (case, at, file) = delivery.document_of(1);
    let path = delivery.path(&format!("{case}/{file}"));
    let whole = fs::read(&path).unwrap();
    let object_streams = delivery.path("new.pdf");
    ask("qpdf", [path.to_str().unwrap(), "--object-streams=generate", object_streams.to_str().unwrap()]);
    for bytes in [fs::read(&object_streams).unwrap(), b"%PDF-1.7\n".to_vec(), whole[..whole.len() / 2].to_vec(), vec![]]
    {
        let _ = fs::remove_file(&object_streams);
        fs::write(&path, bytes).unwrap();
        delivery.forge(&case, at);
        delivery.verify().expect(vec![(&case, &file, 0, "rewritten")]);
    }
}

#[test]
fn files_and_folders_that_nobody_named_are_found_and_leftovers_told_as_harmless() {
    let delivery = Delivery::new();
    fs::write(delivery.path(".index.csv.part"), "half").unwrap();
    fs::write(delivery.path(&format!("{CASE}/.0009_x.pdf.part")), "half").unwrap();
    fs::create_dir(delivery.path("AZ-begun")).unwrap();
    fs::write(delivery.path("AZ-begun/.0001_x.pdf.part"), "half").unwrap();
    let leftovers = [
        ("", ".index.csv.part", 0, "leftover"),
        (CASE, ".0009_x.pdf.part", 0, "leftover"),
        ("AZ-begun", ".0001_x.pdf.part", 0, "leftover"),
    ];
    delivery.verify().expect(leftovers.to_vec());

    fs::write(delivery.path("notes.txt"), "x").unwrap();
    fs::write(delivery.path(&format!("{CASE}/0009_x.pdf")), "x").unwrap();
    fs::create_dir(delivery.path(&format!("{CASE}/more"))).unwrap();
    fs::create_dir(delivery.path("AZ-none")).unwrap();
    fs::write(delivery.path("AZ-none/0001_x.pdf"), "x").unwrap();
    copy(&delivery.path(CASE), &delivery.path("AZ-copy"));
    fs::remove_file(delivery.path("AZ-copy/0009_x.pdf")).unwrap();
    fs::remove_file(delivery.path("AZ-copy/.0009_x.pdf.part")).unwrap();
    fs::remove_dir(delivery.path("AZ-copy/more")).unwrap();
    let mut expected = leftovers.to_vec();
    expected.extend([
        ("", "notes.txt", 0, "extra_file"),
        (CASE, "0009_x.pdf", 0, "extra_file"),
        (CASE, "more", 0, "extra_file"),
        ("AZ-none", "", 0, "no_account"),
        ("AZ-copy", "case.json", 0, "wrong_folder"),
    ]);
    delivery.verify().expect(expected);
}

#[test]
fn an_account_that_was_changed_is_found() {
    let delivery = Delivery::new();
    let (case, at, file) = delivery.document_of(2);
    let sound = delivery.account(&case);
    let pages = sound["documents"][at]["pages"].as_array().unwrap().len() as u64;
    let scan = sound["documents"][at]["pages"][0]["file"].as_str().unwrap().to_owned();
    let scan = scan.as_str();
    let page_in_scan = |number: usize| sound["documents"][at]["pages"][number]["index"].as_u64().unwrap() + 1;
    let (first, second) = (page_in_scan(0), page_in_scan(1));
    let last = page_in_scan(pages as usize - 1);
    let index = format!("{case}/{file}");
    let (case, file) = (case.as_str(), file.as_str());
    assert!(sound["documents"][at]["pages"].as_array().unwrap().iter().all(|page| page["file"] == *scan));

    type Change<'a> = Box<dyn Fn(&mut Value) + 'a>;
    type Expected<'a> = Vec<(&'a str, &'a str, u64, &'a str)>;
    let changes: Vec<(Change, Expected)> = vec![
        // A page taken out of the account: it is nowhere, the PDF has one too many, and the counts no longer fit.
        (
            Box::new(|a| drop(a["documents"][at]["pages"].as_array_mut().unwrap().pop())),
            vec![
                (case, scan, last, "page_nowhere"),
                (case, "", 0, "count"),
                (case, file, pages, "pdf_page_unknown"),
                (case, file, 0, "index_row_differs"),
            ],
        ),
        (
            Box::new(|a| {
                let page = a["documents"][at]["pages"][0].clone();
                a["separators"].as_array_mut().unwrap().push(page);
            }),
            vec![(case, scan, first, "page_twice"), (case, "", 0, "count")],
        ),
        // Two pages in each other's place: the order, and the PDF says otherwise.
        (
            Box::new(|a| {
                let pages = a["documents"][at]["pages"].as_array_mut().unwrap();
                pages.swap(0, 1);
                (pages[0]["page"], pages[1]["page"]) = (json!(1), json!(2));
            }),
            vec![(case, file, 2, "page_order"), (case, file, 1, "pdf_page_moved"), (case, file, 2, "pdf_page_moved")],
        ),
        (Box::new(|a| a["documents"][at]["pages"][1]["page"] = json!(7)), vec![(case, file, 2, "page_number")]),
        (
            Box::new(|a| a["documents"][at]["pages"][1]["index"] = json!(99)),
            vec![(case, scan, 100, "page_unknown"), (case, scan, second, "page_nowhere")],
        ),
        (Box::new(|a| a["balance"]["held"] = json!(1)), vec![(case, "", 0, "count")]),
        (
            Box::new(|a| {
                let received = a["balance"]["received"].as_u64().unwrap();
                a["balance"]["received"] = json!(received - 1);
            }),
            vec![(case, "", 0, "count")],
        ),
        (
            Box::new(|a| a["documents"][at]["file"] = json!("../index.csv")),
            vec![
                (case, "../index.csv", 0, "unsafe_name"),
                (case, file, 0, "extra_file"),
                (case, "../index.csv", 0, "index_row_missing"),
                (case, file, 0, "index_row_extra"),
            ],
        ),
        (Box::new(|a| a["documents"][at]["type"] = json!("Anderes")), vec![(case, file, 0, "index_row_differs")]),
        (Box::new(|a| a["format"] = json!("scanstrasse case 9")), vec![(case, "case.json", 0, "bad_account")]),
        // What later versions of the line may add changes nothing.
        (
            Box::new(|a| {
                a["more"] = json!({"deep": [1, 2]});
                a["documents"][at]["pages"][0]["unread"] = json!({"stage": "ocr", "kind": "engine", "detail": "d"});
                a["duplicates"] = json!([{"batch": "b", "file": "c.tif", "sha256": Digest::of(b"c"), "bytes": 1,
                    "of": {"case": case, "file": scan}, "action": "skip", "documents": [index]}]);
            }),
            vec![],
        ),
        (
            Box::new(|a| {
                a["duplicates"] = json!([{"batch": "b", "file": "c.tif", "sha256": Digest::of(b"c"), "bytes": 1,
                    "of": {"case": case, "file": scan}, "action": "link", "documents": ["AZ-9/0001_x.pdf"]}]);
            }),
            vec![(case, "AZ-9/0001_x.pdf", 0, "duplicate_lost")],
        ),
    ];
    for (change, expected) in changes {
        delivery.set_account(case, &sound);
        delivery.change_account(case, |account| change(account));
        delivery.verify().expect(expected);
    }
}

#[test]
fn an_account_that_is_cut_or_no_json_is_named() {
    let delivery = Delivery::new();
    let path = delivery.path(&format!("{CASE}/case.json"));
    let whole = fs::read(&path).unwrap();
    for bytes in [&whole[..whole.len() / 2], &whole[..whole.len() - 3], b"", b"\xff\xfe", b"[]", b"no json"] {
        fs::write(&path, bytes).unwrap();
        delivery.verify().expect(vec![(CASE, "case.json", 0, "bad_account")]);
    }
    fs::remove_file(&path).unwrap();
    delivery.verify().expect(vec![(CASE, "", 0, "no_account")]);
    // A pipe must not be waited for.
    ask("mkfifo", [&path]);
    delivery.verify().expect(vec![(CASE, "case.json", 0, "unreadable")]);
}

#[test]
fn the_index_must_agree_line_by_line() {
    let delivery = Delivery::new();
    let (case, _, file) = delivery.document_of(1);
    let path = delivery.path("index.csv");
    let whole = fs::read_to_string(&path).unwrap();
    let line = whole.lines().find(|line| line.contains(&format!("{case}/{file}"))).unwrap();
    let broken = [
        (whole.replace(&format!("{line}\r\n"), ""), "index_row_missing"),
        (format!("{whole}{line}\r\n"), "index_row_extra"),
        (whole.replace(line, &line.replace(";2", ";3")), "index_row_differs"),
    ];
    for (text, problem) in broken {
        assert_ne!(text, whole);
        fs::write(&path, text).unwrap();
        delivery.verify().expect(vec![(&case, &file, 0, problem)]);
    }
    // Order, quotes and line ends are a spreadsheet program's matter.
    let mut lines: Vec<String> = whole
        .lines()
        .map(|line| {
            line.trim_start_matches('\u{feff}').split(';').map(|f| format!("\"{f}\"")).collect::<Vec<_>>().join(";")
        })
        .collect();
    lines[1..].reverse();
    fs::write(&path, lines.join("\n")).unwrap();
    delivery.verify().expect(vec![]);

    fs::write(&path, "something else\n").unwrap();
    delivery.verify().expect(vec![("", "index.csv", 0, "index_broken")]);
    fs::remove_file(&path).unwrap();
    ask("mkfifo", [&path]);
    delivery.verify().expect(vec![("", "index.csv", 0, "index_broken")]);
    fs::remove_file(&path).unwrap();
    delivery.verify().expect(vec![("", "index.csv", 0, "index_missing")]);
}

#[test]
fn the_original_scans_are_compared_on_request() {
    let folder = tempfile::tempdir().unwrap();
    let (scans, out) = (folder.path().join("scans"), folder.path().join("out"));
    copy(&root().join("testdata/backlog").join(CASE), &scans.join(CASE));
    let output = run(scans.to_str().unwrap(), &out, &[]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let prove = || Proof::of(&out, &["--scans", scans.to_str().unwrap()]);
    let sound = prove();
    sound.expect(vec![]);
    assert_eq!(sound.end["summary"]["scans"], 3);

    let name = |file: &str| format!("{CASE}/{file}");
    fs::remove_file(scans.join(name("0001_antrag.tif"))).unwrap();
    let path = scans.join(name("0003_meldebescheinigung.tif"));
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, bytes).unwrap();
    fs::write(scans.join("new.tif"), "x").unwrap();
    prove().expect(vec![
        (CASE, &name("0001_antrag.tif"), 0, "scan_missing"),
        (CASE, &name("0003_meldebescheinigung.tif"), 0, "scan_altered"),
        ("", "new.tif", 0, "scan_unknown"),
    ]);
}

#[test]
fn where_nothing_was_delivered_nothing_is_proven() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().to_owned(), folder.path().join("missing")] {
        let output = scanstrasse(["verify"]).arg(&path).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("hint:"), "{}", said(&output));
    }
}

#[test]
fn a_document_that_cannot_be_read_is_a_finding() {
    let delivery = Delivery::new();
    let (case, _, file) = delivery.document_of(1);
    let path = delivery.path(&format!("{case}/{file}"));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        // The superuser may read everything.
        return;
    }
    delivery.verify().expect(vec![(&case, &file, 0, "unreadable")]);
}
