//! Every key of a pipeline file: its type, its range, its default, and which keys exclude each other.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use toml::de::DeTable;

use super::problem::quoted;
use super::reader::{Notes, Table, Text, given_twice};
use super::values::{extension, file_name_fault, folded, language_tag_fault, needs_tesseract, tesseract_code_fault};
use super::{BlankAction, HeldDocument, Pauses, Pipeline, classify, codes, fields, separate, target, watch};
use crate::assemble::TypeRule;
use crate::intake::{IntakeRules, Layout};
use crate::model::{Digest, DuplicateAction, PageOrder};
use crate::ocr::{EngineKind, OcrParams};
use crate::page::Recipe;
use crate::raster::{BlankParams, DecodeParams, SkewParams};
use crate::worker::WorkerLimits;

/// Shortest phrase, in characters other than blanks: one letter would be found on every page.
pub(super) const MIN_PHRASE_CHARS: usize = 2;

/// Reads all tables. Problems are in `notes`; with any of them the pipeline is of no use. `file` is the name of the
/// file without its ending, for hints.
pub(super) fn pipeline(notes: &Notes, tree: &DeTable<'_>, file: &str, digest: Digest) -> Pipeline {
    let top = Table::top(notes, tree);
    let line = line(&top, file);
    let intake = intake(&top);
    let (orient_by_content, skew) = page(&top);
    let (blank_action, blank) = blank(&top);
    let codes = codes::codes(&top);
    let (ocr, models) = ocr(&top);
    let mut decode = image(&top);
    let (classify, model_file) = classify::classify(&top);
    let (types, max_pages) = types(&top, model_file.is_some());
    let (separate, separators) = separate::rules(&top, &intake, &types);
    let held = held(&top);
    let alarms = separate::alarms(&top, types.iter().map(|kind| kind.name.as_str()).zip(max_pages));
    let fields = fields::rules(&top, &types);
    let (target, output) = target::target(&top);
    let own = [("target.folder", output.as_ref()), ("line.state", line.state.as_ref())];
    let watch = watch::stations(&top, &intake, separate, &own);
    let Limits { worker: limits, attempts, pauses, drain } = limits(&top, &mut decode);
    let metrics = service(&top);
    top.finish();
    Pipeline {
        name: line.name,
        digest,
        language: line.language,
        state: line.state,
        workers: line.workers,
        intake: intake.rules,
        duplicates: intake.duplicates,
        collate: intake.collate,
        recipe: Recipe { decode, orient_by_content, skew, blank, codes, ocr },
        models,
        blank: blank_action,
        separate,
        separators,
        alarms,
        held,
        types,
        classify,
        model_file,
        fields,
        target,
        output,
        watch,
        limits,
        attempts,
        pauses,
        drain,
        metrics,
    }
}

struct Line {
    name: String,
    language: String,
    state: Option<PathBuf>,
    workers: Option<usize>,
}

fn line(top: &Table<'_>, file: &str) -> Line {
    let table = top.table("line");
    table.require(
        "name",
        format!("write name = {} under [line]", quoted(if file.is_empty() { "posteingang" } else { file })),
    );
    let name = table.text("name").map(|text| {
        file_name_fault(text.value)
            .into_iter()
            .for_each(|fault| table.refuse("name", format!("{} {fault}", quoted(text.value)), None));
        text.value.to_owned()
    });
    let language = table.text("language").map(|text| {
        language_tag_fault(text.value)
            .into_iter()
            .for_each(|(fault, hint)| table.refuse("language", format!("{} {fault}", quoted(text.value)), hint));
        text.value.to_owned()
    });
    let state = table.text("state").map(|text| PathBuf::from(text.value));
    let workers = table.integer("workers", 1..=512);
    table.finish();
    Line { name: name.unwrap_or_default(), language: language.unwrap_or_else(|| "de".into()), state, workers }
}

/// The values of `intake.layout` and `watch.layout`.
pub(super) const LAYOUTS: [(&str, Layout); 4] = [
    ("folder_is_case", Layout::FolderIsCase),
    ("folder_is_batch", Layout::FolderIsBatch),
    ("file_is_case", Layout::FileIsCase),
    ("file_is_document", Layout::FileIsDocument),
];

