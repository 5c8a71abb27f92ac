//! PDF (in work).
use super::DecodeParams;
use super::error::Cause;
use super::scan::DecodedPage;

pub(crate) struct PdfScan;

impl PdfScan {
    pub(crate) fn open(_bytes: Vec<u8>, _params: &DecodeParams) -> Result<Self, Cause> {
        Err(Cause::unsupported("PDF"))
    }
    pub(crate) fn pages(&self) -> u32 {
        0
    }
    pub(crate) fn page(&mut self, _index: u32, _params: &DecodeParams) -> Result<DecodedPage, Cause> {
        Err(Cause::NoPages)
    }
}
