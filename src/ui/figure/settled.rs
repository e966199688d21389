//! The run of a figure, settled while nothing moves.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use gloo_timers::callback::Timeout;
use serde_json::Value;

use super::FigureSignals;
use crate::course::figure::Figure;
use crate::figure::run::Run;
use crate::figure::settled::take;
use crate::figure::state::{State, beside_json, scenario_json};
use crate::ui::dom::{follow, when_gone};
use crate::ui::signal::{Memo, Signal};
use crate::ui::worker;

/// How long nothing has to move [ms].
const REST_MS: u32 = 400;

/// What the worker has told so far of the run at some settings.
pub(super) type Told = (State, Arc<Mutex<Vec<Value>>>);

/// Has the worker settle what a figure shows whenever it has been at rest for a
/// while. `is_open` says whether there is something to settle.
pub(super) fn settle(
    figure: &'static Figure,
    signals: FigureSignals,
    settings: Memo<State>,
    fog_from_s: Memo<Option<f64>>,
    is_open: impl Fn() -> bool + 'static,
    told: Signal<Option<Told>>,
) {
    // A timer that is dropped does not ring.
    let mut timer = None;
    // The settings that the worker is at work on, or has done.
    let asked = Rc::new(RefCell::new(None::<State>));
    follow(move || {
        let state = settings.get();
        let is_moving = signals.playing.get() || fog_from_s.get().is_some();
        if !is_moving && asked.borrow().as_ref() == Some(&state) {
            return;
        }
        worker::cancel();
        asked.take();
        let asked = Rc::clone(&asked);
        let rest = (!is_moving && is_open()).then(|| {
            Timeout::new(REST_MS, move || {
                asked.replace(Some(state.clone()));
                ask(figure, state, told);
            })
        });
        drop(std::mem::replace(&mut timer, rest));
    });
    when_gone(worker::cancel);
}

fn ask(figure: &'static Figure, state: State, told: Signal<Option<Told>>) {
    let mut fields = ["\"settle\":", &scenario_json(figure, &state).to_string()].concat();
    if let Some((_, beside)) = beside_json(figure, &state) {
        fields += &[",\"beside\":", &beside.to_string()].concat();
    }
    let heard = Arc::new(Mutex::new(Vec::new()));
    worker::ask(fields, move |news| {
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(news);
        told.set(Some((state.clone(), Arc::clone(&heard))));
    });
}

/// Puts what has been told of the run at these settings into the run.
pub(super) fn put_in(run: &mut Run, told: Option<&Told>, settings: &State) {
    if let Some((_, heard)) = told.filter(|(state, _)| state == settings) {
        let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.iter().for_each(|news| take(run, news));
    }
}
