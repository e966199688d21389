//! The scenario file: what is right, what is wrong, and how that is told.

use headroom_model::scenario::{Client, Fault, Scenario};
use headroom_model::time::Micros;
use proptest::prelude::*;
use serde_json::{Value, json};

fn faults(value: &Value) -> Vec<String> {
    match Scenario::from_value(value) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(Fault::to_string).collect(),
    }
}

fn least() -> Value {
    json!({"traffic": {}, "service": {}})
}

#[test]
fn what_is_left_out_has_the_value_of_the_example() {
    let scenario = Scenario::from_value(&least()).expect("traffic and service are enough");
    let example = Scenario::from_value(&json!({
        "version": 1, "name": "monday-spike", "seed": 7, "start": "2026-01-05T07:30:00Z",
        "duration_s": 7200,
        "traffic": { "shape": "spike", "base_rps": 100, "peak_rps": 320, "start_s": 1800,
                     "rise_s": 60, "hold_s": 900, "fall_s": 300, "arrivals": "poisson" },
        "service": {
            "desired_count": 4,
            "task": {
                "vcpu": 1, "memory_mib": 2048, "concurrency": 16, "queue_limit": 1000,
                "service_time": { "law": "exponential", "mean_ms": 50 }, "cpu_ms_per_request": 20,
                "memory": { "base_mib": 512, "per_request_mib": 8, "cache_mib": 512, "cache_fill_s": 900 }
            },
            "startup": { "provision_s": 10, "pull_s": 8, "boot_s": 15, "warm_up_s": 30, "warm_up_speed": 0.5 },
            "target_group": { "routing": "round_robin", "deregistration_delay_s": 300,
                "health_check_grace_period_s": 0,
                "health_check": { "interval_s": 30, "healthy_threshold": 5, "unhealthy_threshold": 2 },
                "slow_start_s": 0, "stickiness": null },
            "client": { "timeout_ms": null, "retries": 0 }
        },
        "metrics": { "publish_delay_s": 150, "resolution_s": 60 },
        "price": { "vcpu_hour_usd": 0.04048, "gb_hour_usd": 0.004445, "region": "us-east-1", "as_of": "2025" }
    }))
    .expect("the example is right");
    assert_eq!(scenario, example);
    assert!(scenario.autoscaling.is_none() && scenario.events.is_empty() && scenario.slo.is_none());
}

#[test]
fn stages_left_out_of_a_given_startup_take_no_time() {
    let mut value = least();
    value["service"]["startup"] = json!({"pull_s": 5});
    let startup = Scenario::from_value(&value).expect("right").service.startup;
    assert_eq!(startup.pull, Micros::from_whole_s(5));
    assert_eq!(startup.provision + startup.boot + startup.warm_up, Micros::ZERO);
    assert_eq!(startup.warm_up_speed, 1.0);
}

#[test]
fn an_unbounded_queue_is_null() {
    let mut value = least();
    value["service"]["task"] = json!({"queue_limit": null});
    assert_eq!(Scenario::from_value(&value).expect("right").service.task.queue_limit, None);
}

#[test]
fn clients_wait_for_ever_and_send_once_unless_told() {
    let mut value = least();
    let mut client = |client: &Value| {
        value["service"]["client"] = client.clone();
        Scenario::from_value(&value).expect("right").service.client
    };
    assert_eq!(client(&Value::Null), Client::PATIENT);
    let timeout = Some(Micros(1_500_500));
    assert_eq!(
        client(&json!({"timeout_ms": 1500.5, "retries": 2})),
        Client { timeout, retries: 2 }
    );
    assert_eq!(client(&json!({"timeout_ms": 1e-9})).timeout, Some(Micros(1)));
    value["service"]["client"] = json!({"timeout_ms": 0, "retries": 101, "backoff_ms": 1});
    let told = faults(&value);
    for place in ["timeout_ms: 0 is out of range", "retries: 101 is out of range", "backoff_ms: "] {
        let place = format!("/service/client/{place}");
        assert!(told.iter().any(|fault| fault.starts_with(&place)), "{told:?}");
    }
}

