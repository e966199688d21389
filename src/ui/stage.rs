//! The stage: one figure for a room.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use web_sys::KeyboardEvent;

use super::dom::{El, button, el, listen, when_gone};
use super::figure::FigureSignals;
use super::keys;
use super::shell::Shell;
use super::signal::{Memo, Signal};
use crate::course::Section;
use crate::course::figure::{Choice, Figure};
use crate::figure::state::{Bet, State};
use crate::stage::{Stage, Step};

/// A figure, and where its telling to a room is.
#[derive(Clone, Copy)]
pub(super) struct Told {
    /// The figure.
    pub(super) figure: &'static Figure,
    /// Everything that changes in it.
    pub(super) signals: FigureSignals,
    stage: Signal<Stage>,
    /// What the reader had set, until the telling goes on from its first question.
    before: Signal<Option<State>>,
}

impl Told {
    /// A figure whose telling has not begun.
    pub(super) fn new(figure: &'static Figure, signals: FigureSignals) -> Self {
        let act = signals.state.with_untracked(|state| state.act);
        let stage = Signal::new(Stage::at_act(figure, act));
        Self { figure, signals, stage, before: Signal::new(None) }
    }

    /// The name of the step, for style sheets.
    pub(super) fn step_name(self) -> &'static str {
        self.stage.with(|stage| stage.step.name())
    }

    /// Plays or pauses.
    pub(super) fn toggle_play(self) {
        self.signals.toggle_play(self.figure);
    }

    /// Moves the cursor a step: forward, or back.
    pub(super) fn step(self, step: fn(f64, f64) -> f64) {
        let to_s = self
            .signals
            .state
            .with_untracked(|state| step(state.t_s, state.duration_s(self.figure)));
        self.signals.move_to(self.figure, to_s);
    }

    /// Begins with the question of the act on show.
    fn begin(self) {
        let before = self.signals.state.get_untracked();
        let act = before.act;
        self.change(|stage, figure| *stage = Stage::at_act(figure, act));
        self.before.set(Some(before));
    }

    /// Ends; if it went no further than it began, the reader finds all as it was.
    fn end(self) {
        // The whole section may be gone by now.
        if self.before.is_gone() {
            return;
        }
        if let Some(before) = self.before.get_untracked() {
            self.signals.state.set(before);
        }
    }

    /// Changes where the telling is, and shows that.
    fn change(self, change: impl FnOnce(&mut Stage, &Figure)) {
        let mut stage = self.stage.get_untracked();
        change(&mut stage, self.figure);
        self.signals.playing.set(false);
        self.signals.state.update(|state| stage.show(self.figure, state));
        self.signals.playing.set(stage.step == Step::Run && !stage.is_hidden);
        self.stage.set(stage);
        self.before.set(None);
    }

    /// Runs on or pauses; before the run, it is the next step.
    fn run_or_pause(self) {
        match self.stage.with_untracked(|stage| stage.step) {
            Step::Question | Step::Bet => self.change(|stage, _| stage.step = Step::Run),
            Step::Run | Step::Why | Step::Try => self.toggle_play(),
        }
    }

    fn hide_or_show(self) {
        self.change(|stage, _| stage.is_hidden = !stage.is_hidden);
    }

    fn reset(self) {
        self.change(|stage, figure| *stage = Stage::at_act(figure, stage.act));
    }

    /// Acts on a key; whether it was one of the stage's.
    fn act(self, event: &KeyboardEvent, shortcuts: bool) -> bool {
        match event.key().as_str() {
            "ArrowRight" | "PageDown" => self.change(Stage::next),
            "ArrowLeft" | "PageUp" => self.change(Stage::back),
            " " if keys::presses_nothing(event) => self.run_or_pause(),
            "Backspace" => self.stage.update(Stage::take_hand_back),
            "h" | "H" if shortcuts => self.hide_or_show(),
            "r" | "R" if shortcuts => self.reset(),
            digit if shortcuts => match digit.parse::<usize>() {
                Ok(number @ 1..=9) => {
                    self.stage.update(|stage| stage.count_key(self.figure, number));
                }
                _ => return false,
            },
            _ => return false,
        }
        true
    }
}

