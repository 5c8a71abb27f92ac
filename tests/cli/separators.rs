//! Separator sheets, as somebody prints them: what poppler sees on them, and what the command refuses.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::program::{ask, root, said, scanstrasse};

/// Prints into `file` and gives what was said.
fn print(file: &Path, arguments: &[&str]) -> String {
    let output = scanstrasse(["separators", "--output"]).arg(file).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(output.stdout.is_empty(), "{}", said(&output));
    String::from_utf8(output.stderr).unwrap()
}

/// Words of each page, blanks and line ends made one.
fn pages(file: &Path) -> Vec<String> {
    let text = ask("pdftotext", [file.as_os_str(), "-".as_ref()]);
    let pages = text.split('\u{c}').map(|page| page.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut pages: Vec<String> = pages.collect();
    pages.pop();
    pages
}

/// The sheet's own number.
fn serial(page: &str) -> String {
    page.split_once("Nummer dieses Blatts ").unwrap().1.split(' ').next().unwrap().to_owned()
}

/// A grey page, rendered: width, height, and whether each pixel is dark.
struct Render {
    width: usize,
    height: usize,
    dark: Vec<bool>,
}

impl Render {
    fn of(file: &Path, dpi: u32) -> Self {
        let stem = file.with_extension("");
        ask(
            "pdftoppm",
            ["-r".as_ref(), dpi.to_string().as_ref(), "-gray".as_ref(), file.as_os_str(), stem.as_os_str()],
        );
        let bytes = fs::read(format!("{}-1.pgm", stem.display())).unwrap();
        let head: Vec<usize> = String::from_utf8_lossy(&bytes[..40])
            .split_ascii_whitespace()
            .skip(1)
            .take(3)
            .map(|n| n.parse().unwrap())
            .collect();
        let dark = bytes[bytes.len() - head[0] * head[1]..].iter().map(|&grey| grey < 128).collect();
        Self { width: head[0], height: head[1], dark }
    }

    /// Lengths in pixels of the runs, light first, from the middle of an edge inwards.
    fn runs_from(&self, edge: usize, depth: usize) -> Vec<usize> {
        let at = |i: usize| match edge {
            0 => (self.width / 2, i),
            1 => (self.width - 1 - i, self.height / 2),
            2 => (self.width / 2, self.height - 1 - i),
            _ => (i, self.height / 2),
        };
        let line = (0..depth).map(at).map(|(x, y)| self.dark[y * self.width + x]);
        let mut runs = vec![0];
        let mut last = false;
        for dark in line {
            if dark != last {
                runs.push(0);
                last = dark;
            }
            *runs.last_mut().unwrap() += 1;
        }
        runs
    }
}

#[test]
fn the_bars_are_those_of_kodak_on_every_edge() {
    let folder = tempfile::tempdir().unwrap();
    // Kodak A-61599: W 0.20 in, N 0.08 in, read from the edge inwards.
    for (level, bars) in [("document", "WNNW"), ("case", "NWNW"), ("batch", "WNWN")] {
        let file = folder.path().join(format!("{level}.pdf"));
        print(&file, &["--case", "33.2-ä/17", "--level", level]);
        for dpi in [150, 200, 300] {
            let render = Render::of(&file, dpi);
            for edge in 0..4 {
                let runs = render.runs_from(edge, dpi as usize * 14 / 10);
                let mut inches = Vec::new();
                for bar in bars.chars() {
                    inches.extend([if bar == 'W' { 0.20 } else { 0.08 }, 0.08]);
                }
                inches.pop();
                assert!(runs[0] as f32 >= 0.24 * dpi as f32, "clear of the paper's edge: {runs:?}");
                for (run, inch) in runs[1..].iter().zip(&inches) {
                    assert!(
                        (*run as f32 - inch * dpi as f32).abs() <= 1.0,
                        "{level} at {dpi} dpi, edge {edge}: {runs:?}"
                    );
                }
                assert!(runs[8] as f32 >= 0.24 * dpi as f32, "clear of other print: {runs:?}");
            }
        }
    }
}

#[test]
fn a_sheet_says_what_it_orders() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheet.pdf");
    print(&file, &["--case", "33.2-ä/17", "--type", "Ausländerakte", "--pages", "120", "--sheets", "60"]);
    let pages = pages(&file);
    assert_eq!(pages.len(), 1, "{pages:?}");
    for words in [
        "Trennblatt",
        "neue Akte",
        "Aktenzeichen 33.2-ä/17",
        "Art Ausländerakte",
        "Erwartete Seiten 120",
        "Erwartete Blätter 60",
        "Nicht abheften",
    ] {
        assert!(pages[0].contains(words), "{words}: {pages:?}");
    }
    let info = ask("pdfinfo", [&file]);
    assert!(info.contains("A4"), "{info}");
    let fonts = ask("pdffonts", [&file]);
    assert!(
        fonts.lines().skip(2).all(|font| font.contains("yes yes yes")),
        "embedded, cut down, with Unicode: {fonts}"
    );
    ask("qpdf", ["--check".as_ref(), file.as_os_str()]);
    ask(root().join("tools/verapdf/verapdf"), [&file]);
}

