//! What a page draws: is it one image and nothing else that can be seen?

use hayro::hayro_syntax::content::TypedIter;
use hayro::hayro_syntax::content::ops::TypedInstruction as Op;
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, Rect, Stream};
use hayro::hayro_syntax::page::{Page, Resources};

use super::super::DecodeParams;
use super::super::error::Cause;
use super::{has, sound};

/// Share of the page's width and height that the only image must cover at least.
const MIN_COVERED: f64 = 0.9;
/// Share of the page's width and height by which the image may reach over each edge.
const MAX_OVERHANG: f64 = 0.02;
/// Forms within forms.
const MAX_DEPTH: usize = 8;

type Matrix = [f64; 6];

/// What was found.
pub(super) struct Seen<'a> {
    /// The image that is the page.
    pub only_image: Option<Placed<'a>>,
}

/// An image on the page.
pub(super) struct Placed<'a> {
    pub stream: Stream<'a>,
    /// From the unit square to the page's space.
    pub matrix: Matrix,
    /// The colour that a stencil mask would paint is black.
    pub paints_black: bool,
}

impl Placed<'_> {
    /// Lengths of the image's upper and left side in units of the page.
    pub(super) fn side_lengths(&self) -> (f32, f32) {
        let [a, b, c, d, ..] = self.matrix;
        (a.hypot(b) as f32, c.hypot(d) as f32)
    }

    fn bounds(&self) -> Rect {
        bounds(&self.matrix, Rect::new(0.0, 0.0, 1.0, 1.0))
    }

    /// The sides are parallel to the page's, to a thousandth.
    fn is_quarter_turned(&self) -> bool {
        let [a, b, c, d, ..] = self.matrix;
        let small = |x: f64, y: f64| x.abs() <= y.abs() * 1e-3;
        (small(b, a) && small(c, d)) || (small(a, b) && small(d, c))
    }
}

/// Reads the page's content, and that of the forms it draws. Streams that are drawn are checked to be whole.
pub(super) fn look<'a>(page: &Page<'a>, params: &DecodeParams) -> Result<Seen<'a>, Cause> {
    let area = page.intersected_crop_box();
    let mut walk = Walk { params, image: None, painted_before: false, plain: !has_visible_annotations(page), forms: 0 };
    let start =
        State { matrix: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], clip: Some(area), fill: Fill::Black, visible_text: true };
    if let Some(content) = page.page_stream() {
        walk.content(content, page.resources(), start, 0)?;
    }
    let only_image = walk.image.filter(|image| {
        let covers = |min: f64| covers(image.bounds(), area, min);
        walk.plain && image.is_quarter_turned() && covers(if walk.painted_before { 0.995 } else { MIN_COVERED })
    });
    Ok(Seen { only_image })
}

fn covers(image: Rect, area: Rect, min: f64) -> bool {
    let axis = |image: (f64, f64), area: (f64, f64)| {
        let len = area.1 - area.0;
        len > 0.0
            && image.1.min(area.1) - image.0.max(area.0) >= min * len
            && area.0 - image.0 <= MAX_OVERHANG * len
            && image.1 - area.1 <= MAX_OVERHANG * len
    };
    axis((image.x0, image.x1), (area.x0, area.x1)) && axis((image.y0, image.y1), (area.y0, area.y1))
}

/// Annotations that show something: those with an appearance that are not hidden (ISO 32000-1, 12.5.3: bits 2 and 6).
fn has_visible_annotations(page: &Page<'_>) -> bool {
    let Some(annotations) = page.raw().get::<Array<'_>>("Annots") else { return false };
    annotations
        .iter::<Dict<'_>>()
        .any(|one| has(&one, "AP") && one.get::<i32>("F").unwrap_or(0) & (1 << 1 | 1 << 5) == 0)
}

#[derive(Clone, Copy, PartialEq)]
enum Fill {
    Black,
    White,
    Other,
}

#[derive(Clone)]
struct State {
    matrix: Matrix,
    /// `None`: a clip that is no upright rectangle.
    clip: Option<Rect>,
    fill: Fill,
    visible_text: bool,
}

/// A path under construction: as much of it as matters for a clip.
enum Path {
    Empty,
    Rectangle(Matrix, Rect),
    Other,
}

struct Walk<'p, 'a> {
    params: &'p DecodeParams,
    image: Option<Placed<'a>>,
    painted_before: bool,
    /// Nothing but one image shows so far.
    plain: bool,
    forms: usize,
}

