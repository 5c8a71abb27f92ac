//! Whole files, their beginnings, and what no file should be.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rustix::fs::{MemfdFlags, memfd_create};

use super::*;

fn told(bytes: &[u8]) -> Wholeness {
    let mut file = File::from(memfd_create("scan", MemfdFlags::CLOEXEC).unwrap());
    file.write_all(bytes).unwrap();
    whole(&file)
}

/// Sound files of all formats, made by scanners' libraries and not by us: the seeds of the fuzzers, and the small backlog.
fn sound() -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut left: Vec<PathBuf> =
        ["fuzz/seeds/tiff", "fuzz/seeds/jpeg", "fuzz/seeds/png", "fuzz/seeds/pdf", "testdata/backlog"]
            .map(|folder| root.join(folder))
            .to_vec();
    let mut files = Vec::new();
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|ending| ending.to_str()) {
                None if path.is_dir() => left.push(path),
                Some("tif" | "jpg" | "png" | "pdf") => files.push((path.clone(), fs::read(path).unwrap())),
                _ => {}
            }
        }
    }
    files.sort();
    assert!(files.len() > 50, "{} files", files.len());
    files
}

/// Without what may be missing at the end: white space behind a PDF, a word of zeros that Pillow puts behind a TIFF.
fn core_of(path: &Path, bytes: &[u8]) -> usize {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("pdf") => bytes.trim_ascii_end().len(),
        Some("tif") => bytes.len() - 4,
        _ => bytes.len(),
    }
}

#[test]
fn sound_files_are_whole_and_their_beginnings_are_torn() {
    for (path, bytes) in sound() {
        assert_eq!(told(&bytes), Wholeness::Whole, "{}", path.display());
        let core = core_of(&path, &bytes);
        let step = (core / 400).max(1);
        for len in (0..core).step_by(step).chain(core.saturating_sub(40)..core) {
            assert_eq!(told(&bytes[..len]), Wholeness::Torn, "{} cut at {len} of {}", path.display(), bytes.len());
        }
    }
}

#[test]
fn a_file_of_the_right_length_whose_bytes_are_not_all_there_yet_is_torn() {
    for (path, bytes) in sound() {
        // What a copy that sets the length first has done by half. Pictures without compression may really be zeros.
        let plain = path.to_string_lossy().contains("raw") || path.to_string_lossy().contains("packbits");
        if bytes.len() < 2000 || plain {
            continue;
        }
        let mut half = bytes.clone();
        half[bytes.len() / 2..].fill(0);
        // A directory at the front of a TIFF tells of pieces that begin in the first half, the last of them perhaps too.
        let one_strip = path.extension().is_some_and(|ending| ending == "tif");
        assert!(one_strip || told(&half) == Wholeness::Torn, "{}", path.display());
        half[16..].fill(0);
        assert_eq!(told(&half), Wholeness::Torn, "{}", path.display());
    }
}

fn classic(entries: &[(u16, u16, u32, u32)], next: u32, rest: &[u8]) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(kind.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(next.to_le_bytes());
    bytes.extend(rest);
    bytes
}

#[test]
fn tiffs_are_checked_to_their_last_piece() {
    use Wholeness::{Torn, Whole};
    let one = |offset, len| [(273, 4, 1, offset), (279, 4, 1, len)];
    let rows: Vec<(&str, Vec<u8>, Wholeness)> = vec![
        ("a strip at the end", classic(&one(38, 10), 0, &[1; 10]), Whole),
        ("a strip that sticks out", classic(&one(38, 11), 0, &[1; 10]), Torn),
        ("a strip whose end wraps", classic(&one(u32::MAX, u32::MAX), 0, &[1; 10]), Torn),
        ("a directory of nothing", classic(&[], 0, &[0; 100]), Torn),
        ("no directory", b"II*\0\0\0\0\0".to_vec(), Torn),
        ("a directory outside", b"II*\0\xff\0\0\0".to_vec(), Torn),
        ("a chain in a circle", classic(&one(38, 10), 8, &[1; 10]), Torn),
        ("a chain to nowhere", classic(&one(38, 10), 4000, &[1; 10]), Torn),
        ("an endless list of strips", classic(&[(273, 4, u32::MAX, 38), (279, 4, 1, 1)], 0, &[1; 10]), Torn),
        ("a fax strip of zeros", classic(&[(259, 3, 1, 4), (273, 4, 1, 50), (279, 4, 1, 80)], 0, &[0; 80]), Torn),
        ("a plain strip of zeros", classic(&[(259, 3, 1, 1), (273, 4, 1, 50), (279, 4, 1, 80)], 0, &[0; 80]), Whole),
    ];
    for (name, bytes, expected) in rows {
        assert_eq!(told(&bytes), expected, "{name}");
    }
    // The same one strip as BigTIFF, in the other byte order: header of 16 bytes, entries of 20, offsets of 8.
    let mut big = b"MM\0+\0\x08\0\0\0\0\0\0\0\0\0\x10".to_vec();
    big.extend(2u64.to_be_bytes());
    for (tag, value) in [(273u16, 72u64), (279, 10)] {
        big.extend(tag.to_be_bytes());
        big.extend(16u16.to_be_bytes());
        big.extend(1u64.to_be_bytes());
        big.extend(value.to_be_bytes());
    }
    big.extend(0u64.to_be_bytes());
    assert_eq!(big.len(), 72);
    big.extend([1; 10]);
    assert_eq!(told(&big), Whole);
    assert!((0..big.len()).all(|len| told(&big[..len]) == Torn));
}

