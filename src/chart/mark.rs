//! What a laid-out chart consists of, in CSS pixels from its top left corner.

use super::palette::Paint;

/// A point: x to the right, y down [CSS px].
pub(super) type Point = (f64, f64);

/// A chart, laid out: what to paint and what to write over it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// What the chart shows.
    pub title: String,
    /// In which unit; may say more about the scale.
    pub unit: String,
    /// Where the data lie.
    pub plot: Rect,
    /// The values at the lower and the upper edge of the plot, if equal steps lie
    /// equally far apart.
    pub ends: Option<(f64, f64)>,
    /// Shapes, from back to front.
    pub marks: Vec<Mark>,
    /// Shapes over those, which fog does not hide.
    pub over: Vec<Mark>,
    /// Text over them.
    pub labels: Vec<Label>,
}

/// A rectangle [CSS px].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Rect {
    /// Its width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// A shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A line through points.
    Line {
        /// At least two points.
        points: Vec<Point>,
        /// Its colour.
        paint: Paint,
        /// Its width.
        width: f64,
        /// Lengths of dash and gap; `None` is solid.
        dash: Option<(f64, f64)>,
    },
    /// A filled polygon.
    Area {
        /// Its corners.
        points: Vec<Point>,
        /// Its colour.
        paint: Paint,
        /// Its opacity, 0 to 1.
        alpha: f64,
    },
    /// A filled rectangle, crisp at its edges: bars, bands, gridlines.
    Fill {
        /// Where.
        rect: Rect,
        /// Its colour.
        paint: Paint,
        /// Its opacity, 0 to 1.
        alpha: f64,
    },
    /// A datapoint.
    Dot {
        /// Its middle.
        at: Point,
        /// Its radius, half of the line included.
        radius: f64,
        /// Its colour.
        paint: Paint,
        /// The width of its outline if it is hollow; `None` is solid.
        outline: Option<f64>,
    },
    /// Oblique lines within a rectangle.
    Hatch {
        /// Where.
        rect: Rect,
        /// Their colour.
        paint: Paint,
        /// Their distance, along x.
        spacing: f64,
        /// Their width.
        width: f64,
    },
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// What it says.
    pub text: String,
    /// The point that it is anchored at; y is the middle of the line.
    pub at: Point,
    /// Which end lies there.
    pub anchor: Anchor,
    /// What it is.
    pub role: Role,
}

impl Label {
    /// Whether another label differs in its place alone.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.text == other.text && self.anchor == other.anchor && self.role == other.role
    }
}

/// Which part of a label lies at its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// What a label is: it decides about colour, weight and halo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A number on an axis.
    Tick,
    /// The name of a line, in its colour.
    Line(Paint),
    /// As before, of a lesser line.
    Lesser(Paint),
    /// A datapoint that an alarm counts, boxed.
    Counted,
    /// A decision's name.
    Decision,
    /// A remark in the muted colour.
    Note,
}
