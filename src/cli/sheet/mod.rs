//! How a line stands, as lines of text: what the screen draws and `status` prints.
//!
//! In: a [`View`], a language, a width. Out: styled lines, none wider than that. Knows no terminal. Colour only repeats what the
//! words say.

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use crate::cli::board::{DiskView, Phase, StationView, View, WorkerView};
use crate::cli::paused::Places;
use crate::cli::progress::left_text;
use crate::words::{Lang, Words, wrapped};
use crate::worker::Doing;

/// A line narrower than this gets its blocks one below the other.
const WIDE: usize = 76;

/// Columns that the name of a station gets at least.
const SHORT_NAME: usize = 8;

/// What a span says beside its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Dim,
    Strong,
    Good,
    Warn,
    Bad,
}

/// How text may look on a terminal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) lang: Lang,
    pub(super) colour: bool,
    /// Signs beyond ASCII can be shown.
    pub(super) unicode: bool,
}

impl Look {
    pub(super) fn words(self) -> &'static Words {
        self.lang.words()
    }

    pub(super) fn style(self, tone: Tone) -> Style {
        let (modifier, colour) = match tone {
            Tone::Plain => (Modifier::empty(), None),
            Tone::Dim => (Modifier::DIM, None),
            Tone::Strong => (Modifier::BOLD, None),
            Tone::Good => (Modifier::BOLD, Some(Color::Green)),
            Tone::Warn => (Modifier::BOLD, Some(Color::Yellow)),
            Tone::Bad => (Modifier::BOLD, Some(Color::Red)),
        };
        let style = Style::new().add_modifier(modifier);
        colour.filter(|_| self.colour).map_or(style, |colour| style.fg(colour))
    }

    pub(super) fn span(self, text: impl Into<String>, tone: Tone) -> Span<'static> {
        Span::styled(self.sayable(text.into()), self.style(tone))
    }

    /// The text, or what comes nearest to it where only ASCII can be shown.
    fn sayable(self, text: String) -> String {
        if self.unicode || text.is_ascii() {
            return text;
        }
        let mut plain = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                'ä' => plain.push_str("ae"),
                'ö' => plain.push_str("oe"),
                'ü' => plain.push_str("ue"),
                'Ä' => plain.push_str("Ae"),
                'Ö' => plain.push_str("Oe"),
                'Ü' => plain.push_str("Ue"),
                'ß' => plain.push_str("ss"),
                '█' => plain.push('#'),
                '░' => plain.push('.'),
                '─' => plain.push('-'),
                '·' => plain.push('|'),
                c if c.is_ascii() => plain.push(c),
                _ => plain.push('?'),
            }
        }
        plain
    }
}

/// A titled part of the sheet.
struct Block {
    title: String,
    /// At the other end of the title's line.
    note: String,
    lines: Vec<Line<'static>>,
    /// The lower, the longer it stays when there is little room.
    rank: u8,
}

/// The sheet, at most `width` columns wide and `height` lines high; all of it if no height is given.
pub(super) fn sheet(
    view: &View,
    places: Option<&Places>,
    look: Look,
    width: usize,
    height: Option<usize>,
) -> Vec<Line<'static>> {
    let mut lines = top(view, places, look, width);
    let blocks = blocks(view, look, width);
    let room = height.map(|height| height.saturating_sub(lines.len()));
    let (shares, mut spare) = shares(&blocks, room);
    if height.is_none_or(|height| height > lines.len() + 4) {
        // The figures stand apart from what is above.
        let at = lines.len().saturating_sub(figures(view, look, width).len());
        if spare > 0 {
            lines.insert(at, Line::default());
            spare -= 1;
        }
    }
    for (block, share) in blocks.into_iter().zip(shares) {
        let Some(share) = share else { continue };
        if spare > 0 {
            lines.push(Line::default());
            spare -= 1;
        }
        let Block { title, mut note, lines: mut content, .. } = block;
        if let Some(cut) = content.len().checked_sub(share).filter(|cut| *cut > 0) {
            note = (look.words().more_of)(cut as u64);
        }
        content.truncate(share);
        lines.push(headline(&title, &note, look, width));
        lines.extend(content);
    }
    lines
}

