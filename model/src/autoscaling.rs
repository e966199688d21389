//! Application Auto Scaling: a scalable target, its policies, their alarms
//! and cooldowns.
//!
//! Alarms call policies; a called policy has a *wish*; what comes of several
//! wishes is *settled* under bounds, cooldowns and suspension.

mod cooldown;
mod forecast;
mod formula;
mod scaler;
mod schedule;
mod settle;
mod step;
mod target_tracking;
mod trigger;
mod wish;

pub use cooldown::Cooldown;
pub use formula::{ceil_tolerant, desired_capacity};
pub use scaler::{Due, Evaluation, Scaler};
pub use schedule::{Schedule, Window};
pub use settle::Counts;
pub use step::{adjusted, aggregate, step_of};
