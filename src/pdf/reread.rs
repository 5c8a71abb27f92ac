//! Proof after writing: the file is read again from the disk and must hold what was meant. And proof years later:
//! [`pictures`] tells what the pages of a file show.
//!
//! Reads what [`super::PdfWriter`] writes (a cross-reference table, plain dictionaries), and such a file after qpdf
//! rewrote it; not PDFs in general. Memory is one buffer, whatever the number of pages. The file may be anybody's: time
//! is bounded by its length, and nothing of it is taken for granted.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::ZlibDecoder;
use sha2::{Digest as _, Sha256};

use super::PdfError;
use crate::model::Digest;

/// The longest dictionary that is written for a page, a node or a picture, generously.
const MAX_DICTIONARY: usize = 16 * 1024;
/// `%%EOF` and `startxref` stand in the last bytes.
const TAIL: u64 = 64;
/// Bytes of an entry of the cross-reference table (ISO 32000-1, 7.5.4).
const ENTRY: u64 = 20;
/// Levels of the page tree: 32 pages a node would overflow any file long before.
const MAX_DEPTH: usize = 12;

/// Bytes that a page's drawing and text may unpack to: 200,000 words have about 20 MB.
const MAX_CONTENTS: u64 = 256 << 20;

/// How often the file's bytes may be read for its pages' streams; each has its own in a file as it was written.
const SHARED: u64 = 8;

const END_OF_STREAM: &[u8] = b"endstream";

/// The data of a stream.
type Data<'a> = io::Take<&'a mut BufReader<File>>;

/// How the file on the disk differs from what was written.
#[derive(Debug, thiserror::Error)]
pub enum RereadError {
    /// The file cannot be read.
    #[error("read the written pdf again: {0}")]
    Read(#[from] io::Error),
    /// It ends before its end marker.
    #[error("the written pdf is cut short: no end marker")]
    NoEnd,
    /// The cross-reference table is not where the end of the file says, or not a table.
    #[error("the written pdf's cross-reference table is broken")]
    Table,
    /// An object is not where the table says, or lacks an entry.
    #[error("object {number} of the written pdf is broken")]
    Object {
        /// Its number.
        number: u32,
    },
    /// Pages are missing, or too many.
    #[error("the written pdf has {found} pages instead of {expected}")]
    Pages {
        /// Pages written.
        expected: usize,
        /// Pages found.
        found: usize,
    },
    /// A picture is not the one that was written.
    #[error("the picture of page {page} of the written pdf has another SHA-256")]
    Picture {
        /// Page, from 1.
        page: usize,
    },
}

/// Reads the file at `path` again and compares: the end marker, the cross-reference table and every object's place, the
/// number of pages, the checksum of every page's drawing and text, and the SHA-256 of every page's picture with
/// `expected`, in page order.
///
/// # Errors
/// [`PdfError::Reread`].
pub fn reread(path: &Path, expected: &[Digest]) -> Result<(), PdfError> {
    let mut file = Written::open(File::open(path).map_err(RereadError::Read)?)?;
    file.check_places()?;
    let mut found = 0;
    file.for_each_picture(|digest| {
        found += 1;
        match expected.get(found - 1) {
            None => Err(RereadError::Pages { expected: expected.len(), found }),
            Some(expected) if *expected != digest => Err(RereadError::Picture { page: found }),
            Some(_) => Ok(()),
        }
    })?;
    if found == expected.len() { Ok(()) } else { Err(RereadError::Pages { expected: expected.len(), found }.into()) }
}

/// SHA-256 of the picture of every page of a file of ours, in page order; every object's place and the checksum of every
/// page's drawing and text are checked on the way.
///
/// # Errors
/// [`RereadError`]: it is no sound file as the line writes them.
pub fn pictures(file: File) -> Result<Vec<Digest>, RereadError> {
    let mut file = Written::open(file)?;
    file.check_places()?;
    let mut pictures = Vec::new();
    file.for_each_picture(|digest| {
        pictures.push(digest);
        Ok(())
    })?;
    Ok(pictures)
}

/// A file of ours, opened.
struct Written {
    input: BufReader<File>,
    /// Where entry 0 of the table begins.
    entries_at: u64,
    /// Entries in the table.
    size: u32,
    /// Number of the catalog.
    root: u32,
    /// Length of the file.
    len: u64,
}

/// An indirect object: the text of its dictionary, and where a stream's data begins.
struct Object {
    number: u32,
    dictionary: Vec<u8>,
    data_at: u64,
}

impl Written {
    fn open(file: File) -> Result<Self, RereadError> {
        let mut input = BufReader::new(file);
        let len = input.seek(SeekFrom::End(0))?;
        let tail = read_at(&mut input, len.saturating_sub(TAIL), TAIL as usize)?;
        let tail = tail.strip_suffix(b"\n%%EOF\n").ok_or(RereadError::NoEnd)?;
        let table_at = tail.rsplit(|&b| b == b'\n').next().and_then(number).ok_or(RereadError::NoEnd)?;

        let head = read_at(&mut input, table_at, 32)?;
        let mut lines = head.split(|&b| b == b'\n');
        let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let size = second.strip_prefix(b"0 ").and_then(number).and_then(|n| u32::try_from(n).ok());
        let size = size.filter(|_| first == b"xref").ok_or(RereadError::Table)?;
        let entries_at = table_at.saturating_add((first.len() + second.len()) as u64 + 2);

        let trailer = read_at(&mut input, entries_at.saturating_add(ENTRY * u64::from(size)), 256)?;
        let root = Some(&trailer[..]).filter(|t| t.starts_with(b"trailer")).and_then(|t| reference(t, "Root"));
        Ok(Self { input, entries_at, size, root: root.ok_or(RereadError::Table)?, len })
    }

