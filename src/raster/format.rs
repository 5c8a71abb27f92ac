//! Which format a file has, told by its first bytes and never by its name.

use super::error::Cause;

/// The formats that the line reads.
#[derive(Clone, Copy)]
pub(super) enum Format {
    Tiff,
    Jpeg,
    Png,
    Pdf,
}

impl Format {
    /// The format of a file that begins with `head`, 1,024 bytes of it or all.
    pub(super) fn of(head: &[u8]) -> Result<Self, Cause> {
        const OTHERS: [(&[u8], &str); 14] = [
            (b"BM", "a BMP image; only TIFF, JPEG, PNG and PDF are read"),
            (b"GIF8", "a GIF image; only TIFF, JPEG, PNG and PDF are read"),
            (b"\0\0\0\x0CjP  ", "a JPEG 2000 image; only TIFF, JPEG, PNG and PDF are read"),
            (b"\xFF\x4F\xFF\x51", "a JPEG 2000 code stream; only TIFF, JPEG, PNG and PDF are read"),
            (b"\x97JB2\r\n\x1A\n", "a JBIG2 image; only TIFF, JPEG, PNG and PDF are read"),
            (b"AT&TFORM", "a DjVu document; only TIFF, JPEG, PNG and PDF are read"),
            (b"%!", "a PostScript file; only TIFF, JPEG, PNG and PDF are read"),
            (b"PK\x03\x04", "a ZIP or Office file; only TIFF, JPEG, PNG and PDF are read"),
            (b"\xD0\xCF\x11\xE0", "an old Office file; only TIFF, JPEG, PNG and PDF are read"),
            (b"{\\rtf", "an RTF text; only TIFF, JPEG, PNG and PDF are read"),
            (b"RIFF", "a WebP or other RIFF file; only TIFF, JPEG, PNG and PDF are read"),
            (b"\xFF\x0A", "a JPEG XL image; only TIFF, JPEG, PNG and PDF are read"),
            (b"EP", "a Microsoft document image; only TIFF, JPEG, PNG and PDF are read"),
            (b"<", "a markup file; only TIFF, JPEG, PNG and PDF are read"),
        ];
        match head {
            [] => Err(Cause::Empty),
            // 43 is BigTIFF.
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Ok(Self::Tiff),
            [0xFF, 0xD8, 0xFF, ..] => Ok(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Ok(Self::Png),
            // Readers look for the header in the first 1024 bytes (ISO 32000-1, annex H.3).
            _ if head.windows(5).any(|w| w == b"%PDF-") => Ok(Self::Pdf),
            _ if head.iter().all(|&b| b == 0) => {
                Err(Cause::corrupt("the file begins with nothing but zero bytes, as after a failed copy"))
            }
            _ => {
                let known = OTHERS.iter().find(|(magic, _)| head.starts_with(magic));
                Err(Cause::UnknownFormat(known.map_or("neither TIFF, JPEG, PNG nor PDF", |(_, text)| text)))
            }
        }
    }
}
