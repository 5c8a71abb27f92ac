//! Whole files: the reference pipelines, the manual page, and files with mistakes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod reference;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::assemble::CheckDigit;
use crate::assemble::fields::{Check, FieldRule, Kind};
use crate::intake::Layout;
use crate::intake::station::{Completion, Counting, Discovery};
use crate::ocr::EngineKind;

/// The pipeline files that come with the program.
fn shipped() -> Vec<PathBuf> {
    let paths = std::fs::read_dir(repository("pipelines")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml")).collect();
    paths.sort();
    paths
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository(path)).unwrap()
}

/// `line:column key` of every problem.
fn places(text: &str) -> Vec<String> {
    let show = |p: &Problem| format!("{}:{} {}", p.line, p.column, p.key);
    parse("test", text).map_or_else(|problems| problems.iter().map(show).collect(), |_| Vec::new())
}

#[test]
fn a_name_is_enough() {
    let pipeline = parse("post", "line.name = \"post\"").unwrap();
    assert_eq!(pipeline.name, "post");
    assert_eq!(pipeline.language, "de");
    assert_eq!(pipeline.recipe, Recipe { orient_by_content: true, ..Recipe::default() });
    assert_eq!(pipeline.limits, WorkerLimits::default());
    assert_eq!(pipeline.intake, IntakeRules::default());
    assert_eq!(
        (pipeline.pauses.longest.as_secs(), pipeline.pauses.min_free_bytes, pipeline.duplicates),
        (3600, 1 << 30, None)
    );
    assert_eq!((pipeline.separate, pipeline.blank, pipeline.attempts), (SeparateBy::File, BlankAction::Keep, 2));
}

