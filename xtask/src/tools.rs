//! The tools that the build and the tests need, and how they get here.
//!
//! A tool of the right version that is on the path is used. Otherwise it is
//! installed into a cache of the user's, `headroom/TOOL-VERSION`, never into
//! the checkout, so that the next clone on the same machine starts at once.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::run::{Failure, Outcome, cargo, io, output, root, run, say, which};

/// A program from a cargo package.
struct CargoTool {
    package: &'static str,
    binary: &'static str,
    version: &'static str,
}

/// Bundles the app. Trunk.toml names the same version.
const TRUNK: CargoTool = CargoTool { package: "trunk", binary: "trunk", version: "0.21.14" };
/// Makes JavaScript bindings. Cargo.toml and Trunk.toml name the same version.
const WASM_BINDGEN: CargoTool =
    CargoTool { package: "wasm-bindgen-cli", binary: "wasm-bindgen", version: "0.2.130" };
/// The target that a browser runs.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The simulation library that the model is timed beside.
pub(crate) const SIMPY: &str = "4.1.2";

/// What building the site needs, as folders to put before the path.
pub(crate) fn for_the_site() -> Outcome<Vec<PathBuf>> {
    wasm_target()?;
    let mut folders = Vec::new();
    folders.extend(cargo_tool(&TRUNK)?);
    folders.extend(wasm_bindgen()?);
    folders.push(node_modules()?.join(".bin"));
    Ok(folders)
}

/// The folder of wasm-bindgen; `None` if it is on the path.
pub(crate) fn wasm_bindgen() -> Outcome<Option<PathBuf>> {
    cargo_tool(&WASM_BINDGEN)
}

/// Makes sure that the standard library is there for the browser's target.
pub(crate) fn wasm_target() -> Outcome {
    let libraries =
        output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))
            .ok_or_else(|| Failure("rustc does not start: install Rust with rustup".into()))?;
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    say(&format!("installing Rust's standard library for {WASM}"));
    run(
        Command::new("rustup").args(["target", "add", WASM]),
        "install Rust with rustup, connect to a network and run the command again",
    )
}

fn cargo_tool(tool: &CargoTool) -> Outcome<Option<PathBuf>> {
    let CargoTool { package, binary, version } = tool;
    let is_right = |program: &Path| {
        output(Command::new(program).arg("--version"))
            .is_some_and(|line| line.split_whitespace().any(|word| word == *version))
    };
    if which(binary).is_some_and(|program| is_right(&program)) {
        return Ok(None);
    }
    let name = format!("{binary}-{version}");
    let folder = cached(&name, |partial| {
        say(&format!("installing {package} {version} (once for this machine, some ten minutes)"));
        let install = |locked: &[&str]| {
            run(
                cargo()
                    .args(["install", package, "--version", version, "--root"])
                    .arg(partial)
                    .arg("--target-dir")
                    .arg(partial.join("build"))
                    .args(locked)
                    // How fast the tool runs matters less than how soon it is there.
                    .env("CARGO_PROFILE_RELEASE_LTO", "off")
                    .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
                    .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
                &format!(
                    "check the network and that a C compiler is installed, or put {binary} \
                     {version} on the path yourself"
                ),
            )
        };
        // A lock file may name a version that a registry's mirror does not have yet.
        install(&["--locked"]).or_else(|_| install(&[]))?;
        let build = partial.join("build");
        io("remove", &build, fs::remove_dir_all(&build))
    })?
    .join("bin");
    if is_right(&folder.join(binary)) {
        Ok(Some(folder))
    } else {
        Err(Failure(format!(
            "{} is damaged: delete the folder and run the command again",
            folder.display()
        )))
    }
}

/// The folder of the packages in `xtask/npm`.
pub(crate) fn node_modules() -> Outcome<PathBuf> {
    let node = output(Command::new("node").arg("--version")).unwrap_or_default();
    let major = node.trim_start_matches('v').split('.').next().and_then(|text| text.parse().ok());
    if major.is_none_or(|major: u32| major < 20) {
        return Err(Failure(
            "Node 20 or newer is not on the path: install it, with npm, and run the command again"
                .into(),
        ));
    }
    let npm = root().join("xtask/npm");
    let lock = npm.join("package-lock.json");
    let digest = Sha256::digest(io("read", &lock, fs::read(&lock))?);
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let folder = cached(&format!("npm-{short}"), |partial| {
        say("installing wasm-opt and the browser tests' packages from npm");
        for file in ["package.json", "package-lock.json"] {
            let from = npm.join(file);
            io("copy", &from, fs::copy(&from, partial.join(file)))?;
        }
        run(
            Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"])
                .arg(partial),
            "check that npm is installed and the network there, and run the command again",
        )
    })?;
    Ok(folder.join("node_modules"))
}

