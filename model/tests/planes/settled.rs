//! The settled form of an expected run: what stays, what becomes exact, and
//! that it is what exact runs show.

use headroom_model::data_plane::{Fidelity, Sample};
use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use headroom_model::trace::{Minute, Station, Trace};
use headroom_model::{MOST_REQUESTS, Settling, simulate};

use crate::kit::assert_close;

fn scenario(traffic: &str, rest: &str) -> Scenario {
    let json = format!(r#"{{ "version": 1, "seed": 11, "traffic": {traffic}, {rest} }}"#);
    Scenario::parse(json.as_bytes()).expect("a valid scenario")
}

/// Three tasks of 50 rps before a spike to 180 rps, and a scaler.
fn spike() -> Scenario {
    scenario(
        r#"{ "shape": "spike", "base_rps": 100, "peak_rps": 180, "start_s": 300, "rise_s": 60,
             "hold_s": 900, "fall_s": 300 }"#,
        r#""duration_s": 3000, "service": { "desired_count": 3 }, "slo": { "p95_ms": 300 },
           "autoscaling": { "ScalableTarget": { "MinCapacity": 3, "MaxCapacity": 20 },
             "ScalingPolicies": [ { "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
               "TargetTrackingScalingPolicyConfiguration": { "TargetValue": 70,
                 "PredefinedMetricSpecification": {
                   "PredefinedMetricType": "ECSServiceAverageCPUUtilization" } } } ] }"#,
    )
}

fn settled(scenario: &Scenario) -> Trace {
    Settling::new(scenario).finish()
}

fn is_approximate(minute: &Minute) -> bool {
    minute.fidelity == Fidelity::Approximate
}

#[test]
fn fleet_and_decisions_stay_and_marked_minutes_become_exact() {
    let scenario = spike();
    let (expected, settled) = (simulate(&scenario, Station::Expected), settled(&scenario));
    let marked = expected.minutes.iter().filter(|minute| is_approximate(minute)).count();
    assert!(marked > 3 && marked < expected.minutes.len() - 3, "{marked} minutes are marked");
    assert_eq!(expected.decisions, settled.decisions);
    assert_eq!(expected.tasks, settled.tasks);
    for (expected, settled) in expected.minutes.iter().zip(&settled.minutes) {
        if is_approximate(expected) {
            let Minute { served_rps, p50_ms, p95_ms, p99_ms, errors, missed, .. } = *settled;
            let stays = Minute { served_rps, p50_ms, p95_ms, p99_ms, errors, missed, ..*expected };
            assert_eq!(*settled, Minute { fidelity: Fidelity::Exact, ..stays });
            assert_ne!(settled.p95_ms, expected.p95_ms, "at {} s", settled.t_s);
        } else {
            assert_eq!(expected, settled);
        }
    }
}

#[test]
fn the_summary_is_that_of_the_minutes() {
    let trace = settled(&spike());
    let summary = trace.summary;
    let sum = summary.completed
        + summary.rejected
        + summary.timed_out
        + summary.failed
        + summary.in_flight;
    assert_close(sum, summary.requests, 1e-9, "requests");
    let of_minutes = |figure: fn(&Minute) -> f64| trace.minutes.iter().map(figure).sum::<f64>();
    assert_close(of_minutes(|it| it.offered_rps * 60.0), summary.requests, 1e-9, "arrivals");
    // A replication is not as full at the ends of its stretch as theory has it.
    assert_close(of_minutes(|it| it.served_rps * 60.0), summary.completed, 1e-3, "answers");
    let errors = summary.rejected + summary.timed_out + summary.failed;
    assert_close(of_minutes(|it| it.errors), errors, 1e-9, "errors");
    assert_eq!(of_minutes(|it| f64::from(it.missed)), f64::from(summary.slo_minutes_missed));
}

