//! Plays each figure's story as a student would, and checks that it happens as
//! the text says: a number in the prose stands in a test that quotes its
//! sentence, so that neither can change without the other.

use headroom::course::figure::Figure;
use headroom::course::{Lesson, Section};
use headroom::figure::goals::{is_met, saturated_minutes};
use headroom::figure::run::Run;
use headroom::figure::state::State;
use headroom_model::Player;
use headroom_model::trace::{Decision, Outcome};

mod prose;

/// A section under test.
struct Story {
    section: &'static Section,
    lesson: &'static Lesson,
}

/// One run of one of its acts.
struct Played {
    figure: &'static Figure,
    state: State,
    run: Run,
}

fn the_spike() -> Story {
    Story::of("the-spike")
}

fn desired_running_pending() -> Story {
    Story::of("desired-running-pending")
}

fn target_tracking() -> Story {
    Story::of("target-tracking")
}

impl Story {
    fn of(slug: &str) -> Self {
        let section = Section::by_slug(slug).expect("there is such a section");
        Self { section, lesson: section.lesson.expect("it is finished") }
    }

    /// Plays an act, counted from 1, with some controls set and switches on.
    fn play(&self, act: usize, set: &[(&str, f64)], on: &[&str]) -> Played {
        let figure = self.lesson.figure;
        let mut state = State::at_act(figure, act - 1);
        let told = state.told(figure);
        for (name, value) in set {
            let index = told.controls.iter().position(|control| control.name == *name);
            let index = index.unwrap_or_else(|| panic!("there is no control {name}"));
            let control = &told.controls[index];
            assert_eq!(control.read(&value.to_string()), Ok(*value), "{name} can be set so");
            state.values[index] = *value;
        }
        for name in on {
            let index = told.switches.iter().position(|switch| switch.name == *name);
            state.switches[index.unwrap_or_else(|| panic!("there is no switch {name}"))] = true;
        }
        let run = Run::of(&mut Player::default(), told, &state).expect("the scenario is valid");
        Played { figure, state, run }
    }

    /// The section says this sentence, or this part of one.
    fn says(&self, sentence: &str) {
        assert!(self.words().contains(sentence), "the section does not say: {sentence}");
    }

    /// All that the section says, in one string.
    fn words(&self) -> String {
        let Lesson { figure, questions } = self.lesson;
        let mut words = prose::words(&prose::parts(self.section).concat());
        for act in figure.acts {
            words.extend([act.question, " ", act.reveal, " ", act.caption, " "]);
            for choice in act.prediction.iter().flat_map(|prediction| prediction.choices) {
                words.extend([choice.label, " ", choice.feedback, " "]);
            }
        }
        for question in *questions {
            words.extend([question.prompt, " ", question.why, " "]);
        }
        words
    }
}

impl Played {
    /// Each change of the desired count: when, from, to.
    fn moves(&self) -> Vec<(f64, u32, u32)> {
        let moved = |d: &&Decision| d.desired_before != d.desired_after;
        let decisions = self.run.trace.decisions.iter().filter(moved);
        decisions.map(|d| (d.t_s, d.desired_before, d.desired_after)).collect()
    }

    /// The decision at a time [s].
    fn decision(&self, t_s: f64) -> &Decision {
        let found = self.run.trace.decisions.iter().find(|decision| decision.t_s == t_s);
        found.unwrap_or_else(|| panic!("nothing was decided at {t_s} s"))
    }

    /// The service's CPU in the minute that ends then [%].
    fn cpu(&self, end_s: f64) -> f64 {
        let minute = self.run.trace.minutes.iter().find(|minute| minute.t_s == end_s);
        minute.and_then(|minute| minute.cpu_percent).expect("there is such a minute")
    }

    fn peak(&self) -> u32 {
        self.run.trace.summary.peak_running
    }

    fn desired_at_end(&self) -> u32 {
        self.run.trace.minutes.last().expect("it lasts").desired
    }

