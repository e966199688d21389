//! A histogram of response times with a fixed relative resolution.
//!
//! Both data planes fill this one, so that their percentiles come out of the
//! same code.

use std::ops::Range;

use crate::time::Micros;

/// Bins in each octave; a bin is 1.6 to 3.1 % wide, and percentiles are
/// interpolated inside it.
const BINS_PER_OCTAVE: usize = 1 << LOG2_BINS;
const LOG2_BINS: u32 = 5;
/// Everything below 2^-7 ms (8 µs) is one bin.
const LOWEST_EXPONENT: i32 = -7;
const LOWEST_MS: f64 = 1.0 / 128.0;
/// Everything from 2^27 ms (37 hours) on is one bin.
const OCTAVES: usize = 34;
/// Bins that are summed at once when a quantile is looked for.
const STRETCH: usize = 16;
/// Bins in all: one below, the octaves, one above.
pub const BINS: usize = OCTAVES * BINS_PER_OCTAVE + 2;

/// Weighted response times [ms] in bins of equal relative width.
#[derive(Debug, Clone)]
pub struct Histogram {
    weight: Vec<f64>,
    /// The bins outside this range are empty.
    used: Range<usize>,
    total: f64,
    sum_ms: f64,
    /// The sum of whole response times; it is exact, in whichever order they come.
    sum_us: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { weight: vec![0.0; BINS], used: 0..0, total: 0.0, sum_ms: 0.0, sum_us: 0 }
    }
}

impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        self.total == other.total && self.sum_ms() == other.sum_ms() && self.weight == other.weight
    }
}

impl Histogram {
    /// The bin of a value: the exponent and the leading bits of the mantissa,
    /// so that no transcendental function is needed.
    pub fn bin(ms: f64) -> usize {
        if ms < LOWEST_MS {
            return 0;
        }
        let bits = ms.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as i32 - 1023 - LOWEST_EXPONENT;
        let step = (bits >> (52 - LOG2_BINS)) as usize & (BINS_PER_OCTAVE - 1);
        (1 + exponent as usize * BINS_PER_OCTAVE + step).min(BINS - 1)
    }

    /// The lower edge of a bin [ms]; the upper edge is that of the next.
    pub fn edge(bin: usize) -> f64 {
        let Some(above) = bin.checked_sub(1) else { return 0.0 };
        let exponent = (above / BINS_PER_OCTAVE) as i32 + LOWEST_EXPONENT + 1023;
        let step = (above % BINS_PER_OCTAVE) as u64;
        f64::from_bits(((exponent as u64) << 52) | (step << (52 - LOG2_BINS)))
    }

    /// The first bin of the octave above that of a bin; the bins of an octave
    /// are equally wide.
    pub fn next_octave(bin: usize) -> usize {
        (bin.next_multiple_of(BINS_PER_OCTAVE) + 1).min(BINS)
    }

    /// Adds the response time of one request.
    pub fn record(&mut self, response: Micros) {
        let bin = Self::bin(response.0 as i64 as f64 / 1000.0);
        self.use_bins(bin..bin + 1);
        self.weight[bin] += 1.0;
        self.total += 1.0;
        self.sum_us += response.0;
    }

    /// Adds `weight` requests to the bins from `first` on, in the proportions
    /// of `shares`, which come to 1. Their response times sum to `sum_ms`.
    pub fn mix(&mut self, first: usize, shares: &[f64], weight: f64, sum_ms: f64) {
        let bins = first..first + shares.len();
        self.use_bins(bins.clone());
        for (bin, share) in self.weight[bins].iter_mut().zip(shares) {
            *bin += weight * share;
        }
        self.total += weight;
        self.sum_ms += sum_ms;
    }

    /// Adds all of another histogram.
    pub fn merge(&mut self, other: &Self) {
        self.use_bins(other.used.clone());
        let theirs = &other.weight[other.used.clone()];
        for (mine, theirs) in self.weight[other.used.clone()].iter_mut().zip(theirs) {
            *mine += theirs;
        }
        self.total += other.total;
        self.sum_ms += other.sum_ms;
        self.sum_us += other.sum_us;
    }

