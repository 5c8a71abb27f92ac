//! Stacks as people lay them, told by short signs, and what becomes of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::*;
use crate::assemble::paper::sheet;
use crate::assemble::{AssembleRules, Assembly, Matcher, assemble};
use crate::model::{Barcode, Degrees, FaultKind, PatchCode, PixelBox, Quad, TextLine, Word};
use crate::pipeline::{self, Pipeline};

/// A page of A4 at 100 dpi that says nothing.
pub(super) fn record() -> PageRecord {
    sheet(827, 1169, 100.0)
}

pub(super) fn pipeline(rules: &str) -> Pipeline {
    pipeline::parse("test", &format!("line.name = \"test\"\n{rules}")).expect("sound rules")
}

pub(super) fn assembled(pages: &[PageFacts], pipeline: &Pipeline, cases: Option<&CaseList>) -> Assembly {
    let rules = AssembleRules {
        separate: pipeline.separate,
        separators: &pipeline.separators,
        drop_blanks: pipeline.blank == pipeline::BlankAction::Drop,
        matcher: &Matcher::new(&pipeline.types),
        fields: &pipeline.fields,
        alarms: &pipeline.alarms,
        cases,
        batch_case: Some("INPUT/AZ-9"),
    };
    assemble(pages, &rules)
}

/// One page: `p` a page, `_` a blank one, `h` a held one, `/` behind it begins a new file, `!kind` says what a person
/// released, `patch=2`, `qr=…`, `39=…`, `ean=…` are codes on it; several with `+`.
fn facts(signs: &str, reader: &Reader<'_>, scan: &mut i64) -> PageFacts {
    let mut record = record();
    let mut facts = PageFacts { scan: *scan, ..PageFacts::default() };
    for sign in signs.split('+') {
        let barcode = |symbology: &str, value: &str| Barcode {
            symbology: symbology.into(),
            value: value.into(),
            bounds: PixelBox::default(),
        };
        match sign.split_once('=').unwrap_or((sign, "")) {
            ("p", _) => {}
            ("_", _) => facts.blank = true,
            ("h", _) => facts.held = true,
            ("/", _) => *scan += 1,
            ("patch", code) => record.patch_codes.push(PatchCode {
                code: match code {
                    "1" => PatchKind::One,
                    "2" => PatchKind::Two,
                    "3" => PatchKind::Three,
                    "4" => PatchKind::Four,
                    "6" => PatchKind::Six,
                    "T" => PatchKind::T,
                    other => panic!("{other}"),
                },
                bounds: PixelBox::default(),
            }),
            ("qr", value) => record.barcodes.push(barcode("QR_CODE", value)),
            ("ean", value) => record.barcodes.push(barcode("EAN_8", value)),
            ("39", value) => record.barcodes.push(barcode("CODE_39", value)),
            ("!count", _) => facts.confirmed.push(FaultKind::CountDiffers),
            ("!twice", _) => facts.confirmed.push(FaultKind::RepeatedSheet),
            ("!case", _) => facts.confirmed.push(FaultKind::CaseNumber),
            ("!long", _) => facts.confirmed.push(FaultKind::TooLong),
            (other, _) => panic!("{other}"),
        }
    }
    facts.marks = reader.marks(&record);
    facts
}

fn stack(signs: &str, pipeline: &Pipeline) -> Vec<PageFacts> {
    let (reader, mut scan) = (Reader::new(&pipeline.separators), 0);
    signs.split_whitespace().map(|signs| facts(signs, &reader, &mut scan)).collect()
}

