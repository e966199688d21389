//! Step scaling: what a breach of an alarm adds or takes away.

use super::formula::shortest;
use super::wish::{Direction, Wish};
use crate::decimal;
use crate::scenario::{AdjustmentType, Aggregation, Step, StepScaling};

/// The step that a breach falls into: the distance of the metric from the
/// alarm's threshold, whose alarm is `above` if it waits for high values.
///
/// Above the threshold a lower bound belongs to its step and an upper does
/// not; below it is the other way (Application Auto Scaling user guide, step
/// scaling policies). At the threshold itself the alarm's side decides; AWS
/// does not say, this is our choice.
pub fn step_of(steps: &[Step], breach: f64, above: bool) -> Option<&Step> {
    let upward = breach > 0.0 || (breach == 0.0 && above);
    steps.iter().find(|step| {
        if upward {
            step.lower <= breach && breach < step.upper
        } else {
            step.lower < breach && breach <= step.upper
        }
    })
}

/// The capacity [tasks] that a step makes of `capacity`.
///
/// Percentages are rounded toward zero, but what is not zero changes by one
/// task at least, and by MinAdjustmentMagnitude if that is more (Application
/// Auto Scaling user guide, step scaling policies).
pub fn adjusted(policy: &StepScaling, step: &Step, capacity: u32) -> u32 {
    let adjustment = i64::from(step.adjustment);
    let change = match policy.adjustment_type {
        AdjustmentType::ExactCapacity => adjustment - i64::from(capacity),
        AdjustmentType::ChangeInCapacity => adjustment,
        AdjustmentType::PercentChangeInCapacity => percent(policy, adjustment, capacity),
    };
    (i64::from(capacity) + change).clamp(0, i64::from(u32::MAX)) as u32
}

fn percent(policy: &StepScaling, adjustment: i64, capacity: u32) -> i64 {
    let product = i64::from(capacity) * adjustment;
    let least = match (product, adjustment) {
        (_, 0) => return 0,
        (0, _) => 0,
        _ => 1,
    };
    let least = i64::from(policy.min_adjustment_magnitude).max(least);
    (product / 100).abs().max(least) * adjustment.signum()
}

/// One value of the datapoints that an alarm counted; `None` of none.
pub fn aggregate(aggregation: Aggregation, datapoints: impl Iterator<Item = f64>) -> Option<f64> {
    let mut count = 0.0;
    let combine = |a: f64, b: f64| match aggregation {
        Aggregation::Average => a + b,
        Aggregation::Minimum => a.min(b),
        Aggregation::Maximum => a.max(b),
    };
    let all = datapoints.inspect(|_| count += 1.0).reduce(combine)?;
    Some(if aggregation == Aggregation::Average { all / count } else { all })
}

/// What a policy asks for whose alarm is in ALARM, with the alarm's threshold.
/// Like target tracking it starts from the running count, from which an exact
/// capacity is more or fewer tasks, too; AWS says "capacity".
pub(super) fn wish(
    policy: (usize, &StepScaling),
    called: bool,
    (threshold, above): (f64, bool),
    metric: Option<f64>,
    running: u32,
) -> Wish {
    let (index, settings) = policy;
    let found = metric.and_then(|metric| {
        let step = step_of(&settings.steps, metric - threshold, above)?;
        Some((metric, step))
    });
    let capacity = found.map_or(running, |(_, step)| adjusted(settings, step, running));
    let reason = match (metric, found) {
        (None, _) => "the alarm has no datapoint to count the breach from".to_owned(),
        (Some(metric), None) => {
            format!(
                "{} - {} falls into no step",
                decimal::fixed(metric, 1),
                decimal::fixed(threshold, 1)
            )
        }
        (_, Some((metric, step))) => in_words(settings, step, (metric, threshold, above), running),
    };
    Wish {
        policy: index,
        direction: match capacity.cmp(&running) {
            std::cmp::Ordering::Greater => Direction::Out,
            std::cmp::Ordering::Less => Direction::In,
            std::cmp::Ordering::Equal => Direction::Stay,
        },
        called,
        tracking: false,
        alarm: String::new(),
        metric_kind: None,
        metric,
        target: Some(threshold),
        capacity,
        exact: settings.adjustment_type == AdjustmentType::ExactCapacity,
        cooldown: settings.cooldown,
        reason,
    }
}

