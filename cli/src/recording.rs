//! Recorded metrics: a CSV file with a row a minute.

use headroom_model::autoscaling::Metrics;
use headroom_model::scenario::{Fault, Metric, Scenario};
use headroom_model::time::Micros;

/// The latest time of a row [s]: 14 days, as for a run.
const MAX_S: u64 = 14 * 86_400;

/// Metrics as they were seen, minute by minute.
#[derive(Debug)]
pub(crate) struct Recording {
    /// In each series slot `k` is visible at `60 k` seconds.
    pub(crate) metrics: Metrics,
    /// The time of the last row.
    pub(crate) end: Micros,
}

/// Names under which a metric may stand in the header: the predefined type,
/// and the CloudWatch metric behind it.
fn metric_of(name: &str) -> Option<Metric> {
    match name {
        "ECSServiceAverageCPUUtilization" | "CPUUtilization" => Some(Metric::Cpu),
        "ECSServiceAverageMemoryUtilization" | "MemoryUtilization" => Some(Metric::Memory),
        "ALBRequestCountPerTarget" | "RequestCountPerTarget" => Some(Metric::RequestsPerTarget),
        _ => None,
    }
}

fn fault(line: u64, column: usize, message: impl Into<String>) -> Fault {
    Fault { path: format!("{line}:{column}"), message: message.into() }
}

impl Recording {
    /// Reads a CSV file: a header with `t_s` and the metrics that the
    /// scenario's policies read, then rows 60 s apart. An empty cell, and a
    /// minute without a row, is a missing datapoint.
    ///
    /// Faults stand at `line:column`, where the column counts cells.
    pub(crate) fn parse(bytes: &[u8], scenario: &Scenario) -> Result<Self, Vec<Fault>> {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(vec![fault(1, 1, "the file is UTF-16; save it as UTF-8")]);
        }
        let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let header = reader.headers().map_err(|error| vec![not_csv(&error)])?.clone();
        let mut faults = Vec::new();
        let time = header.iter().position(|name| name == "t_s");
        if time.is_none() {
            faults.push(fault(
                1,
                1,
                "the header has no column t_s, the end of each row's minute in seconds",
            ));
        }
        let columns = columns(&header, scenario, &mut faults);
        let Some(time) = time.filter(|_| faults.is_empty()) else { return Err(faults) };

        let mut recording = Self { metrics: Metrics::new(), end: Micros::ZERO };
        let mut last = None;
        for row in reader.records() {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    faults.push(not_csv(&error));
                    break;
                }
            };
            let line = row.position().map_or(0, csv::Position::line);
            let cell = row.get(time).unwrap_or_default();
            let t_s = match whole_minute(cell) {
                Some(t_s) if last.is_none_or(|last| t_s > last) => t_s,
                Some(_) => {
                    faults.push(fault(
                        line,
                        time + 1,
                        format!("t_s {cell} must be later than the row before it"),
                    ));
                    continue;
                }
                None => {
                    let message = format!(
                        "t_s must be a whole minute in seconds, from 0 to {MAX_S}, found \"{cell}\""
                    );
                    faults.push(fault(line, time + 1, message));
                    continue;
                }
            };
            last = Some(t_s);
            recording.end = Micros::from_whole_s(t_s);
            for &(column, metric) in &columns {
                match datapoint(row.get(column).unwrap_or_default()) {
                    Ok(value) => {
                        recording.metrics.entry(metric).or_default().publish(recording.end, value);
                    }
                    Err(message) => faults.push(fault(line, column + 1, message)),
                }
            }
        }
        if last.is_none() && faults.is_empty() {
            faults.push(fault(2, 1, "there is no row; give one a minute"));
        }
        if faults.is_empty() { Ok(recording) } else { Err(faults) }
    }
}

/// The columns that the scenario's policies read.
fn columns(
    header: &csv::StringRecord,
    scenario: &Scenario,
    faults: &mut Vec<Fault>,
) -> Vec<(usize, Metric)> {
    let policies = scenario.autoscaling.iter().flat_map(|autoscaling| &autoscaling.policies);
    let mut columns = Vec::new();
    for metric in policies.map(|policy| policy.metric) {
        let mut found =
            header.iter().enumerate().filter(|(_, name)| metric_of(name) == Some(metric));
        match (found.next(), found.next()) {
            (Some((column, _)), None) => columns.push((column, metric)),
            (Some(_), Some((again, _))) => faults.push(fault(
                1,
                again + 1,
                format!("a second column holds {}; leave one", metric.aws_name()),
            )),
            (None, _) => faults.push(fault(
                1,
                1,
                format!("the header has no column {}, which a policy reads", metric.aws_name()),
            )),
        }
    }
    columns
}

fn whole_minute(cell: &str) -> Option<u64> {
    let t_s: f64 = cell.parse().ok()?;
    let whole = t_s.is_finite() && t_s >= 0.0 && t_s <= MAX_S as f64 && t_s % 60.0 == 0.0;
    whole.then_some(t_s as u64)
}

fn datapoint(cell: &str) -> Result<Option<f64>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    match cell.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(Some(value)),
        _ => Err(format!("expected a number from 0 on, or an empty cell, found \"{cell}\"")),
    }
}

fn not_csv(error: &csv::Error) -> Fault {
    let line = error.position().map_or(1, csv::Position::line);
    fault(line, 1, format!("this is not CSV in UTF-8 with as many cells as the header: {error}"))
}
