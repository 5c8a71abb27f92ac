//! The three facts of an EXIF block that matter: which side is up, and the resolution.

/// What an EXIF block (a small TIFF without its own picture) says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Exif {
    /// Tag 0x0112, 1 to 8.
    pub orientation: Option<u16>,
    /// Tags 0x011A, 0x011B and 0x0128, in dots per inch.
    pub dpi: Option<(f32, f32)>,
}

/// Reads the first directory of `block`; whatever is broken is as if it were not there (EXIF 2.32, 4.6).
pub(crate) fn read(block: &[u8]) -> Exif {
    let reader = match block.get(..4) {
        Some(b"II*\0") => Reader { block, big_endian: false },
        Some(b"MM\0*") => Reader { block, big_endian: true },
        _ => return Exif::default(),
    };
    let mut exif = Exif::default();
    let (mut x, mut y, mut unit) = (None, None, 2);
    let Some(directory) = reader.u32(4).map(|at| at as usize) else { return exif };
    for entry in 0..usize::from(reader.u16(directory).unwrap_or(0)) {
        let at = directory.saturating_add(2 + entry * 12);
        let Some(tag) = reader.u16(at) else { break };
        match tag {
            0x0112 => exif.orientation = reader.u16(at + 8).filter(|o| (1..=8).contains(o)),
            0x011A => x = reader.rational(at + 8),
            0x011B => y = reader.rational(at + 8),
            0x0128 => unit = reader.u16(at + 8).unwrap_or(unit),
            _ => {}
        }
    }
    let per_inch = match unit {
        2 => 1.0,
        3 => 2.54,
        _ => return exif,
    };
    exif.dpi = x.zip(y).map(|(x, y)| (x * per_inch, y * per_inch));
    exif
}

struct Reader<'a> {
    block: &'a [u8],
    big_endian: bool,
}

impl Reader<'_> {
    fn u16(&self, at: usize) -> Option<u16> {
        let bytes = self.block.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let bytes = self.block.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn rational(&self, pointer: usize) -> Option<f32> {
        let at = self.u32(pointer)? as usize;
        let (numerator, denominator) = (self.u32(at)?, self.u32(at.checked_add(4)?)?);
        (denominator != 0).then(|| numerator as f32 / denominator as f32)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn reads_both_byte_orders_and_survives_cuts() {
        let little: &[u8] = &[
            b'I', b'I', 42, 0, 8, 0, 0, 0, 4, 0, // four entries
            0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, // orientation 6
            0x1A, 1, 5, 0, 1, 0, 0, 0, 62, 0, 0, 0, // x: at 62
            0x1B, 1, 5, 0, 1, 0, 0, 0, 62, 0, 0, 0, // y: the same
            0x28, 1, 3, 0, 1, 0, 0, 0, 3, 0, 0, 0, // centimetres
            0, 0, 0, 0, 118, 0, 0, 0, 1, 0, 0, 0,
        ];
        let exif = read(little);
        assert_eq!(exif.orientation, Some(6));
        let (x, y) = exif.dpi.expect("resolution");
        assert!((x - 299.72).abs() < 0.01 && x == y);
        for end in 0..little.len() {
            let _ = read(&little[..end]);
        }
        let big: &[u8] = &[b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0];
        assert_eq!(read(big), Exif { orientation: Some(3), dpi: None });
    }
}
