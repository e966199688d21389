//! The model as a program of this machine, built as the page's is, and one
//! queue that it serves beside other programs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::run::{Failure, Outcome, cargo, output, root, run, say, target_folder};
use crate::tools::{self, SIMPY};

/// How often each program serves the queue.
const ROUNDS: usize = 5;

/// So many times as fast as SimPy the exact data plane has to be.
const GOAL: f64 = 150.0;

/// What a customer of M/M/4 at load 0.8 waits on average, in mean service times
/// (Erlang C), and four standard deviations of a run of a million.
const MEAN_WAIT: f64 = 0.745_541;
const FOUR_DEVIATIONS: f64 = 0.065;

/// Builds the probe's program of measured work; returns its file.
pub(crate) fn build() -> Outcome<PathBuf> {
    const NAME: &str = "headroom-native";
    run(
        cargo().args(["build", "--release", "--package", "headroom-probe", "--bin", NAME]),
        "mend what the compiler says above",
    )?;
    Ok(target_folder()?.join("release").join(NAME))
}

/// Times one queue, M/M/4 at load 0.8 and a million customers, in the exact data
/// plane, in a plain loop over Rust's own heap, and in SimPy.
///
/// The machine is shared and its speed moves by a third. So the programs take
/// turns, and each round gives ratios of its own: their medians are what counts.
pub(crate) fn bench() -> Outcome<Value> {
    let native = build()?;
    let simpy = format!("SimPy {SIMPY}");
    let program = |kind: &str| {
        let mut command = Command::new(&native);
        command.args(["queue", kind]);
        command
    };
    let mut python = Command::new(tools::simpy()?);
    python.arg(root().join("benches/mmc.py"));
    let mut programs = [
        ("exact data plane", program("model")),
        ("heap of events in Rust", program("heap")),
        (&simpy, python),
    ];
    say(&format!("timing a million customers, {ROUNDS} times in each of three programs"));
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut seconds = [0.0; 3];
        for ((name, command), seconds) in programs.iter_mut().zip(&mut seconds) {
            *seconds = served(command).ok_or_else(|| {
                Failure(format!("the {name} does not serve M/M/4 as theory says: run {command:?}"))
            })?;
        }
        rounds.push(seconds);
    }
    let names = programs.map(|(name, _)| name);
    let milliseconds = (0..3).map(|n| (names[n], median(&rounds, |round| round[n] * 1000.0)));
    let ratios = (1..3).map(|n| (names[n], median(&rounds, |round| round[n] / round[0])));
    for (name, ratio) in ratios.clone() {
        let of = if name == simpy { format!(", of {GOAL}") } else { String::new() };
        println!("the exact data plane is {ratio} times as fast as the {name}{of}");
    }
    Ok(json!({
        "work": "M/M/4 at load 0.8, a million customers",
        "rounds": ROUNDS,
        "milliseconds": milliseconds.collect::<BTreeMap<_, _>>(),
        "exact_data_plane_is_faster_by": ratios.collect::<BTreeMap<_, _>>(),
        "goal": { simpy.as_str(): GOAL },
    }))
}

/// How long a program took to serve the queue [s]; `None` if it does not run, or
/// served another queue.
fn served(command: &mut Command) -> Option<f64> {
    let said: Value = serde_json::from_str(&output(command)?).ok()?;
    let figure = |name: &str| said[name].as_f64();
    let right = (figure("mean_wait")? / MEAN_WAIT - 1.0).abs() < FOUR_DEVIATIONS
        && (figure("customers")? / 1e6 - 1.0).abs() < 0.01;
    right.then(|| figure("seconds")).flatten()
}

/// The median of a figure over all rounds, to three digits.
fn median(rounds: &[[f64; 3]], figure: impl Fn(&[f64; 3]) -> f64) -> Value {
    let mut figures: Vec<f64> = rounds.iter().map(figure).collect();
    figures.sort_by(f64::total_cmp);
    format!("{:.2e}", figures[figures.len() / 2]).parse::<f64>().map_or(Value::Null, Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_are_of_the_pairs() {
        // The machine was slow in the second round, for both.
        let rounds = [[1.0, 2.0, 0.0], [4.0, 8.0, 0.0], [1.2, 2.5, 0.0]];
        assert_eq!(median(&rounds, |round| round[1] / round[0]), 2.0);
        assert_eq!(median(&rounds, |round| 1234.0 * round[0]), 1480.0);
    }

    #[test]
    fn another_queue_is_no_time() {
        let said = |mean_wait: f64| {
            let line =
                format!(r#"{{"seconds": 2, "customers": 1000043, "mean_wait": {mean_wait}}}"#);
            served(Command::new("echo").arg(line))
        };
        assert_eq!(said(0.76), Some(2.0));
        assert_eq!(said(0.9), None);
    }
}
