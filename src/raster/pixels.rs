//! Decoded pixels whose own stream cannot pass through, on their way to a page.

use super::{DecodeParams, Grey, Picture, PictureData, encode};
use crate::model::{ColourMode, ImageCodec};

/// An 8-bit raster of three channels, red, green and blue for each pixel.
pub(crate) struct Rgb {
    pub width: u32,
    pub height: u32,
    pub pixels: Vec<u8>,
}

/// What a decoder gives.
pub(crate) enum Pixels {
    /// Only 0 and 255.
    Bitonal(Grey),
    Grey(Grey),
    Colour(Rgb),
}

impl Pixels {
    /// A grey raster, bitonal if it came from one bit a pixel and holds black and white only.
    pub(crate) fn from_grey(grey: Grey, one_bit: bool) -> Self {
        if one_bit && grey.pixels().iter().all(|&p| p == 0 || p == 255) {
            Self::Bitonal(grey)
        } else {
            Self::Grey(grey)
        }
    }

    /// Three channels, or one if all three are the same everywhere.
    pub(crate) fn from_rgb(width: u32, height: u32, pixels: Vec<u8>, one_bit: bool) -> Option<Self> {
        if pixels.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]) {
            let grey = Grey::new(width, height, pixels.chunks_exact(3).map(|p| p[0]).collect())?;
            return Some(Self::from_grey(grey, one_bit));
        }
        (pixels.len() as u64 == u64::from(width) * u64::from(height) * 3).then_some(Self::Colour(Rgb {
            width,
            height,
            pixels,
        }))
    }

    /// The grey raster, what it was, and its picture encoded anew: Group 4 for bitonal pages, for others Flate or a
    /// JPEG as `params` say.
    pub(crate) fn encoded(self, params: &DecodeParams) -> Option<(Grey, ColourMode, Picture)> {
        let picture = |(width_px, height_px), codec, bytes| Picture {
            codec,
            width_px,
            height_px,
            data: PictureData::Bytes(bytes),
            original: false,
        };
        match self {
            Self::Bitonal(grey) => {
                let picture = picture(grey.size(), ImageCodec::Group4 { inverted: false }, encode::group4(&grey));
                Some((grey, ColourMode::Bitonal, picture))
            }
            Self::Grey(grey) => {
                let (codec, bytes) = continuous(grey.size(), 1, grey.pixels(), params)?;
                let picture = picture(grey.size(), codec, bytes);
                Some((grey, ColourMode::Grey, picture))
            }
            Self::Colour(rgb) => {
                let size = (rgb.width, rgb.height);
                let (codec, bytes) = continuous(size, 3, &rgb.pixels, params)?;
                Some((rgb.luma()?, ColourMode::Colour, picture(size, codec, bytes)))
            }
        }
    }
}

fn continuous(
    (width, height): (u32, u32),
    components: u8,
    pixels: &[u8],
    params: &DecodeParams,
) -> Option<(ImageCodec, Vec<u8>)> {
    match params.jpeg_quality {
        // A JPEG has at most 65535 columns and rows (ITU-T T.81, B.2.2).
        Some(quality) if width <= 65535 && height <= 65535 => {
            Some((ImageCodec::Jpeg { components }, encode::jpeg((width, height), components, pixels, quality)?))
        }
        _ => Some((ImageCodec::Flate { components }, encode::flate(width, components, pixels))),
    }
}

impl Rgb {
    /// The luminance that a JPEG of this picture would carry (ITU-R BT.601 weights in 1/256).
    pub(crate) fn luma(&self) -> Option<Grey> {
        let luma = |p: &[u8]| ((77 * u32::from(p[0]) + 150 * u32::from(p[1]) + 29 * u32::from(p[2]) + 128) >> 8) as u8;
        Grey::new(self.width, self.height, self.pixels.chunks_exact(3).map(luma).collect())
    }
}

/// For each byte of eight one-bit pixels (first pixel in the highest bit) their greys; a set bit is white.
static WHITE_BITS: [[u8; 8]; 256] = {
    let mut table = [[0; 8]; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut bit = 0;
        while bit < 8 {
            if byte & (0x80 >> bit) != 0 {
                table[byte][bit] = 255;
            }
            bit += 1;
        }
        byte += 1;
    }
    table
};

/// Unfolds one-bit rows of `width` pixels, each padded to a byte, and appends them to `grey`; a set bit is black if
/// `set_is_black`, else white.
pub(crate) fn unfold_bits(rows: &[u8], width: usize, set_is_black: bool, grey: &mut Vec<u8>) {
    let flip = if set_is_black { 0xFF } else { 0 };
    let stride = width.div_ceil(8);
    for row in rows.chunks_exact(stride.max(1)) {
        let end = grey.len() + width;
        for &byte in row {
            grey.extend_from_slice(&WHITE_BITS[usize::from(byte ^ flip)]);
        }
        grey.truncate(end);
    }
}
