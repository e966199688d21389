//! Which parts of `autoscaling` a reader knows.

use super::super::reader::Object;
use super::read::Context;
use super::{
    AlarmSettings, MetricMath, Policy, PredictiveScaling, ScheduledAction, StepScaling, alarm,
    metric, predictive, schedule, step,
};

/// The parts of `autoscaling` that a reader of scenarios knows beside target
/// tracking on a single metric. Who reads with fewer does not carry the others'
/// code; what it does not know it refuses by name.
#[derive(Clone, Copy)]
pub struct Parts {
    pub(super) steps: Option<Steps>,
    pub(super) predictive: Option<ReadPredictive>,
    pub(super) schedules: Option<fn(&Object<'_>, &Context<'_>) -> Option<ScheduledAction>>,
    pub(super) math: Option<fn(&Object<'_>) -> Option<MetricMath>>,
}

type ReadPredictive = fn(String, &Object<'_>, &Context<'_>) -> Option<PredictiveScaling>;

/// Step policies, and the alarms that call them.
#[derive(Clone, Copy)]
pub(super) struct Steps {
    pub(super) policy: fn(String, &Object<'_>) -> Option<StepScaling>,
    pub(super) alarm: fn(&Object<'_>, &[Policy], &Context<'_>) -> Option<AlarmSettings>,
}

impl Parts {
    /// Target tracking alone.
    pub const NONE: Self = Self { steps: None, predictive: None, schedules: None, math: None };

    /// All parts.
    pub const ALL: Self = Self::NONE.with_steps().with_predictive().with_schedules().with_math();

    /// And step scaling.
    #[must_use]
    pub const fn with_steps(self) -> Self {
        Self { steps: Some(Steps { policy: step::read, alarm: alarm::read }), ..self }
    }

    /// And predictive scaling.
    #[must_use]
    pub const fn with_predictive(self) -> Self {
        Self { predictive: Some(predictive::read), ..self }
    }

    /// And scheduled actions, with all time zones.
    #[must_use]
    pub const fn with_schedules(self) -> Self {
        Self { schedules: Some(schedule::read), ..self }
    }

    /// And metric math.
    #[must_use]
    pub const fn with_math(self) -> Self {
        Self { math: Some(metric::math), ..self }
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}
