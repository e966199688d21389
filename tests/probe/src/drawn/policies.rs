//! Scalable targets drawn by chance, with all that can move their capacity.

use serde_json::{Value, json};

use crate::dice::Dice;

pub(super) const PROCESSES: [&str; 3] =
    ["DynamicScalingIn", "DynamicScalingOut", "ScheduledScaling"];

const COOLDOWNS_S: [u32; 5] = [0, 30, 60, 180, 300];

/// What metric math is tried with; `r` is requests, `t` is tasks.
const EXPRESSIONS: [&str; 8] = [
    "r / t",
    "RATE(r) * 3 + r / PERIOD(r) / t ^ 1.01",
    "IF(t > 2, r / t, MAX([r, t]) / 7)",
    "FILL(r, REPEAT) / (1 + ABS(DIFF(t)))",
    "AVG(METRICS()) ^ 0.9",
    "CEIL(r / 60) * 10 - FLOOR(t) / 3",
    "SUM([r, -t, 4.25]) / MIN([t, 5])",
    "IF(r >= 600 || t == 1, FILL(r / t, t), FILL(t / r, 0) * 10000)",
];

const ZONES: [&str; 6] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Etc/UTC",
];

/// Draws what stands under `autoscaling`, and the forecast beside it.
pub(super) struct Policies<'a> {
    pub(super) dice: &'a mut Dice,
    /// The service publishes CPU and memory every 20 s.
    pub(super) fine: bool,
}

