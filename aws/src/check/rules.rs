//! What scalable targets and scheduled actions have to keep beside their types.

use headroom_model::autoscaling::Schedule;

use super::resource::{Judge, Spot};
use crate::node::{Fields, Value};
use crate::schema::target::NAMESPACES;

/// RegisterScalableTarget.
pub(super) fn target(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    bounds(judge, fields, spot);
    identity(judge, fields, spot);
}

/// AWS's message for bounds that cross.
fn bounds(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    let bound = |name| fields.get(name).and_then(super::super::node::Node::as_f64);
    if let (Some(min), Some(max)) = (bound("MinCapacity"), bound("MaxCapacity"))
        && max < min
    {
        let spot = spot.field(fields, "MaxCapacity");
        judge.invalid(&spot, "Maximum capacity cannot be less than minimum capacity");
    }
}

/// The three fields that name a target have to fit one another.
pub(super) fn identity(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    let (namespace, dimension) = (fields.str("ServiceNamespace"), fields.str("ScalableDimension"));
    if let (Some(namespace), Some(dimension)) = (namespace, dimension)
        && NAMESPACES.contains(&namespace)
        && dimension.split(':').next() != Some(namespace)
    {
        judge.invalid(
            &spot.field(fields, "ScalableDimension"),
            format!("Unsupported service namespace, resource type or scalable dimension: {dimension} is none of {namespace}; for an ECS service it is ecs:service:DesiredCount"),
        );
    }
    let Some(id) = fields.str("ResourceId").filter(|_| namespace == Some("ecs")) else { return };
    let parts: Vec<_> = id.split('/').collect();
    if parts.len() != 3 || parts[0] != "service" || parts.iter().any(|part| part.is_empty()) {
        judge.invalid(
            &spot.field(fields, "ResourceId"),
            format!("Unsupported service namespace, resource type or scalable dimension: ResourceId \"{id}\" names no ECS service; it is service/<cluster>/<service>"),
        );
    }
}

/// PutScheduledAction.
pub(super) fn action(judge: &mut Judge<'_>, fields: &Fields, spot: &Spot) {
    identity(judge, fields, spot);
    if let Some(Value::Map(action)) = fields.get("ScalableTargetAction").map(|node| &node.value) {
        let spot = spot.field(fields, "ScalableTargetAction");
        if action.get("MinCapacity").is_none() && action.get("MaxCapacity").is_none() {
            judge.invalid(
                &spot,
                "At least one of minimum capacity and maximum capacity should be provided",
            );
        }
        bounds(judge, action, &spot);
    }
    if let Some(expression) = fields.str("Schedule") {
        schedule(judge, expression, fields, spot);
    }
    if let (Some(start), Some(end)) = (fields.str("StartTime"), fields.str("EndTime"))
        && is_instant(start)
        && is_instant(end)
        && start.len() == end.len()
        && end <= start
    {
        judge.invalid(&spot.field(fields, "EndTime"), "EndTime must be later than StartTime");
    }
}

/// The expression by itself, then in its time zone, so that each fault stands
/// at its field.
fn schedule(judge: &mut Judge<'_>, expression: &str, fields: &Fields, spot: &Spot) {
    let zone = fields.str("Timezone");
    let (name, fault) = match (Schedule::parse(expression, None), zone) {
        (Err(fault), _) => ("Schedule", fault),
        (Ok(_), Some(zone)) => match Schedule::parse(expression, Some(zone)) {
            Err(fault) => ("Timezone", fault),
            Ok(_) => return,
        },
        (Ok(_), None) => return,
    };
    let fault = fault.trim_start_matches("ValidationException: ");
    judge.invalid(&spot.field(fields, name), fault);
}

/// Whether a text is an instant as the AWS CLI takes it: a date, with or
/// without a time and an offset, or seconds since 1970.
pub(super) fn is_instant(text: &str) -> bool {
    if text.parse::<f64>().is_ok_and(f64::is_finite) {
        return true;
    }
    let digits = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(byte, like)| match like {
                b'0' => byte.is_ascii_digit(),
                like => byte == like,
            })
    };
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let number =
        |range: std::ops::Range<usize>| date.get(range).and_then(|part| part.parse::<u8>().ok());
    let day = digits(date, "0000-00-00")
        && number(5..7).is_some_and(|month| (1..=12).contains(&month))
        && number(8..10).is_some_and(|day| (1..=31).contains(&day));
    let clock = time.trim_end_matches('Z');
    let clock = clock.find(['+', '-']).map_or(clock, |i| {
        let zone = &clock[i + 1..];
        if digits(zone, "00:00") || digits(zone, "0000") { &clock[..i] } else { "" }
    });
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let fine = fraction.bytes().all(|byte| byte.is_ascii_digit());
    let part = |range: std::ops::Range<usize>, end: u8| {
        clock.get(range).and_then(|part| part.parse::<u8>().ok()).is_some_and(|n| n < end)
    };
    let right = (digits(clock, "00:00") || digits(clock, "00:00:00") && part(6..8, 61))
        && part(0..2, 24)
        && part(3..5, 60);
    day && right && fine
}
