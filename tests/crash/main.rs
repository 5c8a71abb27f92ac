//! Exactly once in effect, proved from outside: the real program is killed (SIGKILL) at every durable call it makes, or at
//! random moments, with or instead of its workers; then the same command is run again, and every page has one place.
//!
//! A walk kills at the N-th durable call, N = 1, 2, 3 ... until a run gets to its end: before the call, after it, and,
//! where it is a write, in the middle of its bytes (see `kill_at.c`, which is preloaded). `make test` walks a sample,
//! `make soak` all of it, and the random kills. What is asserted stands in [`oracle`].
//!
//! Preloading, not `strace --inject`: calls are counted over all threads, so that every point is met, and neither ptrace
//! nor its rights are needed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, clippy::print_stderr)]

mod backlog;
mod clock;
mod oracle;
mod program;
mod random;
mod walk;
