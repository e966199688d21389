//! The mean behaviour, from queueing theory; draws nothing.

use crate::data_plane::{DataPlane, Sample, TaskId};
use crate::scenario::{Scenario, Traffic};
use crate::time::Micros;

/// The mean behaviour, from queueing theory; draws nothing.
#[derive(Debug, Clone)]
pub struct Expected {
    traffic: Traffic,
    now: Micros,
    in_rotation: Vec<TaskId>,
}

impl Expected {
    /// No task is in rotation yet.
    pub fn new(scenario: &Scenario) -> Self {
        Self { traffic: scenario.traffic.clone(), now: Micros::ZERO, in_rotation: Vec::new() }
    }
}

impl DataPlane for Expected {
    fn enter_rotation(&mut self, _at: Micros, task: TaskId, _speed: f64) {
        self.in_rotation.push(task);
    }

    fn set_speed(&mut self, _at: Micros, _task: TaskId, _speed: f64) {}

    fn leave_rotation(&mut self, _at: Micros, task: TaskId, _draining: bool) {
        self.in_rotation.retain(|&other| other != task);
    }

    fn remove(&mut self, _at: Micros, task: TaskId, _sample: &mut Sample) {
        self.in_rotation.retain(|&other| other != task);
    }

    fn advance(&mut self, until: Micros, sample: &mut Sample) {
        let offered = self.traffic.offered(self.now, until);
        self.now = until;
        sample.offered += offered;
        if self.in_rotation.is_empty() {
            sample.rejected += offered;
        } else {
            sample.completed += offered;
            sample.started += offered;
        }
    }

    fn in_flight(&self) -> f64 {
        0.0
    }

    fn peak_in_service(&self, _task: TaskId) -> f64 {
        0.0
    }
}
