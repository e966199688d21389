//! A table of steps as a student edits it: its edges in percent of CPU, and what
//! a moved edge makes of the controls behind them.
//!
//! The controls are a threshold and the widths of the steps above it, so that
//! whatever they stand on is a right table: no gap, no overlap.

use super::state::State;
use crate::course::figure::{Act, Control, StepTable};

/// Whether a control is set in the act's table, and not by a slider.
pub fn holds(act: &Act, control: &Control) -> bool {
    let table = act.step_table.as_ref();
    table.is_some_and(|table| names(table).any(|name| *name == control.name))
}

/// The controls of a table by name: the threshold, the widths, what is added.
pub fn names(table: &StepTable) -> impl Iterator<Item = &String> {
    std::iter::once(&table.threshold).chain(&table.widths).chain(&table.adds)
}

/// Where each step begins, lowest first [% of CPU]: the threshold, and the edges
/// above it.
pub fn edges(act: &Act, table: &StepTable, state: &State) -> Vec<f64> {
    let mut at = 0.0;
    let edge = |name: &String| {
        at += state.value(act, name).unwrap_or_default();
        at
    };
    behind(table).map(edge).collect()
}

/// The controls behind the edges.
fn behind(table: &StepTable) -> impl Iterator<Item = &String> {
    std::iter::once(&table.threshold).chain(&table.widths)
}

/// Moves an edge, counted from 0 at the threshold, to a value as near as its
/// control goes. With the threshold all edges move along; of the others the next
/// one stays where it is, as far as its step allows.
pub fn move_edge(act: &Act, table: &StepTable, state: &mut State, edge: usize, to: f64) {
    let before = edges(act, table, state);
    let set = |state: &mut State, edge: usize, value: f64| {
        let name = behind(table).nth(edge)?;
        let index = act.controls.iter().position(|control| control.name == *name)?;
        let snapped = act.controls[index].snap(value);
        *state.values.get_mut(index)? = snapped;
        Some(snapped)
    };
    let below = edge.checked_sub(1).map_or(0.0, |below| before[below.min(before.len() - 1)]);
    let width = set(state, edge, to - below);
    if let (Some(width), Some(next), 1..) = (width, before.get(edge + 1), edge) {
        set(state, edge + 1, next - (below + width));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::sample::TABLE;

    fn sample() -> (&'static Act, &'static StepTable) {
        let act = &TABLE.acts[0];
        (act, act.step_table.as_ref().expect("it has one"))
    }

    #[test]
    fn an_edge_moves_and_the_next_one_stays() {
        let (act, table) = sample();
        let after = |edge: usize, to: f64| {
            let mut state = State::new(&TABLE);
            move_edge(act, table, &mut state, edge, to);
            edges(act, table, &state)
        };
        assert_eq!(edges(act, table, &State::new(&TABLE)), [70.0, 85.0, 100.0]);
        assert_eq!(after(0, 60.2), [60.0, 75.0, 90.0], "all move with the threshold");
        assert_eq!(after(1, 80.0), [70.0, 80.0, 100.0]);
        assert_eq!(after(1, 99.0), [70.0, 99.0, 100.0]);
        assert_eq!(after(2, 95.0), [70.0, 85.0, 95.0]);
    }

    #[test]
    fn no_edge_passes_another_or_leaves_its_controls() {
        let (act, table) = sample();
        for edge in 0..9 {
            for to in [-1e9, 0.0, 70.0, 85.0, 100.0, 1e9, f64::NAN, f64::INFINITY] {
                let mut state = State::new(&TABLE);
                move_edge(act, table, &mut state, edge, to);
                let edges = edges(act, table, &state);
                assert!(edges.is_sorted_by(|low, high| low < high), "{edge} to {to}: {edges:?}");
                for (control, value) in act.controls.iter().zip(&state.values) {
                    assert!(control.read(&value.to_string()).is_ok(), "{}: {value}", control.name);
                }
            }
        }
    }

    #[test]
    fn what_the_table_holds_needs_no_slider() {
        let (act, _) = sample();
        let held: Vec<bool> = act.controls.iter().map(|control| holds(act, control)).collect();
        assert_eq!(held, [true, true, true, true, true, true, false]);
    }
}
