//! The exact data plane against closed forms of queueing theory.
//!
//! Each queue is one task whose mean service time is a second. It is run in
//! [`BATCHES`] stretches after a first one that is thrown away; their spread
//! gives the standard error (the method of batch means).

use headroom_model::data_plane::{DataPlane as _, Exact, Sample, TaskId};
use headroom_model::queueing::{Mg1, Mmc, Mmck, erlang_b};
use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use serde_json::json;

/// Stretches of a run.
const BATCHES: usize = 20;

/// A queue whose figures theory has in closed form.
struct Queue {
    /// Its name (Kendall's notation).
    name: &'static str,
    /// The task's slots.
    slots: u32,
    /// How many of them its CPU carries at full speed.
    servers: u32,
    queue_limit: Option<u32>,
    /// The law of its service time, as a scenario writes it.
    law: &'static str,
    /// Rate of arrivals over the rate that all servers serve.
    load: f64,
    figures: &'static [Figure],
}

/// A figure of a queue.
struct Figure {
    /// What it is, with its unit.
    name: &'static str,
    theory: fn(&Queue) -> f64,
    /// The same in a stretch of a run; `None` if nothing happened in it.
    measured: fn(&Sample) -> Option<f64>,
}

const EXPONENTIAL: &str = r#""law": "exponential""#;
const EVEN: &str = r#""law": "deterministic""#;
const LOGNORMAL: &str = r#""law": "lognormal", "cv": 1.5"#;

const MEAN_WAIT: Figure = Figure {
    name: "mean wait",
    theory: |queue| mmc(queue).mean_wait(),
    measured: |sample| share(sample.wait_s, sample.started),
};
const POLLACZEK_KHINCHINE: Figure = Figure {
    name: "mean wait (Pollaczek–Khinchine)",
    theory: |queue| {
        let service_cv2 = if queue.law == EVEN { 0.0 } else { 1.5 * 1.5 };
        Mg1 { arrival_rate: queue.rate(), mean_service: 1.0, service_cv2 }.mean_wait()
    },
    measured: MEAN_WAIT.measured,
};
const BLOCKING: Figure = Figure {
    name: "share refused",
    theory: |queue| {
        Mmck {
            servers: queue.servers,
            capacity: queue.slots + queue.queue_limit.unwrap_or(0),
            arrival_rate: queue.rate(),
            service_rate: 1.0,
        }
        .means()
        .blocking
    },
    measured: |sample| share(sample.rejected, sample.offered),
};
const SHARED: Figure = Figure {
    name: "mean response time",
    theory: |queue| 1.0 / (1.0 - queue.load),
    measured: |sample| Some(sample.latency.mean()? / 1000.0),
};

/// More slots than requests are ever there: only the CPU limits.
const PLENTY: u32 = 10_000;

/// One slot, several, a bounded queue, other laws of service, a shared CPU.
const QUEUES: [Queue; 9] = [
    queue("M/M/1", 1, EXPONENTIAL, 0.8, &[MEAN_WAIT]),
    queue(
        "M/M/4",
        4,
        EXPONENTIAL,
        0.8,
        &[
            Figure {
                name: "share that waits (Erlang C)",
                theory: |queue| mmc(queue).wait_probability(),
                measured: |sample| share(sample.waited, sample.started),
            },
            MEAN_WAIT,
            Figure {
                name: "p95 of the response time",
                theory: |queue| mmc(queue).response_quantile(0.95),
                measured: |sample| Some(sample.latency.quantile(0.95)? / 1000.0),
            },
        ],
    ),
    queue("M/M/16", 16, EXPONENTIAL, 0.9, &[MEAN_WAIT]),
    Queue { queue_limit: Some(6), ..queue("M/M/4/10", 4, EXPONENTIAL, 0.9, &[BLOCKING]) },
    Queue {
        queue_limit: Some(0),
        ..queue(
            "M/M/4/4",
            4,
            EXPONENTIAL,
            0.8,
            &[Figure {
                name: "share refused (Erlang B)",
                theory: |queue| erlang_b(queue.servers, queue.rate()),
                measured: BLOCKING.measured,
            }],
        )
    },
    queue("M/D/1", 1, EVEN, 0.8, &[POLLACZEK_KHINCHINE]),
    queue("M/G/1, lognormal, cv 1.5", 1, LOGNORMAL, 0.7, &[POLLACZEK_KHINCHINE]),
    Queue { slots: PLENTY, ..queue("M/M/1, shared CPU", 1, EXPONENTIAL, 0.8, &[SHARED]) },
    Queue { slots: PLENTY, ..queue("M/D/1, shared CPU", 1, EVEN, 0.8, &[SHARED]) },
];

/// A queue with a server for each slot and room for all.
const fn queue(
    name: &'static str,
    servers: u32,
    law: &'static str,
    load: f64,
    figures: &'static [Figure],
) -> Queue {
    Queue { name, slots: servers, servers, queue_limit: None, law, load, figures }
}

