//! The engine is locked down, questions in SQL can only read, and nothing opens a socket
//! (8-engineering, "DuckDB, locked down"; 1-overview, "What must always be true", 8).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by failing, or that it was skipped; the lints let only functions marked as tests do so"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use arrow::array::AsArray;
use highwater::base::Kind;
use highwater::case::Case;
use highwater::engine::ask::{Question, functions};
use highwater::engine::{Access, Session};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_highwater");

fn exports() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/zendesk-2016")
}

/// A case with one run over the sample data, made once; nothing here changes it.
fn case() -> &'static Path {
    static CASE: OnceLock<TempDir> = OnceLock::new();
    let folder = CASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let done = Command::new(BINARY)
            .arg("run")
            .arg(folder.path().join("case"))
            .arg(exports())
            .args(["--incident", "zendesk-2016", "--quiet"])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        folder
    });
    // The engine compares paths without links.
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| folder.path().join("case").canonicalize().unwrap())
}

fn sql(query: &str) -> Output {
    Command::new(BINARY).arg("sql").arg(case()).args([query, "--csv"]).output().unwrap()
}

/// All files below a folder with their bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
        .map(|e| (e.path().to_path_buf(), fs::read(e.path()).unwrap()))
        .collect()
}

/// A session over the case as verbs open it.
fn session(spill: &Path) -> Session {
    let session = Session::open(&Access {
        threads: 1,
        memory: 512 << 20,
        spill: spill.to_path_buf(),
        spill_bytes: 64 << 20,
        folders: vec![case().join("store"), case().join("runs/0001")],
        keeps_order: true,
    })
    .unwrap();
    let verdicts = case().join("runs/0001/verdicts/user_passwords.parquet");
    session.parquet_view("user_passwords", &[verdicts]).unwrap();
    session
}

fn runs(session: &Session, sql: &str) -> Result<(), String> {
    session.stream(sql, &[], |_| Ok(())).map_err(|e| e.to_string())
}

#[test]
fn the_engine_reaches_nothing_outside_its_folders() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    let secret = outside.join("secret.csv");
    fs::write(&secret, "a\n1\n").unwrap();
    let (case, outside) = (case().display(), outside.display());
    let spill = folder.path().join("spill");
    fs::create_dir(&spill).unwrap();
    let session = session(&spill);
    runs(&session, "SELECT COUNT(*) FROM user_passwords").expect("its own folders are read");
    for sql in [
        "SELECT * FROM read_text('/etc/passwd')".to_owned(),
        "SELECT * FROM read_csv('/etc/passwd')".to_owned(),
        "SELECT * FROM '/etc/passwd'".to_owned(),
        "SELECT * FROM glob('/etc/*')".to_owned(),
        format!("SELECT * FROM read_csv('{outside}/secret.csv')"),
        format!("SELECT * FROM read_text('{case}/keys/case.key')"),
        format!("SELECT * FROM read_text('{case}/store/../keys/case.key')"),
        format!("SELECT * FROM read_text('{case}/journal.jsonl')"),
        format!("SELECT * FROM read_text('{case}/runs/0002/../../keys/case.key')"),
        format!("COPY (SELECT 1) TO '{outside}/copied.csv'"),
        format!("COPY (SELECT 1) TO '{case}/keys/copied.csv'"),
        format!("COPY (SELECT 1) TO '{case}/store/../copied.csv'"),
        format!("COPY user_passwords FROM '{outside}/secret.csv'"),
        format!("ATTACH '{outside}/other.db'"),
        format!("ATTACH '{case}/other.db'"),
        format!("EXPORT DATABASE '{outside}/exported'"),
        format!("EXPORT DATABASE '{case}/out'"),
        format!("IMPORT DATABASE '{outside}'"),
        "INSTALL httpfs".to_owned(),
        "LOAD httpfs".to_owned(),
        format!("LOAD '{outside}/extension.duckdb_extension'"),
        "SELECT * FROM read_csv('https://example.com/a.csv')".to_owned(),
        "SELECT * FROM read_parquet('s3://bucket/a.parquet')".to_owned(),
        "SET enable_external_access = true".to_owned(),
        "SET allowed_directories = ['/']".to_owned(),
        "SET memory_limit = '1TB'".to_owned(),
        "SET lock_configuration = false".to_owned(),
        "RESET memory_limit".to_owned(),
        "SET autoload_known_extensions = true".to_owned(),
    ] {
        assert!(runs(&session, &sql).is_err(), "the engine runs {sql}");
    }
    let left: Vec<PathBuf> = files(folder.path()).into_keys().collect();
    assert_eq!(left, [secret], "something was written outside");
}

