//! Tesseract: the second engine, for scripts that the first does not know.
//!
//! In: an upright grey raster and its resolution. Out: lines of words in Tesseract's own order. It wants pages with
//! little skew (2 degrees cost half of its accuracy) and cannot be cancelled: it runs only where the process can be
//! killed. `OMP_THREAD_LIMIT=1` must be in the environment before this process starts (its threads otherwise wait for
//! each other: 20 s instead of 7 s for the same pages); whoever starts the worker sets it.

use std::env;
use std::ffi::CStr;
use std::path::{Path, PathBuf};

use leptess::tesseract::TessApi;

use crate::model::{PixelBox, Quad, Resolution, TextLine, Word};
use crate::raster::Grey;

use super::{OcrError, noise};

/// Where languages lie if `TESSDATA_PREFIX` does not say: Debian, then others.
const LANGUAGE_FOLDERS: [&str; 4] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
];

/// An engine with its languages loaded.
pub struct Tesseract {
    api: TessApi,
}

impl Tesseract {
    /// Loads the languages (`deu`, `ara` ...), all of which are looked for on each page.
    ///
    /// # Errors
    /// A language is not installed, or Tesseract refuses.
    pub fn open(languages: &[String]) -> Result<Self, OcrError> {
        let folder = folder_of(languages)?;
        let folder = folder.to_str().ok_or(OcrError::Tesseract("take a language folder whose name is not UTF-8"))?;
        let mut api =
            TessApi::new(Some(folder), &languages.join("+")).map_err(|_| OcrError::Tesseract("load its languages"))?;
        for (name, value) in [
            // Layout analysis without orientation: pages come upright. The interface's default is one block of text.
            (c"tessedit_pageseg_mode", c"3"),
            // Messages would go to standard error.
            (c"debug_file", c"/dev/null"),
        ] {
            api.raw.set_variable(name, value).map_err(|_| OcrError::Tesseract("take its settings"))?;
        }
        Ok(Self { api })
    }

    /// Reads a page; see [`super::Engine::read`].
    ///
    /// # Errors
    /// The page is strewn with specks, or Tesseract refuses it.
    pub fn read(&mut self, page: &Grey, resolution: Resolution) -> Result<Vec<TextLine>, OcrError> {
        if noise::is_noisy(page) {
            return Err(OcrError::Noise);
        }
        let side = |pixels: u32| i32::try_from(pixels).map_err(|_| OcrError::Tesseract("take a page of this size"));
        let (width, height) = (side(page.width())?, side(page.height())?);
        self.api
            .raw
            .set_image(page.pixels(), width, height, 1, width)
            .map_err(|_| OcrError::Tesseract("take a page of this size"))?;
        // Tesseract's own limits: kMinCredibleResolution, kMaxCredibleResolution.
        self.api.set_source_resolution((resolution.y_dpi.round() as i32).clamp(70, 2400));
        self.api.raw.recognize().map_err(|_| OcrError::Tesseract("recognise the page"))?;
        let table = self.api.raw.get_tsv_text(0).map_err(|_| OcrError::Tesseract("give its result"))?;
        let table: &CStr = table.as_ref();
        Ok(lines(&table.to_string_lossy()))
    }
}

/// The folders in which Tesseract's languages may lie, whether they exist or not.
pub fn language_folders() -> Vec<PathBuf> {
    match env::var_os("TESSDATA_PREFIX").map(PathBuf::from) {
        Some(folder) => vec![folder.join("tessdata"), folder],
        None => LANGUAGE_FOLDERS.iter().map(PathBuf::from).collect(),
    }
}

/// The first folder that holds all of `languages`.
fn folder_of(languages: &[String]) -> Result<PathBuf, OcrError> {
    first_folder_with(&language_folders(), languages)
}

fn first_folder_with(folders: &[PathBuf], languages: &[String]) -> Result<PathBuf, OcrError> {
    let is_installed = |folder: &Path, language: &str| {
        // A language is a file name: nothing else may reach the C interface or another folder.
        !language.is_empty()
            && language.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && folder.join(format!("{language}.traineddata")).is_file()
    };
    let missing = |folder: &PathBuf| languages.iter().find(|language| !is_installed(folder, language));
    if languages.is_empty() {
        return Err(OcrError::NoLanguage);
    }
    match folders.iter().find(|folder| missing(folder).is_none()) {
        Some(folder) => Ok(folder.clone()),
        // Of folders that lack different ones, the fullest tells best what to install.
        None => {
            let lacking = folders.iter().filter_map(|folder| {
                let count = languages.iter().filter(|language| is_installed(folder, language)).count();
                Some((count, missing(folder)?))
            });
            let language = lacking.max_by_key(|(count, _)| *count).map_or(&languages[0], |(_, language)| language);
            Err(OcrError::LanguageMissing { package: package_of(language), language: language.clone() })
        }
    }
}

