//! PredictiveScalingPolicyConfiguration, and the forecast beside it.

use super::super::parse::{MAX_S, MAX_TASKS};
use super::super::reader::{Object, found};
use super::read::{Context, target_value};
use super::{BreachBehavior, PredictiveScaling};
use crate::decimal;
use crate::time::Micros;

/// Sources: API reference, PredictiveScalingPolicyConfiguration.
pub(super) fn read(
    name: String,
    config: &Object<'_>,
    context: &Context<'_>,
) -> Option<PredictiveScaling> {
    const BUFFER: &str = "MaxCapacityBuffer";
    let specifications = config.objects("MetricSpecifications");
    if specifications.len() != 1 {
        config.fault(
            "MetricSpecifications",
            format!("ValidationException: give exactly one, found {}", specifications.len()),
        );
    }
    for specification in &specifications {
        target_value(specification);
    }
    let scales =
        config.choice("Mode", Some(false), &[("ForecastOnly", false), ("ForecastAndScale", true)]);
    let limit =
        |field: &'static str, most: f64| match config.raw(field).map(serde_json::Value::as_f64) {
            None => None,
            Some(Some(value)) if (0.0..=most).contains(&value) && libm::trunc(value) == value => {
                Some(value as u32)
            }
            Some(_) => {
                let message = format!(
                    "ValidationException: expected a whole number from 0 to {}",
                    decimal::shortest(most)
                );
                config.fault(field, message);
                None
            }
        };
    let seconds = limit("SchedulingBufferTime", 3600.0).unwrap_or(300);
    let buffer = limit(BUFFER, 100.0);
    let increases = config.choice(
        "MaxCapacityBreachBehavior",
        Some(false),
        &[("HonorMaxCapacity", false), ("IncreaseMaxCapacity", true)],
    );
    let breach = match (increases?, buffer) {
        (true, Some(buffer_percent)) => BreachBehavior::Increase { buffer_percent },
        (true, None) => {
            config
                .own_fault("ValidationException: IncreaseMaxCapacity requires a MaxCapacityBuffer");
            BreachBehavior::Honor
        }
        (false, None) => BreachBehavior::Honor,
        (false, Some(_)) => {
            config.fault(BUFFER, "ValidationException: goes with IncreaseMaxCapacity only");
            BreachBehavior::Honor
        }
    };
    config.finish();
    let forecast = forecast(&name, context.forecast);
    let buffer = Micros::from_whole_s(u64::from(seconds));
    Some(PredictiveScaling { name, scales: scales?, buffer, breach, forecast })
}

/// `[[t_s, capacity], …]`, rising in time.
fn forecast(name: &str, forecasts: &Object<'_>) -> Vec<(Micros, u32)> {
    let Some(list) = forecasts.named(name) else { return Vec::new() };
    let mut points: Vec<(Micros, u32)> = Vec::new();
    for (index, point) in list.as_array().map_or(&[][..], Vec::as_slice).iter().enumerate() {
        let pair = point.as_array().map(|pair| pair.iter().map(serde_json::Value::as_f64));
        let pair: Option<Vec<f64>> = pair.and_then(Iterator::collect);
        match pair.as_deref() {
            Some(&[t_s, capacity])
                if (0.0..=MAX_S).contains(&t_s)
                    && (0.0..=f64::from(MAX_TASKS)).contains(&capacity)
                    && points.last().is_none_or(|(last, _)| Micros::from_s(t_s) > *last) =>
            {
                points.push((Micros::from_s(t_s), libm::ceil(capacity) as u32));
            }
            _ => forecasts.element_fault(
                name,
                index,
                format!(
                    "must be a pair [t_s, capacity], later than the one before, with a capacity \
                     from 0 to {MAX_TASKS}"
                ),
            ),
        }
    }
    if !list.is_array() {
        forecasts.fault(name, format!("expected a list of [t_s, capacity], found {}", found(list)));
    }
    points
}