/// `[intake]`.
pub(super) struct Intake {
    pub(super) rules: IntakeRules,
    pub(super) duplicates: Option<DuplicateAction>,
    pub(super) collate: PageOrder,
}

fn intake(top: &Table<'_>) -> Intake {
    let table = top.table("intake");
    let defaults = IntakeRules::default();
    let layout = table.choice("layout", &LAYOUTS);
    let extensions = endings(&table, "extensions", "is empty: no file would be taken", |_, _| true);
    let duplicates = table.choice(
        "duplicates",
        &[("process", None), ("link", Some(DuplicateAction::Link)), ("skip", Some(DuplicateAction::Skip))],
    );
    let collate = table
        .choice("collate", &[("none", PageOrder::Scanned), ("fronts_then_backs", PageOrder::FrontsThenBacks)])
        .unwrap_or_default();
    if collate == PageOrder::FrontsThenBacks && duplicates.flatten().is_some() {
        let message = "cannot be kept together with duplicates that are left out: a page would be missing in its stack";
        table.refuse("collate", message, Some("write duplicates = \"process\", or collate = \"none\"".into()));
    }
    table.finish();
    let layout = layout.unwrap_or(defaults.layout);
    let rules = IntakeRules { layout, extensions: extensions.unwrap_or(defaults.extensions) };
    Intake { rules, duplicates: duplicates.flatten(), collate }
}

/// File name endings under `key`, each once, in lower case; `suits` may refuse more of them, and tells why.
pub(super) fn endings(
    table: &Table<'_>,
    key: &'static str,
    if_empty: &str,
    suits: impl Fn(Text<'_>, &String) -> bool,
) -> Option<Vec<String>> {
    let typed = table.texts(key)?;
    if typed.is_empty() {
        table.refuse(key, if_empty, None);
    }
    let mut taken = Vec::new();
    for text in typed {
        match extension(text.value) {
            Ok(ending) if taken.contains(&ending) => table.refuse_at(text.offset, key, given_twice(text), None),
            Ok(ending) if suits(text, &ending) => taken.push(ending),
            Ok(_) => {}
            Err(hint) => {
                table.refuse_at(text.offset, key, format!("{} is no file name ending", quoted(text.value)), hint);
            }
        }
    }
    Some(taken)
}

fn page(top: &Table<'_>) -> (bool, SkewParams) {
    let table = top.table("page");
    let defaults = SkewParams::default();
    let by_content = table.choice("orientation", &[("content", true), ("tags", false)]).unwrap_or(true);
    let skew = SkewParams {
        enabled: table.flag("deskew").unwrap_or(defaults.enabled),
        max_angle_deg: table.number("max_skew_deg", 0.5..=20.0).unwrap_or(defaults.max_angle_deg),
    };
    if !skew.enabled && table.has("max_skew_deg") {
        table.refuse("max_skew_deg", "has no effect with deskew = false", Some("remove one of the two".into()));
    }
    table.finish();
    (by_content, skew)
}

fn blank(top: &Table<'_>) -> (BlankAction, BlankParams) {
    let table = top.table("blank");
    let action =
        table.choice("action", &[("keep", BlankAction::Keep), ("drop", BlankAction::Drop)]).unwrap_or_default();
    let share = table.number("max_ink_share", 0.0..=0.05).unwrap_or(BlankParams::default().max_ink_share);
    table.finish();
    (action, BlankParams { max_ink_share: share })
}

fn ocr(top: &Table<'_>) -> (OcrParams, Option<PathBuf>) {
    let table = top.table("ocr");
    let defaults = OcrParams::default();
    let enabled = table.flag("enabled").unwrap_or(defaults.enabled);
    let engine = table.choice("engine", &[("ppocr", EngineKind::Ppocr), ("tesseract", EngineKind::Tesseract)]);
    let engine = engine.unwrap_or(defaults.engine);
    let languages = table.texts("languages").map(|codes| languages(&table, &codes, engine));
    let ocr = OcrParams {
        enabled,
        engine,
        languages: languages.unwrap_or(defaults.languages),
        detect_side_px: table.integer("detect_side_px", 320..=4096).unwrap_or(defaults.detect_side_px),
        line_width: table.number("line_width", 0.5..=1.0).unwrap_or(defaults.line_width),
        second_look: table.flag("second_look").unwrap_or(defaults.second_look),
    };
    let models = table.text("models").map(|text| PathBuf::from(text.value));
    table.finish();
    (ocr, models)
}

fn languages(table: &Table<'_>, codes: &[Text<'_>], engine: EngineKind) -> Vec<String> {
    if codes.is_empty() {
        table.refuse("languages", "names no language", Some("write [\"deu\"]".into()));
    }
    let mut languages: Vec<String> = Vec::new();
    for &code in codes {
        let fault = match tesseract_code_fault(code.value) {
            None if languages.iter().any(|known| known == code.value) => Some((given_twice(code), None)),
            None if engine == EngineKind::Ppocr && needs_tesseract(code.value) => {
                let message = format!("{} needs a script that engine = \"ppocr\" cannot read", quoted(code.value));
                Some((message, Some("write engine = \"tesseract\"".into())))
            }
            None => None,
            Some((fault, hint)) => Some((format!("{} {fault}", quoted(code.value)), hint)),
        };
        fault.into_iter().for_each(|(message, hint)| table.refuse_at(code.offset, "languages", message, hint));
        languages.push(code.value.to_owned());
    }
    languages
}

