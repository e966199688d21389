//! A second implementation of Application Auto Scaling and CloudWatch alarms,
//! slow and plain: a loop over seconds that reads the scenario's AWS JSON and
//! finds everything anew from the recorded datapoints and the log of activities.
//! Only desired count, tasks, bounds, suspensions and states of alarms are kept.
//!
//! Where AWS does not say, it follows the choices that the model declares.

mod alarm;
mod log;
mod metric;
mod policy;
mod settle;

use serde_json::Value;

use alarm::{Alarm, State};
use log::{Activity, Log};
pub(crate) use metric::{Column, Recording};
use policy::Policy;
use settle::Wish;

/// What was decided, as the scenario's contract has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decision {
    pub(crate) t_s: u64,
    pub(crate) policy: String,
    pub(crate) metric: Option<f64>,
    pub(crate) running: i64,
    pub(crate) desired_before: i64,
    pub(crate) proposed: i64,
    pub(crate) desired_after: i64,
    pub(crate) outcome: String,
}

/// An alarm has changed its state.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AlarmChange {
    pub(crate) t_s: u64,
    pub(crate) name: String,
    pub(crate) state: String,
}

/// What a replay comes to.
#[derive(Debug, PartialEq)]
pub(crate) struct Played {
    pub(crate) decisions: Vec<Decision>,
    pub(crate) alarms: Vec<AlarmChange>,
}

impl Played {
    /// In an order that says nothing about which of an instant came first.
    pub(crate) fn sorted(mut decisions: Vec<Decision>, mut alarms: Vec<AlarmChange>) -> Self {
        decisions.sort_by(|a, b| {
            let key = |d: &Decision| (d.t_s, d.policy.clone(), d.proposed, d.outcome.clone());
            key(a).cmp(&key(b))
        });
        alarms.sort();
        Self { decisions, alarms }
    }
}

/// Plays a scenario on recorded metrics.
pub(crate) fn play(scenario: &Value, recording: &Recording) -> Played {
    let ends = recording.values().map(|column| column.step_s * column.values.len() as u64);
    let end = ends.max().unwrap_or_default();
    let mut world = World::new(scenario, recording);
    for t in 0..=end {
        world.instant(t);
    }
    Played::sorted(world.decisions, world.alarm_changes)
}

struct World<'a> {
    scenario: &'a Value,
    recording: &'a Recording,
    policies: Vec<Policy>,
    alarms: Vec<Alarm>,
    desired: i64,
    running: i64,
    /// When each task that is starting will run, the oldest first.
    starting_s: Vec<u64>,
    provision_s: u64,
    min: i64,
    max: i64,
    /// Names of suspended processes.
    suspended: Vec<String>,
    log: Log,
    decisions: Vec<Decision>,
    alarm_changes: Vec<AlarmChange>,
}

impl<'a> World<'a> {
    fn new(scenario: &'a Value, recording: &'a Recording) -> Self {
        let scaling = &scenario["autoscaling"];
        let list = |name: &str| scaling[name].as_array().into_iter().flatten();
        let policies: Vec<Policy> = list("ScalingPolicies")
            .map(|policy| Policy::of(policy, &scenario["forecast"]))
            .collect();
        let tracking = policies.iter().flat_map(|policy| match policy {
            Policy::Tracking(policy) => policy.alarms(),
            _ => Vec::new(),
        });
        let alarms = tracking.chain(list("Alarms").map(Alarm::own)).collect();
        let target = &scaling["ScalableTarget"];
        let suspended = target["SuspendedState"].as_object().into_iter().flatten();
        let desired = scenario["service"]["desired_count"].as_i64().unwrap_or_default();
        Self {
            scenario,
            recording,
            policies,
            alarms,
            desired,
            running: desired,
            starting_s: Vec::new(),
            provision_s: scenario["service"]["startup"]["provision_s"].as_u64().unwrap_or(0),
            min: target["MinCapacity"].as_i64().unwrap_or_default(),
            max: target["MaxCapacity"].as_i64().unwrap_or_default(),
            suspended: suspended
                .filter(|(_, suspended)| **suspended == true)
                .map(|(process, _)| process.trim_end_matches("Suspended").to_owned())
                .collect(),
            log: Log::default(),
            decisions: Vec::new(),
            alarm_changes: Vec::new(),
        }
    }

