//! The font of the invisible text: no outlines, but widths like those of ordinary type, so that a selection inside a
//! word falls on the right characters.
//!
//! Codes are two bytes and mean the CID (Identity-H). The CID of a character is its UTF-16 code unit; characters beyond
//! the BMP get CIDs from the range of the surrogates, which no character has, in the order of their first use.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Rect, Ref, Str};

use super::objects::Objects;
use super::{PdfError, deflate, truetype};

/// Part of an em above the base line. A quad's height is one em: [`ASCENT`] above, the rest below.
pub(super) const ASCENT: f32 = 0.8;
/// Part of an em below the base line.
pub(super) const DESCENT: f32 = 0.2;
/// Glyph units in an em.
pub(super) const UNITS: u16 = 1000;
/// The widths there are, in glyph units; glyph `index + 1` has the width at `index` (glyph 0 is `.notdef`).
pub(super) const WIDTHS: [u16; 14] = [100, 222, 278, 333, 389, 500, 556, 611, 667, 722, 778, 833, 889, 1000];

const NAME: Name<'static> = Name(b"ScanstrasseGlyphless");
const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// First and number of the code units that are no characters (UTF-16 surrogates).
const SPARE: u16 = 0xD800;
const SPARES: usize = 0x800;

/// The characters that a document's text uses.
#[derive(Default)]
pub(super) struct UsedText {
    bmp: BTreeSet<u16>,
    beyond: BTreeMap<char, u16>,
}

impl UsedText {
    /// The two-byte code of `c`, which is noted as used. `None` for what is no text: controls and noncharacters, and
    /// U+FEFF, which a ToUnicode map must not name (ISO 19005-2, 6.2.11.7.2).
    pub(super) fn code(&mut self, c: char) -> Option<u16> {
        let scalar = c as u32;
        let nonsense = c.is_control() || scalar & 0xFFFE == 0xFFFE || (0xFDD0..0xFDF0).contains(&scalar);
        if nonsense || c == '\u{feff}' {
            return None;
        }
        let Ok(unit) = u16::try_from(scalar) else {
            let next = self.beyond.len();
            if let Some(&code) = self.beyond.get(&c) {
                return Some(code);
            }
            // A document with more than 2,048 different such characters gets U+FFFD for the rest.
            if next >= SPARES {
                return self.code(char::REPLACEMENT_CHARACTER);
            }
            let code = SPARE + next as u16;
            self.beyond.insert(c, code);
            return Some(code);
        };
        self.bmp.insert(unit);
        Some(unit)
    }

    /// Every used code with its character, by code.
    fn pairs(&self) -> BTreeMap<u16, char> {
        let bmp = self.bmp.iter().filter_map(|&unit| Some((unit, char::from_u32(unit.into())?)));
        bmp.chain(self.beyond.iter().map(|(&c, &code)| (code, c))).collect()
    }

    /// Writes the font's objects; `font` is the one that pages name.
    pub(super) fn write<W: Write>(&self, font: Ref, objects: &mut Objects<W>) -> Result<(), PdfError> {
        let [cid_font, descriptor, file, gids, unicode] = [(); 5].map(|()| objects.reserve());
        let (cid_font, descriptor, file, gids, unicode) = (cid_font?, descriptor?, file?, gids?, unicode?);
        let pairs = self.pairs();

        objects.write(font, |chunk| {
            let mut type0 = chunk.type0_font(font);
            type0.base_font(NAME).encoding_predefined(Name(b"Identity-H"));
            type0.descendant_font(cid_font).to_unicode(unicode);
        })?;
        objects.write(cid_font, |chunk| {
            let mut cid = chunk.cid_font(cid_font);
            cid.subtype(CidFontType::Type2).base_font(NAME).system_info(SYSTEM).font_descriptor(descriptor);
            cid.default_width(UNITS.into()).cid_to_gid_map_stream(gids);
            let mut widths = cid.widths();
            for (first, last, width) in runs_of_one_width(&pairs) {
                widths.same(first, last, width.into());
            }
        })?;
        objects.write(descriptor, |chunk| {
            let mut described = chunk.font_descriptor(descriptor);
            let (top, bottom) = (ASCENT * f32::from(UNITS), -DESCENT * f32::from(UNITS));
            described.name(NAME).flags(FontFlags::SYMBOLIC).bbox(Rect::new(0.0, bottom, UNITS.into(), top));
            described.italic_angle(0.0).ascent(top).descent(bottom).cap_height(700.0).stem_v(80.0).font_file2(file);
        })?;
        let program = truetype::font_program();
        let packed = deflate(&program);
        objects.write(file, |chunk| {
            chunk.stream(file, &packed).filter(Filter::FlateDecode).pair(Name(b"Length1"), program.len() as i32);
        })?;
        let packed = deflate(&gid_map(&pairs));
        objects.write(gids, |chunk| {
            chunk.stream(gids, &packed).filter(Filter::FlateDecode);
        })?;
        let mut cmap = UnicodeCmap::<u16>::new(Name(b"ScanstrasseUnicode"), SYSTEM);
        pairs.iter().for_each(|(&code, &c)| cmap.pair(code, c));
        let packed = deflate(&cmap.finish());
        objects.write(unicode, |chunk| {
            let mut stream = chunk.cmap(unicode, &packed);
            stream.name(Name(b"ScanstrasseUnicode")).system_info(SYSTEM).filter(Filter::FlateDecode);
            stream.finish();
        })
    }
}

