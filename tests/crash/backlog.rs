//! Backlogs to be killed over, and the truth of each: what was put in, and where it belongs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use image::{GrayImage, Luma};

/// Sides of a made page, in pixels: an A4 sheet at about 15 dpi, which costs next to nothing.
const SIDE: (u32, u32) = (120, 170);

/// Where a page belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a document.
    Document,
    /// In a document with its picture only: its text could not be read.
    Unread,
    /// Blank, left out, recorded.
    Blank,
    /// Held.
    Held,
    /// Held, and given up by a person.
    Discarded,
}

/// A backlog in a folder, with every page's place. The page `None` is a file that is held as a whole.
#[derive(Clone, Default)]
pub(crate) struct Backlog {
    pub(crate) inputs: Vec<PathBuf>,
    pub(crate) pipeline: PathBuf,
    pub(crate) truth: BTreeMap<(String, Option<u32>), Place>,
    /// Scans that are to be recognised as received before, each with the earlier one. Their pages have no places.
    pub(crate) duplicates: BTreeMap<String, String>,
    /// Before the run that is disturbed, another came to its end over the first input alone, and a person gave up what
    /// it held.
    pub(crate) has_past: bool,
}

impl Backlog {
    /// Bytes of a scan.
    pub(crate) fn scan(&self, name: &str) -> Vec<u8> {
        let path = self.inputs.iter().map(|input| input.join(name)).find(|path| path.exists());
        fs::read(path.unwrap_or_else(|| panic!("{name} is in no input"))).unwrap()
    }
}

/// Files of each kind in three cases: pictures that pass through and pictures that go into the store, a blank page, a
/// page and a file that are held. 8 pages and a file, all different.
pub(crate) fn tiny(folder: &Path) -> Backlog {
    let input = folder.join("in");
    let put = |name: &str, bytes: &[u8]| {
        let path = input.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    put("A-1/1.tif", &tiff(&[Sheet::Marked(1), Sheet::Blank, Sheet::Marked(2)]));
    put("A-1/2.jpg", &encoded(3, image::ImageFormat::Jpeg));
    put("B-2/1.png", &encoded(4, image::ImageFormat::Png));
    let whole = tiff(&[Sheet::Marked(5)]);
    put("B-2/2.tif", &whole[..6]);
    put("C-3/1.tif", &tiff(&[Sheet::Marked(6), Sheet::BeyondTheEnd, Sheet::Marked(7)]));
    let pages = |name: &str, places: &[Place]| -> Vec<_> {
        places.iter().enumerate().map(|(index, &place)| ((name.to_owned(), Some(index as u32)), place)).collect()
    };
    use Place::{Blank, Document, Held};
    let mut truth: BTreeMap<_, _> = [
        pages("A-1/1.tif", &[Document, Blank, Document]),
        pages("A-1/2.jpg", &[Document]),
        pages("B-2/1.png", &[Document]),
        pages("C-3/1.tif", &[Document, Held, Document]),
    ]
    .concat()
    .into_iter()
    .collect();
    truth.insert(("B-2/2.tif".to_owned(), None), Held);
    let pipeline = pipeline(folder, "tags", "enabled = false\n[blank]\naction = \"drop\"\n");
    Backlog { inputs: vec![input], pipeline, truth, ..Backlog::default() }
}

/// What people and the pipeline file decide: a page that was held and given up before the run, scans that were received
/// before it and in it, and a page whose text cannot be read. 7 pages with places, 3 duplicates.
pub(crate) fn decided(folder: &Path) -> Backlog {
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let (delivered, beside) = (encoded(12, image::ImageFormat::Png), tiff(&[Sheet::Marked(13), Sheet::Marked(14)]));
    put("past/P-1/1.tif", &tiff(&[Sheet::Marked(11), Sheet::BeyondTheEnd]));
    put("past/P-1/2.png", &delivered);
    put("in/Q-2/1.tif", &beside);
    put("in/Q-2/2.png", &delivered);
    put("in/R-3/1.tif", &beside);
    put("in/R-3/2.png", &specks());
    put("in/R-3/3.jpg", &encoded(15, image::ImageFormat::Jpeg));
    put("in/R-3/4.tif", &beside);
    let truth = [
        ("P-1/1.tif", 0, Place::Document),
        ("P-1/1.tif", 1, Place::Discarded),
        ("P-1/2.png", 0, Place::Document),
        ("Q-2/1.tif", 0, Place::Document),
        ("Q-2/1.tif", 1, Place::Document),
        ("R-3/2.png", 0, Place::Unread),
        ("R-3/3.jpg", 0, Place::Document),
    ];
    let duplicates = [("Q-2/2.png", "P-1/2.png"), ("R-3/1.tif", "Q-2/1.tif"), ("R-3/4.tif", "Q-2/1.tif")];
    Backlog {
        inputs: vec![folder.join("past"), folder.join("in")],
        // Tesseract: it refuses a sheet of specks at once, and reads sheets of bars in no time.
        pipeline: pipeline(
            folder,
            "tags",
            "engine = \"tesseract\"\n[intake]\nduplicates = \"link\"\n[held]\ndocument = \"image\"\n",
        ),
        truth: truth.map(|(name, index, place)| ((name.to_owned(), Some(index)), place)).into(),
        duplicates: duplicates.map(|(name, of)| (name.to_owned(), of.to_owned())).into(),
        has_past: true,
    }
}

/// The scans of `testdata/backlog`, `copies` times, each copy with some bytes of its own behind its end so that no two
/// are equal. `read`: with OCR.
pub(crate) fn real(folder: &Path, copies: u32, read: bool) -> Backlog {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/backlog");
    let input = folder.join("in");
    let mut truth = BTreeMap::new();
    for case in fs::read_dir(source).unwrap().map(|entry| entry.unwrap().path()) {
        for scan in fs::read_dir(&case).unwrap().map(|entry| entry.unwrap().path()) {
            let bytes = fs::read(&scan).unwrap();
            let pages = pages_of(&scan, &bytes);
            for copy in 0..copies {
                let case = format!("{}.{copy}", case.file_name().unwrap().to_str().unwrap());
                let name = format!("{case}/{}", scan.file_name().unwrap().to_str().unwrap());
                fs::create_dir_all(input.join(case)).unwrap();
                fs::write(input.join(&name), [&bytes[..], format!("\n% {copy}\n").as_bytes()].concat()).unwrap();
                truth.extend((0..pages).map(|index| ((name.clone(), Some(index)), Place::Document)));
            }
        }
    }
    let orientation = if read { "content" } else { "tags" };
    let pipeline = pipeline(folder, orientation, &format!("enabled = {read}\n"));
    Backlog { inputs: vec![input], pipeline, truth, ..Backlog::default() }
}

/// Pages of a scan, counted without the program.
fn pages_of(path: &Path, bytes: &[u8]) -> u32 {
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    match path.extension().unwrap().to_str().unwrap() {
        "tif" => {
            assert!(bytes.starts_with(b"II*\0"), "{}", path.display());
            let next = |at: usize| word(at + 2 + 12 * usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]])));
            let later = |at: &u32| Some(next(*at as usize)).filter(|at| *at != 0);
            std::iter::successors(Some(word(4)), later).count() as u32
        }
        "pdf" => {
            let options = lopdf::LoadOptions::default();
            lopdf::Document::load_mem_with_options(bytes, options).unwrap().get_pages().len() as u32
        }
        _ => 1,
    }
}

