//! What is installed beside the program: man pages, completions, the unit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use scanstrasse::pipeline;

use crate::rig::{program, root};

fn help(arguments: &[&str]) -> String {
    let output = program().args(arguments).arg("--help").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Names of the commands that `--help` lists.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_a_man_page_with_all_its_options_and_is_completed() {
    let folder = tempfile::tempdir().unwrap();
    assert!(program().arg("manual").arg(folder.path()).status().unwrap().success());
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let mut pages = vec![Vec::new()];
    let mut count = 0;
    while let Some(path) = pages.pop() {
        let arguments: Vec<&str> = path.iter().map(String::as_str).collect();
        let help = help(&arguments);
        let name = [&["scanstrasse"], arguments.as_slice()].concat().join("-");
        let page = read(&format!("man1/{name}.1")).replace("\\-", "-");
        for option in help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').filter(|word| word.starts_with("--"))
        {
            assert!(page.contains(option), "{option} is not in the page {name}(1)");
        }
        count += 1;
        pages.extend(commands(&help).into_iter().map(|command| [path.clone(), vec![command]].concat()));
    }
    assert!(count >= 12, "found only {count} commands");
    for file in ["bash/scanstrasse.bash", "zsh/_scanstrasse", "fish/scanstrasse.fish"] {
        let text = read(file);
        assert!(text.contains("watch") && text.contains("metrics-open"), "{file}");
        assert!(!text.contains("worker-process"), "{file} offers what is not for people");
    }
    let bash = folder.path().join("bash/scanstrasse.bash");
    assert!(Command::new("bash").arg("-n").arg(bash).status().unwrap().success());
}

fn unit() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(root().join("packaging/systemd/scanstrasse@.service")).unwrap();
    let mut entries: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (key, value) in text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('=')) {
        entries.entry(key.into()).or_default().push(value.into());
    }
    entries
}

#[test]
fn the_unit_waits_longer_than_the_line_takes_to_stop() {
    let unit = unit();
    let drain = pipeline::parse("post", "[line]\nname = \"post\"\n").unwrap().drain;
    let seconds = |key: &str| Duration::from_secs(unit[key][0].trim_end_matches('s').parse().unwrap());
    assert!(seconds("TimeoutStopSec") > drain);
    // Sigterm to the workers would be a crash of their pages.
    assert_eq!(unit["KillMode"], ["mixed"]);
    // A wrong definition is not started again and again: exit code 2.
    assert_eq!(unit["RestartPreventExitStatus"], ["2"]);
}

#[test]
fn systemd_takes_the_unit() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else { return };
    assert!(version.status.success());
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join("packaging/systemd/scanstrasse@.service")).unwrap();
    // The program and its man page, where they are now.
    let text = text.replace("/usr/bin/scanstrasse", env!("CARGO_BIN_EXE_scanstrasse"));
    let text: String =
        text.lines().filter(|line| !line.starts_with("Documentation=")).map(|l| format!("{l}\n")).collect();
    let file = folder.path().join("scanstrasse@posteingang.service");
    fs::write(&file, text).unwrap();
    let verify = |file: &Path| Command::new("systemd-analyze").arg("verify").arg(file).output().unwrap();
    let output = verify(&file);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("scanstrasse@"), "{said}");
}
