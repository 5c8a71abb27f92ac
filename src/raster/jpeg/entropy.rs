//! Are the coded data of a sequential JPEG whole?
//!
//! Decoders paint grey where data are missing and go on after a wrong bit. Here the Huffman codes of every block are
//! read, without computing a pixel: each restart interval must hold exactly its blocks (ITU-T T.81, F.2.2 and E.2.4). A
//! wrong bit mostly leaves codes over or takes some from beyond the end, so that most damage shows, not only a cut.

use super::super::error::Cause;

/// Bits that may remain behind the last code of an interval: padding to a byte, and a byte or two that some encoders add.
const MAX_LEFT_BITS: i64 = 24;
/// As above, behind the last code of a scan: some scanners end with a few blocks too many.
const MAX_LEFT_BITS_AT_END: i64 = 64 * 8;

/// Bits that are looked up first; longer codes are rare.
const SHORT: u32 = 10;

/// A code and the value bits behind it.
#[derive(Clone, Copy, Default)]
struct Code {
    /// Bits of both together, at most 32; 0: no such code.
    bits: u8,
    /// Coefficients that it stands for; [`END`] for the rest of the block.
    coefficients: u8,
}

/// More than any block has.
const END: u8 = 128;

/// What the next bits begin with.
#[derive(Default)]
struct Table {
    /// For [`SHORT`] bits.
    short: Vec<Code>,
    /// For 16 bits.
    long: Vec<Code>,
}

#[derive(Clone, Copy, Default)]
struct Component {
    id: u8,
    across: u32,
    down: u32,
}

/// Reads all blocks of the sequential JPEG in `bytes`, which end with the image's end marker.
pub(super) fn check(bytes: &[u8]) -> Result<(), Cause> {
    let mut state = State::default();
    let mut at = 2;
    while let Some([0xFF, marker, rest @ ..]) = bytes.get(at..) {
        let marker = *marker;
        if marker == 0xFF || marker == 0x01 {
            at += 1 + usize::from(marker == 0x01);
            continue;
        }
        if marker == 0xD9 {
            return Ok(());
        }
        let payload = match rest {
            [high, low, ..] => {
                let len = usize::from(u16::from_be_bytes([*high, *low]));
                at += 2 + len;
                rest.get(2..len).ok_or_else(damaged)?
            }
            _ => return Err(damaged()),
        };
        match marker {
            0xC0 | 0xC1 => state.frame(payload)?,
            0xC4 => state.tables(payload)?,
            0xDD => state.restart_interval = payload.first_chunk().map_or(0, |&b| u32::from(u16::from_be_bytes(b))),
            0xDA => at += state.scan(payload, bytes.get(at..).unwrap_or(&[]))?,
            _ => {}
        }
    }
    // Stray bytes between segments: the decoder knows what to do with them.
    Ok(())
}

fn damaged() -> Cause {
    Cause::corrupt("a header of the JPEG")
}

#[derive(Default)]
struct State {
    width: u32,
    height: u32,
    components: Vec<Component>,
    restart_interval: u32,
    dc: [Table; 4],
    ac: [Table; 4],
}

impl State {
    fn frame(&mut self, payload: &[u8]) -> Result<(), Cause> {
        let [_, y1, y0, x1, x0, _, components @ ..] = payload else { return Err(damaged()) };
        self.height = u32::from(u16::from_be_bytes([*y1, *y0]));
        self.width = u32::from(u16::from_be_bytes([*x1, *x0]));
        let component = |c: &[u8]| Component { id: c[0], across: u32::from(c[1] >> 4), down: u32::from(c[1] & 15) };
        self.components = components.chunks_exact(3).map(component).collect();
        let sane = |c: &Component| (1..=4).contains(&c.across) && (1..=4).contains(&c.down);
        if self.components.iter().all(sane) { Ok(()) } else { Err(damaged()) }
    }

    fn tables(&mut self, mut payload: &[u8]) -> Result<(), Cause> {
        while let [class_and_place, rest @ ..] = payload {
            let (counts, rest) = rest.split_at_checked(16).ok_or_else(damaged)?;
            let total = counts.iter().map(|&n| usize::from(n)).sum();
            let (values, rest) = rest.split_at_checked(total).ok_or_else(damaged)?;
            let is_dc = class_and_place >> 4 == 0;
            let class = if is_dc { &mut self.dc } else { &mut self.ac };
            *class.get_mut(usize::from(class_and_place & 15)).ok_or_else(damaged)? = table(counts, values, is_dc)?;
            payload = rest;
        }
        Ok(())
    }

