//! The why line: what the scaler saw in the minute under the cursor, and what
//! it did about it, or why it did nothing.

use std::cmp::Ordering;

use headroom_model::scenario::{AlarmSettings, Policy, TargetTracking};
use headroom_model::time::Micros;
use headroom_model::trace::{Decision, Minute, Outcome, Watch};

use super::boxes::boxes;
use super::run::Run;
use super::words::{seconds, spelled, tasks};
use crate::chart::{Counts, counts_at, reading, short, stepping, watched};

const HIGH_OF: u32 = TargetTracking::HIGH_PERIODS;

/// One minute, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// The minute on the clock.
    pub clock: String,
    /// What happened, in a few words.
    pub headline: String,
    /// What the scaler saw.
    pub seen: String,
    /// The sum that it did, if it did one.
    pub sum: Option<String>,
}

/// Explains the minute of `t_s`.
pub fn why(run: &Run, t_s: f64) -> Why {
    let begin_s = (t_s / 60.0).floor() * 60.0;
    let in_minute = |decision: &&Decision| (begin_s..=t_s).contains(&decision.t_s);
    let decisions = || run.trace.decisions.iter().filter(in_minute);
    // All decisions of an instant have the same counts: the outcome tells which
    // of them moved the desired count.
    let moved = decisions().rfind(|d| matches!(d.outcome, Outcome::ScaledOut | Outcome::ScaledIn));
    match moved.or_else(|| decisions().next_back()) {
        Some(decision) => decided(run, decision),
        None => {
            if run.scenario.autoscaling.is_none() {
                return scheduling(run, t_s);
            }
            let clock = run.clock(begin_s);
            let (headline, seen) = idle(run, begin_s);
            Why { clock, headline, seen, sum: None }
        }
    }
}

fn decided(run: &Run, decision: &Decision) -> Why {
    let (before, after) = (decision.desired_before, decision.desired_after);
    let headline = match decision.outcome {
        Outcome::ScaledOut => format!("Scaled out, {before} to {after}."),
        Outcome::ScaledIn => format!("Scaled in, {before} to {after}."),
        Outcome::NoChange => format!("Still {}.", tasks(after)),
        Outcome::InCooldown => format!("Still {}: a cooldown runs.", tasks(after)),
        Outcome::AtMax => format!("Still {}: that is the maximum.", tasks(after)),
        Outcome::AtMin => format!("Still {}: that is the minimum.", tasks(after)),
        Outcome::Vetoed => "Not scaled in: another policy objects.".to_owned(),
        Outcome::Outvoted => "Another policy asked for more.".to_owned(),
        Outcome::Deploying => format!("Still {}: a deployment holds scale-in.", tasks(after)),
        Outcome::Suspended => "Nothing done: scaling is suspended.".to_owned(),
        Outcome::Failed => "Failed.".to_owned(),
    };
    let policies = run.scenario.autoscaling.iter().flat_map(|scaling| &scaling.policies);
    let policy = policies.enumerate().find(|(_, policy)| policy.name() == decision.policy);
    let seen = policy.and_then(|(index, policy)| {
        let watch = watch_at(run, index, decision.t_s)?;
        let Some(policy) = policy.target_tracking() else {
            let name = decision.alarm.as_ref()?;
            let called = stepping(&run.scenario);
            let (alarm, _) = called.into_iter().find(|(alarm, _)| alarm.name == *name)?;
            return Some(counted(run, alarm, watch));
        };
        let out = watch.above >= HIGH_OF;
        Some(if out {
            let readings = readings(run, policy, watch, HIGH_OF);
            format!("{} readings above {}: {readings}", spelled(HIGH_OF), short(policy.target))
        } else {
            let low = short(policy.low_threshold());
            let readings = readings(run, policy, watch, policy.low_periods());
            format!("{} readings below {low}: {readings}", spelled(policy.low_periods()))
        })
    });
    Why {
        clock: run.clock(decision.t_s),
        headline,
        seen: seen.unwrap_or_default(),
        sum: (!decision.reason.is_empty()).then(|| with_times(&decision.reason)),
    }
}

