//! `cargo xtask`: builds, serves and tests Headroom.

fn main() {}
