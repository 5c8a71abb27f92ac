//! What `ocr --format text|json|hocr|alto` writes, read by parsers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod paper;

use proptest::prelude::*;
use scanstrasse::export::{ExportFormat, Exporter};
use scanstrasse::model::{
    Barcode, Degrees, ImageCodec, PageRecord, PatchCode, PatchKind, PixelBox, Point, Quad, QuarterTurn,
};
use serde_json::{Value, json};

/// Two blocks: two lines and one; odd signs everywhere.
fn record() -> PageRecord {
    let mut record = paper::blank_record(1000, 1400, ImageCodec::Jpeg { components: 1 }, b"");
    record.lines = vec![
        paper::line_in(&[("Straße", [10.04, 20.0, 110.0, 40.0]), ("<&\"'>", [120.0, 21.0, 200.0, 41.26])]),
        paper::line_in(&[("Ende\u{0}\u{c}", [10.0, 50.0, 90.0, 70.0])]),
        paper::line_in(&[("Betrag", [10.0, 150.0, 90.0, 170.0]), ("5\u{a0}€", [300.0, 150.0, 350.0, 170.0])]),
    ];
    record.lines[1].starts_block = false;
    record.lines[0].words[0].confidence = 0.987_68;
    record.skew = Degrees(-1.25);
    record.placement.turn = QuarterTurn::Cw270;
    record
}

fn export(format: ExportFormat, pages: &[(u32, &PageRecord)]) -> String {
    let mut exporter = Exporter::begin(Vec::new(), format, "Akte <7> \"a\".tif").unwrap();
    for (number, record) in pages {
        exporter.page(*number, record).unwrap();
    }
    String::from_utf8(exporter.end().unwrap()).unwrap()
}

#[test]
fn text_has_lines_blocks_and_pages() {
    let text = export(ExportFormat::Text, &[(1, &record()), (2, &record())]);
    let page = "Straße <&\"'>\nEnde\n\nBetrag 5\u{a0}€\n";
    assert_eq!(text, format!("{page}\u{c}{page}"));
}

#[test]
fn json_is_the_contract() {
    let mut record = record();
    record.barcodes.push(Barcode {
        symbology: "CODE_39".into(),
        value: "A-1".into(),
        bounds: PixelBox { x0: 1.0, y0: 2.0, x1: 3.0, y1: 4.0 },
    });
    record.patch_codes.push(PatchCode { code: PatchKind::T, bounds: PixelBox::default() });
    let text = export(ExportFormat::Json, &[(1, &record), (3, &record)]);
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["file"], "Akte <7> \"a\".tif");
    let pages = file["pages"].as_array().unwrap();
    assert_eq!([&pages[0]["page"], &pages[1]["page"]], [1, 3]);
    let mut page = pages[0].clone();
    let lines = page.as_object_mut().unwrap().remove("lines").unwrap();
    assert_eq!(
        page,
        json!({
            "file": "Akte <7> \"a\".tif", "page": 1, "width_px": 1000, "height_px": 1400, "dpi": 300.0,
            "orientation_deg": 270, "skew_deg": -1.25, "blank": {"is_blank": false, "ink_share": 0.1},
            "barcodes": [{"symbology": "CODE_39", "value": "A-1", "box": [1.0, 2.0, 3.0, 4.0]}],
            "patch_codes": [{"code": "T", "box": [0.0, 0.0, 0.0, 0.0]}],
        })
    );
    assert_eq!(lines[0]["box"], json!([10.0, 20.0, 200.0, 41.3]));
    assert_eq!(lines[0]["words"][0], json!({"text": "Straße", "box": [10.0, 20.0, 110.0, 40.0], "confidence": 0.9877}));
    assert_eq!(lines.as_array().unwrap().len(), 3);
}

#[test]
fn json_tells_unequal_resolutions_apart() {
    let mut record = record();
    (record.resolution.x_dpi, record.resolution.y_dpi) = (204.0, 98.0);
    let file: Value = serde_json::from_str(&export(ExportFormat::Json, &[(1, &record)])).unwrap();
    assert_eq!((&file["pages"][0]["dpi"], &file["pages"][0]["dpi_y"]), (&json!(204.0), &json!(98.0)));
}

#[test]
fn a_file_without_pages_is_still_a_document() {
    let file: Value = serde_json::from_str(&export(ExportFormat::Json, &[])).unwrap();
    assert_eq!(file["pages"], json!([]));
    for format in [ExportFormat::Hocr, ExportFormat::Alto] {
        parse(&export(format, &[]), |_| ());
    }
}

fn parse<T>(xml: &str, look: impl Fn(&roxmltree::Document) -> T) -> T {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(xml, options);
    look(&document.unwrap_or_else(|error| panic!("{error}: {xml}")))
}

/// Attributes `name` of all elements whose class or tag is `kind`, in order.
fn all(document: &roxmltree::Document, kind: &str, name: &str) -> Vec<String> {
    let of_kind = |n: &roxmltree::Node| n.attribute("class") == Some(kind) || n.tag_name().name() == kind;
    document.descendants().filter(of_kind).map(|n| n.attribute(name).unwrap().to_owned()).collect()
}

