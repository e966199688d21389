//! What comes of the wishes of several policies.

use super::cooldown::Cooldown;
use super::wish::{Direction, Wish};
use crate::decimal::fixed;
use crate::scenario::{Bounds, Suspended};
use crate::time::Micros;
use crate::trace::Outcome;

/// The service's counts that a decision starts from.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// Tasks RUNNING.
    pub running: u32,
    /// The service's desired count.
    pub desired: u32,
    /// Whether a deployment is under way.
    pub deploying: bool,
    /// Whether ECS rejects updates of the service.
    pub rejecting: bool,
}

/// What holds for all policies of a scalable target at an instant.
pub(super) struct Rules<'a> {
    pub(super) bounds: Bounds,
    pub(super) suspended: Suspended,
    pub(super) cooldown: &'a Cooldown,
    /// The capacity that a forecast holds [tasks].
    pub(super) forecast: u32,
    /// Whether all target tracking policies that may scale in are ready to.
    pub(super) agreed: bool,
}

/// What comes of the wishes.
pub(super) struct Settled {
    /// For each wish.
    pub(super) verdicts: Vec<Verdict>,
    /// Index of the wish that moves the desired count.
    pub(super) winner: Option<usize>,
    /// The desired count from now on.
    pub(super) desired: u32,
}

/// Why an activity fails while ECS rejects updates.
pub(super) const REJECTED: &str = "ECS rejected the update of the service";

/// What comes of one policy's wish.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    desired: u32,
    pub(super) outcome: Outcome,
    pub(super) why: String,
}

impl Verdict {
    fn stay(counts: Counts, outcome: Outcome, why: impl Into<String>) -> Self {
        Self { desired: counts.desired, outcome, why: why.into() }
    }
}

/// Out if any policy asks for it. In if a step policy asks for it, or all
/// target tracking policies that may scale in do. Of several, the largest
/// capacity wins (Application Auto Scaling user guide, target tracking,
/// "multiple policies").
///
/// AWS does not say what follows; it is our choice. A policy that scales out
/// decides alone and wins over those that scale in, even if what it asks for is
/// on its way or held. One whose alarm does not call it in this instant, but is
/// in ALARM from before, moves nothing, lest it act twice on one datapoint; yet
/// nothing scales in while it would scale out, and target tracking counts it
/// among those that agree.
pub(super) fn settle(now: Micros, counts: Counts, rules: &Rules<'_>, wishes: &[Wish]) -> Settled {
    let held: Vec<_> = wishes.iter().map(|wish| rules.held(counts, wish)).collect();
    let free = |direction| {
        let wishes = wishes.iter().enumerate().zip(&held);
        wishes.filter_map(move |((index, wish), held)| {
            (held.is_none() && wish.direction == direction).then_some((index, wish))
        })
    };
    let called = |direction| free(direction).filter(|(_, wish)| wish.called);
    let asked = |(index, wish): (usize, &Wish)| (index, wish.capacity);
    let out = called(Direction::Out).map(|(index, wish)| (index, rules.credited(now, wish)));
    let out = largest(out);
    let held_up = free(Direction::Out).next().is_some();
    // Target tracking policies scale in together: the largest of theirs counts.
    let tracking = |(_, wish): &(usize, &Wish)| wish.tracking;
    let together = largest(free(Direction::In).filter(tracking).map(asked));
    let speaker = largest(called(Direction::In).filter(tracking).map(asked));
    let speaker = speaker.zip(together).map(|((index, _), (_, capacity))| (index, capacity));
    let steps = called(Direction::In).filter(|wish| !tracking(wish)).map(asked);
    let inward: Vec<(usize, u32)> = speaker.into_iter().chain(steps).collect();

    let mut verdicts: Vec<Option<Verdict>> = held;
    let mut winner = None;
    if let Some((index, _)) = out {
        let verdict = rules.scale_out(now, counts, &wishes[index]);
        winner = (verdict.desired != counts.desired).then_some(index);
        verdicts[index] = Some(verdict);
    } else if !held_up {
        for (index, capacity) in &inward {
            verdicts[*index] = Some(rules.scale_in(now, counts, &wishes[*index], *capacity));
        }
        let moves = |verdict: &Verdict| verdict.desired != counts.desired;
        let moving =
            inward.iter().filter(|(index, _)| verdicts[*index].as_ref().is_some_and(moves));
        winner = largest(moving.copied()).map(|(index, _)| index);
        for (index, _) in inward.iter().filter(|(index, _)| winner.is_some_and(|w| w != *index)) {
            verdicts[*index].take_if(|verdict| moves(verdict));
        }
    }
    // An activity that failed changes nothing and begins no cooldown.
    if let Some(index) = winner.take_if(|_| counts.rejecting) {
        verdicts[index] = Some(Verdict::stay(counts, Outcome::Failed, REJECTED));
    }
    let desired = winner
        .and_then(|index| verdicts[index].as_ref())
        .map_or(counts.desired, |verdict| verdict.desired);
    let verdicts = wishes.iter().zip(verdicts).map(|(wish, verdict)| {
        verdict.unwrap_or_else(|| match wish.direction {
            Direction::Stay => Verdict::stay(counts, Outcome::NoChange, String::new()),
            _ => {
                Verdict::stay(counts, Outcome::Outvoted, "another wish counts, for as much or more")
            }
        })
    });
    Settled { verdicts: verdicts.collect(), winner, desired }
}

