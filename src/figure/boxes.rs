//! Tasks as things: a box each, with its state and how full it is.

use headroom_model::decimal::fixed;
use headroom_model::time::Micros;
use headroom_model::trace::Stage;

use super::run::Run;

/// A task, as drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TaskBox {
    /// Its number.
    pub id: u32,
    /// Its state.
    pub stage: Stage,
    /// CPU of the minute under way [%], for tasks that take requests.
    pub fill_percent: Option<f64>,
}

/// How many times as large the tasks of the run beside it are; 1 without one.
pub fn scale(run: &Run) -> f64 {
    let vcpu = |run: &Run| run.scenario.service.task.vcpu;
    run.beside.as_ref().map_or(1.0, |beside| vcpu(&beside.run) / vcpu(run))
}

/// The tasks that there are at a time, in the order of their numbers.
pub fn boxes(run: &Run, t_s: f64) -> Vec<TaskBox> {
    let at = Micros::from_s(t_s);
    let minute = run.minute_at(t_s).map(|row| &run.trace.minutes[row]);
    let serving = minute.and_then(|minute| minute.serving_cpu_percent);
    let drawn = |life: &headroom_model::trace::TaskLife| {
        let stage = life.stage(at)?;
        let takes_requests = matches!(stage, Stage::Warm | Stage::WarmingUp);
        let fill_percent = serving.filter(|_| takes_requests);
        Some(TaskBox { id: life.id.0, stage, fill_percent })
    };
    run.trace.tasks.iter().filter_map(drawn).collect()
}

/// What a person calls a state.
pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Pending => "starting",
        Stage::Booting => "booting",
        Stage::WarmingUp => "warming up",
        Stage::Warm => "running",
        Stage::Draining => "draining",
    }
}

/// The boxes in a sentence, for those who do not see them.
pub fn in_words(boxes: &[TaskBox]) -> String {
    let stages = [Stage::Warm, Stage::WarmingUp, Stage::Booting, Stage::Pending, Stage::Draining];
    let counted = stages.into_iter().filter_map(|stage| {
        let count = boxes.iter().filter(|task| task.stage == stage).count();
        (count > 0).then(|| format!("{count} {}", stage_name(stage)))
    });
    let counted = counted.collect::<Vec<_>>().join(", ");
    let fill = boxes.iter().find_map(|task| task.fill_percent);
    match fill {
        Some(percent) => format!("Tasks: {counted}; CPU {} %.", fixed(percent, 0)),
        None if counted.is_empty() => "No tasks.".to_owned(),
        None => format!("Tasks: {counted}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::sample;

    fn at(t_s: f64) -> String {
        in_words(&boxes(&sample::whole(), t_s))
    }

    #[test]
    fn boxes_follow_the_lives_of_the_tasks() {
        assert_eq!(at(0.0), "Tasks: 4 running; CPU 65 %.");
        assert_eq!(at(540.0), "Tasks: 4 running, 1 starting; CPU 85 %.");
        assert_eq!(at(570.0), "Tasks: 4 running, 1 booting; CPU 85 %.");
        assert_eq!(at(610.0), "Tasks: 4 running, 1 warming up; CPU 68 %.");
        assert_eq!(at(1260.0), "Tasks: 5 running; CPU 68 %.");
    }

    #[test]
    fn boxes_of_two_runs_are_drawn_to_one_scale() {
        assert_eq!(scale(&sample::held_against()), 4.0);
        assert_eq!(scale(&sample::whole()), 1.0);
    }

    #[test]
    fn a_task_that_takes_no_requests_is_empty() {
        let boxes = boxes(&sample::whole(), 570.0);
        assert_eq!(boxes[0].fill_percent, Some(85.0));
        assert_eq!(boxes[4].fill_percent, None);
    }
}