    /// Reads one scan; gives the number of bytes of its data.
    fn scan(&self, header: &[u8], data: &[u8]) -> Result<usize, Cause> {
        let [count, selectors @ ..] = header else { return Err(damaged()) };
        let mut parts = Vec::new();
        for selector in selectors.chunks_exact(2).take(usize::from(*count)) {
            let component = self.components.iter().find(|c| c.id == selector[0]).ok_or_else(damaged)?;
            let dc = self
                .dc
                .get(usize::from(selector[1] >> 4))
                .filter(|table| !table.long.is_empty())
                .ok_or_else(damaged)?;
            let ac = self
                .ac
                .get(usize::from(selector[1] & 15))
                .filter(|table| !table.long.is_empty())
                .ok_or_else(damaged)?;
            parts.push((component, dc, ac));
        }
        let largest = |side: fn(&Component) -> u32| self.components.iter().map(side).max().unwrap_or(1);
        let (across, down) = (largest(|c| c.across), largest(|c| c.down));
        // A scan of one component goes block by block, without those that only fill up a unit (A.2.2).
        let (units, blocks): (u32, Vec<_>) = match parts.as_slice() {
            [(component, dc, ac)] => {
                let columns = (self.width * component.across).div_ceil(across).div_ceil(8);
                let rows = (self.height * component.down).div_ceil(down).div_ceil(8);
                (columns * rows, vec![(1, *dc, *ac)])
            }
            several => {
                let units = self.width.div_ceil(8 * across) * self.height.div_ceil(8 * down);
                (units, several.iter().map(|(c, dc, ac)| (c.across * c.down, *dc, *ac)).collect())
            }
        };
        let mut left = units;
        let (mut at, mut next_restart) = (0, 0);
        let mut plain = Vec::new();
        loop {
            let interval = if self.restart_interval == 0 { left } else { left.min(self.restart_interval) };
            let marker;
            (at, marker) = unstuffed(data, at, &mut plain);
            let mut bits = Bits { bytes: &plain, at: 0, window: 0, held: 0 };
            for _ in 0..interval {
                for (count, dc, ac) in &blocks {
                    for _ in 0..*count {
                        block(&mut bits, dc, ac)?;
                    }
                }
            }
            let allowed = if left == interval { MAX_LEFT_BITS_AT_END } else { MAX_LEFT_BITS };
            if bits.left() > allowed {
                return Err(Cause::corrupt("the JPEG holds more coded data than pixels"));
            }
            left -= interval;
            match marker {
                Some(0xD0..=0xD7) if left == 0 => {
                    return Err(Cause::corrupt("the JPEG holds more coded data than pixels"));
                }
                Some(marker @ 0xD0..=0xD7) if marker == 0xD0 + next_restart => {
                    next_restart = (next_restart + 1) % 8;
                    at += 2;
                }
                Some(0xD0..=0xD7) => return Err(Cause::corrupt("a part of the JPEG's coded data is missing")),
                _ if left > 0 => return Err(Cause::truncated("the JPEG's coded data end early")),
                _ => return Ok(at),
            }
        }
    }
}

/// The codes of a Huffman table, spread over all beginnings of 16 bits (annex C).
fn table(counts: &[u8], values: &[u8], is_dc: bool) -> Result<Table, Cause> {
    let mut long = Vec::with_capacity(1 << 16);
    let mut values = values.iter();
    for (len, &count) in (1u8..).zip(counts) {
        for &value in values.by_ref().take(usize::from(count)) {
            let end = long.len() + (1 << (16 - len));
            if end > 1 << 16 {
                return Err(damaged());
            }
            let (run, size) = (value >> 4, value & 15);
            let code = match (run, size) {
                _ if is_dc => Code { bits: len + value.min(16), coefficients: 1 },
                (0, 0) => Code { bits: len, coefficients: END },
                (15, 0) => Code { bits: len, coefficients: 16 },
                // Other codes without a value are for progressive streams.
                (_, 0) => Code::default(),
                _ => Code { bits: len + size, coefficients: run + 1 },
            };
            long.resize(end, code);
        }
    }
    long.resize(1 << 16, Code::default());
    let step = 1 << (16 - SHORT);
    // A short beginning decides if all its continuations mean the same.
    let decided = |chunk: &[Code]| {
        if chunk.iter().all(|c| c.bits == chunk[0].bits && c.coefficients == chunk[0].coefficients) {
            chunk[0]
        } else {
            Code::default()
        }
    };
    let short = long.chunks_exact(step).map(decided).collect();
    Ok(Table { short, long })
}

/// One block of 64 coefficients.
fn block(bits: &mut Bits<'_>, dc: &Table, ac: &Table) -> Result<(), Cause> {
    bits.code(dc)?;
    let mut coefficient = 1;
    while coefficient < 64 {
        coefficient += bits.code(ac)?;
    }
    if coefficient > 64 && coefficient < u32::from(END) {
        return Err(Cause::corrupt("a block of the JPEG has more coefficients than it can"));
    }
    if bits.left() < 0 { Err(Cause::truncated("the JPEG's coded data end early")) } else { Ok(()) }
}

/// Copies the coded data from `at` up to the next marker into `plain`, without stuffed zeros; gives where the marker
/// stands, and which it is.
fn unstuffed(data: &[u8], mut at: usize, plain: &mut Vec<u8>) -> (usize, Option<u8>) {
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

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The next bits, the first on top; below the held ones zeros.
    window: u64,
    held: i64,
}

impl Bits<'_> {
    fn fill(&mut self) {
        if let Some(eight) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk::<8>()) {
            // As many whole bytes as fit above the held bits.
            self.window |= u64::from_be_bytes(*eight) >> self.held;
            let bytes = (63 - self.held) / 8;
            self.at += bytes as usize;
            self.held += bytes * 8;
        } else {
            while self.held <= 56 {
                let Some(&byte) = self.bytes.get(self.at) else { break };
                self.window |= u64::from(byte) << (56 - self.held);
                self.at += 1;
                self.held += 8;
            }
        }
    }

    /// Reads a code and its value; gives its coefficients.
    fn code(&mut self, table: &Table) -> Result<u32, Cause> {
        if (0..32).contains(&self.held) {
            self.fill();
        }
        let short = table.short.get((self.window >> (64 - SHORT)) as usize).copied().unwrap_or_default();
        let code = match short.bits {
            0 => table.long.get((self.window >> 48) as usize).copied().unwrap_or_default(),
            _ => short,
        };
        if code.bits == 0 {
            return Err(if self.left() < 16 {
                Cause::truncated("the JPEG's coded data end early")
            } else {
                Cause::corrupt("the JPEG holds a code that no table has")
            });
        }
        self.window <<= code.bits;
        self.held -= i64::from(code.bits);
        Ok(u32::from(code.coefficients))
    }

    /// Bits not read yet; negative if more were read than there are.
    fn left(&self) -> i64 {
        self.held + (self.bytes.len() - self.at) as i64 * 8
    }
}
