//! Traffic and capacity: how much is asked, how much the tasks can carry.

use super::axis::{Axis, Scale, Size};
use super::mark::{Anchor, Label, Mark, Picture, Point, Role};
use super::palette::Paint;
use super::steps::{Steps, capacity};
use super::{Place, View, shared, ticks};
use crate::course::figure::Quantity;

const TRAFFIC: Paint = Paint::Of(Quantity::Traffic);
const CAPACITY: Paint = Paint::Of(Quantity::Capacity);

pub(super) fn picture(view: &View, axis: &Axis, size: Size, place: Place) -> Picture {
    let plot = shared::plot(axis, size, place, 0.0);
    let capacity = capacity(view.scenario, view.trace);
    let traffic = traffic(view, axis);
    // Room for every bet, so that the axis does not give the right one away.
    let per_task = view.scenario.service.task.capacity_rps(1.0);
    let bets = view.bets.iter().flat_map(|(_, choices)| choices.iter());
    let bets = bets.filter_map(|choice| choice.tasks).map(|tasks| f64::from(tasks) * per_task);
    let most = traffic.iter().map(|point| point.1).chain(bets).fold(capacity.max(), f64::max);
    // One line says as much as two that are the same.
    let other = view.beside.map(|other| (other, self::capacity(other.scenario, other.trace)));
    let other = other.filter(|(_, steps)| *steps != capacity);
    let most = other.iter().map(|(_, steps)| steps.max()).fold(most, f64::max);
    let scale = Scale::linear(ticks::from_zero(most * 1.05, ""), plot);
    let mut picture = shared::grid("Traffic and capacity", "requests a second", plot, &scale, size);

    let seen_s = view.seen_s();
    let line = capacity.line(axis, &scale, seen_s);
    let floor = scale.y(0.0);
    if let (Some(first), Some(last)) = (line.first(), line.last()) {
        let mut points = line.clone();
        points.extend([(last.0, floor), (first.0, floor)]);
        picture.marks.push(Mark::Area { points, paint: CAPACITY, alpha: 0.1 });
    }
    picture.marks.extend(gaps(&traffic, &capacity, axis, &scale, seen_s));
    let solid = |points, paint| Mark::Line { points, paint, width: size.line, dash: None };
    if line.len() > 1 {
        picture.marks.push(solid(line, CAPACITY));
    }
    let until = traffic.partition_point(|point| point.0 <= seen_s);
    let mut offered: Vec<Point> = Vec::with_capacity(until);
    for &(t_s, rps) in &traffic[..until] {
        let (x, y) = (axis.x(t_s), scale.y(rps));
        // Within a pixel a jump is upright.
        if let Some(last) = offered.last().filter(|last| (last.1 - y).abs() > 2.0 * size.line) {
            offered.push((x, last.1));
        }
        offered.push((x, y));
    }
    if offered.len() > 1 {
        picture.marks.push(solid(offered, TRAFFIC));
    }

    // Names stand at the left; at the right if the lines move where they would
    // be, or the lower one leaves no room below it. On a narrow chart the bet's
    // name has that place.
    let taken = (view.bet.is_some() || other.is_some()) && !axis.labels_outside;
    let room_s = axis.t_s(plot.left + 8.0 * size.text);
    let rps_at = |t_s: f64| {
        let index = traffic.partition_point(|point| point.0 < t_s);
        traffic.get(index.min(traffic.len() - 1)).map_or(0.0, |point| point.1)
    };
    let still =
        |from_s: f64, to_s: f64| capacity.is_still(from_s, to_s) && rps_at(from_s) == rps_at(to_s);
    let end_s = view.duration_s();
    let fits =
        |t_s: f64| scale.y(rps_at(t_s).min(capacity.at(t_s))) + 1.55 * size.text <= plot.bottom;
    let at_right = !taken
        && seen_s >= end_s
        && still(end_s - room_s, end_s)
        && (!still(0.0, room_s) || (!fits(0.0) && fits(end_s)));
    let (t_s, x, anchor) = if at_right {
        (end_s, plot.right - 0.6 * size.text, Anchor::End)
    } else {
        (0.0, plot.left + 0.6 * size.text, Anchor::Start)
    };
    // The upper line's name stands above it, the lower one's below.
    let (rps, capable) = (rps_at(t_s), capacity.at(t_s));
    let side = if rps > capable { -1.0 } else { 1.0 };
    let word = other.as_ref().map_or("capacity", |(other, _)| other.name_of_this);
    let mut name = |word: &str, value: f64, side: f64, paint| {
        let y = scale.y(value) + 0.85 * size.text * side;
        // Of a plot lower than its text the top wins.
        let at = (x, y.min(plot.bottom - 0.7 * size.text).max(plot.top));
        let text = format!("{word} {}", ticks::short(value));
        picture.labels.push(Label { text, at, anchor, role: Role::Line(paint) });
    };
    name(word, capable, -side, CAPACITY);
    name("traffic", rps, side, TRAFFIC);
    if let Some((other, steps)) = other {
        let line = steps.line(axis, &scale, seen_s);
        let text = [other.name, " ", &ticks::short(steps.at(seen_s))].concat();
        view.pen(axis, &scale, size, CAPACITY).line(&mut picture, line, text);
    }
    bet(&mut picture, view, axis, &scale, size, &capacity);
    picture
}

