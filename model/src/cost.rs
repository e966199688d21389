//! What a run costs, as Fargate bills it.

use crate::scenario::{Price, Task};
use crate::time::Micros;
use crate::trace::TaskLife;

/// Task time that is billed until `now` [s]: from the start of pulling to
/// STOPPED, draining included (AWS Fargate pricing, "duration").
pub fn task_seconds(lives: impl Iterator<Item = TaskLife>, now: Micros) -> f64 {
    let billed = |life: TaskLife| {
        let from = life.pulling?;
        Some(life.stopped.unwrap_or(now).since(from))
    };
    lives.filter_map(billed).fold(Micros::ZERO, |sum, span| sum + span).as_s()
}

/// The price of a task time [USD].
pub fn usd(task_seconds: f64, task: &Task, price: &Price) -> f64 {
    let per_hour = task.vcpu * price.vcpu_hour_usd + task.memory_mib / 1024.0 * price.gb_hour_usd;
    task_seconds / 3600.0 * per_hour
}
