//! A strict reader of OpenMetrics 1.0 text, for the kinds of metric that the line has.

use std::collections::{BTreeMap, BTreeSet};

/// One line with a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    /// Kinds by family.
    pub(crate) families: BTreeMap<String, String>,
    pub(crate) samples: Vec<Sample>,
}

impl Exposition {
    pub(crate) fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let fits = |sample: &&Sample| {
            sample.name == name && labels.iter().all(|(k, v)| sample.labels.get(*k).is_some_and(|value| value == v))
        };
        let found: Vec<_> = self.samples.iter().filter(fits).collect();
        assert!(found.len() <= 1, "{name}: {found:?}");
        found.first().map(|sample| sample.value)
    }

    /// Names that samples of the families have.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let suffixes = |kind: &str| match kind {
            "counter" => &["_total"][..],
            "histogram" => &["_bucket", "_sum", "_count"],
            _ => &[""],
        };
        self.families.iter().flat_map(|(name, kind)| suffixes(kind).iter().map(move |s| format!("{name}{s}"))).collect()
    }
}

/// Reads a page, or panics with what is wrong about it.
pub(crate) fn read(text: &str) -> Exposition {
    let body = text.strip_suffix("# EOF\n").expect("ends with # EOF and a line feed");
    let mut all = Exposition::default();
    let mut family: Option<(String, String)> = None;
    let mut seen = BTreeSet::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let (word, rest) = rest.split_once(' ').expect(line);
            let (name, value) = rest.split_once(' ').expect(line);
            match word {
                "TYPE" => {
                    assert!(matches!(value, "counter" | "gauge" | "histogram"), "{line}");
                    assert!(all.families.insert(name.into(), value.into()).is_none(), "told twice: {line}");
                    family = Some((name.into(), value.into()));
                }
                "HELP" => assert!(value.ends_with('.') && !value.ends_with(".."), "{line}"),
                word => panic!("{word} in {line}"),
            }
            continue;
        }
        assert!(!line.is_empty() && !line.starts_with('#'), "{line:?}");
        let sample = sample(line);
        let (name, kind) = family.as_ref().expect("a TYPE before the first sample");
        let suffix = sample.name.strip_prefix(name.as_str()).unwrap_or_else(|| panic!("{line} in the family {name}"));
        let allowed: &[&str] = match kind.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            _ => &["_bucket", "_sum", "_count"],
        };
        assert!(allowed.contains(&suffix), "{line} in the family {name}, a {kind}");
        assert!(kind == "gauge" || sample.value >= 0.0, "{line}");
        assert!(seen.insert(format!("{}{:?}", sample.name, sample.labels)), "told twice: {line}");
        all.samples.push(sample);
    }
    check_histograms(&all);
    all
}

/// `name{key="value",...} 1.5`
fn sample(line: &str) -> Sample {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let (name, mut rest) = line.split_at(line.find(['{', ' ']).expect(line));
    assert!(is_name(name), "{line}");
    let mut labels = BTreeMap::new();
    if let Some(mut inner) = rest.strip_prefix('{') {
        loop {
            let (key, value) = inner.split_once("=\"").expect(line);
            assert!(is_name(key), "{line}");
            let end =
                (0..value.len()).find(|&at| value[at..].starts_with('"') && !value[..at].ends_with('\\')).expect(line);
            assert!(labels.insert(key.to_owned(), value[..end].to_owned()).is_none(), "{line}");
            match value[end + 1..].split_at(1) {
                (",", more) => inner = more,
                ("}", more) => {
                    rest = more;
                    break;
                }
                _ => panic!("{line}"),
            }
        }
    }
    let value = rest.strip_prefix(' ').expect(line);
    Sample { name: name.into(), labels, value: value.parse().unwrap_or_else(|_| panic!("{line}")) }
}

/// Classes grow, the last holds all.
fn check_histograms(all: &Exposition) {
    for (name, _) in all.families.iter().filter(|(_, kind)| *kind == "histogram") {
        let of = |suffix: &'static str| all.samples.iter().filter(move |s| s.name == format!("{name}{suffix}"));
        let classes: Vec<_> = of("_bucket").map(|s| (s.labels["le"].clone(), s.value)).collect();
        let bounds = classes.iter().map(|(le, _)| le.replace("+Inf", "inf").parse::<f64>().unwrap());
        assert!(bounds.is_sorted(), "{classes:?}");
        assert!(classes.iter().map(|(_, count)| count).is_sorted(), "{classes:?}");
        let (le, count) = classes.last().expect("classes");
        assert_eq!((le.as_str(), Some(*count)), ("+Inf", of("_count").map(|s| s.value).next()));
    }
}
