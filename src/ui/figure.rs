//! The figure: a live simulation with its question, charts and controls.
//!
//! Whatever happens in a figure goes through [`FigureSignals`], so that the
//! link, the progress and the stage only read and write these.

mod account;
mod backend;
mod bet;
mod canvas;
mod charts;
mod controls;
mod extras;
mod look;
mod settled;
mod step_table;
mod tasks;
mod transport;

use std::sync::{Arc, Mutex, PoisonError};

use headroom_model::Player;
use leptos::prelude::*;

use super::dom::{El, button, el, follow, px};
use super::signal::{Memo, Signal};
use crate::chart::{Axis, Size};
use crate::course::figure::{Act, Chart, Figure};
use crate::figure::run::Run;
use crate::figure::state::{Bet, State};
use crate::figure::{goals, summary, time};
use look::Look;
use settled::Told;

/// Everything that changes in a figure.
#[derive(Clone, Copy)]
pub(super) struct FigureSignals {
    /// What the student has set.
    pub state: Signal<State>,
    /// Whether the cursor moves by itself.
    pub playing: Signal<bool>,
    /// Which goals of each act have been met. They stay met.
    pub met: Signal<Vec<Vec<bool>>>,
}

impl FigureSignals {
    /// Of a figure in a state, with no goal met.
    pub(super) fn new(figure: &Figure, state: Signal<State>, playing: Signal<bool>) -> Self {
        let met = figure.acts.iter().map(|act| vec![false; act.goals.len()]).collect();
        Self { state, playing, met: Signal::new(met) }
    }

    /// Puts an act on show as it opens.
    pub(super) fn open_act(self, figure: &Figure, act: usize) {
        self.playing.set(false);
        self.state.set(State::at_act(figure, act));
    }

    /// Makes a bet, or skips it, and plays the run on from the question.
    pub(super) fn bet(self, figure: &Figure, bet: Bet) {
        self.state.update(|state| {
            if let Some(prediction) = &state.told(figure).prediction {
                state.bet = Some(bet);
                state.t_s = prediction.fog_from_s;
            }
        });
        self.playing.set(true);
    }

    /// Plays or pauses. At the end it plays again from the question.
    pub(super) fn toggle_play(self, figure: &Figure) {
        if self.playing.get_untracked() {
            self.playing.set(false);
            return;
        }
        let state = self.state.get_untracked();
        let act = state.told(figure);
        let asked_at_s = act.prediction.as_ref().map_or(0.0, |prediction| prediction.fog_from_s);
        if act.prediction.is_some() && state.bet.is_none() && state.t_s >= asked_at_s {
            return;
        }
        if state.t_s >= state.duration_s(figure) {
            self.state.update(|state| state.t_s = asked_at_s);
        }
        self.playing.set(true);
    }

    /// Stops, and moves the cursor, not into the fog.
    pub(super) fn move_to(self, figure: &Figure, t_s: f64) {
        self.playing.set(false);
        self.state.update(|state| {
            let act = state.told(figure);
            let duration_s = state.duration_s(figure);
            let known_s = time::fog_from_s(act, state, false, duration_s).unwrap_or(duration_s);
            state.t_s = t_s.min(known_s).max(0.0);
        });
    }
}

/// What the parts of a figure share.
#[derive(Clone, Copy)]
struct Shared {
    figure: &'static Figure,
    signals: FigureSignals,
    /// The act on show.
    act: Memo<usize>,
    /// What the settings ask for, run, and settled as far as it is; the error is
    /// a sentence.
    run: Memo<Arc<Result<Run, String>>>,
    /// From when on the future is hidden [s].
    fog_from_s: Memo<Option<f64>>,
    /// Charts on show, in order.
    shown: Memo<Vec<Chart>>,
    /// Whether further charts are on show too.
    more_charts: Signal<bool>,
    /// Colours and sizes, once they are known.
    look: Signal<Option<Look>>,
    /// Width of the charts [CSS px].
    width: Signal<f64>,
    /// The axis of time, once there is a width.
    axis: Memo<Option<Axis>>,
    /// Has screen readers read a sentence.
    status: Signal<String>,
}

