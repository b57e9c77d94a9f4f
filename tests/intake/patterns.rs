//! Patterns of file names: what was made to break them is refused.

use std::path::PathBuf;
use std::process::Command;

use highwater::base::Kind;
use highwater::intake::{self, Stated};

use crate::support::Bench;

const USERS: &str = "user_id,account_id\n1,a\n";

/// Texts that are no pattern: nested too deeply, too long, not closed.
fn no_patterns() -> Vec<String> {
    let nested = |depth: usize| format!("{}{}*.csv", "{".repeat(depth), "}".repeat(depth));
    let mut texts: Vec<String> = [11, 250, 251, 400, 100_000].map(nested).into();
    texts.extend([11, 400].map(|depth| format!("{}a{}", "{a,".repeat(depth), "}".repeat(depth))));
    texts.extend(["{*", "*}", "[*", "*[", "[z-a]*", "*[!", "{a,{b}*"].map(str::to_owned));
    texts.push("?".repeat(1_001));
    texts.push("*".repeat(100_000));
    texts.push(format!("{{{}}}", "a*,".repeat(400)));
    texts
}

#[test]
fn what_is_no_pattern_is_refused_among_the_inputs() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    for text in no_patterns() {
        let input = bench.exports().join(&text);
        let error = bench.ingest_with(&[input], Stated::default(), 1).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{error}");
        assert!(error.to_string().len() < 2_000, "{error}");
    }
}

#[test]
fn what_is_no_pattern_is_refused_in_sources() {
    for text in no_patterns() {
        let error =
            intake::sources_file("sources.toml", &format!("[[source]]\nfile = '{text}'\n")).unwrap_err();
        let told = error.to_string();
        assert!(told.contains("sources.toml:2:8: source.file: is "), "{told}");
        assert!(told.len() < 2_000, "{told}");
    }
}

/// It ended the program with status 101.
#[test]
fn four_hundred_braces_end_with_status_2() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    let braces = format!("{}{}", "{".repeat(400), "}".repeat(400));
    bench.file("sources.toml", format!("[[source]]\nfile = \"{braces}*\"\n"));
    let root = bench.case.root().to_path_buf();
    for input in [bench.exports(), bench.exports().join(format!("{braces}*.csv"))] {
        for more in [&["--dry-run"][..], &[]] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
            let output = command.arg("ingest").arg(&root).arg(&input).args(more).output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{told}");
            assert!(told.contains("is no pattern") && told.contains("at most 10 deep"), "{told}");
        }
    }
}

#[test]
fn patterns_of_every_kind_still_match() {
    let bench = Bench::new();
    for name in ["users-1.csv", "users-2.csv", "users-a.csv", "deep/er/users-3.csv", "users[1].csv"] {
        bench.file(name, format!("user_id,account_id\n{name},a\n"));
    }
    let count = |pattern: &str| {
        let plan = intake::plan(&intake::Request {
            inputs: vec![bench.exports().join(pattern)],
            ..intake::Request::default()
        });
        plan.unwrap_or_else(|e| panic!("{pattern}: {e}")).files.len()
    };
    for (pattern, files) in [
        ("users-?.csv", 3),
        ("users-[0-9].csv", 2),
        ("users-[!0-9].csv", 1),
        ("{users-1,users-2}.csv", 2),
        ("{users-{1,2},none}.csv", 2),
        ("**/users-3.csv", 1),
        ("*/*/*.csv", 1),
        ("*.csv", 4),
        ("users[1].csv", 1),
    ] {
        assert_eq!(count(pattern), files, "{pattern}");
    }
    let stated = "[[source]]\nfile = \"./users[1].csv\"\nsystem = \"one\"\n\
                  [[source]]\nfile = \"**/users-3.csv\"\nsystem = \"deep\"\n\
                  [[source]]\nfile = \"users-{1,2}.csv\"\nsystem = \"two\"\n";
    bench.file("sources.toml", stated);
    let outcome = bench.ingest().unwrap();
    let system = |name: &str| {
        let path: PathBuf = bench.exports().join(name);
        let file = outcome.files.iter().find(|file| file.path == path).unwrap();
        file.source.custody.system.clone().unwrap_or_default()
    };
    let systems =
        ["users[1].csv", "deep/er/users-3.csv", "users-1.csv", "users-2.csv", "users-a.csv"].map(system);
    assert_eq!(systems, ["one", "deep", "two", "two", ""]);
}

#[test]
fn entries_without_a_file_are_counted_beyond_the_first() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    let entries: String = (0..500).map(|n| format!("[[source]]\nfile = \"gone-{n}.csv\"\n")).collect();
    bench.file("sources.toml", entries);
    let outcome = bench.ingest().unwrap();
    assert_eq!(outcome.notes.iter().filter(|note| note.contains("no file matches gone-")).count(), 20);
    assert!(outcome.notes.iter().any(|note| note.contains("480 more")), "{:?}", outcome.notes);
}
