//! Metrics every 20 seconds, and how soon a policy is called.

use headroom_model::expect;
use headroom_model::scenario::{Metric, Scenario};
use headroom_model::time::Micros;
use headroom_model::trace::{AlarmState, Outcome, Trace};
use serde_json::{Value, json};

use super::{outcomes, play_all, scenario};

/// A service that publishes every 20 s, tracking its CPU so.
fn fine(count: u32, target: f64) -> Value {
    let mut scenario = scenario(count, target, json!({}));
    super::settings(&mut scenario)["PredefinedMetricSpecification"] =
        json!({"PredefinedMetricType": "ECSServiceAverageCPUUtilizationHighResolution"});
    scenario["metrics"] = json!({"resolution_s": 20});
    scenario
}

fn play(scenario: &Value, points: &[f64]) -> Trace {
    play_all(scenario, &[(Metric::CpuHighResolution, points)])
}

#[test]
fn three_datapoints_of_20_seconds_call_the_policy() {
    let trace = play(&fine(4, 50.0), &[100.0; 3]);
    assert_eq!(outcomes(&trace), [(60.0, Outcome::ScaledOut, 8)]);
}

#[test]
fn while_in_alarm_it_is_called_once_a_minute() {
    let mut scenario = fine(4, 50.0);
    scenario["autoscaling"]["ScalableTarget"]["MaxCapacity"] = json!(4);
    let trace = play(&scenario, &[100.0; 10]);
    let times: Vec<_> = trace.decisions.iter().map(|decision| decision.t_s).collect();
    assert_eq!(times, [60.0, 120.0, 180.0]);
}

#[test]
fn the_low_alarm_of_fine_metrics_waits_ten_minutes() {
    let trace = play(&fine(10, 50.0), &[20.0; 30]);
    assert_eq!(outcomes(&trace), [(600.0, Outcome::ScaledIn, 4)]);
}

/// A step from a third of capacity to saturation, at each second of a minute:
/// how long until the high alarm goes off, on average [s].
fn delay_s(fine: bool) -> f64 {
    let delays = (0..60).map(|phase| {
        let step_s = 1200 + phase;
        let metric = if fine {
            "ECSServiceAverageCPUUtilizationHighResolution"
        } else {
            "ECSServiceAverageCPUUtilization"
        };
        let mut scenario = scenario(10, 70.0, json!({"MinCapacity": 10}));
        super::settings(&mut scenario)["PredefinedMetricSpecification"]["PredefinedMetricType"] =
            json!(metric);
        scenario["duration_s"] = json!(1800);
        scenario["traffic"] = json!({
            "shape": "steps", "points": [[0, 166.7], [step_s, 500]], "arrivals": "deterministic",
        });
        scenario["metrics"] = json!({"resolution_s": if fine { 20 } else { 60 }});
        let trace = expect(&Scenario::from_value(&scenario).expect("a right scenario"));
        let high = trace
            .alarms
            .iter()
            .find(|change| change.state == AlarmState::Alarm && change.name.contains("AlarmHigh"));
        high.expect("it goes off").t_s - f64::from(step_s)
    });
    delays.sum::<f64>() / 60.0
}

/// AWS measured 363 s with one-minute metrics and 86 s with 20-second ones.
#[test]
fn a_step_triggers_as_late_as_aws_measured() {
    let (coarse, fine) = (delay_s(false), delay_s(true));
    assert!((coarse - 363.0).abs() < 5.0, "{coarse}");
    assert!((fine - 86.0).abs() < 10.0, "{fine}");
}

/// Requests have doubled at 180 s, CPU is a little high from 180 s on: its
/// policy is called at 220 s, between two minutes, and the other one is not.
#[test]
fn a_policy_is_asked_when_its_own_alarm_calls() {
    let mut scenario = fine(4, 50.0);
    let requests = super::policy("alb", "ALBRequestCountPerTarget", 1000.0);
    let policies = scenario["autoscaling"]["ScalingPolicies"].as_array_mut().expect("a list");
    policies.push(requests);
    for policy in policies {
        policy["TargetTrackingScalingPolicyConfiguration"]["ScaleOutCooldown"] = json!(0);
    }
    let mut cpu = vec![48.0; 8];
    cpu.extend([51.0; 3]);
    let requests: &[f64] = &[2000.0; 3];
    let metrics = [(Metric::RequestsPerTarget, requests), (Metric::CpuHighResolution, &cpu[..])];
    let expected = [(180.0, Outcome::ScaledOut, 8), (220.0, Outcome::ScaledOut, 9)];
    assert_eq!(outcomes(&play_all(&scenario, &metrics)), expected);
}

#[test]
fn a_metric_of_ones_own_may_come_every_ten_seconds() {
    let mut alarm = super::step::alarm("queue", "GreaterThanThreshold", 100.0);
    alarm["Namespace"] = json!("Shop");
    alarm["MetricName"] = json!("Waiting");
    alarm["Period"] = json!(10);
    alarm["EvaluationPeriods"] = json!(2);
    let settings =
        json!({"StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 3}]});
    let scenario = super::step::steps(4, settings, &[alarm]);
    let metric = Metric::named("Waiting", Micros::from_whole_s(10));
    let trace = play_all(&scenario, &[(metric, &[90.0, 130.0, 140.0])]);
    assert_eq!(outcomes(&trace), [(30.0, Outcome::ScaledOut, 7)]);
}