impl Shared {
    fn act(&self) -> &'static Act {
        &self.figure.acts[self.act.get()]
    }

    fn act_untracked(&self) -> &'static Act {
        &self.figure.acts[self.act.get_untracked()]
    }

    /// Does something with the run, if there is one.
    fn with_run<T>(&self, f: impl FnOnce(&Run) -> T) -> Option<T> {
        self.run.with(|run| run.as_ref().as_ref().ok().map(f))
    }

    /// The cursor [s], which never stands in the fog.
    fn cursor_s(&self) -> f64 {
        let t_s = self.signals.state.with(|state| state.t_s);
        self.fog_from_s.get().map_or(t_s, |from_s| t_s.min(from_s))
    }

    /// Up to when the run is known to the student [s].
    fn seen_s(&self, run: &Run) -> f64 {
        self.fog_from_s.get().unwrap_or(run.duration_s())
    }

    /// Where plots begin, for style sheets.
    fn plot_left(&self) -> String {
        px(self.axis.get().map_or(0.0, |axis| axis.left))
    }

    /// Says what came out, after something was changed.
    fn announce_result(&self) {
        let said = match untrack(|| (self.run.get(), self.fog_from_s.get())) {
            (_, Some(_)) => "The result is hidden until you bet or skip.".to_owned(),
            (run, None) => match run.as_ref() {
                Ok(run) => summary::sentence(run),
                Err(fault) => fault.clone(),
            },
        };
        self.status.set(said);
    }
}

