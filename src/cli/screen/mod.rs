//! The full screen of a line that runs.
//!
//! In: how the line stands; keys. Out: pictures on standard error, and what keys mean. The terminal is given back on every way
//! out: at the end, on a panic in any thread, and whenever this process is not in the foreground.

mod paint;
mod terminal;

pub(super) use terminal::{is_possible, look};

use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{self, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use rustix::process::{self, Signal};

use super::board::View;
use super::paused::Places;
use super::sheet::Look;
use paint::Footer;

/// How long an answer to a key stays.
const TOLD: Duration = Duration::from_secs(8);

/// Most keys of one look; a pasted text is no command.
const MOST_KEYS: usize = 32;

/// What a key orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Begin nothing new, or go on.
    Pause,
    /// Take nothing more and end when all is done.
    Drain,
    /// Try again what is held.
    Retry,
    /// End with the pages in work.
    Stop,
}

/// A screen, until dropped.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<std::io::BufWriter<std::io::Stderr>>>,
    look: Look,
    /// More files may come: it can be told to take none.
    drains: bool,
    help: bool,
    told: Option<(String, Instant)>,
}

impl Screen {
    /// Takes the terminal. `drains`: the line can be told to take no more files.
    ///
    /// # Errors
    /// It refuses.
    pub(super) fn begin(look: Look, drains: bool) -> std::io::Result<Self> {
        let backend = CrosstermBackend::new(std::io::BufWriter::new(std::io::stderr()));
        terminal::enter()?;
        let terminal = Terminal::new(backend).inspect_err(|_| terminal::leave())?;
        Ok(Self { terminal, look, drains, help: false, told: None })
    }

    /// Says something to whoever sits there, for some seconds.
    pub(super) fn tell(&mut self, text: &str) {
        self.told = Some((text.to_owned(), Instant::now()));
    }

    /// What was ordered by keys since the last look. Keys that concern only the picture are dealt with here.
    pub(super) fn keys(&mut self) -> Vec<Key> {
        let mut keys = Vec::new();
        for _ in 0..MOST_KEYS {
            // In the background, reading would stop this process.
            if !terminal::is_ours() || !matches!(event::poll(Duration::ZERO), Ok(true)) {
                break;
            }
            match event::read() {
                Ok(event::Event::Key(key)) if key.kind == KeyEventKind::Press => keys.extend(self.meaning(key)),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        keys
    }

    fn meaning(&mut self, key: KeyEvent) -> Option<Key> {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if std::mem::take(&mut self.help) && !control {
            return None;
        }
        match (key.code, control) {
            (KeyCode::Char('c'), true) | (KeyCode::Char('q' | 'Q'), false) => Some(Key::Stop),
            (KeyCode::Char('z'), true) => {
                self.suspend();
                None
            }
            (KeyCode::Char('p' | 'P'), false) => Some(Key::Pause),
            (KeyCode::Char('d' | 'D'), false) => self.drains.then_some(Key::Drain),
            (KeyCode::Char('r' | 'R'), false) => Some(Key::Retry),
            (KeyCode::Char('?' | 'h' | 'H') | KeyCode::F(1), false) => {
                self.help = true;
                None
            }
            (KeyCode::Char('l'), true) => {
                let _ = self.terminal.clear();
                None
            }
            _ => None,
        }
    }

    /// As Ctrl-Z does elsewhere: the shell gets the terminal, and all stands still until `fg` or `bg`.
    fn suspend(&mut self) {
        terminal::leave();
        let _ = process::kill_process(process::getpid(), Signal::TSTP);
    }

    /// Draws how the line stands.
    pub(super) fn draw(&mut self, view: &View, places: &Places) {
        match (terminal::is_ours(), terminal::is_entered()) {
            // Somebody sent it to the background.
            (false, true) => return terminal::leave_unread(),
            (false, false) => return,
            (true, true) => {}
            (true, false) => {
                if terminal::is_given_up() || terminal::enter().is_err() || self.terminal.clear().is_err() {
                    return;
                }
            }
        }
        if self.told.as_ref().is_some_and(|(_, at)| at.elapsed() >= TOLD) {
            self.told = None;
        }
        let told = self.told.as_ref().map(|(text, _)| text.as_str());
        let footer = Footer { help: self.help, drains: self.drains, told };
        let look = self.look;
        // A terminal that went away says so at the next signal; the line goes on.
        let _ = self.terminal.draw(|frame| paint::paint(frame.buffer_mut(), view, places, look, footer));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        terminal::leave();
    }
}

/// As Ctrl-C: who handles signals decides what it means.
pub(super) fn interrupt() {
    let _ = process::kill_process(process::getpid(), Signal::INT);
}