/// A PDF of sections as they stand, `{}` in each being the place where it begins.
fn pdf(parts: &[&str]) -> Vec<u8> {
    let mut text = String::from("%PDF-1.7\n");
    for part in parts {
        let at = text.find("xref").map_or(text.len(), |_| text.len());
        text.push_str(&part.replace("{}", &at.to_string()));
    }
    text.into_bytes()
}

#[test]
fn pdfs_are_read_from_their_end() {
    use Wholeness::{Torn, Whole};
    const FIRST: &str = "xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1>>\nstartxref\n{}\n%%EOF\n";
    let rows: Vec<(&str, Vec<u8>, Wholeness)> = vec![
        ("one section", pdf(&[FIRST]), Whole),
        ("zeros behind", [pdf(&[FIRST]), vec![0; 500]].concat(), Whole),
        ("more zeros than anybody adds", [pdf(&[FIRST]), vec![0; 5000]].concat(), Torn),
        ("no end mark", pdf(&["xref\n0 1\ntrailer\n<<>>\nstartxref\n{}\n"]), Torn),
        ("the front of a linearised file", pdf(&["xref\n0 1\ntrailer\n<</Prev 9000>>\nstartxref\n0\n%%EOF\n"]), Torn),
        (
            "a linearised file that lacks its end",
            pdf(&["1 0 obj\n<</Linearized 1/L 90000/H[1 2]>>\nendobj\n", FIRST]),
            Torn,
        ),
        ("a linearised file", pdf(&["1 0 obj\n<</Linearized 1/L 90/H[1 2]>>\nendobj\n", FIRST]), Whole),
        ("an update", pdf(&[FIRST, "xref\n0 0\ntrailer\n<</Prev 9>>\nstartxref\n{}\n%%EOF"]), Whole),
        (
            "an update of what is not there",
            pdf(&[FIRST, "xref\n0 0\ntrailer\n<</Prev 12>>\nstartxref\n{}\n%%EOF"]),
            Torn,
        ),
        ("an update of itself", pdf(&["xref\n0 0\ntrailer\n<</Prev 9>>\nstartxref\n{}\n%%EOF"]), Torn),
        ("an update that breaks off", pdf(&[FIRST, "7 0 obj\n<</Length 9"]), Torn),
        ("a mark that leads nowhere", pdf(&["startxref\n4\n%%EOF"]), Torn),
        ("a mark that leads behind the end", pdf(&["startxref\n99999999999999999999\n%%EOF"]), Torn),
        (
            "a stream",
            pdf(&["4 0 obj\n<</Type/XRef/Length 1>>\nstream\nx\nendstream\nendobj\nstartxref\n{}\n%%EOF"
                .replace("{}", "9")
                .as_str()]),
            Whole,
        ),
        ("mail text before the header", [b"X-Mail: 1\r\n\r\n".to_vec(), pdf(&[FIRST])].concat(), Whole),
    ];
    for (name, bytes, expected) in rows {
        assert_eq!(told(&bytes), expected, "{name}: {}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn jpegs_end_where_their_last_marker_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let jpeg = fs::read(root.join("fuzz/seeds/jpeg/exif.jpg")).unwrap();
    assert_eq!(told(&[jpeg.clone(), vec![0; 70_000]].concat()), Wholeness::Whole);
    // A preview within an APP segment ends before the picture does; the two last bytes alone would not tell.
    let mut with_preview = jpeg[..2].to_vec();
    with_preview.extend(b"\xff\xe2\x00\x08\xff\xd8\xff\xd9xx");
    let head = with_preview.len();
    with_preview.extend(&jpeg[2..]);
    assert_eq!(told(&with_preview), Wholeness::Whole);
    assert_eq!(told(&with_preview[..head - 2]), Wholeness::Torn);
    assert_eq!(told(b"\xff\xd8\xff\xd9"), Wholeness::Torn);
}

#[test]
fn nothing_and_other_things_are_torn() {
    for bytes in [&b""[..], b"GIF89a", b"PK\x03\x04", &[0; 5000], b"%PDF-", b"\x89PNG\r\n\x1a\n"] {
        assert_eq!(told(bytes), Wholeness::Torn, "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn no_flipped_bytes_make_it_panic(
        file in 0usize..1000,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let files = sound();
        let (_, bytes) = &files[file % files.len()];
        let mut bytes = bytes[..bytes.len().min(100_000)].to_vec();
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = told(&bytes);
    }

    #[test]
    fn no_bytes_make_it_panic(magic in 0usize..6, bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let magics: [&[u8]; 6] = [b"II*\0", b"MM\0*", b"II+\0", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4\nstartxref\n9\n%%EOF"];
        let _ = told(&[magics[magic], bytes.as_slice()].concat());
    }
}
