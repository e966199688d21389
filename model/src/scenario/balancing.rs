//! How the load balancer spreads requests. Ranges and rules are AWS's
//! (ModifyTargetGroupAttributes).

use super::Routing;
use super::reader::{Object, Range};
use crate::decimal;
use crate::time::Micros;

/// The routing algorithm.
pub(super) fn routing(group: &Object<'_>) -> Routing {
    match group.text("routing", "round_robin").as_str() {
        "round_robin" => Routing::RoundRobin,
        "least_outstanding_requests" => Routing::LeastOutstandingRequests,
        "weighted_random" => Routing::WeightedRandom,
        other => {
            group.fault(
                "routing",
                format!(
                    "\"{other}\" is not an algorithm of AWS's; use round_robin, \
                     least_outstanding_requests or weighted_random"
                ),
            );
            Routing::RoundRobin
        }
    }
}

/// Slow start: off, or 30 to 900 s, and only with round robin.
pub(super) fn slow_start(group: &Object<'_>, routing: Routing) -> Micros {
    let seconds = group.number("slow_start_s", Some(0.0), Range::Within(0.0, 900.0));
    if seconds > 0.0 && seconds < 30.0 {
        group.fault(
            "slow_start_s",
            format!("{} is out of range; use 0, or 30 to 900", decimal::shortest(seconds)),
        );
    }
    if seconds > 0.0 && routing != Routing::RoundRobin {
        group.fault("slow_start_s", "slow start goes with `routing` round_robin only; use 0");
    }
    Micros::from_s(seconds)
}

/// Stickiness: how long a client stays with its target. It needs clients that
/// come again, which the model does not have; what is wrong with it is told all
/// the same.
pub(super) fn stickiness(group: &Object<'_>, routing: Routing) {
    if group.raw("stickiness").is_none() {
        return;
    }
    let object = group.object("stickiness");
    let cookie = object.text("type", "lb_cookie");
    if cookie != "lb_cookie" && cookie != "app_cookie" {
        object.fault("type", format!("\"{cookie}\" is not known; use lb_cookie or app_cookie"));
    }
    object.integer("duration_s", Some(86_400), 1, 604_800);
    object.finish();
    if routing == Routing::WeightedRandom {
        group.fault("stickiness", "weighted_random does not go with stickiness; leave one out");
    }
    group.not_modelled("stickiness", "stickiness");
}
