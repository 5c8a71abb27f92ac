//! `scanstrasse status` and `scanstrasse held`: what an operator sees and decides.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::limits::pepper;
use crate::program::{Case, ask, root, said, scanstrasse};

const CASE: &str = "AZ-2020-000042";

/// A line of work in a temporary folder: a two-page scan whose second page breaks off, and a sound one.
struct Line {
    folder: TempDir,
}

impl Line {
    fn new(pipeline: &str) -> Self {
        let line = Self { folder: tempfile::tempdir().unwrap() };
        let case = line.path("in").join(CASE);
        fs::create_dir_all(&case).unwrap();
        let broken = fs::read_dir(root().join("testdata/broken")).unwrap().next().unwrap().unwrap().path();
        for name in ["0001_gut.tif", "0002_abgeschnitten.tif", "0004_kennwort.pdf"] {
            fs::copy(broken.join(name), case.join(name)).unwrap();
        }
        line.pipeline(pipeline);
        line
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Without OCR: how a page reads is not what these tests are about.
    fn pipeline(&self, more: &str) {
        let text = format!("[line]\nname = \"held\"\n[page]\norientation = \"tags\"\n[ocr]\nenabled = false\n{more}");
        fs::write(self.path("line.toml"), text).unwrap();
    }

    fn run(&self, code: i32) -> Value {
        let mut run = scanstrasse(["run"]);
        run.arg(self.path("line.toml")).arg(self.path("in")).arg("--output").arg(self.path("out")).arg("--json");
        let output = run.args(["--workers", "1"]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn ask(&self, arguments: &[&str]) -> Output {
        scanstrasse(arguments)
            .arg("--output")
            .arg(self.path("out"))
            .env_remove("SUDO_USER")
            .env("USER", "mueller")
            .output()
            .unwrap()
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.ask(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.text(arguments)).unwrap()
    }

    /// The number of the held page.
    fn number(&self) -> String {
        let list = self.json(&["held", "list", "--json"]);
        let page =
            list.as_array().unwrap().iter().find(|thing| thing["page"] == 2 && thing["waits_for_another"] == false);
        page.unwrap_or_else(|| panic!("page 2 is held: {list}"))["number"].to_string()
    }

    fn case(&self) -> Case {
        Case::read(self.path("out").join(CASE))
    }
}

#[test]
fn status_accounts_for_every_page_and_looks_where_it_is_told() {
    let line = Line::new("");
    let nothing = line.ask(&["status"]);
    assert_eq!(nothing.status.code(), Some(1), "{}", said(&nothing));
    assert!(said(&nothing).contains(".scanstrasse") && said(&nothing).contains("--output"), "{}", said(&nothing));
    line.run(3);

    let status = line.json(&["status", "--json"]);
    assert_eq!(status["pages"]["received"], 3);
    assert_eq!((&status["pages"]["delivered"], &status["pages"]["held"]), (&2.into(), &1.into()));
    assert_eq!((&status["balanced"], &status["run"]["active"]), (&true.into(), &false.into()));
    assert_eq!((&status["scans_held"], &status["documents"]), (&1.into(), &2.into()));
    assert!(status["free_bytes"]["output"].as_u64().unwrap() > 0);
    // The same by the folder alone, from the folder, and by the state folder.
    let text = line.text(&["status"]);
    for mut command in
        [scanstrasse([&"status".into(), &line.path("out")]), scanstrasse(["status"]), scanstrasse(["status"])]
    {
        if command.get_args().count() == 1 {
            command.current_dir(line.path("out"));
        }
        let told = String::from_utf8(command.output().unwrap().stdout).unwrap();
        assert!(told.contains("3 received = 2 delivered + 1 held"), "{told}");
    }
    assert!(text.contains("2 things wait for a person"), "{text}");
    assert!(text.contains("every page is accounted for in 1 delivered batch"), "{text}");
}

#[test]
fn a_batch_that_does_not_balance_is_named_and_is_exit_code_1() {
    let line = Line::new("");
    line.run(3);
    let ledger = rusqlite::Connection::open(line.path("out/.scanstrasse/ledger.sqlite")).unwrap();
    ledger.execute("UPDATE page SET state = 1 WHERE state = 3 AND idx = 0 AND scan = 1", ()).unwrap();
    drop(ledger);
    let output = line.ask(&["status"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("DO NOT BALANCE") && said(&output).contains(CASE), "{}", said(&output));
}

#[test]
fn list_and_show_tell_what_happened_and_what_can_be_done() {
    let line = Line::new("");
    line.run(3);
    let list = line.text(&["held", "list"]);
    for part in ["0002_abgeschnitten.tif, page 2", "breaks off before its end", "password", "tried once", "held show"] {
        assert!(list.contains(part), "{part} is missing: {list}");
    }
    let number = line.number();
    let shown = line.text(&["held", "show", &number]);
    for part in ["page 2 of 2", "truncated", "SHA-256", "1 page delivered in", "held retry", "held discard"] {
        assert!(shown.contains(part), "{part} is missing: {shown}");
    }
    let unknown = line.ask(&["held", "show", "77"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));
}

#[test]
fn discarding_needs_a_reason_and_records_who_when_and_why() {
    let line = Line::new("");
    line.run(3);
    let number = line.number();
    let silent = line.ask(&["held", "discard", &number]);
    assert_eq!(silent.status.code(), Some(2), "{}", said(&silent));
    line.text(&["held", "discard", &number, "--reason", "Rückseite ist leer"]);
    line.text(&["held", "discard", "--kind", "encrypted", "--reason", "kam als 0005", "--by", "schmidt"]);
    assert_eq!(line.json(&["status", "--json"])["decisions_waiting"], 2);
    // Nothing waits for a person any longer.
    assert_eq!(line.run(0)["pages_discarded"], 1);
    let case = line.case();
    let held = case.list("held");
    let by = |index: usize| held.iter().find(|held| held["index"].as_u64() == (index < 9).then_some(1)).unwrap();
    assert_eq!(by(1)["discarded"]["reason"], "Rückseite ist leer");
    assert_eq!(by(1)["discarded"]["by"], "mueller");
    assert_eq!(by(9)["discarded"]["by"], "schmidt");
    assert_eq!(case.account["balance"]["held"], 1, "it counts as held for ever");
    assert!(line.path("in").join(CASE).join("0002_abgeschnitten.tif").exists());
    assert!(!line.text(&["held", "list"]).contains("0002"));
    assert!(line.text(&["held", "list", "--all"]).contains("Rückseite ist leer"));
}

#[test]
fn a_page_over_a_limit_is_tried_again_when_that_is_raised() {
    let line = Line::new("[limits]\nmax_megapixels = 1\n");
    let first = line.run(3);
    assert_eq!((&first["pages_delivered"], &first["pages_held"]), (&0.into(), &3.into()));
    line.pipeline("");
    assert_eq!(line.run(3)["pages_held"], 3, "a person decides");
    let told = line.text(&["held", "retry", "--kind", "over_limit"]);
    assert!(told.contains("tried again") && told.contains("next"), "{told}");
    let second = line.run(3);
    assert_eq!((&second["pages_delivered"], &second["pages_held"]), (&2.into(), &1.into()));
    assert_eq!(line.case().list("documents").len(), 2);
    let number = line.number();
    // The page has no picture: it comes back.
    line.text(&["held", "release", &number]);
    assert_eq!(line.run(3)["pages_held"], 1);
    assert_eq!(line.number(), number);
    let refused = line.ask(&["held", "release", "1", "2", "3", "4"]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
}

#[test]
fn a_document_waits_where_the_pipeline_says_so() {
    let line = Line::new("[held]\ndocument = \"wait\"\n");
    let first = line.run(3);
    assert_eq!((&first["pages_delivered"], &first["pages_held"]), (&1.into(), &2.into()));
    let list = line.text(&["held", "list"]);
    assert!(list.contains("0002_abgeschnitten.tif, page 1: sound, but waits for page 2"), "{list}");
    line.text(&["held", "discard", &line.number(), "--reason", "leer"]);
    let second = line.run(3);
    assert_eq!((&second["pages_delivered"], &second["pages_held"]), (&2.into(), &1.into()));
}

#[test]
fn a_picture_that_cannot_be_had_keeps_its_page_apart() {
    let line = Line::new("[held]\ndocument = \"image\"\n");
    let summary = line.run(3);
    assert_eq!((&summary["pages_delivered"], &summary["pages_held"]), (&2.into(), &1.into()));
    assert!(Path::new(&line.path("out")).join(CASE).join("case.json").exists());
}

#[test]
fn a_page_that_cannot_be_read_ships_with_its_picture_where_the_pipeline_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    let scans = input.join(CASE);
    fs::create_dir_all(&scans).unwrap();
    for name in ["1.png", "4.png"] {
        fs::copy(root().join("testdata/backlog/AZ-2022-000789_Kowalczyk/rechnung.png"), scans.join(name)).unwrap();
    }
    // Tesseract is not let near the first, and is at the second for more than 40 s.
    pepper(&scans.join("2.png"), 0.15);
    pepper(&scans.join("3.png"), 0.25);
    let pipeline = folder.path().join("line.toml");
    let text = "[line]\nname = \"held\"\n[ocr]\nengine = \"tesseract\"\n[separate]\nby = \"batch\"\n\
                [held]\ndocument = \"image\"\n[limits]\ncpu_seconds = 6\nattempts = 1\n";
    fs::write(&pipeline, text).unwrap();
    let mut run = scanstrasse(["run"]);
    run.arg(&pipeline).arg(&input).arg("--output").arg(&output).args(["--workers", "1", "--json"]);
    let ran = run.output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "nothing waits for a person: {}", said(&ran));

    let case = Case::read(output.join(CASE));
    assert_eq!(case.account["balance"]["delivered"], 4, "{}", case.account["balance"]);
    let (document, pdf) = case.documents().next().unwrap();
    let pages = document["pages"].as_array().unwrap();
    let unread: Vec<_> = pages.iter().map(|page| page["unread"]["kind"].as_str()).collect();
    assert_eq!(unread, [None, Some("noise"), Some("deadline"), None]);
    for (page, unread) in (1..).zip(&unread) {
        let range = ["-f".to_owned(), page.to_string(), "-l".to_owned(), page.to_string()];
        let text = ask("pdftotext", range.iter().map(String::as_str).chain([pdf.to_str().unwrap(), "-"]));
        assert_eq!(text.trim().is_empty(), unread.is_some(), "page {page}: {text}");
        let pictures = ask("pdfimages", range.iter().map(String::as_str).chain(["-list", pdf.to_str().unwrap()]));
        let sheet = pictures.lines().any(|line| line.contains("2480") && line.contains("3508"));
        assert!(sheet || unread.is_none(), "page {page} shows its sheet: {pictures}");
        assert_eq!(pictures.lines().count(), 3, "a head of two lines and a picture: {pictures}");
    }
    let proof = scanstrasse([&"verify".into(), &output]).arg("--scans").arg(&input).output().unwrap();
    assert_eq!(proof.status.code(), Some(0), "{}", said(&proof));
}

#[test]
fn whoever_reads_no_further_is_told_of_no_fault() {
    let line = Line::new("");
    line.run(3);
    let mut listing = scanstrasse(["held", "list", "--output"]);
    let mut child =
        listing.arg(line.path("out")).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(1), ""));
}