/// A figure with everything that belongs to it. `announce` has screen readers
/// read a sentence; it is called after changes, not per frame.
pub(super) fn figure(
    figure: &'static Figure,
    signals: FigureSignals,
    status: Signal<String>,
) -> El {
    let act = Memo::new(move || signals.state.with(|state| state.act));
    // Everything but cursor and bet: only these make a new run.
    let settings = Memo::new(move || {
        signals.state.with(|state| State { t_s: 0.0, bet: None, ..state.clone() })
    });
    let player = Mutex::new(Player::default());
    let told = Signal::new(None);
    let run = Memo::always_new(move || {
        // A player that a panic has left is as good as a new one.
        let mut player = player.lock().unwrap_or_else(PoisonError::into_inner);
        let run = settings.with(|state| {
            let mut run = Run::of(&mut player, figure, state)?;
            told.with(|told: &Option<Told>| settled::put_in(&mut run, told.as_ref(), state));
            Ok(run)
        });
        Arc::new(run)
    });
    let duration_s = Memo::new(move || settings.with(|state| state.duration_s(figure)));
    let revealed = reveal(signals);
    let fog_from_s = Memo::new(move || {
        let (revealed, duration_s) = (revealed.get(), duration_s.get());
        signals
            .state
            .with(|state| time::fog_from_s(state.told(figure), state, revealed, duration_s))
    });
    let is_open =
        move || run.with(|run| run.as_ref().as_ref().is_ok_and(crate::figure::settled::is_open));
    settled::settle(figure, signals, settings, fog_from_s, is_open, told);
    let more_charts = Signal::new(false);
    let shown = Memo::new(move || {
        let act = &figure.acts[act.get()];
        let further = more_charts.get().then(|| further_charts(act));
        act.charts.iter().copied().chain(further.into_iter().flatten()).collect::<Vec<_>>()
    });
    let look = Signal::new(None::<Look>);
    let width = Signal::new(0.0);
    let axis = Memo::new(move || {
        let (look, width) = (look.get()?, width.get());
        let size = Size { width, height: 0.0, text: look.text, line: look.line };
        let axis = |run: &Run| Axis::new(&run.scenario, size);
        (width > 0.0).then(|| run.with(|run| run.as_ref().as_ref().ok().map(axis)))?
    });
    let shared = Shared {
        figure,
        signals,
        act,
        run,
        fog_from_s,
        shown,
        more_charts,
        look,
        width,
        axis,
        status,
    };
    tick_goals(shared);
    // A cursor beyond the end of a shorter run comes back to its end.
    follow(move || {
        let end_s = duration_s.get();
        if signals.state.with_untracked(|state| state.t_s > end_s) {
            signals.state.update(|state| state.t_s = end_s);
        }
    });

    let question = el("h2", "question")
        .attr("id", "question")
        .attr("tabindex", "-1")
        .live_text(move || shared.act().question.clone());
    type OfAct = fn(Shared, &'static Act) -> Option<El>;
    let of_act = move |make: OfAct| move || make(shared, shared.act()).into_iter().collect();
    el("figure", "figure")
        .attr("aria-labelledby", "question")
        .children(acts(shared))
        .child(question)
        .live(of_act(bet::bet))
        .child(tasks::tasks(shared))
        .child(charts::charts(shared))
        .live(move || charts::fault(shared).into_iter().collect())
        .child(transport::transport(shared))
        .live(of_act(|shared, act| Some(controls::controls(shared, act))))
        .child(account::why_line(shared))
        .live(of_act(account::outcome))
        .live(move || account::summary(shared).into_iter().collect())
        .live(of_act(account::goals))
        .live(of_act(|_, act| Some(account::caption(act))))
        .live(of_act(|shared, act| Some(extras::extras(shared, act))))
}

const ALL_CHARTS: [Chart; 6] = [
    Chart::TrafficCapacity,
    Chart::Metric,
    Chart::Tasks,
    Chart::Latency,
    Chart::Errors,
    Chart::FirstMinutes,
];

/// Charts of an act that are shown on demand: those that say something of any run.
fn further_charts(act: &'static Act) -> impl Iterator<Item = Chart> {
    let of_any = ALL_CHARTS.into_iter().filter(|chart| *chart != Chart::FirstMinutes);
    of_any.filter(|chart| !act.charts.contains(chart))
}

/// The acts, one of which is on show.
fn acts(shared: Shared) -> Option<El> {
    let acts = shared.figure.acts.len();
    let act = move |index: usize| {
        let current = move || (shared.act.get() == index).then(|| "step".to_owned());
        let open = move || shared.signals.open_act(shared.figure, index);
        let button = button("", open)
            .live_attr("aria-current", current)
            .child(el("span", "hidden").text("Act "))
            .text(&(index + 1).to_string());
        el("li", "").child(button)
    };
    (acts > 1).then(|| {
        el("nav", "acts")
            .attr("aria-label", "Acts of this figure")
            .child(el("span", "").attr("aria-hidden", "true").text("Act"))
            .child(el("ol", "").children((0..acts).map(act)))
    })
}

/// Whether the fog lifts with the cursor: from a bet that starts playing until
/// the cursor or a setting is moved by hand. A pause changes nothing.
fn reveal(signals: FigureSignals) -> Signal<bool> {
    let revealed = Signal::new(false);
    let mut before = None::<State>;
    follow(move || {
        let state = signals.state.get();
        let playing = signals.playing.get_untracked();
        if let Some(before) = before.take() {
            let moved = !playing && before.t_s != state.t_s;
            let changed = before.values != state.values || before.switches != state.switches;
            if before.bet.is_none() && state.bet.is_some() {
                revealed.set(playing);
            } else if moved || changed || before.act != state.act {
                revealed.set(false);
            }
        }
        before = Some(state);
    });
    revealed
}

/// Ticks off the goals that the run on show meets, once it may be seen.
fn tick_goals(shared: Shared) {
    follow(move || {
        if shared.fog_from_s.get().is_some() {
            return;
        }
        let act = shared.act();
        let now: Option<Vec<bool>> = shared.with_run(|run| {
            shared.signals.state.with_untracked(|state| {
                act.goals.iter().map(|goal| goals::is_met(goal, act, state, run)).collect()
            })
        });
        let Some(now) = now.filter(|now| now.contains(&true)) else { return };
        let index = shared.act.get_untracked();
        let is_news =
            |met: &Vec<Vec<bool>>| now.iter().zip(&met[index]).any(|(now, before)| *now && !before);
        if shared.signals.met.with_untracked(is_news) {
            shared.signals.met.update(|met| {
                met[index].iter_mut().zip(&now).for_each(|(met, now)| *met |= now);
            });
        }
    });
}
