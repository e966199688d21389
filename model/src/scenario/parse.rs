//! The scenario file (JSON, version 1) to a [`Scenario`].

use crate::decimal::shortest;
use serde_json::Value;

use super::json::read_json;
use super::reader::{Fault, Faults, Object, Range, found};
use super::{
    Arrivals, Event, EventKind, Law, Memory, Metrics, Parts, Policy, Price, Scenario, Service,
    ServiceTime, Shape, Slo, Start, Startup, TargetGroup, Task, Traffic,
    autoscaling::{self, Context},
    balancing, client, service,
};
use crate::time::Micros;

/// A run may not be longer, and no time in it later [s].
pub(super) const MAX_S: f64 = 14.0 * 86_400.0;
/// No rate may be higher [requests/s].
const MAX_RPS: f64 = 1e6;
/// A traffic shape may not have more points.
const MAX_POINTS: usize = 1_000_000;
/// No number of tasks may be higher.
pub(super) const MAX_TASKS: u32 = 10_000;

/// From the end of a 20-second period to its visibility [s].
const HIGH_RESOLUTION_DELAY_S: f64 = 20.0;

const TIME: Range = Range::Within(0.0, MAX_S);
const RATE: Range = Range::Within(0.0, MAX_RPS);

impl Scenario {
    /// Reads a scenario file: JSON in UTF-8, with or without a byte-order mark.
    ///
    /// # Errors
    ///
    /// Every fault that was found, not only the first, each with its place.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        Self::from_value(&read_json(bytes).map_err(|fault| vec![fault])?)
    }

    /// Reads a scenario from a JSON value.
    ///
    /// # Errors
    ///
    /// As [`Scenario::parse`].
    pub fn from_value(value: &Value) -> Result<Self, Vec<Fault>> {
        Self::read(value, Parts::ALL)
    }

    /// Reads a scenario from a JSON value, with those parts of `autoscaling`
    /// that the caller needs.
    ///
    /// # Errors
    ///
    /// As [`Scenario::parse`].
    pub fn read(value: &Value, parts: Parts) -> Result<Self, Vec<Fault>> {
        let faults = Faults::default();
        let scenario = scenario(&Object::new(&faults, String::new(), value), parts);
        let faults = faults.into_inner();
        if faults.is_empty() { Ok(scenario) } else { Err(faults) }
    }
}

fn scenario(object: &Object<'_>, parts: Parts) -> Scenario {
    object.integer("version", Some(1), 1, 1);
    let start = start(object);
    let duration =
        Micros::from_s(object.number("duration_s", Some(7200.0), Range::Positive(MAX_S)));
    let metrics = metrics(&object.object("metrics"));
    let forecast = object.object("forecast");
    let context = Context {
        start_unix_s: start.unix_s,
        duration,
        high_resolution: metrics.high_resolution_delay.is_some(),
        parts,
        forecast: &forecast,
    };
    let autoscaling = object
        .raw("autoscaling")
        .map(|_| autoscaling::read(&object.object("autoscaling"), &context));
    let predictive =
        autoscaling.iter().flat_map(|scaling| &scaling.policies).filter_map(|policy| {
            matches!(policy, Policy::PredictiveScaling(_)).then_some(policy.name())
        });
    forecast.only(&predictive.collect::<Vec<_>>(), "predictive scaling policy");
    let scenario = Scenario {
        name: object.text("name", "monday-spike"),
        seed: seed(object),
        start,
        duration,
        traffic: traffic(&object.required_object("traffic")),
        service: service(&object.required_object("service")),
        metrics,
        autoscaling,
        events: events(object),
        slo: object.raw("slo").map(|_| slo(&object.object("slo"))),
        price: price(&object.object("price")),
    };
    service::check_events(object, &scenario);
    object.finish();
    scenario
}

fn seed(object: &Object<'_>) -> u64 {
    let Some(value) = object.raw("seed") else { return 7 };
    value.as_u64().unwrap_or_else(|| {
        object.fault(
            "seed",
            format!("expected a whole number from 0 to 2^64 - 1, found {}", found(value)),
        );
        7
    })
}

fn start(object: &Object<'_>) -> Start {
    let text = object.text("start", "2026-01-05T07:30:00Z");
    let unix_s = crate::calendar::unix_s(&text).unwrap_or_else(|| {
        object.fault(
            "start",
            format!("\"{text}\" is not an instant in UTC; write it as 2026-01-05T07:30:00Z"),
        );
        0
    });
    Start { text, unix_s }
}