    fn task_hours(&self) -> f64 {
        self.run.trace.summary.task_seconds / 3600.0
    }

    fn rejected(&self) -> f64 {
        self.run.trace.summary.rejected
    }

    /// The most that a task serves [requests/s].
    fn capacity_of_a_task(&self) -> f64 {
        self.run.scenario.service.task.capacity_rps(1.0)
    }

    /// Whether a goal of the act, counted from 1, is met.
    fn meets(&self, goal: usize) -> bool {
        let act = self.state.told(self.figure);
        is_met(&act.goals[goal - 1], act, &self.state, &self.run)
    }
}

fn near(value: f64, wanted: f64, by: f64) {
    assert!((value - wanted).abs() <= by, "{value} is not within {by} of {wanted}");
}

mod spike {
    use super::*;

    #[test]
    fn an_hour_goes_wrong() {
        let story = the_spike();
        let hour = story.play(1, &[], &[]);

        story.says("Three tasks carry 100 requests a second with ease.");
        near(hour.cpu(300.0), 66.7, 0.1);
        story.says("three tasks stood before 320 requests a second, and they can carry 150.");
        near(3.0 * hour.capacity_of_a_task(), 150.0, 1e-9);
        story.says("CPU was at 100 % for five minutes, and some 65,000 requests were turned away.");
        assert_eq!(saturated_minutes(&hour.run), 5);
        near(hour.rejected(), 65_000.0, 1_000.0);
        story.says("Every reading came two and a half minutes after its minute");
        near(hour.run.scenario.metrics.publish_delay.as_s(), 150.0, 0.0);
    }

    #[test]
    fn the_scaler_climbs_too_late_and_too_far() {
        let story = the_spike();
        let hour = story.play(1, &[], &[]);
        let climb = [
            (960.0, 3, 5),
            (1020.0, 5, 6),
            (1080.0, 6, 8),
            (1140.0, 8, 10),
            (1260.0, 10, 14),
            (1380.0, 14, 18),
            (2340.0, 18, 10),
        ];
        assert_eq!(hour.moves(), climb);

        story.says("Look at the first decision, at 09:16. The scaler asked for five tasks");
        story.says("3 × 100 / 70 = 4.29, rounded up to 5.");
        assert_eq!(hour.run.clock(960.0), "09:16");
        near(hour.decision(960.0).metric.expect("CPU decided"), 100.0, 0.01);
        story.says("and seven would just have been enough.");
        assert_eq!((320.0 / hour.capacity_of_a_task()).ceil(), 7.0);
        story.says("So it climbed in steps, 5, 6, 8, 10, each from the tasks that ran by then. Ten were enough.");
        near(hour.cpu(2400.0), 64.0, 0.1);
        story.says("so it went on to 14 and to 18, and you paid for those until 09:39.");
        assert_eq!(hour.run.clock(2340.0), "09:39");
    }

    #[test]
    fn headroom_gets_through_the_hour() {
        let story = the_spike();
        let hour = |min: f64, target: f64| story.play(1, &[("min", min), ("target", target)], &[]);
        assert!(!story.play(1, &[], &[]).meets(1), "it takes a change");

        story
            .says("Seven tasks carry 350 requests a second, so with seven there is no red minute.");
        near(7.0 * hour(7.0, 70.0).capacity_of_a_task(), 350.0, 1e-9);
        assert_eq!(saturated_minutes(&hour(7.0, 70.0).run), 0);
        story.says(
            "at 70 % the hour costs more than 9.5 task-hours, whatever the minimum, unless you let it run red.",
        );
        for min in 2..=12 {
            let hour = hour(f64::from(min), 70.0);
            assert!(hour.task_hours() > 9.5 || saturated_minutes(&hour.run) > 0, "minimum {min}");
        }

        story.says("With eight or nine tasks and a target of 75 % or more you get through for less; with seven, from 80 % on.");
        for min in 2..=12 {
            for target in (30..=90).step_by(5) {
                let expected = matches!((min, target), (8..=9, 75..) | (7, 80..));
                let played = hour(f64::from(min), f64::from(target));
                assert_eq!(played.meets(1), expected, "minimum {min}, target {target}");
            }
        }
    }

