//! Samples of any depth to one byte each.

/// How the samples of a row lie in its bytes.
#[derive(Clone, Copy)]
pub(crate) enum Depth {
    /// 1 to 7 bits, first sample on top; `spread` maps the largest value to 255 (not for an index into a palette).
    Packed { bits: u32, spread: bool },
    /// 8 bits.
    Byte,
    /// 9 to 15 bits, first sample on top: the upper eight count.
    Odd { bits: u32 },
    /// Several bytes, of which the highest, at `top`, counts.
    Wide { bytes: usize, top: usize },
    /// 16, 24, 32 or 64 bits in the machine's byte order, 0 black to 1 white.
    Float { bytes: usize },
}

impl Depth {
    /// Unsigned integers of `bits`, whole bytes in the machine's order (as libtiff gives them).
    pub(crate) fn native(bits: u32, spread: bool) -> Option<Self> {
        let bytes = bits as usize / 8;
        Self::integer(bits, spread, if cfg!(target_endian = "little") { bytes.saturating_sub(1) } else { 0 })
    }

    /// Unsigned integers of `bits`, highest byte first (as in a PDF).
    pub(crate) fn big_endian(bits: u32, spread: bool) -> Option<Self> {
        Self::integer(bits, spread, 0)
    }

    /// Floating point of `bits` in the machine's byte order.
    pub(crate) fn float(bits: u32) -> Option<Self> {
        matches!(bits, 16 | 24 | 32 | 64).then_some(Self::Float { bytes: bits as usize / 8 })
    }

    fn integer(bits: u32, spread: bool, top: usize) -> Option<Self> {
        match bits {
            1..=7 => Some(Self::Packed { bits, spread }),
            8 => Some(Self::Byte),
            9..=15 => Some(Self::Odd { bits }),
            16 | 24 | 32 | 64 => Some(Self::Wide { bytes: bits as usize / 8, top }),
            _ => None,
        }
    }

    /// Unpacks as many samples as `out` has places for, as far as `row` reaches.
    pub(crate) fn unpack(self, row: &[u8], out: &mut [u8]) {
        match self {
            Self::Byte => out.iter_mut().zip(row).for_each(|(sample, &byte)| *sample = byte),
            Self::Packed { bits, spread } => {
                let largest = (1u32 << bits) - 1;
                for (i, sample) in out.iter_mut().enumerate() {
                    let value = bits_at(row, i * bits as usize, bits);
                    *sample = if spread { (value * 255 / largest) as u8 } else { value as u8 };
                }
            }
            Self::Odd { bits } => {
                for (i, sample) in out.iter_mut().enumerate() {
                    *sample = (bits_at(row, i * bits as usize, bits) >> (bits - 8)) as u8;
                }
            }
            Self::Wide { bytes, top } => {
                for (sample, value) in out.iter_mut().zip(row.chunks_exact(bytes)) {
                    *sample = value[top];
                }
            }
            Self::Float { bytes } => {
                for (sample, value) in out.iter_mut().zip(row.chunks_exact(bytes)) {
                    // `as` takes NaN to 0 and clamps the rest.
                    *sample = (float(value) * 255.0).round() as u8;
                }
            }
        }
    }
}

/// `bits` (at most 15) bits from bit `at` of `row`, the highest first.
fn bits_at(row: &[u8], at: usize, bits: u32) -> u32 {
    let byte = |i: usize| u32::from(row.get(at / 8 + i).copied().unwrap_or(0));
    let window = byte(0) << 16 | byte(1) << 8 | byte(2);
    (window >> (24 - bits - (at % 8) as u32)) & ((1 << bits) - 1)
}

fn float(bytes: &[u8]) -> f32 {
    match *bytes {
        [a, b] => small_float(u32::from(u16::from_ne_bytes([a, b])), 5, 10),
        [a, b, c] => {
            let [x, y, z] = if cfg!(target_endian = "little") { [c, b, a] } else { [a, b, c] };
            small_float(u32::from_be_bytes([0, x, y, z]), 7, 16)
        }
        [a, b, c, d] => f32::from_ne_bytes([a, b, c, d]),
        [a, b, c, d, e, f, g, h] => f64::from_ne_bytes([a, b, c, d, e, f, g, h]) as f32,
        _ => 0.0,
    }
}

/// IEEE 754 binary16 (5, 10) or Adobe's 24 bits (7, 16): sign, exponent, mantissa.
fn small_float(value: u32, exponent_bits: u32, mantissa_bits: u32) -> f32 {
    let exponent = (value >> mantissa_bits) & ((1 << exponent_bits) - 1);
    let mantissa = (value & ((1 << mantissa_bits) - 1)) as f32 / (1 << mantissa_bits) as f32;
    let bias = (1 << (exponent_bits - 1)) - 1;
    let magnitude = if exponent == 0 {
        mantissa * 2f32.powi(1 - bias)
    } else {
        (1.0 + mantissa) * 2f32.powi(exponent.cast_signed() - bias)
    };
    if value >> (exponent_bits + mantissa_bits) & 1 == 1 { -magnitude } else { magnitude }
}
