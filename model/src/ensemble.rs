//! Exact replications side by side, on the fleet that an expected run had.

use crate::data_plane::{DataPlane as _, Exact, History, Sample};
use crate::random::derived_seed;
use crate::scenario::Scenario;
use crate::time::Micros;

/// Replications of a part of a run that differ in their seeds alone, which are
/// derived from the scenario's. They take turns, a minute each.
#[derive(Debug)]
pub(crate) struct Ensemble {
    replications: Vec<Replication>,
    /// Row of the minute in work.
    row: usize,
    /// Whose turn it is.
    turn: usize,
}

#[derive(Debug)]
struct Replication {
    plane: Exact,
    now: Micros,
    /// How many changes of the fleet it has seen.
    seen: usize,
    /// What happened in its minute in work.
    minute: Sample,
}

impl Ensemble {
    /// `count` replications that begin with the minute in a row, with this many
    /// requests at the tasks.
    pub(crate) fn new(
        scenario: &Scenario,
        history: &History,
        row: usize,
        in_flight: f64,
        count: usize,
    ) -> Self {
        let begin = |number: usize| {
            let mut scenario = scenario.clone();
            scenario.seed = derived_seed(scenario.seed, number as u64);
            let mut plane = Exact::from_minute(&scenario, row as u64);
            let now = Micros(row as u64 * Micros::MINUTE.0);
            let seen = history.repeat(0, now, &mut plane, &mut Sample::default());
            plane.begin_with(libm::round(in_flight) as u64);
            Replication { plane, now, seen, minute: Sample::default() }
        };
        Self { replications: (0..count).map(begin).collect(), row, turn: 0 }
    }

    /// Row of the minute in work.
    pub(crate) fn row(&self) -> usize {
        self.row
    }

    /// Simulates a second more of the minute that ends at `end`, in one
    /// replication, and returns how many requests arrived. All have played the
    /// minute once [`Self::has_ended`].
    pub(crate) fn step(&mut self, end: Micros, history: &History) -> f64 {
        let Some(replication) = self.replications.get_mut(self.turn) else { return 0.0 };
        let before = replication.minute.offered;
        replication.serve(end.min(replication.now + Micros::SECOND), history);
        self.turn += usize::from(replication.now == end);
        replication.minute.offered - before
    }

    /// Whether all have played the minute in work.
    pub(crate) fn has_ended(&self) -> bool {
        self.turn == self.replications.len()
    }

    /// What happened in the minute that has ended, in each replication.
    pub(crate) fn minute(&self) -> impl ExactSizeIterator<Item = &Sample> {
        self.replications.iter().map(|replication| &replication.minute)
    }

    /// Begins the next minute.
    pub(crate) fn go_on(&mut self) {
        self.replications.iter_mut().for_each(|replication| replication.minute.clear());
        self.row += 1;
        self.turn = 0;
    }

    /// Requests at the tasks, on average.
    pub(crate) fn in_flight(&self) -> f64 {
        let all = self.replications.iter().map(|replication| replication.plane.in_flight());
        all.sum::<f64>() / self.replications.len() as f64
    }
}

impl Replication {
    /// Serves until `until`, and sees what happens to the fleet until then.
    fn serve(&mut self, until: Micros, history: &History) {
        while self.now < until {
            let next = history.next(self.seen).unwrap_or(until).min(until);
            self.plane.advance(next, &mut self.minute);
            self.now = next;
            self.seen = history.repeat(self.seen, next, &mut self.plane, &mut self.minute);
        }
    }
}
