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
