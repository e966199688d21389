//! The axes: where a time and a value lie.

use headroom_model::scenario::Scenario;

use super::mark::Rect;
use super::ticks::{self, Tick};

/// The size of a chart's canvas, and of what is on it [CSS px].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Width of the canvas.
    pub width: f64,
    /// Height of the canvas.
    pub height: f64,
    /// Size of its text.
    pub text: f64,
    /// Width of its lines.
    pub line: f64,
}

/// The axis of time, shared by all charts of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Left edge of every plot.
    pub left: f64,
    /// Right edge of every plot.
    pub right: f64,
    /// Whether names of lines stand right of the plot, not in it.
    pub labels_outside: bool,
    /// Hours and minutes on the axis.
    pub ticks: Vec<Tick>,
    duration_s: f64,
}

/// Below this width [em] names of lines have no room beside the plot.
const NARROW_EM: f64 = 42.0;

impl Axis {
    /// The axis of a run on a canvas. Only the canvas decides about the
    /// margins, so that nothing moves while a slider does.
    pub fn new(scenario: &Scenario, size: Size) -> Self {
        let labels_outside = size.width >= NARROW_EM * size.text;
        let (left_em, right_em) = if labels_outside { (3.4, 8.4) } else { (2.7, 1.6) };
        let left = (left_em * size.text).round();
        let right = (size.width - right_em * size.text).round().max(left + 1.0);
        let most = ((right - left) / (5.2 * size.text)).max(2.0) as usize;
        let duration_s = scenario.duration.as_s();
        let ticks = ticks::of_time(scenario.start.unix_s, duration_s, most);
        Self { left, right, labels_outside, ticks, duration_s }
    }

    /// Where a time [s] lies.
    pub fn x(&self, t_s: f64) -> f64 {
        self.left + (self.right - self.left) * (t_s / self.duration_s).clamp(0.0, 1.0)
    }

    /// The time [s] at a place.
    pub fn t_s(&self, x: f64) -> f64 {
        ((x - self.left) / (self.right - self.left)).clamp(0.0, 1.0) * self.duration_s
    }

    /// How far names at the top may reach.
    pub(super) fn right_of_names(&self) -> f64 {
        if self.labels_outside { self.right + 60.0 } else { self.right }
    }

    /// The width of a span of time [s].
    pub fn width(&self, span_s: f64) -> f64 {
        (self.right - self.left) * span_s / self.duration_s
    }
}

/// A vertical axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    pub(super) ticks: Vec<Tick>,
    /// The lowest value, if places go by its logarithm.
    lowest: Option<f64>,
    /// The first and the last tick, or their logarithms.
    ends: (f64, f64),
    top: f64,
    bottom: f64,
}

impl Scale {
    /// Equal steps between the first and the last tick.
    pub(super) fn linear(ticks: Vec<Tick>, plot: Rect) -> Self {
        Self::over(ticks, plot, false)
    }

    /// Equal ratios between the first and the last tick, both above zero.
    pub(super) fn logarithmic(ticks: Vec<Tick>, plot: Rect) -> Self {
        Self::over(ticks, plot, true)
    }

    fn over(ticks: Vec<Tick>, plot: Rect, logarithmic: bool) -> Self {
        let at = |tick: Option<&Tick>, or: f64| tick.map_or(or, |tick| tick.at);
        let (low, high) = (at(ticks.first(), 0.0), at(ticks.last(), 1.0));
        let lowest = logarithmic.then_some(low);
        let ends = if logarithmic { (libm::log(low), libm::log(high)) } else { (low, high) };
        Self { ticks, lowest, ends, top: plot.top, bottom: plot.bottom }
    }

    /// The values at its lower and its upper end, if it is linear.
    pub(super) fn linear_ends(&self) -> Option<(f64, f64)> {
        self.lowest.is_none().then_some(self.ends)
    }

    /// Where a value lies; values beyond the ends lie on the edge.
    pub(super) fn y(&self, value: f64) -> f64 {
        let (low, high) = self.ends;
        let value = self.lowest.map_or(value, |lowest| libm::log(value.max(lowest)));
        let share = (value - low) / (high - low);
        self.bottom - (self.bottom - self.top) * share.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLOT: Rect = Rect { left: 0.0, top: 10.0, right: 100.0, bottom: 110.0 };

    #[test]
    fn values_lie_between_the_edges() {
        let scale = Scale::linear(ticks::from_zero(300.0, ""), PLOT);
        assert_eq!(scale.y(0.0), 110.0);
        assert_eq!(scale.y(150.0), 60.0);
        assert_eq!(scale.y(1e9), 10.0);
        assert_eq!(scale.y(-5.0), 110.0);
    }

    #[test]
    fn equal_ratios_lie_equally_far_apart() {
        let scale = Scale::logarithmic(ticks::of_milliseconds(20.0, 9000.0), PLOT);
        let apart = |a: f64, b: f64| scale.y(a) - scale.y(b);
        assert!((apart(20.0, 40.0) - apart(1000.0, 2000.0)).abs() < 1e-9);
        assert_eq!(scale.y(0.0), 110.0);
    }
}
