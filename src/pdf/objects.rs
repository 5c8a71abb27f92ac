//! Numbered objects written out at once, and the cross-reference table that finds them again.

use std::io::Write;

use pdf_writer::{Chunk, Ref};

use super::PdfError;

/// ISO 19005-2, 6.1.13: a file holds at most this many indirect objects.
const MAX_OBJECTS: usize = 8_388_607;
/// An offset in a cross-reference table has ten digits (ISO 32000-1, 7.5.4).
const MAX_OFFSET: u64 = 9_999_999_999;

/// A PDF file under way: what it keeps is the offset of each object, 8 bytes.
pub(super) struct Objects<W> {
    out: W,
    /// Bytes written so far.
    at: u64,
    /// Offset of object `index + 1`; 0 while it is only reserved.
    offsets: Vec<u64>,
}

impl<W: Write> Objects<W> {
    /// Writes the header: version 1.7 and four bytes that mark the file as binary (ISO 19005-2, 6.1.2).
    pub(super) fn begin(out: W) -> Result<Self, PdfError> {
        let mut objects = Self { out, at: 0, offsets: Vec::new() };
        objects.raw(b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")?;
        Ok(objects)
    }

    /// A number for an object that is written later.
    pub(super) fn reserve(&mut self) -> Result<Ref, PdfError> {
        if self.offsets.len() >= MAX_OBJECTS {
            return Err(PdfError::TooLarge);
        }
        self.offsets.push(0);
        Ok(Ref::new(self.offsets.len() as i32))
    }

    /// Writes the one object `id` that `build` puts into the chunk.
    pub(super) fn write(&mut self, id: Ref, build: impl FnOnce(&mut Chunk)) -> Result<(), PdfError> {
        let mut chunk = Chunk::new();
        build(&mut chunk);
        debug_assert!(chunk.refs().eq([id]), "one chunk, one object");
        self.mark(id)?;
        self.raw(chunk.as_bytes())
    }

    /// Notes that object `id` begins here; its bytes follow through [`Self::raw`].
    pub(super) fn mark(&mut self, id: Ref) -> Result<(), PdfError> {
        if self.at > MAX_OFFSET {
            return Err(PdfError::TooLarge);
        }
        if let Some(offset) = self.offsets.get_mut((id.get() - 1) as usize) {
            *offset = self.at;
        }
        Ok(())
    }

    /// Writes bytes as they are.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> Result<(), PdfError> {
        self.out.write_all(bytes).map_err(PdfError::Write)?;
        self.at = self.at.saturating_add(bytes.len() as u64);
        Ok(())
    }

    /// Writes the cross-reference table and the trailer, flushes, and gives the target back. `file_id` names the
    /// document's content: both halves of `/ID` are the same in a file that was never changed.
    pub(super) fn finish(mut self, catalog: Ref, info: Ref, file_id: &[u8; 16]) -> Result<W, PdfError> {
        let table_at = self.at;
        if table_at > MAX_OFFSET {
            return Err(PdfError::TooLarge);
        }
        let size = self.offsets.len() + 1;
        self.raw(format!("xref\n0 {size}\n0000000000 65535 f\r\n").as_bytes())?;
        for offset in std::mem::take(&mut self.offsets) {
            self.raw(format!("{offset:010} 00000 n\r\n").as_bytes())?;
        }
        let id: String = file_id.iter().map(|byte| format!("{byte:02X}")).collect();
        let (root, info) = (catalog.get(), info.get());
        self.raw(
            format!(
                "trailer\n<< /Size {size} /Root {root} 0 R /Info {info} 0 R /ID [<{id}> <{id}>] >>\n\
                 startxref\n{table_at}\n%%EOF\n"
            )
            .as_bytes(),
        )?;
        self.out.flush().map_err(PdfError::Write)?;
        Ok(self.out)
    }
}
