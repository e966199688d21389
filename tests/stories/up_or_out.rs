//! Section 1, *Up or out*.

use headroom::figure::goals::saturated_minutes;
use headroom::figure::run::Run;
use headroom_model::scenario::{EventKind, Law, Scenario, Shape};
use headroom_model::time::Micros;
use headroom_model::trace::{Station, Summary, Trace};
use headroom_model::{Settling, simulate};

use crate::kit::{Played, Story, near, seeds};

fn story() -> Story {
    Story::of("up-or-out")
}

fn big(played: &Played) -> &Run {
    &played.run.beside.as_ref().expect("a big fleet stands beside").run
}

fn p95(trace: &Trace, end_s: f64) -> f64 {
    let minute = trace.minutes.iter().find(|minute| minute.t_s == end_s);
    minute.and_then(|minute| minute.p95_ms).expect("there is such a minute")
}

/// The summary at a steady 160 requests/s.
fn steady(run: &Run) -> Summary {
    let mut scenario = run.scenario.clone();
    scenario.traffic.shape = Shape::Steady { rps: 160.0 };
    Settling::new(&scenario).finish().summary
}

#[test]
fn both_fleets_are_alike_in_all_but_their_size() {
    let story = story();
    let run = story.play(1, &[], &[]);
    let (small, big) = (&run.run.scenario, &big(&run).scenario);
    story.says("so either fleet carries 200 requests a second.");
    for (scenario, tasks) in [(small, 4.0), (big, 1.0)] {
        near(scenario.service.task.capacity_rps(1.0) * tasks, 200.0, 1e-9);
        let task = &scenario.service.task;
        assert_eq!(f64::from(task.concurrency), task.vcpu, "a request runs on one core");
        assert_eq!(task.service_time.law, Law::Exponential);
        assert_eq!((task.service_time.mean_ms, task.cpu_ms_per_request), (20.0, 20.0));
    }
    story.says("costs exactly four times as much.");
    let cost = |run: &Run| run.trace.summary.cost_usd;
    near(cost(&run.run), cost(self::big(&run)), 1e-9);
    assert_eq!((&small.traffic, small.seed), (&big.traffic, big.seed), "the same traffic");
}

#[test]
fn one_line_is_better_than_four() {
    let story = story();
    let played = story.play(1, &[], &[]);
    let (small, big) = (&played.run.trace, &big(&played).trace);

    story.says("the two fleets can hardly be told apart");
    near(p95(small, 240.0) / p95(big, 240.0), 1.05, 0.02);
    story.says("At 160 requests a second each core is busy for 80 % of the time, on both sides.");
    for trace in [small, big] {
        near(trace.minutes[14].cpu_percent.expect("CPU"), 80.0, 0.01);
    }
    story.says("within 95 ms on the big task, and within 196 ms on the small ones.");
    near(p95(big, 900.0), 95.0, 0.5);
    near(p95(small, 900.0), 196.0, 0.5);
    story.says("At the 95th percentile it is 95 ms against 196.");
    story.says("the big one, in about half the time");
    near(p95(big, 900.0) / p95(small, 900.0), 0.5, 0.05);
}

#[test]
fn routing_brings_most_of_it_back() {
    let story = story();
    let rows = [
        ("(the big task) 1.75 95 ms", 1.75, 0.01),
        ("to the task with the fewest requests 1.95 112 ms", 1.95, 0.03),
        ("in turn, as AWS does if you say nothing 3.26 196 ms", 3.26, 0.01),
        ("at random 5 299 ms", 5.0, 0.02),
    ];
    let small = |on: &[&str]| story.play(1, &[], on);
    let [least, turn, random] = [&["least"][..], &[], &["random"]].map(small);
    let runs = [big(&turn), &least.run, &turn.run, &random.run];
    for ((row, wanted, by), run) in rows.into_iter().zip(runs) {
        story.says(row);
        let summary = steady(run);
        let service_ms = run.scenario.service.task.service_time.mean_ms;
        near(summary.mean_ms.expect("it answers") / service_ms, wanted, by);
        let ms: f64 = row.rsplit(' ').nth(1).and_then(|ms| ms.parse().ok()).expect("a number");
        near(summary.p95_ms.expect("it answers"), ms, 0.01 * ms);
    }
    assert!(!turn.meets(1) && !random.meets(1));
    let settled = |on: &[&str], set: &[(&str, f64)]| {
        let mut played = story.play(1, set, on);
        played.run.trace = Settling::new(&played.run.scenario).finish();
        played.meets(1)
    };
    assert!(settled(&["least"], &[]));
    assert!(!settled(&["least"], &[("small", 5.0)]) && !settled(&[], &[("small", 8.0)]));
    assert!(!settled(&["least"], &[("traffic", 190.0)]) && !settled(&[], &[("traffic", 40.0)]));
}

