//! Data protection: nothing of what a page, a name or a case says gets into logs, process titles or what stays behind.
//!
//! The words that the generator drew are the secrets of the pages; names of folders and files are planted here. Barcodes
//! are not read by this version; what is printed beside them is text of the page.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use flate2::read::DeflateDecoder;
use tempfile::TempDir;

use crate::program::{ask, root, run, said, scanstrasse};
use crate::truth::scans;

/// Parts of the planted names. The first are of what can be delivered, the rest of what is held.
const DELIVERED_NAMES: [&str; 4] = ["Geheimnis", "Öztürk", "4711", "Kindergeldsache"];
const HELD_NAMES: [&str; 6] = ["Verderbnis", "Quast", "Bruchstück", "Leerstelle", "Unsinn", "Schlüsselwort"];

/// In bytes that no decoder can make sense of.
const IN_GARBAGE: &str = "Zwiebelturm";

/// Scans under planted names, sound and damaged.
fn planted(folder: &Path) -> PathBuf {
    let input = folder.join("eingang");
    let sound = input.join("Geheimnis Öztürk 4711");
    let broken = input.join("Verderbnis-Quast");
    fs::create_dir_all(&sound).unwrap();
    fs::create_dir_all(&broken).unwrap();
    let scan = |name: &str| fs::read(root().join("testdata").join(name)).unwrap();
    let letter = scan("backlog/AZ-2024-000123_Beispiel/0001_antrag.tif");
    fs::write(sound.join("Kindergeldsache 1.tif"), &letter).unwrap();
    fs::write(sound.join("Kindergeldsache 2.tif"), scan("backlog/AZ-2024-000123_Beispiel/0003_meldebescheinigung.tif"))
        .unwrap();
    fs::write(broken.join("Bruchstück.tif"), &letter[..letter.len() / 2]).unwrap();
    fs::write(broken.join("Leerstelle.pdf"), b"").unwrap();
    for (name, magic) in [
        ("Unsinn.png", &b"\x89PNG\r\n\x1a\n"[..]),
        ("Unsinn.tif", b"II*\0\x08\0\0\0"),
        ("Unsinn.jpg", b"\xff\xd8\xff\xfe\x00\x40"),
        ("Unsinn.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type /"),
        ("Unsinn 2.tif", b""),
    ] {
        fs::write(broken.join(name), [magic, IN_GARBAGE.repeat(40).as_bytes()].concat()).unwrap();
    }
    let locked = fs::read_dir(root().join("testdata/broken")).unwrap().next().unwrap().unwrap().path();
    fs::write(broken.join("Schlüsselwort.pdf"), fs::read(locked.join("0004_kennwort.pdf")).unwrap()).unwrap();
    input
}

/// Long words of the pages of the planted scans, without those that the pipeline file says itself.
fn page_words() -> BTreeSet<String> {
    let pipeline = fs::read_to_string(root().join("pipelines/auslaenderamt.toml")).unwrap().to_lowercase();
    let planted = ["0001_antrag.tif", "0003_meldebescheinigung.tif"];
    scans("backlog")
        .iter()
        .filter(|scan| planted.contains(&scan.truth.file.as_str()))
        .flat_map(|scan| scan.truth.pages.iter().flat_map(|page| page.words()).collect::<Vec<_>>())
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
        .filter(|word| word.chars().count() >= 9 && word.chars().all(char::is_alphabetic))
        .filter(|word| !pipeline.contains(&word.to_lowercase()))
        .collect()
}

/// The first of `secrets` in `bytes`, in UTF-8 or UTF-16.
fn betrayed<'s>(bytes: &[u8], secrets: impl IntoIterator<Item = &'s str>) -> Option<&'s str> {
    secrets.into_iter().find(|secret| {
        let units: Vec<u16> = secret.encode_utf16().collect();
        let wide = |bytes: fn(u16) -> [u8; 2]| units.iter().flat_map(|&unit| bytes(unit)).collect::<Vec<u8>>();
        [secret.as_bytes().to_vec(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)]
            .iter()
            .any(|part| bytes.windows(part.len()).any(|window| window == part))
    })
}

/// The same, also in whatever unpacks from any offset on, as records do in a ledger and streams in a PDF.
fn betrayed_deep<'s>(bytes: &[u8], secrets: &[&'s str]) -> Option<&'s str> {
    let unpacked = |at: usize| {
        let mut text = Vec::new();
        // A broken stream gives what it has up to the break.
        let _ = DeflateDecoder::new(&bytes[at..]).take(1 << 16).read_to_end(&mut text);
        text
    };
    betrayed(bytes, secrets.iter().copied()).or_else(|| {
        (0..bytes.len()).find_map(|at| {
            let text = unpacked(at);
            // Records are UTF-8.
            let holds = |secret: &&&str| text.windows(secret.len()).any(|window| window == secret.as_bytes());
            if text.len() < 64 { None } else { secrets.iter().find(holds).copied() }
        })
    })
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(files_below(&path));
        }
        files.push(path);
    }
    files
}