/// A time or span field [s].
fn span(object: &Object<'_>, name: &'static str, default: Option<f64>) -> Micros {
    Micros::from_s(object.number(name, default, TIME))
}

fn traffic(object: &Object<'_>) -> Traffic {
    let shape = match object.text("shape", "spike").as_str() {
        "steady" => Shape::Steady { rps: object.number("rps", None, RATE) },
        "ramp" => {
            let (start, end) = (span(object, "start_s", None), span(object, "end_s", None));
            if end < start {
                object.fault("end_s", "must not be before `start_s`");
            }
            Shape::Ramp {
                from_rps: object.number("from_rps", None, RATE),
                to_rps: object.number("to_rps", None, RATE),
                start,
                end,
            }
        }
        "spike" => Shape::Spike {
            base_rps: object.number("base_rps", Some(100.0), RATE),
            peak_rps: object.number("peak_rps", Some(320.0), RATE),
            start: span(object, "start_s", Some(1800.0)),
            rise: span(object, "rise_s", Some(60.0)),
            hold: span(object, "hold_s", Some(900.0)),
            fall: span(object, "fall_s", Some(300.0)),
        },
        "diurnal" => Shape::Diurnal {
            trough_rps: object.number("trough_rps", None, RATE),
            peak_rps: object.number("peak_rps", None, RATE),
            peak_at: span(object, "peak_at_s", None),
            period: Micros::from_s(object.number(
                "period_s",
                Some(86_400.0),
                Range::Within(1.0, MAX_S),
            )),
        },
        "steps" => Shape::Steps(points(object)),
        "trace" => Shape::Trace(points(object)),
        other => {
            object.fault(
                "shape",
                format!(
                    "\"{other}\" is not a shape; use steady, ramp, spike, diurnal, steps or trace"
                ),
            );
            // The other fields cannot be judged without knowing the shape.
            object
                .accept(&["rps", "from_rps", "to_rps", "start_s", "end_s", "base_rps", "peak_rps"]);
            object.accept(&[
                "rise_s",
                "hold_s",
                "fall_s",
                "trough_rps",
                "peak_at_s",
                "period_s",
                "points",
            ]);
            Shape::Steady { rps: 0.0 }
        }
    };
    let arrivals = match object.text("arrivals", "poisson").as_str() {
        "poisson" => Arrivals::Poisson,
        "deterministic" => Arrivals::Deterministic,
        other => {
            object.fault(
                "arrivals",
                format!("\"{other}\" is not known; use poisson or deterministic"),
            );
            Arrivals::Poisson
        }
    };
    object.finish();
    Traffic { shape, arrivals }
}

fn points(object: &Object<'_>) -> Vec<(Micros, f64)> {
    let elements = object.list("points");
    if elements.is_empty() {
        object.fault("points", "is required: a list of one or more [t_s, rps] pairs");
    }
    if elements.len() > MAX_POINTS {
        object.fault("points", format!("has {} points; at most 10^6 are allowed", elements.len()));
        return vec![(Micros::ZERO, 0.0)];
    }
    let mut points: Vec<(Micros, f64)> = Vec::with_capacity(elements.len());
    for (i, element) in elements.iter().enumerate() {
        let pair = element.as_array().map(Vec::as_slice);
        let Some([Some(t_s), Some(rps)]) = pair.map(|pair| match pair {
            [t, rps] => [t.as_f64(), rps.as_f64()],
            _ => [None, None],
        }) else {
            object.element_fault("points", i, "must be a pair of numbers, [t_s, rps]");
            continue;
        };
        if !(0.0..=MAX_S).contains(&t_s) || !(0.0..=MAX_RPS).contains(&rps) {
            object.element_fault(
                "points",
                i,
                format!(
                    "[{}, {}] is out of range; t_s must be from 0 to {}, rps from 0 to {}",
                    shortest(t_s),
                    shortest(rps),
                    shortest(MAX_S),
                    shortest(MAX_RPS)
                ),
            );
            continue;
        }
        let t = Micros::from_s(t_s);
        if points.last().is_some_and(|&(before, _)| t <= before) {
            object.element_fault("points", i, "must be later than the point before it");
            continue;
        }
        points.push((t, rps));
    }
    if points.is_empty() {
        points.push((Micros::ZERO, 0.0));
    }
    points
}

