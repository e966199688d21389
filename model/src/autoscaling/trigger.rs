//! An alarm that calls a policy.

use crate::cloudwatch::{Alarm, Reading};
use crate::time::Micros;
use crate::trace::{AlarmChange, AlarmState};

/// An alarm with the action of calling a policy: when it goes off, and once a
/// minute while it stays in ALARM (CloudWatch user guide, alarm actions).
#[derive(Debug, Clone)]
pub(super) struct Trigger {
    pub(super) alarm: Alarm,
    called: Option<Micros>,
}

impl Trigger {
    pub(super) fn new(alarm: Alarm) -> Self {
        Self { alarm, called: None }
    }

    pub(super) fn in_alarm(&self) -> bool {
        self.alarm.state == AlarmState::Alarm
    }

    /// Evaluates the alarm, notes a change of its state, and returns whether
    /// it calls its policy now.
    pub(super) fn evaluate(
        &mut self,
        now: Micros,
        reading: &Reading,
        changes: &mut Vec<AlarmChange>,
    ) -> bool {
        if self.alarm.evaluate(reading.datapoints()) {
            let (name, state) = (self.alarm.name.clone(), self.alarm.state);
            changes.push(AlarmChange { t_s: now.as_s(), name, state });
            self.called = None;
        }
        let a_minute_ago = |at: Micros| now.since(at) >= Micros::MINUTE;
        let calls = self.in_alarm() && self.called.is_none_or(a_minute_ago);
        if calls {
            self.called = Some(now);
        }
        calls
    }

    /// Newest datapoints in a row that breach.
    pub(super) fn in_a_row(&self, reading: &Reading) -> u32 {
        self.alarm.breaching_in_a_row(reading.datapoints()) as u32
    }
}
