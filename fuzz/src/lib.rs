//! What the targets share: foreign bytes through the worker's own way of reading a scan.

use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;

use rustix::fs::{MemfdFlags, memfd_create};
use scanstrasse::raster::{DecodeParams, DecodedPage, PictureData, ScanFile};

/// Small enough for thousands of runs a second, large enough for every branch.
pub fn params() -> DecodeParams {
    DecodeParams {
        max_pixels: 1 << 20,
        max_pages: 50,
        max_unpacked_bytes: 16 << 20,
        render_dpi: 40,
        ..DecodeParams::default()
    }
}

/// Call once before the first input. A panic of ours ends the fuzzer and is a finding. A decoder of somebody else may
/// panic: the worker catches that, and the page is held ([`contained`]).
pub fn tell_our_panics_from_others() {
    let fatal = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let theirs = info.location().is_some_and(|at| at.file().contains("/registry/src/"));
        if !theirs {
            fatal(info);
        }
    }));
}

/// As the worker does: a panic costs the page.
pub fn contained(work: impl FnOnce()) {
    let _ = panic::catch_unwind(AssertUnwindSafe(work));
}

/// A file of `bytes`.
pub fn in_memory(bytes: &[u8]) -> Option<File> {
    let mut file = File::from(memfd_create("scan", MemfdFlags::CLOEXEC).ok()?);
    file.write_all(bytes).ok()?;
    Some(file)
}

/// Opens `bytes` as a scan and decodes its first pages; whatever comes must keep what the next room relies on.
pub fn read_scan(bytes: &[u8]) {
    let Some(file) = in_memory(bytes) else { return };
    let path = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
    let params = params();
    contained(|| {
        let Ok(mut scan) = ScanFile::open(&path, &params) else { return };
        let pages = scan.pages();
        assert!(pages >= 1, "a scan of no pages is open");
        assert!(pages <= params.max_pages + 1, "a scan of {pages} pages is open");
        for index in (0..pages.min(4)).chain([pages]) {
            if let Ok(page) = scan.page(index) {
                assert!(index < pages, "a page behind the last");
                check(&page, bytes, &params);
            }
        }
    });
}

fn check(page: &DecodedPage, bytes: &[u8], params: &DecodeParams) {
    let pixels = u64::from(page.grey.width()) * u64::from(page.grey.height());
    assert!(pixels <= params.max_pixels, "a page of {pixels} pixels");
    let (x, y) = (page.resolution.x_dpi, page.resolution.y_dpi);
    assert!(x.is_finite() && y.is_finite() && x > 0.0 && y > 0.0, "a resolution of {x} x {y}");
    match &page.picture.data {
        PictureData::InScan(range) => {
            let end = range.offset.checked_add(range.len);
            assert!(range.len > 0 && end.is_some_and(|end| end <= bytes.len() as u64), "a picture outside its scan");
        }
        PictureData::Bytes(data) => assert!(!data.is_empty(), "a picture of no bytes"),
    }
}
