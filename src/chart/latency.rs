//! Response times: percentiles of each minute and the limit.

use headroom_model::trace::Minute;

use super::axis::{Axis, Scale, Size};
use super::mark::{Mark, Picture, Point, Role};
use super::palette::Paint;
use super::steps::decimate;
use super::{Place, View, shared, ticks};
use crate::course::figure::Quantity;

const LATENCY: Paint = Paint::Of(Quantity::Latency);

type Percentile = fn(&Minute) -> Option<f64>;

const MEDIAN: Percentile = |minute| minute.p50_ms;
const P95: Percentile = |minute| minute.p95_ms;
const P99: Percentile = |minute| minute.p99_ms;

pub(super) fn picture(view: &View, axis: &Axis, size: Size, place: Place) -> Picture {
    let plot = shared::plot(axis, size, place, 0.0);
    let minutes = &view.trace.minutes;
    let limit = view.scenario.slo.map(|slo| slo.p95_ms);
    let all = |percentile: Percentile| minutes.iter().filter_map(percentile);
    let low = all(MEDIAN).chain(limit).fold(f64::INFINITY, f64::min);
    let high = all(P99).chain(limit).fold(0.0, f64::max);
    let other = view.beside.map_or(&[][..], |beside| &beside.trace.minutes);
    let other = || other.iter().filter_map(P95);
    let (low, high) = (other().fold(low, f64::min), other().fold(high, f64::max));
    let low = if low.is_finite() { low } else { 10.0 };
    let scale = Scale::logarithmic(ticks::of_milliseconds(low, high), plot);
    let unit = "milliseconds, logarithmic scale";
    let mut picture = shared::grid("Response time", unit, plot, &scale, size);

    let seen = minutes.partition_point(|minute| minute.t_s <= view.seen_s());
    let minutes = &minutes[..seen];
    let lines = |run: std::ops::Range<usize>| {
        [P99, MEDIAN, P95].map(|of| stairs(minutes, run.clone(), of, axis, &scale))
    };
    let mut runs: Vec<_> = runs(minutes).into_iter().map(lines).collect();
    for [p99, median, _] in &runs {
        let points = p99.iter().chain(median.iter().rev()).copied().collect();
        picture.marks.push(Mark::Area { points, paint: LATENCY, alpha: 0.14 });
    }
    for (line, name, share) in [(0, "p99", 0.5), (1, "p50", 0.5), (2, "p95", 1.0)] {
        let mut end = None;
        for run in &mut runs {
            let points = std::mem::take(&mut run[line]);
            end = points.last().copied();
            let (width, dash) = (size.line * share, None);
            picture.marks.push(Mark::Line { points, paint: LATENCY, width, dash });
        }
        if let Some((_, y)) = end {
            let (role, text) = if share < 1.0 {
                (Role::Lesser(LATENCY), name.to_owned())
            } else {
                (Role::Line(LATENCY), view.named(name))
            };
            shared::name_at_right(&mut picture, axis, size, text, y, role, name == "p99");
        }
    }
    if let Some(other) = view.beside {
        let (pen, text) = (view.pen(axis, &scale, size, LATENCY), ["p95 ", other.name].concat());
        pen.stairs(&mut picture, &other.trace.minutes, &P95, text);
    }
    if let Some(limit) = limit {
        let y = scale.y(limit);
        let points = vec![(axis.left, y), (axis.right, y)];
        let dash = Some((4.0 * size.line, 2.5 * size.line));
        let width = size.line * 0.6;
        picture.over.push(Mark::Line { points, paint: Paint::Ink, width, dash });
        let text = format!("limit {} ms", ticks::short(limit));
        shared::name_at_right(&mut picture, axis, size, text, y, Role::Line(Paint::Ink), true);
    }
    shared::mark_approximate(&mut picture, view, axis, size, true);
    picture
}

/// Stretches of minutes in which something completed.
fn runs(minutes: &[Minute]) -> Vec<std::ops::Range<usize>> {
    let mut from = 0;
    let mut runs = Vec::new();
    for run in minutes.chunk_by(|a, b| a.p50_ms.is_some() == b.p50_ms.is_some()) {
        if run[0].p50_ms.is_some() {
            runs.push(from..from + run.len());
        }
        from += run.len();
    }
    runs
}

/// A percentile as a staircase: each minute has one value from its begin to its end.
fn stairs(
    minutes: &[Minute],
    run: std::ops::Range<usize>,
    percentile: Percentile,
    axis: &Axis,
    scale: &Scale,
) -> Vec<Point> {
    let mut points = Vec::with_capacity(2 * run.len());
    for index in run {
        let Some(ms) = percentile(&minutes[index]) else { continue };
        let begin_s = index.checked_sub(1).map_or(0.0, |before| minutes[before].t_s);
        let y = scale.y(ms);
        points.extend([(axis.x(begin_s), y), (axis.x(minutes[index].t_s), y)]);
    }
    decimate(&points)
}
