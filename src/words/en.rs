//! English. The words for kinds of faults stand in [`crate::model::FaultKind`], because JSON has them too.

use super::{StatusWords, Words};
use crate::model::Stage;

/// `1 page`, `2 pages`.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", super::Lang::En.number(count), if count == 1 { one } else { many })
}

fn page_of(page: Option<u32>) -> String {
    page.map_or(String::new(), |page| format!(", page {page}"))
}

pub(super) static WORDS: Words = Words {
    starting: "starting",
    at_work: "at work",
    waiting_for_files: "waiting for files",
    paused: "paused",
    troubled: "held up",
    draining: "draining",
    stopping: "stopping",
    since_of: |clock, time| format!("since {clock}, {time}"),

    today: "today",
    in_all: "in all",
    pages: "pages",
    documents: "documents",
    rate_now: "now",
    rate_mean: "mean",
    pages_per_minute: "pages/min",
    done_of: |done, all, sure| format!("{done} of {}{all} pages", if sure { "" } else { "about " }),
    time_left: "left",
    range_of: |early, late| format!("{early} to {late}"),
    at_least_of: |time| format!("at least {time}"),
    about_of: |time| format!("about {time}"),
    not_known_yet: "not known yet",
    left_unknown: "time left not known yet",
    nothing_left: "nothing left to do",

    workers: "Workers",
    worker_idle: "idle",
    worker_starting: "starting",
    worker_opening: "opening a file",
    worker_page: "reading a page",
    worker_gone: "ended",
    pages_of: |count, number| format!("{number} {}", if count == 1 { "page" } else { "pages" }),
    queue: "Queue",
    queue_unopened: "files to open",
    queue_pages: "pages to read",
    queue_in_work: "at workers",
    queue_finishing: "batches to deliver",
    stations: "Stations",
    station_today: "today",
    station_waiting: "waiting",
    station_last_hour: "last hour",
    station_last: "last",
    station_away: "not reachable!",
    abandoned_here_of: |files| format!("{files} of another line!"),
    abandoned_of: |line, files| {
        format!(
            "files of the line {line} have lain in its claim for more than a day: {files}\n  if that line is gone for good, move them from .scanstrasse/{line} back into the watch folder"
        )
    },
    nothing_yet: "nothing yet",
    held: "Held",
    held_waits_of: |count, number| format!("{number} {} for a person", if count == 1 { "waits" } else { "wait" }),
    held_none: "nothing waits for a person",
    held_how: "scanstrasse held list",
    disks: "Disks",
    disk_state: "state",
    disk_output: "output",
    disk_free: "free",
    disk_days_of: |days| format!("{days} days at this rate"),
    disk_one_day: "less than a day at this rate!",
    disk_steady: "steady",
    more_of: |count| format!("and {count} more"),

    key_pause: "pause",
    key_resume: "go on",
    key_drain: "drain",
    key_retry: "retry held",
    key_stop: "stop",
    key_help: "help",
    help: &[
        ("p", "begin nothing new, or go on; pages in work are finished"),
        ("d", "take no more files, deliver what was taken, then end"),
        ("r", "try again what is held: the line does so at its end, or the next run"),
        ("q", "finish the pages in work, then end; nothing is lost, run again to go on"),
        ("?", "this help"),
    ],
    help_title: "Keys",
    help_close: "any key closes this",
    retried_of: |count| match count {
        0 => "nothing is held that could be tried again".to_owned(),
        _ => format!("{} to be tried again", counted(count, "thing is", "things are")),
    },
    retry_failed_of: |why| format!("could not be written down: {why}"),
    told_pause: "paused: nothing new is begun; p goes on",
    told_resume: "going on",
    told_drain: "draining: what was taken is delivered, then the line ends",
    told_stop: "stopping: the pages in work are finished first",

    place_state: "state folder",
    place_output: "output folder",
    place_input: "input",
    disk_of_of: |place| format!("the disk of the {place}"),
    folder_of: |place| format!("the {place}"),
    disk_full: "is full",
    low_space: "has less free space than limits.free_space_mib",
    read_only: "is read-only",
    permission: "may not be used any longer (permission denied)",
    gone: "is there no longer",
    failing: "reports errors when read or written",
    mend_space: "free space on this disk",
    mend_read_only: "make this disk writable again",
    mend_permission: "give this user the permission back",
    mend_gone: "bring the share or disk back",
    mend_failing: "check disk, cable and share",
    paused_of: |wrong, remedy, minutes| {
        format!(
            "paused: {wrong}\n  {remedy}: the line then goes on by itself; it stops after {}. Nothing is lost",
            counted(minutes, "minute", "minutes")
        )
    },
    going_on_of: |time| format!("going on after {time}"),

    held_line_of: |scan, page, why| format!("held: scan {scan}{}: {why}", page_of(page)),
    held_unreadable_of: |why| format!("held: a file or folder that cannot be read: {why}"),
    summary_held_of: |path, page, why| format!("held: {path}{}: {why}", page_of(page)),
    summary_unlisted_of: |count| format!("... and {count} more, see `scanstrasse held list`"),
    summary_balance_of: |pages, number, places| {
        format!("{number} {} received = {places}", if pages == 1 { "page" } else { "pages" })
    },
    place_delivered: "delivered",
    place_blank: "blank pages recorded",
    place_separators: "separator sheets recorded",
    place_held: "held",
    place_to_do: "still to do",
    summary_delivered_of: |documents, cases, folder| {
        let (documents, cases) = (counted(documents, "document", "documents"), counted(cases, "case", "cases"));
        format!("{documents} in {cases}, delivered to {folder}")
    },
    summary_scans_held_of: |files| {
        format!("{} held as a whole, with an unknown number of pages", counted(files, "file", "files"))
    },
    summary_skipped_of: |count| {
        let what = counted(count, "duplicate", "duplicates");
        format!("{what} skipped: their pages were received before, see `duplicates` in case.json")
    },
    summary_linked_of: |count| {
        let what = counted(count, "duplicate", "duplicates");
        format!("{what} linked: their pages were received before, see `duplicates` in case.json")
    },
    summary_left_lying_of: |endings| format!("left where they lie (no scans): {endings}"),
    no_ending_of: |count| format!("{count} without an ending"),
    other_endings_of: |count| format!("{count} with other endings"),
    summary_stopped: "stopped early; nothing is lost: run the same command again to go on",
    summary_what_to_do: "what is held stays where it is: do what stands below each, then run the same command again",
    summary_decide_of: |folder| format!("decide about single pages: scanstrasse held list --output {folder}"),
    summary_discarded_of: |count| {
        format!("{} given up by a person and recorded", counted(count, "held thing", "held things"))
    },

    note_title_of: |file| format!("Held back: {file}"),
    note_whole_file: "The whole file",
    note_pages_of: |pages, count| format!("{} {pages}", if count == 1 { "Page" } else { "Pages" }),
    note_why: "What is wrong",
    note_what_to_do: "What to do",
    note_detail: "In detail",
    note_number: "Number",
    note_decide: "Decide, at the machine that processes scans:",
    note_choices_of: |number| {
        [
            (format!("scanstrasse held show {number}"), "everything that is known of it"),
            (format!("scanstrasse held retry {number}"), "try it again, once the cause is mended"),
            (format!("scanstrasse held release {number}"), "deliver the page's picture without text, if it has one"),
            (format!("scanstrasse held discard {number} --reason \"...\""), "give it up, for a reason"),
        ]
    },
    note_safe: "Nothing is lost: the original lies unaltered beside this note. It goes to the delivered ones when all of it is \
        decided. This note may be deleted.",
    status: STATUS,
    watching_of: |folders, workers, metrics| {
        let metrics = metrics.map_or(String::new(), |address| format!(", metrics at http://{address}/metrics"));
        format!(
            "watching {} with {}{metrics}",
            counted(folders, "folder", "folders"),
            counted(workers, "worker", "workers")
        )
    },
    told_reload: "a new definition: the line begins anew with it when the pages in work are done",
    reload_refused: "the new definition is refused, the line goes on as it was",
    gave_up: "the pages in work took longer than limits.drain_seconds: ended without them; nothing is lost",
    watched_of: |pages, documents| {
        let (pages, documents) = (counted(pages, "page", "pages"), counted(documents, "document", "documents"));
        format!("{pages} received in all, {documents} delivered; nothing is lost, the next start goes on")
    },
};

