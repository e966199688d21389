//! The exact data plane against closed forms, within four standard deviations
//! of a run of its length.

use headroom_model::data_plane::{Exact, Sample};
use headroom_model::queueing::{Mg1, Mmc, Mmck};
use headroom_model::scenario::{Law, Task};

use crate::at_full_length;
use crate::kit::{assert_close, quantile_ms, scenario, serve, start};

/// The mean service time [s].
const SERVICE_S: f64 = 0.02;

/// Serves a tenth of the requests to warm up, and then all of them. Rates are
/// for a service time of 1.
fn measured(task: impl Fn(&mut Task), rate: f64, requests: f64) -> Sample {
    let rps = rate / SERVICE_S;
    let mut scenario = scenario(rps);
    scenario.service.task.service_time.mean_ms = SERVICE_S * 1000.0;
    task(&mut scenario.service.task);
    let mut plane = Exact::new(&scenario);
    start(&mut plane, 1);
    let (warm, end) = ((0.1 * requests / rps) as u64, (1.1 * requests / rps) as u64);
    serve(&mut plane, 0, warm);
    serve(&mut plane, warm, end)
}

/// The mean wait, in service times.
fn mean_wait(sample: &Sample) -> f64 {
    sample.wait_s / sample.started / SERVICE_S
}

/// `mmc_tolerance.csv` says by how much a run of 10^6 requests varies. Where it
/// says that this is more than a tenth a run proves nothing, and is left out; so
/// are quantiles of a wait that is mostly none.
#[test]
fn a_task_with_slots_is_mmc() {
    let path = format!("{}/tests/reference/mmc_tolerance.csv", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).expect("a reference file");
    let rows: Vec<Vec<f64>> = reader.deserialize().map(|row| row.expect("a row")).collect();
    let usable = |sd: f64| sd > 0.0 && sd < 0.1;
    let rows: Vec<_> = rows.iter().filter(|row| usable(row[3]) && usable(row[5])).collect();
    assert!(rows.len() > 35, "{} rows", rows.len());
    // The load at which every figure has something to say.
    const SAMPLE: f64 = 0.8;
    let requests = if at_full_length() { 1e6 } else { 2.5e5 };
    for row in rows.into_iter().filter(|row| at_full_length() || row[1] == SAMPLE) {
        let (slots, rho) = (row[0] as u32, row[1]);
        let queue = Mmc { servers: slots, arrival_rate: rho * f64::from(slots), service_rate: 1.0 };
        let sample = measured(|task| task.concurrency = slots, queue.arrival_rate, requests);
        let scale = 4.0 * (1e6 / requests).sqrt();
        let close = |actual: f64, expected: f64, sd: f64, what: &str| {
            assert_close(actual, expected, scale * sd, &format!("{what} of M/M/{slots} at {rho}"));
        };
        close(sample.waited / sample.started, queue.wait_probability(), row[3], "waiting");
        close(mean_wait(&sample), queue.mean_wait(), row[5], "mean wait");
        // The response has more in it than the wait, and varies less.
        let response = sample.latency.mean().unwrap() / 1000.0 / SERVICE_S;
        close(response, queue.mean_response(), row[5], "mean response");
        if usable(row[7]) {
            let p95 = quantile_ms(&sample, 0.95) / 1000.0 / SERVICE_S;
            close(p95, queue.response_quantile(0.95), row[7], "p95");
        }
        // So many requests come, and so much they take: each is off by one in √n.
        let utilization_sd = (2.0 / 1e6_f64).sqrt();
        close(sample.busy_slot_s / sample.slot_s, rho, utilization_sd, "utilization");
    }
}

/// Pollaczek and Khinchine: one slot, first come first served, any law.
#[test]
fn a_task_with_one_slot_is_mg1() {
    for (law, tolerance) in [
        (Law::Deterministic, 0.05),
        (Law::Exponential, 0.05),
        (Law::Lognormal { cv: 0.5 }, 0.05),
        (Law::Lognormal { cv: 1.5 }, 0.08),
    ] {
        for rho in [0.5, 0.7] {
            let sample = measured(|task| task.service_time.law = law, rho, 5e5);
            let service_cv2 = law.cv() * law.cv();
            let queue = Mg1 { arrival_rate: rho, mean_service: 1.0, service_cv2 };
            let wait = mean_wait(&sample);
            assert_close(wait, queue.mean_wait(), tolerance, &format!("wait, {law:?} at {rho}"));
        }
    }
}

#[test]
fn a_task_with_little_room_is_mmck() {
    for (slots, room, rho) in [(1, 4, 1.0), (2, 0, 0.9), (4, 6, 0.95), (8, 10, 1.2)] {
        let arrival_rate = rho * f64::from(slots);
        let queue =
            Mmck { servers: slots, capacity: slots + room, arrival_rate, service_rate: 1.0 };
        let means = queue.means();
        let little_room = |task: &mut Task| {
            (task.concurrency, task.queue_limit) = (slots, Some(room));
        };
        let sample = measured(little_room, arrival_rate, 1e6);
        let close = |actual: f64, expected: f64, what: &str| {
            assert_close(actual, expected, 0.04, &format!("{what} of M/M/{slots}+{room} at {rho}"));
        };
        close(sample.rejected / sample.offered, means.blocking, "refused");
        close(sample.busy_slot_s / sample.slot_s, means.utilization, "utilization");
        if room > 0 {
            close(mean_wait(&sample), means.wait, "mean wait");
        }
    }
}
