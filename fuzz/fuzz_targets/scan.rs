//! Any bytes at all: which format is it?
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanstrasse_fuzz::{read_scan, tell_our_panics_from_others};

fuzz_target!(init: tell_our_panics_from_others(), |bytes: &[u8]| read_scan(bytes));
