//! What an operator sees: `run` and `status` in a real terminal.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{root, said, scanstrasse};
use crate::pty::Terminal;

/// Long: the machine may have other work, and workers load models.
const PATIENCE: Duration = Duration::from_secs(120);

/// A backlog that takes longer than any test looks at it, with an empty file and one that breaks off.
struct Line {
    folder: TempDir,
}

impl Line {
    fn new() -> Self {
        let line = Self { folder: tempfile::tempdir().unwrap() };
        let letter = fs::read(root().join("testdata/backlog/AZ-2024-000123_Beispiel/0001_antrag.tif")).unwrap();
        for number in 0..80u8 {
            let case = line.path("in").join(format!("AZ-{}", number / 4));
            fs::create_dir_all(&case).unwrap();
            // What stands behind the last strip makes it another scan, and no other picture.
            fs::write(case.join(format!("{number:04}.tif")), [&letter[..], &[number]].concat()).unwrap();
        }
        fs::write(line.path("in/AZ-0/leer.pdf"), b"").unwrap();
        line
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, environment: &[(&str, &str)]) -> Command {
        let mut run = scanstrasse(["run", "pipelines/auslaenderamt.toml"]);
        run.arg(self.path("in")).arg("--output").arg(self.path("out")).args(["--workers", "1"]);
        run.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LC_CTYPE").env_remove("NO_COLOR");
        run.envs(environment.iter().copied());
        run
    }

