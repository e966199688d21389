//! Queueing theory against figures computed with 50 digits (`reference/`), in
//! units of the mean service time.

use headroom_model::queueing::{Mmc, Station, erlang_b, survival};
use headroom_model::scenario::Law;

use std::collections::BTreeMap;

type Row = BTreeMap<String, f64>;

fn rows(file: &str) -> Vec<Row> {
    let path = format!("{}/tests/reference/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).expect("a reference file");
    let names = reader.headers().expect("a header").clone();
    let rows = reader.records().map(|record| {
        let record = record.expect("a row");
        // The name of a model is no number; the rest is.
        let cells =
            names.iter().zip(&record).filter_map(|(name, cell)| Some((name, cell.parse().ok()?)));
        cells.map(|(name, cell)| (name.to_string(), cell)).collect()
    });
    rows.collect()
}

#[track_caller]
fn assert_close(actual: f64, expected: f64, relative: f64, what: &dyn std::fmt::Debug) {
    let error = (actual - expected).abs();
    // Twelve digits are printed, so that a figure near zero keeps fewer.
    assert!(error <= relative * expected.abs() + 1e-13, "{actual} is not {expected}: {what:?}");
}

fn mmc_station(row: &Row) -> Station {
    Station {
        slots: row["c"] as u32,
        cpu_slots: f64::INFINITY,
        queue_limit: row.get("K").map(|room| (room - row["c"]) as u32),
        service_s: 1.0,
        arrival_cv2: 1.0,
        service_cv2: 1.0,
        pool: 1,
    }
}

#[test]
fn mmc_agrees_with_the_reference() {
    let rows = rows("mmc.csv");
    assert_eq!(rows.len(), 47);
    for row in &rows {
        let queue =
            Mmc { servers: row["c"] as u32, arrival_rate: row["lambda"], service_rate: 1.0 };
        let check = |name: &str, actual: f64| assert_close(actual, row[name], 1e-9, &(name, row));
        check("erlang_b", erlang_b(queue.servers, queue.arrival_rate));
        check("p_wait", queue.wait_probability());
        check("Wq", queue.mean_wait());
        check("W", queue.mean_response());
        for (column, q) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
            check(&format!("{column}_wait"), queue.wait_quantile(q));
            check(&format!("{column}_resp"), queue.response_quantile(q));
        }
        let means = mmc_station(row).means(row["lambda"]);
        check("p_wait", means.wait_probability);
        check("Wq", means.wait_s);
        check("W", means.response_s());
        check("lambda", means.in_service);
    }
}

#[test]
fn a_bounded_queue_agrees_with_the_reference() {
    let rows = rows("mmck.csv");
    assert_eq!(rows.len(), 34);
    for row in &rows {
        let means = mmc_station(row).means(row["lambda"]);
        let check = |name: &str, actual: f64| assert_close(actual, row[name], 1e-9, &(name, row));
        check("p_block", means.blocking);
        check("throughput", means.in_service);
        check("Wq_accepted", means.wait_s);
        check("Lq", means.in_system - means.in_service);
        check("utilisation", means.in_service / row["c"]);
    }
}

/// Pollaczek and Khinchine, and the same mean response under processor
/// sharing whatever the law.
#[test]
fn one_slot_and_one_shared_cpu_agree_with_the_reference() {
    for row in &rows("mg1.csv") {
        let fcfs = Station {
            slots: 1,
            cpu_slots: f64::INFINITY,
            queue_limit: None,
            service_s: 1.0,
            arrival_cv2: 1.0,
            service_cv2: row["cv2"],
            pool: 1,
        };
        let means = fcfs.means(row["rho"]);
        assert_close(means.wait_s, row["Wq"], 1e-9, row);
        assert_close(means.in_system, row["L"], 1e-9, row);
        let shared = Station { slots: 10_000, cpu_slots: 1.0, ..fcfs };
        assert_close(shared.means(row["rho"]).response_s(), 1.0 / (1.0 - row["rho"]), 1e-9, row);
    }
}

#[test]
fn the_law_of_the_response_agrees_with_the_reference() {
    for row in &rows("mmc.csv") {
        for q in [0.5, 0.95, 0.99] {
            let t = row[&format!("p{}_resp", q * 100.0)];
            let tail = survival(&mmc_station(row), Law::Exponential, row["lambda"], &[t])[0];
            assert_close(tail, 1.0 - q, 1e-6, row);
        }
    }
}

/// A deep queue is summed in closed form; step by step it must be the same.
#[test]
fn deep_queues_are_summed_right() {
    for (rho, limit) in [(0.9, 5000), (0.9999, 5000), (1.0, 5000), (1.000_000_001, 900), (1.5, 900)]
    {
        let station = Station {
            slots: 3,
            cpu_slots: 1.5,
            queue_limit: Some(limit),
            service_s: 1.0,
            arrival_cv2: 1.0,
            service_cv2: 1.0,
            pool: 1,
        };
        let rate: f64 = rho * 1.5;
        let mut p = vec![1.0];
        for n in 1..=3 + limit as usize {
            // Kept near 1: a common factor does not matter.
            let next = p[n - 1] * rate / (n as f64).min(1.5);
            p.push(next);
            if next > 1e200 {
                p.iter_mut().for_each(|p| *p /= next);
            }
        }
        let total: f64 = p.iter().sum();
        let mean: f64 = p.iter().enumerate().map(|(n, p)| n as f64 * p / total).sum();
        let means = station.means(rate);
        assert_close(means.in_system, mean, 1e-9, &(rho, limit));
        assert_close(means.blocking, p[p.len() - 1] / total, 1e-9, &(rho, limit));
    }
}

#[test]
fn stations_that_share_a_queue_are_one_with_all_their_slots() {
    let one = Station {
        slots: 4,
        cpu_slots: f64::INFINITY,
        queue_limit: None,
        service_s: 0.5,
        arrival_cv2: 1.0,
        service_cv2: 1.0,
        pool: 10,
    };
    let rate = 0.9 * one.capacity();
    let all = Mmc { servers: 40, arrival_rate: 10.0 * rate, service_rate: 2.0 };
    let means = one.means(rate);
    assert!((means.wait_s - all.mean_wait()).abs() < 1e-12, "{means:?}");
    assert!((means.in_service - 4.0 * 0.9).abs() < 1e-9, "of each of them");
    let [beyond] = survival(&one, Law::Exponential, rate, &[all.response_quantile(0.95)])[..]
    else {
        panic!("one time, one share");
    };
    assert!((beyond - 0.05).abs() < 1e-3, "{beyond}");
    // A CPU that carries half a request slows each of them, alone or not.
    let slow = Station { slots: 8, cpu_slots: 0.5, ..one };
    assert!((slow.means(1e-6).residence_s - 1.0).abs() < 1e-3);
}
