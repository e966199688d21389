//! No request is lost or made up, whatever happens to the fleet.

use headroom_model::data_plane::{DataPlane, Exact, Expected, Sample, TaskId};
use headroom_model::scenario::{Arrivals, Client, Law, Scenario, Shape};
use headroom_model::time::Micros;
use proptest::prelude::*;

use crate::kit::scenario;

/// Something that happens to one of the first eight tasks after a while [µs].
#[derive(Debug, Clone, Copy)]
enum Change {
    Enter(f64),
    Speed(f64),
    Leave(bool),
    Remove,
    /// What all tasks wait for is so much slower [µs].
    Slow(u64),
}

fn changes() -> impl Strategy<Value = Vec<(u64, u32, Change)>> {
    let speed = 0.1..=1.0;
    let change = prop_oneof![
        4 => speed.clone().prop_map(Change::Enter),
        1 => speed.prop_map(Change::Speed),
        1 => any::<bool>().prop_map(Change::Leave),
        1 => Just(Change::Remove),
        1 => prop_oneof![Just(0), 0_u64..1_000_000].prop_map(Change::Slow),
    ];
    prop::collection::vec((0_u64..20_000_000, 0_u32..8, change), 1..30)
}

/// Half of all clients are patient.
fn clients() -> impl Strategy<Value = Client> {
    let timeout = prop::option::of((1_000_u64..10_000_000).prop_map(Micros));
    let impatient = (timeout, 0_u32..5);
    prop_oneof![
        Just(Client::PATIENT),
        impatient.prop_map(|(timeout, retries)| Client { timeout, retries }),
    ]
}

prop_compose! {
    fn scenarios()(
        seed in any::<u64>(),
        points in prop::collection::vec((0_u64..300, 0.0..150.0), 1..5),
        even in any::<bool>(),
        law in prop_oneof![
            Just(Law::Exponential),
            Just(Law::Deterministic),
            (0.2..3.0).prop_map(|cv| Law::Lognormal { cv }),
        ],
        mean_ms in 1.0..2000.0,
        cpu_share in 0.0..=1.0,
        vcpu in 0.25..4.0,
        concurrency in 1_u32..40,
        queue_limit in prop_oneof![Just(None), (0_u32..200).prop_map(Some)],
        client in clients(),
    ) -> Scenario {
        let mut scenario = scenario(0.0);
        scenario.seed = seed;
        let mut points: Vec<_> =
            points.into_iter().map(|(s, rps)| (Micros::from_whole_s(s), rps)).collect();
        points.sort_by_key(|&(at, _)| at);
        points.dedup_by_key(|&mut (at, _)| at);
        scenario.traffic.shape = Shape::Trace(points);
        scenario.traffic.arrivals = if even { Arrivals::Deterministic } else { Arrivals::Poisson };
        let task = &mut scenario.service.task;
        task.vcpu = vcpu;
        task.concurrency = concurrency;
        task.queue_limit = queue_limit;
        task.service_time.law = law;
        task.service_time.mean_ms = mean_ms;
        task.cpu_ms_per_request = mean_ms * cpu_share;
        scenario.service.client = client;
        scenario
    }
}

/// Plays changes on a plane as a control plane would: a task enters once
/// before anything else happens to it, does not come back from draining, and
/// never comes back when it is gone.
fn play(
    scenario: &Scenario,
    plane: &mut impl DataPlane,
    changes: &[(u64, u32, Change)],
    mut check: impl FnMut(&Sample, f64) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        In,
        Out,
        Draining,
        Gone,
    }
    let mut states = [State::New; 8];
    let mut sample = Sample::default();
    let mut now = Micros::ZERO;
    for &(after, task, change) in changes {
        now += Micros(after);
        plane.advance(now, &mut sample);
        check(&sample, plane.in_flight())?;
        let id = TaskId(task);
        let state = &mut states[task as usize];
        match (change, *state) {
            (Change::Enter(speed), State::New | State::Out) => {
                plane.enter_rotation(now, id, speed);
                *state = State::In;
            }
            (Change::Speed(speed), State::In | State::Draining) => plane.set_speed(now, id, speed),
            (Change::Leave(draining), State::In) => {
                plane.leave_rotation(now, id, draining);
                *state = if draining { State::Draining } else { State::Out };
            }
            (Change::Remove, State::In | State::Out | State::Draining) => {
                plane.remove(now, id, &mut sample);
                *state = State::Gone;
            }
            (Change::Slow(added), _) => plane.set_added_wait(now, Micros(added)),
            _ => {}
        }
        check(&sample, plane.in_flight())?;
    }
    let capacity = 8.0 * scenario.service.task.vcpu * now.as_s();
    prop_assert!(sample.cpu_s <= capacity * (1.0 + 1e-9) + 1e-9, "{} {capacity}", sample.cpu_s);
    prop_assert!(sample.busy_slot_s <= sample.slot_s * (1.0 + 1e-9) + 1e-9);
    prop_assert!(sample.waited <= sample.started * (1.0 + 1e-9) + 1e-9);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn expected_conserves_requests(scenario in scenarios(), changes in changes()) {
        let mut plane = Expected::new(&scenario);
        play(&scenario, &mut plane, &changes, |sample, in_flight| {
            let Sample { completed, rejected, timed_out, failed, .. } = sample;
            let accounted = completed + rejected + timed_out + failed + in_flight;
            prop_assert!((accounted - sample.offered).abs() <= 1e-9 * sample.offered, "{sample:?}");
            let answered = sample.latency.total();
            prop_assert!((answered - sample.completed).abs() <= 1e-9 * sample.completed + 1e-12);
            for part in [sample.completed, sample.rejected, sample.failed, in_flight, sample.wait_s] {
                prop_assert!(part >= 0.0 && part.is_finite(), "{sample:?}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn exact_conserves_requests_to_the_last_one(scenario in scenarios(), changes in changes()) {
        let mut plane = Exact::new(&scenario);
        play(&scenario, &mut plane, &changes, |sample, in_flight| {
            let Sample { completed, rejected, timed_out, failed, .. } = sample;
            let accounted = completed + rejected + timed_out + failed + in_flight;
            prop_assert_eq!(accounted, sample.offered);
            prop_assert_eq!(sample.latency.total(), sample.completed);
            Ok(())
        })?;
    }

    /// Nobody waits as long as that client would. But with it nothing is known
    /// beforehand, and each departure is played when its time comes.
    #[test]
    fn what_is_known_beforehand_is_what_happens(scenario in scenarios(), changes in changes()) {
        let mut scenario = scenario;
        scenario.service.task.cpu_ms_per_request = 0.0;
        scenario.service.client.timeout = None;
        let mut patient = Exact::new(&scenario);
        scenario.service.client.timeout = Some(Micros::from_whole_s(3600));
        let mut played = Exact::new(&scenario);
        let mut samples = Vec::new();
        play(&scenario, &mut patient, &changes, |sample, in_flight| {
            samples.push((sample.clone(), in_flight));
            Ok(())
        })?;
        let mut samples = samples.into_iter();
        play(&scenario, &mut played, &changes, |sample, in_flight| {
            prop_assert_eq!(samples.next(), Some((sample.clone(), in_flight)));
            Ok(())
        })?;
    }
}
