//! What a policy or an alarm looks at: predefined and customized metrics, and
//! metric math.

use super::super::reader::Object;
use super::read::{Context, unknown};
use super::{Expression, Input, Metric, MetricMath, Parts, Signal, Statistic};
use crate::time::Micros;

/// AWS allows ten metrics in an alarm's expression; as many expressions.
const MAX_QUERIES: usize = 20;

const STATISTICS: [(&str, Statistic); 5] = [
    ("Average", Statistic::Average),
    ("Sum", Statistic::Sum),
    ("Minimum", Statistic::Minimum),
    ("Maximum", Statistic::Maximum),
    ("SampleCount", Statistic::SampleCount),
];

/// The metric of a target tracking policy.
pub(super) fn tracked(config: &Object<'_>, context: &Context<'_>) -> Option<Signal> {
    let customized = config.raw("CustomizedMetricSpecification").is_some();
    match (customized, config.raw("PredefinedMetricSpecification").is_some()) {
        (true, true) => {
            config.own_fault(
                "ValidationException: give either PredefinedMetricSpecification or \
                 CustomizedMetricSpecification, not both",
            );
            None
        }
        (true, false) => {
            self::customized(&config.object("CustomizedMetricSpecification"), context.parts)
        }
        _ => {
            let object = config.required_object("PredefinedMetricSpecification");
            predefined(&object, context.high_resolution).map(Signal::Metric)
        }
    }
}

fn predefined(object: &Object<'_>, high_resolution: bool) -> Option<Metric> {
    const TYPE: &str = "PredefinedMetricType";
    let label = object.raw("ResourceLabel").is_some();
    let name = object.required_text(TYPE);
    if name.is_empty() {
        return None;
    }
    let Some(metric) = Metric::predefined(&name) else {
        object.fault(
            TYPE,
            format!(
                "ValidationException: \"{name}\" is not a metric of ECS services; use \
                 ECSServiceAverageCPUUtilization, ECSServiceAverageMemoryUtilization, one of \
                 these with HighResolution at its end, or ALBRequestCountPerTarget"
            ),
        );
        return None;
    };
    if metric.period() < Micros::MINUTE && !high_resolution {
        object.fault(
            TYPE,
            format!(
                "ValidationException: {name} needs a service that publishes its metrics every 20 \
                 seconds; set the metrics' resolution_s to 20"
            ),
        );
    }
    if label != (metric == Metric::RequestsPerTarget) {
        object.fault(
            "ResourceLabel",
            if label {
                "ValidationException: ResourceLabel goes with ALBRequestCountPerTarget only"
            } else {
                "ValidationException: ResourceLabel is required for ALBRequestCountPerTarget: \
                 app/<load balancer>/<id>/targetgroup/<target group>/<id>"
            },
        );
    }
    object.finish();
    Some(metric)
}

fn customized(object: &Object<'_>, parts: Parts) -> Option<Signal> {
    let signal = if object.raw("Metrics").is_some() {
        for name in ["MetricName", "Namespace", "Statistic", "Dimensions", "Unit"] {
            if object.raw(name).is_some() {
                object.fault(name, "ValidationException: give either Metrics or a single metric");
            }
        }
        queries(object, parts).map(Signal::Math)
    } else {
        single(object, Micros::MINUTE).map(|(metric, _)| Signal::Metric(metric))
    };
    object.finish();
    signal
}

/// MetricName, Namespace, Dimensions, Statistic and Unit.
pub(super) fn single(object: &Object<'_>, period: Micros) -> Option<(Metric, Statistic)> {
    let name = object.required_text("MetricName");
    let namespace = object.required_text("Namespace");
    object.accept(&["Dimensions", "Unit"]);
    let statistic = object.choice("Statistic", None, &STATISTICS)?;
    Some((of(&namespace, &name, period, statistic), statistic))
}

/// A metric that the run publishes, if it publishes it with this statistic;
/// else it is there in recordings only.
fn of(namespace: &str, name: &str, period: Micros, statistic: Statistic) -> Metric {
    let metric = Metric::of(namespace, name, period);
    let published = match metric {
        Metric::RequestsPerTarget | Metric::Requests => Statistic::Sum,
        _ => Statistic::Average,
    };
    if statistic == published { metric } else { Metric::named(name, period) }
}

