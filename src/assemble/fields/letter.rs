//! What the form of a letter tells: sender, addressee, the date in its place.
//!
//! In: rows of a page. Out: candidates. The places are those of DIN 5008: the address field begins 27 mm (form A) or 45 mm
//! (form B) from the top, is 45 mm high and lies 20 to 105 mm from the left edge; the return line stands in it, small, above the
//! address. Scanners cut and shift, so the field is looked for by its own form near that place.

use std::sync::LazyLock;

use regex::Regex;

use super::kind::Kind;
use super::rows::{Cell, Rows, Span};
use super::{Candidates, HEAD_SHARE, own_pattern};
use crate::model::{Field, PixelBox};

/// Where the last line of an address may stand, and where its lines may begin, in millimetres of the page.
const LAST_LINE_MM: std::ops::RangeInclusive<f32> = 45.0..=105.0;
const LEFT_MM: std::ops::RangeInclusive<f32> = 8.0..=45.0;

/// Lines of an address are no further apart than so many times their height.
const PITCH: f32 = 2.7;
/// Print smaller than this share of an address line is the return line.
const SMALL: f32 = 0.78;
const MAX_LINES: usize = 9;
/// The return line stands at most so far above the address, in millimetres.
const RETURN_LINE_MM: f32 = 24.0;
/// Above this a letterhead stands, if nothing else bounds it.
const LETTERHEAD_MM: f32 = 45.0;
/// Above this a form or certificate without an address tells whose it is.
const FORM_HEAD_MM: f32 = 60.0;

const RECIPIENT: f32 = 0.93;
const RETURN_LINE: f32 = 0.88;
const CONFIRMED: f32 = 0.96;
const SENDER_BLOCK: f32 = 0.75;
const INSTITUTION_ABOVE: f32 = 0.72;
/// Print above the address so many times as large as the address is a letterhead.
const LARGE: f32 = 1.25;
const LARGE_ABOVE: f32 = 0.7;
const PERSON_ABOVE: f32 = 0.6;
const LETTERHEAD: f32 = 0.4;
const SOMEWHERE_ABOVE: f32 = 0.1;
const MAIL: f32 = 0.93;
const CAPTIONED: f32 = 0.85;
/// What stands beside a caption is no further away than so many times its height.
const BESIDE: f32 = 5.0;

/// A postal code with its place, as German addresses end.
static PLACE: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"^(?:D\s?[-–]\s?)?[0-9OoIl]{5}\s?\p{Lu}[\p{L}]"));
/// A postal code behind something else: an address on one line.
static ONE_LINE: LazyLock<Regex> =
    LazyLock::new(|| own_pattern(r"\S.*[\s·•|,;–-](?:D\s?[-–]\s?)?[0-9OoIl]{5}(?:\s+\p{Lu}|$)"));
/// What divides the parts of a return line; OCR reads the middle dot as a full stop or a stroke, too.
static DIVIDER: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"\s*[·•∙●|;*]\s*|\s+[-–—.]\s+|,\s*"));
/// A street with a number, where the divider was lost.
static STREET: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(
        r"\s(?:\p{Lu}[\p{L}.-]*\s)?\p{L}*(?i:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|markt|graben)\s+[0-9]",
    )
});

/// A street with its number, at the end.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"\p{L}.*\s?[0-9OIl]{1,4}\s?[a-h]?$"));
/// Words of authorities, firms and practices.
static INSTITUTION: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(concat!(
        r"\b(?i:stadt|kreisstadt|hansestadt|landeshauptstadt|landkreis|kreis|gemeinde|markt|land|bund|bundesamt|landratsamt|jobcenter|polizei|gmbh|mbh|ag|kg|ohg",
        r"|ug|gbr|eg|aör|inh\.|e\.\s?k\.|e\.\s?v\.|dres\.|dr\.\s?med|notar|notarin)(?:\b|\s|$)",
        r"|\b\p{L}*(?i:amt|behörde|gemeinde|kasse|gericht|verwaltung|ministerium|agentur|zentrum|versicherung|werke",
        r"|klinikum|krankenhaus|universität|bank|stelle|betrieb|schule|akademie|institut|verein|verband|stiftung|kammer",
        r"|praxis|apotheke|anwalt|anwälte|anwältin|kanzlei|handel|dienst|büro|bedarf|bau|haus|werkstatt|spedition",
        r"|bäckerei|gärtnerei|druckerei|reinigung|service|technik|station|feuerwehr|verlag)\b",
        r"|\b(?i:elektro|sanitär|auto)\b|&\s\p{Lu}",
    ))
});