const STATUS: StatusWords = StatusWords {
    delivers_of: |state, output| format!("{state} delivers to {output}"),
    delivered_nothing_of: |state| format!("{state} has delivered nothing yet"),
    idle: "no run is at work",
    no_documents: "no document was delivered yet",
    idle_since_of: |began| format!("no run is at work; the last one began {began}"),
    running_of: |since| format!("a run is at work{}", since.map_or(String::new(), |since| format!(" since {since}"))),
    silent_of: |time| {
        format!("the run at work has told nothing for {time}: it hangs, or its state folder takes no writing")
    },
    abrupt_of: |time| format!("the last run ended abruptly {time} ago; nothing is lost: run the same command again"),
    pace_of: |rate, left| {
        format!(": {rate} pages/min{}", left.map_or(String::new(), |left| format!(", about {left} left")))
    },
    contents_of: |pages, scans, documents| {
        let (pages, scans) = (counted(pages, "page", "pages"), counted(scans, "scan", "scans"));
        format!("{pages} in {scans}, {} delivered", counted(documents, "document", "documents"))
    },
    unopened_of: |scans| format!("besides {} not opened yet", counted(scans, "scan", "scans")),
    whole_held_of: |scans| {
        format!("besides {} held as a whole, with an unknown number of pages", counted(scans, "scan", "scans"))
    },
    unbalanced_of: |batch| format!("!!! PAGES DO NOT BALANCE: {batch}"),
    stored_of: |balance| format!("!!!   stored when delivered: {balance}"),
    no_balance: "no balance",
    ledger_of: |balance| format!("!!!   pages in the ledger:   {balance}"),
    balanced_of: |batches| {
        let batches = counted(batches, "delivered batch", "delivered batches");
        format!("every page is accounted for in {batches}")
    },
    wrong_of: |batches| format!("!!! {batches} with pages that are not where the balance says: stop, and report this"),
    unfinished_of: |batches| format!("{} not finished:", counted(batches, "batch", "batches")),
    batch_unopened_of: |scans| format!(", {} not opened yet", counted(scans, "scan", "scans")),
    input_folder: "(input folder)",
    round_of: |round| format!(", round {round}"),
    balance_of: |received, delivered| format!("{received} received = {delivered} delivered"),
    part_blank: "blank",
    part_separators: "separators",
    part_held: "held",
    part_processed: "on their way to a document",
    part_open: "still open",
    waits_of: |count, oldest| {
        let waits = counted(count, "thing waits", "things wait");
        format!("{waits} for a person, the oldest since {oldest}:")
    },
    held_of: |pages, files| match (pages, files) {
        (pages, 0) => counted(pages, "page", "pages"),
        (0, files) => counted(files, "whole file", "whole files"),
        (pages, files) => {
            format!("{}, {}", counted(pages, "page", "pages"), counted(files, "whole file", "whole files"))
        }
    },
    see_of: |typed| format!("see them: scanstrasse held list{typed}"),
    again_of: |count| format!("to be tried again: {count}"),
    released_of: |count| format!("released: {count}"),
    discarded_of: |count| format!("given up by a person: {count}"),
    decisions_of: |count, running| {
        let when = if running { "this run at its end, or the next," } else { "the next run" };
        format!("{} waiting: {when} acts on them", counted(count, "decision", "decisions"))
    },
    free_of: |state, output| {
        let (state, output) = (state.unwrap_or("unknown"), output.unwrap_or("unknown"));
        format!("free disk space: {state} for the state, {output} for the output")
    },
    locked_in: "workers are wholly locked in on this kernel",
    gaps_of: |gaps| format!("workers would not be wholly locked in: {gaps}"),
};

/// A step of the line.
pub(super) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Intake => "finding and reading the file",
        Stage::Open => "opening the file",
        Stage::Decode => "decoding the picture",
        Stage::Codes => "looking for patch codes and barcodes",
        Stage::Ocr => "reading the text",
        Stage::Worker => "the reading program",
        Stage::Assemble => "making documents",
        Stage::Pdf => "writing the PDF",
        Stage::Deliver => "delivering",
    }
}
