//! JPEG: marker after marker to the end of the image (ITU-T T.81, annex B). What comes behind it (zeros that scanners pad
//! with, further pictures of a camera) is not part of it.

use super::source::Source;

const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;

pub(super) fn walk(source: &mut Source<'_>) -> Option<()> {
    let mut at: u64 = 2;
    let mut scans = false;
    loop {
        at = next(source, at, |byte| byte == 0xFF)?;
        at = next(source, at, |byte| byte != 0xFF)?;
        let marker = *source.run(at)?.first()?;
        at += 1;
        match marker {
            // Within coded data: a stuffed 0xFF, or a restart marker. They have no length.
            0x00 | 0x01 | 0xD0..=0xD7 => continue,
            START => return None,
            END => return scans.then_some(()),
            SCAN => scans = true,
            _ => {}
        }
        let &[high, low] = source.bytes(at, 2)? else { return None };
        at += u64::from(u16::from_be_bytes([high, low])).max(2);
    }
}

/// The first byte from `at` on that is sought.
fn next(source: &mut Source<'_>, mut at: u64, is_sought: impl Fn(u8) -> bool) -> Option<u64> {
    loop {
        let run = source.run(at)?;
        match run.iter().position(|&byte| is_sought(byte)) {
            Some(found) => return Some(at + found as u64),
            None => at += run.len() as u64,
        }
    }
}
