//! What is to happen, in order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::data_plane::TaskId;
use crate::time::Micros;

/// Something that is to happen in the control plane. Of what happens in one
/// instant, the variants come in this order; equal ones as they were scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A task reaches a stage of its life.
    Task(TaskId, Step),
    /// The scenario's event with this index happens.
    Event(usize),
    /// Requests no longer take that much longer.
    DependencyRecovers(Micros),
    /// Something ends that held the service scheduler back: its throttle, a
    /// protection, the failure of a zone.
    Scheduler,
    /// The scheduled action with this index acts.
    Action(usize),
    /// The predictive policy with this index acts on a point of its forecast.
    Forecast(usize, usize),
    /// Ten seconds have passed: 20-second metrics are published and evaluated.
    Tick,
    /// A minute ends: metrics are published, alarms and policies evaluated.
    Minute,
}

impl What {
    /// Its place among what happens in one instant.
    fn rank(self) -> u8 {
        match self {
            Self::Task(..) => 0,
            Self::Event(_) => 1,
            Self::DependencyRecovers(_) => 2,
            Self::Scheduler => 3,
            Self::Action(_) => 4,
            Self::Forecast(..) => 5,
            Self::Tick => 6,
            Self::Minute => 7,
        }
    }
}

/// A stage of a task's life that is reached at a known time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Provisioned: it begins to pull its image.
    Pull,
    /// Its containers are RUNNING.
    Run,
    /// It passes its first health check.
    FirstCheck,
    /// It is warm.
    Warm,
    /// A health check while its checks fail or it is unhealthy.
    Check,
    /// Its process exits by itself.
    Exit,
    /// Its grace period is over.
    GraceEnds,
    /// Its deregistration delay is over.
    DrainEnds,
    /// Its process has ended, or is killed.
    Stopped,
}

/// A queue of things to happen, first in, first out within an instant and kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<(Micros, u8, u64, What)>>,
    scheduled: u64,
}

impl Queue {
    pub(super) fn schedule(&mut self, at: Micros, what: What) {
        self.scheduled += 1;
        self.heap.push(Reverse((at, what.rank(), self.scheduled, what)));
    }

    /// Takes the next thing that happens at `until` or before.
    pub(super) fn pop(&mut self, until: Micros) -> Option<(Micros, What)> {
        if self.heap.peek()?.0.0 > until {
            return None;
        }
        self.heap.pop().map(|Reverse((at, _, _, what))| (at, what))
    }
}
