//! Sheets drawn by the measures of Kodak A-61599, pixel by pixel, and what must not be taken for one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::super::barcode::Read;
use super::super::{BarcodeKind, Standing, shrink};
use super::*;
use crate::model::{Barcode, PatchKind, PixelBox, QuarterTurn, Resolution};
use crate::raster::Grey;

/// Width and height of A4 in inches.
const A4: (f32, f32) = (8.27, 11.69);

/// Bars by their begin and width in inches, as Kodak prints them.
fn printed(code: PatchKind) -> Vec<(f32, f32)> {
    let widths = match code {
        PatchKind::One => "WWNN",
        PatchKind::Two => "WNNW",
        PatchKind::Three => "WNWN",
        PatchKind::Four => "NWWN",
        PatchKind::Six => "NNWW",
        PatchKind::T => "NWNW",
    };
    spaced(&widths.chars().map(|width| if width == 'W' { 0.20 } else { 0.08 }).collect::<Vec<_>>())
}

fn spaced(widths: &[f32]) -> Vec<(f32, f32)> {
    let begin = |i: usize| widths[..i].iter().sum::<f32>() + 0.08 * i as f32;
    (0..widths.len()).map(|i| (begin(i), widths[i])).collect()
}

/// Bars on a page: where the middle of the group lies in inches, and how far clockwise the reader who sees them as they
/// are listed, from the top, must turn the head, in degrees.
#[derive(Clone, Debug)]
struct Printed {
    bars: Vec<(f32, f32)>,
    length: f32,
    middle: (f32, f32),
    angle: f32,
}

impl Printed {
    fn at(code: PatchKind, middle: (f32, f32), angle: f32) -> Self {
        Self { bars: printed(code), length: 3.0, middle, angle }
    }

    fn is_ink(&self, x: f32, y: f32) -> bool {
        let (sin, cos) = self.angle.to_radians().sin_cos();
        let (dx, dy) = (x - self.middle.0, y - self.middle.1);
        let (along, across) = (dx * cos + dy * sin, dy * cos - dx * sin);
        let half = self.bars.last().map_or(0.0, |(begin, width)| begin + width) / 2.0;
        let inside = |&(begin, width): &(f32, f32)| (begin..begin + width).contains(&(across + half));
        along.abs() < self.length / 2.0 && self.bars.iter().any(inside)
    }
}