/// A reason of the model, with the signs that people write.
fn with_times(reason: &str) -> String {
    let signs = |word| match word {
        "x" => "×",
        "-" => "−",
        "inf:" => "∞:",
        "-inf" => "−∞",
        word => word,
    };
    reason.split(' ').map(signs).collect::<Vec<_>>().join(" ")
}

/// The newest readings in a row, oldest first; of many, the ends. Of those that
/// come more often than the minutes are kept, the newest alone.
fn readings(run: &Run, policy: &TargetTracking, watch: &Watch, count: u32) -> String {
    if policy.signal.period() < Micros::MINUTE {
        return format!("the newest {}", watch.metric.map_or("–".to_owned(), short));
    }
    newest_of(run, watch, count, &|minute| reading(minute, Some(policy)))
}

/// The newest values of a minute that a watch saw, as in [`readings`].
fn newest_of(
    run: &Run,
    watch: &Watch,
    count: u32,
    value: &dyn Fn(&Minute) -> Option<f64>,
) -> String {
    let Some(newest) = watch.newest else { return String::new() };
    let first = (newest + 1).saturating_sub(count as usize);
    let minutes = run.trace.minutes.get(first..=newest).unwrap_or(&[]);
    let shown = |minute| value(minute).map_or("–".to_owned(), short);
    let texts: Vec<String> = minutes.iter().map(shown).collect();
    match texts.as_slice() {
        [first, second, .., last] if texts.len() > 5 => format!("{first} · {second} … {last}"),
        _ => texts.join(" · "),
    }
}

fn watch_at(run: &Run, policy: usize, t_s: f64) -> Option<&Watch> {
    let before = |watch: &&Watch| watch.policy == policy && watch.t_s <= t_s;
    run.trace.watches.iter().rfind(before)
}

/// What the service scheduler sees at an instant of a service that nothing
/// scales, and what it is about.
fn scheduling(run: &Run, t_s: f64) -> Why {
    let Counts { desired, running, pending } = counts_at(&run.scenario, &run.trace, t_s);
    let headline = match running.cmp(&desired) {
        Ordering::Less => "ECS closes the difference.",
        Ordering::Equal => "No difference to close.",
        Ordering::Greater => "More run than are desired, for now.",
    };
    // Those that take requests: RUNNING is not yet serving.
    let serving = boxes(run, t_s).iter().filter(|task| task.fill_percent.is_some()).count() as u32;
    let counts = [
        ("Desired ", desired),
        (" · running ", running),
        (" · serving ", serving),
        (" · pending ", pending),
    ];
    let seen: String = counts.map(|(word, count)| [word, &count.to_string()].concat()).concat();
    Why { clock: run.clock(t_s), headline: headline.to_owned(), seen, sum: None }
}