/// A pipeline file; `ocr` is what stands below `[ocr]`, other tables may follow.
fn pipeline(folder: &Path, orientation: &str, ocr: &str) -> PathBuf {
    let path = folder.join("crash.toml");
    let text = format!("[line]\nname = \"crash\"\n[page]\norientation = \"{orientation}\"\n[ocr]\n{ocr}");
    fs::write(&path, text).unwrap();
    path
}

/// A sheet of a made TIFF.
#[derive(Clone, Copy)]
enum Sheet {
    /// With bars that tell it from every other.
    Marked(u32),
    Blank,
    /// Its pixels would lie behind the end of the file.
    BeyondTheEnd,
}

/// Dark where the bits of `mark` are set: eight bars across the sheet.
fn is_ink(mark: u32, x: u32, y: u32) -> bool {
    let bar = (y / 15).checked_sub(1).filter(|bar| *bar < 8);
    (20..100).contains(&x) && y % 15 < 8 && bar.is_some_and(|bar| (mark | 0x80) >> bar & 1 == 1)
}

fn encoded(mark: u32, format: image::ImageFormat) -> Vec<u8> {
    let ink = |x, y| Luma([if is_ink(mark, x, y) { 0u8 } else { 255 }]);
    let mut bytes = std::io::Cursor::new(Vec::new());
    GrayImage::from_fn(SIDE.0, SIDE.1, ink).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A sheet with bars at its top, and strewn with more specks than any reader is let near.
fn specks() -> Vec<u8> {
    let ink = |x: u32, y: u32| if y < 120 { y / 15 % 2 == 1 } else { x % 2 + y % 2 == 0 };
    let sheet = GrayImage::from_fn(400, 400, |x, y| Luma([if ink(x, y) { 0u8 } else { 255 }]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    sheet.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// An uncompressed bitonal TIFF 6.0, one strip a sheet; such pictures cannot go into a PDF as they are.
fn tiff(sheets: &[Sheet]) -> Vec<u8> {
    let stride = SIDE.0.div_ceil(8);
    let mut file = b"II*\0\x08\0\0\0".to_vec();
    for (index, sheet) in sheets.iter().enumerate() {
        let entries: [(u16, u16, u32); 11] = [
            (256, 4, SIDE.0),
            (257, 4, SIDE.1),
            (258, 3, 1),
            (259, 3, 1),
            (262, 3, 1),
            (
                273,
                4,
                if matches!(sheet, Sheet::BeyondTheEnd) { 1 << 28 } else { file.len() as u32 + 2 + 11 * 12 + 4 + 16 },
            ),
            (277, 3, 1),
            (278, 4, SIDE.1),
            (279, 4, stride * SIDE.1),
            (282, 5, file.len() as u32 + 2 + 11 * 12 + 4),
            (283, 5, file.len() as u32 + 2 + 11 * 12 + 4),
        ];
        file.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, value) in entries {
            file.extend(tag.to_le_bytes().into_iter().chain(kind.to_le_bytes()).chain(1u32.to_le_bytes()));
            file.extend(value.to_le_bytes());
        }
        let pixels: Vec<u8> = (0..SIDE.1)
            .flat_map(|y| (0..stride).map(move |byte| (0..8).map(|bit| (byte * 8 + bit, y)).collect::<Vec<_>>()))
            .map(|places| {
                let white = |&(x, y): &(u32, u32)| !matches!(sheet, Sheet::Marked(mark) if is_ink(*mark, x, y));
                places.iter().fold(0, |byte, place| byte << 1 | u8::from(white(place)))
            })
            .collect();
        let last = index + 1 == sheets.len();
        let next = if last { 0 } else { file.len() as u32 + 4 + 16 + pixels.len() as u32 };
        file.extend(next.to_le_bytes());
        file.extend(15u32.to_le_bytes().into_iter().chain(1u32.to_le_bytes()).chain([0; 8]));
        file.extend(pixels);
    }
    file
}
