//! What the form of a letter tells: sender, addressee, the date in its place.
//!
//! In: rows of a page. Out: candidates. The places are those of DIN 5008: the address field begins 27 mm (form A) or 45 mm
//! (form B) from the top, is 45 mm high and lies 20 to 105 mm from the left edge; the return line stands in it, small, above the
//! address. Scanners cut and shift, and not all papers are letters: so addresses are looked for by their own form (`address`), near
//! that place and elsewhere, names by captions and heads of mails (`told`) and by what stands at the head of the paper (`head`).

mod address;
mod dates;
mod head;
mod names;
mod told;

use super::Candidates;
use super::kind::Kind;
use super::rows::{Cell, Rows, Span};
use crate::model::{Field, PixelBox};

use address::{Address, addresses, named, return_line};
pub(super) use dates::dates;
use head::{letterhead, merge_alike};
use names::{FORMS_OF_ADDRESS, Named};
use told::{captioned, mail_header};

/// Where the last line of an address may stand, and where its lines may begin, in millimetres of the page.
const LAST_LINE_MM: std::ops::RangeInclusive<f32> = 45.0..=105.0;
const LEFT_MM: std::ops::RangeInclusive<f32> = 8.0..=45.0;

/// Above this a letterhead stands, if nothing else bounds it.
const LETTERHEAD_MM: f32 = 45.0;

/// Above this a form or certificate without an address tells whose it is.
const FORM_HEAD_MM: f32 = 60.0;

const RECIPIENT: f32 = 0.93;
const SENDER_BLOCK: f32 = 0.75;

/// Print above the address so many times as large as the address is a letterhead.
const LARGE: f32 = 1.25;

/// Adds sender and addressee.
pub(super) fn parties(rows: &Rows, page: &mut Candidates<'_>) {
    let addresses = addresses(rows);
    let in_place = |address: &&Address| {
        let last = address.lines.last().map(|(_, cell)| cell);
        last.is_some_and(|cell| LAST_LINE_MM.contains(&(cell.y * rows.mm)) && LEFT_MM.contains(&(cell.x0 * rows.mm)))
    };
    let addressee = addresses
        .iter()
        .filter(in_place)
        .max_by_key(|address| address.lines.len().min(3))
        .or_else(|| addresses.iter().find(|address| is_addressed(rows, address)));
    if let Some(address) = addressee {
        add(rows, page, Kind::Recipient, address, RECIPIENT);
    }
    let (from, to) = mail_header(rows);
    let is_mail = to.is_some();
    let (captioned_from, captioned_to) = captioned(rows);
    let to = to.or(captioned_to.filter(|_| addressee.is_none()));
    if let Some(named) = to {
        push(rows, page, Kind::Recipient, &named);
    }
    let top = addressee.and_then(|a| a.lines.first()).map(|(_, cell)| (cell.y, cell.x0));
    let tallest = addressee.map(|address| address.lines.iter().map(|(_, cell)| cell.size).fold(0.0, f32::max));
    let head = top.map_or(FORM_HEAD_MM / rows.mm, |(y, _)| y.min(LETTERHEAD_MM / rows.mm));
    let above = |address: &&Address| match (address.lines.last(), top) {
        (Some((_, last)), Some((y, _))) => last.y < y - 8.0 / rows.mm,
        _ => false,
    };
    // A printed mail says who sent it; what stands over it is whose printer it was. `Von: Montag` alone makes no mail.
    let is_mail = |from: &Named| is_mail || rows.row(from.span.row).is_some_and(|row| row.text.contains('@'));
    if let Some(from) = from.as_ref().filter(|from| is_mail(from)) {
        push(rows, page, Kind::Sender, from);
        return;
    }
    let mut senders: Vec<Named> = from.into_iter().chain(captioned_from).collect();
    senders.extend(top.and_then(|(y, x)| return_line(rows, y, x)));
    senders.extend(addresses.iter().find(above).and_then(|address| named(rows, address, SENDER_BLOCK)));
    senders.extend(letterhead(rows, head, tallest.map(|size| LARGE * size)));
    merge_alike(rows, &mut senders);
    senders.iter().for_each(|named| push(rows, page, Kind::Sender, named));
}

/// Whether a block of lines away from the usual place is the addressee's: it says `Herrn`, `Frau` or `Firma`, or a return line
/// stands above it.
fn is_addressed(rows: &Rows, address: &Address) -> bool {
    let Some((_, first)) = address.lines.first() else { return false };
    let form = |(row, cell): &(usize, Cell)| {
        let line = rows.cell_text(*row, cell).trim_end_matches([':', '.']).to_lowercase();
        FORMS_OF_ADDRESS.contains(&line.as_str())
    };
    address.lines.iter().take(2).any(form) || return_line(rows, first.y, first.x0).is_some()
}

/// Adds the name of an address; all its lines are what was read.
fn add(rows: &Rows, page: &mut Candidates<'_>, kind: Kind, address: &Address, weight: f32) {
    let Some(named) = named(rows, address, weight) else { return };
    let lines = address.lines.iter();
    let bounds = lines.clone().map(|(row, cell)| rows.bounds(Span { row: *row, start: cell.start, end: cell.end }));
    let raw: Vec<&str> = lines.map(|(row, cell)| rows.cell_text(*row, cell).trim()).collect();
    page.push(Field {
        name: kind.name().into(),
        raw: raw.join(", "),
        confidence: rows.confidence(named.span) * named.weight,
        value: named.name,
        page: 0,
        bounds: bounds.reduce(PixelBox::union).unwrap_or_default(),
    });
}

fn push(rows: &Rows, page: &mut Candidates<'_>, kind: Kind, named: &Named) {
    page.push(Field {
        name: kind.name().into(),
        raw: rows.text(named.span).to_owned(),
        value: named.name.clone(),
        confidence: rows.confidence(named.span) * named.weight,
        page: 0,
        bounds: rows.bounds(named.span),
    });
}
