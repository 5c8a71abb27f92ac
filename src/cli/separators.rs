//! `scanstrasse separators`: printable separator sheets.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, ValueEnum};

use super::{Exit, Failure};
use crate::charset::decode;
use crate::model::{SheetLevel, SheetOrder};
use crate::sheets::list::{self, CaseList, ListFault};
use crate::sheets::{MAX_COUNT, SeparatorPrint, Serials, SheetError, Sides, case_number, type_name};

/// Print separator sheets (Trennblätter): A4, in German, with patch code and QR code on every sheet
///
/// A separator is laid before the first page of what it begins. The line takes it out again, and what it says (case
/// number, type, how much follows) goes into the index; if more or less follows, a person is asked.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, group(ArgGroup::new("what").required(true).multiple(true).args(["cases_named", "list", "count"])))]
pub(super) struct SeparatorArguments {
    /// A sheet for this case number (Aktenzeichen); may be given several times
    #[arg(id = "cases_named", long = "case", value_name = "NUMBER", value_parser = case_number, allow_hyphen_values = true)]
    cases: Vec<String>,
    /// A sheet for each row of a list: CSV with a column Aktenzeichen (or case), and if wanted Art (type), Seiten
    /// (pages), Blätter (sheets), Ebene (level)
    #[arg(id = "list", long = "cases", value_name = "FILE")]
    list: Option<PathBuf>,
    /// So many neutral sheets without a case number, to be used again and again; for documents unless --level says
    /// otherwise
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_COUNT as i64), conflicts_with_all = ["cases_named", "list"])]
    count: Option<u32>,
    /// What begins behind a sheet [default: case; with --count document]
    #[arg(long, value_enum)]
    level: Option<Level>,
    /// Document type (Art) of what follows, as the pipeline calls it
    #[arg(long = "type", value_name = "TYPE", value_parser = type_name)]
    type_name: Option<String>,
    /// Pages that follow: printed sides, and blank ones between them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_COUNT as i64))]
    pages: Option<u32>,
    /// Sheets of paper that follow
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MAX_COUNT as i64))]
    sheets: Option<u32>,
    /// Print the front only; the back stays blank (this is so without either option)
    #[arg(long, conflicts_with = "duplex")]
    simplex: bool,
    /// Print both sides alike: either may lie up, and a scanner that reads both finds no blank page
    #[arg(long)]
    duplex: bool,
    /// The PDF file to write; `-` for standard output
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

const EXAMPLES: &str = "\
Examples:
  scanstrasse separators --case 33.2-4711/24 --output sheet.pdf          one case
  scanstrasse separators --case 4711 --pages 12 --output sheet.pdf       the line checks that 12 pages follow
  scanstrasse separators --cases akten.csv --duplex --output sheets.pdf  a sheet for each row of a list
  scanstrasse separators --count 100 --output documents.pdf              neutral sheets between documents

A list, as spreadsheets save it (UTF-8 or Windows-1252; `;`, `,` or tab):
  Aktenzeichen;Art;Seiten;Blätter
  33.2-4711/24;Ausländerakte;120;60
  33.2-4712/24;;;

Print at 100 % (\"actual size\"), black on white. Every sheet has a number of its own: do not copy sheets, print new ones.
Patch codes: 2 for a document, T for a case, 3 for a batch.";

/// What begins behind a sheet.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    /// A document (patch code 2)
    Document,
    /// A case (patch code T)
    Case,
    /// A batch (patch code 3)
    Batch,
}

impl From<Level> for SheetLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Document => Self::Document,
            Level::Case => Self::Case,
            Level::Batch => Self::Batch,
        }
    }
}

/// Longest list that is read, bytes: a million rows of 64.
const MAX_LIST_BYTES: u64 = 64 << 20;
/// Faults of a list that are told one by one.
const MAX_FAULTS: usize = 20;

pub(super) fn run(arguments: &SeparatorArguments) -> Result<Exit, Failure> {
    let target = Target::choose(arguments)?;
    let orders = orders(arguments)?;
    let count = orders.len();
    let sides = if arguments.duplex { Sides::Both } else { Sides::One };
    target.write(|out| print(out, orders, sides))?;
    let sheets = if count == 1 { "1 sheet".to_owned() } else { format!("{count} sheets") };
    let way = if arguments.duplex { "on both sides" } else { "on one side" };
    eprintln!("{sheets}; print at 100 % (\"actual size\"), {way}");
    Ok(Exit::Delivered)
}

/// The orders of all sheets, without serials.
fn orders(arguments: &SeparatorArguments) -> Result<Vec<SheetOrder>, Failure> {
    let usual = if arguments.count.is_some() { Level::Document } else { Level::Case };
    let preset = SheetOrder {
        level: arguments.level.unwrap_or(usual).into(),
        case: None,
        type_name: arguments.type_name.clone(),
        pages: arguments.pages,
        sheets: arguments.sheets,
        serial: None,
    };
    let neutral = (0..arguments.count.unwrap_or(0)).map(|_| preset.clone());
    let named = arguments.cases.iter().map(|case| SheetOrder { case: Some(case.clone()), ..preset.clone() });
    let mut orders: Vec<SheetOrder> = neutral.chain(named).collect();
    if let Some(path) = &arguments.list {
        orders.extend(read_list(path, &preset)?);
    }
    Ok(orders)
}

