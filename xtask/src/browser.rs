//! What runs in Chromium, driven by node: the browser tests, the model's own
//! bytes, and the benchmarks.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::run::{Failure, Outcome, cargo, io, output, root, run, say, target_folder};
use crate::serve::Site;
use crate::{site, tools};

/// Runs `tests/browser` on the built site.
pub(crate) fn test() -> Outcome {
    // Below a path of its own, as on a host that is shared: every address in
    // the page has to be a relative one.
    let site = Site::start(&built_site()?, 0, "/some/where/")?;
    run(
        node("tests/browser/all.mjs")?.env("HEADROOM_URL", &site.url),
        "mend what is said above and run `cargo xtask test browser`",
    )
}

/// How much is compared between the host, node and Chromium.
pub(crate) struct SameBytes {
    /// Scenarios that are drawn by chance.
    pub(crate) drawn: u32,
    /// Inputs of each function of libm.
    pub(crate) inputs: u32,
}

impl SameBytes {
    /// What every change is tried with: half a minute.
    pub(crate) const SAMPLE: Self = Self { drawn: 1000, inputs: 100_000 };
    /// What a version of the model is verified with: some minutes.
    pub(crate) const WHOLE: Self = Self { drawn: 10_000, inputs: 1_000_000 };
}

/// Compares what the model computes on the host, in node and in Chromium.
pub(crate) fn same_bytes(SameBytes { drawn, inputs }: &SameBytes) -> Outcome {
    let (drawn, inputs) = (drawn.to_string(), inputs.to_string());
    let probe = build_probe()?;
    say("playing the same scenarios on the host, in node and in Chromium");
    let digests = output(
        cargo()
            .current_dir(root())
            .args(["run", "--quiet", "--package", "headroom-probe", "--"])
            .args([&drawn, &inputs]),
    )
    .ok_or_else(|| {
        let command = format!("cargo run -p headroom-probe -- {drawn} {inputs}");
        Failure(format!("the model does not run on the host: run `{command}`"))
    })?;
    let file = probe.join("host.txt");
    io("write", &file, fs::write(&file, digests))?;
    let site = Site::start(&probe, 0, "/")?;
    run(
        node("tests/probe/same_bytes.mjs")?
            .env("HEADROOM_URL", &site.url)
            .env("HEADROOM_PROBE", &probe)
            .env("HEADROOM_DIGESTS", &file)
            .env("HEADROOM_DRAWN", drawn)
            .env("HEADROOM_INPUTS", inputs),
        "find what in the model differs between targets (std's transcendental functions do)",
    )
}

/// Measures the model and the page, and writes `benches/results.json`; what was
/// measured outside of Chromium is written with it.
pub(crate) fn bench(native: &Value) -> Outcome {
    site::build()?;
    let probe = Site::start(&build_probe()?, 0, "/")?;
    let site = Site::start(&built_site()?, 0, "/")?;
    say("measuring in Chromium, some minutes; leave the machine alone meanwhile");
    run(
        node("benches/measure.mjs")?
            .env("HEADROOM_URL", &site.url)
            .env("HEADROOM_PROBE_URL", &probe.url)
            .env("HEADROOM_NATIVE", native.to_string())
            .env("HEADROOM_SCENARIOS", root().join("tests/probe/scenarios"))
            .env("HEADROOM_RESULTS", root().join("benches/results.json")),
        "see above what stopped it",
    )?;
    say("the results are in benches/results.json");
    Ok(())
}

/// The folder of the built site.
fn built_site() -> Outcome<PathBuf> {
    if site::dist().join("index.html").is_file() {
        Ok(site::dist())
    } else {
        Err(Failure("there is no site in dist/ yet: run `cargo xtask build` first".into()))
    }
}

/// Node, with a script of ours and all that the script needs to start Chromium.
fn node(script: &str) -> Outcome<Command> {
    let mut command = Command::new("node");
    command
        // A test run closes with its counts; a script without tests does not mind.
        .env("NODE_OPTIONS", "--test-reporter=spec")
        .arg(root().join(script))
        .env("HEADROOM_CHROMIUM", tools::chromium()?)
        .env("HEADROOM_NODE_MODULES", tools::node_modules()?);
    Ok(command)
}

/// Builds the model alone as a wasm module that a page or node can load;
/// returns the folder.
fn build_probe() -> Outcome<PathBuf> {
    tools::wasm_target()?;
    let bindgen =
        tools::wasm_bindgen()?.map_or("wasm-bindgen".into(), |bin| bin.join("wasm-bindgen"));
    say("building the model alone for wasm");
    run(
        cargo().args([
            "build",
            "--release",
            "--package",
            "headroom-probe",
            "--lib",
            "--target",
            tools::WASM,
        ]),
        "mend what the compiler says above",
    )?;
    let target = target_folder()?;
    let folder = target.join("headroom-probe");
    run(
        Command::new(bindgen)
            .args(["--target", "web", "--no-typescript", "--out-dir"])
            .arg(&folder)
            .arg(target.join(tools::WASM).join("release/headroom_probe.wasm")),
        "run `cargo clean --package headroom-probe` and try again",
    )?;
    for (name, text) in [
        ("package.json", r#"{ "type": "module" }"#),
        ("index.html", "<!doctype html><html lang=en><title>The model alone</title>"),
    ] {
        let file = folder.join(name);
        io("write", &file, fs::write(&file, text))?;
    }
    Ok(folder)
}
