//! Random numbers, keyed by seed, purpose and minute.
//!
//! Arrivals and demands each have a stream of their own in each minute. No
//! stream is touched by what the fleet does, so that a changed policy meets
//! the same traffic, and one minute can be played alone.
//!
//! Laws are drawn by a ziggurat and by Box–Muller over libm: the same bits on
//! every target.

mod ziggurat;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg32;

use crate::scenario::Law;

use ziggurat::{EXPONENTIAL, Ziggurat};

use std::f64::consts::TAU;

/// What random numbers are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// When requests arrive.
    Arrivals = 1,
    /// How long requests take.
    Demands = 2,
    /// Where requests go, if that is drawn.
    Routing = 3,
    /// How long requests take that a run begins with.
    Extras = 4,
}

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream {
    bits: Pcg32,
    layers: &'static Ziggurat,
}

impl Stream {
    /// The stream of a minute of the run.
    pub fn new(seed: u64, purpose: Purpose, minute: u64) -> Self {
        let key = mix(mix(mix(seed) ^ purpose as u64) ^ minute);
        Self { bits: Pcg32::seed_from_u64(key), layers: &EXPONENTIAL }
    }

    /// Uniform on (0, 1].
    fn uniform(&mut self) -> f64 {
        const UNIT: f64 = 1.0 / (1_u64 << 53) as f64;
        ((self.bits.next_u64() >> 11) + 1) as f64 * UNIT
    }

    /// A whole number below `count` (≥ 1, at most 2^32), all alike to within
    /// 2^-32.
    pub fn below(&mut self, count: usize) -> usize {
        ((u64::from(self.bits.next_u32()) * count as u64) >> 32) as usize
    }

    /// Exponential with mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        self.layers.draw(|| self.bits.next_u32())
    }

    /// Normal with mean 0 and variance 1.
    fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.uniform()));
        radius * libm::cos(TAU * self.uniform())
    }

    /// A service time with mean 1.
    pub fn service_time(&mut self, law: Law) -> f64 {
        match law {
            Law::Deterministic => 1.0,
            Law::Exponential => self.exponential(),
            Law::Lognormal { cv } => {
                let variance = libm::log1p(cv * cv);
                libm::exp(libm::sqrt(variance) * self.normal() - variance / 2.0)
            }
        }
    }
}

/// The seed of another run of the same scenario.
pub(crate) fn derived_seed(seed: u64, run: u64) -> u64 {
    mix(mix(seed) ^ mix(run))
}

/// A permutation of the 64-bit numbers that leaves no pattern (the finalizer
/// of splitmix64), so that neighbouring seeds and minutes have nothing in
/// common.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniforms_fill_their_range_evenly() {
        // Chi-square over 100 cells and many short streams; with 99 degrees of
        // freedom 149 is exceeded once in a thousand times, and the seed is fixed.
        let mut cells = [0_u32; 100];
        for minute in 0..1000 {
            let mut stream = Stream::new(3, Purpose::Arrivals, minute);
            for _ in 0..100 {
                let u = stream.uniform();
                assert!(u > 0.0 && u <= 1.0);
                cells[((u * 100.0) as usize).min(99)] += 1;
            }
        }
        let chi2: f64 =
            cells.iter().map(|&n| (f64::from(n) - 1000.0) * (f64::from(n) - 1000.0) / 1000.0).sum();
        assert!(chi2 < 149.0, "{chi2}");
    }

    #[test]
    fn laws_have_their_moments() {
        for law in [
            Law::Deterministic,
            Law::Exponential,
            Law::Lognormal { cv: 0.5 },
            Law::Lognormal { cv: 1.5 },
        ] {
            let mut stream = Stream::new(5, Purpose::Demands, 0);
            let n = 200_000;
            let draws: Vec<f64> = (0..n).map(|_| stream.service_time(law)).collect();
            let mean = draws.iter().sum::<f64>() / f64::from(n);
            let square = draws.iter().map(|x| x * x).sum::<f64>() / f64::from(n);
            assert!((mean - 1.0).abs() < 0.02, "{law:?} {mean}");
            let cv2 = square / (mean * mean) - 1.0;
            assert!(
                (cv2 - law.cv() * law.cv()).abs() < 0.1 * (law.cv() * law.cv()).max(1e-9),
                "{law:?} {cv2}"
            );
        }
    }

    #[test]
    fn streams_differ_by_seed_purpose_and_minute() {
        let first = |seed, purpose, minute| Stream::new(seed, purpose, minute).bits.next_u64();
        let all = [
            first(1, Purpose::Arrivals, 0),
            first(2, Purpose::Arrivals, 0),
            first(1, Purpose::Demands, 0),
            first(1, Purpose::Arrivals, 1),
        ];
        for (n, one) in all.iter().enumerate() {
            assert!(!all[n + 1..].contains(one));
        }
        assert_eq!(first(1, Purpose::Arrivals, 0), all[0]);
    }
}
