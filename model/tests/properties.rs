//! What holds for every run, whatever the scenario.

use headroom_model::data_plane::{Exact, Expected};
use headroom_model::run::Run;
use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use headroom_model::trace::{Stage, Station, Trace};
use headroom_model::{Player, expect, simulate};
use proptest::prelude::*;
use serde_json::{Value, json};

fn traffic() -> impl Strategy<Value = Value> {
    let rate = || 0.0..400.0f64;
    prop_oneof![
        rate().prop_map(|rps| json!({"shape": "steady", "rps": rps})),
        (rate(), rate(), 0..600u32, 0..600u32).prop_map(|(from, to, start, rise)| json!(
            {"shape": "ramp", "from_rps": from, "to_rps": to, "start_s": start, "end_s": start + rise})),
        (rate(), rate(), 0..600u32, 0..200u32).prop_map(|(base, peak, start, rise)| json!(
            {"shape": "spike", "base_rps": base, "peak_rps": peak, "start_s": start, "rise_s": rise,
             "hold_s": 300, "fall_s": 60, "arrivals": "deterministic"})),
        (rate(), rate()).prop_map(|(low, high)| json!(
            {"shape": "diurnal", "trough_rps": low, "peak_rps": high, "peak_at_s": 600, "period_s": 1200})),
        proptest::collection::vec(rate(), 1..6).prop_map(|rates| json!(
            {"shape": "steps", "points": rates.iter().enumerate().map(|(i, rps)| json!([i * 170, rps]))
                .collect::<Vec<_>>()})),
    ]
}

fn event() -> impl Strategy<Value = Value> {
    let kind = prop_oneof![
        (1..4u32).prop_map(|count| json!({"kind": "task_crash", "count": count})),
        (1..4u32, 0..300u32).prop_map(|(count, lasts)| json!(
            {"kind": "health_check_failure", "count": count, "for_s": lasts})),
        (0..15u32).prop_map(|count| json!({"kind": "set_desired", "desired_count": count})),
        (0..5u32, 5..15u32).prop_map(|(min, max)| json!(
            {"kind": "register_scalable_target", "MinCapacity": min, "MaxCapacity": max})),
        prop_oneof![
            Just(None),
            Just(Some("before_running")),
            Just(Some("exit")),
            Just(Some("health_check"))
        ]
        .prop_map(|fails| json!({"kind": "deployment", "fails": fails})),
        (1..4u32, 1..20u32).prop_map(|(count, minutes)| json!(
            {"kind": "protect_tasks", "count": count, "expires_in_minutes": minutes})),
        (0..2u32, 0..300u32).prop_map(|(zone, lasts)| json!(
            {"kind": "availability_zone_failure", "zone": zone, "for_s": lasts})),
        (0..3000u32, 0..300u32).prop_map(|(added, lasts)| json!(
            {"kind": "dependency_slow", "added_ms": added, "for_s": lasts})),
        (0..300u32).prop_map(|lasts| json!({"kind": "reject_updates", "for_s": lasts})),
    ];
    (kind, 0..1500u32).prop_map(|(mut event, at)| {
        event["at_s"] = json!(at);
        event
    })
}

/// How tasks are replaced and requests are spread.
fn spread(service: Value) -> impl Strategy<Value = Value> {
    let routing = prop_oneof![
        (0..300u32).prop_map(|ramp| ("round_robin", if ramp < 30 { 0 } else { ramp })),
        Just(("least_outstanding_requests", 0)),
        Just(("weighted_random", 0)),
    ];
    let client = (prop::option::of(1..10_000u32), 0..4u32);
    (routing, 0..100u32, 100..=200u32, 2..4u32, 0..60u32, client).prop_map(
        move |((routing, slow_start), least, most, zones, shutdown, (timeout_ms, retries))| {
            let mut service = service.clone();
            service["target_group"]["routing"] = json!(routing);
            service["target_group"]["slow_start_s"] = json!(slow_start);
            service["deployment"] =
                json!({"minimum_healthy_percent": least, "maximum_percent": most});
            service["availability_zones"] = json!(zones);
            service["task"]["shutdown_s"] = json!(shutdown);
            service["client"] = json!({"timeout_ms": timeout_ms, "retries": retries});
            service
        },
    )
}

