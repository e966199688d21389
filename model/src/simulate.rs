//! The two ways to play a scenario to its end.

use crate::cloudwatch::Metrics;
use crate::data_plane::{Exact, Expected, Idle};
use crate::run::Run;
use crate::scenario::Scenario;
use crate::time::Micros;
use crate::trace::{Station, Trace};

/// Plays a scenario to its end.
pub fn simulate(scenario: &Scenario, station: Station) -> Trace {
    match station {
        Station::Exact => Run::new(scenario, station, Exact::new(scenario)).finish(),
        Station::Expected => expect(scenario),
    }
}

/// Plays a scenario to its end on the expected data plane; whoever calls this
/// alone does not carry the exact one.
pub fn expect(scenario: &Scenario) -> Trace {
    Run::new(scenario, Station::Expected, Expected::new(scenario)).finish()
}

/// Drives a scenario's policies with recorded metrics until `end`: open loop,
/// capacity does not feed back, no request is served. In each series slot `k`
/// is the datapoint that is visible at `k` of its periods.
///
/// Of the trace only decisions, alarms, watches and tasks mean anything.
pub fn replay(scenario: &Scenario, metrics: Metrics, end: Micros) -> Trace {
    Run::replay(scenario, metrics, end, Idle).finish()
}
