//! Doors for `fuzz/` into the parent's side of the worker protocol. Not part of the program.

use super::frame::{self, FrameError};
use super::{Answer, Order, Reply, check};

/// Reads `stream` as a worker's replies until it ends; what passes the check must travel again unchanged.
pub fn replies(mut stream: &[u8]) {
    let orders = stream;
    loop {
        match frame::read::<Reply>(&mut stream) {
            Ok(Reply::Done(Answer::Processed { record })) => {
                if check(&record, 1 << 20).is_ok() {
                    let mut copy = Vec::new();
                    let written = frame::write(&mut copy, &Reply::Done(Answer::Processed { record: record.clone() }));
                    assert!(written.is_ok(), "a believed record cannot be written");
                    let again = frame::read::<Reply>(&mut copy.as_slice());
                    let same =
                        matches!(&again, Ok(Reply::Done(Answer::Processed { record: again })) if *again == record);
                    assert!(same, "a believed record is altered on its way");
                }
            }
            Ok(_) | Err(FrameError::Syntax { .. }) => {}
            Err(_) => break,
        }
    }
    // The worker's side reads orders by the same frames.
    let _ = frame::read::<Order>(&mut &orders[..]);
}
