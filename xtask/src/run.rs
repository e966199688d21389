//! Running other programs, and failing with a sentence.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a command stopped: one sentence that tells what to do.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

/// What a step comes to.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    // Cargo sets the variable when it runs a command, too; the constant serves
    // a binary that is started by hand.
    let xtask = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map_or(xtask.clone(), Path::to_path_buf)
}

/// Says what is being done.
pub(crate) fn say(what: &str) {
    eprintln!("headroom: {what}");
}

/// The cargo that runs this command, or the one on the path.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a program in the checkout, with its output seen. If it fails, `advice`
/// says what to do.
pub(crate) fn run(command: &mut Command, advice: &str) -> Outcome {
    let status = command
        .current_dir(root())
        .stdin(Stdio::null())
        .status()
        .map_err(|error| Failure(format!("{} does not start ({error})", name(command))))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure(format!("{} failed: {advice}", name(command))))
    }
}

/// What a program prints on its standard output, or `None` if it is not there
/// or fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// A program's name as a person types it, with its first argument.
fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or_default().to_string_lossy();
    match command.get_args().next() {
        Some(first) => format!("`{program} {}`", first.to_string_lossy()),
        None => format!("`{program}`"),
    }
}

/// Where the path has a program of this name.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The path with these folders before all others.
pub(crate) fn path_with(folders: &[PathBuf]) -> Outcome<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(folders.iter().cloned().chain(env::split_paths(&path))).map_err(|_| {
        Failure("the cache's path contains a colon: set XDG_CACHE_HOME to another folder".into())
    })
}

/// Turns an I/O error into a sentence.
pub(crate) fn io<T>(what: &str, path: &Path, result: std::io::Result<T>) -> Outcome<T> {
    result.map_err(|error| Failure(format!("cannot {what} {}: {error}", path.display())))
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> Outcome<PathBuf> {
    output(cargo().current_dir(root()).args(["metadata", "--no-deps", "--format-version", "1"]))
        .and_then(|json| serde_json::from_str::<serde_json::Value>(&json).ok())
        .and_then(|metadata| {
            metadata["target_directory"].as_str().map(|path| Path::new(path).into())
        })
        .ok_or_else(|| Failure("`cargo metadata` fails: run it to see why".into()))
}