impl<'a> Walk<'_, 'a> {
    fn content(&mut self, content: &[u8], resources: &Resources<'a>, start: State, depth: usize) -> Result<(), Cause> {
        let mut state = start;
        let mut saved = Vec::new();
        let (mut path, mut clips) = (Path::Empty, false);
        let mut ops = TypedIter::new(content);
        while let Some(op) = ops.next() {
            match op {
                Op::SaveState(_) if saved.len() < 512 => saved.push(state.clone()),
                Op::SaveState(_) => self.plain = false,
                Op::RestoreState(_) => state = saved.pop().unwrap_or(state),
                Op::Transform(t) => {
                    let m = [t.0, t.1, t.2, t.3, t.4, t.5].map(|number| number.as_f64());
                    state.matrix = concat(&m, &state.matrix);
                }
                Op::SetGraphicsState(name) => {
                    self.plain &= resources.get_ext_g_state(name.0).is_none_or(|gs| is_harmless(&gs));
                }
                Op::TextRenderingMode(mode) => state.visible_text = !matches!(mode.0.as_i64(), 3 | 7),
                Op::NonStrokeColorDeviceGray(grey) => state.fill = fill(&[grey.0.as_f64()]),
                Op::NonStrokeColorDeviceRgb(c) => state.fill = fill(&[c.0, c.1, c.2].map(|number| number.as_f64())),
                Op::NonStrokeColorCmyk(_)
                | Op::NonStrokeColor(_)
                | Op::NonStrokeColorNamed(_)
                | Op::ColorSpaceNonStroke(_) => state.fill = Fill::Other,
                Op::ShowText(_) | Op::NextLineAndShowText(_) | Op::ShowTextWithParameters(_) | Op::ShowTexts(_)
                    if state.visible_text =>
                {
                    self.paint();
                }
                Op::RectPath(r) => {
                    let [x, y, w, h] = [r.0, r.1, r.2, r.3].map(|number| number.as_f64());
                    let rect = Rect::new(x.min(x + w), y.min(y + h), x.max(x + w), y.max(y + h));
                    path = if matches!(path, Path::Empty) { Path::Rectangle(state.matrix, rect) } else { Path::Other };
                }
                Op::MoveTo(_) | Op::LineTo(_) | Op::CubicTo(_) | Op::CubicStartTo(_) | Op::CubicEndTo(_) => {
                    path = Path::Other;
                }
                Op::ClipNonZero(_) | Op::ClipEvenOdd(_) => clips = true,
                Op::EndPath(_)
                | Op::FillPathNonZero(_)
                | Op::FillPathNonZeroCompatibility(_)
                | Op::FillPathEvenOdd(_)
                | Op::StrokePath(_)
                | Op::CloseAndStrokePath(_)
                | Op::FillAndStrokeNonZero(_)
                | Op::FillAndStrokeEvenOdd(_)
                | Op::CloseFillAndStrokeNonZero(_)
                | Op::CloseFillAndStrokeEvenOdd(_) => {
                    let fills = matches!(
                        op,
                        Op::FillPathNonZero(_) | Op::FillPathNonZeroCompatibility(_) | Op::FillPathEvenOdd(_)
                    );
                    // White on an empty page is nothing.
                    let unseen = fills && state.fill == Fill::White && self.image.is_none();
                    if !matches!(op, Op::EndPath(_)) && !unseen {
                        self.paint();
                    }
                    if std::mem::take(&mut clips) {
                        state.clip = clipped(state.clip, &path);
                    }
                    path = Path::Empty;
                }
                Op::Shading(_) | Op::InlineImage(_) | Op::ColorGlyph(_) | Op::ShapeGlyph(_) => self.paint(),
                Op::XObject(name) => {
                    let object = resources
                        .get_x_object(name.0)
                        .ok_or_else(|| Cause::corrupt("the page draws an object that is missing"))?;
                    self.object(object, resources, &state, depth)?;
                }
                // Optional content may be switched off.
                Op::BeginMarkedContentWithProperties(tag) if tag.0.as_ref() == b"OC" => self.plain = false,
                Op::Fallback(_) => self.plain = false,
                _ => {}
            }
        }
        Ok(())
    }

    /// Something shows. Under an image that covers it all it would not.
    fn paint(&mut self) {
        match self.image {
            Some(_) => self.plain = false,
            None => self.painted_before = true,
        }
    }

    fn object(
        &mut self,
        object: Stream<'a>,
        resources: &Resources<'a>,
        state: &State,
        depth: usize,
    ) -> Result<(), Cause> {
        sound::whole(&object, self.params)?;
        let dict = object.dict();
        self.plain &= !has(dict, "OC");
        match dict.get::<Name<'_>>("Subtype").as_deref() {
            Some(b"Image") => {
                let (width, height) = super::image::size(&object)?;
                self.params.admit(width, height)?;
                self.image(object, state);
            }
            Some(b"Form") => {
                self.forms += 1;
                if depth >= MAX_DEPTH || self.forms > 1000 {
                    self.plain = false;
                    return Ok(());
                }
                let matrix = dict.get::<Vec<f64>>("Matrix").and_then(|m| Matrix::try_from(m).ok());
                let mut inner = state.clone();
                inner.matrix = matrix.map_or(state.matrix, |m| concat(&m, &state.matrix));
                if let Some(bounds) = dict.get::<Rect>("BBox") {
                    inner.clip = clipped(inner.clip, &Path::Rectangle(inner.matrix, bounds));
                }
                let own = dict.get::<Dict<'a>>("Resources").map(Resources::new);
                let content =
                    object.decoded_data().map_err(|_| Cause::corrupt("a form of the page does not unpack"))?;
                self.content(&content, own.as_ref().unwrap_or(resources), inner, depth + 1)?;
            }
            _ => self.plain = false,
        }
        Ok(())
    }

    fn image(&mut self, stream: Stream<'a>, state: &State) {
        let placed = Placed { stream, matrix: state.matrix, paints_black: state.fill == Fill::Black };
        let shown = placed.bounds();
        // A clip must not cut off more of the image than a rim.
        let rim = 0.01 * (shown.width() + shown.height());
        let whole = state.clip.is_some_and(|clip| {
            let clip = Rect::new(clip.x0 - rim, clip.y0 - rim, clip.x1 + rim, clip.y1 + rim);
            let cut = clip.intersect(shown);
            (cut.width() - shown.width()).abs() < 1e-3 * shown.width()
                && (cut.height() - shown.height()).abs() < 1e-3 * shown.height()
        });
        let stencil = matches!(placed.stream.dict().get::<bool>("ImageMask"), Some(true));
        // A stencil hides nothing that was painted before.
        self.plain &= self.image.is_none() && whole && !(stencil && (self.painted_before || !placed.paints_black));
        self.image = Some(placed);
    }
}

