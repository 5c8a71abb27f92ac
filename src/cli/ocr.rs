//! `scanstrasse ocr`: what OCR sees, without a ledger.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::reading::{Finished, Reading, picture_path};
use super::{Exit, Failure, processors, warn_of_gaps};
use crate::export::{ExportFormat, Exporter};
use crate::infer::ModelFolder;
use crate::model::ImageStream;
use crate::ocr::{EngineKind, OcrParams};
use crate::page::Recipe;
use crate::pdf::{DocumentInfo, PdfWriter};
use crate::worker::pool::Pool;
use crate::worker::{PoolConfig, WorkerLimits};

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
