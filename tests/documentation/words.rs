//! Every code, verb, flag and column that a page names exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use super::pages::{self, Page, quoted, root};

/// Words in capitals that are no codes: what a person puts there, SQL's values, and the environment.
const NO_CODES: &[&str] = &[
    "ACCOUNT",
    "CASE",
    "CHANGELOG",
    "DIR",
    "FILE",
    "GLOB",
    "HIGHWATER_DUCKDB_DIR",
    "INSTANT",
    "LIST",
    "NAME",
    "NO_COLOR",
    "NULL",
    "RULE_GAP",
    "RUN",
    "SELECT",
    "SOURCE",
    "TABLE",
    "TRUE",
    "FALSE",
    "README",
    "SHA-256",
    "CASES",
];

#[test]
fn every_file_of_the_repository_that_a_page_names_exists() {
    let folders = ["src/", "queries/", "tests/", "setup/", "sample_data/", "docs/", ".ci/"];
    let wrong: Vec<String> = pages::all()
        .iter()
        .flat_map(|page| {
            page.quoted().into_iter().map(move |(line, word)| (page.name.clone(), line, word.to_owned()))
        })
        .filter(|(_, _, word)| folders.iter().any(|folder| word.starts_with(folder)))
        .filter(|(_, _, word)| !word.contains(['<', '*', ' ', '…']) && !root().join(word).exists())
        .map(|(page, line, word)| format!("{page}:{line}: {word}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Flags of other programs that the pages name.
const OF_OTHERS: &[&str] = &["--release"];

#[test]
fn every_code_that_a_page_names_exists() {
    let known = codes();
    let wrong: Vec<String> = pages::all()
        .iter()
        .filter(|page| !page.name.starts_with("docs/decisions/"))
        .flat_map(|page| {
            page.quoted().into_iter().map(move |(line, word)| (page.name.clone(), line, word.to_owned()))
        })
        .flat_map(|(page, line, word)| {
            let parts: Vec<String> = word.split(['.', ' ', ',', ';']).map(str::to_owned).collect();
            parts.into_iter().map(move |part| (page.clone(), line, part))
        })
        .filter(|(_, _, word)| looks_like_a_code(word) && !known.contains(word))
        .map(|(page, line, word)| format!("{page}:{line}: {word}"))
        .collect();
    assert!(wrong.is_empty(), "no reason and no finding:\n{}", wrong.join("\n"));
}

#[test]
fn every_verb_and_flag_that_a_page_names_exists() {
    let help = Help::read();
    assert!(help.flags.len() >= 9, "{:?}", help.flags.keys());
    let wrong: Vec<String> = pages::all().iter().flat_map(|page| help.unknown(page)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn looks_like_a_code(word: &str) -> bool {
    word.len() >= 5
        && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && !NO_CODES.contains(&word)
}

/// All reasons and findings of the sidecars, and the reasons of rejects.
fn codes() -> BTreeSet<String> {
    let rejects = fs::read_to_string(root().join("src/intake/rejects.rs")).unwrap();
    let of_rejects = rejects.split("=> \"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut codes: BTreeSet<String> = of_rejects.map(str::to_owned).collect();
    for (folder, list) in [("classify", "reason"), ("quality", "finding")] {
        for entry in fs::read_dir(root().join("queries").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let sidecar: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
            let listed = sidecar.get(list).and_then(toml::Value::as_array).cloned().unwrap_or_default();
            codes.extend(listed.iter().map(|item| item["code"].as_str().unwrap().to_owned()));
        }
    }
    codes
}

/// What the program says of itself: its verbs, and the flags of each.
struct Help {
    /// By verb, such as `queries check`; the empty verb is the program itself.
    flags: BTreeMap<String, BTreeSet<String>>,
}

impl Help {
    fn read() -> Self {
        let mut help = Self { flags: BTreeMap::new() };
        help.learn("");
        help
    }

    fn learn(&mut self, verb: &str) {
        let words = verb.split_whitespace().chain(["--help"]);
        let output = Command::new(env!("CARGO_BIN_EXE_highwater")).args(words).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let flags =
            text.split(|c: char| !(c.is_alphanumeric() || c == '-')).filter(|word| word.starts_with("--"));
        self.flags.insert(verb.to_owned(), flags.map(str::to_owned).collect());
        for sub in subcommands(&text) {
            self.learn(format!("{verb} {sub}").trim());
        }
    }

    fn unknown(&self, page: &Page) -> Vec<String> {
        let blocks = page.blocks();
        let shown = blocks.iter().flat_map(|block| {
            block
                .text
                .lines()
                .enumerate()
                .map(|(number, line)| (block.line + number, line))
                .collect::<Vec<_>>()
        });
        let commands = shown.filter_map(|(line, text)| {
            let text = text.trim_start().trim_start_matches("$ ");
            text.starts_with("highwater ").then_some((line, text))
        });
        let named = page.quoted().into_iter().chain(commands);
        named
            .filter_map(|(line, text)| Some(format!("{}:{line}: {text}: {}", page.name, self.fault(text)?)))
            .collect()
    }

    /// What is wrong with a command or a flag that stands alone.
    fn fault(&self, text: &str) -> Option<String> {
        let command = text.split(" #").next().unwrap_or_default();
        let words: Vec<&str> =
            command.split_whitespace().take_while(|w| !["|", "&&", ";"].contains(w)).collect();
        let verb = match words.first() {
            Some(&"highwater") => self.verb(&words[1..])?,
            Some(word) if word.starts_with("--") => return self.nobody_has(word),
            _ => return None,
        };
        let Ok(verb) = verb else { return Some("no such verb".to_owned()) };
        let known = &self.flags[&verb];
        let flags = words.iter().filter(|word| word.starts_with("--")).map(|word| flag(word));
        flags.filter(|flag| !known.contains(*flag)).map(|flag| format!("{verb} has no {flag}")).next()
    }

    fn nobody_has(&self, word: &str) -> Option<String> {
        let word = flag(word);
        if OF_OTHERS.contains(&word) {
            return None;
        }
        (!self.flags.values().any(|flags| flags.contains(word))).then(|| "no verb has this flag".to_owned())
    }

    /// The verb that the words begin with; none where they name no verb, as `highwater --version`.
    fn verb(&self, words: &[&str]) -> Option<Result<String, ()>> {
        let first = words.first().filter(|word| !word.starts_with('-'))?;
        let first = first.trim_end_matches(';');
        if first == "help" {
            return None;
        }
        if !self.flags.contains_key(first) {
            return Some(Err(()));
        }
        let second = words.get(1).map(|second| format!("{first} {}", second.trim_end_matches(';')));
        Some(Ok(second.filter(|verb| self.flags.contains_key(verb)).unwrap_or_else(|| first.to_owned())))
    }
}

/// `--flag=value` and what stands behind a flag left out.
fn flag(word: &str) -> &str {
    word.split(['=', ',', ';', ')', '.']).next().unwrap_or_default()
}

/// The names under the headings of commands.
fn subcommands(help: &str) -> Vec<String> {
    let mut listed = false;
    let mut names = Vec::new();
    for line in help.lines() {
        if !line.starts_with(' ') && !line.is_empty() {
            listed = line.ends_with(':')
                && !["Arguments:", "Options:", "Everywhere:", "Examples:"].contains(&line);
        }
        let name = line
            .strip_prefix("  ")
            .filter(|rest| listed && rest.starts_with(|c: char| c.is_ascii_lowercase()));
        names.extend(
            name.and_then(|rest| rest.split_whitespace().next()).filter(|n| *n != "help").map(str::to_owned),
        );
    }
    names
}

/// Else the check above could pass because nothing is recognised.
#[test]
fn a_verb_a_flag_and_a_code_that_do_not_exist_are_found() {
    let help = Help::read();
    assert!(help.fault("highwater frobnicate CASE").is_some());
    assert!(help.fault("highwater init CASE --frob").is_some());
    assert!(help.fault("highwater queries check --frob").is_some());
    assert!(help.fault("--frob").is_some());
    assert!(help.fault("highwater init CASE --incident NAME").is_none());
    assert!(help.fault("--threads 2").is_none());
    assert!(looks_like_a_code("NOT_A_REASON") && !codes().contains("NOT_A_REASON"));
    assert_eq!(quoted("a `b` c `d e`"), ["b", "d e"]);
}
