//! Whatever a case, an export, an argument or the environment holds: what is printed can't move the cursor, hide
//! anything, or pass for a line of the program's own.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use highwater::base::safe;
use regex::Regex;

const BINARY: &str = env!("CARGO_BIN_EXE_highwater");
const AS_OF: &str = "2019-10-02T12:00:00Z";

/// Everything that a terminal obeys or does not show, with a line that looks like one of ours. No `/` and short: it is
/// the name of a file as well. The colour is one that the program does not use.
const HOSTILE: &str = "q\u{1b}[2J\u{1b}]8;;x\u{7}l\u{1b}]8;;\u{7}\u{1b}[35m\r\u{8}\u{7f}\u{85}\u{9b}35m\u{202e}\
                       \u{200b}\u{2066}\u{feff}\u{ad}\u{2028}\u{e0041}\u{fe0f}\nerror: forged\n  next: forged";

/// The hostile text as a string of TOML.
fn toml_text(text: &str) -> String {
    let escaped = |c: char| match c {
        c if c.is_ascii_graphic() && c != '"' && c != '\\' || c == ' ' => c.to_string(),
        c => format!("\\U{:08x}", u32::from(c)),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// Unicode's own word on what is not seen, apart from the program's table.
fn unseen() -> Regex {
    Regex::new(r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]")
        .unwrap()
}

/// What is printed, without the sequences for colour and weight that the program uses itself.
fn plain(printed: &[u8]) -> String {
    let text = String::from_utf8(printed.to_vec()).expect("what is printed is text");
    Regex::new("\u{1b}\\[(0|1|31|36)m").unwrap().replace_all(&text, "").into_owned()
}

fn assert_safe(what: &str, output: &Output) {
    let unseen = unseen();
    for printed in [&output.stdout, &output.stderr] {
        let text = plain(printed);
        for line in text.split('\n') {
            let without_tabs = line.replace('\t', " ");
            assert!(!unseen.is_match(&without_tabs), "{what}: {line:?}\n{text}");
            let line = line.trim_start();
            assert!(
                !line.starts_with("error: forged") && !line.starts_with("next: forged"),
                "{what}:\n{text}"
            );
        }
    }
    assert_ne!(output.status.code(), Some(101), "{what} panics");
    assert!(output.status.code().is_some(), "{what} is killed");
}

/// Runs the program with colour, because without it what looks like colour is taken away, and looks at all it prints.
fn tried<S: AsRef<OsStr>>(what: &str, arguments: &[S]) -> Output {
    let output = Command::new(BINARY)
        .args(arguments)
        .args(["--color", "always", "-v"])
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap();
    assert_safe(what, &output);
    output
}

/// The same, where it must also say that the text was there: what is unsafe is told, not dropped.
fn told<S: AsRef<OsStr>>(what: &str, arguments: &[S]) -> Output {
    let output = tried(what, arguments);
    let all = [plain(&output.stdout), plain(&output.stderr)].concat();
    assert!(all.contains("\\u{200b}") || all.contains("\\u200b"), "{what}: {all}");
    output
}

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// A case of a built-in incident.
    fn case(&self) -> PathBuf {
        let case = self.path("case");
        let done = Command::new(BINARY).arg("init").arg(&case).args(["--incident", "zendesk-2016"]).output();
        assert!(done.unwrap().status.success());
        case
    }

    /// One that holds a file.
    fn case_with_users(&self) -> PathBuf {
        let case = self.case();
        let users = self.write("some/users.csv", "user_id,account_id,created_at\nu-1,a-1,2015-01-01\n");
        let done = Command::new(BINARY).arg("ingest").arg(&case).arg(users).output().unwrap();
        assert!(done.status.success());
        case
    }
}

fn os<'a>(arguments: &[&'a str], case: &'a Path) -> Vec<&'a OsStr> {
    arguments.iter().map(|word| if *word == "CASE" { case.as_os_str() } else { OsStr::new(*word) }).collect()
}

