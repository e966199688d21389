//! A trace as JSON: the same bytes on every target.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::Trace;

impl Trace {
    /// The trace as the command line prints it, without a line's end.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Trace", 8)?;
        out.serialize_field("name", &self.name)?;
        out.serialize_field("model", crate::VERSION)?;
        out.serialize_field("station", &self.station)?;
        out.serialize_field("seed", &self.seed)?;
        out.serialize_field("summary", &self.summary)?;
        out.serialize_field("minutes", &self.minutes)?;
        out.serialize_field("decisions", &self.decisions)?;
        out.serialize_field("alarms", &self.alarms)?;
        out.end()
    }
}

/// Whole numbers up to this have no fraction in binary floating point.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A number without `.0` where it is whole.
pub(super) fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if libm::trunc(*value) == *value && libm::fabs(*value) < EXACT {
        serializer.serialize_i64(*value as i64)
    } else {
        serializer.serialize_f64(*value)
    }
}

/// As [`number`]; nothing is `null`.
#[expect(clippy::ref_option, reason = "serde asks for a reference")]
pub(super) fn optional_number<S: Serializer>(
    value: &Option<f64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => number(value, serializer),
        None => serializer.serialize_none(),
    }
}