fn image(top: &Table<'_>) -> DecodeParams {
    let table = top.table("image");
    let defaults = DecodeParams::default();
    let jpeg = table.choice("encoding", &[("lossless", false), ("jpeg", true)]);
    let quality = table.integer::<u8>("jpeg_quality", 30..=100);
    let lossless = jpeg == Some(false) || !table.has("encoding");
    if lossless && table.has("jpeg_quality") {
        let hint = "write encoding = \"jpeg\", or remove jpeg_quality";
        table.refuse("jpeg_quality", "has no effect with encoding = \"lossless\"", Some(hint.into()));
    }
    let decode = DecodeParams {
        jpeg_quality: (jpeg == Some(true)).then_some(quality.unwrap_or(DEFAULT_JPEG_QUALITY)),
        render_dpi: table.integer("render_dpi", 72..=1200).unwrap_or(defaults.render_dpi),
        assumed_dpi: table.integer("assumed_dpi", 72..=1200).unwrap_or(defaults.assumed_dpi),
        ..defaults
    };
    table.finish();
    decode
}

/// `image.jpeg_quality`, if the file names none.
const DEFAULT_JPEG_QUALITY: u8 = 85;

fn held(top: &Table<'_>) -> HeldDocument {
    let table = top.table("held");
    let document = table.choice(
        "document",
        &[("apart", HeldDocument::Apart), ("image", HeldDocument::Image), ("wait", HeldDocument::Wait)],
    );
    table.finish();
    document.unwrap_or_default()
}

/// The types, and `type.max_pages` of each; with `has_model`, a type may be one that only the model tells.
fn types(top: &Table<'_>, has_model: bool) -> (Vec<TypeRule>, Vec<Option<u32>>) {
    let mut names = HashMap::new();
    let mut titles = HashMap::new();
    let (mut rules, mut max_pages): (Vec<TypeRule>, _) = (Vec::new(), Vec::new());
    for table in top.tables("type") {
        table.require("name", "every [[type]] has a name");
        let name = table.text("name").map(|text| {
            if let Some(fault) = file_name_fault(text.value) {
                let message = format!("{} {fault}", quoted(text.value));
                table.refuse("name", message, Some("the name becomes part of file names".into()));
            } else if names.insert(folded(text.value), ()).is_some() {
                table.refuse("name", given_twice(text), Some("put its titles and phrases under one [[type]]".into()));
            }
            text.value.to_owned()
        });
        let name = name.unwrap_or_default();
        let has_marks = table.has("titles") || table.has("phrases");
        let own_titles = phrases(&table, "titles");
        for &title in &own_titles {
            match titles.insert(folded(title.value), name.clone()) {
                Some(other) if other != name => {
                    let message = format!("{} is a title of {} too", quoted(title.value), quoted(&other));
                    table.refuse_at(title.offset, "titles", message, Some("a title can tell one type only".into()));
                }
                _ => {}
            }
        }
        let own_phrases = phrases(&table, "phrases");
        if !has_marks && !has_model {
            table.refuse("name", "has neither titles nor phrases, so no page could be told by them", None);
        }
        let owned = |texts: Vec<Text<'_>>| texts.into_iter().map(|text| text.value.to_owned()).collect();
        let fallback = table.flag("fallback").unwrap_or_default();
        rules.push(TypeRule { name, titles: owned(own_titles), phrases: owned(own_phrases), fallback });
        max_pages.push(separate::max_pages(&table));
        table.finish();
    }
    (rules, max_pages)
}