/// Why nothing happened: a headline and what the first policy saw.
fn idle(run: &Run, begin_s: f64) -> (String, String) {
    let scaling = run.scenario.autoscaling.as_ref();
    let Some((index, policy)) = scaling.and_then(|scaling| scaling.first_tracking()) else {
        return own_alarms(run, begin_s);
    };
    let delay_s = run.scenario.metrics.publish_delay.as_s();
    let watch = watch_at(run, index, begin_s).filter(|watch| watch.newest.is_some());
    let Some((watch, value)) = watch.and_then(|watch| Some((watch, watch.metric?))) else {
        let first = run.clock(60.0 + delay_s);
        return ("No reading yet.".to_owned(), format!("The first one is there at {first}."));
    };
    let (target, low) = (policy.target, policy.low_threshold());
    let counts_below = watch.below > 0 && !policy.disable_scale_in;
    let (headline, mut seen) = if watch.above > 0 {
        let seen = format!(
            "{} of {HIGH_OF} readings above {}: {}",
            watch.above.min(HIGH_OF),
            short(target),
            readings(run, policy, watch, watch.above.min(HIGH_OF))
        );
        ("Waiting.", seen)
    } else if counts_below {
        let of = policy.low_periods();
        let count = watch.below.min(of);
        let seen = format!(
            "{count} of {of} readings below {}: {}",
            short(low),
            readings(run, policy, watch, count)
        );
        ("Waiting.", seen)
    } else if value < low {
        ("Nothing to do.", format!("{} is below {}, but scale-in is off", short(value), short(low)))
    } else {
        let (value, low, target) = (short(value), short(low), short(target));
        ("Nothing to do.", format!("{value} is between {low} and {target}: nothing happens there"))
    };
    seen += &cooldowns(watch, begin_s);
    if delay_s > 0.0
        && let Some(newest) = watch.newest.and_then(|row| run.trace.minutes.get(row))
    {
        seen += &format!(" · the newest reading is that of {}", run.clock(newest.t_s));
    }
    (headline.to_owned(), seen)
}

/// The cooldowns that run at an instant of a watch, with a dot before each.
fn cooldowns(watch: &Watch, at_s: f64) -> String {
    let both = [
        ("scale-out", watch.scale_out_cooldown_until_s),
        ("scale-in", watch.scale_in_cooldown_until_s),
    ];
    let left = both.into_iter().filter_map(|(name, until_s)| {
        let left_s = until_s.map(|until_s| until_s - at_s).filter(|left_s| *left_s > 0.0)?;
        Some(format!(" · {name} cooldown: {} left", seconds(left_s)))
    });
    left.collect()
}

/// What the alarms of step policies saw in a minute in which they called nothing.
fn own_alarms(run: &Run, begin_s: f64) -> (String, String) {
    let alarms = stepping(&run.scenario);
    let Some((first, _)) = alarms.first() else {
        let policies = run.scenario.autoscaling.iter().flat_map(|scaling| &scaling.policies);
        let Some(policy) = policies.map(Policy::name).next() else {
            return ("Nothing scales this service.".to_owned(), String::new());
        };
        let seen = format!("No alarm has the policy {policy} in its actions");
        return ("Nothing calls the policy.".to_owned(), seen);
    };
    let watch = |alarm: &AlarmSettings| {
        let watch = watch_at(run, *alarm.calls.first()?, begin_s)?;
        watch.metric.map(|value| (watch, value))
    };
    let Some((newest, value)) = watch(first) else {
        return ("No reading yet.".to_owned(), format!("{} has none", first.name));
    };
    let cooldowns = cooldowns(newest, begin_s);
    let breached = alarms.iter().find_map(|(alarm, _)| {
        let (watch, _) = watch(alarm).filter(|(watch, _)| watch.above > 0)?;
        Some(counted(run, alarm, watch))
    });
    match breached {
        Some(counted) => ("Waiting.".to_owned(), counted + &cooldowns),
        None => {
            let limits: Vec<_> = alarms.iter().map(|(alarm, _)| short(alarm.threshold)).collect();
            let limits = limits.join(" or ");
            let seen = format!("{} is not beyond {limits}", short(value));
            ("Nothing to do.".to_owned(), seen + &cooldowns)
        }
    }
}

/// How many readings beyond its threshold an alarm of one's own counts, and which.
fn counted(run: &Run, alarm: &AlarmSettings, watch: &Watch) -> String {
    let wanted = alarm.datapoints_to_alarm as u32;
    let count = watch.above.min(wanted);
    let side = if alarm.comparison.is_above() { "above" } else { "below" };
    let counts = if count < wanted {
        format!("{count} of {wanted} readings {side}")
    } else {
        format!("{count} {} {side}", readings_of(count))
    };
    let values = newest_of(run, watch, count, &|minute| watched(minute, alarm));
    format!("Alarm {}: {counts} {}: {values}", alarm.name, short(alarm.threshold))
}

