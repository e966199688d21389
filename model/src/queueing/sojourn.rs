//! The law of the time from arrival to answer.

use crate::queueing::chain::Chain;
use crate::queueing::station::{Means, Station};
use crate::scenario::Law;

use std::f64::consts::SQRT_2;

/// Up to this many places in a queue are followed one by one; a longer queue
/// is seen through its exponential tail.
const PLACES: u32 = 64;
/// Requests in system that a request in service is followed through.
const MOST_STATES: usize = 400;
/// A tail that is not followed any further.
const NEGLIGIBLE: f64 = 1e-9;

/// The share of service times that are at most `x` means.
pub fn service_cdf(law: Law, x: f64) -> f64 {
    match law {
        _ if x <= 0.0 => 0.0,
        Law::Deterministic => f64::from(u8::from(x >= 1.0)),
        Law::Exponential => -libm::expm1(-x),
        Law::Lognormal { cv } => {
            let variance = libm::log1p(cv * cv);
            let z = (libm::log(x) + variance / 2.0) / libm::sqrt(variance);
            0.5 * libm::erfc(-z / SQRT_2)
        }
    }
}

/// The probabilities that the response of an admitted request takes longer
/// than each of `times` [s], which rise from above zero.
///
/// For Poisson arrivals and exponential service it follows a request through
/// the queue and through the chain of the others that share the CPU with it,
/// which is exact where the slots never share. Other service laws are their
/// own law, stretched by the mean of the sharing, after an exponential wait.
pub fn survival(station: &Station, law: Law, arrival_rate: f64, times: &[f64]) -> Vec<f64> {
    if arrival_rate <= 0.0 {
        let alone_s = station.service_s / station.cpu_slots.min(1.0);
        return times.iter().map(|t| 1.0 - service_cdf(law, t / alone_s)).collect();
    }
    let chain = Chain::new(station, arrival_rate);
    let means = chain.means();
    match law {
        Law::Exponential => {
            let mut phases = Phases::new(station, &chain, &means, arrival_rate);
            let jumps = phases.survival_by_jumps(times.last().copied().unwrap_or(0.0));
            times.iter().map(|&t| poisson_mean(&jumps, phases.uniform_rate * t)).collect()
        }
        _ => stretched(law, &means, times),
    }
}

/// A request on its way through a station, as a Markov chain that ends.
struct Phases {
    /// Probabilities of waiting at a place in queue, the next to go first.
    places: Vec<f64>,
    /// Rate from a place to the one before it.
    place_rate: f64,
    /// Where the first in queue enters `served`.
    entry: Vec<f64>,
    /// Probabilities of being in service with 0, 1, … others in the station.
    served: Vec<f64>,
    /// Rates in each of these: another arrives, another leaves, it leaves itself.
    rates: Vec<(f64, f64, f64)>,
    /// The rate of jumps, real ones and others, that is the same everywhere.
    uniform_rate: f64,
}

impl Phases {
    fn new(station: &Station, chain: &Chain, means: &Means, arrival_rate: f64) -> Self {
        let slots = station.slots as usize;
        let ratio = chain.ratio().min(1.0);
        // Those in service do not notice each other unless they share the CPU.
        let shares = station.cpu_slots < f64::from(station.slots);
        let states = if !shares {
            1
        } else {
            // As far as the tail of the number in system is to be seen.
            let tail =
                if ratio < 1.0 { libm::log(NEGLIGIBLE) / libm::log(ratio) } else { f64::INFINITY };
            let seen = (libm::ceil(station.servers()) + tail).min(MOST_STATES as f64) as usize;
            station.room().map_or(seen, |room| seen.min(usize::try_from(room).unwrap_or(seen)))
        };

        let (free, waiting) = chain.seen_by_admitted();
        let mut served = vec![0.0; states];
        for (others, p) in free.enumerate() {
            served[others.min(states - 1)] += p;
        }
        let short = station.queue_limit.is_some_and(|limit| limit <= PLACES);
        let (places, place_rate) = if short {
            (waiting.collect(), station.capacity())
        } else if means.wait_s > 0.0 {
            (vec![means.wait_probability], means.wait_probability / means.wait_s)
        } else {
            (Vec::new(), 0.0)
        };

        // Behind a request that waited, others have queued up meanwhile.
        let mut entry = vec![0.0; states];
        let first = (slots - 1).min(states - 1);
        let mut rest = 1.0;
        for p in &mut entry[first..] {
            *p = rest * (1.0 - ratio);
            rest *= ratio;
        }
        entry[states - 1] += rest;

        let rates: Vec<_> = (1..=states)
            .map(|n| {
                let in_service = n.min(slots) as f64;
                let own = (station.cpu_slots / in_service).min(1.0) / station.service_s;
                let up = if n < states { arrival_rate * chain.birth(n as u64) } else { 0.0 };
                if states == 1 { (0.0, 0.0, own) } else { (up, (in_service - 1.0) * own, own) }
            })
            .collect();
        let fastest =
            rates.iter().map(|(up, down, own)| up + down + own).fold(place_rate, f64::max);
        let mut phases = Self { places, place_rate, entry, served, rates, uniform_rate: fastest };
        phases.normalize();
        phases
    }

