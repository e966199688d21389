//! Scaling policies: what each asks for when it is called.

use serde_json::Value;

use super::alarm::{Alarm, State};
use super::metric::{Recording, Signal, aggregate};

pub(super) enum Policy {
    Tracking(Tracking),
    Step(Step),
    Predictive(Predictive),
}

impl Policy {
    pub(super) fn of(json: &Value, forecasts: &Value) -> Self {
        let name = json["PolicyName"].as_str().unwrap_or_default().to_owned();
        let tracking = &json["TargetTrackingScalingPolicyConfiguration"];
        let step = &json["StepScalingPolicyConfiguration"];
        if tracking.is_object() {
            Self::Tracking(Tracking::of(name, tracking))
        } else if step.is_object() {
            Self::Step(Step::of(name, step))
        } else {
            let forecast = &forecasts[&name];
            let predictive = &json["PredictiveScalingPolicyConfiguration"];
            Self::Predictive(Predictive::of(name, predictive, forecast))
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Tracking(policy) => &policy.name,
            Self::Step(policy) => &policy.name,
            Self::Predictive(policy) => &policy.name,
        }
    }
}

pub(super) struct Tracking {
    pub(super) name: String,
    pub(super) target: f64,
    pub(super) out_cooldown_s: u64,
    pub(super) in_cooldown_s: u64,
    pub(super) scales_in: bool,
    config: Value,
}

impl Tracking {
    fn of(name: String, config: &Value) -> Self {
        Self {
            name,
            target: config["TargetValue"].as_f64().unwrap_or_default(),
            out_cooldown_s: config["ScaleOutCooldown"].as_u64().unwrap_or(300),
            in_cooldown_s: config["ScaleInCooldown"].as_u64().unwrap_or(300),
            scales_in: config["DisableScaleIn"] != true,
            config: config.clone(),
        }
    }

    /// The alarms that it makes.
    pub(super) fn alarms(&self) -> Vec<Alarm> {
        let signal = || Signal::of_policy(&self.config);
        let sides = if self.scales_in { &["High", "Low"][..] } else { &["High"] };
        let alarm = |side: &&str| Alarm::tracking(&self.name, side, signal(), self.target);
        sides.iter().map(alarm).collect()
    }

    /// The capacity at which the metric would be at the target, rounded up.
    pub(super) fn capacity(&self, running: i64, metric: f64) -> i64 {
        let exact = running as f64 * metric / self.target;
        (exact * (1.0 - 1e-9)).ceil() as i64
    }

    /// Whether its alarm would have it scale in.
    pub(super) fn agrees(&self, alarms: &[Alarm]) -> bool {
        let name = format!("TargetTracking-{}-AlarmLow", self.name);
        let low = alarms.iter().find(|alarm| alarm.name == name);
        low.is_none_or(|low| low.state == State::Alarm)
    }
}

pub(super) struct Step {
    name: String,
    adjustment_type: String,
    min_adjustment_magnitude: i64,
    pub(super) cooldown_s: u64,
    aggregation: String,
    /// Lower bound, upper bound, adjustment.
    steps: Vec<(f64, f64, i64)>,
}

impl Step {
    fn of(name: String, config: &Value) -> Self {
        let bound = |step: &Value, name: &str, open| step[name].as_f64().unwrap_or(open);
        let steps = config["StepAdjustments"].as_array().into_iter().flatten().map(|step| {
            (
                bound(step, "MetricIntervalLowerBound", f64::NEG_INFINITY),
                bound(step, "MetricIntervalUpperBound", f64::INFINITY),
                step["ScalingAdjustment"].as_i64().unwrap_or_default(),
            )
        });
        Self {
            name,
            adjustment_type: config["AdjustmentType"].as_str().unwrap_or_default().to_owned(),
            min_adjustment_magnitude: config["MinAdjustmentMagnitude"].as_i64().unwrap_or(0),
            cooldown_s: config["Cooldown"].as_u64().unwrap_or(300),
            aggregation: config["MetricAggregationType"].as_str().unwrap_or("Average").to_owned(),
            steps: steps.collect(),
        }
    }

    pub(super) fn is_exact(&self) -> bool {
        self.adjustment_type == "ExactCapacity"
    }

    /// The metric that it sees when `alarm` calls it.
    pub(super) fn metric(&self, alarm: &Alarm, recording: &Recording, t: u64) -> Option<f64> {
        aggregate(&alarm.counted(recording, t), &self.aggregation)
    }

    /// The capacity that it asks for; `None` if no step has such a breach.
    pub(super) fn capacity(&self, alarm: &Alarm, metric: f64, running: i64) -> Option<i64> {
        let breach = metric - alarm.threshold;
        let above = breach > 0.0 || (breach == 0.0 && alarm.comparison.starts_with("Greater"));
        let covers = |&&(lower, upper, _): &&(f64, f64, i64)| {
            if above {
                lower <= breach && breach < upper
            } else {
                lower < breach && breach <= upper
            }
        };
        let (_, _, adjustment) = *self.steps.iter().find(covers)?;
        let capacity = match self.adjustment_type.as_str() {
            "ExactCapacity" => adjustment,
            "ChangeInCapacity" => running + adjustment,
            _ => running + self.percent(running, adjustment),
        };
        Some(capacity.max(0))
    }

    /// Tasks to add for a percentage: towards zero, but one at least.
    fn percent(&self, running: i64, percent: i64) -> i64 {
        let share = (running * percent).abs();
        let tasks = if share == 0 { 0 } else { (share / 100).max(1) };
        let tasks = if percent == 0 { 0 } else { tasks.max(self.min_adjustment_magnitude) };
        tasks * percent.signum()
    }
}

pub(super) struct Predictive {
    pub(super) name: String,
    pub(super) scales: bool,
    pub(super) buffer_s: i64,
    /// MaxCapacityBuffer [%], if the maximum may be raised.
    pub(super) raises_max_by: Option<i64>,
    /// Begin of each forecast [s], and its capacity.
    pub(super) forecast: Vec<(i64, i64)>,
}

impl Predictive {
    fn of(name: String, config: &Value, forecast: &Value) -> Self {
        let points = forecast.as_array().into_iter().flatten();
        Self {
            name,
            scales: config["Mode"] == "ForecastAndScale",
            buffer_s: config["SchedulingBufferTime"].as_i64().unwrap_or(300),
            raises_max_by: config["MaxCapacityBuffer"].as_i64(),
            forecast: points
                .map(|point| {
                    (point[0].as_i64().unwrap_or_default(), point[1].as_i64().unwrap_or_default())
                })
                .collect(),
        }
    }

    /// The forecast that acts at `t`: in the first instant the one that is in
    /// force already.
    pub(super) fn acting(&self, t: u64) -> Option<i64> {
        let acts_s = |&(begin, _): &(i64, i64)| (begin - self.buffer_s).max(0);
        let mut forecasts = self.forecast.iter().filter(|_| self.scales);
        let acting = forecasts.rfind(|forecast| acts_s(forecast) == t as i64);
        acting.map(|&(_, capacity)| capacity)
    }

    /// The capacity below which nothing scales in at `t`: from when a forecast
    /// acts until the next one does, or until its hour is over.
    pub(super) fn holds(&self, t: u64) -> i64 {
        let acted = |&&(begin, _): &&(i64, i64)| begin - self.buffer_s <= t as i64;
        match self.forecast.iter().filter(|_| self.scales).rfind(acted) {
            Some(&(begin, capacity)) if (t as i64) < begin + 3600 => capacity,
            _ => 0,
        }
    }
}