#[test]
fn hocr_is_xml_with_places_and_confidences() {
    let text = export(ExportFormat::Hocr, &[(1, &record()), (2, &record())]);
    parse(&text, |document| {
        assert_eq!(
            all(document, "ocr_page", "title")[1],
            "image \"Akte <7> \\\"a\\\".tif\"; bbox 0 0 1000 1400; ppageno 1; scan_res 300 300"
        );
        assert_eq!(all(document, "ocr_carea", "title")[..2], ["bbox 10 20 200 70", "bbox 10 150 350 170"]);
        let words = all(document, "ocrx_word", "title");
        assert_eq!(words[0], "bbox 10 20 110 40; x_wconf 99");
        assert_eq!(all(document, "ocr_line", "title")[1], "bbox 10 50 90 70; baseline 0 0");
        let shown: Vec<_> = document
            .descendants()
            .filter(|n| n.attribute("class") == Some("ocrx_word"))
            .map(|n| n.text().unwrap())
            .collect();
        assert_eq!(shown[..5], ["Straße", "<&\"'>", "Ende", "Betrag", "5\u{a0}€"]);
        let ids: std::collections::HashSet<_> = document.descendants().filter_map(|n| n.attribute("id")).collect();
        assert_eq!(ids.len(), 2 * (1 + 2 + 3 + 5));
    });
}

#[test]
fn slanted_and_turned_lines_say_so() {
    let line = |points: [(f32, f32); 4]| {
        let mut line = paper::line_in(&[("a", [0.0, 0.0, 1.0, 1.0])]);
        line.quad = Quad(points.map(|(x, y)| Point { x, y }));
        line
    };
    let mut record = record();
    record.lines = vec![
        // Rises by 2 in 100: hOCR's slope counts downwards, its offset from the lower left corner of the box.
        line([(100.0, 102.0), (200.0, 100.0), (200.0, 120.0), (100.0, 122.0)]),
        // Reads downwards (a page lying 90 degrees clockwise).
        line([(320.0, 100.0), (320.0, 200.0), (300.0, 200.0), (300.0, 100.0)]),
    ];
    let titles = parse(&export(ExportFormat::Hocr, &[(1, &record)]), |document| all(document, "ocr_line", "title"));
    assert_eq!(titles, ["bbox 100 100 200 122; baseline -0.02 0", "bbox 300 100 320 200; textangle -90"]);
    let rotations =
        parse(&export(ExportFormat::Alto, &[(1, &record)]), |document| all(document, "TextBlock", "ROTATION"));
    assert_eq!(rotations, ["1.1", "-90"]);
}

#[test]
fn alto_is_xml_with_places_and_confidences() {
    let text = export(ExportFormat::Alto, &[(1, &record()), (2, &record())]);
    parse(&text, |document| {
        assert_eq!(document.root_element().tag_name().namespace(), Some("http://www.loc.gov/standards/alto/ns-v4#"));
        assert_eq!(all(document, "Page", "WIDTH"), ["1000", "1000"]);
        assert_eq!(all(document, "String", "CONTENT")[..5], ["Straße", "<&\"'>", "Ende", "Betrag", "5\u{a0}€"]);
        assert_eq!(all(document, "String", "WC")[0], "0.9877");
        assert_eq!(all(document, "TextBlock", "HEIGHT")[..2], ["50", "20"]);
        // Between "Betrag", which ends at 90, and "5 €", which begins at 300.
        assert_eq!(all(document, "SP", "WIDTH")[1], "210");
        assert_eq!(all(document, "SP", "HPOS")[1], "90");
        let ids: std::collections::HashSet<_> = document.descendants().filter_map(|n| n.attribute("ID")).collect();
        assert_eq!(ids.len(), 1 + 2 * (1 + 2 + 3 + 5));
    });
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_and_any_place_make_a_sound_document(
        text in any::<String>(), name in any::<String>(), corners in any::<[f32; 8]>(), confidence in any::<f32>()
    ) {
        let mut record = record();
        let word = &mut record.lines[0].words[0];
        word.text = text.clone();
        word.confidence = confidence;
        let [a, b, c, d, e, f, g, h] = corners;
        word.quad = Quad([(a, b), (c, d), (e, f), (g, h)].map(|(x, y)| Point { x, y }));
        record.lines[1].quad = word.quad;
        let export = |format| {
            let mut exporter = Exporter::begin(Vec::new(), format, &name).unwrap();
            exporter.page(1, &record).unwrap();
            String::from_utf8(exporter.end().unwrap()).unwrap()
        };
        let json: Value = serde_json::from_str(&export(ExportFormat::Json)).unwrap();
        prop_assert_eq!(&json["pages"][0]["lines"][0]["words"][0]["text"], &Value::from(text));
        for format in [ExportFormat::Hocr, ExportFormat::Alto] {
            parse(&export(format), |document| assert!(document.descendants().count() > 10));
        }
        prop_assert_eq!(export(ExportFormat::Text).lines().filter(|line| line.contains("Betrag")).count(), 1);
    }
}
