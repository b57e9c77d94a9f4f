//! What lets the job grow: exports of any size, invented; staging that is kept; and rows in many row groups.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use highwater::base::library;
use highwater::base::progress::Meter;
use highwater::case::Case;
use highwater::case::workbench::Limits;
use highwater::classify;
use highwater::deliver;
use highwater::engine::canned::{self, StagingKind};

fn highwater(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).output().unwrap();
    assert!(output.status.success(), "highwater {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Exports of so many users, with what further options say.
fn exports(folder: &Path, name: &str, users: &str, options: &[&str]) -> PathBuf {
    let exports = folder.join(name);
    let mut arguments = vec!["synth", text(&exports), "--users", users, "--quiet"];
    arguments.extend(options);
    highwater(&arguments);
    exports
}

fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.map(|path| (name(&path), fs::read(&path).unwrap())).collect()
}

fn case(folder: &Path, exports: &Path) -> PathBuf {
    let case = folder.join("case");
    highwater(&["run", text(&case), text(exports), "--incident", "zendesk-2016", "--quiet"]);
    case
}

/// A copy of a case beside it.
fn twin(case: &Path) -> PathBuf {
    let twin = case.with_file_name("twin");
    let copied = Command::new("cp").arg("-r").arg(case).arg(&twin).status().unwrap();
    assert!(copied.success());
    twin
}

/// The kept staging tables of a case: name, and when the file was written.
fn kept(case: &Path) -> BTreeMap<String, SystemTime> {
    let entries = fs::read_dir(case.join("staging")).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let file = entry.file_name().into_string().unwrap();
            (file, entry.metadata().unwrap().modified().unwrap())
        })
        .collect()
}

/// The table of a kept file's name: `staging_users` of `staging_users-<key>-<hash>.parquet`.
fn table(file: &str) -> String {
    file.split('-').next().unwrap().to_owned()
}

fn verdicts(case: &Path, run: &str) -> BTreeMap<String, Vec<u8>> {
    bytes(&case.join("runs").join(run).join("verdicts"))
}

#[test]
fn the_same_options_give_the_same_exports_on_any_threads_and_another_seed_gives_others() {
    let folder = tempfile::tempdir().unwrap();
    // More rows than one thread makes at a time, so that blocks are put together.
    let one = exports(folder.path(), "one", "40000", &["--threads", "1"]);
    let four = exports(folder.path(), "four", "40000", &["--threads", "4"]);
    let other = exports(folder.path(), "other", "40000", &["--seed", "2"]);
    assert!(bytes(&one) == bytes(&four));
    assert!(bytes(&one)["users.csv"] != bytes(&other)["users.csv"]);
}

/// A slip of the hand must not cost the evidence.
#[test]
fn exports_of_others_are_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("accounts.csv");
    fs::write(&real, "account_id\nreal\n").unwrap();
    let refused = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .args(["synth", text(folder.path()), "--users", "10"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("next: name another folder"));
    assert_eq!(
        bytes(folder.path()),
        BTreeMap::from([("accounts.csv".to_owned(), b"account_id\nreal\n".to_vec())])
    );
    let ours = exports(folder.path(), "ours", "10", &[]);
    exports(folder.path(), "ours", "20", &[]);
    assert!(bytes(&ours)["users.csv"].iter().filter(|byte| **byte == b'\n').count() >= 21);
}

/// More rows than one row group holds, so that several are encoded beside each other.
#[test]
fn stored_bytes_do_not_depend_on_how_many_row_groups_are_encoded_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let exports = exports(folder.path(), "exports", "2000", &["--changes", "260000"]);
    let changes = exports.join("credential_changes.csv");
    let stored = |threads: &str| {
        let case = folder.path().join(threads);
        highwater(&["init", text(&case), "--incident", "zendesk-2016", "--quiet"]);
        highwater(&["ingest", text(&case), text(&changes), "--threads", threads, "--quiet"]);
        bytes(&case.join("store/credential_changes")).into_values().next().unwrap()
    };
    let one = stored("1");
    assert!(one == stored("2") && one == stored("8"));
}

