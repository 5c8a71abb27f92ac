//! Lanes: where scans come from, and in which order they go on.
//!
//! Each input feed and each watch folder has a lane, so that one which is full keeps no other waiting. Urgent lanes go
//! first; the others take turns, page by page.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::super::feed::Found;
use super::{Line, Scan, Task};

/// With so many scans at hand a lane takes no more from its feed.
const ENOUGH_SCANS: usize = 64;

/// What a lane begins with.
pub(in super::super) struct LaneSetup {
    /// What its feed finds.
    pub(in super::super) found: Receiver<Found>,
    /// It goes before all others.
    pub(in super::super) urgent: bool,
    /// Its feed has begun. The feed of requests begins with each request.
    pub(in super::super) walking: bool,
    /// The folders that it comes from, for work that an earlier run left.
    pub(in super::super) roots: Vec<PathBuf>,
}

/// A lane at work.
pub(super) struct Lane {
    pub(super) found: Receiver<Found>,
    pub(super) urgent: bool,
    pub(super) walking: bool,
    pub(super) roots: Vec<PathBuf>,
    pub(super) unopened: VecDeque<Arc<Scan>>,
    pub(super) pages: VecDeque<(Arc<Scan>, VecDeque<u32>)>,
    /// Batches of the folder that the feed is at.
    pub(super) at_feed: HashSet<i64>,
    /// Batches that an earlier run left, or that are open again.
    pub(super) left_over: VecDeque<i64>,
}

impl From<LaneSetup> for Lane {
    fn from(LaneSetup { found, urgent, walking, roots }: LaneSetup) -> Self {
        Self {
            found,
            urgent,
            walking,
            roots,
            unopened: VecDeque::new(),
            pages: VecDeque::new(),
            at_feed: HashSet::new(),
            left_over: VecDeque::new(),
        }
    }
}

impl Lane {
    /// Whether nothing of it is at hand.
    pub(super) fn is_empty(&self) -> bool {
        self.unopened.is_empty() && self.pages.is_empty() && self.left_over.is_empty()
    }

    /// Whether it takes more scans from its feed.
    pub(super) fn is_hungry(&self) -> bool {
        self.unopened.len() + self.pages.len() < ENOUGH_SCANS
    }

    /// Pages before new scans, and scans in the order of the walk, so that batches finish one after another.
    fn next_task(&mut self) -> Option<Task> {
        while let Some((scan, pages)) = self.pages.front_mut() {
            if let Some(index) = pages.pop_front() {
                let unread = scan.released.get(&index).cloned();
                return Some(Task { scan: scan.clone(), page: Some(index), attempt: 1, unread, excuses: 0 });
            }
            self.pages.pop_front();
        }
        let scan = self.unopened.pop_front()?;
        Some(Task { scan, page: None, attempt: 1, unread: None, excuses: 0 })
    }
}

impl Line<'_> {
    /// Whether urgent work waits for a worker.
    pub(super) fn has_urgent(&self) -> bool {
        self.lanes.iter().any(|lane| lane.urgent && !(lane.unopened.is_empty() && lane.pages.is_empty()))
    }

    /// What no lane may wait for: the next task of an urgent lane.
    pub(super) fn next_urgent(&mut self) -> Option<Task> {
        self.lanes.iter_mut().filter(|lane| lane.urgent).find_map(Lane::next_task)
    }

    /// What is tried again, else what the lane whose turn it is has.
    pub(super) fn next_task(&mut self) -> Option<Task> {
        if let Some(task) = self.again.pop_front() {
            return Some(task);
        }
        let count = self.lanes.len().max(1);
        let turns = (self.turn..self.turn + count).map(|turn| turn % count);
        for index in turns {
            let Some(task) = self.lanes.get_mut(index).filter(|lane| !lane.urgent).and_then(Lane::next_task) else {
                continue;
            };
            self.turn = (index + 1) % count;
            return Some(task);
        }
        None
    }

    /// A scan at hand in another lane comes over to `lane`, which is in a hurry.
    pub(super) fn hurry(&mut self, lane: usize, batch: i64, scan: i64) {
        if let Some(open) = self.open.get_mut(&batch) {
            open.lane = lane;
        }
        let mut found = (None, None);
        for other in self.lanes.iter_mut().filter(|other| !other.urgent) {
            if let Some(position) = other.unopened.iter().position(|waiting| waiting.id == scan) {
                found.0 = other.unopened.remove(position);
            }
            if let Some(position) = other.pages.iter().position(|(waiting, _)| waiting.id == scan) {
                found.1 = other.pages.remove(position);
            }
        }
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.unopened.extend(found.0);
            lane.pages.extend(found.1);
        }
    }

    /// What waits here is in the ledger as well; the next run takes it from there.
    pub(super) fn drop_waiting(&mut self) {
        self.again.clear();
        for lane in &mut self.lanes {
            lane.walking = false;
            lane.pages.clear();
            lane.unopened.clear();
            lane.left_over.clear();
        }
    }

    /// Whether some feed has more to bring.
    pub(super) fn is_walking(&self) -> bool {
        self.lanes.iter().any(|lane| lane.walking)
    }
}
