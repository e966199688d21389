//! `headroom`: the scaling model at a prompt.
//!
//! Exit 0: done. Exit 1: the input is wrong; every fault is on standard error
//! as `error: PATH: what is wrong and what would be right`. Exit 2: wrong usage.

mod check;
mod command;
mod convert;
mod input;
mod queue;
mod recording;
mod replay;
mod simulate;
mod sweep;
mod table;
mod value;

use std::io::Write as _;
use std::process::ExitCode;

use command::Command;
use headroom_model::scenario::Fault;

const USAGE: &str = "\
usage: headroom simulate SCENARIO [--station expected|exact] [--seed N] [--format json|csv]
       headroom replay SCENARIO --metrics FILE.csv
       headroom sweep SCENARIO --vary /pointer=from:to:count [--vary ...]
                      [--station expected|exact] [--format json|csv]
       headroom queue mmc --servers C --rho R
       headroom queue mmck --servers C --capacity K --rho R
       headroom queue mg1 --cv2 V --rho R
       headroom queue erlang-a --servers C --rho R --theta T
       headroom check FILE...
       headroom convert FILE --to cli|cloudformation|terraform|scenario
       headroom --version
";

/// Why a command did not do what was asked.
#[derive(Debug)]
enum Failure {
    /// The input is wrong.
    Input(Vec<Fault>),
    /// The command was called in a wrong way.
    Usage(String),
}

impl From<Vec<Fault>> for Failure {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Input(faults)
    }
}

fn main() -> ExitCode {
    let done = Command::parse(lexopt::Parser::from_env()).and_then(run);
    let mut errors = std::io::stderr().lock();
    // A closed standard error leaves nobody to tell.
    match done {
        Ok(output) => match std::io::stdout().lock().write_all(output.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            // The reader has seen enough, as `head` does.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                writeln!(errors, "error: standard output: {error}").ok();
                ExitCode::FAILURE
            }
        },
        Err(Failure::Input(faults)) => {
            for fault in faults {
                writeln!(errors, "error: {fault}").ok();
            }
            ExitCode::FAILURE
        }
        Err(Failure::Usage(message)) => {
            write!(errors, "error: {message}\n{USAGE}").ok();
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<String, Failure> {
    match command {
        Command::Help => Ok(USAGE.to_owned()),
        Command::Version => Ok(format!(
            "headroom {} (model {})\n",
            env!("CARGO_PKG_VERSION"),
            headroom_model::VERSION
        )),
        Command::Simulate { scenario, station, seed, format } => {
            simulate::run(&scenario, station, seed, format)
        }
        Command::Sweep { scenario, vary, station, format } => {
            sweep::run(&scenario, &vary, station, format)
        }
        Command::Queue(queue) => Ok(queue.run()),
        Command::Replay { scenario, metrics } => replay::run(&scenario, &metrics),
        Command::Check { files } => check::run(&files),
        Command::Convert { file, to } => convert::run(&file, to),
    }
}
