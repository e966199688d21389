//! A page's side: it starts the worker, hands it jobs, hears what it tells, and
//! starts it again if it dies.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Object, Reflect};
use serde_json::Value;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::desk::BUILD;

/// How often in a row a worker may die before it is left alone.
const MOST_DEATHS: u32 = 3;

/// What a page hears of its job.
#[derive(Debug)]
pub enum Heard {
    /// A message of the job in work, as [`crate::Desk`] writes it.
    News(Value),
    /// There is no worker to be had, or it did not understand: a sentence.
    Failure(String),
}

/// A worker as a page sees it: one job at a time, the last one asked for.
pub struct Client(Rc<Inner>);

struct Inner {
    /// The approved address of the worker's script.
    script: JsValue,
    hear: RefCell<Box<dyn FnMut(Heard)>>,
    worker: RefCell<Option<Running>>,
    /// The number of the job in work.
    job: Cell<u64>,
    /// The message that asked for it, until it is done.
    asked: RefCell<Option<String>>,
    deaths: Cell<u32>,
}

struct Running {
    worker: Worker,
    /// Whether it has said hello. What is posted before may be lost.
    is_ready: Cell<bool>,
    /// What the browser calls for as long as the worker is held.
    _callbacks: [Closure<dyn FnMut(Event)>; 2],
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Client {
    /// Starts the worker whose script is at an address beside the page. A page
    /// has one client at most.
    pub fn start(url: &str, hear: impl FnMut(Heard) + 'static) -> Self {
        let client = Self(Rc::new(Inner {
            // Without an approved one the start fails, and that is told.
            script: approved(url).unwrap_or_default(),
            hear: RefCell::new(Box::new(hear)),
            worker: RefCell::new(None),
            job: Cell::new(0),
            asked: RefCell::new(None),
            deaths: Cell::new(0),
        }));
        client.0.run();
        client
    }

    /// Asks for a job in place of the one in work. Its fields are JSON, as in
    /// `"theory":100000`.
    pub fn ask(&self, fields: &str) {
        let job = self.0.job.get() + 1;
        self.0.job.set(job);
        let job = job.to_string();
        let message = ["{\"build\":\"", BUILD, "\",\"job\":", &job, ",", fields, "}"].concat();
        self.0.asked.replace(Some(message));
        self.0.run();
        self.0.send();
    }

    /// Gives up the job in work. Nothing is heard of it any more.
    pub fn cancel(&self) {
        if self.0.asked.borrow().is_some() {
            self.ask("\"cancel\":true");
            self.0.asked.take();
        }
    }
}

impl Inner {
    /// Starts the worker unless it runs.
    fn run(self: &Rc<Self>) {
        if self.worker.borrow().is_some() || self.deaths.get() >= MOST_DEATHS {
            return;
        }
        let Ok(worker) = start(&self.script) else {
            self.deaths.set(MOST_DEATHS);
            self.fail("this browser does not start the worker that simulates requests");
            return;
        };
        let (this, that) = (Rc::downgrade(self), Rc::downgrade(self));
        let message = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            if let Some(inner) = this.upgrade() {
                inner.take(&event);
            }
        });
        let error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            event.prevent_default();
            if let Some(inner) = that.upgrade() {
                inner.died();
            }
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        *self.worker.borrow_mut() =
            Some(Running { worker, is_ready: Cell::new(false), _callbacks: [message, error] });
    }

    /// Hands the job over, once the worker is ready.
    fn send(&self) {
        if let (Some(running), Some(message)) = (&*self.worker.borrow(), &*self.asked.borrow())
            && running.is_ready.get()
        {
            // A string can always be posted.
            running.worker.post_message(&JsValue::from_str(message)).ok();
        }
    }

    fn take(&self, event: &Event) {
        let text = event.unchecked_ref::<MessageEvent>().data().as_string().unwrap_or_default();
        let Ok(message) = serde_json::from_str::<Value>(&text) else { return };
        if let Some(build) = message["build"].as_str() {
            if build == BUILD {
                self.worker.borrow().iter().for_each(|running| running.is_ready.set(true));
                self.send();
            } else {
                self.deaths.set(MOST_DEATHS);
                self.fail("the page and its worker are of different builds: reload the page");
            }
        } else if let Some(fault) = message["fault"].as_str() {
            self.fail(fault);
        } else if message["job"] == self.job.get() && self.asked.borrow().is_some() {
            self.deaths.set(0);
            if message["done"] == true {
                self.asked.take();
            }
            (self.hear.borrow_mut())(Heard::News(message));
        }
    }

    /// The worker has stopped: a new one gets the job from its beginning.
    fn died(self: &Rc<Self>) {
        // It is dropped after this callback of its own has returned.
        let dead = self.worker.take();
        let after = Closure::once_into_js(move || drop(dead));
        queue_microtask(&after);
        self.deaths.set(self.deaths.get() + 1);
        if self.deaths.get() >= MOST_DEATHS {
            self.fail("the worker that simulates requests has stopped, and does not come back");
            return;
        }
        self.run();
        self.send();
    }

    fn fail(&self, sentence: &str) {
        self.asked.take();
        (self.hear.borrow_mut())(Heard::Failure(sentence.to_owned()));
    }
}

fn queue_microtask(callback: &JsValue) {
    let queue = Reflect::get(&js_sys::global(), &"queueMicrotask".into());
    if let Ok(queue) = queue.and_then(JsCast::dyn_into::<Function>) {
        queue.call1(&JsValue::UNDEFINED, callback).ok();
    }
}

/// The address of a script, as the browser wants it. Where it knows Trusted
/// Types, that is one approved by a policy; ours approves this address alone.
fn approved(url: &str) -> Result<JsValue, JsValue> {
    let types = Reflect::get(&js_sys::global(), &"trustedTypes".into())?;
    let url = JsValue::from_str(url);
    if types.is_undefined() {
        return Ok(url);
    }
    let ours = url.clone();
    let approve = move |asked: JsValue| if asked == ours { asked } else { JsValue::NULL };
    let approve = Closure::<dyn Fn(JsValue) -> JsValue>::new(approve);
    let rules = Object::new();
    Reflect::set(&rules, &"createScriptURL".into(), approve.as_ref())?;
    let create: Function = Reflect::get(&types, &"createPolicy".into())?.dyn_into()?;
    let policy = create.call2(&types, &"headroom".into(), &rules)?;
    let create: Function = Reflect::get(&policy, &"createScriptURL".into())?.dyn_into()?;
    create.call1(&policy, &url)
}

fn start(script: &JsValue) -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let constructor: Function = Reflect::get(&js_sys::global(), &"Worker".into())?.dyn_into()?;
    let arguments = js_sys::Array::of2(script, &options);
    Reflect::construct(&constructor, &arguments)?.dyn_into()
}
