//! The browser app of Headroom: what a person sees of the scaling model.
//!
//! `course`, `chart` and `link` know no browser and are tested on the host;
//! `ui` exists for wasm32 alone.

// Slicing text can panic, and the message alone is 4 kB of the page: `get` and
// `split` cannot.
#![cfg_attr(not(test), warn(clippy::string_slice))]

pub mod chart;
pub mod course;
pub mod figure;
pub mod link;
pub mod progress;
pub mod search;
pub mod settings;
pub mod stage;
#[cfg(target_arch = "wasm32")]
pub mod ui;
