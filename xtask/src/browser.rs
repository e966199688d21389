//! What runs in Chromium: the browser tests.

use std::process::Command;

use crate::run::{Failure, Outcome, root, run};
use crate::serve::Site;
use crate::{site, tools};

/// Runs `tests/browser` on the built site.
pub(crate) fn test() -> Outcome {
    node("tests/browser/all.mjs", "mend what is said above, and run `cargo xtask test browser`")
}

/// Runs a script of node's that opens the built site in Chromium.
fn node(script: &str, advice: &str) -> Outcome {
    if !site::dist().join("index.html").is_file() {
        return Err(Failure("there is no site in dist/ yet: run `cargo xtask build` first".into()));
    }
    // Below a path of its own, as on a host that is shared: every address in
    // the page has to be a relative one.
    let site = Site::start(0, "/some/where/")?;
    run(
        Command::new("node")
            .arg("--test-reporter=spec")
            .arg(root().join(script))
            .env("HEADROOM_URL", &site.url)
            .env("HEADROOM_CHROMIUM", tools::chromium()?)
            .env("HEADROOM_NODE_MODULES", tools::node_modules()?),
        advice,
    )
}
