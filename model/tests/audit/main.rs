//! The audit of the marks: wherever an expected run is not marked approximate, its
//! percentiles and errors are those of exact runs.
//!
//! Generated traces, with fleets that do not follow the traffic, are played in
//! both fidelities; the exact one in many replications.

mod closed_loop;
mod real_day;
mod replications;
mod traces;

use std::collections::BTreeMap;

use headroom_model::data_plane::Fidelity;
use headroom_model::scenario::{Law, Scenario};
use headroom_model::simulate;
use headroom_model::trace::Station;
use replications::Minute;

/// Traces that there are; a test run plays one of so many.
const TRACES: u64 = 200;
const SAMPLE_STEP: usize = 20;
const REPLICATIONS: u64 = 20;
/// With fewer requests than this in all replications ten or fewer lie beyond
/// the percentile, and its standard error cannot be told.
const FEWEST: f64 = 200.0;

/// How far an unmarked minute may be from exact runs: relatively, or in standard
/// errors. Chance takes some beyond the first pair, and none beyond the second.
const NEAR: Bounds = Bounds { relative: 0.02, errors: 3.0 };
const FAR: Bounds = Bounds { relative: 0.04, errors: 6.0 };
/// The probability that Student's t with 19 degrees of freedom, which an error
/// from 20 replications gives, is beyond 3 standard errors.
const BEYOND_THREE: f64 = 0.0074;
/// The audit fails by chance once in so many times.
const ONCE_IN: f64 = 1000.0;

#[derive(Clone, Copy)]
struct Bounds {
    relative: f64,
    errors: f64,
}

impl Bounds {
    fn allow(self, exact: Minute, expected_ms: f64, errors: f64) -> bool {
        let allowed_ms = (self.relative * exact.p95_ms).max(self.errors * exact.error_ms);
        let [exact_errors, error] = exact.errors;
        (expected_ms - exact.p95_ms).abs() <= allowed_ms
            && (errors - exact_errors).abs() <= self.relative.max(self.errors * error)
    }
}

/// How a kind of trace fares.
#[derive(Default)]
struct Tally {
    minutes: u32,
    marked: u32,
    /// Of the marked minutes those that are near.
    near_though_marked: u32,
    /// Of the unmarked minutes those that are not near, …
    missed: u32,
    /// … and those in which chance alone can do that: where three standard
    /// errors are more than what is allowed anyway.
    chancy: u32,
}

#[test]
fn what_is_not_marked_is_right() {
    audit(traces::draw, 0.5);
}

#[test]
fn what_is_not_marked_is_right_where_clients_give_up() {
    // A part of the traces is overloaded, where retries can keep that up.
    audit(traces::draw_impatient, 0.7);
}

/// Audits a sample of the traces that are drawn like this, or all; no more than a
/// share of the minutes may be marked.
fn audit(draw: fn(u64) -> Scenario, most_marked: f64) {
    let all = std::env::var_os("HEADROOM_VERIFY").is_some();
    let mut kinds: BTreeMap<String, Tally> = BTreeMap::new();
    let mut far = Vec::new();
    for number in (0..TRACES).step_by(if all { 1 } else { SAMPLE_STEP }) {
        let scenario = draw(number);
        let tally = kinds.entry(kind(&scenario)).or_default();
        let exact = replications::by_minute(&scenario, REPLICATIONS);
        let expected = simulate(&scenario, Station::Expected).minutes;
        assert_eq!(exact.len(), expected.len(), "trace {number}");
        for (minute, (exact, expected)) in exact.into_iter().zip(&expected).enumerate() {
            let Some(exact) = exact.filter(|exact| exact.requests >= FEWEST) else { continue };
            let is_marked = expected.fidelity == Fidelity::Approximate;
            let expected_ms = expected.p95_ms.unwrap_or(0.0);
            let errors = expected.errors / (60.0 * expected.offered_rps);
            let is_near = NEAR.allow(exact, expected_ms, errors);
            tally.minutes += 1;
            tally.marked += u32::from(is_marked);
            tally.near_though_marked += u32::from(is_marked && is_near);
            if is_marked {
                continue;
            }
            tally.missed += u32::from(!is_near);
            tally.chancy += u32::from(NEAR.errors * exact.error_ms > NEAR.relative * exact.p95_ms);
            if !FAR.allow(exact, expected_ms, errors) {
                far.push(format!(
                    "trace {number}, minute {minute}: {expected_ms}, {errors}, {exact:?}"
                ));
            }
        }
    }
    println!("kind: minutes, marked, near though marked, missed");
    for (kind, tally) in &kinds {
        let Tally { minutes, marked, near_though_marked, missed, .. } = tally;
        println!("{kind}: {minutes}, {marked}, {near_though_marked}, {missed}");
    }
    let sum = |count: fn(&Tally) -> u32| kinds.values().map(count).sum::<u32>();
    let (missed, chancy) = (sum(|tally| tally.missed), sum(|tally| tally.chancy));
    assert!(far.is_empty(), "far from exact and not marked:\n{}", far.join("\n"));
    assert!(
        at_least(missed, chancy, BEYOND_THREE) >= 1.0 / ONCE_IN,
        "{missed} minutes are off and not marked, where chance alone can take {chancy}"
    );
    let marked = f64::from(sum(|tally| tally.marked)) / f64::from(sum(|tally| tally.minutes));
    assert!(marked < most_marked, "{marked} is marked");
}

/// What the law of the response times depends on.
fn kind(scenario: &Scenario) -> String {
    let task = &scenario.service.task;
    let law = match task.service_time.law {
        Law::Deterministic => "deterministic",
        Law::Exponential => "exponential",
        Law::Lognormal { .. } => "lognormal",
    };
    let shares = task.cpu_slots(1.0) < f64::from(task.concurrency);
    let cpu = if shares { "shared CPU" } else { "slots" };
    format!("{law}, {cpu}, {:?}", scenario.service.target_group.routing)
}

/// The probability that at least `count` of `of` independent things happen,
/// each with probability `p`.
fn at_least(count: u32, of: u32, p: f64) -> f64 {
    let (mut term, mut below) = (libm::pow(1.0 - p, f64::from(of)), 0.0);
    for happened in 0..count {
        below += term;
        term *= f64::from(of - happened.min(of)) / f64::from(happened + 1) * p / (1.0 - p);
    }
    1.0 - below
}

#[test]
fn chance_is_told_right() {
    assert!((at_least(1, 2, 0.5) - 0.75).abs() < 1e-12);
    assert!((at_least(2, 2, 0.5) - 0.25).abs() < 1e-12);
    assert_eq!(at_least(0, 0, 0.1), 1.0);
    assert_eq!(at_least(1, 0, 0.1), 0.0);
}