#[test]
fn the_table_of_what_is_not_seen_is_that_of_unicode() {
    let unseen = unseen();
    for c in '\0'..=char::MAX {
        let text = c.to_string();
        let is_escaped = safe::line(&text) != text;
        assert_eq!(is_escaped, unseen.is_match(&text), "U+{:04X}", u32::from(c));
    }
}

#[test]
fn foreign_text_is_escaped_and_ours_stays() {
    assert_eq!(safe::line("Zoë, 東京\u{a0}x"), "Zoë, 東京\u{a0}x");
    assert_eq!(safe::line("a\u{200b}\u{1b}\n\t\u{9b}b"), "a\\u{200b}\\x1b\\n\\t\\u{9b}b");
    assert_eq!(safe::bytes(b"a\xff\n"), "a\\xff\\n");
    assert_eq!(safe::page("a\n\tb\u{1b}[1m\u{1b}[31mc\u{1b}[0m"), "a\n\tb\u{1b}[1m\u{1b}[31mc\u{1b}[0m");
    assert_eq!(safe::page("\u{1b}[2J\u{1b}[8m\u{1b}[1;31m\r"), "\\x1b[2J\\x1b[8m\\x1b[1;31m\\r");
    assert_eq!(safe::page("a\u{1b}"), "a\\x1b");
    assert_eq!(safe::page_of_bytes(b"a,\"b\r\n\tc\"\x1b[0m\xff\n"), "a,\"b\\r\n\tc\"\\x1b[0m\\xff\n");
    let json = serde_json::to_string(&serde_json::json!({ "a": [HOSTILE, "\u{e0041}"] })).unwrap();
    let made = safe::json(&json);
    assert!(
        made.contains("\\u202e") && made.contains("\\udb40\\udc41") && made.contains("\\u009b"),
        "{made}"
    );
    let (before, after): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&json).unwrap(), serde_json::from_str(&made).unwrap());
    assert_eq!(before, after);
    assert!(!unseen().is_match(&made));
}

#[test]
fn arguments_are_told_safely() {
    let bench = Bench::new();
    let case = bench.case_with_users();
    let option = format!("--{HOSTILE}");
    let valued = format!("--color={HOSTILE}");
    let names: &[&[&str]] = &[
        &[HOSTILE],
        &[&option],
        &["status", "CASE", &option],
        &[&valued, "status", "CASE"],
        &["status", HOSTILE],
        &["init", HOSTILE, "--incident", HOSTILE],
        &["init", "CASE", "--incident", "zendesk-2016", "--facts", HOSTILE],
        &["init", "CASE", "--incident", "zendesk-2016", "--key-file", HOSTILE],
        &["ingest", "CASE", HOSTILE],
        &["ingest", "CASE", HOSTILE, "--table", HOSTILE],
        &["ingest", "CASE", HOSTILE, "--zone", HOSTILE],
        &["ingest", "CASE", HOSTILE, "--dates", HOSTILE],
        &["classify", "CASE", "--as-of", HOSTILE],
        &["classify", "CASE", "--fail-on", HOSTILE],
        &["classify", "CASE", "--threads", HOSTILE],
        &["classify", "CASE", "--memory", HOSTILE],
        &["run", HOSTILE, HOSTILE, "--incident", HOSTILE],
        &["export", "CASE", HOSTILE],
        &["export", "CASE", "lists", "--run", HOSTILE],
        &["export", "CASE", "lists", "--format", HOSTILE],
        &["show", "CASE", HOSTILE],
        &["show", "CASE", "users", "--columns", HOSTILE],
        &["show", "CASE", "users", "--where", HOSTILE],
        &["show", "CASE", "findings", "--code", HOSTILE],
        &["show", "CASE", "record", HOSTILE, "1"],
        &["show", "CASE", "record", "x", HOSTILE],
        &["sql", "CASE", "--seconds", HOSTILE],
        &["incidents", "show", HOSTILE],
        &["incidents", "check", HOSTILE],
        &["incidents", HOSTILE],
        &["queries", "explain", HOSTILE],
        &["queries", "check", HOSTILE],
        &["demo", HOSTILE],
        &["completions", HOSTILE],
        &["help", HOSTILE],
    ];
    for arguments in names {
        let output = told(&format!("{arguments:?}"), &os(arguments, &case));
        assert!(!output.status.success(), "{arguments:?} succeeds");
    }
    for arguments in [
        &["show", "CASE", "users", "--id", HOSTILE] as &[_],
        &["show", "CASE", "users", "--account", HOSTILE],
        &["show", "CASE", "--id", HOSTILE],
    ] {
        tried(&format!("{arguments:?}"), &os(arguments, &case));
    }
    let declared = bench.path("declared");
    let arguments =
        ["init", "CASE", "--incident", "zendesk-2016", "--account", HOSTILE, "--products", HOSTILE];
    told("products of an account", &os(&arguments, &declared));
}

