//! The line as a service, through the binary: what the service manager, the journal, Prometheus and an administrator see.
//!
//! Expectations come from sd_notify(3), sd-daemon(3) and OpenMetrics 1.0, read by what stands here, not by the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod install;
mod metrics;
mod openmetrics;
mod rig;
mod signals;
