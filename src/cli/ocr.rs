//! `scanstrasse ocr`: what OCR sees, without a ledger.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Exit, Failure, processors, warn_of_gaps};
use crate::export::{ExportFormat, Exporter};
use crate::infer::ModelFolder;
use crate::model::{Fault, ImageStream, PageRecord};
use crate::ocr::{EngineKind, OcrParams};
use crate::page::Recipe;
use crate::pdf::{DocumentInfo, PdfWriter};
use crate::worker::pool::Pool;
use crate::worker::{Answer, Job, PoolConfig, WorkerLimits, check, out_of_turn};

/// Show what OCR sees on scans: text, words with boxes, or a searchable PDF; needs no pipeline and keeps no record
#[derive(Debug, Args)]
pub(super) struct OcrArguments {
    /// TIFF, JPEG, PNG or PDF files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which engine reads
    #[arg(long, value_enum, default_value_t = Engine::Ppocr)]
    engine: Engine,
    /// What is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// One file for each input, of the same base name, goes here; else everything goes to standard output
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Languages for Tesseract, as its packages name them
    #[arg(long, value_name = "LANG", value_delimiter = '+', default_value = "deu")]
    language: Vec<String>,
    /// Longest side, in pixels, of the raster in which text is looked for; more finds smaller print, slower
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u32).range(320..=4096))]
    detect_side: Option<u32>,
    /// Lines are squeezed to this share of their width before they are read, 0.5 to 1; 1 is slowest and most exact
    #[arg(long, value_name = "SHARE", value_parser = line_width)]
    line_width: Option<f32>,
    /// Worker processes [default: one for each processor]
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Engine {
    /// PP-OCRv6 tiny: Latin script, fast
    Ppocr,
    /// Tesseract: any installed language
    Tesseract,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Format {
    /// Plain text in reading order
    Text,
    /// Words with boxes and confidences, orientation, skew, blank measure
    Json,
    /// hOCR
    Hocr,
    /// ALTO XML
    Alto,
    /// PDF/A-2u with invisible text
    Pdf,
}

impl Format {
    /// The export that this is; `None` for PDF.
    fn export(self) -> Option<ExportFormat> {
        match self {
            Self::Text => Some(ExportFormat::Text),
            Self::Json => Some(ExportFormat::Json),
            Self::Hocr => Some(ExportFormat::Hocr),
            Self::Alto => Some(ExportFormat::Alto),
            Self::Pdf => None,
        }
    }
}

pub(super) fn run(arguments: &OcrArguments) -> Result<Exit, Failure> {
    let names = output_names(arguments)?;
    let models =
        ModelFolder::locate(None).map_err(|e| Failure { exit: Exit::Stopped, message: e.to_string(), hint: None })?;
    let engine = match arguments.engine {
        Engine::Ppocr => EngineKind::Ppocr,
        Engine::Tesseract => EngineKind::Tesseract,
    };
    let usual = OcrParams::default();
    let ocr = OcrParams {
        engine,
        languages: arguments.language.clone(),
        detect_side_px: arguments.detect_side.unwrap_or(usual.detect_side_px),
        line_width: arguments.line_width.unwrap_or(usual.line_width),
        ..usual
    };
    let workers = arguments.workers.unwrap_or_else(|| processors().min(arguments.files.len().max(2))).max(1);
    let pool = Pool::start(PoolConfig {
        workers,
        recipe: Recipe { orient_by_content: true, ocr, ..Recipe::default() },
        models: models.path().to_owned(),
        limits: WorkerLimits::default(),
    })
    .map_err(|e| Failure::stopped(e.to_string(), "install what is named, or check the models with `make models`"))?;
    warn_of_gaps(pool.protection(), false);
    let pictures = tempfile::tempdir().map_err(|e| {
        Failure::stopped(format!("failed to make a temporary folder: {e}"), "check TMPDIR and its space")
    })?;

    let mut reading = Reading::new(&arguments.files, pictures.path());
    let mut exit = Exit::Delivered;
    while let Some(finished) = reading.next_file(&pool)? {
        let input = &arguments.files[finished.file];
        for (page, fault) in &finished.faults {
            let page = page.map_or(String::new(), |index| format!(", page {}", index + 1));
            eprintln!("error: {}{page}: {fault}", input.display());
            exit = Exit::Held;
        }
        if !finished.records.is_empty() {
            write_file(arguments.format, input, names[finished.file].as_deref(), &finished, pictures.path())?;
        }
    }
    pool.stop();
    Ok(exit)
}

fn line_width(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(share) if (0.5..=1.0).contains(&share) => Ok(share),
        _ => Err("not a number from 0.5 to 1".into()),
    }
}