/// How many lines each block gets below its title (`None`: it is left out), and how many are left over.
fn shares(blocks: &[Block], room: Option<usize>) -> (Vec<Option<usize>>, usize) {
    let Some(mut room) = room else {
        return (blocks.iter().map(|block| Some(block.lines.len())).collect(), usize::MAX);
    };
    let mut order: Vec<usize> = (0..blocks.len()).collect();
    order.sort_by_key(|&at| blocks[at].rank);
    let mut shares = vec![None; blocks.len()];
    for &at in &order {
        let least = blocks[at].lines.len().min(1);
        if room > least {
            shares[at] = Some(least);
            room -= least + 1;
        }
    }
    let mut given = true;
    while room > 0 && given {
        given = false;
        for &at in &order {
            let wants = blocks[at].lines.len();
            if let Some(share) = shares[at].as_mut().filter(|share| **share < wants && room > 0) {
                *share += 1;
                room -= 1;
                given = true;
            }
        }
    }
    (shares, room)
}

/// The title of a block, and a note at its other end if there is room.
fn headline(title: &str, note: &str, look: Look, width: usize) -> Line<'static> {
    let note = if note.is_empty() { String::new() } else { format!(" {note}") };
    let taken = cells([title]) + 1;
    let note = if taken + cells([&note]) + 2 <= width { note } else { String::new() };
    let rule = width.saturating_sub(taken + cells([&note]));
    Line::from(vec![
        look.span(format!("{title} "), Tone::Strong),
        look.span("─".repeat(rule), Tone::Dim),
        look.span(note, Tone::Dim),
    ])
}

/// Two texts at the two ends of a line; the right one goes below if there is no room.
fn ends(left: Vec<Span<'static>>, right: Vec<Span<'static>>, width: usize) -> Vec<Line<'static>> {
    let (left, mut right) = (Line::from(left), Line::from(right));
    match width.checked_sub(left.width() + right.width()) {
        Some(gap) if gap >= 2 || right.width() == 0 => {
            let mut line = left;
            line.push_span(Span::raw(" ".repeat(gap)));
            line.spans.append(&mut right.spans);
            vec![line]
        }
        _ => vec![left, right],
    }
}

/// What stands above the blocks.
fn top(view: &View, places: Option<&Places>, look: Look, width: usize) -> Vec<Line<'static>> {
    let words = look.words();
    let (phase, tone) = match view.phase {
        Phase::Starting => (words.starting, Tone::Strong),
        Phase::AtWork => (words.at_work, Tone::Good),
        Phase::Waiting => (words.waiting_for_files, Tone::Good),
        Phase::Paused => (words.paused, Tone::Warn),
        Phase::Troubled => (words.troubled, Tone::Bad),
        Phase::Draining => (words.draining, Tone::Warn),
        Phase::Stopping => (words.stopping, Tone::Warn),
    };
    let since = Duration::try_from(view.at.duration_since(view.since)).unwrap_or_default();
    let since = (words.since_of)(&clock(look.lang, view.since, view.at), &look.lang.duration(since));
    let name = vec![look.span(format!("Scanstraße {}", view.line), Tone::Strong)];
    let mut lines = ends(name, vec![look.span(phase, tone), look.span(format!(" {since}"), Tone::Plain)], width);
    if let Some(trouble) = view.trouble {
        let wrong = places.cloned().unwrap_or_default().trouble_text(look.lang, trouble);
        let remedy = crate::cli::paused::remedy(look.lang, trouble.cause);
        for text in wrapped(&format!("{wrong}: {remedy}"), width) {
            lines.push(Line::from(look.span(text, Tone::Bad)));
        }
    }
    lines.extend(progress(view, look, width));
    lines.extend(figures(view, look, width));
    lines
}

/// A bar, and below it how much is done and how long it may take.
fn progress(view: &View, look: Look, width: usize) -> Vec<Line<'static>> {
    let (words, lang) = (look.words(), look.lang);
    let progress = view.progress;
    let share = if progress.all == 0 { 0.0 } else { progress.done as f64 / progress.all as f64 };
    // Not 100 % before all is done.
    let percent = format!(" {:>3} %", (share * 100.0).floor() as u64);
    let room = width.saturating_sub(percent.len());
    let full = ((share * room as f64).floor() as usize).min(room);
    let bar = Line::from(vec![
        look.span("█".repeat(full), Tone::Good),
        look.span("░".repeat(room - full), Tone::Dim),
        look.span(percent, Tone::Strong),
    ]);
    let done = (words.done_of)(&lang.number(progress.done), &lang.number(progress.all), progress.sure);
    let left = match view.left {
        Some(left) => {
            let end = Timestamp::from_second(view.at.as_second().saturating_add(left.likely as i64));
            let end = end.map_or(String::new(), |end| format!(", {}", (words.about_of)(&clock(lang, end, view.at))));
            format!("{} {}{end}", words.time_left, left_text(lang, view))
        }
        None if progress.done >= progress.all && progress.all > 0 => words.nothing_left.to_owned(),
        None => words.left_unknown.to_owned(),
    };
    let mut lines = vec![bar];
    lines.extend(ends(vec![look.span(done, Tone::Plain)], vec![look.span(left, Tone::Strong)], width));
    lines
}

