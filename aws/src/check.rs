//! Judges a document by AWS's rules; every fault at once.

mod alarm;
mod policy;
mod resource;
mod rules;
mod together;

use std::collections::BTreeSet;

use headroom_model::scenario::{Fault, Scenario};

use crate::document::Document;
use crate::read::read;

/// No more faults of one file are told; a file with more is not a document with
/// mistakes, but none.
pub(crate) const MAX_FAULTS: usize = 1000;

/// Every fault of a file: where, the name that AWS gives it, and what would be
/// right. The file's name is a hint to its form.
pub fn check(bytes: &[u8], name: &str) -> Vec<Fault> {
    match read(bytes, name) {
        Ok(read) => {
            let faults = by_aws(&read.document, read.faults);
            by_model(&read.document, faults, |_| true)
        }
        Err(faults) => faults,
    }
}

/// The faults that keep a document from being written in another form: AWS's
/// word on it, and the model's on the rest of a scenario.
pub(crate) fn for_convert(document: &Document, faults: Vec<Fault>) -> Vec<Fault> {
    let faults = by_aws(document, faults);
    let within = |path: &str| path == "/autoscaling" || path.starts_with("/autoscaling/");
    by_model(document, faults, |fault| !within(&fault.path))
}

/// The faults that AWS finds, beside those that reading has found.
fn by_aws(document: &Document, mut faults: Vec<Fault>) -> Vec<Fault> {
    for resource in &document.resources {
        resource::check(document, resource, &mut faults);
    }
    together::check(document, &mut faults);
    faults.sort_by_key(|fault| place(&fault.path));
    if faults.len() > MAX_FAULTS {
        faults.truncate(MAX_FAULTS);
        let last = faults.last().map(|fault| fault.path.clone()).unwrap_or_default();
        let message = format!("there are more faults than these {MAX_FAULTS}; mend them first");
        faults.push(Fault { path: last, message });
    }
    faults
}

/// The faults of a scenario that the model finds, which has the word on its own
/// file, and those of AWS where the model does not look.
fn by_model(document: &Document, faults: Vec<Fault>, count: impl Fn(&Fault) -> bool) -> Vec<Fault> {
    let Some(scenario) = &document.scenario else { return faults };
    let mut own = Scenario::from_value(scenario).err().unwrap_or_default();
    own.retain(count);
    own.truncate(MAX_FAULTS);
    let paths: BTreeSet<String> = own.iter().map(|fault| fault.path.clone()).collect();
    let new = faults.into_iter().filter(|fault| !paths.contains(&fault.path));
    own.extend(new);
    own
}

/// The order of places: lines and columns by number.
fn place(path: &str) -> (u64, u64) {
    let number = |text: &str| text.parse().unwrap_or(0);
    path.split_once(':').map_or((0, 0), |(line, column)| (number(line), number(column)))
}
