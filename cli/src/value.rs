//! Values as they are read and printed.

use serde::{Serialize, Serializer};
use serde_json::Value;

/// Whole numbers up to this have no fraction in binary floating point.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number without `.0` where it is whole; what is no number is `null`.
pub(crate) fn number(value: f64) -> Value {
    if value.trunc() == value && value.abs() <= EXACT {
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}

/// Reads a finite number.
pub(crate) fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// A number to 15 significant digits, as many as any decimal number keeps.
pub(crate) fn rounded(value: f64) -> f64 {
    format!("{value:.14e}").parse().unwrap_or(value)
}

/// A JSON object that keeps the order of its fields.
#[derive(Debug)]
pub(crate) struct Object<'a>(pub(crate) Vec<(&'a str, Value)>);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
