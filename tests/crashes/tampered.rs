//! What an answer rests on is what was written: older copies, edits, removed files and a journal that was cut are noticed
//! before they change an answer, and before anything is swept.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::support::{Act, Bench, content, copy, said};

fn highwater(arguments: &[&str], case: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(&arguments[..1]).arg(case).args(&arguments[1..]).stdin(Stdio::null()).output().unwrap()
}

fn assert_damaged(output: &Output, names: &str, what: &str) {
    assert_eq!(output.status.code(), Some(5), "{what}: {}", said(output));
    assert!(said(output).contains(names), "{what} does not name {names}: {}", said(output));
}

/// The only file of a folder, or the one whose name begins so.
fn only(folder: &Path) -> PathBuf {
    let files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

/// With another source in it than the register of the case at hand, and that source's files.
fn with_another_source(bench: &Bench, work: &Path) {
    let more = work.join("more.csv");
    fs::write(&more, "user_id,account_id,role,created_at\n9,acme,agent,2013-01-01T00:00:00Z\n").unwrap();
    let output = bench.command(Act::Ingest, work).arg(&more).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// The attack: the register before the last ingest is put back. The next holder of the lock would remove the files that
/// it does not name.
#[test]
fn an_older_register_makes_nobody_remove_what_it_does_not_name() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Classify, "older-register");
    let case = work.join("case");
    let older = fs::read(case.join("store/sources.parquet")).unwrap();
    with_another_source(bench, &work);
    fs::write(case.join("store/sources.parquet"), older).unwrap();
    let before = content(&case);
    for verb in [&["classify"][..], &["status"], &["show"], &["sql", "SELECT 1 FROM sources"]] {
        assert_damaged(&highwater(verb, &case), "store/sources.parquet", &format!("{verb:?}"));
    }
    let again = bench.run(Act::Ingest, &work, None);
    assert_damaged(&again, "store/sources.parquet", "ingest");
    assert!(content(&case) == before, "something was swept");
}

/// The whole folder of the store, older: register and files fit together, and the journal knows better.
#[test]
fn an_older_store_is_not_taken_for_the_newest() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Classify, "older-store");
    let case = work.join("case");
    copy(&case.join("store"), &work.join("older"));
    with_another_source(bench, &work);
    fs::remove_dir_all(case.join("store")).unwrap();
    copy(&work.join("older"), &case.join("store"));
    assert_damaged(&highwater(&["classify"], &case), "store/sources.parquet", "classify");
}

#[test]
fn a_file_of_the_store_that_is_gone_is_missed() {
    let Some(bench) = Bench::get() else { return };
    for folder in ["store/rejects/users", "store/users", "store/sso"] {
        let work = bench.work(Act::ListsAgain, "gone");
        let case = work.join("case");
        fs::remove_file(only(&case.join(folder))).unwrap();
        let asked: &[&str] = match folder {
            "store/rejects/users" => &["show", "rejects"],
            "store/users" => &["show", "store_users"],
            _ => &["sql", "SELECT * FROM store_sso"],
        };
        assert_damaged(&highwater(asked, &case), folder, folder);
    }
}

type Edit = fn(&mut Value);

/// The text of a record of a run, changed and put back.
fn edit_record(case: &Path, edit: impl FnOnce(&mut Value)) {
    let path = case.join("runs/0001/run.json");
    let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    edit(&mut record);
    fs::write(&path, serde_json::to_vec_pretty(&record).unwrap()).unwrap();
}

