//! Patch codes and barcodes on a page.
//!
//! In: a grey raster. Out: codes with their boxes. Knows no meaning of a code: that is `assemble`'s.
