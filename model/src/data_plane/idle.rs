//! No requests at all: for driving the control plane alone.

use super::{DataPlane, Sample, TaskId};
use crate::alb::ramp::Ramp;
use crate::time::Micros;

/// A data plane on which nothing ever arrives.
#[derive(Debug, Clone, Copy)]
pub struct Idle;

impl DataPlane for Idle {
    fn enter_rotation(&mut self, _at: Micros, _task: TaskId, _speed: f64) {}
    fn ramp_up(&mut self, _task: TaskId, _ramp: Ramp) {}
    fn set_added_wait(&mut self, _at: Micros, _added: Micros) {}
    fn set_speed(&mut self, _at: Micros, _task: TaskId, _speed: f64) {}
    fn leave_rotation(&mut self, _at: Micros, _task: TaskId, _draining: bool) {}
    fn remove(&mut self, _at: Micros, _task: TaskId, _sample: &mut Sample) {}
    fn advance(&mut self, _until: Micros, _sample: &mut Sample) {}
    fn in_flight(&self) -> f64 {
        0.0
    }
    fn peak_in_service(&self, _task: TaskId) -> f64 {
        0.0
    }
}
