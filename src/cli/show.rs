//! A line that runs, shown: a screen, lines of text, JSON, or only the live file for others.
//!
//! In: events and time; keys of the terminal. Out: what an operator sees, and orders to the line. `run` and `watch` hold one
//! [`Show`] each: tell it every event by [`Show::note`], call [`Show::tick`] some times a second, and [`Show::finish`] at the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use jiff::{Timestamp, Zoned};

use super::board::{Board, Moment, Orders, Setup, View};
use super::held;
use super::paused::Places;
use super::progress::{Lines, json_line};
use super::screen::{self, Key, Screen};
use super::sheet::Look;
use super::survey::Surveyor;
use crate::dispatch::{Controls, Event};
use crate::ledger::{self, SoFar};
use crate::words::Lang;
use crate::worker::Activities;

/// Longest time between two looks at keys and clock.
const TICK: Duration = Duration::from_millis(100);

/// Time between two pictures.
const FRAME: Duration = Duration::from_millis(200);

/// Time between two live files.
const PUBLISH: Duration = Duration::from_secs(1);

/// How a line is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Display {
    /// A full screen with keys.
    Screen,
    /// A line of text now and then.
    Lines,
    /// Every event as a line of JSON.
    Json,
    /// Not here: others read the live file.
    Silent,
}

impl Display {
    /// JSON if asked; a screen if a person sits at a terminal that can show one, and `plain` does not forbid it; else lines.
    pub(super) fn choose(json: bool, plain: bool) -> Self {
        match (json, plain || !screen::is_possible()) {
            (true, _) => Self::Json,
            (false, true) => Self::Lines,
            (false, false) => Self::Screen,
        }
    }
}

/// What is shown.
pub(super) struct Scene<'a> {
    /// `line.name` of the pipeline.
    pub(super) line: String,
    /// Names of the watch folders, in order.
    pub(super) stations: Vec<String>,
    /// More files may come at any time.
    pub(super) watches: bool,
    /// The folders.
    pub(super) places: Places,
    /// The language of people.
    pub(super) lang: Lang,
    /// How.
    pub(super) display: Display,
    /// Whom keys command.
    pub(super) controls: &'a Controls,
}

/// A line, being shown.
pub(super) struct Show<'a> {
    places: Places,
    look: Look,
    controls: &'a Controls,
    board: Board,
    activities: Option<Arc<Activities>>,
    lines: Option<Lines>,
    json: bool,
    screen: Option<Screen>,
    surveyor: Option<Surveyor>,
    drawn: Option<Instant>,
    published: Instant,
    stop_told: bool,
    watches: bool,
}

impl<'a> Show<'a> {
    /// Begins. Reads what earlier runs did; a terminal that refuses a screen gets lines.
    pub(super) fn begin(scene: Scene<'a>) -> Self {
        let Scene { line, stations, watches, places, lang, display, controls } = scene;
        let now = Moment::now();
        let so_far = so_far(&places).unwrap_or_default();
        let look = screen::look(lang);
        let screen = if display == Display::Screen { Screen::begin(look, watches).ok() } else { None };
        let lines = match display {
            Display::Lines => true,
            Display::Screen => screen.is_none(),
            Display::Json | Display::Silent => false,
        };
        Self {
            look,
            controls,
            board: Board::new(Setup { line, stations, watches, so_far }, now),
            activities: None,
            lines: lines.then(|| Lines::new(lang)),
            json: display == Display::Json,
            screen,
            surveyor: Surveyor::begin(places.state(), places.target()),
            drawn: None,
            published: now.instant,
            stop_told: false,
            watches,
            places,
        }
    }

    /// The workers are up.
    pub(super) fn workers(&mut self, activities: Arc<Activities>) {
        self.activities = Some(activities);
    }

    /// Something happened on the line.
    pub(super) fn note(&mut self, event: &Event) {
        self.board.note(event, Moment::now());
        if self.json {
            eprintln!("{}", json_line(event));
        } else if let Some(lines) = &self.lines {
            lines.note(event, &self.places);
        }
        if self.drawn.is_none_or(|drawn| drawn.elapsed() >= FRAME) {
            self.tick();
        }
    }

