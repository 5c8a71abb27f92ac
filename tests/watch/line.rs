//! The program under test: its folders and pipeline, started, killed, told to end.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::writers::{Kind, SETTLE};

/// Longest time that the program may take to end after SIGTERM; its own bound is lower.
const END: Duration = Duration::from_secs(60);

/// Watch folders, a pipeline that reads no text, a target and a state folder.
pub(crate) struct Rig {
    folder: tempfile::TempDir,
}

impl Rig {
    pub(crate) fn new() -> Self {
        // In memory where there is such a folder: it is not the disk that is tested here.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let rig = Self { folder };
        let mut pipeline = "[line]\nname = \"watch\"\n[ocr]\nenabled = false\n[page]\norientation = \"tags\"\n\
             deskew = false\n[limits]\nfree_space_mib = 0\n"
            .to_owned();
        for kind in Kind::ALL {
            fs::create_dir(rig.folder(kind)).unwrap();
            let more = match kind {
                Kind::Quiet => "layout = \"file_is_case\"",
                Kind::Urgent => "layout = \"file_is_case\"\nurgent = true",
                Kind::Marker => "layout = \"file_is_document\"\ncomplete = \"marker\"",
                Kind::Rename => "layout = \"file_is_case\"\ncomplete = \"rename\"",
                Kind::Folders => "layout = \"folder_is_case\"",
            };
            let folder = rig.folder(kind);
            let settle = SETTLE.as_secs_f32();
            pipeline.push_str(&format!(
                "[[watch]]\nfolder = {folder:?}\n{more}\nsettle_seconds = {settle:.1}\nrescan_seconds = 2\n"
            ));
        }
        fs::write(rig.pipeline(), pipeline).unwrap();
        rig
    }

    pub(crate) fn folder(&self, kind: Kind) -> PathBuf {
        self.folder.path().join(format!("{kind:?}").to_lowercase())
    }

    fn pipeline(&self) -> PathBuf {
        self.folder.path().join("watch.toml")
    }

    /// The targets of the lines that were started.
    pub(crate) fn outputs(&self) -> Vec<PathBuf> {
        let outputs = ["out", "out2"].map(|name| self.folder.path().join(name));
        outputs.into_iter().filter(|output| output.exists()).collect()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// The last that the lines said, for messages of assertions.
    pub(crate) fn said(&self) -> String {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }

    /// Keeps the folders of a course that failed, and says where.
    pub(crate) fn keep(&self) -> PathBuf {
        let kept = std::env::temp_dir().join(format!("scanstrasse-watch-{}", std::process::id()));
        let _ = Command::new("cp").arg("-a").arg(self.folder.path()).arg(&kept).status();
        kept
    }
}

/// `scanstrasse run` over a folder, with the same pipeline.
pub(crate) fn run(rig: &Rig, input: &Path) -> Output {
    Command::new(program())
        .args(["run".as_ref(), rig.pipeline().as_os_str(), input.as_os_str(), "--output".as_ref()])
        .arg(rig.folder.path().join("run"))
        .output()
        .unwrap()
}

/// The program, or another build of it.
pub(crate) fn program() -> OsString {
    std::env::var_os("SCANSTRASSE").unwrap_or(env!("CARGO_BIN_EXE_scanstrasse").into())
}

/// A line that runs.
pub(crate) struct Line {
    child: Child,
    /// Where its part of the log begins.
    log_from: usize,
}

impl Line {
    pub(crate) fn start(rig: &Rig) -> Self {
        Self::start_as(rig, "")
    }

    /// Another line on the same watch folders.
    pub(crate) fn start_second(rig: &Rig) -> Self {
        Self::start_as(rig, "2")
    }

    fn start_as(rig: &Rig, which: &str) -> Self {
        let log_from = fs::read(rig.log()).map_or(0, |log| log.len());
        let log = File::options().create(true).append(true).open(rig.log()).unwrap();
        let child = Command::new(program())
            .args(["watch".as_ref(), rig.pipeline().as_os_str()])
            .arg("--output")
            .arg(rig.folder.path().join(format!("out{which}")))
            .arg("--state")
            .arg(rig.folder.path().join(format!("state{which}")))
            .args(["--workers", "2", "--json"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { child, log_from }
    }

    /// Lets it run; it must not end by itself.
    pub(crate) fn run_for(&mut self, time: Duration) {
        thread::sleep(time);
        let ended = self.child.try_wait().unwrap();
        assert_eq!(ended, None, "the line ended by itself");
    }

    pub(crate) fn is_running(&self) -> bool {
        Path::new(&format!("/proc/{}/exe", self.child.id())).read_link().is_ok()
    }

    /// SIGKILL: nothing is tidied up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM: it ends by itself, in time and without complaint.
    pub(crate) fn end(mut self, rig: &Rig) {
        // Before that it does not hear signals, and is killed by them.
        let begun = Instant::now();
        while !self.is_ready(rig) && self.is_running() && begun.elapsed() < END {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let begun = Instant::now();
        let status: Option<ExitStatus> = loop {
            match self.child.try_wait().unwrap() {
                None if begun.elapsed() < END => thread::sleep(Duration::from_millis(20)),
                ended => break ended,
            }
        };
        let Some(status) = status else {
            let _ = self.child.kill();
            panic!("the line did not end within {END:?} of SIGTERM\n{}", rig.said());
        };
        assert_eq!(status.code(), Some(0), "the line ended with {status}\n{}", rig.said());
    }

    /// It has said so. Another line at the same time may have said it, too: then this one has had its time.
    fn is_ready(&self, rig: &Rig) -> bool {
        let log = fs::read(rig.log()).unwrap_or_default();
        log.get(self.log_from..).is_some_and(|log| String::from_utf8_lossy(log).contains("\"event\":\"ready\""))
    }
}
