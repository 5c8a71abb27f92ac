//! Names of files and folders: as they are written down, ordered, and given to other systems.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scanstrasse::deliver::names::{marked_name, portable_name};

fuzz_target!(|bytes: &[u8]| {
    let name = scanstrasse::intake::fuzzing::name(bytes);
    for portable in [portable_name(&name), marked_name(&name)] {
        assert!((1..=200).contains(&portable.len()) && !portable.contains(['/', '\\', '\0']), "{portable:?}");
        assert!(!matches!(portable.as_str(), "." | ".."));
    }
});
