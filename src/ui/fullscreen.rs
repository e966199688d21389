//! The whole screen, where the browser grants it.

use leptos::prelude::*;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast as _, JsValue};

/// Asks for the whole screen. It may be refused, as in a frame of a learning
/// platform; the stage fills the window then.
pub(super) fn enter() {
    if let Some(root) = document().document_element() {
        call(&root, "requestFullscreen");
    }
}

/// Gives the screen back.
pub(super) fn leave() {
    if is_on() {
        call(&document(), "exitFullscreen");
    }
}

/// Whether the page has the whole screen.
pub(super) fn is_on() -> bool {
    document().fullscreen_element().is_some()
}

/// Calls a method that returns a promise, and is content with a refusal. What
/// web-sys offers drops the promise, and a refusal would land in the console.
fn call(object: &JsValue, method: &str) -> Option<()> {
    let method: js_sys::Function =
        js_sys::Reflect::get(object, &method.into()).ok()?.dyn_into().ok()?;
    let promise: js_sys::Promise = method.call0(object).ok()?.dyn_into().ok()?;
    let refused = Closure::<dyn FnMut(JsValue)>::new(|_| {});
    drop(promise.catch(&refused));
    // The browser calls it whenever it has decided.
    refused.forget();
    Some(())
}
