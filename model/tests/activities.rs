//! What a run's list of scaling activities tells.

use headroom_model::expect;
use headroom_model::scenario::Scenario;
use headroom_model::trace::activity::{Activity, NotScaled, Status, activities};
use serde_json::{Value, json};

/// Two hours of a service, its metrics visible at once.
fn listed(settings: &[(&str, Value)]) -> Vec<Activity> {
    let mut scenario = json!({
        "duration_s": 7200,
        "traffic": {"shape": "steps", "points": [[0, 130]]},
        "service": {"desired_count": 4},
        "metrics": {"publish_delay_s": 0},
        "autoscaling": {
            "ScalableTarget": {"MinCapacity": 1, "MaxCapacity": 20},
            "ScalingPolicies": [{
                "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 70,
                    "PredefinedMetricSpecification":
                        {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
                },
            }],
        },
    });
    for (pointer, value) in settings {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        scenario.pointer_mut(parent).expect("a parent")[name] = value.clone();
    }
    let trace = expect(&Scenario::from_value(&scenario).expect("a right scenario"));
    activities(&trace, 7200.0)
}

fn traffic(points: Value) -> (&'static str, Value) {
    ("/traffic/points", points)
}

#[test]
fn a_scale_out_is_in_progress_until_its_tasks_run() {
    let all = listed(&[traffic(json!([[0, 130], [600, 170]]))]);
    let [activity] = &all[..] else { panic!("one activity: {all:?}") };
    assert_eq!(activity.status, Status::Successful);
    assert_eq!(activity.description, "Setting desired count to 5.");
    assert!(activity.cause.contains("AlarmHigh") && activity.cause.contains("policy cpu"));
    // Provisioning and pulling take 18 s.
    assert_eq!(activity.end_s, Some(activity.start_s + 18.0));
}

#[test]
fn a_newer_one_overrides_it() {
    let slow = ("/service/startup", json!({"provision_s": 600}));
    let all = listed(&[slow, traffic(json!([[0, 130], [600, 170], [900, 190]]))]);
    let states: Vec<_> = all.iter().map(|activity| activity.status).collect();
    assert_eq!(states[0], Status::Overridden);
    assert_eq!(states.last(), Some(&Status::Successful));
}

#[test]
fn of_equal_reasons_in_a_row_the_first_is_kept() {
    let max = ("/autoscaling/ScalableTarget/MaxCapacity", json!(4));
    let all = listed(&[max, traffic(json!([[0, 130], [600, 170]]))]);
    let reasons: Vec<_> = all.iter().map(|activity| activity.not_scaled).collect();
    assert_eq!(reasons, [Some(NotScaled::AlreadyAtMaxCapacity)]);
}

#[test]
fn a_scale_in_that_would_come_back_is_anticipated() {
    // 60 %: below 63, but three tasks would be at 80.
    let all = listed(&[traffic(json!([[0, 120]]))]);
    let reasons: Vec<_> = all.iter().map(|activity| activity.not_scaled).collect();
    assert_eq!(reasons, [Some(NotScaled::AutoScalingAnticipatedFlapping)]);
}

#[test]
fn a_deployment_makes_the_service_unscalable() {
    // It begins before the low alarm goes off and lasts while tasks drain.
    let deployment = ("/events", json!([{"at_s": 850, "kind": "deployment"}]));
    let all = listed(&[deployment, traffic(json!([[0, 40]]))]);
    assert_eq!(all[0].not_scaled, Some(NotScaled::TargetServicePutResourceAsUnscalable));
    assert_eq!(all[1].description, "Setting desired count to 2.");
}

#[test]
fn a_count_set_by_hand_overrides_what_is_under_way() {
    let slow = ("/service/startup", json!({"provision_s": 600}));
    let by_hand = ("/events", json!([{"at_s": 900, "kind": "set_desired", "desired_count": 4}]));
    let all = listed(&[slow, by_hand, traffic(json!([[0, 130], [600, 170], [840, 130]]))]);
    assert_eq!((all[0].status, all[0].end_s), (Status::Overridden, Some(900.0)));
}

#[test]
fn what_ecs_and_the_api_refuse_is_no_activity() {
    let wrong = json!([
        {"at_s": 60, "kind": "register_scalable_target", "MinCapacity": 30},
    ]);
    assert_eq!(listed(&[("/events", wrong), traffic(json!([[0, 136]]))]), []);
}