/// Metric math, if the reader knows it.
pub(super) fn queries(object: &Object<'_>, parts: Parts) -> Option<MetricMath> {
    match parts.math {
        Some(read) => read(object),
        None => unknown(object, "metric math"),
    }
}

/// The queries of metric math.
pub(super) fn math(object: &Object<'_>) -> Option<MetricMath> {
    const LIST: &str = "Metrics";
    let queries = object.objects(LIST);
    let refuse = |message: String| object.fault(LIST, format!("ValidationException: {message}"));
    if queries.is_empty() || queries.len() > MAX_QUERIES {
        refuse(format!("give 1 to {MAX_QUERIES} queries, found {}", queries.len()));
        return None;
    }
    let mut inputs: Vec<Input> = Vec::new();
    let mut pending: Vec<(String, String, usize)> = Vec::new();
    let mut results: Vec<(String, String)> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for (index, query) in queries.iter().enumerate() {
        let id = query.required_text("Id");
        if !id.starts_with(|c: char| c.is_ascii_lowercase())
            || !id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        {
            query.fault("Id", format!("ValidationException: an Id is of letters, digits and _ and begins with a small letter, found \"{id}\""));
        }
        if ids.contains(&id) {
            query.fault("Id", format!("ValidationException: the Id \"{id}\" stands twice"));
        }
        ids.push(id.clone());
        if query.flag("ReturnData", true) {
            let label = query.text("Label", &id);
            results.push((id.clone(), label));
        }
        query.accept(&["Label", "AccountId"]);
        if query.raw("Period").is_some() {
            query.integer("Period", None, 60, 60);
        }
        match (query.raw("Expression").is_some(), query.raw("MetricStat").is_some()) {
            (true, false) => pending.push((id, query.required_text("Expression"), index)),
            (false, true) => inputs.extend(input(id, &query.object("MetricStat"))),
            _ => query.own_fault("ValidationException: give either Expression or MetricStat"),
        }
        query.finish();
    }
    let [(result, label)] = &results[..] else {
        refuse(format!("exactly one query has ReturnData true, found {}", results.len()));
        return None;
    };
    let mut known: Vec<String> = inputs.iter().map(|input| input.id.clone()).collect();
    if known.contains(result) {
        pending.push(("result".to_owned(), result.clone(), 0));
    }
    // Each expression after those that it reads; one that stays unreadable is wrong.
    let mut expressions = Vec::new();
    loop {
        let (mut later, mut faults) = (Vec::new(), Vec::new());
        let before = known.len();
        for (id, text, index) in pending {
            let names: Vec<&str> = known.iter().map(String::as_str).collect();
            match Expression::parse(&id, &text, &names) {
                Ok(expression) => {
                    known.push(id);
                    expressions.push(expression);
                }
                Err(fault) => {
                    faults.push((index, fault));
                    later.push((id, text, index));
                }
            }
        }
        if later.is_empty() {
            break;
        }
        if known.len() == before {
            for (index, fault) in faults {
                queries[index].fault("Expression", format!("ValidationException: {fault}"));
            }
            return None;
        }
        pending = later;
    }
    if let Some(last) = expressions.iter().position(|expression| expression.id == *result) {
        expressions.truncate(last + 1);
    }
    Some(MetricMath { label: label.clone(), inputs, expressions })
}

fn input(id: String, object: &Object<'_>) -> Option<Input> {
    let metric = object.required_object("Metric");
    let (name, namespace) = (metric.required_text("MetricName"), metric.required_text("Namespace"));
    metric.accept(&["Dimensions"]);
    metric.finish();
    if object.raw("Period").is_some() {
        object.integer("Period", None, 60, 60);
    }
    object.accept(&["Unit"]);
    let statistic = object.choice("Stat", None, &STATISTICS);
    object.finish();
    Some(Input { id, metric: of(&namespace, &name, Micros::MINUTE, statistic?) })
}
