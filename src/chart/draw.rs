//! Paints a picture with any plotters backend.

use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea as _};
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle};
use plotters::prelude::DrawingBackend;
use plotters::style::{Color as _, RGBAColor, RGBColor, ShapeStyle};

use super::mark::{Mark, Picture, Point, Rect};
use super::palette::{Paint, Palette};

/// Paints a picture. `scale` is device pixels per CSS pixel: strokes, radii
/// and places are multiplied by it, so that lines are as sharp as the screen.
pub fn draw<DB: DrawingBackend>(
    backend: DB,
    picture: &Picture,
    palette: &Palette,
    scale: f64,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let area = backend.into_drawing_area();
    let brush = Brush { palette, scale };
    area.fill(&brush.color(Paint::Background, 1.0))?;
    for mark in picture.marks.iter().chain(&picture.over) {
        brush.paint(&area, mark)?;
    }
    area.present()
}

/// A place in device pixels.
type Pixel = (i32, i32);

struct Brush<'a> {
    palette: &'a Palette,
    scale: f64,
}

type Area<DB> = DrawingArea<DB, plotters::coord::Shift>;
type Painted<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

impl Brush<'_> {
    fn paint<DB: DrawingBackend>(&self, area: &Area<DB>, mark: &Mark) -> Painted<DB> {
        match mark {
            Mark::Line { points, paint, width, dash: None } => {
                area.draw(&PathElement::new(self.path(points), self.stroke(*paint, *width)))
            }
            Mark::Line { points, paint, width, dash: Some((dash, gap)) } => {
                let (dash, gap) = (self.length(*dash), self.length(*gap));
                let style = self.stroke(*paint, *width);
                area.draw(&DashedPathElement::new(self.path(points), dash, gap, style))
            }
            Mark::Area { points, paint, alpha } => {
                area.draw(&Polygon::new(self.path(points), self.color(*paint, *alpha)))
            }
            Mark::Fill { rect, paint, alpha } => {
                let (left, top) = self.px((rect.left, rect.top));
                let (right, bottom) = self.px((rect.right, rect.bottom));
                // A line of half a pixel is still a line.
                let corners = [(left, top), (right.max(left + 1), bottom.max(top + 1))];
                area.draw(&Rectangle::new(corners, self.color(*paint, *alpha).filled()))
            }
            Mark::Dot { at, radius, paint, outline: None } => {
                let style = self.color(*paint, 1.0).filled();
                area.draw(&Circle::new(self.px(*at), self.length(*radius), style))
            }
            Mark::Dot { at, radius, paint, outline: Some(width) } => {
                let inside = self.color(Paint::Background, 1.0).filled();
                area.draw(&Circle::new(self.px(*at), self.length(*radius), inside))?;
                let style = self.stroke(*paint, *width);
                area.draw(&Circle::new(self.px(*at), self.length(radius - width / 2.0), style))
            }
            Mark::Hatch { rect, paint, spacing, width } => {
                let style = self.stroke(*paint, *width);
                for (from, to) in oblique(*rect, *spacing) {
                    area.draw(&PathElement::new(vec![self.px(from), self.px(to)], style))?;
                }
                Ok(())
            }
        }
    }

    /// Points in device pixels. Data are finer than these, so that many points
    /// fall together or lie on the way from one to the next; they paint nothing.
    fn path(&self, points: &[Point]) -> Vec<Pixel> {
        let mut path: Vec<Pixel> = Vec::with_capacity(points.len());
        for point in points {
            let next = self.px(*point);
            match path.as_mut_slice() {
                [.., last] if *last == next => {}
                [.., before, last] if is_on_the_way(*before, *last, next) => *last = next,
                _ => path.push(next),
            }
        }
        path
    }

    fn px(&self, (x, y): Point) -> Pixel {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    fn length(&self, css_px: f64) -> u32 {
        (css_px * self.scale).round().max(1.0) as u32
    }

    fn color(&self, paint: Paint, alpha: f64) -> RGBAColor {
        let rgb = self.palette.rgb(paint);
        RGBColor(rgb.0, rgb.1, rgb.2).mix(alpha)
    }

    fn stroke(&self, paint: Paint, width: f64) -> ShapeStyle {
        self.color(paint, 1.0).stroke_width(self.length(width))
    }
}

/// Whether a level or upright line from `a` to `c` passes `b`.
fn is_on_the_way(a: Pixel, b: Pixel, c: Pixel) -> bool {
    let between = |a: i32, b: i32, c: i32| (a <= b && b <= c) || (a >= b && b >= c);
    (a.0 == b.0 && b.0 == c.0 && between(a.1, b.1, c.1))
        || (a.1 == b.1 && b.1 == c.1 && between(a.0, b.0, c.0))
}

/// Lines at 45 degrees, rising to the right, cut off at the edges. They stand
/// on multiples of the spacing, so that charts above each other line up.
fn oblique(rect: Rect, spacing: f64) -> impl Iterator<Item = (Point, Point)> {
    let lines = ((rect.width() + rect.height()) / spacing) as u32;
    let first = (rect.left / spacing).ceil() * spacing;
    (0..=lines).filter_map(move |k| {
        // The line of all points with x + (y − top) = foot.
        let foot = first + f64::from(k) * spacing;
        let from_x = (foot - rect.height()).max(rect.left);
        let to_x = foot.min(rect.right);
        let y = |x: f64| rect.top + foot - x;
        (from_x < to_x).then(|| ((from_x, y(from_x)), (to_x, y(to_x))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_no_point_that_paints_nothing() {
        let brush = Brush { palette: &Palette::LIGHT, scale: 2.0 };
        let flat = [(0.0, 1.0), (0.1, 1.1), (3.0, 1.0), (4.0, 1.0), (4.0, 5.0)];
        assert_eq!(brush.path(&flat), [(0, 2), (8, 2), (8, 10)]);
        // Where a line turns back its end is seen.
        let spike = [(0.0, 9.0), (0.0, 1.0), (0.0, 5.0), (2.0, 5.0), (1.0, 5.0)];
        assert_eq!(brush.path(&spike), [(0, 18), (0, 2), (0, 10), (4, 10), (2, 10)]);
    }

    #[test]
    fn hatching_stays_inside() {
        let rect = Rect { left: 13.0, top: 7.0, right: 113.0, bottom: 47.0 };
        let lines: Vec<_> = oblique(rect, 9.0).collect();
        assert!(lines.len() > 10);
        for (from, to) in lines {
            for (x, y) in [from, to] {
                assert!(
                    (rect.left..=rect.right).contains(&x) && (rect.top..=rect.bottom).contains(&y)
                );
            }
            assert!(((to.0 - from.0) + (to.1 - from.1)).abs() < 1e-9, "at 45 degrees");
        }
    }
}
