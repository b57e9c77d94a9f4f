//! Ctrl-C, and the signal that asks a program to end.

use std::process::Command;

use crate::support::{Act, Bench, assert_same, assert_valid, calls, said};

const SIGNALS: [(&str, i32); 2] = [("SIGINT", 2), ("SIGTERM", 15)];

/// Sends the signal just before the first call with this name at this path.
fn interrupted(
    bench: &Bench,
    act: Act,
    work: &std::path::Path,
    at: (&str, &str),
    signal: i32,
) -> std::process::Output {
    let is_it = |call: &&crate::support::Call| call.name == at.0 && call.path.contains(at.1);
    let number = bench.calls(act).iter().find(is_it).unwrap_or_else(|| panic!("no {at:?}")).number;
    let mut command: Command = bench.command(act, work);
    bench.load_faults(&mut command, work, "ask", number);
    let output = command.env("FAULTS_SIGNAL", signal.to_string()).output().unwrap();
    assert!(calls(work).len() >= number, "{}", said(&output));
    output
}

#[test]
fn an_interrupted_ingest_keeps_the_files_that_are_done_and_says_so() {
    let Some(bench) = Bench::get() else { return };
    for (name, signal) in SIGNALS {
        // The first file, accounts, is done; the second one, sso, is being made.
        let work = bench.work(Act::Ingest, "interrupted");
        let output = interrupted(bench, Act::Ingest, &work, ("open", "store/sso/"), signal);
        assert_eq!(output.status.code(), Some(130), "{name}: {}", said(&output));
        assert!(said(&output).contains("kept: 1 of 3 files"), "{name}: {}", said(&output));
        assert!(said(&output).contains("the same command again"), "{name}: {}", said(&output));
        assert_valid(&work.join("case"), name);
        assert!(
            work.join("case/store/accounts").is_dir() && !work.join("case/store/users").exists(),
            "{name}"
        );
        let again = bench.run(Act::Ingest, &work, None);
        assert!(again.status.success(), "{name}: {}", said(&again));
        assert_same(&work.join("case"), &bench.after(Act::Ingest), name);
    }
}

#[test]
fn what_is_interrupted_before_anything_is_done_leaves_the_case_as_it_was() {
    let Some(bench) = Bench::get() else { return };
    let trials = [
        (Act::Ingest, ("open", "store/accounts/"), "nothing is stored"),
        (Act::Classify, ("rename", "verdicts/account_exposure.parquet"), "no run is made"),
        (Act::Lists, ("rename", "lists.pending/"), "this export wrote nothing"),
        (Act::Verdicts, ("rename", "verdicts.pending/account_exposure.csv"), "this export wrote nothing"),
    ];
    for (act, at, kept) in trials {
        for (name, signal) in SIGNALS {
            let what = format!("{act:?}, {name}");
            let work = bench.work(act, "interrupted-early");
            let output = interrupted(bench, act, &work, at, signal);
            assert_eq!(output.status.code(), Some(130), "{what}: {}", said(&output));
            assert!(said(&output).contains(kept), "{what}: {}", said(&output));
            // Folders are no files: what is there is what was there.
            assert_same(&work.join("case"), &bench.before(act), &what);
            let again = bench.run(act, &work, None);
            assert!(again.status.success(), "{what}: {}", said(&again));
            assert_same(&work.join("case"), &bench.after(act), &what);
        }
    }
}
