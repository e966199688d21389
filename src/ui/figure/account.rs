//! What is said about the run: why, the outcome of the bet, the summary, goals.

use super::Shared;
use super::charts::quantity_class;
use crate::course::figure::Act;
use crate::figure::run::Run;
use crate::figure::summary::{Fact, exactness, facts};
use crate::figure::time::choice;
use crate::figure::why::{Why, why};
use crate::ui::dom::{El, button, el};
use crate::ui::signal::Memo;

/// The minute under the cursor, explained.
pub(super) fn why_line(shared: Shared) -> El {
    let why = Memo::new(move || {
        let cursor_s = shared.cursor_s();
        shared.with_run(|run| why(run, cursor_s))
    });
    let told = |why: Why| {
        let sum = why.sum.map(|sum| el("code", "").text(&sum));
        let said = el("p", "").child(el("b", "").text(&why.headline)).text(" ").text(&why.seen);
        vec![el("span", "clock").text(&why.clock), said.children(sum)]
    };
    el("div", "why").live(move || why.get().map(told).unwrap_or_default())
}

/// What came of the bet, and the act's point, once the run is seen.
pub(super) fn outcome(shared: Shared, act: &'static Act) -> Option<El> {
    let signals = shared.signals;
    let is_seen = Memo::new(move || {
        let at_end = shared.with_run(|run| shared.cursor_s() >= run.duration_s()) == Some(true);
        let has_bet = signals.state.with(|state| state.bet.is_some());
        shared.fog_from_s.get().is_none() && (has_bet || at_end)
    });
    // A bet is about the act as it opens.
    let choice = Memo::new(move || {
        signals.state.with(|state| choice(state).filter(|_| state.is_as_opened(act)))
    });
    if !is_seen.get() {
        return None;
    }
    let feedback = choice.get().and_then(|index| act.prediction.as_ref()?.choices.get(index));
    let feedback = feedback.map(|choice| {
        let (class, verdict) =
            if choice.right { ("feedback right", "Right.") } else { ("feedback", "Not quite.") };
        el("p", class).child(el("b", "").text(verdict)).text(" ").text(&choice.feedback)
    });
    let (next, acts) = (shared.act.get() + 1, shared.figure.acts.len());
    let open = move || {
        signals.open_act(shared.figure, next);
        crate::ui::shell::focus(".question");
    };
    let name = format!("Act {} of {acts} →", next + 1);
    let next = (next < acts).then(|| button("next-act", open).text(&name));
    let reveal = el("p", "reveal").text(&act.reveal);
    Some(el("div", "outcome").children(feedback).child(reveal).children(next))
}

/// The run in figures, and how exact they are.
pub(super) fn summary(shared: Shared) -> Option<El> {
    let is_seen = Memo::new(move || shared.fog_from_s.get().is_none());
    if !is_seen.get() {
        return None;
    }
    let fact = |fact: Fact| {
        el("div", quantity_class(fact.quantity))
            .child(el("dt", "").text(fact.label))
            .child(el("dd", "").text(&fact.value))
    };
    let row = |name: &str, run: &Run| {
        let exactness = exactness(run);
        let class = if exactness.approximate { "fidelity approximate" } else { "fidelity" };
        el("div", "of-run")
            .child(el("span", "fleet-name").text(name))
            .child(el("dl", "").children(facts(run).into_iter().map(fact)))
            .child(el("p", class).text(&exactness.mark))
    };
    shared.with_run(|run| {
        let other = run.beside.as_ref().map(|beside| row(&beside.name, &beside.run));
        el("div", "summary").child(row(run.name_of(0), run)).children(other)
    })
}

pub(super) fn goals(shared: Shared, act: &'static Act) -> Option<El> {
    let goal = move |(index, text): (usize, &'static String)| {
        let met = move || {
            let act = shared.act.get();
            shared.signals.met.with(|met| met.get(act)?.get(index).copied()) == Some(true)
        };
        let (tick, said) = (
            move || if met() { "✓" } else { "" }.to_owned(),
            move || if met() { "Met: " } else { "Not yet: " }.to_owned(),
        );
        let words = el("span", "").child(el("span", "hidden").live_text(said)).text(text);
        el("li", "")
            .toggle("met", met)
            .child(el("span", "tick").attr("aria-hidden", "true").live_text(tick))
            .child(words)
    };
    let goals = act.goals.iter().map(|goal| &goal.text).enumerate().map(goal);
    (!act.goals.is_empty()).then(|| {
        el("div", "goals").child(el("h3", "").text("Goals")).child(el("ul", "").children(goals))
    })
}

/// What to look at.
pub(super) fn caption(act: &'static Act) -> El {
    el("figcaption", "caption").text(&act.caption)
}