/// What is done, and how fast it goes.
fn figures(view: &View, look: Look, width: usize) -> Vec<Line<'static>> {
    let (words, lang) = (look.words(), look.lang);
    let tallies = [
        (words.today, view.pages.today, view.documents.today, words.rate_now, view.pages_per_minute),
        (words.in_all, view.pages.in_all, view.documents.in_all, words.rate_mean, view.pages_per_minute_mean),
    ];
    let label = cells([words.today, words.in_all]);
    let pages = cells(tallies.map(|tally| lang.number(tally.1)));
    let documents = cells(tallies.map(|tally| lang.number(tally.2)));
    let rates = tallies.map(|tally| tally.4.map_or("-".to_owned(), |rate| lang.number(rate.round() as u64)));
    let (rate_label, rate) = (cells([words.rate_now, words.rate_mean]), cells(rates.clone()));
    let mut lines = Vec::new();
    for (tally, value) in tallies.iter().zip(&rates) {
        let left = vec![
            look.span(format!("{:label$} ", tally.0), Tone::Dim),
            look.span(format!("{:>pages$}", lang.number(tally.1)), Tone::Strong),
            look.span(format!(" {}  ", words.pages), Tone::Plain),
            look.span(format!("{:>documents$}", lang.number(tally.2)), Tone::Strong),
            look.span(format!(" {}", words.documents), Tone::Plain),
        ];
        let right = vec![
            look.span(format!("{:rate_label$} ", tally.3), Tone::Dim),
            look.span(format!("{value:>rate$}"), Tone::Strong),
            look.span(format!(" {}", words.pages_per_minute), Tone::Plain),
        ];
        lines.push((left, right));
    }
    let together = lines
        .iter()
        .all(|(left, right)| Line::from(left.clone()).width() + Line::from(right.clone()).width() + 2 <= width);
    if together {
        return lines.into_iter().flat_map(|(left, right)| ends(left, right, width)).collect();
    }
    let (mut rows, mut rates): (Vec<Line<'static>>, Vec<Span<'static>>) = (Vec::new(), Vec::new());
    for (left, right) in lines {
        rows.push(Line::from(left));
        if !rates.is_empty() {
            rates.push(Span::raw("  "));
        }
        rates.extend(right);
    }
    rows.push(Line::from(rates));
    rows
}

fn blocks(view: &View, look: Look, width: usize) -> Vec<Block> {
    let words = look.words();
    let (workers, queue) = (workers(view, look), queue(view, look));
    let mut blocks = Vec::new();
    if width >= WIDE {
        let half = width * 3 / 5;
        let title = format!(
            "{} {} {}",
            words.workers,
            rule(half.saturating_sub(words.workers.chars().count() + 2), look),
            words.queue
        );
        blocks.push(Block { title, note: String::new(), lines: beside(workers, queue, half), rank: 0 });
    } else {
        blocks.push(Block { title: words.workers.to_owned(), note: String::new(), lines: workers, rank: 0 });
        blocks.push(Block { title: words.queue.to_owned(), note: String::new(), lines: paired(queue, width), rank: 3 });
    }
    if !view.stations.is_empty() {
        blocks.push(Block {
            title: words.stations.to_owned(),
            note: String::new(),
            lines: stations(view, look, width),
            rank: 2,
        });
    }
    let waits = if view.held == 0 {
        words.held_none.to_owned()
    } else {
        (words.held_waits_of)(view.held, &look.lang.number(view.held))
    };
    // With nothing held the title says it all.
    let note = if view.held == 0 { String::new() } else { words.held_how.to_owned() };
    blocks.push(Block { title: format!("{}: {waits}", words.held), note, lines: held(view, look), rank: 1 });
    let disks = disks(view, look, width);
    if !disks.is_empty() {
        blocks.push(Block { title: words.disks.to_owned(), note: String::new(), lines: disks, rank: 4 });
    }
    blocks
}

fn rule(length: usize, look: Look) -> String {
    look.sayable("─".repeat(length))
}

