//! German, as offices write it.

use super::{StatusWords, Words};
use crate::model::{FaultKind, Stage};

/// `1 Seite`, `2 Seiten`.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", super::Lang::De.number(count), if count == 1 { one } else { many })
}

fn page_of(page: Option<u32>) -> String {
    page.map_or(String::new(), |page| format!(", Seite {page}"))
}

pub(super) static WORDS: Words = Words {
    starting: "startet",
    at_work: "arbeitet",
    waiting_for_files: "wartet auf Dateien",
    paused: "angehalten",
    troubled: "gestört",
    draining: "läuft leer",
    stopping: "wird beendet",
    since_of: |clock, time| format!("seit {clock}, {time}"),

    today: "heute",
    in_all: "insgesamt",
    pages: "Seiten",
    documents: "Dokumente",
    rate_now: "jetzt",
    rate_mean: "Mittel",
    pages_per_minute: "Seiten/min",
    done_of: |done, all, sure| format!("{done} von {}{all} Seiten", if sure { "" } else { "etwa " }),
    time_left: "noch",
    range_of: |early, late| format!("{early} bis {late}"),
    at_least_of: |time| format!("mindestens {time}"),
    about_of: |time| format!("etwa {time}"),
    not_known_yet: "noch nicht bekannt",
    left_unknown: "Restzeit noch nicht bekannt",
    nothing_left: "nichts mehr zu tun",

    workers: "Arbeiter",
    worker_idle: "frei",
    worker_starting: "startet",
    worker_opening: "öffnet eine Datei",
    worker_page: "liest eine Seite",
    worker_gone: "beendet",
    pages_of: |count, number| format!("{number} {}", if count == 1 { "Seite" } else { "Seiten" }),
    queue: "Warteschlange",
    queue_unopened: "Dateien zu öffnen",
    queue_pages: "Seiten zu lesen",
    queue_in_work: "in Arbeit",
    queue_finishing: "Stapel auszuliefern",
    stations: "Stationen",
    station_today: "heute",
    station_waiting: "wartend",
    station_last_hour: "letzte Stunde",
    station_last: "zuletzt",
    station_away: "nicht erreichbar!",
    abandoned_here_of: |files| format!("{files} einer anderen Linie!"),
    abandoned_of: |line, files| {
        format!(
            "von der Linie {line} übernommen und seit mehr als einem Tag nicht ausgeliefert: {files} Dateien\n  gibt es diese Linie nicht mehr, sie aus .scanstrasse/{line} zurück in den Eingangsordner verschieben"
        )
    },
    nothing_yet: "noch nichts",
    held: "Zurückgehalten",
    held_waits_of: |count, number| {
        format!("{number} {} auf eine Entscheidung", if count == 1 { "wartet" } else { "warten" })
    },
    held_none: "nichts wartet auf eine Entscheidung",
    held_how: "scanstrasse held list",
    disks: "Datenträger",
    disk_state: "Zustand",
    disk_output: "Ausgabe",
    disk_free: "frei",
    disk_days_of: |days| format!("reicht {days} Tage"),
    disk_one_day: "reicht keinen Tag mehr!",
    disk_steady: "gleichbleibend",
    more_of: |count| format!("und {count} weitere"),

    key_pause: "anhalten",
    key_resume: "weiter",
    key_drain: "leerlaufen",
    key_retry: "Zurückgehaltenes erneut",
    key_stop: "beenden",
    key_help: "Hilfe",
    help: &[
        ("p", "nichts Neues beginnen, oder weiterarbeiten; begonnene Seiten werden fertig"),
        ("d", "keine Dateien mehr annehmen, Angenommenes ausliefern, dann enden"),
        ("r", "Zurückgehaltenes erneut versuchen: am Ende dieses Laufs oder im nächsten"),
        ("q", "begonnene Seiten fertigstellen, dann enden; nichts geht verloren"),
        ("?", "diese Hilfe"),
    ],
    help_title: "Tasten",
    help_close: "jede Taste schließt diese Hilfe",
    retried_of: |count| match count {
        0 => "es wird nichts zurückgehalten, das erneut versucht werden könnte".to_owned(),
        1 => "1 Sache wird erneut versucht".to_owned(),
        _ => format!("{} Sachen werden erneut versucht", super::Lang::De.number(count)),
    },
    retry_failed_of: |why| format!("konnte nicht vermerkt werden: {why}"),
    told_pause: "angehalten: nichts Neues wird begonnen; p arbeitet weiter",
    told_resume: "es geht weiter",
    told_drain: "läuft leer: Angenommenes wird ausgeliefert, dann endet die Linie",
    told_stop: "wird beendet: begonnene Seiten werden noch fertig",

    place_state: "Zustandsordner",
    place_output: "Ausgabeordner",
    place_input: "Eingang",
    disk_of_of: |place| format!("der Datenträger von {place}"),
    folder_of: |place| format!("der {place}"),
    disk_full: "ist voll",
    low_space: "hat weniger freien Platz als limits.free_space_mib",
    read_only: "ist schreibgeschützt",
    permission: "darf nicht mehr benutzt werden (keine Berechtigung)",
    gone: "ist nicht mehr da",
    failing: "meldet Fehler beim Lesen oder Schreiben",
    mend_space: "Platz auf diesem Datenträger schaffen",
    mend_read_only: "diesen Datenträger wieder beschreibbar machen",
    mend_permission: "diesem Benutzer die Berechtigung zurückgeben",
    mend_gone: "die Freigabe oder den Datenträger wieder verbinden",
    mend_failing: "Datenträger, Kabel und Freigabe prüfen",
    paused_of: |wrong, remedy, minutes| {
        format!(
            "angehalten: {wrong}\n  {remedy}: dann geht es von selbst weiter; nach {} endet der Lauf. Nichts geht verloren",
            counted(minutes, "Minute", "Minuten")
        )
    },
    going_on_of: |time| format!("es geht weiter nach {time}"),

    held_line_of: |scan, page, why| format!("zurückgehalten: Scan {scan}{}: {why}", page_of(page)),
    held_unreadable_of: |why| format!("zurückgehalten: eine Datei oder ein Ordner, nicht lesbar: {why}"),
    summary_held_of: |path, page, why| format!("zurückgehalten: {path}{}: {why}", page_of(page)),
    summary_unlisted_of: |count| format!("... und {count} weitere, siehe `scanstrasse held list`"),
    summary_balance_of: |pages, number, places| {
        format!("{number} {} eingegangen = {places}", if pages == 1 { "Seite" } else { "Seiten" })
    },
    place_delivered: "ausgeliefert",
    place_blank: "leere Seiten vermerkt",
    place_separators: "Trennblätter vermerkt",
    place_held: "zurückgehalten",
    place_to_do: "noch zu tun",
    summary_delivered_of: |documents, cases, folder| {
        let documents = counted(documents, "Dokument", "Dokumente");
        format!("{documents} in {}, ausgeliefert nach {folder}", counted(cases, "Akte", "Akten"))
    },
    summary_scans_held_of: |files| {
        format!("{} im Ganzen zurückgehalten, mit unbekannter Seitenzahl", counted(files, "Datei", "Dateien"))
    },
    summary_skipped_of: |count| {
        let what = counted(count, "Dublette", "Dubletten");
        format!("{what} ausgelassen: die Seiten gingen früher schon ein, siehe `duplicates` in case.json")
    },
    summary_linked_of: |count| {
        let what = counted(count, "Dublette", "Dubletten");
        format!("{what} verknüpft: die Seiten gingen früher schon ein, siehe `duplicates` in case.json")
    },
    summary_left_lying_of: |endings| format!("liegen gelassen (keine Scans): {endings}"),
    no_ending_of: |count| format!("{count} ohne Endung"),
    other_endings_of: |count| format!("{count} mit anderen Endungen"),
    summary_stopped: "vorzeitig beendet; nichts geht verloren: derselbe Befehl noch einmal macht weiter",
    summary_what_to_do: "Zurückgehaltenes bleibt, wo es liegt: tun, was jeweils darunter steht, dann denselben Befehl noch einmal",
    summary_decide_of: |folder| format!("über einzelne Seiten entscheiden: scanstrasse held list --output {folder}"),
    summary_discarded_of: |count| {
        format!("{} von einer Person aufgegeben und vermerkt", counted(count, "Sache", "Sachen"))
    },

    note_title_of: |file| format!("Zurückgehalten: {file}"),
    note_whole_file: "Die ganze Datei",
    note_pages_of: |pages, count| format!("{} {pages}", if count == 1 { "Seite" } else { "Seiten" }),
    note_why: "Was ist",
    note_what_to_do: "Was tun",
    note_detail: "Genauer",
    note_number: "Nummer",
    note_decide: "Entscheiden, am Rechner, der die Scans verarbeitet:",
    note_choices_of: |number| {
        [
            (format!("scanstrasse held show {number}"), "alles, was darüber bekannt ist"),
            (format!("scanstrasse held retry {number}"), "erneut versuchen, wenn die Ursache behoben ist"),
            (
                format!("scanstrasse held release {number}"),
                "das Bild der Seite ohne Text ausliefern, falls es eines gibt",
            ),
            (format!("scanstrasse held discard {number} --reason \"...\""), "aufgeben, mit Begründung"),
        ]
    },
    note_safe: "Nichts ist verloren: das Original liegt unverändert neben dieser Notiz. Es kommt zu den ausgelieferten, sobald \
        über alles entschieden ist. Diese Notiz darf gelöscht werden.",
    status: STATUS,
    watching_of: |folders, workers, metrics| {
        let metrics = metrics.map_or(String::new(), |address| format!(", Messwerte: http://{address}/metrics"));
        let (folders, workers) = (
            counted(folders, "Eingangsordner", "Eingangsordner"),
            counted(workers, "Arbeitsprozess", "Arbeitsprozesse"),
        );
        format!("überwacht: {folders}, {workers}{metrics}")
    },
    told_reload: "neue Definition: sie gilt, sobald die Seiten in Arbeit fertig sind",
    reload_refused: "die neue Definition ist fehlerhaft und wird nicht übernommen; es gilt weiter die alte",
    gave_up: "die Seiten in Arbeit brauchten länger als limits.drain_seconds: ohne sie beendet; nichts ist verloren",
    watched_of: |pages, documents| {
        let (pages, documents) = (counted(pages, "Seite", "Seiten"), counted(documents, "Dokument", "Dokumente"));
        format!(
            "insgesamt {pages} angenommen, {documents} übergeben; nichts ist verloren, der nächste Start macht weiter"
        )
    },
};

