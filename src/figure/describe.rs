//! What a chart shows, in words and as a table.

use headroom_model::trace::Minute;

use super::run::Run;
use super::words::{count, milliseconds, minutes, seconds};
use crate::chart::{Stretch, capacity, first_minutes, metric_name, reading, short, tracked};
use crate::course::figure::Chart;

/// A table has no more rows than this; longer runs are thinned.
pub const MOST_ROWS: usize = 60;

/// The name of a chart.
pub fn name(chart: Chart, run: &Run) -> &str {
    match chart {
        Chart::TrafficCapacity => "Traffic and capacity",
        Chart::Metric => metric_name(&run.scenario),
        Chart::Tasks => "Tasks by state",
        Chart::Latency => "Response time",
        Chart::Errors => "Errors",
        Chart::FirstMinutes => "The first minutes",
    }
}

/// What a chart shows up to a time [s]: a sentence or two, and the same about the run
/// beside it, if there is one.
pub fn sentence(chart: Chart, run: &Run, until_s: f64) -> String {
    let said = run.each_said(&|run| of_one(chart, run, until_s));
    format!("{} to {}. {said}", run.clock(0.0), run.clock(until_s))
}

fn of_one(chart: Chart, run: &Run, until_s: f64) -> String {
    let minutes_seen = seen(run, until_s);
    let last = minutes_seen.last();
    let range = |value: &dyn Fn(&Minute) -> Option<f64>| {
        let values = || minutes_seen.iter().filter_map(value);
        let (low, high) =
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        (low <= high).then_some((low, high))
    };
    let spans = |value: &dyn Fn(&Minute) -> Option<f64>| match range(value) {
        Some((low, high)) => format!("between {} and {}", short(low), short(high)),
        None => "not there".to_owned(),
    };
    match chart {
        Chart::TrafficCapacity => {
            let steps = capacity(&run.scenario, &run.trace);
            let (first, end) = (steps.at(0.0), steps.at(until_s));
            let over = minutes_seen
                .iter()
                .filter(|minute| minute.offered_rps > steps.at(minute.t_s - 30.0))
                .count();
            format!(
                "Traffic lies {} requests a second. Capacity is {} at first and {} at the end. \
                 Traffic exceeds capacity in {}.",
                spans(&|minute| Some(minute.offered_rps)),
                short(first),
                short(end),
                minutes(over)
            )
        }
        Chart::Metric => match tracked(&run.scenario) {
            Some(policy) => {
                let of = |minute: &Minute| reading(minute, Some(policy));
                let above = minutes_seen.iter().filter_map(of).filter(|v| *v > policy.target);
                format!(
                    "Readings lie {}. {} of {} are above the target of {}.",
                    spans(&of),
                    above.count(),
                    minutes_seen.len(),
                    short(policy.target)
                )
            }
            None => format!("Readings lie {}.", spans(&|minute| minute.cpu_percent)),
        },
        Chart::Tasks => format!(
            "Running tasks lie {}; at the end {} are desired.",
            spans(&|minute| Some(minute.running.into())),
            last.map_or(0, |minute| minute.desired)
        ),
        Chart::Latency => match range(&|minute| minute.p95_ms) {
            Some((low, high)) => format!(
                "The 95th percentile lies between {} and {}.",
                milliseconds(low),
                milliseconds(high)
            ),
            None => "Nothing was answered.".to_owned(),
        },
        Chart::Errors => {
            let errors: f64 = minutes_seen.iter().map(|minute| minute.errors).sum();
            let bad = minutes_seen.iter().filter(|minute| minute.errors >= 0.5).count();
            format!("{} errors in {}.", count(errors), minutes(bad))
        }
        Chart::FirstMinutes => way(run, until_s),
    }
}

/// The way to the first task that helps, as far as it is seen.
fn way(run: &Run, until_s: f64) -> String {
    let stretches = first_minutes(&run.scenario, &run.trace);
    let lasts = |measuring| {
        let all = stretches.iter().filter(|stretch| stretch.measuring == measuring);
        all.map(Stretch::lasts_s).sum::<f64>()
    };
    match (stretches.first(), stretches.last()) {
        (Some(first), Some(last)) if last.to_s <= until_s => format!(
            "From the rise of traffic at {}, measuring takes {} and starting a task {}.",
            run.clock(first.from_s),
            seconds(lasts(true)),
            seconds(lasts(false))
        ),
        (None, _) if until_s >= run.duration_s() => "No task had to be added.".to_owned(),
        _ => "No task helps yet.".to_owned(),
    }
}

/// A chart's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Heads of the columns; the first is the time until which a row counts.
    pub heads: Vec<&'static str>,
    /// At most [`MOST_ROWS`], as long as the heads.
    pub rows: Vec<Vec<String>>,
}

/// Makes a row of a minute.
type Cells<'a> = Box<dyn Fn(&Minute) -> Vec<String> + 'a>;

