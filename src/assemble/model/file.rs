//! The model file: a head, the parts in little-endian, a SHA-256 of all before it.
//!
//! It is read as the foreign file that it is: every count is bounded before anything of its size is made, every number
//! must be finite and of a sane size, every list in order, and nothing may follow.

use super::calibration::{Calibration, TERMS, Trust};
use super::features::BUCKETS;
use super::{MAX_ROWS, MAX_TYPES, Parts};
use crate::model::Digest;

/// First bytes of a model file.
const MAGIC: &[u8; 18] = b"scanstrasse model\n";

/// Version of the form and of the features: a model of another one cannot be used.
const VERSION: u32 = 2;

/// Bytes of the digest at the end.
const DIGEST_LEN: usize = 32;

/// Most samples that are remembered.
const MAX_SAMPLES: usize = 1_000_000;

/// Longest name of a type, in bytes, as in pipeline files.
const MAX_NAME: usize = 100;

/// Largest size of a number: logits beyond are senseless.
const MAX_NUMBER: f32 = 1e4;

/// A model cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Not a model file.
    #[error("this is no model that `scanstrasse train` wrote")]
    NoModel,
    /// Of another version of the program.
    #[error("the model has version {0}, this program needs version {VERSION}: train it again")]
    Version(u32),
    /// Its digest differs: it was altered, or broke off.
    #[error("the model file is damaged: its digest differs")]
    Damaged,
    /// It is whole, and says what cannot be.
    #[error("the model makes no sense: {0}")]
    Nonsense(&'static str),
}

/// Refuses what cannot be.
pub(super) fn check(parts: &Parts) -> Result<(), ModelError> {
    let types = parts.types.len();
    let expect = |holds: bool, what| if holds { Ok(()) } else { Err(ModelError::Nonsense(what)) };
    expect((1..=MAX_TYPES).contains(&types), "number of types")?;
    expect(parts.types.is_sorted_by(|a, b| a < b), "order of types")?;
    expect(parts.types.iter().all(|name| is_name(name)), "name of a type")?;
    expect(parts.rows.len() <= MAX_ROWS, "number of rows")?;
    expect(are_buckets(&parts.rows) && are_buckets(&parts.known), "order of buckets")?;
    expect(parts.trust.len() == types, "number of trusts")?;
    expect(parts.bias.len() == types && parts.scales.len() == parts.rows.len(), "number of scales")?;
    expect(parts.weights.len() == types * parts.rows.len(), "number of weights")?;
    expect(parts.samples.is_sorted() && parts.samples.len() <= MAX_SAMPLES, "order of samples")?;
    let calibrations = [&parts.alone, &parts.with_rules].map(numbers);
    let trusts = parts.trust.iter().flat_map(|trust| [&trust.titles, &trust.phrases]);
    let mut all = parts.bias.iter().chain(&parts.scales).chain(calibrations.iter().flatten()).chain(trusts);
    expect(all.all(|number| number.abs() <= MAX_NUMBER), "size of a number")
}

/// Can be part of a file name, here and on shares of Windows.
pub(super) fn is_name(name: &str) -> bool {
    let bad = |c: char| c.is_control() || "/\\:*?\"<>|".contains(c);
    (1..=MAX_NAME).contains(&name.len())
        && !name.contains(bad)
        && !name.starts_with([' ', '.'])
        && !name.ends_with([' ', '.'])
}

fn are_buckets(list: &[u32]) -> bool {
    list.is_sorted_by(|a, b| a < b) && list.last().is_none_or(|&last| (last as usize) < BUCKETS)
}

/// All numbers of a calibration, in the order of the file.
fn numbers(calibration: &Calibration) -> [f32; 6 + TERMS] {
    let Calibration { scale, findings, confidence, threshold } = calibration;
    let mut all = [0.0; 6 + TERMS];
    all[0] = *scale;
    all[1] = *threshold;
    all[2..6].copy_from_slice(findings);
    all[6..].copy_from_slice(confidence);
    all
}

