//! Random configurations and recorded metrics. A number stands for one case,
//! the same on every machine.

use std::collections::BTreeMap;
use std::fmt;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg32;
use serde_json::{Value, json};

use super::oracle::{Column, Recording};

/// A scenario and the metrics that it is replayed on.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) scenario: Value,
    pub(crate) recording: Recording,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.scenario)?;
        for (name, column) in &self.recording {
            write!(f, "{name}, every {} s:", column.step_s)?;
            for value in &column.values {
                match value {
                    Some(value) => write!(f, " {value}")?,
                    None => write!(f, " -")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

struct Dice(Pcg32);

impl Dice {
    /// From 0 to `below − 1`.
    fn below(&mut self, below: u32) -> u32 {
        self.0.next_u32() % below
    }

    fn between(&mut self, first: u32, last: u32) -> u32 {
        first + self.below(last - first + 1)
    }

    fn percent(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len() as u32) as usize]
    }
}

/// The case with this number.
pub(crate) fn draw(number: u64) -> Case {
    let mut maker = Maker {
        dice: Dice(Pcg32::seed_from_u64(number)),
        minutes: 0,
        fine: false,
        references: BTreeMap::new(),
    };
    maker.minutes = maker.dice.pick(&[20, 40, 60, 90]);
    maker.fine = maker.dice.percent(25);
    let scenario = maker.scenario();
    let recording = maker.recording();
    Case { scenario, recording }
}

const CPU: &str = "ECSServiceAverageCPUUtilization";
const FINE_CPU: &str = "ECSServiceAverageCPUUtilizationHighResolution";
const MEMORY: &str = "ECSServiceAverageMemoryUtilization";
const REQUESTS: &str = "ALBRequestCountPerTarget";
/// A customized metric.
const JOBS: &str = "Jobs";
/// Metric math: `m1 / m2`.
const RATIO: &str = "ratio";

struct Maker {
    dice: Dice,
    minutes: u32,
    /// The service publishes CPU every 20 s too.
    fine: bool,
    /// Targets and thresholds of each metric that is looked at: its datapoints
    /// lie about them.
    references: BTreeMap<&'static str, Vec<f64>>,
}

impl Maker {
    fn scenario(&mut self) -> Value {
        let min = self.dice.pick(&[0, 0, 1, 2, 4]);
        let max = min + self.dice.pick(&[0, 4, 10, 30, 100, 300]);
        let desired = if self.dice.percent(80) {
            self.dice.between(min, max.min(20))
        } else {
            self.dice.below(30)
        };
        let provision = self.dice.pick(&[0, 0, 0, 0, 10, 45, 60, 90, 120, 200, 700]);
        let mut policies = self.tracking_policies();
        let (steps, alarms) = self.step_policies();
        policies.extend(steps);
        let mut forecast = json!({});
        if self.dice.percent(20) {
            let (policy, points) = self.predictive_policy();
            forecast[policy["PolicyName"].as_str().unwrap_or_default()] = points;
            policies.push(policy);
        }
        let mut scenario = json!({
            "start": "2026-01-05T00:00:00Z",
            "traffic": {"shape": "steady", "rps": 0},
            "service": {"desired_count": desired, "startup": {"provision_s": provision}},
            "metrics": {"resolution_s": if self.fine { 20 } else { 60 }},
            "autoscaling": {
                "ScalableTarget": {"MinCapacity": min, "MaxCapacity": max},
                "ScalingPolicies": policies, "Alarms": alarms,
                "ScheduledActions": self.scheduled_actions(),
            },
            "forecast": forecast,
            "events": self.events(),
        });
        if self.dice.percent(15) {
            let process = self.dice.pick(&PROCESSES);
            scenario["autoscaling"]["ScalableTarget"]["SuspendedState"] =
                json!({format!("{process}Suspended"): true});
        }
        scenario
    }

    fn refer(&mut self, metric: &'static str, value: f64) {
        self.references.entry(metric).or_default().push(value);
    }

    fn tracking_policies(&mut self) -> Vec<Value> {
        let cpu = if self.fine && self.dice.percent(70) { FINE_CPU } else { CPU };
        let mut metrics = vec![cpu, MEMORY, REQUESTS, JOBS, RATIO];
        let count = self.dice.pick(&[0, 1, 1, 1, 2, 2, 3]);
        let mut policies = Vec::new();
        for _ in 0..count {
            let index = self.dice.below(metrics.len() as u32) as usize;
            let metric = metrics.remove(index);
            let target = self.dice.pick(&[12.5, 50.0, 60.0, 70.0, 100.0]);
            self.refer(metric, target);
            let mut config = json!({"TargetValue": target});
            match metric {
                JOBS => {
                    config["CustomizedMetricSpecification"] = json!({
                        "Namespace": "Own", "MetricName": JOBS, "Statistic": "Average",
                    });
                }
                RATIO => config["CustomizedMetricSpecification"] = json!({"Metrics": ratio()}),
                REQUESTS => {
                    config["PredefinedMetricSpecification"] = json!({
                        "PredefinedMetricType": metric,
                        "ResourceLabel": "app/lb/1/targetgroup/tg/2",
                    });
                }
                _ => {
                    config["PredefinedMetricSpecification"] =
                        json!({"PredefinedMetricType": metric});
                }
            }
            for name in ["ScaleOutCooldown", "ScaleInCooldown"] {
                if self.dice.percent(80) {
                    config[name] = json!(self.dice.pick(&COOLDOWNS_S));
                }
            }
            if self.dice.percent(20) {
                config["DisableScaleIn"] = json!(true);
            }
            policies.push(json!({
                "PolicyName": format!("track-{metric}"), "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": config,
            }));
        }
        policies
    }

    /// Step policies, and the alarms that call them.
    fn step_policies(&mut self) -> (Vec<Value>, Vec<Value>) {
        let (mut policies, mut alarms) = (Vec::new(), Vec::new());
        for number in 0..self.dice.pick(&[0, 0, 1, 1, 2]) {
            let name = format!("steps-{number}");
            let side = self.dice.pick(&["up", "up", "down", "both"]);
            policies.push(self.step_policy(&name, side));
            for alarm in 0..self.dice.pick(&[1, 1, 2]) {
                let mut alarm = self.alarm(&format!("{name}-alarm-{alarm}"), side);
                let mut actions = vec![name.clone()];
                if number == 1 && self.dice.percent(20) {
                    actions.push("steps-0".to_owned());
                }
                alarm["AlarmActions"] = json!(actions);
                alarms.push(alarm);
            }
        }
        (policies, alarms)
    }

    fn step_policy(&mut self, name: &str, side: &str) -> Value {
        let kind = self.dice.pick(&[
            "ChangeInCapacity",
            "PercentChangeInCapacity",
            "PercentChangeInCapacity",
            "ExactCapacity",
        ]);
        let bounds: &[Option<f64>] = match side {
            "up" => &[Some(0.0), Some(10.0), Some(20.0), None],
            "down" => &[None, Some(-20.0), Some(-10.0), Some(0.0)],
            _ => &[None, Some(-10.0), Some(0.0), Some(10.0), None],
        };
        let mut steps = Vec::new();
        for ends in bounds.windows(2) {
            let falls = ends[0].is_none_or(|lower| lower < 0.0);
            let size = match kind {
                "ExactCapacity" => i64::from(self.dice.below(15)),
                "ChangeInCapacity" => i64::from(self.dice.below(5)),
                _ => self.dice.pick(&[0, 1, 10, 25, 33, 50, 100, 200]),
            };
            // Now and then a step against the grain.
            let sign =
                if falls != self.dice.percent(10) && kind != "ExactCapacity" { -1 } else { 1 };
            let mut step = json!({"ScalingAdjustment": sign * size});
            for (name, end) in
                ["MetricIntervalLowerBound", "MetricIntervalUpperBound"].iter().zip(ends)
            {
                if let Some(end) = end {
                    step[name] = json!(end);
                }
            }
            steps.push(step);
        }
        let mut config = json!({"AdjustmentType": kind, "StepAdjustments": steps});
        if kind == "PercentChangeInCapacity" && self.dice.percent(40) {
            config["MinAdjustmentMagnitude"] = json!(self.dice.between(1, 4));
        }
        if self.dice.percent(80) {
            config["Cooldown"] = json!(self.dice.pick(&COOLDOWNS_S));
        }
        if self.dice.percent(70) {
            config["MetricAggregationType"] =
                json!(self.dice.pick(&["Average", "Minimum", "Maximum"]));
        }
        json!({
            "PolicyName": name, "PolicyType": "StepScaling",
            "StepScalingPolicyConfiguration": config,
        })
    }

    fn alarm(&mut self, name: &str, side: &str) -> Value {
        let metric =
            self.dice.pick(&[CPU, if self.fine { FINE_CPU } else { CPU }, JOBS, RATIO, REQUESTS]);
        let threshold = self.dice.pick(&[20.0, 40.0, 50.0, 60.0, 75.0]);
        self.refer(metric, threshold);
        let bound = self.dice.pick(&[-20.0, -10.0, 0.0, 10.0, 20.0]);
        self.refer(metric, threshold + bound);
        let above = match side {
            "up" => self.dice.percent(90),
            "down" => self.dice.percent(10),
            _ => self.dice.percent(50),
        };
        let comparison = self.dice.pick(if above {
            &["GreaterThanThreshold", "GreaterThanOrEqualToThreshold"]
        } else {
            &["LessThanThreshold", "LessThanOrEqualToThreshold"]
        });
        let n = self.dice.pick(&[1, 1, 2, 3, 5]);
        let mut alarm = json!({
            "AlarmName": name, "Threshold": threshold, "ComparisonOperator": comparison,
            "EvaluationPeriods": n,
        });
        if self.dice.percent(60) {
            alarm["DatapointsToAlarm"] = json!(self.dice.between(1, n));
        }
        if self.dice.percent(75) {
            alarm["TreatMissingData"] =
                json!(self.dice.pick(&["missing", "ignore", "breaching", "notBreaching"]));
        }
        let (namespace, metric_name, statistic, period) = match metric {
            CPU => ("AWS/ECS", "CPUUtilization", "Average", None),
            FINE_CPU => ("AWS/ECS", "CPUUtilization", "Average", Some(20)),
            REQUESTS => ("AWS/ApplicationELB", "RequestCountPerTarget", "Sum", None),
            RATIO => {
                alarm["Metrics"] = ratio();
                return alarm;
            }
            _ => ("Own", JOBS, self.dice.pick(&["Average", "Sum", "Minimum", "Maximum"]), None),
        };
        alarm["Namespace"] = json!(namespace);
        alarm["MetricName"] = json!(metric_name);
        alarm["Statistic"] = json!(statistic);
        alarm["Period"] = json!(period.unwrap_or_else(|| self.dice.pick(&[60, 60, 60, 120, 300])));
        alarm
    }

    /// A predictive policy and its forecast.
    fn predictive_policy(&mut self) -> (Value, Value) {
        let mut config = json!({
            "MetricSpecifications": [{
                "TargetValue": 50.0,
                "PredefinedMetricPairSpecification":
                    {"PredefinedMetricType": "ECSServiceCPUUtilization"},
            }],
        });
        if self.dice.percent(90) {
            config["Mode"] = json!("ForecastAndScale");
        }
        if self.dice.percent(70) {
            config["SchedulingBufferTime"] = json!(self.dice.pick(&[0, 60, 90, 600]));
        }
        if self.dice.percent(40) {
            config["MaxCapacityBreachBehavior"] = json!("IncreaseMaxCapacity");
            config["MaxCapacityBuffer"] = json!(self.dice.pick(&[0, 10, 15, 100]));
        }
        let mut at = if self.dice.percent(25) { 0 } else { self.dice.below(30) * 60 };
        let mut points = Vec::new();
        for _ in 0..self.dice.between(1, 3) {
            points.push(json!([at, self.dice.below(30)]));
            at += self.dice.pick(&[10, 60, 90]) * 60;
        }
        let policy = json!({
            "PolicyName": "ahead", "PolicyType": "PredictiveScaling",
            "PredictiveScalingPolicyConfiguration": config,
        });
        (policy, json!(points))
    }

    fn scheduled_actions(&mut self) -> Vec<Value> {
        let count = self.dice.pick(&[0, 0, 0, 1, 2, 3]);
        let mut actions = Vec::new();
        for number in 0..count {
            let minute = self.dice.below(self.minutes);
            let (min, max) = (self.dice.below(8), self.dice.between(8, 25));
            let bounds = match self.dice.below(4) {
                0 => json!({"MinCapacity": self.dice.below(12)}),
                1 => json!({"MaxCapacity": self.dice.below(12)}),
                _ => json!({"MinCapacity": min, "MaxCapacity": max}),
            };
            actions.push(json!({
                "ScheduledActionName": format!("action-{number}"),
                "Schedule": format!("at(2026-01-05T{:02}:{:02}:00)", minute / 60, minute % 60),
                "ScalableTargetAction": bounds,
            }));
        }
        actions
    }

    fn events(&mut self) -> Vec<Value> {
        let count = self.dice.pick(&[0, 0, 1, 2, 4]);
        let mut events = Vec::new();
        for _ in 0..count {
            let at = self.dice.below(self.minutes) * 60 + self.dice.pick(&[0, 5, 30]);
            let mut event = match self.dice.below(4) {
                0 => json!({"kind": "set_desired", "desired_count": self.dice.below(20)}),
                1 => json!({
                    "kind": "register_scalable_target",
                    "MinCapacity": self.dice.below(6), "MaxCapacity": self.dice.between(6, 20),
                }),
                kind => json!({
                    "kind": if kind == 2 { "suspend" } else { "resume" },
                    "process": self.dice.pick(&PROCESSES),
                }),
            };
            event["at_s"] = json!(at);
            events.push(event);
        }
        events
    }

    /// Datapoints of everything that is looked at.
    fn recording(&mut self) -> Recording {
        let mut recording = Recording::new();
        for (metric, references) in std::mem::take(&mut self.references) {
            let step_s = if metric == FINE_CPU { 20 } else { 60 };
            let count = self.minutes * 60 / step_s;
            let values = self.series(&references, count as usize);
            let step_s = u64::from(step_s);
            if metric == RATIO {
                let divisor = self.dice.pick(&[1.0, 2.0, 3.0, 5.0]);
                let divisors: Vec<_> = (0..count)
                    .map(|_| match self.dice.below(20) {
                        0 => None,
                        1 => Some(0.0),
                        _ => Some(divisor),
                    })
                    .collect();
                let values = values.into_iter().map(|value| Some(value? * divisor)).collect();
                recording.insert("m1".to_owned(), Column { step_s, values });
                recording.insert("m2".to_owned(), Column { step_s, values: divisors });
            } else {
                recording.insert(metric.to_owned(), Column { step_s, values });
            }
        }
        if recording.is_empty() {
            let values = vec![None; self.minutes as usize];
            recording.insert(CPU.to_owned(), Column { step_s: 60, values });
        }
        recording
    }

    /// Stretches about the references, at them exactly now and then; with
    /// missing datapoints.
    fn series(&mut self, references: &[f64], count: usize) -> Vec<Option<f64>> {
        let mut values = Vec::new();
        while values.len() < count {
            let reference = self.dice.pick(references);
            let level = match self.dice.below(4) {
                0 => reference,
                1 => 0.9 * reference,
                2 => reference * self.dice.pick(&[0.0, 0.3, 0.5, 0.7, 0.75, 0.85]),
                _ => reference * self.dice.pick(&[1.05, 1.1, 1.1, 1.25, 1.5, 3.0]),
            };
            let jitter = self.dice.percent(40);
            let missing = self.dice.pick(&[0, 0, 0, 10, 50, 100]);
            let longest = match () {
                () if missing == 100 => 12,
                () if level < reference => 40,
                () => 12,
            };
            for _ in 0..self.dice.between(1, longest) {
                let off = if jitter { self.dice.pick(&[-5.0, -0.25, 0.0, 0.25, 5.0]) } else { 0.0 };
                // Quarters add up without rounding.
                let value = ((level + off).max(0.0) * 4.0).round() / 4.0;
                values.push((!self.dice.percent(missing)).then_some(value));
            }
        }
        values.truncate(count);
        values
    }
}

const PROCESSES: [&str; 3] = ["DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling"];
const COOLDOWNS_S: [u32; 6] = [0, 0, 60, 90, 120, 600];

fn ratio() -> Value {
    let metric = |id: &str, name: &str, stat: &str| {
        json!({
            "Id": id, "ReturnData": false,
            "MetricStat": {"Metric": {"Namespace": "Own", "MetricName": name}, "Stat": stat, "Period": 60},
        })
    };
    json!([
        metric("m1", "Messages", "Sum"),
        metric("m2", "Workers", "Average"),
        {"Id": "backlog", "Expression": "m1 / m2"},
    ])
}
