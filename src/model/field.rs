//! What a document says of itself: its index fields.

use serde::{Deserialize, Serialize};

use super::PixelBox;

/// An index field of a document (Indexfeld), with all that is needed to check it against the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Its name, as the pipeline or the reader calls it: `Rechnungsnummer`.
    pub name: String,
    /// What stands on the page, as read. Personal data: never logged.
    pub raw: String,
    /// The same in one form: dates as `2026-03-09`, amounts as `1234.50`, an IBAN without blanks. Personal data too.
    pub value: String,
    /// 0 to 1: the estimate that `value` is right.
    pub confidence: f32,
    /// The page of the document, from 0.
    pub page: u32,
    /// Where it stands there, in scan pixels.
    #[serde(rename = "box")]
    pub bounds: PixelBox,
}

impl Field {
    /// The value of the first field of that name.
    pub fn value_of<'f>(fields: &'f [Self], name: &str) -> Option<&'f str> {
        fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }
}
