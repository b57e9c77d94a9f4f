//! `facts.toml` among the exports: who hands over a folder must not decide by it what a case takes for proven.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use highwater::base::digest::sha256;

const FACTS: &str = include_str!("../valid/facts.toml");

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(bench.path("exports")).unwrap();
        fs::write(bench.path("exports/users.csv"), "user_id,account_id\n1,a\n").unwrap();
        fs::write(bench.path("exports/facts.toml"), FACTS).unwrap();
        bench
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn init(&self, facts: Option<&str>) {
        let mut arguments = vec!["init", "CASE", "--incident", "zendesk-2016", "-q"];
        if let Some(text) = facts {
            fs::write(self.path("own.toml"), text).unwrap();
            arguments.extend(["--facts", "OWN"]);
        }
        assert!(self.run(&arguments).status.success());
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        for argument in arguments {
            match *argument {
                "CASE" => command.arg(self.path("case")),
                "EXPORTS" => command.arg(self.path("exports")),
                "OWN" => command.arg(self.path("own.toml")),
                other => command.arg(other),
            };
        }
        command.output().unwrap()
    }

    /// What a successful command says on standard error.
    fn said(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    fn facts(&self) -> Option<String> {
        fs::read_to_string(self.path("case/facts.toml")).ok()
    }
}

/// One line says which file, how much it declares, who declared it, and which text it is.
fn told(said: &str, what: &str, text: &str) {
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("facts: ")).collect();
    let [line] = lines.as_slice() else { panic!("{said}") };
    for part in
        [what, "exports/facts.toml", "9 coverages", "declared by name or role", &sha256(text.as_bytes())]
    {
        assert!(line.contains(part), "{part}: {line}");
    }
}

#[test]
fn facts_are_taken_by_a_case_without_any_and_that_is_said_even_when_quiet() {
    for quiet in [&["-q"][..], &["-q", "--json"], &[]] {
        let bench = Bench::new();
        bench.init(None);
        let shown = bench.said(&[&["ingest", "CASE", "EXPORTS", "--dry-run"], quiet].concat());
        told(&shown, "would become the case's facts.toml", FACTS);
        assert_eq!(bench.facts(), None);
        let said = bench.said(&[&["ingest", "CASE", "EXPORTS"], quiet].concat());
        told(&said, "is now the case's facts.toml", FACTS);
        assert_eq!(bench.facts().as_deref(), Some(FACTS));
        let journal = fs::read_to_string(bench.path("case/journal.jsonl")).unwrap();
        assert!(journal.contains(&sha256(FACTS.as_bytes())), "the journal names the text");
        let again = bench.said(&[&["ingest", "CASE", "EXPORTS"], quiet].concat());
        assert!(!again.contains("facts: "), "nothing changes: {again}");
    }
}

#[test]
fn facts_of_a_case_are_never_replaced_and_that_others_were_not_used_is_said() {
    let own = FACTS.replace("full export, removed ones included", "another basis");
    let bench = Bench::new();
    bench.init(Some(&own));
    for arguments in [
        &["ingest", "CASE", "EXPORTS", "-q", "--dry-run"][..],
        &["ingest", "CASE", "EXPORTS", "-q"],
        &["ingest", "CASE", "EXPORTS", "-q"],
        &["run", "CASE", "EXPORTS", "--incident", "zendesk-2016", "-q"],
    ] {
        told(&bench.said(arguments), "the case keeps its own facts.toml", FACTS);
        assert_eq!(bench.facts().as_deref(), Some(own.as_str()));
    }
    let output = bench.run(&["ingest", "CASE", "EXPORTS", "-q", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["facts"]["outcome"], "ignored");
}

#[test]
fn a_run_says_which_facts_it_took() {
    let bench = Bench::new();
    let said = bench.said(&["run", "CASE", "EXPORTS", "--incident", "zendesk-2016", "-q"]);
    told(&said, "is now the case's facts.toml", FACTS);
}

/// Who declares them is a text of the folder's: it is one line, whatever it holds.
#[test]
fn what_is_said_of_facts_is_one_short_line() {
    let bench = Bench::new();
    bench.init(None);
    let by = format!("a\\u001b[2J\\nnext: rm{}", "x".repeat(10_000));
    let text = FACTS.replace("by = \"name or role\"", &format!("by = \"{by}\""));
    fs::write(Path::new(&bench.path("exports/facts.toml")), &text).unwrap();
    let said = bench.said(&["ingest", "CASE", "EXPORTS", "-q"]);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.len() < 1_000 && !said.contains('\u{1b}'), "{said}");
}
