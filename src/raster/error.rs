//! Why a scan or a page could not be decoded.

use std::borrow::Cow;
use std::io;

use super::DecodeParams;
use crate::model::{Fault, FaultKind, Stage};

/// A scan that does not open, or a page that does not decode. Becomes a [`Fault`].
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The file as a whole.
    #[error("{0}")]
    Open(Cause),
    /// One page; the others may be fine.
    #[error("{0}")]
    Page(Cause),
}

/// What was wrong. Texts are lower-case fragments without content of the page and without the file's name.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// No bytes at all.
    #[error("the file has no bytes")]
    Empty,
    /// Ends before its structure does.
    #[error("cut short: {0}")]
    Truncated(Cow<'static, str>),
    /// The structure contradicts itself.
    #[error("damaged: {0}")]
    Corrupt(Cow<'static, str>),
    /// Another format, named where it is known.
    #[error("{0}")]
    UnknownFormat(&'static str),
    /// A sound file without a page.
    #[error("the file holds no page")]
    NoPages,
    /// Needs a password, or an encryption that is not read here.
    #[error("{0}")]
    Encrypted(&'static str),
    /// A sound file whose compression or pixel layout no decoder here reads.
    #[error("{0}")]
    Unsupported(Cow<'static, str>),
    /// More than [`DecodeParams`] allow.
    #[error("{0}")]
    OverLimit(String),
    /// The file could not be read.
    #[error("reading the file: {0}")]
    Io(#[from] io::Error),
}

impl Cause {
    pub(crate) fn truncated(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Truncated(what.into())
    }

    pub(crate) fn corrupt(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Corrupt(what.into())
    }

    pub(crate) fn unsupported(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Unsupported(what.into())
    }

    fn kind(&self) -> FaultKind {
        match self {
            Self::Empty => FaultKind::Empty,
            Self::Truncated(_) => FaultKind::Truncated,
            Self::Corrupt(_) => FaultKind::Corrupt,
            Self::UnknownFormat(_) => FaultKind::UnknownFormat,
            Self::NoPages => FaultKind::NoPages,
            Self::Encrypted(_) => FaultKind::Encrypted,
            Self::Unsupported(_) => FaultKind::Unsupported,
            Self::OverLimit(_) => FaultKind::OverLimit,
            Self::Io(_) => FaultKind::Io,
        }
    }
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        let (stage, cause) = match &error {
            DecodeError::Open(cause) => (Stage::Open, cause),
            DecodeError::Page(cause) => (Stage::Decode, cause),
        };
        Self::new(stage, cause.kind(), cause.to_string())
    }
}

impl DecodeParams {
    /// Lets a page of `width` by `height` pixels pass, before anything is allocated for it; gives its number of pixels.
    pub(crate) fn admit(&self, width: u32, height: u32) -> Result<usize, Cause> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 {
            return Err(Cause::corrupt("a page without width or height"));
        }
        match usize::try_from(pixels) {
            Ok(count) if pixels <= self.max_pixels => Ok(count),
            _ => Err(Cause::OverLimit(format!(
                "{width} by {height} pixels are more than the {} million that limits.max_megapixels allows",
                self.max_pixels as f64 / 1e6
            ))),
        }
    }

    /// Lets `bytes` of unpacked data pass.
    pub(crate) fn admit_bytes(&self, bytes: u64) -> Result<usize, Cause> {
        match usize::try_from(bytes) {
            Ok(count) if bytes <= self.max_unpacked_bytes => Ok(count),
            _ => Err(Cause::OverLimit(format!(
                "{} MiB of unpacked data are more than the {} that limits.max_unpacked_mib allows",
                bytes.div_ceil(1 << 20),
                self.max_unpacked_bytes >> 20
            ))),
        }
    }
}
