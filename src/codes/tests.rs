//! Pages with barcodes, drawn by zint, and what is read on them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use zxingcpp::{BarcodeFormat, create, write};

use super::*;
use crate::model::PatchKind;

const DPI: f32 = 300.0;

/// A barcode, one pixel a module.
fn symbol(format: BarcodeFormat, text: &str) -> Grey {
    let image = create(format).from_str(text).unwrap().to_image_with(&write().scale(1).add_quiet_zones(false)).unwrap();
    Grey::new(image.width() as u32, image.height() as u32, image.data()).unwrap()
}

/// A picture, the pixels of one of its own, where its middle lies, and how it is turned, in degrees clockwise.
type Laid = (Grey, (f32, f32), (f32, f32), f32);

/// A page with pictures on it, and with lines of print between.
fn page(size: (u32, u32), pictures: &[Laid]) -> Grey {
    let pixel = |i: u32| {
        let (x, y) = ((i % size.0) as f32 + 0.5, (i / size.0) as f32 + 0.5);
        for (picture, scale, middle, angle) in pictures {
            let (sin, cos) = angle.to_radians().sin_cos();
            let (dx, dy) = (x - middle.0, y - middle.1);
            let (width, height) = (picture.width() as f32, picture.height() as f32);
            let u = (dx * cos + dy * sin) / scale.0 + width / 2.0;
            let v = (dy * cos - dx * sin) / scale.1 + height / 2.0;
            let clear = (12.0, if height == 1.0 { 0.2 } else { 12.0 });
            if (-clear.0..width + clear.0).contains(&u) && (-clear.1..height + clear.1).contains(&v) {
                let inside = (0.0..width).contains(&u) && (0.0..height).contains(&v);
                let place = (v.max(0.0) as u32).min(picture.height() - 1) * picture.width() + u.max(0.0) as u32;
                return if inside && picture.pixels()[place as usize] < 128 { 30 } else { 235 };
            }
        }
        let (row, column) = (i / size.0, i % size.0);
        let print = row % 60 < 24 && column % 23 < 7 && column % 190 < 150 && (200..size.0 - 200).contains(&column);
        if print { 40 } else { 235 }
    };
    Grey::new(size.0, size.1, (0..size.0 * size.1).map(pixel).collect()).unwrap()
}

fn found(page: &Grey, params: &CodeParams) -> (Vec<Barcode>, Vec<PatchCode>) {
    find(page, Resolution { x_dpi: DPI, y_dpi: DPI, assumed: false }, Standing::Unknown, params).unwrap()
}

/// Format, text, how it is printed (pixels of a module along and across the bars), and what is reported.
type Case = (BarcodeFormat, &'static str, (f32, f32), (&'static str, &'static str));

const CASES: [Case; 8] = [
    (BarcodeFormat::Code39, "AZ-4711", (4.0, 3.0), ("CODE_39", "AZ-4711")),
    (BarcodeFormat::Code128, "AZ/4711/26", (4.0, 3.0), ("CODE_128", "AZ/4711/26")),
    (BarcodeFormat::ITF, "10614141", (4.0, 3.0), ("ITF", "10614141")),
    (BarcodeFormat::EAN13, "400638133393", (4.0, 3.0), ("EAN_13", "4006381333931")),
    (BarcodeFormat::EAN8, "9638507", (4.0, 3.0), ("EAN_8", "96385074")),
    (BarcodeFormat::QRCode, "SST1;L=C;C=4711", (6.0, 6.0), ("QR_CODE", "SST1;L=C;C=4711")),
    (BarcodeFormat::DataMatrix, "Vorgang 4711", (6.0, 6.0), ("DATA_MATRIX", "Vorgang 4711")),
    (BarcodeFormat::PDF417, "Vorgang 4711", (4.0, 4.0), ("PDF_417", "Vorgang 4711")),
];

#[test]
fn every_kind_is_read_at_any_angle_and_told_where() {
    for (format, text, scale, expected) in CASES {
        let symbol = symbol(format, text);
        for angle in [0.0, 90.0, 180.0, 270.0, 7.0] {
            let page = page((2000, 1600), &[(symbol.clone(), scale, (900.0, 700.0), angle)]);
            let (barcodes, patches) = found(&page, &CodeParams::default());
            let told: Vec<_> = barcodes.iter().map(|b| (b.symbology.as_str(), b.value.as_str())).collect();
            assert_eq!(told, [expected], "at {angle} degrees");
            let b = barcodes[0].bounds;
            assert!(((b.x0 + b.x1) / 2.0 - 900.0).abs() < 60.0 && ((b.y0 + b.y1) / 2.0 - 700.0).abs() < 60.0, "{b:?}");
            assert_eq!(patches, []);
        }
    }
}

#[test]
fn several_are_read_from_top_to_bottom() {
    let places = [(500.0, 400.0), (1400.0, 700.0), (500.0, 1200.0), (1400.0, 1500.0)];
    let pictures: Vec<_> =
        CASES[2..6].iter().zip(places).map(|(case, place)| (symbol(case.0, case.1), case.2, place, 0.0)).collect();
    let (barcodes, _) = found(&page((2000, 2000), &pictures), &CodeParams::default());
    let told: Vec<_> = barcodes.iter().map(|b| (b.symbology.as_str(), b.value.as_str())).collect();
    assert_eq!(told, CASES[2..6].iter().map(|case| case.3).collect::<Vec<_>>());
}

#[test]
fn only_what_is_wanted_is_looked_for() {
    let pictures: Vec<_> = [(0, (500.0, 400.0)), (5, (1400.0, 900.0))]
        .map(|(case, place): (usize, _)| (symbol(CASES[case].0, CASES[case].1), CASES[case].2, place, 0.0))
        .into();
    let page = page((2000, 1600), &pictures);
    let kinds = |barcodes: &[BarcodeKind]| {
        let params = CodeParams { barcodes: barcodes.to_vec(), ..CodeParams::default() };
        found(&page, &params).0.into_iter().map(|b| b.symbology).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&[BarcodeKind::QrCode, BarcodeKind::Code128]), ["QR_CODE"]);
    assert_eq!(kinds(&[BarcodeKind::Code39]), ["CODE_39"]);
    assert!(kinds(&[]).is_empty());
}

