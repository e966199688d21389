//! A deterministic model of a load-balanced service under AWS's auto scaling.
//!
//! A [`Scenario`](scenario::Scenario) says what happens; [`simulate`] plays it
//! and returns a [`Trace`](trace::Trace). The modules carry the names of the
//! real parts, from the outside in:
//!
//! ```text
//!   traffic ──► data_plane ──► cloudwatch ──► autoscaling ──► ecs ─┐
//!                   ▲       samples       metrics         desired  │
//!                   └──────────────── alb ◄────────────────────────┘
//!                               targets         tasks
//! ```
//!
//! The crate knows no browser, no clock and no I/O, and draws no random number
//! that does not come from the scenario's seed: the same scenario, seed and
//! model version give the same bytes on every target.

// Slicing text can panic, and the message alone is 4 kB of the page: `get` and
// `split` cannot.
#![cfg_attr(not(test), warn(clippy::string_slice))]

pub mod alb;
mod audit;
pub mod autoscaling;
mod calendar;
pub mod cloudwatch;
pub mod cost;
pub mod data_plane;
pub mod decimal;
pub mod ecs;
mod ensemble;
pub mod histogram;
pub mod queueing;
pub mod random;
pub mod run;
pub mod scenario;
mod settled;
mod simulate;
pub mod time;
pub mod trace;
pub mod traffic;

pub use audit::{Audit, Audited};
pub use settled::{MOST_REQUESTS, REPLICATIONS, Settling};
pub use simulate::{Player, expect, replay, simulate};

/// The version of the model's rules; it stands in every output. Two runs of
/// one scenario are equal, byte for byte, if their model versions are.
pub const VERSION: &str = "1.4.0";
