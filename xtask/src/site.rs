//! The static site: built by Trunk, then given the course's text and data and its content
//! security policy.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::policy::with_policy;
use crate::prose::with_course;
use crate::run::{Failure, Outcome, cargo, io, path_with, root, run, say};
use crate::{check, follows, tools, worker};

/// Where the site is built.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}

/// Builds the site into `dist/`, to be put on any host, under any path, as it is.
pub(crate) fn build() -> Outcome {
    let path = path_with(&tools::for_the_site()?)?;
    say("fetching the libraries that are not here yet");
    run(cargo().arg("fetch"), "connect to a network and run the command again")?;
    let flags = no_paths_of_this_machine()?;
    let build = worker::build_id()?;
    say("building the site into dist/");
    run(
        Command::new("trunk")
            .args(["build", "--release", "--offline"])
            .env("PATH", path)
            .env("CARGO_ENCODED_RUSTFLAGS", &flags)
            .env("HEADROOM_BUILD", &build)
            .env("TRUNK_SKIP_VERSION_CHECK", "true")
            // Trunk takes `NO_COLOR=1` for a wrong value of its own flag.
            .env_remove("NO_COLOR"),
        "mend what the compiler or Trunk says above and run the command again",
    )?;
    let worker = worker::build(&dist(), &build, &flags)?;
    no_markup_from_strings()?;
    follows::write()?;
    check::write(&worker)?;
    let page = dist().join("index.html");
    let html = io("read", &page, fs::read_to_string(&page))?;
    let html = with_policy(&with_worker(&with_course(&html)?, &worker)?)?;
    // Renamed into place, so that nobody is ever served half a page.
    let new = dist().join("index.html.new");
    io("write", &new, fs::write(&new, html))?;
    io("write", &page, fs::rename(&new, &page))?;
    say("the site is in dist/: put it on any static host, under any path");
    Ok(())
}

/// Names the worker's script in the page, which starts it.
fn with_worker(html: &str, script: &str) -> Outcome<String> {
    let (before, after) = html.split_once("</head>").ok_or_else(|| {
        Failure("index.html has no `</head>` to name the worker before: add one".into())
    })?;
    Ok(format!("{before}<meta name=\"{}\" content=\"./{script}\">\n</head>{after}", worker::NAME))
}

/// Flags that keep the compiler from writing this machine's paths into the
/// messages of libraries, so that the same source gives the same site.
fn no_paths_of_this_machine() -> Result<String, Failure> {
    let home = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => std::env::home_dir()
            .ok_or_else(|| Failure("there is no home folder: set CARGO_HOME to Cargo's".into()))?
            .join(".cargo"),
    };
    let sources = home.join("registry/src");
    let mut flags = Vec::new();
    for registry in io("read", &sources, fs::read_dir(&sources))? {
        let registry = io("read", &sources, registry)?.path();
        flags.push(format!("--remap-path-prefix={}=lib", registry.display()));
    }
    // Cargo's separator, which no path contains.
    Ok(flags.join("\u{1f}"))
}

/// The policy refuses markup that is made from a string, at the moment when it
/// is made; whatever could do so is found here, before anybody sees the page.
fn no_markup_from_strings() -> Outcome {
    for entry in io("read", &dist(), fs::read_dir(dist()))? {
        let file = io("read", &dist(), entry)?.path();
        if file.extension().is_some_and(|extension| extension == "js")
            && io("read", &file, fs::read_to_string(&file))?.contains("innerHTML")
        {
            return Err(Failure(
                "the app can set innerHTML, which the page's policy refuses: make elements with \
                 `ui::dom`"
                    .into(),
            ));
        }
    }
    Ok(())
}
