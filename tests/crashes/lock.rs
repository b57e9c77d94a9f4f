//! Two processes never write one case; what an interrupted or damaged case is told to be.

use std::fs;

use highwater::base::Kind;
use highwater::case::{Case, NewCase};

use crate::support::{Act, Bench, assert_same, content, said};

#[test]
fn a_second_process_is_refused_with_who_holds_the_case() {
    let Some(bench) = Bench::get() else { return };
    for act in [Act::Ingest, Act::Classify, Act::Lists, Act::Verdicts] {
        let work = bench.work(act, "busy");
        let case = Case::open(&work.join("case")).unwrap();
        let lock = case.lock("classify").unwrap();
        let output = bench.run(act, &work, None);
        assert_eq!(output.status.code(), Some(5), "{act:?}: {}", said(&output));
        let holder = format!("process {} (highwater classify, since 20", std::process::id());
        assert!(said(&output).contains(&holder), "{act:?}: {}", said(&output));
        assert_same(&work.join("case"), &bench.before(act), &format!("{act:?}"));
        drop(lock);
        let output = bench.run(act, &work, None);
        assert!(output.status.success(), "{act:?}: {}", said(&output));
    }
}

#[test]
fn two_inits_of_one_folder_make_one_case() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Init, "twice");
    let making = highwater::case::Making::begin(&work.join("case"), &NewCase::default()).unwrap();
    let output = bench.run(Act::Init, &work, None);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    making.finish().unwrap();
    assert_eq!(bench.run(Act::Init, &work, None).status.code(), Some(2));
}

#[test]
fn a_case_that_lost_its_case_toml_is_not_written_over_by_init() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Classify, "beheaded");
    let case = work.join("case");
    fs::remove_file(case.join("case.toml")).unwrap();
    let before = content(&case);
    let status = bench.run(Act::Classify, &work, None);
    assert_eq!(status.status.code(), Some(5), "{}", said(&status));
    assert!(said(&status).contains("case.toml"), "{}", said(&status));
    let output = bench.run(Act::Init, &work, None);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(said(&output).contains("lost its case.toml"), "{}", said(&output));
    assert!(content(&case) == before);
}

#[test]
fn an_act_without_an_end_is_given_the_one_that_is_found() {
    let Some(bench) = Bench::get() else { return };
    let outcome = |act: Act, rename: &str, mode: &'static str| {
        let work = bench.work(act, "unfinished");
        let call =
            bench.calls(act).into_iter().find(|call| call.name == "rename" && call.path.ends_with(rename));
        let fault = crate::support::Fault { mode, errno: 0 };
        bench.run(act, &work, Some((fault, call.unwrap().number)));
        drop(Case::open(&work.join("case")).unwrap().lock("status").unwrap());
        let journal = fs::read_to_string(work.join("case/journal.jsonl")).unwrap();
        let last: serde_json::Value = serde_json::from_str(journal.lines().last().unwrap()).unwrap();
        assert_eq!(last["verb"], "recover", "{journal}");
        last["outcome"].as_str().unwrap().to_owned()
    };
    for (act, rename, before, after) in [
        (Act::Ingest, "store/sources.parquet", "nothing was stored", "all was stored"),
        (Act::Classify, "runs/0001/run.json", "no run was made", "run 0001 was made"),
    ] {
        assert_eq!(outcome(act, rename, "kill"), format!("ended without a word: {before}"));
        assert_eq!(outcome(act, rename, "killed"), format!("ended without a word: {after}"));
    }
}

#[test]
fn a_torn_line_of_the_journal_is_set_aside_and_recorded() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Classify, "torn");
    let journal = work.join("case/journal.jsonl");
    let whole = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, format!("{whole}{{\"sequence\":")).unwrap();
    let output = bench.run(Act::Classify, &work, None);
    assert!(output.status.success(), "{}", said(&output));
    let now = fs::read_to_string(&journal).unwrap();
    assert!(now.starts_with(&whole) && now.contains("a torn last line was set aside"), "{now}");
    let aside: Vec<_> = fs::read_dir(work.join("case")).unwrap().flatten().map(|e| e.path()).collect();
    let aside = aside.iter().find(|p| p.to_string_lossy().contains("journal.torn-")).unwrap();
    assert_eq!(fs::read_to_string(aside).unwrap(), "{\"sequence\":");
    assert_same(&work.join("case"), &bench.after(Act::Classify), "torn");
}

