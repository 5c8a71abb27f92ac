//! End to end, through the binary: what a person at the command line gets from the scans of `testdata/`.
//!
//! Expectations come from `testdata/truth`, which the generator wrote from what it drew, and from programs of others:
//! qpdf, poppler, veraPDF. `make test` installs those and the models.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod backlog;
mod classify;
mod collate;
mod damage;
mod held;
mod limits;
mod ocr;
mod privacy;
mod program;
mod pty;
mod refuse;
mod separators;
mod terminal;
mod truth;
mod verify;
