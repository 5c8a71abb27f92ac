//! The table of contents of a case, as veraPDF, qpdf and poppler see it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::civil::date;
use scanstrasse::sheets::{Contents, ContentsRow, contents};

fn write(case: &str, rows: &[ContentsRow<'_>]) -> (Vec<u8>, u32) {
    let created = "2025-03-04T05:06:07Z".parse().unwrap();
    let mut bytes = Vec::new();
    let pages = contents(&mut bytes, &Contents { case, day: date(2025, 3, 4), created, rows }).unwrap();
    (bytes, pages)
}

fn ask(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> String {
    let program = program.as_ref();
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program:?} cannot run ({error}): `make tools` installs it"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program:?} says: {text}");
    text
}

/// The file on disk, checked by qpdf and veraPDF; `SCANSTRASSE_KEEP` names a folder to keep it in.
fn checked(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    if let Some(keep) = std::env::var_os("SCANSTRASSE_KEEP") {
        std::fs::copy(&path, Path::new(&keep).join(name)).unwrap();
    }
    assert!(!ask("qpdf", &["--check", path.to_str().unwrap()]).contains("WARNING"));
    ask(Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/verapdf/verapdf"), &[path.to_str().unwrap()]);
    path
}

#[test]
fn a_short_case_fits_a_page_and_says_it_all() {
    let rows = [
        ContentsRow { number: 1, type_name: "Antrag", date: Some(date(2024, 3, 5)), pages: 1, file: "0001_Antrag.pdf" },
        ContentsRow {
            number: 2,
            type_name: "Bescheid über Gebühren",
            date: None,
            pages: 12,
            file: "0002_Bescheid_über_Gebühren.pdf",
        },
    ];
    let (bytes, pages) = write("33.2-ä/17", &rows);
    assert_eq!(pages, 1);
    assert_eq!(write("33.2-ä/17", &rows).0, bytes, "the same contents, the same bytes");
    let folder = tempfile::tempdir().unwrap();
    let path = checked(folder.path(), "contents-short.pdf", &bytes);
    let text = ask("pdftotext", &["-layout", path.to_str().unwrap(), "-"]);
    let lines: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for line in [
        "Inhaltsverzeichnis",
        "33.2-ä/17",
        "2 Dokumente mit 13 Seiten · Stand 04.03.2025",
        "Nr. Art Datum Seiten Datei",
        "1 Antrag 05.03.2024 1 0001_Antrag.pdf",
        "Seite 1 von 1",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line}: {text}");
    }
    assert!(lines.iter().any(|line| line.starts_with("2 Bescheid über Gebühren – 12 0002_Bescheid_")), "{text}");
}

#[test]
fn a_large_case_has_every_document_once_in_order() {
    let types = [
        "Antrag",
        "Bescheid",
        "Vermerk über eine Vorsprache mit Dolmetscher und Begleitung",
        "E-Mail",
        "Łódź-Formular",
    ];
    let names: Vec<String> = (1..=2000).map(|n| format!("{n:04}_{}.pdf", types[n % 5].replace(' ', "_"))).collect();
    let rows: Vec<ContentsRow<'_>> = names
        .iter()
        .zip(1..)
        .map(|(file, number)| ContentsRow {
            number,
            type_name: types[number as usize % 5],
            date: (number % 3 > 0)
                .then(|| date(2000 + (number % 25) as i16, 1 + (number % 12) as i8, 1 + (number % 28) as i8)),
            pages: 1 + number % 40,
            file,
        })
        .collect();
    let case = "Ausländerbehörde/".repeat(7);
    let (bytes, pages) = write(&case, &rows);
    let folder = tempfile::tempdir().unwrap();
    let path = checked(folder.path(), "contents-large.pdf", &bytes);
    let info = ask("pdfinfo", &[path.to_str().unwrap()]);
    assert!(
        info.lines().any(|line| line.starts_with("Pages:") && line.ends_with(&format!(" {pages}"))),
        "{pages}: {info}"
    );
    assert!(info.contains("A4"), "{info}");
    let text = ask("pdftotext", &["-layout", path.to_str().unwrap(), "-"]);
    let numbers = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let number: u32 = words.next()?.parse().ok()?;
        line.contains(&format!("{number:04}_")).then_some(number)
    });
    assert!(numbers.eq(1..=2000), "every row once, in order");
    assert!(text.contains(&format!("Seite {pages} von {pages}")));
    assert_eq!(text.matches("Nr. ").count(), pages as usize, "every page names the columns");
}

#[test]
fn odd_names_and_empty_cases_are_valid() {
    let long = "W".repeat(400);
    let odd = "a\u{308}\u{0}\u{feff}東京 😀 طلب \u{200b}\u{ad}";
    let rows = [
        ContentsRow { number: u32::MAX, type_name: &long, date: Some(date(-9999, 1, 1)), pages: u32::MAX, file: &long },
        ContentsRow { number: 0, type_name: odd, date: None, pages: 0, file: "" },
    ];
    let folder = tempfile::tempdir().unwrap();
    checked(folder.path(), "contents-odd.pdf", &write(odd, &rows).0);
    checked(folder.path(), "contents-wide.pdf", &write(&long, &rows).0);
    let (bytes, pages) = write("leer", &[]);
    assert_eq!(pages, 1);
    let path = checked(folder.path(), "contents-empty.pdf", &bytes);
    assert!(ask("pdftotext", &[path.to_str().unwrap(), "-"]).contains("keine Dokumente"));
}
