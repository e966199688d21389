//! StepScalingPolicyConfiguration.

use super::super::reader::{Object, Range};
use super::read::cooldown;
use super::{AdjustmentType, Aggregation, Step, StepScaling};
use crate::decimal::shortest;

/// A policy has at most this many step adjustments (Application Auto Scaling
/// user guide, quotas).
const MAX_STEPS: usize = 20;

pub(super) fn read(name: String, config: &Object<'_>) -> Option<StepScaling> {
    let adjustment_type = config.choice(
        "AdjustmentType",
        None,
        &[
            ("ChangeInCapacity", AdjustmentType::ChangeInCapacity),
            ("PercentChangeInCapacity", AdjustmentType::PercentChangeInCapacity),
            ("ExactCapacity", AdjustmentType::ExactCapacity),
        ],
    );
    let percent = adjustment_type == Some(AdjustmentType::PercentChangeInCapacity);
    let magnitude = config.raw("MinAdjustmentMagnitude");
    if magnitude.is_some() && !percent {
        // AWS says what it means for percentages and nothing else; refusing it
        // elsewhere is our choice.
        config.fault(
            "MinAdjustmentMagnitude",
            "ValidationException: MinAdjustmentMagnitude goes with PercentChangeInCapacity only",
        );
    }
    let min_adjustment_magnitude = match magnitude {
        Some(_) => {
            config.integer("MinAdjustmentMagnitude", None, 1, super::super::parse::MAX_TASKS)
        }
        None => 0,
    };
    let aggregation = config.choice(
        "MetricAggregationType",
        Some(Aggregation::Average),
        &[
            ("Average", Aggregation::Average),
            ("Minimum", Aggregation::Minimum),
            ("Maximum", Aggregation::Maximum),
        ],
    );
    let policy = StepScaling {
        name,
        adjustment_type: adjustment_type?,
        steps: steps(config, adjustment_type?),
        min_adjustment_magnitude,
        cooldown: cooldown(config, "Cooldown"),
        aggregation: aggregation?,
    };
    config.finish();
    Some(policy)
}

/// The rules for intervals: Application Auto Scaling user guide, step scaling
/// policies, "step adjustments".
fn steps(config: &Object<'_>, adjustment_type: AdjustmentType) -> Vec<Step> {
    const LIST: &str = "StepAdjustments";
    let objects = config.objects(LIST);
    let refuse = |message: &str| config.fault(LIST, format!("ValidationException: {message}"));
    if objects.is_empty() || objects.len() > MAX_STEPS {
        refuse(&format!("give 1 to {MAX_STEPS} step adjustments, found {}", objects.len()));
    }
    let number = |object: &Object<'_>, name, default| match object.raw(name) {
        Some(_) => object.number(name, None, Range::Within(-1e300, 1e300)),
        None => default,
    };
    let mut steps: Vec<Step> = Vec::with_capacity(objects.len());
    for object in &objects {
        let step = Step {
            lower: number(object, "MetricIntervalLowerBound", f64::NEG_INFINITY),
            upper: number(object, "MetricIntervalUpperBound", f64::INFINITY),
            adjustment: adjustment(object, adjustment_type),
        };
        if step.lower == f64::NEG_INFINITY && step.upper == f64::INFINITY {
            object.own_fault(
                "ValidationException: Both lower and upper bounds of a step adjustment cannot be \
                 left unspecified",
            );
        } else if step.upper <= step.lower {
            object.own_fault(
                "ValidationException: MetricIntervalUpperBound must be above \
                 MetricIntervalLowerBound",
            );
        }
        object.finish();
        let place = steps.iter().position(|other| step.lower < other.lower);
        steps.insert(place.unwrap_or(steps.len()), step);
    }
    for pair in steps.windows(2) {
        if pair[1].lower < pair[0].upper {
            refuse(&format!("two steps overlap at {}", shortest(pair[1].lower.max(pair[0].lower))));
        } else if pair[1].lower > pair[0].upper {
            let (from, to) = (shortest(pair[0].upper), shortest(pair[1].lower));
            refuse(&format!("there is a gap between the steps from {from} to {to}"));
        }
    }
    if let (Some(first), Some(last)) = (steps.first(), steps.last()) {
        if first.lower < 0.0 && first.lower.is_finite() {
            refuse("a step has a negative lower bound, so one must have no lower bound");
        }
        if last.upper > 0.0 && last.upper.is_finite() {
            refuse("a step has a positive upper bound, so one must have no upper bound");
        }
    }
    steps
}

fn adjustment(object: &Object<'_>, adjustment_type: AdjustmentType) -> i32 {
    let exact = adjustment_type == AdjustmentType::ExactCapacity;
    let value = object.number("ScalingAdjustment", None, Range::Within(-1e6, 1e6));
    if exact && value < 0.0 {
        object.fault(
            "ScalingAdjustment",
            format!(
                "ValidationException: an ExactCapacity is not negative, found {}",
                shortest(value)
            ),
        );
    }
    if libm::trunc(value) != value {
        object.fault("ScalingAdjustment", format!("{} must be a whole number", shortest(value)));
    }
    value as i32
}
