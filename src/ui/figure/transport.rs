//! The transport: play, pause, step, scrub.

use headroom_model::decimal::{fixed, shortest};
use leptos::prelude::*;

use super::{Shared, look};
use crate::figure::run::Run;
use crate::figure::words::number;
use crate::figure::{time, why};
use crate::ui::dom::{El, button, el, follow, next_frame, svg, value_of};
use crate::ui::signal::{Memo, Signal};

pub(super) fn transport(shared: Shared) -> El {
    let signals = shared.signals;
    let duration_s = move || shared.with_run(Run::duration_s).unwrap_or(0.0);
    let speed = Signal::new(1usize);
    let factor = move || time::speeds(duration_s())[speed.get()];
    play(shared, Memo::new(factor));

    let go = move |to: fn(f64, f64) -> f64| {
        let t_s = untrack(|| to(shared.cursor_s(), duration_s()));
        signals.move_to(shared.figure, t_s);
        say_minute(shared);
    };
    let clock = move |t_s: f64| shared.with_run(|run| run.clock(t_s)).unwrap_or_default();
    let waits = Memo::new(move || {
        let cursor_s = shared.cursor_s();
        signals.state.with(|state| {
            let asked = state.told(shared.figure).prediction.as_ref();
            state.bet.is_none() && asked.is_some_and(|asked| cursor_s >= asked.fog_from_s)
        })
    });
    let play_name = move || match (signals.playing.get(), waits.get()) {
        (true, _) => "Pause",
        (false, true) => "Play: bet or skip first",
        (false, false) => "Play",
    };
    let play_path = move || if signals.playing.get() { PAUSE } else { PLAY };
    let tool = |name: &str, path: &'static str, to: fn(f64, f64) -> f64| {
        button("tool", move || go(to)).attr("aria-label", name).child(icon(move || path))
    };
    let playing = button("tool play", move || signals.toggle_play(shared.figure))
        .live_attr("aria-label", move || Some(play_name().to_owned()))
        .live_attr("aria-disabled", move || waits.get().then(|| "true".to_owned()))
        .child(icon(play_path));
    let scrub = el("input", "of-other")
        .attr("type", "range")
        .attr("aria-label", "Time")
        .attr("min", "0")
        .live_attr("max", move || Some(shortest(duration_s())))
        .attr("step", "10")
        .prop("value", move || shortest(shared.cursor_s()).into())
        .live_attr("aria-valuetext", move || Some(clock(shared.cursor_s())))
        .style("--filled", move || percent(shared.cursor_s() / duration_s().max(1.0)))
        .on("input", move |event| {
            if let Some(t_s) = number(&value_of(&event)) {
                signals.move_to(shared.figure, t_s);
            }
        });
    let now = move || format!("{} of {}", clock(shared.cursor_s()), clock(duration_s()));
    let faster = button("tool speed", move || speed.update(|speed| *speed = (*speed + 1) % 3))
        .live_attr("aria-label", move || Some(format!("Speed: {} times", shortest(factor()))))
        .live_text(move || format!("{}×", shortest(factor())));
    el("div", "transport")
        .attr("role", "group")
        .attr("aria-label", "Playback")
        .child(tool("Restart", RESTART, |_, _| 0.0))
        .child(tool("Step back", BACK, time::step_back))
        .child(playing)
        .child(tool("Step forward", FORWARD, time::step_forward))
        .child(scrub)
        .child(el("span", "now").live_text(now))
        .child(faster)
}

/// A share, 0 to 1, as style sheets write it.
pub(super) fn percent(share: f64) -> String {
    [&fixed(100.0 * share.clamp(0.0, 1.0), 2), "%"].concat()
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
        shared.status.set(said);
    }
}

/// Moves the cursor frame by frame while `playing` holds. Who wants less motion
/// sees the end at once.
fn play(shared: Shared, factor: Memo<f64>) {
    follow(move || {
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

fn advance(shared: Shared, factor: Memo<f64>, before_ms: Option<f64>) {
    next_frame(move || {
        let signals = shared.signals;
        // The figure may be gone by now.
        if signals.playing.is_gone() || !signals.playing.get_untracked() {
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

fn icon(path: impl Fn() -> &'static str + 'static) -> El {
    let path =
        svg("path").attr("fill", "currentColor").live_attr("d", move || Some(path().to_owned()));
    let size = "16";
    svg("svg")
        .attr("viewBox", "0 0 16 16")
        .attr("width", size)
        .attr("height", size)
        .attr("aria-hidden", "true")
        .child(path)
}
