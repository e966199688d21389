//! AWS's own JSON of a scalable target and its policies, as the AWS CLI takes
//! and prints it. Faults carry the name that the AWS API gives them.

use super::parse::MAX_TASKS;
use super::reader::{Object, Range, found};
use super::{Autoscaling, Bounds, Metric, TargetTracking};
use crate::time::Micros;

/// AWS's message for bounds that cross.
pub(super) const MAX_BELOW_MIN: &str =
    "ValidationException: Maximum capacity cannot be less than minimum capacity";

/// AWS's default for both cooldowns of an ECS service [s]
/// (Application Auto Scaling user guide, target tracking, "cooldown periods").
const DEFAULT_COOLDOWN_S: f64 = 300.0;

/// Fields that AWS prints with every resource and that mean nothing here.
const IDENTITY: &[&str] = &["ServiceNamespace", "ResourceId", "ScalableDimension", "CreationTime"];

pub(super) fn read(object: &Object<'_>) -> Autoscaling {
    let bounds = bounds(&object.required_object("ScalableTarget"));
    let policies: Vec<_> = object.objects("ScalingPolicies").iter().filter_map(policy).collect();
    for (i, policy) in policies.iter().enumerate() {
        if policies[..i].iter().any(|other| other.metric == policy.metric) {
            object.element_fault(
                "ScalingPolicies",
                i,
                format!(
                    "ValidationException: Only one TargetTrackingScaling policy for a given metric \
                     specification is allowed; another policy tracks {} already",
                    policy.metric.aws_name()
                ),
            );
        }
        if policies[..i].iter().any(|other| other.name == policy.name) {
            object.element_fault(
                "ScalingPolicies",
                i,
                format!("the name \"{}\" is taken by another policy of this target", policy.name),
            );
        }
    }
    for (name, what) in
        [("Alarms", "an alarm of your own"), ("ScheduledActions", "a scheduled action")]
    {
        if !object.list(name).is_empty() {
            object.fault(
                name,
                format!("{what} is not modelled in this version; leave the list empty"),
            );
        }
    }
    object.not_modelled("forecast", "predictive scaling");
    object.finish();
    Autoscaling { bounds, policies }
}

fn bounds(object: &Object<'_>) -> Bounds {
    let bound = |name: &'static str| {
        let Some(value) = object.raw(name) else {
            if !object.is_absent() {
                object.fault(
                    name,
                    format!("ValidationException: {name} is required when a target is registered"),
                );
            }
            return 0;
        };
        match value.as_f64() {
            Some(number) if number < 0.0 => {
                object.fault(
                    name,
                    format!("ValidationException: {number} is less than 0; it must be from 0 to {MAX_TASKS}"),
                );
                0
            }
            _ => object.integer(name, None, 0, MAX_TASKS),
        }
    };
    let bounds = Bounds { min: bound("MinCapacity"), max: bound("MaxCapacity") };
    if bounds.max < bounds.min && object.has("MaxCapacity") {
        object.fault("MaxCapacity", MAX_BELOW_MIN);
    }
    object.accept(IDENTITY);
    object.accept(&["RoleARN", "ScalableTargetARN", "PredictedCapacity"]);
    let suspended = object.object("SuspendedState");
    for name in
        ["DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"]
    {
        if suspended.flag(name, false) {
            suspended.fault(name, "suspended scaling is not modelled in this version; use false");
        }
    }
    suspended.finish();
    object.finish();
    Bounds { max: bounds.max.max(bounds.min), ..bounds }
}

fn policy(object: &Object<'_>) -> Option<TargetTracking> {
    object.accept(IDENTITY);
    object.accept(&["PolicyARN", "Alarms", "TargetTrackingScalingPolicyConfiguration"]);
    let name = object.required_text("PolicyName");
    match object.required_text("PolicyType").as_str() {
        "TargetTrackingScaling" => {}
        known @ ("StepScaling" | "PredictiveScaling") => {
            object.fault(
                "PolicyType",
                format!("{known} is not modelled in this version; use TargetTrackingScaling"),
            );
            return None;
        }
        "" => return None,
        other => {
            object.fault(
                "PolicyType",
                format!("ValidationException: \"{other}\" is not a policy type; use TargetTrackingScaling"),
            );
            return None;
        }
    }
    let config = object.required_object("TargetTrackingScalingPolicyConfiguration");
    let metric = metric(&config);
    let cooldown = |name: &'static str| {
        Micros::from_s(config.number(name, Some(DEFAULT_COOLDOWN_S), Range::Within(0.0, 1e9)))
    };
    let policy = TargetTracking {
        name,
        metric: metric?,
        target: target_value(&config),
        scale_out_cooldown: cooldown("ScaleOutCooldown"),
        scale_in_cooldown: cooldown("ScaleInCooldown"),
        disable_scale_in: config.flag("DisableScaleIn", false),
    };
    config.finish();
    object.finish();
    Some(policy)
}

/// AWS states the range 2^-360 to 2^360; that zero and less are refused is
/// reported by users and declared here.
fn target_value(config: &Object<'_>) -> f64 {
    let bound = libm::exp2(360.0);
    let Some(value) = config.raw("TargetValue") else {
        config
            .fault("TargetValue", "ValidationException: TargetValue is required: a number above 0");
        return 1.0;
    };
    match value.as_f64() {
        Some(number) if number > 0.0 && number <= bound => number,
        _ => {
            config.fault(
                "TargetValue",
                format!(
                    "ValidationException: expected a number above 0 and at most 2^360, found {}",
                    found(value)
                ),
            );
            1.0
        }
    }
}

fn metric(config: &Object<'_>) -> Option<Metric> {
    let customized = config.raw("CustomizedMetricSpecification").is_some();
    if customized && config.raw("PredefinedMetricSpecification").is_some() {
        config.own_fault(
            "ValidationException: give either PredefinedMetricSpecification or \
             CustomizedMetricSpecification, not both",
        );
        return None;
    }
    if customized {
        config.not_modelled("CustomizedMetricSpecification", "a customized metric");
        return None;
    }
    let object = config.required_object("PredefinedMetricSpecification");
    let label = object.raw("ResourceLabel").is_some();
    let metric = match object.required_text("PredefinedMetricType").as_str() {
        "ECSServiceAverageCPUUtilization" => Metric::Cpu,
        "ECSServiceAverageMemoryUtilization" => Metric::Memory,
        "ALBRequestCountPerTarget" => Metric::RequestsPerTarget,
        "" => return None,
        known @ ("ECSServiceAverageCPUUtilizationHighResolution"
        | "ECSServiceAverageMemoryUtilizationHighResolution") => {
            object
                .fault("PredefinedMetricType", format!("{known} is not modelled in this version"));
            return None;
        }
        other => {
            object.fault(
                "PredefinedMetricType",
                format!(
                    "ValidationException: \"{other}\" is not a metric of ECS services; use \
                     ECSServiceAverageCPUUtilization, ECSServiceAverageMemoryUtilization or \
                     ALBRequestCountPerTarget"
                ),
            );
            return None;
        }
    };
    if label != (metric == Metric::RequestsPerTarget) {
        object.fault(
            "ResourceLabel",
            if label {
                "ValidationException: ResourceLabel goes with ALBRequestCountPerTarget only"
            } else {
                "ValidationException: ResourceLabel is required for ALBRequestCountPerTarget: \
                 app/<load balancer>/<id>/targetgroup/<target group>/<id>"
            },
        );
    }
    object.finish();
    Some(metric)
}