    #[test]
    fn the_day_is_paid_for_too() {
        let story = the_spike();
        let seven = [("min", 7.0), ("target", 80.0)];

        story.says("Seven tasks and a target of 80 % come to 170 task-hours in 24 hours, where the setting you began with comes to 82.");
        let day = story.play(1, &seven, &["day"]);
        near(day.run.duration_s(), 24.0 * 3600.0, 0.0);
        near(day.task_hours(), 170.0, 0.5);
        near(story.play(1, &[], &["day"]).task_hours(), 82.4, 0.5);
        assert!(!day.meets(2));

        story.says("The day then comes to 79 task-hours, less than you began with");
        let held = story.play(1, &seven, &["day", "peak"]);
        near(held.task_hours(), 79.3, 0.5);
        assert_eq!(saturated_minutes(&held.run), 0);
        assert!(held.meets(2));
        assert!(!story.play(1, &[], &["day", "peak"]).meets(2), "it takes headroom");
    }

    #[test]
    fn the_other_answers_help_less() {
        let story = the_spike();
        story.says("Seven tasks carry 350 requests a second. They are there before the spike");
        // “The service never comes near 20 at a target of 70 %.”
        assert!(story.play(1, &[], &[]).peak() < 20);
    }
}

mod the_loop {
    use headroom_model::time::Micros;

    use super::*;

    fn s(at: Option<Micros>) -> Option<f64> {
        at.map(Micros::as_s)
    }

    #[test]
    fn a_crashed_task_is_replaced_without_a_decision() {
        let story = desired_running_pending();
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
        let story = desired_running_pending();
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
        let story = desired_running_pending();
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
        let story = desired_running_pending();
        story.says("to three at 09:13, and to five two minutes later");
        let by_hand = story.play(4, &[], &[]);
        assert_eq!(by_hand.moves(), [(780.0, 2, 3), (900.0, 3, 5)]);
        assert_eq!(by_hand.cpu(780.0), 100.0);
        story.says("Three readings of 100 %, and 2 × 100 / 70 = 2.86 makes three at 09:13");
        story.says(
            "A number that is set by hand lasts as long as the readings are content with it.",
        );
        let high = story.play(4, &[("desired", 8.0)], &[]);
        assert_eq!(high.moves(), [(1500.0, 8, 4)]);
        story.says("To hold one, change the minimum instead.");
        let held = story.play(4, &[("desired", 8.0), ("min", 8.0)], &[]);
        assert!(held.meets(1) && !high.meets(1) && !by_hand.meets(1));
        // “the minimum and the maximum bind the scaler, not you”
        assert_eq!(story.play(4, &[("min", 4.0)], &[]).run.trace.by_hand[0].desired, 2);
    }
}

mod tracking {
    use super::*;

    #[test]
    fn one_sum_brings_the_fifth_task() {
        let story = target_tracking();
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
        let story = target_tracking();
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
        let story = target_tracking();
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
        let story = target_tracking();
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
        let story = target_tracking();
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
        let story = target_tracking();
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
            let story = target_tracking();
            let played = story.play(act, &[], &[]);
            assert_eq!(played.peak(), peak);
            let prediction = played.state.told(played.figure).prediction.expect("it asks");
            for choice in prediction.choices {
                assert_eq!(choice.tasks == Some(peak), choice.right, "act {act}: {}", choice.label);
            }
        }
    }

    #[test]
    fn the_stage_stops_at_a_decision() {
        for story in [the_spike(), target_tracking()] {
            for (index, act) in story.lesson.figure.acts.iter().enumerate() {
                story.play(index + 1, &[], &[]).decision(act.why_s);
            }
        }
    }
}
