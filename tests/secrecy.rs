//! Secrets and personal data stay out of logs, errors and the journal; values of columns that are not ours, and what
//! was rejected, stand nowhere in a case (1-overview, "What must always be true", 9).
//!
//! The marks are made at run time from parts, so that nothing here looks like a secret.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

const AS_OF: &str = "2019-10-02T12:00:00Z";

/// What must be found nowhere: a secret in an odd place.
fn secret(n: usize) -> String {
    ["zq", "Secret", "Mark", &n.to_string(), "vx"].concat()
}

/// What may stand in the store and in lists, never in what is logged.
fn person(n: usize) -> String {
    ["Zq", "Person", "Mark", &n.to_string(), "vy"].concat()
}

fn highwater(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).args(["-v", "-v"]).output().unwrap()
}

fn holds_mark(text: &str) -> bool {
    let text = text.to_lowercase();
    text.contains("secretmark") || text.contains("personmark")
}

/// What a command says on standard error holds no mark; what it prints as data is its user's.
fn quiet_about(arguments: &[&str]) -> Output {
    let output = highwater(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!holds_mark(&said), "{arguments:?} says: {said}");
    output
}

fn fails_quietly(arguments: &[&str]) -> String {
    let output = quiet_about(arguments);
    assert!(!output.status.success(), "{arguments:?} does not fail");
    String::from_utf8(output.stderr).unwrap()
}

/// Exports with marks in right columns, in wrong ones, in unknown ones and in records that can't be read.
fn write_exports(folder: &Path) {
    fs::create_dir(folder).unwrap();
    let users = [
        "user_id,account_id,email,name,phone,role,active,created_at,password,api key".to_owned(),
        format!(
            "u1,a1,{0}@example.com,{0},{0},agent,true,2015-01-01T00:00:00Z,{1},{1}",
            person(1),
            secret(1)
        ),
        // Persons in a column of codes: the word is kept beside `unknown`, and said nowhere.
        format!("u8,a1,{0}@example.com,{0},,{0}@example.com,true,2015-01-01T00:00:00Z,,", person(12)),
        format!("u9,a1,{0}@example.com,{0},,{1},true,2015-01-01T00:00:00Z,,", person(13), person(14)),
        // Secrets in columns of another type.
        format!("u2,a1,{0}@example.com,{0},,agent,{1},{1},,", person(2), secret(2)),
        // Rejected: no id; too many fields; too few.
        format!(",a1,{0}@example.com,{0},,agent,true,{1},{1},{1}", person(3), secret(3)),
        format!("u4,a1,{0}@example.com,{0},,agent,true,,{1},{1},{1}", person(4), secret(4)),
        format!("u5,{},{}", person(5), secret(5)),
        format!("u6,a1,{},,,agent,true,2015-01-01T00:00:00Z,,", person(6)),
        // A quote that nothing closes.
        format!("u7,a1,\"{}{}", person(7), secret(7)),
    ];
    fs::write(folder.join("users.csv"), users.join("\n")).unwrap();
    fs::write(
        folder.join("accounts.csv"),
        format!(
            "account_id,name,products,created_at,owner_name,owner_email,card\n\
             a1,{0},support,2014-01-01T00:00:00Z,{0},{0}@example.com,{1}\n\
             a1,{2},support,2014-01-01T00:00:00Z,{2},{2}@example.com,{1}\n",
            person(8),
            secret(8),
            person(9)
        ),
    )
    .unwrap();
    fs::write(
        folder.join("apps.csv"),
        format!(
            "installation_id,account_id,kind,installed_at,holds_credentials,settings\n\
             i1,a1,private,2015-01-01T00:00:00Z,{0},{0}\n",
            secret(9)
        ),
    )
    .unwrap();
    fs::write(
        folder.join("sources.toml"),
        format!(
            "[[source]]\nfile = \"users.csv\"\nexported_by = \"{}\"\nhanded_over = \"{}\"\n",
            person(10),
            person(11)
        ),
    )
    .unwrap();
}