#[test]
fn invented_exports_are_of_the_size_and_the_cleanness_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let options = ["--accounts", "70", "--changes", "900", "--installations", "11", "--dirt", "0"];
    let clean = exports(folder.path(), "clean", "500", &options);
    let lines = |name: &str| bytes(&clean)[name].iter().filter(|byte| **byte == b'\n').count() - 1;
    assert_eq!((lines("accounts.csv"), lines("users.csv")), (70, 500));
    assert_eq!((lines("credential_changes.csv"), lines("app_installations.csv")), (900, 11));
    let case = case(folder.path(), &clean);
    assert_eq!(highwater(&["show", text(&case), "rejects", "--json"]).trim(), "[]");
}

#[test]
fn a_share_of_the_rows_has_something_wrong_and_none_of_it_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let dirty = exports(folder.path(), "dirty", "3000", &["--dirt", "200000"]);
    let case = folder.path().join("case");
    let told = highwater(&["run", text(&case), text(&dirty), "--incident", "zendesk-2016", "--json"]);
    let summary: serde_json::Value = serde_json::from_str(&told).unwrap();
    let codes: BTreeSet<&str> = summary["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    for code in
        ["RECORD_REJECT", "FIELD_REJECT", "CODE_UNKNOWN", "DUPLICATE", "ACCOUNT_MISSING", "ZONE_UNSTATED"]
    {
        assert!(codes.contains(code), "{code} is not among {codes:?}");
    }
    let lines: usize = bytes(&dirty)
        .iter()
        .filter(|(name, _)| name.ends_with(".csv"))
        .map(|(_, bytes)| bytes.iter().filter(|byte| **byte == b'\n').count() - 1)
        .sum();
    let taken = |key: &str| summary["intake"][key].as_u64().unwrap();
    assert_eq!(taken("stored") + taken("rejected"), lines as u64);
}

/// Of all staging only what depends on as_of is made again, and no export is looked at.
#[test]
fn another_as_of_makes_only_the_staging_again_that_depends_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let exports = exports(folder.path(), "exports", "2000", &[]);
    let case = case(folder.path(), &exports);
    fs::remove_dir_all(&exports).unwrap();
    let before = kept(&case);
    highwater(&["classify", text(&case), "--as-of", "2019-06-01T00:00:00Z", "--quiet"]);
    let after = kept(&case);
    assert_eq!(before.len(), after.len());
    let made: BTreeSet<String> =
        after.iter().filter(|(file, _)| !before.contains_key(*file)).map(|(file, _)| table(file)).collect();
    let on_as_of = ["account_access", "group_sso"];
    assert_eq!(made, on_as_of.iter().map(|name| format!("staging_{name}")).collect());
    for (file, written) in after.iter().filter(|(file, _)| before.contains_key(*file)) {
        assert_eq!(before[file], *written, "{file} was written again");
    }
}

/// A second run over kept staging has the verdicts of a first one without it.
#[test]
fn kept_staging_gives_the_verdicts_that_new_staging_gives() {
    let folder = tempfile::tempdir().unwrap();
    let exports = exports(folder.path(), "exports", "2000", &["--dirt", "100000"]);
    let case = case(folder.path(), &exports);
    let without = twin(&case);
    fs::remove_dir_all(without.join("staging")).unwrap();
    for case in [&case, &without] {
        highwater(&["classify", text(case), "--as-of", "2018-03-01T00:00:00Z", "--quiet"]);
    }
    let second = verdicts(&case, "0002");
    assert!(second != verdicts(&case, "0001"));
    assert!(second == verdicts(&without, "0002"));
}

/// What is not what was written is never read: verdicts must not follow from it.
#[test]
fn a_kept_table_that_was_changed_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let exports = exports(folder.path(), "exports", "2000", &[]);
    let case = case(folder.path(), &exports);
    let whole_case = twin(&case);
    let files = kept(&case);
    let of = |name: &str| files.keys().find(|file| table(file) == name).unwrap();
    // The users without the last row group's end, and the groups of other users in their place.
    let users = case.join("staging").join(of("staging_ordered_users"));
    let whole = fs::read(&users).unwrap();
    fs::write(&users, &whole[..whole.len() - 100]).unwrap();
    let members = case.join("staging").join(of("staging_group_members"));
    fs::copy(case.join("staging").join(of("staging_group_proofs")), &members).unwrap();
    for case in [&case, &whole_case] {
        // Neither table depends on as_of: both would be read again.
        highwater(&["classify", text(case), "--as-of", "2019-06-01T00:00:00Z", "--quiet"]);
    }
    assert!(verdicts(&whole_case, "0002") == verdicts(&case, "0002"));
    assert_eq!(fs::read(&users).unwrap(), whole);
}