/// How papers call themselves at the head of their title: no sender's name.
static TITLE: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(concat!(
        r"(?i)^\W*(?:\p{L}+[- ])?\p{L}*(?:antrag|anmeldung|anordnung|anhörung|angebot|anzeige|auftrag|ausdruck|ausweis|auszug",
        r"|auskunft|beleg|bescheid|bescheinigung|beschluss|bestätigung|bestellung|block|bogen|einladung|erklärung|formular",
        r"|führerschein|gutachten|gutschrift|kopie|kündigung|lieferschein|mahnung|mandat|merkblatt|mitteilung|nachweis",
        r"|niederschrift|protokoll|quittung|rechnung|schein|urkunde|urteil|verfügung|vermerk|vertrag|vollmacht|zertifikat",
        r"|zeugnis)(?:e|s|en|es)?(?:\W|$)",
    ))
});
/// Two to four words as a person's names are written.
static PERSON: LazyLock<Regex> =
    LazyLock::new(|| own_pattern(r"^(?:Dr\.\s)?\p{Lu}\p{Ll}[\p{L}'’-]*(?:\s\p{Lu}[\p{L}'’-]+){1,3}$"));
/// A line of the head of an e-mail.
static MAIL_HEADER: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"^\s*(Von|Vou|From|An|Absender)\s*:\s*(\S.*)$"));

/// The line that a fax machine prints above all pages (`VON :NAME FAX-NR. :0391 ...`): it cuts names, and is no mail's head.
static FAX_LINE: LazyLock<Regex> = LazyLock::new(|| own_pattern(r"(?i)^\W*(?:von|from)\s*[:;.].*\bfax[\s-]*n[ro]"));

/// Lines of an address that are not the name.
const FORMS_OF_ADDRESS: [&str; 15] = [
    "herrn",
    "herr",
    "frau",
    "firma",
    "fa.",
    "familie",
    "eheleute",
    "an",
    "an die",
    "an das",
    "an den",
    "an den herrn",
    "herrn und frau",
    "an frau",
    "an herrn",
];
const NOTES: [&str; 12] = [
    "einschreiben",
    "persönlich",
    "vertraulich",
    "postzustellungsurkunde",
    "mit postzustellungsurkunde",
    "per e-mail",
    "per fax",
    "vorab per",
    "eilt",
    "gegen empfangsbekenntnis",
    "förmliche zustellung",
    "per post",
];

/// A block of lines that ends with a postal code and a place.
struct Address {
    /// From top to bottom.
    lines: Vec<(usize, Cell)>,
}

/// A name with where it stands and how sure its place is.
struct Named {
    span: Span,
    name: String,
    weight: f32,
}

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
    // A printed mail says who sent it; what stands over it is whose printer it was.
    if let Some(from) = from {
        push(rows, page, Kind::Sender, &from);
        return;
    }
    let mut senders: Vec<Named> = captioned_from.into_iter().collect();
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

/// Captions over or beside a name, as forms and fax covers have them.
const FROM_CAPTIONS: [&str; 4] = ["Absender", "Absenderin", "Von", "From"];
const TO_CAPTIONS: [&str; 5] = ["Empfänger", "Empfängerin", "Rechnungsempfänger", "An", "To"];

