//! Section 3, *Target tracking*.

use headroom_model::trace::Outcome;

use crate::kit::{Story, near};

fn story() -> Story {
    Story::of("target-tracking")
}

#[test]
fn one_sum_brings_the_fifth_task() {
    let story = story();
    let act = story.play(1, &[], &[]);

    story.says("Four tasks with 130 requests a second are at 65 %.");
    near(act.cpu(360.0), 65.0, 0.01);
    story.says("so a task at 100 % serves 50 requests a second.");
    near(act.capacity_of_a_task(), 50.0, 1e-9);
    story.says("In the strip over the CPU chart you see it count: 85, 85, 85.");
    for end_s in [420.0, 480.0, 540.0] {
        near(act.cpu(end_s), 85.0, 0.01);
    }
    story.says("= 4.86, rounded up to 5");
    assert_eq!(act.moves(), [(540.0, 4, 5)]);
    assert!(act.decision(540.0).reason.contains("= 4.86, rounded up to 5"));
    story.says("Five tasks share 170 requests a second at 68 %, just below the target, and nothing more happens.");
    near(act.cpu(1260.0), 68.0, 0.01);
    assert_eq!((act.peak(), act.desired_at_end()), (5, 5));
}

#[test]
fn shared_load_is_a_division() {
    let story = story();
    for (row, tasks, reading, after) in [
        ("4 85 % 4.86 → 5 4 × 85 / 5 = 68 %", 4.0, 85.0, 68.0),
        ("3 85 % 3.64 → 4 3 × 85 / 4 = 63.75 %", 3.0, 85.0, 63.75),
        ("4 30 % 1.71 → 2 4 × 30 / 2 = 60 %", 4.0, 30.0, 60.0),
    ] {
        story.says(row);
        let sum: f64 = tasks * reading / 70.0;
        assert!(row.contains(&format!("{sum:.2} → {}", sum.ceil())), "{row}");
        near(tasks * reading / sum.ceil(), after, 1e-9);
    }
    story.says("5 63 % 4.5 → 5 nothing changes");
    // “Four tasks at 30 % become two in a single decision.” Here five at 28 %.
    let act = story.play(2, &[("traffic", 70.0)], &[]);
    assert_eq!(act.moves(), [(1260.0, 5, 2)]);
}

#[test]
fn five_suffice_up_to_175() {
    let story = story();
    let act = |traffic: f64| story.play(1, &[("traffic", traffic)], &[]);

    story.says(
        "Up to 175 it stays at five, since 4 × 87.5 / 70 is exactly 5. From 176 on it is six.",
    );
    assert_eq!((act(175.0).desired_at_end(), act(176.0).desired_at_end()), (5, 6));
    assert!(act(173.0).meets(1) && act(175.0).meets(1));
    assert!(!act(172.0).meets(1) && !act(176.0).meets(1));
    assert!(act(300.0).desired_at_end() > 6 && !act(300.0).meets(1), "two-sided");
    story.says("Four tasks become six, where eight would only just carry the traffic.");
    assert_eq!(act(400.0).moves().first(), Some(&(540.0, 4, 6)));
    near(act(400.0).cpu(540.0), 100.0, 0.01);

    let target = |target: f64| story.play(1, &[("target", target)], &[]);
    assert!(target(66.0).meets(2) && !target(70.0).meets(2) && !target(45.0).meets(2));
}