/// The offered rate as points [s, requests/s], one a pixel.
fn traffic(view: &View, axis: &Axis) -> Vec<(f64, f64)> {
    let columns = (axis.right - axis.left).max(1.0) as u32;
    let shape = &view.scenario.traffic.shape;
    (0..=columns)
        .map(|column| {
            let t_s = axis.t_s(axis.left + f64::from(column));
            (t_s, shape.rate(headroom_model::time::Micros::from_s(t_s)))
        })
        .collect()
}

/// Fills where more is asked than can be carried.
fn gaps(
    traffic: &[(f64, f64)],
    capacity: &Steps,
    axis: &Axis,
    scale: &Scale,
    seen_s: f64,
) -> Vec<Mark> {
    let mut marks = Vec::new();
    let seen = traffic.iter().filter(|point| point.0 <= seen_s);
    let both: Vec<(f64, f64, f64)> = seen.map(|&(t_s, rps)| (t_s, rps, capacity.at(t_s))).collect();
    for run in both.chunk_by(|a, b| (a.1 > a.2) == (b.1 > b.2)) {
        if run[0].1 <= run[0].2 {
            continue;
        }
        let over = run.iter().map(|&(t_s, rps, _)| (axis.x(t_s), scale.y(rps)));
        let under = run.iter().rev().map(|&(t_s, _, rps)| (axis.x(t_s), scale.y(rps)));
        let points = over.chain(under).collect();
        marks.push(Mark::Area { points, paint: Paint::Of(Quantity::Errors), alpha: 0.3 });
    }
    marks
}

/// The capacity that was bet on, dotted, through the fog and after it.
fn bet(
    picture: &mut Picture,
    view: &View,
    axis: &Axis,
    scale: &Scale,
    size: Size,
    capacity: &Steps,
) {
    let (Some((from_s, choices)), Some(index)) = (view.bets, view.bet) else { return };
    let Some(tasks) = choices.get(index).and_then(|choice| choice.tasks) else { return };
    let rps = f64::from(tasks) * view.scenario.service.task.capacity_rps(1.0);
    let (now, then) = (scale.y(capacity.at(from_s)), scale.y(rps));
    // A new task needs a while; where exactly is not what is bet on.
    let step = (axis.x(from_s) + 0.04 * (axis.right - axis.left)).min(axis.right);
    let points = vec![(axis.x(from_s), now), (step, now), (step, then), (axis.right, then)];
    let dash = Some((size.line, 2.0 * size.line));
    picture.over.push(Mark::Line { points, paint: Paint::Ink, width: size.line, dash });
    let text = format!("your bet: {tasks}");
    shared::name_at_right(picture, axis, size, text, then, Role::Line(Paint::Ink), true);
}