const STATUS: StatusWords = StatusWords {
    delivers_of: |state, output| format!("{state} liefert nach {output}"),
    delivered_nothing_of: |state| format!("{state} hat noch nichts ausgeliefert"),
    idle: "es läuft nichts",
    no_documents: "noch ist kein Dokument abgeliefert",
    idle_since_of: |began| format!("es läuft nichts; der letzte Lauf begann {began}"),
    running_of: |since| format!("ein Lauf arbeitet{}", since.map_or(String::new(), |since| format!(" seit {since}"))),
    silent_of: |time| {
        format!("der Lauf hat seit {time} nichts gemeldet: er hängt, oder sein Zustandsordner nimmt nichts an")
    },
    abrupt_of: |time| {
        format!("der letzte Lauf endete vor {time} plötzlich; nichts ist verloren: denselben Befehl noch einmal geben")
    },
    pace_of: |rate, left| {
        format!(": {rate} Seiten/min{}", left.map_or(String::new(), |left| format!(", noch etwa {left}")))
    },
    contents_of: |pages, scans, documents| {
        let (pages, scans) = (counted(pages, "Seite", "Seiten"), counted(scans, "Scan", "Scans"));
        format!("{pages} in {scans}, {} ausgeliefert", counted(documents, "Dokument", "Dokumente"))
    },
    unopened_of: |scans| format!("dazu {}, noch nicht geöffnet", counted(scans, "Scan", "Scans")),
    whole_held_of: |scans| {
        format!("dazu {}, im Ganzen zurückgehalten, mit unbekannter Seitenzahl", counted(scans, "Scan", "Scans"))
    },
    unbalanced_of: |batch| format!("!!! SEITENBILANZ GEHT NICHT AUF: {batch}"),
    stored_of: |balance| format!("!!!   bei der Auslieferung: {balance}"),
    no_balance: "keine Bilanz",
    ledger_of: |balance| format!("!!!   Seiten im Bestand:    {balance}"),
    balanced_of: |batches| match batches {
        1 => "jede Seite ist nachgewiesen in 1 ausgelieferten Stapel".to_owned(),
        _ => format!("jede Seite ist nachgewiesen in {} ausgelieferten Stapeln", super::Lang::De.number(batches)),
    },
    wrong_of: |batches| {
        format!("!!! {batches} mit Seiten, die nicht sind, wo die Bilanz sagt: anhalten und dies melden")
    },
    unfinished_of: |batches| format!("{} noch nicht fertig:", counted(batches, "Stapel", "Stapel")),
    batch_unopened_of: |scans| format!(", {} noch nicht geöffnet", counted(scans, "Scan", "Scans")),
    input_folder: "(Eingangsordner)",
    round_of: |round| format!(", Runde {round}"),
    balance_of: |received, delivered| format!("{received} eingegangen = {delivered} ausgeliefert"),
    part_blank: "leer",
    part_separators: "Trennblätter",
    part_held: "zurückgehalten",
    part_processed: "auf dem Weg in ein Dokument",
    part_open: "noch offen",
    waits_of: |count, oldest| match count {
        1 => format!("1 Sache wartet auf eine Entscheidung, seit {oldest}:"),
        _ => {
            let count = super::Lang::De.number(count);
            format!("{count} Sachen warten auf eine Entscheidung, die älteste seit {oldest}:")
        }
    },
    held_of: |pages, files| match (pages, files) {
        (pages, 0) => counted(pages, "Seite", "Seiten"),
        (0, files) => counted(files, "ganze Datei", "ganze Dateien"),
        (pages, files) => {
            format!("{}, {}", counted(pages, "Seite", "Seiten"), counted(files, "ganze Datei", "ganze Dateien"))
        }
    },
    see_of: |typed| format!("ansehen: scanstrasse held list{typed}"),
    again_of: |count| format!("wird erneut versucht: {count}"),
    released_of: |count| format!("freigegeben: {count}"),
    discarded_of: |count| format!("von einer Person aufgegeben: {count}"),
    decisions_of: |count, running| {
        let when = if running {
            "dieser Lauf befolgt sie an seinem Ende, sonst der nächste"
        } else {
            "der nächste Lauf befolgt sie"
        };
        format!("{}: {when}", counted(count, "Entscheidung wartet", "Entscheidungen warten"))
    },
    free_of: |state, output| {
        let (state, output) = (state.unwrap_or("unbekannt"), output.unwrap_or("unbekannt"));
        format!("freier Platz: {state} für den Zustand, {output} für die Ausgabe")
    },
    locked_in: "die Arbeiter sind auf diesem Rechner ganz eingeschlossen",
    gaps_of: |gaps| format!("die Arbeiter wären nicht ganz eingeschlossen: {gaps}"),
};

