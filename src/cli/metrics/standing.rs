//! Numbers that no event tells: what is held, by the ledger, and the space that is left, by the disks. Asked for at a scrape.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::cli::survey::free_bytes;
use crate::ledger::{self, HeldState, LedgerError};

/// Time for which what the ledger said is told again, so that nobody can keep it busy by asking.
const FRESH: Duration = Duration::from_secs(5);

/// The folders of the line that works now.
#[derive(Debug, Default)]
pub(super) struct Folders(Mutex<Option<(PathBuf, PathBuf)>>);

impl Folders {
    /// State and output.
    pub(super) fn set(&self, state: &Path, output: &Path) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((state.to_owned(), output.to_owned()));
    }

    fn get(&self) -> Option<(PathBuf, PathBuf)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What is held.
#[derive(Clone, Debug, Default)]
struct Held {
    /// Pages, by the kind of their fault; given up ones are no longer counted.
    pages: BTreeMap<String, i64>,
    /// Pages and whole files that wait for a person.
    open: i64,
}

/// Looks when it is asked.
#[derive(Debug)]
pub(super) struct Standing {
    folders: Arc<Folders>,
    held: Mutex<Option<(Instant, Held)>>,
}

impl Standing {
    pub(super) fn new(folders: Arc<Folders>) -> Self {
        Self { folders, held: Mutex::new(None) }
    }

    /// What the ledger says, or said a moment ago.
    fn held(&self, state: &Path) -> Option<Held> {
        let mut known = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, held)) = &*known
            && at.elapsed() < FRESH
        {
            return Some(held.clone());
        }
        // A ledger that is not there yet has no numbers: the scrape goes without them.
        let held = read(state).ok()?;
        *known = Some((Instant::now(), held.clone()));
        Some(held)
    }
}

fn read(state: &Path) -> Result<Held, LedgerError> {
    let mut held = Held::default();
    for kind in ledger::peek(state)?.held_kinds()? {
        if kind.state != HeldState::Discarded && kind.pages > 0 {
            let name = serde_json::to_value(kind.kind).ok().and_then(|v| v.as_str().map(str::to_owned));
            *held.pages.entry(name.unwrap_or_default()).or_default() += count(kind.pages);
        }
        if kind.state == HeldState::Open {
            held.open += count(kind.pages.saturating_add(kind.scans));
        }
    }
    Ok(held)
}

fn count(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

impl Collector for Standing {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Some((state, output)) = self.folders.get() else { return Ok(()) };
        let mut free = encoder.encode_descriptor(
            "free_bytes",
            "Space that this user can still write to, by folder.",
            None,
            MetricType::Gauge,
        )?;
        for (folder, path) in [("state", &state), ("output", &output)] {
            if let Some(bytes) = free_bytes(path) {
                ConstGauge::new(count(bytes)).encode(free.encode_family(&[("folder", folder)])?)?;
            }
        }
        // The families stand there even while there is no ledger to fill them.
        let held = self.held(&state);
        let mut pages =
            encoder.encode_descriptor("pages_held", "Pages that are held, by reason.", None, MetricType::Gauge)?;
        for (kind, count) in held.iter().flat_map(|held| &held.pages) {
            ConstGauge::new(*count).encode(pages.encode_family(&[("kind", kind.as_str())])?)?;
        }
        let open = encoder.encode_descriptor(
            "held_open",
            "Pages and whole files that wait for a person's decision.",
            None,
            MetricType::Gauge,
        )?;
        held.map_or(Ok(()), |held| ConstGauge::new(held.open).encode(open))
    }
}