/// A Python that has SimPy.
pub(crate) fn simpy() -> Outcome<PathBuf> {
    let folder = cached(&format!("simpy-{SIMPY}"), |partial| {
        say(&format!("installing SimPy {SIMPY}"));
        run(
            Command::new("python3").args(["-m", "venv"]).arg(partial),
            "install Python 3 with its venv module (on Debian the package python3-venv) and run \
             the command again",
        )?;
        run(
            Command::new(partial.join("bin/python"))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
                .arg(format!("simpy=={SIMPY}")),
            "check the network and run the command again",
        )
    })?;
    Ok(folder.join("bin/python"))
}

/// The program of a Chromium or a Chrome.
pub(crate) fn chromium() -> Outcome<PathBuf> {
    let find = || {
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
            .into_iter()
            .find_map(which)
    };
    if let Some(program) = find() {
        return Ok(program);
    }
    let advice = "install Chromium or Chrome so that it is on the path, and run the command again";
    apt_install(&["chromium", "chromium-sandbox"], advice)?;
    find().ok_or_else(|| Failure(format!("Chromium is installed but not to be found: {advice}")))
}

/// Valgrind, which counts instructions; `None` where there is none to be had.
pub(crate) fn valgrind() -> Option<PathBuf> {
    const NAME: &str = "valgrind";
    which(NAME).or_else(|| {
        which("apt-get")?;
        apt_install(&[NAME], "install valgrind").ok()?;
        which(NAME)
    })
}

/// Installs packages of Debian's.
fn apt_install(packages: &[&str], advice: &str) -> Outcome {
    say(&format!("installing Debian's {}", packages.join(" and ")));
    let is_root = output(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    let apt_get = |arguments: &[&str]| {
        let mut command = if is_root {
            Command::new("apt-get")
        } else {
            let mut sudo = Command::new("sudo");
            sudo.arg("apt-get");
            sudo
        };
        run(command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"), advice)
    };
    apt_get(&["update", "--quiet"])?;
    apt_get(&[&["install", "--quiet", "--yes", "--no-install-recommends"], packages].concat())
}

/// A folder of the cache, filled by `install` if it is not there yet.
///
/// It is filled under another name and renamed at the end, so that an install
/// that is broken off never looks complete; a second one waits for the first.
fn cached(name: &str, install: impl FnOnce(&Path) -> Outcome) -> Outcome<PathBuf> {
    let cache = cache()?;
    let folder = cache.join(name);
    if folder.is_dir() {
        return Ok(folder);
    }
    io("create", &cache, fs::create_dir_all(&cache))?;
    let lock_path = cache.join(format!("{name}.lock"));
    let lock = io("create", &lock_path, File::create(&lock_path))?;
    if lock.try_lock().is_err() {
        say(&format!("waiting for another command that installs {name}"));
        io("lock", &lock_path, lock.lock())?;
    }
    if folder.is_dir() {
        return Ok(folder);
    }
    let partial = cache.join(format!("{name}.partial"));
    if partial.exists() {
        io("remove", &partial, fs::remove_dir_all(&partial))?;
    }
    io("create", &partial, fs::create_dir_all(&partial))?;
    install(&partial)?;
    io("rename", &partial, fs::rename(&partial, &folder))?;
    Ok(folder)
}

/// The user's cache, as the XDG base directory specification says.
fn cache() -> Outcome<PathBuf> {
    let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    base.or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .map(|base| base.join("headroom"))
        .ok_or_else(|| Failure("there is no home folder: set XDG_CACHE_HOME to a folder".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> String {
        fs::read_to_string(root().join(path)).unwrap()
    }

    #[test]
    fn cargo_and_trunk_name_the_versions_that_are_installed() {
        let wasm_bindgen = WASM_BINDGEN.version;
        assert!(file("Cargo.toml").contains(&format!("wasm-bindgen = \"={wasm_bindgen}\"")));
        assert!(file("Trunk.toml").contains(&format!("wasm_bindgen = \"{wasm_bindgen}\"")));
        assert!(file("Trunk.toml").contains(&format!("trunk-version = \"={}\"", TRUNK.version)));
    }

    #[test]
    fn trunk_asks_for_the_wasm_opt_of_the_npm_package() {
        let packages: serde_json::Value =
            serde_json::from_str(&file("xtask/npm/package.json")).unwrap();
        let binaryen = packages["dependencies"]["binaryen"].as_str().unwrap();
        let major = binaryen.split('.').next().unwrap();
        assert!(file("Trunk.toml").contains(&format!("wasm_opt = \"version_{major}\"")));
    }

    #[test]
    fn npm_lock_names_no_registry() {
        assert!(!file("xtask/npm/package-lock.json").contains("\"resolved\""));
    }
}
