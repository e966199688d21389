//! `headroom replay`: recorded metrics drive the policies, open loop.

use std::path::Path;

use headroom_model::trace::{AlarmChange, Decision};
use serde::Serialize;

use crate::recording::Recording;
use crate::{Failure, input};

#[derive(Serialize)]
struct Replay<'a> {
    decisions: &'a [Decision],
    alarms: &'a [AlarmChange],
}

pub(crate) fn run(scenario: &Path, metrics: &Path) -> Result<String, Failure> {
    let scenario = input::scenario(scenario)?;
    let recording = Recording::parse(&input::read(metrics)?, &scenario)?;
    let trace = headroom_model::replay(&scenario, recording.metrics, recording.end);
    let replay = Replay { decisions: &trace.decisions, alarms: &trace.alarms };
    Ok(serde_json::to_string_pretty(&replay).unwrap_or_default() + "\n")
}
