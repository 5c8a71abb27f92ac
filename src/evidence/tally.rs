//! Whether two lists hold the same rows, whatever their order and length, in memory that does not grow with them.
//!
//! Each row's hash is added to one of a fixed number of sums for the first list and taken from it for the second; where a
//! sum is not zero at the end, the lists differ in a row of that bucket, and only such rows are looked at one by one. The
//! hashes are keyed at random (SipHash, 2 × 64 bit), so that nobody can make rows that cancel out.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Mutex;

/// Number of sums: with some dozens of differences few other rows are looked at.
const BUCKETS: usize = 1 << 14;

/// Most rows that are looked at one by one.
const MAX_ROWS: usize = 200_000;

/// The sums.
pub(super) struct Tally {
    keys: [RandomState; 2],
    sums: Mutex<Vec<[u64; 2]>>,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self { keys: [RandomState::new(), RandomState::new()], sums: Mutex::new(vec![[0; 2]; BUCKETS]) }
    }

    /// A row of the first list.
    pub(super) fn told(&self, key: &str, row: &impl Hash) {
        self.add(key, row, u64::wrapping_add);
    }

    /// A row of the second list.
    pub(super) fn found(&self, key: &str, row: &impl Hash) {
        self.add(key, row, u64::wrapping_sub);
    }

    fn add(&self, key: &str, row: &impl Hash, add: fn(u64, u64) -> u64) {
        let hashes = self.keys.each_ref().map(|keys| keys.hash_one((key, row)));
        let bucket = self.bucket(key);
        // A thread that panicked with the lock held has changed whole sums only.
        let mut sums = self.sums.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(sum) = sums.get_mut(bucket) {
            sum.iter_mut().zip(hashes).for_each(|(sum, hash)| *sum = add(*sum, hash));
        }
    }

    fn bucket(&self, key: &str) -> usize {
        self.keys[0].hash_one(key) as usize % BUCKETS
    }

    /// Whether the lists may differ in rows of this key.
    pub(super) fn is_odd(&self, key: &str) -> bool {
        let sums = self.sums.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        sums.get(self.bucket(key)).is_some_and(|sum| *sum != [0, 0])
    }

    /// Whether the lists differ anywhere.
    pub(super) fn differs(&self) -> bool {
        let sums = self.sums.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        sums.iter().any(|sum| *sum != [0, 0])
    }
}

/// The rows of odd buckets, side by side.
pub(super) struct Rows<R> {
    /// By key: told, found.
    pub(super) sides: BTreeMap<String, [Vec<R>; 2]>,
    rows: usize,
    /// Rows that found no room.
    pub(super) left_out: u64,
}

/// Which list a row is of.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Told = 0,
    Found = 1,
}

impl<R: PartialEq> Rows<R> {
    pub(super) fn new() -> Self {
        Self { sides: BTreeMap::new(), rows: 0, left_out: 0 }
    }

    pub(super) fn add(&mut self, key: String, row: R, side: Side) {
        if self.rows >= MAX_ROWS {
            self.left_out = self.left_out.saturating_add(1);
            return;
        }
        self.rows += 1;
        self.sides.entry(key).or_default()[side as usize].push(row);
    }

    /// Drops pairs of equal rows: what is left differs.
    pub(super) fn cancel(&mut self) {
        for [told, found] in self.sides.values_mut() {
            told.retain(|row| match found.iter().position(|other| other == row) {
                Some(at) => {
                    found.swap_remove(at);
                    false
                }
                None => true,
            });
        }
        self.sides.retain(|_, [told, found]| !told.is_empty() || !found.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_agree_exactly_if_their_sorted_rows_do(a in prop::collection::vec(("[ab]", 0_u8..3), 0..6), b in prop::collection::vec(("[ab]", 0_u8..3), 0..6)) {
            let tally = Tally::new();
            a.iter().for_each(|(key, row)| tally.told(key, row));
            b.iter().for_each(|(key, row)| tally.found(key, row));
            let (mut a_sorted, mut b_sorted) = (a.clone(), b.clone());
            a_sorted.sort();
            b_sorted.sort();
            prop_assert_eq!(tally.differs(), a_sorted != b_sorted);

            let mut rows = Rows::new();
            a.iter().for_each(|(key, row)| rows.add(key.clone(), *row, Side::Told));
            b.iter().for_each(|(key, row)| rows.add(key.clone(), *row, Side::Found));
            rows.cancel();
            prop_assert_eq!(rows.sides.is_empty(), a_sorted == b_sorted);
            prop_assert!(rows.sides.keys().all(|key| tally.is_odd(key)));
        }
    }
}