#[test]
fn every_key_arrives_where_it_belongs() {
    let text = r#"
        [line]
        name = "x"
        language = "de-AT"
        state = "/s"
        workers = 0x10
        [intake]
        layout = "file_is_case"
        extensions = ["TIF", "fax"]
        duplicates = "process"
        [page]
        orientation = "tags"
        max_skew_deg = 5
        [blank]
        action = "drop"
        max_ink_share = 0.01
        [ocr]
        engine = "tesseract"
        languages = ["deu", "ara"]
        detect_side_px = 1280
        line_width = 1
        models = "/m"
        [image]
        encoding = "jpeg"
        render_dpi = 200
        assumed_dpi = 240
        [held]
        document = "wait"
        [separate]
        by = "pages"
        pages = 3
        [limits]
        page_seconds = 7
        open_seconds = 8
        attempts = 3
        max_megapixels = 50
        max_pages = 9
        max_unpacked_mib = 2
        pause_minutes = 0
        free_space_mib = 3
        cpu_seconds = 9
        memory_mib = 2048
        drain_seconds = 11
        [service]
        metrics = "[::1]:9464"
        [[type]]
        name = "A"
        titles = ["aa", "bb"]
        [[type]]
        name = "B"
        phrases = ["cc"]
        [fields]
        read = ["IBAN", "Betrag"]
        latest_year = 2050
        [[field]]
        name = "BG-Nummer"
        pattern = '\d{5}//\d{7}'
        labels = ["BG-Nummer"]
        types = ["B"]
        page = "first"
        check = "mod11"
        [[field]]
        name = "Kennzeichen"
        [target]
        kind = "folder"
        folder = "/akten"
        [[watch]]
        folder = "/scans/1"
        [[watch]]
        folder = "/scans/zwei"
        name = "Station 2"
        layout = "folder_is_batch"
        complete = "marker"
        count = "index"
        markers = ["fertig", "OK"]
        settle_seconds = 0.2
        give_up_minutes = 1.5
        discover = "poll"
        rescan_seconds = 5
        urgent = true
        done = "erledigt"
        held = "ausgesteuert"
        keep_done_days = 90
    "#;
    let p = parse("x", text).unwrap();
    assert_eq!((p.language.as_str(), p.state, p.workers), ("de-AT", Some("/s".into()), Some(16)));
    assert_eq!((p.intake.layout, p.intake.extensions), (Layout::FileIsCase, vec!["tif".into(), "fax".into()]));
    assert!(!p.recipe.orient_by_content && p.recipe.skew.enabled);
    assert_eq!((p.recipe.skew.max_angle_deg, p.recipe.blank.max_ink_share), (5.0, 0.01));
    assert_eq!(
        (p.blank, p.recipe.ocr.engine, p.recipe.ocr.detect_side_px),
        (BlankAction::Drop, EngineKind::Tesseract, 1280)
    );
    assert_eq!((p.recipe.ocr.languages, p.recipe.ocr.line_width), (vec!["deu".into(), "ara".into()], 1.0));
    assert_eq!((p.models, p.recipe.decode.jpeg_quality), (Some("/m".into()), Some(85)));
    assert_eq!((p.recipe.decode.render_dpi, p.recipe.decode.assumed_dpi), (200, 240));
    assert_eq!((p.recipe.decode.max_pixels, p.recipe.decode.max_pages), (50_000_000, 9));
    assert_eq!(p.recipe.decode.max_unpacked_bytes, 2 * 1024 * 1024);
    assert_eq!((p.limits.page_time.as_secs(), p.limits.open_time.as_secs(), p.attempts), (7, 8, 3));
    assert_eq!((p.pauses.longest.as_secs(), p.pauses.min_free_bytes), (0, 3 << 20));
    assert_eq!(p.duplicates, None);
    let linking = parse("x", "[line]\nname = \"x\"\n[intake]\nduplicates = \"link\"").unwrap();
    assert_eq!(linking.duplicates, Some(DuplicateAction::Link));
    assert_eq!((p.limits.cpu_time.as_secs(), p.limits.memory_bytes), (9, 2048 << 20));
    assert_eq!((p.drain.as_secs(), p.metrics), (11, Some("[::1]:9464".parse().unwrap())));
    assert_eq!((p.separate, p.held), (SeparateBy::Pages(3), HeldDocument::Wait));
    let own = FieldRule {
        name: "BG-Nummer".into(),
        pattern: Some(r"\d{5}//\d{7}".into()),
        labels: vec!["BG-Nummer".into()],
        types: vec!["B".into()],
        first_page: true,
        check: Some(Check::Digit(CheckDigit::Mod11)),
    };
    let plates = FieldRule { name: "Kennzeichen".into(), ..FieldRule::default() };
    let fields = FieldRules { read: vec![Kind::Iban, Kind::Gross], rules: vec![own, plates], latest_year: 2050 };
    assert_eq!(p.fields, fields);
    let first = StationRules {
        folder: "/scans/1".into(),
        name: "1".into(),
        intake: IntakeRules { layout: Layout::FileIsCase, extensions: vec!["tif".into(), "fax".into()] },
        completion: Completion::Quiet,
        counting: Counting::None,
        markers: ["ready", "ok", "done"].map(str::to_owned).to_vec(),
        settle: Duration::from_secs(20),
        give_up: Duration::from_secs(600),
        discovery: Discovery::Auto,
        rescan: Duration::from_secs(30),
        urgent: false,
        done: "done".into(),
        held: "held".into(),
        keep_done_days: None,
    };
    let second = StationRules {
        folder: "/scans/zwei".into(),
        name: "Station 2".into(),
        intake: IntakeRules { layout: Layout::FolderIsBatch, ..first.intake.clone() },
        completion: Completion::Marker,
        counting: Counting::Index,
        markers: vec!["fertig".into(), "ok".into()],
        settle: Duration::from_millis(200),
        give_up: Duration::from_secs(90),
        discovery: Discovery::Poll,
        rescan: Duration::from_secs(5),
        urgent: true,
        done: "erledigt".into(),
        held: "ausgesteuert".into(),
        keep_done_days: Some(90),
    };
    assert_eq!((p.output, p.watch), (Some("/akten".into()), vec![first, second]));
    let rule = |name: &str, titles: &[&str], phrases: &[&str]| TypeRule {
        name: name.into(),
        titles: titles.iter().map(|&t| t.into()).collect(),
        phrases: phrases.iter().map(|&t| t.into()).collect(),
        fallback: false,
    };
    assert_eq!(p.types, [rule("A", &["aa", "bb"], &[]), rule("B", &[], &["cc"])]);
}