fn readings_of(count: u32) -> &'static str {
    if count == 1 { "reading" } else { "readings" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::sample;

    fn said(run: &Run, t_s: f64) -> String {
        let why = why(run, t_s);
        let sum = why.sum.map(|sum| format!(" | {sum}")).unwrap_or_default();
        format!("{} {} {}{sum}", why.clock, why.headline, why.seen)
    }

    fn run() -> Run {
        sample::whole()
    }

    #[test]
    fn a_decision_is_told_with_its_readings_and_its_sum() {
        assert_eq!(
            said(&run(), 545.0),
            "09:09 Scaled out, 4 to 5. Three readings above 70: 85 · 85 · 85 \
             | 4 running × 85.0 / 70.0 = 4.86, rounded up to 5"
        );
    }

    #[test]
    fn a_step_is_told_with_its_alarm_its_band_and_its_cooldown() {
        let mut run = sample::stepping();
        assert_eq!(
            said(&run, 545.0),
            "09:09 Scaled out, 4 to 7. Alarm hot: 3 readings above 70: 85 · 85 · 85 \
             | 85.0 − 70.0 = 15.0, step 15 to 30: 4 running + 3 = 7"
        );
        run.trace.decisions[0].reason = "100.0 - 70.0 = 30.0, step 30 to inf: 4 + 5 = 9".to_owned();
        assert!(said(&run, 545.0).ends_with("| 100.0 − 70.0 = 30.0, step 30 to ∞: 4 + 5 = 9"));
        assert_eq!(
            said(&run, 480.0),
            "09:08 Waiting. Alarm hot: 2 of 3 readings above 70: 85 · 85"
        );
        assert_eq!(said(&run, 100.0), "09:01 Nothing to do. 65 is not beyond 70");
        assert_eq!(
            said(&run, 660.0),
            "09:11 Nothing to do. 68 is not beyond 70 · scale-out cooldown: 3 min 18 s left"
        );
        assert_eq!(said(&run, 30.0), "09:00 No reading yet. hot has none");
        run.scenario.autoscaling.as_mut().expect("scaling").alarms.clear();
        assert_eq!(
            said(&run, 100.0),
            "09:01 Nothing calls the policy. No alarm has the policy steps in its actions"
        );
    }

    #[test]
    fn a_minute_in_which_nothing_happens_says_why() {
        let mut run = run();
        assert_eq!(said(&run, 30.0), "09:00 No reading yet. The first one is there at 09:01.");
        assert_eq!(
            said(&run, 100.0),
            "09:01 Nothing to do. 65 is between 63 and 70: nothing happens there"
        );
        assert_eq!(said(&run, 480.0), "09:08 Waiting. 2 of 3 readings above 70: 85 · 85");
        assert_eq!(
            said(&run, 660.0),
            "09:11 Nothing to do. 68 is between 63 and 70: nothing happens there \
             · scale-out cooldown: 3 min 18 s left"
        );
        run.trace.watches[19].below = 11;
        for minute in &mut run.trace.minutes[9..] {
            minute.cpu_percent = Some(56.0);
        }
        assert_eq!(said(&run, 1200.0), "09:20 Waiting. 11 of 15 readings below 63: 56 · 56 … 56");
        run.scenario.metrics.publish_delay = headroom_model::time::Micros::from_whole_s(150);
        assert_eq!(said(&run, 0.0), "09:00 No reading yet. The first one is there at 09:03:30.");
        run.scenario.autoscaling = None;
        assert_eq!(
            said(&run, 100.0),
            "09:01:40 No difference to close. Desired 4 · running 4 · serving 4 · pending 0"
        );
        run.trace.decisions.clear();
        assert_eq!(
            said(&run, 545.0),
            "09:09:05 ECS closes the difference. Desired 5 · running 4 · serving 4 · pending 1"
        );
    }
}
