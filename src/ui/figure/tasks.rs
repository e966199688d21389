//! Tasks as boxes: how many there are, what each is doing, how full it is.

use headroom_model::trace::Stage;
use leptos::prelude::*;

use super::{Shared, view};
use crate::figure::boxes::{TaskBox, boxes, in_words, stage_name};

/// A box with its state's name below needs this much room [text sizes].
const NAMED_EM: f64 = 4.9;
/// More boxes than these are drawn small, without a number.
const MANY: usize = 24;
/// More boxes than these are only counted in words.
const MOST: usize = 200;

#[component]
pub(super) fn TasksView(shared: Shared) -> impl IntoView {
    let boxes = Memo::new(move |_| {
        let cursor_s = shared.cursor_s();
        shared.with_run(|run| boxes(run, cursor_s)).unwrap_or_default()
    });
    let named = Memo::new(move |_| {
        let room = shared.axis.get().map_or(0.0, |axis| axis.right - axis.left);
        let text = shared.look.get().map_or(14.0, |look| look.text);
        boxes.with(Vec::len) as f64 * NAMED_EM * text <= room
    });
    let many = move || boxes.with(Vec::len) > MANY;
    let ids =
        move || boxes.with(|boxes| boxes.iter().take(MOST).map(|task| task.id).collect::<Vec<_>>());
    let left = move || shared.axis.get().map(|axis| format!("{}px", axis.left));
    view! {
        <div class="tasks" style=("--plot-left", left)>
            <div
                class="boxes"
                class:named=move || named.get()
                class:many=many
                aria-hidden="true"
            >
                <For each=ids key=|id| *id let:id>
                    <TaskView boxes id />
                </For>
            </div>
            <p class="counted-tasks" class:hidden=move || named.get()>
                {move || boxes.with(|boxes| in_words(boxes))}
            </p>
        </div>
    }
}

#[component]
fn TaskView(boxes: Memo<Vec<TaskBox>>, id: u32) -> impl IntoView {
    let task =
        Memo::new(move |_| boxes.with(|boxes| boxes.iter().find(|task| task.id == id).copied()));
    let stage = move || task.get().map_or(Stage::Draining, |task| task.stage);
    let fill = move || task.get().and_then(|task| task.fill_percent);
    let class = move || {
        let kind = match stage() {
            Stage::Pending => "pending",
            Stage::Booting => "booting",
            Stage::WarmingUp => "warming",
            Stage::Warm => "warm",
            Stage::Draining => "draining",
        };
        let level = match fill() {
            Some(percent) if percent >= 99.5 => " saturated",
            Some(percent) if percent < 50.0 => " low",
            _ => "",
        };
        format!("task {kind}{level}")
    };
    let height = move || format!("{:.1}%", fill().unwrap_or(0.0).clamp(0.0, 100.0));
    let number = move || fill().map_or("…".to_owned(), |percent| format!("{percent:.0}"));
    view! {
        <div class=class>
            <div class="box">
                <div class="fill" style:height=height>{""}</div>
                <span>{number}</span>
            </div>
            <div class="stage-name">{move || stage_name(stage())}</div>
        </div>
    }
}
