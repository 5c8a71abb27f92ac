//! A worker that only looks whether files are whole, and into index files: it loads no models, and no page ever keeps it
//! waiting.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::pool::{Pool, PoolError};
use super::{Answer, Job, PoolConfig, Protection, WorkerLimits, check};
use crate::intake::layouts::{Source, Wanted};
use crate::model::{Opening, Wholeness};
use crate::ocr::OcrParams;
use crate::page::Recipe;

/// Longest look into one file: whoever watches a folder waits for it.
const LONGEST_LOOK: Duration = Duration::from_secs(20);

/// Running, until dropped.
pub struct Scout {
    config: PoolConfig,
    protection: Protection,
    /// One file at a time; `None` after the worker could not be replaced.
    pool: Mutex<Option<Pool>>,
}

impl Scout {
    /// Starts it, under the limits of `config`; its recipe's OCR is left out.
    ///
    /// # Errors
    /// As [`super::pool::Pool::start`].
    pub fn start(config: &PoolConfig) -> Result<Self, PoolError> {
        let recipe = Recipe {
            orient_by_content: false,
            ocr: OcrParams { enabled: false, ..config.recipe.ocr.clone() },
            ..config.recipe.clone()
        };
        let limits = WorkerLimits { open_time: config.limits.open_time.min(LONGEST_LOOK), ..config.limits.clone() };
        let config = PoolConfig { workers: 1, recipe, limits, ..config.clone() };
        let pool = Pool::start(config.clone())?;
        Ok(Self { config, protection: pool.protection(), pool: Mutex::new(Some(pool)) })
    }

    /// What it is locked in by.
    pub fn protection(&self) -> Option<Protection> {
        Some(self.protection)
    }

    /// Looks into a file; another thread that asks waits. What crashes it, takes too long or cannot be opened is
    /// [`Wholeness::Torn`]; so is everything while it cannot be started.
    pub fn look(&self, path: &Path) -> Wholeness {
        match self.ask(Job::Check { path: path.to_owned() }) {
            Some(Answer::Checked(wholeness)) => wholeness,
            _ => Wholeness::Torn,
        }
    }

    /// The scans that an index file asks for; `None` if it cannot be understood, or read, or costs the worker its life.
    pub fn index(&self, path: &Path, source: Source) -> Option<BTreeSet<Wanted>> {
        match self.ask(Job::Index { path: path.to_owned(), source })? {
            Answer::Indexed(wanted) => wanted.filter(check::index),
            _ => None,
        }
    }

    /// The pages of a scan, and with `faces` what the first two are; `None` if it cannot be opened, or costs the worker its
    /// life.
    pub fn opening(&self, path: &Path, faces: bool) -> Option<Opening> {
        match self.ask(Job::Opening { path: path.to_owned(), faces })? {
            Answer::Began(opening) => Some(opening),
            _ => None,
        }
    }

    /// The worker's answer; another thread that asks waits.
    fn ask(&self, job: Job) -> Option<Answer> {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        if pool.is_none() {
            *pool = Pool::start(self.config.clone()).ok();
        }
        let asked = pool.as_ref().and_then(|pool| {
            pool.jobs().send((0, job)).ok()?;
            pool.outcomes().recv().ok()
        });
        if asked.is_none() {
            // Its worker died and no other would start.
            pool.take().into_iter().for_each(Pool::stop);
        }
        asked?.result.ok()
    }
}

impl Drop for Scout {
    fn drop(&mut self) {
        let pool = self.pool.get_mut().unwrap_or_else(PoisonError::into_inner);
        pool.take().into_iter().for_each(Pool::stop);
    }
}
