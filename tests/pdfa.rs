//! PDF/A-2u as others see it: qpdf, veraPDF, poppler and lopdf read what the writer wrote.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod paper;

use std::path::{Path, PathBuf};
use std::process::Command;

use paper::{Coding, Lay, Sheet, Words, sheet};
use proptest::num::f32 as num;
use scanstrasse::model::{Digest, ImageCodec};
use scanstrasse::pdf::{DocumentInfo, PdfError, PdfWriter, RereadError, reread};

const LETTER: &[(f32, f32, bool, Words)] = &[
    (0.5, 0.7, true, &[("Sehr", 0.4, 0.8), ("geehrte", 0.9, 1.5), ("Frau", 1.6, 2.0), ("Öztürk,", 2.1, 2.7)]),
    (0.9, 1.1, true, &[("die", 0.4, 0.6), ("Gebühr", 0.7, 1.3), ("beträgt", 1.4, 1.9), ("110,00", 2.0, 2.6)]),
    (1.2, 1.4, false, &[("Euro", 0.4, 0.8), ("(§", 0.9, 1.0), ("44", 1.1, 1.3), ("AufenthV).", 1.4, 2.2)]),
];

fn info() -> DocumentInfo {
    DocumentInfo {
        title: "Bescheid über die <Gebühr> & \"Kosten\"".into(),
        language: "de".into(),
        created: "2025-03-04T05:06:07Z".parse().unwrap(),
        subject: Some("Aktenzeichen 33.2-ä/17".into()),
    }
}

fn write(sheets: &[Sheet]) -> Vec<u8> {
    let mut writer = PdfWriter::begin(Vec::new(), &info()).unwrap();
    for (index, sheet) in sheets.iter().enumerate() {
        let bookmark = (index % 7 == 0).then(|| format!("Schriftstück {}", index + 1));
        writer.page(&sheet.record, &mut sheet.picture.as_slice(), bookmark.as_deref()).unwrap();
    }
    writer.finish().unwrap()
}

/// The file in a folder of its own that lives as long as the guard; `SCANSTRASSE_KEEP` names a folder to keep it in.
fn on_disk(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    if let Some(keep) = std::env::var_os("SCANSTRASSE_KEEP") {
        std::fs::copy(&path, Path::new(&keep).join(name)).unwrap();
    }
    (dir, path)
}

