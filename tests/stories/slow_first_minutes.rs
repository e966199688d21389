//! Section 4: where the first minutes go.

use headroom::chart::{Stretch, first_help_s, first_minutes};
use headroom_model::trace::Outcome;

use crate::kit::{Played, Story, in_most_seeds, near};

fn story() -> Story {
    Story::of("the-slow-first-minutes")
}

fn stretches(played: &Played) -> Vec<Stretch> {
    first_minutes(&played.run.scenario, &played.run.trace)
}

/// When the first task is ordered [s].
fn ordered(played: &Played) -> f64 {
    played.moves()[0].0
}

/// From the rise of traffic to the first new task at full speed [s].
fn helps_after(played: &Played) -> f64 {
    first_help_s(&played.run.scenario, &played.run.trace).expect("a task comes")
}

fn refused_percent(played: &Played) -> f64 {
    100.0 * played.rejected() / played.run.trace.summary.requests
}

/// The 95th percentile of the slowest minute [s].
fn slowest_s(played: &Played) -> f64 {
    let minutes = played.run.trace.minutes.iter();
    minutes.filter_map(|minute| minute.p95_ms).fold(0.0, f64::max) / 1000.0
}

#[test]
fn six_of_the_seven_minutes_are_measuring() {
    let story = story();
    let act = story.play(1, &[], &[]);

    story.says("Three tasks carry 100 requests a second at 66.7 % CPU. At 09:05 it becomes 225, and three tasks can serve 150.");
    near(act.cpu(300.0), 66.7, 0.05);
    near(3.0 * act.capacity_of_a_task(), 150.0, 1e-9);
    story.says("it is over at 09:06");
    story.says("until 09:08:30 nobody outside of the tasks can know");
    story.says("alarms are looked at on the whole minute: 09:11.");
    let way = stretches(&act);
    let ends = way.iter().map(|stretch| act.run.clock(stretch.to_s));
    let ends: Vec<String> = ends.collect();
    assert_eq!(ends[..4], ["09:06", "09:08:30", "09:10:30", "09:11"]);
    story.says("A new task is at full speed at 09:12:18.");
    assert_eq!(ends[8], "09:12:18");
    story.says("360 of the 438 seconds pass before anything is decided");
    assert_eq!((ordered(&act) - 300.0, helps_after(&act)), (360.0, 438.0));
    story.says("Pull and boot take 23 of the 438 seconds here, and all of starting takes 78.");
    story.says("They take 45 seconds between them.");
    for (stretch, lasts_s, says) in [
        (0, 60.0, "first busy reading 60 s"),
        (1, 150.0, "publishing it 150 s"),
        (2, 120.0, "two more readings 120 s"),
        (3, 30.0, "the alarm’s turn 30 s"),
        (4, 10.0, "provisioning 10 s"),
        (5, 8.0, "image pull 8 s"),
        (6, 15.0, "boot 15 s"),
        (7, 15.0, "health check 15 s"),
        (8, 30.0, "warming up 30 s"),
    ] {
        story.says(says);
        assert_eq!(way[stretch].lasts_s(), lasts_s, "{says}");
        assert!(says.starts_with(way[stretch].name), "{says}");
    }
}

#[test]
fn a_container_has_to_be_very_slow_to_take_as_long() {
    let story = story();
    let act = |name: &str, value: f64| story.play(1, &[(name, value)], &[]);
    story.says("It has to take 290 seconds before starting takes as long as measuring.");
    let slow = act("pull", 290.0);
    let starting = stretches(&slow).into_iter().filter(|stretch| !stretch.measuring);
    assert_eq!(starting.map(|stretch| stretch.lasts_s()).sum::<f64>(), 360.0);
    assert!(slow.meets(1) && act("pull", 260.0).meets(1) && act("pull", 320.0).meets(1));
    for missed in [0.0, 8.0, 258.0, 322.0, 600.0] {
        assert!(!act("pull", missed).meets(1), "a pull of {missed} s");
    }
    story.says("Up to 09:05:53 that minute’s reading is above 70 and counts as the first of three. One second later it does not, and everything comes a minute later.");
    assert_eq!((ordered(&act("at", 353.0)), ordered(&act("at", 354.0))), (660.0, 720.0));
}

#[test]
fn a_cooldown_has_no_part_in_the_first_reaction() {
    let story = story();
    let act = |out: f64| story.play(2, &[("out", out)], &[]);
    story.says("It is decided at 09:11, as before.");
    for out in [0.0, 30.0, 60.0, 300.0] {
        assert_eq!((ordered(&act(out)), helps_after(&act(out))), (660.0, 438.0));
    }
    story.says("the service goes on to twenty tasks, for 4.55 task-hours instead of 3.27");
    assert_eq!(act(0.0).peak(), 20);
    near(act(0.0).task_hours(), 4.55, 0.01);
    near(act(60.0).task_hours(), 3.27, 0.01);
    story.says("Three hundred seconds are cheaper than sixty here: seven tasks, 2.04 task-hours.");
    assert_eq!(act(300.0).peak(), 7);
    near(act(300.0).task_hours(), 2.04, 0.01);
}

