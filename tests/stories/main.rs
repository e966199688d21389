//! Plays each figure's story as a student would, and checks that it happens as
//! the text says: a number in the prose stands in a test that quotes its
//! sentence, so that neither can change without the other.

mod desired_running_pending;
mod fast_out_slow_in;
mod kit;
#[path = "../lessons/mod.rs"]
mod lessons;
#[path = "../prose/mod.rs"]
mod prose;
mod slow_first_minutes;
mod step_scaling;
mod target_tracking;
mod the_spike;
mod up_or_out;