#[test]
fn whatever_the_record_of_a_run_says_stands_under_a_hash() {
    let Some(bench) = Bench::get() else { return };
    let edits: [(&str, Edit); 5] = [
        ("a count", |record| record["counts"]["user_passwords"]["must_act"]["NOT_ROTATED"] = 0.into()),
        ("a finding", |record| record["findings"] = Value::Array(Vec::new())),
        ("a title", |record| record["title"] = "Nothing happened".into()),
        ("a coverage", |record| record["coverage"][0]["holds"] = true.into()),
        ("its form alone", |_| ()),
    ];
    for (what, edit) in edits {
        let work = bench.work(Act::ListsAgain, "edited");
        let case = work.join("case");
        edit_record(&case, edit);
        // Written the same, it is the same; only the last edit changes nothing but spaces.
        if what == "its form alone" {
            let path = case.join("runs/0001/run.json");
            let text = fs::read_to_string(&path).unwrap() + "\n";
            fs::write(path, text).unwrap();
        }
        for verb in [&["status"][..], &["show"], &["export", "verdicts"], &["classify"]] {
            assert_damaged(&highwater(verb, &case), "run.json", &format!("{what}, {verb:?}"));
        }
    }
}

/// The record of another run, whole, in the place of one.
#[test]
fn a_run_does_not_pass_for_another() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::ListsAgain, "swapped");
    let case = work.join("case");
    let second = highwater(&["classify", "--as-of", "2019-10-01T00:00:00Z"], &case);
    assert!(second.status.success(), "{}", said(&second));
    fs::copy(case.join("runs/0002/run.json"), case.join("runs/0001/run.json")).unwrap();
    assert_damaged(&highwater(&["show", "--run", "1"], &case), "runs/0001/run.json", "show");
}

/// Without its newest run a case would answer with the one before it.
#[test]
fn a_run_that_is_gone_is_missed() {
    let Some(bench) = Bench::get() else { return };
    for whole in [true, false] {
        let work = bench.work(Act::ListsAgain, "no-run");
        let case = work.join("case");
        let second = highwater(&["classify", "--as-of", "2019-10-01T00:00:00Z"], &case);
        assert!(second.status.success(), "{}", said(&second));
        match whole {
            true => fs::remove_dir_all(case.join("runs/0002")).unwrap(),
            false => fs::remove_file(case.join("runs/0002/run.json")).unwrap(),
        }
        let before = content(&case);
        for verb in [&["status"][..], &["show"], &["classify"], &["export", "lists"]] {
            assert_damaged(&highwater(verb, &case), "runs/0002/run.json", &format!("{verb:?}"));
        }
        assert!(content(&case) == before, "something was swept");
    }
}

/// The attack: verdicts rewritten, with as many rows as before.
#[test]
fn verdicts_and_findings_of_another_run_change_no_answer() {
    let Some(bench) = Bench::get() else { return };
    for file in ["verdicts/user_passwords.parquet", "quality/findings.parquet"] {
        let work = bench.work(Act::ListsAgain, "rewritten");
        let case = work.join("case");
        let earlier = highwater(&["classify", "--as-of", "2011-01-01T00:00:00Z"], &case);
        assert!(earlier.status.success(), "{}", said(&earlier));
        let (here, there) = (case.join("runs/0001").join(file), case.join("runs/0002").join(file));
        assert!(fs::read(&here).unwrap() != fs::read(&there).unwrap(), "{file} says the same in both runs");
        fs::copy(there, here).unwrap();
        let name = Path::new(file).file_name().unwrap().to_str().unwrap();
        let view = name.trim_end_matches(".parquet");
        assert_damaged(&highwater(&["show", view, "--run", "1"], &case), name, "show");
        let query = format!("SELECT * FROM {view}");
        assert_damaged(&highwater(&["sql", &query, "--run", "1"], &case), name, "sql");
        if file.starts_with("verdicts") {
            for verb in [&["export", "lists", "--run", "1"][..], &["export", "verdicts", "--run", "1"]] {
                assert_damaged(&highwater(verb, &case), name, &format!("{verb:?}"));
            }
        }
    }
}

