//! A steady load on the expected data plane, at any size, where theory has it in
//! closed form.

use headroom_model::data_plane::{DataPlane as _, Expected, Sample};
use headroom_model::queueing::Mmc;
use headroom_model::scenario::Routing;
use headroom_model::time::Micros;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::kit::{quantile_ms, scenario, start};

/// The tenth minute of a steady load on a fleet.
fn tenth_minute(routing: Routing, tasks: u32, slots: u32, load: f64) -> Sample {
    let mut scenario = scenario(f64::from(tasks) * f64::from(slots) * load);
    scenario.service.target_group.routing = routing;
    scenario.service.task.concurrency = slots;
    let mut plane = Expected::new(&scenario);
    start(&mut plane, tasks);
    let mut sample = Sample::default();
    for minute in 1..=10 {
        sample.clear();
        plane.advance(Micros(minute * Micros::MINUTE.0), &mut sample);
    }
    sample
}

/// A response time with the law of GI/M/1: exponential, with a mean that is
/// `1 / (1 − σ)` service times (Kleinrock, *Queueing Systems* I, 1975, §6.4).
fn gi_m_1_mean_s(tasks: u32, load: f64) -> f64 {
    let n = f64::from(tasks);
    let (mut low, mut high) = (0.0, 1.0 - (1.0 - load) / 10.0);
    for _ in 0..100 {
        let sigma = (low + high) / 2.0;
        let met = libm::pow(n * load / (n * load + 1.0 - sigma), n);
        if met > sigma { low = sigma } else { high = sigma }
    }
    1.0 / (1.0 - low)
}

fn assert_near(actual: f64, expected: f64) -> Result<(), TestCaseError> {
    prop_assert!((actual / expected - 1.0).abs() < 0.01, "{actual} is not {expected}");
    Ok(())
}

fn assert_is(sample: &Sample, queue: Mmc) -> Result<(), TestCaseError> {
    assert_near(sample.latency.mean().unwrap_or(0.0) / 1000.0, queue.mean_response())?;
    for q in [0.5, 0.95, 0.99] {
        assert_near(quantile_ms(sample, q) / 1000.0, queue.response_quantile(q))?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn drawn_targets_are_as_many_queues(tasks in 1_u32..=200, slots in 1_u32..40, load in 0.05..0.95) {
        let sample = tenth_minute(Routing::WeightedRandom, tasks, slots, load);
        let arrival_rate = f64::from(slots) * load;
        assert_is(&sample, Mmc { servers: slots, arrival_rate, service_rate: 1.0 })?;
    }

    /// Few slots and much load, so that the size of the pool tells.
    #[test]
    fn least_outstanding_requests_are_one_queue(tasks in 1_u32..=200, slots in 1_u32..4, load in 0.5..0.98) {
        let sample = tenth_minute(Routing::LeastOutstandingRequests, tasks, slots, load);
        let servers = slots * tasks;
        assert_is(&sample, Mmc { servers, arrival_rate: f64::from(servers) * load, service_rate: 1.0 })?;
    }

    #[test]
    fn targets_in_turn_have_even_arrivals(tasks in 1_u32..=200, load in 0.05..0.95) {
        let sample = tenth_minute(Routing::RoundRobin, tasks, 1, load);
        let mean_s = gi_m_1_mean_s(tasks, load);
        assert_near(sample.latency.mean().unwrap_or(0.0) / 1000.0, mean_s)?;
        for q in [0.5, 0.95, 0.99] {
            assert_near(quantile_ms(&sample, q) / 1000.0, -mean_s * libm::log(1.0 - q))?;
        }
    }
}
