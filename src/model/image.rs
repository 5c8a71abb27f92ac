//! How a page's picture goes into the PDF.

use serde::{Deserialize, Serialize};

use super::Digest;

/// What the scan's pixels hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColourMode {
    /// One bit a pixel.
    Bitonal,
    /// One channel.
    Grey,
    /// Three channels, taken as sRGB.
    Colour,
}

/// The encoding of an image stream, with what a PDF image dictionary must say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "codec")]
pub enum ImageCodec {
    /// A baseline or progressive JPEG of 1 (grey) or 3 (YCbCr or RGB) components, 8 bits each.
    Jpeg {
        /// 1 or 3.
        components: u8,
    },
    /// CCITT Group 4 (T.6), MSB first.
    Group4 {
        /// `true`: a 1 bit in the decoded rows is black (PDF `BlackIs1 true` with `DeviceGray` and `Decode [1 0]` is
        /// the writer's business; this says what the coded *black runs* mean). Photometric min-is-white, the usual
        /// case, is `false` here: black runs are black ink.
        inverted: bool,
    },
    /// Zlib-deflated rows, 8 bits a component, with PNG predictor 15 (each row starts with its filter byte).
    Flate {
        /// 1 or 3.
        components: u8,
    },
}

/// `len` bytes from `offset` of the scan file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteRange {
    /// From the start of the file.
    pub offset: u64,
    /// In bytes.
    pub len: u64,
}

/// Where the bytes of the image stream lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageStream {
    /// In the scan file itself: the scanner's own stream, bit for bit.
    InScan(ByteRange),
    /// In the content-addressed store, under this digest.
    Stored {
        /// SHA-256 of the bytes.
        digest: Digest,
        /// Their number.
        len: u64,
    },
}

/// The page's picture as the PDF will hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageImage {
    /// The encoding.
    pub codec: ImageCodec,
    /// Columns.
    pub width_px: u32,
    /// Rows.
    pub height_px: u32,
    /// The bytes.
    pub stream: ImageStream,
    /// SHA-256 of the stream's bytes.
    pub digest: Digest,
    /// `true` if the stream is the scanner's own, bit for bit; `false` if it was encoded here.
    pub original: bool,
}
