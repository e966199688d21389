//! Scheduled actions, as PutScheduledAction takes them.

use serde_json::Value;

use super::super::parse::MAX_TASKS;
use super::super::reader::{Object, found};
use super::ScheduledAction;
use super::read::{Context, IDENTITY, MAX_BELOW_MIN, name};
use crate::autoscaling::{Schedule, Window};
use crate::calendar;
use crate::time::Micros;

/// Characters that PutScheduledAction refuses in a name.
const FORBIDDEN: &[char] = &[':', '/', '|'];

pub(super) fn read(object: &Object<'_>, context: &Context<'_>) -> Option<ScheduledAction> {
    object.accept(IDENTITY);
    object.accept(&["ScheduledActionARN"]);
    let name = name(object, "ScheduledActionName");
    if name.contains(FORBIDDEN) || name.contains(char::is_control) || name.trim() != name {
        object.fault(
            "ScheduledActionName",
            "ValidationException: a name has no `:`, `/`, `|` or control character and no space \
             at its ends",
        );
    }
    let timezone = object.raw("Timezone").map(|_| object.text("Timezone", ""));
    let text = object.required_text("Schedule");
    let schedule = Schedule::parse(&text, timezone.as_deref()).and_then(|schedule| {
        let end = context.start_unix_s + context.duration.as_s() as i64;
        schedule.covers(context.start_unix_s, end).map(|()| schedule)
    });
    let (start, end) = (instant(object, "StartTime"), instant(object, "EndTime"));
    let window = Window::new(context.start_unix_s, start, end);
    let action = object.required_object("ScalableTargetAction");
    let bound = |name| action.raw(name).map(|_| action.integer(name, None, 0, MAX_TASKS));
    let (min, max) = (bound("MinCapacity"), bound("MaxCapacity"));
    match (min, max) {
        (None, None) => action.own_fault(
            "ValidationException: At least one of minimum capacity and maximum capacity should be \
             provided",
        ),
        (Some(min), Some(max)) if min > max => action.fault("MaxCapacity", MAX_BELOW_MIN),
        _ => {}
    }
    action.finish();
    object.finish();
    if let Err(fault) = &schedule {
        object.fault("Schedule", fault);
    }
    if let Err(fault) = &window {
        object.fault("EndTime", fault);
    }
    let first = context.start_unix_s;
    let last = first + context.duration.as_s() as i64;
    let at = schedule
        .ok()?
        .occurrences(window.ok()?, first..=last)
        .map(|unix_s| Micros::from_whole_s((unix_s - first) as u64))
        .collect();
    Some(ScheduledAction { name, at, min, max })
}

/// An instant as the CLI takes or prints it: ISO 8601 with a zone, or seconds
/// since 1970.
fn instant(object: &Object<'_>, name: &'static str) -> Option<i64> {
    let value = object.raw(name)?;
    let instant = match value {
        Value::Number(number) => number.as_f64().map(|seconds| libm::floor(seconds) as i64),
        // The CLI takes seconds as text, too.
        Value::String(text) => zoned(text).or_else(|| text.parse().ok()),
        _ => None,
    };
    if instant.is_none() {
        let message =
            format!("expected an instant such as 2026-01-05T07:30:00Z, found {}", found(value));
        object.fault(name, message);
    }
    instant
}

/// `YYYY-MM-DDThh:mm:ss`, a fraction that is dropped, and `Z`, `±hh:mm` or
/// nothing, which is UTC.
fn zoned(text: &str) -> Option<i64> {
    let local = calendar::seconds(text.get(..19)?)?;
    let zone = text.get(19..)?;
    let zone = match zone.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => zone,
    };
    let sign = match zone.chars().next() {
        None => return Some(local),
        Some('Z') if zone.len() == 1 => return Some(local),
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let two = |digits: &str| {
        let right = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        right.then(|| digits.parse::<i64>().ok()).flatten()
    };
    let offset = two(hours)? * 3600 + two(minutes).filter(|minutes| *minutes < 60)? * 60;
    (offset.abs() <= 86_400).then_some(local - sign * offset)
}
