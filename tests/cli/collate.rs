//! Stacks that were scanned as fronts, then backs: what comes out as sheets, seen with programs of others.

use std::fs;
use std::path::Path;
use std::process::Output;

use image::{GrayImage, Luma};
use serde_json::Value;

use crate::program::{Case, ask, said, scanstrasse};

/// A page with so many black bars; with none it is blank.
fn page(path: &Path, bars: u32) {
    let ink = |x: u32, y: u32| (60..540).contains(&x) && y >= 50 && (y - 50) % 60 < 20 && (y - 50) / 60 < bars;
    let picture = GrayImage::from_fn(600, 800, |x, y| Luma([if ink(x, y) { 0 } else { 255 }]));
    picture.save(path).unwrap();
}

/// Bars of a picture, from top to bottom.
fn bars(path: &Path) -> u32 {
    let picture = image::open(path).unwrap().to_luma8();
    let dark: Vec<bool> = (0..picture.height()).map(|y| picture.get_pixel(picture.width() / 2, y).0[0] < 128).collect();
    dark.windows(2).filter(|rows| !rows[0] && rows[1]).count() as u32
}

/// The bars of every page of a PDF, as poppler sees them.
fn pages_of(pdf: &Path) -> Vec<u32> {
    let folder = tempfile::tempdir().unwrap();
    ask(
        "pdftoppm",
        ["-r".as_ref(), "72".as_ref(), "-png".as_ref(), pdf.as_os_str(), folder.path().join("p").as_os_str()],
    );
    let mut pages: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    pages.iter().map(|page| bars(page)).collect()
}

/// A stack in a folder of its own, its pages given by their bars, and a pipeline for it.
struct Stack(tempfile::TempDir);

impl Stack {
    fn scanned(pages: &[u32]) -> Self {
        let stack = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(stack.path("in/4711")).unwrap();
        pages.iter().zip(1..).for_each(|(&bars, n)| page(&stack.path(&format!("in/4711/scan{n}.png")), bars));
        let pipeline = "[line]\nname = \"stack\"\n[intake]\ncollate = \"fronts_then_backs\"\n[separate]\nby = \"batch\"\n\
             [blank]\naction = \"drop\"\n[ocr]\nenabled = false\n[page]\norientation = \"tags\"\ndeskew = false\n";
        fs::write(stack.path("stack.toml"), pipeline).unwrap();
        stack
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn run(&self) -> Output {
        let [pipeline, input, output] = ["stack.toml", "in", "out"].map(|name| self.path(name));
        scanstrasse(["run".as_ref(), pipeline.as_os_str(), input.as_os_str(), "--output".as_ref(), output.as_os_str()])
            .output()
            .unwrap()
    }

    fn verify(&self) -> Output {
        let [output, input] = ["out", "in"].map(|name| self.path(name));
        scanstrasse(["verify".as_ref(), output.as_os_str(), "--scans".as_ref(), input.as_os_str()]).output().unwrap()
    }

    fn held(&self, arguments: &[&str]) -> Output {
        let output = self.path("out");
        let arguments = ["held"].iter().chain(arguments).map(|a| a.as_ref());
        scanstrasse(arguments.chain(["--output".as_ref(), output.as_os_str()])).output().unwrap()
    }

    fn case(&self) -> Case {
        Case::read(self.path("out/4711"))
    }
}

#[test]
fn a_turned_stack_with_blank_backs_is_read_as_a_book() {
    // Sheets 1|2, 3|blank, 5|6, 7|blank.
    let stack = Stack::scanned(&[1, 3, 5, 7, 0, 6, 0, 2]);
    let run = stack.run();
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    let case = stack.case();
    let documents: Vec<_> = case.documents().collect();
    assert_eq!(documents.len(), 1);
    assert_eq!(pages_of(&documents[0].1), [1, 2, 3, 5, 6, 7]);
    assert_eq!(documents[0].0["order"], "fronts_then_backs");
    assert_eq!(case.list("blanks_removed").len(), 2);
    let verified = stack.verify();
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));

    // Two pages in each other's place in the account.
    let mut account = case.account.clone();
    let pages = account["documents"][0]["pages"].as_array_mut().unwrap();
    pages.swap(1, 4);
    pages.iter_mut().zip(1..).for_each(|(page, number)| page["page"] = Value::from(number));
    fs::write(stack.path("out/4711/case.json"), account.to_string()).unwrap();
    let verified = stack.verify();
    assert_eq!(verified.status.code(), Some(4), "{}", said(&verified));
    assert!(said(&verified).contains("page 3: the page does not follow the one before"), "{}", said(&verified));
}

#[test]
fn an_odd_stack_waits_for_a_person() {
    let stack = Stack::scanned(&[1, 3, 2]);
    let run = stack.run();
    assert!(said(&run).contains("its stack has 3 pages, an odd number"), "{}", said(&run));
    assert!(said(&run).contains("waits for page 1 of another file"), "{}", said(&run));
    assert!(stack.case().list("documents").is_empty());
    assert_eq!(stack.verify().status.code(), Some(0), "held is accounted for");

    let list: Value = serde_json::from_slice(&stack.held(&["list", "--json"]).stdout).unwrap();
    let unpaired: Vec<&Value> = list.as_array().unwrap().iter().filter(|held| held["kind"] == "unpaired").collect();
    assert_eq!((list.as_array().unwrap().len(), unpaired.len()), (3, 1));
    let number = unpaired[0]["number"].to_string();
    let shown = stack.held(&["show", &number]);
    assert!(said(&shown).contains("have its stack delivered in the order of its scanning"), "{}", said(&shown));
    let decided = stack.held(&["release", &number]);
    assert_eq!(decided.status.code(), Some(0), "{}", said(&decided));
    let run = stack.run();
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    let (document, pdf) = stack.case().documents().map(|(d, pdf)| (d.clone(), pdf)).next().unwrap();
    assert_eq!(pages_of(&pdf), [1, 3, 2]);
    assert!(document.get("order").is_none());
    assert_eq!(stack.verify().status.code(), Some(0));
}
