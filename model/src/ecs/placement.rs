//! Which Availability Zones tasks are in, and which tasks are protected.

use std::ops::RangeInclusive;

/// How `tasks` are spread over `zones` Availability Zones (≥ 1), fewest first:
/// as evenly as whole tasks allow (ECS developer guide, "Availability Zone
/// rebalancing": 3 over 2 are 1 + 2, 5 over 3 are 1 + 2 + 2).
pub fn balanced(tasks: u32, zones: u32) -> Vec<u32> {
    let (each, more) = (tasks / zones, tasks % zones);
    (0..zones).map(|zone| each + u32::from(zone >= zones - more)).collect()
}

/// Whether tasks, counted by Availability Zone, are spread as evenly as whole
/// tasks allow.
pub fn is_balanced(by_zone: &[u32]) -> bool {
    let least = by_zone.iter().min().copied().unwrap_or(0);
    by_zone.iter().all(|&tasks| tasks <= least + 1)
}

/// `expiresInMinutes` of task scale-in protection (ECS API reference,
/// `UpdateTaskProtection`).
pub const PROTECTION_MINUTES: RangeInclusive<u32> = 1..=2880;

/// How long a task is protected from scale-in and deployments, if the call does
/// not say: 120 minutes (ECS API reference, `UpdateTaskProtection`).
pub const DEFAULT_PROTECTION_MINUTES: u32 = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_tasks_are_spread_evenly() {
        assert_eq!(balanced(2, 2), [1, 1]);
        assert_eq!(balanced(7, 3), [2, 2, 3]);
        assert_eq!(balanced(0, 3), [0, 0, 0]);
        assert!(is_balanced(&[2, 2, 3]) && is_balanced(&[0]) && !is_balanced(&[1, 3, 2]));
    }
}
