//! Quantities that jump, taken from the lives of the tasks.

use headroom_model::scenario::Scenario;
use headroom_model::time::Micros;
use headroom_model::trace::{Decision, Stage, TaskLife, Trace};

use super::axis::{Axis, Scale};
use super::mark::Point;

/// A quantity that jumps: each value holds from its time [s] to the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps(pub Vec<(f64, f64)>);

impl Steps {
    /// The value at a time; zero before the first.
    pub fn at(&self, t_s: f64) -> f64 {
        let after = self.0.partition_point(|step| step.0 <= t_s);
        after.checked_sub(1).map_or(0.0, |last| self.0[last].1)
    }

    /// Whether it does not jump between two times [s].
    pub fn is_still(&self, from_s: f64, to_s: f64) -> bool {
        !self.0.iter().any(|step| from_s < step.0 && step.0 <= to_s)
    }

    /// The largest value.
    pub fn max(&self) -> f64 {
        self.0.iter().map(|step| step.1).fold(0.0, f64::max)
    }

    /// The staircase as a line, up to a time [s].
    pub(super) fn line(&self, axis: &Axis, scale: &Scale, until_s: f64) -> Vec<Point> {
        let mut points = Vec::with_capacity(2 * self.0.len() + 1);
        let mut y = None;
        for &(t_s, value) in self.0.iter().take_while(|step| step.0 <= until_s) {
            let x = axis.x(t_s);
            points.extend(y.map(|y| (x, y)));
            y = Some(scale.y(value));
            points.extend(y.map(|y| (x, y)));
        }
        points.extend(y.map(|y| (axis.x(until_s), y)));
        decimate(&points)
    }
}

/// How many tasks are in each [`Stage`], in its order.
pub(super) type Stages = [u32; 5];

/// The number of tasks in each stage, from each time on at which it changes.
pub(super) fn stages(trace: &Trace) -> Vec<(f64, Stages)> {
    let mut changes: Vec<_> = trace.tasks.iter().flat_map(changes).collect();
    // The order within an instant does not matter: only its sum is kept.
    changes.sort_unstable_by_key(|change| change.0);
    let mut counts = Stages::default();
    let mut steps: Vec<(f64, Stages)> = Vec::new();
    for (at, left, entered) in changes {
        if let Some(stage) = left {
            counts[stage as usize] = counts[stage as usize].wrapping_sub(1);
        }
        if let Some(stage) = entered {
            counts[stage as usize] = counts[stage as usize].wrapping_add(1);
        }
        match steps.last_mut() {
            Some(last) if last.0 == at.as_s() => last.1 = counts,
            _ => steps.push((at.as_s(), counts)),
        }
    }
    steps
}

type Change = (Micros, Option<Stage>, Option<Stage>);

/// The changes of stage in a task's life.
fn changes(life: &TaskLife) -> impl Iterator<Item = Change> {
    let later = [life.running, life.serving, life.warm, life.draining, life.stopped];
    let mut next = Some(life.created);
    let mut before = None;
    // A drained task may have warmed up afterwards: the times need not rise.
    let times = std::iter::from_fn(move || {
        let now = next?;
        next = later.into_iter().flatten().filter(|at| *at > now).min();
        Some(now)
    });
    times.filter_map(move |at| {
        let left = before;
        before = life.stage(at);
        (left != before).then_some((at, left, before))
    })
}

/// What the tasks that take requests can serve [requests/s].
pub fn capacity(scenario: &Scenario, trace: &Trace) -> Steps {
    let task = &scenario.service.task;
    let full = task.capacity_rps(1.0);
    let warming = task.capacity_rps(scenario.service.startup.warm_up_speed);
    let rps = |counts: Stages| {
        f64::from(counts[Stage::Warm as usize]) * full
            + f64::from(counts[Stage::WarmingUp as usize]) * warming
    };
    Steps(stages(trace).into_iter().map(|(t_s, counts)| (t_s, rps(counts))).collect())
}

