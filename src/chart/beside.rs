//! The run beside the view's own: thinner and dashed, in the same colours.

use headroom_model::trace::Minute;

use super::axis::{Axis, Scale, Size};
use super::mark::{Mark, Picture, Point, Role};
use super::palette::Paint;
use super::shared;
use super::steps::decimate;

/// Draws what belongs to the other run.
pub(super) struct Pen<'a> {
    pub(super) axis: &'a Axis,
    pub(super) scale: &'a Scale,
    pub(super) size: Size,
    pub(super) paint: Paint,
    /// Up to where the run may be shown [s].
    pub(super) seen_s: f64,
}

impl Pen<'_> {
    /// The value of each minute, as stairs, which break off where there is none.
    /// `text` names their end.
    pub(super) fn stairs(
        &self,
        picture: &mut Picture,
        minutes: &[Minute],
        value: &dyn Fn(&Minute) -> Option<f64>,
        text: String,
    ) {
        let mut stairs: Vec<Vec<Point>> = vec![Vec::new()];
        let mut begin_s = 0.0;
        for minute in minutes.iter().take_while(|minute| minute.t_s <= self.seen_s) {
            let (from, to) = (self.axis.x(begin_s), self.axis.x(minute.t_s));
            begin_s = minute.t_s;
            match (value(minute), stairs.last_mut()) {
                (Some(value), Some(stair)) => {
                    let y = self.scale.y(value);
                    stair.extend([(from, y), (to, y)]);
                }
                _ => stairs.push(Vec::new()),
            }
        }
        let end = stairs.last().and_then(|stair| stair.last()).copied();
        for stair in &stairs {
            self.dashed(picture, decimate(stair));
        }
        if let Some((_, y)) = end {
            self.name(picture, text, y);
        }
    }

    /// A line, with its name at its end.
    pub(super) fn line(&self, picture: &mut Picture, points: Vec<Point>, text: String) {
        if let Some(&(_, y)) = points.last() {
            self.dashed(picture, points);
            self.name(picture, text, y);
        }
    }

    fn dashed(&self, picture: &mut Picture, points: Vec<Point>) {
        if points.len() > 1 {
            let line = self.size.line;
            let (width, dash) = (0.7 * line, Some((3.0 * line, 1.5 * line)));
            picture.marks.push(Mark::Line { points, paint: self.paint, width, dash });
        }
    }

    fn name(&self, picture: &mut Picture, text: String, y: f64) {
        let role = Role::Lesser(self.paint);
        shared::name_at_right(picture, self.axis, self.size, text, y, role, false);
    }
}