/// Sender and addressee that captions tell, in the head of the page.
fn captioned(rows: &Rows) -> (Option<Named>, Option<Named>) {
    let (mut from, mut to) = (None, None);
    for (row, cell) in rows.cells().filter(|(row, _)| rows.depth(*row) < HEAD_SHARE) {
        let place = match rows.cell_text(row, cell).trim().trim_end_matches(':') {
            caption if FROM_CAPTIONS.contains(&caption) => &mut from,
            caption if TO_CAPTIONS.contains(&caption) => &mut to,
            _ => continue,
        };
        let beside = |(other_row, other): &(usize, &Cell)| {
            *other_row == row && other.x0 > cell.x1 && other.x0 - cell.x1 < BESIDE * cell.size
        };
        let below = |(other_row, other): &(usize, &Cell)| {
            let down = other.y - cell.y;
            *other_row > row && down < 2.0 * PITCH * cell.size && (other.x0 - cell.x0).abs() < 2.0 * other.size
        };
        let name = |(row, cell): (usize, &Cell)| first_name(rows, row, cell, CAPTIONED);
        if place.is_none() {
            *place = rows.cells().filter(beside).find_map(name).or_else(|| rows.cells().filter(below).find_map(name));
        }
    }
    (from, to)
}

/// The name with which a cell begins, up to a comma or another divider.
fn first_name(rows: &Rows, row: usize, cell: &Cell, weight: f32) -> Option<Named> {
    let text = rows.cell_text(row, cell);
    let end = DIVIDER.find(text).map_or(text.len(), |divider| divider.start());
    // `Selma Sonnenschein/Neuweiler`: name and house, as some mail programs have them.
    let end = text.get(..end)?.find('/').unwrap_or(end);
    let name = name_of(text.get(..end)?)?;
    Some(Named { span: Span { row, start: cell.start, end: cell.start + end }, name, weight })
}

/// Names above `head`, pixels: of authorities and firms wherever they stand, else the topmost and the largest print; `large`
/// print is surely a letterhead's.
///
/// `large` is there where an addressee is: above one, a person's name that stands alone is the sender's, too.
fn letterhead(rows: &Rows, head: f32, large: Option<f32>) -> Vec<Named> {
    let is_print = |row: usize| rows.row(row).is_some_and(|row| !FAX_LINE.is_match(&row.text));
    let cells: Vec<(usize, &Cell)> = rows
        .cells()
        .filter(|(row, cell)| cell.y < head && is_print(*row) && is_name(rows.cell_text(*row, cell)))
        .collect();
    let has_digit = |name: &str| name.contains(|c: char| c.is_ascii_digit());
    let largest = cells.iter().map(|(_, cell)| cell.size).fold(0.0, f32::max);
    let mut names = Vec::new();
    let mut has_person = false;
    for (index, (row, cell)) in cells.into_iter().enumerate() {
        let text = rows.cell_text(row, cell);
        let (start, end) = institution_part(text);
        let name = text.get(start..end).unwrap_or_default().trim();
        let is_title = TITLE.is_match(name);
        let weight = match INSTITUTION.is_match(name) && !is_title && !is_sentence(name) {
            true if !names.iter().any(|other: &Named| other.weight >= INSTITUTION_ABOVE) => INSTITUTION_ABOVE,
            _ if cell.size >= largest
                && large.is_some_and(|large| cell.size >= large)
                && !has_digit(name)
                && !is_title =>
            {
                LARGE_ABOVE
            }
            _ if large.is_some() && !has_person && !is_title && PERSON.is_match(name) => {
                has_person = true;
                PERSON_ABOVE
            }
            _ if index == 0 || cell.size >= largest => LETTERHEAD,
            _ => SOMEWHERE_ABOVE,
        };
        if is_name(name) && !name.ends_with(':') {
            names.push(Named {
                span: Span { row, start: cell.start + start, end: cell.start + end },
                name: spelt(name),
                weight,
            });
        }
    }
    names
}

/// The part of a line of a letterhead that names an authority or a firm, else its first part: `Referat 21 · Stadt Neuweiler`.
fn institution_part(text: &str) -> (usize, usize) {
    let mut parts = Vec::new();
    let mut start = 0;
    for divider in DIVIDER.find_iter(text) {
        parts.push((start, divider.start()));
        start = divider.end();
    }
    parts.push((start, text.len()));
    let names_one = |part: &&(usize, usize)| text.get(part.0..part.1).is_some_and(|part| INSTITUTION.is_match(part));
    parts.iter().find(names_one).or(parts.first()).copied().unwrap_or_default()
}