/// Other sources are other staging, and what the old ones gave is not left behind.
#[test]
fn more_sources_make_staging_new_and_leave_nothing_old() {
    let folder = tempfile::tempdir().unwrap();
    let exports = exports(folder.path(), "exports", "500", &[]);
    let case = case(folder.path(), &exports);
    let before = kept(&case);
    let more = folder.path().join("more.csv");
    fs::write(&more, "user_id,account_id,created_at\nu1,amber-0,2015-01-01T00:00:00Z\n").unwrap();
    highwater(&["ingest", text(&case), text(&more), "--quiet"]);
    highwater(&["classify", text(&case), "--quiet"]);
    let after = kept(&case);
    assert_eq!(before.len(), after.len());
    let same = after.keys().filter(|file| before.contains_key(*file)).map(|file| table(file));
    let same: BTreeSet<String> = same.collect();
    assert!(!same.contains("staging_ordered_users") && !same.contains("staging_unlisted_accounts"));
    assert!(same.contains("staging_duplicate_app_installations"), "{same:?}");
}

/// An id is found whichever column it stands in, once, and also where it looks like SQL.
#[test]
fn an_id_is_found_in_each_column_that_may_hold_it() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    fs::write(exports.join("accounts.csv"), "account_id,created_at\nx'y,2015-01-01T00:00:00Z\n").unwrap();
    let users =
        "user_id,account_id,created_at\nx'y,x'y,2015-01-01T00:00:00Z\nu1,x'y,2015-01-01T00:00:00Z\nu2,b,\n";
    fs::write(exports.join("users.csv"), users).unwrap();
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/synth/facts.toml"),
        exports.join("facts.toml"),
    )
    .unwrap();
    let case = case(folder.path(), &exports);
    let found = |id: &str| {
        let told = highwater(&["show", text(&case), "user_passwords", "--id", id, "--json"]);
        let rows: Vec<serde_json::Value> = serde_json::from_str(&told).unwrap();
        rows.iter().map(|row| row["user_id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(found("x'y"), BTreeSet::from(["u1".to_owned(), "x'y".to_owned()]));
    assert_eq!(found("u2"), BTreeSet::from(["u2".to_owned()]));
    assert_eq!(found("' OR TRUE --"), BTreeSet::new());
}

/// Exports in which some users are named in two accounts, so that theirs is not known: they come before all others.
fn with_conflicts(folder: &Path, users: &str) -> PathBuf {
    let exports = exports(folder, "exports", users, &["--dirt", "20000"]);
    let text = fs::read_to_string(exports.join("users.csv")).unwrap();
    let ids: Vec<&str> =
        text.lines().skip(1).step_by(7).map(|line| line.split(',').next().unwrap()).collect();
    let rows: String = ids.iter().map(|id| format!("{id},elsewhere,true,2015-01-01T00:00:00Z\n")).collect();
    fs::write(exports.join("users-2.csv"), format!("user_id,account_id,active,created_at\n{rows}")).unwrap();
    exports
}

fn verdicts_and_lists(case: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = verdicts(case, "0001");
    assert_eq!(all.len(), 8);
    all.extend(bytes(&case.join("out/0001/lists")));
    assert!(all.len() > 18);
    all
}

/// Where the accounts are cut leaves no trace: not in one slice, not in one an account.
#[test]
fn verdicts_and_lists_do_not_depend_on_how_many_users_are_looked_at_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let exports = with_conflicts(folder.path(), "700");
    let whole = verdicts_and_lists(&case(folder.path(), &exports));
    let password_list = String::from_utf8(whole["operations-passwords.csv"].clone()).unwrap();
    assert!(password_list.lines().nth(1).unwrap().starts_with(','), "no user without an account");
    for users_at_once in [1, 150] {
        let root = folder.path().join(format!("sliced-{users_at_once}"));
        highwater(&["init", text(&root), "--incident", "zendesk-2016", "--quiet"]);
        highwater(&["ingest", text(&root), text(&exports), "--quiet"]);
        let sliced = Case::open(&root).unwrap();
        let limits = Limits { threads: 2, memory: 2_000_000_000, users_at_once };
        classify::run(&sliced, None, limits, &Meter::silent()).unwrap();
        deliver::lists(&sliced, 1, &deliver::Wanted::default(), limits, &Meter::silent()).unwrap();
        let sliced = verdicts_and_lists(&root);
        for (name, bytes) in &whole {
            assert!(Some(bytes) == sliced.get(name), "{name} with {users_at_once} users at once");
        }
    }
}

/// Rows picked from the files themselves, over several row groups, are those that the engine picks.
#[test]
fn what_show_picks_is_what_sql_answers() {
    let folder = tempfile::tempdir().unwrap();
    let exports = exports(folder.path(), "exports", "130000", &[]);
    let case = case(folder.path(), &exports);
    let absent = ["nobody", "zzz", "1", ""];
    let mut found = BTreeSet::new();
    let mut compare = |view: &str, columns: &[&str], id: &str| {
        let any: Vec<String> = columns.iter().map(|column| format!("{column} = '{id}'")).collect();
        let order = if view.starts_with("store_") { "source, record" } else { "account_id NULLS FIRST" };
        let sql = format!("SELECT * FROM {view} WHERE {} ORDER BY {order}", any.join(" OR "));
        let answered = highwater(&["sql", text(&case), &sql, "--csv"]);
        let names = answered.lines().next().unwrap();
        let shown = highwater(&["show", text(&case), view, "--id", id, "--csv", "--columns", names]);
        let sorted = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        assert_eq!(
            (shown.lines().count(), sorted(&shown)),
            (answered.lines().count(), sorted(&answered)),
            "{view} {id}"
        );
        if shown.lines().count() > 1 {
            found.insert((view.to_owned(), id.to_owned()));
        }
    };
    let users = fs::read_to_string(exports.join("users.csv")).unwrap();
    let of_file = users.lines().skip(1).step_by(24_001).map(|line| line.split(',').next().unwrap());
    let accounts = users.lines().skip(1).step_by(36_007).map(|line| line.split(',').nth(1).unwrap());
    for id in absent.into_iter().chain(of_file).chain(accounts) {
        compare("store_users", &["user_id", "account_id"], id);
        compare("user_passwords", &["user_id", "account_id"], id);
        compare("account_exposure", &["account_id"], id);
    }
    assert!(found.len() > 20, "{found:?}");
}

/// Verdicts that a query would look at and that the profile does not ask for have no file that could be cut.
#[test]
fn questions_that_are_not_asked_are_not_cut() {
    let folder = tempfile::tempdir().unwrap();
    let exports = exports(folder.path(), "exports", "100", &[]);
    let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/incidents/zendesk-2016/incident.toml");
    let profile = fs::read_to_string(built_in).unwrap();
    let (before, rest) = profile.split_once("queries = [").unwrap();
    let (_, after) = rest.split_once(']').unwrap();
    let file = folder.path().join("incident.toml");
    fs::write(&file, format!("{before}queries = [\"user_passwords\", \"data_subjects\"]{after}")).unwrap();
    let root = folder.path().join("case");
    highwater(&["init", text(&root), "--incident", text(&file), "--quiet"]);
    highwater(&["ingest", text(&root), text(&exports), "--quiet"]);
    let limits = Limits { threads: 2, memory: 2_000_000_000, users_at_once: 1 };
    let made = classify::run(&Case::open(&root).unwrap(), None, limits, &Meter::silent()).unwrap();
    assert_eq!(made.record.verdicts.len(), 2);
    assert!(made.record.verdicts.iter().all(|verdicts| verdicts.rows > 90));
}

/// A view that a sidecar misspells would not be cut, and its rows would come in every slice.
#[test]
fn what_sidecars_cut_is_there_to_be_cut() {
    let staging = canned::staging().unwrap().into_iter().filter(|query| query.kind != StagingKind::View);
    let verdicts = canned::classify_all().unwrap().into_iter().map(|query| query.id);
    let parts = canned::staging_of("deliver/parts").unwrap().into_iter();
    let lists = parts.filter(|part| part.kind == StagingKind::List).map(|part| part.name);
    let known: BTreeSet<String> = staging.map(|query| query.name).chain(verdicts).chain(lists).collect();
    let mut cut = 0;
    for file in ["classify", "deliver/lists"].iter().flat_map(|folder| library::list(folder, "toml")) {
        let sidecar: toml::Table = file.text.parse().unwrap();
        let Some(slices) = sidecar.get("slices") else { continue };
        let named = |key: &str| slices.get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
        for view in named("by_group").iter().chain(&named("by_account")) {
            let view = view.as_str().unwrap().split('.').next().unwrap();
            assert!(known.contains(view), "{}: {view}", file.path);
            cut += 1;
        }
    }
    assert!(cut > 10);
}