#[test]
fn chance_does_not_turn_the_order_round() {
    let story = story();
    let [turn, random, least] = [&[][..], &["random"], &["least"]].map(|on| story.play(1, &[], on));
    let fleets = [big(&turn), &least.run, &turn.run, &random.run];
    seeds(|seed| {
        let p95 = fleets.map(|run| {
            let scenario = Scenario { seed, ..run.scenario.clone() };
            simulate(&scenario, Station::Exact).summary.p95_ms.expect("it answers")
        });
        let ratio = p95[2] / p95[0];
        p95.is_sorted() && (1.6..=2.6).contains(&ratio)
    });
}

#[test]
fn a_crash_takes_a_quarter_or_everything() {
    let story = story();
    let crash = story.play(2, &[], &[]);
    let settled = |run: &Run| Settling::new(&run.scenario).finish();
    let (small, big) = (settled(&crash.run), settled(big(&crash)));

    story.says("it takes 48 seconds until the new one is healthy");
    for trace in [&small, &big] {
        let life = trace.tasks.last().expect("a replacement");
        assert_eq!((life.created.as_s(), life.serving.map(Micros::as_s)), (600.0, Some(648.0)));
        assert_eq!(life.warm.map(Micros::as_s), Some(678.0), "half a minute to warm up");
    }
    story.says("8,509 requests are refused");
    story.says("8,509 are refused while the only task is replaced and warms up.");
    near(big.summary.rejected, 8509.0, 1.0);
    story.says("Not one request is refused");
    near(small.summary.rejected, 0.0, 1e-9);
    story.says(
        "150 against 160 requests a second, so the line grows until requests wait for seconds.",
    );
    near(3.0 * crash.capacity_of_a_task(), 150.0, 1e-9);
    assert!(p95(&small, 720.0) > 3000.0);
}

#[test]
fn a_spare_is_a_quarter_or_the_whole() {
    let story = story();
    story.says("that is a fifth task, a quarter more to pay. For the big one it is a second big task, and you pay double.");
    let cost = |set: &[(&str, f64)]| {
        let played = story.play(2, set, &[]);
        (played.run.trace.summary.cost_usd, big(&played).trace.summary.cost_usd)
    };
    let ((small, one), (with_spare, two)) = (cost(&[]), cost(&[("small", 5.0), ("big", 2.0)]));
    near(with_spare / small, 1.25, 0.002);
    near(two / one, 2.0, 0.01);
    story.says("You will find that the fifth task alone is not enough.");
    story.says("Dealt to the task with the fewest requests, the crash passes without a minute over the limit.");
    let meets = |set: &[(&str, f64)], on: &[&str]| {
        let mut played = story.play(2, set, on);
        played.run.trace = Settling::new(&played.run.scenario).finish();
        played.meets(1)
    };
    assert!(meets(&[("small", 5.0)], &["least"]));
    assert!(!meets(&[("small", 5.0)], &[]) && !meets(&[], &["least"]) && !meets(&[], &[]));
    assert!(!meets(&[("small", 8.0)], &[]) && !meets(&[("small", 8.0)], &["least"]), "two-sided");
    assert!(!meets(&[("traffic", 40.0)], &["least"]));
}

