//! The command as it is typed: output, faults, exit codes.

mod kit;

use kit::Prompt;
use serde_json::{Value, json};

const TRACKING: &str = r#"{
  "duration_s": 1200,
  "traffic": {"shape": "steps", "points": [[0, 130], [360, 170]]},
  "service": {"startup": {}},
  "metrics": {"publish_delay_s": 0},
  "autoscaling": {
    "ScalableTarget": {"MinCapacity": 2, "MaxCapacity": 20},
    "ScalingPolicies": [{
      "PolicyName": "cpu-target-70", "PolicyType": "TargetTrackingScaling",
      "TargetTrackingScalingPolicyConfiguration": {
        "TargetValue": 70.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}}]
  }
}"#;

#[test]
fn replay_prints_decisions_and_changes_of_state() {
    let prompt = Prompt::new(&[
        ("a.json", TRACKING.as_bytes()),
        ("m.csv", b"t_s,CPUUtilization,Other\n60,85,x\n120,85,\n180,85,1\n240,,2\n"),
    ]);
    let (code, out, err) = prompt.call(&["replay", "a.json", "--metrics", "m.csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let replay: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(
        replay["decisions"],
        json!([
            {"t_s": 180, "policy": "cpu-target-70", "metric": 85, "running": 4, "desired_before": 4,
             "proposed": 5, "desired_after": 5, "outcome": "scaled_out",
             "reason": "4 running x 85.0 / 70.0 = 4.86, rounded up to 5"},
            {"t_s": 240, "policy": "cpu-target-70", "metric": 85, "running": 5, "desired_before": 5,
             "proposed": 7, "desired_after": 6, "outcome": "scaled_out",
             "reason": "5 running x 85.0 / 70.0 = 6.07, rounded up to 7; less the 1 that the \
                        scale-out cooldown counts as added, 6"},
        ])
    );
    let alarm = &replay["alarms"].as_array().expect("a list").last().expect("a change");
    assert_eq!(alarm["state"], "ALARM");
}

#[test]
fn faults_of_a_recording_stand_at_line_and_column() {
    let prompt = Prompt::new(&[
        ("a.json", TRACKING.as_bytes()),
        ("bad.csv", b"t_s,CPUUtilization\n60,high\n90,1\n60,NaN\n"),
        ("header.csv", b"minute,Memory\n1,2\n"),
        ("ragged.csv", b"t_s,CPUUtilization\n60\n"),
        ("empty.csv", b"t_s,CPUUtilization\n"),
        ("utf16.csv", b"\xff\xfet\0"),
    ]);
    let faults = |file| {
        let (code, out, err) = prompt.call(&["replay", "a.json", "--metrics", file]);
        assert_eq!((code, out.as_str()), (1, ""));
        err
    };
    let bad = faults("bad.csv");
    for place in ["error: 2:2: ", "error: 3:1: ", "error: 4:1: "] {
        assert!(bad.contains(place), "{place} in {bad}");
    }
    let header = faults("header.csv");
    assert!(header.contains("no column t_s") && header.contains("ECSServiceAverageCPUUtilization"));
    assert!(faults("ragged.csv").starts_with("error: 2:1: "));
    assert!(faults("empty.csv").contains("no row"));
    assert!(faults("utf16.csv").contains("UTF-8"));
}

#[test]
fn every_fault_of_a_scenario_is_told_and_the_exit_is_1() {
    let prompt = Prompt::new(&[
        ("bad.json", br#"{"traffic": {"base_rps": -1}, "service": {"tasks": 3}, "x": 1}"#),
        ("good.json", TRACKING.as_bytes()),
    ]);
    for command in ["check", "simulate"] {
        let (code, out, err) = prompt.call(&[command, "bad.json"]);
        assert_eq!((code, out.as_str(), err.lines().count()), (1, "", 3), "{err}");
        assert!(err.lines().all(|line| line.starts_with("error: /")), "{err}");
    }
    assert_eq!(prompt.call(&["check", "good.json"]), (0, "ok\n".to_owned(), String::new()));
    let (code, _, err) = prompt.call(&["check", "good.json", "bad.json"]);
    assert!(code == 1 && err.contains("bad.json#/x: "), "{err}");
    let (code, _, err) = prompt.call(&["check", "missing.json"]);
    assert!(code == 1 && err.contains("cannot be opened"), "{err}");
}

#[test]
fn a_wrong_call_exits_with_2_and_says_how_it_is_called() {
    let prompt = Prompt::new(&[]);
    for arguments in [
        &[][..],
        &["fly"],
        &["simulate"],
        &["simulate", "a", "--station", "mars"],
        &["simulate", "a", "--seed", "-1"],
        &["simulate", "a", "--colour"],
        &["replay", "a"],
        &["check"],
        &["convert", "a"],
        &["convert", "--to", "cli"],
        &["convert", "a", "--to", "pulumi"],
        &["queue"],
        &["queue", "mgk"],
        &["queue", "--rho", "0.5"],
        &["queue", "mmc"],
        &["queue", "mmc", "--servers", "4"],
        &["queue", "mmc", "--servers", "1.5", "--rho", "0.5"],
        &["queue", "mmc", "--servers", "4", "--rho", "high"],
        &["queue", "mmc", "--servers", "4", "--rho", "NaN"],
        &["queue", "mmc", "--servers", "4", "--rho", "0.5", "--theta", "1"],
        &["queue", "mmck", "--servers", "4", "--rho", "0.5"],
        &["queue", "mg1", "--rho", "0.5"],
        &["queue", "erlang-a", "--servers", "4", "--rho", "0.5"],
        &["sweep", "a"],
        &["sweep", "--vary", "/seed=1:2:2"],
        &["sweep", "a", "--vary", "/seed"],
        &["sweep", "a", "--vary", "seed=1:2:2"],
        &["sweep", "a", "--vary", "/seed=1:2"],
        &["sweep", "a", "--vary", "/seed=1:2:0"],
        &["sweep", "a", "--vary", "/seed=1:2:1.5"],
        &["sweep", "a", "--vary", "/seed=one:2:2"],
        &["sweep", "a", "--vary", "/seed=1:1e999:2"],
        &["sweep", "a", "--vary", "/seed=1:2:2", "--vary", "/seed=3:4:2"],
        &["sweep", "a", "--vary", "/seed=1:2:2", "--format", "xml"],
        &["sweep", "a", "--vary", "/seed=1:2:2", "--station", "mars"],
    ] {
        let (code, out, err) = prompt.call(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.starts_with("error: ") && err.contains("usage: headroom"), "{err}");
    }
}

#[test]
fn simulate_prints_the_minutes_as_json_or_csv() {
    let prompt = Prompt::new(&[("a.json", TRACKING.as_bytes())]);
    let (code, out, _) = prompt.call(&["simulate", "a.json", "--seed", "9", "--station", "exact"]);
    let trace: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &trace["seed"], &trace["station"]), (0, &json!(9), &json!("exact")));
    assert_eq!(trace["minutes"].as_array().map(Vec::len), Some(20));
    let (code, out, _) = prompt.call(&["simulate", "a.json", "--format", "csv"]);
    assert_eq!((code, out.lines().count()), (0, 21));
    assert!(out.starts_with("t_s,offered_rps,served_rps,desired,"));
    let width = out.lines().map(|line| line.split(',').count()).collect::<Vec<_>>();
    assert!(width.iter().all(|&cells| cells == width[0]));
}

