//! The two ways to play a scenario to its end.

use crate::cloudwatch::Metrics;
use crate::data_plane::{Exact, Expected, Idle, Laws};
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
    Player::default().expect(scenario)
}

/// Plays one scenario after the other on the expected data plane. It keeps
/// what it computes of queueing theory, some megabytes at most, so that a
/// scenario like an earlier one is played sooner; what comes out is the same.
#[derive(Debug, Clone, Default)]
pub struct Player {
    laws: Laws,
}

impl Player {
    /// Plays a scenario to its end.
    pub fn expect(&mut self, scenario: &Scenario) -> Trace {
        let mut plane = Expected::with_laws(scenario, std::mem::take(&mut self.laws));
        let trace = Run::new(scenario, Station::Expected, &mut plane).finish();
        self.laws = plane.into_laws();
        trace
    }
}

/// Drives a scenario's policies with recorded metrics until `end`: open loop,
/// capacity does not feed back, no request is served. In each series slot `k`
/// is the datapoint that is visible at `k` of its periods.
///
/// Of the trace only decisions, alarms, watches and tasks mean anything.
pub fn replay(scenario: &Scenario, metrics: Metrics, end: Micros) -> Trace {
    Run::replay(scenario, metrics, end, Idle).finish()
}