#[test]
fn what_the_engine_complains_of_is_told_safely() {
    let bench = Bench::new();
    let case = bench.case();
    let quoted = format!("\"{HOSTILE}\"");
    let text = format!("'{HOSTILE}'");
    for query in [
        format!("SELECT {quoted} FROM store_users"),
        format!("SELECT * FROM {quoted}"),
        format!("SELECT user_id AS {quoted} FROM store_users WHERE {quoted} = 1"),
        format!("SELECT CAST({text} AS BIGINT)"),
        format!("SELECT CAST({text} AS TIMESTAMP)"),
        format!("SELECT {text} + 1"),
        format!("SELECT lower({text}, 1)"),
        format!("SELECT 1 AS {quoted}, {text} AS b"),
        format!("SELECT 1 -- {HOSTILE}"),
        format!("SELECT {HOSTILE}"),
        HOSTILE.to_owned(),
    ] {
        for form in [&["sql", "CASE", &query] as &[_], &["sql", "CASE", &query, "--json"]] {
            tried(&query, &os(form, &case));
        }
    }
    let query = format!("SELECT 1 AS {quoted}, {text} AS b");
    told("as a table", &os(&["sql", "CASE", &query], &case));
    let json = told("as JSON", &os(&["sql", "CASE", &query, "--json"], &case));
    let rows: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(rows[0]["b"], HOSTILE, "the same data");
}

/// A file or a program gets the bytes as they are.
#[test]
fn csv_that_is_not_for_a_terminal_is_exact() {
    let bench = Bench::new();
    let case = bench.case();
    let output = Command::new(BINARY)
        .args(os(&["sql", "CASE", &format!("SELECT '{HOSTILE}' AS b"), "--csv", "--color", "always"], &case))
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("b\n\"{HOSTILE}\"\n"));
}

/// A person who asks for CSV on a terminal is as safe as with a table; `script` gives the program one.
#[cfg(target_os = "linux")]
#[test]
fn csv_and_raw_bytes_on_a_terminal_are_escaped() {
    if Command::new("script").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "script is not installed");
        return;
    }
    let bench = Bench::new();
    let case = bench.case_with_users();
    let file = bench.write("raw/users.csv", &format!("user_id,account_id,name\nu-2,a-2,\"{HOSTILE}\"\n"));
    let ingest = ["ingest", "CASE", file.to_str().unwrap()];
    assert_eq!(tried("ingest", &os(&ingest, &case)).status.code(), Some(0));
    let query = format!("SELECT '{HOSTILE}' AS b");
    let source = file.parent().unwrap().join("users.csv");
    for arguments in [
        &["sql", "CASE", &query, "--csv"] as &[_],
        &["sql", "CASE", &query, "--json"],
        &["sql", "CASE", &query],
        &["show", "CASE", "users", "--csv"],
        &["show", "CASE", "record", source.to_str().unwrap(), "1", "--raw"],
    ] {
        let mut output = Command::new("script")
            .args([
                "-qec",
                "stty -opost; exec \"$PROGRAM\" \"$A\" \"$B\" \"$C\" $D $E $F 2>/dev/null",
                "/dev/null",
            ])
            .env("PROGRAM", BINARY)
            .envs(["A", "B", "C"].into_iter().zip(os(arguments, &case)))
            .envs(["D", "E", "F"].into_iter().zip(arguments.iter().skip(3).chain([&"", &"", &""])))
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        output.stdout = output.stdout.strip_suffix(b"\r\n").unwrap_or(&output.stdout).to_vec();
        let shown = String::from_utf8_lossy(&output.stdout);
        let is_json = arguments.contains(&"--json");
        let escape = if is_json { "\\u200b" } else { "\\u{200b}" };
        assert!(shown.contains(escape) && output.status.success(), "{arguments:?}: {shown}");
        // Within a text of CSV the line ends are data, and stay.
        let unseen = unseen();
        let plain = plain(&output.stdout).replace(['\n', '\t'], " ");
        assert!(!unseen.is_match(&plain), "{arguments:?}: {plain:?}");
    }
}

