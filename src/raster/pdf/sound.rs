//! Is the file whole? Looks for what a forgiving reader forgives.

use std::io::{self, Read};

use flate2::read::ZlibDecoder;
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Array, Dict, Object, Stream};
use hayro::hayro_syntax::page::Page;

use super::super::DecodeParams;
use super::super::error::Cause;
use super::super::jpeg::Structure;
use super::{filter_params, has};

/// Most layers of Flate over each other: a careless tool makes two.
const MAX_LAYERS: usize = 3;

/// A PDF ends with `%%EOF`, but for some bytes that a transfer may have added; an update of the file that breaks off has
/// objects behind it.
pub(super) fn ends_where_it_should(bytes: &[u8]) -> Result<(), Cause> {
    let end = rfind(bytes, b"%%EOF").ok_or_else(|| Cause::truncated("the PDF has no end marker"))?;
    let tail = bytes.get(end + 5..).unwrap_or(&[]);
    if find(tail, b" obj").is_some() && find(tail, b"endobj").is_some() || find(tail, b"stream").is_some() {
        return Err(Cause::truncated("the PDF goes on behind its end marker and breaks off"));
    }
    Ok(())
}

/// Object and cross-reference streams are unpacked when the file is opened: their size is known before.
pub(super) fn structure_fits(bytes: &[u8], params: &DecodeParams) -> Result<(), Cause> {
    let mut left = params.max_unpacked_bytes;
    for kind in [&b"/ObjStm"[..], b"/XRef"] {
        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| find(rest, kind)) {
            at += found + kind.len();
            // The dictionary that holds the name ends at the next `stream`, if it is one at all.
            let Some(start) = bytes.get(at..).and_then(|rest| find(&rest[..rest.len().min(4096)], b"stream")) else {
                continue;
            };
            let data = bytes.get(at + start + 6..).unwrap_or(&[]).trim_ascii_start();
            // Not every stream is deflated; what does not inflate unpacks to nothing larger than itself.
            for layers in 1..=MAX_LAYERS {
                let (Ok(len) | Err((len, _))) = inflated_len(data, layers, left);
                left = left.checked_sub(len).ok_or_else(|| over(params))?;
                if len == 0 {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// The content streams are there and unpack to their end, within the limit.
pub(super) fn contents(page: &Page<'_>, params: &DecodeParams) -> Result<(), Cause> {
    let dict = page.raw();
    if !has(dict, "Contents") {
        return Ok(());
    }
    let missing = || Cause::corrupt("a content stream of the page is missing");
    match dict.get::<Object<'_>>("Contents") {
        Some(Object::Stream(stream)) => whole(&stream, params),
        Some(Object::Array(streams)) => all(&streams, params),
        Some(Object::Null(_)) => Ok(()),
        _ => Err(missing()),
    }
}

fn all(streams: &Array<'_>, params: &DecodeParams) -> Result<(), Cause> {
    let expected = streams.raw_iter().count();
    let mut seen = 0;
    for stream in streams.iter::<Stream<'_>>() {
        whole(&stream, params)?;
        seen += 1;
    }
    if seen == expected { Ok(()) } else { Err(Cause::corrupt("a content stream of the page is missing")) }
}

/// The stream's outermost filter unpacks to its end, within the limit, and so do further ones below it. Only what can tell
/// is asked: Flate carries a checksum, JPEG an end marker.
pub(super) fn whole(stream: &Stream<'_>, params: &DecodeParams) -> Result<(), Cause> {
    let filters = stream.filters();
    let packed = filters.iter().filter(|filter| unfolds(**filter)).count();
    let layers = filters.iter().take_while(|filter| **filter == Filter::FlateDecode).count();
    if packed > 1 && packed > layers.min(MAX_LAYERS) {
        return Err(Cause::unsupported("a stream that is packed several times over"));
    }
    match filters.first() {
        Some(Filter::FlateDecode) => {
            let raw = stream.raw_data();
            for layer in 2..=layers {
                // What does not inflate, perhaps for a predictor between, unpacks to nothing larger than itself.
                let (Ok(len) | Err((len, _))) = inflated_len(&raw, layer, params.max_unpacked_bytes);
                if len > params.max_unpacked_bytes {
                    return Err(over(params));
                }
            }
            match inflated_len(&raw, 1, params.max_unpacked_bytes) {
                Ok(len) if len > params.max_unpacked_bytes => Err(over(params)),
                Ok(_) => Ok(()),
                Err((len, _)) if len > params.max_unpacked_bytes => Err(over(params)),
                Err((_, error)) => Err(flate(&error)),
            }
        }
        Some(Filter::DctDecode) => {
            let found = Structure::read(stream.raw_data().trim_ascii_start())?;
            params.admit(found.width, found.height).map(|_| ())
        }
        Some(Filter::JpxDecode) => jpx_fits(&stream.raw_data(), params),
        Some(Filter::CcittFaxDecode) => fax_fits(stream.dict(), params),
        _ => Ok(()),
    }
}

/// A JPEG 2000 stream says its own size, whatever the dictionary says (ITU-T T.800, A.5.1: marker SIZ). More than 65,535
/// tiles cannot be numbered; more than five components (four and alpha) no page has.
fn jpx_fits(data: &[u8], params: &DecodeParams) -> Result<(), Cause> {
    let Some(at) = find(data, b"\xFF\x4F\xFF\x51") else { return Ok(()) };
    let number = |place: usize| -> Option<u32> {
        let bytes = data.get(at.checked_add(8 + place * 4)?..)?.first_chunk::<4>()?;
        Some(u32::from_be_bytes(*bytes))
    };
    let cut = || Cause::truncated("a JPEG 2000 image ends within its header");
    let place = |place| number(place).ok_or_else(cut);
    let side = |end: u32, start: u32| end.saturating_sub(start);
    let (width, height) = (side(place(0)?, place(2)?), side(place(1)?, place(3)?));
    params.admit(width, height)?;
    let tiles = |end: u32, start: u32, tile: u32| u64::from(side(end, start).div_ceil(tile.max(1)));
    let count = tiles(place(0)?, place(6)?, place(4)?).saturating_mul(tiles(place(1)?, place(7)?, place(5)?));
    // The number of components is the upper half of what follows.
    let components = place(8)? >> 16;
    if count > 65_535 || components > 5 {
        return Err(Cause::corrupt("a JPEG 2000 image of too many tiles or components"));
    }
    Ok(())
}

/// Fax data are as wide as their parameters say, whatever the dictionary says.
fn fax_fits(dict: &Dict<'_>, params: &DecodeParams) -> Result<(), Cause> {
    let said = filter_params(dict, 0);
    let number = |dict: &Dict<'_>, key: &str| dict.get::<i32>(key).and_then(|number| u32::try_from(number).ok());
    let height = number(dict, "Height").or_else(|| number(dict, "H")).unwrap_or(1);
    let (columns, rows) = (number(&said, "Columns").unwrap_or(1728), number(&said, "Rows").unwrap_or(0));
    params.admit(columns.max(1), rows.max(height).max(1)).map(|_| ())
}

/// Inflates all of `data`; an error if they end early, fail their checksum or exceed the limit.
pub(super) fn inflated(data: &[u8], params: &DecodeParams) -> Result<Vec<u8>, Cause> {
    let mut bytes = Vec::new();
    let limit = params.max_unpacked_bytes.saturating_add(1);
    ZlibDecoder::new(data).take(limit).read_to_end(&mut bytes).map_err(|error| flate(&error))?;
    if bytes.len() as u64 > params.max_unpacked_bytes { Err(over(params)) } else { Ok(bytes) }
}

/// Filters that give more bytes than they take.
fn unfolds(filter: Filter) -> bool {
    matches!(filter, Filter::FlateDecode | Filter::LzwDecode | Filter::RunLengthDecode)
}

/// Length after so many `layers` of Flate, at most `limit + 1`; with the error also how far it came.
fn inflated_len(data: &[u8], layers: usize, limit: u64) -> Result<u64, (u64, io::Error)> {
    struct Count(u64);
    impl io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    let mut reader: Box<dyn Read + '_> = Box::new(data);
    for _ in 0..layers {
        reader = Box::new(ZlibDecoder::new(reader));
    }
    let copied = io::copy(&mut reader.take(limit.saturating_add(1)), &mut count);
    copied.map_err(|error| (count.0, error))
}

fn flate(error: &io::Error) -> Cause {
    if error.kind() == io::ErrorKind::UnexpectedEof {
        Cause::truncated("a deflated stream of the page ends early")
    } else {
        Cause::corrupt("a deflated stream of the page does not unpack")
    }
}

fn over(params: &DecodeParams) -> Cause {
    Cause::OverLimit(format!(
        "the PDF unpacks to more than the {} MiB that limits.max_unpacked_mib allows",
        params.max_unpacked_bytes >> 20
    ))
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == first)?;
        if bytes[at..].starts_with(needle) {
            return Some(at);
        }
        at += 1;
    }
}

fn rfind(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).rposition(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_ends_with_its_marker() {
        // file, whole?
        let cases: [(&[u8], bool); 6] = [
            (b"%PDF-1.4 ... startxref 9 %%EOF", true),
            (b"%PDF-1.4 ... startxref 9 %%EOF\r\n\0\0\0\0", true),
            (b"%PDF-1.4 ... startxref 9 %%EOF\n--boundary--\n", true),
            (b"%PDF-1.4 1 0 obj << >> endobj", false),
            (b"%PDF-1.4 ... %%EOF\n1 0 obj << >> endobj\n2 0 ob", false),
            (b"%PDF-1.4 ... %%EOF\n1 0 obj << /Length 9000 >> stream\nxyz", false),
        ];
        for (bytes, whole) in cases {
            assert_eq!(ends_where_it_should(bytes).is_ok(), whole, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