fn run(program: impl AsRef<std::ffi::OsStr>, args: &[&std::ffi::OsStr]) -> String {
    let program = program.as_ref();
    let output = Command::new(program).args(args).output();
    let output = output.unwrap_or_else(|error| panic!("{program:?} cannot run ({error}): `make tools` installs it"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program:?} says: {text}");
    text
}

fn validate(paths: &[&Path]) {
    for path in paths {
        let said = run("qpdf", &["--check".as_ref(), path.as_ref()]);
        assert!(!said.contains("WARNING"), "{said}");
    }
    let validator = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/verapdf/verapdf");
    run(validator, &paths.iter().map(|path| path.as_os_str()).collect::<Vec<_>>());
}

/// Words with their boxes in points, page by page, as poppler finds them.
fn poppler_words(path: &Path) -> Vec<Vec<(String, [f32; 4])>> {
    let html = run("pdftotext", &["-bbox".as_ref(), path.as_ref(), "-".as_ref()]);
    let mut pages = Vec::new();
    for line in html.lines().map(str::trim) {
        if line.starts_with("<page ") {
            pages.push(Vec::new());
        } else if let Some(word) = line.strip_prefix("<word ") {
            let edge = |name: &str| {
                let rest = word.split_once(&format!("{name}=\"")).unwrap().1;
                rest.split_once('"').unwrap().0.parse().unwrap()
            };
            let text = word.split_once('>').unwrap().1.trim_end_matches("</word>").to_owned();
            pages.last_mut().unwrap().push((text, [edge("xMin"), edge("yMin"), edge("xMax"), edge("yMax")]));
        }
    }
    pages
}

#[test]
fn every_coding_turn_and_skew_is_valid_and_comes_out_bit_for_bit() {
    let files: Vec<_> = Coding::ALL
        .into_iter()
        .map(|coding| {
            let sheets: Vec<Sheet> = Lay::all().into_iter().map(|lay| sheet(LETTER, lay, coding)).collect();
            let bytes = write(&sheets);
            let document = lopdf::Document::load_mem(&bytes).unwrap();
            let pages = document.get_pages();
            assert_eq!(pages.len(), sheets.len());
            for (page, sheet) in pages.values().zip(&sheets) {
                let images = document.get_page_images(*page).unwrap();
                assert_eq!(images.len(), 1);
                assert_eq!(Digest::of(images[0].content), sheet.record.image.digest);
            }
            assert!(!bytes.windows(5).any(|window| window == b"JBIG2"));
            let file = on_disk(&format!("{coding:?}.pdf"), &bytes);
            let digests: Vec<Digest> = sheets.iter().map(|sheet| sheet.record.image.digest).collect();
            reread(&file.1, &digests).unwrap();
            file
        })
        .collect();
    validate(&files.iter().map(|(_, path)| path.as_path()).collect::<Vec<_>>());
}

#[test]
fn words_lie_on_their_ink_whatever_the_turn_the_skew_and_the_resolution() {
    for coding in [Coding::Group4, Coding::Group4Inverted, Coding::FlateGrey, Coding::FlateColour, Coding::JpegColour] {
        let sheets: Vec<Sheet> = Lay::all().into_iter().map(|lay| sheet(LETTER, lay, coding)).collect();
        let (dir, path) = on_disk("ink.pdf", &write(&sheets));
        let stem = dir.path().join("page");
        run("pdftoppm", &["-r".as_ref(), "144".as_ref(), "-gray".as_ref(), path.as_ref(), stem.as_ref()]);
        for (index, (words, lay)) in poppler_words(&path).iter().zip(Lay::all()).enumerate() {
            let page = read_pgm(&dir.path().join(format!("page-{:02}.pgm", index + 1)));
            let expected: Vec<_> = LETTER.iter().flat_map(|line| line.3.iter().map(move |word| (line, word))).collect();
            assert_eq!(words.len(), expected.len(), "{lay:?}");
            for ((text, found), (line, word)) in words.iter().zip(expected) {
                assert_eq!(text, word.0);
                // The box that the bar was drawn in, in points; the page may have grown to both sides.
                let (dx, dy) = ((page.width() as f32 / 2.0 - 216.0) / 2.0, (page.height() as f32 / 2.0 - 288.0) / 2.0);
                let want = [word.1 * 72.0 + dx, line.0 * 72.0 + dy, word.2 * 72.0 + dx, line.1 * 72.0 + dy];
                for (found, want) in found.iter().zip(want) {
                    assert!((found - want).abs() < 0.6, "{text} at {found} instead of {want}, {lay:?}");
                }
                assert!(dark(&page, found, -2.0) > 0.95, "{text} is not on its ink, {lay:?}, {coding:?}");
                let around = dark(&page, found, 4.0);
                assert!(around < 0.95 * dark(&page, found, 0.0), "{text}'s ink is larger, {around}, {lay:?}");
            }
        }
    }
}

/// The share of dark pixels in a box in points, grown by `grow` points, on a page rendered at 144 dpi.
fn dark(page: &image::GrayImage, bounds: &[f32; 4], grow: f32) -> f32 {
    let edge = |v: f32| (v * 2.0).round().max(0.0) as u32;
    let (x0, x1) = (edge(bounds[0] - grow), edge(bounds[2] + grow).min(page.width()));
    let (y0, y1) = (edge(bounds[1] - grow), edge(bounds[3] + grow).min(page.height()));
    let inside = (y0..y1).flat_map(|y| (x0..x1).map(move |x| (x, y)));
    let dark = inside.filter(|&(x, y)| page.get_pixel(x, y).0[0] < 128).count();
    dark as f32 / ((x1 - x0) * (y1 - y0)).max(1) as f32
}

/// A binary PGM as pdftoppm writes it.
fn read_pgm(path: &Path) -> image::GrayImage {
    let bytes = std::fs::read(path).unwrap();
    let mut fields = bytes.splitn(4, |b| b.is_ascii_whitespace());
    assert_eq!(fields.next().unwrap(), b"P5");
    let mut field = || std::str::from_utf8(fields.next().unwrap()).unwrap().parse::<u32>().ok();
    let (width, height) = (field().unwrap(), field().unwrap());
    let rest = &bytes[bytes.len() - (width * height) as usize..];
    image::GrayImage::from_raw(width, height, rest.to_vec()).unwrap()
}

/// A line that is not straight on the straightened page (a stamp, a margin note) is written at its own angle.
#[test]
fn a_slanted_line_keeps_its_angle() {
    for angle in [8.0_f32, -30.0, 90.0, 180.0, -90.0] {
        let mut slanted = sheet(
            &[(1.9, 2.1, true, &[("GEPRÜFT", 1.0, 1.6), ("am", 1.7, 2.0)])],
            Lay { skew_deg: angle, ..Lay::STRAIGHT },
            Coding::Group4,
        );
        slanted.record.skew.0 = 0.0;
        let document = lopdf::Document::load_mem(&write(&[slanted])).unwrap();
        let content = document.get_and_decode_page_content(document.get_pages()[&1]).unwrap();
        let matrix = content.operations.iter().find(|op| op.operator == "Tm").unwrap();
        let matrix: Vec<f32> = matrix.operands.iter().map(|v| v.as_float().unwrap()).collect();
        let (sin, cos) = angle.to_radians().sin_cos();
        for (found, want) in matrix.iter().zip([cos, sin, -sin, cos]) {
            assert!((found - want).abs() < 1e-3, "{angle}: {matrix:?}");
        }
        // The base line begins half an inch left of the centre and, a fifth of the height above the lower edge, 0.06
        // inches below it; the centre is at (108, 144).
        let (x, y) = (-36.0, -0.06 * 72.0);
        let want = (108.0 + x * cos - y * sin, 144.0 + x * sin + y * cos);
        assert!((matrix[4] - want.0).abs() < 0.05 && (matrix[5] - want.1).abs() < 0.05, "{angle}: {matrix:?} {want:?}");
    }
}

/// Engines that only know upright boxes put one around a whole slope; each word then stands at its own height.
#[test]
fn words_in_a_box_around_a_slope_keep_their_own_height() {
    let mut loose = sheet(&[], Lay::STRAIGHT, Coding::Group4);
    let boxes = [[40.0, 100.0, 120.0, 120.0], [130.0, 112.0, 200.0, 132.0], [210.0, 124.0, 280.0, 144.0]];
    loose.record.lines.push(paper::line_in(&[("Treppe", boxes[0]), ("mit", boxes[1]), ("Stufen", boxes[2])]));
    let (_dir, path) = on_disk("loose.pdf", &write(&[loose]));
    for ((text, found), want) in poppler_words(&path)[0].iter().zip(boxes) {
        for (found, want) in found.iter().zip(want) {
            assert!((found - want * 0.72).abs() < 0.2, "{text} at {found} instead of {want} px");
        }
    }
}

#[test]
fn text_reads_in_lines_and_words() {
    let sheets: Vec<Sheet> = Lay::all().into_iter().map(|lay| sheet(LETTER, lay, Coding::Group4)).collect();
    let (_dir, path) = on_disk("lines.pdf", &write(&sheets));
    let wanted = ["Sehr geehrte Frau Öztürk,", "die Gebühr beträgt 110,00", "Euro (§ 44 AufenthV)."];
    for mode in ["-layout", "-raw", "-nopgbrk"] {
        let text = run("pdftotext", &[mode.as_ref(), path.as_ref(), "-".as_ref()]);
        let lines: Vec<String> = text
            .lines()
            .map(|line| line.trim_matches(['\u{c}', ' ']).split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|line| !line.is_empty())
            .collect();
        for (page, lines) in lines.chunks(3).enumerate() {
            assert_eq!(lines, wanted, "{mode}, page {page}");
        }
        assert_eq!(lines.len(), 3 * sheets.len());
    }
}

#[test]
fn odd_text_is_valid_and_comes_back() {
    let words: [Words; 8] = [
        &[("Straße", 0.4, 1.0), ("ÄÖÜäöüßẞ", 1.1, 2.0), ("„Ja“", 2.1, 2.6)],
        &[("😀", 0.4, 0.6), ("a😀b𝔘", 0.7, 1.2), ("€№‰", 1.3, 1.8)],
        &[("Łódź", 0.4, 0.9), ("Đặng", 1.0, 1.6), ("Ωμέγα", 1.7, 2.2), ("Київ", 2.3, 2.7)],
        &[("東京都", 0.4, 1.0), ("(a\\b)", 1.1, 1.6), ("<x>&", 1.7, 2.2)],
        &[("\u{0}\u{7}\u{feff}", 0.4, 0.6), ("ab\u{0}c", 0.7, 1.0), ("\u{fffe}", 1.1, 1.3), ("\u{e000}", 1.4, 1.6)],
        &[(".", 0.4, 2.0), ("Donaudampfschifffahrtsgesellschaft", 2.1, 2.102)],
        &[("überlappt", 0.4, 1.5), ("sich", 1.48, 1.9)],
        &[("x", 0.5, 0.5), ("y", 0.6, 0.6)],
    ];
    let lines: Vec<(f32, f32, bool, Words)> = words
        .iter()
        .enumerate()
        .map(|(index, &words)| (0.4 + 0.3 * index as f32, 0.6 + 0.3 * index as f32, true, words))
        .collect();
    let empty = sheet(&[], Lay::STRAIGHT, Coding::JpegGrey);
    let odd = sheet(&lines, Lay { skew_deg: 1.0, ..Lay::STRAIGHT }, Coding::JpegGrey);
    let (_dir, path) = on_disk("odd.pdf", &write(&[empty, odd]));
    validate(&[&path]);
    let text = run("pdftotext", &["-raw".as_ref(), path.as_ref(), "-".as_ref()]);
    for wanted in [
        "Straße ÄÖÜäöüßẞ „Ja“",
        "😀 a😀b𝔘 €№‰",
        "Łódź Đặng Ωμέγα Київ",
        "東京都 (a\\b) <x>&",
        "abc",
        ". Donaudampfschifffahrtsgesellschaft",
        "überlappt sich",
    ] {
        assert!(text.contains(wanted), "{wanted} is not in {text}");
    }
}

#[test]
fn the_unicode_map_names_exactly_the_codes_of_the_text() {
    let bytes = write(&[sheet(LETTER, Lay::STRAIGHT, Coding::Group4)]);
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let page = *document.get_pages().get(&1).unwrap();
    let content = document.get_and_decode_page_content(page).unwrap();
    let shown = content.operations.iter().filter(|op| op.operator == "Tj");
    let shown = shown.flat_map(|op| op.operands[0].as_str().unwrap().chunks(2).map(<[u8]>::to_vec));
    let shown: std::collections::BTreeSet<Vec<u8>> = shown.collect();

    let font = document.get_page_fonts(page).unwrap().into_values().next().unwrap();
    let map = document.get_object(font.get(b"ToUnicode").unwrap().as_reference().unwrap()).unwrap();
    let map = String::from_utf8(map.as_stream().unwrap().decompressed_content().unwrap()).unwrap();
    let pairs = map.lines().filter_map(|line| line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <"));
    let hex = |digits: &str| -> Vec<u8> {
        digits.as_bytes().chunks(2).map(|d| u8::from_str_radix(std::str::from_utf8(d).unwrap(), 16).unwrap()).collect()
    };
    let pairs: Vec<(Vec<u8>, Vec<u8>)> =
        pairs.filter(|(code, _)| code.len() == 4).map(|(code, text)| (hex(code), hex(text))).collect();
    // Of the code space `<0000> <ffff>` and of the used characters, all in the BMP, where code and text are one.
    let mapped: std::collections::BTreeSet<Vec<u8>> =
        pairs.into_iter().filter(|(code, text)| code == text).map(|(code, _)| code).collect();
    assert_eq!(mapped, shown);
    assert!(mapped.contains(&vec![0, 0xD6]) && mapped.contains(&vec![0, b' ']));
}

#[test]
fn right_to_left_words_come_back_in_reading_order() {
    // On paper the first word of the line stands at the right.
    let words: Words = &[("طلب", 2.0, 2.6), ("إقامة", 1.2, 1.9), ("2025", 0.6, 1.1)];
    let (_dir, path) =
        on_disk("arabic.pdf", &write(&[sheet(&[(0.5, 0.8, true, words)], Lay::STRAIGHT, Coding::Group4)]));
    validate(&[&path]);
    let text = run("pdftotext", &[path.as_ref(), "-".as_ref()]);
    // Without poppler's marks of direction.
    let text: String = text.chars().filter(|c| !matches!(c, '\u{202a}'..='\u{202e}')).collect();
    assert_eq!(text.trim(), "طلب إقامة 2025");
}

#[test]
fn pages_of_any_size_are_valid() {
    let tall = |width, height, dpi: f32| {
        let picture = paper::encode(&image::DynamicImage::new_luma8(width, height), Coding::FlateGrey);
        let mut record = paper::blank_record(width, height, picture.0, &picture.1);
        (record.resolution.x_dpi, record.resolution.y_dpi) = (dpi, dpi);
        let (right, bottom) = (width as f32, height as f32);
        record.lines.push(paper::line_in(&[("Rand", [0.0, 0.0, right, bottom.min(20.0)])]));
        Sheet { record, picture: picture.1 }
    };
    let sheets = [tall(1, 1, 600.0), tall(40, 9_000, 10.0), tall(5_000, 2, 1.0), tall(2480, 3508, 300.0)];
    let (_dir, path) = on_disk("sizes.pdf", &write(&sheets));
    validate(&[&path]);
    let document = lopdf::Document::load(&path).unwrap();
    let sizes: Vec<(f32, f32, f32)> = document
        .get_pages()
        .values()
        .map(|&id| {
            let page = document.get_dictionary(id).unwrap();
            let media = page.get(b"MediaBox").unwrap().as_array().unwrap();
            let unit = page.get(b"UserUnit").map_or(1.0, |unit| unit.as_float().unwrap());
            (media[2].as_float().unwrap(), media[3].as_float().unwrap(), unit)
        })
        .collect();
    // 1 px at 600 dpi is 0.12 pt: the least page. 9,000 px at 10 dpi are 64,800 pt: 4.5 times the largest page.
    assert_eq!(sizes[0], (3.0, 3.0, 1.0));
    assert_eq!(sizes[1], (64.0, 14_400.0, 4.5));
    assert_eq!(sizes[2], (14_400.0, 144.0 / 25.0, 25.0));
    // A4 at 300 dpi.
    assert!((sizes[3].0 - 595.2).abs() < 0.01 && (sizes[3].1 - 841.92).abs() < 0.01);
}

#[test]
fn the_validator_is_no_rubber_stamp() {
    let good = write(&[sheet(LETTER, Lay::STRAIGHT, Coding::JpegColour)]);
    // Without an output intent, device colours mean nothing.
    let key = b"/OutputIntents";
    let at = good.windows(key.len()).position(|window| window == key).unwrap();
    let mut bad = good;
    bad[at + key.len() - 1] = b'X';
    let (_dir, path) = on_disk("bad.pdf", &bad);
    let validator = Path::new(env!("CARGO_MANIFEST_DIR")).join("tools/verapdf/verapdf");
    let output = Command::new(validator).arg(&path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.starts_with("FAIL") && said.contains("6.2.4.3-2"), "{said}");
}

#[test]
fn titles_of_any_length_and_kind_are_valid() {
    let long = "😀\u{0}\u{85}<é".repeat(10_000);
    let info = DocumentInfo { title: long.clone(), subject: Some(long.clone()), ..info() };
    let Sheet { record, picture } = sheet(LETTER, Lay::STRAIGHT, Coding::Group4);
    let mut writer = PdfWriter::begin(Vec::new(), &info).unwrap();
    writer.page(&record, &mut picture.as_slice(), Some(&long)).unwrap();
    let empty = DocumentInfo { title: String::new(), subject: None, ..info };
    let mut other = PdfWriter::begin(Vec::new(), &empty).unwrap();
    other.page(&record, &mut picture.as_slice(), Some("")).unwrap();
    let files = [on_disk("long.pdf", &writer.finish().unwrap()), on_disk("untitled.pdf", &other.finish().unwrap())];
    validate(&[&files[0].1, &files[1].1]);
}

/// 1,100 pages need three levels of nodes. Each page is one point wider than the one before it.
#[test]
fn many_pages_keep_their_order() {
    let (codec, picture) = paper::encode(&image::DynamicImage::new_luma8(8, 8), Coding::FlateGrey);
    let mut writer = PdfWriter::begin(Vec::new(), &info()).unwrap();
    for index in 0..1_100 {
        let mut record = paper::blank_record(8, 8, codec, &picture);
        (record.width_px, record.height_px) = (100 + index, 100);
        (record.resolution.x_dpi, record.resolution.y_dpi) = (72.0, 72.0);
        writer.page(&record, &mut picture.as_slice(), None).unwrap();
    }
    let bytes = writer.finish().unwrap();
    let (_dir, path) = on_disk("many.pdf", &bytes);
    assert!(!run("qpdf", &["--check".as_ref(), path.as_ref()]).contains("WARNING"));
    reread(&path, &vec![Digest::of(&picture); 1_100]).unwrap();
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let widths = document.get_pages().into_values().map(|id| {
        let page = document.get_dictionary(id).unwrap();
        page.get(b"MediaBox").unwrap().as_array().unwrap()[2].as_float().unwrap() as u32
    });
    assert!(widths.eq(100..1_200));
}

#[test]
fn the_same_calls_give_the_same_bytes_and_other_content_another_identity() {
    let one = || write(&[sheet(LETTER, Lay::STRAIGHT, Coding::Group4)]);
    assert_eq!(one(), one());
    let other = write(&[sheet(&LETTER[..1], Lay::STRAIGHT, Coding::Group4)]);
    let id = |bytes: &[u8]| {
        let document = lopdf::Document::load_mem(bytes).unwrap();
        document.trailer.get(b"ID").unwrap().as_array().unwrap()[0].as_str().unwrap().to_vec()
    };
    assert_ne!(id(&one()), id(&other));
}

#[test]
fn info_bookmarks_and_labels_are_there() {
    let sheets: Vec<Sheet> = (0..9).map(|_| sheet(LETTER, Lay::STRAIGHT, Coding::Group4)).collect();
    let (_dir, path) = on_disk("info.pdf", &write(&sheets));
    let said = run("pdfinfo", &[path.as_ref()]);
    for wanted in
        ["Bescheid über die <Gebühr> & \"Kosten\"", "Aktenzeichen 33.2-ä/17", "Scanstraße", "Pages:           9"]
    {
        assert!(said.contains(wanted), "{wanted} is not in {said}");
    }
    let document = lopdf::Document::load(&path).unwrap();
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"de");
    assert!(
        catalog
            .get(b"ViewerPreferences")
            .unwrap()
            .as_dict()
            .unwrap()
            .get(b"DisplayDocTitle")
            .unwrap()
            .as_bool()
            .unwrap()
    );
    let toc = document.get_toc().unwrap();
    let bookmarks: Vec<_> = toc.toc.iter().map(|entry| (entry.title.as_str(), entry.page)).collect();
    assert_eq!(bookmarks, [("Schriftstück 1", 1), ("Schriftstück 8", 8)]);
}

#[test]
fn info_and_xmp_agree() {
    let (_dir, path) = on_disk("agree.pdf", &write(&[sheet(LETTER, Lay::STRAIGHT, Coding::Group4)]));
    let info = run("pdfinfo", &["-isodates".as_ref(), path.as_ref()]);
    let xmp = run("pdfinfo", &["-meta".as_ref(), path.as_ref()]);
    let xmp = roxmltree::Document::parse(xmp.trim()).unwrap();
    let said = |tag: &str| {
        let node = xmp.descendants().find(|node| node.tag_name().name() == tag).unwrap();
        node.descendants().filter(|n| n.is_text()).filter_map(|n| n.text()).collect::<String>()
    };
    let pairs = [("Title", "title"), ("Subject", "description"), ("Producer", "Producer")];
    let dates = [("CreationDate", "CreateDate"), ("ModDate", "ModifyDate")];
    for (key, tag) in pairs.into_iter().chain(dates) {
        let line = info.lines().find_map(|line| line.strip_prefix(&format!("{key}:"))).unwrap();
        assert_eq!(line.trim().replace("+00:00", "Z"), said(tag), "{key}");
    }
    assert_eq!((said("part").as_str(), said("conformance").as_str()), ("2", "U"));
    assert_eq!(said("CreateDate"), "2025-03-04T05:06:07Z");
}

/// The conformance ledger would be worth nothing if it named tests that are gone.
#[test]
fn the_ledger_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ledger = std::fs::read_to_string(root.join("src/pdf/PDF_A2U.md")).unwrap();
    let mut named = 0;
    for quoted in ledger.split('`').skip(1).step_by(2) {
        let (file, test) = quoted.split_once(": ").unwrap_or(("tests/pdfa.rs", quoted));
        if test.matches('_').count() >= 2 && !test.contains(['/', '.', ' ']) {
            let source = std::fs::read_to_string(root.join(file)).unwrap();
            assert!(source.contains(&format!("fn {test}(")), "{test} is not in {file}");
            named += 1;
        }
    }
    assert!(named > 20);
}

