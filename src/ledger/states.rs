//! The states of things, and their numbers in the ledger.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $number:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i64)]
        pub enum $name { $($(#[$variant_doc])* $variant = $number,)* }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok((*self as i64).into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_i64()? {
                    $($number => Ok(Self::$variant),)*
                    other => Err(FromSqlError::OutOfRange(other)),
                }
            }
        }
    };
}

numbered! {
    /// How far a batch is.
    BatchState {
        /// Its scans are being found and digested.
        Receiving = 0,
        /// All its scans are recorded.
        Received = 1,
        /// Its pages are processed or held, its documents have their numbers.
        Assembled = 2,
        /// All its documents stand at the target and its pages balance.
        Delivered = 3,
    }
}

numbered! {
    /// How far a scan is.
    ScanState {
        /// Recorded, its pages not counted yet.
        Received = 0,
        /// Its pages are counted and recorded.
        Opened = 1,
        /// Kept for a person, with a fault.
        Held = 2,
        /// It was held, and another file came in its place.
        Replaced = 3,
        /// An earlier scan has the same bytes, and all its pages are delivered or recorded.
        Duplicate = 4,
    }
}

numbered! {
    /// Where a page is. From `Held` on it is in exactly one place of the batch's balance.
    PageState {
        /// Known, not processed.
        Received = 0,
        /// Its record is committed.
        Processed = 1,
        /// Kept for a person, with a fault.
        Held = 2,
        /// In a document that stands at the target.
        Delivered = 3,
        /// Blank, left out of the documents, recorded.
        BlankRecorded = 4,
        /// A separator sheet, recorded.
        SeparatorRecorded = 5,
        /// Processed, its record kept; its document waits for a page that is held. Counts as held.
        Waiting = 6,
    }
}

numbered! {
    /// What is to become of a held thing.
    HeldState {
        /// A person has to decide.
        Open = 0,
        /// It is tried again.
        Again = 1,
        /// Its picture goes on without text.
        Released = 2,
        /// A person gave it up. It stays held.
        Discarded = 3,
        /// It went on, or another file came in its place.
        Settled = 4,
    }
}

numbered! {
    /// What a person decides about a held thing.
    Verdict {
        /// Try it again.
        Retry = 1,
        /// Deliver its picture without text.
        Release = 2,
        /// Give it up: it stays held, and nobody waits for it.
        Discard = 3,
    }
}

numbered! {
    /// How far a document is.
    DocumentState {
        /// It has its number and pages.
        Planned = 0,
        /// It stands at the target; the receipt is recorded.
        Delivered = 1,
        /// None of its pages could be delivered; its number stays unused.
        Void = 2,
    }
}

numbered! {
    /// Where an original is.
    OriginalPlace {
        /// Where it was found, and nobody moves it.
        Input = 0,
        /// Taken from a watch folder, in the folder of the line.
        Claimed = 1,
        /// Its pages are delivered or recorded.
        Done = 2,
        /// Something of it waits for a person.
        Held = 3,
        /// It was in `done` long enough and is being removed: it may be there or not.
        Removing = 4,
        /// It was removed, as the pipeline says.
        Removed = 5,
    }
}

numbered! {
    /// What another command asks of the line.
    RequestKind {
        /// Begin nothing new.
        Pause = 0,
        /// Go on.
        Resume = 1,
        /// Take nothing more, end when all that was taken is done.
        Drain = 2,
        /// End soon.
        Stop = 3,
        /// Take these files and folders before all others.
        Urgent = 4,
    }
}

numbered! {
    /// How far a request is.
    RequestState {
        /// Nobody took it up.
        Open = 0,
        /// The line is at it.
        Taken = 1,
        /// Done; an urgent one: all its files are received.
        Done = 2,
        /// It cannot be done.
        Refused = 3,
    }
}