impl Policies<'_> {
    pub(super) fn draw(mut self) -> (Value, Value) {
        let min = self.dice.pick(&[0, 1, 1, 2]);
        let max = min + self.dice.pick(&[0, 3, 6, 12]);
        let mut target = json!({"MinCapacity": min, "MaxCapacity": max});
        if self.dice.percent(10) {
            let process = self.dice.pick(&PROCESSES);
            target["SuspendedState"] = json!({format!("{process}Suspended"): true});
        }
        let mut policies = self.tracking();
        let (steps, alarms) = self.steps();
        policies.extend(steps);
        let mut forecast = json!({});
        if self.dice.percent(25) {
            policies.push(self.predictive());
            forecast = json!({"ahead": self.forecast()});
        }
        let autoscaling = json!({
            "ScalableTarget": target, "ScalingPolicies": policies, "Alarms": alarms,
            "ScheduledActions": self.actions(),
        });
        (autoscaling, forecast)
    }

    fn tracking(&mut self) -> Vec<Value> {
        let mut metrics = vec!["cpu", "memory", "requests", "math", "named"];
        if self.fine {
            metrics.extend(["fine cpu", "fine memory"]);
        }
        let count = self.dice.pick(&[0, 1, 1, 1, 2, 3]);
        let policies = (0..count).map(|_| {
            let metric = metrics.remove(self.dice.below(metrics.len() as u32) as usize);
            let mut config =
                json!({"TargetValue": self.dice.pick(&[10.0, 33.3, 50.0, 60.0, 70.0])});
            let mut predefined = |name: &str| {
                config["PredefinedMetricSpecification"] = json!({"PredefinedMetricType": name});
            };
            match metric {
                "cpu" => predefined("ECSServiceAverageCPUUtilization"),
                "memory" => predefined("ECSServiceAverageMemoryUtilization"),
                "fine cpu" => predefined("ECSServiceAverageCPUUtilizationHighResolution"),
                "fine memory" => predefined("ECSServiceAverageMemoryUtilizationHighResolution"),
                "requests" => {
                    config["TargetValue"] = json!(self.dice.between(100, 1500));
                    config["PredefinedMetricSpecification"] = json!({
                        "PredefinedMetricType": "ALBRequestCountPerTarget",
                        "ResourceLabel": "app/lb/1/targetgroup/tg/2",
                    });
                }
                "math" => {
                    config["TargetValue"] = json!(self.dice.between(100, 1500));
                    config["CustomizedMetricSpecification"] = json!({"Metrics": self.math()});
                }
                _ => {
                    config["CustomizedMetricSpecification"] = json!({
                        "Namespace": "AWS/ECS", "MetricName": "CPUUtilization",
                        "Statistic": self.dice.pick(&["Average", "Maximum", "Sum"]),
                    });
                }
            }
            for name in ["ScaleOutCooldown", "ScaleInCooldown"] {
                if self.dice.percent(80) {
                    config[name] = json!(self.dice.pick(&COOLDOWNS_S));
                }
            }
            if self.dice.percent(15) {
                config["DisableScaleIn"] = json!(true);
            }
            json!({"PolicyName": metric, "PolicyType": "TargetTrackingScaling",
                   "TargetTrackingScalingPolicyConfiguration": config})
        });
        policies.collect()
    }

    fn math(&mut self) -> Value {
        let metric = |id: &str, namespace: &str, name: &str, stat: &str| {
            json!({"Id": id, "ReturnData": false, "MetricStat": {"Period": 60, "Stat": stat,
                   "Metric": {"Namespace": namespace, "MetricName": name}}})
        };
        json!([
            metric("r", "AWS/ApplicationELB", "RequestCount", "Sum"),
            metric("t", "ECS/ContainerInsights", "RunningTaskCount", "Average"),
            {"Id": "result", "Expression": self.dice.pick(&EXPRESSIONS)},
        ])
    }

    /// Step policies, and the alarms that call them.
    fn steps(&mut self) -> (Vec<Value>, Vec<Value>) {
        let (mut policies, mut alarms) = (Vec::new(), Vec::new());
        for number in 0..self.dice.pick(&[0, 0, 1, 1, 2]) {
            let up = self.dice.percent(60);
            policies.push(self.step_policy(&format!("steps {number}"), up));
            for alarm in 0..self.dice.pick(&[1, 1, 2]) {
                let mut alarm_json = self.alarm(up);
                alarm_json["AlarmName"] = json!(format!("alarm {number}.{alarm}"));
                alarm_json["AlarmActions"] = json!([format!("steps {number}")]);
                alarms.push(alarm_json);
            }
        }
        (policies, alarms)
    }

    fn step_policy(&mut self, name: &str, up: bool) -> Value {
        let kind = self.dice.pick(&[
            "ChangeInCapacity",
            "PercentChangeInCapacity",
            "PercentChangeInCapacity",
            "ExactCapacity",
        ]);
        let ends = if up {
            [Some(0.0), Some(7.5), Some(20.0), None]
        } else {
            [None, Some(-20.0), Some(-7.5), Some(0.0)]
        };
        let steps: Vec<_> = ends
            .windows(2)
            .map(|ends| {
                let size = match kind {
                    "ExactCapacity" => self.dice.below(9) as i32,
                    "ChangeInCapacity" => self.dice.below(4) as i32,
                    _ => self.dice.pick(&[0, 10, 25, 50, 120]),
                };
                let sign = if up || kind == "ExactCapacity" { 1 } else { -1 };
                let mut step = json!({"ScalingAdjustment": sign * size});
                let names = ["MetricIntervalLowerBound", "MetricIntervalUpperBound"];
                for (name, end) in names.into_iter().zip(ends) {
                    if let Some(end) = end {
                        step[name] = json!(end);
                    }
                }
                step
            })
            .collect();
        let mut config = json!({
            "AdjustmentType": kind,
            "StepAdjustments": steps,
            "Cooldown": self.dice.pick(&COOLDOWNS_S),
            "MetricAggregationType": self.dice.pick(&["Average", "Minimum", "Maximum"]),
        });
        if kind == "PercentChangeInCapacity" && self.dice.percent(40) {
            config["MinAdjustmentMagnitude"] = json!(self.dice.between(1, 3));
        }
        json!({"PolicyName": name, "PolicyType": "StepScaling", "StepScalingPolicyConfiguration": config})
    }

    fn alarm(&mut self, up: bool) -> Value {
        let comparison = self.dice.pick(if up {
            &["GreaterThanThreshold", "GreaterThanOrEqualToThreshold"]
        } else {
            &["LessThanThreshold", "LessThanOrEqualToThreshold"]
        });
        let periods = self.dice.pick(&[1, 1, 2, 3, 5]);
        let mut alarm = json!({
            "ComparisonOperator": comparison,
            "EvaluationPeriods": periods,
            "DatapointsToAlarm": self.dice.between(1, periods),
            "Threshold": self.dice.pick(&[20.0, 45.5, 60.0, 75.0]),
            "TreatMissingData": self.dice.pick(&["missing", "ignore", "breaching", "notBreaching"]),
        });
        let coarse_s = self.dice.pick(&[60, 60, 120, 300]);
        let (namespace, name, statistic, period_s) = match self.dice.below(6) {
            0 => ("AWS/ECS", "MemoryUtilization", "Average", coarse_s),
            1 => {
                alarm["Threshold"] = json!(self.dice.between(50, 1500));
                ("AWS/ApplicationELB", "RequestCountPerTarget", "Sum", coarse_s)
            }
            2 => {
                alarm["Threshold"] = json!(self.dice.between(50, 1500));
                alarm["Metrics"] = self.math();
                return alarm;
            }
            3 => ("AWS/ECS", "CPUUtilization", self.dice.pick(&["Maximum", "Minimum"]), coarse_s),
            4 if self.fine => ("AWS/ECS", "CPUUtilization", "Average", 20),
            _ => ("AWS/ECS", "CPUUtilization", "Average", coarse_s),
        };
        for (field, value) in [
            ("Namespace", json!(namespace)),
            ("MetricName", json!(name)),
            ("Statistic", json!(statistic)),
            ("Period", json!(period_s)),
        ] {
            alarm[field] = value;
        }
        alarm
    }

    fn predictive(&mut self) -> Value {
        let mut config = json!({
            "Mode": self.dice.pick(&["ForecastAndScale", "ForecastAndScale", "ForecastOnly"]),
            "SchedulingBufferTime": self.dice.pick(&[0, 60, 300, 600]),
            "MetricSpecifications": [{
                "TargetValue": 50,
                "PredefinedMetricPairSpecification":
                    {"PredefinedMetricType": "ECSServiceCPUUtilization"},
            }],
        });
        if self.dice.percent(40) {
            config["MaxCapacityBreachBehavior"] = json!("IncreaseMaxCapacity");
            config["MaxCapacityBuffer"] = json!(self.dice.pick(&[0, 15, 100]));
        }
        json!({"PolicyName": "ahead", "PolicyType": "PredictiveScaling",
               "PredictiveScalingPolicyConfiguration": config})
    }

    fn forecast(&mut self) -> Vec<Value> {
        let mut at_s = self.dice.pick(&[0, 0, 300]);
        let points = (0..self.dice.between(1, 4)).map(|_| {
            let point = json!([at_s, self.dice.decimal(12)]);
            at_s += self.dice.pick(&[300, 600, 3600]);
            point
        });
        points.collect()
    }

    fn actions(&mut self) -> Vec<Value> {
        let count = self.dice.pick(&[0, 0, 0, 1, 2]);
        let actions = (0..count).map(|number| {
            let schedule = match self.dice.below(4) {
                0 => format!("rate({} minutes)", self.dice.between(2, 9)),
                1 => format!("cron({}/{} * * * ? *)", self.dice.below(10), self.dice.between(5, 20)),
                2 => format!("cron({} 0-7,18-23 ? * * *)", self.dice.below(60)),
                _ => format!("at(2026-01-05T07:{:02}:00)", self.dice.between(30, 50)),
            };
            let recurs = schedule.starts_with("cron");
            let bounds = match self.dice.below(3) {
                0 => json!({"MinCapacity": self.dice.below(6)}),
                1 => json!({"MaxCapacity": self.dice.between(1, 9)}),
                _ => json!({"MinCapacity": self.dice.below(4), "MaxCapacity": self.dice.between(4, 9)}),
            };
            let mut action = json!({
                "ScheduledActionName": format!("action {number}"), "Schedule": schedule,
                "ScalableTargetAction": bounds,
            });
            if recurs && self.dice.percent(60) {
                action["Timezone"] = json!(self.dice.pick(&ZONES));
            }
            if self.dice.percent(20) {
                action["StartTime"] = json!("2026-01-05T07:33:00Z");
            }
            action
        });
        actions.collect()
    }
}