#[test]
fn every_fault_is_told_with_its_place() {
    let told = faults(&json!({
        "traffic": {"shape": "steady", "rps": -1, "colour": "red"},
        "service": {"desired_count": 2.5, "task": {"vcpu": "one", "cpu_ms_per_request": 60}},
        "events": [{"at_s": 5, "kind": "earthquake"}],
        "seed": -3,
    }));
    for (place, what) in [
        ("/seed", "whole number"),
        ("/traffic/rps", "from 0 to 1000000"),
        ("/traffic/colour", "unknown field `colour`"),
        ("/service/desired_count", "whole number"),
        ("/service/task/vcpu", "found the text \"one\""),
        ("/service/task/cpu_ms_per_request", "at most `service_time/mean_ms`, 50"),
        ("/events/0/kind", "task_crash"),
    ] {
        let found = told
            .iter()
            .any(|fault| fault.split(": ").next() == Some(place) && fault.contains(what));
        assert!(found, "{place}: {what} is not in {told:#?}");
    }
    assert_eq!(told.len(), 7, "{told:#?}");
}

#[test]
fn what_is_not_modelled_is_refused_by_name() {
    let mut scenario = least();
    scenario["service"] = json!({"target_group": {"stickiness": {"type": "lb_cookie"}}});
    let told = faults(&scenario);
    let right = told.len() == 1 && told[0].starts_with("/service/target_group/stickiness: ");
    assert!(right && told[0].contains("not modelled"), "{told:?}");
}

#[test]
fn both_percentages_at_100_are_refused() {
    let mut scenario = least();
    scenario["service"] = json!({"deployment": {"maximum_percent": 100}});
    let told = faults(&scenario);
    assert!(told[0].starts_with("/service/deployment: ") && told[0].contains("block"), "{told:?}");
    scenario["service"]["deployment"]["minimum_healthy_percent"] = json!(99);
    assert!(Scenario::from_value(&scenario).is_ok());
}

#[test]
fn text_that_is_not_json_is_told_by_line_and_column() {
    let told = |bytes: &[u8]| Scenario::parse(bytes).expect_err("wrong")[0].to_string();
    assert!(told(b"{\n  \"traffic\": {,}\n}").starts_with("2:15: "));
    assert!(told(b"\xff\xfe{\0}\0").contains("save it as UTF-8"));
    assert_eq!(
        told(b"{\"seed\": 1,\n\"seed\": 2}"),
        "2:6: the field `seed` stands twice; leave one"
    );
    assert!(told(b"").contains("not JSON"));
    assert!(told("[".repeat(100_000).as_bytes()).contains("not JSON"));
    assert!(told(b"{\"traffic\": {\"base_rps\": 1e999}, \"service\": {}}").contains("number"));
    assert!(told(&vec![b' '; (32 << 20) + 1]).contains("32 MiB"));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let mut bytes = vec![0xef, 0xbb, 0xbf];
    bytes.extend(least().to_string().bytes());
    Scenario::parse(&bytes).expect("right");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-10i64..10_000).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let name = prop::sample::select(vec![
        "traffic",
        "service",
        "shape",
        "points",
        "events",
        "kind",
        "autoscaling",
        "task",
        "rps",
        "x/y~z",
    ]);
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((name.clone(), inner), 0..6).prop_map(|fields| {
                Value::Object(
                    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_or_refused(value in any_json(), place in 0usize..6) {
        let mut scenario = least();
        let names = ["traffic", "service", "events", "autoscaling", "metrics", "price"];
        scenario[names[place]] = value;
        if let Err(faults) = Scenario::from_value(&scenario) {
            prop_assert!(!faults.is_empty());
            prop_assert!(faults.iter().all(|fault| fault.path.starts_with('/') && !fault.message.is_empty()));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Err(faults) = Scenario::parse(&bytes) {
            prop_assert!(!faults.is_empty());
        }
    }
}

#[test]
fn of_very_many_faults_the_first_are_told() {
    let mut scenario = least();
    scenario["events"] = Value::Array(vec![json!(1); 200_000]);
    let told = faults(&scenario);
    assert_eq!(told.len(), 1000);
    assert!(told[999].contains("more faults"), "{}", told[999]);
}
