//! `headroom convert`: the same configuration in another form.

use std::io::Write as _;
use std::path::Path;

use headroom_aws::Form;

use crate::{Failure, input};

/// Prints the document; what it does not carry is listed on standard error, and
/// is no failure.
pub(crate) fn run(path: &Path, to: Form) -> Result<String, Failure> {
    let bytes = input::read(path)?;
    let converted = headroom_aws::convert(&bytes, &path.to_string_lossy(), to)?;
    let mut errors = std::io::stderr().lock();
    for loss in converted.losses {
        // A closed standard error leaves nobody to tell.
        writeln!(errors, "note: {loss}").ok();
    }
    Ok(converted.text)
}
