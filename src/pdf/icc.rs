//! The sRGB colour profile of the output intent, made here (ICC.1:1998-09, version 2.1: display, RGB, matrix and tone
//! curves).

/// The colorants of sRGB (IEC 61966-2-1), adapted to D50 by the Bradford transform, as s15Fixed16 wants them.
const COLORANTS: [([u8; 4], [f64; 3]); 3] = [
    (*b"rXYZ", [0.436_074_7, 0.222_504_5, 0.013_932_2]),
    (*b"gXYZ", [0.385_064_9, 0.716_878_6, 0.097_104_5]),
    (*b"bXYZ", [0.143_080_4, 0.060_616_9, 0.714_173_3]),
];
/// The profile connection space's white (D50), which the colorants add up to.
const WHITE: [f64; 3] = [0.9642, 1.0, 0.8249];
/// Samples of the tone curve.
const SAMPLES: u32 = 1024;

/// The profile. `wtpt` is D50, as version 4 asks and version 2 allows, so that absolute intents leave white paper white.
pub(super) fn srgb() -> Vec<u8> {
    let mut tags: Vec<([u8; 4], Vec<u8>)> =
        vec![(*b"desc", description("sRGB")), (*b"cprt", text("public domain")), (*b"wtpt", xyz(WHITE))];
    tags.extend(COLORANTS.map(|(tag, colorant)| (tag, xyz(colorant))));
    let curves = [*b"rTRC", *b"gTRC", *b"bTRC"];
    let table_len = 4 + 12 * (tags.len() + curves.len());

    let mut table = ((tags.len() + curves.len()) as u32).to_be_bytes().to_vec();
    let mut data: Vec<u8> = Vec::new();
    let mut entry = |tag: &[u8; 4], data: &[u8], len: usize| {
        table.extend(tag);
        table.extend(((128 + table_len + data.len()) as u32).to_be_bytes());
        table.extend((len as u32).to_be_bytes());
    };
    for (tag, element) in &tags {
        entry(tag, &data, element.len());
        data.extend(element);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    // The three curves are one.
    let curve = tone_curve();
    for tag in curves {
        entry(&tag, &data, curve.len());
    }
    data.extend(curve);
    data.resize(data.len().next_multiple_of(4), 0);

    let mut profile = header((128 + table.len() + data.len()) as u32);
    profile.extend(table);
    profile.extend(data);
    profile
}

/// 128 bytes (ICC.1:1998-09, 6.1).
fn header(size: u32) -> Vec<u8> {
    let mut header = size.to_be_bytes().to_vec();
    header.extend([0; 4]);
    header.extend([2, 0x10, 0, 0]);
    header.extend(b"mntrRGB XYZ ");
    // 2025-01-01, 00:00:00: fixed, so that the same input gives the same file.
    header.extend([2025_u16, 1, 1, 0, 0, 0].iter().flat_map(|field| field.to_be_bytes()));
    header.extend(b"acsp");
    // Platform, flags, device, attributes, intent (perceptual): all 0.
    header.resize(68, 0);
    header.extend(WHITE.iter().flat_map(|&v| fixed(v)));
    header.resize(128, 0);
    header
}

/// s15Fixed16Number.
fn fixed(value: f64) -> [u8; 4] {
    ((value * 65536.0).round() as i32).to_be_bytes()
}

fn xyz(value: [f64; 3]) -> Vec<u8> {
    let mut element = b"XYZ \0\0\0\0".to_vec();
    element.extend(value.iter().flat_map(|&v| fixed(v)));
    element
}

fn text(content: &str) -> Vec<u8> {
    [b"text\0\0\0\0", content.as_bytes(), b"\0"].concat()
}

/// textDescriptionType: ASCII, then empty Unicode and ScriptCode parts.
fn description(content: &str) -> Vec<u8> {
    let mut element = b"desc\0\0\0\0".to_vec();
    element.extend((content.len() as u32 + 1).to_be_bytes());
    element.extend(content.as_bytes());
    element.resize(element.len() + 1 + 8 + 3 + 67, 0);
    element
}

/// The decoding curve of IEC 61966-2-1, sampled.
fn tone_curve() -> Vec<u8> {
    let mut element = b"curv\0\0\0\0".to_vec();
    element.extend(SAMPLES.to_be_bytes());
    for index in 0..SAMPLES {
        let coded = f64::from(index) / f64::from(SAMPLES - 1);
        let linear = if coded <= 0.04045 { coded / 12.92 } else { ((coded + 0.055) / 1.055).powf(2.4) };
        element.extend(((linear * 65535.0).round() as u16).to_be_bytes());
    }
    element
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn u32_at(bytes: &[u8], at: usize) -> usize {
        u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
    }

    fn tag<'a>(profile: &'a [u8], name: &[u8; 4]) -> &'a [u8] {
        let entries = (0..u32_at(profile, 128)).map(|index| 132 + 12 * index);
        let entry = entries.into_iter().find(|&at| &profile[at..at + 4] == name).unwrap();
        let (at, len) = (u32_at(profile, entry + 4), u32_at(profile, entry + 8));
        &profile[at..at + len]
    }

    fn xyz_of(profile: &[u8], name: &[u8; 4]) -> [f64; 3] {
        let element = tag(profile, name);
        assert_eq!(&element[..4], b"XYZ ");
        [8, 12, 16].map(|at| f64::from(u32_at(element, at) as i32) / 65536.0)
    }

    #[test]
    fn the_header_and_the_tags_are_those_of_a_display_profile() {
        let profile = srgb();
        assert_eq!(u32_at(&profile, 0), profile.len());
        assert_eq!(&profile[8..24], b"\x02\x10\0\0mntrRGB XYZ ");
        assert_eq!(&profile[36..40], b"acsp");
        for name in [b"desc", b"cprt"] {
            assert!(tag(&profile, name).len() > 8);
        }
        assert_eq!(tag(&profile, b"rTRC"), tag(&profile, b"bTRC"));
    }

    /// IEC 61966-2-1's primaries and white (D65) by chromaticity, adapted to D50 by the Bradford transform.
    /// Rounding the white to four digits, as the standard does, moves them by up to 3e-4.
    #[test]
    fn the_colorants_are_those_of_srgb() {
        let from_xy = |x: f64, y: f64| [x / y, 1.0, (1.0 - x - y) / y];
        let primaries = [from_xy(0.64, 0.33), from_xy(0.30, 0.60), from_xy(0.15, 0.06)];
        let white = from_xy(0.3127, 0.3290);
        // Amounts of the primaries that give white, by Cramer's rule.
        let det = |m: [[f64; 3]; 3]| {
            let [a, b, c] = m;
            a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1])
        };
        let amount = |index: usize| {
            let mut columns = primaries;
            columns[index] = white;
            det(columns) / det(primaries)
        };
        const BRADFORD: [[f64; 3]; 3] =
            [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];
        let cone = |v: [f64; 3]| BRADFORD.map(|row| row.iter().zip(v).map(|(a, b)| a * b).sum::<f64>());
        let profile = srgb();
        for (index, name) in [b"rXYZ", b"gXYZ", b"bXYZ"].into_iter().enumerate() {
            let colorant = primaries[index].map(|v| v * amount(index));
            let found = cone(xyz_of(&profile, name));
            let cones = cone(colorant).into_iter().zip(cone(WHITE)).zip(cone(white));
            for (found, ((of_d65, d50), d65)) in found.into_iter().zip(cones) {
                assert!((found - of_d65 * d50 / d65).abs() < 5e-4, "{name:?}: {found}");
            }
        }
        assert_eq!(xyz_of(&profile, b"wtpt").map(|v| (v * 1e4).round()), [9642.0, 10000.0, 8249.0]);
    }

    #[test]
    fn the_curve_decodes_srgb() {
        let profile = srgb();
        let curve = tag(&profile, b"gTRC");
        let count = u32_at(curve, 8);
        let sample = |index: usize| u16::from_be_bytes([curve[12 + 2 * index], curve[13 + 2 * index]]);
        assert_eq!((sample(0), sample(count - 1)), (0, u16::MAX));
        // Middle grey: code value 0.5 is 21.4 % of white.
        assert!((f64::from(sample(count / 2)) / 65535.0 - 0.214).abs() < 0.001);
        assert!((1..count).all(|index| sample(index - 1) <= sample(index)));
    }
}
