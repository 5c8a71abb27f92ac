//! A file read here and there.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// Bytes read at once where reading goes on.
const LONG_READ: usize = 64 << 10;

/// Bytes read at once where it jumps.
const SHORT_READ: usize = 4 << 10;

/// The file, its length, and the bytes read last. What cannot be read is not there.
pub(super) struct Source<'f> {
    file: &'f File,
    len: u64,
    buffer: Vec<u8>,
    /// Where the buffer lies in the file.
    at: u64,
}

impl<'f> Source<'f> {
    pub(super) fn new(file: &'f File) -> Option<Self> {
        let len = file.metadata().ok()?.len();
        Some(Self { file, len, buffer: Vec::new(), at: 0 })
    }

    /// Length of the file in bytes, when it was opened.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Whether a range lies within the file.
    pub(super) fn holds(&self, offset: u64, len: u64) -> bool {
        offset.checked_add(len).is_some_and(|end| end <= self.len)
    }

    /// Exactly `count` bytes at `offset`, at most [`LONG_READ`]; `None` if the file ends before.
    pub(super) fn bytes(&mut self, offset: u64, count: usize) -> Option<&[u8]> {
        self.some(offset, count)?.get(..count)
    }

    /// The bytes at `offset`: up to `count`, at least one.
    pub(super) fn some(&mut self, offset: u64, count: usize) -> Option<&[u8]> {
        let wanted = count.min(LONG_READ);
        let there = |this: &Self| {
            Some(usize::try_from(offset.checked_sub(this.at)?).ok()?).filter(|&skip| skip <= this.buffer.len())
        };
        let known = there(self);
        if known.is_none_or(|skip| self.buffer.len() - skip < wanted) {
            self.fill(offset, if known.is_some() { LONG_READ } else { SHORT_READ.max(wanted) })?;
        }
        let rest = self.buffer.get(there(self)?..)?;
        let some = rest.get(..wanted.min(rest.len()))?;
        (!some.is_empty()).then_some(some)
    }

    /// The bytes at `offset` that are at hand, at least one: to go through a file from front to back.
    pub(super) fn run(&mut self, offset: u64) -> Option<&[u8]> {
        let skip = offset.checked_sub(self.at).and_then(|skip| usize::try_from(skip).ok());
        if skip.is_none_or(|skip| skip >= self.buffer.len()) {
            self.fill(offset, LONG_READ)?;
        }
        let skip = usize::try_from(offset.checked_sub(self.at)?).ok()?;
        self.buffer.get(skip..).filter(|run| !run.is_empty())
    }

    /// Where `needle` begins, the first time in the range from `from` to `to`.
    pub(super) fn find(&mut self, from: u64, to: u64, needle: &[u8]) -> Option<u64> {
        let (mut at, to) = (from, to.min(self.len));
        while at < to {
            let left = usize::try_from(to - at).unwrap_or(LONG_READ).min(LONG_READ);
            let window = self.some(at, left)?;
            if let Some(found) = window.windows(needle.len().max(1)).position(|w| w == needle) {
                return Some(at + found as u64);
            }
            // The needle may lie across the end of what was read.
            let step = window.len().saturating_sub(needle.len().saturating_sub(1));
            if step == 0 {
                return None;
            }
            at += step as u64;
        }
        None
    }

    fn fill(&mut self, offset: u64, count: usize) -> Option<()> {
        let left = usize::try_from(self.len.checked_sub(offset)?).unwrap_or(usize::MAX);
        self.buffer.resize(count.min(left), 0);
        self.at = offset;
        let mut filled = 0;
        while let Some(rest) = self.buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset.checked_add(filled as u64)?) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        self.buffer.truncate(filled);
        Some(())
    }
}
