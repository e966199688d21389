//! Laws of response times, computed where they are needed and kept.

use std::sync::Arc;

use crate::histogram::Histogram;
use crate::queueing::{Means, Station, service_cdf, survival};
use crate::scenario::Law;

/// A queue of at most this many places is too short to be a fluid: its
/// equilibrium holds at any load, and it reaches it at once.
pub(super) const SHORT_QUEUE: u32 = 32;
/// From this load on a queue without bound is computed at this load.
const HIGHEST_STABLE: f64 = 0.999;
/// The tail that a histogram leaves out.
const NEGLIGIBLE: f64 = 1e-7;

/// Loads, over capacity, at which a law is kept: (from, step). Between two of
/// them it is interpolated. They lie closer where the law changes faster.
const GRID: [(f64, f64); 8] = [
    (0.0, 0.02),
    (0.5, 0.01),
    (0.8, 0.005),
    (0.96, 0.001),
    (1.0, 0.01),
    (1.1, 0.05),
    (2.0, 0.5),
    (10.0, f64::INFINITY),
];

/// A point of the grid below a load, and how far the load is on the way to the
/// next (0 to 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) point: usize,
    pub(super) share: f64,
}

impl Place {
    fn of(load: f64) -> Self {
        let mut point = 0;
        for pair in GRID.windows(2) {
            let ((from, step), (until, _)) = (pair[0], pair[1]);
            let points = libm::round((until - from) / step);
            if load < until {
                let steps = ((load - from) / step).clamp(0.0, points);
                let whole = (steps as usize).min(points as usize - 1);
                return Self { point: point + whole, share: steps - whole as f64 };
            }
            point += points as usize;
        }
        Self { point, share: 0.0 }
    }
}

/// The load at a point of the grid.
fn load_at(mut point: usize) -> f64 {
    for pair in GRID.windows(2) {
        let ((from, step), (until, _)) = (pair[0], pair[1]);
        let points = libm::round((until - from) / step) as usize;
        if point < points {
            return from + step * point as f64;
        }
        point -= points;
    }
    GRID[GRID.len() - 1].0
}

/// Response times in the bins of a [`Histogram`] from `first` on.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) first: usize,
    /// They come to 1.
    pub(super) shares: Vec<f64>,
}

/// One kind of station, at every load that it has met.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) station: Station,
    law: Law,
    means: Vec<Option<Means>>,
    responses: Vec<Option<Arc<Response>>>,
    /// The last equilibrium that was computed at its very rate.
    last: Option<(f64, Means)>,
}

impl Table {
    fn new(station: Station, law: Law) -> Self {
        Self { station, law, means: Vec::new(), responses: Vec::new(), last: None }
    }

    /// Whether its equilibrium exists at any load, and is reached at once.
    pub(super) fn is_short(&self) -> bool {
        self.station.queue_limit.is_some_and(|limit| limit <= SHORT_QUEUE)
    }

    pub(super) fn place(&self, rate: f64) -> Place {
        let load = rate / self.station.capacity();
        Place::of(if self.is_short() { load } else { load.min(HIGHEST_STABLE) })
    }

    /// The equilibrium at a rate: to the last digit if `exact`, else between
    /// the points of the grid.
    pub(super) fn means(&mut self, rate: f64, exact: bool) -> Means {
        let load = rate / self.station.capacity();
        if exact || load > HIGHEST_STABLE {
            match self.last {
                Some((last, means)) if last.to_bits() == rate.to_bits() => return means,
                _ => {
                    let means = self.station.means(rate);
                    self.last = Some((rate, means));
                    return means;
                }
            }
        }
        let Place { point, share } = self.place(rate);
        let low = self.means_at(point);
        if share > 0.0 { low.between(&self.means_at(point + 1), share) } else { low }
    }

