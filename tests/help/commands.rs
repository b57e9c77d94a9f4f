//! Running the program, and what its help says there is.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the program where nothing is a terminal, with a fixed width.
pub fn highwater(arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_highwater"));
    program.args(arguments).stdin(Stdio::null());
    program.env("COLUMNS", "100").env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    program.output().unwrap()
}

pub fn printed(arguments: &[&str]) -> String {
    let output = highwater(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The exit status, and what was said on standard error.
pub fn failed(arguments: &[&str]) -> (i32, String) {
    let output = highwater(arguments);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every verb and every verb below it, as arguments; the program itself first.
pub fn verbs() -> Vec<Vec<String>> {
    let manual = tempfile::tempdir().unwrap();
    printed(&["man", "--dir", manual.path().to_str().unwrap(), "--quiet"]);
    let mut verbs: Vec<Vec<String>> = manual
        .path()
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|file| file.trim_end_matches(".1").split('-').skip(1).map(str::to_owned).collect())
        .collect();
    verbs.sort();
    assert!(verbs.len() > 12 && verbs[0].is_empty(), "{verbs:?}");
    verbs
}
