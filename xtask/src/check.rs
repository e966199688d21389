//! "Check this simulator": the page beside the course on which a visitor holds
//! the model against theory. Its script is the worker's module, in its other
//! role.

use std::fs;

use crate::beside::{self, Page};
use crate::run::{Outcome, io, root};

/// Begins the names of its files.
pub(crate) const NAME: &str = "check-this-simulator";

/// Writes the page into the built site; `worker` is the name of its script.
pub(crate) fn write(worker: &str) -> Outcome {
    let content = root().join("worker/check.html");
    let content = io("read", &content, fs::read_to_string(&content))?;
    let page = Page {
        name: NAME,
        title: "Check this simulator",
        class: "check",
        sheet: "style/check.css",
        script: Some(worker.to_owned()),
    };
    beside::write(&page, &content)
}
