//! The birth–death chain of the number of requests in a station.

use crate::queueing::geometric::Geometric;
use crate::queueing::station::{Means, Station};

/// The equilibrium of the number in system.
#[derive(Debug, Clone)]
pub(crate) struct Chain<'a> {
    station: &'a Station,
    arrival_rate: f64,
    /// The rate of arrivals in a state, over the offered rate; all states
    /// above the last have that of the last.
    births: Vec<f64>,
    /// Probabilities of the states from 0 to the first in which departures run
    /// at capacity, or to the last state, if that comes first.
    low: Vec<f64>,
    /// Probabilities of the states above `low`.
    high: Geometric,
}

impl<'a> Chain<'a> {
    /// Solves for a rate of arrivals > 0 [1/s].
    pub(crate) fn new(station: &'a Station, arrival_rate: f64) -> Self {
        // When all servers are busy the rate of arrivals is known, and not to be found.
        let full = station.ratio_when_full(arrival_rate / station.capacity());
        let mut chain = Self::at_scale(station, arrival_rate, full, 1.0);
        if station.evenness() >= 1.0 {
            return chain;
        }
        // The births are right up to a factor; over all states they must come
        // to the offered rate, and they rise with it. Secant steps find it.
        let (mut scale, mut error) = (1.0, chain.birth_error());
        let mut next = (1.0 / (1.0 + error)).clamp(0.5, 2.0);
        for _ in 0..100 {
            if error.abs() < 1e-12 {
                break;
            }
            chain = Self::at_scale(station, arrival_rate, full, next);
            let next_error = chain.birth_error();
            let step = next_error * (next - scale) / (next_error - error);
            (scale, error) = (next, next_error);
            if !step.is_finite() || step.abs() < 1e-14 {
                break;
            }
            next = (scale - step).max(scale * 0.8).min(scale * 1.25);
        }
        chain
    }

    fn at_scale(
        station: &'a Station,
        arrival_rate: f64,
        ratio_when_full: Option<f64>,
        scale: f64,
    ) -> Self {
        let servers = station.servers();
        let load = arrival_rate * station.service_s;
        let full = libm::ceil(servers) as u64;
        let top = station.room().map_or(full, |room| room.min(full)) as usize;
        let busy = |n: usize| (n as f64).min(servers);
        let mut births: Vec<f64> =
            (0..=top).map(|n| scale * relative_birth(busy(n) / load, station.evenness())).collect();
        if let Some(ratio) = ratio_when_full {
            births[top] = ratio * servers / load;
        }

        // From the likeliest state in both directions, so that no
        // probability overflows whatever the size.
        let mut low = vec![0.0; top + 1];
        let mode = (load as usize).min(top);
        low[mode] = 1.0;
        for n in (0..mode).rev() {
            low[n] = low[n + 1] * busy(n + 1) / (load * births[n]);
        }
        for n in mode + 1..=top {
            low[n] = low[n - 1] * load * births[n - 1] / busy(n);
        }

        let ratio = load * births[top] / servers;
        let mut high = match station.room().map(|room| room - top as u64) {
            // Below saturation there is an equilibrium; rounding shall not end it.
            None => Geometric::falling(low[top] * ratio, ratio.min(1.0 - 1e-12), None),
            Some(count) if ratio <= 1.0 => Geometric::falling(low[top] * ratio, ratio, Some(count)),
            Some(count) => {
                // The last state is the likeliest, and the scale of the rest.
                let below = libm::pow(ratio, -(count as f64));
                let likeliest = low[top];
                low.iter_mut().for_each(|p| *p *= below);
                Geometric::rising(likeliest, 1.0 / ratio, count)
            }
        };
        let total = low.iter().sum::<f64>() + high.sums().0;
        low.iter_mut().for_each(|p| *p /= total);
        high.scale(1.0 / total);
        Self { station, arrival_rate, births, low, high }
    }

