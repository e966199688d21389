//! The data of the sections as it is written: YAML beside the course's code.

use std::fs;

use serde_json::Value;

/// The data of the section with this name in links; `None` if it is still to come.
pub(crate) fn data(slug: &str) -> Option<Value> {
    let root = env!("CARGO_MANIFEST_DIR");
    let file = format!("{root}/src/course/{}.yaml", slug.replace('-', "_"));
    let yaml = fs::read_to_string(&file).ok()?;
    Some(serde_saphyr::from_str(&yaml).unwrap_or_else(|error| panic!("{file}: {error}")))
}
