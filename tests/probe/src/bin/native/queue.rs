//! One queue, M/M/4 at load 0.8, and a million customers: served by the exact
//! data plane, and by the plainest event loop that a textbook would write. The
//! same in Python stands beside the benchmarks.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Instant;

use headroom_model::data_plane::{DataPlane as _, Exact, Sample, TaskId};
use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use serde_json::{Value, json};

const CUSTOMERS: f64 = 1e6;
const SERVERS: usize = 4;
const LOAD: f64 = 0.8;

/// Who was served, and how long they had waited on average, in mean service
/// times.
pub(crate) struct Served {
    customers: f64,
    mean_wait: f64,
}

/// Serves the queue once; says how long that took and what came out, as JSON.
pub(crate) fn timed(serve: fn() -> Served) -> Value {
    let begin = Instant::now();
    let Served { customers, mean_wait } = serve();
    let seconds = begin.elapsed().as_secs_f64();
    json!({ "seconds": seconds, "customers": customers, "mean_wait": mean_wait })
}

/// The exact data plane: a task with four slots, 50 ms a request. It keeps a
/// histogram, and all the rest that a run of the course needs.
pub(crate) fn model() -> Served {
    const MEAN_S: f64 = 0.05;
    let rps = LOAD * SERVERS as f64 / MEAN_S;
    let scenario = json!({
        "duration_s": CUSTOMERS / rps,
        "traffic": { "shape": "steady", "rps": rps },
        "service": { "desired_count": 1, "task": {
            "concurrency": SERVERS, "queue_limit": null, "cpu_ms_per_request": 0,
            "service_time": { "law": "exponential", "mean_ms": MEAN_S * 1000.0 },
        } },
    });
    let Ok(scenario) = Scenario::from_value(&scenario) else {
        return Served { customers: 0.0, mean_wait: f64::NAN };
    };
    let mut plane = Exact::new(&scenario);
    let mut sample = Sample::default();
    plane.enter_rotation(Micros::ZERO, TaskId(0), 1.0);
    let mut now = Micros::ZERO;
    while now < scenario.duration {
        now = (now + Micros::MINUTE).min(scenario.duration);
        plane.advance(now, &mut sample);
    }
    Served { customers: sample.started, mean_wait: sample.wait_s / sample.started / MEAN_S }
}

/// Something that happens, the earliest first.
struct Event {
    at: f64,
    what: What,
}

enum What {
    Arrival,
    Departure,
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        other.at.total_cmp(&self.at)
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Event {}

/// The standard library's heap of events and a queue of arrival times; it keeps
/// nothing but the sum of the waits.
pub(crate) fn heap() -> Served {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    #[expect(clippy::disallowed_methods, reason = "what a textbook would write")]
    let mut exponential = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        -(((state >> 11) + 1) as f64 / (1_u64 << 53) as f64).ln()
    };
    let mut events = BinaryHeap::from([Event { at: 0.0, what: What::Arrival }]);
    let mut waiting = VecDeque::new();
    let (mut busy, mut arrived, mut served, mut waited) = (0, 0.0, 0.0, 0.0);
    while let Some(Event { at, what }) = events.pop() {
        match what {
            What::Arrival => {
                arrived += 1.0;
                if arrived < CUSTOMERS {
                    let gap = exponential() / (LOAD * SERVERS as f64);
                    events.push(Event { at: at + gap, what: What::Arrival });
                }
                waiting.push_back(at);
            }
            What::Departure => busy -= 1,
        }
        if busy < SERVERS
            && let Some(since) = waiting.pop_front()
        {
            busy += 1;
            served += 1.0;
            waited += at - since;
            events.push(Event { at: at + exponential(), what: What::Departure });
        }
    }
    Served { customers: served, mean_wait: waited / served }
}