impl Rules<'_> {
    /// Why a wish may not compete at all.
    fn held(&self, counts: Counts, wish: &Wish) -> Option<Verdict> {
        let stay = |outcome, why| Some(Verdict::stay(counts, outcome, why));
        match wish.direction {
            Direction::Out if self.suspended.scale_out => {
                stay(Outcome::Suspended, "DynamicScalingOutSuspended")
            }
            Direction::In if self.suspended.scale_in => {
                stay(Outcome::Suspended, "DynamicScalingInSuspended")
            }
            // ECS developer guide, service auto scaling.
            Direction::In if counts.deploying => {
                stay(Outcome::Deploying, "no scale-in while a deployment is in progress")
            }
            Direction::In if wish.tracking && !self.agreed => {
                stay(Outcome::Vetoed, "another policy does not agree to scale in")
            }
            _ => None,
        }
    }

    /// What a scale-out asks for, less what a cooldown counts as added. A
    /// capacity that is a number by itself is no increment and stays; AWS does
    /// not say, this is our choice.
    fn credited(&self, now: Micros, wish: &Wish) -> u32 {
        let credit = if wish.exact { 0 } else { self.cooldown.credit(now) };
        wish.capacity.saturating_sub(credit)
    }

    /// Desired counts outside the bounds follow the ECS developer guide: below
    /// min a scale-out goes to min at least; above max it does nothing.
    fn scale_out(&self, now: Micros, counts: Counts, wish: &Wish) -> Verdict {
        let Bounds { min, max } = self.bounds;
        let Counts { desired, .. } = counts;
        let wanted = wish.capacity;
        if desired >= max && wanted > desired {
            return Verdict::stay(counts, Outcome::AtMax, format!("MaxCapacity is {max}"));
        }
        let bounded = wanted.clamp(min, max);
        if bounded <= desired {
            return Verdict::stay(
                counts,
                Outcome::NoChange,
                format!("{desired} are desired already"),
            );
        }
        let rest = self.credited(now, wish);
        let (credited, credit) = (rest.clamp(min, max), wanted - rest);
        let seconds =
            self.cooldown.scale_out_until(now).map_or(0.0, |until| until.since(now).as_s());
        let seconds = fixed(seconds, 0);
        if credited <= desired {
            let why = format!(
                "the scale-out cooldown runs {seconds} s more and counts its {credit} as added"
            );
            return Verdict::stay(counts, Outcome::InCooldown, why);
        }
        let mut why = String::new();
        if credit > 0 {
            why = format!("less the {credit} that the scale-out cooldown counts as added, {rest}");
        }
        if credited != rest {
            let bound = if credited == max { "MaxCapacity" } else { "MinCapacity" };
            why = join(&why, &format!("held to {bound} {credited}"));
        }
        Verdict { desired: credited, outcome: Outcome::ScaledOut, why }
    }

    /// Desired counts outside the bounds: above max a scale-in goes to max at
    /// least; below min it does nothing. What is `wanted` of target tracking is
    /// the largest that one of its policies asks for.
    fn scale_in(&self, now: Micros, counts: Counts, wish: &Wish, wanted: u32) -> Verdict {
        let Bounds { min, max } = self.bounds;
        let Counts { desired, running, .. } = counts;
        if running == 0 {
            // The formula has no base; a service whose tasks all crashed must
            // not shrink for it. AWS does not say; this is our choice.
            return Verdict::stay(counts, Outcome::NoChange, "no task is running");
        }
        if desired <= min && wanted < desired {
            return Verdict::stay(counts, Outcome::AtMin, format!("MinCapacity is {min}"));
        }
        let bounded = wanted.clamp(min, max);
        if bounded >= desired {
            let why = if wish.tracking && desired > 1 {
                format!("with one task fewer than {desired} the metric would be above its target")
            } else if wish.tracking {
                "that is the last task".to_owned()
            } else {
                format!("{desired} are desired already")
            };
            return Verdict::stay(counts, Outcome::NoChange, why);
        }
        if let Some(until) = self.cooldown.scale_in_until(now) {
            let why =
                format!("the scale-in cooldown runs {} s more", fixed(until.since(now).as_s(), 0));
            return Verdict::stay(counts, Outcome::InCooldown, why);
        }
        let floored = bounded.max(self.forecast.min(max).min(desired));
        if floored == desired {
            let why = format!("the forecast asks for {}", self.forecast);
            return Verdict::stay(counts, Outcome::Outvoted, why);
        }
        let mut why = String::new();
        if wanted != wish.capacity {
            why = format!("another policy asks for {wanted}");
        }
        if bounded != wanted {
            let bound = if bounded == min { "MinCapacity" } else { "MaxCapacity" };
            why = join(&why, &format!("held to {bound} {bounded}"));
        }
        if floored != bounded {
            why = join(&why, &format!("held to the forecast's {floored}"));
        }
        Verdict { desired: floored, outcome: Outcome::ScaledIn, why }
    }
}

/// Of wishes by index and capacity the first with the largest capacity.
fn largest(wishes: impl Iterator<Item = (usize, u32)>) -> Option<(usize, u32)> {
    wishes.reduce(|best, wish| if wish.1 > best.1 { wish } else { best })
}

/// Two parts of a reason.
pub(super) fn join(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (true, _) => second.to_owned(),
        (_, true) => first.to_owned(),
        _ => format!("{first}; {second}"),
    }
}
