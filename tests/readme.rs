//! The README's commands run as they stand there, in the order in which they stand there.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shell blocks of a page. Those that begin with `make` build the program that is tried here.
fn shell_blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("```sh\n") {
        let (block, following) = after.split_once("```").expect("a block ends");
        blocks.push(block.to_owned());
        rest = following;
    }
    blocks
}

fn pages() -> [String; 2] {
    ["README.md", "CONTRIBUTING.md"].map(|page| fs::read_to_string(root().join(page)).unwrap())
}

#[cfg(unix)]
#[test]
fn the_commands_of_the_readme_run() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(root().join("sample_data"), folder.path().join("sample_data")).unwrap();
    let beside = Path::new(env!("CARGO_BIN_EXE_highwater")).parent().unwrap();
    let path = format!("{}:{}", beside.display(), std::env::var("PATH").unwrap());
    let [readme, _] = pages();
    let blocks: Vec<String> = shell_blocks(&readme).into_iter().filter(|b| !b.starts_with("make")).collect();
    assert!(!blocks.is_empty(), "the README shows no command");
    for block in blocks {
        assert!(block.contains("highwater "), "this block runs nothing of ours:\n{block}");
        let mut shell = Command::new("sh");
        shell.args(["-euc", &block]).current_dir(folder.path()).env("PATH", &path);
        let output = shell.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{block}\n{said}");
    }
    let lists = folder.path().join("case/out/0001/lists");
    assert!(fs::read_dir(&lists).unwrap().count() > 0, "the tour leaves no list in {}", lists.display());
}

#[test]
fn every_make_target_that_is_named_exists() {
    let makefile = fs::read_to_string(root().join("Makefile")).unwrap();
    let blocks = pages().iter().flat_map(|page| shell_blocks(page)).collect::<String>();
    let targets: Vec<&str> =
        blocks.lines().filter_map(|line| line.strip_prefix("make ")?.split_whitespace().next()).collect();
    assert!(targets.contains(&"demo") && targets.contains(&"test"), "{targets:?}");
    for target in targets {
        assert!(makefile.contains(&format!("\n{target}:")), "make {target}");
    }
}

#[test]
fn the_picture_is_there_and_loads_nothing() {
    let picture = fs::read_to_string(root().join("docs/demo.svg")).unwrap();
    assert!(picture.len() < 60_000, "{} bytes", picture.len());
    assert!(picture.contains("highwater demo"));
    let references = ["href", "url(", "@import", "<script"];
    assert!(!references.iter().any(|what| picture.contains(what)), "a picture that loads something");
}
