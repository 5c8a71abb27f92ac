//! The image that is the page: its stream passed through, or its pixels.

use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Dict, Stream};
use hayro_ccitt::EncodingMode;

use super::super::depth::Depth;
use super::super::encode::paeth;
use super::super::error::Cause;
use super::super::jpeg::{self, Structure};
use super::super::pixels::{Pixels, unfold_bits};
use super::super::{DecodeParams, Grey, Picture, PictureData, fax};
use super::colour::Space;
use super::content::Placed;
use super::{filter_params, has, is_plain, sound};
use crate::model::{ByteRange, ColourMode, ImageCodec};

type Page = (Grey, ColourMode, Picture);

/// Columns and rows that the image's dictionary says.
pub(super) fn size(image: &Stream<'_>) -> Result<(u32, u32), Cause> {
    let side = |long, short| {
        let side = image.dict().get::<i32>(long).or_else(|| image.dict().get::<i32>(short));
        side.and_then(|side| u32::try_from(side).ok()).filter(|side| *side > 0)
    };
    side("Width", "W").zip(side("Height", "H")).ok_or_else(|| Cause::corrupt("an image has no width or height"))
}

/// The page that `placed` is; `None` if only a renderer knows its colours or its coding.
pub(super) fn page(placed: &Placed<'_>, file: &[u8], params: &DecodeParams) -> Result<Option<Page>, Cause> {
    let Some(image) = Image::of(placed, file, params)? else { return Ok(None) };
    let filters = image.stream.filters();
    match filters.as_slice() {
        [Filter::DctDecode] => image.dct(params),
        [Filter::CcittFaxDecode] => image.fax(params),
        [Filter::Jbig2Decode] => image.jbig2(params),
        [Filter::JpxDecode] => image.jpx(params),
        [Filter::FlateDecode] => image.flate(params),
        plain if plain.iter().all(|&filter| is_plain(filter)) => {
            let bytes = image.stream.decoded_data().map_err(|_| Cause::corrupt("the image does not unpack"))?;
            image.samples(&bytes, params)
        }
        _ => Ok(None),
    }
}

struct Image<'i, 'a> {
    stream: &'i Stream<'a>,
    /// The whole file: where the stream lies in it.
    file: &'i [u8],
    width: u32,
    height: u32,
    bits: u8,
    /// `None` where the stream itself says it (JPX).
    space: Option<Space>,
    /// `Decode` turns black into white.
    inverted: bool,
}

impl<'i, 'a> Image<'i, 'a> {
    fn of(placed: &'i Placed<'a>, file: &'i [u8], params: &DecodeParams) -> Result<Option<Self>, Cause> {
        let dict = placed.stream.dict();
        let (width, height) = size(&placed.stream)?;
        params.admit(width, height)?;
        if has(dict, "SMask") || has(dict, "Mask") || dict.get::<i32>("SMaskInData").unwrap_or(0) != 0 {
            return Ok(None);
        }
        let stencil = dict.get::<bool>("ImageMask").or_else(|| dict.get::<bool>("IM")) == Some(true);
        let bits =
            if stencil { 1 } else { dict.get::<u8>("BitsPerComponent").or_else(|| dict.get("BPC")).unwrap_or(0) };
        let space = if stencil { Some(Space::Grey) } else { Space::of(dict, params) };
        let jpx = placed.stream.filters().contains(&Filter::JpxDecode);
        if space.is_none() && (!jpx || has(dict, "ColorSpace")) {
            return Ok(None);
        }
        let Some(inverted) = inverted(dict, space.as_ref(), bits) else { return Ok(None) };
        Ok(Some(Self { stream: &placed.stream, file, width, height, bits, space, inverted }))
    }

    fn picture(&self, codec: ImageCodec) -> Picture {
        let raw = self.stream.raw_data();
        // A stream of a file without encryption is a part of the file.
        let offset = (raw.as_ptr() as usize).checked_sub(self.file.as_ptr() as usize);
        let inside = offset.filter(|&at| at.checked_add(raw.len()).is_some_and(|end| end <= self.file.len()));
        let data = match inside {
            Some(offset) => PictureData::InScan(ByteRange { offset: offset as u64, len: raw.len() as u64 }),
            None => PictureData::Bytes(raw.into_owned()),
        };
        Picture { codec, width_px: self.width, height_px: self.height, data, original: true }
    }

