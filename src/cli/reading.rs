//! Files through the worker pool: opened in order, their pages read at once, given back file by file.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use super::Failure;
use crate::model::{Fault, PageRecord};
use crate::worker::pool::Pool;
use crate::worker::{Answer, Job, check, out_of_turn};

/// All pages of one input, in order.
pub(super) struct Finished {
    /// Its place in the list.
    pub(super) file: usize,
    /// Page index and record.
    pub(super) records: Vec<(u32, PageRecord)>,
    /// Page index, or `None` for the whole file, and why it failed.
    pub(super) faults: Vec<(Option<u32>, Fault)>,
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
pub(super) struct Reading<'a> {
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
    /// `pictures` is a folder for the pages' pictures; they are the caller's to remove.
    pub(super) fn new(files: &'a [PathBuf], pictures: &'a Path) -> Self {
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
    pub(super) fn next_file(&mut self, pool: &Pool) -> Result<Option<Finished>, Failure> {
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

/// Where a page's picture lies.
pub(super) fn picture_path(folder: &Path, file: usize, index: u32) -> PathBuf {
    folder.join(format!("{file}-{index}"))
}
