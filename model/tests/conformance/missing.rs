//! The tables of missing data (CloudWatch user guide, "Configuring how alarms
//! treat missing data").

use headroom_model::trace::AlarmState::{self, Alarm, InsufficientData, Ok};
use serde_json::json;

use super::play;
use super::step::{alarm, steps};

/// What a table says of one row, by treatment: missing, ignore, breaching,
/// notBreaching. `None`: the state is kept.
type Expected = [Option<AlarmState>; 4];

const KEEPS: Expected = [Some(Alarm), None, Some(Alarm), Some(Ok)];

pub(crate) const CASES: &[(&str, fn())] = &[
    ("136a", || row(3, "0-X-X", [Some(Ok); 4])),
    ("136b", || row(3, "0----", [Some(Ok); 4])),
    ("136c", || row(3, "-----", [Some(InsufficientData), None, Some(Alarm), Some(Ok)])),
    ("136d", || row(3, "0XX-X", [Some(Alarm); 4])),
    ("136e", || row(3, "--X--", KEEPS)),
    ("136f", || row(2, "0-X-X", [Some(Alarm); 4])),
    ("136g", || row(2, "00X0X", [Some(Alarm); 4])),
    ("136h", || row(2, "0-X--", [Some(Ok), Some(Ok), Some(Alarm), Some(Ok)])),
    ("136i", || row(2, "----0", [Some(Ok), Some(Ok), Some(Alarm), Some(Ok)])),
    ("136j", || row(2, "---X-", KEEPS)),
];

/// Plays a row after five datapoints that are all in order, and after five that
/// all breach: what is kept is another state then.
fn row(m: usize, points: &str, expected: Expected) {
    let treatments = ["missing", "ignore", "breaching", "notBreaching"];
    for (treatment, expected) in treatments.into_iter().zip(expected) {
        for (before, kept) in [("00000", Ok), ("XXXXX", Alarm)] {
            let mut alarm = alarm("it", "GreaterThanThreshold", 50.0);
            alarm["EvaluationPeriods"] = json!(3);
            alarm["DatapointsToAlarm"] = json!(m);
            alarm["TreatMissingData"] = json!(treatment);
            let values: Vec<f64> = [before, points].concat().chars().map(value).collect();
            let trace = play(&steps(4, json!({}), &[alarm]), &values);
            let last = trace.alarms.last().expect("the alarm leaves INSUFFICIENT_DATA").state;
            let wanted = expected.unwrap_or(kept);
            assert_eq!(last, wanted, "{points}, M = {m}, {treatment}, after {before}");
        }
    }
}

/// `0` is in order, `X` breaches, `-` is missing.
fn value(point: char) -> f64 {
    match point {
        '0' => 0.0,
        'X' => 100.0,
        _ => f64::NAN,
    }
}
