//! A section: its heading, text, figure and questions, or what it will show.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;

use super::dom::{El, button, el, follow, link as link_to, when_gone};
use super::figure::{self, FigureSignals};
use super::shell::Shell;
use super::signal::Signal;
use super::stage::{Told, stage_keys, stage_top};
use super::{question, review};
use crate::course::figure::Figure;
use crate::course::question::Question;
use crate::course::{Lesson, REVIEW, SECTIONS, Section};
use crate::figure::state::{Bet, State};
use crate::link::Link;
use crate::progress::{Deed, Mark};

/// A section as a link asks for it. Its heading takes the focus if it is to, as
/// after a step from another section.
pub(super) fn section(shell: Shell, link: &Link, focus: bool) -> Vec<El> {
    let section = link.section;
    document().set_title(&[section.title, " · Headroom"].concat());
    let title = el("h1", "").attr("tabindex", "-1").text(section.title);
    let title = if focus {
        window().scroll_to_with_x_and_y(0.0, 0.0);
        title.focused()
    } else {
        title
    };
    if section == REVIEW {
        return vec![el("article", "").children(review::review(shell, title))];
    }
    let body = match section.lesson() {
        Some(lesson) => lesson_parts(shell, link, lesson, title),
        None => to_come(section, title),
    };
    vec![el("article", "").children(body), neighbours(section)]
}

/// The page of a section that does not exist yet.
fn to_come(section: &'static Section, title: El) -> Vec<El> {
    let kicker = el("p", "kicker").text(&format!("{} · not here yet", section.number));
    let here = SECTIONS.iter().filter(|section| section.lesson().is_some());
    let here =
        here.map(|section| el("li", "").child(link_to("", &section.href()).text(section.title)));
    let said = "This is what the section will show. It is not written yet. These are:";
    let promise = el("div", "prose promise")
        .child(el("p", "").text(section.promise))
        .child(el("p", "").text(said))
        .child(el("ul", "").children(here));
    vec![el("header", "opening").child(kicker).child(title), promise]
}

fn lesson_parts(shell: Shell, link: &Link, lesson: &'static Lesson, title: El) -> Vec<El> {
    let section = link.section;
    let note = move |deed: Deed| {
        shell.note(Mark { section: section.slug.to_owned(), deed });
    };
    let figure = &lesson.figure;
    let (state, faults) = State::from_params(figure, &link.params);
    faults.into_iter().for_each(|fault| shell.tell(fault));
    let state = Signal::new(state);
    keep_address(section, figure, state);
    note_acts(figure, state, note);
    keep_bets(shell, section, state);
    let returning = review::returning(shell, section);

    let signals = FigureSignals::new(figure, state, Signal::new(false));
    note_goals(signals, note);
    let told = Told::new(figure, signals);
    shell.told.set(Some(told));
    when_gone(move || shell.told.set(None));
    let stage = move |part: fn(Shell, Told, &'static Section) -> El| {
        move || shell.stage.get().then(|| part(shell, told, section)).into_iter().collect()
    };

    let kicker = format!("{} · about {} minutes", section.number, section.minutes);
    let to_stage = button("to-stage", move || shell.enter_stage()).text("Stage");
    let titled = |class: &str, id: &str, title: &str| {
        let heading = el("h2", "").attr("id", id).text(title);
        el("section", class).attr("aria-labelledby", id).child(heading)
    };
    let ask = move |(number, asked): (usize, &'static Question)| {
        question::question(shell, number, asked, 0, move |right| {
            answered(shell, section, asked, right);
        })
    };
    let questions = (1..).zip(&lesson.questions).map(ask);
    // The text is in the page already; `cargo xtask build` puts it there.
    let prose = |part: &str| [section.slug, "-", part].concat();
    vec![
        el("header", "opening").child(el("p", "kicker").text(&kicker)).child(title).child(to_stage),
        el("div", "prose opening-words").template(&prose("opening")),
        el("div", "stand")
            .live(stage(|shell, told, _| stage_top(shell, told)))
            .child(figure::figure(figure, signals, shell.status))
            .live(stage(stage_keys)),
        el("div", "prose").template(&prose("body")),
        titled("prose questions", "questions", "Check yourself").children(questions),
        el("div", "").children(returning),
        titled("prose simplifies", "simplifies", "What the lesson simplifies")
            .template(&prose("simplifies")),
        el("details", "prose note")
            .child(el("summary", "").text("For the instructor"))
            .template(&prose("note")),
    ]
}