    /// Makes every weight `by` times smaller.
    pub fn divide(&mut self, by: f64) {
        self.weight[self.used.clone()].iter_mut().for_each(|weight| *weight /= by);
        self.total /= by;
        (self.sum_ms, self.sum_us) = (self.sum_ms() / by, 0);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.weight[self.used.clone()].fill(0.0);
        self.used = 0..0;
        self.total = 0.0;
        self.sum_ms = 0.0;
        self.sum_us = 0;
    }

    /// Requests in all.
    pub fn total(&self) -> f64 {
        self.total
    }

    fn sum_ms(&self) -> f64 {
        self.sum_ms + self.sum_us as f64 / 1000.0
    }

    /// The mean [ms]; `None` if empty.
    pub fn mean(&self) -> Option<f64> {
        (self.total > 0.0).then(|| self.sum_ms() / self.total)
    }

    /// The value [ms] that a share `q` (0 to 1) of the requests does not
    /// exceed, interpolated inside its bin; `None` if empty.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.total <= 0.0 {
            return None;
        }
        let wanted = q * self.total;
        let mut below = 0.0;
        let mut last = self.used.start;
        // Whole stretches of bins are passed over at once.
        for (stretch, weights) in self.weight[self.used.clone()].chunks(STRETCH).enumerate() {
            let first = self.used.start + stretch * STRETCH;
            let weight: f64 = weights.iter().sum();
            if below + weight < wanted {
                below += weight;
                last = first + weights.len() - 1;
                continue;
            }
            for (bin, &weight) in (first..).zip(weights).filter(|&(_, &weight)| weight > 0.0) {
                last = bin;
                if below + weight >= wanted {
                    let (from, to) = (Self::edge(bin), Self::edge(bin + 1));
                    let share = ((wanted - below) / weight).clamp(0.0, 1.0);
                    return Some(from + (to - from) * share);
                }
                below += weight;
            }
        }
        Some(Self::edge(last + 1))
    }

    fn use_bins(&mut self, bins: Range<usize>) {
        if bins.is_empty() {
        } else if self.used.is_empty() {
            self.used = bins;
        } else {
            self.used = self.used.start.min(bins.start)..self.used.end.max(bins.end);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_lies_between_the_edges_of_its_bin() {
        for exponent in -200..600 {
            let ms = libm::exp2(f64::from(exponent) / 20.0);
            let bin = Histogram::bin(ms);
            assert!(
                Histogram::edge(bin) <= ms && (ms < Histogram::edge(bin + 1) || bin == BINS - 1)
            );
            assert_eq!(
                Histogram::bin(Histogram::edge(bin)),
                bin,
                "an edge belongs to the bin above it"
            );
        }
    }

    #[test]
    fn bins_are_at_most_an_eighth_of_a_quarter_wide() {
        for bin in 1..BINS - 1 {
            let (from, to) = (Histogram::edge(bin), Histogram::edge(bin + 1));
            assert!(to > from && to <= from * (1.0 + 1.0 / 32.0));
        }
    }

    #[test]
    fn the_bins_of_an_octave_are_equally_wide() {
        let width = |bin| Histogram::edge(bin + 1) - Histogram::edge(bin);
        for bin in 0..BINS {
            let next = Histogram::next_octave(bin);
            assert!(next > bin && (bin..next).all(|other| width(other) == width(bin)), "{bin}");
            assert!(next == BINS || width(next) > width(bin) || bin == 0, "{bin}");
        }
    }

    #[test]
    fn quantiles_are_interpolated() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.quantile(0.5), histogram.mean()), (None, None));
        for n in 1..=1000 {
            histogram.record(Micros(n * 1000));
        }
        for q in [0.05, 0.5, 0.95, 0.99] {
            let value = histogram.quantile(q).unwrap();
            assert!((value / (1000.0 * q) - 1.0).abs() < 0.025, "{q} {value}");
        }
        assert_eq!(histogram.mean(), Some(500.5));
    }

    #[test]
    fn merging_is_recording_in_one() {
        let (mut one, mut other, mut both) =
            (Histogram::default(), Histogram::default(), Histogram::default());
        for n in 0..100 {
            let response = Micros(n * n * 61);
            let part = if n % 3 == 0 { &mut one } else { &mut other };
            part.record(response);
            both.record(response);
        }
        one.merge(&other);
        assert_eq!(one, both);
        one.merge(&both);
        one.divide(2.0);
        assert_eq!(one, both);
        one.clear();
        assert_eq!(one, Histogram::default());
    }
}