/// A chain can't show that its end was cut; what the case holds can.
#[test]
fn a_journal_whose_end_was_cut_is_told_by_what_the_case_holds() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Lists, "cut");
    let case = work.join("case");
    let journal = fs::read_to_string(case.join("journal.jsonl")).unwrap();
    let lines: Vec<&str> = journal.lines().collect();
    let stage_of =
        |line: &str| serde_json::from_str::<Value>(line).unwrap()["stage"].as_str().unwrap().to_owned();
    for kept in 1..lines.len() {
        let cut: String = lines[..kept].iter().map(|line| format!("{line}\n")).collect();
        fs::write(case.join("journal.jsonl"), cut).unwrap();
        // The end of the last act alone is what a kill leaves, too: it is told, found and written down anew.
        if kept == lines.len() - 1 && stage_of(lines[kept]) == "end" {
            let status = String::from_utf8_lossy(&highwater(&["status"], &case).stdout).into_owned();
            assert!(status.contains("the journal says that classify began"), "{status}");
            continue;
        }
        let status = highwater(&["status"], &case);
        assert_eq!(status.status.code(), Some(5), "{kept} lines of {}: {}", lines.len(), said(&status));
        let before = content(&case);
        let classify = highwater(&["classify"], &case);
        assert_eq!(classify.status.code(), Some(5), "{kept} lines of {}: {}", lines.len(), said(&classify));
        assert!(content(&case) == before, "{kept} lines: something was swept");
    }
}

#[test]
fn a_line_of_the_journal_that_was_changed_is_told() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Lists, "changed");
    let case = work.join("case");
    let journal = fs::read_to_string(case.join("journal.jsonl")).unwrap();
    let last = journal.lines().last().unwrap().to_owned();
    let hash = serde_json::from_str::<Value>(&last).unwrap()["files"]["runs/0001/run.json"].clone();
    let changed = journal.replace(hash.as_str().unwrap(), &"0".repeat(64));
    assert_ne!(changed, journal);
    fs::write(case.join("journal.jsonl"), changed).unwrap();
    assert_eq!(highwater(&["status"], &case).status.code(), Some(5));
    // What an act wrote is named twice in its last line: by hash alone, and by path.
    let wrote = format!("\"wrote\":[\"{}\"]", hash.as_str().unwrap());
    let changed = journal.replace(&wrote, &format!("\"wrote\":[\"{}\"]", "0".repeat(64)));
    assert_ne!(changed, journal);
    fs::write(case.join("journal.jsonl"), changed).unwrap();
    assert_damaged(&highwater(&["status"], &case), "does not follow", "wrote");
    fs::write(case.join("journal.jsonl"), journal.trim_end()).unwrap();
    let status = String::from_utf8_lossy(&highwater(&["status"], &case).stdout).into_owned();
    assert!(status.contains("the last line of the journal is cut off"), "{status}");
    fs::write(case.join("journal.jsonl"), journal.replacen("\"ingest\"", "\"export\"", 1)).unwrap();
    assert_damaged(&highwater(&["status"], &case), "does not follow", "a line in the middle");
}

#[test]
fn status_tells_a_changed_profile_key_and_facts() {
    let Some(bench) = Bench::get() else { return };
    for (file, told) in [
        ("incident.toml", "incident.toml is not the profile that the case was made with"),
        ("keys/case.key", "keys/case.key is not the key that the case was made with"),
        ("facts.toml", "facts.toml was edited"),
    ] {
        let work = bench.work(Act::ListsAgain, "remarked");
        let case = work.join("case");
        let as_made = highwater(&["status"], &case);
        assert!(!String::from_utf8_lossy(&as_made.stdout).contains("ATTENTION"), "{file}");
        let text = fs::read_to_string(case.join(file)).unwrap();
        fs::write(
            case.join(file),
            format!("{text}\n# \n").replacen('0', "1", usize::from(file.ends_with("key"))),
        )
        .unwrap();
        let status = highwater(&["status"], &case);
        assert!(status.status.success(), "{}", said(&status));
        assert!(String::from_utf8_lossy(&status.stdout).contains(told), "{file}: {}", said(&status));
        let json = highwater(&["status", "--json"], &case);
        let json: Value = serde_json::from_slice(&json.stdout).unwrap();
        assert!(
            json["remarks"].as_array().unwrap().iter().any(|r| r.as_str().unwrap().contains(told)),
            "{file}"
        );
        let classify = highwater(&["classify"], &case);
        assert!(said(&classify).contains(told), "{file}: {}", said(&classify));
    }
}

