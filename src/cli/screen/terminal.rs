//! Taking the terminal and giving it back, from any thread.

use std::io::{self, IsTerminal, Write};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use rustix::process;
use rustix::termios;

use crate::cli::sheet::Look;
use crate::words::Lang;

/// The terminal shows our picture.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// After a panic nothing is drawn any more: what it said must stay.
static GIVEN_UP: AtomicBool = AtomicBool::new(false);

/// Whether a person sits at a terminal that can show a screen: standard input and standard error are one, it can do more than a
/// typewriter, and this process is in its foreground.
pub(in crate::cli) fn is_possible() -> bool {
    let dumb = std::env::var("TERM").map_or(true, |kind| kind.is_empty() || kind == "dumb");
    !dumb && io::stdin().is_terminal() && io::stderr().is_terminal() && is_ours()
}

/// How text may look, by the environment: `NO_COLOR` (<https://no-color.org>), and the character set of the locale.
pub(in crate::cli) fn look(lang: Lang) -> Look {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).unwrap_or_default().to_lowercase();
    Look { lang, colour: variable("NO_COLOR").is_none(), unicode: locale.contains("utf-8") || locale.contains("utf8") }
}

/// Whether this process may read the terminal and write to it: another group has the foreground after `bg`.
pub(super) fn is_ours() -> bool {
    termios::tcgetpgrp(io::stdin()).is_ok_and(|group| group == process::getpgrp())
}

pub(super) fn is_entered() -> bool {
    ENTERED.load(Ordering::SeqCst)
}

pub(super) fn is_given_up() -> bool {
    GIVEN_UP.load(Ordering::SeqCst)
}

/// Takes the terminal.
pub(super) fn enter() -> io::Result<()> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let told = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            GIVEN_UP.store(true, Ordering::SeqCst);
            leave();
            told(info);
        }));
    });
    // Back from the background its mode is the shell's, whatever was noted before.
    let _ = disable_raw_mode();
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    execute!(io::stderr(), EnterAlternateScreen, Hide).inspect_err(|_| leave())
}

/// Gives the terminal back, if it was taken.
pub(super) fn leave() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        let _ = execute!(io::stderr(), Show, LeaveAlternateScreen);
        let _ = disable_raw_mode();
        let _ = io::stderr().flush();
    }
}

/// Forgets a terminal that others have by now: changing its mode from the background would stop this process.
pub(super) fn leave_unread() {
    ENTERED.store(false, Ordering::SeqCst);
}