    /// Rounding and cut-off tails aside this changes nothing.
    fn normalize(&mut self) {
        let total: f64 = self.places.iter().chain(&self.served).sum();
        self.places.iter_mut().chain(&mut self.served).for_each(|p| *p /= total);
    }

    /// The probability of still being there after 0, 1, 2, … jumps: until it
    /// is negligible, or as many as `until` can see.
    fn survival_by_jumps(&mut self, until: f64) -> Vec<f64> {
        let mean = self.uniform_rate * until;
        let enough = (mean + 8.0 * libm::sqrt(mean) + 30.0) as usize;
        let per_jump: Vec<_> = self
            .rates
            .iter()
            .map(|(up, down, own)| {
                let u = self.uniform_rate;
                (up / u, down / u, 1.0 - (up + down + own) / u)
            })
            .collect();
        let step = self.place_rate / self.uniform_rate;
        let mut survival = Vec::with_capacity(enough.min(4096));
        let mut next = self.served.clone();
        for _ in 0..enough {
            let there = self.places.iter().sum::<f64>() + self.served.iter().sum::<f64>();
            survival.push(there);
            if there < NEGLIGIBLE {
                break;
            }
            let entering = self.places.first().copied().unwrap_or(0.0) * step;
            for n in 0..self.served.len() {
                let (_, _, stay) = per_jump[n];
                let mut p = self.served[n] * stay + entering * self.entry[n];
                if let Some(below) = n.checked_sub(1) {
                    p += self.served[below] * per_jump[below].0;
                }
                if let Some(above) = self.served.get(n + 1) {
                    p += above * per_jump[n + 1].1;
                }
                next[n] = p;
            }
            std::mem::swap(&mut self.served, &mut next);
            for place in 0..self.places.len() {
                let behind = self.places.get(place + 1).copied().unwrap_or(0.0);
                self.places[place] += (behind - self.places[place]) * step;
            }
        }
        survival
    }
}

/// The mean of `values[j]` over a Poisson number `j` of a given mean. Beyond
/// the end a value is zero.
fn poisson_mean(values: &[f64], mean: f64) -> f64 {
    // Weights relative to the likeliest, which needs no factorial.
    let mode = mean as usize;
    let value = |j: usize| values.get(j).copied().unwrap_or(0.0);
    let (mut total, mut sum) = (1.0, value(mode));
    let (mut weight, mut j) = (1.0, mode);
    while j > 0 && weight > 1e-14 {
        weight *= j as f64 / mean;
        j -= 1;
        total += weight;
        sum += weight * value(j);
    }
    (weight, j) = (1.0, mode);
    while weight > 1e-14 {
        j += 1;
        weight *= mean / j as f64;
        total += weight;
        sum += weight * value(j);
    }
    sum / total
}

/// The tail of an exponential wait, which some have, plus a service time that
/// is its own law, stretched to the mean residence.
fn stretched(law: Law, means: &Means, times: &[f64]) -> Vec<f64> {
    let served_by = |t: f64| service_cdf(law, t / means.residence_s);
    if means.wait_s <= 0.0 {
        return times.iter().map(|&t| 1.0 - served_by(t)).collect();
    }
    let rate = means.wait_probability / means.wait_s;
    // `waited` is the share of those that wait who are done by `t`: the
    // convolution of the two, continued from one time to the next.
    let (mut t, mut waited) = (0.0, 0.0);
    times
        .iter()
        .map(|&next| {
            const STEPS: usize = 4;
            let step = (next - t) / STEPS as f64;
            let keep = libm::exp(-rate * step);
            for _ in 0..STEPS {
                // Over a short step the middle stands for the whole.
                waited = waited * keep + served_by(t + step / 2.0) * (1.0 - keep);
                t += step;
            }
            1.0 - (1.0 - means.wait_probability) * served_by(next) - means.wait_probability * waited
        })
        .collect()
}
