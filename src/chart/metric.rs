//! The tracked metric: a bar a minute, its target, and what the alarms count.

use headroom_model::scenario::{Metric, Scenario, TargetTracking};
use headroom_model::trace::{Minute, Outcome, Watch};

use super::axis::{Axis, Scale, Size};
use super::mark::{Anchor, Label, Mark, Picture, Rect, Role};
use super::palette::Paint;
use super::steps::decimate;
use super::ticks::{self, short};
use super::{Place, View, shared};
use crate::course::figure::Quantity;

const METRIC: Paint = Paint::Of(Quantity::Metric);
const HIGH_OF: u32 = TargetTracking::HIGH_PERIODS;
/// Room for the counted datapoints above the plot, in text sizes.
const COUNTED_EM: f64 = 2.2;

/// The policy whose metric is shown: the first target tracking policy.
pub fn tracked(scenario: &Scenario) -> Option<&TargetTracking> {
    Some(scenario.autoscaling.as_ref()?.first_tracking()?.1)
}

/// The metric that a policy tracks; CPU stands in for metric math.
fn metric_of(policy: Option<&TargetTracking>) -> &Metric {
    policy.and_then(|policy| policy.signal.metric()).unwrap_or(&Metric::Cpu)
}

/// The value of a metric in a minute.
fn metric_value(minute: &Minute, metric: &Metric) -> Option<f64> {
    match metric {
        Metric::Cpu | Metric::CpuHighResolution => minute.cpu_percent,
        Metric::Memory | Metric::MemoryHighResolution => minute.memory_percent,
        Metric::RequestsPerTarget => minute.requests_per_target,
        Metric::Requests => Some(minute.offered_rps * 60.0),
        Metric::RunningTasks => Some(f64::from(minute.running)),
        Metric::Named { .. } => None,
    }
}

/// What a policy reads in a minute; CPU stands in where there is none.
pub fn reading(minute: &Minute, policy: Option<&TargetTracking>) -> Option<f64> {
    metric_value(minute, metric_of(policy))
}

/// The name of the metric that a scenario's first policy tracks.
pub fn metric_name(scenario: &Scenario) -> &str {
    named(metric_of(tracked(scenario))).0
}

/// The name of a metric and its unit.
fn named(metric: &Metric) -> (&str, &'static str) {
    match metric {
        Metric::Cpu | Metric::CpuHighResolution => ("CPU", "% of the tasks’ share, each minute"),
        Metric::Memory | Metric::MemoryHighResolution => {
            ("Memory", "% of the tasks’ memory, each minute")
        }
        Metric::RequestsPerTarget => ("Requests per target", "each minute"),
        Metric::Requests => ("Requests", "each minute"),
        Metric::RunningTasks => ("Running tasks", "at each minute’s end"),
        Metric::Named { name, .. } => (name, "each minute"),
    }
}

fn is_percentage(metric: &Metric) -> bool {
    matches!(named(metric).0, "CPU" | "Memory")
}

/// Datapoints in a row on one side, as an alarm counts them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counted {
    /// Row of the newest one among the trace's minutes.
    pub newest: usize,
    /// How many there are.
    pub count: u32,
    /// How many it takes.
    pub of: u32,
    /// What they are held against.
    pub threshold: f64,
    /// Whether they are above it; else below.
    pub above: bool,
}

impl Counted {
    /// As a person says it: `2 of 3 above target`.
    pub fn text(&self) -> String {
        if self.above {
            format!("{} of {} above target", self.count, self.of)
        } else {
            format!("{} of {} below {}", self.count, self.of, short(self.threshold))
        }
    }

    fn of(watch: &Watch, policy: &TargetTracking) -> Option<Self> {
        let newest = watch.newest?;
        let low = policy.low_threshold();
        if watch.above > 0 {
            let (count, threshold) = (watch.above.min(HIGH_OF), policy.target);
            Some(Self { newest, count, of: HIGH_OF, threshold, above: true })
        } else if watch.below > 0 && !policy.disable_scale_in {
            let of = policy.low_periods();
            Some(Self { newest, count: watch.below.min(of), of, threshold: low, above: false })
        } else {
            None
        }
    }
}

/// What the alarms of the first policy count at the cursor; if nothing, what
/// they counted when they last moved the desired count.
pub fn counted(view: &View) -> Option<Counted> {
    let policy = tracked(view.scenario)?;
    let (index, _) = view.scenario.autoscaling.as_ref()?.first_tracking()?;
    let watches = view.trace.watches.iter().filter(|watch| watch.policy == index);
    let before = |t_s: f64| watches.clone().rfind(|watch| watch.t_s <= t_s);
    Counted::of(before(view.cursor_s)?, policy).or_else(|| {
        let moved = view.trace.decisions.iter().rfind(|decision| {
            decision.t_s <= view.cursor_s
                && decision.policy == policy.name
                && matches!(decision.outcome, Outcome::ScaledOut | Outcome::ScaledIn)
        })?;
        Counted::of(before(moved.t_s)?, policy)
    })
}

