//! The instructions that the model takes for fixed pieces of work.
//!
//! A clock on a shared machine is off by a third; the count of instructions is
//! the same to one in ten thousand. So it can refuse what a clock never
//! notices. Compiler, valgrind and the C library have a part in it: the baseline
//! names them, and with others nothing is compared.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;

use serde_json::{Value, json};

use crate::run::{Failure, Outcome, io, output, root, say};
use crate::{native, tools};

/// By how much a piece of work may become dearer.
const TOLERANCE: f64 = 0.01;

type Counts = BTreeMap<String, u64>;

/// Refuses a model that takes more instructions than the baseline says. Where
/// there is no valgrind, and none to be installed, nothing is refused.
pub(crate) fn check() -> Outcome {
    let Some((conditions, counts)) = count()? else { return Ok(()) };
    let file = baseline();
    let text = io("read", &file, fs::read_to_string(&file))?;
    let read = || {
        let json: Value = serde_json::from_str(&text).ok()?;
        let was: Counts = serde_json::from_value(json["instructions"].clone()).ok()?;
        Some((json["measured_with"].clone(), was))
    };
    let (of_baseline, was) = read().ok_or_else(|| {
        Failure("benches/instructions.json is damaged: run `cargo xtask bench --accept`".into())
    })?;
    if of_baseline != conditions {
        say(&format!(
            "the baseline was counted with {of_baseline}, here is {conditions}: nothing to compare"
        ));
        return Ok(());
    }
    let verdicts = judge(&was, &counts);
    for (name, Verdict { words, .. }) in &verdicts {
        println!("{name}: {words}");
    }
    let refused = verdicts.values().filter(|verdict| verdict.refused).count();
    if refused == 0 {
        return Ok(());
    }
    Err(Failure(format!(
        "{refused} of {} pieces of work differ from the baseline: make them cheaper, or run \
         `cargo xtask bench --accept` and give the reason in the commit message",
        verdicts.len()
    )))
}

/// Makes the instructions of now the baseline.
pub(crate) fn accept() -> Outcome {
    let Some((conditions, counts)) = count()? else {
        return Err(Failure("there is no valgrind: install it and run the command again".into()));
    };
    let report = json!({ "measured_with": conditions, "instructions": counts });
    let file = baseline();
    io("write", &file, fs::write(&file, format!("{report:#}\n")))?;
    say("the baseline in benches/instructions.json is new: give the reason in the commit message");
    Ok(())
}

fn baseline() -> std::path::PathBuf {
    root().join("benches/instructions.json")
}

/// What is to be said of a piece of work.
#[derive(Debug, PartialEq)]
struct Verdict {
    refused: bool,
    words: String,
}

/// Compares counts with those of the baseline. One that fell is not refused,
/// or no improvement could land without its number.
fn judge(was: &Counts, is: &Counts) -> BTreeMap<String, Verdict> {
    let names = was.keys().chain(is.keys());
    let verdict = |name: &String| match (was.get(name), is.get(name)) {
        (Some(&was), Some(&is)) => {
            let change = is as f64 / was as f64 - 1.0;
            let hint = if change < -TOLERANCE { "; `bench --accept` keeps it so" } else { "" };
            Verdict {
                refused: change > TOLERANCE,
                words: format!("{:.1} million, {:+.2} %{hint}", is as f64 / 1e6, change * 100.0),
            }
        }
        (None, _) => Verdict { refused: true, words: "is not in the baseline".into() },
        (_, None) => Verdict { refused: true, words: "is in the baseline only".into() },
    };
    names.map(|name| (name.clone(), verdict(name))).collect()
}

/// Counts the instructions of each piece of work; what has a part in them comes
/// along. `None` where there is no valgrind.
fn count() -> Outcome<Option<(Value, Counts)>> {
    let Some(valgrind) = tools::valgrind() else {
        say("there is no valgrind, and it cannot be installed: no instructions are counted");
        return Ok(None);
    };
    let program = native::build()?;
    let names = output(Command::new(&program).arg("cases"))
        .ok_or_else(|| Failure(format!("{} does not run", program.display())))?;
    let names: Vec<&str> = names.lines().collect();
    say(&format!("counting the instructions of {} pieces of work", names.len()));
    let left = Mutex::new(names.iter());
    let counted = Mutex::new(Counts::new());
    let work = || {
        while let Some(name) = left.lock().ok().and_then(|mut left| left.next()) {
            let count = instructions(&valgrind, &program, name);
            if let (Some(count), Ok(mut counted)) = (count, counted.lock()) {
                counted.insert((*name).to_owned(), count);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let counts = counted.into_inner().unwrap_or_default();
    match names.iter().find(|name| !counts.contains_key(**name)) {
        Some(name) => {
            let command = format!("valgrind --tool=callgrind {} case '{name}'", program.display());
            Err(Failure(format!("callgrind counts nothing: run `{command}` to see why")))
        }
        None => Ok(Some((conditions(&valgrind), counts))),
    }
}

/// The instructions of one piece of work, its process included.
fn instructions(valgrind: &Path, program: &Path, name: &str) -> Option<u64> {
    let output = Command::new(valgrind)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["case", name])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr);
    output.status.success().then(|| collected(&said)).flatten()
}

/// The number in callgrind's line `==1== Collected : 303188944`.
fn collected(said: &str) -> Option<u64> {
    let (_, rest) = said.split_once("Collected : ")?;
    rest.split_whitespace().next()?.parse().ok()
}

/// All but the model that has a part in the counts.
fn conditions(valgrind: &Path) -> Value {
    let rustc = output(Command::new("rustc").arg("-vV")).unwrap_or_default();
    let of_rustc = |field: &str| {
        rustc.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default().to_owned()
    };
    let libc = output(Command::new("ldd").arg("--version")).unwrap_or_default();
    json!({
        "rustc": of_rustc("release: "),
        "host": of_rustc("host: "),
        "valgrind": output(Command::new(valgrind).arg("--version")),
        "libc": libc.lines().next().and_then(|line| line.split_whitespace().last()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(pairs: &[(&str, u64)]) -> Counts {
        pairs.iter().map(|&(name, count)| (name.to_owned(), count)).collect()
    }

    fn refused(was: &[(&str, u64)], is: &[(&str, u64)]) -> Vec<String> {
        let verdicts = judge(&counts(was), &counts(is)).into_iter();
        verdicts.filter(|(_, verdict)| verdict.refused).map(|(name, _)| name).collect()
    }

    #[test]
    fn only_what_became_dearer_is_refused() {
        let was = [("day", 1000), ("hour", 1000), ("week", 1000)];
        assert_eq!(refused(&was, &[("day", 1009), ("hour", 1011), ("week", 500)]), ["hour"]);
    }

    #[test]
    fn baseline_and_pieces_of_work_are_the_same() {
        assert_eq!(refused(&[("day", 1000)], &[("hour", 1000)]), ["day", "hour"]);
    }

    #[test]
    fn the_count_is_read_from_what_callgrind_says() {
        let said = "==7== Events    : Ir\n==7== Collected : 303188944\n==7== \n";
        assert_eq!(collected(said), Some(303_188_944));
        assert_eq!(collected("valgrind: no such file"), None);
    }
}
