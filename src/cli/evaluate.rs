//! `scanstrasse evaluate`: how good the classification of a pipeline is, on documents whose types are known.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::train::{rules_or_default, share};
use super::{Exit, Failure, samples};
use crate::assemble::model::{Model, PageFeatures, fingerprint};
use crate::assemble::{ClassifyRules, Evidence, Matcher, UNKNOWN_TYPE};
use crate::learn::{Answer, Figures, Share, threshold_for};
use crate::pipeline::read_model;

/// Measure the classification of a pipeline on documents whose types are known
///
/// DIR is laid out as for `train`, with other documents. Documents in a folder `unbekannt`, or of a type that neither the
/// pipeline nor the model knows, are of none of the types: the right answer is none.
#[derive(Debug, Args)]
pub(super) struct EvaluateArguments {
    /// The folder of the documents
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The pipeline that is measured: its rules, its model, its threshold
    #[arg(long, value_name = "PIPELINE")]
    pipeline: Option<String>,
    /// This model, not that of the pipeline
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Who is asked
    #[arg(long, value_enum, default_value_t = By::Both)]
    by: By,
    /// Share of wrong answers, 0.0001 to 0.5, for which a threshold is named
    #[arg(long, value_name = "SHARE", default_value = "0.01", value_parser = share)]
    error_rate: f32,
    /// Everything as one JSON object
    #[arg(long)]
    json: bool,
    /// Worker processes [default: one for each processor]
    #[arg(long, value_name = "N")]
    workers: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum By {
    /// Rules and model
    Both,
    /// The pipeline's rules alone
    Rules,
    /// The model alone
    Model,
}

/// A document and what was said of it.
struct Asked {
    file: PathBuf,
    answer: Answer,
    /// The model was trained on it.
    seen: bool,
}

pub(super) fn run(arguments: &EvaluateArguments) -> Result<Exit, Failure> {
    let pipeline = rules_or_default(arguments.pipeline.as_deref())?;
    let file = arguments.model.as_ref().or(pipeline.model_file.as_ref()).filter(|_| arguments.by != By::Rules);
    let model = file
        .map(|path| read_model(path).map(Arc::new))
        .transpose()
        .map_err(|e| Failure::usage(e.to_string(), "name a model that `scanstrasse train` wrote"))?;
    let types = if arguments.by == By::Model { &[][..] } else { &pipeline.types[..] };
    if types.is_empty() && model.is_none() {
        return Err(Failure::usage("nothing to measure: neither rules nor a model", "name --pipeline or --model"));
    }
    let matcher = Matcher::with(types, ClassifyRules { model: model.clone(), ..pipeline.classify.clone() });
    let mut known: BTreeSet<&str> = types.iter().map(|rule| rule.name.as_str()).collect();
    known.extend(model.iter().flat_map(|model| model.types()).map(String::as_str));
    let files = samples::find(&arguments.folder)?;
    let read = samples::read(&files, &pipeline, arguments.workers, |file, pages| {
        let evidence: Vec<Evidence> = pages.iter().map(|page| matcher.evidence(page)).collect();
        let opinion = matcher.opinion(evidence.iter());
        let features = || pages.iter().filter(|page| !page.blank.is_blank).map(PageFeatures::of);
        let has_seen = |model: &Arc<Model>| model.has_seen(fingerprint(&features().collect::<Vec<_>>()));
        let truth = if known.contains(file.type_name.as_str()) { &file.type_name } else { UNKNOWN_TYPE };
        Some(Asked {
            file: file.path.clone(),
            answer: Answer {
                truth: truth.to_owned(),
                likeliest: opinion.likeliest.map(str::to_owned),
                confidence: opinion.confidence,
            },
            seen: model.as_ref().is_some_and(has_seen),
        })
    })?;
    let strangers: BTreeSet<&str> = files
        .iter()
        .map(|f| f.type_name.as_str())
        .filter(|name| !known.contains(name) && *name != UNKNOWN_TYPE)
        .collect();
    for name in &strangers {
        eprintln!(
            "warning: neither the pipeline nor the model knows the type \"{name}\": its documents count as of none"
        );
    }
    let seen = read.made.iter().filter(|asked| asked.seen).count();
    if seen > 0 {
        eprintln!("warning: the model was trained on {seen} of these documents: the figures are too good");
    }
    let mut asked = read.made;
    asked.sort_by(|a, b| a.answer.confidence.total_cmp(&b.answer.confidence).then_with(|| a.file.cmp(&b.file)));
    let answers: Vec<Answer> = asked.iter().map(|asked| asked.answer.clone()).collect();
    let figures = Figures::of(&answers, matcher.threshold());
    let given = answers.iter().filter(|answer| answer.likeliest.is_some());
    let is_wrong = |answer: &Answer| u8::from(answer.likeliest.as_deref() != Some(answer.truth.as_str()));
    let wanted: Vec<(f32, f32, f32)> = given.map(|a| (a.confidence, f32::from(is_wrong(a)), 1.0)).collect();
    let wanted = threshold_for(&wanted, arguments.error_rate).map(|threshold| Figures::of(&answers, threshold));
    let report =
        Report { arguments, figures: &figures, wanted: wanted.as_ref(), asked: &asked, seen, unread: read.unread };
    if arguments.json {
        println!("{}", report.json());
    } else {
        print!("{}", report.text());
    }
    Ok(if read.unread == 0 { Exit::Delivered } else { Exit::Held })
}

struct Report<'r> {
    arguments: &'r EvaluateArguments,
    figures: &'r Figures,
    /// At the threshold for the wanted error rate; `None` if none is high enough.
    wanted: Option<&'r Figures>,
    /// In order of doubt.
    asked: &'r [Asked],
    seen: usize,
    unread: usize,
}

