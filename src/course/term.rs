//! Numbers that follow from others: small sums in a question's data.

use headroom_model::autoscaling::{ceil_tolerant, desired_capacity};
use headroom_model::decimal;
use serde_json::Value;

/// A number, a name, or an operation on terms, as it stands in the data: `70`,
/// `"cpu"`, `["over", ["times", "tasks", "cpu"], 70]`.
///
/// The operations are `plus`, `minus`, `times`, `over`, `ceil`, `floor`, `least`,
/// `most`, and `target_tracking` of the running tasks, the reading and the target:
/// the model's own formula. Anything else is not a number (NaN).
#[derive(Debug, Clone, PartialEq)]
pub struct Term(Value);

/// Names with their numbers.
#[derive(Debug, Clone, Default)]
pub struct Names(Vec<(String, f64)>);

impl Term {
    /// A term as it stands in the data.
    pub fn new(data: &Value) -> Self {
        Self(data.clone())
    }

    /// A number.
    pub fn of(number: f64) -> Self {
        Self(number.into())
    }

    /// Its value where there are no names.
    pub fn number(&self) -> f64 {
        self.value(&Names::default())
    }

    /// Its value, NaN if it has none.
    pub fn value(&self, names: &Names) -> f64 {
        value(&self.0, names)
    }
}

fn value(term: &Value, names: &Names) -> f64 {
    match term {
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN),
        Value::String(name) => names.get(name),
        Value::Array(parts) => {
            let Some((Value::String(operation), terms)) = parts.split_first() else {
                return f64::NAN;
            };
            let values: Vec<_> = terms.iter().map(|term| value(term, names)).collect();
            match (operation.as_str(), values.as_slice()) {
                ("plus", [a, b]) => a + b,
                ("minus", [a, b]) => a - b,
                ("times", [a, b]) => a * b,
                ("over", [a, b]) => a / b,
                ("least", [a, b]) => a.min(*b),
                ("most", [a, b]) => a.max(*b),
                ("ceil", [a]) => ceil_tolerant(*a),
                ("floor", [a]) => -ceil_tolerant(-*a),
                ("target_tracking", [tasks, reading, target]) => {
                    f64::from(desired_capacity(*tasks as u32, *reading, *target))
                }
                _ => f64::NAN,
            }
        }
        _ => f64::NAN,
    }
}

impl Names {
    /// Gives a name its number. A name that is there already keeps its first one.
    pub fn put(&mut self, name: &str, number: f64) {
        self.0.push((name.to_owned(), number));
    }

    fn get(&self, name: &str) -> f64 {
        self.0.iter().find(|(known, _)| known == name).map_or(f64::NAN, |(_, number)| *number)
    }

    /// A text with each `{name}` replaced by its number, to two decimals at most.
    pub fn put_in(&self, text: &str) -> String {
        let mut parts = text.split('{');
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let named = part.split_once('}').map(|(name, after)| (self.get(name), after));
            match named.filter(|(number, _)| !number.is_nan()) {
                Some((number, after)) => {
                    whole += &decimal::shortest((number * 100.0).round() / 100.0);
                    whole += after;
                }
                None => {
                    whole.push('{');
                    whole += part;
                }
            }
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn terms_are_worked_out_from_the_inside() {
        let mut names = Names::default();
        names.put("tasks", 4.0);
        names.put("cpu", 85.0);
        for (term, wanted) in [
            (json!(7), 7.0),
            (json!("cpu"), 85.0),
            (json!(["over", ["times", "tasks", "cpu"], ["plus", "tasks", 1]]), 68.0),
            (json!(["target_tracking", "tasks", "cpu", 70]), 5.0),
            (json!(["floor", ["over", 340, 70]]), 4.0),
            (json!(["least", ["minus", 9, 2], ["most", 3, ["ceil", 3.2]]]), 4.0),
        ] {
            assert_eq!(Term::new(&term).value(&names), wanted, "{term}");
        }
    }

    #[test]
    fn what_has_no_value_is_not_a_number() {
        for term in [json!("x"), json!([]), json!(["plus", 1]), json!(["sin", 1]), json!(null)] {
            assert!(Term::new(&term).number().is_nan(), "{term}");
        }
    }

    #[test]
    fn numbers_in_texts_are_short() {
        let mut names = Names::default();
        names.put("sum", 340.0 / 70.0);
        names.put("n", 5.0);
        assert_eq!(names.put_in("{sum} makes {n}; {other} stays"), "4.86 makes 5; {other} stays");
    }
}
