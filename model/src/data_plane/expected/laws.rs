//! Laws of response times, computed where they are needed and kept.

use std::ops::Range;
use std::sync::Arc;

use crate::data_plane::expected::trust;
use crate::histogram::Histogram;
use crate::queueing::{Means, Station, survival};
use crate::scenario::Law;

/// A queue of at most this many places is too short to be a fluid: its
/// equilibrium holds at any load, and it reaches it at once.
pub(super) const SHORT_QUEUE: u32 = 32;
/// … if it is filled this fast [s].
const AT_ONCE_S: f64 = 10.0;
/// From this load on a queue without bound is computed at this load.
const HIGHEST_STABLE: f64 = 0.999;
/// The tail that a histogram leaves out.
pub(super) const NEGLIGIBLE: f64 = 1e-6;
/// What is kept from run to run holds at most this many numbers: 8 MB.
const MOST_NUMBERS: usize = 1 << 20;

/// Loads, over capacity, at which a law is kept: (from, step), in order; the
/// last one is the highest. Between two of them it is interpolated. They lie
/// closer where the law changes faster.
const GRID: [(f64, f64); 8] = [
    (0.0, 0.05),
    (0.3, 0.025),
    (0.75, 0.01),
    (0.9, 0.005),
    (0.96, 0.001),
    (1.0, 0.01),
    (1.1, 0.1),
    (10.0, f64::INFINITY),
];

/// All loads at which a law is kept.
fn grid() -> Arc<[f64]> {
    let mut loads = Vec::new();
    for pair in GRID.windows(2) {
        let ((from, step), (until, _)) = (pair[0], pair[1]);
        let steps = libm::round((until - from) / step) as u32;
        loads.extend((0..steps).map(|n| from + step * f64::from(n)));
    }
    loads.push(GRID[GRID.len() - 1].0);
    loads.into()
}

/// A point of the grid below a load, and how far the load is on the way to the
/// next (0 to 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    pub(super) point: usize,
    pub(super) share: f64,
}

/// What lies between two neighbouring points of the grid.
#[derive(Debug, Clone)]
struct Stretch {
    point: usize,
    loads: Range<f64>,
    ends: [Means; 2],
}

impl Stretch {
    fn place(&self, load: f64) -> Place {
        let Range { start, end } = self.loads;
        Place { point: self.point, share: ((load - start) / (end - start)).clamp(0.0, 1.0) }
    }
}

/// Response times in the bins of a [`Histogram`] from `first` on.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) first: usize,
    /// They come to 1.
    pub(super) shares: Vec<f64>,
    p95_ms: f64,
    /// Whether theory vouches for it.
    is_known: bool,
}

impl Response {
    /// What a share `q` of the requests does not exceed [ms].
    fn quantile_ms(&self, q: f64) -> f64 {
        let mut histogram = Histogram::default();
        histogram.mix(self.first, &self.shares, 1.0, 0.0);
        histogram.quantile(q).unwrap_or(0.0)
    }
}

/// One kind of station, at every load that it has met.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) station: Station,
    pub(super) capacity: f64,
    pub(super) servers: f64,
    /// Whether its equilibrium exists at any load, and is reached at once.
    pub(super) is_short: bool,
    pub(super) law: Law,
    grid: Arc<[f64]>,
    means: Vec<Option<Means>>,
    responses: Vec<Option<Arc<Response>>>,
    /// The last stretch of the grid that was looked at.
    stretch: Option<Stretch>,
    /// The last equilibrium that was computed at its very rate.
    last: Option<(f64, Means)>,
    /// Whether this run has asked for it.
    in_use: bool,
}

impl Table {
    fn new(station: Station, law: Law, grid: Arc<[f64]>) -> Self {
        Self {
            capacity: station.capacity(),
            servers: station.servers(),
            is_short: station.queue_limit.is_some_and(|limit| limit <= SHORT_QUEUE)
                && station.room().is_some_and(|room| room as f64 <= AT_ONCE_S * station.capacity()),
            station,
            law,
            means: vec![None; grid.len()],
            responses: vec![None; grid.len()],
            grid,
            stretch: None,
            last: None,
            in_use: false,
        }
    }

