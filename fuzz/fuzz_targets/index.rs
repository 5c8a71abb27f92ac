//! Index files of scanner stations, of every kind.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| scanstrasse::intake::fuzzing::index(bytes));