#[test]
fn a_run_that_theory_vouches_for_stays_as_it_is() {
    let calm = scenario(r#"{ "shape": "steady", "rps": 100 }"#, r#""service": {}"#);
    assert_eq!(settled(&calm), simulate(&calm, Station::Expected));
}

#[test]
fn a_settled_minute_is_what_exact_runs_show() {
    // On a fixed fleet, so that all runs have the same: four tasks of 50 rps at
    // 97 %, and overloaded for a while, so that the stretch begins with a backlog.
    for traffic in [
        r#"{ "shape": "steps", "points": [[0, 150], [600, 199]] }"#,
        r#"{ "shape": "steps", "points": [[0, 150], [600, 230], [900, 196]] }"#,
    ] {
        let scenario = scenario(
            traffic,
            r#""duration_s": 1800, "service": { "task": { "queue_limit": null } }"#,
        );
        let expected = simulate(&scenario, Station::Expected);
        let settled = settled(&scenario);
        let runs: Vec<Trace> = (100..140)
            .map(|seed| simulate(&Scenario { seed, ..scenario.clone() }, Station::Exact))
            .collect();
        let mut compared = 0;
        for (row, minute) in settled.minutes.iter().enumerate() {
            if !is_approximate(&expected.minutes[row]) || row < 5 {
                continue;
            }
            let of_runs = |figure: fn(&Minute) -> f64| {
                let values: Vec<f64> = runs.iter().map(|run| figure(&run.minutes[row])).collect();
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
                (mean, libm::sqrt(squares / (values.len() - 1) as f64))
            };
            // The mean of eight, against the mean of forty.
            let wide = 4.5 * libm::sqrt(1.0 / 8.0 + 1.0 / 40.0);
            let (served, deviation) = of_runs(|minute| minute.served_rps);
            let off = (minute.served_rps - served).abs();
            assert!(off <= wide * deviation + 0.01, "{traffic}: served in row {row}, off {off}");
            // The median of all together is not the mean of medians, but near.
            let (median, deviation) = of_runs(|minute| minute.p50_ms.unwrap_or(0.0));
            let off = (minute.p50_ms.unwrap_or(0.0) - median).abs();
            assert!(
                off <= wide * deviation + 0.03 * median,
                "{traffic}: median in row {row}: {:?} against {median} +- {deviation}",
                minute.p50_ms
            );
            compared += 1;
        }
        assert!(compared >= 8, "{traffic}: only {compared} minutes are marked");
    }
}

#[test]
fn a_seed_gives_other_figures_and_the_same_again() {
    let first = settled(&spike());
    assert_eq!(first, settled(&spike()));
    let other = settled(&Scenario { seed: 12, ..spike() });
    assert_ne!(first.summary.p95_ms, other.summary.p95_ms);
    assert_eq!(first.decisions, other.decisions);
}

#[test]
fn it_says_how_much_there_is_to_do_and_how_far_it_is() {
    let mut settling = Settling::new(&spike());
    let all = settling.requests();
    assert!(all > 0.0 && all <= MOST_REQUESTS);
    let (mut rows, mut before) = (Vec::new(), 0.0);
    while !settling.is_done() {
        assert!(settling.progress() >= before && settling.progress() <= 1.0);
        before = settling.progress();
        rows.extend(settling.step());
    }
    assert!(before > 0.9 && settling.progress() == 1.0, "{before}");
    let marked = settling.trace().minutes.iter().enumerate();
    let exact = marked.filter(|(_, minute)| minute.fidelity == Fidelity::Exact);
    assert_eq!(rows, exact.map(|(row, _)| row).collect::<Vec<_>>());
}

#[test]
fn a_mean_of_runs_is_their_sum_divided() {
    let mut sample = Sample { offered: 30.0, failed: 6.0, ..Sample::default() };
    sample.latency.record(Micros(100_000));
    let once = sample.clone();
    (0..2).for_each(|_| sample.add(&once));
    sample.divide(3.0);
    assert_eq!(sample, once);
}
