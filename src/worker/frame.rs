//! Frames: a little-endian `u32` length, then that many bytes of JSON. The same frames may travel over any stream; over
//! a Unix socket they may carry open files ([`send`], [`receive`]; `SCM_RIGHTS` of unix(7)).

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Most open files that come with a frame.
const MAX_FILES: usize = 2;

/// Longest frame that is believed, in bytes; a page of 20,000 words takes about 4 MiB.
const MAX_FRAME_BYTES: u32 = 64 << 20;

/// Why no frame came.
#[derive(Debug, thiserror::Error)]
pub(super) enum FrameError {
    /// The other side closed the stream between two frames.
    #[error("the stream has ended")]
    Ended,
    /// The stream failed, ended inside a frame, or timed out.
    #[error("failed to read or write a frame: {0}")]
    Io(#[from] io::Error),
    /// The frame claims more bytes than any answer has.
    #[error("a frame of {0} bytes is over the limit")]
    Oversize(u32),
    /// The bytes are not the JSON that was expected. The parser's text is left out: it may quote a page.
    #[error("a frame does not parse (line {line}, column {column})")]
    Syntax {
        /// Line in the JSON text.
        line: usize,
        /// Column in the JSON text.
        column: usize,
    },
}

impl From<serde_json::Error> for FrameError {
    fn from(error: serde_json::Error) -> Self {
        Self::Syntax { line: error.line(), column: error.column() }
    }
}

/// Writes `message` as one frame.
pub(super) fn write<M: Serialize>(stream: &mut impl Write, message: &M) -> Result<(), FrameError> {
    stream.write_all(&frame(message)?)?;
    Ok(stream.flush()?)
}

/// Writes `message` as one frame, with at most [`MAX_FILES`] open `files`.
pub(super) fn send<M: Serialize>(
    mut stream: &UnixStream,
    message: &M,
    files: &[BorrowedFd<'_>],
) -> Result<(), FrameError> {
    let bytes = frame(message)?;
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FILES))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !files.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(files)) {
        return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
    }
    let sent = loop {
        match sendmsg(stream, &[IoSlice::new(&bytes)], &mut ancillary, SendFlags::NOSIGNAL) {
            Err(rustix::io::Errno::INTR) => {}
            sent => break sent.map_err(io::Error::from)?,
        }
    };
    // The files went with the first bytes.
    stream.write_all(bytes.get(sent..).unwrap_or_default())?;
    Ok(())
}

fn frame<M: Serialize>(message: &M) -> Result<Vec<u8>, FrameError> {
    let mut bytes = vec![0; 4];
    serde_json::to_writer(&mut bytes, message)?;
    let len = u32::try_from(bytes.len() - 4).ok().filter(|&len| len <= MAX_FRAME_BYTES);
    let len = len.ok_or(FrameError::Oversize(u32::MAX))?;
    bytes[..4].copy_from_slice(&len.to_le_bytes());
    Ok(bytes)
}

/// Reads one frame.
pub(super) fn read<M: DeserializeOwned>(stream: &mut impl Read) -> Result<M, FrameError> {
    let mut head = [0; 4];
    let first = loop {
        match stream.read(&mut head) {
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            other => break other?,
        }
    };
    if first == 0 {
        return Err(FrameError::Ended);
    }
    stream.read_exact(&mut head[first..])?;
    body(stream, head)
}

/// Reads one frame with the open files that came with it.
pub(super) fn receive<M: DeserializeOwned>(mut stream: &UnixStream) -> Result<(M, Vec<OwnedFd>), FrameError> {
    let mut head = [0; 4];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_FILES))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let first = loop {
        match recvmsg(stream, &mut [IoSliceMut::new(&mut head)], &mut ancillary, RecvFlags::CMSG_CLOEXEC) {
            Err(rustix::io::Errno::INTR) => {}
            received => break received.map_err(io::Error::from)?.bytes,
        }
    };
    if first == 0 {
        return Err(FrameError::Ended);
    }
    let mut files = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            files.extend(received);
        }
    }
    stream.read_exact(head.get_mut(first..).unwrap_or_default())?;
    Ok((body(&mut stream, head)?, files))
}

fn body<M: DeserializeOwned>(stream: &mut impl Read, head: [u8; 4]) -> Result<M, FrameError> {
    let len = u32::from_le_bytes(head);
    if len > MAX_FRAME_BYTES {
        return Err(FrameError::Oversize(len));
    }
    // Grow with what arrives, not with what was claimed.
    let mut body = Vec::new();
    stream.take(u64::from(len)).read_to_end(&mut body)?;
    if body.len() != len as usize {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok(serde_json::from_slice(&body)?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_frame_comes_back_as_it_was(messages in prop::collection::vec(".{0,200}", 0..4)) {
            let mut stream = Vec::new();
            for message in &messages {
                write(&mut stream, message).unwrap();
            }
            let mut rest = stream.as_slice();
            for message in &messages {
                prop_assert_eq!(&read::<String>(&mut rest).unwrap(), message);
            }
            prop_assert!(matches!(read::<String>(&mut rest), Err(FrameError::Ended)));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = read::<String>(&mut bytes.as_slice());
        }
    }

    #[test]
    fn open_files_travel_with_their_frame() {
        use std::io::{Seek, SeekFrom};
        use std::os::fd::AsFd;
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"a scan").unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        send(&ours, &"with", &[file.as_fd(), ours.as_fd()]).unwrap();
        send(&ours, &"without", &[]).unwrap();
        let (message, files): (String, _) = receive(&theirs).unwrap();
        assert_eq!((message.as_str(), files.len()), ("with", 2));
        let mut text = String::new();
        std::fs::File::from(files.into_iter().next().unwrap()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "a scan");
        let (message, files): (String, _) = receive(&theirs).unwrap();
        assert_eq!((message.as_str(), files.len()), ("without", 0));
        drop(ours);
        assert!(matches!(receive::<String>(&theirs), Err(FrameError::Ended)));
    }

    #[test]
    fn a_cut_or_oversize_frame_is_an_error() {
        let mut stream = Vec::new();
        write(&mut stream, &"page").unwrap();
        for cut in 1..stream.len() {
            assert!(matches!(read::<String>(&mut &stream[..cut]), Err(FrameError::Io(_))), "cut at {cut}");
        }
        assert!(matches!(read::<String>(&mut [255; 16].as_slice()), Err(FrameError::Oversize(u32::MAX))));
    }
}
