//! A safe handle on one file opened by libtiff.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::fs::File;
use std::os::fd::{FromRawFd, IntoRawFd};
use std::ptr;

use super::ffi::{self, tag};

/// What libtiff complained about since the last look; messages hold tag names and numbers, never pixels.
#[derive(Default)]
struct Complaints {
    error: Option<String>,
    warning: Option<String>,
}

/// An open file; its current directory is a page.
pub(super) struct Handle {
    tiff: *mut ffi::Tiff,
    /// Written by the handlers below while a call into libtiff runs; owned by the handle.
    complaints: *mut Complaints,
}

// SAFETY: libtiff keeps no state outside the handle (its own error handlers are not used), so the handle may move to
// another thread; it is not `Sync`.
unsafe impl Send for Handle {}

impl Handle {
    /// Opens `file` without mapping it into memory: a file that shrinks meanwhile must be an error, not a signal.
    /// `max_alloc` bounds any one allocation of libtiff, in bytes. On failure gives libtiff's complaint.
    pub(super) fn open(file: File, max_alloc: u64) -> Result<Self, Option<String>> {
        let complaints = Box::into_raw(Box::<Complaints>::default());
        let fd = file.into_raw_fd();
        // SAFETY: options are allocated, used and freed here; the strings are literals with a final zero; `complaints`
        // lives as long as the file. On success libtiff owns `fd`.
        let tiff = unsafe {
            let options = ffi::TIFFOpenOptionsAlloc();
            if options.is_null() {
                ptr::null_mut()
            } else {
                ffi::TIFFOpenOptionsSetMaxSingleMemAlloc(options, isize::try_from(max_alloc).unwrap_or(isize::MAX));
                ffi::TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, complaints.cast());
                ffi::TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, complaints.cast());
                let tiff = ffi::TIFFFdOpenExt(fd, c"scan".as_ptr(), c"rm".as_ptr(), options);
                ffi::TIFFOpenOptionsFree(options);
                tiff
            }
        };
        if tiff.is_null() {
            // SAFETY: libtiff did not take over `fd`, and nothing else holds it or `complaints`.
            let (complaints, _file) = unsafe { (Box::from_raw(complaints), File::from_raw_fd(fd)) };
            return Err(complaints.error);
        }
        Ok(Self { tiff, complaints })
    }

    /// The last error since the last call of `error` or `quiet`.
    pub(super) fn error(&mut self) -> Option<String> {
        self.taken().error
    }

    /// The last error, else the last warning.
    pub(super) fn complaint(&mut self) -> Option<String> {
        let Complaints { error, warning } = self.taken();
        error.or(warning)
    }

    fn taken(&mut self) -> Complaints {
        // SAFETY: no call into libtiff runs, so nothing else touches the complaints.
        std::mem::take(unsafe { &mut *self.complaints })
    }

    pub(super) fn is_last_directory(&mut self) -> bool {
        // SAFETY: the handle is open.
        unsafe { ffi::TIFFLastDirectory(self.tiff) != 0 }
    }

    /// Moves on to the next directory.
    pub(super) fn next_directory(&mut self) -> bool {
        // SAFETY: the handle is open.
        unsafe { ffi::TIFFReadDirectory(self.tiff) != 0 }
    }

    pub(super) fn directory_offset(&mut self) -> u64 {
        // SAFETY: the handle is open.
        unsafe { ffi::TIFFCurrentDirOffset(self.tiff) }
    }

    /// Goes to the directory at `offset` of the file.
    pub(super) fn go_to(&mut self, offset: u64) -> bool {
        // SAFETY: the handle is open; libtiff checks the offset.
        unsafe { ffi::TIFFSetSubDirectory(self.tiff, offset) != 0 }
    }

    /// A tag that libtiff hands out as one 16-bit number, or its default; `None` if it has neither.
    pub(super) fn short(&mut self, tag: u32) -> Option<u16> {
        debug_assert!(SHORTS.contains(&tag));
        let mut value = 0u16;
        // SAFETY: for these tags libtiff writes one `uint16_t`.
        let found = unsafe { ffi::TIFFGetFieldDefaulted(self.tiff, tag, &raw mut value) };
        (found != 0).then_some(value)
    }

    /// A tag that libtiff hands out as one 32-bit number, or its default; `None` if it has neither.
    pub(super) fn long(&mut self, tag: u32) -> Option<u32> {
        debug_assert!(LONGS.contains(&tag));
        let mut value = 0u32;
        // SAFETY: for these tags libtiff writes one `uint32_t`.
        let found = unsafe { ffi::TIFFGetFieldDefaulted(self.tiff, tag, &raw mut value) };
        (found != 0).then_some(value)
    }

    /// X or Y resolution as written, in its unit.
    pub(super) fn resolution(&mut self, tag: u32) -> Option<f32> {
        debug_assert!(matches!(tag, tag::X_RESOLUTION | tag::Y_RESOLUTION));
        let mut value = 0f32;
        // SAFETY: for these tags libtiff writes one `float`.
        let found = unsafe { ffi::TIFFGetField(self.tiff, tag, &raw mut value) };
        (found != 0).then_some(value)
    }

    /// The kinds of the samples beyond the colours: 0 unspecified, 1 associated alpha, 2 unassociated alpha.
    pub(super) fn extra_samples(&mut self) -> Vec<u16> {
        let (mut count, mut kinds) = (0u16, ptr::null::<u16>());
        // SAFETY: for this tag libtiff writes a `uint16_t` and a pointer to as many `uint16_t`, its own, valid until
        // the directory changes; they are copied at once.
        unsafe {
            if ffi::TIFFGetField(self.tiff, tag::EXTRA_SAMPLES, &raw mut count, &raw mut kinds) == 0 || kinds.is_null()
            {
                return Vec::new();
            }
            std::slice::from_raw_parts(kinds, usize::from(count)).to_vec()
        }
    }

    /// Red, green and blue (16 bits each) for each index of `bits` (at most 16) bits.
    pub(super) fn colour_map(&mut self, bits: u16) -> Option<[Vec<u16>; 3]> {
        let entries = 1usize.checked_shl(u32::from(bits)).filter(|_| bits <= 16)?;
        let mut maps = [ptr::null::<u16>(); 3];
        let [red, green, blue] = &mut maps;
        // SAFETY: for this tag libtiff writes three pointers to `1 << BitsPerSample` numbers of `uint16_t` each, its own,
        // valid until the directory changes; they are copied at once. `bits` is that tag's value.
        unsafe {
            if ffi::TIFFGetField(self.tiff, tag::COLOR_MAP, &raw mut *red, &raw mut *green, &raw mut *blue) == 0
                || maps.iter().any(|map| map.is_null())
            {
                return None;
            }
            Some(maps.map(|map| std::slice::from_raw_parts(map, entries).to_vec()))
        }
    }

    /// The tables that the JPEG strips share, a JPEG stream of their own.
    pub(super) fn jpeg_tables(&mut self) -> Option<Vec<u8>> {
        let (mut count, mut bytes) = (0u32, ptr::null::<u8>());
        // SAFETY: for this tag libtiff writes a `uint32_t` and a pointer to as many bytes, its own, valid until the
        // directory changes; they are copied at once.
        unsafe {
            if ffi::TIFFGetField(self.tiff, tag::JPEG_TABLES, &raw mut count, &raw mut bytes) == 0 || bytes.is_null() {
                return None;
            }
            Some(std::slice::from_raw_parts(bytes, count as usize).to_vec())
        }
    }

    pub(super) fn is_tiled(&mut self) -> bool {
        // SAFETY: the handle is open.
        unsafe { ffi::TIFFIsTiled(self.tiff) != 0 }
    }

    /// The number of strips or tiles.
    pub(super) fn striles(&mut self) -> u32 {
        // SAFETY: the handle is open.
        unsafe {
            if ffi::TIFFIsTiled(self.tiff) != 0 {
                ffi::TIFFNumberOfTiles(self.tiff)
            } else {
                ffi::TIFFNumberOfStrips(self.tiff)
            }
        }
    }

    /// Where the data of a strip or tile lie in the file: offset and length in bytes.
    pub(super) fn strile(&mut self, index: u32) -> (u64, u64) {
        // SAFETY: the handle is open; libtiff gives 0 for an index that does not exist.
        unsafe { (ffi::TIFFGetStrileOffset(self.tiff, index), ffi::TIFFGetStrileByteCount(self.tiff, index)) }
    }

    /// Bytes of an unpacked row of the page, of all samples if they are interleaved.
    pub(super) fn row_bytes(&mut self) -> u64 {
        // SAFETY: the handle is open.
        unsafe { ffi::TIFFScanlineSize64(self.tiff) }
    }

    /// Bytes of an unpacked strip of `rows` rows.
    pub(super) fn strip_bytes(&mut self, rows: u32) -> u64 {
        // SAFETY: the handle is open.
        unsafe { ffi::TIFFVStripSize64(self.tiff, rows) }
    }

    /// Bytes of an unpacked tile, and of one of its rows.
    pub(super) fn tile_bytes(&mut self) -> (u64, u64) {
        // SAFETY: the handle is open.
        unsafe { (ffi::TIFFTileSize64(self.tiff), ffi::TIFFTileRowSize64(self.tiff)) }
    }

    /// Unpacks the next row into `row`; rows are read in order. Fails if `row` is shorter than `row_bytes`.
    pub(super) fn read_row(&mut self, row: u32, into: &mut [u8]) -> bool {
        if (into.len() as u64) < self.row_bytes() {
            return false;
        }
        // SAFETY: the buffer holds a row, as checked.
        unsafe { ffi::TIFFReadScanline(self.tiff, into.as_mut_ptr().cast(), row, 0) == 1 }
    }

    /// Unpacks a strip; gives the number of bytes.
    pub(super) fn read_strip(&mut self, strip: u32, into: &mut [u8]) -> Option<usize> {
        // SAFETY: libtiff writes at most the given number of bytes.
        let read =
            unsafe { ffi::TIFFReadEncodedStrip(self.tiff, strip, into.as_mut_ptr().cast(), into.len().cast_signed()) };
        usize::try_from(read).ok()
    }

    /// Unpacks a tile; gives the number of bytes.
    pub(super) fn read_tile(&mut self, tile: u32, into: &mut [u8]) -> Option<usize> {
        // SAFETY: libtiff writes at most the given number of bytes.
        let read =
            unsafe { ffi::TIFFReadEncodedTile(self.tiff, tile, into.as_mut_ptr().cast(), into.len().cast_signed()) };
        usize::try_from(read).ok()
    }

    /// Lets libjpeg turn YCbCr into RGB.
    pub(super) fn set_jpeg_to_rgb(&mut self) -> bool {
        const JPEGCOLORMODE_RGB: c_int = 1;
        // SAFETY: this pseudo tag takes an `int`.
        unsafe { ffi::TIFFSetField(self.tiff, tag::JPEG_COLOR_MODE, JPEGCOLORMODE_RGB) != 0 }
    }

    /// The page as stored, one number a pixel (red in the lowest byte, then green, blue, alpha; colours are already
    /// multiplied with alpha). `raster` must hold width times height.
    pub(super) fn read_rgba(&mut self, width: u32, height: u32, raster: &mut [u32]) -> bool {
        const ORIENTATION_TOP_LEFT: c_int = 1;
        if raster.len() as u64 != u64::from(width) * u64::from(height) {
            return false;
        }
        // SAFETY: the raster holds the pixels, as checked. The orientation is overwritten in memory only, so that rows
        // come as stored; it takes an `int`.
        unsafe {
            ffi::TIFFSetField(self.tiff, tag::ORIENTATION, ORIENTATION_TOP_LEFT);
            ffi::TIFFReadRGBAImageOriented(self.tiff, width, height, raster.as_mut_ptr(), ORIENTATION_TOP_LEFT, 1) == 1
        }
    }
}

