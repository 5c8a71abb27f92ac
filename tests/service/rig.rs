//! A line in a temporary folder, started as systemd starts it: with a socket for its messages, and a watchdog.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than anything takes that does not fail.
pub(crate) const LONG: Duration = Duration::from_secs(120);

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scanstrasse"));
    command.stdin(Stdio::null()).env_remove("JOURNAL_STREAM").env_remove("NOTIFY_SOCKET").env_remove("WATCHDOG_USEC");
    command.env("SCANSTRASSE_MODELS", root().join("models"));
    command
}

/// Folders and a pipeline file.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(place.path("in")).unwrap();
        place.define("");
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn pipeline(&self) -> PathBuf {
        self.path("post.toml")
    }

    /// Writes the pipeline file: what every line here has, and more. Nothing is read, so that pages take no time.
    pub(crate) fn define(&self, more: &str) {
        let text = format!(
            "[ocr]\nenabled = false\n[page]\norientation = \"tags\"\n[intake]\nlayout = \"file_is_case\"\n[[watch]]\n\
             folder = \"in\"\nname = \"Station 1\"\nsettle_seconds = 1\n{more}"
        );
        let standard =
            [("line.", "[line]\nname = \"post\"\nworkers = 1\n"), ("target.", "[target]\nfolder = \"out\"\n")];
        let head: String =
            standard.iter().filter(|(key, _)| !more.contains(&format!("# no {key}"))).map(|s| s.1).collect();
        fs::write(self.pipeline(), head + &text).unwrap();
    }

    /// Starts `scanstrasse watch` with more arguments, and waits for nothing.
    pub(crate) fn watch(&self, more: &[&str]) -> Running {
        let address = self.path("notify");
        let _ = fs::remove_file(&address);
        let socket = UnixDatagram::bind(&address).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let mut child = program()
            .arg("watch")
            .arg(self.pipeline())
            .arg("--json")
            .args(more)
            .env("NOTIFY_SOCKET", &address)
            .env("WATCHDOG_USEC", "1000000")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines, said) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || stderr.lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));
        Running { child, socket, said, log: Vec::new(), told: Vec::new() }
    }
}

/// A line that runs; killed when dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    socket: UnixDatagram,
    said: Receiver<String>,
    /// Everything on standard error so far.
    pub(crate) log: Vec<String>,
    /// Every message to the service manager so far, and when it came.
    pub(crate) told: Vec<(Instant, String)>,
}

impl Running {
    /// Takes what was said and told, for `time`.
    pub(crate) fn listen(&mut self, time: Duration) {
        let end = Instant::now() + time;
        let mut buffer = [0; 4096];
        loop {
            if let Ok(length) = self.socket.recv(&mut buffer) {
                self.told.push((Instant::now(), String::from_utf8(buffer[..length].to_vec()).unwrap()));
            }
            self.log.extend(self.said.try_iter());
            if Instant::now() >= end {
                return;
            }
        }
    }

    fn wait_for<T>(&mut self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let gone = self.child.try_wait().unwrap();
            self.listen(Duration::from_millis(50));
            let all = format!("\n{}\n{:?}", self.log.join("\n"), self.told);
            if look(self).is_none() {
                assert!(gone.is_none(), "waited for {what}, but it ended with {gone:?}:{all}");
                assert!(begun.elapsed() < LONG, "waited for {what}:{all}");
            }
        }
    }

    /// The `count`th message with this line, and how many lines came with it.
    pub(crate) fn wait_told(&mut self, line: &str, count: usize) -> String {
        self.wait_for(line, |running| running.messages(line).nth(count - 1).map(str::to_owned))
    }

    pub(crate) fn messages<'a>(&'a self, line: &'a str) -> impl Iterator<Item = &'a str> {
        self.told.iter().map(|(_, message)| message.as_str()).filter(move |m| m.lines().any(|l| l.starts_with(line)))
    }

    /// The `count`th event of this name.
    pub(crate) fn wait_event(&mut self, name: &str, count: usize) -> Value {
        self.wait_for(name, |running| {
            let events = running.log.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            events.filter(|event| event["event"] == name).nth(count - 1)
        })
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal).unwrap();
    }

    /// How it ended, and after how long.
    pub(crate) fn wait_end(&mut self) -> (ExitStatus, Duration) {
        let begun = Instant::now();
        loop {
            self.listen(Duration::from_millis(20));
            if let Some(status) = self.child.try_wait().unwrap() {
                self.listen(Duration::from_millis(100));
                return (status, begun.elapsed());
            }
            assert!(begun.elapsed() < LONG, "does not end:\n{}", self.log.join("\n"));
        }
    }

    /// Processes that it started.
    pub(crate) fn children(&self) -> Vec<i32> {
        let parent = self.child.id().to_string();
        let of = |entry: fs::DirEntry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // pid (name) state parent ...
            let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
            (fields.next() != Some("Z") && fields.next() == Some(parent.as_str())).then_some(pid)
        };
        fs::read_dir("/proc").unwrap().filter_map(|entry| of(entry.unwrap())).collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
