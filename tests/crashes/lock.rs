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
    assert_eq!(status.status.code(), Some(2), "{}", said(&status));
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
    let refused = Case::open(&work.join("case")).unwrap().lock("classify").unwrap_err();
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
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("cannot open the lock"), "{}", said(&output));
    let case = Case::open(&work.join("case")).unwrap();
    fs::remove_dir_all(work.join("case")).unwrap();
    assert!(case.lock("classify").is_err() && !work.join("case").exists());
}
