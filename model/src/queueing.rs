//! Queueing theory: what can be said of a queue without simulating it.
//!
//! Times are in seconds and rates in 1/s, unless said otherwise; with a mean
//! service time of 1 they are the textbook's units.
//!
//! The closed forms of the textbooks stand in modules of their own: [`Mmc`],
//! [`Mmck`], [`Mg1`] and [`ErlangA`]. They are sums of positive terms and stable
//! recursions, so that nothing overflows or cancels whatever the size; a
//! probability too small for an `f64` is 0. A task's own laws, with a shared CPU
//! and evener arrivals, are those of a [`Station`].

mod chain;
mod erlang;
mod erlang_a;
mod geometric;
mod mg1;
mod mmc;
mod mmck;
mod residual;
mod sojourn;
mod station;

pub use erlang::{erlang_b, erlang_c};
pub use erlang_a::{ErlangA, ErlangAMeans};
pub use mg1::Mg1;
pub use mmc::Mmc;
pub use mmck::{Mmck, MmckMeans};
pub use sojourn::{service_cdf, stretches_of, survival, work_below};
pub use station::{Means, Station};
