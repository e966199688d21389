//! The arithmetic of target tracking, and how it is told.

use crate::decimal;

/// The smallest whole number that is not below `x`, where a whole number
/// within a relative 1e-9 counts as reached.
///
/// In binary floating point 25 × 56 / 50 need not be 28; AWS's result is not
/// known to depend on it, and a rounding error must not start a task.
pub fn ceil_tolerant(x: f64) -> f64 {
    let nearest = libm::round(x);
    if libm::fabs(x - nearest) <= 1e-9 * libm::fabs(x) { nearest } else { libm::ceil(x) }
}

/// The capacity [tasks] that brings the metric to its target:
/// `ceil(running × metric / target)`.
///
/// AWS does not print the formula; its worked examples fix it (ECS developer
/// guide: 10 tasks, 150 messages a task, target 100 → 15), and the base is the
/// running count (ECS developer guide, service auto scaling).
pub fn desired_capacity(running: u32, metric: f64, target: f64) -> u32 {
    let capacity = ceil_tolerant(quotient(running, metric, target));
    // Far beyond any MaxCapacity; the conversion must not wrap.
    capacity.clamp(0.0, f64::from(u32::MAX)) as u32
}

fn quotient(running: u32, metric: f64, target: f64) -> f64 {
    f64::from(running) * metric / target
}

/// The formula with its numbers, from which the result can be computed again:
/// `4 running x 85.0 / 70.0 = 4.86, rounded up to 5`.
pub(super) fn in_words(running: u32, metric: f64, target: f64) -> String {
    let capacity = desired_capacity(running, metric, target);
    let (metric, shown) =
        shortest(metric, 1, |metric| desired_capacity(running, metric, target) == capacity);
    let (target, _) =
        shortest(target, 1, |target| desired_capacity(running, shown, target) == capacity);
    let result = quotient(running, shown, decimal::read(&target).unwrap_or(1.0));
    let start = format!("{running} running x {metric} / {target} =");
    if result == 0.0 || libm::fabs(result - f64::from(capacity)) <= 1e-9 * result {
        return format!("{start} {capacity}");
    }
    let (result, _) = shortest(result, 2, |result| ceil_tolerant(result) == f64::from(capacity));
    format!("{start} {result}, rounded up to {capacity}")
}

/// `value` with as few decimals, at least `decimals`, as keep `holds` true.
pub(super) fn shortest(value: f64, decimals: u32, holds: impl Fn(f64) -> bool) -> (String, f64) {
    for decimals in decimals..12 {
        let text = decimal::fixed(value, decimals);
        if let Some(shown) = decimal::read(&text)
            && holds(shown)
        {
            return (text, shown);
        }
    }
    (decimal::shortest(value), value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rounding_errors_start_no_task() {
        assert_eq!(desired_capacity(25, 56.0, 50.0), 28);
        assert_eq!(desired_capacity(5, 56.000_000_000_000_01, 70.0), 4);
        assert_eq!(desired_capacity(5, 56.000_01, 70.0), 5);
        assert_eq!(desired_capacity(4, 85.0, 70.0), 5);
        assert_eq!(desired_capacity(1, 1e-12, 70.0), 1);
        assert_eq!(desired_capacity(5, 0.0, 70.0), 0);
        assert_eq!(desired_capacity(10_000, 1e300, 1e-100), u32::MAX);
    }

    #[test]
    fn the_formula_reads_as_a_person_would_write_it() {
        assert_eq!(in_words(4, 85.0, 70.0), "4 running x 85.0 / 70.0 = 4.86, rounded up to 5");
        assert_eq!(in_words(25, 56.0, 50.0), "25 running x 56.0 / 50.0 = 28");
        assert_eq!(in_words(4, 70.04, 70.0), "4 running x 70.04 / 70.0 = 4.002, rounded up to 5");
        assert_eq!(in_words(5, 0.0, 70.0), "5 running x 0.0 / 70.0 = 0");
    }

    proptest! {
        #[test]
        fn what_is_told_gives_what_was_decided(
            running in 1u32..500, metric in 0.0f64..500.0, target in 0.5f64..200.0,
        ) {
            let told = in_words(running, metric, target);
            let numbers: Vec<f64> =
                told.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
            let again = desired_capacity(running, numbers[1], numbers[2]);
            prop_assert_eq!(again, desired_capacity(running, metric, target), "{}", told);
            prop_assert_eq!(f64::from(again), *numbers.last().unwrap(), "{}", told);
        }
    }
}
