//! The QR code of an order (ISO/IEC 18004).

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// Smallest side of a module: 4.7 pixels at 150 dpi.
pub(super) const MIN_MODULE_MM: f32 = 0.8;
/// Largest version: 117 modules, 94 mm at the smallest module. It holds 715 bytes at level Q.
const MAX_VERSION: u8 = 25;
/// What ECI says of bytes that are UTF-8 (AIM ECI, assignment 26).
const UTF_8: u32 = 26;

/// A QR code: the number of modules on a side, and its dark modules in runs (column, row, count).
pub(super) struct Symbol {
    pub(super) side: u16,
    pub(super) runs: Vec<[u16; 3]>,
}

impl Symbol {
    /// The code of `text`: level Q (a quarter may be lost), H where that takes no more room, M where Q does not hold it.
    /// `None` if it is too long for [`MAX_VERSION`].
    pub(super) fn encode(text: &str) -> Option<Self> {
        let mut segments = Vec::new();
        // Without it a reader would have to guess what letters beyond ASCII are.
        if !text.is_ascii() {
            segments.push(QrSegment::make_eci(UTF_8));
        }
        segments.push(QrSegment::make_bytes(text.as_bytes()));
        let encode = |level| {
            QrCode::encode_segments_advanced(&segments, level, Version::MIN, Version::new(MAX_VERSION), None, true).ok()
        };
        encode(QrCodeEcc::Quartile).or_else(|| encode(QrCodeEcc::Medium)).map(|code| Self::of(&code))
    }

    fn of(code: &QrCode) -> Self {
        let side = code.size();
        let mut runs: Vec<[u16; 3]> = Vec::new();
        for row in 0..side {
            let mut count = 0;
            // One beyond the end, which is never dark, closes a run at the edge.
            for column in 0..=side {
                match code.get_module(column, row) {
                    true => count += 1,
                    false if count > 0 => {
                        runs.push([(column - count) as u16, row as u16, count as u16]);
                        count = 0;
                    }
                    false => {}
                }
            }
        }
        Self { side: side as u16, runs }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_the_dark_modules() {
        let text = "SST1;L=C;C=33.2-ä/17";
        let symbol = Symbol::encode(text).map(|symbol| (symbol.side, symbol.runs));
        let Some((side, runs)) = symbol else { panic!("it fits") };
        let mut dark = vec![vec![false; usize::from(side)]; usize::from(side)];
        for [column, row, count] in runs {
            for at in column..column + count {
                assert!(!std::mem::replace(&mut dark[usize::from(row)][usize::from(at)], true), "drawn twice");
            }
        }
        // The finder pattern: a ring of seven, a core of three (ISO/IEC 18004, 6.3.3).
        for (row, line) in
            ["#######.", "#.....#.", "#.###.#.", "#.###.#.", "#.###.#.", "#.....#.", "#######.", "........"]
                .iter()
                .enumerate()
        {
            let drawn: String = dark[row][..8].iter().map(|&dark| if dark { '#' } else { '.' }).collect();
            assert_eq!(&drawn, line);
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(Symbol::encode(&"ü".repeat(450)).is_some());
        assert!(Symbol::encode(&"ü".repeat(1000)).is_none());
    }
}
