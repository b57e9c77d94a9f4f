//! Links among the exports: what a handed-over folder may lead to.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use highwater::base::progress::Meter;
use highwater::base::{Error, Kind};
use highwater::intake::{self, Options, Outcome, Request, Stated};

use crate::support::Bench;

const USERS: &str = "user_id,account_id\n1,a\n";

/// A folder with exports, and one beside it with what is somebody else's.
fn bench() -> (Bench, PathBuf) {
    let bench = Bench::new();
    bench.file("accounts.csv", "account_id\na\n");
    let outside = bench.exports().parent().unwrap().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("users.csv"), USERS).unwrap();
    (bench, outside)
}

fn ingest(bench: &Bench, input: &Path, follow_links: bool) -> Result<Outcome, Error> {
    let request = Request { inputs: vec![input.to_path_buf()], follow_links, ..Request::default() };
    let plan = intake::plan(&request)?;
    intake::ingest(&bench.case, &plan, Options::default(), &Meter::silent())
}

/// The link is named with where it leads and what would allow it, and nothing is stored; with the option it is followed.
fn refused_until_followed(bench: &Bench, input: &Path, link: &Path, target: &Path, files: usize) {
    let error = ingest(bench, input, false).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    let told = error.to_string();
    let target = fs::canonicalize(target).unwrap();
    for part in [&link.display().to_string(), &target.display().to_string(), "--follow-links", "leads out of"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(bench.case.register().unwrap().sources().is_empty());
    assert_eq!(ingest(bench, input, true).unwrap().files.len(), files);
}

#[test]
fn a_link_to_a_file_outside_is_refused() {
    let (bench, outside) = bench();
    let link = bench.exports().join("users.csv");
    symlink(outside.join("users.csv"), &link).unwrap();
    refused_until_followed(&bench, &bench.exports(), &link, &outside.join("users.csv"), 2);
}

#[test]
fn a_link_to_a_folder_outside_is_refused_and_not_entered() {
    let (bench, outside) = bench();
    let link = bench.exports().join("more");
    symlink("../outside", &link).unwrap();
    refused_until_followed(&bench, &bench.exports(), &link, &outside, 2);
    let (bench, _) = self::bench();
    symlink("..", bench.exports().join("up")).unwrap();
    assert!(ingest(&bench, &bench.exports(), false).unwrap_err().to_string().contains("leads out of"));
}

#[test]
fn a_link_that_leads_out_by_another_link_is_refused() {
    let (bench, outside) = bench();
    fs::create_dir(bench.exports().join("deep")).unwrap();
    symlink(outside.join("users.csv"), bench.exports().join("deep/b.txt")).unwrap();
    symlink("deep/b.txt", bench.exports().join("users.csv")).unwrap();
    let told = ingest(&bench, &bench.exports(), false).unwrap_err().to_string();
    assert!(
        told.contains("2 links lead out") && told.contains("b.txt") && told.contains("users.csv"),
        "{told}"
    );
}

/// They decide what the exports mean, so nobody may slip in another's.
#[test]
fn sources_and_facts_that_are_links_out_are_refused() {
    for name in ["sources.toml", "facts.toml", ".hidden.csv"] {
        let (bench, outside) = bench();
        fs::write(outside.join(name), "").unwrap();
        symlink(outside.join(name), bench.exports().join(name)).unwrap();
        let told = ingest(&bench, &bench.exports(), false).unwrap_err().to_string();
        assert!(told.contains(name) && told.contains("leads out of"), "{told}");
    }
}

#[test]
fn a_pattern_follows_no_link_out_either() {
    let (bench, outside) = bench();
    let link = bench.exports().join("users-1.csv");
    symlink(outside.join("users.csv"), &link).unwrap();
    refused_until_followed(
        &bench,
        &bench.exports().join("users-*.csv"),
        &link,
        &outside.join("users.csv"),
        1,
    );
    let (bench, outside) = self::bench();
    let link = bench.exports().join("more");
    symlink(&outside, &link).unwrap();
    refused_until_followed(&bench, &bench.exports().join("*/users.csv"), &link, &outside, 1);
    // What the pattern does not ask for is not in its way.
    assert_eq!(ingest(&bench, &bench.exports().join("acc*.csv"), false).unwrap().files.len(), 1);
}

#[test]
fn links_within_the_folder_and_links_that_are_named_are_followed() {
    let (bench, outside) = bench();
    bench.file("deep/users.csv", USERS);
    symlink("deep/users.csv", bench.exports().join("again.csv")).unwrap();
    symlink("deep", bench.exports().join("deep-too")).unwrap();
    assert_eq!(ingest(&bench, &bench.exports(), false).unwrap().files.len(), 2);
    let (bench, _) = self::bench();
    let named = bench.exports().join("named.csv");
    symlink(outside.join("users.csv"), &named).unwrap();
    assert_eq!(ingest(&bench, &named, false).unwrap().files.len(), 1);
    let folder = bench.exports().parent().unwrap().join("folder");
    symlink(&outside, &folder).unwrap();
    assert_eq!(
        ingest(&bench, &folder, false).unwrap().files.len(),
        1,
        "a folder that is a link is named, too"
    );
}

#[test]
fn both_verbs_have_the_option() {
    let (bench, outside) = bench();
    symlink(outside.join("users.csv"), bench.exports().join("users.csv")).unwrap();
    let case = bench.exports().parent().unwrap().join("new");
    let run = |verb: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        command.arg(verb).arg(&case).arg(bench.exports()).arg("-q").args(more).output().unwrap()
    };
    let options = ["--incident", "zendesk-2016", "--as-of", "2019-10-02T12:00:00Z"];
    let refused = run("run", &options);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--follow-links"));
    assert!(!case.exists(), "no case is left behind");
    let done = run("run", &[options.as_slice(), &["--follow-links"]].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(run("ingest", &[]).status.code(), Some(2));
    assert_eq!(run("ingest", &["--dry-run"]).status.code(), Some(2));
    assert!(run("ingest", &["--follow-links"]).status.success());
}

#[test]
fn a_stated_hash_is_compared_with_no_file_outside() {
    let (bench, outside) = bench();
    fs::write(outside.join("notes.pdf"), "x").unwrap();
    symlink(outside.join("notes.pdf"), bench.exports().join("notes.pdf")).unwrap();
    bench
        .file("sources.toml", format!("[[source]]\nfile = \"notes.pdf\"\nsha256 = \"{}\"\n", "0".repeat(64)));
    let told = bench.ingest_with(&[bench.exports()], Stated::default(), 1).unwrap_err().to_string();
    assert!(told.contains("leads out of") && !told.contains("found "), "{told}");
}

/// What is stated for a file is stated for the file, whatever links to it come before it by name.
#[test]
fn a_file_is_read_under_its_own_name_and_not_under_a_links() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    symlink("users.csv", bench.exports().join("a.csv")).unwrap();
    bench.file("sources.toml", "[[source]]\nfile = \"users.csv\"\nzone = \"America/Los_Angeles\"\n");
    let outcome = ingest(&bench, &bench.exports(), false).unwrap();
    let zones: Vec<_> = outcome.files.iter().map(|file| file.source.reading.zone.as_deref()).collect();
    assert_eq!(zones, [Some("America/Los_Angeles")]);
}

/// A pipe in the place of what a person states is not ignored without a word.
#[test]
fn a_pipe_as_sources_or_facts_is_refused() {
    for name in ["sources.toml", "facts.toml"] {
        let bench = Bench::new();
        bench.file("users.csv", USERS);
        assert!(Command::new("mkfifo").arg(bench.exports().join(name)).status().unwrap().success());
        let error = ingest(&bench, &bench.exports(), false).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert!(bench.case.register().unwrap().sources().is_empty());
    }
}
