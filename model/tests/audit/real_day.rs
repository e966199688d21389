//! A day of real traffic: marks are not bought with marking everything.

use headroom_model::data_plane::Fidelity;
use headroom_model::scenario::Scenario;
use headroom_model::simulate;
use headroom_model::trace::Station;
use serde_json::json;

/// The web site of the football World Cup on 30 June 1998: mean requests per
/// second, by time [s]; from the public trace (Arlitt and Jin, Internet Traffic
/// Archive).
const DAY: &str = include_str!("../reference/worldcup98_june30.csv");

/// A task serves 200 requests/s; the fleet tracks a target of CPU. In `part` of
/// the traffic each request takes longer, so that as many tasks are there.
fn scenario(part: f64) -> Scenario {
    let points: Vec<[f64; 2]> = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(DAY.as_bytes())
        .deserialize()
        .map(|row| row.expect("a time and a rate"))
        .map(|[t_s, rps]: [f64; 2]| [t_s, rps * part])
        .collect();
    let scenario = json!({
        "version": 1, "duration_s": 86_400,
        "traffic": {"shape": "trace", "points": points},
        "service": {
            "desired_count": 4,
            "task": {"service_time": {"law": "exponential", "mean_ms": 12.5 / part},
                     "cpu_ms_per_request": 5.0 / part},
        },
        "autoscaling": {
            "ScalableTarget": {"MinCapacity": 2, "MaxCapacity": 40},
            "ScalingPolicies": [{
                "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 70.0,
                    "PredefinedMetricSpecification":
                        {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                },
            }],
        },
    });
    Scenario::from_value(&scenario).expect("a valid scenario")
}

#[test]
fn most_of_a_real_day_is_vouched_for() {
    // A test run plays a tenth of the traffic, `cargo xtask verify` all.
    let part = if std::env::var_os("HEADROOM_VERIFY").is_some() { 1.0 } else { 0.1 };
    let scenario = scenario(part);
    let expected = simulate(&scenario, Station::Expected);
    let exact = simulate(&scenario, Station::Exact);
    let unmarked: Vec<_> = expected
        .minutes
        .iter()
        .zip(&exact.minutes)
        .filter(|(minute, _)| minute.fidelity == Fidelity::Expected)
        .collect();
    let mut misses: Vec<f64> = unmarked
        .iter()
        .filter_map(|(expected, exact)| Some((expected.p95_ms? / exact.p95_ms? - 1.0).abs()))
        .collect();
    misses.sort_by(f64::total_cmp);
    let at = |q: f64| misses[(q * misses.len() as f64) as usize];
    let share = unmarked.len() as f64 / expected.minutes.len() as f64;
    println!("{share:.3} unmarked; p95 within {:.3}, nine of ten {:.3}", at(0.5), at(0.9));
    assert!(share >= 0.7, "{share} of the minutes are unmarked");
    assert!(at(0.5) <= 0.05 && at(0.9) <= 0.25, "p95 differs by {} and {}", at(0.5), at(0.9));
}
