//! `cargo xtask test`: every test there is, the cheap ones first.

use std::time::{Duration, Instant};

use crate::browser::{self, SameBytes};
use crate::run::{Failure, Outcome, cargo, run, say};
use crate::{budget, counts, site, tools};

/// A step of the tests: its name, and what runs it.
type Step = (&'static str, fn() -> Outcome);

/// All steps, in order; the first that fails ends the run.
const STEPS: [Step; 10] = [
    ("format", format),
    ("clippy on the host", clippy_host),
    ("clippy for wasm32", clippy_wasm),
    ("tests on the host", host_tests),
    ("documentation", documentation),
    ("same bytes everywhere", same_bytes),
    ("instructions", counts::check),
    ("site", site::build),
    ("budgets", budget::check),
    ("browser tests", browser::test),
];

/// Runs the steps whose name contains `wanted`, and closes with a table of
/// what each took.
pub(crate) fn test(wanted: &str) -> Outcome {
    let steps: Vec<Step> = STEPS.into_iter().filter(|(name, _)| name.contains(wanted)).collect();
    if steps.is_empty() {
        let names = STEPS.map(|(name, _)| name).join(", ");
        return Err(Failure(format!("there is no step `{wanted}`: name one of {names}")));
    }
    let mut done: Vec<(&str, Duration, bool)> = Vec::new();
    let mut outcome = Ok(());
    for (name, step) in &steps {
        say(&format!("step {} of {}: {name}", done.len() + 1, steps.len()));
        let begin = Instant::now();
        outcome = step();
        done.push((name, begin.elapsed(), outcome.is_ok()));
        if outcome.is_err() {
            break;
        }
    }
    println!();
    for (name, took, passed) in &done {
        let word = if *passed { "passed" } else { "FAILED" };
        println!("{word}  {:>7.1} s  {name}", took.as_secs_f64());
    }
    for (name, _) in &steps[done.len()..] {
        println!("not run           {name}");
    }
    let passed = done.iter().filter(|(_, _, passed)| *passed).count();
    println!("steps: {passed} passed, {} failed", done.len() - passed);
    outcome
}

const MEND: &str = "mend what is said above and run `cargo xtask test` again";

fn format() -> Outcome {
    run(cargo().args(["fmt", "--all", "--check"]), "run `cargo fmt` and look at what it changed")
}

fn clippy_host() -> Outcome {
    run(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]), MEND)
}

fn clippy_wasm() -> Outcome {
    tools::wasm_target()?;
    run(
        cargo()
            .args(["clippy", "--package", "headroom", "--package", "headroom-aws"])
            .args(["--lib", "--bins", "--target", tools::WASM])
            .args(["--", "--deny", "warnings"]),
        MEND,
    )?;
    run(
        cargo()
            .args(["clippy", "--package", "headroom-worker", "--features", "module", "--lib"])
            .args(["--target", tools::WASM, "--", "--deny", "warnings"]),
        MEND,
    )
}

fn host_tests() -> Outcome {
    run(cargo().args(["test", "--workspace"]), MEND)
}

fn same_bytes() -> Outcome {
    browser::same_bytes(&SameBytes::SAMPLE)
}

fn documentation() -> Outcome {
    run(
        cargo()
            .args(["doc", "--workspace", "--no-deps", "--lib", "--document-private-items"])
            // Units stand in brackets, as in [s], which rustdoc takes for links.
            .env("RUSTDOCFLAGS", "--deny warnings --allow rustdoc::broken_intra_doc_links"),
        MEND,
    )
}
