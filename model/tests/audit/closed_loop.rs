//! With policies at work no exact run takes the path of the expected one: what
//! the two have in common is what comes out on average over many seeds.
//!
//! Task-hours are the same to 1 % where the traffic leaves no doubt about what to
//! decide. Where a metric passes close to its threshold chance decides, and in
//! the expected run, which knows none, the mean does: these differ by up to 3 %.

use headroom_model::scenario::Scenario;
use headroom_model::simulate;
use headroom_model::trace::{Outcome, Station, Trace};
use serde_json::{Value, json};

/// Seeds that a test run plays, and `cargo xtask verify`.
const SAMPLE: u64 = 20;
const ALL: u64 = 100;

/// When the traffic rises for the first time [s].
const SPIKE_S: f64 = 1800.0;

/// A service that tracks a target through some traffic.
fn scenario(traffic: &Value, seed: u64) -> Scenario {
    let scenario = json!({
        "version": 1, "seed": seed, "duration_s": 7200,
        "traffic": traffic,
        "service": {"desired_count": 4},
        "autoscaling": {
            "ScalableTarget": {"MinCapacity": 2, "MaxCapacity": 20},
            "ScalingPolicies": [{
                "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 70.0,
                    "PredefinedMetricSpecification":
                        {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                    "ScaleOutCooldown": 60, "ScaleInCooldown": 300,
                },
            }],
        },
        "slo": {"p95_ms": 300, "error_percent": 1.0},
    });
    Scenario::from_value(&scenario).expect("a valid scenario")
}

/// What a run comes to: task-hours, minutes missed, scale-outs, and minutes from
/// the first rise of the traffic to the last one missed.
fn outcome(trace: &Trace) -> [f64; 4] {
    let missed = trace.minutes.iter().filter(|minute| minute.missed);
    let last_s = missed.map(|minute| minute.t_s).fold(SPIKE_S, f64::max);
    let scale_outs = trace.decisions.iter().filter(|d| d.outcome == Outcome::ScaledOut).count();
    [
        trace.summary.task_seconds / 3600.0,
        f64::from(trace.summary.slo_minutes_missed),
        scale_outs as f64,
        (last_s - SPIKE_S) / 60.0,
    ]
}

#[test]
fn a_spike_comes_to_the_same_on_average() {
    compare(
        &json!({"shape": "spike", "base_rps": 100, "peak_rps": 320, "start_s": SPIKE_S,
                    "rise_s": 60, "hold_s": 900, "fall_s": 300}),
        0.01,
    );
}

#[test]
fn waves_come_to_the_same_on_average() {
    compare(
        &json!({"shape": "diurnal", "trough_rps": 80, "peak_rps": 240, "peak_at_s": 2700,
                    "period_s": 3000}),
        0.03,
    );
}

fn compare(traffic: &Value, hours_within: f64) {
    let seeds = if std::env::var_os("HEADROOM_VERIFY").is_some() { ALL } else { SAMPLE };
    let runs: Vec<[f64; 4]> = (0..seeds)
        .map(|seed| outcome(&simulate(&scenario(traffic, seed), Station::Exact)))
        .collect();
    let expected = outcome(&simulate(&scenario(traffic, 0), Station::Expected));
    let mean = |figure: usize| runs.iter().map(|run| run[figure]).sum::<f64>() / runs.len() as f64;
    let deviation = |figure: usize| {
        let mean = mean(figure);
        let squares: f64 = runs.iter().map(|run| (run[figure] - mean) * (run[figure] - mean)).sum();
        libm::sqrt(squares / (runs.len() - 1) as f64)
    };
    let minutes_missed = (0.02 * mean(1)).max(2.0 * deviation(1));
    for (figure, (what, allowed)) in [
        ("task-hours", hours_within * mean(0)),
        ("minutes missed", minutes_missed),
        ("scale-outs", 1.0),
        ("minutes to recover", 1.0),
    ]
    .into_iter()
    .enumerate()
    {
        let (exact, expected) = (mean(figure), expected[figure]);
        println!("{what}: {exact:.3} exact, sd {:.3}, {expected:.3} expected", deviation(figure));
        assert!((expected - exact).abs() <= allowed, "{what}: {expected} expected, {exact} exact");
    }
}
