//! What all charts have: frame, grid, fog, decisions and the clock.

use headroom_model::trace::Decision;

use super::axis::{Axis, Scale, Size};
use super::mark::{Anchor, Label, Mark, Picture, Rect, Role};
use super::palette::Paint;
use super::{Place, View};

/// Height of the title, in text sizes.
const TITLE_EM: f64 = 1.7;
/// Height of the row of decisions' names, above the first chart's plot.
const NAMES_EM: f64 = 1.5;
/// Room below a plot: before the next chart, or for the clock.
const GAP_EM: f64 = 0.9;
const CLOCK_EM: f64 = 2.1;

/// The plot of a chart, with `extra_em` of further room above it.
pub(super) fn plot(axis: &Axis, size: Size, place: Place, extra_em: f64) -> Rect {
    let above = TITLE_EM + if place.first { NAMES_EM } else { 0.0 } + extra_em;
    let below = if place.last { CLOCK_EM } else { GAP_EM };
    let top = (above * size.text).round();
    let bottom = (size.height - below * size.text).round().max(top + 1.0);
    Rect { left: axis.left, top, right: axis.right, bottom }
}

/// A chart with nothing in it yet but its gridlines and their numbers.
pub(super) fn grid(title: &str, unit: &str, plot: Rect, scale: &Scale, size: Size) -> Picture {
    let mut picture = Picture {
        title: title.to_owned(),
        unit: unit.to_owned(),
        plot,
        marks: Vec::new(),
        over: Vec::new(),
        labels: Vec::new(),
    };
    for tick in &scale.ticks {
        let y = scale.y(tick.at).round();
        picture.marks.push(horizontal(plot, y));
        let at = (plot.left - 0.7 * size.text, y);
        let text = tick.text.clone();
        picture.labels.push(Label { text, at, anchor: Anchor::End, role: Role::Tick });
    }
    picture
}

fn horizontal(plot: Rect, y: f64) -> Mark {
    let rect = Rect { top: y, bottom: y + 1.0, ..plot };
    Mark::Fill { rect, paint: Paint::Rule, alpha: 1.0 }
}

/// Names a horizontal line at its right end: beside the plot if there is room,
/// else in it, `above` the line or below.
pub(super) fn name_at_right(
    picture: &mut Picture,
    axis: &Axis,
    size: Size,
    text: String,
    y: f64,
    role: Role,
    above: bool,
) {
    let (at, anchor) = if axis.labels_outside {
        ((axis.right + 0.8 * size.text, y), Anchor::Start)
    } else {
        let side = if above { -0.75 } else { 0.75 };
        ((axis.right - 0.2 * size.text, y + side * size.text), Anchor::End)
    };
    picture.labels.push(Label { text, at, anchor, role });
}

/// Moves names at the right apart until none lies on another.
fn spread(labels: &mut [Label], axis: &Axis, size: Size) {
    let names = |role| matches!(role, Role::Line(_) | Role::Lesser(_));
    let beside = |label: &Label| names(label.role) && label.at.0 > axis.right - size.text;
    let mut right: Vec<&mut Label> = labels.iter_mut().filter(|label| beside(label)).collect();
    right.sort_by(|a, b| a.at.1.total_cmp(&b.at.1));
    let apart = 1.3 * size.text;
    // Both of a pair give way, so that each stays near its line. There are
    // five names at most; a few rounds settle them.
    for _ in 0..8 {
        for upper in 1..right.len() {
            let overlap = apart - (right[upper].at.1 - right[upper - 1].at.1);
            if overlap > 0.0 {
                right[upper - 1].at.1 -= overlap / 2.0;
                right[upper].at.1 += overlap / 2.0;
            }
        }
    }
}

/// Whether a decision changed how many tasks are wanted.
fn changes(decision: &Decision) -> bool {
    decision.desired_before != decision.desired_after
}