fn read_list(path: &Path, preset: &SheetOrder) -> Result<Vec<SheetOrder>, Failure> {
    let shown = super::place::shown(path);
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_LIST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|e| Failure::usage(format!("failed to read {shown}: {e}"), "name a CSV file with --cases"))?;
    if bytes.len() as u64 > MAX_LIST_BYTES {
        let mib = MAX_LIST_BYTES >> 20;
        return Err(Failure::usage(format!("{shown} has more than {mib} MiB"), "print in several parts"));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Failure::usage(format!("{shown} is a spreadsheet"), "save it as CSV (in Excel: \"CSV UTF-8\")"));
    }
    let CaseList { orders, unknown, repeated } =
        list::read(&decode(&bytes), preset).map_err(|faults| list_failure(&shown, &faults))?;
    if !unknown.is_empty() {
        eprintln!("note: columns of {shown} that are not used: {}", unknown.join(", "));
    }
    if let Some(row) = repeated.first() {
        let count = repeated.len();
        eprintln!("note: {count} rows of {shown} repeat the case number of an earlier row; the first is row {row}");
    }
    Ok(orders)
}

/// All faults of a list at once, up to a screen of them.
fn list_failure(shown: &str, faults: &[ListFault]) -> Failure {
    let mut message = format!("{shown} cannot be used; nothing was written:");
    for fault in faults.iter().take(MAX_FAULTS) {
        message.push_str(&format!("\n  {fault}"));
    }
    if let Some(more) = faults.len().checked_sub(MAX_FAULTS).filter(|more| *more > 0) {
        message.push_str(&format!("\n  and {more} more"));
    }
    Failure::usage(message, "mend these rows; `scanstrasse separators --help` shows a list")
}

/// Writes the sheets.
fn print(out: &mut dyn Write, orders: Vec<SheetOrder>, sides: Sides) -> Result<(), Failure> {
    let failed = |number: usize, error: SheetError| match error {
        SheetError::TooLong => {
            Failure::usage(format!("sheet {number}: {error}"), "shorten the case number or the type")
        }
        error => Failure::stopped(error.to_string(), "check the folder and the space left"),
    };
    let mut serials = Serials::fresh().map_err(|e| failed(0, e))?;
    let created = jiff::Timestamp::now();
    let mut sheets = SeparatorPrint::begin(out, sides, created).map_err(|e| failed(0, e))?;
    for (index, order) in orders.into_iter().enumerate() {
        let order = SheetOrder { serial: serials.next(), ..order };
        sheets.sheet(&order).map_err(|e| failed(index + 1, e))?;
    }
    sheets.finish().map_err(|e| failed(0, e))?;
    Ok(())
}

/// Where the PDF goes.
enum Target<'a> {
    Standard,
    File { path: &'a Path, shown: String, over: bool },
}

impl<'a> Target<'a> {
    /// Before any work: may it be written?
    fn choose(arguments: &'a SeparatorArguments) -> Result<Self, Failure> {
        let path = arguments.output.as_path();
        if path.as_os_str() == "-" {
            if io::stdout().is_terminal() {
                return Err(Failure::usage("a PDF would go to the terminal", "name a file with --output"));
            }
            return Ok(Self::Standard);
        }
        let shown = super::place::shown(path);
        if path.is_dir() {
            return Err(Failure::usage(format!("{shown} is a folder"), "name the PDF file to write"));
        }
        if !arguments.force && fs::symlink_metadata(path).is_ok() {
            return Err(exists(&shown));
        }
        Ok(Self::File { path, shown, over: arguments.force })
    }

    /// Lets `print` write; a file appears under its name only when it is whole.
    fn write(self, print: impl FnOnce(&mut dyn Write) -> Result<(), Failure>) -> Result<(), Failure> {
        let Self::File { path, shown, over } = self else { return print(&mut BufWriter::new(io::stdout().lock())) };
        let failed = |e: io::Error| {
            Failure::stopped(format!("failed to write {shown}: {e}"), "check its folder and the space left")
        };
        let folder = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut part = tempfile::Builder::new()
            .prefix(".separators")
            .suffix(".part")
            // Less the umask, as for any file that a person makes.
            .permissions(fs::Permissions::from_mode(0o666))
            .tempfile_in(folder)
            .map_err(failed)?;
        print(&mut BufWriter::new(part.as_file_mut()))?;
        part.as_file().sync_all().map_err(failed)?;
        let placed = if over { part.persist(path) } else { part.persist_noclobber(path) };
        placed.map(|_| ()).map_err(|e| match e.error.kind() {
            io::ErrorKind::AlreadyExists => exists(&shown),
            _ => failed(e.error),
        })
    }
}

fn exists(shown: &str) -> Failure {
    Failure::usage(format!("{shown} is there already"), "choose another name, or write over it with --force")
}
