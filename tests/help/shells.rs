//! Completions and manual pages, tried with the programs that read them, where they are.

use std::fs;
use std::process::{Command, Stdio};

use super::commands::{printed, verbs};

/// Whether the program can be started; says so when it can't, which is a failure in CI.
fn is_there(program: &str, argument: &str) -> bool {
    let started = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if started.is_err() {
        assert!(std::env::var_os("CI").is_none(), "{program} is not installed");
        eprintln!("skipped: there is no {program} here");
    }
    started.is_ok()
}

fn shell(program: &str, arguments: &[&str], script: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script");
    fs::write(&file, script).unwrap();
    let output = Command::new(program).args(arguments).arg(&file).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_shell_has_completions_with_every_verb() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = printed(&["completions", shell]);
        for verb in verbs().into_iter().flatten() {
            assert!(script.contains(&verb), "{shell}: {verb}");
        }
        assert!(script.contains("dry-run"), "{shell}: --dry-run");
    }
}

/// The script is not only well-formed: it completes what a person has begun to type.
#[test]
fn bash_completes_verbs_options_and_values() {
    if !is_there("bash", "--version") {
        return;
    }
    let script = printed(&["completions", "bash"]);
    shell("bash", &["-n"], &script);
    for (typed, expected) in [
        (vec!["highwater", "cl"], "classify"),
        (vec!["highwater", "ingest", "case", "--dr"], "--dry-run"),
        (vec!["highwater", "--color", "ne"], "never"),
        (vec!["highwater", "queries", "ex"], "explain"),
    ] {
        let words: Vec<String> = typed.iter().map(|word| format!("'{word}'")).collect();
        let asked = format!(
            "{script}\nCOMP_WORDS=({})\nCOMP_CWORD={}\n_highwater highwater '{}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            words.join(" "),
            typed.len() - 1,
            typed[typed.len() - 1],
            typed[typed.len() - 2],
        );
        let offered = shell("bash", &["--norc"], &asked);
        assert_eq!(offered.trim(), expected, "{typed:?}");
    }
}

#[test]
fn zsh_and_fish_read_their_completions() {
    if is_there("zsh", "--version") {
        shell("zsh", &["-n"], &printed(&["completions", "zsh"]));
    }
    if is_there("fish", "--version") {
        shell("fish", &["--no-execute"], &printed(&["completions", "fish"]));
    }
}

#[test]
fn the_manual_renders_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    printed(&["man", "--dir", folder.path().to_str().unwrap()]);
    assert_eq!(
        fs::read_to_string(folder.path().join("highwater.1")).unwrap().trim_end(),
        printed(&["man"]).trim_end(),
        "the main page is the same on standard output"
    );
    if !is_there("man", "--version") {
        return;
    }
    for page in folder.path().read_dir().unwrap().map(|entry| entry.unwrap().path()) {
        let man = Command::new("man")
            .args(["--warnings=all", "-l"])
            .arg(&page)
            .env("MANWIDTH", "100")
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&man.stdout).into_owned();
        assert!(man.status.success() && man.stderr.is_empty(), "{}", String::from_utf8_lossy(&man.stderr));
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS"] {
            assert!(text.contains(section), "{}: no {section}", page.display());
        }
        assert!(text.contains("Memory to stay under"), "{}: options have words", page.display());
    }
}
