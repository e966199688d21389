//! What the first page may weigh, as a browser pays for it: brotli at its best.

use std::fs;
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;

use crate::run::{Failure, Outcome, io};
use crate::site;

/// The app's wasm [bytes].
const WASM: usize = 150_000;
/// All that the first page loads, fonts apart [bytes].
const FIRST_PAGE: usize = 220_000;
/// All fonts [bytes]; woff2 is compressed already.
const FONTS: usize = 55_000;

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
    let sum = |wanted: fn(&Path) -> bool| -> usize {
        files.iter().filter(|weighed| wanted(&weighed.file)).map(|weighed| weighed.bytes).sum()
    };
    let mut over = Vec::new();
    for (what, bytes, budget) in [
        ("the app's wasm", sum(|file| is(file, "wasm")), WASM),
        (
            "the first page without fonts",
            sum(|file| !is(file, "woff2") && !is(file, "txt")),
            FIRST_PAGE,
        ),
        ("the fonts", sum(|file| is(file, "woff2")), FONTS),
    ] {
        println!("{bytes:>9}  {what}, of {budget}");
        if bytes > budget {
            over.push(format!("{what} by {}", bytes - budget));
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

fn weigh(file: &Path) -> Outcome<usize> {
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