/// What stands above the figure on the stage, and takes the keys.
pub(super) fn stage_top(shell: Shell, told: Told) -> El {
    untrack(|| told.begin());
    listen(&window(), "keydown", move |event| {
        let event: &KeyboardEvent = event.unchecked_ref();
        if event.key() == "Escape" {
            shell.leave_stage();
        } else if keys::is_free(event) && told.act(event, shell.settings.get_untracked().shortcuts)
        {
            event.prevent_default();
        }
    });
    when_gone(move || told.end());

    let stage = told.stage;
    let at = Memo::new(move || stage.with(|stage| (stage.act, stage.step)));
    let below = move || {
        let (act, step) = at.get();
        let act = &told.figure.acts[act];
        match (step, &act.prediction) {
            (Step::Bet | Step::Run, Some(prediction)) => Some(tally(told, &prediction.choices)),
            (Step::Why, _) => Some(el("p", "reveal").text(&act.reveal)),
            _ => None,
        }
    };
    let asked = move || told.figure.acts[at.get().0].question.to_owned();
    let question = el("h2", "").attr("tabindex", "-1").live_text(asked).focused();
    el("div", "stage-top").child(question).live(move || below().into_iter().collect())
}

/// The choices with the hands for each.
fn tally(told: Told, choices: &'static [Choice]) -> El {
    let stage = told.stage;
    let choice = |(index, choice): (usize, &'static Choice)| {
        let key = stage.with_untracked(|stage| stage.key_of(told.figure, index));
        let key = key.map(|key| key.to_string()).filter(|key| *key != choice.label);
        let hands = move || {
            let hands = stage.with(|stage| stage.hands.get(index).copied().unwrap_or(0));
            if hands > 0 { hands.to_string() } else { String::new() }
        };
        let is_bet = move || told.signals.state.with(|state| state.bet == Some(Bet::Choice(index)));
        button("choice", move || stage.update(|stage| stage.count_hand(index)))
            .live_attr("aria-pressed", move || Some(is_bet().to_string()))
            .children(key.map(|key| el("kbd", "").text(&key)))
            .text(&choice.label)
            .child(el("span", "hands").live_text(hands))
            .child(el("span", "hidden").text(" hands"))
    };
    el("div", "tally")
        .attr("role", "group")
        .attr("aria-label", "Hands for each choice")
        .children(choices.iter().enumerate().map(choice))
}

/// What stands below the figure on the stage: where the telling is, and the keys.
pub(super) fn stage_keys(shell: Shell, told: Told, section: &'static Section) -> El {
    let place = move || {
        let act = told.stage.with(|stage| stage.act + 1);
        match told.figure.acts.len() {
            1 => section.title.to_owned(),
            acts => format!("{} · act {act} of {acts}", section.title),
        }
    };
    let key = |keys: &str, does: &str, act: fn(Shell, Told)| {
        button("", move || act(shell, told)).child(el("kbd", "").text(keys)).text(does)
    };
    let hands = el("span", "").child(el("kbd", "").text("1–9")).text("count hands");
    let keys = el("div", "")
        .child(key("←", "back", |_, told| told.change(Stage::back)))
        .child(key("→", "next", |_, told| told.change(Stage::next)))
        .child(key("Space", "run, pause", |_, told| told.run_or_pause()))
        .child(key("H", "hide result", |_, told| told.hide_or_show()))
        .child(key("R", "reset", |_, told| told.reset()))
        .child(hands)
        .child(key("Backspace", "take back", |_, told| told.stage.update(Stage::take_hand_back)))
        .child(key("Esc", "leave", |shell, _| shell.leave_stage()));
    el("footer", "stage-keys").child(el("p", "").live_text(place)).child(keys)
}
