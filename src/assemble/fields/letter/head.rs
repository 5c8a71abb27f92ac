//! The head of a paper: whose letterhead it is, or whose form.

use std::sync::LazyLock;

use regex::Regex;

use super::super::own_pattern;
use super::super::rows::{Cell, Rows, Span};
use super::names::{DIVIDER, FAX_LINE, Named, alike, is_name, plain, spelt};

const CONFIRMED: f32 = 0.96;
const INSTITUTION_ABOVE: f32 = 0.72;
const LARGE_ABOVE: f32 = 0.7;
const PERSON_ABOVE: f32 = 0.6;
const LETTERHEAD: f32 = 0.4;
const SOMEWHERE_ABOVE: f32 = 0.1;

/// Words of authorities, firms and practices.
static INSTITUTION: LazyLock<Regex> = LazyLock::new(|| {
    own_pattern(concat!(
        r"\b(?i:stadt|kreisstadt|hansestadt|landeshauptstadt|landkreis|kreis|gemeinde|markt|land|bund|bundesamt|landratsamt",
        r"|jobcenter|polizei|gmbh|mbh|ag|kg|ohg|ug|gbr|eg|aör|inh\.|e\.\s?k\.|e\.\s?v\.|dres\.|dr\.\s?med|notar|notarin)(?:\b|\s|$)",
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

/// Names above `head`, pixels: of authorities and firms wherever they stand, else the topmost and the largest print; `large`
/// print is surely a letterhead's.
///
/// `large` is there where an addressee is: above one, a person's name that stands alone is the sender's, too.
pub(super) fn letterhead(rows: &Rows, head: f32, large: Option<f32>) -> Vec<Named> {
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
pub(super) fn merge_alike(rows: &Rows, names: &mut Vec<Named>) {
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
