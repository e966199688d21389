//! Section 8, *Fast out, slow in*.

use headroom::figure::goals::saturated_minutes;
use headroom_model::scenario::Scenario;
use headroom_model::simulate;
use headroom_model::time::Micros;
use headroom_model::trace::{Decision, Station, Trace};
use serde_json::json;

use crate::kit::{Played, Story, near, seeds};

fn story() -> Story {
    Story::of("fast-out-slow-in")
}

/// The first burst alone.
const OUT: [(f64, u32, u32); 4] = [(960.0, 3, 5), (1020.0, 5, 6), (1080.0, 6, 8), (1140.0, 8, 10)];

fn exact(played: &Played, seed: u64) -> Trace {
    simulate(&Scenario { seed, ..played.run.scenario.clone() }, Station::Exact)
}

/// Minutes with CPU at 100 % that end after a time [s].
fn red_after(trace: &Trace, t_s: f64) -> usize {
    let is_red = |percent: f64| percent >= 99.5;
    let late = trace.minutes.iter().filter(|minute| minute.t_s > t_s);
    late.filter(|minute| minute.cpu_percent.is_some_and(is_red)).count()
}

#[test]
fn fifteen_readings_hold_the_tasks() {
    let story = story();
    let act = story.play(1, &[], &[]);
    assert_eq!(act.moves()[..4], OUT);
    story.says("For six minutes CPU is at 100 %, some 71,000 requests are refused, and at 09:19 ten tasks have been asked for.");
    assert_eq!((saturated_minutes(&act.run), act.run.clock(1140.0)), (6, "09:19".to_owned()));
    near(act.rejected(), 71_000.0, 500.0);
    story.says("The reading falls to 20 %, far below the low alarm at 63.");
    near(act.cpu(1800.0), 20.0, 0.01);
    story.says("And nothing happens for eighteen minutes.");
    story.says("09:43, the ten become three, in one step.");
    let long = story.play(1, &[("gap", 25.0)], &[]);
    assert_eq!(long.moves()[4], (2580.0, 10, 3));
    assert_eq!(long.run.clock(2580.0), "09:43");
    near((2580.0 - 1500.0) / 60.0, 18.0, 1e-9);
}

#[test]
fn a_gap_of_fourteen_minutes_is_free_and_one_of_fifteen_is_not() {
    let story = story();
    let gap = |gap: f64| story.play(1, &[("gap", gap)], &[]);
    story.says("So a second burst that begins within fourteen minutes finds all ten tasks. It costs nothing: no red minute, no decision.");
    for minutes in 5..=14 {
        let act = gap(f64::from(minutes));
        assert_eq!(saturated_minutes(&act.run), 6, "a gap of {minutes}");
        let second_s = 1500.0 + 60.0 * f64::from(minutes);
        let during = |m: &&(f64, u32, u32)| (1200.0..second_s + 900.0).contains(&m.0);
        assert_eq!(act.moves().iter().find(during), None, "a gap of {minutes}");
    }
    story.says("At fifteen minutes the second burst is as bad as the first: six red minutes and 71,000 requests refused again.");
    let act = gap(15.0);
    assert_eq!(red_after(&act.run.trace, 2400.0), 6);
    near(act.rejected(), 142_000.0, 1_000.0);
    story.says("At 09:43, three minutes into the burst, the fifteenth quiet reading arrives, and seven of the ten leave");
    assert_eq!(act.moves()[4], (2580.0, 10, 3));
    for minutes in 15..=30 {
        assert_eq!(saturated_minutes(&gap(f64::from(minutes)).run), 12, "a gap of {minutes}");
    }
    assert!(gap(15.0).meets(1) && !gap(14.0).meets(1) && !gap(30.0).meets(1));
    assert!(!story.play(1, &[], &[]).meets(1) && !story.play(1, &[], &[]).meets(2));
    let held = |min: f64| story.play(1, &[("gap", 20.0), ("min", min)], &[]).meets(2);
    assert!(held(7.0) && !held(6.0) && !held(8.0) && !held(10.0), "two-sided");
}

#[test]
fn chance_frees_a_gap_of_ten_and_charges_one_of_sixteen() {
    let story = story();
    let [free, paid] = [10.0, 16.0].map(|gap| story.play(1, &[("gap", gap)], &[]));
    seeds(|seed| {
        red_after(&exact(&free, seed), 2100.0) == 0 && red_after(&exact(&paid, seed), 2460.0) > 0
    });
}

#[test]
fn a_longer_cooldown_changes_nothing() {
    let story = story();
    story.says("Not one minute changes, and neither does a task-second.");
    story.says("the tasks leave at 09:43, after fifteen readings, with a cooldown of 0, 300 or 900 seconds.");
    let played = |cooldown: f64| story.play(2, &[("in", cooldown)], &[]);
    let usual = played(300.0);
    for cooldown in [0.0, 900.0, 1800.0] {
        assert_eq!(played(cooldown).moves(), usual.moves());
        near(played(cooldown).task_hours(), usual.task_hours(), 1e-9);
    }
    assert!(usual.moves().contains(&(2580.0, 10, 3)));

    story.says("Held for the whole time it costs 13.53 task-hours in these ninety minutes, where 11.21 were spent before.");
    story.says("Held from 09:25 to 09:55 only, by the switch, it costs 11.47");
    near(usual.task_hours(), 11.21, 0.005);
    let seven = [("min", 7.0)];
    near(story.play(2, &seven, &[]).task_hours(), 13.53, 0.005);
    let held = story.play(2, &seven, &["held"]);
    near(held.task_hours(), 11.47, 0.005);
    story.says("a quarter of a task-hour for a burst without a red minute.");
    assert_eq!((red_after(&held.run.trace, 2400.0), saturated_minutes(&held.run)), (0, 6));
    story.says("seven tasks carry 350 requests a second.");
    near(7.0 * held.capacity_of_a_task(), 350.0, 1e-9);

    let meets = |min: f64, on: &[&str]| story.play(2, &[("min", min)], on).meets(1);
    assert!(meets(7.0, &["held"]) && !meets(6.0, &["held"]) && !meets(10.0, &["held"]));
    assert!(!meets(3.0, &[]) && !meets(7.0, &[]) && !meets(10.0, &[]), "two-sided");
    let opened = story.play(2, &[], &[]);
    seeds(|seed| red_after(&exact(&opened, seed), 2400.0) > 0);
}

