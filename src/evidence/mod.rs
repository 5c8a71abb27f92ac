//! What proves the promise: page counts of a batch.
//!
//! In: counts. Out: a balance that holds or names what is missing. Knows `model` only.
