//! A saboteur for tests: every step that makes something durable asks here first.
//!
//! Outside tests [`step`] is an empty inline function. In tests a plan may fail the n-th step and, as after a
//! `kill -9`, every later one, or so many steps until someone has mended the machine; threads of a run hand the plan on
//! with [`current`] and [`enter`].

use std::io;

#[cfg(test)]
pub(crate) use hook::Plan;
pub(crate) use hook::{current, enter, step};

/// A step after which more is on disk than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A transaction of the ledger.
    Commit,
    /// A folder made.
    Create,
    /// A new file, and each block of its bytes.
    Write,
    /// A file or folder forced to disk.
    Sync,
    /// A file put under its final name.
    Rename,
    /// A file removed.
    Remove,
}

/// A file that asks here before each block of bytes. A refused block arrives by half, as when a disk fills up.
#[derive(Debug)]
pub(crate) struct Watched<W>(pub(crate) W);

impl<W: io::Write> io::Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Err(refused) = step(Step::Write) {
            self.0.write_all(bytes.get(..bytes.len() / 2).unwrap_or_default())?;
            return Err(refused);
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(not(test))]
mod hook {
    use super::{Step, io};

    /// What a thread hands on to those it starts.
    #[derive(Clone)]
    pub(crate) struct Plan;

    #[inline(always)]
    pub(crate) fn step(_: Step) -> io::Result<()> {
        Ok(())
    }

    #[inline(always)]
    pub(crate) fn current() -> Plan {
        Plan
    }

    #[inline(always)]
    pub(crate) fn enter(_: Plan) {}
}

#[cfg(test)]
mod hook {
    use super::{Step, io};
    use std::cell::RefCell;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    /// What becomes of a run's steps, shared by its threads; `None` sabotages nothing.
    #[derive(Clone, Default)]
    pub(crate) struct Plan(Option<Arc<Sabotage>>);

    struct Sabotage {
        /// How many steps still succeed; below 0 when one was refused.
        left: AtomicI64,
        /// How many fail then.
        refused: i64,
        failure: Failure,
    }

    #[derive(Clone, Copy)]
    enum Failure {
        Kind(io::ErrorKind),
        Errno(i32),
    }

    impl Plan {
        /// Lets `steps` steps succeed, then fails all with `kind`.
        pub(crate) fn fail_after(steps: i64, kind: io::ErrorKind) -> Self {
            Self::sabotage(steps, i64::MAX, Failure::Kind(kind))
        }

        /// Lets `steps` steps succeed, fails the next `refused` with the system's error `errno`, and lets all later ones
        /// succeed again.
        pub(crate) fn fail_for(steps: i64, refused: i64, errno: i32) -> Self {
            Self::sabotage(steps, refused, Failure::Errno(errno))
        }

        fn sabotage(steps: i64, refused: i64, failure: Failure) -> Self {
            Self(Some(Arc::new(Sabotage { left: AtomicI64::new(steps), refused, failure })))
        }

        /// Whether a step was refused.
        pub(crate) fn struck(&self) -> bool {
            self.0.as_ref().is_some_and(|plan| plan.left.load(Ordering::SeqCst) < 0)
        }
    }

    thread_local! {
        static PLAN: RefCell<Plan> = RefCell::default();
    }

    pub(crate) fn step(_: Step) -> io::Result<()> {
        PLAN.with_borrow(|plan| {
            let Some(plan) = &plan.0 else { return Ok(()) };
            let left = plan.left.fetch_sub(1, Ordering::SeqCst);
            match plan.failure {
                _ if left > 0 || -left >= plan.refused => Ok(()),
                Failure::Kind(kind) => Err(kind.into()),
                Failure::Errno(errno) => Err(io::Error::from_raw_os_error(errno)),
            }
        })
    }

    pub(crate) fn current() -> Plan {
        PLAN.with_borrow(Clone::clone)
    }

    pub(crate) fn enter(plan: Plan) {
        PLAN.set(plan);
    }
}
