//! The worker of the built site: a wasm module of its own, named by its hash.
//!
//! Trunk would give it a name that stays, so that a browser could keep an old
//! one beside a new page.

use std::fs;
use std::path::Path;
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::run::{Failure, Outcome, cargo, io, root, run, say, target_folder};
use crate::tools;

/// Begins the names of the worker's files.
pub(crate) const NAME: &str = "headroom-worker";

/// What the page and its worker are built from; its hash is their build.
const SOURCES: [&str; 6] = ["Cargo.lock", "Cargo.toml", "index.html", "model", "src", "worker"];

/// The build that the checkout's sources make: page and worker have it in them,
/// and refuse each other if it differs.
pub(crate) fn build_id() -> Outcome<String> {
    let mut digest = Sha256::new();
    for source in SOURCES {
        add(&root().join(source), &mut digest)?;
    }
    Ok(hex(&digest.finalize()))
}

fn add(path: &Path, digest: &mut Sha256) -> Outcome {
    if !path.is_dir() {
        digest.update(io("read", path, fs::read(path))?);
        return Ok(());
    }
    let mut inside = Vec::new();
    for entry in io("read", path, fs::read_dir(path))? {
        inside.push(io("read", path, entry)?.path());
    }
    inside.sort();
    inside.iter().try_for_each(|path| add(path, digest))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Builds the worker into the site; returns the name of its script.
pub(crate) fn build(dist: &Path, build: &str, flags: &str) -> Outcome<String> {
    say("building the worker");
    run(
        cargo()
            .args([
                "build",
                "--release",
                "--offline",
                "--package",
                NAME,
                "--lib",
                "--features",
                "module",
            ])
            .args(["--target", tools::WASM])
            .env("CARGO_ENCODED_RUSTFLAGS", flags)
            .env("HEADROOM_BUILD", build),
        "mend what the compiler says above and run the command again",
    )?;
    let folder = target_folder()?.join(NAME);
    let bindgen =
        tools::wasm_bindgen()?.map_or("wasm-bindgen".into(), |bin| bin.join("wasm-bindgen"));
    run(
        Command::new(bindgen)
            .args(["--target", "web", "--no-typescript", "--out-name", NAME, "--out-dir"])
            .arg(&folder)
            .arg(target_folder()?.join(tools::WASM).join("release/headroom_worker.wasm")),
        "run `cargo clean --package headroom-worker` and try again",
    )?;
    let wasm = folder.join(format!("{NAME}_bg.wasm"));
    let small = folder.join("small.wasm");
    run(
        Command::new(tools::node_modules()?.join(".bin/wasm-opt"))
            .args(["-O3", "--low-memory-unused", "-o"])
            .args([&small, &wasm]),
        "delete the cache folder of the npm packages and run the command again",
    )?;
    let wasm = io("read", &small, fs::read(&small))?;
    let script = folder.join(format!("{NAME}.js"));
    let script = io("read", &script, fs::read_to_string(&script))?;
    let mut digest = Sha256::new();
    digest.update(&wasm);
    digest.update(&script);
    let hash = hex(&digest.finalize());
    let named = format!("{NAME}-{hash}");
    let script = starting(&script, &format!("{named}_bg.wasm"))?;
    for (name, bytes) in
        [(format!("{named}_bg.wasm"), wasm), (format!("{named}.js"), script.into_bytes())]
    {
        let file = dist.join(name);
        io("write", &file, fs::write(&file, bytes))?;
    }
    Ok(format!("{named}.js"))
}

/// The script that wasm-bindgen made, such that it starts by itself, with the
/// module of this name.
fn starting(script: &str, wasm: &str) -> Outcome<String> {
    let old = format!("{NAME}_bg.wasm");
    if !script.contains(&old) || !script.contains("__wbg_init as default") {
        return Err(Failure(
            "wasm-bindgen's script is not what it was: adapt `xtask/src/worker.rs`".into(),
        ));
    }
    Ok(script.replace(&old, wasm) + "\nawait __wbg_init();\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_starts_with_its_own_module() {
        let made = "new URL('headroom-worker_bg.wasm', import.meta.url);\n\
                    export { initSync, __wbg_init as default };\n";
        let script = starting(made, "headroom-worker-12ab_bg.wasm").unwrap();
        assert!(script.starts_with("new URL('headroom-worker-12ab_bg.wasm'"), "{script}");
        assert!(script.ends_with("\nawait __wbg_init();\n"), "{script}");
        assert!(starting("export default 1", "x").is_err());
    }

    #[test]
    fn the_same_sources_are_the_same_build() {
        let build = build_id().unwrap();
        assert_eq!((build.len(), &build), (16, &build_id().unwrap()));
    }
}
