//! Clients that give up and send again: by hand, and against theory.

use headroom_model::data_plane::{DataPlane as _, Exact, Sample, TaskId};
use headroom_model::scenario::{Arrivals, Client, Law, Routing, Scenario, Shape};
use headroom_model::time::Micros;

use crate::kit::{assert_close, scenario, serve, start};

/// One request a second, at 0.5, 1.5, …, for `sends_s`; each takes `takes_ms`
/// of one of a task's `slots`.
fn even(sends_s: u64, takes_ms: f64, slots: u32, client: Client) -> Scenario {
    let mut scenario = scenario(1.0);
    scenario.traffic.arrivals = Arrivals::Deterministic;
    scenario.traffic.shape =
        Shape::Steps(vec![(Micros::ZERO, 1.0), (Micros::from_whole_s(sends_s), 0.0)]);
    let task = &mut scenario.service.task;
    (task.service_time.law, task.service_time.mean_ms) = (Law::Deterministic, takes_ms);
    task.concurrency = slots;
    scenario.service.client = client;
    scenario
}

const fn client(timeout_ms: u64, retries: u32) -> Client {
    Client { timeout: Some(Micros(timeout_ms * 1000)), retries }
}

/// Offered, completed, rejected, timed out, failed, and in flight.
fn counts(sample: &Sample, plane: &Exact) -> [f64; 6] {
    let Sample { offered, completed, rejected, timed_out, failed, .. } = *sample;
    [offered, completed, rejected, timed_out, failed, plane.in_flight()]
}

/// Serves until `until_ms`, and adds to `sample`.
fn until(plane: &mut Exact, until_ms: u64, sample: &mut Sample) -> [f64; 6] {
    plane.advance(Micros(until_ms * 1000), sample);
    counts(sample, plane)
}

/// The first is answered at 3.0. The second is in service from then to 5.5, its
/// client gives up at 4.7; the third from 5.5 to 8.0, given up at 5.7; the next
/// two leave the queue at 6.7 and 7.7. From 8.0 on it is the sixth's turn.
#[test]
fn a_queue_of_requests_that_were_given_up_answers_nobody() {
    let mut plane = Exact::new(&even(60, 2500.0, 1, client(3200, 0)));
    start(&mut plane, 1);
    let mut sample = Sample::default();
    assert_eq!(until(&mut plane, 4700, &mut sample), [5.0, 1.0, 0.0, 0.0, 0.0, 4.0]);
    assert_eq!(until(&mut plane, 4701, &mut sample), [5.0, 1.0, 0.0, 1.0, 0.0, 3.0]);
    assert_eq!(until(&mut plane, 6000, &mut sample), [6.0, 1.0, 0.0, 2.0, 0.0, 3.0]);
    assert_eq!(until(&mut plane, 8500, &mut sample), [8.0, 1.0, 0.0, 4.0, 0.0, 3.0]);
    assert_close(sample.busy_slot_s, 8.0, 1e-12, "slots in use");
    assert_eq!((sample.started, sample.waited), (4.0, 3.0));
    assert_close(sample.wait_s, 1.5 + 3.0 + 2.5, 1e-12, "waited in all");
    until(&mut plane, 60_000, &mut sample);
    assert_eq!((sample.completed, sample.latency.total()), (1.0, 1.0), "nobody else is answered");
    assert_close(sample.busy_slot_s, 59.5, 1e-12, "slots in use, in vain");
}

#[test]
fn an_answer_just_in_time_counts() {
    for (timeout_ms, answered) in [(2999, 0.0), (3000, 1.0)] {
        let mut plane = Exact::new(&even(1, 3000.0, 1, client(timeout_ms, 0)));
        start(&mut plane, 1);
        let sample = serve(&mut plane, 0, 60);
        assert_eq!((sample.completed, sample.timed_out), (answered, 1.0 - answered));
    }
}