#[test]
fn nobody_leaves_at_157_but_at_140() {
    let story = story();
    let act = |traffic: f64| story.play(2, &[("traffic", traffic)], &[]);

    story.says("because there CPU falls to 62.8 %, below the dotted line at 63.");
    let lowered = act(157.0);
    near(lowered.cpu(1260.0), 62.8, 0.01);
    assert_eq!(lowered.moves(), []);
    story.says("The scaler did its sum, 5 × 62.8 / 70 = 4.49, and rounded up to five.");
    let decision = lowered.decision(1260.0);
    assert_eq!(decision.outcome, Outcome::NoChange);
    assert!(decision.reason.contains("= 4.49, rounded up to 5"), "{}", decision.reason);
    story.says("four tasks would be at 78.5 %");
    near(157.0 / (4.0 * lowered.capacity_of_a_task()) * 100.0, 78.5, 1e-9);

    story.says("the reading must be 70 × 4 / 5 = 56 % or less: 140 requests a second.");
    assert_eq!(act(140.0).moves(), [(1260.0, 5, 4)]);
    near(act(140.0).cpu(1260.0), 56.0, 0.01);
    assert_eq!(act(141.0).moves(), []);
    story.says("to 125 (50 %)");
    assert_eq!(act(125.0).moves(), [(1260.0, 5, 4)]);
    story.says("66 % is not even below the low alarm at 63 %, so nothing is computed at all.");
    assert_eq!(act(165.0).run.trace.decisions, []);
    assert!(act(140.0).meets(1) && !act(141.0).meets(1) && !act(120.0).meets(1));

    let target = |target: f64| story.play(2, &[("target", target)], &[]);
    assert!(target(79.0).meets(2) && target(80.0).meets(2));
    assert!(!target(78.0).meets(2) && !target(85.0).meets(2));
}

#[test]
fn a_late_reading_brings_a_sixth_task() {
    let story = story();
    let act = story.play(3, &[], &[]);
    assert_eq!(act.moves(), [(720.0, 4, 5), (780.0, 5, 6), (1920.0, 6, 5)]);

    story.says("09:12 instead of 09:09.");
    assert_eq!((act.run.clock(720.0), act.run.clock(540.0)), ("09:12".into(), "09:09".into()));
    story.says("5 × 85 / 70 = 6.07, and asks for seven. It gets six.");
    let second = act.decision(780.0);
    assert_eq!((second.running, second.proposed, second.desired_after), (5, 7, 6));
    story.says("The newest reading that has been published is from 09:10");
    near(act.cpu(600.0), 85.0, 0.01);
    story.says("The sixth task brings CPU to 56.7 %, below the low alarm.");
    near(act.cpu(1200.0), 56.7, 0.05);
    story.says("the sum says 6 × 56.7 / 70 = 4.86, and at 09:32 the sixth task leaves, some eighteen minutes after it came.");
    assert!(act.decision(1920.0).reason.contains("= 4.86, rounded up to 5"));
    assert_eq!(act.run.clock(1920.0), "09:32");
    let sixth = act.run.trace.tasks.last().expect("there are six");
    let from_s = sixth.running.expect("it ran").as_s();
    near((sixth.draining.expect("it left").as_s() - from_s) / 60.0, 18.5, 0.5);
}

#[test]
fn what_helps_against_the_sixth_task() {
    let story = story();
    let peak = |name: &str, value: f64| story.play(3, &[(name, value)], &[]).peak();

    story.says("though even 30 seconds bring the sixth task");
    assert_eq!((peak("delay", 0.0), peak("delay", 30.0)), (5, 6));
    story.says("and five tasks become twelve.");
    assert_eq!(peak("out", 0.0), 12);
    story.says("A target of 75 % avoids the sixth, since 5 × 85 / 75 = 5.67 asks for six, and the credit makes that five.");
    assert_eq!(peak("target", 75.0), 5);

    let goal = |target: f64| story.play(3, &[("target", target)], &[]).meets(1);
    assert!(goal(75.0) && !goal(70.0) && !goal(90.0), "two-sided");
}

#[test]
fn bets_are_judged_as_the_run_goes() {
    for (act, peak) in [(1, 5), (3, 6)] {
        let story = story();
        let played = story.play(act, &[], &[]);
        assert_eq!(played.peak(), peak);
        let prediction = played.state.told(played.figure).prediction.as_ref();
        for choice in &prediction.expect("it asks").choices {
            assert_eq!(choice.tasks == Some(peak), choice.right, "act {act}: {}", choice.label);
        }
    }
}

#[test]
fn the_stage_stops_at_a_decision() {
    for story in [Story::of("the-spike"), story()] {
        for (index, act) in story.lesson.figure.acts.iter().enumerate() {
            story.play(index + 1, &[], &[]).decision(act.why_s);
        }
    }
}
