//! One block of 64 coefficients in each kind of scan, read without keeping values (ITU-T T.81, F.2.2, G.1.2 and G.2).

use super::super::error::Cause;
use super::huffman::{Bits, END, Table, ends_early};

/// What a scan brings.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Whole blocks.
    Sequential,
    /// The upper bits of the first coefficient.
    DcFirst,
    /// One more bit of the first coefficient.
    DcRefine,
    /// The upper bits of the coefficients `from` to `to`.
    AcFirst { from: u32, to: u32 },
    /// One more bit of the coefficients `from` to `to`.
    AcRefine { from: u32, to: u32 },
}

/// Reads one block. `known` holds a bit for each coefficient that is not zero so far; `ended` counts the blocks to come
/// that end where they begin.
#[inline]
pub(super) fn read(
    kind: Kind,
    bits: &mut Bits<'_>,
    (dc, ac): (&Table, &Table),
    known: &mut u64,
    ended: &mut u32,
) -> Result<(), Cause> {
    match kind {
        Kind::Sequential => sequential(bits, dc, ac)?,
        Kind::DcFirst => {
            let code = bits.code(dc)?;
            bits.skip(code.bits);
        }
        Kind::DcRefine => bits.skip_one(),
        Kind::AcFirst { from, to } => ac_first(bits, ac, from, to, known, ended)?,
        Kind::AcRefine { from, to } => ac_refine(bits, ac, from, to, known, ended)?,
    }
    if bits.left() < 0 { Err(ends_early()) } else { Ok(()) }
}

fn too_many() -> Cause {
    Cause::corrupt("a block of the JPEG has more coefficients than it can")
}

#[inline]
fn sequential(bits: &mut Bits<'_>, dc: &Table, ac: &Table) -> Result<(), Cause> {
    let code = bits.code(dc)?;
    bits.skip(code.bits);
    let mut coefficient = 1;
    while coefficient < 64 {
        let code = bits.code(ac)?;
        if code.coefficients == 0 {
            return Err(Cause::corrupt("the JPEG holds a code without a meaning"));
        }
        bits.skip(code.bits);
        coefficient += u32::from(code.coefficients);
    }
    if coefficient > 64 && coefficient < u32::from(END) { Err(too_many()) } else { Ok(()) }
}

fn ac_first(
    bits: &mut Bits<'_>,
    ac: &Table,
    from: u32,
    to: u32,
    known: &mut u64,
    ended: &mut u32,
) -> Result<(), Cause> {
    if *ended > 0 {
        *ended -= 1;
        return Ok(());
    }
    let mut coefficient = from;
    while coefficient <= to {
        let code = bits.code(ac)?;
        bits.skip(code.len);
        let (run, size) = (code.value >> 4, code.value & 15);
        match (run, size) {
            (15, 0) => coefficient += 16,
            (_, 0) => {
                *ended = (1 << run) - 1 + bits.number(run);
                return Ok(());
            }
            _ => {
                coefficient += u32::from(run);
                if coefficient > to {
                    return Err(too_many());
                }
                bits.number(size);
                *known |= 1 << coefficient;
                coefficient += 1;
            }
        }
    }
    Ok(())
}

fn ac_refine(
    bits: &mut Bits<'_>,
    ac: &Table,
    from: u32,
    to: u32,
    known: &mut u64,
    ended: &mut u32,
) -> Result<(), Cause> {
    // Coefficients that were known before this scan have a bit each; those that it adds do not.
    let before = *known;
    let is_known = |coefficient: u32| before >> coefficient & 1 == 1;
    let mut coefficient = from;
    while *ended == 0 && coefficient <= to {
        let code = bits.code(ac)?;
        bits.skip(code.len);
        let (mut zeros, size) = (code.value >> 4, code.value & 15);
        if size == 0 && zeros < 15 {
            *ended = (1 << zeros) + bits.number(zeros);
            break;
        }
        if size > 0 {
            bits.skip_one();
        }
        while coefficient <= to {
            if is_known(coefficient) {
                bits.skip_one();
            } else if zeros == 0 {
                break;
            } else {
                zeros -= 1;
            }
            coefficient += 1;
        }
        if size > 0 {
            if coefficient > to {
                return Err(too_many());
            }
            *known |= 1 << coefficient;
        }
        coefficient += 1;
    }
    if *ended > 0 {
        (coefficient..=to).filter(|&coefficient| is_known(coefficient)).for_each(|_| bits.skip_one());
        *ended -= 1;
    }
    Ok(())
}
