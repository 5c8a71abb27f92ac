//! Are the coded data of a JPEG whole?
//!
//! Decoders paint grey where data are missing and go on after a wrong bit. Here the Huffman codes of every block are
//! read, without computing a pixel: each restart interval must hold exactly its blocks (ITU-T T.81, E.2.4), and a
//! progressive JPEG must bring all bits of what it began. A wrong bit mostly leaves codes over or takes some from beyond
//! the end, so that most damage shows, not only a cut.

use super::super::error::Cause;
use super::block::{self, Kind};
use super::huffman::{Bits, Table, ends_early, unstuffed};

/// Bits that may remain behind the last code of an interval: padding to a byte, and a byte or two that some encoders add.
const MAX_LEFT_BITS: i64 = 24;
/// As above, behind the last code of a scan: some scanners end with a few blocks too many.
const MAX_LEFT_BITS_AT_END: i64 = 64 * 8;
/// Not brought by any scan so far.
const UNSEEN: u8 = 255;

/// Reads all blocks of the sequential or progressive JPEG in `bytes`, which end with the image's end marker.
pub(super) fn check(bytes: &[u8]) -> Result<(), Cause> {
    let mut state = State::default();
    let mut at = 2;
    while let Some([0xFF, marker, rest @ ..]) = bytes.get(at..) {
        match marker {
            0xFF => {
                at += 1;
                continue;
            }
            0x01 => {
                at += 2;
                continue;
            }
            0xD9 => return state.complete(),
            _ => {}
        }
        let len = rest.first_chunk().map(|&len| usize::from(u16::from_be_bytes(len))).ok_or_else(damaged)?;
        let payload = rest.get(2..len).ok_or_else(damaged)?;
        at += 2 + len;
        match marker {
            0xC0..=0xC2 => state.frame(payload, *marker == 0xC2)?,
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

fn too_much() -> Cause {
    Cause::corrupt("the JPEG holds more coded data than pixels")
}

#[derive(Default)]
struct State {
    progressive: bool,
    /// Pixels across and down that one unit of an interleaved scan covers, and units across and down.
    unit: (u32, u32),
    units: (u32, u32),
    components: Vec<Component>,
    restart_interval: u32,
    dc: [Table; 4],
    ac: [Table; 4],
}

struct Component {
    id: u8,
    /// Blocks across and down in a unit.
    blocks: (u32, u32),
    /// Blocks across and down that hold pixels.
    extent: (u32, u32),
    /// Blocks across, with those that only fill up a unit.
    stride: usize,
    /// For each block of a progressive JPEG: a bit for each coefficient that is not zero so far.
    known: Vec<u64>,
    /// For each coefficient the lowest bit that a scan brought.
    lowest: [u8; 64],
}

impl State {
    fn frame(&mut self, payload: &[u8], progressive: bool) -> Result<(), Cause> {
        let [_, y1, y0, x1, x0, _, components @ ..] = payload else { return Err(damaged()) };
        let (width, height) = (u32::from(u16::from_be_bytes([*x1, *x0])), u32::from(u16::from_be_bytes([*y1, *y0])));
        let blocks: Vec<_> =
            components.chunks_exact(3).map(|c| (c[0], (u32::from(c[1] >> 4), u32::from(c[1] & 15)))).collect();
        if !blocks.iter().all(|(_, (across, down))| (1..=4).contains(across) && (1..=4).contains(down)) {
            return Err(damaged());
        }
        let most = |side: fn(&(u32, u32)) -> u32| blocks.iter().map(|(_, blocks)| side(blocks)).max().unwrap_or(1);
        let (across, down) = (most(|blocks| blocks.0), most(|blocks| blocks.1));
        self.progressive = progressive;
        self.unit = (8 * across, 8 * down);
        self.units = (width.div_ceil(self.unit.0), height.div_ceil(self.unit.1));
        self.components = blocks
            .into_iter()
            .map(|(id, blocks)| {
                let stride = (self.units.0 * blocks.0) as usize;
                let count = if progressive { stride * (self.units.1 * blocks.1) as usize } else { 0 };
                let extent =
                    ((width * blocks.0).div_ceil(across).div_ceil(8), (height * blocks.1).div_ceil(down).div_ceil(8));
                Component { id, blocks, extent, stride, known: vec![0; count], lowest: [UNSEEN; 64] }
            })
            .collect();
        Ok(())
    }

    fn tables(&mut self, mut payload: &[u8]) -> Result<(), Cause> {
        while let [class_and_place, rest @ ..] = payload {
            let (counts, rest) = rest.split_at_checked(16).ok_or_else(damaged)?;
            let total = counts.iter().map(|&n| usize::from(n)).sum();
            let (values, rest) = rest.split_at_checked(total).ok_or_else(damaged)?;
            let is_dc = class_and_place >> 4 == 0;
            let class = if is_dc { &mut self.dc } else { &mut self.ac };
            *class.get_mut(usize::from(class_and_place & 15)).ok_or_else(damaged)? =
                Table::new(counts, values, is_dc).ok_or_else(damaged)?;
            payload = rest;
        }
        Ok(())
    }

    /// Which coefficients and bits the scan brings; notes them for [`State::complete`].
    fn kind(&mut self, parts: &[usize], spectrum: &[u8]) -> Result<Kind, Cause> {
        let [from, to, bits] = spectrum else { return Err(damaged()) };
        if !self.progressive {
            return Ok(Kind::Sequential);
        }
        let (high, low) = (bits >> 4, bits & 15);
        if *to > 63 || from > to || (*from == 0 && *to != 0) || (*from > 0 && parts.len() != 1) {
            return Err(damaged());
        }
        for &part in parts {
            self.components[part].lowest[usize::from(*from)..=usize::from(*to)].fill(low);
        }
        let (from, to) = (u32::from(*from), u32::from(*to));
        Ok(match (from, high) {
            (0, 0) => Kind::DcFirst,
            (0, _) => Kind::DcRefine,
            (_, 0) => Kind::AcFirst { from, to },
            (_, _) => Kind::AcRefine { from, to },
        })
    }

    /// Reads one scan; gives the number of bytes of its data.
    fn scan(&mut self, header: &[u8], data: &[u8]) -> Result<usize, Cause> {
        let [count, rest @ ..] = header else { return Err(damaged()) };
        let (selectors, spectrum) = rest.split_at_checked(2 * usize::from(*count)).ok_or_else(damaged)?;
        let mut parts = Vec::new();
        for selector in selectors.chunks_exact(2) {
            parts.push(self.components.iter().position(|c| c.id == selector[0]).ok_or_else(damaged)?);
        }
        let kind = self.kind(&parts, spectrum)?;
        let mut tables = Vec::new();
        for selector in selectors.chunks_exact(2) {
            let (dc, ac) = (self.dc.get(usize::from(selector[1] >> 4)), self.ac.get(usize::from(selector[1] & 15)));
            let (dc, ac) = dc.zip(ac).ok_or_else(damaged)?;
            let needed = match kind {
                Kind::Sequential => dc.is_defined() && ac.is_defined(),
                Kind::DcFirst => dc.is_defined(),
                Kind::DcRefine => true,
                Kind::AcFirst { .. } | Kind::AcRefine { .. } => ac.is_defined(),
            };
            if !needed {
                return Err(damaged());
            }
            tables.push((dc, ac));
        }
        // A scan of one component goes block by block, without those that only fill up a unit (A.2.2).
        let alone = parts.len() == 1;
        let units =
            if let (true, Some(&part)) = (alone, parts.first()) { self.components[part].extent } else { self.units };
        let (total, mut done) = (u64::from(units.0) * u64::from(units.1), 0);
        let (mut at, mut next_restart) = (0, 0);
        let mut plain = Vec::new();
        loop {
            let interval = match self.restart_interval {
                0 => total,
                interval => u64::from(interval).min(total - done),
            };
            let marker;
            (at, marker) = unstuffed(data, at, &mut plain);
            let (mut bits, mut ended) = (Bits::new(&plain), 0);
            for unit in done..done + interval {
                let place = ((unit % u64::from(units.0)) as usize, (unit / u64::from(units.0)) as usize);
                for (&part, &tables) in parts.iter().zip(&tables) {
                    let component = &mut self.components[part];
                    let (across, down) = if alone { (1, 1) } else { component.blocks };
                    for block in 0..across * down {
                        let column = place.0 * across as usize + (block % across) as usize;
                        let row = place.1 * down as usize + (block / across) as usize;
                        let mut nothing = 0;
                        let known = component.known.get_mut(row * component.stride + column).unwrap_or(&mut nothing);
                        block::read(kind, &mut bits, tables, known, &mut ended)?;
                    }
                }
            }
            done += interval;
            if bits.left() > if done == total { MAX_LEFT_BITS_AT_END } else { MAX_LEFT_BITS } {
                return Err(too_much());
            }
            match marker {
                Some(0xD0..=0xD7) if done == total => return Err(too_much()),
                Some(marker @ 0xD0..=0xD7) if marker == 0xD0 + next_restart => {
                    next_restart = (next_restart + 1) % 8;
                    at += 2;
                }
                Some(0xD0..=0xD7) => return Err(Cause::corrupt("a part of the JPEG's coded data is missing")),
                _ if done < total => return Err(ends_early()),
                _ => return Ok(at),
            }
        }
    }

    /// A progressive JPEG has brought all bits of all coefficients that it began, and each component's first one.
    fn complete(&self) -> Result<(), Cause> {
        let whole = |c: &Component| c.lowest[0] == 0 && c.lowest.iter().all(|&low| low == 0 || low == UNSEEN);
        if !self.progressive || self.components.iter().all(whole) { Ok(()) } else { Err(ends_early()) }
    }
}