    fn is_suspended(&self, process: &str) -> bool {
        self.suspended.iter().any(|suspended| suspended == process)
    }

    /// Tasks that have started, events, scheduled actions, forecasts and alarms,
    /// in this order, each on the tasks that follow from those before it.
    fn instant(&mut self, t: u64) {
        let started = self.starting_s.iter().filter(|at| **at <= t).count();
        self.starting_s.drain(..started);
        self.running += started as i64;
        self.log.running(t, self.running);
        self.events(t);
        let before = self.desired;
        let first = self.decisions.len();
        self.scheduled_actions(t);
        self.forecasts(t);
        let wishes = self.wishes(t);
        self.settle(t, &wishes);
        for decision in &mut self.decisions[first..] {
            decision.desired_before = before;
            decision.desired_after = self.desired;
        }
        self.follow(t);
    }

    /// Tasks follow the desired count: starting ones are given up first.
    fn follow(&mut self, t: u64) {
        let present = self.running + self.starting_s.len() as i64;
        for _ in present..self.desired {
            self.starting_s.push(t + self.provision_s);
        }
        for _ in self.desired..present {
            if self.starting_s.pop().is_none() {
                self.running -= 1;
            }
        }
        let at_once = self.starting_s.iter().filter(|at| **at <= t).count();
        self.starting_s.drain(..at_once);
        self.running += at_once as i64;
        self.log.running(t, self.running);
    }

    /// Moves the desired count. Another activity, if it is not complete yet,
    /// is overridden.
    fn set_desired(&mut self, t_s: u64, to: i64, cooldown_s: Option<u64>) {
        let from = self.desired;
        if to != from {
            self.log.push(Activity { t_s, from, to, cooldown_s, completed_s: None });
            self.desired = to;
        }
    }

    fn events(&mut self, t: u64) {
        let scenario = self.scenario;
        for event in scenario["events"].as_array().into_iter().flatten() {
            if event["at_s"].as_u64() != Some(t) {
                continue;
            }
            let process = event["process"].as_str().unwrap_or_default();
            match event["kind"].as_str() {
                Some("set_desired") => {
                    self.set_desired(t, event["desired_count"].as_i64().unwrap_or(0), None);
                }
                Some("suspend") => self.suspended.push(process.to_owned()),
                Some("resume") => self.suspended.retain(|suspended| suspended != process),
                _ => {
                    self.min = event["MinCapacity"].as_i64().unwrap_or(self.min);
                    self.max = event["MaxCapacity"].as_i64().unwrap_or(self.max);
                    self.set_desired(t, self.desired.clamp(self.min, self.max), None);
                }
            }
            self.follow(t);
        }
    }

    fn scheduled_actions(&mut self, t: u64) {
        let actions = &self.scenario["autoscaling"]["ScheduledActions"];
        for action in actions.as_array().into_iter().flatten() {
            if at_s(action, self.scenario) != Some(t) {
                continue;
            }
            let bounds = &action["ScalableTargetAction"];
            let min = bounds["MinCapacity"].as_i64().unwrap_or(self.min);
            let max = bounds["MaxCapacity"].as_i64().unwrap_or(self.max);
            let before = self.desired;
            let outcome = if self.is_suspended("ScheduledScaling") {
                "suspended"
            } else if min > max {
                "failed"
            } else {
                (self.min, self.max) = (min, max);
                self.set_desired(t, before.clamp(min, max), None);
                match self.desired.cmp(&before) {
                    std::cmp::Ordering::Greater => "scaled_out",
                    std::cmp::Ordering::Less => "scaled_in",
                    std::cmp::Ordering::Equal => "no_change",
                }
            };
            let name = action["ScheduledActionName"].as_str().unwrap_or_default();
            let proposed = self.desired;
            self.decide(t, name, None, proposed, outcome);
            self.follow(t);
        }
    }