/// The file each input's result goes to; `None` is standard output.
fn output_names(arguments: &OcrArguments) -> Result<Vec<Option<PathBuf>>, Failure> {
    let Some(folder) = &arguments.output else {
        if arguments.format == Format::Pdf && arguments.files.len() > 1 {
            return Err(Failure::usage("several PDFs do not fit on standard output", "name a folder with --output"));
        }
        return Ok(vec![None; arguments.files.len()]);
    };
    fs::create_dir_all(folder).map_err(|e| {
        Failure::stopped(format!("failed to make {}: {e}", folder.display()), "choose a folder that can be written")
    })?;
    let mut names = Vec::with_capacity(arguments.files.len());
    for file in &arguments.files {
        let mut name = file.file_stem().map_or_else(OsString::new, OsString::from);
        name.push(".");
        name.push(arguments.format.export().map_or("pdf", ExportFormat::extension));
        let name = folder.join(name);
        if names.contains(&Some(name.clone())) {
            return Err(Failure::usage(
                format!("two inputs would both be written to {}", name.display()),
                "call the program once for each folder",
            ));
        }
        names.push(Some(name));
    }
    Ok(names)
}

/// All pages of one input, in order.
struct Finished {
    file: usize,
    /// Page index and record.
    records: Vec<(u32, PageRecord)>,
    /// Page index, or `None` for the whole file, and why it failed.
    faults: Vec<(Option<u32>, Fault)>,
}

/// Where one input stands.
#[derive(Default)]
struct Progress {
    pages: Option<u32>,
    records: Vec<(u32, PageRecord)>,
    faults: Vec<(Option<u32>, Fault)>,
}

impl Progress {
    fn is_finished(&self) -> bool {
        self.pages.is_some_and(|pages| self.records.len() + self.faults.len() >= pages as usize)
            || self.faults.iter().any(|(page, _)| page.is_none())
    }
}

/// Feeds the workers: files are opened in order, pages of an opened file go before the next file is opened.
struct Reading<'a> {
    files: &'a [PathBuf],
    pictures: &'a Path,
    progress: Vec<Progress>,
    /// (file, page); page `None` opens the file.
    waiting: VecDeque<(usize, Option<u32>)>,
    /// What was submitted, by ticket.
    submitted: Vec<(usize, Option<u32>)>,
    in_flight: usize,
    next: usize,
}

impl<'a> Reading<'a> {
    fn new(files: &'a [PathBuf], pictures: &'a Path) -> Self {
        Self {
            files,
            pictures,
            progress: files.iter().map(|_| Progress::default()).collect(),
            waiting: (0..files.len()).map(|file| (file, None)).collect(),
            submitted: Vec::new(),
            in_flight: 0,
            next: 0,
        }
    }

    /// The next input, in the order of the command line, when all its pages are read.
    fn next_file(&mut self, pool: &Pool) -> Result<Option<Finished>, Failure> {
        loop {
            let Some(progress) = self.progress.get_mut(self.next) else { return Ok(None) };
            if progress.is_finished() {
                let Progress { mut records, mut faults, .. } = std::mem::take(progress);
                records.sort_by_key(|(index, _)| *index);
                faults.sort_by_key(|(index, _)| *index);
                self.next += 1;
                return Ok(Some(Finished { file: self.next - 1, records, faults }));
            }
            self.submit(pool);
            let Ok(outcome) = pool.outcomes().recv() else {
                return Err(Failure::stopped("no worker is left", "run the command again"));
            };
            self.in_flight -= 1;
            let Some(&(file, page)) = self.submitted.get(outcome.ticket as usize) else { continue };
            self.note(file, page, outcome.result);
        }
    }

