//! Killed at random moments: the parent, a worker, or both.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::backlog::{self, Backlog};
use crate::oracle;
use crate::program::{Run, in_memory, processed, said};

/// xorshift64* (Vigna 2014, "An experimental exploration of Marsaglia's xorshift generators, scrambled").
struct Dice(u64);

impl Dice {
    /// 0 to `below - 1`.
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % below
    }
}

#[derive(Clone, Copy, Debug)]
enum Victim {
    Parent,
    Worker,
    Both,
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Kills so often at random, over as many backlogs as it takes, and lets each come to its end.
fn kill_at_random(backlog: &Backlog, kills: u64, longest: Duration, dice: &mut Dice) {
    let (mut done, mut rounds, mut victims) = (0, 0, [0; 3]);
    while done < kills {
        rounds += 1;
        let run = Run::new(backlog, 2);
        let mut committed = BTreeSet::new();
        loop {
            let mut child = run.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let mut pipe = child.stderr.take().unwrap();
            let (closed, ended) = mpsc::channel();
            let listener = thread::spawn(move || {
                let mut text = Vec::new();
                let _ = pipe.read_to_end(&mut text);
                let _ = closed.send(());
                text
            });
            // Several workers may be killed in one run; the parent but once.
            let mut ends = false;
            while !ends && done < kills {
                let wait = Duration::from_millis(dice.roll(longest.as_millis() as u64));
                if ended.recv_timeout(wait).is_ok() {
                    break;
                }
                let victim = [Victim::Parent, Victim::Worker, Victim::Both][dice.roll(3) as usize];
                let workers = children(child.id());
                if !matches!(victim, Victim::Parent) {
                    let chosen = dice.roll(workers.len().max(1) as u64) as usize;
                    if let Some(worker) = workers.get(chosen) {
                        let _ = kill_process(*worker, Signal::KILL);
                    }
                }
                if !matches!(victim, Victim::Worker) {
                    child.kill().unwrap();
                    ends = true;
                }
                victims[victim as usize] += 1;
                done += 1;
            }
            let mut output = child.wait_with_output().unwrap();
            output.stderr = listener.join().unwrap();
            oracle::assert_whole(&run.output());
            let now: BTreeSet<_> = processed(&output).into_iter().collect();
            let twice: Vec<_> = now.intersection(&committed).collect();
            assert!(twice.is_empty(), "committed pages were worked at again: {twice:?}");
            // 1: stopped early, because a worker was killed before it could begin; the next run goes on.
            if output.status.code().is_some_and(|code| code != 1) {
                // A page whose worker was killed as often as it may be tried is held, rightly.
                let held = held(&run);
                assert!(matches!(output.status.code(), Some(0 | 3)), "{}", said(&output));
                let mut truth = backlog.truth.clone();
                for (file, index) in held {
                    truth.retain(|page, _| page.0 != file || index.is_some());
                    truth.insert((file, index), backlog::Place::Held);
                }
                let expected = Backlog { truth, ..backlog.clone() };
                oracle::assert_delivered(&expected, &run.output(), &run.state());
                break;
            }
            committed = oracle::committed(&run.state());
        }
    }
    let [parent, worker, both] = victims;
    eprintln!(
        "{done} random kills ({parent} of the parent, {worker} of a worker, {both} of both) over {rounds} backlogs of \
         {} pages: nothing lost, nothing twice",
        backlog.truth.len()
    );
}

/// What the finished run holds because its worker was killed.
fn held(run: &Run<'_>) -> BTreeSet<(String, Option<u32>)> {
    let mut held = BTreeSet::new();
    for case in fs::read_dir(run.output()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let Ok(text) = fs::read(case.join("case.json")) else { continue };
        let account: serde_json::Value = serde_json::from_slice(&text).unwrap();
        for entry in account["held"].as_array().unwrap() {
            assert_eq!(entry["kind"], "crash", "held for another reason: {entry}");
            let index = entry["index"].as_u64().map(|index| index as u32);
            held.insert((entry["file"].as_str().unwrap().to_owned(), index));
        }
    }
    held
}

/// Child processes, from `/proc`.
fn children(parent: u32) -> Vec<Pid> {
    let mut children = Vec::new();
    let Ok(tasks) = fs::read_dir(format!("/proc/{parent}/task")) else { return children };
    for task in tasks.flatten() {
        let listed = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        children.extend(listed.split_whitespace().filter_map(|id| Pid::from_raw(id.parse().ok()?)));
    }
    children
}

#[test]
#[ignore = "ten minutes: make soak"]
fn killed_at_random_moments_and_run_again_every_page_has_one_place() {
    let seed = number("SOAK_SEED", 20_261_122).max(1);
    let kills = number("SOAK_KILLS", 200);
    eprintln!("seed {seed} (SOAK_SEED), {kills} kills (SOAK_KILLS)");
    let mut dice = Dice(seed);
    let folder = in_memory();
    // Three in four where pages are quick and most time is spent committing and delivering, one in four while it reads.
    let quick = backlog::real(&folder.path().join("quick"), 6, false);
    kill_at_random(&quick, kills * 3 / 4, Duration::from_millis(1500), &mut dice);
    let reading = backlog::real(&folder.path().join("reading"), 1, true);
    kill_at_random(&reading, kills - kills * 3 / 4, Duration::from_millis(5000), &mut dice);
}
