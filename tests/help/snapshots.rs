//! Snapshots of the help, and what holds of every verb's.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::commands::{printed, root, verbs};

/// A file a verb: its short help, then its long one.
fn snapshots() -> BTreeMap<String, String> {
    verbs()
        .into_iter()
        .map(|verb| {
            let asked = |flag| {
                let arguments: Vec<&str> = verb.iter().map(String::as_str).chain([flag]).collect();
                printed(&arguments)
            };
            let name = [vec!["highwater".to_owned()], verb.clone()].concat().join("-");
            (format!("{name}.txt"), format!("{}\n{}\n{}", asked("-h"), "=".repeat(100), asked("--help")))
        })
        .collect()
}

#[test]
fn the_help_is_what_a_person_has_read() {
    let folder = root().join("tests/help");
    let made = snapshots();
    let there = || {
        let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        files.filter(|file| file.ends_with(".txt")).collect::<BTreeSet<String>>()
    };
    if std::env::var_os("HIGHWATER_WRITE").is_some() {
        there().into_iter().for_each(|file| fs::remove_file(folder.join(file)).unwrap());
        made.iter().for_each(|(file, text)| fs::write(folder.join(file), text).unwrap());
    }
    for (file, text) in &made {
        let read = fs::read_to_string(folder.join(file)).unwrap_or_default();
        assert_eq!(*text, read, "{file} says something else now; make docs writes it, a person reads it");
    }
    assert_eq!(there(), made.into_keys().collect(), "snapshots of verbs that are gone");
}

/// `-h` is for a look: it fits a screen. Nothing is wider than a hundred columns.
#[test]
fn the_short_help_fits_a_screen() {
    for (file, text) in snapshots() {
        let short = text.split("\n====").next().unwrap();
        assert!(short.lines().count() <= 42, "{file}: {} lines", short.lines().count());
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 100, "{file}: a line of {widest}");
    }
}

#[test]
fn every_verb_stands_under_one_heading() {
    let help = printed(&["-h"]);
    let listed: Vec<&str> = help
        .lines()
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| rest.starts_with(char::is_lowercase)))
        .filter_map(|line| line.split(' ').next())
        .filter(|word| *word != "highwater")
        .collect();
    let verbs: BTreeSet<String> =
        verbs().into_iter().filter(|v| v.len() == 1).map(|v| v[0].clone()).collect();
    assert_eq!(listed.iter().map(|verb| (*verb).to_owned()).collect::<BTreeSet<_>>(), verbs);
    assert_eq!(listed.len(), verbs.len(), "a verb stands under two headings: {listed:?}");
}

/// Each verb's help ends with its examples, unbroken so that they can be copied, and what comes next; each example is
/// a command that the program takes.
#[test]
fn every_verb_ends_with_examples_that_parse() {
    let table = fs::read_to_string(root().join("queries/reference/verbs.toml")).unwrap();
    let table: toml::Table = table.parse().unwrap();
    let endings = table["verb"].as_array().unwrap();
    for verb in verbs().into_iter().filter(|verb| verb.len() <= 1) {
        let name = verb.first().map_or("highwater", String::as_str);
        let ending = endings.iter().find(|ending| ending["name"].as_str() == Some(name));
        let ending = ending.unwrap_or_else(|| panic!("{name} has no examples in verbs.toml"));
        let arguments: Vec<&str> = verb.iter().map(String::as_str).chain(["-h"]).collect();
        let help = printed(&arguments);
        let next = format!("\nNext: {}\n", ending["next"].as_str().unwrap());
        assert!(help.ends_with(&next), "{name} does not end with{next}{help}");
        for example in ending["example"].as_array().unwrap() {
            let command = example["command"].as_str().unwrap();
            assert!(help.contains(&format!("\n  {command}\n")), "{name}: {command}\n{help}");
            takes(command);
        }
    }
}

/// The same arguments with `--help` in the end are understood up to there only when verbs and options exist.
fn takes(example: &str) {
    let command = example.split(['>', '|', '<']).next().unwrap();
    let words = words(command);
    let arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).chain(["--help"]).collect();
    assert!(printed(&arguments).contains("Usage:"), "{example}");
}

/// Words as a shell takes them, as far as examples need it.
fn words(command: &str) -> Vec<String> {
    let quoted = command.split('"').enumerate();
    quoted
        .flat_map(|(i, part)| match i % 2 {
            1 => vec![part.to_owned()],
            _ => part.split_whitespace().map(str::to_owned).collect(),
        })
        .collect()
}
