//! TIFF and BigTIFF through the system's libtiff.
//!
//! In: a file. Out: its pages, as stored. A page's own stream passes through where a PDF can hold it (one strip of Group
//! 4, one strip or tile of JPEG); all else is decoded sample by sample, and what that does not know through libtiff's
//! RGBA interface.
//!
//! Pages are the directories of the main chain, without those that call themselves a thumbnail or a mask
//! (`NewSubfileType` bits 0 and 2), unless there is nothing else; SubIFDs are not pages. A chain that breaks off gives
//! one page more, which is a fault.

mod ffi;
mod group4;
mod handle;
mod jpeg_strip;
mod samples;

use std::fmt::Display;
use std::fs::File;
use std::io::Seek;
use std::os::unix::fs::FileExt;

use super::error::Cause;
use super::pixels::Pixels;
use super::scan::DecodedPage;
use super::{DecodeParams, Grey, Picture, resolution};
use crate::model::{ColourMode, Placement};
use ffi::tag;
use handle::Handle;

/// Values of `Compression` (TIFF 6.0; TIFF technical note 2 for 7).
mod compression {
    pub(super) const FAX: std::ops::RangeInclusive<u16> = 2..=4;
    pub(super) const GROUP4: u16 = 4;
    pub(super) const JPEG: u16 = 7;
    pub(super) const FAX_WORD_ALIGNED: u16 = 32771;
}

/// Values of `PhotometricInterpretation`.
mod photometric {
    pub(super) const MIN_IS_WHITE: u16 = 0;
    pub(super) const MIN_IS_BLACK: u16 = 1;
    pub(super) const RGB: u16 = 2;
    pub(super) const PALETTE: u16 = 3;
    pub(super) const SEPARATED: u16 = 5;
    pub(super) const YCBCR: u16 = 6;
}

/// An open TIFF.
pub(crate) struct TiffScan {
    handle: Handle,
    file: File,
    file_len: u64,
    /// Where the directories of the pages lie.
    pages: Vec<u64>,
    /// Why the chain of directories ended before its end.
    broken: Option<Broken>,
}

#[derive(Clone)]
struct Broken {
    truncated: bool,
    complaint: String,
}

impl Broken {
    fn cause(&self) -> Cause {
        if self.truncated {
            Cause::truncated(format!("the TIFF breaks off before the directory of a page ({})", self.complaint))
        } else {
            Cause::corrupt(format!("the directory of a page cannot be read ({})", self.complaint))
        }
    }
}

/// The tags of a page that decide how it is read.
struct Header {
    width: u32,
    height: u32,
    bits: u16,
    samples: u16,
    compression: u16,
    photometric: u16,
    fill_order: u16,
    planar: bool,
    sample_format: u16,
    tiled: bool,
    striles: u32,
}

impl TiffScan {
    pub(crate) fn open(mut file: File, file_len: u64, params: &DecodeParams) -> Result<Self, Cause> {
        // libtiff reads the header where the file stands. Both handles share a position; ours reads without it.
        file.rewind()?;
        let own = file.try_clone()?;
        let mut handle = Handle::open(own, params.max_unpacked_bytes)
            .map_err(|complaint| broken(complaint, &file, file_len, 4).cause())?;
        let (mut pages, mut others, mut break_off) = (Vec::new(), Vec::new(), None);
        loop {
            let offset = handle.directory_offset();
            let kind = handle.long(tag::SUBFILE_TYPE).unwrap_or(0);
            if kind & 0b101 == 0 { &mut pages } else { &mut others }.push(offset);
            if pages.len().max(others.len()) > params.max_pages as usize {
                return Err(Cause::OverLimit(format!(
                    "the TIFF has more pages than the {} that limits.max_pages allows",
                    params.max_pages
                )));
            }
            if handle.is_last_directory() {
                break;
            }
            handle.error();
            if !handle.next_directory() {
                let complaint = handle.complaint();
                break_off = Some(broken(complaint, &file, file_len, offset));
                break;
            }
        }
        let pages = if pages.is_empty() { others } else { pages };
        Ok(Self { handle, file, file_len, pages, broken: break_off })
    }

