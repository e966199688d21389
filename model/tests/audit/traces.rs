//! Generated open-loop traces: traffic, a service and a prescribed capacity. A
//! number stands for one trace, the same on every machine.

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg32;
use serde_json::{Value, json};

use headroom_model::scenario::{Client, Scenario};
use headroom_model::time::Micros;

/// How long a trace lasts.
const MINUTES: u32 = 24;
/// The longest service time on average [s].
const LONGEST_S: f64 = 0.6;
/// Its busiest minutes have no more requests a second than this, so that
/// many replications of it can be played.
const MOST_RPS: f64 = 250.0;

/// The trace with this number.
pub(crate) fn draw(number: u64) -> Scenario {
    let json = Maker { dice: Dice(Pcg32::seed_from_u64(number)) }.scenario();
    Scenario::from_value(&json)
        .unwrap_or_else(|faults| panic!("trace {number}: {faults:?}\n{json}"))
}

/// The same, with clients that give up, and some that send again.
pub(crate) fn draw_impatient(number: u64) -> Scenario {
    let mut scenario = draw(number);
    let mut dice = Dice(Pcg32::seed_from_u64(!number));
    let mean_s = scenario.service.task.service_time.mean_ms / 1000.0;
    let timeout = Some(Micros::from_s(mean_s * dice.any_scale(1.0, 200.0)));
    scenario.service.client = Client { timeout, retries: dice.pick(&[0, 0, 0, 1, 2, 3]) };
    scenario
}

struct Dice(Pcg32);

impl Dice {
    fn below(&mut self, below: u32) -> u32 {
        self.0.next_u32() % below
    }

    fn percent(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len() as u32) as usize]
    }

    fn uniform(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * f64::from(self.0.next_u32()) / f64::from(u32::MAX)
    }

    /// As likely to lie in one octave as in another.
    fn any_scale(&mut self, from: f64, to: f64) -> f64 {
        libm::exp(self.uniform(libm::log(from), libm::log(to)))
    }

    fn minute(&mut self, from: u32, until: u32) -> u32 {
        60 * (from + self.below(until - from))
    }
}

struct Maker {
    dice: Dice,
}

impl Maker {
    fn scenario(&mut self) -> Value {
        let slots = self.dice.pick(&[1, 1, 2, 4, 8, 16, 16, 50, 100]);
        // How many requests the CPU carries at full speed.
        let cpu_slots = if self.dice.percent(50) {
            self.dice.pick(&[0.5, 1.0, 2.0, 2.5, 4.0, 10.0])
        } else {
            f64::INFINITY
        };
        let servers = f64::from(slots).min(cpu_slots);
        let peak_load = match self.dice.below(4) {
            0 => self.dice.uniform(0.1, 0.6),
            1 => self.dice.uniform(0.6, 0.85),
            2 => self.dice.uniform(0.85, 1.0),
            _ => self.dice.uniform(1.0, 1.6),
        };
        // Enough tasks, and service long enough, for a rate within reason.
        let tasks = self.dice.pick(&[1, 2, 2, 3, 4, 4, 6, 8, 10, 16, 20, 40]);
        let most = libm::floor(MOST_RPS * LONGEST_S / servers / peak_load).max(1.0);
        let tasks = tasks.min(most as u32);
        let all = f64::from(tasks) * servers * peak_load;
        let shortest_s = (all / MOST_RPS).max(0.004);
        let mean_s = self.dice.any_scale(shortest_s, LONGEST_S.max(shortest_s));
        let peak_rps = all / mean_s;
        let law = match self.dice.below(4) {
            0 => json!({"law": "deterministic"}),
            1 => json!({"law": "exponential"}),
            _ => json!({"law": "lognormal", "cv": self.dice.pick(&[0.5, 0.8, 1.0, 1.5, 2.0])}),
        };
        let mut service_time = law;
        service_time["mean_ms"] = json!(mean_s * 1000.0);
        let vcpu = self.dice.pick(&[0.25, 0.5, 1.0, 2.0, 4.0]);
        let cpu_ms = (vcpu * mean_s * 1000.0 / cpu_slots).min(mean_s * 1000.0);
        let vcpu = if cpu_slots.is_finite() { cpu_ms * cpu_slots / mean_s / 1000.0 } else { vcpu };
        let queue_limit = match self.dice.below(6) {
            0 | 1 => Value::Null,
            2 => json!(self.dice.below(2)),
            3 => json!(1 + self.dice.below(32)),
            4 => json!(33 + self.dice.below(200)),
            _ => json!(1000),
        };
        let routing = self.dice.pick(&[
            "round_robin",
            "round_robin",
            "weighted_random",
            "least_outstanding_requests",
        ]);
        let slow_start = if routing == "round_robin" && self.dice.percent(40) {
            30 + 30 * self.dice.below(4)
        } else {
            0
        };
        let speed = if self.dice.percent(40) { self.dice.uniform(0.3, 1.0) } else { 1.0 };
        let (desired, events) = self.capacity(tasks);
        json!({
            "version": 1,
            "duration_s": 60 * MINUTES,
            "traffic": self.traffic(peak_rps),
            "service": {
                "desired_count": desired,
                "task": {
                    "vcpu": vcpu, "memory_mib": 2048, "concurrency": slots,
                    "queue_limit": queue_limit, "service_time": service_time,
                    "cpu_ms_per_request": cpu_ms,
                    "memory": {"base_mib": 100, "per_request_mib": 0, "cache_mib": 0},
                },
                "startup": {
                    "provision_s": self.dice.pick(&[0, 10, 40]), "pull_s": 5, "boot_s": 10,
                    "warm_up_s": self.dice.pick(&[0, 30, 120]), "warm_up_speed": speed,
                },
                "target_group": {
                    "routing": routing, "slow_start_s": slow_start,
                },
            },
            "events": events,
        })
    }

