//! The visible type of drawn pages: Roboto in two weights, embedded with the glyphs that a file uses.
//!
//! Codes are two bytes and mean the glyph in the embedded subset (Identity-H); each has the character that it was first
//! used for in the ToUnicode map.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::sync::LazyLock;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Rect, Ref, Str};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use subsetter::GlyphRemapper;
use unicode_normalization::UnicodeNormalization;

use super::objects::Objects;
use super::{PdfError, deflate};

const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// Millimetres in a point.
const MM: f32 = 25.4 / 72.0;

/// A weight of the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Face {
    /// For reading.
    Regular,
    /// For what is looked for.
    Medium,
}

/// What is known of a font file: for each character its glyph and its advance in thousandths of an em.
#[derive(Default)]
struct Table {
    glyphs: HashMap<char, (u16, f32)>,
    /// What stands for characters that the font has not.
    missing: (u16, f32),
}

static TABLES: LazyLock<[Table; 2]> = LazyLock::new(|| Face::ALL.map(|face| Table::read(face.program())));

impl Table {
    /// Reads a font; a program that is none gives an empty table.
    fn read(program: &[u8]) -> Self {
        let Ok(font) = FontRef::new(program) else { return Self::default() };
        let metrics = font.glyph_metrics(Size::new(1000.0), LocationRef::default());
        let known = |(code, glyph): (u32, skrifa::GlyphId)| {
            let glyph16 = u16::try_from(glyph.to_u32()).ok()?;
            Some((char::from_u32(code)?, (glyph16, metrics.advance_width(glyph)?)))
        };
        let glyphs: HashMap<char, (u16, f32)> = font.charmap().mappings().filter_map(known).collect();
        let missing = glyphs.get(&char::REPLACEMENT_CHARACTER).copied().unwrap_or_default();
        Self { glyphs, missing }
    }
}

impl Face {
    /// Every weight, in the order of its numbers.
    pub(super) const ALL: [Self; 2] = [Self::Regular, Self::Medium];

    /// The width of a line of text, mm.
    pub fn width_mm(self, text: &str, size_pt: f32) -> f32 {
        let table = self.table();
        let advance = |c| table.glyphs.get(&c).unwrap_or(&table.missing).1;
        letters(text).map(advance).sum::<f32>() / 1000.0 * size_pt * MM
    }

    /// The name of the font in a page's resources.
    pub(super) fn resource(self) -> Name<'static> {
        match self {
            Self::Regular => Name(b"R"),
            Self::Medium => Name(b"M"),
        }
    }

    fn table(self) -> &'static Table {
        &TABLES[self as usize]
    }

    /// The font file; see `type/README.md`.
    fn program(self) -> &'static [u8] {
        match self {
            Self::Regular => include_bytes!("type/Roboto-Regular.ttf"),
            Self::Medium => include_bytes!("type/Roboto-Medium.ttf"),
        }
    }

    /// A subset's name begins with six capitals (ISO 32000-1, 9.6.4).
    fn name(self) -> Name<'static> {
        match self {
            Self::Regular => Name(b"SCANST+Roboto-Regular"),
            Self::Medium => Name(b"SCANST+Roboto-Medium"),
        }
    }

    /// Width of the stems of capitals, in thousandths of an em.
    fn stem(self) -> f32 {
        match self {
            Self::Regular => 88.0,
            Self::Medium => 113.0,
        }
    }
}

/// The characters that are set: composed, so that a letter and its diacritic are one glyph; control characters and joins
/// show nothing.
fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    let shown = |c: &char| !c.is_control() && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}');
    text.nfc().filter(shown)
}

/// The glyphs of one face that a file uses.
pub(super) struct UsedGlyphs {
    face: Face,
    subset: GlyphRemapper,
    /// By code: character and advance in thousandths of an em.
    codes: BTreeMap<u16, (char, f32)>,
}

impl UsedGlyphs {
    pub(super) fn new(face: Face) -> Self {
        Self { face, subset: GlyphRemapper::new(), codes: BTreeMap::new() }
    }

    /// The codes of a text, which are noted as used.
    pub(super) fn encode(&mut self, text: &str) -> Vec<u8> {
        let table = self.face.table();
        let mut bytes = Vec::with_capacity(2 * text.len());
        for letter in letters(text) {
            let known = table.glyphs.get(&letter).map(|&found| (letter, found));
            let (letter, (glyph, advance)) = known.unwrap_or((char::REPLACEMENT_CHARACTER, table.missing));
            let code = self.subset.remap(glyph);
            self.codes.entry(code).or_insert((letter, advance));
            bytes.extend(code.to_be_bytes());
        }
        bytes
    }

