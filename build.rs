//! Turns the course's Markdown into typed blocks; see `build/markdown.rs`.

#[path = "build/markdown.rs"]
mod markdown;

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs, io};

const COURSE: &str = "src/course";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={COURSE}");
    println!("cargo::rerun-if-changed=build");

    let mut files: Vec<_> = fs::read_dir(COURSE)?.collect::<Result<_, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);

    let mut consts = String::new();
    for path in files.iter().map(fs::DirEntry::path) {
        let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        match markdown::compile(&fs::read_to_string(&path)?) {
            Ok(text) => {
                let _ = writeln!(
                    consts,
                    "/// The text of `{}`.\npub const {}: Text = {text};",
                    path.display(),
                    name.to_uppercase()
                );
            }
            Err(fault) => {
                println!("cargo::error={}:{}: {}", path.display(), fault.line, fault.what);
            }
        }
    }
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&out).join("text.rs"), consts)
}