#[test]
fn the_settings_are_those_of_the_design_and_locked() {
    let spill = tempfile::tempdir().unwrap();
    let session = session(spill.path());
    let setting = |name: &str| {
        let mut value = String::new();
        let sql = format!("SELECT CAST(current_setting('{name}') AS VARCHAR) AS value");
        session
            .stream(&sql, &[], |batch| {
                value = batch.column(0).as_string::<i32>().value(0).to_owned();
                Ok(())
            })
            .unwrap();
        value
    };
    for (name, expected) in [
        ("autoinstall_known_extensions", "false"),
        ("autoload_known_extensions", "false"),
        ("allow_community_extensions", "false"),
        ("enable_external_access", "false"),
        ("lock_configuration", "true"),
        ("threads", "1"),
        ("memory_limit", "512.0 MiB"),
        ("max_temp_directory_size", "64.0 MiB"),
    ] {
        assert_eq!(setting(name), expected, "{name}");
    }
    let allowed = setting("allowed_directories");
    for folder in ["store", "runs/0001"] {
        assert!(allowed.contains(&*case().join(folder).to_string_lossy()), "{allowed}");
    }
    for other in ["keys", "out", "runs/0002"] {
        assert!(!allowed.contains(other), "{allowed}");
    }
}

/// A view over a file that is a link to a place outside is no way out.
#[cfg(unix)]
#[test]
fn a_symbolic_link_in_the_store_leads_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    fs::create_dir(&store).unwrap();
    let outside = folder.path().join("outside.parquet");
    fs::copy(case().join("runs/0001/verdicts/user_passwords.parquet"), &outside).unwrap();
    std::os::unix::fs::symlink(&outside, store.join("inside.parquet")).unwrap();
    let session = Session::open(&Access {
        threads: 1,
        memory: 512 << 20,
        spill: folder.path().join("spill"),
        spill_bytes: 64 << 20,
        folders: vec![store.clone()],
        keeps_order: false,
    })
    .unwrap();
    assert!(session.parquet_view("inside", &[store.join("inside.parquet")]).is_err());
}