#[test]
fn the_text_of_a_patch_code_is_one_where_patch_codes_are_looked_for() {
    let text = symbol(BarcodeFormat::Code39, "PATCHT");
    let page = page((2000, 1200), &[(text, (4.0, 3.0), (1000.0, 600.0), 0.0)]);
    let (barcodes, patches) = found(&page, &CodeParams::default());
    assert_eq!(barcodes.len(), 1);
    assert_eq!(patches.iter().map(|p| (p.code, p.bounds)).collect::<Vec<_>>(), [(PatchKind::T, barcodes[0].bounds)]);
    let (barcodes, patches) = found(&page, &CodeParams { patch_codes: false, ..CodeParams::default() });
    assert_eq!((barcodes.len(), patches.len()), (1, 0));
}

/// A record must not depend on how busy the machine is: it is whole or there is none.
#[test]
fn what_takes_too_long_is_no_half_result() {
    let page = page((2000, 1200), &[(symbol(BarcodeFormat::Code39, "AZ-4711"), (4.0, 3.0), (1000.0, 600.0), 0.0)]);
    let resolution = Resolution { x_dpi: DPI, y_dpi: DPI, assumed: false };
    let outcome = find(&page, resolution, Standing::Unknown, &CodeParams { max_ms: 0, ..CodeParams::default() });
    assert_eq!(outcome, Err(CodesError::Overtime(0)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// Whatever the pixels, the size and the resolution: no panic, and places are on the page.
    #[test]
    fn any_page_is_looked_at(
        width in 1u32..1500, height in 1u32..900, dpi in 1f32..1300.0, seed in 1u32.., block in 1u32..30, low: u8, high: u8,
    ) {
        let level = |i: u32| {
            let cell = (i % width / block).wrapping_mul(0x9E37_79B9) ^ (i / width / block).wrapping_mul(0x85EB_CA6B);
            if (cell ^ seed).wrapping_mul(0xC2B2_AE35) >> 31 == 0 { low } else { high }
        };
        let page = Grey::new(width, height, (0..width * height).map(level).collect()).unwrap();
        let resolution = Resolution { x_dpi: dpi, y_dpi: dpi, assumed: true };
        let (barcodes, patches) = find(&page, resolution, Standing::Unknown, &CodeParams::default()).unwrap();
        let bounds = barcodes.iter().map(|b| b.bounds).chain(patches.iter().map(|p| p.bounds));
        for b in bounds {
            prop_assert!(0.0 <= b.x0 && b.x0 <= b.x1 && b.x1 <= width as f32, "{:?}", b);
            prop_assert!(0.0 <= b.y0 && b.y0 <= b.y1 && b.y1 <= height as f32, "{:?}", b);
        }
    }
}