    pub(crate) fn pages(&self) -> u32 {
        self.pages.len() as u32 + u32::from(self.broken.is_some())
    }

    pub(crate) fn page(&mut self, index: u32, params: &DecodeParams) -> Result<DecodedPage, Cause> {
        let Some(&offset) = self.pages.get(index as usize) else {
            return Err(self.broken.as_ref().map_or(Cause::NoPages, Broken::cause));
        };
        if !self.handle.go_to(offset) {
            let complaint = self.handle.complaint().unwrap_or_default();
            return Err(Cause::corrupt(format!("the page's directory cannot be read ({complaint})")));
        }
        let header = self.header()?;
        params.admit(header.width, header.height)?;
        self.all_inside(&header)?;
        let tagged = Placement::from_exif(self.handle.short(tag::ORIENTATION).unwrap_or(1));
        let said = self.dpi();
        self.handle.complaint();
        let (grey, colour, picture) = self.decode(&header, params)?;
        let resolution = resolution::believed(said, grey.size(), params.assumed_dpi);
        Ok(DecodedPage { grey, resolution, tagged, colour, picture })
    }

    fn header(&mut self) -> Result<Header, Cause> {
        let handle = &mut self.handle;
        let size = handle.long(tag::IMAGE_WIDTH).zip(handle.long(tag::IMAGE_LENGTH));
        let (width, height) = size.ok_or_else(|| Cause::corrupt("the page has no width or height"))?;
        let bits = handle.short(tag::BITS_PER_SAMPLE).unwrap_or(1);
        let samples = handle.short(tag::SAMPLES_PER_PIXEL).unwrap_or(1);
        let compression = handle.short(tag::COMPRESSION).unwrap_or(1);
        // Writers of fax forget it; then a set bit is black.
        let fallback =
            if samples >= 3 { photometric::RGB } else { u16::from(!compression::FAX.contains(&compression)) };
        Ok(Header {
            width,
            height,
            bits,
            samples,
            compression,
            photometric: handle.short(tag::PHOTOMETRIC).unwrap_or(fallback),
            fill_order: handle.short(tag::FILL_ORDER).unwrap_or(1),
            planar: handle.short(tag::PLANAR_CONFIG) == Some(2),
            sample_format: handle.short(tag::SAMPLE_FORMAT).unwrap_or(1),
            tiled: handle.is_tiled(),
            striles: handle.striles(),
        })
    }

    /// No strip or tile may lie beyond the end of the file: libtiff would leave its pixels as they are.
    fn all_inside(&mut self, header: &Header) -> Result<(), Cause> {
        // A strip or tile has at least one row or pixel, so their number is bounded by the pixels already admitted.
        for index in 0..header.striles {
            let (offset, len) = self.handle.strile(index);
            if offset.checked_add(len).is_none_or(|end| end > self.file_len) {
                return Err(Cause::truncated(format!(
                    "strip {index} of {} lies beyond the end of the file",
                    header.striles
                )));
            }
            if len == 0 {
                return Err(Cause::corrupt(format!("strip {index} of {} is empty", header.striles)));
            }
        }
        Ok(())
    }

    fn dpi(&mut self) -> Option<(f32, f32)> {
        let handle = &mut self.handle;
        let (x, y) = (handle.resolution(tag::X_RESOLUTION), handle.resolution(tag::Y_RESOLUTION));
        let (x, y) = (x.or(y)?, y.or(x)?);
        match handle.short(tag::RESOLUTION_UNIT).unwrap_or(2) {
            // "No absolute unit" still gives values that scanners mean as dpi, if they are plausible.
            1 | 2 => Some((x, y)),
            3 => Some((x * 2.54, y * 2.54)),
            _ => None,
        }
    }

    fn decode(&mut self, header: &Header, params: &DecodeParams) -> Result<(Grey, ColourMode, Picture), Cause> {
        if let Some(page) = group4::page(self, header)? {
            return Ok(page);
        }
        if let Some(page) = jpeg_strip::page(self, header, params)? {
            return Ok(page);
        }
        let pixels = match samples::pixels(&mut self.handle, header, params)? {
            Some(pixels) => pixels,
            None => self.rgba(header, params)?,
        };
        pixels.encoded(params).ok_or_else(|| Cause::corrupt("the page has fewer pixels than it says"))
    }