    fn encoded(pixels: Option<Pixels>, params: &DecodeParams) -> Result<Option<Page>, Cause> {
        let page = pixels.and_then(|pixels| pixels.encoded(params));
        page.map(Some).ok_or_else(|| Cause::corrupt("the image has fewer pixels than it says"))
    }

    fn dct(&self, params: &DecodeParams) -> Result<Option<Page>, Cause> {
        let raw = self.stream.raw_data();
        if !raw.starts_with(&[0xFF, 0xD8]) {
            return Ok(None);
        }
        let structure = Structure::read(&raw)?;
        let components = structure.components.len();
        let fits = (structure.width, structure.height) == (self.width, self.height)
            && matches!((&self.space, components), (Some(Space::Grey), 1) | (Some(Space::Rgb), 3));
        // The stream's own marker counts more than the dictionary's word (ISO 32000-1, table 13).
        let says_rgb = filter_params(self.stream.dict(), 0).get::<i32>("ColorTransform") == Some(0);
        let odd = self.inverted || (components == 3 && says_rgb && structure.adobe_transform.is_none());
        match structure.passes_through() {
            Some(components) if fits && !odd => {
                let colour = if components == 1 { ColourMode::Grey } else { ColourMode::Colour };
                let grey = jpeg::grey(&raw, &structure, params)?;
                Ok(Some((grey, colour, self.picture(ImageCodec::Jpeg { components }))))
            }
            _ => Ok(None),
        }
    }

    /// Whether an index or a sample of 0 is white and 1 black; `None` if one bit means other colours.
    fn bits_inverted(&self) -> Option<bool> {
        let inverted = match &self.space {
            Some(Space::Grey) => false,
            Some(Space::Indexed(table)) => match table.as_slice() {
                [[0, 0, 0], [255, 255, 255], ..] => false,
                [[255, 255, 255], [0, 0, 0], ..] => true,
                _ => return None,
            },
            _ => return None,
        };
        (self.bits <= 1).then_some(inverted != self.inverted)
    }

    fn fax(&self, params: &DecodeParams) -> Result<Option<Page>, Cause> {
        let Some(inverted) = self.bits_inverted() else { return Ok(None) };
        let dict = filter_params(self.stream.dict(), 0);
        let flag = |key: &str| dict.get::<bool>(key).unwrap_or(false);
        let k = dict.get::<i32>("K").unwrap_or(0);
        let rows = dict.get::<i32>("Rows").unwrap_or(0);
        if dict.get::<i32>("Columns").unwrap_or(1728) != self.width.cast_signed()
            || (rows != 0 && rows < self.height.cast_signed())
        {
            return Ok(None);
        }
        let layout = fax::Layout {
            width: self.width,
            height: self.height,
            encoding: match k {
                ..0 => EncodingMode::Group4,
                0 => EncodingMode::Group3_1D,
                _ => EncodingMode::Group3_2D,
            },
            byte_aligned: flag("EncodedByteAlign"),
            end_of_line: flag("EndOfLine"),
        };
        let mut grey = fax::decode(&self.stream.raw_data(), layout)?;
        // Coded black is a sample of 0, unless `BlackIs1`.
        let inverted = inverted != flag("BlackIs1");
        if inverted {
            grey = grey.inverted();
        }
        if k < 0 && !layout.byte_aligned {
            return Ok(Some((grey, ColourMode::Bitonal, self.picture(ImageCodec::Group4 { inverted }))));
        }
        Self::encoded(Some(Pixels::Bitonal(grey)), params)
    }

    /// Never passed through: symbol coding is forbidden for records (BSI TR-03138).
    fn jbig2(&self, params: &DecodeParams) -> Result<Option<Page>, Cause> {
        let Some(inverted) = self.bits_inverted() else { return Ok(None) };
        let broken = |error: hayro_jbig2::DecodeError| Cause::corrupt(format!("JBIG2: {error}"));
        let settings = hayro_jbig2::DecodeSettings { strict: true };
        let globals = filter_params(self.stream.dict(), 0).get::<Stream<'_>>("JBIG2Globals");
        let globals = match globals {
            Some(stream) => {
                sound::whole(&stream, params)?;
                let bytes = stream.decoded_data().map_err(|_| Cause::corrupt("the JBIG2 globals do not unpack"))?;
                Some(hayro_jbig2::Globals::new(&bytes, &settings).map_err(broken)?)
            }
            None => None,
        };
        let raw = self.stream.raw_data();
        let page = hayro_jbig2::Page::new_embedded(&raw, globals.as_ref(), &settings).map_err(broken)?;
        if (page.width(), page.height()) != (self.width, self.height) {
            return Ok(None);
        }
        let mut canvas = Canvas(Vec::with_capacity(self.width as usize * self.height as usize));
        page.decode(&mut canvas).map_err(broken)?;
        let grey = Grey::new(self.width, self.height, canvas.0);
        let grey = if inverted { grey.map(Grey::inverted) } else { grey };
        Self::encoded(grey.map(Pixels::Bitonal), params)
    }