#[test]
fn neutral_sheets_differ_from_each_other_and_from_those_of_another_print() {
    let folder = tempfile::tempdir().unwrap();
    let mut serials = HashSet::new();
    for name in ["a.pdf", "b.pdf"] {
        let file = folder.path().join(name);
        print(&file, &["--count", "40"]);
        let pages = pages(&file);
        assert_eq!(pages.len(), 40);
        assert!(pages.iter().all(|page| page.contains("neues Dokument") && !page.contains("Aktenzeichen")));
        assert!(pages.iter().all(|page| page.contains("wieder verwendet")));
        serials.extend(pages.iter().map(|page| serial(page)));
    }
    assert_eq!(serials.len(), 80);
}

#[test]
fn both_sides_of_a_sheet_are_the_same_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheets.pdf");
    print(&file, &["--case", "1", "--case", "2", "--duplex"]);
    let pages = pages(&file);
    assert!(pages.len() == 4 && pages[0] == pages[1] && pages[2] == pages[3] && pages[1] != pages[2], "{pages:?}");
    // The print dialogue offers what was meant.
    let bytes = fs::read(&file).unwrap();
    let says = |words: &[u8]| bytes.windows(words.len()).any(|part| part == words);
    assert!(says(b"/Duplex /DuplexFlipLongEdge") && says(b"/PrintScaling /None"));
}

#[test]
fn a_list_as_spreadsheets_save_it() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("akten.csv");
    let utf8 =
        "Aktenzeichen;Bemerkung;Art;Seiten;Blätter;Ebene\r\n\"33;ä\";x;Führerscheinakte;12;6;\r\n4711;;;;;Stapel\r\n";
    let windows: Vec<u8> = utf8.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for (name, bytes) in [("utf8", [b"\xef\xbb\xbf", utf8.as_bytes()].concat()), ("windows", windows)] {
        fs::write(&list, bytes).unwrap();
        let file = folder.path().join(format!("{name}.pdf"));
        let told = print(&file, &["--cases", list.to_str().unwrap(), "--pages", "3"]);
        assert!(told.contains("Bemerkung") && !told.contains("4711"), "{told}");
        let pages = pages(&file);
        assert!(pages[0].contains("Aktenzeichen 33;ä Art Führerscheinakte Erwartete Seiten 12"), "{pages:?}");
        assert!(pages[1].contains("neuer Stapel Aktenzeichen 4711 Erwartete Seiten 3"), "{pages:?}");
    }
}

#[test]
fn a_list_with_faults_is_refused_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (list, file) = (folder.path().join("akten.csv"), folder.path().join("sheets.pdf"));
    fs::write(&list, "case,pages\nGeheim,drei\n,4\nGeheim2,4\n").unwrap();
    let output = scanstrasse(["separators", "--cases"]).arg(&list).arg("--output").arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    let told = said(&output);
    assert!(told.contains("row 2: ") && told.contains("row 3: no case number") && !told.contains("row 4"), "{told}");
    assert!(!told.contains("Geheim"), "values are personal data: {told}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing was written");
}

#[test]
fn an_existing_file_is_written_over_only_by_force() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheet.pdf");
    fs::write(&file, "mine").unwrap();
    let mut command = scanstrasse(["separators", "--case", "1", "--output"]);
    let output = command.arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(fs::read(&file).unwrap(), b"mine");
    print(&file, &["--case", "1", "--force"]);
    assert_eq!(pages(&file).len(), 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no part is left");
}

#[test]
fn standard_output_has_the_file_and_nothing_else() {
    let output = scanstrasse(["separators", "--case", "1", "--output", "-"]).output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"%PDF-1.7"), "{}", said(&output));
    assert!(output.stdout.ends_with(b"%%EOF\n"));
}

#[test]
fn what_makes_no_sense_is_wrong_usage() {
    let long = "W".repeat(121);
    for arguments in [
        &[][..],
        &["--count", "0"],
        &["--count", "3", "--case", "1"],
        &["--case", ""],
        &["--case", &long],
        &["--case", "1", "--pages", "0"],
        &["--case", "1", "--simplex", "--duplex"],
        &["--case", "1", "--level", "page"],
        &["--cases", "/no/such/list.csv"],
        &["--cases", "testdata"],
        &["--cases", "/dev/null"],
    ] {
        let output = scanstrasse(["separators", "--output", "-"]).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn any_number_that_is_taken_stands_on_the_sheet(case in "[A-Za-zÄÖÜäöüßéşŁ0-9][A-Za-zÄÖÜäöüßéşŁ0-9/.;%:_-]{0,119}") {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sheet.pdf");
        print(&file, &["--case", &case]);
        // pdftotext takes a hyphen at the end of a line for a divided word.
        let bare = |text: &str| text.replace([' ', '-'], "");
        let page = bare(&pages(&file).concat());
        prop_assert!(page.contains(&bare(&case)), "{} lacks {}", page, case);
    }
}

#[test]
fn the_help_teaches() {
    let help = ask(env!("CARGO_BIN_EXE_scanstrasse"), ["separators", "--help"]);
    for words in ["Aktenzeichen;Art;Seiten", "100 %", "--duplex", "2 for a document, T for a case, 3 for a batch"] {
        assert!(help.contains(words), "{words}: {help}");
    }
}
