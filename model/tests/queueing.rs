//! Queueing theory against figures computed with 50 digits (`reference/`), in
//! units of the mean service time.

use headroom_model::queueing::{ErlangA, Mg1, Mmc, Mmck, Station, erlang_b, erlang_c, survival};
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

/// Closed forms keep nine digits of every figure, however small it is.
#[track_caller]
fn assert_exact(row: &Row, figures: &[(&str, f64)]) {
    for &(name, actual) in figures {
        let expected = row[name];
        let error = (actual - expected).abs();
        assert!(error <= 1e-9 * expected, "{name}: {actual} is not {expected} in {row:?}");
    }
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
        assert_exact(
            row,
            &[
                ("erlang_b", erlang_b(queue.servers, queue.arrival_rate)),
                ("p_wait", queue.wait_probability()),
                ("Lq", queue.mean_queue()),
                ("Wq", queue.mean_wait()),
                ("W", queue.mean_response()),
                ("p50_wait", queue.wait_quantile(0.5)),
                ("p90_wait", queue.wait_quantile(0.9)),
                ("p95_wait", queue.wait_quantile(0.95)),
                ("p99_wait", queue.wait_quantile(0.99)),
                ("p50_resp", queue.response_quantile(0.5)),
                ("p95_resp", queue.response_quantile(0.95)),
                ("p99_resp", queue.response_quantile(0.99)),
            ],
        );
        let check = |name: &str, actual: f64| assert_close(actual, row[name], 1e-9, &(name, row));
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
        let queue = Mmck {
            servers: row["c"] as u32,
            capacity: row["K"] as u32,
            arrival_rate: row["lambda"],
            service_rate: 1.0,
        };
        let means = queue.means();
        assert_exact(
            row,
            &[
                ("p_block", means.blocking),
                ("throughput", means.throughput),
                ("Lq", means.queue),
                ("Wq_accepted", means.wait),
                ("utilisation", means.utilization),
            ],
        );
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
    let rows = rows("mg1.csv");
    assert_eq!(rows.len(), 14);
    for row in &rows {
        let queue = Mg1 { arrival_rate: row["rho"], mean_service: 1.0, service_cv2: row["cv2"] };
        assert_exact(
            row,
            &[
                ("Wq", queue.mean_wait()),
                ("W", queue.mean_response()),
                ("Lq", queue.mean_queue()),
                ("L", queue.mean_in_system()),
            ],
        );
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
fn an_impatient_queue_agrees_with_the_reference() {
    let rows = rows("erlang_a.csv");
    assert_eq!(rows.len(), 40);
    for row in &rows {
        let queue = ErlangA {
            servers: row["c"] as u32,
            arrival_rate: row["lambda"],
            service_rate: 1.0,
            patience_rate: row["theta"],
        };
        let means = queue.means();
        assert_exact(
            row,
            &[
                ("p_wait", means.wait_probability),
                ("p_abandon", means.abandonment),
                ("Lq", means.queue),
                ("mean_wait_all", means.wait),
                ("utilisation", means.utilization),
            ],
        );
    }
}

/// Sizes and loads that no table of the textbooks reaches, from 50 digits.
#[test]
fn closed_forms_hold_at_any_size() {
    // Many service times long, a quantile must not overflow.
    let mmc = |servers, rho: f64| Mmc {
        servers,
        arrival_rate: rho * f64::from(servers),
        service_rate: 1.0,
    };
    assert_close(mmc(1, 0.9999).response_quantile(0.99), 46_051.701_859_88, 1e-9, &());
    assert_close(mmc(10_000, 0.999).mean_queue(), 879.661_169_662_6, 1e-9, &());
    assert_close(mmc(10_000, 0.999).response_quantile(0.95), 3.089_075_035_561, 1e-9, &());
    let rare = mmc(10_000, 0.9).mean_wait();
    assert!((rare / 2.091_619_794_419e-28 - 1.0).abs() < 1e-9, "{rare}");
    assert_eq!(erlang_b(10_000, 3000.0).to_bits(), 0, "too small for a number");
    let mmck = |servers, capacity, rho: f64| {
        let arrival_rate = rho * f64::from(servers);
        Mmck { servers, capacity, arrival_rate, service_rate: 1.0 }.means()
    };
    let long = mmck(10_000, 20_000, 1.001);
    assert_close(long.blocking, 9.990_412_730_057e-4, 1e-9, &());
    assert_close(long.queue, 9_000.408_457_694, 1e-9, &());
    assert_close(long.wait, 0.900_040_882_053_9, 1e-9, &());
    let critical = mmck(2, 5000, 0.999_99);
    assert_close(critical.blocking, 1.950_226_215_795e-4, 1e-9, &());
    assert_close(critical.queue, 2_477.413_648_579, 1e-9, &());
    let lossy = mmck(10_000, 10_000, 3.0);
    assert_close(lossy.utilization, 0.999_950_007_497_9, 1e-9, &());
    let erlang_a = |servers, rho: f64, patience_rate| {
        let arrival_rate = rho * f64::from(servers);
        ErlangA { servers, arrival_rate, service_rate: 1.0, patience_rate }.means()
    };
    let deep = erlang_a(10_000, 1.2, 0.01);
    assert_close(deep.queue, 200_000.0, 1e-9, &());
    assert_close(deep.abandonment, 0.166_666_666_666_7, 1e-9, &());
    let patient = erlang_a(3, 0.999, 0.001);
    assert_close(patient.wait_probability, 0.972_167_030_172_2, 1e-9, &());
    assert_close(patient.wait, 13.753_288_490_85, 1e-9, &());
    let wide = erlang_a(10_000, 0.99, 0.01);
    assert_close(wide.wait_probability, 0.221_107_900_525_6, 1e-9, &());
    assert_close(wide.abandonment, 2.169_116_272_129e-5, 1e-9, &());
}

/// The share that waits is then just what the quantile leaves out.
#[test]
fn a_quantile_at_the_edge_of_waiting_is_no_wait() {
    for rho in [0.5, 0.1, 0.05, 0.01] {
        let queue = Mmc { servers: 1, arrival_rate: rho, service_rate: 1.0 };
        assert_close(queue.wait_quantile(1.0 - rho), 0.0, 0.0, &rho);
        assert!(queue.wait_quantile(1.0 - rho + 1e-9) > 0.0);
    }
}

/// Seconds or minutes: the same queue.
#[test]
fn closed_forms_do_not_depend_on_the_unit_of_time() {
    let mmc = |unit: f64| Mmc { servers: 7, arrival_rate: 6.5 / unit, service_rate: 1.0 / unit };
    assert_close(mmc(60.0).mean_wait(), 60.0 * mmc(1.0).mean_wait(), 1e-9, &"wait");
    let p95 = |unit| mmc(unit).response_quantile(0.95);
    assert_close(p95(60.0), 60.0 * p95(1.0), 1e-9, &"p95");
    assert_close(mmc(60.0).mean_queue(), mmc(1.0).mean_queue(), 1e-9, &"queue");
    let mmck = |unit: f64| {
        let (arrival_rate, service_rate) = (6.5 / unit, 1.0 / unit);
        Mmck { servers: 7, capacity: 9, arrival_rate, service_rate }.means()
    };
    assert_close(mmck(60.0).wait, 60.0 * mmck(1.0).wait, 1e-9, &"wait");
    assert_close(mmck(60.0).throughput, mmck(1.0).throughput / 60.0, 1e-9, &"throughput");
    assert_close(mmck(60.0).utilization, mmck(1.0).utilization, 1e-9, &"utilization");
    let mg1 = |unit: f64| Mg1 { arrival_rate: 0.5 / unit, mean_service: unit, service_cv2: 2.0 };
    assert_close(mg1(60.0).mean_wait(), 60.0 * mg1(1.0).mean_wait(), 1e-9, &"wait");
    assert_close(mg1(60.0).mean_in_system(), mg1(1.0).mean_in_system(), 1e-9, &"in system");
    let erlang_a = |unit: f64| {
        let (arrival_rate, service_rate, patience_rate) = (9.0 / unit, 1.0 / unit, 0.3 / unit);
        ErlangA { servers: 7, arrival_rate, service_rate, patience_rate }.means()
    };
    assert_close(erlang_a(60.0).wait, 60.0 * erlang_a(1.0).wait, 1e-9, &"wait");
    assert_close(erlang_a(60.0).abandonment, erlang_a(1.0).abandonment, 1e-9, &"abandonment");
    assert_close(erlang_a(60.0).utilization, erlang_a(1.0).utilization, 1e-9, &"utilization");
}

/// Room for no one waiting is Erlang B, room for all is Erlang C; so is patience
/// for nothing and for everything. Who is as patient as they are served finds
/// servers without end.
#[test]
fn closed_forms_meet_at_their_limits() {
    for (servers, rho) in [(1, 0.3), (4, 0.8), (50, 0.9), (300, 0.97)] {
        let arrival_rate = rho * f64::from(servers);
        let (loss, delay) = (erlang_b(servers, arrival_rate), erlang_c(servers, arrival_rate));
        let mmc = Mmc { servers, arrival_rate, service_rate: 1.0 };
        let mmck = |capacity| Mmck { servers, capacity, arrival_rate, service_rate: 1.0 }.means();
        let erlang_a = |patience_rate| {
            ErlangA { servers, arrival_rate, service_rate: 1.0, patience_rate }.means()
        };
        let what = &(servers, rho);

        assert_close(mmck(servers).blocking, loss, 1e-12, what);
        assert_close(mmck(servers).queue, 0.0, 0.0, what);
        assert_close(mmck(servers + 2000).queue, mmc.mean_queue(), 1e-9, what);
        assert_close(erlang_a(1e6).abandonment, loss, 1e-4, what);
        assert_close(erlang_a(1e-6).wait_probability, delay, 1e-2, what);
        assert_close(erlang_a(1e-6).queue, mmc.mean_queue(), 1e-2, what);

        // Servers without end: the number in system is Poisson.
        let mut state = libm::exp(-arrival_rate);
        let mut below = 0.0;
        for n in 0..servers {
            below += state;
            state *= arrival_rate / f64::from(n + 1);
        }
        assert_close(erlang_a(1.0).wait_probability, 1.0 - below, 1e-9, what);
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

#[test]
fn a_response_before_one_slot_has_the_mean_of_pollaczek_and_khinchine() {
    for (cv, rho) in [(0.5, 0.3), (0.5, 0.9), (1.5, 0.6), (2.0, 0.3), (2.0, 0.8)] {
        let station = Station {
            slots: 1,
            cpu_slots: f64::INFINITY,
            queue_limit: None,
            service_s: 1.0,
            arrival_cv2: 1.0,
            service_cv2: cv * cv,
            pool: 1,
        };
        let step = 0.05;
        let times: Vec<f64> = (1..20_000).map(|n| f64::from(n) * step).collect();
        let tail = survival(&station, Law::Lognormal { cv }, rho, &times);
        // The mean is the integral of the tail, which is 1 at the start.
        let mean = step * (0.5 + tail.iter().sum::<f64>());
        let queue = Mg1 { arrival_rate: rho, mean_service: 1.0, service_cv2: cv * cv };
        let expected = queue.mean_response();
        assert!((mean / expected - 1.0).abs() < 0.02, "cv {cv} at {rho}: {mean} {expected}");
    }
}