    fn jpx(&self, params: &DecodeParams) -> Result<Option<Page>, Cause> {
        use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
        let broken = |error: hayro_jpeg2000::error::DecodeError| Cause::corrupt(format!("JPEG 2000: {error}"));
        let raw = self.stream.raw_data();
        let settings = DecodeSettings { strict: true, ..DecodeSettings::default() };
        let image = Image::new(&raw, &settings).map_err(broken)?;
        let components = match image.color_space() {
            ColorSpace::Gray | ColorSpace::Icc { num_channels: 1, .. } => 1,
            ColorSpace::RGB | ColorSpace::Icc { num_channels: 3, .. } => 3,
            _ => return Ok(None),
        };
        let agrees = self
            .space
            .as_ref()
            .is_none_or(|space| !matches!(space, Space::Indexed(_)) && space.components() == components);
        if !agrees || self.inverted || image.has_alpha() || (image.width(), image.height()) != (self.width, self.height)
        {
            return Ok(None);
        }
        let mut context = DecoderContext::default();
        let decoded = image.decode(&mut context).map_err(broken)?;
        if decoded.components().len() != components {
            return Ok(None);
        }
        let samples = decoded.data_u8();
        let pixels = if components == 1 {
            Grey::new(self.width, self.height, samples).map(Pixels::Grey)
        } else {
            Pixels::from_rgb(self.width, self.height, samples, false)
        };
        Self::encoded(pixels, params)
    }

    fn flate(&self, params: &DecodeParams) -> Result<Option<Page>, Cause> {
        let dict = filter_params(self.stream.dict(), 0);
        let number = |key: &str, default: i32| dict.get::<i32>(key).unwrap_or(default);
        let mut bytes = sound::inflated(&self.stream.raw_data(), params)?;
        let components = self.space.as_ref().map_or(0, Space::components);
        match number("Predictor", 1) {
            ..=1 => self.samples(&bytes, params),
            10.. => {
                let bits = usize::from(self.bits);
                let matches_image = number("Columns", 1) == self.width.cast_signed()
                    && number("Colors", 1) as usize == components
                    && number("BitsPerComponent", 8) as usize == bits;
                if !matches_image {
                    return Ok(None);
                }
                let stride = (self.width as usize * components * bits).div_ceil(8);
                unfilter(&mut bytes, stride, (components * bits).div_ceil(8))?;
                match (&self.space, self.bits, self.inverted) {
                    (Some(Space::Grey | Space::Rgb), 8, false) => self.deflated(bytes, components as u8),
                    _ => self.samples(&bytes, params),
                }
            }
            // TIFF's predictor is rare.
            _ => {
                let bytes = self.stream.decoded_data().map_err(|_| Cause::corrupt("the image does not unpack"))?;
                self.samples(&bytes, params)
            }
        }
    }

    /// Deflated rows behind PNG filters are what our own pictures are: they pass through.
    fn deflated(&self, mut samples: Vec<u8>, components: u8) -> Result<Option<Page>, Cause> {
        let count = self.width as usize * self.height as usize * usize::from(components);
        if samples.len() < count {
            return Err(Cause::truncated("the image data end early"));
        }
        samples.truncate(count);
        let rgb = |pixels| super::super::pixels::Rgb { width: self.width, height: self.height, pixels };
        let (grey, colour) = if components == 1 {
            (Grey::new(self.width, self.height, samples), ColourMode::Grey)
        } else {
            (rgb(samples).luma(), ColourMode::Colour)
        };
        let grey = grey.ok_or_else(|| Cause::corrupt("the image has fewer pixels than it says"))?;
        Ok(Some((grey, colour, self.picture(ImageCodec::Flate { components }))))
    }

