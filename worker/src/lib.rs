//! The exact model beside the page.
//!
//! One wasm module has two roles. Started as a worker it is a [`Desk`] that
//! takes jobs as messages, works on the last of them in slices, and tells what
//! it has as it comes. Loaded by the page *Check this simulator* it is that
//! page's script, which starts a worker of the same module and shows what it
//! tells.
//!
//! As a library it is what a page needs to have a worker: a [`Client`]. The
//! feature `module` makes it the module.

mod desk;
mod theory;

#[cfg(target_arch = "wasm32")]
mod client;
#[cfg(all(target_arch = "wasm32", feature = "module"))]
mod page;
#[cfg(all(target_arch = "wasm32", feature = "module"))]
mod thread;

#[cfg(target_arch = "wasm32")]
pub use client::{Client, Heard};
pub use desk::{BUILD, Desk};
pub use theory::{Compared, Theory};

/// Takes the role that the surroundings ask for.
#[cfg(all(target_arch = "wasm32", feature = "module"))]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    match web_sys::window() {
        Some(_) => page::open(),
        None => thread::serve(),
    }
}
