//! A terminal of our own, as a person's: a program runs in it, and what it shows can be read as rows of text.

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

/// A program in a terminal.
pub(crate) struct Terminal {
    master: File,
    child: Child,
    parser: Arc<Mutex<vt100::Parser>>,
    bytes: Arc<Mutex<Vec<u8>>>,
}

fn size(value: u16) -> NonZeroU16 {
    NonZeroU16::new(value).unwrap()
}

impl Terminal {
    /// Starts a program in a terminal of 80 columns and 24 rows. What the command says of its standard streams is left as it
    /// is where `keep_stdin` asks for that; else all three are the terminal.
    pub(crate) fn start(mut command: Command, keep_stdin: bool) -> Self {
        let (mut master, mut slave) = (-1, -1);
        // SAFETY: both descriptors are written by the call; name, attributes and size may be null.
        #[allow(unsafe_code)]
        let (master, slave) = unsafe {
            let null = std::ptr::null_mut();
            let done = libc::openpty(&raw mut master, &raw mut slave, null, std::ptr::null(), std::ptr::null());
            assert_eq!(done, 0, "no terminal: {}", std::io::Error::last_os_error());
            (File::from_raw_fd(master), OwnedFd::from_raw_fd(slave))
        };
        resize(&master, 80, 24);
        let stream = || Stdio::from(slave.try_clone().unwrap());
        command.stdout(stream()).stderr(stream()).env("TERM", "xterm-256color");
        if !keep_stdin {
            command.stdin(stream());
        }
        // SAFETY: only calls to the kernel between fork and exec.
        #[allow(unsafe_code)]
        unsafe {
            command.pre_exec(|| {
                rustix::process::setsid()?;
                rustix::process::ioctl_tiocsctty(std::io::stderr())?;
                Ok(())
            });
        }
        let child = command.spawn().unwrap();
        drop((command, slave));
        let parser = Arc::new(Mutex::new(vt100::Parser::new(size(24), size(80), 1000)));
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let (mut reader, screen, all) = (master.try_clone().unwrap(), parser.clone(), bytes.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Ends with an error when the last who holds the other side has gone.
            while let Ok(len @ 1..) = reader.read(&mut buffer) {
                screen.lock().unwrap().process(&buffer[..len]);
                all.lock().unwrap().extend_from_slice(&buffer[..len]);
            }
        });
        Self { master, child, parser, bytes }
    }

    /// Makes the window larger or smaller; the program learns of it by a signal.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.parser.lock().unwrap().screen_mut().set_size(size(rows), size(columns));
        resize(&self.master, columns, rows);
    }

    /// Types.
    pub(crate) fn press(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).unwrap();
    }

    /// What is shown, a string for each row.
    pub(crate) fn rows(&self) -> Vec<String> {
        let parser = self.parser.lock().unwrap();
        let width = parser.screen().size().1.get();
        parser.screen().rows(0, width).map(|row| row.trim_end().to_owned()).collect()
    }

    /// What is shown.
    pub(crate) fn text(&self) -> String {
        self.rows().join("\n")
    }

    /// All that was ever written.
    pub(crate) fn written(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    /// Looks at the screen as the terminal has it.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.parser.lock().unwrap().screen())
    }

    /// Waits until the screen is as wanted, and returns how long that took.
    pub(crate) fn wait_for(&self, what: &str, within: Duration, is_so: impl Fn(&str) -> bool) -> Duration {
        let begun = Instant::now();
        while !is_so(&self.text()) {
            assert!(begun.elapsed() < within, "{what}: not within {within:?}:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
        begun.elapsed()
    }

    /// Whether typing is shown and read line by line, as a shell wants it.
    pub(crate) fn is_in_order(&self) -> bool {
        let modes = tcgetattr(&self.master).unwrap().local_modes;
        modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
            && self.look(|screen| !screen.alternate_screen() && !screen.hide_cursor())
    }

    pub(crate) fn process(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.child)
    }

    /// Waits for the end of the program.
    pub(crate) fn end(&mut self, within: Duration) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // What it said last may still be on its way.
                std::thread::sleep(Duration::from_millis(100));
                return status;
            }
            assert!(begun.elapsed() < within, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn resize(master: &File, columns: u16, rows: u16) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(master, size).unwrap();
}
