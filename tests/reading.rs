//! The verbs that only read: `sql`, `show`, `status`. What they print, that they need no lock, and that they leave no
//! trace.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_highwater");
const AS_OF: &str = "2019-10-02T12:00:00Z";
/// The second record has no user_id, the third an unreadable instant and a bell in its name.
const USERS: &str = "user_id,account_id,name,created_at,active\n\
    u1,a1,Ada,2015-01-01T00:00:00Z,true\n\
    ,a1,Nobody,2015-01-01T00:00:00Z,true\n\
    u3,a2,\"Bo\u{7}b, \"\"B\"\"\",next year,false\n";

/// Exports and a case with one run over them.
struct Bench {
    folder: TempDir,
}

fn highwater(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).output().unwrap()
}

fn done(arguments: &[&str]) -> String {
    let output = highwater(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn failed(arguments: &[&str]) -> (i32, String) {
    let output = highwater(arguments);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&done(arguments)).unwrap()
}

fn write_exports(exports: &Path) {
    fs::create_dir(exports).unwrap();
    fs::write(exports.join("users.csv"), USERS).unwrap();
    fs::write(
        exports.join("accounts.csv"),
        "account_id,name,created_at,products\na1,One,2014-01-01T00:00:00Z,support\na2,Two,2017-01-01T00:00:00Z,support\n",
    )
    .unwrap();
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        write_exports(&bench.exports());
        let (case, exports) = (bench.case(), bench.exports());
        let arguments = [
            "run",
            &case,
            exports.to_str().unwrap(),
            "--incident",
            "zendesk-2016",
            "--as-of",
            AS_OF,
            "--quiet",
        ];
        done(&arguments);
        bench
    }

    fn exports(&self) -> PathBuf {
        self.folder.path().join("exports")
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("case")
    }

    fn case(&self) -> String {
        self.root().to_str().unwrap().to_owned()
    }
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
        .map(|e| (e.path().strip_prefix(folder).unwrap().to_path_buf(), fs::read(e.path()).unwrap()))
        .collect()
}

#[test]
fn rows_are_shown_in_three_forms() {
    let bench = Bench::new();
    let case = bench.case();
    let query = "SELECT user_id, name, created_at, active, record FROM store_users ORDER BY user_id";
    assert_eq!(
        done(&["sql", &case, query, "--csv"]),
        "user_id,name,created_at,active,record\n\
         u1,Ada,2015-01-01T00:00:00Z,true,1\n\
         u3,\"Bo\u{7}b, \"\"B\"\"\",1970-01-01T00:00:00Z,false,3\n"
    );
    assert_eq!(
        json(&["sql", &case, query, "--json"]),
        json!([
            { "user_id": "u1", "name": "Ada", "created_at": "2015-01-01T00:00:00Z", "active": true, "record": 1 },
            { "user_id": "u3", "name": "Bo\u{7}b, \"B\"", "created_at": "1970-01-01T00:00:00Z", "active": false, "record": 3 },
        ])
    );
    let table = done(&["sql", &case, query]);
    assert!(table.contains("Bo\\x07b, \"B\"") && !table.contains('\u{7}'), "{table}");
    assert_eq!(json(&["sql", &case, "SELECT 1 AS n FROM store_users WHERE FALSE", "--json"]), json!([]));
    assert!(done(&["sql", &case, "SELECT 1 AS n FROM store_users WHERE FALSE"]).contains("(no rows)"));
    assert_eq!(done(&["sql", &case, "SELECT 1 AS n FROM store_users WHERE FALSE", "--csv"]), "n\n");
}

#[test]
fn a_table_is_cut_and_says_what_is_missing() {
    let bench = Bench::new();
    let case = bench.case();
    let query = "SELECT a.user_id FROM store_users AS a, store_users AS b, store_users AS c, store_users AS d, \
                 store_users AS e, store_users AS f ORDER BY 1";
    let table = done(&["sql", &case, query]);
    assert_eq!(table.matches("u1").count(), 32, "{table}");
    assert!(table.contains("… and 14 more: --limit 0, --offset 50 or --csv"), "{table}");
    assert!(!done(&["sql", &case, query, "--limit", "0"]).contains("more:"));
    assert!(!done(&["sql", &case, query, "--limit", "64"]).contains("more:"));
    assert!(done(&["sql", &case, query, "--limit", "2", "--offset", "60"]).contains("… and 2 more"));
    assert_eq!(done(&["sql", &case, query, "--csv"]).lines().count(), 65);
    assert_eq!(
        done(&["sql", &case, query, "--csv", "--limit", "3", "--offset", "31"]),
        "user_id\nu1\nu3\nu3\n"
    );
}