    /// Unpacked samples, rows padded to bytes.
    fn samples(&self, bytes: &[u8], params: &DecodeParams) -> Result<Option<Page>, Cause> {
        let Some(space) = &self.space else { return Ok(None) };
        let (width, height, components) = (self.width as usize, self.height as usize, space.components());
        let stride = (width * components * usize::from(self.bits)).div_ceil(8);
        let Some(bytes) = bytes.get(..stride * height).filter(|bytes| !bytes.is_empty()) else {
            return Err(Cause::truncated("the image data end early"));
        };
        if let Some(inverted) = self.bits_inverted() {
            let mut pixels = Vec::with_capacity(width * height + 8);
            unfold_bits(bytes, width, inverted, &mut pixels);
            return Self::encoded(Grey::new(self.width, self.height, pixels).map(Pixels::Bitonal), params);
        }
        let Some(depth) = Depth::big_endian(u32::from(self.bits), !matches!(space, Space::Indexed(_))) else {
            return Ok(None);
        };
        let mut samples = vec![0; width * height * components];
        for (row, out) in bytes.chunks_exact(stride).zip(samples.chunks_exact_mut(width * components)) {
            depth.unpack(row, out);
        }
        if self.inverted {
            samples.iter_mut().for_each(|sample| *sample = !*sample);
        }
        let pixels = match space {
            Space::Grey => Grey::new(self.width, self.height, samples).map(Pixels::Grey),
            Space::Rgb => Pixels::from_rgb(self.width, self.height, samples, false),
            Space::Indexed(table) => {
                let colour = |index: &u8| table.get(usize::from(*index)).copied().unwrap_or_default();
                Pixels::from_rgb(self.width, self.height, samples.iter().flat_map(colour).collect(), self.bits == 1)
            }
        };
        Self::encoded(pixels, params)
    }
}

/// Whether `Decode` swaps the ends of every component; `None` for any other map than that and the default.
fn inverted(dict: &Dict<'_>, space: Option<&Space>, bits: u8) -> Option<bool> {
    let Some(decode) = dict.get::<Vec<f32>>("Decode").or_else(|| dict.get::<Vec<f32>>("D")) else { return Some(false) };
    let indexed = matches!(space, Some(Space::Indexed(_)));
    let top = if indexed { ((1u32 << bits.min(16)) - 1) as f32 } else { 1.0 };
    let all = |low: f32, high: f32| decode.chunks(2).all(|pair| pair == [low, high]);
    if all(0.0, top) {
        Some(false)
    } else {
        // Turning indices round means other colours, except where there are two.
        (all(top, 0.0) && (!indexed || bits == 1)).then_some(true)
    }
}

/// Undoes the PNG filters in place and takes the filter bytes out.
fn unfilter(bytes: &mut Vec<u8>, stride: usize, bpp: usize) -> Result<(), Cause> {
    let bpp = bpp.max(1);
    let rows = bytes.len() / (stride + 1);
    for y in 0..rows {
        let (done, rest) = bytes.split_at_mut(y * (stride + 1));
        // Rows above are moved to their final place already.
        let above = if y == 0 { &[][..] } else { &done[(y - 1) * stride..y * stride] };
        let filter = rest[0];
        let row = &mut rest[1..=stride];
        let up = |i: usize| above.get(i).copied().unwrap_or(0);
        match filter {
            0 => {}
            1 => (bpp..stride).for_each(|i| row[i] = row[i].wrapping_add(row[i - bpp])),
            2 => row.iter_mut().zip(above).for_each(|(x, &up)| *x = x.wrapping_add(up)),
            3 => (0..stride).for_each(|i| {
                let left = if i >= bpp { row[i - bpp] } else { 0 };
                row[i] = row[i].wrapping_add(((u16::from(left) + u16::from(up(i))) / 2) as u8);
            }),
            4 => (0..stride).for_each(|i| {
                let (left, corner) = if i >= bpp { (row[i - bpp], up(i - bpp)) } else { (0, 0) };
                row[i] = row[i].wrapping_add(paeth(left, up(i), corner));
            }),
            _ => return Err(Cause::corrupt("the image has an unknown row filter")),
        }
        let from = y * (stride + 1) + 1;
        bytes.copy_within(from..from + stride, y * stride);
    }
    bytes.truncate(rows * stride);
    Ok(())
}

/// JBIG2 pixels, row after row.
struct Canvas(Vec<u8>);

impl hayro_jbig2::Decoder for Canvas {
    fn push_pixel(&mut self, black: bool) {
        self.0.push(if black { 0 } else { 255 });
    }

    fn push_pixel_chunk(&mut self, black: bool, chunk_count: u32) {
        self.0.resize(self.0.len() + chunk_count as usize * 8, if black { 0 } else { 255 });
    }

    fn next_line(&mut self) {}
}
