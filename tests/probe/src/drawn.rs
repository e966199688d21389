//! Scenarios drawn by chance, over all that a scenario file can say: every
//! shape of traffic, law, algorithm, policy, alarm and event. They are small, so
//! that thousands of them are played in a minute.

mod policies;

use serde_json::{Value, json};

use crate::dice::Dice;
use policies::Policies;

/// Of a hundred scenarios so many are damaged, so that refusals are compared too.
const DAMAGED_PERCENT: u32 = 8;

/// The scenario of this number, the same on every machine. A few are not valid.
pub(crate) fn draw(number: u32) -> Value {
    let mut dice = Dice::of(number);
    let dice = &mut dice;
    let duration_s = dice.pick(&[300, 600, 900, 1200, 1800]) + dice.pick(&[0, 0, 0, 7]);
    let task = task(dice);
    let desired = dice.pick(&[0, 1, 1, 2, 3, 4, 6]);
    let zones = dice.pick(&[1, 1, 2, 3]);
    let fine = dice.percent(30);
    let delay_s = dice.pick(&[0, 0, 15, 60, 150]);
    let mut scenario = json!({
        "version": 1,
        "name": format!("drawn {number}"),
        "seed": u64::from(dice.below(u32::MAX)) << dice.below(32),
        "start": dice.pick(&STARTS),
        "duration_s": duration_s,
        "traffic": traffic(dice, duration_s),
        "service": service(dice, desired, zones, &task),
        "metrics": {"resolution_s": if fine { 20 } else { 60 }, "publish_delay_s": delay_s},
        "events": events(dice, duration_s, zones),
    });
    if dice.percent(85) {
        let policies = Policies { dice, fine };
        (scenario["autoscaling"], scenario["forecast"]) = policies.draw();
    }
    if dice.percent(60) {
        scenario["slo"] =
            json!({"p95_ms": dice.between(20, 900), "error_percent": dice.decimal(5)});
    }
    if dice.percent(10) {
        scenario["price"] =
            json!({"vcpu_hour_usd": dice.decimal(1), "gb_hour_usd": dice.decimal(1)});
    }
    if dice.percent(DAMAGED_PERCENT) {
        damage(dice, &mut scenario);
    }
    scenario
}

/// Days on which clocks change somewhere, and the ends of months and years.
const STARTS: [&str; 6] = [
    "2026-01-05T07:30:00Z",
    "2026-03-29T00:45:00Z",
    "2026-10-25T00:50:00Z",
    "2026-03-08T06:45:00Z",
    "2024-02-29T23:50:00Z",
    "2026-12-31T23:45:00Z",
];

/// Rates of some dozens a second: a run has a few ten thousand requests.
fn traffic(dice: &mut Dice, duration_s: u32) -> Value {
    let rate = |dice: &mut Dice| match dice.below(6) {
        0 => json!(0),
        1 => json!(dice.between(1, 30)),
        _ => json!(dice.decimal(70)),
    };
    let (one, other) = (rate(dice), rate(dice));
    let (start_s, span_s) = (dice.below(duration_s), dice.pick(&[0, 1, 60, 130, 400]));
    let points = |dice: &mut Dice| {
        let mut at_s = if dice.percent(80) { 0.0 } else { dice.decimal(200) };
        let mut points = Vec::new();
        for _ in 0..dice.between(1, 8) {
            points.push(json!([at_s, rate(dice)]));
            at_s += 0.5 + dice.decimal(300);
        }
        points
    };
    let mut traffic = match dice.below(6) {
        0 => json!({"shape": "steady", "rps": one}),
        1 => json!({"shape": "ramp", "from_rps": one, "to_rps": other,
                    "start_s": start_s, "end_s": start_s + span_s}),
        2 => json!({"shape": "spike", "base_rps": one, "peak_rps": other, "start_s": start_s,
                    "rise_s": span_s, "hold_s": dice.between(0, 300), "fall_s": dice.pick(&[0, 45])}),
        3 => json!({"shape": "diurnal", "trough_rps": one, "peak_rps": other,
                    "peak_at_s": start_s, "period_s": dice.pick(&[90, 600, 1801, 86_400])}),
        4 => json!({"shape": "steps", "points": points(dice)}),
        _ => json!({"shape": "trace", "points": points(dice)}),
    };
    if dice.percent(30) {
        traffic["arrivals"] = json!("deterministic");
    }
    traffic
}