/// What happened, as [`FaultKind::words`].
pub(super) fn fault(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Empty => "die Datei ist leer",
        FaultKind::Truncated => "die Datei bricht vor ihrem Ende ab",
        FaultKind::Corrupt => "die Datei ist beschädigt",
        FaultKind::UnknownFormat => "das ist kein Scan, der gelesen werden kann",
        FaultKind::NoPages => "die Datei hat keine Seiten",
        FaultKind::Encrypted => "das PDF ist mit einem Kennwort geschützt",
        FaultKind::Unsupported => "der Scanner schrieb eine Bildart, die nicht gelesen werden kann",
        FaultKind::OverLimit => "zu groß für die eingestellten Grenzen",
        FaultKind::Deadline => "dauerte zu lange und wurde abgebrochen",
        FaultKind::Crash => "das Leseprogramm ist daran gescheitert",
        FaultKind::Nonsense => "das Lesen ergab etwas, das nicht stimmen kann",
        FaultKind::Io => "konnte nicht vom Datenträger oder von der Freigabe gelesen werden",
        FaultKind::Changed => "die Datei wurde nach dem Eingang verändert",
        FaultKind::Noise => "die Seite ist mit Flecken übersät",
        FaultKind::Engine => "die Texterkennung ist ausgefallen",
        FaultKind::Unpaired => "Vorder- und Rückseiten des Stapels lassen sich nicht zuordnen",
        FaultKind::CountDiffers => "Trennblatt oder Indexdatei nennen eine andere Zahl, als eingegangen ist",
        FaultKind::TooLong => "das Dokument ist für seine Art zu lang",
        FaultKind::RepeatedSheet => "dasselbe Trennblatt kam zweimal",
        FaultKind::CaseNumber => "das Aktenzeichen kann nicht stimmen",
        FaultKind::TypeInDoubt => "die Art des Dokuments ist zweifelhaft",
        FaultKind::Waits => "wartet auf eine andere Seite ihres Dokuments",
    }
}