/// The first page word that lies anywhere in the state folder.
fn left_in<'s>(state: &Path, words: &'s BTreeSet<String>) -> Option<(PathBuf, &'s str)> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    files_below(state).into_iter().filter(|path| path.is_file()).find_map(|path| {
        let word = betrayed_deep(&fs::read(&path).unwrap(), &words)?;
        Some((path, word))
    })
}

/// The words that the run really had in its hands: they are in the delivered PDFs.
fn read_words(output: &Path, words: &BTreeSet<String>) -> BTreeSet<String> {
    let pdfs = files_below(output).into_iter().filter(|path| path.extension().is_some_and(|e| e == "pdf"));
    let text: String = pdfs.map(|pdf| ask("pdftotext", [pdf.as_os_str(), "-".as_ref()])).collect();
    words.iter().filter(|word| text.contains(word.as_str())).cloned().collect()
}

#[test]
fn the_search_finds_what_is_there() {
    use std::io::Write;
    let mut packed = flate2::write::DeflateEncoder::new(b"SQLite format 3".to_vec(), flate2::Compression::fast());
    packed.write_all(format!("{}Zwiebelturm", "{\"lines\": []}".repeat(20)).as_bytes()).unwrap();
    let wide: Vec<u8> = "Zwiebelturm".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [b"a Zwiebelturm".to_vec(), wide, packed.finish().unwrap()] {
        assert_eq!(betrayed_deep(&bytes, &["nothing", "Zwiebelturm"]), Some("Zwiebelturm"));
        assert_eq!(betrayed_deep(&bytes, &["nothing"]), None);
    }
}

#[test]
fn nothing_of_pages_and_names_is_logged() {
    let words = page_words();
    assert!(words.len() >= 10, "{words:?}");
    for json in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let (input, out) = (planted(folder.path()), folder.path().join("out"));
        let output = run(input.to_str().unwrap(), &out, if json { &["--json"] } else { &[] }).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        let known = read_words(&out, &words);
        assert!(known.len() >= 10, "only {known:?} were read");

        // Standard error may be kept as a log.
        let secrets = || words.iter().map(String::as_str).chain([IN_GARBAGE]);
        let names = DELIVERED_NAMES.into_iter().chain(HELD_NAMES);
        assert_eq!(betrayed(&output.stderr, secrets().chain(names)), None, "{}", said(&output));
        // Standard output is the result: it names what is held, for the person who has to find it, and nothing else.
        assert_eq!(betrayed(&output.stdout, secrets().chain(DELIVERED_NAMES)), None, "{}", said(&output));
        let text = String::from_utf8(output.stdout.clone()).unwrap();
        assert!(HELD_NAMES.iter().all(|name| text.contains(name)), "{}", said(&output));

        // An error that ends the run names nothing below what the operator typed.
        let second = run(input.to_str().unwrap(), &folder.path().join("other"), &["--state"])
            .arg(out.join(".scanstrasse"))
            .output()
            .unwrap();
        assert_eq!(second.status.code(), Some(1), "{}", said(&second));
        let names = DELIVERED_NAMES.into_iter().chain(HELD_NAMES);
        assert_eq!(betrayed(&second.stderr, secrets().chain(names)), None, "{}", said(&second));
    }
}

/// A run in the background, its standard error in a file.
struct Background {
    child: Child,
    log: PathBuf,
    _folder: TempDir,
}