/// The step with its numbers, from which the result can be computed again:
/// `72.0 - 50.0 = 22.0, step 20 to inf: 10 running + 30% = 13`.
fn in_words(
    policy: &StepScaling,
    step: &Step,
    (metric, threshold, above): (f64, f64, bool),
    running: u32,
) -> String {
    let same = |metric: f64| step_of(&policy.steps, metric - threshold, above) == Some(step);
    let (text, shown) = shortest(metric, 1, same);
    let (limit, _) =
        shortest(threshold, 1, |limit| step_of(&policy.steps, shown - limit, above) == Some(step));
    let (breach, _) = shortest(shown - threshold, 1, |breach| {
        step_of(&policy.steps, breach, above) == Some(step)
    });
    let capacity = adjusted(policy, step, running);
    let Step { lower, upper, adjustment } = step;
    let (lower, upper) = (decimal::shortest(*lower), decimal::shortest(*upper));
    let sign = if *adjustment < 0 { '-' } else { '+' };
    let size = adjustment.unsigned_abs();
    let sum = match policy.adjustment_type {
        AdjustmentType::ExactCapacity => format!("exactly {capacity}"),
        AdjustmentType::ChangeInCapacity => format!("{running} running {sign} {size} = {capacity}"),
        AdjustmentType::PercentChangeInCapacity => {
            let least = policy.min_adjustment_magnitude;
            let least =
                if least > 1 && size > 0 { format!(" ({least} at least)") } else { String::new() };
            format!("{running} running {sign} {size}%{least} = {capacity}")
        }
    };
    format!("{text} - {limit} = {breach}, step {lower} to {upper}: {sum}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Micros;
    use proptest::prelude::*;

    const NONE: f64 = f64::INFINITY;

    fn policy(
        adjustment_type: AdjustmentType,
        least: u32,
        steps: &[(f64, f64, i32)],
    ) -> StepScaling {
        let step =
            |&(lower, upper, adjustment): &(f64, f64, i32)| Step { lower, upper, adjustment };
        StepScaling {
            name: "steps".to_owned(),
            adjustment_type,
            steps: steps.iter().map(step).collect(),
            min_adjustment_magnitude: least,
            cooldown: Micros::ZERO,
            aggregation: Aggregation::Average,
        }
    }

    #[test]
    fn percentages_are_rounded_as_documented() {
        // Capacity, percentage, change: the guide's 12.7, .67, -.58 and -6.67.
        for (capacity, adjustment, least, change) in [
            (127, 10, 0, 12),
            (67, 1, 0, 1),
            (58, -1, 0, -1),
            (667, -1, 0, -6),
            (4, 25, 2, 2),
            (4, -25, 2, -2),
            (3, 10, 0, 1),
            (3, 0, 2, 0),
            (0, 10, 0, 0),
        ] {
            let policy =
                policy(AdjustmentType::PercentChangeInCapacity, least, &[(0.0, NONE, adjustment)]);
            let after = adjusted(&policy, &policy.steps[0], capacity);
            assert_eq!(
                i64::from(after) - i64::from(capacity),
                change,
                "{adjustment}% of {capacity}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_told_gives_what_was_decided(
            running in 1u32..300, metric in 0.0f64..200.0, threshold in 1.0f64..100.0,
            kind in 0usize..3, edges in proptest::collection::vec(1u32..60, 1..4), by in 1i32..50,
        ) {
            let kind = [
                AdjustmentType::ChangeInCapacity,
                AdjustmentType::PercentChangeInCapacity,
                AdjustmentType::ExactCapacity,
            ][kind];
            let mut steps = vec![(-NONE, 0.0, if kind == AdjustmentType::ExactCapacity { 1 } else { -by })];
            let mut from = 0.0;
            for (nth, width) in (1..).zip(&edges) {
                steps.push((from, from + f64::from(*width), by * nth));
                from += f64::from(*width);
            }
            steps.push((from, NONE, by * 9));
            let policy = policy(kind, 0, &steps);
            let step = step_of(&policy.steps, metric - threshold, true).unwrap();
            let told = in_words(&policy, step, (metric, threshold, true), running);
            let (breach, sum) = told.split_once(", step ").unwrap();
            let numbers: Vec<f64> = breach.split(' ').filter_map(|word| word.parse().ok()).collect();
            let again = step_of(&policy.steps, numbers[0] - numbers[1], true).unwrap();
            prop_assert_eq!(again, step, "{}", &told);
            prop_assert_eq!(step_of(&policy.steps, numbers[2], true).unwrap(), step, "{}", &told);
            let result: u32 = sum.rsplit(' ').next().unwrap().parse().unwrap();
            prop_assert_eq!(result, adjusted(&policy, step, running), "{}", &told);
        }
    }
}
