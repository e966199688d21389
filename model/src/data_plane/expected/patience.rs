//! How long clients wait, and what that makes of requests of each size.

use crate::queueing::{service_cdf, work_below};
use crate::scenario::Law;

/// Requests are told apart by size: what one asks for again is as large as it was.
pub(super) const CLASSES: usize = 7;
/// Sizes between two classes, in time-outs. The last class never has an answer.
const EDGES: [f64; CLASSES - 1] = [0.125, 0.25, 0.5, 0.7, 0.85, 1.0];
/// A client without a time-out waits as long as this [s].
const FOR_EVER_S: f64 = 1e9;

/// A figure of each class.
pub(super) type ByClass = [f64; CLASSES];

/// How long a client waits for an answer, and the sizes of requests beside it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Patience {
    /// The time-out [s].
    pub(super) timeout_s: f64,
    /// Share of the requests in each class, as they are sent for the first time.
    pub(super) shares: ByClass,
    /// Mean size in each class, over that of all.
    pub(super) sizes: ByClass,
    law: Law,
    service_s: f64,
    /// Share of the requests below the end of each class.
    below: ByClass,
}

impl Patience {
    /// Of clients that wait so long, of whose requests one takes `service_s` on
    /// average.
    #[inline(never)]
    pub(super) fn new(timeout_s: Option<f64>, law: Law, service_s: f64) -> Self {
        let timeout_s = timeout_s.unwrap_or(FOR_EVER_S);
        let (mut shares, mut sizes) = ([0.0; CLASSES], [0.0; CLASSES]);
        let mut below = [1.0; CLASSES];
        let (mut from, mut share_below, mut sum_below) = (0.0, 0.0, 0.0);
        for class in 0..CLASSES {
            let mut sum = 1.0;
            let end = EDGES.get(class).map_or(f64::INFINITY, |edge| edge * timeout_s / service_s);
            if class < EDGES.len() {
                (below[class], sum) = (service_cdf(law, end), work_below(law, end));
            }
            let share = below[class] - share_below;
            shares[class] = share;
            let size = if share > 1e-12 { (sum - sum_below) / share } else { from };
            sizes[class] = size.max(from).min(end);
            (from, share_below, sum_below) = (end, below[class], sum);
        }
        Self { timeout_s, shares, sizes, law, service_s, below }
    }

    /// The share of the requests of each class that take longer than `time_s`
    /// when nothing contends, times `weight`, is added to `late`.
    #[inline(never)]
    pub(super) fn add_late(&self, time_s: f64, weight: f64, late: &mut ByClass) {
        let shorter = service_cdf(self.law, time_s / self.service_s);
        for ((late, share), below) in late.iter_mut().zip(&self.shares).zip(&self.below) {
            if *share > 1e-12 {
                *late += weight * ((below - shorter) / share).clamp(0.0, 1.0);
            }
        }
        // Whatever the shares, of the last class all do.
        if self.shares[CLASSES - 1] <= 1e-12 && time_s <= self.timeout_s {
            late[CLASSES - 1] += weight;
        }
    }
}

/// The wait of those who wait and are served, where nobody waits longer than
/// `most_s`: an exponential law, cut off there, which under overload rises.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    /// How fast its density falls [1/s]; negative where it rises.
    pub(super) fall: f64,
    pub(super) most_s: f64,
}

impl Wait {
    /// The mean [s].
    pub(super) fn mean_s(self) -> f64 {
        let Self { fall, most_s } = self;
        if (fall * most_s).abs() < 1e-3 {
            most_s / 2.0
        } else {
            1.0 / fall - most_s / libm::expm1(fall * most_s)
        }
    }

    /// What a share `q` of them does not exceed [s].
    #[inline(never)]
    pub(super) fn quantile_s(self, q: f64) -> f64 {
        let Self { fall, most_s } = self;
        if (fall * most_s).abs() < 1e-3 {
            q * most_s
        } else if fall < 0.0 {
            most_s - Self { fall: -fall, most_s }.quantile_s(1.0 - q)
        } else {
            -libm::log1p(q * libm::expm1(-fall * most_s)) / fall
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_all_requests() {
        let laws = [Law::Exponential, Law::Deterministic, Law::Lognormal { cv: 1.5 }];
        for law in laws {
            for timeout_s in [Some(0.01), Some(0.5), Some(3.0), Some(60.0), None] {
                let patience = Patience::new(timeout_s, law, 1.0);
                let pairs = patience.shares.iter().zip(&patience.sizes);
                let work: f64 = pairs.map(|(share, size)| share * size).sum();
                assert!((patience.shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
                assert!((work - 1.0).abs() < 1e-9, "{law:?} {timeout_s:?} {work}");
                // All in all, as many are late as take longer.
                for time_s in [0.02, 0.4, 0.9, 2.5] {
                    let mut late = [0.0; CLASSES];
                    patience.add_late(time_s, 1.0, &mut late);
                    let pairs = patience.shares.iter().zip(&late);
                    let all: f64 = pairs.map(|(share, late)| share * late).sum();
                    assert!((all - 1.0 + service_cdf(law, time_s)).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn a_wait_is_cut_off() {
        for fall in [-3.0, -0.2, 0.0, 0.2, 3.0] {
            let wait = Wait { fall, most_s: 2.0 };
            let points = (0..10_000).map(|n| wait.quantile_s((f64::from(n) + 0.5) / 10_000.0));
            let mean_s = points.sum::<f64>() / 10_000.0;
            assert!((mean_s - wait.mean_s()).abs() < 1e-4, "{fall} {mean_s} {}", wait.mean_s());
            assert!(
                wait.quantile_s(0.0).abs() < 1e-12 && (wait.quantile_s(1.0) - 2.0).abs() < 1e-9
            );
        }
    }
}
