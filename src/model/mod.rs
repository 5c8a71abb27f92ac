//! The nouns of the line, their units and identities.
//!
//! In: nothing. Out: plain data that every room may hold. Knows no file, no engine, no ledger: no I/O happens here.
//!
//! Coordinates: *scan pixels* are the pixels of the page image as the scanner stored it, row-major, origin top left,
//! x to the right, y downwards; pixel `(0, 0)` covers the unit square from `(0.0, 0.0)` to `(1.0, 1.0)`.
//! *Upright pixels* are scan pixels after the page's [`Placement`] (mirroring and a quarter turn) was undone; they are
//! never resampled. The residual skew is a property of the page, not of its pixels.

mod digest;
mod fault;
mod field;
mod geometry;
mod image;
mod opening;
mod order;
mod page;
mod receipt;
mod sheet;
mod text;

pub use digest::{Digest, Digester, PageId};
pub use fault::{Fault, FaultKind, Stage, Wholeness};
pub use field::Field;
pub use geometry::{Affine, Degrees, PixelBox, Placement, Point, Quad, QuarterTurn, Resolution};
pub use image::{ByteRange, ColourMode, ImageCodec, ImageStream, PageImage};
pub use opening::{Face, Opening};
pub use order::PageOrder;
pub use page::{Barcode, Blank, PageRecord, PatchCode, PatchKind};
pub use receipt::{DuplicateAction, PageCounts, Receipt};
pub use sheet::{SheetLevel, SheetOrder};
pub use text::{TextLine, Word};
