//! Section 2, *Desired, running, pending*.

use headroom_model::time::Micros;

use crate::kit::{Story, near};

fn story() -> Story {
    Story::of("desired-running-pending")
}

fn s(at: Option<Micros>) -> Option<f64> {
    at.map(Micros::as_s)
}

#[test]
fn a_crashed_task_is_replaced_without_a_decision() {
    let story = story();
    let crash = story.play(1, &[], &[]);
    story.says("a task dies at 09:10, and its replacement is placed in the same second");
    story.says("pending for 18 seconds");
    story.says("It counts as running from 09:10:18");
    story.says("before its first health check passes, at 09:10:48. Until 09:11:18 it warms up");
    let life = crash.run.trace.tasks.last().expect("a replacement");
    assert_eq!(life.created.as_s(), 600.0);
    assert_eq!((s(life.running), s(life.serving)), (Some(618.0), Some(648.0)));
    assert_eq!(s(life.warm), Some(678.0));
    assert!(crash.run.trace.decisions.is_empty(), "nothing is decided");
    story.says("a request or two are lost");
    near(crash.run.trace.summary.failed, 1.5, 1.0);

    story.says("Move Boot to its end and the gap grows to minutes");
    let slow = story.play(1, &[("boot", 300.0)], &[]);
    let life = slow.run.trace.tasks.last().expect("a replacement");
    assert_eq!((s(life.running), s(life.serving)), (Some(618.0), Some(918.0)));

    story.says("for 48 seconds there is nobody to answer, and every request is refused: 3,840");
    near(story.play(1, &[("crashed", 4.0)], &[]).rejected(), 3840.0, 1e-6);

    let unfelt = |traffic: f64| story.play(1, &[("traffic", traffic)], &[]).meets(1);
    assert!(unfelt(90.0) && !unfelt(80.0) && !unfelt(110.0) && !unfelt(300.0), "two-sided");
}

#[test]
fn tasks_that_leave_are_billed_while_they_drain() {
    let story = story();
    let stops = |delay: f64| -> Vec<f64> {
        let played = story.play(2, &[("delay", delay)], &[]);
        played.run.trace.tasks.iter().filter_map(|life| s(life.stopped)).collect()
    };
    story.says("until the deregistration delay is over, 300 seconds");
    story.says("The running count drops at once, and the bill does not.");
    story.says("you pay for it until it stops, at 09:15");
    assert_eq!(stops(300.0), [900.0; 4]);
    assert_eq!(story.play(2, &[], &[]).run.trace.minutes[9].running, 4);
    story.says("Move the delay to 30 seconds and the same step is paid for half a minute");
    assert_eq!(stops(30.0), [630.0; 4]);
    story.says("Too short is wrong, too: whatever is not finished by then is cut off");
    let cut_off = |delay: f64| story.play(2, &[("delay", delay)], &[]).run.trace.summary.failed;
    assert!(cut_off(0.0) > 0.5 && cut_off(30.0) < 1e-6);

    let goal = |desired: f64, delay: f64| {
        let set = [("traffic", 220.0), ("desired", desired), ("delay", delay)];
        story.play(2, &set, &[]).meets(1)
    };
    assert!(goal(6.0, 30.0) && !goal(6.0, 300.0) && !goal(5.0, 30.0) && !goal(7.0, 0.0));
    assert!(!story.play(2, &[], &[]).meets(1));
}

#[test]
fn a_sick_task_is_replaced_before_it_goes() {
    let story = story();
    story.says("before it counts as unhealthy, at 09:11");
    story.says("For a while there are five, and no request is lost");
    let sick = story.play(3, &[], &[]);
    assert_eq!((sick.peak(), sick.run.trace.summary.failed), (5, 0.0));
    let new = sick.run.trace.tasks.last().expect("a replacement");
    assert_eq!(new.created.as_s(), 660.0);
    let leaves = sick.run.trace.tasks.iter().find_map(|life| life.draining);
    assert!(new.serving.is_some() && new.serving <= leaves, "first the new one serves");
    let lasts = |seconds: f64| story.play(3, &[("lasts", seconds)], &[]);
    assert!(lasts(60.0).meets(1) && lasts(60.0).peak() == 4);
    assert!(!lasts(30.0).meets(1) && !lasts(90.0).meets(1) && lasts(90.0).peak() == 5);
}

#[test]
fn a_count_set_by_hand_lasts_until_the_readings_say_more() {
    let story = story();
    story.says("to three at 09:13, and to five two minutes later");
    let by_hand = story.play(4, &[], &[]);
    assert_eq!(by_hand.moves(), [(780.0, 2, 3), (900.0, 3, 5)]);
    assert_eq!(by_hand.cpu(780.0), 100.0);
    story.says("Three readings of 100 %, and 2 × 100 / 70 = 2.86 makes three at 09:13");
    story.says("A number that is set by hand lasts as long as the readings are content with it.");
    let high = story.play(4, &[("desired", 8.0)], &[]);
    assert_eq!(high.moves(), [(1500.0, 8, 4)]);
    story.says("To hold one, change the minimum instead.");
    let held = story.play(4, &[("desired", 8.0), ("min", 8.0)], &[]);
    assert!(held.meets(1) && !high.meets(1) && !by_hand.meets(1));
    // “the minimum and the maximum bind the scaler, not you”
    assert_eq!(story.play(4, &[("min", 4.0)], &[]).run.trace.by_hand[0].desired, 2);
}
