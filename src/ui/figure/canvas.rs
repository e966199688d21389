//! A canvas that knows its size and is drawn at most once a frame.

use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast as _, JsValue};
use plotters_canvas::CanvasBackend;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, ResizeObserver};

use super::backend::Canvas;
use super::look::Look;
use crate::chart::{Picture, draw};
use crate::ui::dom::{follow, next_frame, when_gone};
use crate::ui::signal::Signal;

/// Calls `report` with an element's width and height [CSS px], now and
/// whenever they change, until the owner is gone.
pub(super) fn watch_size(element: &Element, report: impl Fn(f64, f64) + 'static) {
    let watched = element.clone();
    let measure = move || {
        // Zero before layout and while it is not displayed: nothing to draw on.
        let (width, height) = (watched.client_width(), watched.client_height());
        if width > 0 && height > 0 {
            report(width.into(), height.into());
        }
    };
    let callback = Closure::<dyn Fn()>::new(measure);
    let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) else { return };
    observer.observe(element);
    when_gone(move || {
        observer.disconnect();
        drop(callback);
    });
}

/// Paints a picture in device pixels.
pub(super) fn paint(canvas: &HtmlCanvasElement, picture: &Picture, look: &Look, size: (f64, f64)) {
    let device = |css_px: f64| (css_px * look.ratio).round() as u32;
    let (width, height) = (device(size.0), device(size.1));
    // Setting either clears the canvas and allocates anew.
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    // A canvas that cannot be painted on leaves its text alternative.
    if let Some(context) = context(canvas)
        && let Some(backend) = CanvasBackend::with_canvas_object(canvas.clone())
    {
        draw(Canvas::new(backend, context), picture, &look.palette, look.ratio).ok();
    }
}

/// The first call decides about the context: without alpha it is faster to show.
fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &JsValue::from_str("alpha"), &JsValue::FALSE).ok();
    canvas.get_context_with_context_options("2d", &options).ok()??.dyn_into().ok()
}

/// Runs `frame` in the next animation frame after each change of what `track`
/// reads, once for all changes before it.
pub(super) fn each_frame(track: impl Fn() + 'static, frame: impl Fn() + Clone + 'static) {
    let queued = Signal::new(false);
    follow(move || {
        track();
        if queued.get_untracked() {
            return;
        }
        queued.set(true);
        let frame = frame.clone();
        next_frame(move || {
            // The figure may be gone by now.
            if !queued.is_gone() {
                queued.set(false);
                frame();
            }
        });
    });
}
