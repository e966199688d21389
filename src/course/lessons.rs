//! Opens the course in tests.

#[path = "../../tests/lessons/mod.rs"]
mod written;

/// Opens the course as it is written.
pub(crate) fn open() {
    let faults = super::open(|slug| written::data(slug).map(|data| data.to_string()));
    assert_eq!(faults, Vec::<String>::new());
}
