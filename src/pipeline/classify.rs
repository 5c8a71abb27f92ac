//! How documents get their types: `[classify]`, and the model file that it names.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::reader::Table;
use crate::assemble::ClassifyRules;
use crate::assemble::model::{Model, ModelError};

/// Largest model file, in bytes; the largest that training writes has a tenth of it.
const MAX_MODEL_BYTES: u64 = 32 << 20;

/// A model file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelFileError {
    /// It cannot be read.
    #[error("failed to read model {}: {source}", path.display())]
    Read {
        /// As named.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no model, or damaged.
    #[error("model {}: {source}", path.display())]
    Unusable {
        /// As named.
        path: PathBuf,
        /// Why.
        source: ModelError,
    },
}

/// Reads a model file.
///
/// # Errors
/// It cannot be read, is too large, no model, of another version, or damaged.
pub fn read_model(path: &Path) -> Result<Model, ModelFileError> {
    let failed = |source| ModelFileError::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(MAX_MODEL_BYTES + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > MAX_MODEL_BYTES {
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for a model")));
    }
    Model::parse(&bytes).map_err(|source| ModelFileError::Unusable { path: path.to_owned(), source })
}

/// The rules, without the model; and the model's file, if one is named.
pub(super) fn classify(top: &Table<'_>) -> (ClassifyRules, Option<PathBuf>) {
    let table = top.table("classify");
    let model = table.text("model").map(|text| PathBuf::from(text.value));
    let threshold = table.number("threshold", 0.0..=1.0);
    let hold = table.choice("below", &[("deliver", false), ("hold", true)]).unwrap_or_default();
    table.finish();
    (ClassifyRules { model: None, threshold, hold }, model)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::disallowed_methods)]
mod tests {
    use super::super::{load, parse};

    #[test]
    fn a_model_that_cannot_be_used_is_told() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("x.toml");
        std::fs::write(&path, "[line]\nname = \"x\"\n[classify]\nmodel = \"m/our.model\"\n").unwrap();
        let told = || load(&path).unwrap_err().to_string();
        assert!(told().starts_with("classify.model: failed to read model"), "{}", told());
        std::fs::create_dir(root.path().join("m")).unwrap();
        std::fs::write(root.path().join("m/our.model"), "PK").unwrap();
        assert!(told().ends_with("m/our.model: this is no model that `scanstrasse train` wrote"), "{}", told());
    }

    #[test]
    fn a_model_may_know_what_no_rule_tells() {
        let text = "line.name = \"x\"\n[classify]\nmodel = \"x.model\"\nthreshold = 0.9\nbelow = \"hold\"\n[[type]]\nname = \"Foto\"\n";
        let pipeline = parse("x", text).unwrap();
        assert_eq!((pipeline.classify.threshold, pipeline.classify.hold), (Some(0.9), true));
        assert_eq!(pipeline.model_file, Some("x.model".into()));
        let problems = parse("x", &text.replace("model = \"x.model\"", "")).unwrap_err();
        assert_eq!((problems.len(), problems[0].line, problems[0].key.as_str()), (1, 7, "type.name"));
    }
}