fn workers(view: &View, look: Look) -> Vec<Line<'static>> {
    let (words, lang) = (look.words(), look.lang);
    let doing = |doing: Doing| match doing {
        Doing::Starting => words.worker_starting,
        Doing::Idle => words.worker_idle,
        Doing::Opening => words.worker_opening,
        Doing::Page => words.worker_page,
        Doing::Gone => words.worker_gone,
    };
    let at = cells([Doing::Starting, Doing::Idle, Doing::Opening, Doing::Page, Doing::Gone].map(doing));
    let number = view.workers.len().to_string().len();
    let pages = cells(view.workers.iter().map(|worker| lang.number(worker.pages)));
    let line = |(index, worker): (usize, &WorkerView)| {
        let time = lang.short(Duration::try_from_secs_f64(worker.seconds).unwrap_or_default());
        let count = format!("{:>pages$}", lang.number(worker.pages));
        let tone = match worker.doing {
            Doing::Page | Doing::Opening => Tone::Plain,
            Doing::Gone => Tone::Warn,
            Doing::Starting | Doing::Idle => Tone::Dim,
        };
        Line::from(vec![
            look.span(format!(" {:>number$} ", index + 1), Tone::Dim),
            look.span(format!("{:at$} ", doing(worker.doing)), tone),
            look.span(format!("{time:>9}"), tone),
            look.span(format!("  {}", (words.pages_of)(worker.pages, &count)), Tone::Dim),
        ])
    };
    view.workers.iter().enumerate().map(line).collect()
}

fn queue(view: &View, look: Look) -> Vec<Line<'static>> {
    let (words, lang) = (look.words(), look.lang);
    let rows = [
        (view.queue.unopened, words.queue_unopened),
        (view.queue.pages, words.queue_pages),
        (view.queue.in_work, words.queue_in_work),
        (view.queue.finishing, words.queue_finishing),
    ];
    let number = cells(rows.map(|(count, _)| lang.number(count))).max(5);
    let row = |(count, what): (u64, &str)| {
        let tone = if count == 0 { Tone::Dim } else { Tone::Plain };
        Line::from(vec![
            look.span(format!(" {:>number$}", lang.number(count)), if count == 0 { Tone::Dim } else { Tone::Strong }),
            look.span(format!(" {what}"), tone),
        ])
    };
    rows.map(row).into()
}

fn stations(view: &View, look: Look, width: usize) -> Vec<Line<'static>> {
    let (words, lang) = (look.words(), look.lang);
    let number =
        |count: fn(&StationView) -> u64| cells(view.stations.iter().map(|station| lang.number(count(station))));
    let (today, waiting, hour) =
        (number(|station| station.today), number(|station| station.waiting), number(|station| station.last_hour));
    let facts = |station: &StationView, with_hour: bool| {
        let mut facts = vec![(words.station_today, station.today, today)];
        if with_hour {
            facts.push((words.station_last_hour, station.last_hour, hour));
        }
        facts.push((words.station_waiting, station.waiting, waiting));
        let fact = |(label, value, width): (&str, u64, usize)| {
            let value = format!("{:>width$}", lang.number(value));
            [look.span(format!("  {label} "), Tone::Dim), look.span(value, Tone::Strong)]
        };
        let mut spans: Vec<_> = facts.into_iter().flat_map(fact).collect();
        if station.away {
            spans.push(look.span(format!("  {}", words.station_away), Tone::Bad));
        } else if station.abandoned > 0 {
            spans.push(
                look.span(format!("  {}", (words.abandoned_here_of)(&lang.number(station.abandoned))), Tone::Bad),
            );
        } else {
            let last = station.last.map_or(words.nothing_yet.to_owned(), |last| clock(lang, last, view.at));
            spans.push(look.span(format!("  {} ", words.station_last), Tone::Dim));
            spans.push(look.span(last, Tone::Plain));
        }
        Line::from(spans)
    };
    // Where there is little room, the inflow goes, then the end of a name.
    let widest =
        |with_hour| view.stations.iter().map(|station| facts(station, with_hour).width()).max().unwrap_or_default();
    let with_hour = widest(true) + SHORT_NAME < width;
    let room = width.saturating_sub(widest(with_hour) + 1).max(SHORT_NAME);
    let name = cells(view.stations.iter().map(|station| &station.name)).min(room);
    let line = |station: &StationView| {
        let mut line = Line::from(look.span(format!(" {}", fitted(&station.name, name)), Tone::Plain));
        line.spans.extend(facts(station, with_hour).spans);
        line
    };
    view.stations.iter().map(line).collect()
}