#[test]
fn chance_refuses_nobody_on_the_small_side() {
    let crash = story().play(2, &[], &[]);
    seeds(|seed| {
        let rejected = |run: &Run| {
            let scenario = Scenario { seed, ..run.scenario.clone() };
            simulate(&scenario, Station::Exact).summary.rejected
        };
        rejected(&crash.run) == 0.0 && rejected(big(&crash)) > 7_500.0
    });
}

#[test]
fn a_day_in_big_steps_costs_more() {
    let story = story();
    let day = story.play(3, &[], &[]);
    story.says("$8.18 in small steps and $11.34 in big ones, 39 % more for the same work");
    story.says("$11.34 against $8.18.");
    let (small, big) = (&day.run.trace, &big(&day).trace);
    near(small.summary.cost_usd, 8.18, 0.005);
    near(big.summary.cost_usd, 11.34, 0.005);
    near(big.summary.cost_usd / small.summary.cost_usd, 1.39, 0.005);
    story.says("it can hold no less than eight cores at night, for 40 requests a second, and no less than twelve at noon.");
    let running =
        |trace: &Trace| trace.minutes.iter().map(|minute| minute.running).collect::<Vec<_>>();
    let big = running(big);
    assert_eq!((big.iter().min(), big.iter().max()), (Some(&2), Some(&3)), "two heights");
    let small = running(small);
    assert_eq!((small.iter().min(), small.iter().max()), (Some(&2), Some(&12)));

    let meets =
        |min: f64, target: f64| story.play(3, &[("min", min), ("target", target)], &[]).meets(1);
    assert!(meets(2.0, 60.0) && meets(3.0, 60.0));
    for (min, target) in [
        (2.0, 70.0),
        (2.0, 50.0),
        (12.0, 60.0),
        (1.0, 90.0),
        (12.0, 30.0),
        (1.0, 30.0),
        (12.0, 90.0),
    ] {
        assert!(!meets(min, target), "minimum {min}, target {target}");
    }
}

#[test]
fn up_ends_where_the_list_does() {
    let story = story();
    let climb = story.play(4, &[], &[]);
    story.says("On Fargate the list ends at 16 vCPU: here, 800 requests a second.");
    let big = big(&climb);
    assert_eq!(big.scenario.service.task.vcpu, 16.0);
    near(big.scenario.service.task.capacity_rps(1.0), 800.0, 1e-9);
    story.says("719,000 requests are refused.");
    near(big.trace.summary.rejected, 719_000.0, 1_000.0);
    story.says("The small tasks go on, to 35 of them");
    story.says("There are as many of them as it takes: 35 in the end.");
    assert_eq!((climb.peak(), saturated_minutes(&climb.run)), (35, 0));
    near(climb.rejected(), 0.0, 0.5);

    let meets = |peak: f64, target: f64, min: f64| {
        story.play(4, &[("peak", peak), ("target", target), ("min", min)], &[]).meets(1)
    };
    assert!(meets(1600.0, 80.0, 6.0) && meets(1600.0, 85.0, 10.0));
    assert!(!meets(1600.0, 70.0, 6.0) && !meets(1600.0, 90.0, 6.0) && !meets(1200.0, 80.0, 6.0));
    assert!(!meets(2000.0, 90.0, 20.0) && !meets(2000.0, 30.0, 4.0), "two-sided");
}

#[test]
fn one_task_is_deployed_without_an_interruption() {
    let story = story();
    story.says("ECS starts a new task before it stops the old one, even if there is just one.");
    story.says("At 80 requests a second not one is refused.");
    story.says("At 160 some hundreds are, since a task that has just started is not warm yet");
    let rejected = |traffic: f64| {
        let crash = story.play(2, &[("traffic", traffic)], &[]);
        let mut scenario = big(&crash).scenario.clone();
        scenario.events[0].kind = EventKind::Deployment { failing: None };
        let trace = simulate(&scenario, Station::Exact);
        assert!(trace.tasks.len() > 1, "there was a deployment");
        trace.summary.rejected + trace.summary.failed
    };
    assert_eq!(rejected(80.0), 0.0);
    assert!((200.0..1000.0).contains(&rejected(160.0)));
}
