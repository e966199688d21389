//! The static message of `index.html`: seen until the app is mounted, and
//! again if it ever panics.

use web_sys::{Element, window};

/// Hides the message: the app is there.
pub(super) fn hide() {
    if let Some(start) = element() {
        start.set_attribute("hidden", "").ok();
    }
}

/// From now on a panic shows the message, with a link that starts the course
/// again in the state that the address tells.
pub(super) fn say_so_when_it_stops() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
        show_stopped();
    }));
}

/// The app is dead by now, so this uses nothing but the page itself.
fn show_stopped() -> Option<()> {
    let start = element()?;
    let location = window()?.location();
    // A link that differs in the fragment alone would not load the page anew.
    let query = if location.search().ok()?.is_empty() { "?again" } else { "" };
    let again = format!("{}{query}{}", location.pathname().ok()?, location.hash().ok()?);
    start.query_selector("a").ok()??.set_attribute("href", &again).ok()?;
    start.set_attribute("class", "has-stopped").ok()?;
    start.remove_attribute("hidden").ok()
}

fn element() -> Option<Element> {
    window()?.document()?.get_element_by_id("start")
}