    /// Where object `number` begins.
    fn place(&mut self, number: u32) -> Result<u64, RereadError> {
        let entry =
            read_at(&mut self.input, self.entries_at.saturating_add(ENTRY * u64::from(number)), ENTRY as usize)?;
        let offset = entry.trim_ascii_end().strip_suffix(b" 00000 n").and_then(self::number);
        offset.filter(|_| number < self.size).ok_or(RereadError::Table)
    }

    /// Every entry of the table leads to its object.
    fn check_places(&mut self) -> Result<(), RereadError> {
        for number in 1..self.size {
            let offset = self.place(number)?;
            let head = format!("{number} 0 obj\n");
            if read_at(&mut self.input, offset, head.len())? != head.as_bytes() {
                return Err(RereadError::Object { number });
            }
        }
        Ok(())
    }

    fn object(&mut self, number: u32) -> Result<Object, RereadError> {
        let offset = self.place(number)?;
        let bytes = read_at(&mut self.input, offset, MAX_DICTIONARY)?;
        let find = |mark: &[u8]| bytes.windows(mark.len()).position(|window| window == mark);
        let stream = find(b"\nstream\n");
        let end = find(b"\nendobj\n").into_iter().chain(stream).min().ok_or(RereadError::Object { number })?;
        let data_at = offset.saturating_add((end + b"\nstream\n".len()) as u64);
        Ok(Object { number, dictionary: bytes.get(..end).unwrap_or_default().to_vec(), data_at })
    }

    /// Walks the page tree in order, with one node of each level in memory, and tells the SHA-256 of each page's picture.
    fn for_each_picture(&mut self, mut tell: impl FnMut(Digest) -> Result<(), RereadError>) -> Result<(), RereadError> {
        let catalog = self.object(self.root)?;
        let root = reference(&catalog.dictionary, "Pages").ok_or(RereadError::Object { number: catalog.number })?;
        let mut branch = vec![vec![root]];
        // A tree has each node once, and few pages share a picture: a file that says otherwise would be walked for ever.
        let (mut nodes_left, mut bytes_left) = (self.size, self.len.saturating_mul(SHARED));
        while let Some(nodes) = branch.last_mut() {
            let Some(number) = nodes.pop() else {
                branch.pop();
                continue;
            };
            let broken = RereadError::Object { number };
            nodes_left = nodes_left.checked_sub(1).ok_or(RereadError::Object { number })?;
            let node = self.object(number)?;
            if let Some(mut kids) = kids(&node.dictionary) {
                kids.reverse();
                branch.push(kids);
                if branch.len() > MAX_DEPTH {
                    return Err(broken);
                }
                continue;
            }
            let picture = reference(&node.dictionary, "P").ok_or(RereadError::Object { number })?;
            let contents = reference(&node.dictionary, "Contents").ok_or(RereadError::Object { number })?;
            let contents_len = self.inflate(contents)?;
            let (digest, picture_len) = self.stream_digest(picture)?;
            bytes_left = bytes_left.checked_sub(contents_len.saturating_add(picture_len)).ok_or(broken)?;
            tell(digest)?;
        }
        Ok(())
    }

