//! Same in, same out (1-overview, "What must always be true", 6): the same sources, profile, facts, case key and
//! version give the same bytes, whatever the threads, the order of the files and the day.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/zendesk-2016")
}

fn highwater(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).output().unwrap();
    assert!(output.status.success(), "highwater {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A case with a fixed key, fed with the given exports in the given order, classified and exported.
fn case(folder: &Path, name: &str, threads: &str, exports: &[PathBuf]) -> PathBuf {
    let key = folder.join("case.key");
    fs::write(&key, "00".repeat(32)).unwrap();
    let case = folder.join(name);
    let facts = sample().join("facts.toml");
    highwater(&[
        "init",
        text(&case),
        "--incident",
        "zendesk-2016",
        "--facts",
        text(&facts),
        "--key-file",
        text(&key),
        "--quiet",
    ]);
    for export in exports {
        highwater(&["ingest", text(&case), text(export), "--threads", threads, "--quiet"]);
    }
    highwater(&["classify", text(&case), "--threads", threads, "--quiet"]);
    highwater(&["export", text(&case), "verdicts", "--threads", threads, "--quiet"]);
    highwater(&["export", text(&case), "lists", "--threads", threads, "--quiet"]);
    case
}

/// Every file of the store, the runs and the deliverables, by path; of a run's record all but the journal's head.
fn bytes(case: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for part in ["store", "runs", "out"] {
        collect(case, &case.join(part), &mut files);
    }
    assert!(files.len() > 20, "a case holds more than {} files", files.len());
    files
}

fn collect(case: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(case, &path, files);
        } else {
            let content = fs::read(&path).unwrap();
            let content = if path.ends_with("run.json") { without_journal_head(&content) } else { content };
            files.insert(path.strip_prefix(case).unwrap().to_path_buf(), content);
        }
    }
}

fn without_journal_head(record: &[u8]) -> Vec<u8> {
    let mut record: serde_json::Value = serde_json::from_slice(record).unwrap();
    assert!(record.as_object_mut().unwrap().remove("journal_head").is_some());
    serde_json::to_vec(&record).unwrap()
}

fn exports() -> Vec<PathBuf> {
    let mut exports: Vec<PathBuf> =
        fs::read_dir(sample().join("exports")).unwrap().map(|entry| entry.unwrap().path()).collect();
    exports.sort();
    assert!(exports.len() >= 8, "the sample has {} exports", exports.len());
    exports
}

fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (bytes(one), bytes(other));
    let names: Vec<_> = one.keys().collect();
    assert_eq!(names, other.keys().collect::<Vec<_>>());
    for (name, content) in &one {
        assert!(content == &other[name], "{} differs", name.display());
    }
}

#[test]
fn threads_leave_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let one = case(folder.path(), "one", "1", &exports());
    for threads in ["2", "8"] {
        let other = case(folder.path(), threads, threads, &exports());
        assert_same(&one, &other);
    }
}

#[test]
fn the_order_of_files_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let forward = case(folder.path(), "forward", "2", &exports());
    let mut reversed = exports();
    reversed.reverse();
    let backward = case(folder.path(), "backward", "2", &reversed);
    assert_same(&forward, &backward);
}

#[test]
fn a_second_run_of_the_same_inputs_is_the_same_run() {
    let folder = tempfile::tempdir().unwrap();
    let case = case(folder.path(), "case", "2", &exports());
    let before = bytes(&case);
    highwater(&["classify", text(&case), "--quiet"]);
    highwater(&["export", text(&case), "lists", "--quiet"]);
    assert!(before == bytes(&case), "the second run left other bytes");
    assert!(!case.join("runs/0002").exists());
}
