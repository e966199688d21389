//! The tracked metric: a bar a minute, its target, and what the alarms count.

use headroom_model::scenario::{
    AdjustmentType, AlarmSettings, Metric, Policy, Scenario, Step, StepScaling, TargetTracking,
};
use headroom_model::time::Micros;
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

/// The alarms that call step policies, each with its policy, where no target
/// tracking policy is there to show.
pub fn stepping(scenario: &Scenario) -> Vec<(&AlarmSettings, &StepScaling)> {
    let mut called = Vec::new();
    let scaling = scenario.autoscaling.as_ref().filter(|all| all.first_tracking().is_none());
    let Some(scaling) = scaling else { return called };
    for alarm in &scaling.alarms {
        for policy in &alarm.calls {
            if let Some(Policy::StepScaling(policy)) = scaling.policies.get(*policy) {
                called.push((alarm, policy));
            }
        }
    }
    called
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

/// The metric that a scenario scales on: its first tracking policy's, or that of
/// the first alarm that calls a step policy; CPU where there is none.
fn shown(scenario: &Scenario) -> &Metric {
    match tracked(scenario) {
        None => {
            let stepping = stepping(scenario);
            stepping.first().and_then(|(alarm, _)| alarm.signal.metric()).unwrap_or(&Metric::Cpu)
        }
        policy => metric_of(policy),
    }
}

/// The name of the metric that a scenario scales on.
pub fn metric_name(scenario: &Scenario) -> &str {
    named(shown(scenario)).0
}

/// What an alarm of one's own reads in a minute.
pub fn watched(minute: &Minute, alarm: &AlarmSettings) -> Option<f64> {
    metric_value(minute, alarm.signal.metric()?)
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
    /// Whether it is an alarm of one's own, which has no target.
    pub own: bool,
}

impl Counted {
    /// As a person says it: `2 of 3 above target`.
    pub fn text(&self) -> String {
        if self.above && !self.own {
            format!("{} of {} above target", self.count, self.of)
        } else {
            let side = if self.above { "above" } else { "below" };
            format!("{} of {} {side} {}", self.count, self.of, short(self.threshold))
        }
    }

    fn of(watch: &Watch, policy: &TargetTracking) -> Option<Self> {
        let newest = watch.newest?;
        let low = policy.low_threshold();
        if watch.above > 0 {
            let (count, threshold) = (watch.above.min(HIGH_OF), policy.target);
            Some(Self { newest, count, of: HIGH_OF, threshold, above: true, own: false })
        } else if watch.below > 0 && !policy.disable_scale_in {
            let of = policy.low_periods();
            let count = watch.below.min(of);
            Some(Self { newest, count, of, threshold: low, above: false, own: false })
        } else {
            None
        }
    }
}

/// What the alarms of the first policy count at the cursor; if nothing, what
/// they counted when they last moved the desired count. Nothing of readings that
/// come more often than the minutes that a chart has.
pub fn counted(view: &View) -> Option<Counted> {
    if let Some(policy) = tracked(view.scenario) {
        let (index, _) = view.scenario.autoscaling.as_ref()?.first_tracking()?;
        let by_minute = policy.signal.period() >= Micros::MINUTE;
        let of = |t_s| Counted::of(watch_at(view, index, t_s)?, policy);
        return at_cursor(view, &policy.name, &of).filter(|_| by_minute);
    }
    let counts = |(alarm, policy): (&AlarmSettings, &StepScaling)| {
        let of = alarm.datapoints_to_alarm as u32;
        let (threshold, above) = (alarm.threshold, alarm.comparison.is_above());
        let index = *alarm.calls.first()?;
        let counted = |t_s| {
            let watch = watch_at(view, index, t_s).filter(|watch| watch.above > 0)?;
            let (newest, count) = (watch.newest?, watch.above.min(of));
            Some(Counted { newest, count, of, threshold, above, own: true })
        };
        at_cursor(view, &policy.name, &counted).filter(|_| alarm.period == Micros::MINUTE)
    };
    // Of two alarms the one that counts the newer readings.
    stepping(view.scenario).into_iter().filter_map(counts).max_by_key(|counted| counted.newest)
}

/// What the alarms of a policy saw when they were last evaluated.
fn watch_at<'v>(view: &View<'v>, policy: usize, t_s: f64) -> Option<&'v Watch> {
    let mut watches = view.trace.watches.iter();
    watches.rfind(|watch| watch.policy == policy && watch.t_s <= t_s)
}

/// What is counted at the cursor, or else when the policy last moved the count.
fn at_cursor(
    view: &View,
    policy: &str,
    counted: &dyn Fn(f64) -> Option<Counted>,
) -> Option<Counted> {
    counted(view.cursor_s).or_else(|| {
        let moved = view.trace.decisions.iter().rfind(|decision| {
            decision.t_s <= view.cursor_s
                && decision.policy == policy
                && matches!(decision.outcome, Outcome::ScaledOut | Outcome::ScaledIn)
        })?;
        counted(moved.t_s)
    })
}

