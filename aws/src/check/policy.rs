//! Scaling policies (PutScalingPolicy), by their type.

use super::resource::{Judge, Spot};
use super::rules::identity;
use crate::node::{Fields, Node, Value};
use crate::schema::policy::ECS_METRIC_TYPES;

/// The configuration of each type.
const CONFIGURATIONS: [(&str, &str); 3] = [
    ("TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration"),
    ("StepScaling", "StepScalingPolicyConfiguration"),
    ("PredictiveScaling", "PredictiveScalingPolicyConfiguration"),
];

/// Step adjustments of one policy (Application Auto Scaling quotas).
const MAX_STEPS: usize = 20;

pub(super) fn check(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    identity(judge, fields, spot);
    let kind = fields.str("PolicyType");
    for (of, name) in CONFIGURATIONS {
        let configuration = fields.get(name);
        let here = spot.field(fields, name);
        match (kind == Some(of), configuration.map(|node| &node.value)) {
            (true, None) => judge.invalid(&here, format!("a policy of type {of} needs {name}")),
            (false, Some(_))
                if kind.is_some_and(|kind| CONFIGURATIONS.iter().any(|(of, _)| *of == kind)) =>
            {
                judge.invalid(
                    &here,
                    format!("{name} does not go with PolicyType {}", kind.unwrap_or_default()),
                );
            }
            (_, Some(Value::Map(configuration))) => match of {
                "StepScaling" => step(judge, configuration, &here),
                "PredictiveScaling" => predictive(judge, configuration, &here),
                _ => tracking(judge, configuration, fields.str("ServiceNamespace"), &here),
            },
            _ => {}
        }
    }
}

fn map<'a>(fields: &'a Fields, name: &str) -> Option<&'a Fields> {
    fields.get(name)?.as_map()
}

/// 2^360, by its exponent.
const TARGET_VALUE_LIMIT: f64 = f64::from_bits((1023 + 360) << 52);

/// AWS states −2^360 to 2^360 and that it must be a valid number; that zero and
/// less are refused is reported by users and declared here.
fn target_value(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    let value = fields.get("TargetValue").and_then(Node::as_f64);
    if value.is_some_and(|value| value <= 0.0 || value > TARGET_VALUE_LIMIT) {
        let found = fields.get("TargetValue").map(Node::found).unwrap_or_default();
        judge.invalid(
            &spot.field(fields, "TargetValue"),
            format!("expected a number above 0 and at most 2^360, found {found}"),
        );
    }
}

fn tracking(judge: &mut Judge<'_>, fields: &Fields, namespace: Option<&str>, spot: &Spot) {
    target_value(judge, fields, spot);
    let predefined = fields.get("PredefinedMetricSpecification");
    let customized = fields.get("CustomizedMetricSpecification");
    match (predefined.is_some(), customized.is_some()) {
        (true, true) => judge.invalid(
            spot,
            "give either PredefinedMetricSpecification or CustomizedMetricSpecification, not both",
        ),
        (false, false) => judge.invalid(
            spot,
            "PredefinedMetricSpecification or CustomizedMetricSpecification is required: it says which metric is tracked",
        ),
        _ => {}
    }
    if let Some(predefined) = map(fields, "PredefinedMetricSpecification") {
        label(judge, predefined, namespace, &spot.field(fields, "PredefinedMetricSpecification"));
    }
    if let Some(customized) = map(fields, "CustomizedMetricSpecification") {
        customized_metric(judge, customized, &spot.field(fields, "CustomizedMetricSpecification"));
    }
}

/// The load balancer's label goes with its metric, and with no other.
fn label(judge: &mut Judge<'_>, fields: &Fields, namespace: Option<&str>, spot: &Spot) {
    let Some(metric) = fields.str("PredefinedMetricType") else { return };
    if !ECS_METRIC_TYPES.contains(&metric) {
        if namespace.is_none_or(|namespace| namespace == "ecs") {
            judge.invalid(
                &spot.field(fields, "PredefinedMetricType"),
                format!(
                    "\"{metric}\" is not a metric of ECS services; use {}",
                    ECS_METRIC_TYPES.join(", ")
                ),
            );
        }
        return;
    }
    let label = fields.get("ResourceLabel");
    let here = spot.field(fields, "ResourceLabel");
    match (metric == "ALBRequestCountPerTarget", label) {
        (true, None) => judge.invalid(&here, "ResourceLabel is required for ALBRequestCountPerTarget: app/<load balancer>/<id>/targetgroup/<target group>/<id>"),
        (false, Some(_)) => judge.invalid(&here, "ResourceLabel goes with ALBRequestCountPerTarget only"),
        (true, Some(label)) => {
            if let Some(label) = label.as_str() {
                let parts: Vec<_> = label.split('/').collect();
                let right = parts.len() == 6 && parts[0] == "app" && parts[3] == "targetgroup" && parts.iter().all(|part| !part.is_empty());
                if !right {
                    judge.invalid(&here, format!("ResourceLabel \"{label}\" is not of the form app/<load balancer>/<id>/targetgroup/<target group>/<id>"));
                }
            }
        }
        (false, None) => {}
    }
}

