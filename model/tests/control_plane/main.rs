//! The control plane against an oracle: an implementation of the same rules of
//! another shape, slow and simple, that was written from AWS's documentation and
//! not from the model.
//!
//! Both play random configurations on random recorded metrics and have to make
//! the same decisions, with the same outcomes, and to see the same changes of
//! alarms. [`oracle`] says which choices it makes where AWS does not say.

mod cases;
mod oracle;
mod shrink;

use std::fmt::Write as _;

use cases::Case;
use headroom_model::cloudwatch::{Metrics, Series};
use headroom_model::replay;
use headroom_model::scenario::{Metric, Scenario};
use headroom_model::time::Micros;
use oracle::{AlarmChange, Decision, Played};

/// How many cases a test run plays, and `cargo xtask verify`.
const SAMPLE: u64 = 600;
const ALL: u64 = 10_000;

#[test]
fn model_and_oracle_agree() {
    let cases = if std::env::var_os("HEADROOM_VERIFY").is_some() { ALL } else { SAMPLE };
    for number in 0..cases {
        let case = cases::draw(number);
        assert!(model(&case).is_some(), "the model refuses case {number}:\n{case}");
        if disagreement(&case).is_some() {
            let case = shrink::shrink(case, |case| disagreement(case).is_some());
            let told = disagreement(&case).unwrap_or_default();
            panic!("case {number}, made smaller:\n{case}\n{told}");
        }
    }
}

/// What model and oracle see differently, if they do.
fn disagreement(case: &Case) -> Option<String> {
    let model = model(case)?;
    let oracle = oracle::play(&case.scenario, &case.recording);
    if model == oracle {
        return None;
    }
    let mut told = String::new();
    let _ = compare(&mut told, &model.alarms, &oracle.alarms);
    let _ = compare(&mut told, &model.decisions, &oracle.decisions);
    Some(told)
}

/// Lines of two lists up to the first that differs, and some more.
fn compare<T: PartialEq + std::fmt::Debug>(
    out: &mut String,
    model: &[T],
    oracle: &[T],
) -> std::fmt::Result {
    let same = model.iter().zip(oracle).take_while(|(model, oracle)| model == oracle).count();
    for line in &model[same.saturating_sub(6)..same] {
        writeln!(out, "both   {line:?}")?;
    }
    for (who, lines) in [("model ", model), ("oracle", oracle)] {
        for line in lines[same..].iter().take(4) {
            writeln!(out, "{who} {line:?}")?;
        }
    }
    Ok(())
}

/// What the model makes of a case; `None` if it refuses the scenario, which a
/// case made smaller can be.
fn model(case: &Case) -> Option<Played> {
    let scenario = Scenario::from_value(&case.scenario).ok()?;
    let mut metrics = Metrics::new();
    let mut end = Micros::ZERO;
    for (name, column) in &case.recording {
        let metric =
            Metric::predefined(name).unwrap_or_else(|| Metric::named(name, Micros::MINUTE));
        let mut series = Series::new(metric.period());
        for (k, value) in (1..).zip(&column.values) {
            let t = Micros::from_whole_s(k * column.step_s);
            series.publish(t, *value);
            end = end.max(t);
        }
        metrics.insert(metric, series);
    }
    let trace = replay(&scenario, metrics, end);
    let decisions = trace.decisions.iter().map(|decision| Decision {
        t_s: decision.t_s as u64,
        policy: decision.policy.clone(),
        metric: decision.metric,
        running: decision.running.into(),
        desired_before: decision.desired_before.into(),
        proposed: decision.proposed.into(),
        desired_after: decision.desired_after.into(),
        outcome: text(&decision.outcome),
    });
    let alarms = trace.alarms.iter().map(|change| AlarmChange {
        t_s: change.t_s as u64,
        name: change.name.clone(),
        state: text(&change.state),
    });
    Some(Played::sorted(decisions.collect(), alarms.collect()))
}

/// AWS's or the scenario's word for a value.
fn text(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        other => panic!("{other:?} is no word"),
    }
}
