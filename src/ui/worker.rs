//! The worker that simulates requests one by one, for whichever figure is on
//! show: it settles what theory cannot vouch for.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use headroom_worker::{Client, Heard};
use leptos::prelude::document;
use serde_json::Value;

use super::dom::next_frame;
use super::shell::Shell;

/// What the worker is asked for.
struct Job {
    /// Its fields, as JSON.
    fields: String,
    /// Who hears what is told of it.
    hear: Box<dyn FnMut(Value)>,
}

thread_local! {
    /// The page has one worker at most; there is none before the first paint.
    static CLIENT: RefCell<Option<Client>> = const { RefCell::new(None) };
    static JOB: RefCell<Option<Job>> = const { RefCell::new(None) };
}

/// Starts the worker once the page has been painted. A page that was built
/// without one does without.
pub(super) fn start_after_first_paint(shell: Shell) {
    let Some(script) = address() else { return };
    next_frame(move || {
        // After the paint that this frame ends in.
        Timeout::new(0, move || {
            CLIENT.set(Some(Client::start(&script, move |heard| hear(shell, heard))));
            send();
        })
        .forget();
    });
}

fn hear(shell: Shell, heard: Heard) {
    match heard {
        Heard::News(news) => JOB.with_borrow_mut(|job| {
            if let Some(job) = job {
                (job.hear)(news);
            }
        }),
        Heard::Failure(sentence) => shell
            .tell(format!("Hatched minutes stay approximate: {sentence}. Everything else works.")),
    }
}

/// Asks for a job in place of any other, as soon as there is a worker: its
/// fields are JSON. `hear` gets what is told of it.
pub(super) fn ask(fields: String, hear: impl FnMut(Value) + 'static) {
    JOB.set(Some(Job { fields, hear: Box::new(hear) }));
    send();
}

fn send() {
    CLIENT.with_borrow(|client| {
        JOB.with_borrow(|job| {
            if let (Some(client), Some(job)) = (client, job) {
                client.ask(&job.fields);
            }
        });
    });
}

/// Gives up the job in work.
pub(super) fn cancel() {
    JOB.set(None);
    CLIENT.with_borrow(|client| client.iter().for_each(Client::cancel));
}

/// The address of the worker's script, which `cargo xtask build` puts into the
/// page.
fn address() -> Option<String> {
    let meta = document().query_selector("meta[name=headroom-worker]").ok()??;
    meta.get_attribute("content")
}
