//! The cursor's way through a run: fog, steps and speeds.

use super::state::{Bet, State};
use crate::course::figure::Act;

/// From when on the future is hidden [s], if it is: until the bet is made, and
/// after it, if the run is `revealed` as it plays, up to the cursor.
pub fn fog_from_s(act: &Act, state: &State, revealed: bool, duration_s: f64) -> Option<f64> {
    let asked_at_s = act.prediction.as_ref()?.fog_from_s;
    let from_s = match state.bet {
        None => asked_at_s,
        Some(_) if revealed => state.t_s.max(asked_at_s),
        Some(_) => return None,
    };
    (from_s < duration_s).then_some(from_s)
}

/// The index of the choice that was bet on.
pub fn choice(state: &State) -> Option<usize> {
    match state.bet {
        Some(Bet::Choice(index)) => Some(index),
        Some(Bet::Skipped) | None => None,
    }
}

/// How far a step goes [s]: a minute, in a long run ten.
pub fn step_s(duration_s: f64) -> f64 {
    const LONG_S: f64 = 3.0 * 3600.0;
    if duration_s <= LONG_S { 60.0 } else { 600.0 }
}

/// One step on from a time [s], to the next mark that steps stop at.
pub fn step_forward(t_s: f64, duration_s: f64) -> f64 {
    let step = step_s(duration_s);
    (((t_s / step).floor() + 1.0) * step).min(duration_s)
}

/// One step back from a time [s].
pub fn step_back(t_s: f64, duration_s: f64) -> f64 {
    let step = step_s(duration_s);
    (((t_s / step).ceil() - 1.0) * step).max(0.0)
}

/// Seconds of the run in a second of playing, slow to fast: a run takes about
/// forty, twenty and eight seconds.
pub fn speeds(duration_s: f64) -> [f64; 3] {
    [40.0, 20.0, 8.0].map(|takes_s| {
        let exact = (duration_s / takes_s).max(1.0);
        let unit = [1000.0, 100.0, 10.0, 1.0].into_iter().find(|unit| exact >= *unit);
        let unit = unit.unwrap_or(1.0);
        (exact / unit).round() * unit
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::sample::FIGURE;

    const END_S: f64 = 1260.0;

    #[test]
    fn the_future_is_hidden_until_the_bet_and_then_lifts_with_the_cursor() {
        let mut state = State::new(&FIGURE);
        let fog = |state: &State, revealed| fog_from_s(&FIGURE.acts[0], state, revealed, END_S);
        state.t_s = 700.0;
        assert_eq!(fog(&state, false), Some(540.0));
        assert_eq!(fog(&state, true), Some(540.0), "no bet is made");
        state.bet = Some(Bet::Choice(1));
        assert_eq!(fog(&state, true), Some(700.0));
        assert_eq!(fog(&state, false), None);
        state.t_s = END_S;
        assert_eq!(fog(&state, true), None);
        let open = Act { prediction: None, ..FIGURE.acts[0].clone() };
        assert_eq!(fog_from_s(&open, &state, true, END_S), None);
    }

    #[test]
    fn steps_stop_at_whole_minutes_and_inside_the_run() {
        assert_eq!(
            [0.0, 59.0, 60.0, 1250.0, END_S].map(|t_s| step_forward(t_s, END_S)),
            [60.0, 60.0, 120.0, END_S, END_S]
        );
        assert_eq!([0.0, 59.0, 60.0, 61.0].map(|t_s| step_back(t_s, END_S)), [0.0, 0.0, 0.0, 60.0]);
        assert_eq!(step_forward(0.0, 86_400.0), 600.0);
    }

    #[test]
    fn speeds_are_round_and_rise() {
        assert_eq!(speeds(1260.0), [30.0, 60.0, 200.0]);
        assert_eq!(speeds(3600.0), [90.0, 200.0, 500.0]);
        assert_eq!(speeds(86_400.0), [2000.0, 4000.0, 11_000.0]);
        assert_eq!(speeds(10.0), [1.0, 1.0, 1.0]);
    }
}
