//! The law of the time from arrival to answer.

use crate::queueing::chain::Chain;
use crate::queueing::residual::after_residuals;
use crate::queueing::station::{Means, Station};
use crate::scenario::Law;

use std::f64::consts::SQRT_2;

/// Up to this many places in a queue are followed one by one; a longer queue
/// is seen through its exponential tail.
const PLACES: u32 = 64;
/// Requests in system that a request in service is followed through.
const MOST_STATES: usize = 400;
/// Numbers in system that are less likely than this are not told apart.
const RARE: f64 = 1e-5;
/// Nor are queues longer than this, as a request in service sees them: it is
/// gone before they are.
const LONG_QUEUE: usize = 48;
/// A tail that is not followed any further.
const NEGLIGIBLE: f64 = 1e-7;
/// Jumps that are followed at most; only a queue on the brink needs more.
const MOST_JUMPS: usize = 100_000;
/// How little the share that a jump leaves may still change, relatively, to be
/// taken as settled.
const SETTLED: f64 = 1e-6;

/// The share of service times that are shorter than `x` means.
pub fn service_cdf(law: Law, x: f64) -> f64 {
    /// Rounding of `x` makes no service time shorter.
    const ROUNDING: f64 = 1e-9;
    match law {
        _ if x <= 0.0 => 0.0,
        Law::Deterministic => f64::from(u8::from(x > 1.0 + ROUNDING)),
        Law::Exponential => -libm::expm1(-x),
        Law::Lognormal { cv } => {
            let variance = libm::log1p(cv * cv);
            let z = (libm::log(x) + variance / 2.0) / libm::sqrt(variance);
            0.5 * libm::erfc(-z / SQRT_2)
        }
    }
}

/// The part of all work that is in requests shorter than `x` means.
pub fn work_below(law: Law, x: f64) -> f64 {
    match law {
        _ if x <= 0.0 => 0.0,
        Law::Deterministic => service_cdf(law, x),
        Law::Exponential => 1.0 - (1.0 + x) * libm::exp(-x),
        // What a request does, weighted by its size, is lognormal again.
        Law::Lognormal { cv } => service_cdf(law, x / (1.0 + cv * cv)),
    }
}

/// How many times as long as alone a request of `size` mean sizes is served, and
/// how likely (see `residence_cdf`).
pub fn stretches_of(station: &Station, arrival_rate: f64, size: f64) -> Vec<(f64, f64)> {
    if station.pool > 1 {
        let pooled = station.pooled();
        let slow = pooled.service_s / station.service_s;
        let all = stretches_of(&pooled, arrival_rate * f64::from(station.pool), size);
        return all.into_iter().map(|(stretch, weight)| (stretch * slow, weight)).collect();
    }
    if arrival_rate <= 0.0 || !station.shares() {
        return vec![(1.0 / station.cpu_slots.min(1.0), 1.0)];
    }
    let chain = Chain::new(station, arrival_rate);
    let mean = chain.means().residence_s / station.service_s;
    let load = (chain.departures() / station.capacity()).min(1.0);
    let kept = libm::sqrt(kept((1.0 - load) * size));
    let stretches = stretches(station, &chain, mean).into_iter();
    stretches.map(|(stretch, weight)| (mean + kept * (stretch - mean), weight)).collect()
}

/// The part of the variance of the stretch that is left over a size.
fn kept(y: f64) -> f64 {
    if y < 1e-3 { 1.0 - y / 3.0 } else { 2.0 * (y + libm::expm1(-y)) / (y * y) }
}

