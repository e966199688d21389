//! The charts: canvases above each other, with HTML text over them.

use std::cell::RefCell;

use leptos::wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlCanvasElement, PointerEvent};

use super::Shared;
use super::canvas::{each_frame, paint, watch_size};
use super::look::{self, Look};
use super::step_table::{Placed, grips};
use crate::chart::{Anchor, Beside, Label, Paint, Place, Role, Size, View, picture};
use crate::course::figure::{Chart, Quantity};
use crate::figure::describe;
use crate::figure::time::choice;
use crate::ui::dom::{El, el, px};
use crate::ui::signal::{Memo, Signal};

pub(super) fn charts(shared: Shared) -> El {
    let place = move |chart: Chart| {
        shared.shown.with(|shown| Place {
            first: shown.first() == Some(&chart),
            last: shown.last() == Some(&chart),
        })
    };
    let cursor_left = move || {
        let x = shared.axis.get().map_or(0.0, |axis| axis.x(shared.cursor_s()));
        px(x)
    };
    let keys = move || shared.shown.with(|shown| shown.iter().map(|chart| *chart as u32).collect());
    let frame = el("div", "charts")
        .style("--plot-left", move || shared.plot_left())
        .each(keys, move |key| {
            let chart = super::ALL_CHARTS[key as usize];
            chart_view(shared, chart, Memo::new(move || place(chart)))
        })
        .child(el("div", "cursor").attr("aria-hidden", "true").style("left", cursor_left));
    let element = frame.node().clone();
    look::follow(shared.look, element.clone());
    let measured = element.clone();
    watch_size(&element, move |width, _| {
        // Larger type comes with the stage and with narrow screens.
        shared.look.set(Look::of(&measured));
        shared.width.set(width);
    });
    let (pressed, moved) = (element.clone(), element);
    frame
        .on("pointerdown", move |event| drag(shared, &pressed, event.unchecked_ref()))
        .on("pointermove", move |event| drag(shared, &moved, event.unchecked_ref()))
}

/// What stands where charts cannot be drawn: why not.
pub(super) fn fault(shared: Shared) -> Option<El> {
    let fault = shared.run.with(|run| run.as_ref().as_ref().err().cloned())?;
    Some(el("p", "fault").attr("role", "alert").text(&fault))
}

/// Moves the cursor to where the pointer is pressed. The slider named Time does
/// the same for everybody else.
fn drag(shared: Shared, frame: &Element, event: &PointerEvent) {
    let pressed = event.buttons() & 1 == 1 && event.is_primary();
    let (true, Some(axis)) = (pressed, shared.axis.get_untracked()) else { return };
    let x = f64::from(event.client_x()) - frame.get_bounding_client_rect().left();
    shared.signals.move_to(shared.figure, axis.t_s(x));
}

