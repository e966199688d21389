//! Files as they come in.

use std::io::Read as _;
use std::path::Path;

use headroom_model::scenario::{Fault, MAX_BYTES, Scenario};

/// Reads a file of bounded size.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Vec<Fault>> {
    let fault = |message: String| vec![Fault { path: path.display().to_string(), message }];
    let file =
        std::fs::File::open(path).map_err(|error| fault(format!("cannot be opened: {error}")))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| fault(format!("cannot be read: {error}")))?;
    if bytes.len() > MAX_BYTES {
        return Err(fault("is larger than 32 MiB; it must be smaller".to_owned()));
    }
    Ok(bytes)
}

/// Reads a scenario.
pub(crate) fn scenario(path: &Path) -> Result<Scenario, Vec<Fault>> {
    Scenario::parse(&read(path)?)
}