fn customized_metric(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    const SINGLE: [&str; 5] = ["MetricName", "Namespace", "Statistic", "Dimensions", "Unit"];
    if let Some(Value::List(queries)) = fields.get("Metrics").map(|node| &node.value) {
        for name in SINGLE {
            if fields.get(name).is_some() {
                judge.invalid(&spot.field(fields, name), format!("{name} does not go with Metrics; a metric of its own stands in a MetricStat"));
            }
        }
        super::alarm::queries(judge, queries, &spot.field(fields, "Metrics"));
        return;
    }
    if fields.get("Metrics").is_some() {
        return;
    }
    for name in &SINGLE[..3] {
        if fields.get(name).is_none() {
            judge.invalid(
                &spot.field(fields, name),
                format!("{name} is required for a customized metric without Metrics"),
            );
        }
    }
}

/// A step's bounds; none is infinite.
struct Step<'a> {
    lower: Option<f64>,
    upper: Option<f64>,
    spot: Spot,
    fields: &'a Fields,
}

fn step(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    let adjustment = fields.str("AdjustmentType");
    if fields.get("MinAdjustmentMagnitude").is_some()
        && adjustment.is_some_and(|kind| kind != "PercentChangeInCapacity")
    {
        judge.invalid(
            &spot.field(fields, "MinAdjustmentMagnitude"),
            "MinAdjustmentMagnitude goes with AdjustmentType PercentChangeInCapacity only",
        );
    }
    let here = spot.field(fields, "StepAdjustments");
    let Some(elements) = fields.get("StepAdjustments").and_then(Node::as_list) else { return };
    if elements.is_empty() {
        judge.invalid(&here, "At least one StepAdjustment must be specified");
    }
    if elements.len() > MAX_STEPS {
        judge.fault(
            &here,
            format!(
                "LimitExceededException: {} step adjustments; a policy has at most {MAX_STEPS}",
                elements.len()
            ),
        );
        return;
    }
    let mut steps = Vec::new();
    let mut open = false;
    for (i, node) in elements.iter().enumerate() {
        let Some(step) = node.as_map() else { continue };
        let bound = |name| step.get(name).and_then(Node::as_f64);
        let unknown = |name| step.get(name).is_some_and(|node| node.as_f64().is_none());
        open |= unknown("MetricIntervalLowerBound") || unknown("MetricIntervalUpperBound");
        let spot = here.element(i, node);
        let change = step.get("ScalingAdjustment").and_then(Node::as_f64);
        if adjustment == Some("ExactCapacity") && change.is_some_and(|change| change < 0.0) {
            judge.invalid(
                &spot.field(step, "ScalingAdjustment"),
                "ScalingAdjustment must not be negative for AdjustmentType ExactCapacity",
            );
        }
        steps.push(Step {
            lower: bound("MetricIntervalLowerBound"),
            upper: bound("MetricIntervalUpperBound"),
            spot,
            fields: step,
        });
    }
    if !open {
        intervals(judge, steps, &here);
    }
}