fn service(object: &Object<'_>) -> Service {
    let deployment = service::deployment(&object.object("deployment"));
    let service = Service {
        desired_count: object.integer("desired_count", Some(4), 0, MAX_TASKS),
        task: task(&object.object("task")),
        startup: startup(object),
        target_group: target_group(&object.object("target_group")),
        client: client::client(&object.object("client")),
        availability_zones: object.integer("availability_zones", Some(1), 1, 6),
        availability_zone_rebalancing: service::rebalancing(object, &deployment),
        deployment,
    };
    object.finish();
    service
}

fn task(object: &Object<'_>) -> Task {
    let task = Task {
        vcpu: object.number("vcpu", Some(1.0), Range::Positive(1024.0)),
        memory_mib: object.number("memory_mib", Some(2048.0), Range::Positive(1e8)),
        concurrency: object.integer("concurrency", Some(16), 1, 10_000),
        queue_limit: (!object.is_null("queue_limit"))
            .then(|| object.integer("queue_limit", Some(1000), 0, 1_000_000_000)),
        service_time: service_time(&object.object("service_time")),
        cpu_ms_per_request: object.number(
            "cpu_ms_per_request",
            Some(20.0),
            Range::Within(0.0, 1e7),
        ),
        memory: memory(&object.object("memory")),
        stop: service::stop(object),
    };
    object.accept(&["queue_limit"]);
    if task.cpu_ms_per_request > task.service_time.mean_ms {
        object.fault(
            "cpu_ms_per_request",
            format!(
                "{} is more than the whole service time; it must be at most `service_time/mean_ms`, {}",
                shortest(task.cpu_ms_per_request), shortest(task.service_time.mean_ms)
            ),
        );
    }
    object.finish();
    task
}

fn service_time(object: &Object<'_>) -> ServiceTime {
    let law = match object.text("law", "exponential").as_str() {
        "deterministic" => Law::Deterministic,
        "exponential" => Law::Exponential,
        "lognormal" => Law::Lognormal { cv: object.number("cv", None, Range::Positive(100.0)) },
        other => {
            object.fault(
                "law",
                format!("\"{other}\" is not known; use deterministic, exponential or lognormal"),
            );
            object.accept(&["cv"]);
            Law::Exponential
        }
    };
    let mean_ms = object.number("mean_ms", Some(50.0), Range::Positive(1e7));
    object.finish();
    ServiceTime { law, mean_ms }
}

fn memory(object: &Object<'_>) -> Memory {
    let mib = Range::Within(0.0, 1e8);
    let memory = Memory {
        base_mib: object.number("base_mib", Some(512.0), mib),
        per_request_mib: object.number("per_request_mib", Some(8.0), mib),
        cache_mib: object.number("cache_mib", Some(512.0), mib),
        cache_fill: Micros::from_s(object.number(
            "cache_fill_s",
            Some(900.0),
            Range::Positive(MAX_S),
        )),
    };
    object.finish();
    memory
}

/// Left out as a whole, the example's stages; given in part, what is left out
/// takes no time.
fn startup(service: &Object<'_>) -> Startup {
    let given = service.raw("startup").is_some();
    let object = service.object("startup");
    let or = |example: f64, rest: f64| Some(if given { rest } else { example });
    let startup = Startup {
        provision: span(&object, "provision_s", or(10.0, 0.0)),
        pull: span(&object, "pull_s", or(8.0, 0.0)),
        boot: span(&object, "boot_s", or(15.0, 0.0)),
        warm_up: span(&object, "warm_up_s", or(30.0, 0.0)),
        warm_up_speed: object.number("warm_up_speed", or(0.5, 1.0), Range::Within(0.01, 1.0)),
    };
    object.finish();
    startup
}

/// Ranges are AWS's (ModifyTargetGroupAttributes, CreateTargetGroup).
fn target_group(object: &Object<'_>) -> TargetGroup {
    let routing = balancing::routing(object);
    let slow_start = balancing::slow_start(object, routing);
    balancing::stickiness(object, routing);
    let check = object.object("health_check");
    let group = TargetGroup {
        routing,
        slow_start,
        deregistration_delay: Micros::from_s(object.number(
            "deregistration_delay_s",
            Some(300.0),
            Range::Within(0.0, 3600.0),
        )),
        health_check_grace_period: Micros::from_s(object.number(
            "health_check_grace_period_s",
            Some(0.0),
            Range::Within(0.0, f64::from(i32::MAX)),
        )),
        health_check_interval: Micros::from_s(check.number(
            "interval_s",
            Some(30.0),
            Range::Within(5.0, 300.0),
        )),
        healthy_threshold: check.integer("healthy_threshold", Some(5), 2, 10),
        unhealthy_threshold: check.integer("unhealthy_threshold", Some(2), 2, 10),
    };
    check.finish();
    object.finish();
    group
}

