//! The real program on a machine that fails: full disks, a read-only target, a share that goes away.
//!
//! Small file systems are mounted in a mount namespace of their own: as root, or where users may have namespaces. Where
//! neither is allowed these tests say so and pass; `dispatch` walks the same faults in process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, clippy::print_stderr)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Reads no text, so that a page takes a moment only; waits long enough for any test, and has no floor.
const PIPELINE: &str = "[line]\nname = \"faults\"\n[page]\norientation = \"tags\"\ndeskew = false\n[ocr]\nenabled = false\n\
                        [limits]\npause_minutes = 5\nfree_space_mib = FLOOR\n";

/// What every scenario begins with: `start` runs the program in the background, `await_event` waits for an event of it,
/// `finish` ends with its exit code.
const PRELUDE: &str = r#"
start() { ${AS:-} "$PROGRAM" run "$DIR/pipeline.toml" "$DIR/in" --output "$DIR/out" --state "$DIR/state" --workers 2 --json \
            >"$DIR/stdout" 2>"$DIR/stderr" & pid=$!; }
await_event() {
  for _ in $(seq 600); do
    if grep -q "$1" "$DIR/stderr"; then return 0; fi
    if ! kill -0 "$pid" 2>/dev/null; then break; fi
    sleep 0.1
  done
  echo "no event $1" >&2; cat "$DIR/stderr" >&2; kill "$pid" 2>/dev/null || true; exit 99
}
finish() { code=0; wait "$pid" || code=$?; cat "$DIR/stderr" >&2; cat "$DIR/stdout"; exit "$code"; }
small() { mkdir -p "$2"; mount -t tmpfs -o "size=$1,mode=0700" none "$2"; }
fill() { head -c "$2" /dev/zero >"$1/filler"; }
"#;

/// How this user makes a mount namespace, if it may.
fn unshare() -> Option<Vec<&'static str>> {
    [vec!["-m"], vec!["-U", "-r", "-m"]].into_iter().find(|how| {
        let tried = Command::new("unshare").args(how).args(["mount", "-t", "tmpfs", "none", "/mnt"]).output();
        tried.is_ok_and(|output| output.status.success())
    })
}

/// A grey page of noise: its picture does not shrink below its 1.4 megabytes. With transparency, which no PDF picture
/// has, it cannot stay in the scan and goes through the store.
fn noise(path: &Path, mut seed: u64, transparency: bool) {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 56) as u8
    };
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let picture = image::GrayImage::from_fn(1000, 1400, |_, _| image::Luma([next()]));
    let picture = image::DynamicImage::from(picture);
    if transparency { picture.to_luma_alpha8().save(path) } else { picture.save(path) }.unwrap();
}

/// Runs `script` over a backlog of `cases` cases with a page each; `None` if no namespace can be made.
fn scenario(cases: u64, floor_mib: u32, script: &str) -> Option<Output> {
    let Some(how) = unshare() else {
        eprintln!("SKIPPED: neither root nor user namespaces: no file system can be mounted for this test");
        return None;
    };
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("pipeline.toml"), PIPELINE.replace("FLOOR", &floor_mib.to_string())).unwrap();
    (0..cases).for_each(|case| noise(&dir.path().join(format!("in/{case}/1.png")), case + 1, true));
    (0..2).for_each(|number| noise(&dir.path().join(format!("plain/{number}/1.png")), number + 1, false));
    let output = Command::new("unshare")
        .args(how)
        .args(["bash", "-euc", &format!("{PRELUDE}{script}")])
        .env("PROGRAM", env!("CARGO_BIN_EXE_scanstrasse"))
        .env("DIR", dir.path())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Some(output)
}

fn expect(output: &Output, code: i32, cases: u64, cause: &str, place: &str) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}\n{err}");
    let events: Vec<serde_json::Value> = err.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let paused: Vec<_> = events.iter().filter(|event| event["event"] == "paused").collect();
    assert!(!paused.is_empty(), "{err}");
    assert!(paused.iter().all(|event| event["cause"] == cause && event["place"] == place), "{paused:?}");
    assert!(!events.iter().any(|event| event["event"] == "held"), "a page was blamed: {err}");
    if code == 0 {
        assert!(events.iter().any(|event| event["event"] == "resumed"), "{err}");
        let summary: serde_json::Value = serde_json::from_str(out.trim()).unwrap();
        for key in ["pages_received", "pages_delivered", "documents"] {
            assert_eq!(summary[key], cases, "{key}: {summary}");
        }
    }
}

#[test]
fn a_full_state_disk_is_waited_for_and_no_page_is_blamed() {
    let script = r#"small 6m "$DIR/state"; fill "$DIR/state" 5200k; start; await_event '"paused"'; rm "$DIR/state/filler"; finish"#;
    if let Some(output) = scenario(3, 0, script) {
        expect(&output, 0, 3, "disk_full", "state");
    }
}

#[test]
fn a_full_target_disk_is_waited_for() {
    let script =
        r#"small 8m "$DIR/out"; fill "$DIR/out" 7m; start; await_event '"paused"'; rm "$DIR/out/filler"; finish"#;
    if let Some(output) = scenario(3, 0, script) {
        expect(&output, 0, 3, "disk_full", "output");
    }
}

