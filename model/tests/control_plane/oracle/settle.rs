//! Several policies ask for a capacity in one instant: which one counts.

use std::cmp::Ordering;

use super::World;
use super::alarm::Alarm;
use super::metric::Recording;
use super::policy::Policy;

/// What one policy asks for.
pub(super) struct Wish {
    policy: String,
    /// Its alarm calls it now; else the alarm is in ALARM from before.
    pub(super) called: bool,
    metric: Option<f64>,
    /// Before bounds and cooldown.
    proposed: i64,
    /// Greater asks for more tasks, less for fewer.
    direction: Ordering,
    tracking: bool,
    /// A capacity by itself is not reduced by what a cooldown holds.
    exact: bool,
    /// The cooldown that it begins, if it moves the count.
    cooldown_s: u64,
}

impl Wish {
    /// What `policy` asks for when `alarm` calls it.
    pub(super) fn of(
        policy: &Policy,
        alarm: &Alarm,
        recording: &Recording,
        t: u64,
        (running, desired): (i64, i64),
    ) -> Self {
        let mut wish = Self {
            policy: policy.name().to_owned(),
            called: false,
            metric: None,
            proposed: running,
            direction: Ordering::Equal,
            tracking: false,
            exact: false,
            cooldown_s: 0,
        };
        match policy {
            Policy::Tracking(policy) => {
                let high = alarm.name.ends_with("AlarmHigh");
                wish.tracking = true;
                wish.metric = alarm.counted(recording, t).first().copied();
                let newest_breaches =
                    high && alarm.newest(recording, t).is_some_and(|m| m > alarm.threshold);
                wish.proposed = match wish.metric {
                    Some(_) if (running, desired) == (0, 0) && newest_breaches => 1,
                    Some(metric) => policy.capacity(running, metric),
                    None => running,
                };
                wish.direction = if high { Ordering::Greater } else { Ordering::Less };
                wish.cooldown_s = if high { policy.out_cooldown_s } else { policy.in_cooldown_s };
            }
            Policy::Step(policy) => {
                wish.metric = policy.metric(alarm, recording, t);
                let capacity = wish.metric.and_then(|m| policy.capacity(alarm, m, running));
                wish.proposed = capacity.unwrap_or(running);
                wish.direction = wish.proposed.cmp(&running);
                wish.exact = policy.is_exact();
                wish.cooldown_s = policy.cooldown_s;
            }
            Policy::Predictive(_) => {}
        }
        wish
    }
}

