//! Which way up: what tells patch 1 from 6, and 3 from T.
//!
//! Bars are read down the page, or to its right, once it stands upright. Which turn makes it stand is told by, the first that
//! speaks:
//!
//! 1. a barcode on the page whose text is `PATCH1` ... `PATCHT`: it names the code itself,
//! 2. the direction of the QR code of a separator sheet, then that of any QR code,
//! 3. the page's content ([`Standing::Upright`]).
//!
//! A sheet bears one code, printed on up to four edges, and printers of such sheets differ in how they turn the copies (turned
//! with the edge, so that any edge may be fed first; or just moved). On the upright page the copies at the top and at the
//! left are the same by either custom, so the topmost decides, then the leftmost, and the others follow.
//!
//! If nothing tells, each copy is read from the nearest edge inwards, as a scanner does that is fed this edge first (Kodak
//! A-61599 wants the code near the leading edge and its first bar first), and the majority decides; if there is none, what is
//! read at the top, then at the left, of the sheet as it was scanned.

use super::bars::Bars;
use super::strips::Axis;
use crate::codes::Standing;
use crate::codes::barcode::Read;
use crate::model::{PatchCode, PatchKind, PixelBox, QuarterTurn, SheetOrder};

/// The codes that `bars` (in pixels of a page of `size`, reduced by `factor`) and the texts of `barcodes` are.
pub(super) fn settle(
    bars: Vec<Bars>,
    size: (u32, u32),
    factor: (u32, u32),
    barcodes: &[Read],
    standing: Standing,
) -> Vec<PatchCode> {
    let texts: Vec<PatchCode> = barcodes.iter().filter_map(named).collect();
    let turn = standing_by_qr(barcodes).or((standing == Standing::Upright).then_some(QuarterTurn::None));
    let mut codes: Vec<PatchCode> = Vec::new();
    for family in [PatchKind::One, PatchKind::Two, PatchKind::Three, PatchKind::Four] {
        let own: Vec<&Bars> = bars.iter().filter(|bars| bars.kind == family || bars.mirrored() == family).collect();
        let named = texts.iter().map(|text| text.code).find(|&code| own.iter().any(|b| is_either(b, code)));
        let kind = named.or_else(|| match turn {
            Some(turn) => first_from_top(&own, size, turn),
            None => majority(&own, size),
        });
        let scale = |b: PixelBox| PixelBox {
            x0: b.x0 * factor.0 as f32,
            y0: b.y0 * factor.1 as f32,
            x1: b.x1 * factor.0 as f32,
            y1: b.y1 * factor.1 as f32,
        };
        codes.extend(
            own.iter().zip(kind.into_iter().cycle()).map(|(b, code)| PatchCode { code, bounds: scale(b.bounds) }),
        );
    }
    codes.extend(texts);
    codes.sort_by(|a, b| a.bounds.y0.total_cmp(&b.bounds.y0).then(a.bounds.x0.total_cmp(&b.bounds.x0)));
    codes
}

fn is_either(bars: &Bars, code: PatchKind) -> bool {
    bars.kind == code || bars.mirrored() == code
}

/// The code that a barcode names: `PATCHT`, also as `Patch T` or `PATCH-T`.
fn named(read: &Read) -> Option<PatchCode> {
    if !read.kind.is_linear() {
        return None;
    }
    let text = read.barcode.value.trim().to_ascii_uppercase();
    let code = match text.strip_prefix("PATCH")?.trim_start_matches([' ', '-', '_']) {
        "1" | "I" => PatchKind::One,
        "2" | "II" => PatchKind::Two,
        "3" | "III" => PatchKind::Three,
        "4" | "IV" => PatchKind::Four,
        "6" | "VI" => PatchKind::Six,
        "T" => PatchKind::T,
        _ => return None,
    };
    Some(PatchCode { code, bounds: read.barcode.bounds })
}

/// How the page lies turned, by its QR codes; `None` if it has none, or they differ.
fn standing_by_qr(barcodes: &[Read]) -> Option<QuarterTurn> {
    let agreed = |reads: &mut dyn Iterator<Item = &Read>| {
        let mut turns = reads.filter_map(|read| read.turn);
        let first = turns.next()?;
        turns.all(|turn| turn == first).then_some(first)
    };
    let is_sheet = |read: &&Read| SheetOrder::parse(&read.barcode.value).is_some();
    agreed(&mut barcodes.iter().filter(is_sheet)).or_else(|| agreed(&mut barcodes.iter()))
}

/// The direction in which `bars` were read and their middle, on the page after a clockwise `turn` of it is undone. The
/// middle runs from -1 to 1 along both sides.
fn upright(bars: &Bars, (width, height): (u32, u32), turn: QuarterTurn) -> ((i32, i32), (f32, f32)) {
    let direction = match bars.axis {
        Axis::Down => (0, 1),
        Axis::Right => (1, 0),
    };
    let b = bars.bounds;
    let middle = ((b.x0 + b.x1) / width as f32 - 1.0, (b.y0 + b.y1) / height as f32 - 1.0);
    match turn {
        QuarterTurn::None => (direction, middle),
        QuarterTurn::Cw90 => ((direction.1, -direction.0), (middle.1, -middle.0)),
        QuarterTurn::Half => ((-direction.0, -direction.1), (-middle.0, -middle.1)),
        QuarterTurn::Cw270 => ((-direction.1, direction.0), (-middle.1, middle.0)),
    }
}

/// What is read on the upright page at its top, else at its left, else at the bottom, else at the right.
fn first_from_top(own: &[&Bars], size: (u32, u32), turn: QuarterTurn) -> Option<PatchKind> {
    let ranked = own.iter().map(|bars| {
        let ((dx, dy), (x, y)) = upright(bars, size, turn);
        let kind = if dx + dy > 0 { bars.kind } else { bars.mirrored() };
        // Which edge, then how near: bars that lie are at the top or the bottom, those that stand at the left or right.
        let (edge, distance) =
            if dy != 0 { (if y <= 0.0 { 0 } else { 2 }, y) } else { (if x <= 0.0 { 1 } else { 3 }, x) };
        (edge, distance, kind)
    });
    ranked.min_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1))).map(|(.., kind)| kind)
}

/// What most are, each read from its nearest edge inwards.
fn majority(own: &[&Bars], size: (u32, u32)) -> Option<PatchKind> {
    let inwards = |bars: &&&Bars| {
        let ((dx, _), (x, y)) = upright(bars, size, QuarterTurn::None);
        let from_far = if dx != 0 { x > 0.0 } else { y > 0.0 };
        if from_far { bars.mirrored() } else { bars.kind }
    };
    let first = own.first().map(|bars| inwards(&bars))?;
    let same = own.iter().filter(|bars| inwards(bars) == first).count();
    match (2 * same).cmp(&own.len()) {
        std::cmp::Ordering::Greater => Some(first),
        std::cmp::Ordering::Less => own.iter().map(|bars| inwards(&bars)).find(|&kind| kind != first),
        std::cmp::Ordering::Equal => first_from_top(own, size, QuarterTurn::None),
    }
}