/// What a person can do about it, as [`FaultKind::remedy`].
pub(super) fn remedy(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Empty | FaultKind::Truncated => {
            "die Datei noch einmal kopieren oder die Blätter noch einmal scannen"
        }
        FaultKind::Corrupt => {
            "die Datei in einem Betrachter öffnen; zeigt er keine Seite, die Blätter noch einmal scannen"
        }
        FaultKind::UnknownFormat => "Scans als TIFF, JPEG, PNG oder PDF abliefern",
        FaultKind::NoPages => "die Blätter noch einmal scannen",
        FaultKind::Encrypted => "das PDF ohne Kennwort speichern",
        FaultKind::Unsupported => "den Scanner G4, JPEG, LZW oder unkomprimierte Bilder schreiben lassen",
        FaultKind::OverLimit => {
            "die Grenze unter [limits] der Pipeline anheben oder mit geringerer Auflösung als neue Datei scannen"
        }
        FaultKind::Deadline => {
            "dieses Blatt als neue Datei scannen; wird auch die zurückgehalten, die genannte Grenze unter [limits] anheben"
        }
        FaultKind::Crash | FaultKind::Nonsense => {
            "dieses Blatt als neue Datei scannen; wird auch die zurückgehalten, die Datei melden"
        }
        FaultKind::Io => "Datenträger, Freigabe und Berechtigungen prüfen, dann noch einmal laufen lassen",
        FaultKind::Changed => {
            "die veränderte Datei unter anderem Namen bringen und herausfinden, wer sie verändert hat"
        }
        FaultKind::Noise => {
            "dieses Blatt als neue Datei scannen, heller oder in Graustufen; die Maschine \"ppocr\" liest durch solche Flecken"
        }
        FaultKind::Engine => "die Modelle mit `make models` prüfen, dann dieses Blatt als neue Datei scannen",
        FaultKind::CountDiffers => {
            "mit dem Papier vergleichen: den Stapel neu scannen und diese Seiten verwerfen, oder sie so freigeben, wie sie sind"
        }
        FaultKind::TooLong => {
            "nachsehen, ob ein Trennblatt übersehen wurde: den Stapel neu scannen und diese Seiten verwerfen, oder sie als ein Dokument freigeben"
        }
        FaultKind::RepeatedSheet => {
            "nachsehen, ob Blätter zweimal gescannt wurden: diese Seiten verwerfen, oder sie freigeben, wenn das Trennblatt wirklich zweimal im Papier liegt"
        }
        FaultKind::CaseNumber => {
            "das Aktenzeichen nachschlagen: die Aktenliste berichtigen und erneut versuchen, oder die Seiten zu der Akte freigeben, die ihr Ordner nennt"
        }
        FaultKind::TypeInDoubt => "das Dokument ansehen und freigeben; es bekommt dann die gefundene Art oder keine",
        FaultKind::Waits => "über die Seite entscheiden, auf die sie wartet",
        FaultKind::Unpaired => {
            "Blätter zählen und den Stapel als neuen Stapel scannen; oder die Seite freigeben, dann wird er in der Reihenfolge der Scans ausgeliefert"
        }
    }
}

/// A step of the line.
pub(super) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Intake => "Datei finden und lesen",
        Stage::Open => "Datei öffnen",
        Stage::Decode => "Bild dekodieren",
        Stage::Codes => "Patchcodes und Barcodes suchen",
        Stage::Ocr => "Text lesen",
        Stage::Worker => "Leseprogramm",
        Stage::Assemble => "Dokumente bilden",
        Stage::Pdf => "PDF schreiben",
        Stage::Deliver => "Ausliefern",
    }
}