pub(super) fn picture(view: &View, axis: &Axis, size: Size, place: Place) -> Picture {
    let policy = tracked(view.scenario);
    let metric = metric_of(policy);
    let (title, unit) = named(metric);
    let plot = shared::plot(axis, size, place, if policy.is_some() { COUNTED_EM } else { 0.0 });
    let scale = Scale::linear(range(view, metric, policy), plot);
    let mut picture = shared::grid(title, unit, plot, &scale, size);
    if policy.is_some() {
        cooldowns(&mut picture, view, axis, size);
    }
    bars(&mut picture, view, axis, &scale, size, metric, policy);
    if let Some(policy) = policy {
        thresholds(&mut picture, axis, &scale, size, policy);
        if let Some(counted) = counted(view) {
            boxes(&mut picture, view, axis, size, metric, counted);
        }
    }
    picture
}

/// Percentages reach to 100, from 40 if nothing lies below.
fn range(view: &View, metric: &Metric, policy: Option<&TargetTracking>) -> Vec<ticks::Tick> {
    let values = view.trace.minutes.iter().filter_map(|minute| metric_value(minute, metric));
    if !is_percentage(metric) {
        let target = policy.map_or(0.0, |policy| policy.target);
        return ticks::from_zero(values.fold(target, f64::max) * 1.05, "");
    }
    let target = policy.map_or(100.0, TargetTracking::low_threshold);
    let steps: &[u8] = if values.fold(target, f64::min) >= 44.0 {
        &[40, 60, 80, 100]
    } else {
        &[0, 25, 50, 75, 100]
    };
    steps.iter().map(|&at| ticks::Tick { at: at.into(), text: at.to_string() }).collect()
}

fn bars(
    picture: &mut Picture,
    view: &View,
    axis: &Axis,
    scale: &Scale,
    size: Size,
    metric: &Metric,
    policy: Option<&TargetTracking>,
) {
    let minutes = &view.trace.minutes;
    let seen = minutes.partition_point(|minute| minute.t_s <= view.seen_s());
    let solid = |points| Mark::Line { points, paint: METRIC, width: size.line, dash: None };
    let minute_px = axis.width(60.0);
    // Below this, dots would touch: a line says as much.
    if minute_px < 3.2 * size.line {
        let with_value = |minutes: &[Minute]| {
            let point = |minute: &Minute| {
                Some((axis.x(minute.t_s), scale.y(metric_value(minute, metric)?)))
            };
            minutes.iter().map_while(point).collect::<Vec<_>>()
        };
        for run in minutes[..seen]
            .chunk_by(|a, b| metric_value(a, metric).is_some() && metric_value(b, metric).is_some())
        {
            let points = decimate(&with_value(run));
            if points.len() > 1 {
                picture.marks.push(solid(points));
            }
        }
        return;
    }
    let delay_s = view.scenario.metrics.publish_delay.as_s();
    let radius = (2.4 * size.line).min(0.42 * minute_px);
    let mut begin = 0.0;
    for minute in &minutes[..seen] {
        let (from, to) = (axis.x(begin), axis.x(minute.t_s));
        begin = minute.t_s;
        let Some(value) = metric_value(minute, metric) else { continue };
        let y = scale.y(value);
        // Measured, but CloudWatch does not show it yet.
        let unpublished = minute.t_s <= view.cursor_s && view.cursor_s < minute.t_s + delay_s;
        let breaches = policy.is_some_and(|policy| {
            value > policy.target || (value < policy.low_threshold() && !policy.disable_scale_in)
        });
        let thin = size.line * 0.6;
        if unpublished {
            let half = 1.3 * size.line;
            let corners = [(from, y - half), (to, y - half), (to, y + half), (from, y + half)];
            let points = corners.into_iter().chain([corners[0]]).collect();
            picture.marks.push(Mark::Line { points, paint: METRIC, width: thin, dash: None });
        } else {
            picture.marks.push(solid(vec![(from, y), (to, y)]));
        }
        let outline = if unpublished { Some(thin) } else { (!breaches).then_some(size.line * 0.9) };
        picture.over.push(Mark::Dot { at: (to, y), radius, paint: METRIC, outline });
    }
}

