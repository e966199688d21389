//! What queueing theory says of every queue, whatever its laws: of the exact
//! data plane where requests are counted, of the expected one where a mean has to
//! scale. Seeds are fixed, and tolerances are those of a run of its length.

#[path = "../planes/kit.rs"]
mod kit;

mod identities;
mod poisson;
mod reference;
mod relations;

use headroom_model::data_plane::{DataPlane, Exact, Sample};
use headroom_model::scenario::{Scenario, Shape};
use headroom_model::time::Micros;

/// Whether the checks are to take their time.
fn at_full_length() -> bool {
    std::env::var_os("HEADROOM_VERIFY").is_some()
}

/// The shares of theory's queues that a plane is looked at for: at even times,
/// which do not know what the requests do.
fn look(
    plane: &mut Exact,
    from_s: u64,
    until_s: u64,
    every: Micros,
    mut see: impl FnMut(&Exact, &Sample),
) {
    let mut now = Micros::from_whole_s(from_s);
    while now < Micros::from_whole_s(until_s) {
        now += every;
        let mut sample = Sample::default();
        plane.advance(now, &mut sample);
        see(plane, &sample);
    }
}

/// A run on `tasks` tasks that ends with nobody left: traffic for `seconds`, and
/// then none until the last is answered.
fn drained(scenario: &Scenario, tasks: u32, rps: f64, seconds: u64) -> Sample {
    let mut scenario = scenario.clone();
    let end = Micros::from_whole_s(seconds);
    scenario.duration = end;
    scenario.traffic.shape = Shape::Steady { rps };
    let mut plane = Exact::new(&scenario);
    kit::start(&mut plane, tasks);
    let mut sample = Sample::default();
    let mut now = Micros::ZERO;
    while now < end || plane.in_flight() > 0.0 {
        now += Micros::MINUTE;
        plane.advance(now, &mut sample);
    }
    sample
}

/// The mean and the variance of some numbers.
fn moments(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares = numbers.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>();
    (mean, squares / (count - 1.0))
}