const SHORTS: [u32; 11] = [
    tag::BITS_PER_SAMPLE,
    tag::COMPRESSION,
    tag::PHOTOMETRIC,
    tag::FILL_ORDER,
    tag::ORIENTATION,
    tag::SAMPLES_PER_PIXEL,
    tag::PLANAR_CONFIG,
    tag::RESOLUTION_UNIT,
    tag::INK_SET,
    tag::SAMPLE_FORMAT,
    tag::EXTRA_SAMPLES,
];
const LONGS: [u32; 7] = [
    tag::SUBFILE_TYPE,
    tag::IMAGE_WIDTH,
    tag::IMAGE_LENGTH,
    tag::ROWS_PER_STRIP,
    tag::GROUP4_OPTIONS,
    tag::TILE_WIDTH,
    tag::TILE_LENGTH,
];

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: both were made by `open`, are dropped once, and the file goes before what its handlers write to.
        unsafe {
            ffi::TIFFClose(self.tiff);
            drop(Box::from_raw(self.complaints));
        }
    }
}

unsafe extern "C" fn on_error(
    _: *mut ffi::Tiff,
    user: *mut c_void,
    _: *const c_char,
    format: *const c_char,
    arguments: ffi::VaList,
) -> c_int {
    // SAFETY: libtiff gives what was registered with the handler, and a format with its arguments.
    unsafe { (*user.cast::<Complaints>()).error = text(format, arguments) };
    1
}

unsafe extern "C" fn on_warning(
    _: *mut ffi::Tiff,
    user: *mut c_void,
    _: *const c_char,
    format: *const c_char,
    arguments: ffi::VaList,
) -> c_int {
    // SAFETY: as above.
    unsafe { (*user.cast::<Complaints>()).warning = text(format, arguments) };
    1
}

/// SAFETY: `format` and `arguments` must belong together, as for `vsnprintf`.
unsafe fn text(format: *const c_char, arguments: ffi::VaList) -> Option<String> {
    let mut buffer = [0u8; 256];
    // SAFETY: the buffer is as long as said, and `vsnprintf` ends it with a zero.
    let written = unsafe { ffi::vsnprintf(buffer.as_mut_ptr().cast(), buffer.len(), format, arguments) };
    let text = CStr::from_bytes_until_nul(&buffer).ok()?.to_string_lossy();
    (written >= 0).then(|| text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect())
}
