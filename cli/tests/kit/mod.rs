//! Calls of the command.

use std::process::{Command, Output};

/// Writes files into a folder of their own and calls `headroom` in it.
pub(crate) struct Prompt(tempfile::TempDir);

impl Prompt {
    pub(crate) fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, content) in files {
            std::fs::write(folder.path().join(name), content).expect("a writable folder");
        }
        Self(folder)
    }

    /// The exit code, standard output and standard error.
    pub(crate) fn call(&self, arguments: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_headroom"))
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .expect("the command runs");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (status.code().expect("an exit code"), text(stdout), text(stderr))
    }
}
