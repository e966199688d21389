//! The run that a figure's state asks for.

use headroom_model::Player;
use headroom_model::scenario::{Parts, Scenario};
use headroom_model::trace::Trace;
use serde_json::Value;

use super::state::{State, scenario_json};
use crate::course::figure::Figure;

/// What the figures of the course need; the page carries no more.
const PARTS: Parts = Parts::NONE;

/// A scenario and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What was simulated.
    pub scenario: Scenario,
    /// What came out.
    pub trace: Trace,
    /// What scales it, as AWS's own JSON.
    pub autoscaling: Option<Value>,
}

impl Run {
    /// Runs what a state asks for; if its scenario is not valid, a sentence
    /// says why. Sections' own acts are valid at every setting: a test runs them.
    ///
    /// A player that has played the figure before is done sooner.
    pub fn of(player: &mut Player, figure: &Figure, state: &State) -> Result<Self, String> {
        let mut json = scenario_json(figure, state);
        let scenario = Scenario::read(&json, PARTS).map_err(|faults| {
            let faults: Vec<_> =
                faults.iter().map(|fault| format!("{}: {}", fault.path, fault.message)).collect();
            faults.join("; ")
        })?;
        let trace = player.expect(&scenario);
        let autoscaling = json.get_mut("autoscaling").map(Value::take);
        Ok(Self { scenario, trace, autoscaling: autoscaling.filter(|json| !json.is_null()) })
    }

    /// Row of the minute that ends at or after `t_s`: the one whose mean says
    /// what the tasks do then.
    pub fn minute_at(&self, t_s: f64) -> Option<usize> {
        let minutes = &self.trace.minutes;
        let row = minutes.partition_point(|minute| minute.t_s < t_s);
        minutes.len().checked_sub(1).map(|last| row.min(last))
    }

    /// How long it lasts [s].
    pub fn duration_s(&self) -> f64 {
        self.scenario.duration.as_s()
    }

    /// The time on a clock, in a run of a day and more with the day of the week.
    pub fn clock(&self, t_s: f64) -> String {
        const DAY_S: f64 = 86_400.0;
        let start = self.scenario.start.unix_s;
        let clock = crate::chart::clock_s(start, t_s);
        if self.duration_s() < DAY_S {
            return clock;
        }
        format!("{} {clock}", crate::chart::weekday(start, t_s))
    }
}