    /// Writes the font's objects; `font` is the one that pages name.
    pub(super) fn write<W: Write>(&self, font: Ref, objects: &mut Objects<W>) -> Result<(), PdfError> {
        let name = self.face.name();
        let program = subsetter::subset(self.face.program(), 0, &self.subset).map_err(|_| PdfError::Type)?;
        let known = FontRef::new(self.face.program()).map_err(|_| PdfError::Type)?;
        let metrics = known.metrics(Size::new(1000.0), LocationRef::default());
        let [cid_font, descriptor, file, unicode] = [(); 4].map(|()| objects.reserve());
        let (cid_font, descriptor, file, unicode) = (cid_font?, descriptor?, file?, unicode?);

        objects.write(font, |chunk| {
            let mut type0 = chunk.type0_font(font);
            type0.base_font(name).encoding_predefined(Name(b"Identity-H"));
            type0.descendant_font(cid_font).to_unicode(unicode);
        })?;
        objects.write(cid_font, |chunk| {
            let mut cid = chunk.cid_font(cid_font);
            cid.subtype(CidFontType::Type2).base_font(name).system_info(SYSTEM).font_descriptor(descriptor);
            cid.cid_to_gid_map_predefined(Name(b"Identity"));
            let mut widths = cid.widths();
            for (&code, &(_, advance)) in &self.codes {
                widths.same(code, code, advance);
            }
        })?;
        objects.write(descriptor, |chunk| {
            let mut described = chunk.font_descriptor(descriptor);
            let bounds = metrics.bounds.unwrap_or_default();
            described.name(name).flags(FontFlags::SYMBOLIC).italic_angle(0.0).stem_v(self.face.stem());
            described.bbox(Rect::new(bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max));
            described.ascent(metrics.ascent).descent(metrics.descent);
            described.cap_height(metrics.cap_height.unwrap_or(metrics.ascent)).font_file2(file);
        })?;
        let packed = deflate(&program);
        objects.write(file, |chunk| {
            chunk.stream(file, &packed).filter(Filter::FlateDecode).pair(Name(b"Length1"), program.len() as i32);
        })?;
        let mut cmap = UnicodeCmap::<u16>::new(Name(b"ScanstrasseUnicode"), SYSTEM);
        self.codes.iter().for_each(|(&code, &(letter, _))| cmap.pair(code, letter));
        let packed = deflate(&cmap.finish());
        objects.write(unicode, |chunk| {
            let mut stream = chunk.cmap(unicode, &packed);
            stream.name(Name(b"ScanstrasseUnicode")).system_info(SYSTEM).filter(Filter::FlateDecode);
            stream.finish();
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_and_the_names_of_a_town_have_glyphs() {
        for face in Face::ALL {
            let table = face.table();
            for letter in "AZaz09ÄÖÜäöüßẞ§€–—„“…·•№ÇĞİıŞŁłŻČřőœÆñéΑωЖщїẾ".chars()
            {
                let found = table.glyphs.get(&letter);
                assert!(found.is_some_and(|&(glyph, advance)| glyph > 0 && advance > 100.0), "{letter} {face:?}");
            }
            assert!(table.missing.0 > 0);
        }
    }

    #[test]
    fn widths_are_those_of_the_font() {
        // Roboto Regular: `H` is 1461 of 2048 units wide, as fontTools reads it.
        let width = Face::Regular.width_mm("HH", 72.0);
        assert!((width - 2.0 * 1461.0 / 2048.0 * 25.4).abs() < 0.01, "{width}");
        // A decomposed umlaut is set as one letter, what cannot be seen as none.
        assert_eq!(Face::Medium.width_mm("a\u{308}\u{ad}\u{7}", 10.0), Face::Medium.width_mm("ä", 10.0));
        assert!(Face::Regular.width_mm("東", 10.0) > 0.0, "what the font lacks is shown as lacking");
    }

    #[test]
    fn codes_count_from_one_and_the_same_letter_has_one() {
        let mut used = UsedGlyphs::new(Face::Regular);
        assert_eq!(used.encode("abab"), [0, 1, 0, 2, 0, 1, 0, 2]);
        assert_eq!(used.encode("東京b"), [0, 3, 0, 3, 0, 2]);
    }
}
