//! CloudWatch: datapoints that are published late, and alarms over them.

mod alarm;
pub mod math;
mod reading;
mod series;

pub use alarm::{Alarm, Comparison, MissingData};
pub use reading::Reading;
pub use series::{Delays, Metrics, Series};
