//! Laws of response times, computed where they are needed and kept.

use std::ops::Range;
use std::sync::Arc;

use crate::data_plane::expected::patience::{ByClass, CLASSES, Patience, Wait};
use crate::data_plane::expected::trust;
use crate::histogram::Histogram;
use crate::queueing::{Means, Station, service_cdf, stretches_of, survival};
use crate::scenario::Law;

/// A queue of at most this many places is too short to be a fluid: its
/// equilibrium holds at any load, and it reaches it at once.
pub(super) const SHORT_QUEUE: u32 = 32;
/// … if it is filled this fast [s].
const AT_ONCE_S: f64 = 10.0;
/// From this load on a queue that clients leave has the law of those who stay.
const BUSY: f64 = 0.95;
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
    /// … of which all are in time, if clients give up.
    pub(super) mean_ms: f64,
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

/// What can become of a request: it waits, and then takes `stretch` times as long
/// as alone.
struct Way {
    wait_s: f64,
    stretch: f64,
    weight: f64,
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
    /// How patient clients are that give up.
    pub(super) patience: Option<Patience>,
    /// The most requests that a task has, but for those that will leave its queue.
    pub(super) room: f64,
    /// Whether they leave the queue before it is full.
    pub(super) is_left: bool,
    grid: Arc<[f64]>,
    means: Vec<Option<Means>>,
    responses: Vec<Option<Arc<Response>>>,
    /// Of each class of requests that begin service, the share that has no
    /// answer in time.
    late: Vec<Option<ByClass>>,
    /// The last stretch of the grid that was looked at.
    stretch: Option<Stretch>,
    /// The last equilibrium that was computed at its very rate.
    last: Option<(f64, Means)>,
    /// Whether this run has asked for it.
    in_use: bool,
}

