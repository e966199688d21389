//! `headroom simulate`: plays a scenario and prints what came of it.

use std::path::Path;

use headroom_model::trace::Station;

use crate::command::Format;
use crate::{Failure, input, table};

pub(crate) fn run(
    path: &Path,
    station: Station,
    seed: Option<u64>,
    format: Format,
) -> Result<String, Failure> {
    let mut scenario = input::scenario(path)?;
    scenario.seed = seed.unwrap_or(scenario.seed);
    let trace = headroom_model::simulate(&scenario, station);
    Ok(match format {
        Format::Json => trace.to_json() + "\n",
        Format::Csv => table::csv(&trace.minutes),
    })
}
