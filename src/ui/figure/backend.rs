//! plotters-canvas, with what the charts draw most made cheaper: lines and
//! areas. Their text is HTML.
//!
//! By itself it says the colour of every shape anew, as text that is written
//! with the standard library's floating point: see [`headroom_model::decimal`].

use std::f64::consts::TAU;

use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};
use plotters_canvas::CanvasBackend;
use web_sys::CanvasRenderingContext2d;

/// A canvas and its context. What is drawn here cannot fail.
pub(super) struct Canvas {
    backend: CanvasBackend,
    context: CanvasRenderingContext2d,
    /// Colours that the context has by now. A colour is text to it, which costs
    /// more than the shape: it is only said when it changes.
    filling: Option<Rgb>,
    stroking: Option<Rgb>,
}

type Rgb = (u8, u8, u8);
type Fault = <CanvasBackend as DrawingBackend>::ErrorType;
type Drawn = Result<(), DrawingErrorKind<Fault>>;

impl Canvas {
    pub(super) fn new(backend: CanvasBackend, context: CanvasRenderingContext2d) -> Self {
        Self { backend, context, filling: None, stroking: None }
    }

    fn fill_with(&mut self, color: BackendColor) {
        self.context.set_global_alpha(color.alpha);
        if self.filling.replace(color.rgb) != Some(color.rgb) {
            self.context.set_fill_style_str(&css(color.rgb));
        }
    }

    fn stroke_with<S: BackendStyle>(&mut self, style: &S) {
        let color = style.color();
        self.context.set_global_alpha(color.alpha);
        if self.stroking.replace(color.rgb) != Some(color.rgb) {
            self.context.set_stroke_style_str(&css(color.rgb));
        }
        self.context.set_line_width(style.stroke_width().into());
    }

    /// Begins a path along points.
    fn along(&self, points: impl IntoIterator<Item = BackendCoord>) {
        self.context.begin_path();
        for (x, y) in points {
            // The first of a path moves there.
            self.context.line_to(x.into(), y.into());
        }
    }
}

impl DrawingBackend for Canvas {
    type ErrorType = Fault;

    fn get_size(&self) -> (u32, u32) {
        self.backend.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn {
        self.backend.ensure_prepared()
    }

    fn present(&mut self) -> Drawn {
        self.backend.present()
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        // It has colours of its own.
        (self.filling, self.stroking) = (None, None);
        self.backend.draw_text(text, style, at)
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(at, (at.0 + 1, at.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = (from.0.into(), from.1.into());
        let (width, height) = ((to.0 - from.0).into(), (to.1 - from.1).into());
        if fill {
            self.fill_with(style.color());
            self.context.fill_rect(x, y, width, height);
        } else {
            self.stroke_with(style);
            self.context.stroke_rect(x, y, width, height);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.stroke_with(style);
        self.along(path);
        self.context.stroke();
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.fill_with(style.color());
        self.along(path);
        self.context.fill();
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.context.begin_path();
        // Only a negative radius fails.
        self.context.arc(center.0.into(), center.1.into(), radius.into(), 0.0, TAU).ok();
        if fill {
            self.fill_with(style.color());
            self.context.fill();
        } else {
            self.stroke_with(style);
            self.context.stroke();
        }
        Ok(())
    }
}

/// A colour without its alpha, as CSS writes it.
fn css((red, green, blue): Rgb) -> String {
    format!("rgb({red},{green},{blue})")
}
