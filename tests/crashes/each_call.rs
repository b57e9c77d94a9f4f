//! Every call that changes the case, made to fail and made the last one.

use std::path::Path;
use std::sync::Mutex;

use crate::support::{
    ACTS, Act, Bench, Call, FAULTS, Fault, assert_same, assert_valid, calls, content, said,
};

/// Trials of an act with other faults than a failing call, evenly chosen from all pairs of call and fault, beside those
/// around what commits it.
const TRIALS: usize = 24;

/// Whether the act is done or not by whether this call is. An export that is there already has nothing to commit.
fn commits(act: Act, call: &Call) -> bool {
    let last = match act {
        Act::Init => "/case.toml",
        Act::Ingest => "/store/sources.parquet",
        Act::Classify => "/runs/0001/run.json",
        Act::Lists => "/out/0001/lists",
        Act::Verdicts => "/out/0001/verdicts",
        Act::ListsAgain | Act::VerdictsAgain => return false,
    };
    call.name == "rename" && call.path == last
}

/// Whether the call is one that must be seen to fail: every write, sync and rename.
fn must_fail(call: &Call) -> bool {
    ["write", "writev", "pwrite", "copy_file_range", "fsync", "fdatasync", "rename"]
        .contains(&call.name.as_str())
}

/// The pairs of call and fault that are tried: each write, sync and rename made to fail, what commits with every fault,
/// and an even choice of the rest, in steps that meet each fault.
fn chosen(act: Act, calls: &[Call], all: bool) -> Vec<(Act, Call, Fault)> {
    let pairs: Vec<(Act, Call, Fault)> =
        calls.iter().flat_map(|call| FAULTS.map(|fault| (act, call.clone(), fault))).collect();
    let mut step = (pairs.len() / TRIALS).max(1);
    while step.is_multiple_of(2) || step.is_multiple_of(3) {
        step += 1;
    }
    let is_chosen = |(index, (act, call, fault)): (usize, &(Act, Call, Fault))| {
        all || index % step == 0 || commits(*act, call) || (fault.mode == "fail" && must_fail(call))
    };
    pairs.iter().enumerate().filter(|pair| is_chosen(*pair)).map(|(_, pair)| pair.clone()).collect()
}

#[test]
fn every_call_made_to_fail_or_made_the_last_leaves_a_valid_case() {
    let Some(bench) = Bench::get() else { return };
    let all = std::env::var("HIGHWATER_FAULTS").is_ok_and(|value| value == "all");
    let mut trials: Vec<(Act, Call, Fault)> = Vec::new();
    for act in ACTS {
        let calls = bench.calls(act);
        let again = [Act::ListsAgain, Act::VerdictsAgain].contains(&act);
        assert!(again || calls.iter().any(|call| commits(act, call)), "nothing commits {act:?}: {calls:#?}");
        let chosen = chosen(act, &calls, all);
        for fault in FAULTS {
            assert!(chosen.iter().any(|(_, _, tried)| *tried == fault), "{act:?} never meets {fault:?}");
        }
        eprintln!("{act:?}: {} calls, {} trials", calls.len(), chosen.len());
        trials.extend(chosen);
    }
    let trials = Mutex::new(trials.into_iter());
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let trials = &trials;
            scope.spawn(move || {
                loop {
                    let next = trials.lock().unwrap().next();
                    let Some((act, call, fault)) = next else { return };
                    try_one(bench, worker, act, &call, fault);
                }
            });
        }
    });
}

fn try_one(bench: &Bench, worker: usize, act: Act, call: &Call, fault: Fault) {
    let what = format!("{act:?}, {} at call {} ({} {})", fault.mode, call.number, call.name, call.path);
    let work = bench.work(act, &format!("worker{worker}"));
    let case = work.join("case");
    let output = bench.run(act, &work, Some((fault, call.number)));
    assert!(calls(&work).len() >= call.number, "{what}: there was no such call");
    judge_end(bench, act, fault, &output, &case, &what);
    assert_valid(&case, &what);
    assert_nothing_lost(bench, act, &case, &what);
    assert_journal_true(bench, act, &case, &what);
    let again = bench.run(act, &work, None);
    let is_made =
        act == Act::Init && again.status.code() == Some(2) && said(&again).contains("is a case already");
    assert!(again.status.success() || is_made, "{what}: the next command: {}", said(&again));
    if is_made {
        // The next ordinary command at a made case is another one.
        let status = bench.run(Act::Ingest, &work, None);
        assert!(status.status.success(), "{what}: {}", said(&status));
        return;
    }
    assert_same(&case, &bench.after(act), &what);
}