impl World<'_> {
    /// Lets the wishes compete and moves the desired count.
    pub(super) fn settle(&mut self, t: u64, wishes: &[Wish]) {
        let all_agree = self.policies.iter().all(|policy| match policy {
            Policy::Tracking(policy) => policy.agrees(&self.alarms),
            _ => true,
        });
        let (out, inward): (Vec<&Wish>, Vec<&Wish>) = wishes
            .iter()
            .filter(|wish| self.competes(wish, all_agree))
            .partition(|wish| wish.direction == Ordering::Greater);

        let mut outcomes: Vec<(&Wish, &str)> = Vec::new();
        let mut moved = None;
        // The largest of those that ask for more decides alone.
        let called: Vec<&Wish> = out.iter().copied().filter(|wish| wish.called).collect();
        let most = called.iter().map(|wish| self.credited(t, wish)).max();
        if let Some(wish) = called.iter().find(|wish| Some(self.credited(t, wish)) == most) {
            let (to, outcome) = self.scale_out(t, wish);
            outcomes.push((wish, outcome));
            moved = to.map(|to| (to, wish.cooldown_s));
        } else if out.is_empty() {
            // Target tracking speaks with one voice, that of the largest called.
            let tracking = || inward.iter().copied().filter(|wish| wish.tracking);
            let called = || tracking().filter(|wish| wish.called);
            let loudest = called().map(|wish| wish.proposed).max();
            let voice = called().find(|wish| Some(wish.proposed) == loudest);
            let together = tracking().map(|wish| wish.proposed).max();
            let steps = inward.iter().filter(|wish| wish.called && !wish.tracking);
            // Who asks, for what.
            let asks =
                voice.zip(together).into_iter().chain(steps.map(|wish| (*wish, wish.proposed)));
            let settled: Vec<_> =
                asks.map(|(wish, asked)| (wish, asked, self.scale_in(t, asked))).collect();
            let moving = settled.iter().filter(|(_, _, (to, _))| to.is_some());
            let largest = moving.map(|(_, asked, _)| *asked).max();
            for (wish, asked, (to, outcome)) in settled {
                match to {
                    Some(to) if moved.is_none() && Some(asked) == largest => {
                        moved = Some((to, wish.cooldown_s));
                        outcomes.push((wish, outcome));
                    }
                    Some(_) => {}
                    None => outcomes.push((wish, outcome)),
                }
            }
        }

        for wish in wishes.iter().filter(|wish| wish.called) {
            let found = outcomes.iter().find(|(of, _)| std::ptr::eq(*of, wish));
            let outcome = match wish.direction {
                Ordering::Equal => "no_change",
                _ if self.is_suspended_for(wish) => "suspended",
                Ordering::Less if wish.tracking && !all_agree => "vetoed",
                _ => found.map_or("outvoted", |(_, outcome)| outcome),
            };
            self.decide(t, &wish.policy, wish.metric, wish.proposed, outcome);
        }
        if let Some((to, cooldown_s)) = moved {
            self.set_desired(t, to, Some(cooldown_s));
        }
    }

    fn is_suspended_for(&self, wish: &Wish) -> bool {
        match wish.direction {
            Ordering::Greater => self.is_suspended("DynamicScalingOut"),
            Ordering::Less => self.is_suspended("DynamicScalingIn"),
            Ordering::Equal => false,
        }
    }

    /// Target tracking scales in only if all its policies would.
    fn competes(&self, wish: &Wish, all_agree: bool) -> bool {
        let vetoed = wish.tracking && wish.direction == Ordering::Less && !all_agree;
        wish.direction != Ordering::Equal && !vetoed && !self.is_suspended_for(wish)
    }

    /// What is asked for, less what a cooldown counts as added.
    fn credited(&self, t: u64, wish: &Wish) -> i64 {
        let credit = if wish.exact { 0 } else { self.log.credit(t) };
        (wish.proposed - credit).max(0)
    }

    /// Where a scale-out leads, if anywhere, and its outcome.
    fn scale_out(&self, t: u64, wish: &Wish) -> (Option<i64>, &'static str) {
        let to = self.credited(t, wish).max(self.min).min(self.max);
        if wish.proposed.max(self.min) <= self.desired {
            (None, "no_change")
        } else if to > self.desired {
            (Some(to), "scaled_out")
        } else if self.desired >= self.max {
            (None, "at_max")
        } else {
            (None, "in_cooldown")
        }
    }

    /// Where a scale-in leads, if anywhere, and its outcome.
    fn scale_in(&self, t: u64, asked: i64) -> (Option<i64>, &'static str) {
        let forecast = self.held_by_forecasts(t).min(self.max);
        let to = asked.max(self.min).max(forecast).min(self.max);
        if self.running == 0 || asked.min(self.max) >= self.desired {
            (None, "no_change")
        } else if self.desired <= self.min {
            (None, "at_min")
        } else if self.log.holds_scale_in(t) {
            (None, "in_cooldown")
        } else if to >= self.desired {
            (None, "outvoted")
        } else {
            (Some(to), "scaled_in")
        }
    }

    /// The capacity below which forecasts let nothing scale in.
    fn held_by_forecasts(&self, t: u64) -> i64 {
        let holds = self.policies.iter().map(|policy| match policy {
            Policy::Predictive(policy) => policy.holds(t),
            _ => 0,
        });
        holds.max().unwrap_or(0)
    }
}
