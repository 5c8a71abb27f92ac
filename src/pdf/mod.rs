//! A document in, PDF/A-2u out.
//!
//! In: page records one after another and the bytes of their pictures. Out: a file, written once from front to back,
//! whose memory does not grow with its pages. Knows no ledger and no OCR engine. `PDF_A2U.md` is its conformance ledger.