fn phrases<'a>(table: &Table<'a>, key: &'static str) -> Vec<Text<'a>> {
    let texts = table.texts(key).unwrap_or_default();
    let mut seen = HashMap::new();
    for &text in &texts {
        if text.value.chars().filter(|c| !c.is_whitespace()).count() < MIN_PHRASE_CHARS {
            table.refuse_at(text.offset, key, format!("{} is too short to tell a page", quoted(text.value)), None);
        }
        if seen.insert(folded(text.value), ()).is_some() {
            table.refuse_at(text.offset, key, given_twice(text), None);
        }
    }
    texts
}

struct Limits {
    worker: WorkerLimits,
    attempts: u32,
    pauses: Pauses,
    drain: Duration,
}

fn limits(top: &Table<'_>, decode: &mut DecodeParams) -> Limits {
    let table = top.table("limits");
    let defaults = WorkerLimits::default();
    let worker = WorkerLimits {
        open_time: table.integer("open_seconds", 1..=3600).map_or(defaults.open_time, Duration::from_secs),
        page_time: table.integer("page_seconds", 1..=3600).map_or(defaults.page_time, Duration::from_secs),
        cpu_time: table.integer("cpu_seconds", 1..=3600).map_or(defaults.cpu_time, Duration::from_secs),
        memory_bytes: table.integer::<u64>("memory_mib", 1536..=65_536).map_or(defaults.memory_bytes, |mib| mib << 20),
    };
    let attempts = table.integer("attempts", 1..=10).unwrap_or(DEFAULT_ATTEMPTS);
    if let Some(megapixels) = table.integer::<u64>("max_megapixels", 1..=2000) {
        decode.max_pixels = megapixels * 1_000_000;
    }
    decode.max_pages = table.integer("max_pages", 1..=1_000_000).unwrap_or(decode.max_pages);
    if let Some(mib) = table.integer::<u64>("max_unpacked_mib", 1..=16_384) {
        decode.max_unpacked_bytes = mib << 20;
    }
    let pauses = pauses(&table);
    let drain = table.integer("drain_seconds", 1..=3600).map_or(DEFAULT_DRAIN, Duration::from_secs);
    table.finish();
    Limits { worker, attempts, pauses, drain }
}

/// `limits.drain_seconds`, if the file names none: enough for pages in work, and less than service managers wait.
const DEFAULT_DRAIN: Duration = Duration::from_secs(60);

fn service(top: &Table<'_>) -> Option<SocketAddr> {
    let table = top.table("service");
    let metrics = table.text("metrics").and_then(|text| {
        let address = text.value.parse().ok();
        if address.is_none() {
            let hint = "write an address with a port, as \"127.0.0.1:9464\"";
            table.refuse("metrics", format!("{} is no address", quoted(text.value)), Some(hint.into()));
        }
        address
    });
    table.finish();
    metrics
}

fn pauses(limits: &Table<'_>) -> Pauses {
    let defaults = Pauses::default();
    let minutes = limits.integer::<u64>("pause_minutes", 0..=10_080);
    let mib = limits.integer::<u64>("free_space_mib", 0..=1_048_576);
    Pauses {
        longest: minutes.map_or(defaults.longest, |minutes| Duration::from_secs(minutes * 60)),
        min_free_bytes: mib.map_or(defaults.min_free_bytes, |mib| mib << 20),
        ..defaults
    }
}

/// `limits.attempts`, if the file names none: a crash or a missed deadline may be bad luck once.
const DEFAULT_ATTEMPTS: u32 = 2;
