//! `headroom`: the scaling model at a prompt.

fn main() {}