/// Runs `(first, last, width)` of used codes that follow one another and are equally wide.
fn runs_of_one_width(pairs: &BTreeMap<u16, char>) -> Vec<(u16, u16, u16)> {
    let mut runs: Vec<(u16, u16, u16)> = Vec::new();
    for (&code, &c) in pairs {
        let width = WIDTHS[width_class(c)];
        match runs.last_mut() {
            Some((_, last, same)) if *same == width && last.checked_add(1) == Some(code) => *last = code,
            _ => runs.push((code, code, width)),
        }
    }
    runs
}

/// The map from CID to glyph, two bytes for each CID up to the last used one (ISO 32000-1, table 117).
fn gid_map(pairs: &BTreeMap<u16, char>) -> Vec<u8> {
    let len = pairs.last_key_value().map_or(0, |(&last, _)| usize::from(last) + 1);
    let mut map = vec![0; 2 * len];
    for (&code, &c) in pairs {
        let gid = width_class(c) as u16 + 1;
        if let Some(slot) = map.get_mut(2 * usize::from(code)..).and_then(|rest| rest.get_mut(..2)) {
            slot.copy_from_slice(&gid.to_be_bytes());
        }
    }
    map
}

/// The width of `c` in glyph units.
pub(super) fn advance(c: char) -> u16 {
    WIDTHS[width_class(c)]
}

/// The index into [`WIDTHS`] of a character's width. Widths are those of a common grotesque (Helvetica's metrics,
/// rounded to the classes), in which most office letters are set.
fn width_class(c: char) -> usize {
    let width = match latin_base(c) {
        '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{5b0}'..='\u{5c7}'
        | '\u{610}'..='\u{61a}'
        | '\u{64b}'..='\u{65f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' => 100,
        'i' | 'j' | 'l' | '\'' | '|' | '‚' | '‘' | '’' => 222,
        ' ' | '\u{a0}' | '.' | ',' | ':' | ';' | '!' | '¡' | 'I' | 'f' | 't' | '/' | '\\' | '[' | ']' | '·' | '‹'
        | '›' => 278,
        'r' | '(' | ')' | '-' | '‐' | '{' | '}' | '`' | '"' | '„' | '“' | '”' | '¹' | '²' | '³' | '´' | '¸' => {
            333
        }
        '*' | '°' | '•' | 'º' | 'ª' => 389,
        'J' | 'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | '^' | '\u{590}'..='\u{8ff}' => 500,
        'F' | 'T' | 'Z' | '+' | '<' | '=' | '>' | '~' | '±' | '×' | '÷' | 'ß' => 611,
        'A' | 'B' | 'E' | 'K' | 'P' | 'S' | 'V' | 'X' | 'Y' | '&' | 'ẞ' => 667,
        'C' | 'D' | 'H' | 'N' | 'R' | 'U' | 'w' | '©' | '®' => 722,
        'G' | 'O' | 'Q' => 778,
        'M' | 'm' => 833,
        '%' | 'æ' | 'œ' => 889,
        'W' | '@' | '—' | '…' | '‰' | '™' | 'Æ' | 'Œ' | '№' => 1000,
        // Greek and Cyrillic capitals.
        '\u{386}'..='\u{3ab}' | '\u{400}'..='\u{42f}' => 667,
        // East Asian scripts, full-width forms, emoji.
        '\u{1100}'..='\u{11ff}'
        | '\u{2e80}'..='\u{d7ff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{ff01}'..='\u{ff60}'
        | '\u{1f000}'..='\u{10ffff}' => 1000,
        _ => 556,
    };
    WIDTHS.binary_search(&width).unwrap_or(6)
}

