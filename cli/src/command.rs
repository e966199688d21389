//! What was asked for, from the arguments.

use std::path::PathBuf;

use headroom_aws::Form;
use headroom_model::trace::Station;
use lexopt::prelude::*;

use crate::Failure;
use crate::queue::Queue;
use crate::sweep::Vary;

/// A command with its arguments.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Help,
    Version,
    Simulate { scenario: PathBuf, station: Station, seed: Option<u64>, format: Format },
    Replay { scenario: PathBuf, metrics: PathBuf },
    Check { files: Vec<PathBuf> },
    Convert { file: PathBuf, to: Form },
    Queue(Queue),
    Sweep { scenario: PathBuf, vary: Vec<Vary>, station: Station, format: Format },
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Csv,
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

/// A wrong call.
pub(crate) fn usage<T>(message: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Usage(message.into()))
}

impl Command {
    /// Reads the arguments; anything that is not understood is a wrong usage.
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Self, Failure> {
        let Some(first) = parser.next()? else { return usage("a command is missing") };
        let name = match first {
            Short('h') | Long("help") => return Ok(Self::Help),
            Short('V') | Long("version") => return Ok(Self::Version),
            Value(name) => name.string()?,
            other => return Err(other.unexpected().into()),
        };
        match name.as_str() {
            "help" => Ok(Self::Help),
            "simulate" => simulate(parser),
            "replay" => replay(parser),
            "check" => check(parser),
            "convert" => convert(parser),
            "queue" => Ok(Self::Queue(Queue::parse(parser)?)),
            "sweep" => sweep(parser),
            other => usage(format!("there is no command `{other}`")),
        }
    }
}

fn simulate(mut parser: lexopt::Parser) -> Result<Command, Failure> {
    let (mut scenario, mut seed) = (None, None);
    let (mut station, mut format) = (Station::Expected, Format::Json);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("station") => station = read_station(&mut parser)?,
            Long("seed") => {
                let text = parser.value()?.string()?;
                let Ok(number) = text.parse() else {
                    return usage(format!(
                        "--seed is a whole number from 0 to 2^64 - 1, not `{text}`"
                    ));
                };
                seed = Some(number);
            }
            Long("format") => format = read_format(&mut parser)?,
            Value(path) if scenario.is_none() => scenario = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    match scenario {
        Some(scenario) => Ok(Command::Simulate { scenario, station, seed, format }),
        None => usage("which scenario? name its file"),
    }
}

fn read_station(parser: &mut lexopt::Parser) -> Result<Station, Failure> {
    match parser.value()?.string()?.as_str() {
        "expected" => Ok(Station::Expected),
        "exact" => Ok(Station::Exact),
        other => usage(format!("--station is expected or exact, not `{other}`")),
    }
}

fn read_format(parser: &mut lexopt::Parser) -> Result<Format, Failure> {
    match parser.value()?.string()?.as_str() {
        "json" => Ok(Format::Json),
        "csv" => Ok(Format::Csv),
        other => usage(format!("--format is json or csv, not `{other}`")),
    }
}

fn sweep(mut parser: lexopt::Parser) -> Result<Command, Failure> {
    let (mut scenario, mut vary) = (None, Vec::<Vary>::new());
    let (mut station, mut format) = (Station::Expected, Format::Json);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("vary") => {
                let next = Vary::parse(&parser.value()?.string()?)?;
                if vary.iter().any(|earlier| earlier.pointer == next.pointer) {
                    return usage(format!("--vary names {} twice", next.pointer));
                }
                vary.push(next);
            }
            Long("station") => station = read_station(&mut parser)?,
            Long("format") => format = read_format(&mut parser)?,
            Value(path) if scenario.is_none() => scenario = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    match scenario {
        None => usage("which scenario? name its file"),
        Some(_) if vary.is_empty() => {
            usage("what varies? say it with --vary /pointer=from:to:count")
        }
        Some(scenario) => Ok(Command::Sweep { scenario, vary, station, format }),
    }
}

fn replay(mut parser: lexopt::Parser) -> Result<Command, Failure> {
    let (mut scenario, mut metrics) = (None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("metrics") => metrics = Some(PathBuf::from(parser.value()?)),
            Value(path) if scenario.is_none() => scenario = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    match (scenario, metrics) {
        (Some(scenario), Some(metrics)) => Ok(Command::Replay { scenario, metrics }),
        (None, _) => usage("which scenario? name its file"),
        (_, None) => usage("which metrics? name their file with --metrics"),
    }
}

fn check(mut parser: lexopt::Parser) -> Result<Command, Failure> {
    let mut files = Vec::new();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(path) => files.push(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    if files.is_empty() {
        usage("which files? name one or more")
    } else {
        Ok(Command::Check { files })
    }
}

fn convert(mut parser: lexopt::Parser) -> Result<Command, Failure> {
    let (mut file, mut to) = (None, None);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("to") => {
                to = Some(match parser.value()?.string()?.as_str() {
                    "cli" => Form::Script,
                    "cloudformation" => Form::CloudFormation,
                    "terraform" => Form::Terraform,
                    "scenario" => Form::Scenario,
                    other => {
                        return usage(format!(
                            "--to is cli, cloudformation, terraform or scenario, not `{other}`"
                        ));
                    }
                });
            }
            Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    match (file, to) {
        (Some(file), Some(to)) => Ok(Command::Convert { file, to }),
        (None, _) => usage("which file? name it"),
        (_, None) => usage("into which form? say it with --to"),
    }
}
