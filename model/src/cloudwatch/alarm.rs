//! Alarms: M of the newest N datapoints beyond a threshold.

use crate::trace::AlarmState;

/// How an alarm treats datapoints that are missing (TreatMissingData).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingData {
    /// `missing`: they are no evidence either way.
    Missing,
    /// `ignore`: the state stays as it is.
    Ignore,
    /// `breaching`: they count as breaching.
    Breaching,
    /// `notBreaching`: they count as not breaching.
    NotBreaching,
}

/// On which side of the threshold a datapoint breaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// GreaterThanThreshold.
    GreaterThan,
    /// GreaterThanOrEqualToThreshold.
    GreaterThanOrEqual,
    /// LessThanThreshold.
    LessThan,
    /// LessThanOrEqualToThreshold.
    LessThanOrEqual,
}

impl Comparison {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::GreaterThan, Self::GreaterThanOrEqual, Self::LessThan, Self::LessThanOrEqual];

    /// Whether values above the threshold breach.
    pub const fn is_above(self) -> bool {
        matches!(self, Self::GreaterThan | Self::GreaterThanOrEqual)
    }

    /// Whether a value breaches a threshold.
    pub fn breaches(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::GreaterThan => value > threshold,
            Self::GreaterThanOrEqual => value >= threshold,
            Self::LessThan => value < threshold,
            Self::LessThanOrEqual => value <= threshold,
        }
    }

    /// ComparisonOperator.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GreaterThan => "GreaterThanThreshold",
            Self::GreaterThanOrEqual => "GreaterThanOrEqualToThreshold",
            Self::LessThan => "LessThanThreshold",
            Self::LessThanOrEqual => "LessThanOrEqualToThreshold",
        }
    }
}

/// A metric alarm: M of the newest N datapoints beyond a threshold.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// AlarmName.
    pub name: String,
    /// ComparisonOperator.
    pub comparison: Comparison,
    /// Threshold, in the metric's unit.
    pub threshold: f64,
    /// EvaluationPeriods: N.
    pub evaluation_periods: usize,
    /// DatapointsToAlarm: M ≤ N.
    pub datapoints_to_alarm: usize,
    /// TreatMissingData.
    pub missing_data: MissingData,
    /// The state after the last evaluation.
    pub state: AlarmState,
}

/// An alarm looks at this many datapoints more than it evaluates, so that it
/// can pass over missing ones. AWS's tables show 5 for N = 3 and give no rule;
/// N + 2 is our choice.
const EXTRA_DATAPOINTS: usize = 2;

impl Alarm {
    /// Whether a datapoint is beyond the threshold.
    pub fn breaches(&self, value: f64) -> bool {
        self.comparison.breaches(value, self.threshold)
    }

    /// Evaluates the alarm on the datapoints published so far, oldest first,
    /// and returns whether its state changed.
    ///
    /// Source: CloudWatch user guide, "Configuring how alarms treat missing
    /// data", its tables and the rule against premature alarms.
    pub fn evaluate(&mut self, published: &[Option<f64>]) -> bool {
        let (n, m) = (self.evaluation_periods, self.datapoints_to_alarm);
        let range = &published[published.len().saturating_sub(self.range())..];
        // Newest first: (age in periods, breaching).
        let real: Vec<(usize, bool)> = (1..)
            .zip(range.iter().rev())
            .filter_map(|(age, value)| value.map(|value| (age, self.breaches(value))))
            .take(n)
            .collect();
        let breaching = real.iter().filter(|(_, breaches)| *breaches).count();
        let missing = n - real.len();
        let by_count = |breaching| if breaching >= m { AlarmState::Alarm } else { AlarmState::Ok };
        let next = match self.missing_data {
            _ if missing == 0 => by_count(breaching),
            MissingData::Breaching => by_count(breaching + missing),
            MissingData::NotBreaching => by_count(breaching),
            _ if breaching >= m => AlarmState::Alarm,
            _ if breaching < real.len() => AlarmState::Ok,
            MissingData::Ignore => self.state,
            // Only breaching datapoints, too few of them: an alarm if the
            // oldest is at least M periods old, otherwise wait and see.
            MissingData::Missing => match real.last() {
                None => AlarmState::InsufficientData,
                Some(&(age, _)) if age >= m => AlarmState::Alarm,
                Some(_) => self.state,
            },
        };
        let changed = next != self.state;
        self.state = next;
        changed
    }

