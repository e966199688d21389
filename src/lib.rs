//! The browser app of Headroom: what a person sees of the scaling model.
//!
//! `course`, `chart` and `link` know no browser and are tested on the host;
//! `ui` exists for wasm32 alone.

// A step of `ui::view!` for each token of a view.
#![recursion_limit = "2048"]

pub mod chart;
pub mod course;
pub mod figure;
pub mod link;
pub mod progress;
pub mod settings;
pub mod stage;
#[cfg(target_arch = "wasm32")]
pub mod ui;