impl Table {
    fn new(station: Station, law: Law, timeout_s: Option<f64>, grid: Arc<[f64]>) -> Self {
        let places = places(&station, timeout_s);
        let room = f64::from(station.slots) + places;
        Self {
            capacity: station.capacity(),
            servers: station.servers(),
            is_short: places <= f64::from(SHORT_QUEUE) && room <= AT_ONCE_S * station.capacity(),
            room,
            station,
            law,
            is_left: places < station.queue_limit.map_or(f64::INFINITY, f64::from),
            patience: timeout_s.map(|_| Patience::new(timeout_s, law, station.service_s)),
            late: vec![None; if timeout_s.is_some() { grid.len() } else { 0 }],
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
                let means = self.means(rate);
                self.last = Some((rate, means));
                means
            }
        }
    }

    fn means_at(&mut self, point: usize) -> Means {
        match self.means[point] {
            Some(means) => means,
            None => {
                let means = self.means(self.rate_at(point));
                self.means[point] = Some(means);
                means
            }
        }
    }

    /// The equilibrium at a rate. Whoever would wait longer than clients do is
    /// not admitted: they leave the queue, and leave no trace in it.
    fn means(&self, rate: f64) -> Means {
        let load = rate / self.capacity;
        let Some(places) = self.places_before_leaving(load) else {
            return self.station.means(rate);
        };
        let whole = libm::floor(places);
        let means = |places: f64| {
            let queue_limit = Some(places as u32);
            Station { queue_limit, ..self.station }.means(rate)
        };
        let mut means = means(whole).between(&means(whole + 1.0), places - whole);
        means.wait_s = means.wait_probability * self.wait(load).mean_s();
        means.in_system = means.in_service + rate * (1.0 - means.blocking) * means.wait_s;
        means
    }

    /// How many places a queue has that admits only those who will not leave it,
    /// at a load; `None` if nobody does.
    ///
    /// With a constant patience T the wait has the density of one without up to
    /// T, and ends there (Barrer 1957); and so it is in a queue with as many
    /// places as make its last state as likely as that a wait outlasts T.
    fn places_before_leaving(&self, load: f64) -> Option<f64> {
        /// This close to saturation it is the work that is done in that time.
        const CLOSE: f64 = 0.005;
        let timeout_s = self.patience.as_ref().filter(|_| self.is_left)?.timeout_s;
        let places = if load > 0.0 && (load - 1.0).abs() > CLOSE {
            let ratio = self.station.ratio_when_full(load).unwrap_or(load);
            self.wait(load).fall * timeout_s / -libm::log(ratio) / f64::from(self.station.pool)
        } else {
            self.capacity * timeout_s
        };
        Some(places)
    }

    /// The wait of those who wait.
    pub(super) fn wait(&self, load: f64) -> Wait {
        let (pooled, load) = (self.station.pooled(), load.max(1e-6));
        let excess = pooled.ratio_when_full(load).map_or_else(
            || (1.0 - load) / ((pooled.arrival_cv2 + pooled.service_cv2) / 2.0).max(0.05),
            |ratio| 1.0 - ratio,
        );
        let most_s = (self.room - f64::from(self.station.slots)) / self.capacity;
        Wait { fall: pooled.capacity() * excess, most_s }
    }

    /// The station without those who leave its queue.
    fn admitting(&self, point: usize) -> Station {
        let load = self.grid[point];
        match self.places_before_leaving(load) {
            Some(places) if load >= HIGHEST_STABLE => {
                Station { queue_limit: Some(libm::ceil(places) as u32), ..self.station }
            }
            _ => self.station,
        }
    }

    /// Of each class of requests that begin service at a place, the share that
    /// has no answer in time.
    pub(super) fn late(&mut self, place: Place) -> ByClass {
        let mut at = |point: usize| match self.late[point] {
            Some(late) => late,
            None => {
                let late = self.compute_late(point);
                self.late[point] = Some(late);
                late
            }
        };
        let (from, to) = (at(place.point), at(place.point + 1));
        std::array::from_fn(|class| from[class] + (to[class] - from[class]) * place.share)
    }

    fn compute_late(&mut self, point: usize) -> ByClass {
        let mut late = [0.0; CLASSES];
        let ways = self.ways(point);
        if let Some(patience) = &self.patience {
            for Way { wait_s, stretch, weight } in ways {
                patience.add_late((patience.timeout_s - wait_s) / stretch, weight, &mut late);
            }
        }
        late
    }

    /// What can become of a request that is served, at a point of the grid.
    fn ways(&mut self, point: usize) -> Vec<Way> {
        /// Equally likely points of the wait.
        const POINTS: u32 = 8;
        let means = self.means_at(point);
        let wait = self.wait(self.grid[point]);
        let timeout_s = self.patience.as_ref().map_or(0.0, |patience| patience.timeout_s);
        let size = timeout_s / self.station.service_s;
        let free = 1.0 - means.wait_probability;
        let stretches = stretches_of(&self.admitting(point), self.rate_at(point), size);
        let at_once = stretches.into_iter().map(|(stretch, weight)| Way {
            wait_s: 0.0,
            stretch,
            weight: weight * free,
        });
        // Who has waited is one of as many as there can be.
        let stretch = f64::from(self.station.slots) / self.servers;
        let waiting = (0..POINTS).map(|n| Way {
            wait_s: wait.quantile_s((f64::from(n) + 0.5) / f64::from(POINTS)),
            stretch,
            weight: means.wait_probability / f64::from(POINTS),
        });
        at_once.chain(waiting).collect()
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
        let mut last = Histogram::bin(mean_ms * 200.0).max(first);
        let limit_ms = self.patience.as_ref().map(|patience| patience.timeout_s * 1000.0);
        if let Some(limit_ms) = limit_ms {
            // As far as the tail is followed, and not in steps only.
            last = last.min(Histogram::bin(limit_ms) + 9);
        }
        let times: Vec<f64> = (first + 1..=last).map(|bin| Histogram::edge(bin) / 1000.0).collect();
        let tail = if self.is_left && self.grid[point] >= BUSY {
            let ways = self.ways(point);
            let later = |&time_s: &f64| -> f64 {
                let later = |way: &Way| {
                    let alone_s = (time_s - way.wait_s) / way.stretch;
                    way.weight * (1.0 - service_cdf(self.law, alone_s / self.station.service_s))
                };
                ways.iter().map(later).sum()
            };
            times.iter().map(later).collect()
        } else {
            survival(&self.station, self.law, rate, &times)
        };
        let (mut above, mut shares) = (1.0, Vec::with_capacity(tail.len() + 1));
        for at_edge in tail {
            shares.push(above - at_edge);
            above = at_edge;
            if above < NEGLIGIBLE {
                break;
            }
        }
        shares.push(above);
        let mut mean_ms = mean_ms;
        if let Some(limit_ms) = limit_ms {
            mean_ms = cut_off(first, &mut shares, limit_ms);
        }
        let mut response = Response { first, shares, mean_ms, p95_ms: 0.0, is_known: true };
        response.p95_ms = response.quantile_ms(0.95);
        if point > 0 {
            // Who is alone has one response time if all are alike: then the
            // percentile does not tell how near it is to another.
            let q = if self.law == Law::Deterministic { 0.98 } else { 0.95 };
            let contention = 1.0 - self.response(0).quantile_ms(q) / response.quantile_ms(q);
            let blocking = self.means_at(point).blocking;
            response.is_known = trust::knows(&self.station, self.law, self.grid[point], contention)
                && (blocking < trust::FEW_ERRORS || trust::knows_blocking(&self.station, self.law));
        }
        response
    }

    /// About how many numbers it holds.
    fn numbers(&self) -> usize {
        let means = self.means.len() * size_of::<Option<Means>>() / size_of::<f64>();
        self.responses.iter().flatten().fold(means, |sum, response| sum + response.shares.len())
    }
}

