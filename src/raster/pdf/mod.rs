//! PDF: a page that is one image gives that image, its own stream passed through where possible; any other page is
//! rendered.
//!
//! In: the bytes of a file. Out: its pages. Reading is `hayro-syntax`'s: it parses lazily over the bytes, so memory does
//! not grow with the pages. It forgives much; what it would forgive in silence (a cut file, missing page objects, streams
//! that end early) is looked for here, because a page that comes out blank or in part is worse than a fault.

mod colour;
mod content;
mod image;
mod render;
mod sound;

use hayro::hayro_syntax::object::{Array, Dict, MaybeRef, Object};
use hayro::hayro_syntax::page::{Page, Rotation};
use hayro::hayro_syntax::{DecryptionError, LoadPdfError};
use hayro::hayro_syntax::{Filter, Pdf};

use super::error::Cause;
use super::scan::DecodedPage;
use super::{DecodeParams, resolution};
use crate::model::{Placement, QuarterTurn};
use content::Placed;

/// An open PDF.
pub(crate) struct PdfScan {
    pdf: Pdf,
    pages: u32,
}

impl PdfScan {
    pub(crate) fn open(bytes: Vec<u8>, params: &DecodeParams) -> Result<Self, Cause> {
        sound::ends_where_it_should(&bytes)?;
        sound::structure_fits(&bytes, params)?;
        let pdf = Pdf::new(bytes).map_err(|error| match error {
            LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
                Cause::Encrypted("the PDF needs a password")
            }
            LoadPdfError::Decryption(_) => Cause::Encrypted("the PDF's encryption is not read here"),
            LoadPdfError::Invalid => Cause::corrupt("the PDF has no readable page tree"),
        })?;
        let pages = page_count(&pdf, params)?;
        Ok(Self { pdf, pages })
    }

    pub(crate) fn pages(&self) -> u32 {
        self.pages
    }

    pub(crate) fn page(&mut self, index: u32, params: &DecodeParams) -> Result<DecodedPage, Cause> {
        let page = self.pdf.pages().get(index as usize).ok_or(Cause::NoPages)?;
        let unit = user_unit(page);
        sound::contents(page, params)?;
        let seen = content::look(page, params)?;
        let Some(placed) = seen.only_image else { return render::page(page, unit, None, params) };
        let (across, down) = placed.side_lengths();
        let (width, height) = image::size(&placed.stream)?;
        let dpi = (width as f32 * 72.0 / (across * unit), height as f32 * 72.0 / (down * unit));
        match image::page(&placed, self.pdf.data().as_ref(), params)? {
            Some((grey, colour, picture)) => Ok(DecodedPage {
                resolution: resolution::believed(Some(dpi), grey.size(), params.assumed_dpi),
                tagged: placement(&placed, page.rotation()),
                grey,
                colour,
                picture,
            }),
            None => render::page(page, unit, Some(dpi.0.max(dpi.1)), params),
        }
    }
}

/// The pages, if all that the document announces can be reached.
fn page_count(pdf: &Pdf, params: &DecodeParams) -> Result<u32, Cause> {
    let root: Option<Dict<'_>> = pdf.xref().get(pdf.xref().root_id());
    let tree = root.and_then(|root| root.get::<Dict<'_>>("Pages"));
    let announced = tree.and_then(|tree| tree.get::<i32>("Count"));
    let reachable = pdf.pages().len();
    match announced {
        Some(0) if reachable == 0 => Err(Cause::NoPages),
        Some(announced) if announced > 0 && reachable as i64 >= i64::from(announced) => {
            if reachable > params.max_pages as usize {
                return Err(Cause::OverLimit(format!(
                    "the PDF has {reachable} pages, more than the {} that limits.max_pages allows",
                    params.max_pages
                )));
            }
            Ok(reachable as u32)
        }
        Some(announced) => Err(Cause::corrupt(format!("the PDF announces {announced} pages, {reachable} are there"))),
        None => Err(Cause::corrupt("the PDF does not say how many pages it has")),
    }
}

/// Points of 1/72 inch that one unit of the page stands for (ISO 32000-1, table 30).
fn user_unit(page: &Page<'_>) -> f32 {
    page.raw().get::<f32>("UserUnit").filter(|unit| *unit > 0.0 && unit.is_finite()).unwrap_or(1.0)
}

/// How the page lies in its image: the image's matrix turns and mirrors it onto the page, `/Rotate` turns the page.
fn placement(placed: &Placed<'_>, rotation: Rotation) -> Placement {
    let [a, b, c, d, ..] = placed.matrix;
    // Where the image's right and lower side point on the displayed page, y downwards.
    let turned = |(x, y): (f64, f64)| match rotation {
        Rotation::None => (x, y),
        Rotation::Horizontal => (-y, x),
        Rotation::Flipped => (-x, -y),
        Rotation::FlippedHorizontal => (y, -x),
    };
    let (right, lower) = (turned((a, -b)), turned((-c, d)));
    let mirrored = right.0 * lower.1 - right.1 * lower.0 < 0.0;
    let (x, y) = if mirrored { (-right.0, right.1) } else { right };
    let turn = if x.abs() > y.abs() {
        if x > 0.0 { QuarterTurn::None } else { QuarterTurn::Half }
    } else if y < 0.0 {
        QuarterTurn::Cw90
    } else {
        QuarterTurn::Cw270
    };
    Placement { mirrored, turn }
}

/// The parameters of the filter at `at` of a stream.
fn filter_params<'a>(dict: &Dict<'a>, at: usize) -> Dict<'a> {
    for key in ["DecodeParms", "DP"] {
        if let Some(one) = dict.get::<Dict<'a>>(key)
            && at == 0
        {
            return one;
        }
        if let Some(found) = dict.get::<Array<'a>>(key).and_then(|all| all.iter::<Object<'a>>().nth(at)) {
            return found.into_dict().unwrap_or_default();
        }
    }
    Dict::empty()
}

/// Whether an entry is there and not null.
fn has(dict: &Dict<'_>, key: &str) -> bool {
    match dict.get_raw::<Object<'_>>(key) {
        None | Some(MaybeRef::NotRef(Object::Null(_))) => false,
        Some(_) => true,
    }
}

/// Filters that unpack into plain bytes, not pixels.
fn is_plain(filter: Filter) -> bool {
    !matches!(filter, Filter::DctDecode | Filter::JpxDecode | Filter::Jbig2Decode | Filter::CcittFaxDecode)
}
