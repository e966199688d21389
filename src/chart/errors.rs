//! Errors: a bar a minute.

use super::axis::{Axis, Scale, Size};
use super::mark::{Anchor, Label, Mark, Picture, Rect, Role};
use super::palette::Paint;
use super::{Place, View, shared, ticks};
use crate::course::figure::Quantity;

const ERRORS: Paint = Paint::Of(Quantity::Errors);

/// Bars thinner than this [CSS px] stand for several minutes.
const THINNEST: f64 = 3.0;
/// With fewer errors than these the axis does not shrink further.
const LEAST: f64 = 8.0;

pub(super) fn picture(view: &View, axis: &Axis, size: Size, place: Place) -> Picture {
    let plot = shared::plot(axis, size, place, 0.0);
    let minutes = &view.trace.minutes;
    let other = view.beside.map_or(&[][..], |beside| &beside.trace.minutes);
    let all = minutes.iter().chain(other);
    let most = all.map(|minute| minute.errors).fold(LEAST, f64::max);
    let scale = Scale::linear(ticks::from_zero(most, ""), plot);
    let together = (THINNEST / axis.width(60.0)).ceil().max(1.0) as usize;
    let unit = if together > 1 { "a minute, the worst of each bar" } else { "a minute" };
    let mut picture = shared::grid("Errors", unit, plot, &scale, size);
    let seen = minutes.partition_point(|minute| minute.t_s <= view.seen_s());
    let mut begin_s = 0.0;
    let mut any = false;
    for bar in minutes[..seen].chunks(together) {
        let errors = bar.iter().map(|minute| minute.errors).fold(0.0, f64::max);
        let end_s = bar.last().map_or(begin_s, |minute| minute.t_s);
        let (left, right) = (axis.x(begin_s), axis.x(end_s));
        begin_s = end_s;
        // Less than half an error is none: the expected station works in means.
        if errors < 0.5 {
            continue;
        }
        let gap = (0.15 * (right - left)).min(2.0);
        let rect = Rect {
            left: left + gap,
            right: right - gap,
            top: scale.y(errors).min(plot.bottom - 1.0),
            bottom: plot.bottom,
        };
        picture.marks.push(Mark::Fill { rect, paint: ERRORS, alpha: 0.9 });
        any = true;
    }
    if let Some(other) = view.beside {
        let (pen, name) = (view.pen(axis, &scale, size, ERRORS), other.name.to_owned());
        pen.stairs(&mut picture, &other.trace.minutes, &|minute| Some(minute.errors), name);
    }
    if !any {
        picture.labels.push(Label {
            text: view.named("none"),
            at: (plot.left + 0.6 * size.text, plot.bottom - 0.9 * size.text),
            anchor: Anchor::Start,
            role: Role::Note,
        });
    }
    shared::mark_approximate(&mut picture, view, axis, size, false);
    picture
}