    /// A forecast raises the count to its capacity, and never lowers it.
    fn forecasts(&mut self, t: u64) {
        let acting = self.policies.iter().filter_map(|policy| match policy {
            Policy::Predictive(policy) => policy
                .acting(t)
                .map(|capacity| (policy.name.clone(), capacity, policy.raises_max_by)),
            _ => None,
        });
        for (name, capacity, raises_max_by) in acting.collect::<Vec<_>>() {
            if let Some(buffer) = raises_max_by {
                self.max = self.max.max((capacity * (100 + buffer) + 99) / 100);
            }
            let outcome = if capacity.max(self.min) <= self.desired {
                "no_change"
            } else if self.desired >= self.max {
                "at_max"
            } else {
                "scaled_out"
            };
            self.decide(t, &name, None, capacity, outcome);
            if outcome == "scaled_out" {
                self.set_desired(t, capacity.clamp(self.min, self.max), None);
            }
            self.follow(t);
        }
    }

    /// Adds a decision; the instant's end says what came of it.
    fn decide(
        &mut self,
        t_s: u64,
        policy: &str,
        metric: Option<f64>,
        proposed: i64,
        outcome: &str,
    ) {
        self.decisions.push(Decision {
            t_s,
            policy: policy.to_owned(),
            metric,
            running: self.running,
            desired_before: 0,
            proposed,
            desired_after: 0,
            outcome: outcome.to_owned(),
        });
    }

    /// What the policies ask for whose alarm is in ALARM at `t`. They are called
    /// on the transition, and once a minute while it stays; and by the newest
    /// datapoint, if there are no tasks.
    fn wishes(&mut self, t: u64) -> Vec<Wish> {
        let mut asked = Vec::new();
        for (index, alarm) in self.alarms.iter_mut().enumerate() {
            if !alarm.is_due(t) {
                asked.extend((alarm.state == State::Alarm).then_some((index, false)));
                continue;
            }
            let state = alarm.state_at(self.recording, t);
            let changed = state != alarm.state;
            alarm.state = state;
            if changed {
                self.alarm_changes.push(AlarmChange {
                    t_s: t,
                    name: alarm.name.clone(),
                    state: state.name().to_owned(),
                });
            }
            let again = alarm.last_call_s.is_none_or(|last| t >= last + 60);
            let wakes = self.desired == 0
                && self.running == 0
                && alarm.name.ends_with("AlarmHigh")
                && alarm.newest(self.recording, t).is_some_and(|metric| metric > alarm.threshold);
            let called = state == State::Alarm && (changed || again);
            if called {
                alarm.last_call_s = Some(t);
            }
            asked.extend((wakes || state == State::Alarm).then_some((index, called || wakes)));
        }
        let mut wishes = Vec::new();
        for (alarm, called) in asked {
            let alarm = &self.alarms[alarm];
            for policy in self.policies.iter().filter(|policy| alarm.calls(policy.name())) {
                let mut wish =
                    Wish::of(policy, alarm, self.recording, t, (self.running, self.desired));
                wish.called = called;
                wishes.push(wish);
            }
        }
        wishes
    }
}

/// When a scheduled action with an `at` expression acts [s after the start, on
/// the day of the start].
fn at_s(action: &Value, scenario: &Value) -> Option<u64> {
    let clock = |text: &str| {
        let time = text.split_once('T')?.1;
        let mut parts = time.get(..8)?.split(':').map(|part| part.parse::<u64>().ok());
        Some(parts.next()?? * 3600 + parts.next()?? * 60 + parts.next()??)
    };
    clock(action["Schedule"].as_str()?)?.checked_sub(clock(scenario["start"].as_str()?)?)
}
