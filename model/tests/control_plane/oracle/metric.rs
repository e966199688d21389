//! Recorded metrics, and what is read from them.

use std::collections::BTreeMap;

use serde_json::Value;

/// Recorded metrics, by the name of their column.
pub(crate) type Recording = BTreeMap<String, Column>;

/// Datapoints of periods that end at 1, 2, … steps.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) step_s: u64,
    pub(crate) values: Vec<Option<f64>>,
}

impl Column {
    /// How many whole minutes it lasts.
    pub(crate) fn minutes(&self) -> usize {
        self.values.len() * self.step_s as usize / 60
    }
}

/// A metric with its statistic.
struct Read {
    column: String,
    statistic: String,
}

/// What an alarm looks at: a metric, or the first of two divided by the second.
pub(super) struct Signal {
    reads: Vec<Read>,
    pub(super) period_s: u64,
}

impl Signal {
    /// What a target tracking policy tracks.
    pub(super) fn of_policy(config: &Value) -> Self {
        let predefined = &config["PredefinedMetricSpecification"]["PredefinedMetricType"];
        let customized = &config["CustomizedMetricSpecification"];
        match predefined.as_str() {
            Some(name) => {
                let period_s = if name.ends_with("HighResolution") { 20 } else { 60 };
                Self { reads: vec![Read::new(name, "Average")], period_s }
            }
            None => Self::of(customized, 60),
        }
    }

    /// What an alarm of one's own watches.
    pub(super) fn of_alarm(alarm: &Value) -> Self {
        Self::of(alarm, alarm["Period"].as_u64().unwrap_or(60))
    }

    fn of(json: &Value, period_s: u64) -> Self {
        let Some(queries) = json["Metrics"].as_array() else {
            let name = json["MetricName"].as_str().unwrap_or_default();
            let column = match (json["Namespace"].as_str(), name, period_s < 60) {
                (Some("AWS/ECS"), "CPUUtilization", false) => "ECSServiceAverageCPUUtilization",
                (Some("AWS/ECS"), "CPUUtilization", true) => {
                    "ECSServiceAverageCPUUtilizationHighResolution"
                }
                (Some("AWS/ECS"), "MemoryUtilization", _) => "ECSServiceAverageMemoryUtilization",
                (Some("AWS/ApplicationELB"), "RequestCountPerTarget", _) => {
                    "ALBRequestCountPerTarget"
                }
                _ => name,
            };
            let statistic = json["Statistic"].as_str().unwrap_or("Average");
            return Self { reads: vec![Read::new(column, statistic)], period_s };
        };
        // The oracle knows one expression: the first metric over the second.
        let metrics = queries.iter().filter(|query| query["Expression"].is_null());
        let reads = metrics.map(|query| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            Read { column: text(&query["Id"]), statistic: text(&query["MetricStat"]["Stat"]) }
        });
        Self { reads: reads.collect(), period_s }
    }

    /// How often there is a datapoint: what is read every 20 s has one then.
    pub(super) fn step_s(&self) -> u64 {
        self.period_s.min(60)
    }

    /// The datapoint of the period that ends at `end`.
    pub(super) fn value(&self, recording: &Recording, end: i64) -> Option<f64> {
        let values: Option<Vec<f64>> =
            self.reads.iter().map(|read| read.value(recording, end, self.period_s)).collect();
        match values?[..] {
            [value] => Some(value),
            [numerator, denominator] if denominator != 0.0 => Some(numerator / denominator),
            _ => None,
        }
    }
}

impl Read {
    fn new(column: &str, statistic: &str) -> Self {
        Self { column: column.to_owned(), statistic: statistic.to_owned() }
    }

    /// One datapoint of all that are there within a period.
    fn value(&self, recording: &Recording, end: i64, period_s: u64) -> Option<f64> {
        let column = recording.get(&self.column)?;
        let at = |t: i64| -> Option<f64> {
            let index = usize::try_from(t / column.step_s as i64).ok()?.checked_sub(1)?;
            *column.values.get(index)?
        };
        let step_s = column.step_s as i64;
        let ends = (0..period_s as i64 / step_s).rev().map(|age| end - age * step_s);
        aggregate(&ends.filter_map(at).collect::<Vec<_>>(), &self.statistic)
    }
}

/// One value of several.
pub(super) fn aggregate(values: &[f64], how: &str) -> Option<f64> {
    let sum = values.iter().sum::<f64>();
    match how {
        "Minimum" => values.iter().copied().reduce(f64::min),
        "Maximum" => values.iter().copied().reduce(f64::max),
        _ if values.is_empty() => None,
        "Sum" => Some(sum),
        _ => Some(sum / values.len() as f64),
    }
}