#[test]
fn a_line_that_does_not_follow_is_a_damaged_case() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Classify, "changed");
    let journal = work.join("case/journal.jsonl");
    let text = fs::read_to_string(&journal).unwrap().replace("\"stored\"", "\"Stored\"");
    fs::write(&journal, format!("{text}{}", text.lines().last().unwrap().to_owned() + "\n")).unwrap();
    let refused = Case::open(&work.join("case")).unwrap_err();
    assert_eq!(refused.kind(), Kind::CaseUnusable);
    assert_eq!(bench.run(Act::Classify, &work, None).status.code(), Some(5));
}

#[test]
fn a_lock_that_cannot_be_opened_and_a_case_that_is_gone_are_told() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Classify, "no-lock");
    fs::remove_file(work.join("case/lock")).unwrap();
    fs::create_dir(work.join("case/lock")).unwrap();
    let output = bench.run(Act::Classify, &work, None);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    assert!(said(&output).contains("lock: is a folder"), "{}", said(&output));
    fs::remove_dir(work.join("case/lock")).unwrap();
    let case = Case::open(&work.join("case")).unwrap();
    fs::remove_dir_all(work.join("case")).unwrap();
    assert!(case.lock("classify").is_err() && !work.join("case").exists());
}

/// A case without what its journal says was stored is damaged: nothing in it is taken for left over.
#[test]
fn a_case_that_lost_its_register_or_journal_is_refused_and_left_as_it_is() {
    let Some(bench) = Bench::get() else { return };
    for (lost, word) in [("store/sources.parquet", "register"), ("journal.jsonl", "journal")] {
        for act in [Act::Lists, Act::Classify, Act::Ingest] {
            let work = bench.work(Act::Lists, "lost");
            let case = work.join("case");
            fs::remove_file(case.join(lost)).unwrap();
            let before = content(&case);
            let output = bench.run(act, &work, None);
            assert_eq!(output.status.code(), Some(5), "{lost}, {act:?}: {}", said(&output));
            assert!(said(&output).contains(word) && said(&output).contains("next:"), "{}", said(&output));
            assert!(content(&case) == before, "{lost}, {act:?}: something was swept");
        }
    }
    let work = bench.work(Act::Lists, "lost");
    fs::remove_file(work.join("case/store/sources.parquet")).unwrap();
    assert_eq!(Case::open(&work.join("case")).unwrap().register().unwrap_err().kind(), Kind::CaseUnusable);
}

#[test]
fn stored_data_that_is_not_what_was_stored_is_a_damaged_case() {
    let Some(bench) = Bench::get() else { return };
    let first = |folder: &std::path::Path| fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    // A whole file of the wrong source, and one that is cut.
    let work = bench.work(Act::Classify, "swapped");
    let (users, accounts) = (work.join("case/store/users"), work.join("case/store/accounts"));
    fs::copy(first(&accounts), first(&users)).unwrap();
    assert_eq!(bench.run(Act::Classify, &work, None).status.code(), Some(5));
    let work = bench.work(Act::Classify, "cut");
    let users = first(&work.join("case/store/users"));
    let bytes = fs::read(&users).unwrap();
    fs::write(&users, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(bench.run(Act::Classify, &work, None).status.code(), Some(5));
    // Verdicts of another query, with as many rows or not.
    let work = bench.work(Act::Verdicts, "verdicts");
    let verdicts = work.join("case/runs/0001/verdicts");
    fs::copy(verdicts.join("account_exposure.parquet"), verdicts.join("account_summary.parquet")).unwrap();
    let output = bench.run(Act::Verdicts, &work, None);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
    // A record that was edited.
    let work = bench.work(Act::Verdicts, "record");
    let record = work.join("case/runs/0001/run.json");
    let text = fs::read_to_string(&record).unwrap();
    fs::write(&record, text.replacen("2019-10-02T12:00:00Z", "2019-10-03T12:00:00Z", 1)).unwrap();
    let output = bench.run(Act::Verdicts, &work, None);
    assert_eq!(output.status.code(), Some(5), "{}", said(&output));
}

/// What ends like a name of ours is somebody's all the same.
#[test]
fn the_sweep_touches_nobody_elses_files() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Classify, "others");
    let case = work.join("case");
    fs::create_dir_all(case.join("mail/letters.pending")).unwrap();
    fs::create_dir(case.join("exports")).unwrap();
    let others = ["notes.pending", "mail/letters.pending/one", "exports/users.csv.pending"];
    others.iter().for_each(|file| fs::write(case.join(file), "mine").unwrap());
    fs::write(case.join("facts.toml.pending"), "ours").unwrap();
    let output = bench.run(Act::Classify, &work, None);
    assert!(output.status.success(), "{}", said(&output));
    assert!(others.iter().all(|file| case.join(file).is_file()), "a file of somebody else is gone");
    assert!(!case.join("facts.toml.pending").exists());
}