fn metrics(object: &Object<'_>) -> Metrics {
    let publish_delay = span(object, "publish_delay_s", Some(150.0));
    let resolution = object.number("resolution_s", Some(60.0), Range::Within(0.0, MAX_S));
    if resolution != 20.0 && resolution != 60.0 {
        let message =
            format!("{} is not a resolution of ECS's; use 20 or 60", shortest(resolution));
        object.fault("resolution_s", message);
    }
    // AWS published these metrics together with a faster path: its benchmark
    // leaves about 20 s. A delay that is given as shorter holds for them too.
    let default = publish_delay.as_s().min(HIGH_RESOLUTION_DELAY_S);
    let delay = span(object, "high_resolution_publish_delay_s", Some(default));
    object.finish();
    Metrics { publish_delay, high_resolution_delay: (resolution == 20.0).then_some(delay) }
}

fn slo(object: &Object<'_>) -> Slo {
    let slo = Slo {
        p95_ms: object.number("p95_ms", Some(300.0), Range::Positive(1e9)),
        error_percent: object.number("error_percent", Some(1.0), Range::Within(0.0, 100.0)),
    };
    object.finish();
    slo
}

fn price(object: &Object<'_>) -> Price {
    let usd = Range::Within(0.0, 1e6);
    let price = Price {
        vcpu_hour_usd: object.number("vcpu_hour_usd", Some(0.04048), usd),
        gb_hour_usd: object.number("gb_hour_usd", Some(0.004445), usd),
        region: object.text("region", "us-east-1"),
        as_of: object.text("as_of", "2025"),
    };
    object.finish();
    price
}

/// In the order in which they are written: so they happen within an instant.
fn events(object: &Object<'_>) -> Vec<Event> {
    object.objects("events").iter().filter_map(event).collect()
}

fn event(object: &Object<'_>) -> Option<Event> {
    let at = span(object, "at_s", None);
    let kind = match object.required_text("kind").as_str() {
        "task_crash" => {
            EventKind::TaskCrash { count: object.integer("count", Some(1), 1, MAX_TASKS) }
        }
        "health_check_failure" => EventKind::HealthCheckFailure {
            count: object.integer("count", Some(1), 1, MAX_TASKS),
            lasts: span(object, "for_s", None),
        },
        "set_desired" => EventKind::SetDesired {
            desired_count: object.integer("desired_count", None, 0, MAX_TASKS),
        },
        "register_scalable_target" => register(object),
        "deregister_scalable_target" => EventKind::DeregisterScalableTarget,
        "reject_updates" => EventKind::RejectUpdates { lasts: span(object, "for_s", None) },
        "protect_tasks" => service::protection(object),
        "availability_zone_failure" => EventKind::ZoneFailure {
            zone: object.integer("zone", None, 0, 5),
            lasts: span(object, "for_s", None),
        },
        "dependency_slow" => EventKind::DependencySlow {
            added: Micros::from_s(
                object.number("added_ms", None, Range::Within(0.0, 1e7)) / 1000.0,
            ),
            lasts: span(object, "for_s", None),
        },
        "deployment" => EventKind::Deployment { failing: service::failing(object) },
        kind @ ("suspend" | "resume") => EventKind::Suspend {
            process: autoscaling::process(object)?,
            suspended: kind == "suspend",
        },
        other => {
            object.fault(
                "kind",
                format!(
                    "\"{other}\" is not an event; use task_crash, health_check_failure, \
                     availability_zone_failure, dependency_slow, set_desired, deployment, \
                     protect_tasks, suspend, resume, reject_updates, register_scalable_target or \
                     deregister_scalable_target"
                ),
            );
            return None;
        }
    };
    object.finish();
    Some(Event { at, kind })
}

fn register(object: &Object<'_>) -> EventKind {
    let bound = |name| object.raw(name).map(|_| object.integer(name, None, 0, MAX_TASKS));
    let (min, max) = (bound("MinCapacity"), bound("MaxCapacity"));
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        object.fault("MaxCapacity", autoscaling::MAX_BELOW_MIN);
    }
    EventKind::RegisterScalableTarget { min, max, suspended: autoscaling::suspended(object) }
}