fn scenario() -> impl Strategy<Value = Value> {
    let service = (0..8u32, 0..40u32, 0..20u32, 0..40u32, 0..60u32, prop::option::of(0..200u32), 0..120u32)
        .prop_map(|(count, provision, pull, boot, warm_up, queue, delay)| json!({
            "desired_count": count,
            "task": {"queue_limit": queue},
            "startup": {"provision_s": provision, "pull_s": pull, "boot_s": boot, "warm_up_s": warm_up,
                        "warm_up_speed": 0.5},
            "target_group": {"deregistration_delay_s": delay},
        }))
        .prop_flat_map(spread);
    let events = proptest::collection::vec(event(), 0..4);
    (traffic(), service, events, 30.0..90.0f64, 0..200u32, 0..3u32, 0..12u32, any::<u32>())
        .prop_map(|(traffic, service, events, target, delay, min, span, seed)| {
            json!({
                "traffic": traffic, "service": service, "events": events, "seed": seed,
                "duration_s": 1530, "slo": {}, "metrics": {"publish_delay_s": delay},
                "autoscaling": {
                    "ScalableTarget": {"MinCapacity": min, "MaxCapacity": min + span},
                    "ScalingPolicies": [{
                        "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
                        "TargetTrackingScalingPolicyConfiguration": {
                            "TargetValue": target, "ScaleOutCooldown": 60, "ScaleInCooldown": 120,
                            "PredefinedMetricSpecification":
                                {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}}],
                },
            })
        })
}

fn service_time() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"law": "exponential"})),
        Just(json!({"law": "deterministic"})),
        (1..3u32).prop_map(|cv| json!({"law": "lognormal", "cv": cv})),
    ]
}

