//! AWS's own JSON of a scalable target and its policies, as the AWS CLI takes
//! and prints it. Faults carry the name that the AWS API gives them.

use super::super::parse::MAX_TASKS;
use super::super::reader::{Object, Range, found};
use super::{Autoscaling, Bounds, Parts, Policy, Process, Suspended, TargetTracking, metric};
use crate::decimal;
use crate::time::Micros;

/// AWS's message for bounds that cross.
pub(in super::super) const MAX_BELOW_MIN: &str =
    "ValidationException: Maximum capacity cannot be less than minimum capacity";

/// AWS's default for the cooldowns of an ECS service [s] (Application Auto
/// Scaling user guide, target tracking, "cooldown periods"; API reference,
/// step scaling).
const DEFAULT_COOLDOWN_S: f64 = 300.0;

/// Policies and scheduled actions that a target may have (Application Auto
/// Scaling user guide, quotas).
const MAX_POLICIES: usize = 50;
const MAX_ACTIONS: usize = 200;

/// Fields that AWS prints with every resource and that mean nothing here.
pub(super) const IDENTITY: &[&str] =
    &["ServiceNamespace", "ResourceId", "ScalableDimension", "CreationTime"];

/// What the rest of the scenario says that the scalable target depends on.
pub(in super::super) struct Context<'a> {
    /// The run's first second [Unix s].
    pub(in super::super) start_unix_s: i64,
    pub(in super::super) duration: Micros,
    /// Whether the service publishes its metrics every 20 seconds.
    pub(in super::super) high_resolution: bool,
    /// What the reader knows.
    pub(in super::super) parts: Parts,
    /// A forecast for each predictive policy, by its name.
    pub(in super::super) forecast: &'a Object<'a>,
}

pub(in super::super) fn read(object: &Object<'_>, context: &Context<'_>) -> Autoscaling {
    let (bounds, suspended) = target(&object.required_object("ScalableTarget"));
    let listed = object.objects("ScalingPolicies");
    if listed.len() > MAX_POLICIES {
        let message =
            format!("LimitExceededException: a target has at most {MAX_POLICIES} policies");
        object.fault("ScalingPolicies", message);
    }
    let mut policies: Vec<Policy> = Vec::new();
    let mut tracked: Vec<String> = Vec::new();
    for (index, described) in listed.iter().enumerate() {
        let Some(policy) = policy(described, context) else { continue };
        let specification = specification(described);
        let again = specification.as_ref().is_some_and(|this| tracked.contains(this));
        if let Some(message) = clash(&policies, &policy, again) {
            object.element_fault("ScalingPolicies", index, message);
        }
        tracked.extend(specification);
        policies.push(policy);
    }
    let alarms = object
        .objects("Alarms")
        .iter()
        .filter_map(|described| match context.parts.steps {
            Some(steps) => (steps.alarm)(described, &policies, context),
            None => unknown(described, "an alarm of one's own"),
        })
        .collect();
    let actions = object.objects("ScheduledActions");
    if actions.len() > MAX_ACTIONS {
        let message =
            format!("LimitExceededException: a target has at most {MAX_ACTIONS} scheduled actions");
        object.fault("ScheduledActions", message);
    }
    let scheduled_actions = actions
        .iter()
        .filter_map(|action| match context.parts.schedules {
            Some(read) => read(action, context),
            None => unknown(action, "a scheduled action"),
        })
        .collect();
    object.finish();
    Autoscaling { bounds, suspended, policies, alarms, scheduled_actions }
}

/// What this reader does not carry.
pub(super) fn unknown<T>(object: &Object<'_>, what: &str) -> Option<T> {
    object.own_fault(format!("{what} is not read here"));
    None
}

/// What a target tracking policy tracks, as it is written. Comparing text costs
/// the page less than comparing JSON.
fn specification(policy: &Object<'_>) -> Option<String> {
    let config = policy.named(TYPES[0].1)?;
    let given = |name: &str| config.get(name).filter(|value| !value.is_null());
    let given = given("PredefinedMetricSpecification")
        .or_else(|| given("CustomizedMetricSpecification"))?;
    serde_json::to_string(given).ok()
}

/// Why a policy cannot stand beside those before it, one of which may track
/// the same.
fn clash(policies: &[Policy], policy: &Policy, again: bool) -> Option<String> {
    let name = policy.name();
    if policies.iter().any(|other| other.name() == name) {
        return Some(format!("the name \"{name}\" is taken by another policy of this target"));
    }
    again.then(|| {
        format!(
            "ValidationException: Only one TargetTrackingScaling policy for a given metric \
             specification is allowed; another policy tracks {} already",
            policy.target_tracking().map_or("it", |policy| policy.signal.name())
        )
    })
}

