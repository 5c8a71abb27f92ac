//! The words of `scanstrasse held`.

use super::Lang;

/// Texts about held things, in one language. As in [`super::Words`], a field that ends in `_of` takes numbers or names; what
/// was refused comes with what to do.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct HeldWords {
    /// File or page, since when, how often it was tried.
    pub since_of: fn(&str, &str, u32) -> String,
    /// `page 4`, `pages 1-3, 5`: their list, and how many they are.
    pub pages_of: fn(&str, usize) -> String,
    /// File, pages, what they wait for.
    pub sound_of: fn(&str, &str, &str) -> String,
    pub nothing: &'static str,
    /// How many, and the rest of a command line.
    pub to_decide_of: fn(usize, &str) -> String,
    pub given_up_listed_of: fn(usize) -> String,

    // What will be, or was decided.
    pub again: &'static str,
    pub released: &'static str,
    pub released_stack: &'static str,
    /// [`Self::released`] of an alarm about a document.
    pub released_document: &'static str,
    pub given_up: &'static str,
    pub settled: &'static str,
    pub retry: &'static str,
    pub release: &'static str,
    /// What, who, when, and why, if that was said.
    pub decided_of: fn(&str, &str, &str, Option<&str>) -> String,

    // One thing in full. The head of a line comes with the blanks behind it.
    pub whole_file: &'static str,
    /// Page, and the pages of its file if they are known.
    pub page_of: fn(u32, Option<u32>) -> String,
    pub number_of: fn(i64, &str) -> String,
    pub head_file: &'static str,
    pub head_digest: &'static str,
    pub head_why: &'static str,
    pub head_detail: &'static str,
    pub head_attempts: &'static str,
    pub head_decided: &'static str,
    pub head_now: &'static str,
    pub never_read: &'static str,
    /// How often, first and last.
    pub attempts_of: fn(u32, &str, &str) -> String,
    pub other_pages: &'static str,
    pub batch_pages: &'static str,
    /// How many pages, where, and the file that they are in.
    pub neighbours_of: fn(u64, &str, Option<&str>) -> String,
    pub you_can: &'static str,
    pub can_retry: &'static str,
    pub can_release: &'static str,
    pub can_release_stack: &'static str,
    /// The same for an alarm about a document.
    pub can_release_document: &'static str,
    /// [`Self::can_discard`] for an alarm about a document.
    pub can_discard_document: &'static str,
    pub can_discard: &'static str,
    pub place_received: &'static str,
    pub place_processed: &'static str,
    pub place_held: &'static str,
    pub place_delivered: &'static str,
    pub place_blank: &'static str,
    pub place_separator: &'static str,
    pub place_waiting: &'static str,

    // Deciding.
    pub none_waits: &'static str,
    /// So many things, and what becomes of them.
    pub will_of: fn(u64, &str) -> String,
    pub will_discard: &'static str,
    pub at_work: &'static str,
    pub next_run: &'static str,
    pub why_given_up: &'static str,
    pub no_reason: (&'static str, &'static str),
    pub mend: &'static str,
    pub unknown_of: fn(i64) -> (String, &'static str),
    pub is_settled_of: fn(i64) -> (String, &'static str),
    pub in_work_of: fn(i64) -> (String, &'static str),
    pub waits_of: fn(i64) -> (String, &'static str),
    pub no_picture_of: fn(i64) -> (String, &'static str),
    pub unreadable_of: fn(i64) -> (String, &'static str),
}

impl Lang {
    /// The words of `scanstrasse held`.
    pub fn held(self) -> &'static HeldWords {
        match self {
            Self::En => &EN,
            Self::De => &DE,
        }
    }
}

fn counted(lang: Lang, count: u64, one: &str, many: &str) -> String {
    format!("{} {}", lang.number(count), if count == 1 { one } else { many })
}

static EN: HeldWords = HeldWords {
    since_of: |place, since, attempts| match attempts {
        1 => format!("{place}, since {since}, tried once"),
        _ => format!("{place}, since {since}, tried {attempts} times"),
    },
    pages_of: |list, count| format!("page{} {list}", if count == 1 { "" } else { "s" }),
    sound_of: |file, pages, why| format!("{file}, {pages}: sound, but {why}"),
    nothing: "nothing is held",
    to_decide_of: |open, typed| format!("{open} to decide; more about one: scanstrasse held show N{typed}"),
    given_up_listed_of: |count| format!("{count} given up, listed with --all"),
    again: "is tried again by the next run",
    released: "is delivered without text by the next run",
    released_stack: "its stack is delivered in the order of its scanning by the next run",
    released_document: "it goes on as it is, with all that waits for it, by the next run",
    given_up: "given up",
    settled: "went on, or another file came in its place",
    retry: "to be tried again",
    release: "released",
    decided_of: |what, who, when, why| {
        format!("{what} by {who}, {when}{}", why.map_or(String::new(), |why| format!(": {why}")))
    },
    whole_file: "the whole file",
    page_of: |page, pages| format!("page {page}{}", pages.map_or(String::new(), |pages| format!(" of {pages}"))),
    number_of: |number, what| format!("number {number}: {what}"),
    head_file: "file      ",
    head_digest: "SHA-256   ",
    head_why: "why       ",
    head_detail: "detail    ",
    head_attempts: "attempts  ",
    head_decided: "decided   ",
    head_now: "now       ",
    never_read: "never read",
    attempts_of: |attempts, first, last| format!("{attempts}, first {first}, last {last}"),
    other_pages: "the file's other pages",
    batch_pages: "pages of its batch",
    neighbours_of: |pages, place, file| {
        let file = file.map_or(String::new(), |file| format!(" in {file}"));
        format!("{} {place}{file}", counted(Lang::En, pages, "page", "pages"))
    },
    you_can: "you can",
    can_retry: "have the next run try it again",
    can_release: "have its picture delivered, without text",
    can_release_stack: "have its stack delivered in the order of its scanning",
    can_release_document: "let it go on as it is, with all that waits for it",
    can_discard_document: "give it up, with all that waits for it",
    can_discard: "give it up",
    place_received: "not processed yet",
    place_processed: "processed",
    place_held: "held",
    place_delivered: "delivered",
    place_blank: "blank, recorded",
    place_separator: "separator sheets, recorded",
    place_waiting: "waiting for a held page",
    none_waits: "nothing of that kind waits",
    will_of: |things, will| format!("{} {will}", counted(Lang::En, things, "thing", "things")),
    will_discard: "given up; what was delivered of its case stays as it is",
    at_work: "a run is at work: it acts on this at its end; if it is at its end already, the next one does",
    next_run: "written down; the next `scanstrasse run` acts on it",
    why_given_up: "Why is it given up? ",
    no_reason: ("no reason was given", "say why with --reason TEXT: it stands in case.json for ever"),
    mend: "nothing was changed: mend the cause, then try again",
    unknown_of: |number| {
        (format!("nothing was ever held under number {number}"), "`scanstrasse held list` shows the numbers")
    },
    is_settled_of: |number| {
        let message = format!("number {number} is not held any longer: it went on, or another file came in its place");
        (message, "nothing was decided; there is nothing left to do here")
    },
    in_work_of: |number| {
        let message = format!("number {number} is being tried again by a run that has begun");
        (message, "nothing was decided; see what becomes of it first")
    },
    waits_of: |number| {
        let message = format!("number {number} only waits for another page of its document");
        (message, "nothing was decided; decide about that other page")
    },
    no_picture_of: |number| {
        let message = format!("number {number} is a whole file that could not be opened: it has no picture to deliver");
        (message, "nothing was decided; bring a sound file, or use `held retry` or `held discard`")
    },
    unreadable_of: |number| {
        let message = format!("number {number} could not be read at all: every run tries it again by itself");
        (message, "nothing was decided; make it readable and run again")
    },
};

static DE: HeldWords = HeldWords {
    since_of: |place, since, attempts| match attempts {
        1 => format!("{place}, seit {since}, einmal versucht"),
        _ => format!("{place}, seit {since}, {attempts}-mal versucht"),
    },
    pages_of: |list, count| format!("{} {list}", if count == 1 { "Seite" } else { "Seiten" }),
    sound_of: |file, pages, why| format!("{file}, {pages}: heil, aber: {why}"),
    nothing: "nichts ist zurückgehalten",
    to_decide_of: |open, typed| format!("{open} zu entscheiden; mehr zu einer Nummer: scanstrasse held show N{typed}"),
    given_up_listed_of: |count| format!("{count} aufgegeben, aufgelistet mit --all"),
    again: "wird vom nächsten Lauf erneut versucht",
    released: "wird vom nächsten Lauf ohne Text ausgeliefert",
    released_stack: "der Stapel wird vom nächsten Lauf in der Reihenfolge des Scannens ausgeliefert",
    released_document: "geht mit allem, was darauf wartet, beim nächsten Lauf so weiter, wie es ist",
    given_up: "aufgegeben",
    settled: "ging weiter, oder eine andere Datei kam an die Stelle",
    retry: "erneut zu versuchen",
    release: "freigegeben",
    decided_of: |what, who, when, why| {
        format!("{what}: {who}, {when}{}", why.map_or(String::new(), |why| format!(": {why}")))
    },
    whole_file: "die ganze Datei",
    page_of: |page, pages| format!("Seite {page}{}", pages.map_or(String::new(), |pages| format!(" von {pages}"))),
    number_of: |number, what| format!("Nummer {number}: {what}"),
    head_file: "Datei         ",
    head_digest: "SHA-256       ",
    head_why: "Was ist       ",
    head_detail: "Genauer       ",
    head_attempts: "Versuche      ",
    head_decided: "Entschieden   ",
    head_now: "Jetzt         ",
    never_read: "nie gelesen",
    attempts_of: |attempts, first, last| format!("{attempts}, zuerst {first}, zuletzt {last}"),
    other_pages: "die anderen Seiten der Datei",
    batch_pages: "Seiten des Stapels",
    neighbours_of: |pages, place, file| {
        let file = file.map_or(String::new(), |file| format!(" in {file}"));
        format!("{} {place}{file}", counted(Lang::De, pages, "Seite", "Seiten"))
    },
    you_can: "Möglich ist",
    can_retry: "vom nächsten Lauf erneut versuchen lassen",
    can_release: "das Bild ohne Text ausliefern lassen",
    can_release_stack: "den Stapel in der Reihenfolge des Scannens ausliefern lassen",
    can_release_document: "es mit allem, was darauf wartet, so weitergehen lassen, wie es ist",
    can_discard_document: "es mit allem, was darauf wartet, verwerfen",
    can_discard: "aufgeben",
    place_received: "noch nicht verarbeitet",
    place_processed: "verarbeitet",
    place_held: "zurückgehalten",
    place_delivered: "ausgeliefert",
    place_blank: "leer, vermerkt",
    place_separator: "Trennblätter, vermerkt",
    place_waiting: "warten auf eine zurückgehaltene Seite",
    none_waits: "nichts dieser Art wartet",
    will_of: |things, will| format!("{} {will}", counted(Lang::De, things, "Sache", "Sachen")),
    will_discard: "aufgegeben; was von der Akte ausgeliefert ist, bleibt, wie es ist",
    at_work: "ein Lauf arbeitet gerade: er richtet sich an seinem Ende danach; ist er schon dort, der nächste",
    next_run: "vermerkt; der nächste `scanstrasse run` richtet sich danach",
    why_given_up: "Warum wird es aufgegeben? ",
    no_reason: ("es wurde kein Grund genannt", "den Grund mit --reason TEXT nennen: er steht auf Dauer in case.json"),
    mend: "nichts wurde geändert: die Ursache beheben, dann noch einmal",
    unknown_of: |number| {
        (format!("unter Nummer {number} wurde nie etwas zurückgehalten"), "`scanstrasse held list` zeigt die Nummern")
    },
    is_settled_of: |number| {
        let message = format!(
            "Nummer {number} ist nicht mehr zurückgehalten: sie ging weiter, oder eine andere Datei kam an ihre Stelle"
        );
        (message, "nichts wurde entschieden; hier bleibt nichts zu tun")
    },
    in_work_of: |number| {
        let message = format!("Nummer {number} wird von einem Lauf, der begonnen hat, erneut versucht");
        (message, "nichts wurde entschieden; erst abwarten, was daraus wird")
    },
    waits_of: |number| {
        let message = format!("Nummer {number} wartet nur auf eine andere Seite ihres Dokuments");
        (message, "nichts wurde entschieden; über jene andere Seite entscheiden")
    },
    no_picture_of: |number| {
        let message =
            format!("Nummer {number} ist eine ganze Datei, die nicht zu öffnen war: es gibt kein Bild zum Ausliefern");
        (message, "nichts wurde entschieden; eine heile Datei bringen, oder `held retry` oder `held discard`")
    },
    unreadable_of: |number| {
        let message = format!("Nummer {number} war gar nicht zu lesen: jeder Lauf versucht sie von selbst erneut");
        (message, "nichts wurde entschieden; lesbar machen und noch einmal laufen lassen")
    },
};
