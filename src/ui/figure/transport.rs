//! The transport: play, pause, step, scrub.

use leptos::prelude::*;

use super::{Shared, look, view};
use crate::figure::run::Run;
use crate::figure::{time, why};

#[component]
pub(super) fn TransportView(shared: Shared) -> impl IntoView {
    let signals = shared.signals;
    let duration_s = move || shared.with_run(Run::duration_s).unwrap_or(0.0);
    let speed = RwSignal::new(1usize);
    let factor = move || time::speeds(duration_s())[speed.get()];
    play(shared, Signal::derive(factor));

    let go = move |to: fn(f64, f64) -> f64| {
        let t_s = to(untrack(|| shared.cursor_s()), untrack(duration_s));
        signals.move_to(shared.figure, t_s);
        say_minute(shared);
    };
    let restart = move |_| {
        signals.move_to(shared.figure, 0.0);
        say_minute(shared);
    };
    let scrub = move |event: web_sys::Event| {
        if let Ok(t_s) = event_target_value(&event).parse() {
            signals.move_to(shared.figure, t_s);
        }
    };
    let clock = move |t_s: f64| shared.with_run(|run| run.clock(t_s)).unwrap_or_default();
    let now = move || clock(shared.cursor_s());
    let filled = move || {
        let share = shared.cursor_s() / duration_s().max(1.0);
        format!("{:.2}%", 100.0 * share.clamp(0.0, 1.0))
    };
    let waits = move || {
        let cursor_s = shared.cursor_s();
        signals.state.with(|state| {
            let told = state.told(shared.figure);
            state.bet.is_none()
                && told.prediction.is_some_and(|prediction| cursor_s >= prediction.fog_from_s)
        })
    };
    let play_name = move || match (signals.playing.get(), waits()) {
        (true, _) => "Pause",
        (false, true) => "Play: bet or skip first",
        (false, false) => "Play",
    };
    let play_icon = move || icon(if signals.playing.get() { PAUSE } else { PLAY });
    let restart_icon = icon(RESTART);
    let (back_icon, forward_icon) = (icon(BACK), icon(FORWARD));
    view! {
        <div class="transport" role="group" aria-label="Playback">
            <button type="button" class="tool" aria-label="Restart" on:click=restart>
                {restart_icon}
            </button>
            <button type="button" class="tool" aria-label="Step back" on:click=move |_| go(time::step_back)>
                {back_icon}
            </button>
            <button
                type="button"
                class="tool play"
                aria-label=play_name
                aria-disabled=move || waits().then_some("true")
                on:click=move |_| signals.toggle_play(shared.figure)
            >
                {play_icon}
            </button>
            <button type="button" class="tool" aria-label="Step forward" on:click=move |_| go(time::step_forward)>
                {forward_icon}
            </button>
            <input
                type="range"
                class="of-other"
                aria-label="Time"
                min="0"
                max=duration_s
                step="10"
                prop:value=move || shared.cursor_s().to_string()
                aria-valuetext=now
                style=("--filled", filled)
                on:input=scrub
            />
            <span class="now">{now}" of "{move || clock(duration_s())}</span>
            <button
                type="button"
                class="tool speed"
                aria-label=move || format!("Speed: {} times", factor())
                on:click=move |_| speed.update(|speed| *speed = (*speed + 1) % 3)
            >
                {move || format!("{}×", factor())}
            </button>
        </div>
    }
}

/// Reads out what happened in the minute that the cursor was moved to.
fn say_minute(shared: Shared) {
    let said = untrack(|| {
        let cursor_s = shared.cursor_s();
        shared.with_run(|run| {
            let why = why::why(run, cursor_s);
            [why.clock, why.headline, why.seen, why.sum.unwrap_or_default()].join(" ")
        })
    });
    if let Some(said) = said {
        shared.announce.run(said);
    }
}

/// Moves the cursor frame by frame while `playing` holds. Who wants less motion
/// sees the end at once.
fn play(shared: Shared, factor: Signal<f64>) {
    Effect::new(move |_| {
        if !shared.signals.playing.get() {
            return;
        }
        if look::prefers_reduced_motion() {
            arrive(shared, untrack(|| stop_s(shared)));
        } else {
            advance(shared, factor, None);
        }
    });
}

fn advance(shared: Shared, factor: Signal<f64>, before_ms: Option<f64>) {
    request_animation_frame(move || {
        let signals = shared.signals;
        // The figure may be gone by now.
        if signals.playing.try_get_untracked() != Some(true) {
            return;
        }
        // A hidden page has no frames; it goes on from where it stopped.
        const LONGEST_FRAME_MS: f64 = 100.0;
        let now_ms = now_ms();
        let passed_ms = before_ms.map_or(0.0, |before| (now_ms - before).min(LONGEST_FRAME_MS));
        let stop_s = untrack(|| stop_s(shared));
        let t_s = signals.state.with_untracked(|state| state.t_s)
            + passed_ms.max(0.0) / 1000.0 * factor.get_untracked();
        if t_s < stop_s {
            signals.state.update(|state| state.t_s = t_s);
            advance(shared, factor, Some(now_ms));
        } else {
            arrive(shared, stop_s);
        }
    });
}

/// Ends playing where it has to.
fn arrive(shared: Shared, stop_s: f64) {
    shared.signals.state.update(|state| state.t_s = stop_s);
    shared.signals.playing.set(false);
    shared.announce_result();
}

/// Where playing stops: at the end, or at the fog until the bet is made [s].
fn stop_s(shared: Shared) -> f64 {
    let duration_s = shared.with_run(Run::duration_s).unwrap_or(0.0);
    shared.signals.state.with(|state| {
        let told = state.told(shared.figure);
        time::fog_from_s(told, state, false, duration_s).unwrap_or(duration_s)
    })
}

fn now_ms() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

const RESTART: &str = "M3 2h2v12H3zM13 2v12L6 8z";
const BACK: &str = "M8 2v12L2 8zM10 2h3v12h-3z";
const PLAY: &str = "M4 2l10 6-10 6z";
const PAUSE: &str = "M3 2h4v12H3zM9 2h4v12H9z";
const FORWARD: &str = "M3 2h3v12H3zM8 2l6 6-6 6z";

fn icon(path: &'static str) -> impl IntoView {
    view! {
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d=path fill="currentColor" />
        </svg>
    }
}