/// Adds fog, decisions and clock, over what the chart has drawn.
pub(super) fn finish(picture: &mut Picture, view: &View, axis: &Axis, size: Size, place: Place) {
    let plot = picture.plot;
    let top = if place.first { TITLE_EM * size.text } else { 0.0 };
    let bottom = if place.last { plot.bottom } else { size.height };
    let seen_s = view.seen_s();
    let seen: Vec<&Decision> = view
        .trace
        .decisions
        .iter()
        .filter(|decision| changes(decision) && decision.t_s <= seen_s)
        .collect();
    // All policies that decide in one instant leave one mark.
    let mut instants: Vec<&Decision> = Vec::new();
    for decision in seen {
        match instants.last_mut() {
            Some(last) if last.t_s == decision.t_s => {}
            _ => instants.push(decision),
        }
    }
    let crowded = instants.len() > 24;
    for decision in &instants {
        let x = axis.x(decision.t_s).round();
        let half = size.line / 4.0;
        let rect = Rect { left: x - half, top: top + 0.4 * size.text, right: x + half, bottom };
        let alpha = if crowded { 0.35 } else { 0.9 };
        picture.over.push(Mark::Fill { rect, paint: Paint::Ink, alpha });
        if place.first && !crowded {
            let (wide, high) = (0.36 * size.text, 0.5 * size.text);
            let points = vec![(x - wide, top), (x + wide, top), (x, top + high)];
            picture.over.push(Mark::Area { points, paint: Paint::Ink, alpha: 1.0 });
        }
    }
    if place.first {
        picture.labels.extend(names(&instants, view, axis, size, top + 0.6 * size.text));
    }
    if let Some(from_s) = view.fog_from_s.filter(|from_s| *from_s < view.duration_s()) {
        let rect = Rect { left: axis.x(from_s), top, right: plot.right, bottom };
        picture.marks.push(Mark::Fill { rect, paint: Paint::Panel, alpha: 1.0 });
        let (spacing, width) = (0.65 * size.text, 1.0);
        picture.marks.push(Mark::Hatch { rect, paint: Paint::Rule, spacing, width });
    }
    if place.last {
        let y = plot.bottom + 1.2 * size.text;
        for tick in &axis.ticks {
            let (at, text) = ((axis.x(tick.at), y), tick.text.clone());
            picture.labels.push(Label { text, at, anchor: Anchor::Middle, role: Role::Tick });
        }
    }
    spread(&mut picture.labels, axis, size);
}

/// Names of decisions, from left to right, leaving out those without room.
/// The last one before the cursor is always named.
fn names(instants: &[&Decision], view: &View, axis: &Axis, size: Size, y: f64) -> Vec<Label> {
    let text =
        |decision: &Decision| format!("{} → {}", decision.desired_before, decision.desired_after);
    let span = |decision: &Decision| {
        let left = axis.x(decision.t_s) + 0.6 * size.text;
        // Digits are half as wide as the text is high.
        (left, left + (text(decision).chars().count() as f64 * 0.52 + 0.6) * size.text)
    };
    let at_cursor = instants.iter().rposition(|decision| decision.t_s <= view.cursor_s);
    let kept_free = at_cursor.map(|index| span(instants[index]));
    let mut labels = Vec::new();
    let mut free_from = f64::NEG_INFINITY;
    for (index, decision) in instants.iter().enumerate() {
        let (left, right) = span(decision);
        let in_the_way = kept_free.is_some_and(|kept| left < kept.1 && kept.0 < right);
        if Some(index) == at_cursor || (left >= free_from && !in_the_way) {
            free_from = right;
            // Near the right edge the name stands on the other side of its line.
            let (at, anchor) = if right > axis.right + if axis.labels_outside { 60.0 } else { 0.0 }
            {
                ((axis.x(decision.t_s) - 0.6 * size.text, y), Anchor::End)
            } else {
                ((left, y), Anchor::Start)
            };
            labels.push(Label { text: text(decision), at, anchor, role: Role::Decision });
        }
    }
    labels
}

/// Marks the minutes whose latency theory cannot vouch for: a band under the
/// plot and, if it is to be `named`, a word where there is room.
pub(super) fn mark_approximate(
    picture: &mut Picture,
    view: &View,
    axis: &Axis,
    size: Size,
    named: bool,
) {
    use headroom_model::data_plane::Fidelity;
    let plot = picture.plot;
    let minutes = &view.trace.minutes;
    let begin = |index: usize| index.checked_sub(1).map_or(0.0, |before| minutes[before].t_s);
    let mut index = 0;
    let mut named_until = f64::NEG_INFINITY;
    while index < minutes.len() {
        let from = index;
        while index < minutes.len() && minutes[index].fidelity == Fidelity::Approximate {
            index += 1;
        }
        if index == from {
            index += 1;
            continue;
        }
        let (from_s, to_s) = (begin(from), minutes[index - 1].t_s.min(view.seen_s()));
        if from_s >= to_s {
            break;
        }
        let (left, right) = (axis.x(from_s), axis.x(to_s));
        let rect =
            Rect { left, right, top: plot.bottom + 1.0, bottom: plot.bottom + 0.4 * size.text };
        let (paint, spacing, width) = (Paint::Muted, 0.35 * size.text, 1.0);
        picture.marks.push(Mark::Hatch { rect, paint, spacing, width });
        let wide = 6.4 * size.text;
        let left = left.max(named_until);
        if named && right - left >= wide {
            named_until = left + 20.0 * size.text;
            picture.labels.push(Label {
                text: "approximate".to_owned(),
                at: (left + 0.3 * size.text, plot.bottom - 0.7 * size.text),
                anchor: Anchor::Start,
                role: Role::Note,
            });
        }
    }
}
