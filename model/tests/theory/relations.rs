//! What one run says about another, or one look at a run about another look.

use headroom_model::data_plane::{DataPlane as _, Exact, Expected, Sample};
use headroom_model::scenario::{Law, Scenario};
use headroom_model::time::Micros;

use crate::kit::{assert_close, course_scenario, quantile_ms, scenario, serve, start};
use crate::look;

/// Poisson arrivals see time averages: the share of requests that find all slots
/// busy is the share of time in which they are, whatever the law of service.
#[test]
fn arrivals_see_time_averages() {
    for law in [Law::Exponential, Law::Deterministic, Law::Lognormal { cv: 1.5 }] {
        let mut scenario = scenario(64.0);
        let task = &mut scenario.service.task;
        (task.concurrency, task.service_time.mean_ms) = (4, 50.0);
        task.service_time.law = law;
        let mut plane = Exact::new(&scenario);
        start(&mut plane, 1);
        serve(&mut plane, 0, 60);
        let (mut looks, mut all_busy, mut waited, mut started) = (0.0, 0.0, 0.0, 0.0);
        look(&mut plane, 60, 4000, Micros(7_000), |plane, sample| {
            looks += 1.0;
            all_busy += f64::from(u8::from(plane.in_flight() >= 4.0));
            waited += sample.waited;
            started += sample.started;
        });
        assert_close(waited / started, all_busy / looks, 0.01, &format!("{law:?}"));
    }
}

/// A shared CPU does not mind the law: neither the mean response nor how often
/// nobody is there.
#[test]
fn processor_sharing_does_not_mind_the_law() {
    let rho = 0.6;
    for law in [Law::Exponential, Law::Deterministic, Law::Lognormal { cv: 1.5 }] {
        let mut scenario = scenario(rho * 20.0);
        let task = &mut scenario.service.task;
        (task.concurrency, task.cpu_ms_per_request) = (10_000, 50.0);
        (task.service_time.law, task.service_time.mean_ms) = (law, 50.0);
        let mut plane = Exact::new(&scenario);
        start(&mut plane, 1);
        serve(&mut plane, 0, 60);
        // Nobody, one, two: geometric.
        let mut present = [0.0; 3];
        let (mut looks, mut all) = (0.0, Sample::default());
        look(&mut plane, 60, 10_060, Micros(90_000), |plane, sample| {
            looks += 1.0;
            if let Some(share) = present.get_mut(plane.in_flight() as usize) {
                *share += 1.0;
            }
            all.completed += sample.completed;
            all.latency.merge(&sample.latency);
        });
        let mean_ms = all.latency.mean().unwrap();
        assert_close(mean_ms, 50.0 / (1.0 - rho), 0.03, &format!("mean response, {law:?}"));
        for (number, share) in present.into_iter().enumerate() {
            let expected = (1.0 - rho) * libm::pow(rho, number as f64);
            assert_close(share / looks, expected, 0.03, &format!("{number} present, {law:?}"));
        }
    }
}

/// Slower by a factor in everything: rates, services, seconds.
fn slower(scenario: &Scenario, rps: f64, factor: f64) -> Scenario {
    let mut slow = scenario.clone();
    slow.traffic.shape = headroom_model::scenario::Shape::Steady { rps: rps / factor };
    slow.service.task.service_time.mean_ms *= factor;
    slow.service.task.cpu_ms_per_request *= factor;
    slow
}

/// The same run in slow motion, settled: the same figures. By a power of two, so
/// that the bins of the histogram move as they are.
#[test]
fn expected_figures_scale_with_time() {
    for (law, rps) in [
        (Law::Exponential, 150.0),
        (Law::Deterministic, 170.0),
        (Law::Lognormal { cv: 1.5 }, 120.0),
        // Full queues.
        (Law::Exponential, 400.0),
    ] {
        let mut fast = course_scenario(rps);
        fast.service.task.service_time.law = law;
        fast.service.task.queue_limit = Some(50);
        let measured = |scenario: &Scenario, factor: u64| {
            let mut plane = Expected::new(scenario);
            start(&mut plane, 4);
            serve(&mut plane, 0, 120 * factor);
            serve(&mut plane, 120 * factor, 180 * factor)
        };
        let reference = measured(&fast, 1);
        for factor in [2, 8] {
            let slow = measured(&slower(&fast, rps, factor as f64), factor);
            let what = format!("{law:?} at {rps}, {factor} times slower");
            let close = |actual: f64, expected: f64, figure: &str| {
                assert!(
                    (actual - expected).abs() <= 1e-9 * expected.abs() + 1e-12,
                    "{figure}, {what}: {actual} {expected}"
                );
            };
            close(slow.offered, reference.offered, "offered");
            close(slow.rejected, reference.rejected, "rejected");
            close(slow.cpu_s, factor as f64 * reference.cpu_s, "CPU");
            close(slow.wait_s, factor as f64 * reference.wait_s, "wait");
            for q in [0.5, 0.95, 0.99] {
                let quantile = quantile_ms(&reference, q);
                close(quantile_ms(&slow, q), factor as f64 * quantile, "quantile");
            }
        }
    }
}

/// The exact plane draws other numbers in slow motion, since each minute has a
/// stream of its own; the figures are the same within their spread.
#[test]
fn exact_figures_scale_with_time() {
    let rps = 150.0;
    let fast = course_scenario(rps);
    let measured = |scenario: &Scenario, factor: u64| {
        let mut plane = Exact::new(scenario);
        start(&mut plane, 4);
        serve(&mut plane, 0, 60 * factor);
        serve(&mut plane, 60 * factor, 6060 * factor)
    };
    let reference = measured(&fast, 1);
    let slow = measured(&slower(&fast, rps, 10.0), 10);
    let mean = |sample: &Sample| sample.latency.mean().unwrap();
    assert_close(mean(&slow), 10.0 * mean(&reference), 0.02, "mean response");
    let p95 = |sample| quantile_ms(sample, 0.95);
    assert_close(p95(&slow), 10.0 * p95(&reference), 0.02, "p95");
    assert_close(slow.cpu_s, 10.0 * reference.cpu_s, 0.015, "CPU");
    assert_close(slow.busy_slot_s, 10.0 * reference.busy_slot_s, 0.03, "slots");
}
