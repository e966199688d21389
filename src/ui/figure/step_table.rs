//! The table of steps: fields for its numbers, and grips on the metric chart for
//! its edges. The grips are for pointers; by keyboard the fields do the same.

use headroom_model::decimal::shortest;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, HtmlInputElement, PointerEvent};

use super::Shared;
use super::controls::change;
use crate::chart::Picture;
use crate::course::figure::{Act, StepTable};
use crate::figure::step_table::{edges, move_edge};
use crate::figure::words::number;
use crate::ui::dom::{El, el, px, value_of};
use crate::ui::signal::Signal;

/// Where the metric chart lies, once it is drawn: the upper and the lower edge of
/// its plot [CSS px], and the values there.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    /// Upper and lower edge.
    pub(super) plot: Signal<Option<(f64, f64)>>,
    /// The values at the lower and at the upper edge.
    pub(super) ends: Signal<Option<(f64, f64)>>,
}

impl Placed {
    /// Not yet.
    pub(super) fn new() -> Self {
        Self { plot: Signal::new(None), ends: Signal::new(None) }
    }

    /// Takes over a picture.
    pub(super) fn set(self, picture: &Picture) {
        let now =
            [(self.plot, Some((picture.plot.top, picture.plot.bottom))), (self.ends, picture.ends)];
        for (signal, now) in now {
            if signal.get_untracked() != now {
                signal.set(now);
            }
        }
    }
}

/// A number of the table.
#[derive(Clone, Copy)]
enum Field {
    /// Where a step begins, from 0 at the threshold [%].
    Edge(usize),
    /// What a step adds [tasks]: the control with this index.
    Added(usize),
}

pub(super) fn step_table(shared: Shared, act: &'static Act) -> Option<El> {
    let table = act.step_table.as_ref()?;
    let row = |step: usize| {
        let from = match step {
            0 => el("td", "").child(field(shared, act, table, Field::Edge(0))).text(" %"),
            _ => el("td", "")
                .live_text(move || [&shortest(edge(shared, act, table, step)), " %"].concat()),
        };
        let to = match table.widths.get(step) {
            Some(_) => {
                el("td", "").child(field(shared, act, table, Field::Edge(step + 1))).text(" %")
            }
            None => el("td", "").text("any"),
        };
        let above = el("td", "above").live_text(move || {
            let threshold = edge(shared, act, table, 0);
            let above = |step: usize| shortest(edge(shared, act, table, step) - threshold);
            match table.widths.get(step) {
                Some(_) => [&above(step), " to ", &above(step + 1)].concat(),
                None => [&above(step), " and more"].concat(),
            }
        });
        let added = table.adds.get(step);
        let added = added.and_then(|name| act.controls.iter().position(|it| it.name == *name));
        let added = added.map(|index| field(shared, act, table, Field::Added(index)));
        let added = el("td", "of-capacity").text("+ ").children(added);
        el("tr", "").child(from).child(to).child(above).child(added)
    };
    let head = |text: &str| el("th", "").attr("scope", "col").text(text);
    let heads = [head("CPU from"), head("up to"), head("above the threshold"), head("tasks")];
    let table = el("table", "step-table")
        .child(el("caption", "").text("The steps: what a reading is worth"))
        .child(el("thead", "").child(el("tr", "").children(heads)))
        .child(el("tbody", "").children((0..table.adds.len()).map(row)));
    Some(table)
}

/// The grips on the edges of the steps, over the metric chart.
pub(super) fn grips(shared: Shared, act: &'static Act, placed: Placed) -> Vec<El> {
    let Some(table) = act.step_table.as_ref() else { return Vec::new() };
    (0..=table.widths.len()).map(|at| grip(shared, act, table, placed, at)).collect()
}

fn grip(
    shared: Shared,
    act: &'static Act,
    table: &'static StepTable,
    placed: Placed,
    at: usize,
) -> El {
    let top = move || {
        let (Some((top, bottom)), Some((low, high))) = (placed.plot.get(), placed.ends.get())
        else {
            return String::new();
        };
        let share = (edge(shared, act, table, at) - low) / (high - low);
        px(bottom - (bottom - top) * share.clamp(0.0, 1.0))
    };
    let grip = el("span", "grip")
        .attr("aria-hidden", "true")
        .style("top", top)
        // Side by side, so that near edges do not hide each other.
        .style("--nth", move || at.to_string());
    let node: HtmlElement = grip.node().clone().unchecked_into();
    let held = node.clone();
    grip.on("pointerdown", move |event| {
        // The chart would move the cursor.
        event.stop_propagation();
        event.prevent_default();
        held.set_pointer_capture(event.unchecked_ref::<PointerEvent>().pointer_id()).ok();
    })
    .on("pointermove", move |event| {
        event.stop_propagation();
        let pointer: &PointerEvent = event.unchecked_ref();
        let (true, Some((top, bottom)), Some((low, high)), Some(chart)) = (
            node.has_pointer_capture(pointer.pointer_id()),
            placed.plot.get_untracked(),
            placed.ends.get_untracked(),
            node.offset_parent(),
        ) else {
            return;
        };
        let y = f64::from(pointer.client_y()) - chart.get_bounding_client_rect().top();
        let value = low + (high - low) * (bottom - y) / (bottom - top);
        change(shared, |state| move_edge(act, table, state, at, value));
    })
    .on("pointerup", move |_| shared.announce_result())
}

/// Where a step begins [%].
fn edge(shared: Shared, act: &Act, table: &StepTable, at: usize) -> f64 {
    shared.signals.state.with(|state| edges(act, table, state).get(at).copied()).unwrap_or(0.0)
}

/// A field for a number, which shows what became of what was typed.
fn field(shared: Shared, act: &'static Act, table: &'static StepTable, field: Field) -> El {
    let shown = move || match field {
        Field::Edge(at) => shortest(edge(shared, act, table, at)),
        Field::Added(index) => {
            let value = shared.signals.state.with(|state| state.values.get(index).copied());
            shortest(value.unwrap_or_default())
        }
    };
    let name = match field {
        Field::Edge(0) => "Threshold of the alarm, in percent",
        Field::Edge(1) => "Upper edge of the first step, in percent",
        Field::Edge(2) => "Upper edge of the second step, in percent",
        Field::Edge(_) => "Upper edge of a further step, in percent",
        Field::Added(index) => &act.controls[index].label,
    };
    el("input", "")
        .attr("type", "number")
        .attr("aria-label", name)
        .attr("step", "1")
        .prop("value", move || shown().into())
        .on("change", move |event| {
            if let Some(value) = number(&value_of(&event)) {
                change(shared, |state| match field {
                    Field::Edge(at) => move_edge(act, table, state, at, value),
                    Field::Added(index) => state.values[index] = act.controls[index].snap(value),
                });
                shared.announce_result();
            }
            // What could not be is put right, even if nothing changed by it.
            event_target::<HtmlInputElement>(&event).set_value(&untrack(shown));
        })
}
