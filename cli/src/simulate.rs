//! `headroom simulate`: plays a scenario and prints what came of it.

use std::io::Write as _;
use std::path::Path;

use headroom_model::Settling;
use headroom_model::scenario::{Autoscaling, Metric, Scenario};
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
    say_what_is_not_measured(&scenario);
    let trace = match station {
        Station::Expected => Settling::new(&scenario).finish(),
        Station::Exact => headroom_model::simulate(&scenario, station),
    };
    Ok(match format {
        Format::Json => trace.to_json() + "\n",
        Format::Csv => table::csv(&trace.minutes),
    })
}

/// A metric that the run does not publish never has a datapoint, as on AWS when
/// nobody publishes it; that is no fault, but worth a line.
fn say_what_is_not_measured(scenario: &Scenario) {
    let metrics = scenario.autoscaling.iter().flat_map(Autoscaling::metrics);
    let mut errors = std::io::stderr().lock();
    for metric in metrics.filter(|metric| matches!(metric, Metric::Named { .. })) {
        // A closed standard error leaves nobody to tell.
        writeln!(
            errors,
            "note: the run publishes no {} with this statistic, so what reads it never acts; \
             `headroom replay` reads it from a recording",
            metric.name()
        )
        .ok();
    }
}
