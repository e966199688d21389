//! What policies ask for.

use crate::scenario::Metric;
use crate::time::Micros;

/// Which way a policy wants to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// More tasks.
    Out,
    /// Fewer tasks.
    In,
    /// Called, but it asks for nothing.
    Stay,
}

/// What a policy asks for while an alarm of its is in ALARM.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    /// Index of the policy.
    pub(super) policy: usize,
    pub(super) direction: Direction,
    /// Whether an alarm calls the policy now. If not, its alarm is in ALARM from
    /// before, and the wish only has a say in what others do.
    pub(super) called: bool,
    /// Whether it is a target tracking policy's: these scale in together only.
    pub(super) tracking: bool,
    /// The alarm that calls it.
    pub(super) alarm: String,
    pub(super) metric_kind: Option<Metric>,
    /// The value that went into the formula.
    pub(super) metric: Option<f64>,
    /// What it was held against.
    pub(super) target: Option<f64>,
    /// The capacity [tasks], before bounds and cooldowns.
    pub(super) capacity: u32,
    /// Whether the capacity is a number by itself, to which a cooldown's
    /// credit does not apply.
    pub(super) exact: bool,
    /// The cooldown that the activity would begin.
    pub(super) cooldown: Micros,
    /// The formula with its numbers.
    pub(super) reason: String,
}
