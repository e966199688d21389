//! `headroom simulate`: plays a scenario and prints what came of it.

use std::io::Write as _;
use std::path::Path;

use headroom_model::Settling;
use headroom_model::scenario::{Autoscaling, Metric, Scenario};
use headroom_model::time::Micros;
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
    if station == Station::Exact
        && let Some(note) = length(requests(&scenario))
    {
        // A closed standard error leaves nobody to tell.
        writeln!(std::io::stderr(), "note: {note}").ok();
    }
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

/// How many requests a scenario offers, about, if nobody sends again.
fn requests(scenario: &Scenario) -> f64 {
    let minutes = scenario.duration.0.div_ceil(Micros::MINUTE.0);
    (0..minutes).flat_map(|minute| scenario.traffic.rates_in_minute(minute)).sum()
}

/// Says so if it takes minutes to simulate so many requests, by the request.
fn length(requests: f64) -> Option<String> {
    /// What a request takes on a middling machine, rounded up.
    const SECONDS: f64 = 1e-7;
    let minutes = (requests * SECONDS / 60.0).ceil();
    (minutes > 1.0).then(|| {
        format!(
            "some {} million requests are simulated one by one, which may take {minutes} minutes; \
             --station expected answers much sooner",
            (requests / 1e6).round()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_minutes_says_so() {
        let scenario = |rps: u32| {
            let json = format!(
                r#"{{ "version": 1, "duration_s": 86400, "service": {{}},
                      "traffic": {{ "shape": "steady", "rps": {rps} }} }}"#
            );
            Scenario::parse(json.as_bytes()).expect("a valid scenario")
        };
        assert_eq!(requests(&scenario(10)), 864_000.0);
        assert_eq!(length(requests(&scenario(1000))), None);
        let note = length(requests(&scenario(1_000_000))).expect("a note");
        assert!(note.starts_with("some 86400 million requests") && note.contains("144 minutes"));
    }
}
