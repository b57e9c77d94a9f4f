//! Imports go one way, and only the command line prints (1-overview, "Layout"; 7-style, habit 5).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

/// The modules from the top down; a module may name those on lower floors, never a neighbour or one above.
const FLOORS: &[&[&str]] = &[
    &["cli"],
    &["deliver", "classify", "intake", "synth"],
    &["case"],
    &["incident"],
    &["engine"],
    &["base"],
];

/// What writes to the terminal.
const PRINTING: &[&str] = &["println!", "print!", "eprintln!", "eprint!", "anstream::", "stdout()"];

/// The floor of a module; `None` for a name that is no module of the crate's root.
fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Source without line comments, so that a link in a doc comment is no import.
fn code(source: &str) -> String {
    let lines = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The names at the start of a path or of each member of a braced group: `{a::b, c::{d}}` gives a and c.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| {
        let text = text.trim_start();
        text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut names, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names
}

/// How many `super::` lead from a file's module to the crate's root.
fn depth(file: &str) -> usize {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').count()
}

/// The modules of the crate's root that a file names, through `crate::`, `highwater::` or enough `super::`.
fn named_modules(file: &str, source: &str) -> Vec<String> {
    let code = code(source);
    let roots = ["crate::".into(), "highwater::".into(), "super::".repeat(depth(file))];
    let mut names: Vec<String> = roots
        .iter()
        .flat_map(|root: &String| code.match_indices(root.as_str()).map(move |(at, _)| at + root.len()))
        .flat_map(|after| first_names(&code[after..]))
        .filter(|name| floor(name).is_some())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// What a file under `src/` does that it must not.
fn faults(file: &str, source: &str) -> Vec<String> {
    let module = file.split('/').next().unwrap().trim_end_matches(".rs");
    let Some(own) = floor(module) else {
        return vec![format!("{file}: {module} has no floor; name it here and in docs/architecture.md")];
    };
    let upward = named_modules(file, source)
        .into_iter()
        .filter(|name| name != module && floor(name).is_some_and(|other| other <= own))
        .map(|name| format!("{file}: {module} must not import {name}"));
    let code = code(source);
    let printed = PRINTING.iter().filter(|what| module != "cli" && code.contains(**what));
    let printed = printed.map(|what| format!("{file}: only cli prints ({what})"));
    upward.chain(printed).collect()
}

#[test]
fn imports_go_one_way_and_only_the_command_line_prints() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    let mut found = Vec::new();
    for entry in WalkDir::new(&src).min_depth(2) {
        let entry = entry.unwrap();
        if entry.path().extension().is_some_and(|ending| ending == "rs") {
            let file = entry.path().strip_prefix(&src).unwrap().to_str().unwrap().to_owned();
            found.extend(faults(&file, &fs::read_to_string(entry.path()).unwrap()));
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} files were read");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn main_hands_everything_to_the_command_line() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs");
    let main = fs::read_to_string(path).unwrap();
    assert_eq!(named_modules("main.rs", &main), ["cli"]);
}

#[test]
fn the_order_of_modules_is_the_one_in_the_library() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    let library = fs::read_to_string(path).unwrap();
    let modules: Vec<&str> =
        library.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(modules, FLOORS.concat());
}

#[test]
fn a_wrong_import_is_found_however_it_is_written() {
    let wrong = [
        ("engine/session.rs", "use crate::case::Case;"),
        ("engine/session.rs", "use crate::{base::{Error, Result}, cli};"),
        ("engine/session.rs", "use crate::{\n    base::Error,\n    incident::Profile,\n};"),
        ("engine/mod.rs", "use super::case::Case;"),
        ("engine/session.rs", "use super::super::intake;"),
        ("engine/read/one.rs", "use super::super::super::{base, deliver::Lists};"),
        ("engine/session.rs", "fn run() { crate::cli::main(); }"),
        ("base/text.rs", "use highwater::engine::Session;"),
        ("deliver/lists.rs", "use crate::classify::Run;"),
        ("intake/mod.rs", "use crate::deliver::Lists;"),
        ("base/text.rs", "fn f() { eprintln!(\"x\"); }"),
        ("intake/mod.rs", "fn f() { anstream::println!(\"x\"); }"),
        ("newcomer/mod.rs", ""),
    ];
    for (file, source) in wrong {
        assert!(!faults(file, source).is_empty(), "{file}: {source}");
    }
}

#[test]
fn a_right_import_is_left_alone() {
    let right = [
        (
            "cli/run.rs",
            "use crate::{intake, classify, deliver};\nuse super::Ui;\nfn f() { println!(\"x\"); }",
        ),
        ("deliver/lists.rs", "use crate::case::Case;\nuse crate::engine::Session;"),
        ("case/folder.rs", "use super::journal::Act;\nuse crate::incident::Profile;"),
        (
            "engine/session.rs",
            "/// Opened by [`crate::classify`].\n// crate::cli prints it\nuse crate::base::Error;",
        ),
        ("engine/session.rs", "use super::case_of_letters;"),
        ("intake/mod.rs", "use crate::intake::plan;"),
    ];
    for (file, source) in right {
        assert_eq!(faults(file, source), Vec::<String>::new(), "{source}");
    }
}