    /// libtiff's own conversion, for whatever `samples` does not know: Lab, YCbCr without JPEG, old JPEG, LogLuv.
    fn rgba(&mut self, header: &Header, params: &DecodeParams) -> Result<Pixels, Cause> {
        let count = params.admit(header.width, header.height)?;
        params.admit_bytes(count as u64 * 4)?;
        let mut raster = vec![0; count];
        self.handle.complaint();
        let read = self.handle.read_rgba(header.width, header.height, &mut raster);
        let complaint = self.handle.error();
        if !read || complaint.is_some() {
            return Err(undecoded("the page", complaint));
        }
        let on_white = |pixel: &u32| {
            let [red, green, blue, alpha] = pixel.to_le_bytes();
            // Colours are multiplied with alpha already; white paper shines through.
            [red, green, blue].map(|c| c.saturating_add(255 - alpha))
        };
        let pixels = raster.iter().flat_map(on_white).collect();
        Pixels::from_rgb(header.width, header.height, pixels, header.bits == 1 && header.samples == 1)
            .ok_or_else(|| Cause::corrupt("the page has fewer pixels than it says"))
    }

    /// The bytes of a strip or tile as they lie in the file.
    fn raw(&mut self, index: u32, params_limit: u64) -> Result<(u64, Vec<u8>), Cause> {
        let (offset, len) = self.handle.strile(index);
        let len = usize::try_from(len.min(params_limit).min(self.file_len)).unwrap_or(0);
        let mut bytes = vec![0; len];
        self.file.read_exact_at(&mut bytes, offset)?;
        Ok((offset, bytes))
    }
}

/// What to say of a part that libtiff did not decode.
fn undecoded(part: impl Display, complaint: Option<String>) -> Cause {
    let complaint = complaint.unwrap_or_else(|| "fewer bytes than expected".into());
    if ["memory", "Memory", "No space for"].iter().any(|words| complaint.contains(words)) {
        return Cause::OverLimit(format!(
            "{part} needs more memory than limits.memory_mib or limits.max_unpacked_mib allow ({complaint})"
        ));
    }
    let unknown = ["not configured", "nsupported", "not supported", "not implemented", "an not handle"];
    if unknown.iter().any(|words| complaint.contains(words)) {
        Cause::unsupported(format!("this kind of TIFF is not read ({complaint})"))
    } else {
        Cause::corrupt(format!("{part} ({complaint})"))
    }
}

/// What to say of a chain of directories that does not go on behind the one at `directory`.
fn broken(complaint: Option<String>, file: &File, file_len: u64, directory: u64) -> Broken {
    let complaint = complaint.unwrap_or_else(|| "no directory".into());
    // libtiff says the same for a pointer beyond the end and for one to nonsense: look where the pointer leads.
    let truncated = next_pointer(file, directory).is_none_or(|next| next.saturating_add(2) > file_len)
        || complaint.contains("Can not read TIFF directory");
    Broken { truncated, complaint }
}

/// The pointer to the next directory behind the classic directory at `at`; for `at` 4, the header's own.
fn next_pointer(file: &File, at: u64) -> Option<u64> {
    let mut head = [0; 4];
    file.read_exact_at(&mut head, 0).ok()?;
    let little = head[0] == b'I';
    let read = |at: u64, len: usize| {
        let mut bytes = [0u8; 8];
        file.read_exact_at(&mut bytes[..len], at).ok()?;
        if !little {
            bytes[..len].reverse();
        }
        Some(u64::from_le_bytes(bytes))
    };
    let big = head[if little { 2 } else { 3 }] == 43;
    match (at, big) {
        (4, false) => read(4, 4),
        (4, true) => read(8, 8),
        (_, false) => read(at.checked_add(2 + read(at, 2)?.checked_mul(12)?)?, 4),
        (_, true) => read(at.checked_add(8)?.checked_add(read(at, 8)?.checked_mul(20)?)?, 8),
    }
}