    /// Where a load lies in the grid, and the equilibrium there, between those
    /// of its two neighbours.
    pub(super) fn look_up(&mut self, load: f64) -> (Place, Means) {
        let load = load.min(self.highest());
        let stretch = match self.stretch.take() {
            Some(stretch) if stretch.loads.contains(&load) => stretch,
            _ => {
                let after = self.grid.partition_point(|&at| at <= load);
                let point = after.clamp(1, self.grid.len() - 1) - 1;
                let ends = [self.means_at(point), self.means_at(point + 1)];
                Stretch { point, loads: self.grid[point]..self.grid[point + 1], ends }
            }
        };
        let place = stretch.place(load);
        let means = stretch.ends[0].between(&stretch.ends[1], place.share);
        self.stretch = Some(stretch);
        (place, means)
    }

    /// The equilibrium in which `in_system` requests are there on average: the
    /// load in whose law a queue is that has not yet settled.
    pub(super) fn look_up_number(&mut self, in_system: f64) -> (Place, Means) {
        let (mut low, mut high) = (0.0, self.highest());
        for _ in 0..20 {
            let middle = (low + high) / 2.0;
            let (_, means) = self.look_up(middle);
            if means.in_system < in_system { low = middle } else { high = middle }
        }
        self.look_up(low)
    }

    /// The equilibrium at a rate, computed for it alone.
    pub(super) fn exact_means(&mut self, rate: f64) -> Means {
        match self.last {
            Some((last, means)) if last.to_bits() == rate.to_bits() => means,
            _ => {
                let means = self.station.means(rate);
                self.last = Some((rate, means));
                means
            }
        }
    }

    fn means_at(&mut self, point: usize) -> Means {
        let (station, rate) = (self.station, self.rate_at(point));
        *self.means[point].get_or_insert_with(|| station.means(rate))
    }

    /// The highest load at which it has an equilibrium.
    fn highest(&self) -> f64 {
        if self.is_short { self.grid[self.grid.len() - 1] } else { HIGHEST_STABLE }
    }

    /// The rate of arrivals at a point of the grid.
    fn rate_at(&self, point: usize) -> f64 {
        let load = self.grid[point];
        load.min(self.highest()) * self.capacity
    }

    /// The law at a point of the grid.
    pub(super) fn response(&mut self, point: usize) -> Arc<Response> {
        if let Some(response) = &self.responses[point] {
            return Arc::clone(response);
        }
        let response = Arc::new(self.compute(point));
        self.responses[point] = Some(Arc::clone(&response));
        response
    }

    /// The 95th percentile of the response time at a load [ms], and whether
    /// theory vouches for the law.
    pub(super) fn p95_ms(&mut self, load: f64) -> (f64, bool) {
        let (Place { point, share }, _) = self.look_up(load);
        let mut at = |point: usize| {
            if self.responses[point].is_none() {
                self.response(point);
            }
            self.responses[point].as_ref().map_or((0.0, false), |it| (it.p95_ms, it.is_known))
        };
        let ((from, known), (to, also)) = (at(point), at(point + 1));
        (from + (to - from) * share, known && also)
    }

    fn compute(&mut self, point: usize) -> Response {
        let rate = self.rate_at(point);
        let mean_ms = self.means_at(point).response_s() * 1000.0;
        let first = Histogram::bin(self.station.service_s * 1000.0 / 128.0);
        let last = Histogram::bin(mean_ms * 200.0);
        let times: Vec<f64> = (first + 1..=last).map(|bin| Histogram::edge(bin) / 1000.0).collect();
        let tail = survival(&self.station, self.law, rate, &times);
        let (mut above, mut shares) = (1.0, Vec::with_capacity(tail.len() + 1));
        for at_edge in tail {
            shares.push(above - at_edge);
            above = at_edge;
            if above < NEGLIGIBLE {
                break;
            }
        }
        shares.push(above);
        let mut response = Response { first, shares, p95_ms: 0.0, is_known: true };
        response.p95_ms = response.quantile_ms(0.95);
        if point > 0 {
            // Who is alone has one response time if all are alike: then the
            // percentile does not tell how near it is to another.
            let q = if self.law == Law::Deterministic { 0.98 } else { 0.95 };
            let contention = 1.0 - self.response(0).quantile_ms(q) / response.quantile_ms(q);
            response.is_known = trust::knows(&self.station, self.law, self.grid[point], contention);
        }
        response
    }

