//! Waits before a slot whose service time is not exponential, and what follows them.
//!
//! Who comes to M/G/1 while it is busy waits for a geometric number of
//! *residual* service times: what is left of a service that is met at a random
//! instant (Beneš 1957; Kleinrock, *Queueing Systems* I, 1975, §5.7). The law of
//! that sum, and of the time in service after it, is found step by step on a
//! grid of equal steps.

use crate::queueing::service_cdf;
use crate::queueing::station::Means;
use crate::scenario::Law;

use std::f64::consts::SQRT_2;

/// Steps of the grid, and how fine they are at most [mean service times].
const STEPS: usize = 500;
const FINEST: f64 = 0.1;
/// How far the grid goes: so many mean waits of those that wait, and so many
/// mean service times. Nobody takes longer.
const WAITS: f64 = 12.0;
const SERVICES: f64 = 12.0;

/// The probabilities that a response takes longer than each of `times` [s],
/// which rise, in M/G/1 with these means and
/// a lognormal service time.
pub(crate) fn after_residuals(means: &Means, cv: f64, times: &[f64]) -> Vec<f64> {
    let busy = means.wait_probability;
    let wait = means.wait_s / busy / means.residence_s;
    // The mean residual time of those that find it busy, whatever is rounded.
    let scale = wait * (1.0 - busy) / ((1.0 + cv * cv) / 2.0);
    let step = ((WAITS * wait + SERVICES) / STEPS as f64).max(FINEST);

    // Either the first residual time is longer, or one more follows it.
    let residual = Ends::new(step, |x| residual_cdf(cv, x / scale));
    let mut waits = vec![1.0];
    for n in 1..STEPS {
        waits.push(0.0);
        let newest = busy * residual.0[0] / 2.0;
        let known = residual.beyond(n) + busy * residual.sum(&waits, n);
        waits[n] = known / (1.0 - newest);
    }
    // Either the service alone takes longer, or a wait came before it.
    let service = Ends::new(step, |x| service_cdf(Law::Lognormal { cv }, x));
    let tail: Vec<f64> =
        (0..STEPS).map(|n| service.beyond(n) + busy * service.sum(&waits, n)).collect();
    let at = |t: f64| {
        let x = t / means.residence_s / step;
        match tail.get(x as usize..) {
            Some(&[from, to, ..]) => from + (to - from) * (x - libm::floor(x)),
            _ => 0.0,
        }
    };
    times.iter().map(|&t| at(t)).collect()
}

/// The shares of times that end in each step of the grid.
struct Ends(Vec<f64>);

impl Ends {
    fn new(step: f64, cdf: impl Fn(f64) -> f64) -> Self {
        let ends = |n: usize| cdf((n + 1) as f64 * step) - cdf(n as f64 * step);
        Self((0..STEPS).map(ends).collect())
    }

    /// The share that ends after `n` steps.
    fn beyond(&self, n: usize) -> f64 {
        1.0 - self.0[..n].iter().sum::<f64>()
    }

    /// The probability that such a time ends within `n` steps, but not together
    /// with another one whose tail is given. Within a step it is taken as ending
    /// in the middle.
    #[inline(never)]
    fn sum(&self, tail: &[f64], n: usize) -> f64 {
        let pairs = tail[..=n].windows(2).rev();
        self.0.iter().zip(pairs).map(|(share, pair)| share * (pair[0] + pair[1]) / 2.0).sum()
    }
}

/// The share of residual times that are at most `x`, of a service whose mean
/// is 1: the integral of its tail.
fn residual_cdf(cv: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let variance = libm::log1p(cv * cv);
    let z = (libm::log(x) - variance / 2.0) / libm::sqrt(variance);
    x * (1.0 - service_cdf(Law::Lognormal { cv }, x)) + 0.5 * libm::erfc(-z / SQRT_2)
}
