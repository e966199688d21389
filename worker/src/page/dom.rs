//! The few things that the page does with its elements. Text is only ever set
//! as text.

use headroom_model::decimal::fixed;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, Event, HtmlSelectElement};

/// The address of this module: the page's one script that is a file.
pub(super) fn own_address() -> Option<String> {
    document()?.query_selector("script[src]").ok()??.get_attribute("src")
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// The element with an id.
pub(super) fn element(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// A new element of HTML.
pub(super) fn new(tag: &str) -> Option<Element> {
    document()?.create_element(tag).ok()
}

/// A new element of SVG with attributes.
pub(super) fn svg(tag: &str, attributes: &[(&str, &str)]) -> Option<Element> {
    let made = document()?.create_element_ns(Some("http://www.w3.org/2000/svg"), tag).ok()?;
    for (name, value) in attributes {
        made.set_attribute(name, value).ok()?;
    }
    Some(made)
}

/// Adds an element to another.
pub(super) fn append(parent: &Element, child: Option<Element>) -> Option<()> {
    let child: Element = child?;
    parent.append_child(&child).ok().map(drop)
}

/// Calls when a form is sent, and keeps the page where it is.
pub(super) fn on_submit(form: &str, mut send: impl FnMut() + 'static) {
    let Some(form) = element(form) else { return };
    let handle = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        event.prevent_default();
        set_text("fault", "");
        send();
    });
    form.add_event_listener_with_callback("submit", handle.as_ref().unchecked_ref()).ok();
    // It listens for as long as the page is open.
    handle.forget();
}

/// What is chosen in a list.
pub(super) fn chosen(list: &str) -> String {
    let list = element(list).and_then(|list| list.dyn_into::<HtmlSelectElement>().ok());
    list.map_or_else(String::new, |list| list.value())
}

/// Sets the text of an element.
pub(super) fn set_text(id: &str, text: &str) {
    if let Some(element) = element(id) {
        element.set_text_content(Some(text));
    }
}

/// A difference with its sign.
pub(super) fn signed(difference: f64) -> String {
    let digits = fixed(difference.abs(), 1);
    let sign = match () {
        () if digits == "0.0" => "",
        () if difference < 0.0 => "−",
        () => "+",
    };
    [sign, &digits].concat()
}

/// Shows how far a form's job is, from 0 to 1.
pub(super) fn set_progress(form: &str, progress: f64) {
    let bar = element(form).and_then(|form| form.query_selector("progress").ok().flatten());
    if let Some(bar) = bar {
        bar.set_attribute("value", &progress.to_string()).ok();
    }
}

/// Adds a row to the body of a table: each cell its class and its text.
pub(super) fn add_row(body: &str, cells: &[(&str, &str)]) -> Option<()> {
    let row = new("tr")?;
    for (class, text) in cells {
        let cell = new("td")?;
        cell.set_class_name(class);
        cell.set_text_content(Some(text));
        append(&row, Some(cell))?;
    }
    append(&element(body)?, Some(row))
}