    /// About how many numbers it holds.
    fn numbers(&self) -> usize {
        let means = self.means.len() * size_of::<Option<Means>>() / size_of::<f64>();
        self.responses.iter().flatten().fold(means, |sum, response| sum + response.shares.len())
    }
}

/// What has been computed of queueing theory. Nothing in it depends on who
/// asked for it, so that it may be kept from run to run.
#[derive(Debug, Clone)]
pub struct Laws {
    grid: Arc<[f64]>,
    /// Those that the last run asked for come first.
    tables: Vec<Table>,
}

impl Default for Laws {
    fn default() -> Self {
        Self { grid: grid(), tables: Vec::new() }
    }
}

impl Laws {
    /// The number of the table of a kind of station; it holds until
    /// [`Self::rest`].
    pub(super) fn table(&mut self, station: Station, law: Law) -> usize {
        let known = self.tables.iter().position(|t| t.station == station && t.law == law);
        let number = known.unwrap_or_else(|| {
            self.tables.push(Table::new(station, law, Arc::clone(&self.grid)));
            self.tables.len() - 1
        });
        self.tables[number].in_use = true;
        number
    }

    pub(super) fn station(&self, table: usize) -> &Station {
        &self.tables[table].station
    }

    pub(super) fn capacity(&self, table: usize) -> f64 {
        self.tables[table].capacity
    }

    pub(super) fn get(&mut self, table: usize) -> &mut Table {
        &mut self.tables[table]
    }

    /// Ends a run: what it has used is kept before what it has not, and the
    /// rest goes.
    pub(super) fn rest(&mut self) {
        let (mut kept, unused): (Vec<_>, Vec<_>) = self.tables.drain(..).partition(|t| t.in_use);
        kept.extend(unused);
        let mut numbers = 0;
        self.tables = kept;
        self.tables.retain_mut(|table| {
            table.in_use = false;
            numbers += table.numbers();
            numbers <= MOST_NUMBERS
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn station(slots: u32) -> Station {
        Station {
            slots,
            cpu_slots: f64::INFINITY,
            queue_limit: Some(0),
            service_s: 1.0,
            arrival_cv2: 1.0,
            service_cv2: 1.0,
            pool: 1,
        }
    }

    #[test]
    fn a_load_lies_between_two_points() {
        let grid = grid();
        assert!(grid.is_sorted() && grid.contains(&1.0));
        let station = station(2);
        let mut table = Table::new(station, Law::Exponential, Arc::clone(&grid));
        for load in [0.0, 0.01, 0.3, 0.7999, 0.8, 0.85, 0.9701, 1.0, 1.5, 9.99, 0.4] {
            let (Place { point, share }, means) = table.look_up(load);
            let back = grid[point] + share * (grid[point + 1] - grid[point]);
            assert!((back - load).abs() < 1e-12, "{load} {back}");
            let exact = station.means(load * station.capacity());
            assert!((means.blocking - exact.blocking).abs() < 1e-3, "{load} {means:?} {exact:?}");
        }
        assert_eq!(table.look_up(99.0).0, Place { point: grid.len() - 2, share: 1.0 });
    }

    #[test]
    fn what_a_run_has_used_is_kept_before_the_rest() {
        let mut laws = Laws::default();
        let known = |laws: &Laws, slots| laws.tables.iter().any(|t| t.station.slots == slots);
        let mut run = |all: Range<u32>| {
            for slots in all {
                let table = laws.table(station(slots), Law::Deterministic);
                laws.get(table).look_up(0.5);
            }
            laws.rest();
            let numbers: usize = laws.tables.iter().map(Table::numbers).sum();
            assert!(numbers <= MOST_NUMBERS);
            [1, 2, 1000].map(|slots| known(&laws, slots))
        };
        assert_eq!(run(1..3), [true, true, false]);
        assert_eq!(run(2..3), [true, true, false]);
        assert_eq!(run(1000..2000), [false, false, true]);
    }
}