#[test]
fn without_a_cooldown_it_goes_in_on_old_readings() {
    let story = story();
    let act = story.play(3, &[], &[]);
    let steps = [(2340.0, 18, 10), (2400.0, 10, 6), (2460.0, 6, 4), (2520.0, 4, 3)];
    let moves = act.moves();
    let from = moves.iter().position(|step| *step == steps[0]).expect("the first step in");
    assert_eq!(moves[from..from + 4], steps);
    story.says("it overshoots to 18 in the first burst.");
    assert_eq!(act.peak(), 18);
    story.says("The low alarm goes off at 09:39, though the second burst has been running for six minutes. With 18 tasks even 320 requests a second are only 35.6 %.");
    assert_eq!(act.run.clock(2340.0), "09:39");
    near(act.cpu(2160.0), 35.6, 0.05);
    story.says("18 × 35.6 / 70 = 9.15, so ten.");
    story.says("10 × 35.6 / 70 = 5.09, so six. Then four, then three. Ten were right, and at 09:42 three are left");
    assert!(act.decision(2340.0).reason.contains("= 9.15"), "{}", act.decision(2340.0).reason);
    assert!(act.decision(2400.0).reason.contains("= 5.09"), "{}", act.decision(2400.0).reason);
    story.says("It has six red minutes.");
    assert_eq!(red_after(&act.run.trace, 1980.0), 6);
    story.says("18, 10, 6, 4, 3, a step each minute");

    let cooldown = |seconds: f64| story.play(3, &[("in", seconds)], &[]);
    story.says("13.6 task-hours against 14.7");
    near(cooldown(300.0).task_hours(), 13.6, 0.05);
    near(act.task_hours(), 14.7, 0.05);
    story.says("the readings come from ten tasks, 64 %, and there is nothing more to take away.");
    near(cooldown(300.0).cpu(2700.0), 64.0, 0.05);
    assert_eq!(red_after(&cooldown(300.0).run.trace, 1980.0), 0);
    assert!(cooldown(210.0).meets(1) && !cooldown(180.0).meets(1) && !act.meets(1));
    assert_eq!(saturated_minutes(&cooldown(180.0).run), 12, "210 is the shortest");
    assert!(!cooldown(900.0).meets(1) && saturated_minutes(&cooldown(240.0).run) == 6);
    let most = |max: f64| story.play(3, &[("max", max)], &[]).meets(2);
    assert!(most(9.0) && most(11.0) && !most(8.0) && !most(12.0) && !most(20.0), "two-sided");
    seeds(|seed| {
        let trace = exact(&act, seed);
        let least = |d: &Decision| d.t_s > 2300.0 && d.t_s < 2600.0 && d.desired_after == 3;
        trace.decisions.iter().any(least) && red_after(&trace, 1980.0) > 0
    });
}

#[test]
fn a_scale_out_cooldown_credits() {
    let story = story();
    story.says("At 09:17 a scale-out cooldown of 60 seconds runs, and it grows all the same");
    let act = story.play(1, &[], &[]);
    let runs = |t_s: f64| {
        let spans = &act.run.trace.cooldowns;
        spans.iter().any(|span| span.out && span.from_s <= t_s && t_s < span.until_s)
    };
    assert!(runs(1020.0), "it runs at 09:17");
    assert_eq!(act.moves()[1], (1020.0, 5, 6));
}

#[test]
fn a_download_needs_a_delay_as_long_as_itself() {
    let story = story();
    story.says("With a delay of 60 seconds it is cut off at 09:11 with a 502");
    story.says("With 180 it ends as it should, at 09:11:30, with a 200.");
    // One download on each of two tasks, begun 30 s before one of them leaves.
    let played = |delay_s: u32| {
        let scenario = json!({
            "version": 1, "duration_s": 900, "start": "2026-01-05T09:00:00Z",
            "traffic": { "shape": "steps", "arrivals": "deterministic",
                         "points": [[0, 0], [569, 2], [570, 0]] },
            "service": {
                "desired_count": 2,
                "task": { "service_time": { "law": "deterministic", "mean_ms": 120_000 } },
                "target_group": { "deregistration_delay_s": delay_s } },
            "events": [{ "at_s": 600, "kind": "set_desired", "desired_count": 1 }],
        });
        let scenario = Scenario::from_value(&scenario).expect("it is valid");
        simulate(&scenario, Station::Exact)
    };
    let (short, long) = (played(60), played(180));
    assert_eq!((short.summary.completed, short.summary.failed), (1.0, 1.0));
    assert_eq!(short.minutes[10].errors, 1.0, "in the minute that ends at 09:11");
    assert_eq!((long.summary.completed, long.summary.failed), (2.0, 0.0));
    story.says("The task is billed until the delay is over");
    let stopped = |trace: &Trace| trace.tasks.iter().find_map(|life| life.stopped);
    assert_eq!(stopped(&long).map(Micros::as_s), Some(780.0));
}
