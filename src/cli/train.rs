//! `scanstrasse train`: document types learned from samples.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::line::load_rules;
use super::{Exit, Failure, samples};
use crate::assemble::Matcher;
use crate::learn::{Sample, TrainParams, Trained, train};
use crate::pipeline::{self, Pipeline};

/// Learn document types from samples: 5 to 10 of each type are a good start, 50 are better
///
/// DIR has a folder for each type, named as the type. In it lie scans, or the JSON that `scanstrasse ocr --format json`
/// makes of them (a big set is read once that way); one file is one document. A folder `unbekannt` holds documents of none
/// of the types, if there is one. Samples of one form or one sender may lie in a folder of their own below that of the type.
#[derive(Debug, Args)]
pub(super) struct TrainArguments {
    /// The folder of the samples
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The model file, to be named as classify.model in the pipeline file
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// The pipeline whose rules will stand beside the model, and whose settings scans are read with
    #[arg(long, value_name = "PIPELINE")]
    pipeline: Option<String>,
    /// Share of wrong answers, 0.0001 to 0.5, that the model's own threshold allows
    #[arg(long, value_name = "SHARE", default_value = "0.01", value_parser = share)]
    error_rate: f32,
    /// Worker processes [default: one for each processor]
    #[arg(long, value_name = "N")]
    workers: Option<u16>,
}

pub(super) fn run(arguments: &TrainArguments) -> Result<Exit, Failure> {
    let pipeline = rules_or_default(arguments.pipeline.as_deref())?;
    let files = samples::find(&arguments.folder)?;
    let rules = Matcher::new(&pipeline.types);
    let read = samples::read(&files, &pipeline, arguments.workers, |file, pages| {
        Sample::read(&file.type_name, file.group.clone(), pages, &rules)
    })?;
    let begun = Instant::now();
    let params = TrainParams { error_rate: arguments.error_rate, ..TrainParams::default() };
    let trained = train(&read.made, rules.rule_types(), &params)
        .map_err(|e| Failure::usage(e.to_string(), "add samples: see docs/classify.md"))?;
    let bytes = trained.model.encode();
    write(&arguments.output, &bytes)?;
    report(arguments, &trained, bytes.len(), begun);
    Ok(if read.unread == 0 { Exit::Delivered } else { Exit::Held })
}

/// A pipeline by name, without its model; without a name, what a file with nothing but one says.
pub(super) fn rules_or_default(name: Option<&str>) -> Result<Pipeline, Failure> {
    match name {
        Some(name) => load_rules(name),
        None => pipeline::parse("", "line.name = \"samples\"")
            .map_err(|_| Failure::stopped("the program's own defaults are no pipeline", "report this")),
    }
}

/// A share of errors.
pub(super) fn share(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(share) if (0.0001..=0.5).contains(&share) => Ok(share),
        _ => Err("not a number from 0.0001 to 0.5".into()),
    }
}

/// All of the file or none of it.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |e: std::io::Error| {
        Failure::stopped(format!("failed to write {}: {e}", path.display()), "check its folder and the space left")
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}

fn report(arguments: &TrainArguments, trained: &Trained, bytes: usize, begun: Instant) {
    let samples: usize = trained.types.iter().map(|(_, count)| count).sum();
    for (name, count) in trained.types.iter().filter(|(_, count)| *count < 5) {
        eprintln!("warning: only {count} samples of \"{name}\"; 5 to 10 are a good start");
    }
    let figures = &trained.figures;
    let (types, seconds) = (trained.types.len(), begun.elapsed().as_secs_f64());
    println!(
        "{}: {samples} samples of {types} types, {} features, {} KiB, trained in {seconds:.1} s",
        arguments.output.display(),
        trained.features,
        bytes.div_ceil(1024),
    );
    println!(
        "cross-validation (samples that look alike kept together): macro-F1 {:.3} with {:.1} % left open, {:.2} % of the \
         answers wrong, at the model's threshold {:.3}",
        figures.macro_f1_of_answers(),
        percent(figures.abstention.value()),
        percent(figures.error.value()),
        figures.threshold,
    );
    println!("what counts is a set of samples that training has not seen: scanstrasse evaluate");
}

fn percent(share: Option<f64>) -> f64 {
    100.0 * share.unwrap_or_default()
}