#[test]
fn a_question_that_is_not_one_select_over_listed_views_is_refused() {
    let before = files(case());
    let keys = case().join("keys/case.key");
    let keys = keys.display();
    let store = case().join("store");
    let store = store.display();
    for query in [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv_auto('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM \"/etc/passwd\"",
        "FROM '/etc/passwd'",
        "SELECT * FROM glob('*')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_views",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM pg_catalog.pg_class",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM main.store_users",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('store_users')",
        "SELECT * FROM range(10)",
        "SELECT * FROM unnest([1, 2])",
        "SELECT unnest([1, 2])",
        "SELECT getenv('HOME')",
        "SELECT current_setting('temp_directory')",
        "SELECT current_user",
        "SELECT \"current_timestamp\"",
        "SELECT \"current_date\"",
        "SELECT \"user\"",
        "SELECT user_id FROM store_users TABLESAMPLE (10 PERCENT)",
        "SELECT current_timestamp",
        "SELECT now()",
        "SELECT random()",
        "SELECT version()",
        "SELECT nextval('s')",
        "SELECT COLUMNS('.*') FROM store_users",
        "SELECT * FROM store_users, LATERAL read_text('/etc/passwd')",
        "SELECT (SELECT content FROM read_text('/etc/passwd'))",
        "SELECT * FROM store_users WHERE user_id IN (SELECT content FROM read_text('/etc/passwd'))",
        "WITH t AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM t",
        "WITH t AS (WITH \"/etc/passwd\" AS (SELECT 1) SELECT 1) SELECT * FROM \"/etc/passwd\"",
        "WITH t AS (WITH duckdb_views AS (SELECT 1) SELECT 1) SELECT * FROM duckdb_views",
        "WITH t AS (WITH other AS (SELECT 1) SELECT 1) SELECT * FROM other",
        "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT * FROM t",
        "COPY (SELECT 1) TO '/tmp/highwater-never'",
        "ATTACH '/tmp/highwater-never.db'",
        "EXPORT DATABASE '/tmp/highwater-never'",
        "CREATE TABLE mine AS SELECT 1",
        "CREATE VIEW mine AS SELECT 1",
        "DROP VIEW store_users",
        "DELETE FROM param_product",
        "UPDATE param_product SET in_scope = FALSE",
        "INSERT INTO param_product VALUES ('x', TRUE)",
        "SELECT 1 INTO mine",
        "PRAGMA enable_profiling",
        "PRAGMA database_list",
        "SET threads = 1",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CALL pragma_version()",
        "EXPLAIN SELECT 1",
        "DESCRIBE store_users",
        "SHOW TABLES",
        "SUMMARIZE store_users",
        "VACUUM",
        "CHECKPOINT",
        "BEGIN",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW store_users",
        "SELECT 1) AS answer; DROP VIEW store_users; SELECT * FROM (SELECT 1",
        "SELECT 1) TO '/tmp/highwater-never' (FORMAT CSV",
        "SELECT $$a$$",
        "SELECT $tag$a$tag$",
        "SELECT E'a'",
        "SELECT E'\\'', getenv('HOME'), '",
        "SELECT e'\\'' FROM read_text('/etc/passwd') --'",
        "SELECT X'41'",
        "SELECT N'a'",
        "SELECT U&'a'",
        "SELECT ?",
        "SELECT $1",
        "SELECT /* /* */ 1 */ 2",
        "SELECT 'open",
        "",
        ";",
        "/* nothing */",
        &format!("SELECT * FROM read_text('{keys}')"),
        &format!("SELECT * FROM '{store}/users/x.parquet'"),
        &format!("SELECT * FROM read_parquet('{store}/*/*.parquet')"),
        &format!("COPY (SELECT 1) TO '{store}/mine.csv'"),
        &format!("ATTACH '{store}/mine.db'"),
        &format!("EXPORT DATABASE '{store}/mine'"),
    ] {
        let output = sql(query);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{query}: {said}");
        assert!(said.contains("query:"), "{query} says no place: {said}");
        assert!(output.stdout.is_empty(), "{query} answers");
    }
    assert!(files(case()) == before, "a question changed the case");
    assert!(!Path::new("/tmp/highwater-never").exists() && !Path::new("/tmp/highwater-never.db").exists());
}

#[test]
fn what_an_investigator_asks_is_answered() {
    for (query, answer) in [
        ("SELECT COUNT(*) AS n FROM store_accounts", "n\n74\n"),
        ("select count(*) as n from STORE_accounts;", "n\n74\n"),
        (
            "/* how many */ SELECT COUNT(*) /* all of them */ AS n -- of them\nFROM store_accounts ; -- end",
            "n\n74\n",
        ),
        (
            "WITH a AS (SELECT 1 AS n), b AS (SELECT n FROM a) SELECT n FROM b UNION ALL SELECT 2 ORDER BY n DESC",
            "n\n2\n1\n",
        ),
        ("SELECT 'a''b' AS \"x\"\"y\", '--' AS c, ';' AS d, '/*' AS e", "\"x\"\"y\",c,d,e\na'b,--,;,/*\n"),
        ("SELECT n FROM (VALUES (1), (2)) AS t(n) ORDER BY n", "n\n1\n2\n"),
        ("SELECT CASE WHEN 1 = 1 THEN 'yes' END AS x, NULL AS y, TRUE AS z", "x,y,z\nyes,,true\n"),
        (
            "SELECT CAST('2016-11-01 00:00:00.5' AS TIMESTAMP) AS t, DATE '2016-11-01' AS d",
            "t,d\n2016-11-01T00:00:00.500000Z,2016-11-01\n",
        ),
        ("SELECT SUM(n) AS s, 1.50 AS d, 2e3 AS f FROM (VALUES (1), (2)) AS t(n)", "s,d,f\n3,1.50,2000.0\n"),
        ("SELECT list_contains(string_split('chat;support', ';'), 'chat') AS has", "has\ntrue\n"),
        (
            "SELECT n, ROW_NUMBER() OVER (ORDER BY n DESC) AS r FROM (VALUES (1), (2)) AS t(n) ORDER BY n",
            "n,r\n1,2\n2,1\n",
        ),
    ] {
        let output = sql(query);
        assert!(output.status.success(), "{query}: {}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(String::from_utf8(output.stdout).unwrap(), answer, "{query}");
    }
}

/// The list of functions is held against what the engine says of them.
#[test]
fn every_function_of_the_list_depends_on_its_arguments_alone() {
    let spill = tempfile::tempdir().unwrap();
    let session = session(spill.path());
    let mut kinds: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    session
        .stream(
            "SELECT function_name, function_type, COALESCE(CAST(has_side_effects AS VARCHAR), 'false') \
             || COALESCE(stability, 'CONSISTENT') FROM duckdb_functions()",
            &[],
            |batch| {
                let column = |i: usize| batch.column(i).as_string::<i32>().clone();
                let (names, types, effects) = (column(0), column(1), column(2));
                for row in 0..batch.num_rows() {
                    let kind = (types.value(row).to_owned(), effects.value(row).to_owned());
                    kinds.entry(names.value(row).to_owned()).or_default().insert(kind);
                }
                Ok(())
            },
        )
        .unwrap();
    // What is syntax to the engine: its functions() does not list it.
    let syntax: BTreeSet<&str> = ["coalesce", "nullif", "ifnull", "least", "greatest"].into();
    for group in functions::all().unwrap() {
        for name in &group.names {
            let Some(kinds) = kinds.get(name) else {
                let is_window = group.what == "over a window";
                assert!(is_window || syntax.contains(name.as_str()), "the engine knows no {name}");
                continue;
            };
            for (kind, effect) in kinds {
                assert!(["scalar", "aggregate", "macro"].contains(&kind.as_str()), "{name} is a {kind}");
                assert_eq!(effect, "falseCONSISTENT", "{name}");
            }
        }
    }
}

#[test]
fn what_was_probably_meant_is_said_with_line_and_column() {
    for (query, place, meant) in [
        ("SELECT 1\nFROM store_user", "query:2:6:", "did you mean store_users?"),
        ("SELECT lenght('a')", "query:1:8:", "did you mean length?"),
        ("SELECT\n  emial FROM store_users", "query:2:3:", "\"email\""),
        ("SELECT 1 FORM store_users", "query:1:15:", "SELECT"),
    ] {
        let output = sql(query);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(place) && said.contains(meant), "{query}: {said}");
    }
}

/// The checks stand before the engine, so they hold without a case as well.
#[test]
fn only_listed_views_can_be_named() {
    let listed: BTreeSet<String> = ["store_users".to_owned(), "findings".to_owned()].into();
    let question = Question::read("SELECT * FROM Store_Users AS u JOIN findings ON TRUE", &listed).unwrap();
    assert_eq!(question.views(), &listed);
    for query in ["SELECT * FROM store_accounts", "SELECT * FROM store_users.x", "SELECT * FROM u"] {
        assert!(Question::read(query, &listed).is_err(), "{query}");
    }
}

#[cfg(unix)]
#[test]
fn the_case_key_can_be_read_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(case().join("keys/case.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// Runs the program under strace and returns what it asked of the network.
fn traced(folder: &Path, arguments: &[&str]) -> String {
    let trace = folder.join("trace");
    let done = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=%network", "-e", "signal=none", "-o"])
        .arg(&trace)
        .arg(BINARY)
        .args(arguments)
        .output()
        .unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    fs::read_to_string(trace).unwrap()
}

/// Traced over the whole job: the program opens no socket, ever.
#[cfg(target_os = "linux")]
#[test]
fn no_verb_opens_a_socket() {
    if Command::new("strace").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "strace is not installed");
        eprintln!("skipped: strace is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case");
    let demo = folder.path().join("demo");
    let exports = exports();
    let (case, demo, exports) = (case.to_str().unwrap(), demo.to_str().unwrap(), exports.to_str().unwrap());
    for arguments in [
        vec!["run", case, exports, "--incident", "zendesk-2016"],
        vec!["ingest", case, exports],
        vec!["classify", case, "--as-of", "2019-10-03T12:00:00Z"],
        vec!["export", case, "verdicts"],
        vec!["export", case, "lists", "--per-customer", "--format", "parquet"],
        vec!["status", case],
        vec!["show", case, "--id", "360004100046"],
        vec!["show", case, "record", "sso.csv", "1"],
        vec!["sql", case],
        vec!["sql", case, "SELECT * FROM user_passwords"],
        vec!["incidents", "list"],
        vec!["demo", "--dir", demo],
    ] {
        assert_eq!(traced(folder.path(), &arguments), "", "{arguments:?}");
    }
}

/// What is not linked can't be called: the program itself imports nothing that opens or uses a socket.
#[cfg(target_os = "linux")]
#[test]
fn the_program_imports_nothing_of_the_network() {
    if cfg!(feature = "bundled") {
        eprintln!("skipped: with DuckDB compiled in, its unused client is part of the program");
        return;
    }
    let program = fs::read(BINARY).unwrap();
    let imports = |name: &str| {
        let name = [b"\0", name.as_bytes(), b"\0"].concat();
        program.windows(name.len()).any(|window| window == name)
    };
    assert!(imports("open64") || imports("open"), "names are looked for in the wrong form");
    for name in
        ["socket", "connect", "bind", "listen", "accept", "accept4", "getaddrinfo", "sendto", "recvfrom"]
    {
        assert!(!imports(name), "the program imports {name}");
    }
}

/// Two sessions at once, of one case, each with scratch of its own.
#[test]
fn sessions_share_no_scratch() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("case");
    let done =
        Command::new(BINARY).arg("init").arg(&root).args(["--incident", "zendesk-2016"]).output().unwrap();
    assert!(done.status.success());
    let case = Case::open(&root).unwrap();
    let (one, other) = (case.scratch().unwrap(), case.scratch().unwrap());
    assert_ne!(one.folder(), other.folder());
    assert!(one.folder().starts_with(root.join("tmp")) && one.folder().is_dir());
    fs::create_dir_all(root.join("tmp/left")).unwrap();
    fs::write(root.join("tmp/left/spilled"), "x").unwrap();
    fs::write(root.join("tmp/dead.lock"), "").unwrap();
    fs::create_dir(root.join("tmp/dead")).unwrap();
    drop(case.lock("ingest").unwrap());
    assert!(one.folder().is_dir() && other.folder().is_dir(), "the sweep took a scratch folder in use");
    assert!(!root.join("tmp/left").exists(), "what a killed process left stays");
    assert!(!root.join("tmp/dead").exists() && !root.join("tmp/dead.lock").exists());
    drop((one, other));
    assert!(!root.join("tmp").exists(), "scratch stays behind");
}

/// A link in place of the scratch folder is not followed.
#[cfg(unix)]
#[test]
fn the_sweep_follows_no_link() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("case");
    let done =
        Command::new(BINARY).arg("init").arg(&root).args(["--incident", "zendesk-2016"]).output().unwrap();
    assert!(done.status.success());
    let precious = folder.path().join("precious");
    fs::create_dir(&precious).unwrap();
    fs::write(precious.join("file"), "x").unwrap();
    std::os::unix::fs::symlink(&precious, root.join("tmp")).unwrap();
    assert_eq!(Case::open(&root).unwrap_err().kind(), Kind::CaseUnusable);
    assert!(precious.join("file").is_file());
}
