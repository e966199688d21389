//! Everything that moved the desired count, and the cooldowns that follow from
//! it: they are found anew from the whole log each time.

/// A change of the desired count.
pub(super) struct Activity {
    pub(super) t_s: u64,
    pub(super) from: i64,
    pub(super) to: i64,
    /// The cooldown that it begins, if a policy with cooldowns caused it [s].
    pub(super) cooldown_s: Option<u64>,
    /// When as many tasks ran as it asked for, if nothing else moved the count
    /// before.
    pub(super) completed_s: Option<u64>,
}

#[derive(Default)]
pub(super) struct Log(Vec<Activity>);

impl Log {
    /// Adds an activity. A policy's scale-out takes over from one that is not
    /// complete, with what that was to add.
    pub(super) fn push(&mut self, mut activity: Activity) {
        let takes_over = |of: &Activity| of.to > of.from && of.cooldown_s.is_some();
        if let Some(last) = self.0.last()
            && last.completed_s.is_none()
            && takes_over(last)
            && takes_over(&activity)
        {
            activity.from = last.from;
        }
        self.0.push(activity);
    }

    /// Notes that so many tasks run. Only the last activity can still be
    /// completed: it has overridden all before it.
    pub(super) fn running(&mut self, t_s: u64, running: i64) {
        if let Some(last) = self.0.last_mut().filter(|last| last.completed_s.is_none()) {
            let fulfilled = last.to < last.from || running >= last.to;
            last.completed_s = fulfilled.then_some(t_s);
        }
    }

    /// Tasks added that a scale-out cooldown holds against further ones at `t`.
    /// Those of one unbroken cooldown add up.
    pub(super) fn credit(&self, t: u64) -> i64 {
        let (mut credit, mut until) = (0, 0);
        for activity in self.0.iter().filter(|activity| activity.to > activity.from) {
            let (Some(cooldown), Some(completed)) = (activity.cooldown_s, activity.completed_s)
            else {
                continue;
            };
            credit = activity.to - activity.from + if completed < until { credit } else { 0 };
            until = completed + cooldown;
        }
        if t < until { credit } else { 0 }
    }

    /// Whether a scale-in cooldown runs at `t`; a scale-out has ended it.
    pub(super) fn holds_scale_in(&self, t: u64) -> bool {
        let by_policy = |activity: &&Activity| activity.cooldown_s.is_some();
        self.0.iter().rfind(by_policy).is_some_and(|last| {
            let cooldown = last.cooldown_s.unwrap_or_default();
            last.to < last.from && t < last.t_s + cooldown
        })
    }
}