fn thresholds(
    picture: &mut Picture,
    axis: &Axis,
    scale: &Scale,
    size: Size,
    policy: &TargetTracking,
) {
    let mut level = |value: f64, dash, role, word: &str| {
        let y = scale.y(value);
        let points = vec![(axis.left, y), (axis.right, y)];
        let width = size.line * 0.6;
        picture.over.push(Mark::Line { points, paint: METRIC, width, dash: Some(dash) });
        let text = format!("{word} {}", short(value));
        shared::name_at_right(picture, axis, size, text, y, role, word == "target");
    };
    level(policy.target, (4.0 * size.line, 2.5 * size.line), Role::Line(METRIC), "target");
    if !policy.disable_scale_in {
        let low = policy.low_threshold();
        level(low, (size.line * 0.6, 2.0 * size.line), Role::Lesser(METRIC), "low alarm");
    }
}

/// The datapoints that an alarm counts, boxed above the plot over their place.
fn boxes(
    picture: &mut Picture,
    view: &View,
    axis: &Axis,
    size: Size,
    metric: &Metric,
    counted: Counted,
) {
    let plot = picture.plot;
    let first = (counted.newest + 1).saturating_sub(counted.count as usize);
    let Some(points) = view.trace.minutes.get(first..=counted.newest) else { return };
    let begin_s = first.checked_sub(1).map_or(0.0, |before| view.trace.minutes[before].t_s);
    let end_s = points.last().map_or(begin_s, |minute| minute.t_s);
    let (from, to) = (axis.x(begin_s), axis.x(end_s));
    let texts: Vec<String> = points
        .iter()
        .map(|minute| metric_value(minute, metric).map_or("–".to_owned(), short))
        .collect();
    let longest = texts.iter().map(|text| text.chars().count()).max().unwrap_or(1);
    let width = (longest as f64 * 0.53 + 1.1) * size.text;
    let minute_px = axis.width(60.0);
    let y = plot.top - 0.58 * COUNTED_EM * size.text;
    let (mut left, mut right) = (from, to);
    let over_their_bars = minute_px >= width;
    if over_their_bars || counted.count <= HIGH_OF {
        // Over their minutes if these are wide enough, else side by side.
        let step = minute_px.max(width);
        let whole = step * texts.len() as f64;
        let middle = ((from + to) / 2.0).min(plot.right - whole / 2.0).max(plot.left + whole / 2.0);
        (left, right) = (middle - whole / 2.0, middle + whole / 2.0);
        for (index, text) in texts.into_iter().enumerate() {
            let at = (left + (index as f64 + 0.5) * step, y);
            picture.labels.push(Label { text, at, anchor: Anchor::Middle, role: Role::Counted });
        }
    }
    if !over_their_bars {
        // A bar ties them to their minutes.
        let (y, half) = (plot.top - 0.42 * size.text, size.line / 2.0);
        let rect = Rect { left: from, right: to, top: y - half, bottom: y + half };
        picture.over.push(Mark::Fill { rect, paint: METRIC, alpha: 1.0 });
    }

    let text = counted.text();
    let room = 0.5 * text.chars().count() as f64 * size.text;
    let gap = 0.6 * size.text;
    let (x, anchor) = if left - gap - room >= plot.left {
        (left - gap, Anchor::End)
    } else {
        (right + gap, Anchor::Start)
    };
    picture.labels.push(Label { text, at: (x, y), anchor, role: Role::Note });
}

/// Bands while a cooldown runs, at the foot of the plot.
fn cooldowns(picture: &mut Picture, view: &View, axis: &Axis, size: Size) {
    let plot = picture.plot;
    let mut named_until = f64::NEG_INFINITY;
    for cooldown in &view.trace.cooldowns {
        let word = if cooldown.out { "scale-out cooldown" } else { "scale-in cooldown" };
        let until_s = cooldown.until_s.min(view.seen_s());
        if until_s <= cooldown.from_s {
            continue;
        }
        let (left, right) = (axis.x(cooldown.from_s), axis.x(until_s));
        let rect = Rect { left, right, top: plot.bottom - 0.4 * size.text, bottom: plot.bottom };
        picture.marks.push(Mark::Fill { rect, paint: Paint::Muted, alpha: 0.35 });
        let wide = 0.48 * word.len() as f64 * size.text;
        if left >= named_until && right - left >= wide {
            named_until = left + wide + size.text;
            picture.labels.push(Label {
                text: word.to_owned(),
                at: (left + 0.3 * size.text, plot.bottom - size.text),
                anchor: Anchor::Start,
                role: Role::Note,
            });
        }
    }
}
