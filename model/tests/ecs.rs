//! What holds for every service, whatever is deployed and whatever breaks.

use headroom_model::ecs::is_balanced;
use headroom_model::scenario::Scenario;
use headroom_model::simulate;
use headroom_model::time::Micros;
use headroom_model::trace::{RolloutState, Stage, Station, Trace};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Everything has settled by then [s]; nothing happens after 2000 s.
const END_S: u32 = 9000;

fn percentages() -> impl Strategy<Value = (u32, u32)> {
    let range = (0..=100u32, 100..=200u32);
    range.prop_filter("together they block deployments", |&both| both != (100, 100))
}

fn deployment() -> impl Strategy<Value = Value> {
    let fails = prop_oneof![
        Just(None),
        Just(Some("before_running")),
        Just(Some("exit")),
        Just(Some("health_check")),
    ];
    (0..2000u32, fails)
        .prop_map(|(at, fails)| json!({"at_s": at, "kind": "deployment", "fails": fails}))
}

fn crash() -> impl Strategy<Value = Value> {
    (0..2000u32, 1..4u32)
        .prop_map(|(at, count)| json!({"at_s": at, "kind": "task_crash", "count": count}))
}

fn protection() -> impl Strategy<Value = Value> {
    (0..2000u32, 1..6u32, 1..40u32).prop_map(|(at, count, minutes)| {
        json!({"at_s": at, "kind": "protect_tasks", "count": count, "expires_in_minutes": minutes})
    })
}

fn zone_failure() -> impl Strategy<Value = Value> {
    (0..2000u32, 0..3u32, 0..600u32).prop_map(|(at, zone, lasts)| {
        json!({"at_s": at, "kind": "availability_zone_failure", "zone": zone, "for_s": lasts})
    })
}

prop_compose! {
    fn services(crashes: usize)(
        count in 1..12u32,
        (least, most) in percentages(),
        delay in 0..200u32,
        provision in 0..60u32,
        deployments in prop::collection::vec(deployment(), 1..4),
        protections in prop::collection::vec(protection(), 0..=1),
        crashes in prop::collection::vec(prop_oneof![crash(), zone_failure()], 0..=crashes),
        shutdown in 0..40u32,
    ) -> Value {
        let events = [deployments, protections, crashes].concat();
        json!({
            "duration_s": END_S,
            "traffic": {"shape": "steady", "rps": 10},
            "service": {
                "desired_count": count,
                "availability_zones": 3,
                "task": {"shutdown_s": shutdown},
                "startup": {"provision_s": provision, "boot_s": 10},
                "target_group": {"deregistration_delay_s": delay},
                "deployment": {
                    "minimum_healthy_percent": least, "maximum_percent": most,
                    "circuit_breaker": {"rollback": true},
                },
            },
            "events": events,
        })
    }
}

fn play(value: &Value) -> (Scenario, Trace) {
    let scenario = Scenario::from_value(value).expect("a right scenario");
    let trace = simulate(&scenario, Station::Expected);
    (scenario, trace)
}

/// All instants at which a task changes.
fn changes(trace: &Trace) -> Vec<Micros> {
    let lives = trace.tasks.iter().flat_map(|task| {
        let rest = [task.pulling, task.running, task.serving, task.draining, task.stopped];
        rest.into_iter().flatten().chain([task.created])
    });
    let mut changes: Vec<_> = lives.collect();
    changes.sort_unstable();
    changes.dedup();
    changes
}

/// PENDING and RUNNING tasks, and how many of them are healthy.
fn counts(trace: &Trace, at: Micros) -> (u32, u32) {
    let stages = trace.tasks.iter().filter_map(|task| task.stage(at));
    let present = stages.filter(|&stage| stage != Stage::Draining);
    present.fold((0, 0), |(all, healthy), stage| {
        let is_healthy = matches!(stage, Stage::WarmingUp | Stage::Warm);
        (all + 1, healthy + u32::from(is_healthy))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn maximum_percent_holds_always_and_minimum_healthy_percent_unless_tasks_crash(
        value in services(0), crashing in services(3),
    ) {
        for (value, crashes) in [(value, false), (crashing, true)] {
            let (scenario, trace) = play(&value);
            let service = &scenario.service;
            let most = service.deployment.most(service.desired_count);
            let least = service.deployment.least_healthy(service.desired_count);
            for at in changes(&trace) {
                let (present, healthy) = counts(&trace, at);
                prop_assert!(present <= most, "{present} of {most} at {}", at.as_s());
                prop_assert!(crashes || healthy >= least, "{healthy} of {least} at {}", at.as_s());
            }
        }
    }

    #[test]
    fn the_desired_count_is_reached_in_one_revision(value in services(3)) {
        let (scenario, trace) = play(&value);
        let last = trace.deployments.last().expect("a deployment");
        let blocked = {
            let (service, desired) = (&scenario.service.deployment, scenario.service.desired_count);
            service.least_healthy(desired) == desired && service.most(desired) == desired
        };
        // Tasks that exit after RUNNING are replaced for ever: the circuit
        // breaker does not see them.
        let exits = value["events"].as_array().expect("events").iter();
        let exits = exits.filter(|event| event["fails"] == "exit").count() > 0;
        if !blocked && !exits {
            prop_assert_eq!(last.state, RolloutState::Completed);
        }
        if last.state == RolloutState::Completed {
            let end = Micros::from_whole_s(u64::from(END_S));
            let live: Vec<_> = trace.tasks.iter().filter(|task| task.stopped.is_none()).collect();
            prop_assert_eq!(live.len() as u32, scenario.service.desired_count);
            let mut zones = [0; 3];
            live.iter().for_each(|task| zones[task.zone as usize] += 1);
            let service = &scenario.service;
            let room = service.deployment.may_start(service.desired_count, service.desired_count);
            if service.availability_zone_rebalancing && room > 0 {
                prop_assert!(is_balanced(&zones), "{:?}", zones);
            }
            for task in live {
                prop_assert_eq!((task.revision, task.stage(end)), (last.revision, Some(Stage::Warm)));
            }
        }
    }

    #[test]
    fn protected_tasks_do_not_drain(value in services(3)) {
        let (_, trace) = play(&value);
        let events = value["events"].as_array().expect("events").iter();
        for event in events.filter(|event| event["kind"] == "protect_tasks") {
            let number = |name: &str| event[name].as_u64().expect("a number");
            let begin = Micros::from_whole_s(number("at_s"));
            let end = begin + Micros::from_whole_s(60 * number("expires_in_minutes"));
            // The longest-running ones, as far as nothing else happened then.
            let running = |task: &&headroom_model::trace::TaskLife| {
                task.running.is_some_and(|running| running < begin)
                    && task.draining.or(task.stopped).is_none_or(|gone| gone > begin)
            };
            for task in trace.tasks.iter().filter(running).take(number("count") as usize) {
                // One that never was healthy is replaced all the same.
                let goes = task.draining.filter(|_| task.serving.is_some());
                prop_assert!(goes.is_none_or(|at| at >= end), "{:?}", task);
            }
        }
    }

    #[test]
    fn no_request_is_lost_in_a_deployment(value in services(0)) {
        let (_, trace) = play(&value);
        let s = trace.summary;
        let accounted = s.completed + s.rejected + s.failed + s.in_flight;
        prop_assert!((s.requests - accounted).abs() <= 1e-6 * s.requests);
        if value["service"]["deployment"]["minimum_healthy_percent"] != 0 {
            prop_assert_eq!(s.rejected, 0.0);
        }
    }
}
