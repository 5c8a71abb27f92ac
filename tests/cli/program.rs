//! Running programs, ours and others'.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The repository: pipelines, models and test data lie below it.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, ready to be started in the repository, without a terminal; it speaks English unless told otherwise.
pub(crate) fn scanstrasse<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scanstrasse"));
    command.args(arguments).current_dir(root()).stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
    command
}

/// `scanstrasse run auslaenderamt INPUT --output OUTPUT` with more arguments.
pub(crate) fn run(input: &str, output: &Path, more: &[&str]) -> Command {
    let mut command = scanstrasse(["run", "pipelines/auslaenderamt.toml", input, "--output"]);
    command.arg(output).args(more);
    command
}

/// What a finished program said, for messages of assertions.
pub(crate) fn said(output: &Output) -> String {
    format!(
        "{}\n--- standard output\n{}\n--- standard error\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Standard output of another program that must succeed.
pub(crate) fn ask<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: impl IntoIterator<Item = S>) -> String {
    let program = program.as_ref();
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program:?} cannot run ({error}): `make tools` installs it"));
    assert!(output.status.success(), "{program:?}: {}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A case as the folder target delivered it.
pub(crate) struct Case {
    pub(crate) folder: PathBuf,
    /// `case.json`.
    pub(crate) account: Value,
}

impl Case {
    pub(crate) fn read(folder: PathBuf) -> Self {
        let account = std::fs::read(folder.join("case.json"))
            .unwrap_or_else(|error| panic!("{}/case.json: {error}", folder.display()));
        Self { account: serde_json::from_slice(&account).expect("case.json is JSON"), folder }
    }

    /// A list of `case.json`.
    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.account[name].as_array().unwrap_or_else(|| panic!("case.json has a list `{name}`"))
    }

    /// The documents with the paths of their PDFs.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (&Value, PathBuf)> {
        self.list("documents").iter().map(|document| {
            let file = document["file"].as_str().expect("a document has a file");
            (document, self.folder.join(file))
        })
    }
}

/// Whether `entry["file"]` of `case.json` is the scan `file`, with or without folders before it.
pub(crate) fn is_of_scan(entry: &Value, file: &str) -> bool {
    entry["file"].as_str().is_some_and(|name| Path::new(name).ends_with(file))
}
