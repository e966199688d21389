//! What the first page may weigh, as a browser pays for it: brotli at its best.

use std::fs;
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;

use crate::beside::is_beside;
use crate::run::{Failure, Outcome, io};
use crate::{site, worker};

/// What something may weigh [bytes].
struct Budget {
    what: &'static str,
    /// What it should weigh.
    goal: usize,
    /// What it may weigh until then: what it weighs. It is lowered with every
    /// gain, and raised only with what the page can do.
    limit: usize,
    counts: fn(&Path) -> bool,
}

const BUDGETS: [Budget; 4] = [
    Budget {
        what: "the app's wasm",
        goal: 200_000,
        limit: 244_000,
        counts: |file| is(file, "wasm") && is_first(file),
    },
    Budget {
        what: "the first page without fonts",
        goal: 300_000,
        limit: 300_000,
        counts: |file| is_first(file) && !is(file, "woff2") && !is(file, "txt"),
    },
    Budget { what: "the worker", goal: 250_000, limit: 250_000, counts: is_of_worker },
    // woff2 is compressed already.
    Budget { what: "the fonts", goal: 55_000, limit: 55_000, counts: |file| is(file, "woff2") },
];

/// Whether a file is of the first page: not of the worker, which comes after
/// the first paint, and not of a page that is loaded on demand.
fn is_first(file: &Path) -> bool {
    !is_of_worker(file) && !is_beside(file)
}

fn is_of_worker(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with(worker::NAME)
}

/// A file of the site and what it weighs.
struct Weighed {
    file: PathBuf,
    bytes: usize,
}

/// Weighs the built site and refuses it if it is over budget.
pub(crate) fn check() -> Outcome {
    let mut files = Vec::new();
    for file in files_below(&site::dist())? {
        let bytes = weigh(&file)?;
        files.push(Weighed { file, bytes });
    }
    println!("{:>9}  transfer (brotli) of", "bytes");
    for Weighed { file, bytes } in &files {
        let name = file.strip_prefix(site::dist()).unwrap_or(file);
        println!("{bytes:>9}  {}", name.display());
    }
    let mut over = Vec::new();
    for Budget { what, goal, limit, counts } in BUDGETS {
        let bytes: usize =
            files.iter().filter(|weighed| counts(&weighed.file)).map(|weighed| weighed.bytes).sum();
        println!("{bytes:>9}  {what}: at most {limit}, the goal is {goal}");
        if bytes > limit {
            over.push(format!("{what} by {}", bytes - limit));
        }
    }
    if over.is_empty() {
        Ok(())
    } else {
        Err(Failure(format!("over budget: {}; make it smaller", over.join(", "))))
    }
}

fn is(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|found| found == extension)
}

fn files_below(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in io("read", folder, fs::read_dir(folder))? {
        let path = io("read", folder, entry)?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What a file costs the browser [bytes].
pub(crate) fn weigh(file: &Path) -> Outcome<usize> {
    let bytes = io("read", file, fs::read(file))?;
    if is(file, "woff2") {
        return Ok(bytes.len());
    }
    let parameters = BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut compressed = Vec::new();
    io(
        "compress",
        file,
        brotli::BrotliCompress(&mut bytes.as_slice(), &mut compressed, &parameters),
    )?;
    Ok(compressed.len())
}