#[test]
fn the_same_call_prints_the_same_bytes() {
    let prompt = Prompt::new(&[("a.json", TRACKING.as_bytes())]);
    for station in ["exact", "expected"] {
        let call = || prompt.call(&["simulate", "a.json", "--station", station]);
        assert_eq!(call(), call());
    }
}

/// The scenario above, tracking something else.
fn tracking(specification: &Value, resolution_s: u32) -> Vec<u8> {
    let mut scenario: Value = serde_json::from_str(TRACKING).expect("JSON");
    scenario["metrics"]["resolution_s"] = json!(resolution_s);
    let policy = &mut scenario["autoscaling"]["ScalingPolicies"][0];
    let config = &mut policy["TargetTrackingScalingPolicyConfiguration"];
    config.as_object_mut().expect("an object").remove("PredefinedMetricSpecification");
    config
        .as_object_mut()
        .expect("an object")
        .extend(specification.as_object().expect("an object").clone());
    scenario.to_string().into_bytes()
}

#[test]
fn a_recording_names_metrics_of_ones_own_and_inputs_of_metric_math() {
    let stat =
        |name: &str| json!({"Metric": {"Namespace": "Shop", "MetricName": name}, "Stat": "Sum"});
    let own = tracking(
        &json!({"CustomizedMetricSpecification": {
            "Namespace": "Shop", "MetricName": "Open", "Statistic": "Average",
        }}),
        60,
    );
    let math = tracking(
        &json!({"CustomizedMetricSpecification": {"Metrics": [
            {"Id": "m1", "MetricStat": stat("Messages"), "ReturnData": false},
            {"Id": "m2", "MetricStat": stat("Workers"), "ReturnData": false},
            {"Id": "e1", "Expression": "m1 / m2"},
        ]}}),
        60,
    );
    let prompt = Prompt::new(&[
        ("own.json", &own),
        ("math.json", &math),
        ("own.csv", b"t_s,Open\n60,140\n120,140\n180,140\n"),
        ("math.csv", b"t_s,m1,m2\n60,560,4\n120,560,4\n180,560,4\n"),
    ]);
    for name in ["own", "math"] {
        let (code, out, err) =
            prompt.call(&["replay", &format!("{name}.json"), "--metrics", &format!("{name}.csv")]);
        assert_eq!((code, err.as_str()), (0, ""));
        let replay: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(replay["decisions"][0]["desired_after"], 8, "{name}: 4 x 140 / 70");
    }
    let (code, _, err) = prompt.call(&["simulate", "own.json"]);
    assert_eq!(code, 0);
    assert!(err.starts_with("note: the run publishes no Open"), "{err}");
}

#[test]
fn a_recording_of_20_second_metrics_has_rows_20_s_apart() {
    let fine = tracking(
        &json!({"PredefinedMetricSpecification":
            {"PredefinedMetricType": "ECSServiceAverageCPUUtilizationHighResolution"}}),
        20,
    );
    let csv = b"t_s,CPUUtilization\n20,85\n40,85\n60,85\n";
    let prompt = Prompt::new(&[
        ("a.json", &fine),
        ("m.csv", csv),
        ("n.csv", b"t_s,CPUUtilization\n30,85\n"),
    ]);
    let (code, out, err) = prompt.call(&["replay", "a.json", "--metrics", "m.csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let replay: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(replay["decisions"][0]["t_s"], 60);
    let (code, _, err) = prompt.call(&["replay", "a.json", "--metrics", "n.csv"]);
    assert_eq!(code, 1);
    assert!(err.contains("t_s must be a multiple of 20 s"), "{err}");
}
