//! Huffman codes of a JPEG, read bit by bit (ITU-T T.81, annexes C and F.2.2.3).

use super::super::error::Cause;

/// Bits that are looked up first; longer codes are rare.
const SHORT: u32 = 10;

/// A code of a table.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Code {
    /// Bits of the code alone; 0: there is no such code.
    pub len: u8,
    /// The table's value: for AC a run of zeros (upper half) and a size, for DC a size.
    pub value: u8,
    /// Bits of the code and of the number behind it, in a sequential JPEG; at most 32.
    pub bits: u8,
    /// Coefficients that it stands for in a sequential JPEG: [`END`] for the rest of the block, 0 if it means nothing.
    pub coefficients: u8,
}

/// More coefficients than any block has.
pub(super) const END: u8 = 128;

/// What the next bits begin with.
#[derive(Default)]
pub(super) struct Table {
    /// For [`SHORT`] bits.
    short: Vec<Code>,
    /// For 16 bits.
    long: Vec<Code>,
}

impl Table {
    /// From the numbers of codes of 1 to 16 bits, and their values; `None` if they are too many.
    pub(super) fn new(counts: &[u8], values: &[u8], is_dc: bool) -> Option<Self> {
        let mut long = Vec::with_capacity(1 << 16);
        let mut values = values.iter();
        for (len, &count) in (1u8..=16).zip(counts) {
            for &value in values.by_ref().take(usize::from(count)) {
                let end = long.len() + (1 << (16 - len));
                if end > 1 << 16 {
                    return None;
                }
                let (size, coefficients) = match (value >> 4, value & 15) {
                    _ if is_dc => (value.min(16), 1),
                    (0, 0) => (0, END),
                    (15, 0) => (0, 16),
                    // In progressive JPEGs alone: a run of blocks that end.
                    (_, 0) => (0, 0),
                    (run, size) => (size, run + 1),
                };
                long.resize(end, Code { len, value, bits: len + size, coefficients });
            }
        }
        long.resize(1 << 16, Code::default());
        // A short beginning decides if all its continuations mean the same.
        let decided = |all: &[Code]| if all.iter().all(|code| *code == all[0]) { all[0] } else { Code::default() };
        let short = long.chunks_exact(1 << (16 - SHORT)).map(decided).collect();
        Some(Self { short, long })
    }

    pub(super) fn is_defined(&self) -> bool {
        !self.long.is_empty()
    }
}

/// Coded data without stuffed zeros.
pub(super) struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The next bits, the first on top.
    window: u64,
    /// How many of the window's bits count; negative if more were skipped than there are.
    held: i64,
}

impl<'a> Bits<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, window: 0, held: 0 }
    }

    /// The code that comes next; it is not skipped.
    #[inline]
    pub(super) fn code(&mut self, table: &Table) -> Result<Code, Cause> {
        self.fill();
        let short = table.short.get((self.window >> (64 - SHORT)) as usize).copied().unwrap_or_default();
        let code = match short.len {
            0 => table.long.get((self.window >> 48) as usize).copied().unwrap_or_default(),
            _ => short,
        };
        match code.len {
            0 if self.left() < 16 => Err(ends_early()),
            0 => Err(Cause::corrupt("the JPEG holds a code that no table has")),
            _ => Ok(code),
        }
    }

    /// Skips at most 32 bits that were filled in for a code.
    #[inline]
    pub(super) fn skip(&mut self, count: u8) {
        self.window <<= count;
        self.held -= i64::from(count);
    }

    /// Skips one bit.
    #[inline]
    pub(super) fn skip_one(&mut self) {
        self.fill();
        self.skip(1);
    }

    /// Reads a number of at most 16 bits.
    pub(super) fn number(&mut self, count: u8) -> u32 {
        self.fill();
        let number = if count == 0 { 0 } else { (self.window >> (64 - u32::from(count))) as u32 };
        self.skip(count);
        number
    }

    /// Bits not read yet; negative if more were read than there are.
    pub(super) fn left(&self) -> i64 {
        self.held + (self.bytes.len() - self.at) as i64 * 8
    }

    /// Makes sure of 32 bits, as long as there are any. Bits of the window below the held ones are the ones to come, or
    /// zeros: filling them in again changes nothing.
    #[inline]
    fn fill(&mut self) {
        if !(0..32).contains(&self.held) {
            return;
        }
        if let Some(eight) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            self.window |= u64::from_be_bytes(*eight) >> self.held;
            let whole = (63 - self.held) / 8;
            self.at += whole as usize;
            self.held += whole * 8;
        } else {
            while self.held <= 56 {
                let Some(&byte) = self.bytes.get(self.at) else { break };
                self.window |= u64::from(byte) << (56 - self.held);
                self.at += 1;
                self.held += 8;
            }
        }
    }
}

pub(super) fn ends_early() -> Cause {
    Cause::truncated("the JPEG's coded data end early")
}

/// Copies the coded data from `at` up to the next marker into `plain`, without stuffed zeros; gives where the marker
/// stands, and which it is.
pub(super) fn unstuffed(data: &[u8], mut at: usize, plain: &mut Vec<u8>) -> (usize, Option<u8>) {
    plain.clear();
    while let Some(rest) = data.get(at..) {
        let Some(run) = rest.iter().position(|&byte| byte == 0xFF) else { break };
        plain.extend_from_slice(&rest[..run]);
        match rest.get(run + 1) {
            Some(0) => {
                plain.push(0xFF);
                at += run + 2;
            }
            // Markers may be filled up with any number of 0xFF.
            Some(0xFF) => at += run + 1,
            marker => return (at + run, marker.copied()),
        }
    }
    plain.extend_from_slice(data.get(at..).unwrap_or(&[]));
    (data.len(), None)
}