#[test]
fn a_changed_or_cut_picture_is_an_error() {
    let Sheet { record, picture } = sheet(LETTER, Lay::STRAIGHT, Coding::JpegGrey);
    let try_with = |bytes: &[u8]| {
        let mut writer = PdfWriter::begin(std::io::sink(), &info()).unwrap();
        writer.page(&record, &mut &bytes[..], None)
    };
    let mut changed = picture.clone();
    changed[40] ^= 1;
    assert!(matches!(try_with(&changed), Err(PdfError::PictureChanged { page: 1 })));
    assert!(matches!(try_with(&picture[1..]), Err(PdfError::PictureLength { page: 1, .. })));
    assert!(matches!(try_with(&[&picture[..], b"x"].concat()), Err(PdfError::PictureLength { page: 1, .. })));
    assert!(try_with(&picture).is_ok());
}

#[test]
fn a_record_that_is_no_page_is_an_error() {
    let Sheet { record, picture } = sheet(LETTER, Lay::STRAIGHT, Coding::JpegGrey);
    let spoil: [fn(&mut scanstrasse::model::PageRecord); 5] = [
        |r| r.width_px = 0,
        |r| r.resolution.y_dpi = 0.0,
        |r| r.resolution.x_dpi = f32::NAN,
        |r| r.skew.0 = f32::INFINITY,
        |r| r.lines[0].words[0].quad.0[2].x = f32::NAN,
    ];
    for spoil in spoil {
        let mut record = record.clone();
        spoil(&mut record);
        let mut writer = PdfWriter::begin(std::io::sink(), &info()).unwrap();
        let result = writer.page(&record, &mut picture.as_slice(), None);
        assert!(matches!(result, Err(PdfError::Nonsense { page: 1 })));
    }
    let empty = PdfWriter::begin(std::io::sink(), &info()).unwrap();
    assert!(matches!(empty.finish(), Err(PdfError::NoPages)));
    for language in ["", "de_DE", "d\u{e9}", "de-", "12"] {
        let info = DocumentInfo { language: language.into(), ..info() };
        assert!(matches!(PdfWriter::begin(std::io::sink(), &info), Err(PdfError::Language)), "{language}");
    }
}

