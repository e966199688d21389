//! What a person sees: Leptos components. This module exists for wasm32 alone.

use leptos::prelude::*;

mod start;
mod view;

use view::view;

/// Mounts the app in the page's body and takes away the message that stood there.
pub fn mount() {
    start::say_so_when_it_stops();
    leptos::mount::mount_to_body(App);
    start::hide();
}

/// The whole page.
#[component]
fn App() -> impl IntoView {
    view! {
        <main>
            <h1>"Headroom"</h1>
        </main>
    }
}