/// Debian's package of a language.
fn package_of(language: &str) -> String {
    format!("tesseract-ocr-{}", language.to_lowercase().replace('_', "-"))
}

/// One row of Tesseract's table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
struct Row<'a> {
    level: u32,
    paragraph: (&'a str, &'a str),
    bounds: PixelBox,
    confidence: f32,
    text: &'a str,
}

impl<'a> Row<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let fields: Vec<&str> = line.splitn(12, '\t').collect();
        let &[level, _, block, paragraph, _, _, left, top, width, height, confidence, text] = fields.as_slice() else {
            return None;
        };
        let number = |field: &str| field.parse::<f32>().ok();
        let (left, top) = (number(left)?, number(top)?);
        Some(Self {
            level: level.parse().ok()?,
            paragraph: (block, paragraph),
            bounds: PixelBox { x0: left, y0: top, x1: left + number(width)?, y1: top + number(height)? },
            confidence: (number(confidence)? / 100.0).clamp(0.0, 1.0),
            text: text.trim(),
        })
    }
}

/// The lines of Tesseract's table; words of blanks only and lines without words are left out.
fn lines(table: &str) -> Vec<TextLine> {
    const LINE: u32 = 4;
    const WORD: u32 = 5;
    let mut lines: Vec<TextLine> = Vec::new();
    let mut paragraph = None;
    for row in table.lines().filter_map(Row::parse) {
        if row.level == LINE {
            let starts_block = paragraph != Some(row.paragraph);
            paragraph = Some(row.paragraph);
            lines.push(TextLine { quad: Quad::from_box(row.bounds), words: Vec::new(), starts_block });
        } else if row.level == WORD
            && !row.text.is_empty()
            && let Some(line) = lines.last_mut()
        {
            let quad = Quad::from_box(row.bounds);
            line.words.push(Word { text: row.text.to_owned(), quad, confidence: row.confidence });
        }
    }
    for line in &mut lines {
        super::mend::line(&mut line.words);
    }
    lines.retain(|line| !line.words.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn words_become_lines_with_boxes_and_confidence() {
        let table = "1\t1\t0\t0\t0\t0\t0\t0\t900\t400\t-1\t\n\
                     4\t1\t1\t1\t1\t0\t10\t20\t110\t30\t-1\t\n\
                     5\t1\t1\t1\t1\t1\t10\t20\t50\t30\t96.5\tSehr\n\
                     5\t1\t1\t1\t1\t2\t70\t20\t50\t30\t50\tgeehrte\n\
                     4\t1\t1\t1\t2\t0\t10\t60\t110\t30\t-1\t\n\
                     5\t1\t1\t1\t2\t1\t10\t60\t5\t30\t95\t \n\
                     4\t1\t2\t1\t1\t0\t10\t90\t110\t30\t-1\t\n\
                     5\t1\t2\t1\t1\t1\t10\t90\t50\t30\t90\tFrau\n\
                     a line that is no row\n";
        let lines = lines(table);
        assert_eq!(lines.iter().map(TextLine::text).collect::<Vec<_>>(), ["Sehr geehrte", "Frau"]);
        assert_eq!(lines[0].words[1].quad.bounds(), PixelBox { x0: 70.0, y0: 20.0, x1: 120.0, y1: 50.0 });
        assert_eq!(lines[0].words[1].confidence, 0.5);
        assert!(lines[1].starts_block);
    }

    #[test]
    fn a_language_that_is_not_installed_is_named_with_its_package() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::File::create(folder.path().join("deu.traineddata")).unwrap();
        let folders = [folder.path().to_owned()];
        let ask = |languages: &[&str]| {
            let languages: Vec<String> = languages.iter().map(|l| (*l).to_owned()).collect();
            first_folder_with(&folders, &languages)
        };
        assert!(ask(&["deu"]).is_ok());
        let error = ask(&["deu", "chi_sim"]).unwrap_err().to_string();
        assert!(error.contains("chi_sim") && error.contains("tesseract-ocr-chi-sim"), "{error}");
        assert!(ask(&["../deu"]).is_err());
        assert!(ask(&[]).is_err());
    }
}