    /// The desired count at the start, and how it is moved; at its most it is
    /// `tasks`.
    fn capacity(&mut self, tasks: u32) -> (u32, Value) {
        if self.dice.percent(55) || tasks == 1 {
            return (tasks, json!([]));
        }
        let some = |dice: &mut Dice| (tasks * (40 + dice.below(61))).div_ceil(100).max(1);
        let mut events = Vec::new();
        for part in 0..1 + self.dice.below(3) {
            let at_s = self.dice.minute(3 + 7 * part, 9 + 7 * part) + self.dice.below(60);
            let desired = some(&mut self.dice);
            events.push(json!({"at_s": at_s, "kind": "set_desired", "desired_count": desired}));
        }
        (some(&mut self.dice), Value::Array(events))
    }

    fn traffic(&mut self, peak: f64) -> Value {
        let low = peak * self.dice.uniform(0.1, 0.9);
        let mut traffic = match self.dice.below(6) {
            0 => json!({"shape": "steady", "rps": peak}),
            1 => {
                let start = self.dice.minute(0, 8);
                let (from, to) = if self.dice.percent(50) { (low, peak) } else { (peak, low) };
                json!({"shape": "ramp", "from_rps": from, "to_rps": to, "start_s": start,
                       "end_s": start + self.dice.minute(2, 15)})
            }
            2 => json!({"shape": "spike", "base_rps": low, "peak_rps": peak,
                        "start_s": self.dice.minute(2, 8) + self.dice.below(60),
                        "rise_s": self.dice.pick(&[1, 10, 60, 180]),
                        "hold_s": self.dice.pick(&[10, 60, 200, 400]),
                        "fall_s": self.dice.pick(&[1, 10, 60, 180])}),
            3 => {
                let points: Vec<_> =
                    (0..6).map(|n| json!([n * 240, peak * self.dice.uniform(0.2, 1.0)])).collect();
                json!({"shape": "steps", "points": points})
            }
            4 => json!({"shape": "diurnal", "trough_rps": low, "peak_rps": peak,
                        "peak_at_s": self.dice.minute(0, 20),
                        "period_s": self.dice.pick(&[900, 1440, 3600, 14_400])}),
            _ => {
                let points: Vec<_> =
                    (0..12).map(|n| json!([n * 120, peak * self.dice.uniform(0.4, 1.0)])).collect();
                json!({"shape": "trace", "points": points})
            }
        };
        let even = self.dice.percent(10);
        traffic["arrivals"] = json!(if even { "deterministic" } else { "poisson" });
        traffic
    }
}