/// `case type pages`, sheets, blanks, alarms, each with positions from 0.
fn told(assembly: &Assembly) -> String {
    let list = |positions: &[usize]| positions.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
    let mut told: Vec<String> = Vec::new();
    for document in &assembly.documents {
        let case = document.case.as_deref().map(|case| format!("{case}:")).unwrap_or_default();
        let kind = document.said.type_name.as_deref().map(|kind| format!("{kind}:")).unwrap_or_default();
        told.push(format!("{case}{kind}{}", list(&document.pages)));
    }
    let lists = [("sheets", &assembly.separators), ("blank", &assembly.blanks)];
    told.extend(lists.iter().filter(|(_, list)| !list.is_empty()).map(|(name, at)| format!("{name} {}", list(at))));
    for alarm in &assembly.alarms {
        let kind = match alarm.fault.kind {
            FaultKind::CountDiffers => "count",
            FaultKind::RepeatedSheet => "twice",
            FaultKind::CaseNumber => "case",
            FaultKind::TooLong => "long",
            other => panic!("{other:?}"),
        };
        told.push(format!("!{kind} {}", list(&alarm.pages)));
    }
    told.join(" | ")
}

const BATCH: &str = "separate.by = \"batch\"\n";

/// Rules, stack, what becomes of it.
const STACKS: &[(&str, &str, &str)] = &[
    // Patch codes.
    ("", "p patch=2 p p patch=T p", "0 | 2,3 | 5 | sheets 1,4"),
    ("", "patch=1 p patch=4 patch=6 p", "0,1,2,3,4"),
    ("patch_t = \"nothing\"\npatch_4 = \"document\"", "p patch=T p patch=4 p", "0,1,2 | 4 | sheets 3"),
    ("patch_action = \"keep\"", "patch=2 p patch=2 p", "0,1 | 2,3"),
    ("", "patch=2 patch=2 p patch=2", "2 | sheets 0,1,3"),
    ("", "39=PATCHT p 39=patch-2 p", "1 | 3 | sheets 0,2"),
    ("", "39=PATCH5 p 39=PATCHWORK", "0,1,2"),
    // Backs of sheets.
    ("", "patch=2 _ p _ patch=2 _ p _", "2,3 | 6,7 | sheets 0,1,4,5"),
    ("sheet_back = \"blank\"", "patch=2 _ p _ patch=2 _ p", "2,3 | 6 | sheets 0,4 | blank 1,5"),
    ("sheet_back = \"page\"", "patch=2 _ p", "1,2 | sheets 0"),
    ("", "patch=2 _ _ p", "2,3 | sheets 0,1"),
    ("", "patch=2 _ _ p _\nblank.action = \"drop\"", "3 | sheets 0,1 | blank 2,4"),
    ("", "qr=SST1;L=D;N=7 qr=SST1;L=D;N=7 p", "2 | sheets 0,1"),
    ("", "_ patch=2 h p", "0 | 3 | sheets 1"),
    ("[[barcode]]\npattern = '\\d{8}'\nsymbologies = [\"EAN\"]", "39=12345670 p ean=12345670 p", "0,1 | 3 | sheets 2"),
    // Our own sheets: they overrule the patch code beside them, and say more.
    ("", "patch=3+qr=SST1;L=D;T=Antrag p qr=SST1;L=D p", "Antrag:1 | 3 | sheets 0,2"),
    ("", "qr=SST1;L=C;C=A p qr=SST1;L=D;T=Brief p qr=SST1;L=C;C=B p p", "A:1 | A:Brief:3 | B:5,6 | sheets 0,2,4"),
    ("", "qr=SST1;L=C;C=A p qr=SST1;L=D;C=X p qr=SST1;L=D p", "A:1 | X:3 | A:5 | sheets 0,2,4"),
    ("", "qr=SST1;L=C;C=A p qr=SST1;L=B p", "A:1 | 3 | sheets 0,2"),
    ("", "qr=SST1;L=C;C=A p patch=3 p", "A:1 | 3 | sheets 0,2"),
    ("sheets = false", "qr=SST1;L=D p", "0,1"),
    ("", "p qr=SST1;L=D", "0 | sheets 1"),
    // Files and numbers of pages beside sheets.
    ("by = \"file\"", "qr=SST1;L=D;C=A p+/ p+/ p", "A:1 | 2 | 3 | sheets 0"),
    ("by = \"file\"", "qr=SST1;L=C;C=A+/ p+/ p+/ patch=2 p", "A:1 | A:2 | A:4 | sheets 0,3"),
    ("", "qr=SST1;L=D;C=A+/ p+/ p+/ patch=2 p", "A:1,2 | 4 | sheets 0,3"),
    ("by = \"pages\"\npages = 2", "p p p patch=2 p p p", "0,1 | 2 | 4,5 | 6 | sheets 3"),
    // Labels.
    ("[[barcode]]\npattern = 'ASN\\d+'\naction = \"keep\"", "39=ASN1 p 39=ASN2 p 39=AZ", "0,1 | 2,3,4"),
    ("[[barcode]]\npattern = 'ASN\\d+'\nsymbologies = [\"QR_CODE\"]", "39=ASN1 p qr=ASN2 p", "0,1 | 3 | sheets 2"),
    (
        "[[barcode]]\npattern = '(?<case>AZ-\\d+)'\naction = \"keep\"\nstands_on = \"every\"",
        "39=AZ-1 39=AZ-1 _ 39=AZ-1 39=AZ-2 39=AZ-2 p 39=AZ-2",
        "AZ-1:0,1,2,3 | AZ-2:4,5,6 | AZ-2:7",
    ),
    (
        "[[barcode]]\npattern = '(?<case>AZ-\\d+)'\nlevel = \"case\"\n[[barcode]]\npattern = 'ANT'\ntype = \"Antrag\"",
        "39=AZ-1 p 39=ANT p 39=AZ-2 p",
        "AZ-1:1 | AZ-1:Antrag:3 | AZ-2:5 | sheets 0,2,4",
    ),
    // A bought separator sheet: patch code and case number in Code 39.
    (
        "[[barcode]]\npattern = '(?<case>AZ-\\d+)'",
        "patch=T+39=AZ-1 p patch=T+39=AZ-2 p",
        "AZ-1:1 | AZ-2:3 | sheets 0,2",
    ),
    // A sheet and a label behind it are one beginning.
    (
        "[[barcode]]\npattern = 'ASN\\d+'\naction = \"keep\"",
        "qr=SST1;L=C;C=A;P=2 39=ASN1 p qr=SST1;L=D;T=Brief;P=1 39=ASN2",
        "!count 0,1,2,3,4",
    ),
    (
        "[[barcode]]\npattern = 'ASN\\d+'\naction = \"keep\"",
        "qr=SST1;L=C;C=A;P=3 39=ASN1 p qr=SST1;L=D;T=Brief;P=1 39=ASN2",
        "A:1,2 | A:Brief:4 | sheets 0,3",
    ),
    // Counts.
    ("", "qr=SST1;L=D;P=2 p p qr=SST1;L=D;P=2 p", "1,2 | sheets 0 | !count 3,4"),
    ("", "qr=SST1;L=D;P=2 p _ p _", "1,2,3,4 | sheets 0"),
    ("", "qr=SST1;L=D;P=4 p _ p _", "1,2,3,4 | sheets 0"),
    ("", "qr=SST1;L=D;P=3 p _ p _", "!count 0,1,2,3,4"),
    ("", "qr=SST1;L=D;P=2 p h", "1 | sheets 0"),
    // Blank pages that went on already come again as held ones: they count as they did.
    ("", "qr=SST1;L=D;P=2 p h+_ p h+_", "1,3 | sheets 0"),
    ("", "qr=SST1;L=D;S=1 h+_ p p", "2,3 | sheets 0"),
    ("", "qr=SST1;L=D;P=3 qr=SST1;L=D;P=1 p", "2 | sheets 1 | !count 0"),
    ("", "qr=SST1;L=D;P=3", "!count 0"),
    ("", "qr=SST1;L=D;P=3 _", "!count 0,1"),
    ("", "qr=SST1;L=D;P=3+!count p", "1 | sheets 0"),
    ("", "qr=SST1;L=D;P=3+!case p", "!count 0,1"),
    ("", "qr=SST1;L=D;P=3+h p", "1"),
    ("", "qr=SST1;L=C;C=A;P=2 p qr=SST1;L=D p patch=3 p", "A:1 | A:3 | 5 | sheets 0,2,4"),
    ("", "qr=SST1;L=C;C=A;P=3 p qr=SST1;L=D p patch=3 p", "5 | sheets 4 | !count 0,1,2,3"),
    ("", "p qr=SST1;L=B;P=9 qr=SST1;L=C;C=A;P=1 p qr=SST1;L=C;C=B;P=5 p", "0 | !count 1,2,3,4,5"),
    ("", "p qr=SST1;L=B;P=9+!count qr=SST1;L=C;C=A;P=1 p qr=SST1;L=C;C=B;P=5 p", "0 | A:3 | sheets 1,2 | !count 4,5"),
    ("alarms.counts = false", "qr=SST1;L=D;P=2 p", "1 | sheets 0"),
    // Sheets of paper: one side of each, or both where the back of the separator sheet is there.
    ("", "qr=SST1;L=D;S=2 p p", "1,2 | sheets 0"),
    ("", "qr=SST1;L=D;S=2 _ p _ p p", "2,3,4,5 | sheets 0,1"),
    ("", "qr=SST1;L=D;S=4 _ p _ p p", "!count 0,1,2,3,4,5"),
    ("", "qr=SST1;L=D;S=2 p p p", "!count 0,1,2,3"),
    ("alarms.sides = \"both\"", "qr=SST1;L=D;S=2 p p p", "1,2,3 | sheets 0"),
    ("alarms.sides = \"both\"", "qr=SST1;L=D;S=2 p p p p p", "!count 0,1,2,3,4,5"),
    ("alarms.sides = \"one\"", "qr=SST1;L=D;S=2 _ p p", "2,3 | sheets 0,1"),
    // The same sheet twice.
    ("", "qr=SST1;L=D;N=1 p qr=SST1;L=D;N=2 p qr=SST1;L=D;N=1 p", "1 | 3 | sheets 0,2 | !twice 4,5"),
    ("", "qr=SST1;L=D;N=1 p qr=SST1;L=D;N=1+!twice p", "1 | 3 | sheets 0,2"),
    ("", "qr=SST1;L=D;N=1+h p qr=SST1;L=D;N=1 p", "1 | 3 | sheets 2"),
    ("alarms.repeated_sheets = false", "qr=SST1;L=D;N=1 p qr=SST1;L=D;N=1 p", "1 | 3 | sheets 0,2"),
    // Case numbers.
    (
        "cases.pattern = 'AZ-\\d'",
        "qr=SST1;L=C;C=AZ-1 p qr=SST1;L=C;C=AZ1 p qr=SST1;L=D p patch=3 p",
        "AZ-1:1 | 7 | sheets 0,6 | !case 2,3,4,5",
    ),
    ("cases.pattern = 'AZ-\\d'", "qr=SST1;L=C;C=AZ1+!case p qr=SST1;L=D p", "1 | 3 | sheets 0,2"),
    ("cases.pattern = 'AZ-\\d'", "qr=SST1;L=C;C=AZ1+h p qr=SST1;L=D p", "!case 1,2,3"),
    ("cases.pattern = 'AZ-\\d'\nalarms.case_numbers = false", "qr=SST1;L=C;C=AZ1 p", "AZ1:1 | sheets 0"),
    ("cases.check = \"mod97\"", "qr=SST1;L=C;C=794-44 p qr=SST1;L=C;C=794-45 p", "794-44:1 | sheets 0 | !case 2,3"),
    ("cases.pattern = 'AZ-\\d'\ncases.folders = true", "p qr=SST1;L=C;C=AZ-1 p", "0 | AZ-1:2 | sheets 1"),
    ("cases.pattern = 'AK-\\d'\ncases.folders = true", "p qr=SST1;L=C;C=AK-1 p", "!case 0,1,2"),
    ("cases.pattern = 'AK-\\d'\ncases.folders = true", "qr=SST1;L=C;C=AK-1 p p", "AK-1:1,2 | sheets 0"),
    ("[[barcode]]\npattern = '(?<case>AZ-\\d+)'", "39=AZ-1+39=AZ-2 p", "!case 0,1"),
    (
        "[[barcode]]\npattern = '(?<case>AZ-\\d+)'\naction = \"keep\"",
        "qr=SST1;L=C;C=AZ-1 39=AZ-1 p qr=SST1;L=C;C=AZ-2 39=AZ-3 p patch=3 p",
        "AZ-1:1,2 | 7 | sheets 0,3,6 | !case 4,5",
    ),
    // Long documents.
    ("alarms.max_pages = 2", "p p patch=2 p p p patch=2 p _ p", "0,1 | 7,8,9 | sheets 2,6 | !long 3,4,5"),
    ("alarms.max_pages = 2", "p p patch=2 p+!long p p", "0,1 | 3,4,5 | sheets 2"),
    (
        "[[type]]\nname = \"Antrag\"\ntitles = [\"Antrag\"]\nmax_pages = 1",
        "qr=SST1;L=D;T=antrag p p qr=SST1;L=D p p",
        "4,5 | sheets 0,3 | !long 1,2",
    ),
];

