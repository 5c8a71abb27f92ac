//! Made-up scans of one page, each with bytes of its own. Of none of them is a beginning whole.

use std::fmt::Write as _;
use std::io::Cursor;

use image::{GrayImage, ImageFormat, Luma};

use crate::dice::Dice;

/// A scan's ending and bytes.
pub(crate) struct Scan {
    pub(crate) ending: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// One of the four formats; `unique` makes its bytes its own.
pub(crate) fn scan(unique: u64, dice: &mut Dice) -> Scan {
    let size = 24 + dice.roll(60) as u32;
    let mut picture = GrayImage::from_fn(size, size, |_, _| Luma([dice.roll(256) as u8]));
    // The number, bit by bit, in both colours that JPEG leaves alone; eight pixels each.
    for bit in 0..64 {
        let value = if unique >> bit & 1 == 1 { 255 } else { 0 };
        picture.put_pixel(bit as u32 % size, bit as u32 / size, Luma([value]));
    }
    let encoded = |format| {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    match dice.roll(4) {
        0 => Scan { ending: "png", bytes: encoded(ImageFormat::Png) },
        1 => Scan { ending: "jpg", bytes: with_comment(encoded(ImageFormat::Jpeg), unique) },
        2 => Scan { ending: "tif", bytes: tiff(&picture) },
        _ => Scan { ending: "pdf", bytes: pdf(&with_comment(encoded(ImageFormat::Jpeg), unique), size) },
    }
}

/// A comment behind the first marker: what a JPEG rounds away makes no two files alike.
fn with_comment(jpeg: Vec<u8>, unique: u64) -> Vec<u8> {
    let mut bytes = jpeg[..2].to_vec();
    bytes.extend([0xff, 0xfe, 0, 10]);
    bytes.extend(unique.to_be_bytes());
    bytes.extend(&jpeg[2..]);
    bytes
}

/// Grey, uncompressed, its directory at the end as scanners write it.
fn tiff(picture: &GrayImage) -> Vec<u8> {
    let samples = picture.as_raw();
    let mut bytes = b"II*\0".to_vec();
    bytes.extend((8 + samples.len() as u32 + samples.len() as u32 % 2).to_le_bytes());
    bytes.extend(samples);
    bytes.resize(bytes.len() + samples.len() % 2, 0);
    let long = 4_u16;
    let entries: [(u16, u32); 9] = [
        (256, picture.width()),
        (257, picture.height()),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, picture.height()),
        (279, samples.len() as u32),
    ];
    bytes.extend((entries.len() as u16).to_le_bytes());
    for (tag, value) in entries {
        bytes.extend(tag.to_le_bytes());
        bytes.extend(long.to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(value.to_le_bytes());
    }
    bytes.extend(0_u32.to_le_bytes());
    bytes
}

/// One page that is a JPEG.
fn pdf(jpeg: &[u8], size: u32) -> Vec<u8> {
    let content = format!("q {size} 0 0 {size} 0 0 cm /I Do Q");
    let stream = |head: String, data: &[u8]| {
        let mut object = format!("<< {head} /Length {} >>\nstream\n", data.len()).into_bytes();
        object.extend(data);
        object.extend(b"\nendstream");
        object
    };
    let image = format!(
        "/Type /XObject /Subtype /Image /Width {size} /Height {size} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode"
    );
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size} {size}] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>")
            .into_bytes(),
        stream(String::new(), content.as_bytes()),
        stream(image, jpeg),
    ];
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        let _ = writeln!(table, "{:010} 00000 n ", bytes.len());
        bytes.extend(format!("{number} 0 obj\n").into_bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let at = bytes.len();
    bytes.extend(table.into_bytes());
    bytes.extend(
        format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n", objects.len() + 1).into_bytes(),
    );
    bytes
}