/// The steps' intervals join without gap or overlap (Application Auto Scaling
/// user guide, step scaling, "Step adjustments").
fn intervals(judge: &mut Judge<'_>, mut steps: Vec<Step<'_>>, here: &Spot) {
    let mut ordered = true;
    for step in &steps {
        match (step.lower, step.upper) {
            (None, None) => {
                judge.invalid(
                    &step.spot,
                    "Both lower and upper bounds of a step adjustment cannot be left unspecified",
                );
                ordered = false;
            }
            (Some(lower), Some(upper)) if upper <= lower => {
                judge.invalid(
                    &step.spot.field(step.fields, "MetricIntervalUpperBound"),
                    format!("MetricIntervalUpperBound {upper} must be greater than MetricIntervalLowerBound {lower}"),
                );
                ordered = false;
            }
            _ => {}
        }
    }
    for (name, count) in [
        ("MetricIntervalLowerBound", steps.iter().filter(|step| step.lower.is_none()).count()),
        ("MetricIntervalUpperBound", steps.iter().filter(|step| step.upper.is_none()).count()),
    ] {
        if count > 1 {
            judge.invalid(
                here,
                format!("At most one StepAdjustment may have an unspecified {name}, found {count}"),
            );
            ordered = false;
        }
    }
    if !ordered {
        return;
    }
    steps.sort_by(|a, b| {
        let lower = |step: &Step<'_>| step.lower.unwrap_or(f64::NEG_INFINITY);
        lower(a).total_cmp(&lower(b))
    });
    for pair in steps.windows(2) {
        let [before, after] = pair else { continue };
        let upper = before.upper.unwrap_or(f64::INFINITY);
        let lower = after.lower.unwrap_or(f64::NEG_INFINITY);
        if lower < upper {
            judge.invalid(&after.spot, format!("StepAdjustment intervals can't overlap: one reaches up to {upper}, this begins at {lower}"));
        } else if lower > upper {
            judge.invalid(&after.spot, format!("StepAdjustment intervals can't have gaps between them: one ends at {upper}, the next begins at {lower}"));
        }
    }
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return };
    if first.lower.is_some_and(|lower| lower < 0.0) {
        judge.invalid(&first.spot.field(first.fields, "MetricIntervalLowerBound"), "with a negative lower bound, the lowest StepAdjustment must leave MetricIntervalLowerBound unspecified");
    }
    if last.upper.is_some_and(|upper| upper > 0.0) {
        judge.invalid(&last.spot.field(last.fields, "MetricIntervalUpperBound"), "with a positive upper bound, the highest StepAdjustment must leave MetricIntervalUpperBound unspecified");
    }
}

fn predictive(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    let here = spot.field(fields, "MetricSpecifications");
    if let Some(specifications) = fields.get("MetricSpecifications").and_then(Node::as_list) {
        if specifications.len() != 1 {
            judge.invalid(
                &here,
                format!(
                    "MetricSpecifications must hold exactly one, found {}",
                    specifications.len()
                ),
            );
        }
        for (i, node) in specifications.iter().enumerate() {
            if let Some(fields) = node.as_map() {
                specification(judge, fields, &here.element(i, node));
            }
        }
    }
    let behavior = fields.get("MaxCapacityBreachBehavior");
    let increases = behavior.and_then(Node::as_str) == Some("IncreaseMaxCapacity");
    let open = behavior.is_some_and(Node::is_open);
    let buffer = fields.get("MaxCapacityBuffer").is_some();
    let here = spot.field(fields, "MaxCapacityBuffer");
    if increases && !buffer {
        judge.invalid(&here, "MaxCapacityBuffer is required with MaxCapacityBreachBehavior IncreaseMaxCapacity: a whole number from 0 to 100");
    } else if buffer && !increases && !open {
        judge.invalid(
            &here,
            "MaxCapacityBuffer goes with MaxCapacityBreachBehavior IncreaseMaxCapacity only",
        );
    }
}

/// Either a metric pair, or a load metric with a scaling metric.
fn specification(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    target_value(judge, fields, spot);
    let has = |name| fields.get(name).is_some();
    let pair = has("PredefinedMetricPairSpecification");
    let load = [has("PredefinedLoadMetricSpecification"), has("CustomizedLoadMetricSpecification")];
    let scaling =
        [has("PredefinedScalingMetricSpecification"), has("CustomizedScalingMetricSpecification")];
    let one = |of: [bool; 2]| of[0] != of[1];
    let none = |of: [bool; 2]| !of[0] && !of[1];
    let right = if pair { none(load) && none(scaling) } else { one(load) && one(scaling) };
    if !right {
        judge.invalid(spot, "give either PredefinedMetricPairSpecification, or one load metric and one scaling metric");
    }
    for name in [
        "CustomizedLoadMetricSpecification",
        "CustomizedScalingMetricSpecification",
        "CustomizedCapacityMetricSpecification",
    ] {
        let Some(customized) = map(fields, name) else { continue };
        let here = spot.field(fields, name);
        if let Some(queries) = customized.get("MetricDataQueries").and_then(Node::as_list) {
            super::alarm::queries(judge, queries, &here.field(customized, "MetricDataQueries"));
        }
    }
}