    /// By how much arrivals over all states miss the offered rate, relatively.
    fn birth_error(&self) -> f64 {
        let low: f64 = self.births.iter().zip(&self.low).map(|(b, p)| b * p).sum();
        low + self.births[self.top()] * self.high.sums().0 - 1.0
    }

    fn top(&self) -> usize {
        self.low.len() - 1
    }

    /// The probability of a state.
    fn probability(&self, n: u64) -> f64 {
        match self.low.get(n as usize) {
            Some(&p) => p,
            None => self.high.at(n - self.low.len() as u64),
        }
    }

    /// The probability that an arrival, refused ones included, finds `n`.
    fn seen(&self, n: u64) -> f64 {
        self.birth(n) * self.probability(n)
    }

    /// The rate of arrivals in state `n` over the offered rate.
    pub(crate) fn birth(&self, n: u64) -> f64 {
        self.births[self.top().min(n as usize)]
    }

    /// Probabilities that an admitted request finds 0, 1, … others, as long as
    /// it need not wait; and then, waiting, 0, 1, … others in queue.
    pub(crate) fn seen_by_admitted(
        &self,
    ) -> (impl Iterator<Item = f64>, impl Iterator<Item = f64>) {
        let slots = u64::from(self.station.slots);
        let room = self.station.room().unwrap_or(u64::MAX);
        let admitted = self.departures() / self.arrival_rate;
        let share = move |n: u64| self.seen(n) / admitted;
        ((0..slots).map(share), (slots..room).map(share))
    }

    /// The ratio of the probabilities of neighbouring states when all slots
    /// are in use, below 1 if the queue is unbounded.
    pub(crate) fn ratio(&self) -> f64 {
        self.high.ratio()
    }

    /// The rate of departures [1/s], which is that of the admitted.
    pub(crate) fn departures(&self) -> f64 {
        let servers = self.station.servers();
        let low: f64 = self.low.iter().enumerate().map(|(n, p)| (n as f64).min(servers) * p).sum();
        (low + servers * self.high.sums().0) / self.station.service_s
    }

    pub(crate) fn means(&self) -> Means {
        let slots = u64::from(self.station.slots);
        let top = self.top() as u64;
        let (sharing, queueing) = self.high.split(slots.saturating_sub(top));
        let low: f64 = self.low.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
        let (share_p, share_moment) = sharing.sums();
        let (queue_p, queue_moment) = queueing.sums();
        let in_service = low
            + (top + 1) as f64 * share_p
            + share_moment
            + f64::from(self.station.slots) * queue_p;

        let admitted = self.departures();
        let waiting = match self.station.room() {
            None => self.probability(slots) + queue_p,
            Some(room) if room == slots => 0.0,
            Some(room) => self.probability(slots) + queueing.split(room - slots - 1).0.sums().0,
        };
        let wait_s = self.station.adjusted_queue(queue_p + queue_moment) / admitted;
        Means {
            blocking: self.station.room().map_or(0.0, |room| self.seen(room)),
            wait_probability: self.birth(slots) * waiting * self.arrival_rate / admitted,
            wait_s,
            residence_s: in_service / admitted,
            in_service,
            in_system: in_service + admitted * wait_s,
        }
    }
}

/// The rate of arrivals in a state over their mean rate, when departures in
/// that state run at `busy` times the mean rate of arrivals.
///
/// Poisson arrivals (`evenness` 1) know nothing of the state. Evener ones come
/// faster while the station is less busy than on average, and slower while it
/// is busier: `1 + κ (1 − busy)` with `κ = 1 / evenness − 1` makes the queue
/// under heavy load as many times shorter, and is the Bernoulli stream of
/// smooth teletraffic where nobody waits. Above the mean it goes on as the
/// fraction with the same slope, which stays positive. Our choice.
fn relative_birth(busy: f64, evenness: f64) -> f64 {
    let kappa = 1.0 / evenness - 1.0;
    if busy <= 1.0 { 1.0 + kappa * (1.0 - busy) } else { 1.0 / (1.0 + kappa * (busy - 1.0)) }
}
