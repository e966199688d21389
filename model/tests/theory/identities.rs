//! What holds on every single run, and not only on average.

use headroom_model::scenario::{Arrivals, Law, Routing, Scenario};
use proptest::prelude::*;

use crate::drained;
use crate::kit::scenario;

fn laws() -> impl Strategy<Value = Law> {
    prop_oneof![
        Just(Law::Exponential),
        Just(Law::Deterministic),
        (0.2..3.0).prop_map(|cv| Law::Lognormal { cv }),
    ]
}

prop_compose! {
    /// A service of any kind, its tasks, and a rate below what it can serve.
    fn services()(
        seed in any::<u64>(),
        law in laws(),
        even in any::<bool>(),
        routing in prop_oneof![
            Just(Routing::RoundRobin),
            Just(Routing::LeastOutstandingRequests),
            Just(Routing::WeightedRandom),
        ],
        slots in 1_u32..12,
        cpu_ms in prop_oneof![Just(0.0), 1.0..50.0],
        queue_limit in prop_oneof![Just(None), (0_u32..20).prop_map(Some)],
        tasks in 1_u32..5,
        load in 0.2..1.3,
    ) -> (Scenario, u32, f64) {
        let mut scenario = scenario(0.0);
        scenario.seed = seed;
        scenario.traffic.arrivals = if even { Arrivals::Deterministic } else { Arrivals::Poisson };
        scenario.service.target_group.routing = routing;
        let task = &mut scenario.service.task;
        (task.concurrency, task.queue_limit, task.cpu_ms_per_request) = (slots, queue_limit, cpu_ms);
        (task.service_time.law, task.service_time.mean_ms) = (law, 50.0);
        let rps = load * f64::from(tasks) * task.capacity_rps(1.0);
        (scenario, tasks, rps)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    /// Little's law on a finite horizon, `L = λ W`: the requests there are, over
    /// time, are the times that all of them take. Slots are counted over time,
    /// waits and responses with each request.
    #[test]
    fn littles_law((scenario, tasks, rps) in services()) {
        let sample = drained(&scenario, tasks, rps, 30);
        let Some(mean_ms) = sample.latency.mean() else { return Ok(()) };
        let over_time_s = sample.busy_slot_s + sample.wait_s;
        let of_requests_s = mean_ms / 1000.0 * sample.completed;
        prop_assert!(
            (over_time_s - of_requests_s).abs() <= 1e-9 * of_requests_s,
            "{} {}", over_time_s, of_requests_s
        );
        prop_assert_eq!(sample.started, sample.completed);
    }

    /// The utilisation law, `U = X S`: what is answered, times what it takes of
    /// the CPU, is how long the CPU works; no sharing changes that.
    #[test]
    fn utilisation_law((scenario, tasks, rps) in services()) {
        let mut scenario = scenario;
        scenario.service.task.service_time.law = Law::Deterministic;
        let sample = drained(&scenario, tasks, rps, 30);
        let work_s = sample.completed * scenario.service.task.cpu_ms_per_request / 1000.0;
        // A departure is on the whole microsecond after the work is done.
        prop_assert!((sample.cpu_s - work_s).abs() <= 1e-4 * work_s, "{} {}", sample.cpu_s, work_s);
        if scenario.service.task.cpu_ms_per_request == 0.0 {
            let slot_s = sample.completed * 0.05;
            prop_assert!((sample.busy_slot_s - slot_s).abs() <= 1e-9 * slot_s);
        }
    }

    /// One more slot, the same requests: first come first served, nobody who is
    /// served waits longer in sum.
    #[test]
    fn a_slot_more_makes_nobody_wait_longer((scenario, _, rps) in services()) {
        let mut scenario = scenario;
        let task = &mut scenario.service.task;
        (task.cpu_ms_per_request, task.queue_limit) = (0.0, None);
        let fewer = drained(&scenario, 1, rps, 30);
        scenario.service.task.concurrency += 1;
        let more = drained(&scenario, 1, rps, 30);
        prop_assert_eq!(more.completed, fewer.completed);
        prop_assert!(more.wait_s <= fewer.wait_s, "{} {}", more.wait_s, fewer.wait_s);
        prop_assert!(more.waited <= fewer.waited);
    }
}
