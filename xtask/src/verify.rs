//! `cargo xtask verify`: the model's checks at their full length.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::browser::{self, SameBytes};
use crate::faults;
use crate::run::{Failure, Outcome, cargo, io, output, root, say};

/// Cases that each property is tried with; a plain test run tries 256.
const PROPERTY_CASES: &str = "1024";

/// The packages whose tests know a full length.
const PACKAGES: [&str; 2] = ["headroom-model", "headroom-aws"];

/// Runs the tests of model and documents with `HEADROOM_VERIFY` set, by which a
/// check knows that it may take its time, compares the targets' bytes at full
/// length, puts faults into the model that its tests have to catch, and writes
/// what passed, of which version of the model, to `model/verification.json`.
pub(crate) fn verify() -> Outcome {
    say("running the checks at full length, ten to twenty minutes");
    let mut passed = Vec::new();
    for package in PACKAGES {
        let mut child = cargo()
            .args(["test", "--package", package, "--tests"])
            .current_dir(root())
            .env("HEADROOM_VERIFY", "1")
            .env("PROPTEST_CASES", PROPERTY_CASES)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .map_err(|error| Failure(format!("cargo does not start ({error})")))?;
        for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
            let line =
                line.map_err(|error| Failure(format!("cargo's output breaks off ({error})")))?;
            println!("{line}");
            passed.extend(passed_check(&line).map(|check| format!("{package}::{check}")));
        }
        if !child.wait().is_ok_and(|status| status.success()) {
            let message = "a check failed: mend what is said above; nothing was written";
            return Err(Failure(message.into()));
        }
    }
    passed.sort();
    let SameBytes { drawn, inputs } = SameBytes::WHOLE;
    browser::same_bytes(&SameBytes::WHOLE)?;
    let caught = faults::prove()?;
    let file = root().join("model/verification.json");
    let report = json!({
        "model": model_version()?,
        "date": output(Command::new("date").args(["-u", "+%F"])),
        "property_cases": PROPERTY_CASES.parse::<u32>().ok(),
        "same_bytes": { "scenarios": drawn, "function_inputs": inputs },
        "faults_caught": caught,
        "passed": by_module(&passed),
    });
    io("write", &file, fs::write(&file, format!("{report:#}\n")))?;
    say(&format!("{} checks passed; model/verification.json says which", passed.len()));
    Ok(())
}

/// The name of the check that a line of the test runner says has passed.
fn passed_check(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... ok")
}

/// Checks by the module that they stand in.
fn by_module(checks: &[String]) -> BTreeMap<&str, Vec<&str>> {
    let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for check in checks {
        let (module, name) = check.rsplit_once("::").unwrap_or(("", check));
        modules.entry(module).or_default().push(name);
    }
    modules
}

/// The version that the model's source states.
fn model_version() -> Outcome<String> {
    let file = root().join("model/src/lib.rs");
    let source = io("read", &file, fs::read_to_string(&file))?;
    source
        .split_once("pub const VERSION: &str = \"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(version, _)| version.to_owned())
        .ok_or_else(|| Failure("model/src/lib.rs states no VERSION: add the constant".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_passed_checks_are_counted() {
        assert_eq!(passed_check("test queueing::mmc ... ok"), Some("queueing::mmc"));
        assert_eq!(passed_check("test queueing::mmc ... FAILED"), None);
        assert_eq!(passed_check("test result: ok. 3 passed"), None);
    }

    #[test]
    fn model_states_its_version() {
        assert!(model_version().unwrap().split('.').all(|part| part.parse::<u32>().is_ok()));
    }
}
