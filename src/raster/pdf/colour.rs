//! Colour spaces of images, as far as their samples are grey or RGB.

use hayro::hayro_syntax::object::{Array, Dict, Name, Object, Stream};

use super::super::DecodeParams;
use super::{has, sound};

/// How an image's samples become colours.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Space {
    Grey,
    Rgb,
    /// One sample is an index into these.
    Indexed(Vec<[u8; 3]>),
}

impl Space {
    /// Samples a pixel.
    pub(super) fn components(&self) -> usize {
        match self {
            Self::Grey | Self::Indexed(_) => 1,
            Self::Rgb => 3,
        }
    }

    /// The space of an image; `None` for those that only a renderer knows (CMYK, Lab, Separation ...). Calibrated
    /// spaces and ICC profiles are taken as sRGB or its grey, like everything else that a scanner says about colour.
    pub(super) fn of(image: &Dict<'_>, params: &DecodeParams) -> Option<Self> {
        let object = image.get::<Object<'_>>("ColorSpace").or_else(|| image.get::<Object<'_>>("CS"))?;
        Self::read(object, params, 0)
    }

    fn read(object: Object<'_>, params: &DecodeParams, depth: usize) -> Option<Self> {
        match object {
            Object::Name(name) => Self::named(&name),
            Object::Array(array) if depth < 4 => {
                let mut items = array.iter::<Object<'_>>();
                let family = items.next()?.into_name()?;
                match family.as_ref() {
                    b"ICCBased" => {
                        let profile = items.next()?.into_stream()?;
                        match profile.dict().get::<i32>("N")? {
                            1 => Some(Self::Grey),
                            3 if !is_lab(&profile) => Some(Self::Rgb),
                            _ => None,
                        }
                    }
                    b"Indexed" | b"I" => {
                        let base = Self::read(items.next()?, params, depth + 1)?;
                        let highest = usize::try_from(items.next()?.into_i32()?).ok().filter(|&h| h < 256)?;
                        let table = items.next()?;
                        Self::indexed(&base, highest, table, params)
                    }
                    b"CalGray" => Some(Self::Grey),
                    b"CalRGB" => Some(Self::Rgb),
                    _ => Self::named(&family),
                }
            }
            _ => None,
        }
    }

    fn named(name: &Name<'_>) -> Option<Self> {
        match name.as_ref() {
            b"DeviceGray" | b"G" | b"CalGray" => Some(Self::Grey),
            b"DeviceRGB" | b"RGB" | b"CalRGB" => Some(Self::Rgb),
            _ => None,
        }
    }

    fn indexed(base: &Self, highest: usize, table: Object<'_>, params: &DecodeParams) -> Option<Self> {
        let bytes = match table {
            Object::String(text) => text.as_bytes().to_vec(),
            Object::Stream(stream) => {
                sound::whole(&stream, params).ok()?;
                stream.decoded_data().ok()?.into_owned()
            }
            _ => return None,
        };
        let colour = |entry: &[u8]| match base {
            Self::Grey => Some([entry[0]; 3]),
            Self::Rgb => Some([entry[0], entry[1], entry[2]]),
            Self::Indexed(_) => None,
        };
        let colours: Option<Vec<_>> = bytes.chunks_exact(base.components()).take(highest + 1).map(colour).collect();
        colours.filter(|colours| !colours.is_empty()).map(Self::Indexed)
    }
}

/// An ICC profile of three components may be Lab: its header says so at byte 16 (ICC.1, 7.2.8).
fn is_lab(profile: &Stream<'_>) -> bool {
    let alternate = profile.dict().get::<Array<'_>>("Alternate");
    has(profile.dict(), "Alternate")
        && alternate.and_then(|a| a.iter::<Name<'_>>().next()).is_some_and(|n| n.as_ref() == b"Lab")
}
