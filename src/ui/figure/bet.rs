//! The bet: a choice made before the future is shown, or skipped.

use leptos::prelude::*;

use super::Shared;
use crate::course::figure::Act;
use crate::figure::state::Bet;
use crate::ui::dom::{El, button, el};
use crate::ui::signal::Memo;

pub(super) fn bet(shared: Shared, act: &'static Act) -> Option<El> {
    let prediction = act.prediction.as_ref()?;
    let made = move || shared.signals.state.with(|state| state.bet);
    let make = move |bet: Bet| {
        if untrack(made).is_none() {
            shared.signals.bet(shared.figure, bet);
        }
    };
    let choice = move |index: usize| {
        let chosen = move || made() == Some(Bet::Choice(index));
        button("choice", move || make(Bet::Choice(index)))
            .live_attr("aria-pressed", move || Some(chosen().to_string()))
            .live_attr("aria-disabled", move || {
                (made().is_some() && !chosen()).then(|| "true".to_owned())
            })
            .text(&prediction.choices[index].label)
    };
    let is_open = Memo::new(move || made().is_none());
    let skip = move || button("skip-bet", move || make(Bet::Skipped)).text("Skip");
    let group = el("div", "bet")
        .attr("role", "group")
        .attr("aria-label", "Your bet")
        .children((0..prediction.choices.len()).map(choice))
        .live(move || is_open.get().then(skip).into_iter().collect());
    Some(group)
}
