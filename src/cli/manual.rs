//! `scanstrasse manual`: man pages and completions, written from the same definition that reads the arguments.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::builder::StyledStr;
use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use super::{Arguments, Exit, Failure};

/// Write man pages to DIR/man1, and completions to DIR/bash, DIR/zsh and DIR/fish
#[derive(Debug, Args)]
pub(super) struct ManualArguments {
    /// Is made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(super) fn run(arguments: &ManualArguments) -> Result<Exit, Failure> {
    write(&arguments.folder).map_err(|e| {
        let message = format!("failed to write to {}: {e}", arguments.folder.display());
        Failure::stopped(message, "name a folder that you may write to")
    })?;
    Ok(Exit::Delivered)
}

fn write(folder: &Path) -> io::Result<()> {
    let pages = folder.join("man1");
    fs::create_dir_all(&pages)?;
    clap_mangen::generate_to(visible(Arguments::command()), &pages)?;
    for (shell, name) in [(Shell::Bash, "bash"), (Shell::Zsh, "zsh"), (Shell::Fish, "fish")] {
        let folder = folder.join(name);
        fs::create_dir_all(&folder)?;
        clap_complete::generate_to(shell, &mut visible(Arguments::command()), env!("CARGO_PKG_NAME"), &folder)?;
    }
    Ok(())
}

/// What people use. Hidden commands are left out: completions would offer them all the same.
fn visible(command: Command) -> Command {
    let text = |text: Option<&StyledStr>| text.map(StyledStr::to_string).unwrap_or_default();
    let kept: Vec<Command> = command.get_subcommands().filter(|sub| !sub.is_hide_set()).cloned().collect();
    Command::new(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .about(text(command.get_about()))
        .after_help(text(command.get_after_help()))
        .subcommand_required(true)
        .subcommands(kept)
}