/// One request of 10 s to each of two tasks, given up after 4 s each.
#[test]
fn a_request_is_sent_again_at_once_as_another() {
    let mut plane = Exact::new(&even(1, 10_000.0, 1, client(4000, 1)));
    start(&mut plane, 2);
    let mut sample = Sample::default();
    assert_eq!(until(&mut plane, 4500, &mut sample), [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    assert_eq!(until(&mut plane, 4501, &mut sample), [2.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
    assert_eq!(until(&mut plane, 20_000, &mut sample), [2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
    assert_eq!([0, 1].map(|task| plane.peak_in_service(TaskId(task))), [1.0, 1.0]);
    assert_close(sample.busy_slot_s, 20.0, 1e-12, "slots in use, in vain");
}

/// A request is lost in its task after 0.1 s and sent to another; the answer
/// takes as long as if it had been sent there first.
#[test]
fn what_a_crash_takes_is_sent_again() {
    for client in [client(60_000, 2), Client { timeout: None, retries: 2 }] {
        crash_and_send_again(client);
    }
}

#[track_caller]
fn crash_and_send_again(client: Client) {
    let mut scenario = even(1, 2000.0, 1, client);
    scenario.service.task.service_time.law = Law::Lognormal { cv: 1.0 };
    let alone = {
        let mut plane = Exact::new(&scenario);
        start(&mut plane, 1);
        serve(&mut plane, 0, 60)
    };
    let mut plane = Exact::new(&scenario);
    start(&mut plane, 2);
    let mut sample = Sample::default();
    until(&mut plane, 600, &mut sample);
    plane.remove(Micros(600_000), TaskId(0), &mut sample);
    assert_eq!(counts(&sample, &plane), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(until(&mut plane, 601, &mut sample), [2.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    assert_eq!(until(&mut plane, 60_000, &mut sample), [2.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(sample.latency, alone.latency, "the same work, measured from the second try on");
}

#[test]
fn a_crash_does_not_fail_what_was_given_up() {
    let mut plane = Exact::new(&even(3, 30_000.0, 1, client(1800, 0)));
    start(&mut plane, 1);
    let mut sample = Sample::default();
    // At 3.4 s the first is served in vain, the second has left the queue.
    assert_eq!(until(&mut plane, 3400, &mut sample), [3.0, 0.0, 0.0, 2.0, 0.0, 1.0]);
    plane.remove(Micros(3_400_000), TaskId(0), &mut sample);
    assert_eq!(until(&mut plane, 60_000, &mut sample), [3.0, 0.0, 0.0, 2.0, 1.0, 0.0]);
}

/// Two tasks of one slot and no queue are taken by the first two requests; the
/// third is refused at each try.
#[test]
fn what_is_refused_is_sent_again_as_often_as_clients_do() {
    for retries in [0, 1, 5] {
        let client = Client { timeout: None, retries };
        let mut scenario = even(3, 100_000.0, 1, client);
        scenario.service.task.queue_limit = Some(0);
        let mut plane = Exact::new(&scenario);
        start(&mut plane, 2);
        let sample = serve(&mut plane, 0, 60);
        let tries = f64::from(1 + retries);
        assert_eq!(counts(&sample, &plane), [2.0 + tries, 0.0, tries, 0.0, 0.0, 2.0]);
        // Without a target nothing else happens.
        let mut plane = Exact::new(&scenario);
        let sample = serve(&mut plane, 0, 60);
        assert_eq!((sample.offered, sample.rejected), (3.0 * tries, 3.0 * tries));
    }
}

#[test]
fn a_queue_has_room_again_when_a_client_gives_up() {
    // In service to the end; one waits from 1.5 to 3.5, one is refused at 2.5,
    // the fourth finds room: its time-out comes first.
    let mut scenario = even(4, 100_000.0, 1, client(2000, 0));
    scenario.service.task.queue_limit = Some(1);
    let mut plane = Exact::new(&scenario);
    start(&mut plane, 1);
    let mut sample = Sample::default();
    assert_eq!(until(&mut plane, 4000, &mut sample), [4.0, 0.0, 1.0, 2.0, 0.0, 1.0]);
}

/// The first two requests are served in vain by the first task when the fourth
/// comes, at 3.5; the second task has the third, whose client waits until 3.7.
#[test]
fn a_request_in_vain_is_not_outstanding() {
    let mut scenario = even(4, 100_000.0, 10, client(1200, 0));
    scenario.service.target_group.routing = Routing::LeastOutstandingRequests;
    let mut plane = Exact::new(&scenario);
    start(&mut plane, 1);
    let mut sample = Sample::default();
    until(&mut plane, 1800, &mut sample);
    plane.enter_rotation(Micros(1_800_000), TaskId(1), 1.0);
    until(&mut plane, 60_000, &mut sample);
    assert_eq!([0, 1].map(|task| plane.peak_in_service(TaskId(task))), [3.0, 1.0]);
}

/// M/M/c where each waits no longer than `patience` for a server, and each of
/// whose clients gives up that long after it came, in service or not (D. Y.
/// Barrer, *Queuing with impatient customers and ordered service*, 1957). The
/// time until a server is free for a newcomer has the density
/// λ p(c−1) e^(−(cμ−λ)x) up to `patience` and falls as e^(−cμx) above.
struct Impatient {
    servers: u32,
    /// Per mean service time.
    rate: f64,
    /// In mean service times.
    patience: f64,
}

impl Impatient {
    /// The share that leaves the queue, and the share whose client gives up.
    fn shares(&self) -> (f64, f64) {
        let servers = f64::from(self.servers);
        // p(j) over p(0), as in M/M/c.
        let terms: Vec<f64> = (1..self.servers)
            .scan(1.0, |term, j| {
                *term *= self.rate / f64::from(j);
                Some(*term)
            })
            .collect();
        let last = terms.last().copied().unwrap_or(1.0);
        let idle = 1.0 + terms.iter().sum::<f64>();
        let density = |x: f64| self.rate * last * libm::exp((self.rate - servers) * x);
        let leaves = density(self.patience) / servers;
        // Simpson's rule, on the density and on what outlasts the patience.
        let integral = |of: &dyn Fn(f64) -> f64| -> f64 {
            let steps = 2000;
            let width = self.patience / f64::from(steps);
            let weight = |k: i32| match k {
                0 => 1.0,
                k if k == steps => 1.0,
                k => f64::from(2 + 2 * (k % 2)),
            };
            (0..=steps).map(|k| weight(k) * of(f64::from(k) * width)).sum::<f64>() * width / 3.0
        };
        let whole = idle + integral(&density) + leaves;
        let outlasts = idle * libm::exp(-self.patience)
            + integral(&|x| density(x) * libm::exp(x - self.patience))
            + leaves;
        (leaves / whole, outlasts / whole)
    }
}

#[test]
fn constant_patience_is_barrers() {
    // Servers, load, patience; the relative standard deviations of a run of
    // 250,000 requests, as measured over 40 seeds: given up, left, utilization.
    for (servers, load, patience, sd) in [
        (1, 0.9, 4.0, [0.0065, 0.0080, 0.0014]),
        (1, 1.5, 3.0, [0.0030, 0.0037, 0.0009]),
        (4, 0.8, 2.0, [0.0087, 0.0250, 0.0026]),
        (4, 1.25, 1.5, [0.0042, 0.0082, 0.0009]),
    ] {
        let rate = load * f64::from(servers);
        let mut scenario = scenario(rate);
        scenario.service.task.concurrency = servers;
        scenario.service.client = client((patience * 1000.0) as u64, 0);
        let mut plane = Exact::new(&scenario);
        start(&mut plane, 1);
        let end = |requests: f64| (requests / rate) as u64;
        serve(&mut plane, 0, end(10_000.0));
        let sample = serve(&mut plane, end(10_000.0), end(260_000.0));
        let (leaves, gives_up) = Impatient { servers, rate, patience }.shares();
        let within = |actual: f64, expected: f64, sd: f64, what: &str| {
            let name = format!("{what} of M/M/{servers}+D at {load} with patience {patience}");
            assert_close(actual, expected, 4.0 * sd, &name);
        };
        within(sample.timed_out / sample.offered, gives_up, sd[0], "share given up");
        within(1.0 - sample.started / sample.offered, leaves, sd[1], "share that left the queue");
        within(sample.busy_slot_s / sample.slot_s, load * (1.0 - leaves), sd[2], "utilization");
    }
}