fn task(dice: &mut Dice) -> Value {
    let mean_ms = dice.pick(&[2.5, 20.0, 50.0, 50.0, 80.0, 333.3]);
    let cpu_share = dice.pick(&[0.0, 0.1, 0.4, 0.4, 0.7, 1.0]);
    let mut service_time = match dice.below(4) {
        0 => json!({"law": "deterministic"}),
        1 => json!({"law": "lognormal", "cv": dice.pick(&[0.3, 0.7, 1.5, 3.0])}),
        _ => json!({"law": "exponential"}),
    };
    service_time["mean_ms"] = json!(mean_ms);
    let mut task = json!({
        "vcpu": dice.pick(&[0.25, 0.5, 1.0, 1.0, 2.0]),
        "concurrency": dice.pick(&[1, 2, 4, 8, 16, 16, 100]),
        "queue_limit": dice.pick(&[Some(0), Some(3), Some(50), Some(1000), None]),
        "service_time": service_time,
        "cpu_ms_per_request": mean_ms * cpu_share,
    });
    if dice.percent(30) {
        task["memory"] = json!({
            "base_mib": dice.between(100, 900),
            "per_request_mib": dice.pick(&[0, 4, 16, 40]),
            "cache_mib": dice.between(0, 1200),
            "cache_fill_s": dice.between(30, 900),
        });
    }
    if dice.percent(30) {
        task["shutdown_s"] = json!(dice.between(0, 60));
        task["stop_timeout_s"] = json!(dice.between(2, 60));
    }
    task
}

fn service(dice: &mut Dice, desired: u32, zones: u32, task: &Value) -> Value {
    let routing =
        dice.pick(&["round_robin", "round_robin", "least_outstanding_requests", "weighted_random"]);
    let slow_start_s = if routing == "round_robin" { dice.pick(&[0, 0, 30, 120]) } else { 0 };
    let most = dice.pick(&[100, 125, 150, 200, 200]);
    let least = if most == 100 { dice.pick(&[0, 50]) } else { dice.pick(&[0, 50, 100]) };
    let mut service = json!({
        "desired_count": desired,
        "task": task,
        "target_group": {
            "routing": routing,
            "slow_start_s": slow_start_s,
            "deregistration_delay_s": dice.pick(&[0, 5, 30, 120, 300]),
            "health_check_grace_period_s": dice.pick(&[0, 0, 90, 600]),
            "health_check": {
                "interval_s": dice.pick(&[5, 10, 30]),
                "healthy_threshold": dice.between(2, 5),
                "unhealthy_threshold": dice.between(2, 3),
            },
        },
        "deployment": {"minimum_healthy_percent": least, "maximum_percent": most},
        "availability_zones": zones,
    });
    if dice.percent(40) {
        service["client"] = json!({
            "timeout_ms": dice.pick(&[None, Some(60), Some(500), Some(20_000)]),
            "retries": dice.below(4),
        });
    }
    match dice.below(4) {
        0 => {}
        1 => {
            let speed = dice.pick(&[0.25, 0.3, 0.7, 1.0]);
            service["startup"] = json!({"boot_s": dice.decimal(40), "warm_up_s": dice.between(0, 90),
                                        "warm_up_speed": speed});
        }
        2 => {
            service["startup"] =
                json!({"provision_s": dice.between(0, 60), "pull_s": dice.decimal(30)});
        }
        _ => service["startup"] = json!({"provision_s": 0}),
    }
    if dice.percent(40) {
        let threshold = match dice.below(3) {
            0 => json!({"type": "COUNT", "value": dice.between(1, 6)}),
            1 => json!({"type": "UNBOUNDED_PERCENT", "value": dice.between(10, 100)}),
            _ => json!({"value": dice.between(10, 100)}),
        };
        service["deployment"]["circuit_breaker"] = json!({
            "threshold": threshold,
            "rollback": dice.percent(50),
            "reset_on_healthy_task": dice.percent(50),
        });
    }
    if most > 100 && dice.percent(20) {
        service["availability_zone_rebalancing"] = json!(dice.percent(50));
    }
    service
}

fn events(dice: &mut Dice, duration_s: u32, zones: u32) -> Value {
    let count = dice.pick(&[0, 0, 1, 2, 3, 5]);
    let events = (0..count).map(|_| {
        let lasts_s = dice.pick(&[0, 20, 90, 300]);
        let mut event = match dice.below(13) {
            0 => json!({"kind": "task_crash", "count": dice.between(1, 3)}),
            1 => json!({"kind": "health_check_failure", "count": dice.between(1, 3), "for_s": lasts_s}),
            2 => json!({"kind": "set_desired", "desired_count": dice.below(9)}),
            3 => json!({"kind": "register_scalable_target",
                        "MinCapacity": dice.below(4), "MaxCapacity": dice.between(4, 10)}),
            4 => json!({"kind": "register_scalable_target",
                        "SuspendedState": {"DynamicScalingOutSuspended": dice.percent(50)}}),
            5 if dice.percent(30) => json!({"kind": "deregister_scalable_target"}),
            5 | 6 => json!({"kind": "reject_updates", "for_s": lasts_s}),
            7 => json!({"kind": "protect_tasks", "count": dice.between(1, 3),
                        "expires_in_minutes": dice.between(1, 10)}),
            8 => json!({"kind": "availability_zone_failure", "zone": dice.below(zones), "for_s": lasts_s}),
            9 => json!({"kind": "dependency_slow", "added_ms": dice.pick(&[1.5, 30.0, 400.0]),
                        "for_s": lasts_s}),
            kind @ (10 | 11) => {
                let fails =
                    dice.pick(&[None, Some("before_running"), Some("exit"), Some("health_check")]);
                json!({"kind": "deployment", "fails": if kind == 10 { None } else { fails }})
            }
            _ => json!({"kind": dice.pick(&["suspend", "suspend", "resume"]),
                        "process": dice.pick(&policies::PROCESSES)}),
        };
        event["at_s"] = match dice.below(3) {
            0 => json!(dice.decimal(duration_s)),
            _ => json!(dice.below(duration_s / 30) * 30),
        };
        event
    });
    events.collect()
}