#[test]
fn a_link_in_place_of_the_lock_or_the_journal_is_not_followed() {
    let Some(bench) = Bench::get() else { return };
    for name in ["lock", "journal.jsonl"] {
        let work = bench.work(Act::Classify, "linked");
        let (ours, precious) = (work.join("case").join(name), work.join("precious"));
        fs::rename(&ours, &precious).unwrap();
        let before = fs::read(&precious).unwrap();
        std::os::unix::fs::symlink(&precious, &ours).unwrap();
        let output = bench.run(Act::Classify, &work, None);
        assert!(!output.status.success(), "{name}: {}", said(&output));
        assert_eq!(fs::read(&precious).unwrap(), before, "{name}");
    }
}

#[test]
fn deliverables_do_not_go_into_the_cases_own_folders() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Verdicts, "own");
    let before = content(&work.join("case"));
    for folder in ["runs/0002", "store", "keys/x", "tmp", "."] {
        let mut command = bench.command(Act::Verdicts, &work);
        let output = command.arg("--out").arg(work.join("case").join(folder)).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{folder}: {}", said(&output));
    }
    assert!(content(&work.join("case")) == before);
}

/// An init that was interrupted and is done again without its account begins with an empty store, and that is a case.
#[test]
fn an_init_that_is_resumed_in_another_way_makes_a_case_that_works() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Ingest, "resumed");
    let case = work.join("case");
    let init = |case: &std::path::Path| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_highwater"));
        command.arg("init").arg(case).args(["--incident", "zendesk-2016"]).output().unwrap()
    };
    // What is left when the last file of an init with an account never came; and then of one that had emptied the store.
    for is_emptied in [false, true] {
        let _ = fs::remove_file(case.join("case.toml"));
        if is_emptied {
            fs::remove_dir_all(case.join("store")).unwrap();
        }
        let output = init(&case);
        assert!(output.status.success(), "{}", said(&output));
        let output = bench.run(Act::Classify, &work, None);
        assert!(said(&output).contains("no stored source yet"), "{}", said(&output));
    }
    let output = bench.run(Act::Ingest, &work, None);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_new_folder_beside_the_case_may_be_named_from_within_it() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Verdicts, "within");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(["export", ".", "verdicts", "--out", "mine"]).current_dir(work.join("case"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(work.join("case/mine/account_exposure.csv").is_file());
}

#[test]
fn the_sweep_follows_no_linked_folder() {
    let Some(bench) = Bench::get() else { return };
    for folder in ["out", "keys"] {
        let work = bench.work(Act::Classify, "linked-folder");
        let (ours, theirs) = (work.join("case").join(folder), work.join("theirs"));
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("notes.pending"), "mine").unwrap();
        fs::remove_dir_all(&ours).unwrap();
        std::os::unix::fs::symlink(&theirs, &ours).unwrap();
        bench.run(Act::Classify, &work, None);
        assert!(theirs.join("notes.pending").is_file(), "{folder}");
    }
}
