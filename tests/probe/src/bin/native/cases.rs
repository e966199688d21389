//! Pieces of work whose instructions are counted. Each is long enough for what
//! a process does before and after not to matter, and returns something that
//! depends on all of it, so that nothing can be left out.

use std::hint::black_box;

use headroom_model::autoscaling::Schedule;
use headroom_model::cloudwatch::{Metrics, Series};
use headroom_model::histogram::Histogram;
use headroom_model::queueing::{ErlangA, Mg1, Mmc, Mmck, Station, survival};
use headroom_model::scenario::{Law, Metric, Scenario};
use headroom_model::time::Micros;
use headroom_model::trace::{self, Trace};
use headroom_model::{Player, expect, replay, simulate};

type Case = (&'static str, fn() -> f64);

pub(crate) const CASES: [Case; 12] = [
    ("exact: a quarter of an hour of M/M/4", exact_mmc),
    ("exact: an hour of ECS", exact_hour),
    ("exact: least outstanding requests", exact_least),
    ("expected: the first day", expected_day),
    ("expected: five more days", expected_again),
    ("expected: a week", expected_week),
    ("control plane: a month of target tracking", month),
    ("control plane: a year of schedules", schedules),
    ("scenario: 500 files read", parse),
    ("trace: a day written as JSON", write),
    ("histogram: 2 million response times", histogram),
    ("queueing: tables and laws", queueing),
];

const DAY: &str = include_str!("../../../scenarios/day.json");
const WEEK: &str = include_str!("../../../scenarios/week.json");
const SPIKE: &str = include_str!("../../../scenarios/spike.json");
const OUTSTANDING: &str = include_str!("../../../../../model/tests/goldens/outstanding.json");
const POLICIES: &str = include_str!("../../../../../model/tests/goldens/policies.json");

/// A scenario of ours, or an end of the process that says which is wrong.
fn scenario(json: &str) -> Scenario {
    Scenario::parse(black_box(json).as_bytes()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn exact(json: &str) -> f64 {
    simulate(&scenario(json), trace::Station::Exact).summary.completed
}

fn exact_mmc() -> f64 {
    exact(
        r#"{ "duration_s": 900, "traffic": { "shape": "steady", "rps": 320 },
             "service": { "desired_count": 1, "task": {
               "concurrency": 4, "queue_limit": null, "cpu_ms_per_request": 0,
               "service_time": { "law": "exponential", "mean_ms": 10 } } } }"#,
    )
}

fn exact_hour() -> f64 {
    exact(SPIKE)
}

fn exact_least() -> f64 {
    exact(OUTSTANDING)
}

fn expected_day() -> f64 {
    expect(&scenario(DAY)).summary.completed
}

fn expected_again() -> f64 {
    let scenario = scenario(DAY);
    let mut player = Player::default();
    (0..6).map(|_| player.expect(&scenario).summary.completed).sum()
}

fn expected_week() -> f64 {
    expect(&scenario(WEEK)).summary.completed
}

/// CPU about its target, by the minute.
fn month() -> f64 {
    let minutes = 30 * 1440_u32;
    let mut cpu = Series::new(Micros::MINUTE);
    for minute in 0..minutes {
        let phase = f64::from(minute % 1440) / 1440.0;
        let value = 70.0 + 60.0 * (phase - 0.5) * (1.0 - phase) * 4.0 + f64::from(minute % 7);
        cpu.publish(Micros::from_whole_s(60 * (u64::from(minute) + 1)), Some(value));
    }
    let metrics = Metrics::from([(Metric::Cpu, cpu)]);
    let end = Micros::from_whole_s(60 * u64::from(minutes));
    let Trace { decisions, .. } = replay(&scenario(DAY), metrics, end);
    decisions.len() as f64
}

fn schedules() -> f64 {
    let year = 1_767_225_600..=1_798_761_600;
    let count = |text, zone| {
        let schedule = Schedule::parse(text, zone).unwrap_or_else(|fault| panic!("{fault}"));
        let window = headroom_model::autoscaling::Window::new(*year.start(), None, None);
        schedule.occurrences(window.unwrap_or_else(|fault| panic!("{fault}")), year.clone()).count()
    };
    let all = [
        count("cron(0/5 * * * ? *)", Some("Europe/Berlin")),
        count("cron(30 8 ? * MON-FRI *)", Some("America/New_York")),
        count("cron(0 22 LW * ? *)", None),
        count("rate(5 minutes)", None),
    ];
    all.iter().sum::<usize>() as f64
}

fn parse() -> f64 {
    (0..500).map(|_| scenario(POLICIES).duration.as_s()).sum()
}

fn write() -> f64 {
    let trace = expect(&scenario(DAY));
    (0..20).map(|_| black_box(&trace).to_json().len() as f64).sum()
}

fn histogram() -> f64 {
    let (mut all, mut minute) = (Histogram::default(), Histogram::default());
    let mut x = 1_u32;
    let mut sum = 0.0;
    for n in 0..2_000_000 {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        minute.record(Micros(u64::from(x >> 12)));
        if n % 5000 == 4999 {
            sum += [0.5, 0.95, 0.99].iter().filter_map(|&q| minute.quantile(q)).sum::<f64>();
            all.merge(&minute);
            minute.clear();
        }
    }
    sum + all.total()
}

fn queueing() -> f64 {
    let mut sum = 0.0;
    for servers in [1, 4, 16, 64, 500] {
        for step in 1..100 {
            let rho = f64::from(step) / 100.0;
            let (arrival_rate, service_rate) = (rho * f64::from(servers), 1.0);
            let mmc = Mmc { servers, arrival_rate, service_rate };
            let mmck = Mmck { servers, capacity: servers + 20, arrival_rate, service_rate };
            let erlang_a = ErlangA { servers, arrival_rate, service_rate, patience_rate: 0.5 };
            let mg1 = Mg1 { arrival_rate: rho, mean_service: 1.0, service_cv2: 2.0 };
            sum += mmc.mean_wait() + mmc.response_quantile(0.95) + mg1.mean_wait();
            sum += mmck.means().blocking + erlang_a.means().abandonment;
        }
        let station = Station {
            slots: servers,
            cpu_slots: 2.5,
            queue_limit: Some(1000),
            service_s: 0.05,
            arrival_cv2: 1.0,
            service_cv2: 1.0,
            pool: 1,
        };
        let times: Vec<f64> = (1..200).map(|n| f64::from(n) / 100.0).collect();
        for law in [Law::Exponential, Law::Deterministic, Law::Lognormal { cv: 1.5 }] {
            for step in 1..10 {
                let rate = station.capacity() * f64::from(step) / 10.0;
                sum += survival(&station, law, rate, &times).iter().sum::<f64>();
            }
        }
    }
    sum
}
