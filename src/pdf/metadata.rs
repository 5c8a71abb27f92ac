//! What the file says about itself: the information dictionary and the XMP packet, which must agree
//! (ISO 19005-2, 6.6.2 and 6.6.3).

use jiff::tz::TimeZone;
use pdf_writer::{Chunk, Date, Ref, TextStr};
use xmp_writer::{DateTime, LangId, Timezone, XmpWriter};

use super::PdfError;

/// The program that wrote the file, as `pdf:Producer` and in the information dictionary.
pub const PRODUCER: &str = concat!("Scanstraße ", env!("CARGO_PKG_VERSION"));

/// Longest language tag taken; the longest useful ones have about 35 characters (RFC 5646, 4.4.1).
const MAX_LANGUAGE: usize = 64;

/// What a document is called. Ends up in the file, never in logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentInfo {
    /// Shown by viewers in place of the file name.
    pub title: String,
    /// BCP 47 tag of the text (`de`).
    pub language: String,
    /// When the document was made; the same input with the same time gives the same bytes.
    pub created: jiff::Timestamp,
    /// A sentence about the content, if any.
    pub subject: Option<String>,
}

impl DocumentInfo {
    /// The same with text that PDF strings and XML can both carry, so that the two always agree.
    pub(super) fn checked(&self) -> Result<Self, PdfError> {
        let mut parts = self.language.split('-');
        let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        let primary = parts.next().unwrap_or_default();
        let well_formed = subtag(primary) && primary.bytes().all(|b| b.is_ascii_alphabetic()) && parts.all(subtag);
        if !well_formed || self.language.len() > MAX_LANGUAGE {
            return Err(PdfError::Language);
        }
        Ok(Self {
            title: plain(&self.title),
            language: self.language.clone(),
            created: self.created,
            subject: self.subject.as_deref().map(plain),
        })
    }

    /// Writes the information dictionary.
    pub(super) fn write_info(&self, id: Ref, chunk: &mut Chunk) {
        let utc = self.created.to_zoned(TimeZone::UTC);
        let date = Date::new(utc.year().max(0) as u16)
            .month(utc.month() as u8)
            .day(utc.day() as u8)
            .hour(utc.hour() as u8)
            .minute(utc.minute() as u8)
            .second(utc.second() as u8)
            .utc_offset_hour(0);
        let mut info = chunk.indirect(id).start::<pdf_writer::writers::DocumentInfo>();
        info.title(TextStr(&self.title)).producer(TextStr(PRODUCER)).creation_date(date).modified_date(date);
        if let Some(subject) = &self.subject {
            info.subject(TextStr(subject));
        }
    }

    /// The XMP packet, UTF-8.
    pub(super) fn xmp(&self) -> String {
        let utc = self.created.to_zoned(TimeZone::UTC);
        let date = DateTime::new(
            utc.year().max(0) as u16,
            utc.month() as u8,
            utc.day() as u8,
            utc.hour() as u8,
            utc.minute() as u8,
            utc.second() as u8,
            Timezone::Utc,
        );
        let mut xmp = XmpWriter::new();
        xmp.pdfa_part(2).pdfa_conformance("U");
        xmp.format("application/pdf").title([(None, self.title.as_str())]);
        if let Some(subject) = &self.subject {
            xmp.description([(None, subject.as_str())]);
        }
        xmp.language([LangId(&self.language)]);
        xmp.create_date(date).modify_date(date).metadata_date(date);
        xmp.producer(PRODUCER);
        xmp.finish(None)
    }
}

/// Characters of a title at most: 32,767 bytes are the limit of a string (ISO 19005-2, 6.1.13), four a character.
const MAX_CHARS: usize = 8_000;

/// `text` with every control character and every character that XML 1.0 cannot carry turned into a blank, and not longer
/// than a string may be.
pub(super) fn plain(text: &str) -> String {
    let carried = |c: char| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c };
    text.chars().take(MAX_CHARS).map(carried).collect()
}
