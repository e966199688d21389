//! The exact model beside the page.
//!
//! One wasm module has two roles. Started as a worker it is a [`Desk`] that
//! takes jobs as messages, works on the last of them in slices, and tells what
//! it has as it comes. Loaded by the page *Check this simulator* it is that
//! page's script, which starts a worker of the same module and shows what it
//! tells.

mod desk;
mod theory;

#[cfg(target_arch = "wasm32")]
mod page;
#[cfg(target_arch = "wasm32")]
mod thread;

pub use desk::{BUILD, Desk};
pub use theory::{Compared, Theory};

/// Takes the role that the surroundings ask for.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    match web_sys::window() {
        Some(window) => page::open(&window),
        None => thread::serve(),
    }
}
