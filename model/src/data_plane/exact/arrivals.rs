//! The requests that arrive, one after the other.

use super::server::whole;
use crate::random::{Purpose, Stream};
use crate::scenario::{Arrivals, Law, Scenario, Traffic};
use crate::time::Micros;

/// A request on its way to the load balancer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arrival {
    pub(super) at: Micros,
    /// How long it takes when nothing contends.
    pub(super) demand: Micros,
}

/// The requests of a scenario in order of time. They depend on its traffic,
/// its service time and its seed, and on nothing that the fleet does.
#[derive(Debug, Clone)]
pub(super) struct Source {
    traffic: Traffic,
    law: Law,
    mean_us: f64,
    seed: u64,
    /// Nothing arrives from here on.
    end: Micros,
    second: u64,
    /// The rates of the minute that holds it [requests/s].
    rates: [f64; 60],
    /// The rate of the second, and its mean gap between requests [µs].
    rate_rps: f64,
    gap_us: f64,
    /// Mean number of requests still to pass before the next one, counted
    /// from the start of `second`.
    ahead: f64,
    gaps: Stream,
    demands: Stream,
    extras: Stream,
}

impl Source {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let service_time = scenario.service.task.service_time;
        let mut source = Self {
            rate_rps: 0.0,
            gap_us: 0.0,
            rates: scenario.traffic.rates_in_minute(0),
            traffic: scenario.traffic.clone(),
            law: service_time.law,
            mean_us: service_time.mean_ms * 1000.0,
            seed: scenario.seed,
            end: scenario.duration,
            second: 0,
            ahead: 0.0,
            gaps: Stream::new(scenario.seed, Purpose::Arrivals, 0),
            demands: Stream::new(scenario.seed, Purpose::Demands, 0),
            extras: Stream::new(scenario.seed, Purpose::Extras, 0),
        };
        source.begin_second();
        // Even arrivals begin half a gap after the start.
        source.ahead =
            source.gap() * if scenario.traffic.arrivals == Arrivals::Poisson { 1.0 } else { 0.5 };
        source
    }

    /// The same requests from a minute of the run on.
    pub(super) fn from_minute(scenario: &Scenario, minute: u64) -> Self {
        let mut source = Self::new(scenario);
        if scenario.traffic.arrivals == Arrivals::Deterministic {
            // Even arrivals stay in step with those before.
            for rate in (0..minute).flat_map(|before| scenario.traffic.rates_in_minute(before)) {
                let left = source.ahead - rate;
                source.ahead = left - libm::floor(left).min(0.0);
            }
        }
        source.second = 60 * minute;
        source.begin_minute(minute);
        source.begin_second();
        source
    }

    /// From one request to the next, in mean numbers of requests.
    fn gap(&mut self) -> f64 {
        match self.traffic.arrivals {
            Arrivals::Poisson => self.gaps.exponential(),
            Arrivals::Deterministic => 1.0,
        }
    }

    fn begin_second(&mut self) {
        self.rate_rps = self.rates[(self.second % 60) as usize];
        self.gap_us = 1e6 / self.rate_rps;
    }

    /// The next request; `None` after the end of the run.
    pub(super) fn next(&mut self) -> Option<Arrival> {
        while self.ahead >= self.rate_rps {
            self.ahead -= self.rate_rps;
            self.second += 1;
            if Micros::from_whole_s(self.second) >= self.end {
                return None;
            }
            if self.second.is_multiple_of(60) {
                self.begin_minute(self.second / 60);
            }
            self.begin_second();
        }
        let within = ((self.ahead * self.gap_us) as i64 as u64).min(Micros::SECOND.0 - 1);
        let at = Micros(self.second * Micros::SECOND.0 + within);
        self.ahead += self.gap();
        let demand = whole(self.demands.service_time(self.law) * self.mean_us);
        Some(Arrival { at, demand })
    }

    /// A request besides those of the scenario.
    pub(super) fn extra(&mut self, at: Micros) -> Arrival {
        Arrival { at, demand: whole(self.extras.service_time(self.law) * self.mean_us) }
    }

    fn begin_minute(&mut self, minute: u64) {
        self.rates = self.traffic.rates_in_minute(minute);
        self.gaps = Stream::new(self.seed, Purpose::Arrivals, minute);
        self.demands = Stream::new(self.seed, Purpose::Demands, minute);
        if self.traffic.arrivals == Arrivals::Poisson {
            // A Poisson stream may be begun anew at any time.
            self.ahead = self.gap();
        }
    }
}
