//! The charts: canvases above each other, with HTML text over them.

use leptos::html;
use leptos::prelude::*;
use web_sys::PointerEvent;

use super::canvas::{each_frame, paint, watch_size};
use super::look::{self, Look};
use super::{Shared, view};
use crate::chart::{Anchor, Label, Paint, Place, Role, Size, View, picture};
use crate::course::figure::{Chart, Quantity};
use crate::figure::describe;
use crate::figure::time::choice;

#[component]
pub(super) fn ChartsView(shared: Shared) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    frame.on_load(move |element| {
        look::follow(shared.look, element.clone().into());
        let measured = element.clone();
        watch_size(&element, move |width, _| {
            // Larger type comes with the stage and with narrow screens.
            shared.look.set(Look::of(&measured));
            shared.width.set(width);
        });
    });
    let place = move |chart: Chart| {
        shared.shown.with(|shown| Place {
            first: shown.first() == Some(&chart),
            last: shown.last() == Some(&chart),
        })
    };
    let cursor_left = move || {
        let x = shared.axis.get().map(|axis| axis.x(shared.cursor_s()))?;
        Some(format!("{x:.1}px"))
    };
    let plot_left = move || shared.axis.get().map(|axis| format!("{}px", axis.left));
    let plot_right = move || {
        let right = shared.axis.get().map(|axis| shared.width.get() - axis.right);
        right.map(|right| format!("{right}px"))
    };
    let drag = move |event: PointerEvent| drag(shared, frame, &event);
    let fault = move || shared.run.get().as_ref().as_ref().err().cloned();
    view! {
        <div
            class="charts"
            node_ref=frame
            style=("--plot-left", plot_left)
            style=("--plot-right", plot_right)
            on:pointerdown=drag
            on:pointermove=drag
        >
            <For each=move || shared.shown.get() key=|chart| *chart as usize let:chart>
                <ChartView shared chart place=Signal::derive(move || place(chart)) />
            </For>
            <div class="cursor" style:left=cursor_left aria-hidden="true">{""}</div>
        </div>
        {move || fault().map(|fault| view! { <p class="fault" role="alert">{fault}</p> })}
    }
}

/// Moves the cursor to where the pointer is pressed. The slider named Time does
/// the same for everybody else.
fn drag(shared: Shared, frame: NodeRef<html::Div>, event: &PointerEvent) {
    let pressed = event.buttons() & 1 == 1 && event.is_primary();
    let (true, Some(frame), Some(axis)) =
        (pressed, frame.get_untracked(), shared.axis.get_untracked())
    else {
        return;
    };
    let x = f64::from(event.client_x()) - frame.get_bounding_client_rect().left();
    shared.signals.move_to(shared.figure, axis.t_s(x));
}

#[component]
fn ChartView(shared: Shared, chart: Chart, place: Signal<Place>) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let size = RwSignal::new(None::<(f64, f64)>);
    let labels = RwSignal::new(Vec::<Label>::new());
    let title = RwSignal::new((String::new(), String::new()));
    canvas.on_load(move |element| {
        watch_size(&element, move |width, height| size.set(Some((width, height))));
    });
    // What the chart shows of the cursor changes with the minute, not with it.
    let cursor_s = Memo::new(move |_| {
        let cursor_s = shared.cursor_s();
        let delay_s = shared.with_run(|run| run.scenario.metrics.publish_delay.as_s());
        let published_s = delay_s.map_or(0.0, |delay| ((cursor_s - delay) / 60.0).floor() * 60.0);
        let minute_s = (cursor_s / 60.0).floor() * 60.0;
        minute_s.max(published_s + delay_s.unwrap_or(0.0)).max(0.0)
    });
    let bet = Memo::new(move |_| shared.signals.state.with(choice));
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
        let (Some(element), Some((width, height)), Some(look), Some(axis)) = (
            canvas.get_untracked(),
            size.get_untracked(),
            shared.look.get_untracked(),
            shared.axis.get_untracked(),
        ) else {
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
            bets: act.prediction.map(|prediction| (prediction.fog_from_s, prediction.choices)),
            bet: bet.get_untracked(),
        };
        let canvas_size = Size { width, height, text: look.text, line: look.line };
        let picture = picture(chart, &view, &axis, canvas_size, place.get_untracked());
        paint(&element, &picture, &look, (width, height));
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
        shared.with_run(said).unwrap_or_default()
    };
    let text = move || labels.get().into_iter().map(label).collect_view();
    view! {
        <div class="chart">
            <canvas role="img" node_ref=canvas aria-label=described>{""}</canvas>
            <div class="text" aria-hidden="true">
                <p class="chart-title"><b>{move || title.get().0}</b>" "{move || title.get().1}</p>
                {text}
            </div>
        </div>
    }
}

/// A piece of text over a canvas.
fn label(label: Label) -> impl IntoView {
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
    let (x, y) = label.at;
    view! {
        <span
            class=format!("label {role} {anchor} {color}")
            style:left=format!("{x:.1}px")
            style:top=format!("{y:.1}px")
        >
            {label.text}
        </span>
    }
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