/// Killed, or failed with a clear error, or done after all, and then wholly.
fn judge_end(bench: &Bench, act: Act, fault: Fault, output: &std::process::Output, case: &Path, what: &str) {
    use std::os::unix::process::ExitStatusExt;
    let said = said(output);
    assert!(!said.contains("panicked"), "{what}: {said}");
    if fault.is_kill() {
        assert_eq!(output.status.signal(), Some(9), "{what}: {said}");
        return;
    }
    match output.status.code() {
        Some(0) => {
            let mut found = content(case);
            // What could not be removed is no part of the case; the next command removes it.
            found.retain(|path, _| !path.starts_with("tmp") && !path.to_string_lossy().contains(".pending"));
            let expected = bench.after(act);
            assert!(found == expected, "{what}: done, but not wholly");
        }
        Some(1) => {
            assert!(said.contains("error:") && said.contains("cannot "), "{what}: {said}");
            assert!(said.contains(case.to_str().unwrap()), "{what} names no file: {said}");
            assert!(said.contains("because:"), "{what} gives no cause: {said}");
        }
        _ => panic!("{what}: {said}"),
    }
}

/// What was whole before is there as it was; only the register is replaced, whole.
fn assert_nothing_lost(bench: &Bench, act: Act, case: &Path, what: &str) {
    let found = content(case);
    for (path, bytes) in bench.before(act) {
        let now = found.get(&path).unwrap_or_else(|| panic!("{what}: {} is gone", path.display()));
        assert!(path.ends_with("sources.parquet") || *now == bytes, "{what}: {} has changed", path.display());
    }
}

/// Where the journal says how the act ended, that is what is there: stored or not, made or not. The facts of the exports
/// are the case's only where the exports are.
fn assert_journal_true(bench: &Bench, act: Act, case: &Path, what: &str) {
    let is_done = match act {
        Act::Ingest => {
            content(case).get(Path::new("store/sources.parquet"))
                != bench.before(act).get(Path::new("store/sources.parquet"))
        }
        Act::Classify => case.join("runs/0001/run.json").is_file(),
        _ => return,
    };
    let journal = std::fs::read_to_string(case.join("journal.jsonl")).unwrap();
    let earlier = std::fs::read_to_string(bench.path(&format!("before-{act:?}/case/journal.jsonl"))).unwrap();
    // What comes after the earlier acts' lines is this act's: none, where it failed before it had the lock.
    let own = journal.lines().skip(earlier.lines().count());
    let last = own.last().and_then(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let outcome = last.as_ref().and_then(|line| line["outcome"].as_str()).unwrap_or_default().to_owned();
    if outcome.starts_with("failed:") {
        let says_done = ["all was stored", "run 0001 was made"].iter().any(|end| outcome.ends_with(end));
        assert_eq!(says_done, is_done, "{what}: the journal says: {outcome}");
    }
    let wrote = last.as_ref().and_then(|line| line["wrote"].as_array()).cloned().unwrap_or_default();
    assert!(is_done || wrote.is_empty(), "{what}: the journal says that {wrote:?} was written");
    if act == Act::Ingest && !is_done {
        let facts =
            |files: &std::collections::BTreeMap<_, Vec<u8>>| files.get(Path::new("facts.toml")).cloned();
        assert_eq!(
            facts(&content(case)),
            facts(&bench.before(act)),
            "{what}: facts of exports that are not there"
        );
    }
}

/// What a power cut could take back is synced in the right order: a file before its name, a name with its folder, a new
/// folder in the one above it.
#[test]
fn every_name_is_synced_after_its_content_and_with_its_folder() {
    let Some(bench) = Bench::get() else { return };
    for act in ACTS {
        let mut calls = bench.calls(act);
        calls.retain(|call| !call.path.starts_with("/tmp"));
        for (i, call) in calls.iter().enumerate() {
            let what = format!("{act:?}, call {} ({} {})", call.number, call.name, call.path);
            // The case's own folder lies outside of what is watched.
            let Some((folder, _)) = call.path.rsplit_once('/') else { continue };
            let is_sync = |call: &Call, path: &str| call.name == "fsync" && call.path == path;
            if call.name == "rename" {
                let temporary = format!("{}.pending", call.path);
                let of_file = calls[..i].iter().rev().find(|call| call.path == temporary);
                assert!(of_file.is_none_or(|last| last.name != "write"), "{what}: its content is not synced");
            }
            if call.name == "rename" || call.name == "mkdir" {
                assert!(is_sync(&calls[i + 1], folder), "{what}: then {:?}", calls[i + 1]);
            }
        }
    }
}

/// A limit that the system itself keeps on the size of a file.
#[test]
fn a_limit_on_file_sizes_is_told_and_loses_nothing() {
    let Some(bench) = Bench::get() else { return };
    for act in [Act::Ingest, Act::Classify, Act::Lists] {
        for blocks in [0, 1, 4, 9] {
            let what = format!("{act:?} with files of at most {blocks} blocks");
            let work = bench.work(act, "limited");
            let limited = bench.command(act, &work);
            let mut shell = std::process::Command::new("sh");
            shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""), "sh"]);
            let output = shell.arg(limited.get_program()).args(limited.get_args()).output().unwrap();
            assert_eq!(output.status.code(), Some(1), "{what}: {}", said(&output));
            assert!(said(&output).contains("cannot write"), "{what}: {}", said(&output));
            assert_valid(&work.join("case"), &what);
            assert_nothing_lost(bench, act, &work.join("case"), &what);
            let again = bench.run(act, &work, None);
            assert!(again.status.success(), "{what}: {}", said(&again));
            assert_same(&work.join("case"), &bench.after(act), &what);
        }
    }
}
