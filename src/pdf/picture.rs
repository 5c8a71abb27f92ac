//! The page's picture as an image object: its stream is copied bit for bit and its digest checked on the way.

use std::io::{Read, Write};

use pdf_writer::Ref;
use sha2::{Digest as _, Sha256};

use super::PdfError;
use super::objects::Objects;
use crate::model::{Digest, ImageCodec, ImageStream, PageImage};

/// Bytes copied at once.
const COPY_BYTES: usize = 64 * 1024;

/// Writes `image` as object `id`, its bytes from `stream`, which must end where the record says.
pub(super) fn write<W: Write>(
    image: &PageImage,
    stream: &mut dyn Read,
    id: Ref,
    page: u32,
    objects: &mut Objects<W>,
) -> Result<(), PdfError> {
    let expected = match image.stream {
        ImageStream::InScan(range) => range.len,
        ImageStream::Stored { len, .. } => len,
    };
    objects.mark(id)?;
    objects.raw(format!("{} 0 obj\n{}\nstream\n", id.get(), dictionary(image, expected)).as_bytes())?;

    let (mut sha, mut copied, mut buffer) = (Sha256::new(), 0_u64, vec![0; COPY_BYTES]);
    loop {
        let got = match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(got) => got,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(source) => return Err(PdfError::Picture { page, source }),
        };
        copied = copied.saturating_add(got as u64);
        let bytes = buffer.get(..got).filter(|_| copied <= expected);
        let bytes = bytes.ok_or(PdfError::PictureLength { page, expected })?;
        sha.update(bytes);
        objects.raw(bytes)?;
    }
    if copied != expected {
        return Err(PdfError::PictureLength { page, expected });
    }
    if Digest(sha.finalize().into()) != image.digest {
        return Err(PdfError::PictureChanged { page });
    }
    objects.raw(b"\nendstream\nendobj\n\n")
}

/// The image dictionary (ISO 32000-1, 8.9.5), whose filter is the stream's own encoding. By hand, because the bytes
/// that follow are never in memory as a whole.
fn dictionary(image: &PageImage, len: u64) -> String {
    let (width, height) = (image.width_px, image.height_px);
    let space = |components| if components == 3 { "DeviceRGB" } else { "DeviceGray" };
    let coding = match image.codec {
        ImageCodec::Jpeg { components } => {
            format!("/ColorSpace /{} /BitsPerComponent 8 /Filter /DCTDecode", space(components))
        }
        // EndOfBlock false: the decoder stops after `Rows` rows or at the end of the data, so that a stream with and
        // one without the closing EOFB both read (ISO 32000-1, table 11). Without BlackIs1, black runs decode to 0,
        // which is black in DeviceGray; a scan whose "black" runs are white paper wants the opposite.
        ImageCodec::Group4 { inverted } => format!(
            "/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns {width} \
             /Rows {height} /EndOfBlock false /BlackIs1 {inverted} >>"
        ),
        ImageCodec::Flate { components } => format!(
            "/ColorSpace /{} /BitsPerComponent 8 /Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors {components} \
             /BitsPerComponent 8 /Columns {width} >>",
            space(components)
        ),
    };
    format!("<< /Type /XObject /Subtype /Image /Width {width} /Height {height} {coding} /Length {len} >>")
}