    /// SHA-256 and length of a stream's data.
    fn stream_digest(&mut self, number: u32) -> Result<(Digest, u64), RereadError> {
        let mut sha = Sha256::new();
        let len = self.stream(number, |data| {
            let mut buffer = vec![0; 64 * 1024];
            loop {
                let got = data.read(&mut buffer)?;
                let Some(bytes) = buffer.get(..got).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
                sha.update(bytes);
            }
        })?;
        Ok((Digest(sha.finalize().into()), len))
    }

    /// A page's drawing and text unpack; zlib's checksum proves them unchanged. Returns the packed length.
    fn inflate(&mut self, number: u32) -> Result<u64, RereadError> {
        let unpack = |data: &mut Data| {
            let mut contents = ZlibDecoder::new(data).take(MAX_CONTENTS + 1);
            match io::copy(&mut contents, &mut io::sink())? {
                0..=MAX_CONTENTS => Ok(()),
                _ => Err(io::ErrorKind::InvalidData.into()),
            }
        };
        self.stream(number, unpack).map_err(|_| RereadError::Object { number })
    }

    /// Hands out a stream's data, as long as its dictionary says, and checks that its end follows. Returns its length.
    fn stream(&mut self, number: u32, take: impl FnOnce(&mut Data) -> io::Result<()>) -> Result<u64, RereadError> {
        let object = self.object(number)?;
        let broken = RereadError::Object { number };
        let Some(len) = value(&object.dictionary, "Length").and_then(self::number) else { return Err(broken) };
        self.input.seek(SeekFrom::Start(object.data_at))?;
        take(&mut (&mut self.input).take(len))?;
        let end = read_at(&mut self.input, object.data_at.saturating_add(len), END_OF_STREAM.len() + 1)?;
        // qpdf leaves the line break before it out where the data end with one.
        let end = end.strip_prefix(b"\n").unwrap_or(&end);
        if end.starts_with(END_OF_STREAM) { Ok(len) } else { Err(broken) }
    }
}

/// Up to `len` bytes from `offset`; fewer at the end of the file.
fn read_at(input: &mut BufReader<File>, offset: u64, len: usize) -> io::Result<Vec<u8>> {
    input.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::with_capacity(len);
    input.take(len as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The digits at the start of `bytes`, up to a blank or the end.
fn number(bytes: &[u8]) -> Option<u64> {
    let digits = bytes.split(|b| !b.is_ascii_digit()).next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// What follows `/key` in the text of a dictionary.
fn value<'a>(dictionary: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let key = [b"/", key.as_bytes()].concat();
    let at = |index: usize| dictionary.get(index + key.len()..);
    let ends = |rest: &[u8]| rest.first().is_some_and(|b| !b.is_ascii_alphanumeric());
    let mut places = dictionary.windows(key.len()).enumerate().filter(|(_, window)| *window == key);
    let rest = places.find_map(|(index, _)| at(index).filter(|rest| ends(rest)))?;
    Some(rest.trim_ascii_start())
}

/// The object number of the reference after `/key`.
fn reference(dictionary: &[u8], key: &str) -> Option<u32> {
    u32::try_from(number(value(dictionary, key)?)?).ok()
}

/// The object numbers in `/Kids`, if there are any.
fn kids(dictionary: &[u8]) -> Option<Vec<u32>> {
    let list = value(dictionary, "Kids")?.strip_prefix(b"[")?.split(|&b| b == b']').next()?;
    let text = std::str::from_utf8(list).ok()?;
    text.split(" 0 R").map(str::trim).filter(|n| !n.is_empty()).map(|n| n.parse().ok()).collect()
}