    fn status(&self, more: &[&str]) -> String {
        let output = scanstrasse(["status"]).arg(self.path("out")).args(more).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Nothing was broken over the edge: each row is one that was meant as such.
fn assert_fits(terminal: &Terminal, first: &str, last: &str) {
    let rows = terminal.rows();
    let wrapped = terminal.look(|screen| (0..rows.len()).filter(|row| screen.row_wrapped(*row as u16)).count());
    assert_eq!(wrapped, 0, "{}", terminal.text());
    assert!(rows[0].contains(first) && rows[rows.len() - 1].contains(last), "{}", terminal.text());
}

#[test]
fn an_operator_sees_what_it_does_how_long_it_takes_and_what_is_held() {
    let line = Line::new();
    let mut terminal = Terminal::start(line.run(&[("LANG", "de_DE.UTF-8")]), false);
    terminal.wait_for("at work", PATIENCE, |text| text.contains("arbeitet seit") && text.contains("liest eine Seite"));
    terminal.wait_for("held", PATIENCE, |text| text.contains("1 wartet auf") && text.contains("die Datei ist leer"));
    for part in ["Scanstraße auslaenderamt", "von", "Seiten", "heute", "insgesamt", "Warteschlange", "frei", "anhalten"]
    {
        assert!(terminal.text().contains(part), "{part} is missing:\n{}", terminal.text());
    }
    assert_fits(&terminal, "Scanstraße", "? Hilfe");
    terminal.wait_for("rate and end", PATIENCE, |text| {
        let rate = text.lines().any(|row| row.contains("jetzt") && row.contains("Seiten/min") && !row.contains(" - "));
        rate && text.lines().any(|row| row.contains("noch ") && row.contains("etwa "))
    });
    // From another terminal.
    let live: Value = serde_json::from_str(&line.status(&["--json"])).unwrap();
    assert_eq!((&live["live"]["fresh"], &live["live"]["phase"]), (&true.into(), &"at_work".into()));
    assert!(live["live"]["pages"]["run"].as_u64().unwrap() > 0, "{live}");
    let text = line.status(&["--lang", "de"]);
    assert!(text.contains("liest eine Seite") && text.contains("nachgewiesen"), "{text}");
    assert!(text.lines().take(15).all(|row| row.chars().count() <= 80), "{text}");

    terminal.press("p");
    terminal.wait_for("paused", Duration::from_secs(1), |text| {
        text.contains("angehalten seit") && text.contains("p weiter")
    });
    terminal.press("p");
    terminal.wait_for("resumed", Duration::from_secs(1), |text| text.contains("arbeitet seit"));
    terminal.press("?");
    terminal.wait_for("help", Duration::from_secs(1), |text| {
        text.contains("diese Hilfe") && text.contains("nichts Neues beginnen")
    });
    // The key that closes help does nothing else.
    terminal.press("p");
    terminal.wait_for("no help", Duration::from_secs(1), |text| !text.contains("diese Hilfe"));
    assert!(terminal.text().contains("arbeitet seit"), "{}", terminal.text());
    terminal.press("r");
    terminal.wait_for("an answer", Duration::from_secs(5), |text| text.contains("erneut versucht"));

    for (columns, rows) in [(60, 15), (120, 40), (30, 6), (80, 24)] {
        terminal.resize(columns, rows);
        std::thread::sleep(Duration::from_millis(700));
        assert_fits(&terminal, "Scanstraße", "? Hilfe");
        if rows >= 15 {
            let text = terminal.text();
            let told = ["Seiten/min", "liest eine Seite", "die Datei ist leer"];
            assert!(told.iter().all(|part| text.contains(part)), "{columns} x {rows}:\n{text}");
        }
    }

    terminal.press("q");
    let status = terminal.end(PATIENCE);
    assert_eq!(status.code(), Some(1), "{}", terminal.text());
    assert!(terminal.is_in_order(), "{}", terminal.text());
    let text = terminal.text();
    assert!(text.contains("vorzeitig beendet") && text.contains("eingegangen"), "{text}");
    assert!(!line.path("out/.scanstrasse/live.json").exists());
    let live: Value = serde_json::from_str(&line.status(&["--json"])).unwrap();
    assert_eq!(live["live"], Value::Null);
}

#[test]
fn a_plain_locale_gets_ascii_without_colour_and_a_signal_gives_the_terminal_back() {
    let line = Line::new();
    let mut terminal = Terminal::start(line.run(&[("LANG", "C"), ("NO_COLOR", "1")]), false);
    terminal.wait_for("at work", PATIENCE, |text| text.contains("at work since") && text.contains("reading a page"));
    terminal
        .wait_for("held", PATIENCE, |text| text.contains("1 waits for a person") && text.contains("the file is empty"));
    assert!(terminal.text().is_ascii(), "{}", terminal.text());
    let coloured = terminal.look(|screen| {
        let cells = (0..24).flat_map(|row| (0..80).filter_map(move |column| screen.cell(row, column)));
        cells.filter(|cell| cell.fgcolor() != vt100::Color::Default || cell.bgcolor() != vt100::Color::Default).count()
    });
    assert_eq!(coloured, 0);
    kill_process(terminal.process(), Signal::TERM).unwrap();
    let status = terminal.end(PATIENCE);
    assert_eq!(status.code(), Some(1), "{}", terminal.text());
    assert!(terminal.is_in_order(), "{}", terminal.text());
    assert!(terminal.text().contains("stopped early; nothing is lost"), "{}", terminal.text());
}

#[test]
fn without_a_terminal_to_read_from_there_are_lines() {
    // One without a standard input, one that is asked for it.
    for plain in [false, true] {
        let line = Line::new();
        let mut run = line.run(&[("LANG", "C")]);
        if plain {
            run.arg("--plain");
        } else {
            run.stdin(Stdio::null());
        }
        let mut terminal = Terminal::start(run, !plain);
        terminal.wait_for("held", PATIENCE, |text| text.contains("held: "));
        assert!(!terminal.written().contains('\u{1b}'), "{:?}", terminal.written());
        terminal.press("p");
        kill_process(terminal.process(), Signal::INT).unwrap();
        assert_eq!(terminal.end(PATIENCE).code(), Some(1), "{}", terminal.text());
    }
}

#[test]
fn a_line_that_was_killed_is_told_as_such() {
    let line = Line::new();
    let mut terminal = Terminal::start(line.run(&[("LANG", "C")]), false);
    let live = line.path("out/.scanstrasse/live.json");
    terminal.wait_for("a live file", PATIENCE, |_| live.exists());
    kill_process(terminal.process(), Signal::KILL).unwrap();
    terminal.end(PATIENCE);
    assert!(live.exists());
    let told = line.status(&["--lang", "en"]);
    assert!(told.contains("ended abruptly"), "{told}");
    let json: Value = serde_json::from_str(&line.status(&["--json"])).unwrap();
    assert_eq!(json["live"]["fresh"], false, "{json}");
}