/// A label with its value, or words that end as names do not: `Die Krankenkasse lehnt ab`.
fn is_sentence(name: &str) -> bool {
    let last = name.split_whitespace().next_back().unwrap_or_default();
    let lower = last.chars().all(char::is_lowercase) && last.chars().count() > 1;
    name.contains(": ") || lower
}

/// Names in several places are surer; of their spellings the one read best stays, or the one that lost no blanks.
fn merge_alike(rows: &Rows, names: &mut Vec<Named>) {
    let mut merged: Vec<Named> = Vec::new();
    for named in names.drain(..) {
        let Some(other) = merged.iter_mut().find(|other| alike(&other.name, &named.name)) else {
            merged.push(named);
            continue;
        };
        // Two lines that nothing else speaks for are no witnesses.
        let best = other.weight.max(named.weight);
        let weight = if other.span.row != named.span.row && best > LETTERHEAD { CONFIRMED } else { best };
        let blanks = |name: &str| name.matches(' ').count();
        let read = |named: &Named| rows.confidence(named.span);
        let better = match plain(&named.name) == plain(&other.name) {
            true => blanks(&named.name) > blanks(&other.name) && read(&named) > 0.5 * read(other),
            false => named.weight > other.weight,
        };
        if better {
            *other = named;
        }
        other.weight = weight;
    }
    merged.retain(|named| named.weight > SOMEWHERE_ABOVE);
    *names = merged;
}

/// `Selma Sonnenschein <sonnenschein@post.example>`: who wrote, where no `Von:` says it.
static NAME_AND_ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| own_pattern(r"^\s*(\p{L}[^<@]{2,60}?)\s*<[^<>\s]+@[^<>\s]+>"));

/// Sender and addressee of a printed e-mail.
fn mail_header(rows: &Rows) -> (Option<Named>, Option<Named>) {
    let (mut from, mut to) = (None, None);
    for (index, row) in rows.rows.iter().enumerate() {
        let Some(parts) = MAIL_HEADER.captures(&row.text).filter(|_| !FAX_LINE.is_match(&row.text)) else {
            let bare = NAME_AND_ADDRESS.captures(&row.text).and_then(|parts| parts.get(1));
            if let Some(name) = bare.filter(|name| from.is_none() && to.is_none() && is_name(name.as_str())) {
                let span = Span { row: index, start: name.start(), end: name.end() };
                from = Some(Named { span, name: spelt(name.as_str()), weight: MAIL });
            }
            continue;
        };
        let (Some(label), Some(value)) = (parts.get(1), parts.get(2)) else { continue };
        let name =
            value.as_str().split(['<', '[', ';', '(']).next().unwrap_or_default().trim().trim_matches(['"', '\'']);
        let span = Span { row: index, start: value.start(), end: value.start() + name.len() };
        let place = if label.as_str().starts_with('A') && label.as_str().len() == 2 { &mut to } else { &mut from };
        if place.is_none() && is_name(name) {
            *place = Some(Named { span, name: spelt(name), weight: MAIL });
        }
    }
    (from, to)
}

/// All blocks of lines that end with a postal code and a place, from top to bottom. They align at the left, or, as a sender at
/// the right edge does, at the right.
fn addresses(rows: &Rows) -> Vec<Address> {
    let ends = rows.cells().filter(|(row, cell)| PLACE.is_match(rows.cell_text(*row, cell)) && rows.depth(*row) < 0.5);
    let block = |(row, last): (usize, &Cell)| {
        [(|cell: &Cell| cell.x0) as fn(&Cell) -> f32, |cell| cell.x1]
            .into_iter()
            .map(|edge| address_above(rows, row, last, edge))
            .find(|address| address.lines.len() > 1)
    };
    ends.filter_map(block).collect()
}