pub(super) fn picture(view: &View, axis: &Axis, size: Size, place: Place) -> Picture {
    let policy = tracked(view.scenario);
    let metric = shown(view.scenario);
    let (title, unit) = named(metric);
    let stepping = stepping(view.scenario);
    let scales = policy.is_some() || !stepping.is_empty();
    let plot = shared::plot(axis, size, place, if scales { COUNTED_EM } else { 0.0 });
    let scale = Scale::linear(range(view, metric, policy), plot);
    let mut picture = shared::grid(title, unit, plot, &scale, size);
    for called in &stepping {
        bands(&mut picture, axis, &scale, size, *called);
    }
    if scales {
        cooldowns(&mut picture, view, axis, size);
    }
    if let Some(other) = view.beside {
        let value = |minute: &Minute| metric_value(minute, metric);
        let (pen, name) = (view.pen(axis, &scale, size, METRIC), other.name.to_owned());
        pen.stairs(&mut picture, &other.trace.minutes, &value, name);
    }
    bars(&mut picture, view, axis, &scale, size, metric, policy);
    if let Some(policy) = policy {
        thresholds(&mut picture, axis, &scale, size, policy);
    }
    for (alarm, _) in stepping {
        let role = Role::Line(METRIC);
        level(&mut picture, axis, &scale, size, (alarm.threshold, DASHED, role), "alarm");
    }
    if let Some(counted) = counted(view) {
        boxes(&mut picture, view, axis, size, metric, counted);
    }
    picture
}

/// Percentages reach to 100, from 40 if nothing lies below.
fn range(view: &View, metric: &Metric, policy: Option<&TargetTracking>) -> Vec<ticks::Tick> {
    let other = view.beside.map_or(&[][..], |beside| &beside.trace.minutes);
    let minutes = view.trace.minutes.iter().chain(other);
    let values = minutes.filter_map(|minute| metric_value(minute, metric));
    if !is_percentage(metric) {
        let target = policy.map_or(0.0, |policy| policy.target);
        return ticks::from_zero(values.fold(target, f64::max) * 1.05, "");
    }
    let target = policy.map_or(100.0, TargetTracking::low_threshold);
    let stepping = stepping(view.scenario);
    let target = stepping.iter().map(|(alarm, _)| alarm.threshold).fold(target, f64::min);
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
    let called = stepping(view.scenario);
    let radius = (2.4 * size.line).min(0.42 * minute_px);
    let mut begin = 0.0;
    for minute in &minutes[..seen] {
        let (from, to) = (axis.x(begin), axis.x(minute.t_s));
        begin = minute.t_s;
        let Some(value) = metric_value(minute, metric) else { continue };
        let y = scale.y(value);
        // Measured, but CloudWatch does not show it yet.
        let unpublished = minute.t_s <= view.cursor_s && view.cursor_s < minute.t_s + delay_s;
        let breaches = policy.map_or_else(
            || {
                let mut called = called.iter();
                called.any(|(alarm, _)| alarm.comparison.breaches(value, alarm.threshold))
            },
            |policy| {
                let low = value < policy.low_threshold() && !policy.disable_scale_in;
                value > policy.target || low
            },
        );
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
    level(picture, axis, scale, size, (policy.target, DASHED, Role::Line(METRIC)), "target");
    if !policy.disable_scale_in {
        let low = (policy.low_threshold(), DOTTED, Role::Lesser(METRIC));
        level(picture, axis, scale, size, low, "low alarm");
    }
}

/// Lengths of dash and gap, in widths of a line.
const DASHED: (f64, f64) = (4.0, 2.5);
const DOTTED: (f64, f64) = (0.6, 2.0);

/// What a value is held against: a line over all the plot, named at its right.
fn level(
    picture: &mut Picture,
    axis: &Axis,
    scale: &Scale,
    size: Size,
    (value, (dash, gap), role): (f64, (f64, f64), Role),
    word: &str,
) {
    let y = scale.y(value);
    let points = vec![(axis.left, y), (axis.right, y)];
    let (width, dash) = (size.line * 0.6, Some((dash * size.line, gap * size.line)));
    picture.over.push(Mark::Line { points, paint: METRIC, width, dash });
    let text = format!("{word} {}", short(value));
    shared::name_at_right(picture, axis, size, text, y, role, word != "low alarm");
}

/// The steps of a policy, each as the band of readings in which it is taken.
fn bands(
    picture: &mut Picture,
    axis: &Axis,
    scale: &Scale,
    size: Size,
    (alarm, policy): (&AlarmSettings, &StepScaling),
) {
    // The further from the threshold, the darker.
    let far = |step: &Step| step.lower.abs().min(step.upper.abs());
    for step in &policy.steps {
        let (low, high) = (alarm.threshold + step.lower, alarm.threshold + step.upper);
        // Beyond the threshold no step matters that lies on its other side.
        let matters = if alarm.comparison.is_above() { step.upper > 0.0 } else { step.lower < 0.0 };
        if !matters {
            continue;
        }
        let (top, bottom) = (scale.y(high), scale.y(low));
        let nearer = policy.steps.iter().filter(|other| far(other) < far(step)).count();
        let alpha = 0.07 * (1 + nearer) as f64;
        let rect = Rect { left: axis.left, right: axis.right, top, bottom };
        picture.marks.push(Mark::Fill { rect, paint: METRIC, alpha });
        let edge = if alarm.comparison.is_above() { bottom } else { top };
        let points = vec![(axis.left, edge), (axis.right, edge)];
        let width = size.line * 0.4;
        picture.marks.push(Mark::Line { points, paint: METRIC, width, dash: None });
        // A band without a height is named all the same.
        let (y, role) = ((top + bottom) / 2.0, Role::Lesser(METRIC));
        shared::name_at_right(picture, axis, size, taken(policy, step), y, role, true);
    }
}

/// What a step does, as it is said: `+3`, `−1`, `+10 %`, `= 5`.
pub fn taken(policy: &StepScaling, step: &Step) -> String {
    let size = step.adjustment.unsigned_abs();
    let sign = if step.adjustment < 0 { "−" } else { "+" };
    match policy.adjustment_type {
        AdjustmentType::ChangeInCapacity => format!("{sign}{size}"),
        AdjustmentType::PercentChangeInCapacity => format!("{sign}{size} %"),
        AdjustmentType::ExactCapacity => format!("= {size}"),
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