/// Documents that are listed as text.
const LISTED: usize = 40;

impl Report<'_> {
    fn text(&self) -> String {
        use std::fmt::Write as _;
        let mut out = String::new();
        let figures = self.figures;
        let width = figures.types.iter().map(|of| of.name.chars().count()).max().unwrap_or_default().max(4);
        // Writing to a text does not fail.
        let _ = writeln!(out, "{:width$}  documents  open  precision              recall                 F1", "type");
        for of in &figures.types {
            let _ = writeln!(
                out,
                "{:width$}  {:9}  {:4}  {:21}  {:21}  {:.3}",
                of.name,
                of.recall.of,
                of.abstained,
                interval(of.precision),
                interval(of.recall),
                of.f1()
            );
        }
        let _ = writeln!(out, "\nconfusion (true type: answers that were given instead)");
        let mut last = "";
        for ((truth, said), count) in figures.confusion.iter().filter(|((truth, said), _)| truth != said) {
            if truth != last {
                let _ = writeln!(out, "  {truth}:");
            }
            let _ = writeln!(out, "    {count:4}  {said}");
            last = truth;
        }
        let _ = writeln!(out, "\nat the threshold {:.3}, which the pipeline would use:", figures.threshold);
        summary(&mut out, figures);
        match self.wanted {
            Some(wanted) => {
                let _ = writeln!(
                    out,
                    "at the threshold {:.3}, the lowest with at most {} % of the answers wrong here:",
                    wanted.threshold,
                    100.0 * self.arguments.error_rate
                );
                summary(&mut out, wanted);
            }
            None => {
                let _ = writeln!(
                    out,
                    "no threshold gives at most {} % of wrong answers",
                    100.0 * self.arguments.error_rate
                );
            }
        }
        let doubtful =
            self.asked.iter().filter(|asked| !is_right(&asked.answer) || asked.answer.confidence < figures.threshold);
        let _ = writeln!(out, "\nwrong or left open, in order of doubt:");
        for asked in doubtful.take(LISTED) {
            let likeliest = asked.answer.likeliest.as_deref().unwrap_or("nothing");
            let _ = writeln!(
                out,
                "  {:.3}  {}: {} taken for {likeliest}",
                asked.answer.confidence,
                asked.file.display(),
                asked.answer.truth
            );
        }
        out
    }

    fn json(&self) -> Value {
        let document = |asked: &Asked| {
            json!({
                "file": asked.file.to_string_lossy(),
                "type": asked.answer.truth,
                "likeliest": asked.answer.likeliest,
                "confidence": asked.answer.confidence,
            })
        };
        json!({
            "figures": figures_json(self.figures),
            "error_rate": self.arguments.error_rate,
            "at_error_rate": self.wanted.map(figures_json),
            "seen_in_training": self.seen,
            "unread": self.unread,
            "documents": self.asked.iter().map(document).collect::<Vec<_>>(),
        })
    }
}

fn is_right(answer: &Answer) -> bool {
    answer.likeliest.as_deref().unwrap_or(UNKNOWN_TYPE) == answer.truth
}

fn interval(share: Share) -> String {
    let Some(value) = share.value() else { return "-".into() };
    let (low, high) = share.interval();
    format!("{value:.3} ({low:.3} to {high:.3})")
}

fn summary(out: &mut String, figures: &Figures) {
    use std::fmt::Write as _;
    let _ = writeln!(
        out,
        "  macro-F1 {:.3} among the answers, {:.3} with what was left open counted as missed\n  left open {}, wrong among the answers {}",
        figures.macro_f1_of_answers(),
        figures.macro_f1(),
        interval(figures.abstention),
        interval(figures.error),
    );
    if figures.foreign_answered.of > 0 {
        let _ = writeln!(
            out,
            "  of none of the types: {} documents, answered {}",
            figures.foreign_answered.of,
            interval(figures.foreign_answered)
        );
    }
}

fn figures_json(figures: &Figures) -> Value {
    let share = |share: Share| {
        let (low, high) = share.interval();
        json!({ "count": share.count, "of": share.of, "value": share.value(), "low": low, "high": high })
    };
    let types = figures.types.iter().map(|of| {
        json!({
            "name": of.name,
            "precision": share(of.precision),
            "recall": share(of.recall),
            "f1": of.f1(),
            "left_open": of.abstained,
        })
    });
    let confusion =
        figures.confusion.iter().map(|((truth, said), count)| json!({ "type": truth, "answer": said, "count": count }));
    json!({
        "threshold": figures.threshold,
        "macro_f1": figures.macro_f1(),
        "macro_f1_of_answers": figures.macro_f1_of_answers(),
        "left_open": share(figures.abstention),
        "wrong": share(figures.error),
        "foreign_answered": share(figures.foreign_answered),
        "types": types.collect::<Vec<_>>(),
        "confusion": confusion.collect::<Vec<_>>(),
    })
}
