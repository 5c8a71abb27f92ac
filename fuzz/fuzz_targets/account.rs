//! A case's account, `case.json`, and the proof of it against itself.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| scanstrasse::evidence::fuzzing::account(bytes));
