//! The run that a figure's state asks for.

use headroom_model::Player;
use headroom_model::scenario::{Parts, Scenario};
use headroom_model::trace::Trace;
use serde_json::Value;

use super::state::{State, beside_json, scenario_json};
use crate::course::figure::Figure;

/// What the figures of the course need; the page carries no more.
const PARTS: Parts = Parts::NONE.with_steps();

/// A scenario and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What was simulated.
    pub scenario: Scenario,
    /// What came out.
    pub trace: Trace,
    /// What scales it, as AWS's own JSON.
    pub autoscaling: Option<Value>,
    /// Another run to hold it against, which has none itself.
    pub beside: Option<Box<Beside>>,
}

/// A run beside another: the same traffic and seed, one thing changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside {
    /// What it is called.
    pub name: String,
    /// What the run is called that it stands beside.
    pub name_of_this: String,
    /// What came of it.
    pub run: Run,
}

impl Run {
    /// Runs what a state asks for; if its scenario is not valid, a sentence
    /// says why. Sections' own acts are valid at every setting: a test runs them.
    ///
    /// A player that has played the figure before is done sooner.
    pub fn of(player: &mut Player, figure: &Figure, state: &State) -> Result<Self, String> {
        let mut run = Self::alone(player, scenario_json(figure, state))?;
        if let Some((beside, json)) = beside_json(figure, state) {
            let (name, name_of_this) = (beside.label.clone(), beside.name_of_this.clone());
            let beside = Self::alone(player, json)?;
            run.beside = Some(Box::new(Beside { name, name_of_this, run: beside }));
        }
        Ok(run)
    }

    fn alone(player: &mut Player, mut json: Value) -> Result<Self, String> {
        let scenario = Scenario::read(&json, PARTS).map_err(|faults| {
            let faults: Vec<_> =
                faults.iter().map(|fault| format!("{}: {}", fault.path, fault.message)).collect();
            faults.join("; ")
        })?;
        let trace = player.expect(&scenario);
        let autoscaling = json.get_mut("autoscaling").map(Value::take);
        let autoscaling = autoscaling.filter(|json| !json.is_null());
        Ok(Self { scenario, trace, autoscaling, beside: None })
    }

    /// It, and the run beside it.
    pub fn both(&self) -> [Option<&Self>; 2] {
        [Some(self), self.beside.as_ref().map(|beside| &beside.run)]
    }

    /// What one of [both](Self::both) is called; nothing if there is only one.
    pub fn name_of(&self, index: usize) -> &str {
        let Some(beside) = &self.beside else { return "" };
        if index == 0 { &beside.name_of_this } else { &beside.name }
    }

    /// What is said of it; if there is a run beside it, of each by its name.
    pub fn each_said(&self, say: &dyn Fn(&Self) -> String) -> String {
        let Some(beside) = &self.beside else { return say(self) };
        let (own, other) = (say(self), say(&beside.run));
        [&beside.name_of_this, ": ", &own, " ", &beside.name, ": ", &other].concat()
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
