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
        ends: scale.linear_ends(),
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
/// else in it, `above` the line or below, where the plot leaves room for it there.
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
        let is_at_foot = y + 0.75 * size.text > picture.plot.bottom;
        let side = if above || is_at_foot { -0.75 } else { 0.75 };
        ((axis.right - 0.2 * size.text, y + side * size.text), Anchor::End)
    };
    picture.labels.push(Label { text, at, anchor, role });
}

/// Moves names at the right apart until none lies on another.
fn spread(labels: &mut [Label], axis: &Axis, size: Size) {
    let names = |role| matches!(role, Role::Line(_) | Role::Lesser(_));
    let beside = |label: &Label| names(label.role) && label.at.0 > axis.right - size.text;
    let mut right: Vec<&mut Label> = labels.iter_mut().filter(|label| beside(label)).collect();
    let apart = 1.3 * size.text;
    // There are five names at most: as many rounds put them in order, and a few
    // more settle them. Both of a pair give way, so that each stays near its line.
    for round in 0..16 {
        for upper in 1..right.len() {
            if round < 8 {
                if right[upper - 1].at.1 > right[upper].at.1 {
                    right.swap(upper - 1, upper);
                }
                continue;
            }
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
    let places: Vec<f64> = instants.iter().map(|d| axis.x(d.t_s).round()).collect();
    for (index, &x) in places.iter().enumerate() {
        let half = size.line / 4.0;
        let rect = Rect { left: x - half, top, right: x + half, bottom };
        // Lines that nearly touch must not add up to a wall.
        let before = index.checked_sub(1).map(|index| x - places[index]);
        let after = places.get(index + 1).map(|next| next - x);
        let room = before.unwrap_or(f64::INFINITY).min(after.unwrap_or(f64::INFINITY));
        let alpha = if room < 0.5 * size.text { 0.3 } else { 0.9 };
        picture.over.push(Mark::Fill { rect, paint: Paint::Ink, alpha });
        if place.first {
            let (wide, high) = (0.36 * size.text, 0.5 * size.text);
            let points = vec![(x - wide, top), (x + wide, top), (x, top + high)];
            picture.over.push(Mark::Area { points, paint: Paint::Ink, alpha: 1.0 });
        }
    }
    if place.first {
        picture.labels.extend(names(&instants, axis, size, top + 0.6 * size.text));
    }
    if let Some(from_s) = view.fog_from_s.filter(|from_s| *from_s < view.duration_s()) {
        let rect = Rect { left: axis.x(from_s), top, right: plot.right, bottom };
        picture.marks.push(Mark::Fill { rect, paint: Paint::Panel, alpha: 1.0 });
        let (spacing, width) = (0.65 * size.text, 1.0);
        picture.marks.push(Mark::Hatch { rect, paint: Paint::Rule, spacing, width });
        let text = "hidden until you bet or skip";
        let room = 0.5 * text.len() as f64 * size.text;
        if place.first && view.bets.is_some() && view.fog_waits && rect.right - rect.left > room {
            let at = ((rect.left + rect.right) / 2.0, (plot.top + plot.bottom) / 2.0);
            let text = text.to_owned();
            picture.labels.push(Label { text, at, anchor: Anchor::Middle, role: Role::Note });
        }
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

/// Names of decisions: `4 → 5`. Decisions that stand too close for a name each
/// share one, with the counts at which the direction turned: `3 → 18 → 10`.
fn names(instants: &[&Decision], axis: &Axis, size: Size, y: f64) -> Vec<Label> {
    let gap = 0.6 * size.text;
    // Digits are half as wide as the text is high, and some are kerned.
    let width = |text: &str| text.chars().count() as f64 * 0.5 * size.text;
    let mut labels = Vec::new();
    let mut rest = instants;
    while let Some(first) = rest.first() {
        let mut count = 1;
        let text = loop {
            let text = turns(&rest[..count]);
            let right = axis.x(rest[count - 1].t_s) + 2.0 * gap + width(&text);
            match rest.get(count) {
                Some(next) if axis.x(next.t_s) < right => count += 1,
                _ => break text,
            }
        };
        let last = axis.x(rest[count - 1].t_s);
        // Near the right edge the name stands on the other side of its lines.
        let (x, anchor) = if last + gap + width(&text) > axis.right_of_names() {
            (axis.x(first.t_s) - gap, Anchor::End)
        } else {
            (last + gap, Anchor::Start)
        };
        labels.push(Label { text, at: (x, y), anchor, role: Role::Decision });
        rest = &rest[count..];
    }
    labels
}

/// The counts between which decisions go, without those on the way.
fn turns(decisions: &[&Decision]) -> String {
    const MOST: usize = 4;
    let mut counts: Vec<u32> = decisions.first().map(|d| d.desired_before).into_iter().collect();
    for after in decisions.iter().map(|decision| decision.desired_after) {
        if let [.., before, last] = counts.as_mut_slice()
            && (*before < *last) == (*last < after)
        {
            *last = after;
        } else {
            counts.push(after);
        }
    }
    if counts.len() > MOST {
        counts.drain(1..counts.len() - 1);
        let ends: Vec<String> = counts.iter().map(u32::to_string).collect();
        return ends.join(" → … → ");
    }
    counts.iter().map(u32::to_string).collect::<Vec<_>>().join(" → ")
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
    // A minute of the run beside it is no better than it is.
    let other = view.beside.map_or(&[][..], |beside| &beside.trace.minutes);
    let is_approximate = |index: usize| {
        let both = [minutes.get(index), other.get(index)];
        both.into_iter().flatten().any(|minute| minute.fidelity == Fidelity::Approximate)
    };
    let begin = |index: usize| index.checked_sub(1).map_or(0.0, |before| minutes[before].t_s);
    let mut index = 0;
    let mut named_until = f64::NEG_INFINITY;
    while index < minutes.len() {
        let from = index;
        while index < minutes.len() && is_approximate(index) {
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
