//! Application Auto Scaling: a scalable target, its policies, their alarms
//! and cooldowns.

mod cooldown;
mod formula;
mod scaler;
mod schedule;
mod target_tracking;

pub use cooldown::Cooldown;
pub use formula::{ceil_tolerant, desired_capacity};
pub use scaler::{Counts, Evaluation, Metrics, Scaler};
pub use schedule::{Schedule, Window};
pub use target_tracking::{Policy, Proposal, Wish};