    fn means_at(&mut self, point: usize) -> Means {
        if self.means.len() <= point {
            self.means.resize(point + 1, None);
        }
        let rate = self.rate_at(point);
        let station = self.station;
        *self.means[point].get_or_insert_with(|| station.means(rate))
    }

    /// The rate of arrivals at a point of the grid.
    fn rate_at(&self, point: usize) -> f64 {
        let load = load_at(point);
        let stable = if self.is_short() { load } else { load.min(HIGHEST_STABLE) };
        stable * self.station.capacity()
    }

    /// The law at a point of the grid.
    pub(super) fn response(&mut self, point: usize) -> Arc<Response> {
        if self.responses.len() <= point {
            self.responses.resize(point + 1, None);
        }
        if let Some(response) = &self.responses[point] {
            return Arc::clone(response);
        }
        let response = Arc::new(self.compute(point));
        self.responses[point] = Some(Arc::clone(&response));
        response
    }

    fn compute(&mut self, point: usize) -> Response {
        let rate = self.rate_at(point);
        let mean_ms = self.means_at(point).response_s() * 1000.0;
        let first = Histogram::bin(self.station.service_s * 1000.0 / 256.0);
        let last = Histogram::bin(mean_ms * 200.0);
        let times: Vec<f64> = (first + 1..=last).map(|bin| Histogram::edge(bin) / 1000.0).collect();
        let tail = survival(&self.station, self.law, rate, &times);
        let (mut above, mut shares) = (1.0, Vec::new());
        for at_edge in tail {
            shares.push(above - at_edge);
            above = at_edge;
            if above < NEGLIGIBLE {
                break;
            }
        }
        shares.push(above);
        Response { first, shares }
    }
}

/// The tables of a fleet.
#[derive(Debug, Clone)]
pub(super) struct Laws {
    law: Law,
    tables: Vec<Table>,
}

impl Laws {
    pub(super) fn new(law: Law) -> Self {
        Self { law, tables: Vec::new() }
    }

    /// The number of the table of a kind of station.
    pub(super) fn table(&mut self, station: Station) -> usize {
        let known = self.tables.iter().position(|table| table.station == station);
        known.unwrap_or_else(|| {
            self.tables.push(Table::new(station, self.law));
            self.tables.len() - 1
        })
    }

    pub(super) fn station(&self, table: usize) -> &Station {
        &self.tables[table].station
    }

    pub(super) fn get(&mut self, table: usize) -> &mut Table {
        &mut self.tables[table]
    }

    /// Adds requests that all waited `wait_s` and then were served under their
    /// own law with mean `residence_s`.
    pub(super) fn add_shifted(
        &self,
        to: &mut Histogram,
        wait_s: f64,
        residence_s: f64,
        weight: f64,
    ) {
        let sum_ms = weight * (wait_s + residence_s) * 1000.0;
        let first = Histogram::bin((wait_s + residence_s / 256.0) * 1000.0);
        let mut shares = Vec::new();
        let mut below = 0.0;
        for bin in first.. {
            let end_s = Histogram::edge(bin + 1) / 1000.0;
            let by_end = service_cdf(self.law, (end_s - wait_s) / residence_s);
            shares.push(by_end - below);
            below = by_end;
            if 1.0 - below < NEGLIGIBLE || first + shares.len() == crate::histogram::BINS {
                break;
            }
        }
        if let Some(last) = shares.last_mut() {
            *last += 1.0 - below;
        }
        to.mix(first, &shares, weight, sum_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_loads_are_inverse() {
        for load in
            [0.0, 0.01, 0.3, 0.5, 0.55, 0.7999, 0.8, 0.85, 0.97, 0.9985, 1.0, 1.5, 7.7, 10.0]
        {
            let Place { point, share } = Place::of(load);
            let back = load_at(point) + share * (load_at(point + 1) - load_at(point));
            assert!((back - load).abs() < 1e-12, "{load} {back}");
        }
        assert_eq!(load_at(Place::of(99.0).point), 10.0);
    }
}