fn check(trace: &Trace, tolerance: f64) -> Result<(), TestCaseError> {
    let s = &trace.summary;
    let accounted = s.completed + s.rejected + s.timed_out + s.failed + s.in_flight;
    prop_assert!(
        (s.requests - accounted).abs() <= tolerance * s.requests.max(1.0),
        "{} requests, {accounted} accounted for",
        s.requests
    );
    prop_assert!(
        [s.completed, s.rejected, s.timed_out, s.failed, s.in_flight].iter().all(|&n| n >= -1e-9)
    );
    for minute in &trace.minutes {
        prop_assert!(minute.cpu_percent.is_none_or(|cpu| (0.0..=100.0).contains(&cpu)));
        prop_assert!(minute.p50_ms <= minute.p95_ms && minute.p95_ms <= minute.p99_ms);
        let at = Micros::from_s(minute.t_s);
        let stages: Vec<_> = trace.tasks.iter().filter_map(|task| task.stage(at)).collect();
        let count = |is: fn(&Stage) -> bool| stages.iter().filter(|stage| is(stage)).count() as u32;
        prop_assert_eq!(minute.draining, count(|stage| *stage == Stage::Draining));
        prop_assert_eq!(minute.pending, count(|stage| *stage == Stage::Pending));
        prop_assert_eq!(
            minute.running,
            count(|stage| matches!(stage, Stage::Booting | Stage::WarmingUp | Stage::Warm))
        );
    }
    for task in &trace.tasks {
        let life = [task.pulling, task.running, task.serving, task.draining, task.stopped];
        let reached: Vec<_> = life.into_iter().flatten().collect();
        prop_assert!(reached.is_sorted() && reached.first().is_none_or(|&at| task.created <= at));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn requests_and_tasks_are_accounted_for(value in scenario()) {
        let scenario = Scenario::from_value(&value).expect("a right scenario");
        check(&simulate(&scenario, Station::Expected), 1e-6)?;
        check(&simulate(&scenario, Station::Exact), 0.0)?;
    }

    #[test]
    fn a_run_is_the_same_at_whichever_minutes_it_stops(value in scenario(), stops in proptest::collection::vec(0..27u64, 0..6)) {
        let scenario = Scenario::from_value(&value).expect("a right scenario");
        let mut stops = stops;
        stops.sort_unstable();
        let mut run = Run::new(&scenario, Station::Exact, Exact::new(&scenario));
        for stop in stops {
            run.step_until(Micros::from_whole_s(60 * stop));
            let clone = run.clone();
            run = clone;
        }
        prop_assert!(run.finish().to_json() == simulate(&scenario, Station::Exact).to_json());
        let mut run = Run::new(&scenario, Station::Expected, Expected::new(&scenario));
        run.step_until(Micros::from_whole_s(600));
        prop_assert!(run.finish().to_json() == simulate(&scenario, Station::Expected).to_json());
    }

    #[test]
    fn a_run_is_the_same_after_whichever_others(values in proptest::collection::vec((scenario(), service_time()), 2..6)) {
        let mut player = Player::default();
        for (mut value, service_time) in values {
            value["service"]["task"]["service_time"] = service_time;
            let scenario = Scenario::from_value(&value).expect("a right scenario");
            let alone = expect(&scenario).to_json();
            prop_assert!(player.expect(&scenario).to_json() == alone);
            prop_assert!(player.expect(&scenario).to_json() == alone, "at once again");
        }
    }

    #[test]
    fn policies_stay_inside_the_bounds(value in scenario()) {
        let mut value = value;
        value["events"] = json!([]);
        let scenario = Scenario::from_value(&value).expect("a right scenario");
        let bounds = scenario.autoscaling.as_ref().expect("a scalable target").bounds;
        let trace = simulate(&scenario, Station::Expected);
        for decision in trace.decisions.iter().filter(|d| d.desired_before != d.desired_after) {
            let towards = decision.desired_after.clamp(bounds.min, bounds.max);
            prop_assert_eq!(decision.desired_after, towards);
        }
    }
}

/// A step from a third of capacity to saturation triggers after 363 s on
/// average over its phase in the minute, as AWS measured for its standard
/// policy (June 2026).
#[test]
fn a_step_to_saturation_triggers_after_363_s_on_average() {
    let reaction = |phase: u32| {
        let scenario = Scenario::from_value(&json!({
            "duration_s": 1800,
            "traffic": {"shape": "steps", "points": [[0, 66.7], [600 + phase, 400]]},
            "service": {},
            "autoscaling": {
                "ScalableTarget": {"MinCapacity": 4, "MaxCapacity": 40},
                "ScalingPolicies": [{
                    "PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
                    "TargetTrackingScalingPolicyConfiguration": {
                        "TargetValue": 70,
                        "PredefinedMetricSpecification":
                            {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}}],
            },
        }))
        .expect("a right scenario");
        let trace = simulate(&scenario, Station::Expected);
        trace.decisions[0].t_s - f64::from(600 + phase)
    };
    let mean = (0..60).map(reaction).sum::<f64>() / 60.0;
    assert!((mean - 363.0).abs() < 1.0, "{mean}");
}

/// Tasks at 70 % exactly, one to twenty of them: in binary arithmetic the mean of
/// a minute can lie a hair above the target, and that must not breach it.
#[test]
fn rounding_errors_breach_no_threshold() {
    for (count, cpu_ms) in (1..=20).flat_map(|count| [3, 7, 20].map(|cpu_ms| (count, cpu_ms))) {
        let scenario = json!({
            "duration_s": 600,
            "traffic": {"shape": "steady", "rps": 700.0 * f64::from(count) / f64::from(cpu_ms)},
            "service": {"desired_count": count, "task": {"cpu_ms_per_request": cpu_ms}},
            "autoscaling": {
                "ScalableTarget": {"MinCapacity": count, "MaxCapacity": 90},
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
        let trace = expect(&Scenario::from_value(&scenario).expect("a right scenario"));
        assert_eq!(trace.decisions, [], "{count} tasks, {cpu_ms} ms");
    }
}

/// Two targets, and both fail their checks: the group fails open, and nothing
/// is refused until their replacements are there.
#[test]
fn a_group_without_a_healthy_target_sends_to_all() {
    let scenario = json!({
        "duration_s": 600,
        "traffic": {"shape": "steady", "rps": 20},
        "service": {"desired_count": 2, "target_group": {"health_check_grace_period_s": 6000}},
        "events": [{"at_s": 60, "kind": "health_check_failure", "count": 2, "for_s": 540}],
    });
    let trace = expect(&Scenario::from_value(&scenario).expect("a right scenario"));
    assert_eq!(trace.summary.rejected, 0.0);
    assert_eq!(trace.minutes.last().and_then(|minute| minute.requests_per_target), None);
}

/// Fargate bills a task from when its image is pulled to STOPPED.
#[test]
fn a_task_is_billed_from_pulling_to_stopped() {
    let scenario = json!({
        "duration_s": 1200,
        "traffic": {"shape": "steady", "rps": 20},
        "service": {
            "desired_count": 1,
            "task": {"vcpu": 2, "memory_mib": 4096},
            "startup": {"provision_s": 10, "pull_s": 8, "boot_s": 15},
            "target_group": {"deregistration_delay_s": 30},
        },
        "events": [
            {"at_s": 60, "kind": "set_desired", "desired_count": 2},
            {"at_s": 600, "kind": "set_desired", "desired_count": 1},
        ],
    });
    let trace = expect(&Scenario::from_value(&scenario).expect("a right scenario"));
    // One task to the end, one from 60 + 10 s on, and whichever of them drains 30 s.
    let seconds = 1200.0 + 630.0 - 70.0;
    assert_eq!(trace.summary.task_seconds, seconds);
    let usd = seconds / 3600.0 * (2.0 * 0.04048 + 4.0 * 0.004445);
    assert!((trace.summary.cost_usd - usd).abs() < 1e-12, "{}", trace.summary.cost_usd);
}