fn chart_view(shared: Shared, chart: Chart, place: Memo<Place>) -> El {
    let canvas = el("canvas", "").attr("role", "img");
    let size = Signal::new(None::<(f64, f64)>);
    let labels = Signal::new(Vec::<Label>::new());
    let title = Signal::new((String::new(), String::new()));
    let placed = Placed::new();
    watch_size(canvas.node(), move |width, height| size.set(Some((width, height))));
    let element: HtmlCanvasElement = canvas.node().clone().unchecked_into();
    // What the chart shows of the cursor changes with the minute, not with it.
    let cursor_s = Memo::new(move || {
        let cursor_s = shared.cursor_s();
        let delay_s = shared.with_run(|run| run.scenario.metrics.publish_delay.as_s());
        let published_s = delay_s.map_or(0.0, |delay| ((cursor_s - delay) / 60.0).floor() * 60.0);
        let minute_s = (cursor_s / 60.0).floor() * 60.0;
        minute_s.max(published_s + delay_s.unwrap_or(0.0)).max(0.0)
    });
    let bet = Memo::new(move || shared.signals.state.with(choice));
    let track = move || {
        shared.run.track();
        shared.axis.track();
        shared.look.track();
        shared.fog_from_s.track();
        cursor_s.track();
        bet.track();
        size.track();
        place.track();
    };
    let frame = move || {
        let (Some((width, height)), Some(look), Some(axis)) =
            (size.get_untracked(), shared.look.get_untracked(), shared.axis.get_untracked())
        else {
            return;
        };
        let run = shared.run.get_untracked();
        let Ok(run) = run.as_ref() else { return };
        let act = shared.act_untracked();
        let view = View {
            scenario: &run.scenario,
            trace: &run.trace,
            cursor_s: cursor_s.get_untracked(),
            fog_from_s: shared.fog_from_s.get_untracked(),
            fog_waits: shared.signals.state.with_untracked(|state| state.bet.is_none()),
            bets: act.prediction.as_ref().map(|asked| (asked.fog_from_s, &*asked.choices)),
            bet: bet.get_untracked(),
            beside: run.beside.as_deref().map(|beside| Beside {
                name: &beside.name,
                name_of_this: &beside.name_of_this,
                scenario: &beside.run.scenario,
                trace: &beside.run.trace,
            }),
        };
        let canvas_size = Size { width, height, text: look.text, line: look.line };
        let picture = picture(chart, &view, &axis, canvas_size, place.get_untracked());
        paint(&element, &picture, &look, (width, height));
        placed.set(&picture);
        let named = (picture.title, picture.unit);
        if title.with_untracked(|title| *title != named) {
            title.set(named);
        }
        if labels.with_untracked(|labels| *labels != picture.labels) {
            labels.set(picture.labels);
        }
    };
    each_frame(track, frame);
    let described = move || {
        let said = |run: &_| {
            let seen_s = shared.seen_s(run);
            format!("{}. {}", describe::name(chart, run), describe::sentence(chart, run, seen_s))
        };
        shared.with_run(said)
    };
    let heading = el("p", "chart-title")
        .child(el("b", "").live_text(move || title.with(|title| title.0.clone())))
        .live_text(move || title.with(|title| [" ", &title.1].concat()));
    let written = RefCell::new(Vec::new());
    let text = el("div", "text")
        .attr("aria-hidden", "true")
        .child(heading)
        .live(move || labels.with(|labels| renew(&mut written.borrow_mut(), labels)));
    // Rows of their own, or bands to take hold of, need room.
    let is_tall = move || match chart {
        Chart::FirstMinutes => true,
        Chart::Metric => shared.act().step_table.is_some(),
        _ => false,
    };
    let grips = move || match chart {
        Chart::Metric => grips(shared, shared.act(), placed),
        _ => Vec::new(),
    };
    el("div", "chart")
        .toggle("tall", is_tall)
        .child(canvas.live_attr("aria-label", described))
        .child(text)
        .live(grips)
}

/// The elements of labels. One that says what it said before only moves: most
/// do not even do that.
fn renew(written: &mut Vec<(Label, El)>, labels: &[Label]) -> Vec<El> {
    written.truncate(labels.len());
    for (index, new) in labels.iter().enumerate() {
        match written.get_mut(index) {
            Some((old, element)) if old.says_the_same(new) => {
                if old.at != new.at {
                    old.at = new.at;
                    element.clone().at(new.at);
                }
            }
            Some(old) => *old = (new.clone(), label(new)),
            None => written.push((new.clone(), label(new))),
        }
    }
    written.iter().map(|(_, element)| element.clone()).collect()
}

/// A piece of text over a canvas.
fn label(label: &Label) -> El {
    let anchor = match label.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let role = match label.role {
        Role::Tick => "tick",
        Role::Line(_) => "line",
        Role::Lesser(_) => "lesser",
        Role::Counted => "counted",
        Role::Decision => "decision",
        Role::Note => "remark",
    };
    let color = match label.role {
        Role::Line(paint) | Role::Lesser(paint) => paint_class(paint),
        Role::Counted => quantity_class(Quantity::Metric),
        Role::Tick | Role::Decision | Role::Note => "",
    };
    el("span", &["label ", role, " ", anchor, " ", color].concat()).at(label.at).text(&label.text)
}

fn paint_class(paint: Paint) -> &'static str {
    match paint {
        Paint::Of(quantity) => quantity_class(quantity),
        Paint::Background | Paint::Panel | Paint::Ink | Paint::Muted | Paint::Rule => "",
    }
}

/// The class that gives an element the colour of a quantity.
pub(super) fn quantity_class(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Traffic => "of-traffic",
        Quantity::Capacity => "of-capacity",
        Quantity::Metric => "of-metric",
        Quantity::Latency => "of-latency",
        Quantity::Errors => "of-errors",
        Quantity::Other => "of-other",
    }
}