/// The letter without its diacritic, for Latin-1 and Latin Extended-A; other characters are themselves.
fn latin_base(c: char) -> char {
    match c {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => 'A',
        'Ç' | 'Ć' | 'Ĉ' | 'Ċ' | 'Č' => 'C',
        'Ð' | 'Ď' | 'Đ' => 'D',
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' => 'E',
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' => 'G',
        'Ĥ' | 'Ħ' => 'H',
        'Ì'..='Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' => 'I',
        'Ĵ' => 'J',
        'Ķ' => 'K',
        'Ñ' | 'Ń' | 'Ņ' | 'Ň' => 'N',
        'Ò'..='Ö' | 'Ø' | 'Ō' | 'Ŏ' | 'Ő' => 'O',
        'Ŕ' | 'Ŗ' | 'Ř' => 'R',
        'Ś' | 'Ŝ' | 'Ş' | 'Š' => 'S',
        'Ţ' | 'Ť' | 'Ŧ' => 'T',
        'Ù'..='Ü' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' => 'U',
        'Ŵ' => 'W',
        'Ý' | 'Ŷ' | 'Ÿ' => 'Y',
        'Ź' | 'Ż' | 'Ž' => 'Z',
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => 'c',
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => 'i',
        'ĵ' => 'j',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' | 'ł' => 'l',
        'ŕ' | 'ŗ' | 'ř' => 'r',
        'ś' | 'ŝ' | 'ş' | 'š' => 's',
        'ţ' | 'ť' | 'ŧ' => 't',
        'ŵ' => 'w',
        'ý' | 'ŷ' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "Sehr geehrte Frau Öztürk, §44 5,00 € il.mW – طلب 東京 😀𝔘\u{300}";

    #[test]
    fn every_used_character_has_a_glyph_as_wide_as_the_document_says() {
        let mut used = UsedText::default();
        SAMPLE.chars().for_each(|c| assert!(used.code(c).is_some()));
        let pairs = used.pairs();
        assert_eq!(pairs.values().collect::<BTreeSet<_>>(), SAMPLE.chars().collect::<BTreeSet<_>>().iter().collect());
        let (gids, runs) = (gid_map(&pairs), runs_of_one_width(&pairs));
        for (&code, &c) in &pairs {
            let gid = u16::from_be_bytes([gids[2 * usize::from(code)], gids[2 * usize::from(code) + 1]]);
            assert_ne!(gid, 0, "{c} must not be .notdef");
            let told: Vec<u16> = runs.iter().filter(|run| (run.0..=run.1).contains(&code)).map(|run| run.2).collect();
            assert_eq!(told, [WIDTHS[usize::from(gid) - 1]], "{c}");
            assert_eq!(told, [advance(c)], "{c}");
        }
    }

    #[test]
    fn codes_are_utf16_in_the_bmp_and_distinct_beyond() {
        let mut used = UsedText::default();
        assert_eq!(used.code('ß'), Some(0xDF));
        let (smile, gothic) = (used.code('😀'), used.code('𝔘'));
        assert!(smile != gothic && smile == used.code('😀'));
        assert!((0xD800..0xE000).contains(&smile.unwrap_or_default()));
        for nonsense in ['\0', '\u{c}', '\u{9f}', '\u{feff}', '\u{ffff}', '\u{fdd0}', '\u{1fffe}'] {
            assert_eq!(used.code(nonsense), None);
        }
    }

    #[test]
    fn when_codes_run_out_characters_become_replacements() {
        let mut used = UsedText::default();
        let many = (0x20000..0x20900).filter_map(char::from_u32);
        let codes: BTreeSet<u16> = many.filter_map(|c| used.code(c)).collect();
        assert_eq!(codes.len(), SPARES + 1);
        assert!(codes.contains(&0xFFFD));
    }

    #[test]
    fn letters_are_as_wide_as_letters_are() {
        assert!(advance('i') < advance('r') && advance('r') < advance('n') && advance('n') < advance('m'));
        for (with, without) in [('ü', 'u'), ('Ö', 'O'), ('é', 'e'), ('ı', 'i'), ('Ł', 'L'), ('š', 's')] {
            assert_eq!(advance(with), advance(without));
        }
        assert!(('0'..='9').all(|digit| advance(digit) == 556));
    }
}
