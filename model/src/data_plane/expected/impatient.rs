//! What a task has of clients that give up.

use crate::data_plane::Sample;
use crate::data_plane::expected::clients::Clients;
use crate::data_plane::expected::laws::Table;
use crate::data_plane::expected::patience::{ByClass, CLASSES};
use crate::data_plane::expected::trust::Impatience;

/// Requests in each task of a cohort without an answer in time.
#[derive(Debug, Clone, Default)]
pub(super) struct Impatient {
    /// Those in service or in queue that will be answered too late, or have been
    /// given up.
    pub(super) in_vain: f64,
    /// Those whose clients still wait, and will give up.
    pub(super) doomed: f64,
    /// What clients do in this tick.
    pub(super) seen: Impatience,
}

/// Requests that begin service in a tick, in each task.
pub(super) struct Begun {
    pub(super) requests: f64,
    /// How long they have waited [s].
    pub(super) age_s: f64,
    /// The share of each class that has no answer in time.
    pub(super) late: ByClass,
    /// How long one of mean size takes [s].
    pub(super) takes_s: f64,
}

/// What else a tick does to a task.
pub(super) struct Served {
    pub(super) tasks: f64,
    pub(super) span_s: f64,
    /// Requests in the task at the end of the tick, and those that have left it.
    pub(super) in_system: f64,
    pub(super) gone: f64,
}

impl Impatient {
    /// The requests that are in a task, less those whose clients wait.
    pub(super) fn excess(&self) -> f64 {
        self.in_vain - self.doomed
    }

    /// Of the clients that will give up a share does.
    pub(super) fn give_up(&mut self, share: f64) {
        self.doomed *= 1.0 - share;
    }

    /// Those for which there is no place, or whose wait would be too long, are
    /// refused, or leave the queue when their time-out is over. `waiting` wait in
    /// each of `tasks` for a slot and will be served.
    #[inline(never)]
    pub(super) fn turn_away(
        &mut self,
        [turned_away, arrived, waiting, tasks]: [f64; 4],
        table: &Table,
        clients: &mut Clients,
        sample: &mut Sample,
    ) {
        let mut leaving = 0.0;
        if turned_away > 0.0 && table.is_left {
            let limit = table.station.queue_limit.map_or(f64::INFINITY, f64::from);
            leaving = turned_away.min((limit - waiting.max(0.0) - self.doomed).max(0.0));
            let doomed = clients.doom(0.0, leaving * tasks, &[1.0; CLASSES]);
            self.doomed += leaving - doomed.now / tasks;
            sample.timed_out += doomed.now;
        }
        let refused = turned_away - leaving;
        sample.rejected += refused * tasks;
        let share = 1.0 / arrived.max(f64::MIN_POSITIVE);
        self.seen =
            Impatience { refused: refused * share, late: leaving * share, ..Impatience::default() };
    }

    /// Begins to serve, and serves, some of it in vain. Returns how many are done
    /// that nobody waits for.
    #[inline(never)]
    pub(super) fn serve(
        &mut self,
        begun: &Begun,
        served: &Served,
        clients: &mut Clients,
        sample: &mut Sample,
    ) -> f64 {
        let Served { tasks, span_s, in_system, gone } = *served;
        let real = in_system + gone;
        let requests = begun.requests.min(real - self.in_vain).max(0.0);
        let doomed = clients.doom(begun.age_s, requests * tasks, &begun.late);
        let share = 1.0 / (requests * tasks).max(f64::MIN_POSITIVE);
        self.seen.late += (doomed.requests - doomed.too_large) * share;
        self.seen.too_large = doomed.too_large * share;
        self.doomed += (doomed.requests - doomed.now) / tasks;
        sample.timed_out += doomed.now;
        // They leave at the rate of one per time that they take.
        let before = self.in_vain + doomed.requests / tasks;
        let after = before / (1.0 + span_s / (begun.takes_s * doomed.size));
        self.in_vain = after.min(in_system).max(before - gone);
        before - self.in_vain
    }

    /// Whether retries can keep up an overload of the task, if the load at worst
    /// is so many times what it is; and whether that may begin by chance.
    pub(super) fn storm(&self, at_worst: f64) -> (bool, bool) {
        /// Chance does not begin one where this few requests are in vain.
        const RARE: f64 = 1e-6;
        let Impatience { load, refused, late, is_unsure, .. } = self.seen;
        let is_possible = load * at_worst >= 1.0;
        (is_possible, is_possible && (is_unsure || refused + late > RARE))
    }
}