/// A chart's data up to a time [s]; of a long run every so many minutes.
pub fn table(chart: Chart, run: &Run, until_s: f64) -> Table {
    let minutes = seen(run, until_s);
    let stride = minutes.len().div_ceil(MOST_ROWS).max(1);
    let rows = minutes.chunks(stride).filter_map(|chunk| chunk.last());
    let steps = capacity(&run.scenario, &run.trace);
    let policy = tracked(&run.scenario);
    let ms = |value: Option<f64>| value.map_or("–".to_owned(), milliseconds);
    let (heads, cells): (_, Cells) = match chart {
        Chart::TrafficCapacity => (
            vec!["Traffic [requests/s]", "Capacity [requests/s]"],
            Box::new(|m: &Minute| vec![short(m.offered_rps), short(steps.at(m.t_s))]),
        ),
        Chart::Metric => (
            vec!["Reading", "Target"],
            Box::new(|m: &Minute| {
                let value = reading(m, policy);
                let target = policy.map_or("–".to_owned(), |policy| short(policy.target));
                vec![value.map_or("–".to_owned(), short), target]
            }),
        ),
        Chart::Tasks => (
            vec!["Desired", "Running", "Pending", "Draining"],
            Box::new(|m: &Minute| {
                [m.desired, m.running, m.pending, m.draining].map(|tasks| tasks.to_string()).into()
            }),
        ),
        Chart::Latency => (
            vec!["p50", "p95", "p99", "Fidelity"],
            Box::new(|m: &Minute| {
                use headroom_model::data_plane::Fidelity;
                let fidelity = match m.fidelity {
                    Fidelity::Exact => "exact",
                    Fidelity::Expected => "expected",
                    Fidelity::Approximate => "approximate",
                };
                vec![ms(m.p50_ms), ms(m.p95_ms), ms(m.p99_ms), fidelity.to_owned()]
            }),
        ),
        Chart::Errors => (vec!["Errors"], Box::new(|m: &Minute| vec![count(m.errors)])),
        Chart::FirstMinutes => return table_of_way(run, until_s),
    };
    let heads = std::iter::once("Until").chain(heads).collect();
    let rows = rows
        .map(|minute| std::iter::once(run.clock(minute.t_s)).chain(cells(minute)).collect())
        .collect();
    Table { heads, rows }
}

/// A row for each stretch of the way to the first task that helps.
fn table_of_way(run: &Run, until_s: f64) -> Table {
    let row = |stretch: &Stretch| {
        let part = if stretch.measuring { "measuring" } else { "starting" };
        let lasts = seconds(stretch.lasts_s());
        vec![run.clock(stretch.to_s), stretch.name.to_owned(), lasts, part.to_owned()]
    };
    let stretches = first_minutes(&run.scenario, &run.trace);
    let rows = stretches.iter().filter(|stretch| stretch.to_s <= until_s).map(row).collect();
    Table { heads: vec!["Until", "Stretch", "Takes", "Part"], rows }
}

fn seen(run: &Run, until_s: f64) -> &[Minute] {
    let minutes = &run.trace.minutes;
    &minutes[..minutes.partition_point(|minute| minute.t_s <= until_s)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::sample;

    const ALL: [Chart; 5] =
        [Chart::TrafficCapacity, Chart::Metric, Chart::Tasks, Chart::Latency, Chart::Errors];

    #[test]
    fn the_first_minutes_are_told_stretch_by_stretch() {
        let run = run();
        let said = |until_s| sentence(Chart::FirstMinutes, &run, until_s);
        assert_eq!(
            said(1260.0),
            "09:00 to 09:21. From the rise of traffic at 09:06, measuring takes 3 min and starting \
             a task 90 s."
        );
        assert!(said(600.0).ends_with("No task helps yet."));
        let rows = table(Chart::FirstMinutes, &run, 560.0).rows;
        assert_eq!(rows[2], ["09:09", "two more readings", "2 min", "measuring"]);
        assert_eq!(rows.last().expect("rows")[..2], ["09:09:18", "image pull"]);
        let mut none = run;
        none.trace.decisions.clear();
        assert!(sentence(Chart::FirstMinutes, &none, 1260.0).ends_with("No task had to be added."));
    }

    fn run() -> Run {
        sample::whole()
    }

    #[test]
    fn each_chart_says_what_it_shows() {
        let run = run();
        let said = |chart| sentence(chart, &run, 1260.0);
        assert_eq!(
            said(Chart::TrafficCapacity),
            "09:00 to 09:21. Traffic lies between 130 and 170 requests a second. Capacity is 200 \
             at first and 250 at the end. Traffic exceeds capacity in 0 minutes."
        );
        assert_eq!(
            said(Chart::Metric),
            "09:00 to 09:21. Readings lie between 65 and 85. 4 of 21 are above the target of 70."
        );
        assert_eq!(
            sentence(Chart::Tasks, &run, 480.0),
            "09:00 to 09:08. Running tasks lie between 4 and 4; at the end 4 are desired."
        );
        assert_eq!(
            said(Chart::Latency),
            "09:00 to 09:21. The 95th percentile lies between 160 ms and 360 ms."
        );
        assert_eq!(said(Chart::Errors), "09:00 to 09:21. 20 errors in 4 minutes.");
    }

    #[test]
    fn tables_are_short_and_end_where_the_fog_begins() {
        let mut run = run();
        for chart in ALL {
            let table = table(chart, &run, 540.0);
            assert_eq!(table.rows.len(), 9);
            assert_eq!(table.rows[8][0], "09:09");
            assert!(table.rows.iter().all(|row| row.len() == table.heads.len()));
        }
        let minute = run.trace.minutes[0];
        run.trace.minutes =
            (1..=1440).map(|k| Minute { t_s: f64::from(k) * 60.0, ..minute }).collect();
        let rows = table(Chart::Tasks, &run, 86_400.0).rows;
        assert_eq!(rows.len(), MOST_ROWS);
    }

    #[test]
    fn both_runs_are_told_of() {
        let run = sample::held_against();
        assert_eq!(
            sentence(Chart::Errors, &run, 1260.0),
            "09:00 to 09:21. small: 20 errors in 4 minutes. big: 75 errors in 4 minutes."
        );
    }

    #[test]
    fn nothing_seen_is_described_too() {
        for chart in ALL {
            assert!(!sentence(chart, &run(), 0.0).is_empty());
            assert!(table(chart, &run(), 0.0).rows.is_empty());
        }
    }
}