/// A case of an earlier version has no hashes of its own files in the journal, nor of the store's in the register: it is
/// read all the same, and told to be one.
#[test]
fn a_case_without_hashes_is_read_and_told() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Lists, "earlier");
    let case = work.join("case");
    let mut head = "0".repeat(64);
    let mut journal = String::new();
    for line in fs::read_to_string(case.join("journal.jsonl")).unwrap().lines() {
        let mut line: Value = serde_json::from_str(line).unwrap();
        if line["stage"] == "commit" {
            continue;
        }
        line.as_object_mut().unwrap().remove("files");
        line["sequence"] = (journal.lines().count() + 1).into();
        line["prev"] = head.into();
        let text = line.to_string();
        head = highwater::base::digest::sha256(text.as_bytes());
        journal.push_str(&text);
        journal.push('\n');
    }
    fs::write(case.join("journal.jsonl"), journal).unwrap();
    let status = highwater(&["status"], &case);
    assert!(status.status.success(), "{}", said(&status));
    let told = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(told.contains("an earlier version of highwater made this case"), "{told}");
    let output = bench.run(Act::Lists, &work, None);
    assert!(output.status.success(), "{}", said(&output));
}

/// The attack: kept staging of other exports, under a name that fits its own hash. A run would rest on it.
#[test]
fn kept_staging_that_the_journal_does_not_name_is_made_anew() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Lists, "forged-staging");
    let case = work.join("case");
    copy(&case, &work.join("honest"));
    let staging = case.join("staging");
    let mut swapped = 0;
    for entry in fs::read_dir(&staging).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.starts_with("staging_ordered_users-") {
            continue;
        }
        let key = name.split('-').nth(1).unwrap();
        let other =
            fs::read_dir(&staging).unwrap().map(|entry| entry.unwrap().path()).find(|other| *other != path);
        let bytes = fs::read(other.unwrap()).unwrap();
        let hash = highwater::base::digest::sha256(&bytes);
        fs::remove_file(&path).unwrap();
        fs::write(staging.join(format!("staging_ordered_users-{key}-{}.parquet", &hash[..32])), bytes)
            .unwrap();
        swapped += 1;
    }
    assert_eq!(swapped, 1);
    for case in [&case, &work.join("honest")] {
        let output = highwater(&["classify", "--as-of", "2019-10-01T00:00:00Z"], case);
        assert!(output.status.success(), "{}", said(&output));
    }
    let verdicts = Path::new("runs/0002/verdicts/user_passwords.parquet");
    assert!(fs::read(case.join(verdicts)).unwrap() == fs::read(work.join("honest").join(verdicts)).unwrap());
}

/// A run and its summary tell the reader to look at rejects: they must be there.
#[test]
fn removed_rejects_are_missed_by_whoever_tells_of_them() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Lists, "no-rejects");
    let case = work.join("case");
    fs::remove_dir_all(case.join("store/rejects")).unwrap();
    for verb in [&["status"][..], &["classify", "--as-of", "2019-10-01T00:00:00Z"], &["export", "lists"]] {
        assert_damaged(&highwater(verb, &case), "rejects", &format!("{verb:?}"));
    }
}

#[test]
fn facts_that_nobody_declared_to_the_program_are_told() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Ingest, "planted");
    let case = work.join("case");
    fs::copy(bench.exports().join("facts.toml"), case.join("facts.toml")).unwrap();
    let status = highwater(&["status"], &case);
    let told = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(told.contains("facts.toml was put into the case by hand"), "{told}");
}
