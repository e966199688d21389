//! AWS documents at the prompt: `check` and `convert`.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

fn headroom(arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .args(arguments)
        .output()
        .expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

/// A document that the package for AWS keeps as an example.
fn example(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../aws/tests/examples").join(name);
    path.to_string_lossy().into_owned()
}

const EXAMPLES: [&str; 4] = ["production.sh", "template.yaml", "module.tf", "described.json"];

#[test]
fn check_reads_every_form() {
    for name in EXAMPLES {
        assert_eq!(
            headroom(&["check", &example(name)]),
            (0, "ok\n".to_owned(), String::new()),
            "{name}"
        );
    }
    let all: Vec<String> = EXAMPLES.into_iter().map(example).collect();
    let all: Vec<&str> = std::iter::once("check").chain(all.iter().map(String::as_str)).collect();
    assert_eq!(headroom(&all).1, "ok\n");
}

#[test]
fn every_fault_has_its_place_and_the_name_that_aws_gives_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("wrong.sh");
    let text = std::fs::read_to_string(example("production.sh")).expect("an example");
    let text = text
        .replace("--min-capacity 3", "--min-capacity 31")
        .replace("\"TargetValue\": 60.0", "\"TargetValue\": 0");
    std::fs::write(&path, text).expect("a writable folder");
    let (code, out, err) = headroom(&["check", &path.to_string_lossy()]);
    assert_eq!((code, out.as_str()), (1, ""));
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines.len(), 2, "{err}");
    assert!(
        lines[0].starts_with("error: 14:36: ValidationException: Maximum capacity cannot be less"),
        "{err}"
    );
    assert!(
        lines[1].starts_with("error: 22:24: ValidationException: expected a number above 0"),
        "{err}"
    );
    let converted = headroom(&["convert", &path.to_string_lossy(), "--to", "scenario"]);
    assert_eq!(converted, (1, String::new(), err), "what is wrong is not converted");
}

#[test]
fn convert_prints_the_document_and_lists_what_it_does_not_carry() {
    for (to, start) in [
        ("cli", "#!/usr/bin/env bash\n"),
        ("cloudformation", "AWSTemplateFormatVersion: "),
        ("terraform", "variable \""),
        ("scenario", "{\n"),
    ] {
        let (code, out, err) = headroom(&["convert", &example("production.sh"), "--to", to]);
        assert_eq!(code, 0, "{err}");
        assert!(out.starts_with(start), "{out}");
        assert!(
            err.contains(
                "note: 57:1: not carried: `aws application-autoscaling describe-scalable-targets`"
            ),
            "{err}"
        );
    }
    let (_, scenario, _) = headroom(&["convert", &example("production.sh"), "--to", "scenario"]);
    let scenario: Value = serde_json::from_str(&scenario).expect("JSON");
    assert!(scenario["traffic"].is_object() && scenario["service"].is_object());
    assert_eq!(scenario["autoscaling"]["ScalableTarget"]["MaxCapacity"], 30);
}
