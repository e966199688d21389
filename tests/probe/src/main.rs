//! Prints the digests that the host computes.

fn main() {
    print!("{}", headroom_probe::digests());
}