fn held(view: &View, look: Look) -> Vec<Line<'static>> {
    let times: Vec<_> = view.held_newest.iter().map(|held| clock(look.lang, held.at, view.at)).collect();
    let time = cells(&times);
    let line = |(held, at): (&crate::cli::board::HeldView, &String)| {
        Line::from(vec![
            look.span(format!(" {at:time$}  "), Tone::Dim),
            look.span(look.lang.fault(held.kind), Tone::Warn),
        ])
    };
    view.held_newest.iter().zip(&times).map(line).collect()
}

fn disks(view: &View, look: Look, width: usize) -> Vec<Line<'static>> {
    let (words, lang) = (look.words(), look.lang);
    let disk = |name: &str, disk: DiskView| {
        let (lasts, tone) = match disk.days {
            Some(days) if days < 1.0 => (words.disk_one_day.to_owned(), Tone::Bad),
            Some(days) => {
                let tone = if days < 7.0 { Tone::Warn } else { Tone::Plain };
                ((words.disk_days_of)(&lang.number(days as u64)), tone)
            }
            None if disk.known => (words.disk_steady.to_owned(), Tone::Dim),
            None => (String::new(), Tone::Dim),
        };
        let comma = if lasts.is_empty() { "" } else { ", " };
        vec![
            look.span(format!(" {name} "), Tone::Dim),
            look.span(format!("{} {}{comma}", lang.bytes(disk.free_bytes), words.disk_free), Tone::Plain),
            look.span(lasts, tone),
        ]
    };
    let disks = [(words.disk_state, view.disk_state), (words.disk_output, view.disk_output)];
    let lines: Vec<Vec<Span<'static>>> = disks.iter().filter_map(|(name, view)| Some(disk(name, (*view)?))).collect();
    let both = Line::from(lines.concat());
    if lines.len() == 2 && both.width() + 1 < width {
        let [first, second] = [&lines[0], &lines[1]];
        let mut spans = first.clone();
        spans.push(look.span(" ·", Tone::Dim));
        spans.extend(second.iter().cloned());
        return vec![Line::from(spans)];
    }
    lines.into_iter().map(Line::from).collect()
}

/// Two columns, the left one `width` wide.
fn beside(left: Vec<Line<'static>>, right: Vec<Line<'static>>, width: usize) -> Vec<Line<'static>> {
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let mut rows = Vec::new();
    loop {
        let (line, other) = match (left.next(), right.next()) {
            (None, None) => return rows,
            (line, other) => (line.unwrap_or_default(), other.unwrap_or_default()),
        };
        let gap = width.saturating_sub(line.width());
        let mut row = line;
        row.push_span(Span::raw(" ".repeat(gap)));
        row.spans.extend(other.spans);
        rows.push(row);
    }
}

/// Lines in pairs, side by side.
fn paired(lines: Vec<Line<'static>>, width: usize) -> Vec<Line<'static>> {
    let half = width / 2;
    if lines.iter().any(|line| line.width() >= half) {
        return lines;
    }
    let (left, right): (Vec<_>, Vec<_>) = lines.into_iter().enumerate().partition(|(at, _)| at % 2 == 0);
    let plain = |lines: Vec<(usize, Line<'static>)>| lines.into_iter().map(|(_, line)| line).collect();
    beside(plain(left), plain(right), half)
}

/// The widest of some texts.
fn cells<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> usize {
    texts.into_iter().map(|text| Span::raw(text.as_ref()).width()).max().unwrap_or_default()
}

/// A name from outside in exactly so many columns; control characters do nothing.
fn fitted(name: &str, width: usize) -> String {
    let mut text = String::new();
    for c in name.chars() {
        text.push(if c.is_control() { '?' } else { c });
        if Span::raw(text.as_str()).width() > width {
            text.pop();
            break;
        }
    }
    let gap = width.saturating_sub(Span::raw(text.as_str()).width());
    text + &" ".repeat(gap)
}

/// Local time: `14:05`, with its day if that is not the day of `now`.
pub(super) fn clock(lang: Lang, at: Timestamp, now: Timestamp) -> String {
    let zone = TimeZone::system();
    let (at, now) = (at.to_zoned(zone.clone()), now.to_zoned(zone));
    let pattern = match lang {
        _ if at.date() == now.date() => "%H:%M",
        Lang::En => "%Y-%m-%d %H:%M",
        Lang::De => "%d.%m.%Y %H:%M",
    };
    at.strftime(pattern).to_string()
}