impl Background {
    fn start(mut command: Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        command.stdout(Stdio::null()).stderr(fs::File::create(&log).unwrap());
        Self { child: command.spawn().unwrap(), log, _folder: folder }
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits until the log has `part`. `false` if the run ended before.
    fn wait_for(&mut self, part: &str) -> bool {
        let patience = Instant::now() + Duration::from_secs(300);
        while !self.log().contains(part) {
            if !self.runs() || Instant::now() > patience {
                return self.log().contains(part);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        true
    }

    /// Process ids of its workers, with their command lines.
    fn workers(&self) -> Vec<(u32, Vec<u8>)> {
        let is_child = |stat: &str| {
            let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
            after_name.split(' ').nth(1) == Some(&self.child.id().to_string())
        };
        let processes = fs::read_dir("/proc").unwrap().flatten();
        let processes = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        processes
            .filter(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| is_child(&stat)))
            .filter_map(|pid| Some((pid, fs::read(format!("/proc/{pid}/cmdline")).ok()?)))
            .collect()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_killed_worker_betrays_nothing_and_a_process_title_neither() {
    let words = page_words();
    let secrets: Vec<&str> =
        words.iter().map(String::as_str).chain([IN_GARBAGE]).chain(DELIVERED_NAMES).chain(HELD_NAMES).collect();
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (planted(folder.path()), folder.path().join("out"));
    let mut running = Background::start(run(input.to_str().unwrap(), &out, &["--json", "--workers", "1"]));
    assert!(running.wait_for("\"page_started\""), "{}", running.log());
    let limits = fs::read_to_string(format!("/proc/{}/limits", running.child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().filter(|word| *word == "0").count(), 2, "a core file would hold text: {core}");
    let (mut killed, mut seen) = (0, 0);
    while running.runs() {
        for (pid, command_line) in running.workers() {
            seen += 1;
            assert_eq!(betrayed(&command_line, secrets.iter().copied()), None);
            let title = fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
            assert_eq!(betrayed(&title, secrets.iter().copied()), None);
            let is_worker = String::from_utf8_lossy(&command_line).contains("worker-process");
            if is_worker && killed < 3 {
                let pid = rustix::process::Pid::from_raw(pid as i32).unwrap();
                rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
                killed += 1;
                std::thread::sleep(Duration::from_millis(500));
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(seen > 0 && killed > 0);
    let log = running.log();
    assert_eq!(betrayed(log.as_bytes(), secrets.iter().copied()), None, "{log}");
}

/// A run on what [`planted`] put into `folder`, its output and state beside it.
/// A run of the backlog below `folder`, whose state lies there too. No index fields are read: these are kept.
fn run_with_state(folder: &Path) -> Command {
    let text = fs::read_to_string(root().join("pipelines/auslaenderamt.toml")).unwrap();
    let bare =
        text.replacen("\n#read = [\"Aktenzeichen\", \"Datum\", \"Absender\", \"Empfänger\"]\n", "\nread = []\n", 1);
    assert_ne!(bare, text);
    fs::write(folder.join("auslaenderamt.toml"), bare).unwrap();
    let mut command = scanstrasse(["run", "--json"]);
    command.args(["auslaenderamt.toml", "eingang"].map(|name| folder.join(name)));
    command.arg("--output").arg(folder.join("out")).arg("--state").arg(folder.join("state"));
    command
}

#[test]
fn no_text_of_a_page_stays_behind() {
    let words = page_words();
    // Cut off as soon as a page is processed: its record is in the ledger, and the search must find it there. A machine
    // that is busy may cut off too late, when the document stands at the target already.
    let (folder, _) = (0..5)
        .map(|_| {
            let folder = tempfile::tempdir().unwrap();
            let case = planted(folder.path()).join("Geheimnis Öztürk 4711");
            // More pages in the case, so that it is not delivered at once on a fast disk.
            let letter = fs::read(case.join("Kindergeldsache 1.tif")).unwrap();
            for copy in 3..11 {
                let bytes = [letter.as_slice(), &vec![0; copy]].concat();
                fs::write(case.join(format!("Kindergeldsache {copy}.tif")), bytes).unwrap();
            }
            let mut first = Background::start(run_with_state(folder.path()));
            // Several: of a long record SQLite keeps the parts in places of their own, and the search unpacks only one.
            while first.runs() && first.log().matches("\"page_processed\"").count() < 6 {
                std::thread::sleep(Duration::from_millis(5));
            }
            first.child.kill().unwrap();
            first.child.wait().unwrap();
            let found = left_in(&folder.path().join("state"), &words).is_some();
            (folder, found)
        })
        .find(|(_, found)| *found)
        .expect("the search finds text where it is");
    let (out, state) = (folder.path().join("out"), folder.path().join("state"));
    let output = run_with_state(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert!(read_words(&out, &words).len() >= 10);
    assert_eq!(left_in(&state, &words), None);
    let pictures = files_below(&state.join("store")).into_iter().filter(|path| path.is_file());
    assert_eq!(pictures.collect::<Vec<_>>(), Vec::<PathBuf>::new(), "pictures are needed no longer");
    assert_eq!(files_below(&state.join("spool")), Vec::<PathBuf>::new());
}

#[test]
fn the_state_folder_is_closed_to_others_whatever_the_umask() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (planted(folder.path()), folder.path().join("out"));
    let state = folder.path().join("state");
    let mut command = Command::new("sh");
    command
        .args(["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_scanstrasse"), "run"])
        .args(["pipelines/auslaenderamt.toml".as_ref(), input.as_os_str(), "--output".as_ref(), out.as_os_str()])
        .args(["--state".as_ref(), state.as_os_str()])
        .current_dir(root())
        .stdin(Stdio::null());
    let mut running = Background::start(command);
    let mut seen = BTreeSet::new();
    loop {
        let runs = running.runs();
        for path in files_below(&state).into_iter().chain([state.clone()]) {
            // What is gone by now was seen or will be.
            let Ok(meta) = fs::symlink_metadata(&path) else { continue };
            let expected = if meta.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(meta.permissions().mode() & 0o777, expected, "{}", path.display());
            seen.insert(path.strip_prefix(&state).unwrap().to_string_lossy().into_owned());
        }
        if !runs {
            break;
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    for name in ["", "ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "lock", "store", "spool"] {
        assert!(seen.contains(name), "{name} was not seen: {seen:?}");
    }
}
