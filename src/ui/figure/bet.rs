//! The bet: a choice made before the future is shown, or skipped.

use leptos::prelude::*;

use super::{Shared, view};
use crate::course::figure::Act;
use crate::figure::state::Bet;

#[component]
pub(super) fn BetView(shared: Shared, act: &'static Act) -> impl IntoView {
    let bet = move || shared.signals.state.with(|state| state.bet);
    let make = move |made: Bet| {
        if shared.signals.state.with_untracked(|state| state.bet).is_some() {
            return;
        }
        shared.signals.bet(shared.figure, made);
    };
    act.prediction.map(|prediction| {
        let choice = move |index: usize| {
            let chosen = move || bet() == Some(Bet::Choice(index));
            let closed = move || bet().is_some() && !chosen();
            view! {
                <button
                    type="button"
                    class="choice"
                    aria-pressed=move || chosen().to_string()
                    aria-disabled=move || closed().then_some("true")
                    on:click=move |_| make(Bet::Choice(index))
                >
                    {prediction.choices[index].label}
                </button>
            }
        };
        let skip = move || {
            bet().is_none().then(|| {
                view! {
                    <button type="button" class="skip-bet" on:click=move |_| make(Bet::Skipped)>
                        "Skip"
                    </button>
                }
            })
        };
        view! {
            <div class="bet" role="group" aria-label="Your bet">
                {(0..prediction.choices.len()).map(choice).collect_view()}
                {skip}
            </div>
        }
    })
}