/// Makes something of a scenario wrong, or at least strange.
fn damage(dice: &mut Dice, scenario: &mut Value) {
    let places = [
        "/seed",
        "/start",
        "/duration_s",
        "/traffic/shape",
        "/traffic/arrivals",
        "/service/task/vcpu",
        "/service/task/concurrency",
        "/service/task/cpu_ms_per_request",
        "/service/task/service_time/law",
        "/service/target_group/slow_start_s",
        "/service/client/timeout_ms",
        "/service/deployment/maximum_percent",
        "/events/0/at_s",
        "/events/0/kind",
        "/autoscaling/ScalableTarget/MinCapacity",
        "/autoscaling/ScalingPolicies/0/PolicyType",
        "/autoscaling/ScalingPolicies/0/PolicyName",
        "/autoscaling/Alarms/0/Threshold",
        "/autoscaling/ScheduledActions/0/Schedule",
        "/autoscaling/ScheduledActions/0/Timezone",
    ];
    let wrong = [
        json!(-0.1),
        json!(1e-300),
        json!(1.797e308),
        json!(101.3),
        json!(""),
        json!("rate(7 minutes)"),
        json!("spike"),
        json!(null),
        json!([]),
        json!({"value": 1}),
        json!(true),
    ];
    for _ in 0..dice.between(1, 3) {
        if let Some(place) = scenario.pointer_mut(dice.pick(&places)) {
            *place = wrong[dice.below(wrong.len() as u32) as usize].clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use headroom_model::expect;
    use headroom_model::scenario::Scenario;

    use super::draw;

    /// What is compared between targets has to be played, not refused, and has
    /// to reach all that a scenario can say and a policy can come to.
    #[test]
    fn most_scenarios_are_valid_and_together_they_reach_everything() {
        let valid: Vec<_> = (0..1000)
            .filter_map(|number| {
                let value = draw(number);
                Some((value.to_string(), Scenario::from_value(&value).ok()?))
            })
            .collect();
        assert!(valid.len() >= 900, "{} of 1000 are valid", valid.len());
        assert!(valid.len() < 1000, "a refusal is something to compare, too");
        for word in WORDS {
            let word = format!("\"{word}\"");
            let times = valid.iter().filter(|(text, _)| text.contains(&word)).count();
            assert!(times >= 5, "{word} stands in {times} of {} scenarios", valid.len());
        }
        let mut outcomes = BTreeSet::new();
        for (_, scenario) in valid.iter().take(400) {
            let decisions = expect(scenario).decisions;
            outcomes.extend(decisions.iter().map(|decision| format!("{:?}", decision.outcome)));
        }
        assert_eq!(outcomes.len(), 11, "{outcomes:?}");
    }

    const WORDS: [&str; 46] = [
        "steady",
        "ramp",
        "spike",
        "diurnal",
        "steps",
        "trace",
        "deterministic",
        "exponential",
        "lognormal",
        "round_robin",
        "least_outstanding_requests",
        "weighted_random",
        "task_crash",
        "health_check_failure",
        "set_desired",
        "register_scalable_target",
        "deregister_scalable_target",
        "reject_updates",
        "protect_tasks",
        "availability_zone_failure",
        "dependency_slow",
        "timeout_ms",
        "retries",
        "deployment",
        "before_running",
        "exit",
        "health_check",
        "suspend",
        "resume",
        "circuit_breaker",
        "TargetTrackingScaling",
        "StepScaling",
        "PredictiveScaling",
        "ChangeInCapacity",
        "PercentChangeInCapacity",
        "ExactCapacity",
        "Expression",
        "DatapointsToAlarm",
        "breaching",
        "Schedule",
        "Timezone",
        "StartTime",
        "SuspendedState",
        "ForecastAndScale",
        "IncreaseMaxCapacity",
        "slo",
    ];
}