/// Keeps the address such that it restores the figure. Browsers allow a few
/// changes a second, so it follows at a distance.
fn keep_address(section: &'static Section, figure: &'static Figure, state: Signal<State>) {
    const DISTANCE_MS: u32 = 300;
    let is_pending = Rc::new(Cell::new(false));
    let is_written = Rc::clone(&is_pending);
    let write = move || {
        let params = state.with_untracked(|state| state.to_params(figure));
        let hash = Link { section, params }.to_string();
        let history = window().history().ok();
        // Refused, the address is merely older than the figure.
        history.map(|it| it.replace_state_with_url(&JsValue::NULL, "", Some(&hash)).ok());
    };
    let mut is_opened = false;
    // A timer that is dropped does not ring: none is left when the section goes.
    let mut timer = None;
    follow(move || {
        state.track();
        if is_opened && !is_pending.replace(true) {
            let is_written = Rc::clone(&is_written);
            drop(timer.replace(Timeout::new(DISTANCE_MS, move || {
                is_written.set(false);
                write();
            })));
        }
        is_opened = true;
    });
}

/// Notes what came of a try at a question of a section.
pub(super) fn answered(
    shell: Shell,
    section: &'static Section,
    question: &'static Question,
    right: bool,
) {
    let mark = |deed: fn(String) -> Deed| Mark {
        section: section.slug.to_owned(),
        deed: deed(question.id.clone()),
    };
    if right {
        shell.note(mark(Deed::Answer));
    } else if !shell.progress.with_untracked(|progress| progress.has(&mark(Deed::Answer))) {
        shell.note(mark(Deed::Missed));
    }
}

/// Notes each bet, the first of an act, and gives it back when the act is opened
/// again: it cannot be made anew. On the stage a room bets, as often as it likes.
fn keep_bets(shell: Shell, section: &'static Section, state: Signal<State>) {
    follow(move || {
        let (act, bet) = state.with(|state| (state.act, state.bet));
        if shell.stage.get() {
            return;
        }
        let kept = shell.progress.with_untracked(|progress| progress.bet(section, act));
        match (bet, kept) {
            (None, Some(kept)) => state.update(|state| state.bet = Some(kept)),
            (Some(bet), None) => {
                let choice = match bet {
                    Bet::Choice(choice) => u16::try_from(choice).ok(),
                    Bet::Skipped => None,
                };
                if let Ok(act) = u16::try_from(act) {
                    let deed = Deed::Bet(act, choice);
                    shell.note(Mark { section: section.slug.to_owned(), deed });
                }
            }
            _ => {}
        }
    });
}

/// Notes each act in which a bet was made or, where none is asked for, in
/// which something was moved.
fn note_acts(figure: &'static Figure, state: Signal<State>, note: impl Fn(Deed) + 'static) {
    follow(move || {
        let done = state.with(|state| {
            let opened = State::at_act(figure, state.act);
            let asks = state.told(figure).prediction.is_some();
            let is_done = if asks { state.bet.is_some() } else { *state != opened };
            is_done.then_some(state.act)
        });
        if let Some(act) = done.and_then(|act| u16::try_from(act).ok()) {
            note(Deed::Act(act));
        }
    });
}

/// Notes each goal that is met.
fn note_goals(signals: FigureSignals, note: impl Fn(Deed) + 'static) {
    follow(move || {
        for (act, goals) in (0..).zip(signals.met.get()) {
            for (goal, is_met) in (0..).zip(goals) {
                if is_met {
                    note(Deed::Goal(act, goal));
                }
            }
        }
    });
}

/// Links to the sections before and after.
fn neighbours(section: &'static Section) -> El {
    let to = |class: &str, word: &str, section: &'static Section| {
        link_to(class, &section.href()).child(el("span", "").text(word)).text(section.title)
    };
    el("nav", "neighbours")
        .attr("aria-label", "Before and after")
        .children(section.before().map(|before| to("before", "Before", before)))
        .children(section.after().map(|after| to("after", "Next", after)))
}
