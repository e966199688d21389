//! Recorded metrics: a CSV file with a row a minute, or every 20 seconds.

use headroom_model::cloudwatch::{Metrics, Series};
use headroom_model::scenario::{Fault, Metric, Scenario, Signal};
use headroom_model::time::Micros;

/// The latest time of a row [s]: 14 days, as for a run.
const MAX_S: u64 = 14 * 86_400;

/// Metrics as they were seen, minute by minute.
#[derive(Debug)]
pub(crate) struct Recording {
    /// In each series slot `k` is visible at the end of its period.
    pub(crate) metrics: Metrics,
    /// The time of the last row.
    pub(crate) end: Micros,
}

/// A column that something reads.
struct Column {
    index: usize,
    /// Under which metric its datapoints are recorded.
    metric: Metric,
}

fn fault(line: u64, column: usize, message: impl Into<String>) -> Fault {
    Fault { path: format!("{line}:{column}"), message: message.into() }
}

impl Recording {
    /// Reads a CSV file: a header with `t_s` and the metrics that the
    /// scenario's policies and alarms read, then rows 60 s apart, or closer if
    /// one of them has a shorter period. An empty cell, and a period without a
    /// row, is a missing datapoint. Of a one-minute metric only whole minutes
    /// are read.
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
        let period_s = period_s(&columns);
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
            let t_s = match whole_period(cell, period_s) {
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
                        "t_s must be a multiple of {period_s} s, from 0 to {MAX_S}, found \"{cell}\""
                    );
                    faults.push(fault(line, time + 1, message));
                    continue;
                }
            };
            last = Some(t_s);
            recording.end = Micros::from_whole_s(t_s);
            for Column { index, metric } in &columns {
                let period = metric.period();
                if recording.end.floor_to(period) != recording.end {
                    continue;
                }
                match datapoint(row.get(*index).unwrap_or_default(), metric) {
                    Ok(value) => recording
                        .metrics
                        .entry(metric.clone())
                        .or_insert_with(|| Series::new(period))
                        .publish(recording.end, value),
                    Err(message) => faults.push(fault(line, index + 1, message)),
                }
            }
        }
        if last.is_none() && faults.is_empty() {
            faults.push(fault(2, 1, "there is no row; give one a minute"));
        }
        if faults.is_empty() { Ok(recording) } else { Err(faults) }
    }
}

/// The columns that the scenario's policies and alarms read.
fn columns(
    header: &csv::StringRecord,
    scenario: &Scenario,
    faults: &mut Vec<Fault>,
) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let mut add = |metric: &Metric, names: [&str; 2], faults: &mut Vec<Fault>| {
        if columns.iter().any(|column| column.metric == *metric) {
            return true;
        }
        let mut found =
            header.iter().enumerate().filter(|(_, title)| names.contains(title)).map(|(at, _)| at);
        let (first, again) = (found.next(), found.next());
        if let Some(again) = again {
            let message = format!("a second column holds {}; leave one", names[0]);
            faults.push(fault(1, again + 1, message));
        }
        columns.extend(first.map(|index| Column { index, metric: metric.clone() }));
        first.is_some()
    };
    for signal in
        scenario.autoscaling.iter().flat_map(headroom_model::scenario::Autoscaling::signals)
    {
        match signal {
            Signal::Metric(metric) => {
                if !add(metric, names(metric), faults) {
                    faults.push(missing(&names(metric)));
                }
            }
            // A metric in metric math has its Id for a name, or its own.
            Signal::Math(math) => {
                for input in &math.inputs {
                    let by_id = Metric::named(&input.id, Micros::MINUTE);
                    let found = add(&by_id, [&input.id; 2], faults)
                        || add(&input.metric, names(&input.metric), faults);
                    if !found {
                        faults.push(missing(&[&input.id, input.metric.metric_name()]));
                    }
                }
            }
        }
    }
    columns
}

/// Metrics with a predefined type beside their MetricName.
static PREDEFINED: [Metric; 3] = [Metric::Cpu, Metric::Memory, Metric::RequestsPerTarget];

/// Names under which a metric may stand in the header: the predefined type,
/// and the CloudWatch metric behind it.
fn names(metric: &Metric) -> [&str; 2] {
    match metric {
        // A statistic that the service does not publish, of a metric that it does.
        Metric::Named { name, .. } => {
            let known = PREDEFINED.iter().find(|known| known.metric_name() == &**name);
            [name, known.map_or(name, Metric::name)]
        }
        metric => [metric.name(), metric.metric_name()],
    }
}

/// The longest time that all periods are whole multiples of [s].
fn period_s(columns: &[Column]) -> u64 {
    let divisor = |mut a: u64, mut b: u64| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let periods = columns.iter().map(|column| column.metric.period().0 / Micros::SECOND.0);
    periods.fold(60, divisor)
}

fn missing(names: &[&str]) -> Fault {
    let message = format!("the header has no column {}, which a policy or alarm reads", names[0]);
    fault(1, 1, message)
}

fn whole_period(cell: &str, period_s: u64) -> Option<u64> {
    let t_s: f64 = cell.parse().ok()?;
    let whole =
        t_s.is_finite() && t_s >= 0.0 && t_s <= MAX_S as f64 && t_s % period_s as f64 == 0.0;
    whole.then_some(t_s as u64)
}

fn datapoint(cell: &str, metric: &Metric) -> Result<Option<f64>, String> {
    if cell.is_empty() {
        return Ok(None);
    }
    let own = matches!(metric, Metric::Named { .. });
    match cell.parse::<f64>() {
        Ok(value) if value.is_finite() && (own || value >= 0.0) => Ok(Some(value)),
        _ => {
            let from = if own { "" } else { " from 0 on" };
            Err(format!("expected a number{from}, or an empty cell, found \"{cell}\""))
        }
    }
}

fn not_csv(error: &csv::Error) -> Fault {
    let line = error.position().map_or(1, csv::Position::line);
    fault(line, 1, format!("this is not CSV in UTF-8 with as many cells as the header: {error}"))
}