    /// How many datapoints, missing ones included, it looks at.
    pub fn range(&self) -> usize {
        self.evaluation_periods + EXTRA_DATAPOINTS
    }

    /// The datapoints that it counts, newest first: as many of those that are
    /// there as [`Alarm::evaluation_periods`] says.
    pub fn counted(&self, published: &[Option<f64>]) -> impl Iterator<Item = f64> {
        let range = &published[published.len().saturating_sub(self.range())..];
        range.iter().rev().flatten().copied().take(self.evaluation_periods)
    }

    /// How many of the newest datapoints in a row breach, at most
    /// [`Alarm::evaluation_periods`]; missing ones are passed over.
    pub fn breaching_in_a_row(&self, published: &[Option<f64>]) -> usize {
        self.counted(published).take_while(|value| self.breaches(*value)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `0` ok, `X` breaching, `-` missing, newest right; see the conformance
    /// rows 136a to 136j.
    fn state(m: usize, missing_data: MissingData, points: &str) -> Option<AlarmState> {
        let mut alarm = Alarm {
            name: String::new(),
            comparison: Comparison::GreaterThan,
            threshold: 0.5,
            evaluation_periods: 3,
            datapoints_to_alarm: m,
            missing_data,
            state: AlarmState::Ok,
        };
        let values: Vec<_> = points
            .chars()
            .map(|point| match point {
                '0' => Some(0.0),
                'X' => Some(1.0),
                _ => None,
            })
            .collect();
        alarm.evaluate(&values);
        let from_ok = alarm.state;
        alarm.state = AlarmState::InsufficientData;
        alarm.evaluate(&values);
        (from_ok == alarm.state).then_some(from_ok)
    }

    #[test]
    fn missing_data_follows_the_tables_of_the_user_guide() {
        use AlarmState::{Alarm, InsufficientData, Ok};
        // `None`: the state is kept.
        let rows = [
            (3, "0-X-X", [Some(Ok); 4]),
            (3, "0----", [Some(Ok); 4]),
            (3, "-----", [Some(InsufficientData), None, Some(Alarm), Some(Ok)]),
            (3, "0XX-X", [Some(Alarm); 4]),
            (3, "--X--", [Some(Alarm), None, Some(Alarm), Some(Ok)]),
            (2, "0-X-X", [Some(Alarm); 4]),
            (2, "00X0X", [Some(Alarm); 4]),
            (2, "0-X--", [Some(Ok), Some(Ok), Some(Alarm), Some(Ok)]),
            (2, "----0", [Some(Ok), Some(Ok), Some(Alarm), Some(Ok)]),
            (2, "---X-", [Some(Alarm), None, Some(Alarm), Some(Ok)]),
        ];
        let treatments = [
            MissingData::Missing,
            MissingData::Ignore,
            MissingData::Breaching,
            MissingData::NotBreaching,
        ];
        for (m, points, expected) in rows {
            for (treatment, expected) in treatments.into_iter().zip(expected) {
                assert_eq!(
                    state(m, treatment, points),
                    expected,
                    "{points}, M = {m}, {treatment:?}"
                );
            }
        }
    }

    #[test]
    fn few_breaching_datapoints_do_not_alarm_prematurely() {
        for points in ["----X", "---X-"] {
            assert_eq!(state(3, MissingData::Missing, points), None, "{points}");
        }
    }
}
