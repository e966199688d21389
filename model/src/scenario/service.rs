//! The settings of the service scheduler. Faults carry the name that ECS gives
//! them.

use super::parse::MAX_TASKS;
use super::reader::Object;
use crate::ecs::{CircuitBreaker, Configuration, Failing, Threshold};

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
