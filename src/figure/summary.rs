//! The figures of a whole run, and how far they can be trusted.

use headroom_model::data_plane::Fidelity;
use headroom_model::decimal::fixed;

use super::goals::saturated_minutes;
use super::run::Run;
use super::words::{count, milliseconds, minutes};
use crate::course::figure::Quantity;

/// A figure of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// Its value and unit.
    pub value: String,
    /// Whose colour it has; cost is a number in ink.
    pub quantity: Quantity,
}

/// The figures of a run: delay, errors, saturation, and what it cost.
pub fn facts(run: &Run) -> Vec<Fact> {
    let summary = &run.trace.summary;
    let p95 = summary.p95_ms.map_or("–".to_owned(), milliseconds);
    let failed = summary.rejected + summary.timed_out + summary.failed;
    let share = if summary.requests > 0.0 { 100.0 * failed / summary.requests } else { 0.0 };
    let errors = match share {
        // Less than half an error in expectation.
        _ if failed < 0.5 => "0".to_owned(),
        share if share < 0.05 => count(failed),
        share => format!("{} ({} %)", count(failed), fixed(share, 1)),
    };
    let fact = |label, value, quantity| Fact { label, value, quantity };
    vec![
        fact("p95 response time", p95, Quantity::Latency),
        fact("errors", errors, Quantity::Errors),
        fact("minutes at 100 % CPU", saturated_minutes(run).to_string(), Quantity::Errors),
        fact("task-hours", hours(summary.task_seconds), Quantity::Other),
        fact("cost", ["$", &fixed(summary.cost_usd, 2)].concat(), Quantity::Other),
    ]
}

fn hours(task_seconds: f64) -> String {
    let hours = task_seconds / 3600.0;
    fixed(hours, if hours < 100.0 { 2 } else { 1 })
}

/// The facts in a sentence, to be read out after a change; of a run with another
/// beside it a sentence each.
pub fn sentence(run: &Run) -> String {
    run.each_said(&of_one)
}

fn of_one(run: &Run) -> String {
    let said: Vec<String> =
        facts(run).into_iter().map(|fact| format!("{} {}", fact.label, fact.value)).collect();
    let end = run.trace.minutes.last().map_or(0, |minute| minute.desired);
    format!("{}. Desired tasks at the end: {end}.", said.join(", "))
}

/// How exact the run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exactness {
    /// In a word or two.
    pub mark: String,
    /// In a sentence.
    pub meaning: &'static str,
    /// Whether some minutes are only approximate.
    pub approximate: bool,
}

/// How exact the run is.
pub fn exactness(run: &Run) -> Exactness {
    let with =
        |fidelity| run.trace.minutes.iter().filter(|minute| minute.fidelity == fidelity).count();
    let approximate = with(Fidelity::Approximate);
    if approximate > 0 {
        return Exactness {
            mark: format!("approximate in {}", minutes(approximate)),
            meaning: "Response times and errors of the hatched minutes lie outside the range in \
                      which queueing theory can vouch for them, until they are simulated request \
                      by request while you pause; tasks, CPU and decisions do not depend on them.",
            approximate: true,
        };
    }
    let (mark, meaning) = match (with(Fidelity::Expected), with(Fidelity::Exact)) {
        (0, _) => ("exact".to_owned(), "Every single request was simulated."),
        (_, 0) => (
            "expected".to_owned(),
            "Nothing is drawn at random: these are the means over many runs, from queueing theory.",
        ),
        (_, exact) => (
            format!("expected, exact in {}", minutes(exact)),
            "Where queueing theory cannot vouch for response times and errors, up to eight runs \
             simulated every single request, and their mean is shown; elsewhere it is the mean \
             that theory expects.",
        ),
    };
    Exactness { mark, meaning, approximate: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::sample;

    #[test]
    fn a_run_is_summed_up_in_a_sentence() {
        let mut run = sample::whole();
        assert_eq!(
            sentence(&run),
            "p95 response time 190 ms, errors 20, minutes at 100 % CPU 0, task-hours 1.60, \
             cost $0.08. Desired tasks at the end: 5."
        );
        let both = sentence(&sample::held_against());
        assert!(both.starts_with("small: p95") && both.contains(". big: p95"), "{both}");
        run.trace.summary.rejected = 19_980.0;
        assert_eq!(facts(&run)[1].value, "19\u{202f}980 (10.0 %)");
        assert_eq!(exactness(&run).mark, "approximate in 4 minutes");
        for minute in &mut run.trace.minutes {
            minute.fidelity = Fidelity::Expected;
        }
        assert_eq!(exactness(&run).mark, "expected");
        run.trace.minutes[0].fidelity = Fidelity::Exact;
        assert_eq!(exactness(&run).mark, "expected, exact in 1 minute");
    }
}
