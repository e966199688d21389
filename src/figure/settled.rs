//! What the worker tells of a run that it settles, put into the run.

use headroom_model::data_plane::Fidelity;
use headroom_model::trace::{Minute, Summary};
use serde_json::Value;

use super::run::Run;

/// Whether there is something to settle in a run, or in the one beside it.
pub fn is_open(run: &Run) -> bool {
    let is_open = |minute: &Minute| minute.fidelity == Fidelity::Approximate;
    run.both().into_iter().flatten().any(|run| run.trace.minutes.iter().any(is_open))
}

/// Puts the minutes and the summary of a message into the run that they belong
/// to, and those of the run beside it into that. What is not as it should be is
/// left as it was.
pub fn take(run: &mut Run, news: &Value) {
    for told in news["minutes"].as_array().into_iter().flatten() {
        let row = told[0].as_u64().and_then(|row| usize::try_from(row).ok());
        if let Some(minute) = row.and_then(|row| run.trace.minutes.get_mut(row)) {
            settle(minute, told);
        }
    }
    summarize(&mut run.trace.summary, &news["summary"]);
    if let Some(beside) = &mut run.beside {
        take(&mut beside.run, &news["beside"]);
    }
}

fn settle(minute: &mut Minute, told: &Value) -> Option<()> {
    let number = |index: usize| told[index].as_f64();
    (minute.served_rps, minute.errors, minute.missed) =
        (number(1)?, number(5)?, told[6].as_bool()?);
    (minute.p50_ms, minute.p95_ms, minute.p99_ms) = (number(2), number(3), number(4));
    minute.fidelity = Fidelity::Exact;
    Some(())
}

fn summarize(summary: &mut Summary, told: &Value) -> Option<()> {
    let number = |index: usize| told[index].as_f64();
    let missed = u32::try_from(told[13].as_u64()?).ok()?;
    *summary = Summary {
        requests: number(0)?,
        completed: number(1)?,
        rejected: number(2)?,
        timed_out: number(3)?,
        failed: number(4)?,
        in_flight: number(5)?,
        mean_ms: number(6),
        p50_ms: number(7),
        p95_ms: number(8),
        p99_ms: number(9),
        mean_wait_ms: number(10),
        wait_probability: number(11),
        utilization: number(12),
        slo_minutes_missed: missed,
        ..*summary
    };
    Some(())
}

#[cfg(test)]
mod tests {
    use headroom_worker::{BUILD, Desk};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::course::{Section, lessons};
    use crate::figure::run::Run;
    use crate::figure::state::{State, scenario_json};
    use headroom_model::{Player, Settling};

    /// The front door as it opens, and its scenario.
    fn opened() -> (Run, Value) {
        lessons::open();
        let lesson = Section::by_slug("the-spike").and_then(Section::lesson);
        let figure = &lesson.expect("it is finished").figure;
        let state = State::at_act(figure, 0);
        let run = Run::of(&mut Player::default(), figure, &state).expect("a valid scenario");
        (run, scenario_json(figure, &state))
    }

    #[test]
    fn a_run_becomes_what_the_prompt_prints() {
        let (mut run, scenario) = opened();
        assert!(is_open(&run));
        let mut desk = Desk::default();
        let request = json!({ "build": BUILD, "job": 1, "settle": scenario });
        assert_eq!(desk.take(&request.to_string()), None);
        while !desk.is_idle() {
            let news = desk.work(|| true).expect("it works");
            take(&mut run, &serde_json::from_str(&news).expect("JSON"));
        }
        assert!(!is_open(&run));
        let settled = Settling::new(&run.scenario).finish();
        let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs();
        for (told, settled) in run.trace.minutes.iter().zip(&settled.minutes) {
            assert_eq!((told.fidelity, told.missed), (settled.fidelity, settled.missed));
            assert!(close(told.p95_ms.unwrap_or(0.0), settled.p95_ms.unwrap_or(0.0)));
            assert!(close(told.errors, settled.errors));
        }
        let (told, settled) = (run.trace.summary, settled.summary);
        assert!(close(told.completed, settled.completed) && close(told.rejected, settled.rejected));
        assert_eq!(told.slo_minutes_missed, settled.slo_minutes_missed);
    }

    proptest! {
        #[test]
        fn a_damaged_message_changes_nothing_and_stops_nothing(
            minutes in prop::collection::vec(prop::option::of(-2.0..70.0_f64), 0..9),
            summary in prop::collection::vec(prop::option::of(-2.0..70.0_f64), 0..13),
        ) {
            let (run, _) = opened();
            for news in [
                json!({ "minutes": [minutes], "summary": summary }),
                json!({ "minutes": minutes }),
                json!([minutes]),
                json!(null),
            ] {
                let mut damaged = run.clone();
                take(&mut damaged, &news);
                prop_assert_eq!(&damaged, &run);
            }
        }
    }
}