    /// Time goes on: looks at keys, draws.
    pub(super) fn tick(&mut self) {
        let now = Moment::now();
        if let Some(survey) = self.surveyor.as_ref().and_then(Surveyor::found) {
            self.board.survey(&survey, now);
        }
        self.obey();
        let orders = Orders {
            paused: self.controls.is_paused(),
            draining: self.controls.is_draining(),
            stopping: self.controls.is_stopping(),
        };
        let activity = self.activities.as_ref().map(|activities| activities.now()).unwrap_or_default();
        self.board.tick(now, orders, activity);
        if orders.stopping && !self.stop_told {
            self.stop_told = true;
            let had_screen = self.screen.is_some();
            // What follows is short, and a second Ctrl-C must find a terminal in order.
            self.close_screen();
            // `watch` says so itself, but on a screen that is gone now.
            if had_screen || (self.lines.is_some() && !self.watches) {
                eprintln!("{}", self.look.words().told_stop);
            }
        }
        let view = self.board.view(now);
        if self.drawn.is_none_or(|drawn| drawn.elapsed() >= FRAME) {
            self.drawn = Some(now.instant);
            if let Some(screen) = &mut self.screen {
                screen.draw(&view, &self.places);
            }
            if let Some(lines) = &mut self.lines {
                lines.tick(&view, &self.places);
            }
        }
        if now.instant.saturating_duration_since(self.published) >= PUBLISH {
            self.published = now.instant;
            if let Some(surveyor) = &self.surveyor {
                surveyor.publish(view);
            }
        }
    }

    /// Says what is no event of the line: on the screen, or as a line.
    pub(super) fn say(&mut self, text: &str) {
        match &mut self.screen {
            Some(screen) => screen.tell(text),
            None => eprintln!("{text}"),
        }
    }

    /// How the line stands now.
    pub(super) fn view(&self) -> View {
        self.board.view(Moment::now())
    }

    /// Gives the terminal back and takes the live file away.
    pub(super) fn finish(&mut self) {
        self.close_screen();
        if let Some(surveyor) = self.surveyor.take() {
            surveyor.end();
        }
    }

    fn close_screen(&mut self) {
        if let Some(screen) = self.screen.take() {
            drop(screen);
            self.lines = Some(Lines::new(self.look.lang));
        }
    }

    /// Does what the keys say that were pressed.
    fn obey(&mut self) {
        let Some(screen) = &mut self.screen else { return };
        let words = self.look.words();
        for key in screen.keys() {
            match key {
                Key::Pause => {
                    let on = !self.controls.is_paused();
                    self.controls.pause(on);
                    screen.tell(if on { words.told_pause } else { words.told_resume });
                }
                Key::Drain => {
                    self.controls.drain();
                    screen.tell(words.told_drain);
                }
                Key::Retry => match held::retry_all(self.places.state()) {
                    Ok(count) => screen.tell(&(words.retried_of)(count)),
                    Err(failure) => screen.tell(&(words.retry_failed_of)(&failure.message)),
                },
                Key::Stop => screen::interrupt(),
            }
            self.drawn = None;
        }
    }
}

impl Drop for Show<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Shows a line until its events end.
pub(super) fn until_done(show: &mut Show<'_>, news: &Receiver<Event>) {
    loop {
        match news.recv_timeout(TICK) {
            Ok(event) => show.note(&event),
            Err(RecvTimeoutError::Timeout) => show.tick(),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    show.finish();
}

/// What was done before, if there is a ledger already.
fn so_far(places: &Places) -> Option<SoFar> {
    if !ledger::is_state_dir(places.state()) {
        return None;
    }
    let midnight = Zoned::now().start_of_day().map_or(Timestamp::now(), |midnight| midnight.timestamp());
    ledger::peek(places.state()).ok()?.so_far(midnight).ok()
}