    fn submit(&mut self, pool: &Pool) {
        while let Some(&(file, page)) = self.waiting.front() {
            let path = self.files[file].clone();
            let job = match page {
                None => Job::Open { path },
                Some(index) => Job::Page { path, index, picture: picture_path(self.pictures, file, index), read: true },
            };
            // At least one must be under way; beyond that, as many as the workers' queue takes.
            if pool.jobs().try_send((self.submitted.len() as u64, job)).is_err() {
                return;
            }
            self.waiting.pop_front();
            self.submitted.push((file, page));
            self.in_flight += 1;
        }
    }

    fn note(&mut self, file: usize, page: Option<u32>, result: Result<Answer, Fault>) {
        let progress = &mut self.progress[file];
        match (page, result) {
            (None, Ok(Answer::Opened { pages })) => {
                progress.pages = Some(pages);
                for index in (0..pages).rev() {
                    self.waiting.push_front((file, Some(index)));
                }
            }
            (Some(index), Ok(Answer::Processed { record })) => {
                let scan_len = fs::metadata(&self.files[file]).map_or(0, |m| m.len());
                match check(&record, scan_len) {
                    Ok(()) => progress.records.push((index, *record)),
                    Err(fault) => progress.faults.push((page, fault)),
                }
            }
            (_, Err(fault)) => progress.faults.push((page, fault)),
            (_, Ok(_)) => progress.faults.push((page, out_of_turn())),
        }
    }
}

fn picture_path(folder: &Path, file: usize, index: u32) -> PathBuf {
    folder.join(format!("{file}-{index}"))
}

/// Writes one input's result to `target`, or to standard output.
fn write_file(
    format: Format,
    input: &Path,
    target: Option<&Path>,
    finished: &Finished,
    pictures: &Path,
) -> Result<(), Failure> {
    let failed = |e: io::Error| {
        let name = target.map_or_else(|| "standard output".to_owned(), |t| t.display().to_string());
        Failure::stopped(format!("failed to write {name}: {e}"), "check its folder and the space left")
    };
    let out: Box<dyn Write> = match target {
        Some(path) => Box::new(File::create(path).map_err(failed)?),
        None => Box::new(io::stdout().lock()),
    };
    let mut out = BufWriter::new(out);
    match format.export() {
        Some(format) => write_export(&mut out, format, input, finished),
        None => write_pdf(&mut out, input, finished, pictures),
    }
    .and_then(|()| out.flush())
    .map_err(failed)
}

fn write_export(out: &mut dyn Write, format: ExportFormat, input: &Path, finished: &Finished) -> io::Result<()> {
    let mut export = Exporter::begin(out, format, &input.to_string_lossy())?;
    for (index, record) in &finished.records {
        export.page(index + 1, record)?;
    }
    export.end().map(|_| ())
}

fn write_pdf(out: &mut dyn Write, input: &Path, finished: &Finished, pictures: &Path) -> io::Result<()> {
    let info = DocumentInfo {
        title: input.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        language: "de".into(),
        created: jiff::Timestamp::now(),
        subject: None,
    };
    let mut pdf = PdfWriter::begin(out, &info).map_err(io::Error::other)?;
    for (index, record) in &finished.records {
        let mut stream: Box<dyn Read> = match record.image.stream {
            ImageStream::InScan(range) => {
                let mut scan = File::open(input)?;
                scan.seek(SeekFrom::Start(range.offset))?;
                Box::new(scan.take(range.len))
            }
            ImageStream::Stored { .. } => Box::new(File::open(picture_path(pictures, finished.file, *index))?),
        };
        pdf.page(record, &mut stream, None).map_err(io::Error::other)?;
    }
    pdf.finish().map_err(io::Error::other)?;
    Ok(())
}
