//! The watch folders of a pipeline file: `[[watch]]`, and what they must not have in common with each other and with the
//! line's own folders.

use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use super::problem::quoted;
use super::reader::{Table, Text};
use super::resolve::{Intake, LAYOUTS, endings};
use super::separate::{DUPLICATES, DUPLICATES_HINT};
use super::values::{file_name_fault, folded};
use crate::assemble::SeparateBy;
use crate::intake::station::{Completion, Counting, Discovery, StationRules};
use crate::intake::{IntakeRules, Layout};
use crate::model::PageOrder;

/// `watch.markers`, if the file names none.
const MARKERS: [&str; 3] = ["ready", "ok", "done"];

/// Longest name of a watch folder, in bytes: it stands in a column of a terminal.
const MAX_NAME_BYTES: usize = 100;

/// The watch folders, in order. `own` are the folders that the line itself writes to, each with its key.
pub(super) fn stations(
    top: &Table<'_>,
    Intake { rules: intake, duplicates, collate }: &Intake,
    separate: SeparateBy,
    own: &[(&str, Option<&PathBuf>)],
) -> Vec<StationRules> {
    let mut stations: Vec<StationRules> = Vec::new();
    for table in top.tables("watch") {
        table.require("folder", "every [[watch]] has a folder");
        let folder = folder(&table, &stations, own);
        let name = name(&table, folder.as_deref().unwrap_or(Path::new("")), &stations);
        let layout = table.choice("layout", &LAYOUTS);
        if layout == Some(Layout::FileIsDocument) && separate != SeparateBy::File {
            let message = "contradicts [separate]: with \"file_is_document\" every file is one document";
            table.refuse("layout", message, Some("write separate.by = \"file\", or layout = \"file_is_case\"".into()));
        }
        let of_folders = !matches!(layout, None | Some(Layout::FileIsCase | Layout::FileIsDocument));
        if of_folders && duplicates.is_some() && separate != SeparateBy::File {
            table.refuse("layout", DUPLICATES, Some(DUPLICATES_HINT.into()));
        }
        if of_folders && *collate == PageOrder::FrontsThenBacks && separate == SeparateBy::File {
            let message = "contradicts intake.collate: the sheets of a folder's stack lie across its files";
            table.refuse("layout", message, Some("write separate.by = \"batch\", or a layout of files".into()));
        }
        let completion = completion(&table);
        let markers = markers(&table, completion, intake);
        let counting = counting(&table, layout.unwrap_or(intake.layout), *collate);
        let settle = seconds(&table, "settle_seconds", 0.0..=3600.0, Duration::from_secs(20));
        let give_up =
            table.number("give_up_minutes", 0.0..=10_080.0).map_or(Duration::from_secs(600), |m| to_ms(m * 60.0));
        let discovery = table.choice(
            "discover",
            &[("auto", Discovery::Auto), ("inotify", Discovery::Inotify), ("poll", Discovery::Poll)],
        );
        let rescan = seconds(&table, "rescan_seconds", 0.1..=3600.0, Duration::from_secs(30));
        let urgent = table.flag("urgent").unwrap_or_default();
        let (done, held) = (subfolder(&table, "done"), subfolder(&table, "held"));
        if folded(&done) == folded(&held) {
            let message = format!("{} is the folder of originals that are done, too", quoted(&held));
            table.refuse(if table.has("held") { "held" } else { "done" }, message, None);
        }
        let keep_done_days = table.integer("keep_done_days", 0..=36_500).filter(|&days: &u32| days > 0);
        table.finish();
        stations.push(StationRules {
            folder: folder.unwrap_or_default(),
            name,
            intake: IntakeRules { layout: layout.unwrap_or(intake.layout), extensions: intake.extensions.clone() },
            completion: completion.unwrap_or_default(),
            counting,
            markers,
            settle,
            give_up,
            discovery: discovery.unwrap_or_default(),
            rescan,
            urgent,
            done,
            held,
            keep_done_days,
        });
    }
    stations
}

fn folder(table: &Table<'_>, others: &[StationRules], own: &[(&str, Option<&PathBuf>)]) -> Option<PathBuf> {
    let folder = PathBuf::from(table.text("folder")?.value);
    if let Some(other) = others.iter().find(|other| overlap(&other.folder, &folder)) {
        let message = format!("lies in the watch folder {}, or that in it", quoted(&other.folder.to_string_lossy()));
        table.refuse("folder", message, Some("a file belongs to one watch folder only".into()));
    }
    for (key, own) in own {
        if own.is_some_and(|own| overlap(own, &folder)) {
            table.refuse(
                "folder",
                format!("lies in {key}, or that in it"),
                Some("what the line writes must not come in again: choose folders beside each other".into()),
            );
        }
    }
    Some(folder)
}

