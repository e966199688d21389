//! The worker: its desk, served between messages.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::global;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::desk::Desk;

/// How long it works before it looks at messages again [ms]: a job is cancelled
/// within this and the time of one step.
const SLICE_MS: f64 = 20.0;

/// Takes messages from now on.
pub(crate) fn serve() {
    let scope: DedicatedWorkerGlobalScope = global().unchecked_into();
    let worker = Rc::new(Worker {
        scope: scope.clone(),
        desk: RefCell::new(Desk::default()),
        is_working: Cell::new(false),
    });
    tell(&scope, &Desk::hello());
    let take = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let message = event.data().as_string().unwrap_or_default();
        if let Some(answer) = worker.desk.borrow_mut().take(&message) {
            tell(&worker.scope, &answer);
        }
        work_on(&worker);
    });
    scope.set_onmessage(Some(take.as_ref().unchecked_ref()));
    // It serves for as long as the worker lives.
    take.forget();
}

struct Worker {
    scope: DedicatedWorkerGlobalScope,
    desk: RefCell<Desk>,
    /// Whether the next slice is under way already.
    is_working: Cell<bool>,
}

/// Works for a slice, then lets messages in, then works on.
fn work_on(worker: &Rc<Worker>) {
    if worker.desk.borrow().is_idle() || worker.is_working.replace(true) {
        return;
    }
    let worker = Rc::clone(worker);
    Timeout::new(0, move || {
        worker.is_working.set(false);
        let end = now_ms(&worker.scope) + SLICE_MS;
        let told = worker.desk.borrow_mut().work(|| now_ms(&worker.scope) >= end);
        if let Some(told) = told {
            tell(&worker.scope, &told);
        }
        work_on(&worker);
    })
    .forget();
}

fn now_ms(scope: &DedicatedWorkerGlobalScope) -> f64 {
    scope.performance().map_or(f64::INFINITY, |performance| performance.now())
}

fn tell(scope: &DedicatedWorkerGlobalScope, message: &str) {
    // A string can always be posted.
    scope.post_message(&JsValue::from_str(message)).ok();
}
