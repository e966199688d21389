//! Requests that all waited for one time and then were served.

use crate::data_plane::expected::laws::{NEGLIGIBLE, cut_off};
use crate::histogram::{BINS, Histogram};
use crate::queueing::service_cdf;
use crate::scenario::Law;

/// The law of a response time: a wait that is the same for all, plus a time in
/// service.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shifted {
    /// Law of the time in service.
    pub(super) law: Law,
    pub(super) wait_s: f64,
    /// Mean time in service [s].
    pub(super) residence_s: f64,
    /// None is longer than this [ms].
    pub(super) limit_ms: f64,
}

impl Shifted {
    /// Adds this many requests to a histogram.
    pub(super) fn add_to(self, histogram: &mut Histogram, requests: f64) {
        let Self { wait_s, residence_s, limit_ms, .. } = self;
        let first = Histogram::bin((wait_s + residence_s / 32.0) * 1000.0);
        let mut shares = Shares { bins: Vec::with_capacity(512), below: 0.0 };
        match self.law {
            Law::Exponential => self.exponential(first, &mut shares),
            _ => {
                for bin in first..BINS {
                    if shares.push(1.0 - self.beyond(bin)) {
                        break;
                    }
                }
            }
        }
        let Shares { bins: mut shares, below } = shares;
        if let Some(last) = shares.last_mut() {
            *last += 1.0 - below;
        }
        let mut mean_ms = (wait_s + residence_s) * 1000.0;
        if limit_ms.is_finite() {
            mean_ms = cut_off(first, &mut shares, limit_ms);
        }
        histogram.mix(first, &shares, requests, requests * mean_ms);
    }

    /// Walks along an exponential tail. The bins of an octave are of one width,
    /// so that each leaves the same share of the tail to those above.
    fn exponential(self, first: usize, shares: &mut Shares) {
        if shares.push(1.0 - self.beyond(first)) {
            return;
        }
        let mut bin = first + 1;
        while bin < BINS {
            let mut left = self.beyond(bin);
            if shares.push(1.0 - left) {
                return;
            }
            let kept = libm::exp(-(edge_s(bin + 1) - edge_s(bin)) / self.residence_s);
            let next = Histogram::next_octave(bin);
            for _ in bin + 1..next {
                left *= kept;
                if shares.push(1.0 - left) {
                    return;
                }
            }
            bin = next;
        }
    }

    /// The share of requests that end above a bin.
    fn beyond(self, bin: usize) -> f64 {
        let x = (edge_s(bin + 1) - self.wait_s) / self.residence_s;
        match self.law {
            Law::Exponential if x > 0.0 => libm::exp(-x),
            law => 1.0 - service_cdf(law, x),
        }
    }
}

/// Shares of the bins of a histogram, in order.
struct Shares {
    bins: Vec<f64>,
    /// What they come to.
    below: f64,
}

impl Shares {
    /// Adds a bin up to whose end the shares come to `by_end`; whether what is
    /// left is negligible.
    #[inline]
    fn push(&mut self, by_end: f64) -> bool {
        self.bins.push(by_end - self.below);
        self.below = by_end;
        1.0 - by_end < NEGLIGIBLE
    }
}

fn edge_s(bin: usize) -> f64 {
    Histogram::edge(bin) / 1000.0
}
