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
    /// Blank, left out, recorded.
    Blank,
    /// Held.
    Held,
}

/// A backlog in a folder, with every page's place. The page `None` is a file that is held as a whole.
pub(crate) struct Backlog {
    pub(crate) input: PathBuf,
    pub(crate) pipeline: PathBuf,
    pub(crate) truth: BTreeMap<(String, Option<u32>), Place>,
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
    Backlog { input, pipeline: pipeline(folder, false, "drop"), truth }
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
    Backlog { input, pipeline: pipeline(folder, read, "keep"), truth }
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

fn pipeline(folder: &Path, read: bool, blanks: &str) -> PathBuf {
    let path = folder.join("crash.toml");
    let orientation = if read { "content" } else { "tags" };
    let text = format!(
        "[line]\nname = \"crash\"\n[page]\norientation = \"{orientation}\"\n[ocr]\nenabled = {read}\n\
         [blank]\naction = \"{blanks}\"\n"
    );
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
