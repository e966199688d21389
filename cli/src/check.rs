//! `headroom check`: says whether files are right, and if not, all that is wrong.

use std::path::{Path, PathBuf};

use headroom_model::scenario::{Fault, Scenario, read_json};
use serde_json::Value;

use crate::{Failure, input};

pub(crate) fn run(files: &[PathBuf]) -> Result<String, Failure> {
    let mut faults = Vec::new();
    for file in files {
        let Err(found) = check(file) else { continue };
        faults.extend(found.into_iter().map(|fault| {
            if files.len() == 1 {
                fault
            } else {
                Fault { path: format!("{}#{}", file.display(), fault.path), ..fault }
            }
        }));
    }
    if faults.is_empty() { Ok("ok\n".to_owned()) } else { Err(Failure::Input(faults)) }
}

fn check(path: &Path) -> Result<(), Vec<Fault>> {
    if let Some(kind) = by_name(path) {
        return Err(not_read(kind));
    }
    let value = read_json(&input::read(path)?).map_err(|fault| vec![fault])?;
    if let Some(kind) = by_content(&value) {
        return Err(not_read(kind));
    }
    Scenario::from_value(&value).map(|_| ())
}

fn not_read(kind: &str) -> Vec<Fault> {
    let message = format!("{kind} is not read in this version; check a scenario file");
    vec![Fault { path: "1:1".to_owned(), message }]
}

/// AWS documents that are recognized by the file's name.
fn by_name(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "sh" => Some("a shell script of aws commands"),
        "yaml" | "yml" | "template" => Some("a CloudFormation template"),
        "tf" => Some("a Terraform configuration"),
        _ => None,
    }
}

/// AWS documents that are JSON.
fn by_content(value: &Value) -> Option<&'static str> {
    let has = |name| value.get(name).is_some();
    if has("traffic") || has("service") {
        None
    } else if has("Resources") || has("AWSTemplateFormatVersion") {
        Some("a CloudFormation template")
    } else if has("ScalableDimension")
        || has("ScalingPolicies")
        || has("ScalableTargets")
        || has("PolicyName")
    {
        Some("AWS CLI JSON")
    } else {
        None
    }
}