#[test]
fn stacks_become_what_their_sheets_say() {
    let mut wrong = Vec::new();
    for (rules, signs, expected) in STACKS {
        let (signs, more) = signs.split_once('\n').unwrap_or((signs, ""));
        let rules = match rules {
            rules if rules.starts_with("by") => format!("[separate]\n{rules}"),
            rules if rules.starts_with(['[', 'a', 'c']) => format!("{BATCH}{rules}"),
            rules => format!("{more}\n[separate]\nby = \"batch\"\n{rules}"),
        };
        let pipeline = pipeline(&rules);
        let found = told(&assembled(&stack(signs, &pipeline), &pipeline, None));
        if found != *expected {
            wrong.push(format!("{rules}\n{signs}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_list_of_cases_is_asked() {
    let pipeline = pipeline(BATCH);
    let list = CaseList::read(&b"Nr;Az\n1;AZ 1\n2;AZ 3\n"[..], Some("az")).unwrap();
    let stack = stack("qr=SST1;L=C;C=az1 p qr=SST1;L=C;C=AZ2 p", &pipeline);
    let assembly = assembled(&stack, &pipeline, Some(&list));
    assert_eq!(told(&assembly), "az1:1 | sheets 0 | !case 2,3");
    assert_eq!(assembly.alarms[0].fault.detail, "the list of cases does not have the case number");
}

#[test]
fn what_a_sheet_says_goes_with_its_document() {
    let rules = "[[type]]\nname = \"Antrag auf Duldung\"\ntitles = [\"Duldung\"]\n[[barcode]]\n\
                 pattern = 'B(?<case>\\d)-(?<date>[0-9.]+)'\naction = \"keep\"";
    let pipeline = pipeline(&format!("{BATCH}{rules}"));
    let stack = stack("p qr=SST1;L=D;T=antrag%20auf%20duldung;N=S17 39=B4-09.03.2026 p", &pipeline);
    let assembly = assembled(&stack, &pipeline, None);
    assert_eq!((assembly.documents[0].separator, &assembly.documents[0].said), (None, &Said::default()));
    let document = &assembly.documents[1];
    assert_eq!((document.separator, document.case.as_deref()), (Some(1), Some("4")));
    assert_eq!((document.type_name.as_str(), document.confidence), ("Antrag auf Duldung", 1.0));
    assert_eq!((document.said.date.as_deref(), document.said.serial.as_deref()), (Some("2026-03-09"), Some("S17")));
}

#[test]
fn alarms_tell_counts_and_no_values() {
    let rules = format!("{BATCH}alarms.max_pages = 3\ncases.pattern = 'AZ-\\d'");
    let pipeline = pipeline(&rules);
    let signs = "qr=SST1;L=D;P=3;N=geheim p _ patch=2 p p p p qr=SST1;L=C;C=geheim p patch=3 qr=SST1;L=D;S=2 p qr=SST1;L=D;N=geheim p";
    let assembly = assembled(&stack(signs, &pipeline), &pipeline, None);
    let details: Vec<&str> = assembly.alarms.iter().map(|alarm| alarm.fault.detail.as_str()).collect();
    assert_eq!(
        details,
        [
            "3 pages expected, found 2, 1 of them not blank",
            "4 pages, at most 3 expected",
            "the case number does not have the form of one",
            "2 sheets expected, found 1 sides",
            "the sheet is page 1 of its batch already",
        ]
    );
}

/// Lines of a page, each at a share of its height, and where its document begins.
#[test]
fn page_numbers_go_before_everything_else() {
    let letter: &[(f32, &str)] = &[
        (0.16, "Frau"),
        (0.18, "Anna Beispiel"),
        (0.20, "12345 Musterhausen"),
        (0.3, "03.03.2026"),
        (0.4, "Sehr geehrte Frau"),
    ];
    let with = |more: &[(f32, &'static str)]| [letter, more].concat();
    let foot = |text: &'static str| vec![(0.95, text)];
    let (plain, first) = (vec![(0.5, "weitere Angaben zur Sache folgen")], with(&[]));
    for (pages, begins, why) in [
        (vec![first.clone(), plain.clone(), first.clone()], vec![0, 2], "a letter begins"),
        (
            vec![with(&foot("Seite 1 von 2")), with(&foot("Seite 2 von 2"))],
            vec![0],
            "the number continues it, whatever it looks like",
        ),
        (vec![foot("Seite 1 von 2"), foot("Seite 2 von 2"), plain.clone()], vec![0, 2], "the total is reached"),
        (vec![foot("Seite 1 von 3"), plain.clone(), foot("Seite 3 von 3")], vec![0], "a number was not read"),
        (vec![foot("Seite 1 von 1"), foot("Seite 1 von 1")], vec![0, 1], "each is the only one"),
        (vec![foot("Seite 3"), foot("Seite 1")], vec![0, 1], "numbers start anew"),
        (vec![foot("Seite 3 von 3"), foot("Seite 2 von 5")], vec![0, 1], "the first page is missing"),
        (vec![plain.clone(), plain.clone(), foot("- 2 -")], vec![0, 1], "a second page has a first one"),
        (vec![foot("1/4"), foot("1/4"), foot("1/4")], vec![0], "the number of a form, not of a page"),
        (vec![foot("4"), foot("5"), foot("1")], vec![0], "bare numbers begin nothing"),
        (vec![with(&foot("4")), with(&foot("5"))], vec![0], "but continue"),
        (
            vec![
                with(&[(0.02, "Fax S. 1/3"), (0.95, "Seite 1 von 2")]),
                vec![(0.02, "Fax S. 2/3"), (0.95, "Seite 2 von 2")],
                with(&[(0.02, "Fax S. 3/3")]),
            ],
            vec![0],
            "what came by one fax",
        ),
    ] {
        let pipeline = pipeline("[separate]\nby = \"batch\"\ncontent = [\"page_numbers\", \"letters\"]");
        let reader = Reader::new(&pipeline.separators);
        let facts: Vec<PageFacts> = pages
            .iter()
            .map(|lines| PageFacts { marks: reader.marks(&written(lines)), ..PageFacts::default() })
            .collect();
        let found: Vec<usize> =
            assembled(&facts, &pipeline, None).documents.iter().map(|document| document.pages[0]).collect();
        assert_eq!(found, begins, "{why}");
        // Upside down and askew in the scan, it says the same.
        let turned = |lines: &[(f32, &str)]| {
            let mut page = written(lines);
            page.placement.turn = crate::model::QuarterTurn::Half;
            let map = page.placement.to_scan((page.width_px, page.height_px));
            for line in &mut page.lines {
                line.words.iter_mut().for_each(|word| word.quad = word.quad.map(&map));
            }
            reader.marks(&page)
        };
        for (page, lines) in facts.iter().zip(&pages) {
            assert_eq!(page.marks, turned(lines), "{why}");
        }
    }
}

fn written(lines: &[(f32, &str)]) -> PageRecord {
    let mut page = record();
    for &(y, text) in lines {
        let (y, mut x) = (y * page.height_px as f32, 100.0);
        let words = text.split(' ').map(|text| {
            let width = 8.0 * text.len() as f32;
            let quad = Quad::from_box(PixelBox { x0: x, y0: y - 6.0, x1: x + width, y1: y + 6.0 });
            x += width + 6.0;
            Word { text: text.into(), quad, confidence: 0.9 }
        });
        page.lines.push(TextLine { quad: Quad::default(), words: words.collect(), starts_block: true });
    }
    page
}

#[test]
fn a_skewed_line_is_one_line_at_one_height() {
    let mut page = written(&[(0.9, "Seite 2 von 3 in einer langen Zeile am Fuß")]);
    let (sin, cos) = 6f32.to_radians().sin_cos();
    let (x, y) = (page.width_px as f32 / 2.0, page.height_px as f32 / 2.0);
    // Counter-clockwise around the middle of the page, with y downwards.
    let turn = crate::model::Affine([cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y]);
    page.skew = Degrees(6.0);
    page.lines[0].words.iter_mut().for_each(|word| word.quad = word.quad.map(&turn));
    let rows = rows::of(&page);
    assert_eq!(rows.len(), 1);
    assert!((rows[0].y - 0.9).abs() < 0.001 && (rows[0].left - 100.0 / 827.0).abs() < 0.001, "{rows:?}");
}

#[test]
fn a_sheet_of_a_document_is_not_cut_by_its_content() {
    let rules = "[separate]\nby = \"batch\"\ncontent = [\"letters\"]";
    let pipeline = pipeline(rules);
    let reader = Reader::new(&pipeline.separators);
    let mail = written(&[(0.1, "Von: a"), (0.12, "An: b"), (0.14, "Betreff: c")]);
    for (order, documents) in [("SST1;L=D", 1), ("SST1;L=C", 3)] {
        let mut sheet = record();
        sheet.barcodes.push(Barcode { symbology: "QR_CODE".into(), value: order.into(), bounds: PixelBox::default() });
        let pages = [&sheet, &mail, &mail, &mail];
        let facts = pages.map(|page| PageFacts { marks: reader.marks(page), ..PageFacts::default() });
        assert_eq!(assembled(&facts, &pipeline, None).documents.len(), documents, "{order}");
    }
}

fn signs() -> impl Strategy<Value = String> {
    let one = prop_oneof![
        8 => Just("p"), 3 => Just("_"), 2 => Just("h"), 1 => Just("p+/"), 1 => Just("p+!long"), 1 => Just("p+!case"),
        1 => Just("patch=2"), 1 => Just("patch=3+_"), 1 => Just("patch=T+h"),
        1 => Just("qr=SST1;L=D;P=2"), 1 => Just("qr=SST1;L=D;P=2;N=1+!count"), 1 => Just("qr=SST1;L=C;C=A;P=4;N=2"),
        1 => Just("qr=SST1;L=C;C=AZ-1;S=3"), 1 => Just("qr=SST1;L=B;P=9;N=3"), 1 => Just("qr=SST1;L=C;C=A;P=4+h"),
        2 => Just("39=ASN1"), 1 => Just("39=ASN2"), 1 => Just("39=C1"), 1 => Just("39=C1+39=C2"),
    ];
    proptest::collection::vec(one, 0..50).prop_map(|signs| signs.join(" "))
}

fn any_rules() -> impl Strategy<Value = String> {
    let by = prop_oneof![Just("by = \"file\""), Just("by = \"batch\""), Just("by = \"pages\"\npages = 3")];
    let back = prop_oneof![Just("separator"), Just("blank"), Just("page")];
    let action = prop_oneof![Just("drop"), Just("keep")];
    let level = prop_oneof![Just("document"), Just("case"), Just("batch")];
    (by, back, action, level, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(by, back, action, level, drop, every, alarms)| {
        let every = if every && action == "keep" { "stands_on = \"every\"\n" } else { "" };
        let blank = if drop { "drop" } else { "keep" };
        let alarms = if alarms { "alarms.max_pages = 3\ncases.pattern = 'AZ-\\d'\ncases.folders = true\n" } else { "" };
        format!(
            "blank.action = \"{blank}\"\n{alarms}[separate]\n{by}\nsheet_back = \"{back}\"\npatch_action = \"{action}\"\n\
             [[barcode]]\npattern = 'ASN\\d'\naction = \"{action}\"\n{every}\
             [[barcode]]\npattern = '(?<case>C\\d)'\naction = \"{action}\"\nlevel = \"{level}\""
        )
    })
}

proptest! {
    #[test]
    fn every_page_of_a_stack_with_sheets_ends_in_exactly_one_place(signs in signs(), rules in any_rules()) {
        let pipeline = pipeline(&rules);
        let pages = stack(&signs, &pipeline);
        let assembly = assembled(&pages, &pipeline, None);
        let documents = assembly.documents.iter().flat_map(|document| document.pages.iter().copied());
        let order: Vec<usize> = documents.clone().collect();
        prop_assert!(order.is_sorted(), "documents keep the order of the batch");
        prop_assert!(assembly.documents.iter().all(|document| !document.pages.is_empty()));
        let alarms = assembly.alarms.iter().flat_map(|alarm| alarm.pages.iter().copied());
        let held = (0..pages.len()).filter(|&at| pages[at].held);
        let recorded = assembly.blanks.iter().chain(&assembly.separators).copied();
        let mut places: Vec<usize> = documents.chain(recorded).chain(alarms).chain(held).collect();
        places.sort_unstable();
        prop_assert_eq!(places, (0..pages.len()).collect::<Vec<_>>());
        for alarm in &assembly.alarms {
            prop_assert!(!alarm.pages.is_empty() && alarm.pages.is_sorted());
        }
        for sheet in &assembly.separators {
            prop_assert!(pages[*sheet].marks.is_sheet() || pages[*sheet].blank, "only sheets and their backs are recorded as such");
        }
    }

    /// A person who releases the first page of each alarm, again and again, gets all pages delivered: no alarm comes twice.
    #[test]
    fn alarms_end_when_they_are_decided(signs in signs(), rules in any_rules()) {
        let pipeline = pipeline(&rules);
        let mut pages = stack(&signs, &pipeline);
        for _ in 0..200 {
            let assembly = assembled(&pages, &pipeline, None);
            let Some(alarm) = assembly.alarms.first() else { return Ok(()) };
            let first = &mut pages[alarm.pages[0]];
            prop_assert!(!first.confirmed.contains(&alarm.fault.kind));
            first.confirmed.push(alarm.fault.kind);
        }
        prop_assert!(false, "alarms without end");
    }

    #[test]
    fn any_text_is_read(
        lines in proptest::collection::vec((any::<f32>(), "(Seite|- |S\\.|Von:|[0-9]{5} A)?[ 0-9/lIO.-]{0,9}(von|\\PC){0,9}"), 0..20),
        skew: f32,
        size in (0u32..2000, 0u32..2000),
    ) {
        let pipeline = pipeline("[separate]\nby = \"batch\"\ncontent = [\"page_numbers\", \"letters\"]");
        let lines: Vec<(f32, &str)> = lines.iter().map(|(y, text)| (*y, text.as_str())).collect();
        let mut page = written(&lines);
        (page.skew, page.width_px, page.height_px) = (Degrees(skew), size.0, size.1);
        let marks = Reader::new(&pipeline.separators).marks(&page);
        let facts = vec![PageFacts { marks, ..PageFacts::default() }; 4];
        let told: usize = assembled(&facts, &pipeline, None).documents.iter().map(|document| document.pages.len()).sum();
        prop_assert_eq!(told, 4);
    }

    #[test]
    fn any_codes_are_read(value in "(SST1;L=[DCB])?[;=A-Z0-9%]{0,30}|PATCH.{0,2}|\\PC{0,30}") {
        let pipeline = pipeline("[[barcode]]\npattern = '.*(?<case>C.*)(?<date>\\d{8})?'");
        let mut record = record();
        record.barcodes.push(Barcode { symbology: "QR_CODE".into(), value, bounds: PixelBox::default() });
        Reader::new(&pipeline.separators).marks(&record);
    }
}