/// Mistakes, each with the places that must be told. `N` stands for a sound `[line]` in line 1.
#[test]
fn mistakes_are_told_with_line_column_and_key() {
    let rows: &[(&str, &[&str])] = &[
        ("", &["1:1 line.name"]),
        ("[line]\n", &["1:1 line.name"]),
        ("name = \"x\"", &["1:1 name"]),
        ("line = 1\n", &["1:8 line", "1:8 line.name"]),
        ("[line]\nnam = \"x\"", &["2:1 line.nam"]),
        ("[lien]\nname = \"x\"", &["1:2 lien"]),
        ("N\n[ocr]\nengin = \"ppocr\"", &["3:1 ocr.engin"]),
        ("N\n[ocr]\n  engine = \"ppocer\"", &["3:12 ocr.engine"]),
        ("N\n[ocr]\nengine = 1", &["3:10 ocr.engine"]),
        ("N\n[ocr]\nlanguages = \"deu\"", &["3:13 ocr.languages"]),
        (
            "N\n[ocr]\nlanguages = [\"deu\", 1, \"de\", \"deu\", \"\"]",
            &["3:21 ocr.languages", "3:24 ocr.languages", "3:30 ocr.languages", "3:37 ocr.languages"],
        ),
        ("N\n[ocr]\nlanguages = []", &["3:13 ocr.languages"]),
        ("N\n[ocr]\nlanguages = [\"ara\"]", &["3:14 ocr.languages"]),
        ("N\n[ocr]\nline_width = 0.4\nenabled = \"yes\"", &["3:14 ocr.line_width", "4:11 ocr.enabled"]),
        ("N\n[ocr]\nline_width = nan\ndetect_side_px = 960.0", &["3:14 ocr.line_width", "4:18 ocr.detect_side_px"]),
        ("N\n[ocr]\ndeskew = true", &["3:1 ocr.deskew"]),
        ("N\n[page]\ndeskew = false\nmax_skew_deg = 3", &["4:16 page.max_skew_deg"]),
        (
            "N\n[blank]\naction = \"Drop\"\nmax_ink_share = 1979-05-27",
            &["3:10 blank.action", "4:17 blank.max_ink_share"],
        ),
        ("N\n[image]\njpeg_quality = 90", &["3:16 image.jpeg_quality"]),
        ("N\n[image]\nencoding = \"lossless\"\njpeg_quality = 90", &["4:16 image.jpeg_quality"]),
        ("N\n[image]\nencoding = \"jepg\"\njpeg_quality = 90", &["3:12 image.encoding"]),
        ("N\n[intake]\ncollate = \"fronts\"", &["3:11 intake.collate"]),
        ("N\n[intake]\ncollate = \"fronts_then_backs\"", &["1:1 separate.by"]),
        (
            "N\n[intake]\ncollate = \"fronts_then_backs\"\nduplicates = \"skip\"\n[separate]\nby = \"file\"",
            &["3:11 intake.collate", "6:6 separate.by"],
        ),
        (
            "N\n[intake]\nlayout = \"file_is_case\"\ncollate = \"fronts_then_backs\"\n[[watch]]\nfolder = \"in\"\nlayout = \"folder_is_case\"",
            &["7:10 watch.layout"],
        ),
        ("N\n[intake]\nduplicates = \"skip\"\n[separate]\nby = \"batch\"", &["5:6 separate.by"]),
        (
            "N\n[intake]\nduplicates = \"link\"\nlayout = \"file_is_case\"\n[separate]\nby = \"batch\"\n[[watch]]\nfolder = \"in\"\nlayout = \"folder_is_batch\"",
            &["9:10 watch.layout"],
        ),
        ("N\n[held]\ndocument = \"keep\"", &["3:12 held.document"]),
        ("N\n[separate]\npages = 2", &["3:9 separate.pages"]),
        ("N\n[separate]\nby = \"pages\"", &["2:1 separate.pages"]),
        ("N\n[separate]\nby = \"pages\"\npages = 0", &["4:9 separate.pages"]),
        ("N\n[separate]\nby = \"batch\"\n[intake]\nlayout = \"file_is_document\"", &["3:6 separate.by"]),
        (
            "N\n[intake]\nextensions = [\".tif\", \"tif\", \"TIF\", \"a/b\"]",
            &["3:15 intake.extensions", "3:30 intake.extensions", "3:37 intake.extensions"],
        ),
        (
            "N\n[limits]\nmax_pages = 99999999999999999999\nattempts = -1",
            &["3:13 limits.max_pages", "4:12 limits.attempts"],
        ),
        ("N\n[limits]\ndrain_seconds = 0", &["3:17 limits.drain_seconds"]),
        ("N\n[service]\nmetrics = \"localhost\"", &["3:11 service.metrics"]),
        ("N\n[type]\nname = \"A\"\nfoo = 1", &["2:1 type", "3:8 type.name", "4:1 type.foo"]),
        ("N\n[[line2]]\n", &["2:3 line2"]),
        ("N\n[[type]]\n", &["2:1 type.name", "2:1 type.name"]),
        ("N\n[[type]]\nname = \"\"\ntitles = [\"ab\"]", &["3:8 type.name"]),
        ("N\n[[type]]\nname = \"a/b\"\ntitles = [\"ab\"]", &["3:8 type.name"]),
        (
            "N\n[[type]]\nname = \"Müll\"\ntitles = [\"ab\"]\n[[type]]\nname = \"mu\u{308}ll\"\nphrases = [\"x\"]",
            &["6:8 type.name", "7:12 type.phrases"],
        ),
        (
            "N\n[[type]]\nname = \"A\"\ntitles = [\"ab\"]\n[[type]]\nname = \"B\"\ntitles = [\"AB\"]",
            &["7:11 type.titles"],
        ),
        (
            "N\n[[type]]\nnmae = \"A\"\ntitles = [\"ab\"]\n[[type]]\ntitles = [\"cd\"]",
            &["3:1 type.nmae", "5:1 type.name"],
        ),
        ("N\n[target]\nkind = \"cmis\"", &["3:8 target.kind"]),
        ("N\n[target]\nfolder = \"\"", &["3:10 target.folder"]),
        ("N\n[watch]\nfolder = \"in\"", &["2:1 watch"]),
        ("N\n[[watch]]\nname = \"x\"", &["2:1 watch.folder"]),
        (
            "N\n[[watch]]\nfolder = \"in\"\nsettle = 3\ncomplete = \"markers\"",
            &["4:1 watch.settle", "5:12 watch.complete"],
        ),
        ("N\n[[watch]]\nfolder = \"in\"\nsettle_seconds = 3601", &["4:18 watch.settle_seconds"]),
        ("N\n[[watch]]\nfolder = \"in\"\nrescan_seconds = 0", &["4:18 watch.rescan_seconds"]),
        ("N\n[[watch]]\nfolder = \"in\"\nmarkers = [\"ok\"]", &["4:11 watch.markers"]),
        (
            "N\n[[watch]]\nfolder = \"in\"\ncomplete = \"marker\"\nmarkers = [\"ok\", \"pdf\", \"OK\"]",
            &["5:18 watch.markers", "5:25 watch.markers"],
        ),
        ("N\n[[watch]]\nfolder = \"in\"\ncomplete = \"marker\"\nmarkers = []", &["5:11 watch.markers"]),
        ("N\n[[watch]]\nfolder = \"in\"\nlayout = \"file_is_case\"\ncount = \"index\"", &["5:9 watch.count"]),
        ("N\n[[watch]]\nfolder = \"in\"\nkeep_done_days = -1", &["4:18 watch.keep_done_days"]),
        ("N\n[[watch]]\nfolder = \"in\"\ndone = \"Held\"", &["4:8 watch.done"]),
        ("N\n[[watch]]\nfolder = \"in\"\nheld = \"../held\"", &["4:8 watch.held"]),
        ("N\n[[watch]]\nfolder = \"/a/in\"\n[[watch]]\nfolder = \"/a/./b/../IN/x/\"", &["5:10 watch.folder"]),
        ("N\n[[watch]]\nfolder = \"/a/in\"\n[[watch]]\nfolder = \"/b/in\"", &["5:10 watch.folder"]),
        ("N\n[[watch]]\nfolder = \"in\"\n[[watch]]\nfolder = \"in2\"\nname = \"IN\"", &["6:8 watch.name"]),
        ("N\n[target]\nfolder = \"/a/in/akten\"\n[[watch]]\nfolder = \"/a/in\"", &["5:10 watch.folder"]),
        ("N\nline.state = \"in\"\n[[watch]]\nfolder = \"in\"", &["4:10 watch.folder"]),
        (
            "N\n[separate]\nby = \"batch\"\n[[watch]]\nfolder = \"in\"\nlayout = \"file_is_document\"",
            &["6:10 watch.layout"],
        ),
        // Syntax: one problem a line, and none that only follow from it.
        ("N\n[ocr]\nengine = ppocr\nengin = 1", &["3:10 ocr.engine", "4:1 ocr.engin"]),
        ("N\n[ocr]\nengine =\nline_width = 3", &["3:9 ocr.engine", "4:14 ocr.line_width"]),
        ("N\n[ocr]\nenabled = true\nenabled = false", &["4:1 ocr.enabled"]),
        ("N\r\n[ocr]\r\nengine = \"ppocr\r\nlines = 1\r\n", &["3:16 ocr.engine", "4:1 ocr.lines"]),
        ("\u{feff}[line]\nname = \"x\"\nüber = 1", &["3:1 line.\"über\""]),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let text = text.replacen('N', "line.name = \"x\"", usize::from(text.starts_with('N')));
        if places(&text) != *expected {
            wrong.push(format!(
                "{text}
expected {expected:?}, told {:#?}",
                parse("test", &text)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}",
        wrong.join(
            "

"
        )
    );
}

#[test]
fn hints_name_what_would_be_right() {
    let hint = |text: &str| parse("test", text).unwrap_err()[0].to_string();
    let cases = [
        (
            "[ocr]\nengin = 1\n[line]\nname = \"x\"",
            r#"2:1: ocr.engin: unknown key; did you mean "engine"? (keys of [ocr]: enabled, engine, languages, detect_side_px, line_width, second_look, models)"#,
        ),
        (
            "line.name = \"x\"\nocr.deskew = true",
            "2:5: ocr.deskew: unknown key; deskew belongs to [page] (keys of [ocr]: enabled, engine, languages, detect_side_px, line_width, second_look, models)",
        ),
        (
            "line.name = \"x\"\nline.workers = \"4\"",
            "2:16: line.workers: expected a whole number, found a text; write 4 without quotes",
        ),
        ("line.name = \"x\"\nline.workers = 900", "2:16: line.workers: 900 is not between 1 and 512"),
        (
            "line.name = \"x\"\nocr.engine = \"tesserakt\"",
            r#"2:14: ocr.engine: unknown value "tesserakt"; did you mean "tesseract"? (one of: "ppocr", "tesseract")"#,
        ),
        (
            "line.name = \"x\"\nocr.languages = \"deu\"",
            r#"2:17: ocr.languages: expected a list of texts, found a text; write ["deu"]"#,
        ),
        ("[line]", r#"1:1: line.name: is missing; write name = "test" under [line]"#),
        ("[line]\nname = x # y", "2:8: line.name: not a value: texts stand in quotes; write \"x\""),
        (
            "[line]\nname = \"x\"\n[ocr]\nenabled = True",
            "4:11: ocr.enabled: not a value: texts stand in quotes; write true or false",
        ),
        (
            "[ocr]\nenabled = true\nenabled = true\n[line]\nname = \"x\"",
            "3:1: ocr.enabled: given twice; first given in line 2; remove one of the two",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(hint(text), expected);
    }
}

#[test]
fn all_pipelines_load() {
    let names = shipped();
    assert!(names.len() >= 8);
    for path in names {
        let pipeline = load(&path).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(pipeline.name, path.file_stem().unwrap().to_string_lossy());
        assert!(pipeline.types.len() >= 10);
        let mut kinds = BTreeSet::new();
        let mut owners = BTreeSet::new();
        for kind in &pipeline.types {
            assert!(kinds.insert(&kind.name), "{}: {} stands twice", pipeline.name, kind.name);
            assert!(kind.titles.len() + kind.phrases.len() >= 5, "{}: {} says little", pipeline.name, kind.name);
            for title in &kind.titles {
                assert!(owners.insert(title.to_lowercase()), "{}: {title:?} belongs to two types", pipeline.name);
            }
        }
        assert_eq!(pipeline.digest, Digest::of(&std::fs::read(&path).unwrap()));
    }
}

#[test]
fn relative_folders_start_at_the_file() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("x.toml");
    std::fs::write(&path, "[line]\nname = \"x\"\nstate = \"s\"\n[ocr]\nmodels = \"/m\"\n[target]\nfolder = \"t\"\n[[watch]]\nfolder = \"w\"\n").unwrap();
    let pipeline = load(&path).unwrap();
    assert_eq!(pipeline.state, Some(root.path().join("s")));
    assert_eq!(pipeline.models, Some("/m".into()));
    assert_eq!((pipeline.output, &pipeline.watch[0].folder), (Some(root.path().join("t")), &root.path().join("w")));
}

#[test]
fn files_that_are_no_text_are_told_so() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("x.toml");
    std::fs::write(&path, b"[line]\nname = \"M\xfcller\"\n").unwrap(); // Latin-1
    let LoadError::Problems { problems, .. } = load(&path).unwrap_err() else { panic!() };
    assert_eq!((problems[0].line, problems[0].column), (2, 10));
    assert!(matches!(load(&root.path().join("none.toml")), Err(LoadError::Read { .. })));
    assert!(matches!(load(root.path()), Err(LoadError::Read { .. })));
}

/// Text made of what pipeline files are made of, so that the reader's depths are reached.
fn toml_like() -> impl Strategy<Value = String> {
    let pieces = vec![
        "[",
        "]",
        "[[",
        "]]",
        "=",
        " = ",
        "\n",
        "\r\n",
        "\"",
        "'''",
        ".",
        ",",
        "{",
        "}",
        "#",
        "line",
        "name",
        "ocr",
        "engine",
        "languages",
        "type",
        "titles",
        "separate",
        "by",
        "pages",
        "\"pages\"",
        "image",
        "jpeg_quality",
        "1",
        "-1",
        "0x",
        "1e9",
        "nan",
        "true",
        "1979-05-27",
        "ä",
        "\u{feff}",
        "\\",
        "\\u",
        "limits",
        "attempts",
        "watch",
        "folder",
        "markers",
        "complete",
        "[\"deu\"]",
        "\"x\"",
    ];
    proptest::collection::vec(proptest::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_resolved_or_told_apart(text in prop_oneof![any::<String>(), toml_like()]) {
        if let Err(problems) = parse("any", &text) {
            prop_assert!(!problems.is_empty());
            let lines = text.split('\n').count();
            for problem in &problems {
                prop_assert!((1..=lines).contains(&problem.line), "{problem}");
                prop_assert!(problem.column >= 1);
                prop_assert!(!problem.to_string().contains(char::is_control), "{problem:?}");
            }
            prop_assert!(problems.is_sorted_by_key(|problem| (problem.line, problem.column)));
        }
    }

    #[test]
    fn a_broken_reference_file_is_told_where(at in 0usize..10_000, junk in "[\\[\\]=\"a-z#\n]{1,3}") {
        let text = read("pipelines/posteingang.toml");
        let at = (0..=at % text.len()).rev().find(|&at| text.is_char_boundary(at)).unwrap();
        let _ = parse("posteingang", &format!("{}{junk}{}", &text[..at], &text[at..]));
    }
}