fn case_with_marks(folder: &Path) -> PathBuf {
    let (exports, case) = (folder.join("exports"), folder.join("case"));
    write_exports(&exports);
    let done = quiet_about(&[
        "run",
        case.to_str().unwrap(),
        exports.to_str().unwrap(),
        "--incident",
        "zendesk-2016",
        "--as-of",
        AS_OF,
    ]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(!holds_mark(&String::from_utf8_lossy(&done.stdout)), "the summary names somebody");
    case
}

/// Everything that a file holds, as text.
fn content(path: &Path) -> String {
    if path.extension().is_none_or(|ending| ending != "parquet") {
        return String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    }
    let options = FormatOptions::default();
    let mut text = String::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap()
    {
        let batch = batch.unwrap();
        for column in batch.columns() {
            let formatter = ArrayFormatter::try_new(column.as_ref(), &options).unwrap();
            for row in 0..batch.num_rows() {
                text.push_str(&format!("{}\n", formatter.value(row)));
            }
        }
    }
    text
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    files.filter(|e| e.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

#[test]
fn values_of_unknown_columns_and_of_rejected_cells_stand_nowhere_in_a_case() {
    let folder = tempfile::tempdir().unwrap();
    let case = case_with_marks(folder.path());
    let (case_text, out) = (case.to_str().unwrap(), folder.path().join("verdicts"));
    quiet_about(&["export", case_text, "verdicts"]);
    quiet_about(&["export", case_text, "lists", "--format", "csv", "--format", "ndjson", "--per-customer"]);
    quiet_about(&["export", case_text, "verdicts", "--out", out.to_str().unwrap()]);
    let looked_at: Vec<PathBuf> = files(&case).into_iter().chain(files(&out)).collect();
    assert!(looked_at.len() > 30, "only {} files were looked at", looked_at.len());
    for path in &looked_at {
        assert!(!content(path).to_lowercase().contains("secretmark"), "{} holds a secret", path.display());
    }
    let stored = content(&files(&case.join("store/users"))[0]);
    assert!(
        stored.contains(&person(1)),
        "what is in its right column is stored: the marks are looked for rightly"
    );
    let rejects: String = files(&case.join("store/rejects/users")).iter().map(|p| content(p)).collect();
    assert!(
        rejects.contains("REQUIRED_MISSING")
            && rejects.contains("FIELD_COUNT")
            && rejects.contains("NOT_A_BOOLEAN")
    );
    assert!(!holds_mark(&rejects), "a masked copy tells");
}

#[test]
fn the_journal_the_record_of_a_run_and_the_summary_name_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let case = case_with_marks(folder.path());
    let register = content(&case.join("store/sources.parquet"));
    // What a person states of a file stands there by its own will, and nothing of any export.
    let stated = [person(10), person(11)];
    let of_exports = stated.iter().fold(register.clone(), |text, name| text.replace(name, ""));
    assert!(register.contains(&stated[0]) && !holds_mark(&of_exports), "the register names somebody");
    for file in [
        "journal.jsonl",
        "case.toml",
        "lock",
        "runs/0001/run.json",
        "out/0001/lists/summary.json",
        "out/0001/lists/summary.txt",
        "out/0001/lists/lists.json",
    ] {
        assert!(!holds_mark(&content(&case.join(file))), "{file} names somebody");
    }
}

#[test]
fn errors_of_every_kind_quote_no_data() {
    let folder = tempfile::tempdir().unwrap();
    let case = case_with_marks(folder.path());
    let case = case.to_str().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    // No header at all, of a stated table and of none; a header that lacks a column; two that are one of ours.
    let row = format!("u9,{},{}\n", person(20), secret(20));
    let headless = write("headless.csv", &row.repeat(3));
    fails_quietly(&["ingest", case, &headless, "--table", "users"]);
    fails_quietly(&["ingest", case, &headless]);
    let lacking = write("lacking.csv", &format!("user_id,name\n{row}"));
    let said = fails_quietly(&["ingest", case, &lacking, "--table", "users"]);
    assert!(said.contains("the header has: user_id, name"), "{said}");
    let doubled = write("doubled.csv", &format!("user_id,account_id,name,Name\n{row}"));
    fails_quietly(&["ingest", case, &doubled]);
    // A first line that is somebody's data, although one of its cells is a name of ours.
    let data = write("data.csv", &format!("a1,{0},active,{0}@example.com,{1}\n", person(22), secret(22)));
    fails_quietly(&["ingest", case, &data, "--table", "users"]);
    // An address or a secret as a header beside ours.
    let odd_headers =
        format!("account_id,{0}@example.com,zq9{1}9876543210\na1,x,y\n", person(23), secret(23));
    let odd_headers = write("odd-headers.csv", &odd_headers);
    quiet_about(&["ingest", case, &odd_headers, "-v"]);
    // Bytes that are no text, and a file that is no table at all.
    let mut bytes = format!("user_id,account_id,name\nu8,a1,{}\nu9,a1,", person(21)).into_bytes();
    bytes.extend([0xff, 0xfe, 0x00]);
    let odd = folder.path().join("odd.csv");
    fs::write(&odd, bytes).unwrap();
    quiet_about(&["ingest", case, odd.to_str().unwrap()]);
    // The same bytes in another reading; a hash that is stated and wrong.
    let users = folder.path().join("exports/users.csv");
    fails_quietly(&["ingest", case, users.to_str().unwrap(), "--zone", "America/Los_Angeles"]);
    // The engine's own words quote the value that it can't convert.
    for query in [
        "SELECT CAST(name AS INTEGER) FROM store_users",
        "SELECT CAST(email AS TIMESTAMP) FROM store_users",
        "SELECT strptime(name, '%Y') FROM store_users",
        "SELECT CAST(name || '''' || email AS DOUBLE) FROM store_users",
        "SELECT COUNT(*) FROM store_users WHERE CAST(phone AS BOOLEAN)",
        "SELECT (SELECT name FROM store_users)",
    ] {
        fails_quietly(&["sql", case, query]);
    }
    fails_quietly(&["show", case, "users", "--where", "nmae=x"]);
    fails_quietly(&["show", case, "record", "users.csv", "99"]);
}

/// A telephone number is a number to the engine, which tells it when it does not fit.
#[test]
fn numbers_of_persons_stand_in_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    let number = ["4179", "1234", "567"].concat();
    fs::write(exports.join("users.csv"), format!("user_id,account_id,phone\nu1,a1,{number}\n")).unwrap();
    let case = folder.path().join("case");
    let (case, exports) = (case.to_str().unwrap(), exports.to_str().unwrap());
    assert!(highwater(&["init", case, "--incident", "zendesk-2016"]).status.success());
    assert!(highwater(&["ingest", case, exports]).status.success());
    for query in [
        "SELECT CAST(CAST(phone AS BIGINT) AS INTEGER) FROM store_users",
        "SELECT CAST(phone AS BIGINT) * 9000000000 FROM store_users",
        "SELECT CAST(phone AS SMALLINT) FROM store_users",
        "SELECT CAST(CAST(phone AS BIGINT) AS TINYINT) FROM store_users",
    ] {
        let said = fails_quietly(&["sql", case, query]);
        assert!(!said.contains(&number), "{query} says: {said}");
    }
}

/// Samples of a dry run are data: on standard output only, and nothing of columns that are not ours.
#[test]
fn a_dry_run_shows_samples_as_data_only() {
    let folder = tempfile::tempdir().unwrap();
    let case = case_with_marks(folder.path());
    let exports = folder.path().join("exports");
    let output = quiet_about(&["ingest", case.to_str().unwrap(), exports.to_str().unwrap(), "--dry-run"]);
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(!shown.to_lowercase().contains("secretmark"), "{shown}");
}

/// What a person asks for by name is shown: the guard is on logs, not on the owner of the data.
#[test]
fn show_prints_what_its_owner_asks_for() {
    let folder = tempfile::tempdir().unwrap();
    let case = case_with_marks(folder.path());
    let case = case.to_str().unwrap();
    let users = quiet_about(&["show", case, "users", "--csv"]);
    assert!(String::from_utf8(users.stdout).unwrap().contains(&person(1)));
    let record = quiet_about(&["show", case, "record", "users.csv", "5", "--raw"]);
    assert!(String::from_utf8(record.stdout).unwrap().contains(&secret(3)));
}

/// Secrets of many shapes, none of which anybody uses.
fn shapes() -> Vec<String> {
    // Drawn by lot, the same each time.
    let letters = |n: usize, alphabet: &str, seed: u64| -> String {
        let alphabet: Vec<char> = alphabet.chars().collect();
        let next =
            |x: &u64| Some(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
        let drawn = std::iter::successors(next(&seed), next).map(|x| (x >> 33) as usize);
        drawn.take(n).map(|x| alphabet[x % alphabet.len()]).collect()
    };
    let (hex, upper) = ("0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
    let mixed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let only_letters = &mixed[..52];
    vec![
        letters(64, hex, 7),
        letters(32, &hex.to_uppercase(), 5),
        letters(16, hex, 3),
        letters(44, mixed, 11),
        format!("{}==", letters(22, mixed, 13)),
        letters(20, only_letters, 7),
        letters(40, "abcdefghijklmnopqrstuvwxyz", 7),
        ["eyJ", &letters(30, only_letters, 3), ".", &letters(30, mixed, 7), ".", &letters(43, mixed, 9)]
            .concat(),
        ["sk", "_live_", &letters(24, "abcdefgh", 3)].concat(),
        ["gh", "p_", &letters(36, mixed, 5)].concat(),
        ["AK", "IA", &letters(16, upper, 7)].concat(),
        ["xo", "xb-", &letters(12, "123456789", 5), "-", &letters(24, mixed, 7)].concat(),
        ["Bearer ", &letters(40, mixed, 3)].concat(),
        ["-----BEGIN", " RSA PRIVATE KEY-----"].concat(),
        ["api key: ", &letters(32, hex, 11)].concat(),
        ["password", "=", "open sesame"].concat(),
        ["postgres", "://", "admin:", "sesame", "@db/main"].concat(),
        ["ann.smith", "@", "example.com"].concat(),
        ["+41 79 ", "123 45 67"].concat(),
        ["4111 1111 ", "1111 1111"].concat(),
        letters(200, hex, 7),
    ]
}

/// What must be seen nowhere of a header: its longest word, or all of it where its words are short.
fn telling(header: &str) -> &str {
    let longest = header.split([' ', '.']).max_by_key(|word| word.len()).unwrap();
    if longest.len() > 8 { longest } else { header }
}

/// A system may name a column after what it holds, and the first line of a file without a header is data.
#[test]
fn a_header_like_a_secret_stands_masked_wherever_headers_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    let shapes = shapes();
    let header: Vec<String> = shapes.iter().map(|shape| format!("\"{shape}\"")).collect();
    let cells = ",".repeat(shapes.len());
    fs::write(exports.join("users.csv"), format!("user_id,account_id,{}\nu1,a1{cells}\n", header.join(",")))
        .unwrap();
    fs::write(exports.join("accounts.csv"), format!("account_id,{}\na1{cells}\n", header.join(","))).unwrap();
    let case = folder.path().join("case");
    let (case_text, exports) = (case.to_str().unwrap(), exports.to_str().unwrap());
    let mut seen = String::new();
    let mut look = |arguments: &[&str], is_success: bool| {
        let output = highwater(arguments);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert_eq!(output.status.success(), is_success, "{arguments:?}: {text}");
        seen.push_str(&format!("{arguments:?}: {text}\n"));
    };
    look(&["init", case_text, "--incident", "zendesk-2016"], true);
    look(&["ingest", case_text, exports, "--dry-run"], true);
    look(&["ingest", case_text, exports, "--dry-run", "--json"], true);
    look(&["ingest", case_text, exports], true);
    look(&["ingest", case_text, exports, "--json"], true);
    look(&["classify", case_text, "--as-of", AS_OF], true);
    look(&["classify", case_text, "--as-of", AS_OF, "--json"], true);
    look(&["export", case_text, "lists", "--format", "csv", "--format", "ndjson"], true);
    look(&["status", case_text], true);
    look(&["status", case_text, "--json"], true);
    look(&["show", case_text, "sources"], true);
    look(&["show", case_text, "sources", "--json"], true);
    look(&["show", case_text, "findings", "--csv"], true);
    look(&["show", case_text, "findings", "--json"], true);
    look(&["sql", case_text, "SELECT unknown_columns FROM sources"], true);
    look(&["sql", case_text, "SELECT * FROM findings", "--json"], true);
    // Files that are refused: of no table, of a table that lacks a column, of two, with a column that may be a key.
    for (number, header) in [
        header.join(","),
        format!("name,{}", header.join(",")),
        format!("user_id,{}", header.join(",")),
        format!("user_id,User-ID,account_id,{}", header.join(",")),
        format!(
            "account_id,created_at,{}",
            header.iter().map(|h| format!("{h} id")).collect::<Vec<_>>().join(",")
        ),
    ]
    .iter()
    .enumerate()
    {
        let file = folder.path().join(format!("odd-{number}.csv"));
        fs::write(&file, format!("{header}\n")).unwrap();
        let file = file.to_str().unwrap();
        for more in [&[][..], &["--dry-run"], &["--table", "users"], &["--table", "sso"]] {
            let output = highwater(&[&["ingest", case_text, file], more].concat());
            seen.push_str(&format!("{number} {more:?}: {}", String::from_utf8_lossy(&output.stderr)));
        }
    }
    for path in files(&case) {
        seen.push_str(&format!("{}: {}\n", path.display(), content(&path)));
    }
    assert!(seen.contains("COLUMN_UNKNOWN") && seen.contains("xxx"), "headers are told at all");
    let lines = |telling: &str| -> Vec<String> {
        let told = seen.lines().filter(|line| line.contains(telling));
        told.map(|line| line.chars().take(300).collect()).collect()
    };
    for shape in &shapes {
        assert_eq!(lines(telling(shape)), Vec::<String>::new(), "{shape}");
    }
}

/// Who reads a report of unknown columns needs their names: ordinary ones stay.
#[test]
fn ordinary_headers_are_told_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let names = [
        "api key",
        "lastSignInAtUtc",
        "isSsoEnabledForAllUsers",
        "number_of_open_tickets_last_30_days",
        "custom_field_17",
        "CUSTOMER_REFERENCE_NUMBER",
        "two-factor authentication enabled (y/n)",
        "asia_pacific",
        "sk_number",
        "utm_source/medium",
        "Straßenname und Hausnummer",
        "組織",
    ];
    let file = folder.path().join("users.csv");
    fs::write(&file, format!("user_id,account_id,{}\n", names.join(","))).unwrap();
    let case = folder.path().join("case");
    let (case, file) = (case.to_str().unwrap(), file.to_str().unwrap());
    assert!(highwater(&["init", case, "--incident", "zendesk-2016"]).status.success());
    let output = highwater(&["ingest", case, file, "--table", "users", "--dry-run", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["files"][0]["unknown_columns"], serde_json::json!(names));
}
