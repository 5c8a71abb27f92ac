//! What happened to every scan and page: SQLite, and the content-addressed store beside it.
//!
//! In: facts from dispatch, one transaction each. Out: what is to be done next. Knows `model` only; only `dispatch` (and
//! read-only commands of `cli`) know it.
