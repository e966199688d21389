//! What is said about the run: why, the outcome of the bet, the summary, goals.

use leptos::prelude::*;

use super::charts::quantity_class;
use super::{Shared, view};
use crate::course::figure::Act;
use crate::figure::state::Bet;
use crate::figure::summary::{exactness, facts};
use crate::figure::why::why;

#[component]
pub(super) fn AccountView(shared: Shared, act: &'static Act) -> impl IntoView {
    view! {
        <WhyView shared />
        <OutcomeView shared act />
        <SummaryView shared />
        <GoalsView shared act />
        <figcaption class="caption">{act.caption}</figcaption>
    }
}

/// The minute under the cursor, explained.
#[component]
fn WhyView(shared: Shared) -> impl IntoView {
    let why = Memo::new(move |_| {
        let cursor_s = shared.cursor_s();
        shared.with_run(|run| why(run, cursor_s))
    });
    move || {
        why.get().map(|why| {
            view! {
                <div class="why">
                    <span class="clock">{why.clock}</span>
                    <p>
                        <b>{why.headline}</b>" "{why.seen}
                        {why.sum.map(|sum| view! { <code>{sum}</code> })}
                    </p>
                </div>
            }
        })
    }
}

/// What came of the bet, and the act's point, once the run is seen.
#[component]
fn OutcomeView(shared: Shared, act: &'static Act) -> impl IntoView {
    let seen = Memo::new(move |_| {
        let at_end = shared.with_run(|run| shared.cursor_s() >= run.duration_s()) == Some(true);
        let bet = shared.signals.state.with(|state| state.bet);
        shared.fog_from_s.get().is_none() && (bet.is_some() || at_end)
    });
    let feedback = move || {
        let state = shared.signals.state.get();
        let choices = act.prediction?.choices;
        let Some(Bet::Choice(index)) = state.bet else { return None };
        if !state.is_as_opened(act) {
            return None;
        }
        let choice = choices.get(index)?;
        let verdict = if choice.right { "Right." } else { "Not quite." };
        Some(view! {
            <p class="feedback" class:right=choice.right>
                <b>{verdict}</b>" "{choice.feedback}
            </p>
        })
    };
    let next = move || {
        let index = shared.act.get();
        (index + 1 < shared.figure.acts.len()).then(|| {
            let open = move |_| {
                shared.signals.open_act(shared.figure, index + 1);
                super::super::shell::focus(".question");
            };
            view! {
                <button type="button" class="next-act" on:click=open>
                    {format!("Act {} of {} →", index + 2, shared.figure.acts.len())}
                </button>
            }
        })
    };
    move || {
        seen.get().then(|| {
            view! {
                <div class="outcome">
                    {feedback}
                    <p class="reveal">{act.reveal}</p>
                    {next}
                </div>
            }
        })
    }
}

/// The run in figures, and how exact they are.
#[component]
fn SummaryView(shared: Shared) -> impl IntoView {
    move || {
        if shared.fog_from_s.get().is_some() {
            return None;
        }
        shared.with_run(|run| {
            let facts = facts(run).into_iter().map(|fact| {
                view! {
                    <div class=quantity_class(fact.quantity)>
                        <dt>{fact.label}</dt>
                        <dd>{fact.value}</dd>
                    </div>
                }
            });
            let exactness = exactness(run);
            view! {
                <div class="summary">
                    <dl>{facts.collect_view()}</dl>
                    <p class="fidelity" class:approximate=exactness.approximate>
                        {exactness.mark}
                    </p>
                </div>
            }
        })
    }
}

#[component]
fn GoalsView(shared: Shared, act: &'static Act) -> impl IntoView {
    let goal = move |(index, text): (usize, &'static str)| {
        let met = move || {
            let act = shared.act.get();
            shared.signals.met.with(|met| met.get(act)?.get(index).copied()) == Some(true)
        };
        view! {
            <li class:met=met>
                <span class="tick" aria-hidden="true">{move || if met() { "✓" } else { "" }}</span>
                <span>
                    <span class="hidden">{move || if met() { "Met: " } else { "Not yet: " }}</span>
                    {text}
                </span>
            </li>
        }
    };
    let goals = act.goals.iter().map(|goal| goal.text).enumerate().map(goal).collect_view();
    (!act.goals.is_empty()).then(|| {
        view! {
            <div class="goals">
                <h3>"Goals"</h3>
                <ul>{goals}</ul>
            </div>
        }
    })
}
