//! Alarms (PutMetricAlarm), and the metric queries that policies have too.

use super::resource::{Judge, Spot};
use crate::node::{Fields, Node, Value};

/// A day: the longest window of an alarm with a period below an hour [s].
const DAY_S: f64 = 86_400.0;
/// Seven days, with longer periods [s].
const WEEK_S: f64 = 604_800.0;

pub(super) fn check(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    let has = |name| fields.get(name).is_some();
    if has("Metrics") {
        for name in [
            "MetricName",
            "Namespace",
            "Dimensions",
            "Period",
            "Statistic",
            "ExtendedStatistic",
            "Unit",
        ] {
            if has(name) {
                judge.invalid(&spot.field(fields, name), format!("{name} does not go with Metrics; a metric of its own stands in a MetricStat"));
            }
        }
        if let Some(Value::List(list)) = fields.get("Metrics").map(|node| &node.value) {
            let here = spot.field(fields, "Metrics");
            queries(judge, list, &here);
            metric_periods(judge, fields, list, &here);
        }
    } else {
        single(judge, fields, spot);
    }
    threshold(judge, fields, spot);
    let number = |name| fields.get(name).and_then(Node::as_f64);
    if let (Some(m), Some(n)) = (number("DatapointsToAlarm"), number("EvaluationPeriods"))
        && m > n
    {
        judge.invalid(
            &spot.field(fields, "DatapointsToAlarm"),
            format!("DatapointsToAlarm {m} must not be more than EvaluationPeriods {n}"),
        );
    }
}

/// An alarm on one metric.
fn single(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    let has = |name| fields.get(name).is_some();
    for name in ["MetricName", "Namespace", "Period"] {
        if !has(name) {
            judge.invalid(
                &spot.field(fields, name),
                format!("{name} is required for an alarm on a metric"),
            );
        }
    }
    if has("Statistic") == has("ExtendedStatistic") {
        judge.invalid(
            &spot.field(fields, "Statistic"),
            "give either Statistic or ExtendedStatistic",
        );
    }
    if let Some(statistic) = fields.str("ExtendedStatistic")
        && !is_extended(statistic)
    {
        judge.invalid(&spot.field(fields, "ExtendedStatistic"), format!("\"{statistic}\" is not a statistic; write a percentile such as p90, or tm90, tc90, ts90, wm90, IQM, PR(1:2)"));
    }
    if let Some(period) = fields.get("Period").and_then(Node::as_f64) {
        let periods = fields.get("EvaluationPeriods").and_then(Node::as_f64);
        window(judge, period, periods, &spot.field(fields, "Period"));
    }
}

fn is_extended(statistic: &str) -> bool {
    let lower = statistic.to_ascii_lowercase();
    let percentile = |prefix: &str| {
        lower
            .strip_prefix(prefix)
            .and_then(|number| number.parse::<f64>().ok())
            .is_some_and(|p| (0.0..=100.0).contains(&p))
    };
    ["p", "tm", "tc", "ts", "wm"].iter().any(|prefix| percentile(prefix))
        || lower == "iqm"
        || ["pr(", "tm(", "tc(", "ts(", "wm("].iter().any(|prefix| lower.starts_with(prefix))
            && lower.ends_with(')')
}

/// Periods are 10, 20, 30 or a multiple of 60 s, and the evaluated window has an
/// end (CloudWatch API reference, PutMetricAlarm).
fn window(judge: &mut Judge<'_>, period: f64, periods: Option<f64>, spot: &Spot) {
    if period >= 1.0 && ![10.0, 20.0, 30.0].contains(&period) && period % 60.0 != 0.0 {
        judge.invalid(spot, format!("Period {period} must be 10, 20, 30 or a multiple of 60"));
        return;
    }
    let (limit, what) = if period < 3600.0 {
        (DAY_S, "one day for periods below an hour")
    } else {
        (WEEK_S, "seven days")
    };
    if let Some(periods) = periods
        && period * periods > limit
    {
        judge.invalid(spot, format!("Metrics cannot be checked across more than {what}: EvaluationPeriods {periods} x Period {period} s is more than {limit} s"));
    }
}

fn threshold(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    let has = |name| fields.get(name).is_some();
    let band = match fields.str("ComparisonOperator") {
        Some(
            "LessThanLowerOrGreaterThanUpperThreshold"
            | "LessThanLowerThreshold"
            | "GreaterThanUpperThreshold",
        ) => true,
        Some(_) => false,
        None => return,
    };
    match (band, has("Threshold"), has("ThresholdMetricId")) {
        (true, _, false) => judge.invalid(
            &spot.field(fields, "ThresholdMetricId"),
            "ThresholdMetricId is required with a ComparisonOperator of an anomaly band",
        ),
        (false, false, _) => {
            judge.invalid(&spot.field(fields, "Threshold"), "Threshold is required: a number");
        }
        (_, true, true) => judge.invalid(
            &spot.field(fields, "ThresholdMetricId"),
            "give either Threshold or ThresholdMetricId",
        ),
        _ => {}
    }
}

/// Queries of metric math (CloudWatch user guide, "Using metric math"; the same
/// in Application Auto Scaling's customized metrics).
pub(super) fn queries(judge: &mut Judge<'_>, queries: &[Node], spot: &Spot) {
    if queries.is_empty() {
        judge.invalid(spot, "there must be at least one metric query");
    }
    let mut ids = std::collections::BTreeSet::new();
    let (mut returned, mut open) = (0_usize, false);
    for (i, node) in queries.iter().enumerate() {
        let here = spot.element(i, node);
        let Some(query) = node.as_map() else {
            open = true;
            continue;
        };
        if query.get("Expression").is_some() == query.get("MetricStat").is_some() {
            judge.invalid(&here, "a metric query has either Expression or MetricStat");
        }
        match query.get("ReturnData").map(|node| &node.value) {
            Some(Value::Bool(false)) => {}
            None | Some(Value::Bool(true)) => returned += 1,
            Some(_) => open = true,
        }
        let Some(id) = query.str("Id") else { continue };
        let right = id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !right {
            judge.invalid(&here.field(query, "Id"), format!("Id \"{id}\" must begin with a lowercase letter and hold only letters, digits and _"));
        }
        if !ids.insert(id.to_owned()) {
            judge.invalid(
                &here.field(query, "Id"),
                format!("Id \"{id}\" stands twice; each query has its own"),
            );
        }
    }
    if returned != 1 && !open && !queries.is_empty() {
        judge.invalid(spot, format!("exactly one metric query must return data, found {returned}; set ReturnData to false in the others"));
    }
}

fn metric_periods(judge: &mut Judge<'_>, fields: &Fields, queries: &[Node], spot: &Spot) {
    let periods = fields.get("EvaluationPeriods").and_then(Node::as_f64);
    for (i, node) in queries.iter().enumerate() {
        let here = spot.element(i, node);
        let Some(query) = node.as_map() else { continue };
        let Some(stat) = query.get("MetricStat").and_then(Node::as_map) else { continue };
        let here = here.field(query, "MetricStat");
        if let Some(period) = stat.get("Period").and_then(Node::as_f64) {
            window(judge, period, periods, &here.field(stat, "Period"));
        }
    }
}