#[test]
fn rereading_finds_every_damage() {
    let sheets: Vec<Sheet> = (0..70).map(|_| sheet(LETTER, Lay::STRAIGHT, Coding::FlateGrey)).collect();
    let digests: Vec<Digest> = sheets.iter().map(|sheet| sheet.record.image.digest).collect();
    let bytes = write(&sheets);
    let look = |bytes: &[u8], digests: &[Digest]| {
        let (_dir, path) = on_disk("damaged.pdf", bytes);
        match reread(&path, digests) {
            Ok(()) => Ok(()),
            Err(PdfError::Reread(error)) => Err(error),
            Err(other) => panic!("{other}"),
        }
    };
    assert!(look(&bytes, &digests).is_ok());
    assert!(matches!(look(&bytes, &digests[1..]), Err(RereadError::Pages { expected: 69, found: 70 })));
    let more = [&digests[..], &digests[..1]].concat();
    assert!(matches!(look(&bytes, &more), Err(RereadError::Pages { expected: 71, found: 70 })));
    for len in [0, 9, bytes.len() / 2, bytes.len() - 1] {
        assert!(matches!(look(&bytes[..len], &digests), Err(RereadError::NoEnd)), "{len}");
    }
    let mut torn = bytes.clone();
    let half = torn.len() / 2;
    torn[half..half + 512].fill(0);
    assert!(look(&torn, &digests).is_err());

    let picture = &sheets[3].picture;
    let places: Vec<usize> =
        bytes.windows(picture.len()).enumerate().filter(|(_, w)| w == picture).map(|(i, _)| i).collect();
    let mut flipped = bytes.clone();
    flipped[places[3] + picture.len() / 2] ^= 0x10;
    assert!(matches!(look(&flipped, &digests), Err(RereadError::Picture { page: 4 })));

    // A flipped bit in the text of the last page, which is the last stream but those of the font.
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let page = *document.get_pages().get(&70).unwrap();
    let content = document.get_page_contents(page)[0];
    let packed = &document.get_object(content).unwrap().as_stream().unwrap().content;
    let at = bytes.windows(packed.len()).rposition(|window| window == packed).unwrap();
    let mut garbled = bytes.clone();
    garbled[at + packed.len() / 2] ^= 1;
    assert!(matches!(look(&garbled, &digests), Err(RereadError::Object { number }) if number == content.0));

    let mut shifted = bytes.clone();
    shifted.insert(20, b' ');
    assert!(look(&shifted, &digests).is_err());
}