/// The lines above `last` that align with it at an edge, with it.
fn address_above(rows: &Rows, row: usize, last: &Cell, edge: fn(&Cell) -> f32) -> Address {
    let mut lines = vec![(row, *last)];
    let mut lowest = *last;
    for (row, above) in rows.rows.iter().enumerate().take(row).rev() {
        let beside = |cell: &&Cell| (edge(cell) - edge(last)).abs() < 1.5 * last.size;
        let Some(cell) = above.cells.iter().find(beside) else {
            if above.cells.iter().all(|cell| lowest.y - cell.y > PITCH * last.size) {
                break;
            }
            continue;
        };
        let text = rows.cell_text(row, cell);
        let apart = lowest.y - cell.y > PITCH * last.size;
        if apart
            || cell.size < SMALL * last.size
            || ONE_LINE.is_match(text)
            || PLACE.is_match(text)
            || lines.len() >= MAX_LINES
        {
            break;
        }
        lines.push((row, *cell));
        lowest = *cell;
    }
    lines.reverse();
    Address { lines }
}

/// The name of an address.
fn named(rows: &Rows, address: &Address, weight: f32) -> Option<Named> {
    let (_, above) = address.lines.split_last()?;
    let (index, (row, cell), name) = above.iter().enumerate().find_map(|(index, line)| {
        let name = name_of(rows.cell_text(line.0, &line.1))?;
        Some((index, line, name))
    })?;
    // A name is seldom where a street should stand: right above the place.
    let street = index + 1 == above.len() && name.chars().any(|c| c.is_ascii_digit());
    let weight = if street { weight * 0.4 } else { weight };
    Some(Named { span: Span { row: *row, start: cell.start, end: cell.end }, name, weight })
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

/// The name in a line of an address; `None` if it is a form of address or a note to the post office.
fn name_of(line: &str) -> Option<String> {
    let lower = line.trim_end_matches([':', '.', ',']).to_lowercase();
    let is_caption = FROM_CAPTIONS.iter().chain(&TO_CAPTIONS).any(|caption| line.trim_end_matches(':') == *caption);
    if is_caption || FORMS_OF_ADDRESS.contains(&lower.as_str()) || NOTES.iter().any(|note| lower.starts_with(note)) {
        return None;
    }
    let mut name = line.trim();
    for form in ["An ", "Herrn ", "Herr ", "Frau ", "Firma ", "Fa. ", "Familie "] {
        name = name.strip_prefix(form).unwrap_or(name).trim_start();
    }
    is_name(name).then(|| spelt(name))
}

fn is_name(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    letters >= 3 && letters > 2 * digits && text.chars().count() <= 80
}

/// The sender in the return line above an address; if the line begins with the street, above that.
fn return_line(rows: &Rows, address_y: f32, address_x: f32) -> Option<Named> {
    let beside = |cell: &Cell| ((cell.x0 - address_x) * rows.mm).abs() < 8.0;
    let near = |(_, cell): &(usize, &Cell)| {
        let above = (address_y - cell.y) * rows.mm;
        above > 0.0 && above <= RETURN_LINE_MM && beside(cell)
    };
    rows.cells().filter(near).find_map(|(row, cell)| {
        let text = rows.cell_text(row, cell);
        if !ONE_LINE.is_match(text) {
            return None;
        }
        let divider = DIVIDER.find(text).map(|divider| divider.start());
        let end = divider.or_else(|| STREET.find(text).map(|street| street.start()))?;
        let name = text.get(..end)?.trim();
        let name = name.strip_prefix("Absender:").or_else(|| name.strip_prefix("Abs.:")).unwrap_or(name).trim();
        if NUMBERED.is_match(name) {
            let over =
                |(_, other): &(usize, &Cell)| other.y < cell.y && cell.y - other.y < 4.0 * cell.size && beside(other);
            let (row, other) = rows.cells().filter(over).max_by(|a, b| a.1.y.total_cmp(&b.1.y))?;
            let name = rows.cell_text(row, other).trim();
            let span = Span { row, start: other.start, end: other.end };
            return is_name(name).then(|| Named { span, name: spelt(name), weight: RETURN_LINE });
        }
        let start = cell.start + text.find(name)?;
        let span = Span { row, start, end: start + name.len() };
        is_name(name).then(|| Named { span, name: spelt(name), weight: RETURN_LINE })
    })
}

/// A name without brackets around it, and with what OCR mixes up put right where only letters stand: `Ma1er` as `Maler`,
/// `WeiBmann` as `Weißmann`.
fn spelt(name: &str) -> String {
    let mend = |word: &str| {
        let signs: Vec<char> = word.chars().collect();
        let letters = signs.iter().filter(|c| c.is_alphabetic()).count();
        let digits = signs.iter().filter(|c| c.is_ascii_digit()).count();
        let is_lower = |at: Option<usize>| at.and_then(|at| signs.get(at)).is_some_and(|c| c.is_lowercase());
        let sign = |(at, sign): (usize, &char)| match sign {
            '1' if letters >= 3 * digits => 'l',
            '0' if letters >= 3 * digits => 'o',
            'I' if is_lower(at.checked_sub(1)) => 'l',
            'B' if is_lower(at.checked_sub(1)) && is_lower(Some(at + 1)) => 'ß',
            sign => *sign,
        };
        signs.iter().enumerate().map(sign).collect::<String>()
    };
    let bare = name.trim().trim_start_matches(['(', '[', '-', '–']).trim_end_matches([')', ']', '-', '–', ',']);
    bare.split_whitespace().map(mend).collect::<Vec<_>>().join(" ")
}

/// Letters and digits in lower case.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether two lines are about the same name, whatever the case and the signs.
fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (plain(a), plain(b));
    a.len() >= 4 && b.len() >= 4 && (a.contains(&b) || b.contains(&a))
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

const PLACE_AND_DATE: f32 = 0.93;
const DATE_OF_PLACE_BELOW: f32 = 0.7;
const DATE_ALONE: f32 = 0.7;
const DATE_IN_HEAD: f32 = 0.35;
const ONLY_DATE: f32 = 0.6;
const DATE_SOMEWHERE: f32 = 0.2;

/// Words before a date of something else than the letter.
const OTHER_DATE: [&str; 16] = [
    "vom",
    "seit",
    "bis",
    "zum",
    "geb",
    "geb.",
    "geboren",
    "ab",
    "nachricht",
    "schreiben",
    "am",
    "und",
    "frist",
    "fällig",
    "von",
    "antrag",
];

/// Before the date of a letter: a place, and mostly `den`.
static FROM_PLACE: LazyLock<Regex> =
    LazyLock::new(|| own_pattern(r"^\s*\p{Lu}[\p{L}.()/ -]{1,39},?\s*(?:,|\bden\b|\bd\.)\s*(?:den|d\.)?\s*$"));

/// Adds the dates that no label announces, as the date of the letter; those in `of_others` are something else.
pub(super) fn dates(rows: &Rows, latest_year: i16, head_share: f32, of_others: &[Span], page: &mut Candidates<'_>) {
    let mut found = Vec::new();
    for (row, cell) in rows.cells() {
        let text = rows.cell_text(row, cell);
        let span = Span { row, start: cell.start, end: cell.end };
        for date in super::date::dates(text, latest_year) {
            let before = text.get(..date.start).unwrap_or_default();
            let after = text.get(date.end..).unwrap_or_default();
            let last = before.split_whitespace().next_back().unwrap_or_default().to_lowercase();
            let at = cell.start + date.start;
            if of_others.iter().any(|other| other.row == row && other.start <= at && at < other.end) {
                continue;
            }
            // No date of a letter ends a sentence.
            let ends = !after.chars().any(char::is_alphabetic) && !after.trim_start().starts_with('.');
            let in_head = rows.depth(row) <= head_share;
            let weight = if ends && FROM_PLACE.is_match(before) {
                if in_head { PLACE_AND_DATE } else { DATE_OF_PLACE_BELOW }
            } else if OTHER_DATE.contains(&last.as_str()) {
                continue;
            } else if in_head && ends && (before.trim().is_empty() || last == "den") {
                DATE_ALONE
            } else if in_head {
                DATE_IN_HEAD
            } else {
                DATE_SOMEWHERE
            };
            found.push((span, date, weight));
        }
    }
    let only = found.windows(2).all(|pair| pair[0].1.value == pair[1].1.value);
    for (span, date, weight) in found {
        let weight = if only { weight.max(ONLY_DATE) } else { weight };
        page.add(Kind::Date.name(), span, date, weight);
    }
}
