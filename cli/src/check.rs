//! `headroom check`: says whether files are right, and if not, all that is wrong.

use std::path::{Path, PathBuf};

use headroom_model::scenario::Fault;

use crate::{Failure, input};

pub(crate) fn run(files: &[PathBuf]) -> Result<String, Failure> {
    let mut faults = Vec::new();
    for file in files {
        faults.extend(check(file).into_iter().map(|fault| {
            if files.len() == 1 {
                fault
            } else {
                Fault { path: format!("{}#{}", file.display(), fault.path), ..fault }
            }
        }));
    }
    if faults.is_empty() { Ok("ok\n".to_owned()) } else { Err(Failure::Input(faults)) }
}

fn check(path: &Path) -> Vec<Fault> {
    match input::read(path) {
        Ok(bytes) => headroom_aws::check(&bytes, &path.to_string_lossy()),
        Err(faults) => faults,
    }
}
