//! Charts of a run, without a browser.
//!
//! A chart is made in two steps. [`picture`] lays out one chart of a [`View`]
//! in CSS pixels: shapes to paint ([`Mark`]) and text to set over them
//! ([`Label`]). [`draw()`] paints the shapes with any plotters backend, in
//! device pixels: a canvas in the page, SVG in the tests. Text is never painted:
//! the page lays it over the canvas as HTML, so that nothing is measured, the
//! page's policy holds, and it can be read out and selected.
//!
//! All charts of a figure share one [`Axis`] of time.

mod axis;
mod beside;
mod draw;
mod errors;
mod first_minutes;
mod latency;
mod mark;
mod metric;
mod palette;
mod shared;
mod steps;
mod tasks;
#[cfg(test)]
mod tests;
mod ticks;
mod traffic;

pub use axis::{Axis, Size};
pub use draw::draw;
pub use first_minutes::{Stretch, first_help_s, first_minutes};
pub use mark::{Anchor, Label, Mark, Picture, Rect, Role};
pub use metric::{Counted, counted, metric_name, reading, stepping, taken, tracked, watched};
pub use palette::{Paint, Palette, Rgb};
pub use steps::{Counts, Steps, capacity, counts_at, desired};
pub use ticks::{clock, clock_s, short, weekday};

use headroom_model::scenario::Scenario;
use headroom_model::trace::Trace;

use self::beside::Pen;
use crate::course::figure::{Chart, Choice};

/// What there is to see: a run, up to where it is known.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// What was simulated.
    pub scenario: &'a Scenario,
    /// What came out.
    pub trace: &'a Trace,
    /// The cursor [s].
    pub cursor_s: f64,
    /// From here on the future is hidden [s].
    pub fog_from_s: Option<f64>,
    /// Whether the fog waits for a bet.
    pub fog_waits: bool,
    /// Where the bet's line begins [s], and what can be bet on.
    pub bets: Option<(f64, &'static [Choice])>,
    /// The bet that was made: its place among the choices.
    pub bet: Option<usize>,
    /// Another run, drawn thinner and dashed.
    pub beside: Option<Beside<'a>>,
}

/// Another run over the same time.
#[derive(Debug, Clone, Copy)]
pub struct Beside<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What the view's own run is called.
    pub name_of_this: &'a str,
    /// What was simulated.
    pub scenario: &'a Scenario,
    /// What came out.
    pub trace: &'a Trace,
}

impl View<'_> {
    /// How long the run lasts [s].
    pub fn duration_s(&self) -> f64 {
        self.scenario.duration.as_s()
    }

    /// Up to where the run may be shown [s].
    pub fn seen_s(&self) -> f64 {
        self.fog_from_s.map_or(self.duration_s(), |from_s| from_s.min(self.duration_s()))
    }

    /// Draws what belongs to the other run.
    fn pen<'p>(&self, axis: &'p Axis, scale: &'p axis::Scale, size: Size, paint: Paint) -> Pen<'p> {
        Pen { axis, scale, size, paint, seen_s: self.seen_s() }
    }

    /// What a line of its own run is called: if there is another run, with whose it is.
    fn named(&self, line: &str) -> String {
        self.beside.map_or(line.to_owned(), |beside| [line, " ", beside.name_of_this].concat())
    }
}

/// Which edge charts of the figure a chart is: the first names the decisions,
/// the last carries the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// No chart above it.
    pub first: bool,
    /// No chart below it.
    pub last: bool,
}

/// Lays out one chart. `size` is that of its canvas.
pub fn picture(chart: Chart, view: &View, axis: &Axis, size: Size, place: Place) -> Picture {
    let mut picture = match chart {
        Chart::TrafficCapacity => traffic::picture(view, axis, size, place),
        Chart::Metric => metric::picture(view, axis, size, place),
        Chart::Tasks => tasks::picture(view, axis, size, place),
        Chart::Latency => latency::picture(view, axis, size, place),
        Chart::Errors => errors::picture(view, axis, size, place),
        Chart::FirstMinutes => first_minutes::picture(view, axis, size, place),
    };
    shared::finish(&mut picture, view, axis, size, place);
    picture
}
