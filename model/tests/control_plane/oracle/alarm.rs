//! CloudWatch alarms: a state from nothing but datapoints and the last state.

use serde_json::Value;

use super::metric::{Recording, Signal};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    Alarm,
    InsufficientData,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Alarm => "ALARM",
            Self::InsufficientData => "INSUFFICIENT_DATA",
        }
    }
}

pub(super) struct Alarm {
    pub(super) name: String,
    pub(super) signal: Signal,
    pub(super) threshold: f64,
    /// ComparisonOperator.
    pub(super) comparison: String,
    /// EvaluationPeriods: N.
    n: usize,
    /// DatapointsToAlarm: M.
    m: usize,
    /// TreatMissingData.
    missing: String,
    /// Names of the policies that it calls.
    calls: Vec<String>,
    pub(super) state: State,
    pub(super) last_call_s: Option<u64>,
}

impl Alarm {
    /// An alarm that target tracking makes for a policy.
    pub(super) fn tracking(policy: &str, side: &str, signal: Signal, target: f64) -> Self {
        let (comparison, threshold, n) = match (side, signal.step_s()) {
            ("High", _) => ("GreaterThanThreshold", target, 3),
            (_, 20) => ("LessThanThreshold", 0.9 * target, 30),
            _ => ("LessThanThreshold", 0.9 * target, 15),
        };
        Self {
            name: format!("TargetTracking-{policy}-Alarm{side}"),
            signal,
            threshold,
            comparison: comparison.to_owned(),
            n,
            m: n,
            missing: "missing".to_owned(),
            calls: vec![policy.to_owned()],
            state: State::InsufficientData,
            last_call_s: None,
        }
    }

    /// An alarm of one's own, from PutMetricAlarm's JSON.
    pub(super) fn own(json: &Value) -> Self {
        let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
        let count = |name: &str| json[name].as_u64().map(|count| count as usize);
        let n = count("EvaluationPeriods").unwrap_or(1);
        let actions = json["AlarmActions"].as_array().into_iter().flatten();
        Self {
            name: text("AlarmName"),
            signal: Signal::of_alarm(json),
            threshold: json["Threshold"].as_f64().unwrap_or_default(),
            comparison: text("ComparisonOperator"),
            n,
            m: count("DatapointsToAlarm").unwrap_or(n),
            missing: json["TreatMissingData"].as_str().unwrap_or("missing").to_owned(),
            calls: actions.filter_map(Value::as_str).map(str::to_owned).collect(),
            state: State::InsufficientData,
            last_call_s: None,
        }
    }

    pub(super) fn calls(&self, policy: &str) -> bool {
        self.calls.iter().any(|called| called == policy)
    }

    /// Alarms with a period of less than a minute are evaluated every 10 s.
    pub(super) fn is_due(&self, t: u64) -> bool {
        t.is_multiple_of(if self.signal.period_s < 60 { 10 } else { 60 })
    }

    /// Datapoints of the evaluation range, newest first: two more than N.
    fn range(&self, recording: &Recording, t: u64) -> Vec<Option<f64>> {
        let newest = (t - t % self.signal.step_s()) as i64;
        (0..self.n as i64 + 2)
            .map(|age| self.signal.value(recording, newest - age * self.signal.period_s as i64))
            .collect()
    }

    /// The datapoints that count: the newest N that are there, newest first.
    pub(super) fn counted(&self, recording: &Recording, t: u64) -> Vec<f64> {
        self.range(recording, t).into_iter().flatten().take(self.n).collect()
    }

    /// The datapoint of the newest period, if there is one.
    pub(super) fn newest(&self, recording: &Recording, t: u64) -> Option<f64> {
        self.range(recording, t)[0]
    }

    fn breaches(&self, value: f64) -> bool {
        match self.comparison.as_str() {
            "GreaterThanThreshold" => value > self.threshold,
            "GreaterThanOrEqualToThreshold" => value >= self.threshold,
            "LessThanThreshold" => value < self.threshold,
            _ => value <= self.threshold,
        }
    }

    /// The state at `t` (CloudWatch user guide, "Configuring how alarms treat
    /// missing data"). The newest N datapoints count that are there. If there
    /// are fewer, what is missing is filled. With `missing` and `ignore`, and
    /// nothing there but breaching datapoints, the oldest decides.
    pub(super) fn state_at(&self, recording: &Recording, t: u64) -> State {
        let counted = self.counted(recording, t);
        let breaching = counted.iter().filter(|value| self.breaches(**value)).count();
        let filled = self.n - counted.len();
        let alarm_if = |alarm| if alarm { State::Alarm } else { State::Ok };
        if breaching >= self.m || filled == 0 {
            return alarm_if(breaching >= self.m);
        }
        let only_breaching = breaching == counted.len();
        match self.missing.as_str() {
            "breaching" => alarm_if(breaching + filled >= self.m),
            "notBreaching" => State::Ok,
            _ if !only_breaching => State::Ok,
            "missing" if counted.is_empty() => State::InsufficientData,
            "missing" => {
                let range = self.range(recording, t);
                let oldest = range.iter().rposition(Option::is_some);
                let alarm = oldest.is_some_and(|age| age + 1 >= self.m);
                if alarm { State::Alarm } else { self.state }
            }
            _ => self.state,
        }
    }
}