/// Whether one lies in the other, as far as their texts tell: links are for whoever opens them.
fn overlap(one: &Path, other: &Path) -> bool {
    let (one, other) = (plain(one), plain(other));
    one.starts_with(&other) || other.starts_with(&one)
}

/// Without `.` and, where a name stands before it, `..`. Without case: a share may not tell it.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(plain.components().next_back(), Some(Component::Normal(_))) => {
                plain.pop();
            }
            Component::Normal(name) => plain.push(folded(&name.to_string_lossy())),
            other => plain.push(other),
        }
    }
    plain
}

fn name(table: &Table<'_>, folder: &Path, others: &[StationRules]) -> String {
    let typed = table.text("name").map(|text| {
        if text.value.chars().any(char::is_control) || text.value.len() > MAX_NAME_BYTES {
            let message = format!("{} is no name of one line and at most {MAX_NAME_BYTES} bytes", quoted(text.value));
            table.refuse("name", message, None);
        }
        text.value.trim().to_owned()
    });
    let name = typed.unwrap_or_else(|| {
        let last = plain_last(folder).unwrap_or_else(|| folder.to_string_lossy().into_owned());
        last.chars().filter(|c| !c.is_control()).collect()
    });
    if others.iter().any(|other| folded(&other.name) == folded(&name)) {
        let message = format!("{} is the name of another watch folder", quoted(&name));
        let key = if table.has("name") { "name" } else { "folder" };
        table.refuse(key, message, Some("give each a name of its own: name = \"…\"".into()));
    }
    name
}

fn plain_last(folder: &Path) -> Option<String> {
    folder.file_name().map(|name| name.to_string_lossy().into_owned())
}

fn completion(table: &Table<'_>) -> Option<Completion> {
    table.choice(
        "complete",
        &[("quiet", Completion::Quiet), ("marker", Completion::Marker), ("rename", Completion::Rename)],
    )
}

fn counting(table: &Table<'_>, layout: Layout, collate: PageOrder) -> Counting {
    let cover = Counting::Cover { fronts_then_backs: collate == PageOrder::FrontsThenBacks };
    let counting = table
        .choice("count", &[("none", Counting::None), ("index", Counting::Index), ("cover", cover)])
        .unwrap_or_default();
    if counting != Counting::None && matches!(layout, Layout::FileIsCase | Layout::FileIsDocument) {
        let message = "has no effect where every file is a batch of its own";
        table.refuse("count", message, Some("write layout = \"folder_is_batch\", or remove count".into()));
    }
    counting
}

fn markers(table: &Table<'_>, completion: Option<Completion>, intake: &IntakeRules) -> Vec<String> {
    let is_scan = |text: Text<'_>, ending: &String| {
        let is_scan = intake.extensions.contains(ending);
        if is_scan {
            let message = format!("{} is an ending of scans", quoted(text.value));
            table.refuse_at(text.offset, "markers", message, Some("see intake.extensions".into()));
        }
        !is_scan
    };
    let markers = endings(table, "markers", "is empty: no file would ever be complete", is_scan);
    // An unknown `complete` is told already.
    let by_quiet = completion.is_some_and(|completion| completion != Completion::Marker) || !table.has("complete");
    if by_quiet && table.has("markers") {
        let hint = "write complete = \"marker\", or remove markers";
        table.refuse("markers", "has no effect without complete = \"marker\"", Some(hint.into()));
    }
    markers.unwrap_or_else(|| {
        MARKERS.iter().filter(|marker| !intake.extensions.iter().any(|e| e == *marker)).map(|&m| m.to_owned()).collect()
    })
}

fn seconds(table: &Table<'_>, key: &'static str, range: std::ops::RangeInclusive<f32>, default: Duration) -> Duration {
    table.number(key, range).map_or(default, to_ms)
}

/// `seconds`, which are not negative, to the millisecond: 0.2 has no exact binary form.
fn to_ms(seconds: f32) -> Duration {
    Duration::from_millis((f64::from(seconds) * 1000.0).round() as u64)
}

/// `done` and `held`: one folder each, in the watch folder.
fn subfolder(table: &Table<'_>, key: &'static str) -> String {
    let name = table.text(key).map(|text| {
        if let Some(fault) = file_name_fault(text.value) {
            table.refuse(key, format!("{} {fault}", quoted(text.value)), None);
        }
        text.value.to_owned()
    });
    name.unwrap_or_else(|| key.to_owned())
}