/// The file's bytes: equal parts, equal bytes.
pub(super) fn encode(parts: &Parts) -> Vec<u8> {
    let mut out = Vec::with_capacity(parts.weights.len() + 8 * (parts.rows.len() + parts.samples.len()) + 4096);
    out.extend(MAGIC);
    out.extend(VERSION.to_le_bytes());
    for count in [parts.types.len(), parts.rows.len(), parts.known.len(), parts.samples.len()] {
        out.extend((count as u32).to_le_bytes());
    }
    for name in &parts.types {
        out.push(name.len() as u8);
        out.extend(name.as_bytes());
    }
    let calibrations = [&parts.alone, &parts.with_rules].map(numbers);
    let trusts = parts.trust.iter().flat_map(|trust| [&trust.titles, &trust.phrases]);
    for number in parts.bias.iter().chain(&parts.scales).chain(calibrations.iter().flatten()).chain(trusts) {
        out.extend(number.to_le_bytes());
    }
    for bucket in parts.rows.iter().chain(&parts.known) {
        out.extend(bucket.to_le_bytes());
    }
    for sample in &parts.samples {
        out.extend(sample.to_le_bytes());
    }
    out.extend(parts.weights.iter().map(|&weight| weight as u8));
    let Digest(digest) = Digest::of(&out);
    out.extend(digest);
    out
}

/// Reads what [`encode`] wrote; [`check`] is still to be asked.
pub(super) fn decode(bytes: &[u8]) -> Result<Parts, ModelError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(ModelError::NoModel)?;
    let (version, _) = rest.split_first_chunk().ok_or(ModelError::Damaged)?;
    match u32::from_le_bytes(*version) {
        VERSION => {}
        other => return Err(ModelError::Version(other)),
    }
    let (body, digest) = bytes.len().checked_sub(DIGEST_LEN).map(|at| bytes.split_at(at)).ok_or(ModelError::Damaged)?;
    if Digest::of(body).0 != digest {
        return Err(ModelError::Damaged);
    }
    // What follows was written by somebody who can compute a digest, and no more is known of them.
    parts(&mut Reader(body.get(MAGIC.len() + 4..).unwrap_or_default())).ok_or(ModelError::Nonsense("length of a list"))
}

fn parts(reader: &mut Reader<'_>) -> Option<Parts> {
    let [types, rows, known, samples] = [reader.count()?, reader.count()?, reader.count()?, reader.count()?];
    if types > MAX_TYPES || rows > MAX_ROWS || known > BUCKETS || samples > MAX_SAMPLES {
        return None;
    }
    let mut names = Vec::with_capacity(types);
    for _ in 0..types {
        let [len] = reader.take()?;
        names.push(std::str::from_utf8(reader.bytes(usize::from(len))?).ok()?.to_owned());
    }
    let parts = Parts {
        types: names,
        bias: reader.list(types, f32::from_le_bytes)?,
        scales: reader.list(rows, f32::from_le_bytes)?,
        alone: reader.calibration()?,
        with_rules: reader.calibration()?,
        trust: reader.list(types, |[a, b, c, d, e, f, g, h]: [u8; 8]| Trust {
            titles: f32::from_le_bytes([a, b, c, d]),
            phrases: f32::from_le_bytes([e, f, g, h]),
        })?,
        rows: reader.list(rows, u32::from_le_bytes)?,
        known: reader.list(known, u32::from_le_bytes)?,
        samples: reader.list(samples, u64::from_le_bytes)?,
        weights: reader.list(types * rows, i8::from_le_bytes)?,
    };
    reader.0.is_empty().then_some(parts)
}

/// What is still to be read.
struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    fn bytes(&mut self, len: usize) -> Option<&'b [u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    fn count(&mut self) -> Option<usize> {
        self.take().map(|bytes| u32::from_le_bytes(bytes) as usize)
    }

    /// `len` values, which must be there before room is made for them.
    fn list<T, const N: usize>(&mut self, len: usize, read: fn([u8; N]) -> T) -> Option<Vec<T>> {
        let bytes = self.bytes(len.checked_mul(N)?)?;
        Some(bytes.as_chunks().0.iter().map(|&value| read(value)).collect())
    }

    fn calibration(&mut self) -> Option<Calibration> {
        let mut number = || self.take().map(f32::from_le_bytes);
        let (scale, threshold) = (number()?, number()?);
        let mut calibration = Calibration { scale, threshold, ..Calibration::default() };
        for place in calibration.findings.iter_mut().chain(&mut calibration.confidence) {
            *place = number()?;
        }
        Some(calibration)
    }
}
