//! Pages strewn with specks, on which Tesseract's layout analysis takes minutes.
//!
//! It follows every speck as if it were a letter, and cannot be interrupted: a sheet of which 15 % of the pixels are
//! pepper takes it more than 300 s, and what it reads then is worth nothing. Such pages come from black-and-white scans
//! with a wrong threshold. What this measure does not see, the watchdog ends.

use crate::raster::Grey;

/// Pixels darker than this are ink, as in a black-and-white scan.
const INK: u8 = 128;

/// A page is noisy if more than this share of its pixels are single specks. Measured: on some 320 scans of letters, forms,
/// receipts and photographs at most 0.008, letters below 0.001. Pepper on 5 % of a letter's pixels gives 0.030, and
/// Tesseract still reads it; on 8 and on 15 % it gives 0.037, and Tesseract reads next to nothing. Pepper on 5 % of an
/// empty page gives 0.033, and hangs it.
const MAX_SHARE: f32 = 0.032;

/// A page with fewer specks than this is no trouble, however small it is.
const MIN_SPECKS: u64 = 20_000;

/// Whether reading `page` is hopeless.
pub(super) fn is_noisy(page: &Grey) -> bool {
    let specks = specks(page);
    specks >= MIN_SPECKS && specks as f32 > MAX_SHARE * page.pixels().len() as f32
}

/// Pixels of ink all of whose eight neighbours are paper; the rim is left out.
fn specks(page: &Grey) -> u64 {
    let width = page.width() as usize;
    let mut rows = page.pixels().chunks_exact(width.max(1));
    let (Some(mut above), Some(mut row)) = (rows.next(), rows.next()) else { return 0 };
    let mut found = 0;
    // The darkest of each column of three.
    let mut columns = vec![0u8; width];
    for below in rows {
        for (column, ((&a, &r), &b)) in columns.iter_mut().zip(above.iter().zip(row).zip(below)) {
            *column = a.min(r).min(b);
        }
        let sides = columns.iter().zip(columns.iter().skip(2)).map(|(&left, &right)| left.min(right));
        let middle = row.iter().skip(1).zip(above.iter().skip(1).zip(below.iter().skip(1)));
        found += sides
            .zip(middle)
            .map(|(sides, (&ink, (&over, &under)))| u64::from((ink < INK) & (sides.min(over).min(under) >= INK)))
            .sum::<u64>();
        (above, row) = (row, below);
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A page of `side` pixels on which a pixel in 1/`share` is ink, in grains of `grain` pixels.
    fn pepper(side: u32, share: f32, grain: u32) -> Grey {
        let mut seed = 1u32;
        let mut random = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / (1 << 24) as f32
        };
        let cells: Vec<bool> = (0..(side / grain).pow(2)).map(|_| random() < share).collect();
        let pixel = |i: u32| cells[((i / side / grain) * (side / grain) + i % side / grain) as usize];
        Grey::new(side, side, (0..side * side).map(|i| if pixel(i) { 0 } else { 255 }).collect()).unwrap()
    }

    #[test]
    fn a_speck_is_a_pixel_that_stands_alone() {
        let picture = |rows: [&[u8]; 5]| {
            let pixels = rows.concat().iter().map(|&c| if c == b'#' { 0 } else { 255 }).collect();
            specks(&Grey::new(6, 5, pixels).unwrap())
        };
        assert_eq!(picture([b"      ", b" # #  ", b"      ", b"   #  ", b"      "]), 3);
        assert_eq!(picture([b"      ", b" ##   ", b"    # ", b"   #  ", b"      "]), 0);
        assert_eq!(picture([b"#     ", b"      ", b"     #", b"      ", b"  #   "]), 0, "the rim is left out");
        assert_eq!(picture([b"     #", b"    # ", b"      ", b" #    ", b"      "]), 1);
    }

    #[test]
    fn pepper_is_noise_and_grains_as_large_as_dots_are_not() {
        for share in [0.05, 0.1, 0.15, 0.2] {
            assert!(is_noisy(&pepper(1800, share, 1)), "{share}");
        }
        assert!(!is_noisy(&pepper(1800, 0.02, 1)), "this much Tesseract reads through");
        assert!(!is_noisy(&pepper(1800, 0.05, 3)), "a page of full stops is a page");
        assert!(!is_noisy(&pepper(300, 0.15, 1)), "too small to take long");
        assert!(!is_noisy(&Grey::new(1, 1, vec![0]).unwrap()));
    }
}
