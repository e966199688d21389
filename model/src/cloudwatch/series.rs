//! Datapoints, and when they can be seen.

use std::collections::BTreeMap;

use crate::scenario::Metric;
use crate::time::Micros;

/// The metrics that policies and alarms read.
pub type Metrics = BTreeMap<Metric, Series>;

/// A metric: a datapoint, or none, for each of its periods.
///
/// Slot `k` holds the datapoint of the period that ends at `k` periods, so
/// slot 0 is the one before the run.
#[derive(Debug, Clone)]
pub struct Series {
    period: Micros,
    slots: Vec<Option<f64>>,
}

/// From the end of a period to the visibility of its datapoint.
#[derive(Debug, Clone, Copy)]
pub struct Delays {
    /// Of one-minute metrics.
    pub minute: Micros,
    /// Of 20-second metrics.
    pub high_resolution: Micros,
}

impl Delays {
    /// Datapoints are visible at once.
    pub const NONE: Self = Self { minute: Micros::ZERO, high_resolution: Micros::ZERO };

    /// The delay of metrics with a period.
    pub fn of(self, period: Micros) -> Micros {
        if period < Micros::MINUTE { self.high_resolution } else { self.minute }
    }
}

impl Series {
    /// A metric without datapoints.
    pub fn new(period: Micros) -> Self {
        Self { period, slots: Vec::new() }
    }

    /// Sets the datapoint of the period that ends at `end`, a whole multiple
    /// of the period; periods passed over have none.
    pub fn publish(&mut self, end: Micros, value: Option<f64>) {
        let slot = (end.0 / self.period.0) as usize;
        if self.slots.len() <= slot {
            self.slots.resize(slot + 1, None);
        }
        self.slots[slot] = value;
    }

    /// How many slots are due at `now`: those of the periods that ended at
    /// least a delay ago.
    pub fn due(&self, now: Micros, delays: Delays) -> usize {
        match now.0.checked_sub(delays.of(self.period).0) {
            Some(age) => self.slots.len().min((age / self.period.0) as usize + 1),
            None => 0,
        }
    }

    /// The first `due` slots, oldest first.
    pub fn slots(&self, due: usize) -> &[Option<f64>] {
        &self.slots[..due]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_datapoint_is_due_once_its_delay_has_passed() {
        let mut series = Series::new(Micros::MINUTE);
        series.publish(Micros::from_whole_s(60), Some(1.0));
        series.publish(Micros::from_whole_s(120), Some(2.0));
        let newest = |now, delay| {
            let delays = Delays { minute: Micros::from_whole_s(delay), ..Delays::NONE };
            let due = series.due(Micros::from_whole_s(now), delays);
            series.slots(due).last().copied().flatten()
        };
        assert_eq!(newest(120, 0), Some(2.0));
        assert_eq!(newest(209, 150), None);
        assert_eq!(newest(210, 150), Some(1.0));
        assert_eq!(newest(269, 150), Some(1.0));
        assert_eq!(newest(270, 150), Some(2.0));
    }
}
