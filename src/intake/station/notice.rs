//! How changes of a watch folder are noticed: by the kernel's messages (inotify), or by looking again and again.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

use super::Discovery;

/// What a folder is watched for. Reading is not among it: a worker that looks into a file must not wake us.
const WATCHED: WatchFlags = WatchFlags::CREATE
    .union(WatchFlags::MODIFY)
    .union(WatchFlags::ATTRIB)
    .union(WatchFlags::CLOSE_WRITE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    .union(WatchFlags::ONLYDIR)
    .union(WatchFlags::DONT_FOLLOW)
    .union(WatchFlags::EXCL_UNLINK);

/// Bytes for messages that are read at once: some hundred.
const BUFFER_BYTES: usize = 32 << 10;

/// File systems whose changes other machines make unseen by this kernel, or that say so themselves to nobody; `f_type` of
/// statfs(2) and linux/magic.h. An unknown one is taken for local: the periodic look at the whole folder always comes.
const REMOTE: [(u32, &str); 16] = [
    (0x6969, "NFS"),
    (0x517B, "SMB"),
    (0xFF53_4D42, "CIFS"),
    (0xFE53_4D42, "SMB2"),
    (0x6573_5546, "FUSE, virtiofs"),
    (0x0102_1997, "9p"),
    (0x5346_414F, "AFS (OpenAFS)"),
    (0x6B41_4653, "AFS"),
    (0x7375_7245, "Coda"),
    (0x00C3_6400, "Ceph"),
    (0x0BD0_0BD0, "Lustre"),
    (0x564C, "NCP"),
    (0x0116_1970, "GFS2"),
    (0x7461_636F, "OCFS2"),
    (0x4750_4653, "GPFS"),
    (0x786F_4256, "VirtualBox shared folder"),
];

/// Whether the file system at `path` is one on which the kernel cannot tell of all changes.
pub(super) fn is_remote(path: &Path) -> bool {
    // The type is signed on some machines and unsigned on others; its low 32 bits are the magic number on all.
    rustix::fs::statfs(path).is_ok_and(|fs| is_remote_type(fs.f_type as u32))
}

fn is_remote_type(magic: u32) -> bool {
    REMOTE.iter().any(|&(remote, _)| remote == magic)
}

/// Something that happened in a folder.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Happening {
    /// Path of the folder below the watch folder.
    pub(super) folder: PathBuf,
    /// The entry it happened to.
    pub(super) name: OsString,
    pub(super) is_folder: bool,
    /// Its bytes were written: it has changed, even if length and times say nothing of it.
    pub(super) is_write: bool,
    /// It went away, or came in.
    pub(super) is_gone: bool,
}

/// The kernel's messages about the folders that are told to it.
#[derive(Debug)]
pub(super) struct Kernel {
    messages: OwnedFd,
    folders: HashMap<i32, PathBuf>,
    /// A limit of watches, lower than that of the system.
    #[cfg(test)]
    pub(super) most: usize,
}

impl Kernel {
    /// As the rules and the file system say; `None`: by looking.
    pub(super) fn open(discovery: Discovery, root: &Path) -> Option<Self> {
        let wanted = match discovery {
            Discovery::Auto => !is_remote(root),
            Discovery::Inotify => true,
            Discovery::Poll => false,
        };
        let messages = wanted.then(|| inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).ok()).flatten()?;
        Some(Self {
            messages,
            folders: HashMap::new(),
            #[cfg(test)]
            most: usize::MAX,
        })
    }

    /// Has the folder watched. To be called before it is listed, so that nothing falls between the two. One that is watched
    /// already stays so, under this name.
    ///
    /// # Errors
    /// The kernel refuses to watch more (limit of watches, memory): it cannot be relied on.
    pub(super) fn watch(&mut self, folder: &Path, name: &Path) -> Result<(), Errno> {
        #[cfg(test)]
        if self.folders.len() >= self.most && !self.folders.values().any(|known| known == name) {
            return Err(Errno::NOSPC);
        }
        match inotify::add_watch(&self.messages, folder, WATCHED) {
            Ok(number) => {
                self.folders.insert(number, name.to_owned());
                Ok(())
            }
            // It went away or cannot be read: the listing tells.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::ACCESS | Errno::LOOP) => Ok(()),
            Err(refused) => Err(refused),
        }
    }

    /// Forgets a folder and all below it: it was renamed or is gone.
    pub(super) fn forget(&mut self, name: &Path) {
        let messages = &self.messages;
        self.folders.retain(|&number, folder| {
            let keep = !folder.starts_with(name);
            if !keep {
                let _ = inotify::remove_watch(messages, number);
            }
            keep
        });
    }

    /// What has happened since. `None`: more than the kernel kept; everything must be looked at.
    pub(super) fn read(&mut self) -> Option<Vec<Happening>> {
        let mut happenings = Vec::new();
        let mut complete = true;
        let mut buffer = vec![MaybeUninit::uninit(); BUFFER_BYTES];
        let mut reader = inotify::Reader::new(&self.messages, &mut buffer);
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => break,
                Err(_) => {
                    complete = false;
                    break;
                }
            };
            let what = event.events();
            if what.contains(ReadFlags::QUEUE_OVERFLOW) {
                complete = false;
            }
            if what.contains(ReadFlags::IGNORED) {
                self.folders.remove(&event.wd());
                continue;
            }
            let (Some(folder), Some(name)) = (self.folders.get(&event.wd()), event.file_name()) else {
                // Of the watch folder itself: the listing tells.
                complete &= !what.intersects(ReadFlags::DELETE_SELF | ReadFlags::MOVE_SELF | ReadFlags::UNMOUNT)
                    || self.folders.get(&event.wd()).is_some_and(|folder| !folder.as_os_str().is_empty());
                continue;
            };
            happenings.push(Happening {
                folder: folder.clone(),
                name: OsStr::from_bytes(name.to_bytes()).to_owned(),
                is_folder: what.contains(ReadFlags::ISDIR),
                is_write: what.contains(ReadFlags::MODIFY),
                is_gone: what.intersects(ReadFlags::DELETE | ReadFlags::MOVED_FROM),
            });
        }
        complete.then_some(happenings)
    }

    /// Waits for a message, `longest` at most. Whether there is one.
    pub(super) fn wait(&self, longest: Duration) -> bool {
        let timeout = Timespec::try_from(longest).ok();
        let mut fds = [PollFd::new(&self.messages, PollFlags::IN)];
        poll(&mut fds, timeout.as_ref()).is_ok_and(|ready| ready > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_from_disks() {
        // Values of linux/magic.h and of `stat -f`.
        for remote in [0x6969, 0xFE53_4D42, 0xFF53_4D42, 0x6573_5546, 0x0102_1997] {
            assert!(is_remote_type(remote), "{remote:x}");
        }
        for (local, name) in [
            (0xEF53, "ext4"),
            (0x5846_5342, "xfs"),
            (0x9123_683E, "btrfs"),
            (0x0102_1994, "tmpfs"),
            (0x794C_7630, "overlay"),
        ] {
            assert!(!is_remote_type(local), "{name}");
        }
    }
}
