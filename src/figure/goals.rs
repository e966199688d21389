//! Goals, checked on the run.

use super::run::Run;
use super::state::State;
use crate::chart::first_help_s;
use crate::course::figure::{Act, Condition, Goal};

/// A minute with this much CPU counts as saturated [%]: a mean of means does
/// not quite reach 100.
const SATURATED_PERCENT: f64 = 99.5;

/// Whether all conditions of a goal hold.
pub fn is_met(goal: &Goal, act: &Act, state: &State, run: &Run) -> bool {
    goal.all_of.iter().all(|condition| holds(condition, act, state, run))
}

fn holds(condition: &Condition, act: &Act, state: &State, run: &Run) -> bool {
    let summary = &run.trace.summary;
    match *condition {
        Condition::SaturatedMinutesAtMost(most) => saturated_minutes(run) <= most,
        Condition::TaskHoursAtMost(most) => summary.task_seconds / 3600.0 <= most,
        Condition::MissedMinutesAtMost(most) => summary.slo_minutes_missed <= most,
        Condition::DesiredAtEnd(tasks) => {
            run.trace.minutes.last().is_some_and(|minute| minute.desired == tasks)
        }
        Condition::PeakRunning(tasks) => summary.peak_running == tasks,
        Condition::ErrorPercentAtMost(most) => {
            let errors = summary.rejected + summary.timed_out + summary.failed;
            errors * 100.0 <= most * summary.requests
        }
        Condition::SlowestMinuteAtMost(most_s) => {
            let mut percentiles = run.trace.minutes.iter().filter_map(|minute| minute.p95_ms);
            percentiles.all(|p95_ms| p95_ms <= 1000.0 * most_s)
        }
        Condition::FirstHelpWithin(from_s, to_s) => {
            let lasts_s = first_help_s(&run.scenario, &run.trace);
            lasts_s.is_some_and(|lasts_s| (from_s..=to_s).contains(&lasts_s))
        }
        Condition::ScaleOutsAtMost(most) => summary.scale_outs <= most,
        Condition::ScaleInsAtLeast(least) => summary.scale_ins >= least,
        Condition::ControlWithin(ref name, from, to) => {
            state.value(act, name).is_some_and(|value| (from..=to).contains(&value))
        }
        Condition::SwitchOn(ref name) => state.is_on(act, name),
    }
}

/// Minutes in which the service's CPU stood at 100 %.
pub fn saturated_minutes(run: &Run) -> u32 {
    let saturated = |minute: &&headroom_model::trace::Minute| {
        minute.cpu_percent.is_some_and(|percent| percent >= SATURATED_PERCENT)
    };
    run.trace.minutes.iter().filter(saturated).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::sample;

    #[test]
    fn conditions_are_checked_on_the_run_and_the_controls() {
        let mut run = sample::whole();
        run.trace.minutes[7].cpu_percent = Some(99.6);
        let mut state = State::new(&sample::FIGURE);
        state.switches[0] = true;
        let holds = |condition: &Condition| holds(condition, &sample::FIGURE.acts[0], &state, &run);
        for (condition, expected) in [
            (Condition::SaturatedMinutesAtMost(1), true),
            (Condition::SaturatedMinutesAtMost(0), false),
            (Condition::TaskHoursAtMost(1.6), true),
            (Condition::TaskHoursAtMost(1.5), false),
            (Condition::MissedMinutesAtMost(4), true),
            (Condition::MissedMinutesAtMost(3), false),
            (Condition::DesiredAtEnd(5), true),
            (Condition::DesiredAtEnd(4), false),
            (Condition::PeakRunning(5), true),
            (Condition::ErrorPercentAtMost(0.02), true),
            (Condition::ErrorPercentAtMost(0.01), false),
            (Condition::SlowestMinuteAtMost(0.36), true),
            (Condition::SlowestMinuteAtMost(0.3), false),
            (Condition::FirstHelpWithin(270.0, 280.0), true),
            (Condition::FirstHelpWithin(271.0, 280.0), false),
            (Condition::ScaleOutsAtMost(1), true),
            (Condition::ScaleOutsAtMost(0), false),
            (Condition::ScaleInsAtLeast(1), false),
            (Condition::ControlWithin("target".to_owned(), 70.0, 75.0), true),
            (Condition::ControlWithin("target".to_owned(), 71.0, 75.0), false),
            (Condition::ControlWithin("none".to_owned(), 0.0, 1e9), false),
            (Condition::SwitchOn("late".to_owned()), true),
            (Condition::SwitchOn("later".to_owned()), false),
        ] {
            assert_eq!(holds(&condition), expected, "{condition:?}");
        }
    }
}
