//! The dozen functions of libtiff 4.5 that are called, declared as in its `tiffio.h`.

#![allow(unsafe_code)]

use std::ffi::{c_char, c_int, c_void};

/// An open file; never looked into.
#[repr(C)]
pub(super) struct Tiff {
    _private: [u8; 0],
}

/// Options of one file; never looked into.
#[repr(C)]
pub(super) struct OpenOptions {
    _private: [u8; 0],
}

/// A `va_list` as a function gets it: a pointer on x86-64 (an array decays), on AArch64 (passed by reference) and on
/// Apple's systems. It is handed on to `vsnprintf`, never looked into.
pub(super) type VaList = *mut c_void;

/// `TIFFErrorHandlerExtR`; a result other than 0 keeps libtiff from calling the handlers of the whole process.
pub(super) type Handler =
    unsafe extern "C" fn(*mut Tiff, user: *mut c_void, module: *const c_char, format: *const c_char, VaList) -> c_int;

pub(super) mod tag {
    pub(crate) const SUBFILE_TYPE: u32 = 254;
    pub(crate) const IMAGE_WIDTH: u32 = 256;
    pub(crate) const IMAGE_LENGTH: u32 = 257;
    pub(crate) const BITS_PER_SAMPLE: u32 = 258;
    pub(crate) const COMPRESSION: u32 = 259;
    pub(crate) const PHOTOMETRIC: u32 = 262;
    pub(crate) const FILL_ORDER: u32 = 266;
    pub(crate) const ORIENTATION: u32 = 274;
    pub(crate) const SAMPLES_PER_PIXEL: u32 = 277;
    pub(crate) const ROWS_PER_STRIP: u32 = 278;
    pub(crate) const X_RESOLUTION: u32 = 282;
    pub(crate) const Y_RESOLUTION: u32 = 283;
    pub(crate) const PLANAR_CONFIG: u32 = 284;
    pub(crate) const GROUP4_OPTIONS: u32 = 293;
    pub(crate) const RESOLUTION_UNIT: u32 = 296;
    pub(crate) const COLOR_MAP: u32 = 320;
    pub(crate) const TILE_WIDTH: u32 = 322;
    pub(crate) const TILE_LENGTH: u32 = 323;
    pub(crate) const INK_SET: u32 = 332;
    pub(crate) const EXTRA_SAMPLES: u32 = 338;
    pub(crate) const SAMPLE_FORMAT: u32 = 339;
    pub(crate) const JPEG_TABLES: u32 = 347;
    pub(crate) const JPEG_COLOR_MODE: u32 = 65538;
}

unsafe extern "C" {
    pub(super) fn TIFFOpenOptionsAlloc() -> *mut OpenOptions;
    pub(super) fn TIFFOpenOptionsFree(options: *mut OpenOptions);
    pub(super) fn TIFFOpenOptionsSetMaxSingleMemAlloc(options: *mut OpenOptions, bytes: isize);
    pub(super) fn TIFFOpenOptionsSetErrorHandlerExtR(options: *mut OpenOptions, handler: Handler, user: *mut c_void);
    pub(super) fn TIFFOpenOptionsSetWarningHandlerExtR(options: *mut OpenOptions, handler: Handler, user: *mut c_void);
    pub(super) fn TIFFFdOpenExt(
        fd: c_int,
        name: *const c_char,
        mode: *const c_char,
        options: *mut OpenOptions,
    ) -> *mut Tiff;
    pub(super) fn TIFFClose(tiff: *mut Tiff);
    pub(super) fn TIFFLastDirectory(tiff: *mut Tiff) -> c_int;
    pub(super) fn TIFFReadDirectory(tiff: *mut Tiff) -> c_int;
    pub(super) fn TIFFCurrentDirOffset(tiff: *mut Tiff) -> u64;
    pub(super) fn TIFFSetSubDirectory(tiff: *mut Tiff, offset: u64) -> c_int;
    pub(super) fn TIFFGetField(tiff: *mut Tiff, tag: u32, ...) -> c_int;
    pub(super) fn TIFFGetFieldDefaulted(tiff: *mut Tiff, tag: u32, ...) -> c_int;
    pub(super) fn TIFFSetField(tiff: *mut Tiff, tag: u32, ...) -> c_int;
    pub(super) fn TIFFIsTiled(tiff: *mut Tiff) -> c_int;
    pub(super) fn TIFFNumberOfStrips(tiff: *mut Tiff) -> u32;
    pub(super) fn TIFFNumberOfTiles(tiff: *mut Tiff) -> u32;
    pub(super) fn TIFFGetStrileOffset(tiff: *mut Tiff, strile: u32) -> u64;
    pub(super) fn TIFFGetStrileByteCount(tiff: *mut Tiff, strile: u32) -> u64;
    pub(super) fn TIFFScanlineSize64(tiff: *mut Tiff) -> u64;
    pub(super) fn TIFFVStripSize64(tiff: *mut Tiff, rows: u32) -> u64;
    pub(super) fn TIFFTileSize64(tiff: *mut Tiff) -> u64;
    pub(super) fn TIFFTileRowSize64(tiff: *mut Tiff) -> u64;
    pub(super) fn TIFFReadScanline(tiff: *mut Tiff, buffer: *mut c_void, row: u32, sample: u16) -> c_int;
    pub(super) fn TIFFReadEncodedStrip(tiff: *mut Tiff, strip: u32, buffer: *mut c_void, size: isize) -> isize;
    pub(super) fn TIFFReadEncodedTile(tiff: *mut Tiff, tile: u32, buffer: *mut c_void, size: isize) -> isize;
    pub(super) fn TIFFReadRGBAImageOriented(
        tiff: *mut Tiff,
        width: u32,
        height: u32,
        raster: *mut u32,
        orientation: c_int,
        stop_on_error: c_int,
    ) -> c_int;
    pub(super) fn vsnprintf(buffer: *mut c_char, size: usize, format: *const c_char, arguments: VaList) -> c_int;
}
