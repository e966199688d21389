//! Makes a case that shows a disagreement smaller, so that a person can read it.

use serde_json::Value;

use super::cases::Case;
use super::oracle::Column;

/// Parts of a scenario that a case may do without.
const LISTS: [&str; 6] = [
    "/events",
    "/autoscaling/ScheduledActions",
    "/autoscaling/ScalingPolicies",
    "/autoscaling/Alarms",
    "/forecast/ahead",
    "/autoscaling/ScalableTarget/SuspendedState",
];

/// The smallest case found on which `fails` still holds.
pub(crate) fn shrink(mut case: Case, fails: impl Fn(&Case) -> bool) -> Case {
    loop {
        let smaller = smaller(&case).into_iter().find(&fails);
        match smaller {
            Some(smaller) => case = smaller,
            None => return case,
        }
    }
}

/// Cases that are a little smaller, the smallest first.
fn smaller(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    let minutes = case.recording.values().map(Column::minutes).max().unwrap_or(0);
    for cut in [minutes / 2, minutes / 4, 8, 3, 1] {
        let mut shorter = case.clone();
        for column in shorter.recording.values_mut() {
            let cut = cut * 60 / column.step_s as usize;
            column.values.truncate(column.values.len().saturating_sub(cut));
        }
        if cut > 0 && shorter.recording.values().all(|column| column.minutes() > 0) {
            found.push(shorter);
        }
    }
    for list in LISTS {
        let entries = match case.scenario.pointer(list) {
            Some(Value::Array(entries)) => entries.len(),
            Some(Value::Object(object)) => object.len().min(1),
            _ => 0,
        };
        for index in 0..entries {
            let mut without = case.clone();
            match without.scenario.pointer_mut(list) {
                Some(Value::Array(entries)) => drop(entries.remove(index)),
                Some(object) => *object = serde_json::json!({}),
                None => {}
            }
            found.push(without);
        }
    }
    found
}