fn target(object: &Object<'_>) -> (Bounds, Suspended) {
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
                    format!(
                        "ValidationException: {} is less than 0; it must be from 0 to {MAX_TASKS}",
                        decimal::shortest(number)
                    ),
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
    let suspended = suspended(object).unwrap_or_default();
    object.finish();
    (Bounds { max: bounds.max.max(bounds.min), ..bounds }, suspended)
}

/// SuspendedState; its fields that are left out are false.
pub(in super::super) fn suspended(object: &Object<'_>) -> Option<Suspended> {
    object.raw("SuspendedState")?;
    let state = object.object("SuspendedState");
    let suspended = Suspended {
        scale_in: state.flag("DynamicScalingInSuspended", false),
        scale_out: state.flag("DynamicScalingOutSuspended", false),
        scheduled: state.flag("ScheduledScalingSuspended", false),
    };
    state.finish();
    Some(suspended)
}

/// The process of a `suspend` or `resume` event, by AWS's name.
pub(in super::super) fn process(object: &Object<'_>) -> Option<Process> {
    object.choice(
        "process",
        None,
        &[
            ("DynamicScalingIn", Process::ScaleIn),
            ("DynamicScalingOut", Process::ScaleOut),
            ("ScheduledScaling", Process::Scheduled),
            ("DynamicScalingInSuspended", Process::ScaleIn),
            ("DynamicScalingOutSuspended", Process::ScaleOut),
            ("ScheduledScalingSuspended", Process::Scheduled),
        ],
    )
}

/// A name as PutScalingPolicy and PutScheduledAction take it.
pub(super) fn name(object: &Object<'_>, field: &'static str) -> String {
    let name = object.required_text(field);
    if name.chars().count() > 256 {
        object.fault(field, "ValidationException: a name has 1 to 256 characters");
    }
    name
}

pub(super) fn cooldown(config: &Object<'_>, field: &'static str) -> Micros {
    Micros::from_s(config.number(field, Some(DEFAULT_COOLDOWN_S), Range::Within(0.0, 1e9)))
}

/// PolicyType and the field with its settings.
const TYPES: [(&str, &str); 3] = [
    ("TargetTrackingScaling", "TargetTrackingScalingPolicyConfiguration"),
    ("StepScaling", "StepScalingPolicyConfiguration"),
    ("PredictiveScaling", "PredictiveScalingPolicyConfiguration"),
];

fn policy(object: &Object<'_>, context: &Context<'_>) -> Option<Policy> {
    object.accept(IDENTITY);
    object.accept(&["PolicyARN", "Alarms"]);
    let name = name(object, "PolicyName");
    let kind = object.choice("PolicyType", None, &TYPES)?;
    for (policy_type, other) in TYPES.into_iter().filter(|(_, other)| *other != kind) {
        if object.raw(other).is_some() {
            object.fault(
                other,
                format!("ValidationException: goes with the PolicyType {policy_type}"),
            );
        }
    }
    let config = object.required_object(kind);
    object.finish();
    match kind {
        "StepScalingPolicyConfiguration" => match context.parts.steps {
            Some(steps) => (steps.policy)(name, &config).map(Policy::StepScaling),
            None => unknown(object, "step scaling"),
        },
        "PredictiveScalingPolicyConfiguration" => match context.parts.predictive {
            Some(read) => read(name, &config, context).map(Policy::PredictiveScaling),
            None => unknown(object, "predictive scaling"),
        },
        _ => target_tracking(name, &config, context).map(Policy::TargetTracking),
    }
}

fn target_tracking(
    name: String,
    config: &Object<'_>,
    context: &Context<'_>,
) -> Option<TargetTracking> {
    let signal = metric::tracked(config, context);
    let policy = TargetTracking {
        name,
        target: target_value(config),
        scale_out_cooldown: cooldown(config, "ScaleOutCooldown"),
        scale_in_cooldown: cooldown(config, "ScaleInCooldown"),
        disable_scale_in: config.flag("DisableScaleIn", false),
        signal: signal?,
    };
    config.finish();
    Some(policy)
}

/// AWS states the range 2^-360 to 2^360; that zero and less are refused is
/// reported by users and declared here.
pub(super) fn target_value(config: &Object<'_>) -> f64 {
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