/// A page of `dpi` dots an inch, black where `ink` says.
fn drawn(dpi: f32, ink: impl Fn(f32, f32) -> bool) -> Grey {
    let (width, height) = ((A4.0 * dpi) as u32, (A4.1 * dpi) as u32);
    let pixel = |i: u32| {
        let (x, y) = ((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
        if ink(x / dpi, y / dpi) { 25 } else { 235 }
    };
    Grey::new(width, height, (0..width * height).map(pixel).collect()).unwrap()
}

fn found_with(page: &Grey, dpi: f32, barcodes: &[Read], standing: Standing) -> Vec<PatchCode> {
    let resolution = Resolution { x_dpi: dpi, y_dpi: dpi, assumed: false };
    find(&shrink::to_about(page, resolution, 150.0), barcodes, standing)
}

fn found(page: &Grey, dpi: f32) -> Vec<PatchKind> {
    found_with(page, dpi, &[], Standing::Upright).iter().map(|code| code.code).collect()
}

const ALL: [PatchKind; 6] =
    [PatchKind::One, PatchKind::Two, PatchKind::Three, PatchKind::Four, PatchKind::Six, PatchKind::T];

#[test]
fn every_code_is_read_at_the_top_and_at_the_side() {
    for code in ALL {
        for (middle, angle) in [((4.1, 0.8), 0.0), ((4.1, 5.0), 2.0), ((0.8, 6.0), -90.0), ((7.4, 6.0), -93.0)] {
            let sheet = Printed::at(code, middle, angle);
            let codes = found_with(&drawn(150.0, |x, y| sheet.is_ink(x, y)), 150.0, &[], Standing::Upright);
            let [one] = codes[..] else { panic!("{code:?} at {middle:?}, {angle}: {codes:?}") };
            assert_eq!(one.code, code, "at {middle:?}, {angle}");
            let b = one.bounds;
            let centre = ((b.x0 + b.x1) / 300.0, (b.y0 + b.y1) / 300.0);
            assert!((centre.0 - middle.0).abs() < 0.15 && (centre.1 - middle.1).abs() < 0.15, "{b:?}");
            assert!((2.7..3.4).contains(&(b.width().max(b.height()) / 150.0)), "{b:?}");
        }
    }
}

/// What tells which way up, and what is then read: a T at the top, and its copy at the bottom either turned with the edge or
/// moved there; all of it fed upside down or not.
#[test]
fn three_and_t_are_told_apart_by_what_stands_upright() {
    for copy_angle in [0.0, 180.0] {
        let sheet = [Printed::at(PatchKind::T, (4.1, 0.8), 0.0), Printed::at(PatchKind::T, (4.1, 10.9), copy_angle)];
        let upright = drawn(150.0, |x, y| sheet.iter().any(|bars| bars.is_ink(x, y)));
        let turned = drawn(150.0, |x, y| sheet.iter().any(|bars| bars.is_ink(A4.0 - x, A4.1 - y)));
        let qr = |turn| Read {
            kind: BarcodeKind::QrCode,
            barcode: Barcode {
                symbology: "QR_CODE".into(),
                value: "SST1;L=D".into(),
                bounds: PixelBox { x0: 600.0, y0: 800.0, x1: 700.0, y1: 900.0 },
            },
            turn: Some(turn),
            lines: 0,
        };
        let is_t = |codes: Vec<PatchCode>| codes.len() == 2 && codes.iter().all(|code| code.code == PatchKind::T);
        assert!(is_t(found_with(&upright, 150.0, &[], Standing::Upright)), "{copy_angle}");
        assert!(is_t(found_with(&upright, 150.0, &[qr(QuarterTurn::None)], Standing::Unknown)), "{copy_angle}");
        // The QR code knows better than the content.
        assert!(is_t(found_with(&turned, 150.0, &[qr(QuarterTurn::Half)], Standing::Upright)), "{copy_angle}");
    }
    // Nothing tells: the code is read from its edge, whichever edge is fed first.
    let one = Printed::at(PatchKind::T, (4.1, 0.8), 0.0);
    for page in [drawn(150.0, |x, y| one.is_ink(x, y)), drawn(150.0, |x, y| one.is_ink(A4.0 - x, A4.1 - y))] {
        let codes = found_with(&page, 150.0, &[], Standing::Unknown);
        assert_eq!(codes.iter().map(|code| code.code).collect::<Vec<_>>(), [PatchKind::T]);
    }
}

#[test]
fn a_barcode_that_names_the_code_is_one_and_settles_it() {
    let named = |text: &str| Read {
        kind: BarcodeKind::Code39,
        barcode: Barcode { symbology: "CODE_39".into(), value: text.into(), bounds: PixelBox::default() },
        turn: None,
        lines: 5,
    };
    let empty = drawn(75.0, |_, _| false);
    for (text, code) in [("PATCHT", PatchKind::T), ("Patch 2", PatchKind::Two), ("PATCH-VI", PatchKind::Six)] {
        let codes = found_with(&empty, 75.0, &[named(text)], Standing::Unknown);
        assert_eq!(codes.iter().map(|c| c.code).collect::<Vec<_>>(), [code]);
    }
    assert!(found_with(&empty, 75.0, &[named("PATCH5"), named("PATCHWORK")], Standing::Unknown).is_empty());
    // Fed upside down, and the text on it says what it is.
    let bars = Printed::at(PatchKind::T, (4.1, 5.0), 180.0);
    let codes = found_with(&drawn(150.0, |x, y| bars.is_ink(x, y)), 150.0, &[named("PATCHT")], Standing::Unknown);
    assert_eq!(codes.iter().map(|c| c.code).collect::<Vec<_>>(), [PatchKind::T, PatchKind::T]);
}

#[test]
fn what_is_not_four_bars_of_a_code_is_none() {
    let bars = |widths: &[f32], length| Printed { bars: spaced(widths), length, middle: (4.0, 3.0), angle: 0.0 };
    let wrong = [
        ("a code that is too short", bars(&[0.08, 0.2, 0.08, 0.2], 1.0)),
        ("four equal bars", bars(&[0.2; 4], 3.0)),
        ("three wide ones", bars(&[0.2, 0.2, 0.2, 0.08], 3.0)),
        ("three bars", bars(&[0.2, 0.08, 0.2], 3.0)),
        ("five bars", bars(&[0.08, 0.2, 0.08, 0.2, 0.2], 3.0)),
        ("a pattern that goes on", bars(&[0.08, 0.2, 0.08, 0.2, 0.08, 0.2, 0.08, 0.2], 3.0)),
        (
            "far too large",
            Printed { bars: printed(PatchKind::T).iter().map(|(b, w)| (b * 2.0, w * 2.0)).collect(), ..bars(&[], 6.0) },
        ),
    ];
    for (what, bars) in wrong {
        assert_eq!(found(&drawn(150.0, |x, y| bars.is_ink(x, y)), 150.0), [], "{what}");
    }
    let code = Printed::at(PatchKind::T, (4.0, 3.0), 0.0);
    type Ink = Box<dyn Fn(f32, f32) -> bool>;
    let own = |code: &Printed| {
        let code = code.clone();
        move |x, y| code.is_ink(x, y)
    };
    let (a, b, c, d) = (own(&code), own(&code), own(&code), own(&code));
    let spoilt: [(&str, Ink); 4] = [
        ("ends that differ", Box::new(move |x, y| a(x, y) && (y < 3.0 || x < 4.4))),
        ("rules of a table that go on", Box::new(move |x, y| b(4.0, y) && x > -1.0)),
        ("dashes", Box::new(move |x, y| c(x, y) && (x / 0.05).fract() < 0.6)),
        ("print close beside", Box::new(move |x, y| d(x, y) || ((2.4..2.5).contains(&y) && (2.5..5.5).contains(&x)))),
    ];
    for (what, ink) in spoilt {
        assert_eq!(found(&drawn(150.0, ink), 150.0), [], "{what}");
    }
}

/// The same numbers every time, 0 to 1.
fn random(seed: u32, i: u32) -> f32 {
    let mut state = seed ^ i.wrapping_mul(0x9E37_79B9);
    state = (state ^ (state >> 16)).wrapping_mul(0x85EB_CA6B);
    state = (state ^ (state >> 13)).wrapping_mul(0xC2B2_AE35);
    (state ^ (state >> 16)) as f32 / u32::MAX as f32
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever the direction, the skew, the size, the specks and the coarseness, a code is read as what it is.
    #[test]
    fn a_code_is_read_in_any_direction(
        code in prop::sample::select(&ALL[..]), quarters in 0..4u8, skew in -10f32..10.0, x in 3f32..5.2, y in 3f32..8.5,
        dpi in prop::sample::select(&[100f32, 150.0, 200.0, 300.0][..]), length in 2.5f32..4.0, scale in 0.9f32..1.1,
        specks in 0f32..0.04, seed: u32,
    ) {
        let bars = printed(code).iter().map(|(begin, width)| (begin * scale, width * scale)).collect();
        let sheet = Printed { bars, length, middle: (x, y), angle: skew + 90.0 * f32::from(quarters) };
        let page = drawn(dpi, |x, y| {
            let flipped = random(seed, (x * dpi) as u32 * 65_536 + (y * dpi) as u32) < specks;
            sheet.is_ink(x, y) != flipped
        });
        // Read down the page or to its right: the other two directions see it mirrored.
        let expected = match (quarters, code) {
            (0 | 3, _) | (_, PatchKind::Two | PatchKind::Four) => code,
            (_, PatchKind::One) => PatchKind::Six,
            (_, PatchKind::Six) => PatchKind::One,
            (_, PatchKind::Three) => PatchKind::T,
            (_, PatchKind::T) => PatchKind::Three,
        };
        prop_assert_eq!(found(&page, dpi), [expected]);
    }

    /// Specks and blocks of ink of any density are no code, and pages of any size are looked at without harm.
    #[test]
    fn noise_is_none(
        width in 1u32..700, height in 1u32..700, dpi in 1f32..1300.0, seed: u32, share in 0f32..1.0, block in 1u32..40,
        assumed: bool,
    ) {
        let pixel = |i: u32| if random(seed, i % width / block * 1000 + i / width / block) < share { 0 } else { 255 };
        let page = Grey::new(width, height, (0..width * height).map(pixel).collect()).unwrap();
        let resolution = Resolution { x_dpi: dpi, y_dpi: dpi * 0.5, assumed };
        prop_assert!(find(&shrink::to_about(&page, resolution, 150.0), &[], Standing::Unknown).is_empty());
    }
}