/// Places in queue from which a request is served in time, if a client gives up.
fn places(station: &Station, timeout_s: Option<f64>) -> f64 {
    let limit = station.queue_limit.map_or(f64::INFINITY, f64::from);
    timeout_s.map_or(limit, |timeout_s| limit.min(timeout_s * station.capacity()))
}

/// Leaves the shares of bins that are no longer than `limit_ms`, as parts of
/// their sum, and returns their mean [ms].
pub(super) fn cut_off(first: usize, shares: &mut Vec<f64>, limit_ms: f64) -> f64 {
    let last = Histogram::bin(limit_ms);
    shares.truncate((last + 1).saturating_sub(first));
    let (from, to) = (Histogram::edge(last), Histogram::edge(last + 1));
    if let Some(share) = shares.get_mut(last.wrapping_sub(first)) {
        *share *= (limit_ms - from) / (to - from);
    }
    let sum: f64 = shares.iter().sum();
    let mut mean_ms = 0.0;
    for (bin, share) in (first..).zip(shares.iter_mut()) {
        *share /= sum;
        mean_ms += *share * (Histogram::edge(bin) + Histogram::edge(bin + 1)) / 2.0;
    }
    if sum > 0.0 {
        return mean_ms;
    }
    // Nobody is in time.
    *shares = vec![1.0];
    limit_ms
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
    pub(super) fn table(&mut self, station: Station, law: Law, timeout_s: Option<f64>) -> usize {
        let known = self.tables.iter().position(|table| {
            table.station == station
                && table.law == law
                && table.patience.as_ref().map(|patience| patience.timeout_s) == timeout_s
        });
        let number = known.unwrap_or_else(|| {
            self.tables.push(Table::new(station, law, timeout_s, Arc::clone(&self.grid)));
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
        let mut table = Table::new(station, Law::Exponential, None, Arc::clone(&grid));
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
                let table = laws.table(station(slots), Law::Deterministic, None);
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
