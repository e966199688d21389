//! `cargo xtask`: builds, serves and tests Headroom.
//!
//! Each command installs what it lacks, says what it does while it does it,
//! and fails with one sentence that tells what to do.

use std::process::ExitCode;

mod beside;
mod browser;
mod budget;
mod check;
mod counts;
mod faults;
mod follows;
mod gates;
mod glossary;
mod lessons;
mod native;
mod policy;
mod prose;
mod run;
mod serve;
mod site;
mod tools;
mod verify;
mod worker;
mod zones;

use run::{Failure, Outcome};

const USAGE: &str = "\
usage: cargo xtask COMMAND

  serve [PORT]  build the course and serve it on this machine (port 8080)
  build         build the static site into dist/, for any host and any path
  test [STEP]   run every test there is, or only the steps whose name contains STEP
  bench         measure the model beside others, and the page in Chromium, into
                benches/results.json
  bench --accept
                make the instructions that the model takes now the baseline
  verify        run the checks at full length, into model/verification.json
  zones         write the model's table of time zones from the IANA database
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match command(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure(sentence)) => {
            eprintln!("error: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn command(words: &[&str]) -> Outcome {
    match *words {
        ["serve"] => serve::serve(8080),
        ["serve", port] => match port.parse() {
            Ok(port) => serve::serve(port),
            Err(_) => Err(Failure(format!("`{port}` is no port: give a number from 1 to 65535"))),
        },
        ["build"] => site::build(),
        ["test"] => gates::test(""),
        ["test", step] => gates::test(step),
        ["bench"] => bench(),
        ["bench", "--accept"] => counts::accept(),
        ["verify"] => verify::verify(),
        ["zones"] => zones::write(),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        ref other => Err(Failure(format!(
            "there is no command `{}`: run `cargo xtask help` to see those there are",
            other.join(" ")
        ))),
    }
}

/// Counts before clocks: they say first whether something became dearer.
fn bench() -> Outcome {
    let counted = counts::check();
    browser::bench(&native::bench()?)?;
    counted
}