fn mmc(queue: &Queue) -> Mmc {
    Mmc { servers: queue.servers, arrival_rate: queue.rate(), service_rate: 1.0 }
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

impl Queue {
    /// Requests a second.
    fn rate(&self) -> f64 {
        self.load * f64::from(self.servers)
    }

    /// A task of this kind under this load. Its CPU binds only if it has more
    /// slots than servers.
    fn scenario(&self, seconds: u64) -> Scenario {
        let json = json!({
            "version": 1,
            // Its own, so that the rows of the table are independent.
            "seed": self.name.bytes().map(u64::from).sum::<u64>(),
            "traffic": { "shape": "steady", "rps": self.rate() },
            "service": { "task": {
                "vcpu": self.servers,
                "concurrency": self.slots,
                "queue_limit": self.queue_limit,
                "cpu_ms_per_request": if self.slots > self.servers { 1000 } else { 0 },
                "service_time": {},
            } },
        });
        let law = format!(r#""mean_ms":1000,{}"#, self.law);
        let json =
            json.to_string().replace(r#""service_time":{"#, &format!(r#""service_time":{{{law}"#));
        match Scenario::parse(json.as_bytes()) {
            // A queue runs for longer than a scenario may.
            Ok(scenario) => Scenario { duration: Micros::from_whole_s(seconds), ..scenario },
            // The queues are written above, and a test runs them all.
            Err(faults) => unreachable!("{}: {faults:?}", self.name),
        }
    }
}

/// A figure of a queue, from theory and from a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The queue, in Kendall's notation.
    pub queue: &'static str,
    /// Its load, 0 to 1.
    pub load: f64,
    /// Which figure it is.
    pub figure: &'static str,
    /// From the closed form.
    pub theory: f64,
    /// From a run.
    pub simulated: f64,
    /// How far an honest run may be off: the standard error of `simulated`.
    pub standard_error: f64,
}

/// The theory table, a piece at a time.
#[derive(Debug)]
pub struct Theory {
    /// Requests of each queue, about.
    requests: u64,
    queue: usize,
    run: Option<QueueRun>,
}

#[derive(Debug)]
struct QueueRun {
    plane: Exact,
    now: Micros,
    /// How long a stretch is.
    batch: Micros,
    /// Stretches that are over, the first among them.
    over: usize,
    sample: Sample,
    /// What came of the stretches, by figure.
    values: Vec<Vec<f64>>,
}

impl Theory {
    /// All queues, with about so many requests each.
    pub fn new(requests: u64) -> Self {
        Self { requests, queue: 0, run: None }
    }

    /// Whether there is nothing left to do.
    pub fn is_done(&self) -> bool {
        self.queue == QUEUES.len()
    }

    /// How much is done, from 0 to 1.
    pub fn progress(&self) -> f64 {
        let over = self.run.as_ref().map_or(0, |run| run.over);
        (self.queue as f64 + over as f64 / (BATCHES + 1) as f64) / QUEUES.len() as f64
    }

    /// Simulates a piece of a stretch. Returns the figures of a queue once all
    /// its stretches are over.
    pub fn step(&mut self) -> Vec<Compared> {
        let Some(queue) = QUEUES.get(self.queue) else { return Vec::new() };
        let run = self.run.get_or_insert_with(|| QueueRun::new(queue, self.requests));
        run.step(queue);
        if run.over <= BATCHES {
            return Vec::new();
        }
        self.queue += 1;
        let values = self.run.take().map_or_else(Vec::new, |run| run.values);
        let compared = |(figure, values): (&Figure, Vec<f64>)| {
            let (simulated, standard_error) = mean_and_error(&values);
            Compared {
                queue: queue.name,
                load: queue.load,
                figure: figure.name,
                theory: (figure.theory)(queue),
                simulated,
                standard_error,
            }
        };
        queue.figures.iter().zip(values).map(compared).collect()
    }
}

impl QueueRun {
    fn new(queue: &Queue, requests: u64) -> Self {
        let seconds = libm::ceil(requests as f64 / queue.rate() / BATCHES as f64);
        let mut plane = Exact::new(&queue.scenario(seconds as u64 * (BATCHES as u64 + 2)));
        plane.enter_rotation(Micros::ZERO, TaskId(0), 1.0);
        Self {
            plane,
            now: Micros::ZERO,
            batch: Micros::from_s(seconds),
            over: 0,
            sample: Sample::default(),
            values: vec![Vec::with_capacity(BATCHES); queue.figures.len()],
        }
    }

    fn step(&mut self, queue: &Queue) {
        const PIECE: Micros = Micros::from_whole_s(1000);
        let end = Micros((self.over as u64 + 1) * self.batch.0);
        self.now = end.min(self.now + PIECE);
        self.plane.advance(self.now, &mut self.sample);
        if self.now < end {
            return;
        }
        // The first stretch begins empty, and does not count.
        if self.over > 0 {
            for (figure, values) in queue.figures.iter().zip(&mut self.values) {
                values.extend((figure.measured)(&self.sample));
            }
        }
        self.sample.clear();
        self.over += 1;
    }
}

/// The mean of independent values, and its standard error.
fn mean_and_error(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, libm::sqrt(squares / (count - 1.0) / count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_agrees_with_theory() {
        let mut theory = Theory::new(200_000);
        let mut rows = Vec::new();
        let mut before = 0.0;
        while !theory.is_done() {
            rows.extend(theory.step());
            assert!(theory.progress() >= before);
            before = theory.progress();
        }
        let figures = QUEUES.iter().map(|queue| queue.figures.len()).sum();
        assert_eq!((rows.len(), before), (figures, 1.0));
        for row in rows {
            let off = (row.simulated - row.theory).abs();
            assert!(off <= 4.0 * row.standard_error, "{row:?}");
            assert!(row.standard_error < 0.1 * row.theory, "{row:?}");
        }
    }
}
