//! Alarms of one's own, as CloudWatch's PutMetricAlarm takes them.

use super::super::reader::{Object, Range};
use super::read::Context;
use super::{AlarmSettings, Metric, Policy, Signal, Statistic, metric};
use crate::cloudwatch::{Comparison, MissingData};
use crate::decimal::shortest;
use crate::time::Micros;

/// Fields that say nothing about when an alarm goes off, and those that
/// DescribeAlarms adds.
const IDLE: &[&str] = &[
    "AlarmDescription",
    "Tags",
    "EvaluateLowSampleCountPercentile",
    "AlarmArn",
    "AlarmConfigurationUpdatedTimestamp",
    "StateValue",
    "StateReason",
    "StateReasonData",
    "StateUpdatedTimestamp",
    "StateTransitionedTimestamp",
    "EvaluationState",
];

/// Reads an alarm; `None` if it is wrong, or if it belongs to a target tracking
/// policy, which makes its own.
pub(super) fn read(
    object: &Object<'_>,
    policies: &[Policy],
    context: &Context<'_>,
) -> Option<AlarmSettings> {
    object.accept(IDLE);
    let name = object.required_text("AlarmName");
    for (field, what) in [
        ("ExtendedStatistic", "a percentile as a statistic"),
        ("ThresholdMetricId", "anomaly detection"),
    ] {
        object.not_modelled(field, what);
    }
    let comparisons = Comparison::ALL.map(|comparison| (comparison.name(), comparison));
    let comparison = object.choice("ComparisonOperator", None, &comparisons);
    let missing_data = object.choice(
        "TreatMissingData",
        Some(MissingData::Missing),
        &[
            ("missing", MissingData::Missing),
            ("ignore", MissingData::Ignore),
            ("breaching", MissingData::Breaching),
            ("notBreaching", MissingData::NotBreaching),
        ],
    );
    let threshold = object.number("Threshold", None, Range::Within(-1e300, 1e300));
    let evaluation_periods = object.integer("EvaluationPeriods", None, 1, 86_400);
    let datapoints_to_alarm =
        object.integer("DatapointsToAlarm", Some(evaluation_periods), 1, evaluation_periods.max(1));
    let watched = watched(object, context);
    let (calls, managed) = calls(object, policies);
    object.finish();
    let (signal, statistic, period) = watched?;
    within_a_day(object, period, evaluation_periods);
    (!managed).then_some(AlarmSettings {
        name,
        signal,
        statistic,
        period,
        evaluation_periods: evaluation_periods as usize,
        datapoints_to_alarm: datapoints_to_alarm as usize,
        threshold,
        comparison: comparison?,
        missing_data: missing_data?,
        calls,
    })
}

fn watched(object: &Object<'_>, context: &Context<'_>) -> Option<(Signal, Statistic, Micros)> {
    if object.raw("Metrics").is_some() {
        for name in ["MetricName", "Namespace", "Statistic", "Dimensions", "Unit", "Period"] {
            if object.raw(name).is_some() {
                object.fault(name, "ValidationException: give either Metrics or a single metric");
            }
        }
        let math = metric::queries(object, context.parts)?;
        return Some((Signal::Math(math), Statistic::Average, Micros::MINUTE));
    }
    let seconds = object.number("Period", None, Range::Positive(604_800.0));
    let period = Micros::from_s(seconds);
    let whole = period.0.is_multiple_of(Micros::MINUTE.0);
    if ![10.0, 20.0, 30.0].contains(&seconds) && !whole {
        object.fault(
            "Period",
            format!(
                "ValidationException: {} is no period; use 10, 20, 30 or a multiple of 60",
                shortest(seconds)
            ),
        );
        // What else is wrong is told, too.
        metric::single(object, Micros::MINUTE);
        return None;
    }
    let (read, statistic) = metric::single(object, period)?;
    let published = matches!(read, Metric::CpuHighResolution | Metric::MemoryHighResolution);
    if published && !context.high_resolution {
        object.fault(
            "Period",
            "the service publishes its metrics every minute; set the metrics' resolution_s to 20",
        );
    }
    Some((Signal::Metric(read), statistic, period))
}

/// CloudWatch API reference, PutMetricAlarm: periods under an hour look back
/// at most a day, others at most seven days.
fn within_a_day(object: &Object<'_>, period: Micros, periods: u32) {
    let seconds = period.as_s();
    let most = if seconds < 3600.0 { 86_400.0 } else { 604_800.0 };
    if seconds * f64::from(periods) > most {
        object.fault(
            "EvaluationPeriods",
            format!(
                "ValidationException: {periods} periods of {} s are more than {} s",
                shortest(seconds),
                shortest(most)
            ),
        );
    }
}

/// The policies that the alarm calls, by name or ARN; and whether one of them
/// is a target tracking policy.
fn calls(object: &Object<'_>, policies: &[Policy]) -> (Vec<usize>, bool) {
    const LIST: &str = "AlarmActions";
    for list in ["OKActions", "InsufficientDataActions"] {
        for (index, action) in object.list(list).iter().enumerate() {
            let named = action.as_str().map(policy_of);
            if policies.iter().any(|policy| Some(policy.name()) == named) {
                object.element_fault(
                    list,
                    index,
                    "a scaling policy that is called when the alarm leaves ALARM is not modelled; \
                     use AlarmActions",
                );
            }
        }
    }
    let mut calls = Vec::new();
    let mut managed = false;
    for (index, action) in object.list(LIST).iter().enumerate() {
        let Some(action) = action.as_str() else {
            object.element_fault(LIST, index, "expected text: the name or ARN of a policy");
            continue;
        };
        let named = policy_of(action);
        // Somebody else's action, such as a notification.
        if named.starts_with("arn:") {
            continue;
        }
        match policies.iter().position(|policy| policy.name() == named) {
            Some(policy) if matches!(policies[policy], Policy::StepScaling(_)) => {
                calls.push(policy);
            }
            Some(policy) => managed |= policies[policy].target_tracking().is_some(),
            None => object.element_fault(
                LIST,
                index,
                format!("there is no scaling policy \"{named}\" among ScalingPolicies"),
            ),
        }
    }
    if !object.flag("ActionsEnabled", true) {
        calls.clear();
    }
    (calls, managed)
}

/// The policy that an action names, by its ARN, which ends in `:createdBy/…` if a
/// service made it, or by its name. Other ARNs come back as they are.
fn policy_of(action: &str) -> &str {
    action.split(':').find_map(|part| part.strip_prefix("policyName/")).unwrap_or(action)
}
