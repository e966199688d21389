//! Cooldowns: what a finished scaling activity holds back, and for how long.

use crate::time::Micros;
use crate::trace::CooldownSpan;

/// A scale-out that the service has not fulfilled yet.
#[derive(Debug, Clone, Copy)]
struct Activity {
    from: u32,
    to: u32,
    cooldown: Micros,
}

/// The cooldowns of a scalable target.
///
/// * A scale-out cooldown begins when the activity completes, which is when as
///   many tasks run as it asked for. It is no lock-out: what it added is
///   *credited*, so that a larger request within it gets the excess (AWS:
///   step scaling, 2 tasks and then 3 add 1 more). Credits of one unbroken
///   cooldown add up. Whether target tracking compares capacities or
///   increments AWS does not say; we take the increments, as in step scaling.
/// * A scale-in cooldown blocks scale-in. A scale-out ends it.
/// * A scale-out cooldown does not block scale-in.
/// * At the very instant at which a cooldown ends it holds nothing back. AWS
///   does not say; this is our choice.
/// * Cooldowns belong to the scalable target and last as long as the policy
///   that caused them says. For several policies AWS does not say; this is
///   our choice.
#[derive(Debug, Clone, Default)]
pub struct Cooldown {
    activity: Option<Activity>,
    credit: u32,
    out_until: Micros,
    in_until: Micros,
    /// All so far; only the last of a kind can still run.
    spans: Vec<CooldownSpan>,
}

impl Cooldown {
    /// A scale-out begins: from now on scale-in is free again. It takes over
    /// from one that was not fulfilled yet, with what that was to add; AWS does
    /// not say, this is our choice.
    pub fn scale_out(&mut self, now: Micros, from: u32, to: u32, cooldown: Micros) {
        let from = self.activity.map_or(from, |activity| activity.from);
        self.activity = Some(Activity { from, to, cooldown });
        self.in_until = Micros::ZERO;
        for span in self.spans.iter_mut().filter(|span| !span.out) {
            span.until_s = span.until_s.min(now.as_s());
        }
    }

    /// A scale-in is done: tasks that drain are not running any more, so it
    /// completes at once. It overrides a scale-out that was not fulfilled.
    pub fn scale_in(&mut self, now: Micros, cooldown: Micros) {
        self.activity = None;
        self.in_until = now + cooldown;
        self.note(now, self.in_until, false);
    }

    /// The desired count was changed by hand, by a scheduled action or by a
    /// forecast, which overrides a scale-out that was not fulfilled: it begins
    /// no cooldown (Application Auto Scaling user guide, scaling activities:
    /// Overridden).
    pub fn override_activity(&mut self) {
        self.activity = None;
    }

    /// Takes note of how many tasks run, and begins the scale-out cooldown if
    /// that completes an activity.
    pub fn note_running(&mut self, now: Micros, running: u32) {
        if let Some(activity) = self.activity.take_if(|activity| running >= activity.to) {
            let before = if now < self.out_until { self.credit } else { 0 };
            self.credit = before + (activity.to - activity.from);
            self.out_until = now + activity.cooldown;
            self.note(now, self.out_until, true);
        }
    }

    fn note(&mut self, from: Micros, until: Micros, out: bool) {
        // What begins ends one of its kind that still runs.
        if let Some(last) = self.spans.iter_mut().rfind(|span| span.out == out) {
            last.until_s = last.until_s.min(from.as_s());
        }
        if until > from {
            self.spans.push(CooldownSpan { from_s: from.as_s(), until_s: until.as_s(), out });
        }
    }

    /// Every cooldown so far, in order of its begin.
    pub fn spans(&self) -> &[CooldownSpan] {
        &self.spans
    }

    /// The tasks that count as added already, within a scale-out cooldown.
    pub fn credit(&self, now: Micros) -> u32 {
        if now < self.out_until { self.credit } else { 0 }
    }

    /// Until when a scale-out cooldown runs.
    pub fn scale_out_until(&self, now: Micros) -> Option<Micros> {
        (now < self.out_until).then_some(self.out_until)
    }

    /// Until when a scale-in cooldown runs.
    pub fn scale_in_until(&self, now: Micros) -> Option<Micros> {
        (now < self.in_until).then_some(self.in_until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: fn(u64) -> Micros = Micros::from_whole_s;

    #[test]
    fn the_clock_starts_at_completion_and_credits_add_up() {
        let mut cooldown = Cooldown::default();
        cooldown.scale_out(S(0), 10, 12, S(300));
        cooldown.note_running(S(30), 11);
        assert_eq!(cooldown.credit(S(30)), 0, "not complete");
        cooldown.note_running(S(60), 12);
        assert_eq!((cooldown.credit(S(359)), cooldown.credit(S(360))), (2, 0));
        cooldown.scale_out(S(0), 12, 13, S(300));
        cooldown.note_running(S(120), 13);
        assert_eq!((cooldown.credit(S(419)), cooldown.credit(S(420))), (3, 0));
    }

    #[test]
    fn a_count_set_by_hand_overrides_an_unfulfilled_scale_out() {
        let mut cooldown = Cooldown::default();
        cooldown.scale_out(S(0), 4, 8, S(300));
        cooldown.override_activity();
        cooldown.note_running(S(30), 8);
        assert_eq!(cooldown.credit(S(30)), 0);
        cooldown.scale_out(S(0), 2, 3, S(300));
        cooldown.note_running(S(60), 3);
        assert_eq!(cooldown.credit(S(60)), 1);
        cooldown.scale_out(S(0), 3, 4, S(300));
        cooldown.scale_out(S(0), 4, 6, S(300));
        cooldown.note_running(S(90), 6);
        assert_eq!(cooldown.credit(S(90)), 1 + 3, "one activity in two requests");
    }

    #[test]
    fn scale_out_ends_a_scale_in_cooldown_but_not_the_other_way() {
        let mut cooldown = Cooldown::default();
        cooldown.scale_in(S(0), S(300));
        assert_eq!(cooldown.scale_in_until(S(299)), Some(S(300)));
        assert_eq!(cooldown.scale_in_until(S(300)), None);
        cooldown.scale_out(S(0), 4, 6, S(300));
        assert_eq!(cooldown.scale_in_until(S(60)), None);
        cooldown.note_running(S(60), 6);
        cooldown.scale_in(S(120), S(300));
        assert_eq!(cooldown.scale_out_until(S(120)), Some(S(360)));
    }
}
