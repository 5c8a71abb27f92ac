//! What a worker says: frames, and the check of the record in them.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| scanstrasse::worker::fuzzing::replies(bytes));
