//! What a figure does, without a browser: its state, the run that the state
//! asks for, and everything that is said about that run.
//!
//! The components in `ui` only show what these functions return.

pub mod boxes;
pub mod describe;
pub mod goals;
pub mod prompt;
pub mod run;
pub mod settled;
pub mod state;
pub mod step_table;
pub mod summary;
pub mod time;
pub mod why;
pub mod words;

#[cfg(test)]
pub(crate) mod sample;
