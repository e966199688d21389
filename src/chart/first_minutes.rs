//! The first minutes: from the rise of traffic to the first task that helps, a
//! row for each stretch of the way, all on the axis of time.

use headroom_model::scenario::{Scenario, TargetTracking};
use headroom_model::time::Micros;
use headroom_model::trace::{Outcome, TaskLife, Trace};

use super::axis::{Axis, Scale, Size};
use super::mark::{Anchor, Label, Mark, Picture, Rect, Role};
use super::palette::Paint;
use super::{Place, View, shared, ticks};
use crate::course::figure::Quantity;

/// Stretches of the way, and how many of them pass before anything is decided.
const STRETCHES: usize = 9;
const MEASURED: usize = 4;
/// Below this height [text sizes] rows are too close for their names.
const LOWEST_ROW_EM: f64 = 0.9;
/// Between a bar and its name [text sizes].
const GAP_EM: f64 = 0.5;

/// A stretch of the way from the rise of traffic to a task at full speed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// What happens in it.
    pub name: &'static str,
    /// Its begin [s].
    pub from_s: f64,
    /// Its end [s], where the next one begins.
    pub to_s: f64,
    /// Whether the scaler still measures; else a task starts.
    pub measuring: bool,
}

impl Stretch {
    /// How long it lasts [s].
    pub fn lasts_s(&self) -> f64 {
        self.to_s - self.from_s
    }
}

/// The stretches up to the first task that the first target tracking policy
/// adds, as far as the run goes; none if it adds none.
pub fn first_minutes(scenario: &Scenario, trace: &Trace) -> Vec<Stretch> {
    way(scenario, trace).unwrap_or_default()
}

/// How long after the rise of traffic the first task that was added came to
/// full speed [s], if one did.
pub fn first_help_s(scenario: &Scenario, trace: &Trace) -> Option<f64> {
    let stretches = way(scenario, trace)?;
    (stretches.len() == STRETCHES).then(|| stretches[STRETCHES - 1].to_s - stretches[0].from_s)
}

fn way(scenario: &Scenario, trace: &Trace) -> Option<Vec<Stretch>> {
    let (_, policy) = scenario.autoscaling.as_ref()?.first_tracking()?;
    let adds = |d: &&headroom_model::trace::Decision| {
        d.policy == policy.name && d.outcome == Outcome::ScaledOut
    };
    let decided = Micros::from_s(trace.decisions.iter().find(adds)?.t_s);
    let period = policy.signal.period();
    let delay = match scenario.metrics.high_resolution_delay {
        Some(delay) if period < Micros::MINUTE => delay,
        _ => scenario.metrics.publish_delay,
    };
    // The alarm went off with the last reading that was published by then.
    let newest = decided.since(delay).floor_to(period);
    let others = Micros(u64::from(TargetTracking::HIGH_PERIODS - 1) * period.0);
    let first = newest.since(others);
    let task = trace.tasks.iter().find(|task| task.created >= decided)?;
    let ends: [_; STRETCHES] = [
        ("first busy reading", Some(first)),
        ("publishing it", Some(first + delay)),
        ("two more readings", Some(newest + delay)),
        ("the alarm’s turn", Some(decided)),
        ("provisioning", task.pulling),
        ("image pull", task.running),
        ("boot", booted(scenario, task)),
        ("health check", task.serving),
        ("warming up", task.warm),
    ];
    let mut from_s = rise(scenario, first).as_s();
    let mut stretches = Vec::with_capacity(ends.len());
    for (index, (name, end)) in ends.into_iter().enumerate() {
        let Some(to_s) = end.map(Micros::as_s) else { break };
        stretches.push(Stretch { name, from_s, to_s, measuring: index < MEASURED });
        from_s = to_s;
    }
    Some(stretches)
}

/// When the boot of a task is over; its first health check comes after that.
fn booted(scenario: &Scenario, task: &TaskLife) -> Option<Micros> {
    Some(task.running? + scenario.service.startup.boot)
}

/// The whole second in which traffic began the last rise before a time.
fn rise(scenario: &Scenario, before: Micros) -> Micros {
    let rate = |s: u64| scenario.traffic.shape.rate(Micros::from_whole_s(s));
    let rises = |s: &u64| *s > 0 && rate(*s) > rate(*s - 1);
    let last = (0..before.0 / Micros::SECOND.0).rev();
    let mut rising = last.skip_while(|s| !rises(s)).take_while(rises);
    let first = rising.next().map(|end| rising.last().unwrap_or(end));
    Micros::from_whole_s(first.unwrap_or(0))
}