fn fill(components: &[f64]) -> Fill {
    if components.iter().all(|&c| c <= 0.0) {
        Fill::Black
    } else if components.iter().all(|&c| c >= 1.0) {
        Fill::White
    } else {
        Fill::Other
    }
}

/// No transparency, no blending, no soft mask.
fn is_harmless(state: &Dict<'_>) -> bool {
    let is_name = |key: &str, allowed: &[&[u8]]| match state.get::<Object<'_>>(key) {
        None | Some(Object::Null(_)) => true,
        Some(Object::Name(name)) => allowed.contains(&name.as_ref()),
        Some(_) => false,
    };
    is_name("SMask", &[b"None"])
        && is_name("BM", &[b"Normal", b"Compatible"])
        && state.get::<f32>("ca").is_none_or(|alpha| alpha >= 1.0)
        && state.get::<f32>("CA").is_none_or(|alpha| alpha >= 1.0)
}

/// `first`, then `next` (row vectors, as PDF writes them).
fn concat(first: &Matrix, next: &Matrix) -> Matrix {
    let [a, b, c, d, e, f] = *first;
    let [na, nb, nc, nd, ne, nf] = *next;
    [a * na + b * nc, a * nb + b * nd, c * na + d * nc, c * nb + d * nd, e * na + f * nc + ne, e * nb + f * nd + nf]
}

/// The upright box around `rect` seen through `matrix`.
fn bounds(matrix: &Matrix, rect: Rect) -> Rect {
    let [a, b, c, d, e, f] = *matrix;
    let corners = [(rect.x0, rect.y0), (rect.x1, rect.y0), (rect.x0, rect.y1), (rect.x1, rect.y1)];
    let corners = corners.map(|(x, y)| (a * x + c * y + e, b * x + d * y + f));
    let fold =
        |pick: fn(&(f64, f64)) -> f64, best: fn(f64, f64) -> f64, from| corners.iter().map(pick).fold(from, best);
    Rect::new(
        fold(|p| p.0, f64::min, f64::INFINITY),
        fold(|p| p.1, f64::min, f64::INFINITY),
        fold(|p| p.0, f64::max, f64::NEG_INFINITY),
        fold(|p| p.1, f64::max, f64::NEG_INFINITY),
    )
}

fn clipped(clip: Option<Rect>, path: &Path) -> Option<Rect> {
    match path {
        Path::Rectangle(matrix, rect) => {
            let [a, b, c, d, ..] = *matrix;
            let upright = (b.abs() < 1e-9 && c.abs() < 1e-9) || (a.abs() < 1e-9 && d.abs() < 1e-9);
            clip.filter(|_| upright).map(|clip| clip.intersect(bounds(matrix, *rect)))
        }
        // An empty path clips everything away; a path of lines may be anything.
        Path::Empty | Path::Other => None,
    }
}
