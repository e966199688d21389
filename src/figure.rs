//! What a figure does, without a browser: its state, the run that the state
//! asks for, and everything that is said about that run.
//!
//! The components in `ui` only show what these functions return.

pub mod state;

#[cfg(test)]
pub(crate) mod sample;
