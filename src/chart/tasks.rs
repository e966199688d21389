//! Tasks by state, stacked, and how many are desired.

use headroom_model::trace::{Stage, Trace};

use super::axis::{Axis, Scale, Size};
use super::mark::{Anchor, Label, Mark, Picture, Point, Role};
use super::palette::Paint;
use super::steps::{Stages, Steps, desired, stages};
use super::{Place, View, shared, ticks};
use crate::course::figure::Quantity;

const TASKS: Paint = Paint::Of(Quantity::Capacity);

/// From the bottom up: what serves, what is on its way, what leaves.
const STACK: [(Stage, &str, Paint, f64); 5] = [
    (Stage::Warm, "running", TASKS, 0.34),
    (Stage::WarmingUp, "warming up", TASKS, 0.24),
    (Stage::Booting, "booting", TASKS, 0.14),
    (Stage::Pending, "pending", TASKS, 0.07),
    (Stage::Draining, "draining", Paint::Muted, 0.25),
];

pub(super) fn picture(view: &View, axis: &Axis, size: Size, place: Place) -> Picture {
    let plot = shared::plot(axis, size, place, 0.0);
    let stages = stages(view.trace);
    let desired = desired(view.scenario, view.trace);
    let all = |counts: &Stages| f64::from(counts.iter().sum::<u32>());
    let most = stages.iter().map(|step| all(&step.1)).fold(desired.max(), f64::max);
    let other = view.beside.map(|other| (other, running(other.trace)));
    let most = other.iter().map(|(_, running)| running.max()).fold(most, f64::max);
    let scale = Scale::linear(counts(most), plot);
    let mut picture = shared::grid("Tasks", "by state", plot, &scale, size);
    let seen_s = view.seen_s();

    let mut below = Steps(vec![(0.0, 0.0)]);
    for (index, (_, word, paint, alpha)) in STACK.into_iter().enumerate() {
        let top = |counts: &Stages| {
            STACK[..=index].iter().map(|(stage, ..)| f64::from(counts[*stage as usize])).sum()
        };
        let upto = Steps(stages.iter().map(|(t_s, counts)| (*t_s, top(counts))).collect());
        let mut points: Vec<Point> = upto.line(axis, &scale, seen_s);
        points.extend(below.line(axis, &scale, seen_s).into_iter().rev());
        picture.marks.push(Mark::Area { points, paint, alpha });
        if let Some((t_s, level)) = widest(&below, &upto, view, axis, &scale, size, word) {
            let at = (axis.x(t_s), scale.y(level));
            let text = word.to_owned();
            picture.labels.push(Label { text, at, anchor: Anchor::Middle, role: Role::Note });
        }
        below = upto;
    }
    let line = desired.line(axis, &scale, seen_s);
    if let Some(end) = line.last().copied().filter(|_| line.len() > 1) {
        let (width, dash) = (size.line, None);
        picture.marks.push(Mark::Line { points: line, paint: Paint::Ink, width, dash });
        let text = view.named(&format!("desired {}", ticks::short(desired.at(seen_s))));
        shared::name_at_right(&mut picture, axis, size, text, end.1, Role::Line(Paint::Ink), true);
    }
    if let Some((other, running)) = other {
        let line = running.line(axis, &scale, seen_s);
        let text = ["running ", &ticks::short(running.at(seen_s)), " ", other.name].concat();
        view.pen(axis, &scale, size, TASKS).line(&mut picture, line, text);
    }
    picture
}

/// How many tasks run, whether they serve or not.
fn running(trace: &Trace) -> Steps {
    let runs = [Stage::Booting, Stage::WarmingUp, Stage::Warm];
    let count = |counts: Stages| runs.iter().map(|stage| f64::from(counts[*stage as usize])).sum();
    Steps(stages(trace).into_iter().map(|(t_s, counts)| (t_s, count(counts))).collect())
}

/// Ticks at whole numbers of tasks.
fn counts(most: f64) -> Vec<ticks::Tick> {
    // Four is the least with a whole step, and leaves the line room.
    ticks::from_zero(most.max(4.0), "")
}

/// The middle of the longest stretch of a band that can hold its name: a time
/// [s] and a number of tasks.
fn widest(
    below: &Steps,
    upto: &Steps,
    view: &View,
    axis: &Axis,
    scale: &Scale,
    size: Size,
    word: &str,
) -> Option<(f64, f64)> {
    let room = (0.5 * word.len() as f64 + 0.8) * size.text;
    let ends = upto.0.iter().skip(1).map(|step| step.0).chain([view.seen_s()]);
    let stretches = upto.0.iter().zip(ends).filter_map(|(&(from_s, top), to_s)| {
        let to_s = to_s.min(view.seen_s());
        let foot = below.at(from_s);
        let high = scale.y(foot) - scale.y(top);
        (high >= 1.2 * size.text && axis.x(to_s) - axis.x(from_s) >= room).then_some((
            to_s - from_s,
            (from_s + to_s) / 2.0,
            (foot + top) / 2.0,
        ))
    });
    stretches.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, t_s, level)| (t_s, level))
}
