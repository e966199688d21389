//! The settings of the service scheduler. Faults carry the name that ECS gives
//! them.

use super::parse::MAX_TASKS;
use super::reader::{Object, Range};
use super::{EventKind, Scenario, Stop};
use crate::ecs::{
    CircuitBreaker, Configuration, DEFAULT_PROTECTION_MINUTES, Failing, PROTECTION_MINUTES,
    SHORTEST_LIFE, Threshold,
};
use crate::time::Micros;

/// A run may not start more tasks that fail.
const MAX_FAILING: u64 = 1_000_000;

/// How tasks are replaced.
pub(super) fn deployment(object: &Object<'_>) -> Configuration {
    let configuration = Configuration {
        minimum_healthy_percent: object.integer("minimum_healthy_percent", Some(100), 0, 100),
        maximum_percent: object.integer("maximum_percent", Some(200), 100, 200),
        circuit_breaker: object
            .raw("circuit_breaker")
            .map(|_| circuit_breaker(&object.object("circuit_breaker"))),
    };
    if configuration.minimum_healthy_percent == 100 && configuration.maximum_percent == 100 {
        object.own_fault(
            "InvalidParameterException: both percentages cannot be 100, as this would block \
             deployments; lower `minimum_healthy_percent` or raise `maximum_percent`",
        );
    }
    object.finish();
    configuration
}

fn circuit_breaker(object: &Object<'_>) -> CircuitBreaker {
    let threshold = object.object("threshold");
    let percent = |default| threshold.integer("value", default, 1, 100);
    let breaker = CircuitBreaker {
        threshold: match threshold.text("type", "BOUNDED_PERCENT").as_str() {
            "BOUNDED_PERCENT" => Threshold::BoundedPercent(percent(Some(50))),
            "UNBOUNDED_PERCENT" => Threshold::UnboundedPercent(percent(None)),
            "COUNT" => Threshold::Count(threshold.integer("value", None, 1, MAX_TASKS)),
            other => {
                threshold.fault(
                    "type",
                    format!(
                        "\"{other}\" is not known; use BOUNDED_PERCENT, UNBOUNDED_PERCENT or COUNT"
                    ),
                );
                threshold.accept(&["value"]);
                Threshold::BoundedPercent(50)
            }
        },
        rollback: object.flag("rollback", false),
        reset_on_healthy_task: object.flag("reset_on_healthy_task", true),
    };
    threshold.finish();
    object.finish();
    breaker
}

/// How the tasks of a new revision fail, if they do.
pub(super) fn failing(event: &Object<'_>) -> Option<Failing> {
    event.raw("fails")?;
    match event.text("fails", "").as_str() {
        "before_running" => Some(Failing::BeforeRunning),
        "exit" => Some(Failing::Exit),
        "health_check" => Some(Failing::HealthCheck),
        other => {
            event.fault(
                "fails",
                format!("\"{other}\" is not known; use before_running, exit or health_check"),
            );
            None
        }
    }
}

/// Whether tasks are moved between Availability Zones: on by default, as for
/// new services on AWS, except where maximumPercent forbids it.
pub(super) fn rebalancing(service: &Object<'_>, deployment: &Configuration) -> bool {
    let allowed = deployment.maximum_percent > 100;
    let wanted = service.flag("availability_zone_rebalancing", allowed);
    if wanted && !allowed {
        service.fault(
            "availability_zone_rebalancing",
            "InvalidParameterException: Availability Zone rebalancing needs a \
             `deployment/maximum_percent` above 100; raise that or use false",
        );
    }
    wanted
}

/// How a task ends; ranges are Fargate's.
pub(super) fn stop(task: &Object<'_>) -> Stop {
    let seconds = |name, default, least| {
        Micros::from_s(task.number(name, Some(default), Range::Within(least, 120.0)))
    };
    Stop {
        shutdown: seconds("shutdown_s", 0.0, 0.0),
        timeout: seconds("stop_timeout_s", 30.0, 2.0),
    }
}

/// Task scale-in protection.
pub(super) fn protection(event: &Object<'_>) -> EventKind {
    let (least, most) = (*PROTECTION_MINUTES.start(), *PROTECTION_MINUTES.end());
    let minutes =
        event.integer("expires_in_minutes", Some(DEFAULT_PROTECTION_MINUTES), least, most);
    EventKind::ProtectTasks {
        count: event.integer("count", Some(1), 1, MAX_TASKS),
        lasts: Micros(u64::from(minutes) * Micros::MINUTE.0),
    }
}

/// What events may not be in this service.
pub(super) fn check_events(object: &Object<'_>, scenario: &Scenario) {
    let service = &scenario.service;
    let capacities = scenario.events.iter().map(|event| match event.kind {
        EventKind::SetDesired { desired_count } => desired_count,
        EventKind::RegisterScalableTarget { min, max, .. } => max.max(min).unwrap_or(0),
        _ => 0,
    });
    let most = scenario.autoscaling.as_ref().map_or(0, |scaling| scaling.bounds.max);
    let most = capacities.fold(service.desired_count.max(most), u32::max);
    let startup = &service.startup;
    let starting = startup.provision + startup.pull;
    for (index, event) in scenario.events.iter().enumerate() {
        let life = match event.kind {
            EventKind::ZoneFailure { zone, .. } if zone >= service.availability_zones => {
                let last = service.availability_zones - 1;
                let message = format!("there is no zone {zone}; it must be from 0 to {last}");
                object.element_fault("events", index, message);
                continue;
            }
            EventKind::Deployment { failing: Some(Failing::Exit) } => {
                startup.boot.max(SHORTEST_LIFE)
            }
            EventKind::Deployment { failing: Some(Failing::HealthCheck) } => Micros(
                service.target_group.health_check_interval.0
                    * u64::from(service.target_group.unhealthy_threshold),
            ),
            _ => continue,
        };
        let rounds = scenario.duration.since(event.at).0 / (starting + life).0;
        if rounds * u64::from(service.deployment.most(most)) > MAX_FAILING {
            let message =
                "its tasks may fail more than 10^6 times; make the run or the capacity smaller";
            object.element_fault("events", index, message);
        }
    }
}
