//! Tasks as boxes: how many there are, what each is doing, how full it is.

use headroom_model::decimal::fixed;
use headroom_model::trace::Stage;

use super::Shared;
use crate::figure::boxes::{TaskBox, boxes, in_words, scale, stage_name};
use crate::ui::dom::{El, el};
use crate::ui::signal::Memo;

/// A box with its state's name below needs this much room [text sizes].
const NAMED_EM: f64 = 4.9;
/// More boxes than these are drawn small, without a number.
const MANY: f64 = 24.0;
/// More boxes than these are only counted in words.
const MOST: usize = 200;

type Tasks = Memo<Vec<TaskBox>>;

pub(super) fn tasks(shared: Shared) -> El {
    // The act's own and those of the run beside it, if there is one.
    let [own, others] = [0, 1].map(|index| {
        Memo::new(move || {
            let cursor_s = shared.cursor_s();
            let boxes = shared.with_run(|run| Some(boxes(run.both()[index]?, cursor_s)));
            boxes.flatten().unwrap_or_default()
        })
    });
    // All are drawn to one scale: a task of four cores is as long as four of one.
    let scale = Memo::new(move || shared.with_run(scale).unwrap_or(1.0));
    let longest = move || {
        let [own, others] = [own, others].map(|tasks| tasks.with(Vec::len) as f64);
        own.max(others * scale.get())
    };
    let is_named = Memo::new(move || {
        let room = shared.axis.get().map_or(0.0, |axis| axis.right - axis.left);
        let text = shared.look.get().map_or(14.0, |look| look.text);
        longest() * NAMED_EM * text <= room
    });
    let is_many = Memo::new(move || longest() > MANY);
    let row = move |tasks: Tasks, index: usize| {
        let name = shared.with_run(|run| run.name_of(index).to_owned()).unwrap_or_default();
        let size = move || fixed(if index == 0 { 1.0 } else { scale.get() }, 2);
        fleet(tasks, &name, size, is_named, is_many)
    };
    let has_beside = Memo::new(move || shared.act().beside.is_some());
    let rows = move || {
        let others = has_beside.get().then(|| row(others, 1));
        std::iter::once(row(own, 0)).chain(others).collect()
    };
    el("div", "tasks").style("--plot-left", move || shared.plot_left()).live(rows)
}

/// The tasks of one run, in a row.
fn fleet(
    tasks: Tasks,
    name: &str,
    size: impl Fn() -> String + 'static,
    is_named: Memo<bool>,
    is_many: Memo<bool>,
) -> El {
    let ids = move || tasks.with(|tasks| tasks.iter().take(MOST).map(|task| task.id).collect());
    let drawn = el("div", "boxes")
        .toggle("named", move || is_named.get())
        .toggle("many", move || is_many.get())
        .style("--size", size)
        .attr("aria-hidden", "true")
        .each(ids, move |id| task(tasks, id));
    let named = el("span", "fleet-name").text(name);
    let counted = el("p", "counted-tasks")
        .toggle("hidden", move || is_named.get())
        .live_text(move || tasks.with(|tasks| in_words(tasks)));
    el("div", "fleet").child(named).child(drawn).child(counted)
}

fn task(tasks: Tasks, id: u32) -> El {
    let of = move |tasks: &Vec<TaskBox>| tasks.iter().find(|task| task.id == id).copied();
    let stage = move || tasks.with(of).map_or(Stage::Draining, |task| task.stage);
    let fill = move || tasks.with(of).and_then(|task| task.fill_percent);
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
        Some(format!("task {kind}{level}"))
    };
    let height = move || [&fixed(fill().unwrap_or(0.0).clamp(0.0, 100.0), 1), "%"].concat();
    let number = move || fill().map_or("…".to_owned(), |percent| fixed(percent, 0));
    let filled = el("div", "box")
        .child(el("div", "fill").style("height", height))
        .child(el("span", "").live_text(number));
    el("div", "task")
        .live_attr("class", class)
        .child(filled)
        .child(el("div", "stage-name").live_text(move || stage_name(stage()).to_owned()))
}
