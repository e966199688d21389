//! A data plane that remembers what became of its fleet.

use std::ops::Range;

use super::{DataPlane, Fidelity, Sample, TaskId};
use crate::alb::ramp::Ramp;
use crate::time::Micros;

/// A change of the fleet, as [`DataPlane`] is told of it.
#[derive(Debug, Clone, Copy)]
enum Change {
    EnterRotation(TaskId, f64),
    RampUp(TaskId, Ramp),
    AddedWait(Micros),
    Speed(TaskId, f64),
    LeaveRotation(TaskId, bool),
    Remove(TaskId),
}

/// What became of a fleet, in order of time, to be done to another one.
#[derive(Debug, Clone, Default)]
pub(crate) struct History(Vec<(Micros, Change)>);

impl History {
    /// When the next change is after the first `done`.
    pub(crate) fn next(&self, done: usize) -> Option<Micros> {
        self.0.get(done).map(|(at, _)| *at)
    }

    /// Does to a fleet at `now` what was done until then, after the first
    /// `done` changes; returns how many have been done.
    pub(crate) fn repeat(
        &self,
        mut done: usize,
        now: Micros,
        plane: &mut impl DataPlane,
        sample: &mut Sample,
    ) -> usize {
        for (_, change) in self.0[done..].iter().take_while(|(at, _)| *at <= now) {
            match *change {
                Change::EnterRotation(task, speed) => plane.enter_rotation(now, task, speed),
                Change::RampUp(task, ramp) => plane.ramp_up(task, ramp),
                Change::AddedWait(added) => plane.set_added_wait(now, added),
                Change::Speed(task, speed) => plane.set_speed(now, task, speed),
                Change::LeaveRotation(task, draining) => plane.leave_rotation(now, task, draining),
                Change::Remove(task) => plane.remove(now, task, sample),
            }
            done += 1;
        }
        done
    }
}

/// Consecutive minutes of one fidelity.
#[derive(Debug, Clone)]
pub(crate) struct Stretch {
    /// How far their latency figures can be trusted.
    pub(crate) fidelity: Fidelity,
    /// Their rows in the trace.
    pub(crate) rows: Range<usize>,
    /// What happened in all of them.
    pub(crate) sample: Sample,
}

/// A data plane that remembers what became of its fleet and, a stretch of alike
/// minutes at a time, of its requests.
#[derive(Debug)]
pub(crate) struct Recorded<P> {
    plane: P,
    now: Micros,
    history: History,
    stretches: Vec<Stretch>,
    /// Requests at the tasks at the end of each minute.
    in_flight: Vec<f64>,
}

impl<P: DataPlane> Recorded<P> {
    pub(crate) fn new(plane: P) -> Self {
        Self {
            plane,
            now: Micros::ZERO,
            history: History::default(),
            stretches: Vec::new(),
            in_flight: Vec::new(),
        }
    }

    /// What is remembered: the fleet's history, the minutes, and the requests
    /// at the tasks at the end of each.
    pub(crate) fn into_parts(self) -> (History, Vec<Stretch>, Vec<f64>) {
        (self.history, self.stretches, self.in_flight)
    }

    fn note(&mut self, change: Change) {
        self.history.0.push((self.now, change));
    }
}

impl<P: DataPlane> DataPlane for Recorded<P> {
    fn enter_rotation(&mut self, at: Micros, task: TaskId, speed: f64) {
        self.note(Change::EnterRotation(task, speed));
        self.plane.enter_rotation(at, task, speed);
    }

    fn ramp_up(&mut self, task: TaskId, ramp: Ramp) {
        self.note(Change::RampUp(task, ramp));
        self.plane.ramp_up(task, ramp);
    }

    fn set_added_wait(&mut self, at: Micros, added: Micros) {
        self.note(Change::AddedWait(added));
        self.plane.set_added_wait(at, added);
    }

    fn set_speed(&mut self, at: Micros, task: TaskId, speed: f64) {
        self.note(Change::Speed(task, speed));
        self.plane.set_speed(at, task, speed);
    }

    fn leave_rotation(&mut self, at: Micros, task: TaskId, draining: bool) {
        self.note(Change::LeaveRotation(task, draining));
        self.plane.leave_rotation(at, task, draining);
    }

    fn remove(&mut self, at: Micros, task: TaskId, sample: &mut Sample) {
        self.note(Change::Remove(task));
        self.plane.remove(at, task, sample);
    }

    fn advance(&mut self, until: Micros, sample: &mut Sample) {
        self.plane.advance(until, sample);
        self.now = until;
    }

    fn close_minute(&mut self, sample: &Sample) {
        let fidelity = sample.fidelity();
        let row = self.in_flight.len();
        self.in_flight.push(self.plane.in_flight());
        match self.stretches.last_mut().filter(|last| last.fidelity == fidelity) {
            Some(stretch) => {
                stretch.rows.end += 1;
                stretch.sample.add(sample);
            }
            None => {
                let (rows, sample) = (row..row + 1, sample.clone());
                self.stretches.push(Stretch { fidelity, rows, sample });
            }
        }
    }

    fn in_flight(&self) -> f64 {
        self.plane.in_flight()
    }

    fn peak_in_service(&self, task: TaskId) -> f64 {
        self.plane.peak_in_service(task)
    }
}
