//! Which features a model is made of: those that several samples have, and of these the ones that tell types apart.

use crate::assemble::model::{BUCKETS, MAX_ROWS};

use super::sample::Sample;

/// A feature that fewer samples have is dropped: it tells a person or a case, not a type.
pub(super) const MIN_SAMPLES: u32 = 3;

/// Most weights of a model: one byte each in its file.
const MAX_WEIGHTS: usize = 1_200_000;

/// The features of a model.
pub(super) struct Selection {
    /// Their buckets, ascending.
    pub(super) buckets: Vec<u32>,
    /// For each what its values are multiplied by: what few samples have says more.
    pub(super) factors: Vec<f32>,
    /// For each bucket its place among `buckets`, from 1; 0 is none.
    places: Vec<u16>,
}

impl Selection {
    /// Chooses features of samples that have one of `classes` types each.
    pub(super) fn of(samples: &[(&Sample, usize)], classes: usize) -> Self {
        let mut all = vec![0u32; BUCKETS];
        samples.iter().flat_map(|(sample, _)| &sample.entries).for_each(|&(bucket, _)| all[bucket as usize] += 1);
        let candidates: Vec<usize> = (0..BUCKETS).filter(|&bucket| all[bucket] >= MIN_SAMPLES).collect();
        let mut order = vec![None; BUCKETS];
        candidates.iter().enumerate().for_each(|(place, &bucket)| order[bucket] = Some(place));
        let mut sizes = vec![0u32; classes];
        let mut by_class = vec![0u32; candidates.len() * classes];
        for (sample, class) in samples {
            sizes[*class] += 1;
            for place in sample.entries.iter().filter_map(|&(bucket, _)| order[bucket as usize]) {
                by_class[place * classes + class] += 1;
            }
        }
        let mut ranked: Vec<(f32, u32)> = candidates
            .iter()
            .zip(by_class.chunks_exact(classes.max(1)))
            .map(|(&bucket, counts)| (information(counts, &sizes), bucket as u32))
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        ranked.truncate(MAX_ROWS.min(MAX_WEIGHTS / classes.max(1)));
        let mut buckets: Vec<u32> = ranked.into_iter().map(|(_, bucket)| bucket).collect();
        buckets.sort_unstable();
        let mut places = vec![0u16; BUCKETS];
        buckets.iter().enumerate().for_each(|(place, &bucket)| places[bucket as usize] = place as u16 + 1);
        let count = samples.len() as f32;
        let rarity = |&bucket: &u32| 1.0 + ((1.0 + count) / (1.0 + all[bucket as usize] as f32)).ln();
        Self { factors: buckets.iter().map(rarity).collect(), buckets, places }
    }

    /// A sample's chosen features: place and value.
    pub(super) fn row(&self, sample: &Sample) -> Vec<(u32, f32)> {
        let chosen = sample.entries.iter().filter_map(|&(bucket, value)| {
            let place = usize::from(self.places[bucket as usize]).checked_sub(1)?;
            Some((place as u32, value * self.factors[place]))
        });
        chosen.collect()
    }
}

/// What a sample's having a feature says of its type: the mutual information of the two, in nats, every type taken for
/// equally frequent, and half a sample more on either side, so that small types do not shine by chance.
fn information(having: &[u32], sizes: &[u32]) -> f32 {
    let shares = having.iter().zip(sizes).filter(|(_, size)| **size > 0);
    let shares: Vec<f32> = shares.map(|(&having, &size)| (having as f32 + 0.5) / (size as f32 + 1.0)).collect();
    let mean = shares.iter().sum::<f32>() / shares.len().max(1) as f32;
    let part = |share: f32, mean: f32| if share > 0.0 { share * (share / mean).ln() } else { 0.0 };
    shares.iter().map(|&share| part(share, mean) + part(1.0 - share, 1.0 - mean)).sum()
}