/// The service's desired count: jumps where it is decided. What moves it without
/// a decision shows at the end of its minute.
pub fn desired(scenario: &Scenario, trace: &Trace) -> Steps {
    let decided = |d: &Decision| (d.t_s, f64::from(d.desired_after));
    let mut decisions = trace.decisions.iter().map(decided).peekable();
    let mut steps = vec![(0.0, f64::from(scenario.service.desired_count))];
    for minute in &trace.minutes {
        // In one instant the decision comes last: the minute's row is from before it.
        steps.extend(std::iter::from_fn(|| decisions.next_if(|step| step.0 < minute.t_s)));
        steps.push((minute.t_s, f64::from(minute.desired)));
    }
    steps.extend(decisions);
    steps.dedup_by(|later, before| later.1 == before.1);
    Steps(steps)
}

/// What `describe-services` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// `desiredCount`.
    pub desired: u32,
    /// `runningCount`: RUNNING, whether it serves or not; draining is not.
    pub running: u32,
    /// `pendingCount`: being provisioned or pulled.
    pub pending: u32,
}

/// The service's counts at a time [s].
pub fn counts_at(scenario: &Scenario, trace: &Trace, t_s: f64) -> Counts {
    let at = Micros::from_s(t_s);
    let mut counts =
        Counts { desired: desired(scenario, trace).at(t_s) as u32, running: 0, pending: 0 };
    for stage in trace.tasks.iter().filter_map(|life| life.stage(at)) {
        match stage {
            Stage::Pending => counts.pending += 1,
            Stage::Booting | Stage::WarmingUp | Stage::Warm => counts.running += 1,
            Stage::Draining => {}
        }
    }
    counts
}

/// Keeps the first, lowest, highest and last point of each pixel column, so
/// that a spike of one sample stays and a line costs no more than its width.
pub(super) fn decimate(points: &[Point]) -> Vec<Point> {
    let column = |point: &Point| point.0.floor();
    let mut kept = Vec::with_capacity(points.len());
    for columns in points.chunk_by(|a, b| column(a) == column(b)) {
        if columns.len() <= 4 {
            kept.extend_from_slice(columns);
            continue;
        }
        let by_y = |a: &usize, b: &usize| columns[*a].1.total_cmp(&columns[*b].1);
        let low = (0..columns.len()).min_by(by_y).unwrap_or(0);
        let high = (0..columns.len()).max_by(by_y).unwrap_or(0);
        let indices = [0, low.min(high), low.max(high), columns.len() - 1];
        kept.extend(indices.iter().map(|&index| columns[index]));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::sample;

    #[test]
    fn the_desired_count_begins_as_the_scenario_has_it() {
        let (scenario, mut trace) = sample::run();
        let first = f64::from(scenario.service.desired_count);
        // Set to two by hand at the end of the second minute, before the first decision.
        trace.minutes[1].desired = 2;
        trace.decisions[0].desired_before = 2;
        let steps = desired(&scenario, &trace);
        assert_eq!((steps.at(30.0), steps.at(119.0), steps.at(120.0)), (first, first, 2.0));
    }

    #[test]
    fn a_spike_of_one_sample_survives() {
        let mut points: Vec<Point> = (0..1000).map(|k| (f64::from(k) / 100.0, 5.0)).collect();
        points[537].1 = -40.0;
        let kept = decimate(&points);
        assert!(kept.contains(&(5.37, -40.0)));
        assert!(kept.len() <= 4 * 10, "{}", kept.len());
    }

    #[test]
    fn capacity_follows_the_tasks_that_take_requests() {
        let (scenario, trace) = sample::run();
        let capacity = capacity(&scenario, &trace);
        // 50 requests/s each; the fifth warms up at half speed from 600 s to 630 s.
        assert_eq!(
            [0.0, 599.0, 600.0, 629.0, 630.0].map(|t_s| capacity.at(t_s)),
            [200.0, 200.0, 225.0, 225.0, 250.0]
        );
        assert_eq!(desired(&scenario, &trace).at(539.0), 4.0);
        assert_eq!(desired(&scenario, &trace).at(540.0), 5.0);
    }

    #[test]
    fn every_task_is_in_one_stage_at_a_time() {
        let (_, trace) = sample::run();
        for (t_s, counts) in stages(&trace) {
            let at = Micros::from_s(t_s);
            let alive = trace.tasks.iter().filter(|life| life.stage(at).is_some()).count();
            assert_eq!(counts.iter().sum::<u32>() as usize, alive, "at {t_s} s");
        }
    }
}
