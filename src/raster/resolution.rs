//! Which resolution to believe.

use crate::model::Resolution;

/// Sides of A4 in inches (ISO 216).
const A4_INCHES: (f32, f32) = (8.268, 11.693);
/// Resolutions that scanners offer, the usual ones first.
const SCANNER_DPI: [f32; 8] = [300.0, 200.0, 400.0, 600.0, 150.0, 240.0, 100.0, 1200.0];
/// What a document scanner may say: 50 is below any of them, 2400 above.
const PLAUSIBLE_DPI: std::ops::RangeInclusive<f32> = 50.0..=2400.0;
/// Long side of A0 and of A3, in inches.
const A0_LONG_INCHES: f32 = 46.8;
const A3_LONG_INCHES: f32 = 16.54;

/// The resolution of a page of `size` (width, height in pixels) that claims `said` (x, y in dots per inch).
///
/// A claim is believed if both values are plausible, the page is no larger than A0, and it is not the 72 or 96 that
/// software writes when it does not know (they are believed only for a page up to A3). Otherwise the page is taken as
/// A4 at a scanner's resolution if it fits one within 3 %; else `assumed_dpi` is taken, unless that makes the page
/// smaller than a third of A4 or longer than A3: then it is as long as A4.
pub(crate) fn believed(said: Option<(f32, f32)>, size: (u32, u32), assumed_dpi: u32) -> Resolution {
    if let Some((x_dpi, y_dpi)) = said
        && plausible(x_dpi, y_dpi, size)
    {
        return Resolution { x_dpi, y_dpi, assumed: false };
    }
    let dpi = assumed(size, assumed_dpi);
    Resolution { x_dpi: dpi, y_dpi: dpi, assumed: true }
}

fn plausible(x_dpi: f32, y_dpi: f32, (width, height): (u32, u32)) -> bool {
    if !PLAUSIBLE_DPI.contains(&x_dpi) || !PLAUSIBLE_DPI.contains(&y_dpi) {
        return false;
    }
    // Fax has 204 by 98; nothing has more than this ratio.
    let ratio = x_dpi / y_dpi;
    if !(0.25..=4.0).contains(&ratio) {
        return false;
    }
    let long_inches = (width as f32 / x_dpi).max(height as f32 / y_dpi);
    let default_value = x_dpi == y_dpi && (x_dpi.round() == 72.0 || x_dpi.round() == 96.0);
    long_inches <= if default_value { A3_LONG_INCHES * 1.05 } else { A0_LONG_INCHES * 1.05 }
}

fn assumed((width, height): (u32, u32), assumed_dpi: u32) -> f32 {
    let (short, long) = (width.min(height) as f32, width.max(height) as f32);
    let fits_a4 =
        |dpi: &f32| (short / dpi / A4_INCHES.0 - 1.0).abs() <= 0.03 && (long / dpi / A4_INCHES.1 - 1.0).abs() <= 0.03;
    if let Some(dpi) = SCANNER_DPI.into_iter().find(fits_a4) {
        return dpi;
    }
    let assumed = (assumed_dpi as f32).clamp(*PLAUSIBLE_DPI.start(), *PLAUSIBLE_DPI.end());
    let long_inches = long / assumed;
    if (A4_INCHES.1 / 3.0..=A3_LONG_INCHES).contains(&long_inches) {
        assumed
    } else {
        (long / A4_INCHES.1).clamp(*PLAUSIBLE_DPI.start(), *PLAUSIBLE_DPI.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_and_pages() {
        let a4 = |dpi: f32| ((8.268 * dpi) as u32, (11.693 * dpi) as u32);
        // claim, page in pixels, believed (x, y), assumed
        type Case = (Option<(f32, f32)>, (u32, u32), (f32, f32), bool);
        let cases: [Case; 12] = [
            (Some((300.0, 300.0)), a4(300.0), (300.0, 300.0), false),
            (Some((204.0, 98.0)), (1728, 1145), (204.0, 98.0), false),
            (Some((600.0, 600.0)), a4(600.0), (600.0, 600.0), false),
            // a business card at 300 dpi
            (Some((300.0, 300.0)), (1004, 650), (300.0, 300.0), false),
            // software that does not know
            (Some((72.0, 72.0)), a4(300.0), (300.0, 300.0), true),
            (Some((96.0, 96.0)), a4(200.0), (200.0, 200.0), true),
            (Some((72.0, 72.0)), a4(72.0), (72.0, 72.0), false),
            // nothing, zero, NaN, absurd
            (None, (a4(400.0).1, a4(400.0).0), (400.0, 400.0), true),
            (Some((0.0, 0.0)), a4(150.0), (150.0, 150.0), true),
            (Some((f32::NAN, 300.0)), a4(300.0), (300.0, 300.0), true),
            (Some((15628.0, 15628.0)), a4(600.0), (600.0, 600.0), true),
            // an envelope fits no A4: the assumed value
            (None, (2600, 1300), (300.0, 300.0), true),
        ];
        for (said, size, expected, assumed) in cases {
            let found = believed(said, size, 300);
            assert_eq!(
                (found.x_dpi, found.y_dpi, found.assumed),
                (expected.0, expected.1, assumed),
                "{said:?} {size:?}"
            );
        }
    }

    #[test]
    fn a_photograph_of_a_page_becomes_as_long_as_a4() {
        let found = believed(None, (9000, 12000), 300);
        assert!((12000.0 / found.y_dpi - 11.693).abs() < 0.01);
        let found = believed(None, (300, 400), 300);
        assert!(found.y_dpi == 50.0, "never below what is plausible");
    }
}