#[test]
fn a_query_may_stand_on_standard_input() {
    let bench = Bench::new();
    let mut child = Command::new(BINARY)
        .args(["sql", &bench.case(), "-", "--csv"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"SELECT 1 AS n -- one\r\n;\r\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "n\n1\n");
}

#[test]
fn views_and_functions_are_listed() {
    let bench = Bench::new();
    let case = bench.case();
    let listed = json(&["sql", &case, "--json"]);
    let views = listed["views"].as_array().unwrap();
    let names: Vec<&str> = views.iter().map(|v| v["name"].as_str().unwrap()).collect();
    for name in [
        "store_users",
        "store_accounts_products",
        "sources",
        "rejects",
        "coverage",
        "findings",
        "param_incident",
        "staging_users",
        "user_passwords",
        "notifications",
    ] {
        assert!(names.contains(&name), "{name} is not listed");
    }
    for view in views {
        assert!(view["what"].as_str().unwrap().len() > 10, "{view} says not what it holds");
        assert!(!view["columns"].as_array().unwrap().is_empty(), "{view} has no columns");
        // What is listed can be asked.
        let query = format!("SELECT COUNT(*) AS n FROM {}", view["name"].as_str().unwrap());
        done(&["sql", &case, &query, "--json"]);
    }
    assert!(done(&["sql", &case, "--functions"]).contains("date_trunc"));
    assert!(done(&["sql", &case]).contains("store_users"));
}

#[test]
fn without_a_run_the_store_is_read() {
    let bench = Bench::new();
    let case = bench.folder.path().join("fresh").to_str().unwrap().to_owned();
    done(&["init", &case, "--incident", "zendesk-2016", "--quiet"]);
    assert_eq!(done(&["sql", &case, "SELECT COUNT(*) AS n FROM store_users", "--csv"]), "n\n0\n");
    done(&["ingest", &case, bench.exports().to_str().unwrap(), "--quiet"]);
    assert_eq!(done(&["sql", &case, "SELECT COUNT(*) AS n FROM store_users", "--csv"]), "n\n2\n");
    assert!(done(&["show", &case, "sources"]).contains("users.csv"));
    assert_eq!(json(&["show", &case, "rejects", "--json"]).as_array().unwrap().len(), 2);
    let (status, said) = failed(&["show", &case, "user_passwords"]);
    assert!(status == 2 && said.contains("no run yet"), "{said}");
    let (status, _) = failed(&["sql", &case, "SELECT 1", "--run", "1"]);
    assert_eq!(status, 2);
}

#[test]
fn show_picks_rows_of_any_kind() {
    let bench = Bench::new();
    let case = bench.case();
    let rows = |arguments: &[&str]| {
        let mut all = vec!["show", &case];
        all.extend(arguments);
        all.push("--json");
        json(&all).as_array().unwrap().clone()
    };
    assert_eq!(rows(&["users"]).len(), 2);
    assert_eq!(rows(&["users"]), rows(&["store_users"]));
    assert_eq!(rows(&["users", "--id", "u1"])[0]["name"], "Ada");
    assert_eq!(rows(&["users", "--id", "a2"])[0]["user_id"], "u3");
    assert_eq!(rows(&["users", "--id", "a"]), Vec::<Value>::new());
    assert_eq!(rows(&["users", "--where", "active=false"])[0]["user_id"], "u3");
    assert_eq!(rows(&["users", "--where", "record=1", "--where", "source="]).len(), 0);
    assert_eq!(rows(&["users", "--where", "created_at=2015-01-01T00:00:00Z"])[0]["user_id"], "u1");
    assert_eq!(rows(&["users", "--where", "email="]).len(), 2);
    assert_eq!(rows(&["users", "--where", "name=x' OR '1'='1"]).len(), 0);
    assert_eq!(rows(&["users", "--columns", "record,user_id"])[0], json!({ "record": 1, "user_id": "u1" }));
    let verdict = &rows(&["user_passwords", "--account", "a2"])[0];
    // The user's own creation can't be read, but its account was made after the window: test 2 comes before 9.
    assert_eq!(verdict["reason"], "ACCOUNT_OUTSIDE_WINDOW");
    assert!(verdict["why"].as_str().unwrap().len() > 10 && verdict["settles"].is_string(), "{verdict}");
    assert_eq!(rows(&["user_passwords", "--code", "account_outside_window"]).len(), 1);
    assert_eq!(rows(&["account_exposure", "--where", "exposure=not_exposed"])[0]["account_id"], "a2");
    assert!(rows(&["findings", "--code", "RECORD_REJECT"]).iter().any(|f| f["count"] == 1));
    let reject = &rows(&["rejects", "--code", "REQUIRED_MISSING"])[0];
    assert_eq!((&reject["record"], &reject["table_name"]), (&json!(2), &json!("users")));
    assert_eq!(rows(&["sources", "--where", "table_name=users"])[0]["rejected"], 1);
    assert_eq!(rows(&["param_incident"])[0]["as_of"], AS_OF);
    let all = json(&["show", &case, "--id", "u3", "--json"]);
    assert_eq!(all["store_users"][0]["record"], 3);
    assert_eq!(all["user_passwords"][0]["user_id"], "u3");
    assert!(all.get("store_accounts").is_none() && all.get("account_summary").is_none(), "{all}");
    assert_eq!(json(&["show", &case, "--id", "nobody", "--json"]), json!({}));
    assert!(json(&["show", &case, "params", "--json"])["param_product"].is_array());
    assert!(done(&["show", &case]).contains("user_passwords"));
    assert!(done(&["show", &case, "--id", "u3"]).contains("store_users, 1 row"));
}

/// Two queries have the names of tables: the verdicts are meant, and it is said where the rows as stored are.
#[test]
fn a_name_that_a_query_and_a_table_share_means_the_verdicts() {
    let bench = Bench::new();
    let case = bench.case();
    let output = highwater(&["show", &case, "certificates", "--json"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("store_certificates"));
    assert!(
        done(&["show", &case, "certificates", "--csv", "--quiet"])
            .starts_with("account_id,certificate_id,subject,state")
    );
    assert!(
        done(&["show", &case, "store_certificates", "--csv"])
            .starts_with("certificate_id,account_id,provided_by")
    );
}

#[test]
fn what_show_does_not_know_it_answers_with_what_was_probably_meant() {
    let bench = Bench::new();
    let case = bench.case();
    for (arguments, said) in [
        (vec!["usrs"], "did you mean users?"),
        (vec!["user_password"], "did you mean user_passwords?"),
        (vec!["users", "--where", "nmae=x"], "did you mean name?"),
        (vec!["users", "--columns", "emial"], "did you mean email?"),
        (vec!["users", "--where", "active=maybe"], "true or false"),
        (vec!["users", "--where", "record=x"], "a whole number"),
        (vec!["users", "--where", "created_at=2015"], "an instant such as"),
        (vec!["users", "--where", "active"], "COLUMN=VALUE"),
        (vec!["params", "--csv"], "one table"),
        (vec!["coverage", "--id", "x"], "no column with ids"),
        (vec!["users", "x", "1"], "belong to `record`"),
        (vec!["record"], "SOURCE N"),
        (vec!["record", "user.csv", "1"], "did you mean users.csv?"),
        (vec!["record", "users.csv", "4"], "a record from 1 to 3"),
        (vec!["--account", "a1"], "of what?"),
    ] {
        let mut all = vec!["show", &case];
        all.extend(&arguments);
        let (status, error) = failed(&all);
        assert_eq!(status, 2, "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?} says: {error}");
    }
}

#[test]
fn a_record_is_shown_as_it_stands_in_its_source() {
    let bench = Bench::new();
    let case = bench.case();
    let third = "u3,a2,\"Bo\u{7}b, \"\"B\"\"\",next year,false";
    let raw = highwater(&["show", &case, "record", "users.csv", "3", "--raw"]);
    assert_eq!(raw.stdout, third.as_bytes());
    let shown = done(&["show", &case, "record", "users.csv", "3"]);
    assert!(shown.contains("Bo\\x07b") && !shown.contains('\u{7}'), "{shown}");
    assert!(shown.contains("stored  in users; cells rejected: NOT_AN_INSTANT (created_at)"), "{shown}");
    let second = json(&["show", &case, "record", "users.csv", "2", "--json"]);
    assert_eq!(second["text"], ",a1,Nobody,2015-01-01T00:00:00Z,true");
    assert_eq!(second["became"][0]["stored"], false);
    assert_eq!(second["became"][0]["rejects"][0]["reason"], "REQUIRED_MISSING");
    let start = USERS.find(",a1,Nobody").unwrap();
    assert_eq!((&second["byte_start"], &second["byte_end"]), (&json!(start), &json!(start + 36)));
    // The hash that the reject keeps is that of these bytes.
    let reject = json(&["show", &case, "rejects", "--code", "REQUIRED_MISSING", "--json"]);
    assert_eq!(second["sha256"], reject[0]["sha256"]);
    let source = second["source"].as_str().unwrap();
    assert_eq!(
        done(&["show", &case, "record", &source[..6], "1", "--raw"]),
        "u1,a1,Ada,2015-01-01T00:00:00Z,true"
    );
}

/// Places, hash and `--raw` are those of the file; what is read is its text.
#[test]
fn a_record_of_a_file_in_another_encoding_is_shown_as_its_text() {
    let bench = Bench::new();
    let (case, exports) = (bench.case(), bench.folder.path().join("more"));
    fs::create_dir(&exports).unwrap();
    let record = b"u9,a1,Zo\xeb";
    fs::write(exports.join("people.csv"), [b"user_id,account_id,name\n".as_slice(), record, b"\n"].concat())
        .unwrap();
    let stated = "[[source]]\nfile = \"people.csv\"\nencoding = \"windows-1252\"\n";
    fs::write(exports.join("sources.toml"), stated).unwrap();
    done(&["ingest", &case, exports.to_str().unwrap(), "--quiet"]);
    let shown = done(&["show", &case, "record", "people.csv", "1"]);
    assert!(shown.contains("bytes   24 to 33, 9 without the line end\n"), "{shown}");
    assert!(shown.contains("read as windows-1252") && shown.ends_with("\nu9,a1,Zoë\n"), "{shown}");
    let as_json = json(&["show", &case, "record", "people.csv", "1", "--json"]);
    assert_eq!((&as_json["text"], &as_json["byte_end"]), (&json!("u9,a1,Zoë"), &json!(33)));
    assert_eq!(highwater(&["show", &case, "record", "people.csv", "1", "--raw"]).stdout, record);
}

#[test]
fn a_source_that_has_moved_is_named_and_one_that_differs_refused() {
    let bench = Bench::new();
    let case = bench.case();
    let (lay, lies) = (bench.exports().join("users.csv"), bench.folder.path().join("moved.csv"));
    fs::rename(&lay, &lies).unwrap();
    let (status, said) = failed(&["show", &case, "record", "users.csv", "1"]);
    assert!(status == 1 && said.contains("--file PATH"), "{said}");
    let moved = lies.to_str().unwrap();
    assert!(done(&["show", &case, "record", "users.csv", "1", "--raw", "--file", moved]).starts_with("u1,"));
    fs::write(&lies, USERS.replace("Ada", "Eve")).unwrap();
    let (status, said) = failed(&["show", &case, "record", "users.csv", "1", "--file", moved]);
    assert!(status != 0 && said.contains("SHA-256") && !said.contains("Eve"), "{said}");
}

/// Who only reads needs no lock of the case and changes nothing in it.
#[test]
fn reading_goes_on_while_another_process_holds_the_case() {
    let bench = Bench::new();
    let case = bench.case();
    let lock = File::options().read(true).write(true).open(bench.root().join("lock")).unwrap();
    lock.lock().unwrap();
    let before = files(&bench.root());
    for arguments in [
        vec!["status", &case],
        vec!["show", &case],
        vec!["show", &case, "user_passwords"],
        vec!["show", &case, "staging_users"],
        vec!["show", &case, "record", "users.csv", "1"],
        vec!["sql", &case],
        vec!["sql", &case, "SELECT * FROM staging_credential_names"],
    ] {
        done(&arguments);
    }
    assert!(files(&bench.root()) == before, "a reader changed the case");
    assert!(!bench.root().join("tmp").exists(), "a reader left its scratch");
    let (status, _) = failed(&["export", &case, "lists"]);
    assert_eq!(status, 5, "who writes is refused");
}

/// Paths that are not UTF-8 work, from the first command to the last.
#[cfg(unix)]
#[test]
fn a_case_below_a_path_that_is_not_utf_8_works() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join(OsStr::from_bytes(b"caf\xe9 'x'"));
    fs::create_dir(&odd).unwrap();
    write_exports(&odd.join("exports"));
    let temporary = tempfile::tempdir().unwrap();
    let run = |arguments: &[&OsStr]| {
        let output = Command::new(BINARY)
            .current_dir(&odd)
            .env("TMPDIR", temporary.path())
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let case = odd.join("case");
    let exports = odd.join("exports");
    run(&[
        OsStr::new("run"),
        case.as_os_str(),
        exports.as_os_str(),
        OsStr::new("--incident"),
        OsStr::new("zendesk-2016"),
        OsStr::new("--as-of"),
        OsStr::new(AS_OF),
        OsStr::new("--quiet"),
    ]);
    assert!(case.join("out/0001/lists/lists.json").is_file());
    let query = OsStr::new("SELECT COUNT(*) AS n FROM user_passwords");
    assert_eq!(run(&[OsStr::new("sql"), case.as_os_str(), query, OsStr::new("--csv")]), "n\n2\n");
    run(&[OsStr::new("show"), case.as_os_str(), OsStr::new("users")]);
    run(&[OsStr::new("status"), case.as_os_str()]);
    assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "a link stays behind");
}

/// A question whose answer has a million million rows.
fn endless() -> String {
    let ten: Vec<String> = (0..10).map(|n| format!("({n})")).collect();
    let tables: Vec<String> = (0..12).map(|n| format!("n AS t{n}")).collect();
    format!("WITH n(x) AS (VALUES {}) SELECT t0.x AS user_id FROM {}", ten.join(", "), tables.join(", "))
}

/// A query that is longer than any is refused, not cut; one that is nested as deep as it can be does not overflow.
#[test]
fn a_query_that_is_too_long_is_refused_whole() {
    let bench = Bench::new();
    let ask = |query: &str| {
        let mut child = Command::new(BINARY)
            .args(["sql", &bench.case(), "-", "--csv"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A reader that refuses does not read to the end.
        let _ = child.stdin.take().unwrap().write_all(query.as_bytes());
        child.wait_with_output().unwrap()
    };
    let cut =
        format!("SELECT COUNT(*) AS n FROM store_users {} WHERE user_id = 'nobody'", " ".repeat(1 << 20));
    let output = ask(&cut);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stderr).contains("longer than any"));
    for deep in [format!("SELECT 1{}", "+1".repeat(30_000)), format!("SELECT {}1", "NOT ".repeat(15_000))] {
        let output = ask(&deep);
        assert!(output.status.code().is_some_and(|code| code < 3), "{:?}", output.status);
    }
}

/// A table is for people: an answer without end is refused before it fills the memory.
#[test]
fn a_table_without_end_is_refused() {
    let bench = Bench::new();
    let (status, said) = failed(&["sql", &bench.case(), &endless(), "--limit", "0"]);
    assert!(status == 2 && said.contains("--csv or --json"), "{said}");
}

/// A long answer is stopped by Ctrl-C, whoever asked for it.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_long_answer() {
    let bench = Bench::new();
    let query = endless();
    let mut child = Command::new(BINARY)
        .args(["sql", &bench.case(), &query, "--csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    lines.read_line(&mut first).unwrap();
    assert_eq!(first, "user_id\n");
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    lines.read_to_end(&mut Vec::new()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!bench.root().join("tmp").exists(), "scratch stays behind");
}

#[test]
fn an_answer_that_nobody_reads_to_its_end_is_no_error() {
    let bench = Bench::new();
    let query = endless();
    let mut child = Command::new(BINARY)
        .args(["sql", &bench.case(), &query, "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 100];
    child.stdout.as_mut().unwrap().read_exact(&mut some).unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A verdict file whose end is whole and whose middle is not: said with what to do, never a part of an answer.
#[test]
fn damage_in_the_middle_of_a_file_is_named() {
    let bench = Bench::new();
    let file = bench.root().join("runs/0001/verdicts/user_passwords.parquet");
    let mut bytes = fs::read(&file).unwrap();
    bytes[8..300].iter_mut().for_each(|byte| *byte ^= 0xff);
    fs::write(&file, bytes).unwrap();
    let (status, said) = failed(&["show", &bench.case(), "user_passwords", "--csv"]);
    assert_eq!(status, 5, "{said}");
    assert!(said.contains("user_passwords.parquet") && said.contains("put it back from a copy"), "{said}");
}

#[test]
fn an_option_without_its_value_says_what_it_needs() {
    let bench = Bench::new();
    let (status, said) = failed(&["show", &bench.case(), "users", "--id"]);
    assert!(status == 2 && said.contains("with its value behind it"), "{said}");
}