#[test]
fn white_and_black_of_both_group4_kinds_render_alike() {
    let pages: Vec<image::GrayImage> = [false, true]
        .into_iter()
        .map(|inverted| {
            let coding = if inverted { Coding::Group4Inverted } else { Coding::Group4 };
            let made = sheet(LETTER, Lay::STRAIGHT, coding);
            assert_eq!(made.record.image.codec, ImageCodec::Group4 { inverted });
            let (dir, path) = on_disk("g4.pdf", &write(&[made]));
            let stem = dir.path().join("g4");
            run("pdftoppm", &["-r".as_ref(), "100".as_ref(), "-gray".as_ref(), path.as_ref(), stem.as_ref()]);
            read_pgm(&dir.path().join("g4-1.pgm"))
        })
        .collect();
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0].get_pixel(5, 5).0, [255]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Whatever finite numbers a record claims, the page is within the limits and its numbers are numbers, or the record is refused.
    #[test]
    fn any_record_makes_a_sound_page_or_an_error(
        size in (1_u32..100_000, 1_u32..100_000), x_dpi in 0.001_f32..1e6, y_dpi in 0.001_f32..1e6,
        skew in -400.0_f32..400.0, turn in 0_usize..4,
        corners in proptest::array::uniform8(num::NORMAL | num::SUBNORMAL | num::ZERO | num::POSITIVE | num::NEGATIVE),
        text in "\\PC{0,12}",
    ) {
        use scanstrasse::model::{Point, Quad, QuarterTurn};
        let (codec, picture) = paper::encode(&image::DynamicImage::new_luma8(8, 8), Coding::FlateGrey);
        let mut record = paper::blank_record(8, 8, codec, &picture);
        (record.width_px, record.height_px) = size;
        (record.resolution.x_dpi, record.resolution.y_dpi, record.skew.0) = (x_dpi, y_dpi, skew);
        record.placement.turn = QuarterTurn::ALL[turn];
        record.lines.push(paper::line_in(&[(&text, [1.0, 2.0, 3.0, 4.0]), ("Ende", [1.0, 2.0, 3.0, 4.0])]));
        let [a, b, c, d, e, f, g, h] = corners;
        record.lines[0].words[0].quad = Quad([(a, b), (c, d), (e, f), (g, h)].map(|(x, y)| Point { x, y }));
        let mut writer = PdfWriter::begin(Vec::new(), &info()).unwrap();
        match writer.page(&record, &mut picture.as_slice(), None) {
            Err(error) => assert!(matches!(error, PdfError::Nonsense { page: 1 }), "{error}"),
            Ok(()) => {
                let document = lopdf::Document::load_mem(&writer.finish().unwrap()).unwrap();
                let page = document.get_pages()[&1];
                let media = document.get_dictionary(page).unwrap().get(b"MediaBox").unwrap().as_array().unwrap();
                let sides = [&media[2], &media[3]].map(|side| side.as_float().unwrap());
                assert!(sides.iter().all(|side| (3.0..=14_400.0).contains(side)), "{sides:?}");
                let content = document.get_and_decode_page_content(page).unwrap();
                let numbers = content.operations.iter().flat_map(|op| &op.operands).filter_map(|v| v.as_float().ok());
                for number in numbers {
                    assert!(number == 0.0 || (1e-37..1e37).contains(&number.abs()), "{number}");
                }
            }
        }
    }
}