#[test]
fn each_remedy_shortens_its_own_rows() {
    let story = story();
    let act = |on: &[&str]| story.play(2, &[], on);
    story.says("The decision falls at 09:06:20 instead of 09:11, after 80 seconds instead of 360.");
    assert_eq!(ordered(&act(&["fine"])), 380.0);
    story.says("A faster start takes 31 of the 438 seconds away.");
    assert_eq!(helps_after(&act(&["quick"])), 407.0);
    story.says("A longer line makes nothing shorter.");
    assert_eq!(helps_after(&act(&["line"])), 438.0);
    story.says("Seven tasks are ordered at 09:03, no minute is missed, and the 25 minutes cost 2.71 task-hours.");
    let ahead = act(&["ahead"]);
    assert_eq!(ahead.run.trace.by_hand[0].t_s, 180.0);
    assert_eq!((ahead.run.trace.summary.slo_minutes_missed, ahead.peak()), (0, 7));
    near(ahead.task_hours(), 2.71, 0.01);
    assert!(stretches(&ahead).is_empty(), "nothing has to be added");
    story.says("Seven tasks from the start, as a higher minimum, do the same for 2.92.");
    let seven = story.play(2, &[("min", 7.0)], &[]);
    assert_eq!(seven.run.trace.summary.slo_minutes_missed, 0);
    near(seven.task_hours(), 2.92, 0.01);
}

#[test]
fn the_remedies_meet_their_goals_and_their_ends_do_not() {
    let story = story();
    let meets = |out: f64, min: f64, on: &[&str]| {
        let played = story.play(2, &[("out", out), ("min", min)], on);
        (played.meets(1), played.meets(2))
    };
    assert_eq!(meets(120.0, 3.0, &["fine"]), (true, false));
    assert_eq!(meets(300.0, 3.0, &["fine", "quick"]), (true, false));
    assert_eq!(meets(0.0, 3.0, &["ahead"]), (false, true));
    for (out, min) in [(0.0, 3.0), (0.0, 10.0), (300.0, 3.0), (300.0, 10.0)] {
        assert_eq!(meets(out, min, &[]), (false, false), "cooldown {out}, minimum {min}");
        let all = ["fine", "quick", "line", "ahead"];
        assert!(min < 10.0 || meets(out, min, &all) == (false, false), "all of it");
    }
    assert_eq!(meets(0.0, 7.0, &[]), (false, false), "seven all the time cost more");
}

#[test]
fn a_line_turns_errors_into_latency() {
    let story = story();
    let act = |queue: f64, on: &[&str]| story.play(3, &[("queue", queue)], on);
    story.says("95 in 100 answers of the worst minute take more than three minutes");
    story.says("over three minutes");
    let endless = act(12_000.0, &[]);
    assert_eq!(endless.rejected(), 0.0);
    assert!((180.0..=240.0).contains(&slowest_s(&endless)), "{} s", slowest_s(&endless));
    story.says("75 of 225 requests a second are too many.");
    near(225.0 - 3.0 * endless.capacity_of_a_task(), 75.0, 1e-9);
    story.says("With a line of 10 at each task about 11 % of all requests are refused, and the others are answered within a second or so.");
    let short = act(10.0, &[]);
    near(refused_percent(&short), 10.8, 0.2);
    assert!(slowest_s(&short) < 1.5, "{} s", slowest_s(&short));
    story.says("With 1,000 it is 9 % refused and 20 seconds of waiting");
    near(refused_percent(&act(1000.0, &[])), 9.2, 0.2);
    near(slowest_s(&act(1000.0, &[])), 21.0, 1.5);

    let goal = |queue: f64, on: &[&str]| act(queue, on).meets(1);
    assert!(goal(2500.0, &["fine"]) && !goal(2500.0, &[]));
    for queue in [0.0, 10.0, 12_000.0] {
        assert!(!goal(queue, &[]) && !goal(queue, &["fine"]), "a line of {queue}");
    }
}

#[test]
fn what_is_asked_comes_out_as_it_is_marked() {
    let story = story();
    // “Readings come every 60 seconds and are published 150 seconds after their minute.”
    story.says("The third reading ends at 180 s and is published at 330 s. The next whole minute is at 360 s.");
    assert_eq!(ordered(&story.play(1, &[], &[])) - 300.0, 360.0);
    story.says("363 seconds with readings every minute, 86 with readings every 20 seconds");
    // A pull of 60 seconds, and of 10: “from 8 min 10 s to 7 min 20 s”.
    for (pull, seconds) in [(60.0, 490.0), (10.0, 440.0)] {
        assert_eq!(helps_after(&story.play(1, &[("pull", pull)], &[])), seconds);
    }
}

#[test]
fn it_happens_to_real_requests_too() {
    let story = story();
    let orders = |act, on: &[&str], from_s: f64, to_s: f64| {
        let played = story.play(act, &[], on);
        in_most_seeds(&played, 720, |trace| {
            let out = trace.decisions.iter().find(|d| d.outcome == Outcome::ScaledOut);
            out.is_some_and(|d| (from_s..=to_s).contains(&d.t_s))
        });
    };
    orders(1, &[], 660.0, 660.0);
    orders(2, &[], 660.0, 660.0);
    orders(2, &["fine"], 360.0, 380.0);
}
