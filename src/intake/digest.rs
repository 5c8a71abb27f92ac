//! The identity of a scan: the SHA-256 of its bytes.

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::model::Digest;

/// Bytes read at once: long enough that a network share streams, short enough to stay in the processor's cache.
const BUFFER_BYTES: usize = 1 << 20;

/// SHA-256 and length of a regular file, read once from front to back. The length is that of the bytes digested, so a
/// file that grows meanwhile is still told truly. Anything but a regular file is an `InvalidInput` error.
pub fn digest(path: &Path) -> io::Result<(Digest, u64)> {
    use sha2::Digest as _;

    // A pipe of this name must not hold us up; on regular files the flag does nothing.
    let mut file =
        OpenOptions::new().read(true).custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed()).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut len = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((Digest(hasher.finalize().into()), len)),
            Ok(read) => {
                hasher.update(buffer.get(..read).unwrap_or_default());
                len += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