/// Every verb at a case whose folder, exports, headers, cells and declarations are hostile.
#[cfg(unix)]
#[test]
fn a_hostile_case_is_told_safely_by_every_verb() {
    let bench = Bench::new();
    let name = HOSTILE;
    let h = toml_text(HOSTILE);
    let q = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let cell = q(HOSTILE);
    // A line end in an id or a code rejects its record.
    let flat = q(&HOSTILE.replace(['\n', '\r'], ""));
    let exports = bench.path(name);
    fs::create_dir(&exports).unwrap();
    let accounts = format!(
        "account_id,name,owner_email,created_at,products,status,{cell}\n\
         a-1,{cell},{cell},2015-01-01T00:00:00Z,support,active,x\n\
         {flat},b,b@example.com,2015-01-01 00:00:00,{flat},{flat},y\n"
    );
    let users = format!(
        "user_id,account_id,email,name,phone,role,active,created_at,has_password\n\
         u-1,a-1,{flat},{cell},{flat},{flat},{flat},{flat},yes\n\
         {flat},{flat},x@example.com,n,1,agent,yes,2015-01-01T00:00:00Z,yes\n\
         {flat},{flat},x@example.com,other,1,agent,yes,2014-01-01T00:00:00Z,yes\n\
         {cell},{cell},x@example.com,{cell},1,agent,yes,2014-01-01T00:00:00Z,yes\n\
         u-3,a-1,x@example.com,\"n\n\"\n"
    );
    fs::write(exports.join(format!("{name}.csv")), &accounts).unwrap();
    fs::write(exports.join("users.csv"), &users).unwrap();
    fs::write(
        exports.join("sources.toml"),
        format!(
            "[[source]]\nfile = \"users.csv\"\ntable = \"users\"\nexported_at = \"2019-10-02T13:00:00Z\"\n\
             exported_by = {h}\nsystem = {h}\nreceived_from = {h}\nhanded_over = {h}\n"
        ),
    )
    .unwrap();
    fs::write(
        exports.join("facts.toml"),
        format!(
            "format = 1\nas_of = \"{AS_OF}\"\n[declared]\nby = {h}\nat = \"2019-10-02T09:00:00Z\"\n\
             [[coverage]]\ntable = \"users\"\nto = \"{AS_OF}\"\nbasis = {h}\n\
             [[coverage]]\ntable = \"sso\"\nto = \"2020-10-02T12:00:00Z\"\nbasis = {h}\n\
             accept = {h}\naccepted_by = {h}\n"
        ),
    )
    .unwrap();
    let profile = fs::read_to_string("tests/valid/profile.toml").unwrap();
    let profile: String = profile
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some((key @ ("title" | "vendor"), _)) => format!("{key} = {h}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    assert!(profile.contains("200b"));
    let profile = bench.write("profile.toml", &profile);
    let case = bench.path(&format!("case {name}"));
    let (profile, exports_text) = (profile.to_str().unwrap(), exports.to_str().unwrap().to_owned());

    told("incidents show", &["incidents", "show", profile]);
    told("incidents show --json", &["incidents", "show", profile, "--json"]);
    told("dry run", &os(&["init", "CASE", "--incident", profile], &case));
    told("ingest --dry-run", &os(&["ingest", "CASE", &exports_text, "--dry-run"], &case));
    told("ingest --dry-run --json", &os(&["ingest", "CASE", &exports_text, "--dry-run", "--json"], &case));
    for arguments in [
        &["run", "CASE", &exports_text, "--incident", profile, "--as-of", AS_OF] as &[_],
        &["ingest", "CASE", &exports_text],
        &["ingest", "CASE", &exports_text, "--json"],
        &["classify", "CASE", "--as-of", AS_OF],
        &["classify", "CASE", "--as-of", AS_OF, "--json"],
        &["classify", "CASE", "--as-of", AS_OF, "--fail-on", "note"],
        &["status", "CASE"],
        &["status", "CASE", "--json"],
        &["export", "CASE", "lists", "--per-customer"],
        &["export", "CASE", "verdicts"],
        &["export", "CASE", "lists", "--json"],
    ] {
        let output = told(&format!("{arguments:?}"), &os(arguments, &case));
        assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {}", plain(&output.stderr));
    }
    let listed = tried("sql", &os(&["sql", "CASE", "--json"], &case));
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
    let views: Vec<&str> =
        listed["views"].as_array().unwrap().iter().map(|v| v["name"].as_str().unwrap()).collect();
    assert!(views.len() > 20, "{views:?}");
    for view in &views {
        for form in ["--json", "-q"] {
            tried(view, &os(&["show", "CASE", view, form], &case));
            tried(view, &os(&["sql", "CASE", &format!("SELECT * FROM {view}"), form], &case));
        }
    }
    for view in ["store_users", "findings", "user_passwords", "sources"] {
        told(view, &os(&["show", "CASE", view], &case));
    }
    told("an id", &os(&["show", "CASE", "--id", &HOSTILE.replace(['\n', '\r'], "")], &case));
    for number in ["1", "2", "4"] {
        told("a record", &os(&["show", "CASE", "record", "users.csv", number], &case));
        told("a record", &os(&["show", "CASE", "record", "users.csv", number, "--json"], &case));
    }
    told("a record", &os(&["show", "CASE", "record", &format!("{name}.csv"), "1"], &case));
}

#[test]
fn declarations_that_are_wrong_are_told_safely() {
    let bench = Bench::new();
    let case = bench.case();
    let h = toml_text(HOSTILE);
    let users = "user_id,account_id,created_at\nu-1,a-1,2015-01-01\n";
    // Some are told, some only where they stand.
    for key in
        ["zone", "dates", "encoding", "table", "exported_at", "sha256", "file", "account_id", "separator", &h]
    {
        let folder = format!("exports-{}", bench.folder.path().read_dir().unwrap().count());
        bench.write(&format!("{folder}/users.csv"), users);
        let file = if key == "file" { String::new() } else { "file = \"users.csv\"\n".to_owned() };
        bench.write(&format!("{folder}/sources.toml"), &format!("[[source]]\n{file}{key} = {h}\n"));
        let exports = bench.path(&folder);
        let arguments = ["ingest", "CASE", exports.to_str().unwrap()];
        match key {
            "zone" | "table" => told(key, &os(&arguments, &case)),
            key if key == h => told(key, &os(&arguments, &case)),
            key => tried(key, &os(&arguments, &case)),
        };
    }
    for (name, text) in [
        ("raw.toml", format!("{HOSTILE}\n")),
        ("key.toml", format!("format = 1\n{h} = 1\n")),
        ("value.toml", format!("format = 1\n[incident]\nid = {h}\nkind = [{h}]\nqueries = [{h}]\n")),
    ] {
        let file = bench.write(name, &text);
        tried(name, &["incidents", "check", file.to_str().unwrap()]);
        tried(name, &["incidents", "check", file.to_str().unwrap(), "--json"]);
        let facts = ["init", "CASE", "--incident", "zendesk-2016", "--facts", file.to_str().unwrap()];
        tried(name, &os(&facts, &bench.path("other")));
    }
}

/// A case that somebody else made, or that a disk has damaged.
#[test]
fn damaged_files_of_a_case_are_told_safely() {
    let h = toml_text(HOSTILE);
    for (file, text) in [
        ("case.toml", HOSTILE.to_owned()),
        ("case.toml", format!("format = {h}\n")),
        ("case.toml", format!("format = 1\n{h} = {h}\n")),
        ("incident.toml", HOSTILE.to_owned()),
        ("incident.toml", format!("format = 1\n[incident]\nid = {h}\n")),
        ("facts.toml", HOSTILE.to_owned()),
        ("facts.toml", format!("format = 1\nas_of = {h}\n[declared]\nby = {h}\n{h} = 1\n")),
        ("journal.jsonl", format!("{HOSTILE}\n")),
        (
            "journal.jsonl",
            format!("{}\n", serde_json::json!({ "verb": HOSTILE, "outcome": HOSTILE, "hash": HOSTILE })),
        ),
        ("keys/case.key", HOSTILE.to_owned()),
        ("store/sources.parquet", HOSTILE.to_owned()),
        ("runs/0001/run.json", HOSTILE.to_owned()),
        (
            "runs/0001/run.json",
            serde_json::json!({ "format": 1, "id": HOSTILE, "as_of": HOSTILE }).to_string(),
        ),
        ("runs/0001/run.json", serde_json::json!({ "format": HOSTILE }).to_string()),
    ] {
        let bench = Bench::new();
        let case = bench.case();
        bench.write(&format!("case/{file}"), &text);
        bench.write("users.csv", "user_id,account_id,created_at\nu-1,a-1,2015-01-01\n");
        let exports = bench.path("users.csv");
        let exports = exports.to_str().unwrap();
        for arguments in [
            &["status", "CASE"] as &[_],
            &["status", "CASE", "--json"],
            &["show", "CASE"],
            &["show", "CASE", "sources"],
            &["show", "CASE", "record", "users.csv", "1"],
            &["sql", "CASE", "SELECT 1"],
            &["ingest", "CASE", exports],
            &["classify", "CASE", "--as-of", AS_OF],
            &["export", "CASE", "lists"],
            &["run", "CASE", exports, "--incident", "zendesk-2016", "--as-of", AS_OF],
        ] {
            tried(&format!("{file}: {arguments:?}"), &os(arguments, &case));
        }
    }
}

#[test]
fn the_holder_of_the_lock_is_told_safely() {
    let bench = Bench::new();
    let case = bench.case();
    let mut lock = File::options().write(true).truncate(true).open(case.join("lock")).unwrap();
    lock.lock().unwrap();
    lock.write_all(HOSTILE.as_bytes()).unwrap();
    let users = bench.write("users.csv", "user_id,account_id,created_at\nu-1,a-1,2015-01-01\n");
    let output = told("the holder", &os(&["ingest", "CASE", users.to_str().unwrap()], &case));
    assert_eq!(output.status.code(), Some(5));
}

/// The name of the program's own file, and what the environment names.
#[cfg(unix)]
#[test]
fn the_environment_is_told_safely() {
    let bench = Bench::new();
    let case = bench.case();
    let program = bench.path(HOSTILE);
    std::os::unix::fs::symlink(BINARY, &program).unwrap();
    for arguments in
        [&["--help"] as &[_], &["-h"], &["sql", "--help"], &[], &["status"], &["--version", "-v"], &["x"]]
    {
        let output = Command::new(&program).args(arguments).arg("--color=always").output().unwrap();
        assert_safe(&format!("{arguments:?}"), &output);
    }
    for (name, value) in [
        ("TMPDIR", HOSTILE),
        ("HOME", HOSTILE),
        ("COLUMNS", HOSTILE),
        ("TERM", HOSTILE),
        ("LANG", HOSTILE),
        ("TZ", HOSTILE),
        ("NO_COLOR", HOSTILE),
        ("RUST_BACKTRACE", HOSTILE),
        ("POLARS_MAX_THREADS", HOSTILE),
        ("RAYON_NUM_THREADS", HOSTILE),
    ] {
        for arguments in
            [&["status", "CASE"] as &[_], &["queries", "check", "api_clients"], &["sql", "CASE", "SELECT 1"]]
        {
            let output = Command::new(BINARY)
                .args(os(arguments, &case))
                .args(["--color", "always"])
                .env(name, value)
                .output()
                .unwrap();
            assert_safe(&format!("{name}: {arguments:?}"), &output);
        }
    }
}