pub(super) fn picture(view: &View, axis: &Axis, size: Size, place: Place) -> Picture {
    let plot = shared::plot(axis, size, place, 0.0);
    let scale = Scale::linear(Vec::new(), plot);
    let unit = "from the rise of traffic on";
    let mut picture = shared::grid("The first minutes", unit, plot, &scale, size);
    let seen_s = view.seen_s();
    let stretches = first_minutes(view.scenario, view.trace);
    if stretches.is_empty() && seen_s >= view.duration_s() {
        let text = "no task had to be added".to_owned();
        let at = (plot.left + 0.6 * size.text, (plot.top + plot.bottom) / 2.0);
        picture.labels.push(Label { text, at, anchor: Anchor::Start, role: Role::Note });
    }
    let row = plot.height() / (STRETCHES + 1) as f64;
    sums(&mut picture, axis, size, seen_s, &stretches, row);
    for (index, stretch) in stretches.iter().enumerate() {
        let top = plot.top + row * (index + 1) as f64;
        bar(&mut picture, axis, seen_s, (stretch, 0.45), (top, row));
        if stretch.to_s <= seen_s && row >= LOWEST_ROW_EM * size.text {
            name(&mut picture, axis, size, stretch, top + row / 2.0);
        }
    }
    picture
}

/// What measuring and starting take in all, as one bar in the first row.
fn sums(
    picture: &mut Picture,
    axis: &Axis,
    size: Size,
    seen_s: f64,
    stretches: &[Stretch],
    row: f64,
) {
    let top = picture.plot.top;
    let y = top + row / 2.0;
    let sum = |name, measuring| {
        let mut all = stretches.iter().filter(|stretch| stretch.measuring == measuring);
        let first = all.next()?;
        let to_s = all.next_back().unwrap_or(first).to_s;
        Some(Stretch { name, to_s, ..*first })
    };
    let Some(measuring) = sum("measuring", true) else { return };
    bar(picture, axis, seen_s, (&measuring, 0.9), (top, row));
    let starting = sum("starting", false).filter(|starting| measuring.to_s == starting.from_s);
    if let Some(starting) = &starting {
        bar(picture, axis, seen_s, (starting, 0.9), (top, row));
    }
    let starting = starting.filter(|starting| starting.to_s <= seen_s);
    if measuring.to_s > seen_s {
        return;
    }
    let (text, role) = named(&measuring, true);
    let before = axis.x(measuring.from_s) - GAP_EM * size.text;
    if before - width(&text, size) >= picture.plot.left {
        picture.labels.push(Label { text, at: (before, y), anchor: Anchor::End, role });
        if let Some(starting) = starting {
            let (text, role) = named(&starting, true);
            let at = (axis.x(starting.to_s) + GAP_EM * size.text, y);
            picture.labels.push(Label { text, at, anchor: Anchor::Start, role });
        }
        return;
    }
    // No room for words on a narrow chart: the bar's colours say which is which.
    let lasts = |stretch: &Stretch| ticks::short(stretch.lasts_s());
    let (text, to_s) = match &starting {
        Some(starting) => (format!("{} + {} s", lasts(&measuring), lasts(starting)), starting.to_s),
        None => (format!("{} s", lasts(&measuring)), measuring.to_s),
    };
    let (at, role) = ((axis.x(to_s) + GAP_EM * size.text, y), Role::Line(Paint::Ink));
    picture.labels.push(Label { text, at, anchor: Anchor::Start, role });
}

/// What is said of a stretch, and in which colour.
fn named(stretch: &Stretch, is_sum: bool) -> (String, Role) {
    let of = if stretch.measuring { Quantity::Metric } else { Quantity::Capacity };
    let text = format!("{} {} s", stretch.name, ticks::short(stretch.lasts_s()));
    (text, if is_sum { Role::Line(Paint::Of(of)) } else { Role::Lesser(Paint::Of(of)) })
}

/// The width of a text at most [CSS px].
fn width(text: &str, size: Size) -> f64 {
    0.52 * text.chars().count() as f64 * size.text
}

/// A stretch as a bar in its row.
fn bar(
    picture: &mut Picture,
    axis: &Axis,
    seen_s: f64,
    (stretch, alpha): (&Stretch, f64),
    (top, high): (f64, f64),
) {
    if stretch.from_s >= seen_s {
        return;
    }
    let of = if stretch.measuring { Quantity::Metric } else { Quantity::Capacity };
    let (left, right) = (axis.x(stretch.from_s), axis.x(stretch.to_s.min(seen_s)));
    let gap = (0.12 * high).min(3.0);
    let rect = Rect { left, right, top: top + gap, bottom: top + high - gap };
    picture.marks.push(Mark::Fill { rect, paint: Paint::Of(of), alpha });
}

/// The name of a stretch and how long it lasts, before its bar if there is room:
/// after it the lines of decisions would run through.
fn name(picture: &mut Picture, axis: &Axis, size: Size, stretch: &Stretch, y: f64) {
    let (text, role) = named(stretch, false);
    let gap = GAP_EM * size.text;
    let before = axis.x(stretch.from_s) - gap;
    let (x, anchor) = if before - width(&text, size) >= picture.plot.left {
        (before, Anchor::End)
    } else {
        (axis.x(stretch.to_s) + gap, Anchor::Start)
    };
    picture.labels.push(Label { text, at: (x, y), anchor, role });
}
