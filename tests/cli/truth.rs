//! What the generator drew, and how much of it a reader found.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

use crate::program::root;

/// A scan of `testdata/` and the truth about it.
pub(crate) struct TrueScan {
    pub(crate) case: String,
    pub(crate) path: PathBuf,
    pub(crate) truth: Truth,
}

/// `testdata/truth/<case>/<file>.json`.
#[derive(Deserialize)]
pub(crate) struct Truth {
    pub(crate) file: String,
    /// Document type as the pipeline names it.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// Reasons of which one must be given for holding the file; empty if it is sound.
    #[serde(default)]
    pub(crate) held: BTreeSet<String>,
    pub(crate) pages: Vec<TruePage>,
}

/// A page as it was drawn and scanned.
#[derive(Deserialize)]
pub(crate) struct TruePage {
    pub(crate) width_px: u32,
    pub(crate) height_px: u32,
    pub(crate) dpi: f64,
    /// Clockwise turn of the upright page in the scan.
    pub(crate) orientation_deg: u16,
    /// Counter-clockwise positive.
    pub(crate) skew_deg: f64,
    pub(crate) blank: bool,
    /// From pixels of the upright sheet to pixels of the scan.
    #[serde(rename = "M")]
    to_scan: [[f64; 3]; 2],
    /// Text and ink box on the upright sheet.
    words: Vec<(String, f64, f64, f64, f64)>,
}

/// All scans of an input folder of `testdata/`, by case and name.
pub(crate) fn scans(input: &str) -> Vec<TrueScan> {
    let mut scans = Vec::new();
    for case in fs::read_dir(root().join("testdata").join(input)).expect("the input is there") {
        let folder = case.expect("the input can be listed").path();
        let case = folder.file_name().expect("a case has a name").to_string_lossy().into_owned();
        let truths = root().join("testdata/truth").join(&case);
        for truth in fs::read_dir(&truths).unwrap_or_else(|e| panic!("{}: {e}", truths.display())) {
            let text = fs::read(truth.expect("the truth can be listed").path()).expect("the truth can be read");
            let truth: Truth = serde_json::from_slice(&text).expect("the truth is JSON");
            scans.push(TrueScan { case: case.clone(), path: folder.join(&truth.file), truth });
        }
    }
    scans.sort_by(|a, b| a.path.cmp(&b.path));
    scans
}

impl TruePage {
    /// The words that carry a letter or a digit: whether a lone `·` or `§` is a word is a matter of taste.
    pub(crate) fn words(&self) -> impl Iterator<Item = String> {
        self.words.iter().map(|word| plain(&word.0)).filter(|text| counts(text))
    }

    /// The share of words that were read as they are, where they stand: `read` holds texts and boxes
    /// `[x0, y0, x1, y1]` in pixels of the scan. A tenth of an inch between the middles is near enough.
    pub(crate) fn recall(&self, read: &[(String, [f64; 4])]) -> f64 {
        let mut left: Vec<(String, [f64; 2])> =
            read.iter().map(|(text, [x0, y0, x1, y1])| (plain(text), [(x0 + x1) / 2.0, (y0 + y1) / 2.0])).collect();
        let [[a, b, c], [d, e, f]] = self.to_scan;
        let (mut wanted, mut found) = (0, 0);
        for (text, x0, y0, x1, y1) in &self.words {
            let text = plain(text);
            if !counts(&text) {
                continue;
            }
            wanted += 1;
            let (x, y) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
            let (x, y) = (a * x + b * y + c, d * x + e * y + f);
            let near = |at: &[f64; 2]| (at[0] - x).hypot(at[1] - y) < self.dpi / 10.0;
            if let Some(at) = left.iter().position(|(other, at)| *other == text && near(at)) {
                left.swap_remove(at);
                found += 1;
            }
        }
        f64::from(found) / f64::from(wanted)
    }
}

/// The share of `wanted` that is among the words of `text`, each word of the text used once.
pub(crate) fn share_in_text(wanted: impl Iterator<Item = String>, text: &str) -> f64 {
    let mut left: Vec<String> = text.split_whitespace().map(plain).collect();
    let (mut count, mut found) = (0, 0);
    for word in wanted {
        count += 1;
        if let Some(at) = left.iter().position(|other| *other == word) {
            left.swap_remove(at);
            found += 1;
        }
    }
    f64::from(found) / f64::from(count)
}

fn counts(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// Forms of the same sign made one: quotation marks and dashes.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '„' | '“' | '”' | '«' | '»' => '"',
            '‚' | '‘' | '’' => '\'',
            '–' | '—' | '‐' | '−' => '-',
            other => other,
        })
        .collect()
}