#[test]
fn below_the_floor_it_waits_before_the_disk_is_full() {
    let script = r#"small 40m "$DIR/out"; fill "$DIR/out" 30m; start; await_event '"paused"'
        test -z "$(find "$DIR/out" -name '*.pdf*')"; rm "$DIR/out/filler"; finish"#;
    if let Some(output) = scenario(3, 20, script) {
        expect(&output, 0, 3, "low_space", "output");
    }
}

#[test]
fn a_target_that_turns_read_only_is_waited_for() {
    let script = r#"small 64m "$DIR/out"; start; await_event '"document_delivered"'
        until mount -o remount,ro "$DIR/out" 2>/dev/null; do sleep 0.01; done
        await_event '"paused"'; mount -o remount,rw "$DIR/out"; finish"#;
    if let Some(output) = scenario(16, 0, script) {
        expect(&output, 0, 16, "read_only", "output");
    }
}

#[test]
fn an_input_that_goes_away_and_comes_back_is_gone_on_with() {
    let script = r#"start; await_event '"page_processed"'; mv "$DIR/in" "$DIR/away"; await_event '"paused"'
        mv "$DIR/away" "$DIR/in"; finish"#;
    if let Some(output) = scenario(16, 0, script) {
        expect(&output, 0, 16, "gone", "input");
    }
}

#[test]
fn a_target_share_that_is_unmounted_is_not_written_below() {
    let script = r#"mkdir -p "$DIR/share"; small 64m "$DIR/share"; mkdir -p "$DIR/out"; mount --bind "$DIR/share" "$DIR/out"
        start; await_event '"document_delivered"'; umount -l "$DIR/out"; await_event '"paused"'
        test -z "$(ls -A "$DIR/out")"; mount --bind "$DIR/share" "$DIR/out"; finish"#;
    if let Some(output) = scenario(16, 0, script) {
        expect(&output, 0, 16, "gone", "output");
    }
}

#[test]
fn told_to_stop_in_a_pause_it_says_why_and_the_same_command_goes_on() {
    let script = r#"small 8m "$DIR/out"; fill "$DIR/out" 7m; start; await_event '"paused"'; kill -TERM "$pid"
        code=0; wait "$pid" || code=$?; test "$code" = 1; tail -n 2 "$DIR/stderr" >&2
        rm "$DIR/out/filler"; cp "$DIR/stderr" "$DIR/first"; start; code=0; wait "$pid" || code=$?
        test "$code" = 0; cat "$DIR/stdout"; cat "$DIR/first" >&2; exit 7"#;
    if let Some(output) = scenario(3, 0, script) {
        expect(&output, 7, 3, "disk_full", "output");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(
            err.contains("error: failed to write below") && err.contains("hint: nothing is lost: free space"),
            "{err}"
        );
        let summary: serde_json::Value = serde_json::from_str(out.trim()).unwrap();
        assert_eq!((&summary["pages_delivered"], &summary["pages_held"]), (&3.into(), &0.into()), "{summary}");
    }
}

#[test]
fn a_limit_on_the_size_of_files_stops_the_run_and_nothing_else() {
    // Only the program's own PDF is larger than the limit: plain pictures stay in their scans.
    let script = r#"mv "$DIR/plain" "$DIR/in"; ulimit -S -f 1000; start; code=0; wait "$pid" || code=$?
        test "$code" = 1; cp "$DIR/stderr" "$DIR/first"; ulimit -S -f unlimited; start; code=0; wait "$pid" || code=$?
        test "$code" = 0; cat "$DIR/first" >&2; cat "$DIR/stdout""#;
    if let Some(output) = scenario(0, 0, script) {
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{out}\n{err}");
        assert!(err.contains("File too large") && err.contains("nothing is lost"), "{err}");
        let summary: serde_json::Value = serde_json::from_str(out.trim()).unwrap();
        assert_eq!((&summary["pages_delivered"], &summary["pages_held"]), (&2.into(), &0.into()), "{summary}");
    }
}

#[test]
fn a_case_folder_that_is_closed_to_this_user_is_waited_for() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: not root: nobody's rights can be taken away from whoever owns a folder by another");
        return;
    }
    // As nobody: no permission stops root. The folder of the last case is there already, and closed while pages are read.
    let script = r#"AS="setpriv --reuid=65534 --regid=65534 --clear-groups"
        mkdir -p "$DIR/out/9"; chown -R 65534:65534 "$DIR"
        $AS test -x "$PROGRAM" -a -r models -a -w "$DIR/out/9" || exit 77
        start; await_event '"scan_received"'; chmod 0 "$DIR/out/9"
        await_event '"paused"'; chmod 755 "$DIR/out/9"; finish"#;
    if let Some(output) = scenario(16, 0, script) {
        if output.status.code() == Some(77) {
            eprintln!("SKIPPED: another user cannot run the program from here");
            return;
        }
        expect(&output, 0, 16, "permission", "output");
    }
}