/// The probabilities that the response of an admitted request takes longer
/// than each of `times` [s], which rise from above zero.
///
/// For Poisson arrivals and exponential service it follows a request through
/// the queue and through the chain of the others that share the CPU with it,
/// which is exact where the slots never share. Of other service laws the wait
/// is taken as exponential, and sharing as a stretch of the service time whose
/// mean and variance are those of a shared CPU (`residence_cdf`).
pub fn survival(station: &Station, law: Law, arrival_rate: f64, times: &[f64]) -> Vec<f64> {
    if arrival_rate <= 0.0 {
        let alone_s = station.service_s / station.cpu_slots.min(1.0);
        return times.iter().map(|t| 1.0 - service_cdf(law, t / alone_s)).collect();
    }
    if station.pool > 1 {
        let arrival_rate = arrival_rate * f64::from(station.pool);
        return survival(&station.pooled(), law, arrival_rate, times);
    }
    let chain = Chain::new(station, arrival_rate);
    let means = chain.means();
    match law {
        Law::Exponential => {
            let mut phases = Phases::new(station, &chain, &means, arrival_rate);
            let jumps = phases.survival_by_jumps(times.last().copied().unwrap_or(0.0));
            let rate = phases.uniform_rate;
            interpolated(times, |t| poisson_mean(&jumps, rate * t))
        }
        Law::Lognormal { cv } if station.is_mg1() && means.wait_s > 0.0 => {
            after_residuals(&means, cv, times)
        }
        _ => {
            let served_by = residence_cdf(station, law, &chain, &means, times);
            after_wait(&means, times, &served_by)
        }
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
        let states = if !station.shares() {
            1
        } else {
            // As far as the tail of the number in system is to be seen.
            let tail = if ratio < 1.0 { libm::log(RARE) / libm::log(ratio) } else { f64::INFINITY };
            let seen = (libm::ceil(station.servers()) + tail).min(MOST_STATES as f64) as usize;
            let seen = seen.min(slots + LONG_QUEUE);
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

        // Arrivals evener than Poisson come at the rate of the state on
        // average over time, and at their mean rate whatever one request in
        // it sees; it sees more of the latter the longer it stays. A part of
        // the way that grows with the square of the load fits best. Our choice.
        let load = (arrival_rate / station.capacity()).min(1.0);
        let part = 0.5 * load * load;
        let seen_birth = |n: usize| part + (1.0 - part) * chain.birth(n as u64);
        let rates: Vec<_> = (1..=states)
            .map(|n| {
                let in_service = n.min(slots) as f64;
                let own = (station.cpu_slots / in_service).min(1.0) / station.service_s;
                let up = if n < states { arrival_rate * seen_birth(n) } else { 0.0 };
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
        let enough = (mean + 8.0 * libm::sqrt(mean) + 30.0).min(MOST_JUMPS as f64) as usize;
        let mut survival = Vec::with_capacity(enough.min(1024));
        let mut jump = Jump::new(self);
        let (mut there, mut ratio) = (1.0, 0.0);
        while survival.len() < enough && there >= NEGLIGIBLE {
            survival.push(there);
            let next = jump.make(&mut self.places);
            let settled = (next / there - ratio).abs() < SETTLED * (1.0 - ratio);
            (ratio, there) = (next / there, next);
            if settled {
                // From here on every jump is like the last.
                while survival.len() < enough && there >= NEGLIGIBLE {
                    survival.push(there);
                    there *= ratio;
                }
            }
        }
        survival
    }
}

/// The jumps of [`Phases`], in probabilities per jump. Before the first and
/// after the last number of others stands one that nobody has, so that each
/// one in between has two neighbours.
struct Jump {
    up: Vec<f64>,
    down: Vec<f64>,
    stay: Vec<f64>,
    entry: Vec<f64>,
    /// Probabilities now, and scratch for those after the next jump.
    now: Vec<f64>,
    next: Vec<f64>,
    /// From a place in queue to the one before it.
    forward: f64,
}

impl Jump {
    fn new(phases: &Phases) -> Self {
        let u = phases.uniform_rate;
        let padded = |values: &mut dyn Iterator<Item = f64>| {
            let ends = std::iter::once(0.0);
            ends.clone().chain(values).chain(ends).collect::<Vec<f64>>()
        };
        let rates = &phases.rates;
        Self {
            up: padded(&mut rates.iter().map(|(up, ..)| up / u)),
            down: padded(&mut rates.iter().map(|(_, down, _)| down / u)),
            stay: padded(&mut rates.iter().map(|(up, down, own)| 1.0 - (up + down + own) / u)),
            entry: padded(&mut phases.entry.iter().copied()),
            now: padded(&mut phases.served.iter().copied()),
            next: vec![0.0; rates.len() + 2],
            forward: phases.place_rate / u,
        }
    }

    /// Jumps once, and returns the probability of still being there.
    fn make(&mut self, places: &mut [f64]) -> f64 {
        let entering = places.first().copied().unwrap_or(0.0) * self.forward;
        let states = self.now.len();
        // Slices of one length, so that no index needs to be checked.
        let (now, next) = (&self.now[..states], &mut self.next[..states]);
        let (up, down) = (&self.up[..states], &self.down[..states]);
        let (stay, entry) = (&self.stay[..states], &self.entry[..states]);
        let mut there = 0.0;
        for n in 1..states - 1 {
            let from_neighbours = now[n - 1] * up[n - 1] + now[n + 1] * down[n + 1];
            next[n] = now[n] * stay[n] + from_neighbours + entering * entry[n];
            there += next[n];
        }
        std::mem::swap(&mut self.now, &mut self.next);
        for place in 0..places.len() {
            let behind = places.get(place + 1).copied().unwrap_or(0.0);
            places[place] += (behind - places[place]) * self.forward;
            there += places[place];
        }
        there
    }
}

/// A tail at all of `times`, computed at every eighth of them. Between these
/// its logarithm, which is smooth, is a cubic. Ends where it is negligible.
fn interpolated(times: &[f64], tail: impl Fn(f64) -> f64) -> Vec<f64> {
    const STRIDE: usize = 8;
    let mut knots: Vec<(f64, f64)> = Vec::with_capacity(times.len() / STRIDE + 1);
    for &t in times.iter().step_by(STRIDE) {
        let p = tail(t);
        if p < NEGLIGIBLE {
            break;
        }
        knots.push((t, libm::log(p)));
    }
    if knots.len() < 4 {
        return times.iter().map(|&t| tail(t)).collect();
    }
    let mut tails = Vec::with_capacity(knots.len() * STRIDE);
    for (knot, times) in times.chunks(STRIDE).take(knots.len() - 1).enumerate() {
        let first = knot.saturating_sub(1).min(knots.len() - 4);
        let cubic = Cubic::through([0, 1, 2, 3].map(|n| knots[first + n]));
        tails.extend(times.iter().map(|&t| libm::exp(cubic.at(t))));
    }
    tails.extend(knots.last().map(|&(_, log)| libm::exp(log)));
    tails
}

/// The polynomial of third degree through four points, in Newton's form.
struct Cubic {
    x: [f64; 3],
    differences: [f64; 4],
}

impl Cubic {
    fn through(points: [(f64, f64); 4]) -> Self {
        let x = points.map(|(x, _)| x);
        let mut differences = points.map(|(_, y)| y);
        for order in 1..4 {
            for n in (order..4).rev() {
                differences[n] = (differences[n] - differences[n - 1]) / (x[n] - x[n - order]);
            }
        }
        Self { x: [x[0], x[1], x[2]], differences }
    }

    fn at(&self, x: f64) -> f64 {
        let [d0, d1, d2, d3] = self.differences;
        d0 + (x - self.x[0]) * (d1 + (x - self.x[1]) * (d2 + (x - self.x[2]) * d3))
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

/// The share of requests whose time in service is at most each of `times`.
///
/// A request of a given size that shares a CPU takes its size times a stretch.
/// A small one sees the stretch of the moment, a large one its mean: over the
/// size `x` the variance of the stretch falls by `2 (y − 1 + e^−y) / y²` with
/// `y = (1 − load) x`. That is exact for M/M/1 under processor sharing
/// (Coffman, Muntz and Trotter); for the rest it is our choice.
fn residence_cdf(
    station: &Station,
    law: Law,
    chain: &Chain,
    means: &Means,
    times: &[f64],
) -> Vec<f64> {
    if !station.shares() {
        return times.iter().map(|t| service_cdf(law, t / means.residence_s)).collect();
    }
    let mean_stretch = means.residence_s / station.service_s;
    let load = (chain.departures() / station.capacity()).min(1.0);
    let stretches = stretches(station, chain, mean_stretch);
    let sizes = sizes(law);
    let mut served_by = vec![0.0; times.len()];
    // What a class of stretch makes of the sizes, in order: (time, share).
    let mut ends = Vec::with_capacity(sizes.len());
    for &(stretch, weight) in &stretches {
        ends.clear();
        ends.extend(sizes.iter().map(|&(size, share)| {
            let kept = libm::sqrt(kept((1.0 - load) * size));
            let seen = mean_stretch + kept * (stretch - mean_stretch);
            (size * seen * station.service_s, share)
        }));
        let mut next = 0;
        for (served_by, &t) in served_by.iter_mut().zip(times) {
            while next < ends.len() && ends[next].0 <= t {
                next += 1;
            }
            let share = match (next.checked_sub(1).map(|n| ends[n]), ends.get(next)) {
                (Some((from, below)), Some(&(to, above))) => {
                    below + (above - below) * (t - from) / (to - from)
                }
                (Some(_), None) => 1.0,
                (None, _) => 0.0,
            };
            *served_by += weight * share;
        }
    }
    served_by
}

/// Sizes of requests, in mean sizes, and the share of requests that are no
/// larger: close enough to go straight from one to the next.
fn sizes(law: Law) -> Vec<(f64, f64)> {
    if law == Law::Deterministic {
        return vec![(1.0, 1.0)];
    }
    let mut sizes = Vec::new();
    let mut size = 1.0 / 1024.0;
    while sizes.last().is_none_or(|&(_, share)| share < 1.0 - NEGLIGIBLE) && size < 1e6 {
        sizes.push((size, service_cdf(law, size)));
        size *= 1.0625;
    }
    sizes
}

/// How much a request in service is stretched, and how likely: by the number
/// in system when it comes. Numbers above 16 come in classes.
#[inline(never)]
fn stretches(station: &Station, chain: &Chain, mean: f64) -> Vec<(f64, f64)> {
    let slots = u64::from(station.slots);
    let stretch = |n: u64| (n as f64 / station.cpu_slots).max(1.0 / station.cpu_slots.min(1.0));
    let (mut classes, mut rest, mut moment) = (Vec::new(), 1.0, mean);
    let (mut from, mut width) = (1, 1);
    let (free, _) = chain.seen_by_admitted();
    let mut free = free.take(MOST_STATES);
    while from <= slots {
        let (mut weight, mut sum) = (0.0, 0.0);
        for (n, p) in (from..).zip(free.by_ref().take(width)) {
            weight += p;
            sum += p * stretch(n);
        }
        if weight < NEGLIGIBLE && from as f64 > station.servers() {
            break;
        }
        if weight > 0.0 {
            classes.push((sum / weight, weight));
        }
        rest -= weight;
        moment -= sum;
        from += width as u64;
        width = if from > 16 { width + width / 4 + 1 } else { 1 };
    }
    // Those that wait are stretched by all slots; and the mean must be right.
    if rest > NEGLIGIBLE {
        classes.push(((moment / rest).max(1.0).min(stretch(slots)), rest));
    }
    classes
}

/// The tail of an exponential wait, which some have, plus a time in service
/// given by the share `served_by` each of `times`.
fn after_wait(means: &Means, times: &[f64], served_by: &[f64]) -> Vec<f64> {
    if means.wait_s <= 0.0 {
        return served_by.iter().map(|share| 1.0 - share).collect();
    }
    let rate = means.wait_probability / means.wait_s;
    // `waited` is the share of those that wait who are done by `t`: the
    // convolution of the two, continued from one time to the next.
    let (mut t, mut before, mut waited) = (0.0, 0.0, 0.0);
    let points = times.iter().zip(served_by);
    points
        .map(|(&next, &served)| {
            // In between, the share goes straight from one to the other.
            let (y, slope) = (rate * (next - t), served - before);
            let gone = -libm::expm1(-y);
            waited = waited * (1.0 - gone) + served * gone - slope * (gone / y - 1.0 + gone);
            (t, before) = (next, served);
            1.0 - (1.0 - means.wait_probability) * served - means.wait_probability * waited
        })
        .collect()
}
