//! Colours and sizes of the charts, read from the style sheet.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::wasm_bindgen::closure::Closure;
use web_sys::{Element, MutationObserver, MutationObserverInit};

use crate::chart::{Palette, Rgb};
use crate::figure::words::number;
use crate::ui::dom::{listen, when_gone};
use crate::ui::signal::Signal;

/// What the style sheet says about charts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Look {
    /// Colours of the theme.
    pub(super) palette: Palette,
    /// Size of text [CSS px].
    pub(super) text: f64,
    /// Width of lines [CSS px].
    pub(super) line: f64,
    /// Device pixels in a CSS pixel.
    pub(super) ratio: f64,
}

impl Look {
    /// Reads the look of an element.
    pub(super) fn of(element: &Element) -> Option<Self> {
        let style = window().get_computed_style(element).ok()??;
        let value = |name: &str| style.get_property_value(name).unwrap_or_default();
        let px = |name: &str| number(value(name).trim().strip_suffix("px")?);
        // A colour that is missing or not plain falls back to the light theme's.
        let color = |name: &str, light: Rgb| Rgb::parse(&value(name)).unwrap_or(light);
        let light = Palette::LIGHT;
        Some(Self {
            palette: Palette {
                background: color("--background", light.background),
                panel: color("--panel", light.panel),
                ink: color("--ink", light.ink),
                muted: color("--muted", light.muted),
                rule: color("--rule", light.rule),
                traffic: color("--traffic", light.traffic),
                capacity: color("--capacity", light.capacity),
                metric: color("--metric", light.metric),
                latency: color("--latency", light.latency),
                errors: color("--errors", light.errors),
            },
            text: px("font-size")?,
            line: px("--line").unwrap_or(2.0),
            ratio: window().device_pixel_ratio().max(0.5),
        })
    }
}

/// Reads the look of `element` into `look` now and whenever the theme changes:
/// chosen on the root element, or the system's.
pub(super) fn follow(look: Signal<Option<Look>>, element: Element) {
    let read = move || {
        let now = Look::of(&element);
        if look.get_untracked() != now {
            look.set(now);
        }
    };
    read();
    let read = std::rc::Rc::new(read);
    for query in ["(prefers-color-scheme: dark)", "(min-width: 40rem)"] {
        follow_media(query, read.clone());
    }
    let callback = Closure::<dyn Fn()>::new(move || read());
    let Ok(observer) = MutationObserver::new(callback.as_ref().unchecked_ref()) else { return };
    let options = MutationObserverInit::new();
    options.set_attributes(true);
    if let Some(root) = document().document_element() {
        // It cannot fail: attributes are observed.
        observer.observe_with_options(&root, &options).ok();
    }
    when_gone(move || {
        observer.disconnect();
        drop(callback);
    });
}

fn follow_media(query: &str, read: std::rc::Rc<impl Fn() + 'static>) {
    let Ok(Some(list)) = window().match_media(query) else { return };
    listen(&list, "change", move |_| read());
}

/// Whether the person has asked for less motion.
pub(super) fn prefers_reduced_motion() -> bool {
    let list = window().match_media("(prefers-reduced-motion: reduce)");
    list.ok().flatten().is_some_and(|list| list.matches())
}
