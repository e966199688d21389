//! The two ways to play a scenario to its end.

use crate::cloudwatch::Metrics;
use crate::data_plane::{Exact, Expected, Idle, Laws};
use crate::run::Run;
use crate::scenario::Scenario;
use crate::settled::Settling;
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
        self.with_plane(scenario, |plane| Run::new(scenario, Station::Expected, plane).finish())
    }

    /// Plays a scenario to its end; what theory cannot vouch for is still to be
    /// settled.
    pub fn settle(&mut self, scenario: &Scenario) -> Settling {
        self.with_plane(scenario, |plane| Settling::with_plane(scenario, plane))
    }

    fn with_plane<T>(&mut self, scenario: &Scenario, play: impl FnOnce(&mut Expected) -> T) -> T {
        let mut plane = Expected::with_laws(scenario, std::mem::take(&mut self.laws));
        let played = play(&mut plane);
        self.laws = plane.into_laws();
        played
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
