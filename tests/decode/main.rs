//! Scans of every kind, made here, through [`scanstrasse::raster::ScanFile`].

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod images;
mod pdf;
mod tiff;

use std::io::Write;

use scanstrasse::model::{Fault, FaultKind};
use scanstrasse::raster::{DecodeParams, DecodedPage, PictureData, ScanFile};

/// A page of ink on paper that looks different from all eight sides: 0 is black.
fn pattern(width: u32, height: u32) -> Vec<u8> {
    let ink =
        |x: u32, y: u32| x < width / 4 || (y < height / 5 && x < width / 2) || (x * 7 + y * 13).is_multiple_of(31);
    (0..width * height).map(|i| if ink(i % width, i / width) { 0 } else { 255 }).collect()
}

/// Grey that rises to the right and downwards.
fn gradient(width: u32, height: u32) -> Vec<u8> {
    (0..width * height).map(|i| (((i % width) * 255 / width + (i / width) * 255 / height) / 2) as u8).collect()
}

/// Group 4 as another encoder than ours makes it.
fn group4(width: u32, pixels: &[u8]) -> Vec<u8> {
    use fax::{Color, VecWriter, encoder::Encoder};
    let mut encoder = Encoder::new(VecWriter::new());
    for row in pixels.chunks_exact(width as usize) {
        let colours = row.iter().map(|&p| if p < 128 { Color::Black } else { Color::White });
        let Ok(()) = encoder.encode_line(colours, width);
    }
    let Ok(writer) = encoder.finish();
    writer.finish()
}

fn jpeg(width: u32, height: u32, components: usize, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let colour = if components == 1 { image::ExtendedColorType::L8 } else { image::ExtendedColorType::Rgb8 };
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 90).encode(pixels, width, height, colour).unwrap();
    bytes
}

/// A file with a name that says nothing about its format.
struct TestFile {
    bytes: Vec<u8>,
    file: tempfile::NamedTempFile,
}

impl TestFile {
    fn new(bytes: Vec<u8>) -> Self {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        Self { bytes, file }
    }

    fn open(&self) -> Result<ScanFile, Fault> {
        self.open_with(&DecodeParams::default())
    }

    fn open_with(&self, params: &DecodeParams) -> Result<ScanFile, Fault> {
        ScanFile::open(self.file.path(), params).map_err(Fault::from)
    }

    fn page(&self, index: u32) -> Result<DecodedPage, Fault> {
        self.open()?.page(index).map_err(Fault::from)
    }

    /// The fault of opening, or of the first page.
    fn fault(&self) -> FaultKind {
        self.page(0).expect_err("a fault").kind
    }

    /// The bytes of the page's picture, wherever they lie.
    fn picture(&self, page: &DecodedPage) -> Vec<u8> {
        match &page.picture.data {
            PictureData::InScan(range) => self.bytes[range.offset as usize..][..range.len as usize].to_vec(),
            PictureData::Bytes(bytes) => bytes.clone(),
        }
    }
}

#[test]
fn other_files_are_named_and_refused() {
    let cases: [(&[u8], FaultKind, &str); 9] = [
        (b"", FaultKind::Empty, "no bytes"),
        (b"BM\x00\x00\x00\x00", FaultKind::UnknownFormat, "BMP"),
        (b"GIF89a", FaultKind::UnknownFormat, "GIF"),
        (b"\0\0\0\x0CjP  \r\n\x87\n", FaultKind::UnknownFormat, "JPEG 2000"),
        (b"PK\x03\x04", FaultKind::UnknownFormat, "ZIP"),
        (b"hello", FaultKind::UnknownFormat, "neither"),
        (&[0; 4000], FaultKind::Corrupt, "zero bytes"),
        (b"II*\0\x08\0\0\0", FaultKind::Truncated, "directory"),
        (b"%PDF-1.4\n", FaultKind::Truncated, "end marker"),
    ];
    for (bytes, kind, words) in cases {
        let fault = TestFile::new(bytes.to_vec()).open().err().expect("refused");
        assert_eq!(fault.kind, kind, "{}", fault.detail);
        assert!(fault.detail.contains(words), "{}", fault.detail);
    }
}

#[test]
fn a_missing_file_is_an_io_fault() {
    let fault: Fault = ScanFile::open("/nonexistent/scan".as_ref(), &DecodeParams::default()).err().unwrap().into();
    assert_eq!(fault.kind, FaultKind::Io);
}
