//! "What must always be true" (1-overview), one test a sentence, named after it, on the sample data and on
//! spoilt copies of it. They look from outside: what they compare with is read from the files by themselves.
//! Each sentence has more, and sharper, tests by subject; the comment of its test here says where.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod csv;
mod job;
mod spoil;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::Path;
use std::sync::LazyLock;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest as _, Sha256};

use job::{Answer, DECIDED, Job, highwater, sample, text};
use spoil::{Column, Spoilt};

/// The sample as it is: one run, shared by all who only look.
static SAMPLE: LazyLock<Job> = LazyLock::new(|| Job::run(&sample()));

/// Its verdicts, by query.
static VERDICTS: LazyLock<BTreeMap<String, Vec<csv::Row>>> = LazyLock::new(|| SAMPLE.verdicts());

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn batches(parquet: &Path) -> Vec<RecordBatch> {
    let file = File::open(parquet).expect("a Parquet file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("a reader");
    reader.map(|batch| batch.expect("a batch")).collect()
}

/// The sources of a case, as `status` tells them.
fn sources(job: &Job) -> Vec<serde_json::Value> {
    job.json(&["status"])["sources"].as_array().expect("sources").clone()
}

/// (1) Records read = stored + left out by a filter + rejected, where *read* is counted here, apart from the
/// program; a rejected record keeps number, byte range, hash, reason and a masked copy.
/// More: `tests/intake`, `tests/fuzz.rs`.
#[test]
fn nothing_is_lost() {
    let given = Spoilt::new().with_ragged_rows();
    let job = Job::run(given.path());
    let mut rejected = 0;
    for source in sources(&job) {
        let number = |name: &str| source[name].as_u64().expect("a number");
        let path = source["path"].as_str().expect("a path");
        let bytes = fs::read(path).expect("the source");
        let records = csv::records(&bytes);
        assert_eq!(number("read") as usize, records.len() - 1, "{path}");
        assert_eq!(number("read"), number("stored") + number("rejected"), "{path}");
        let kept = rejects(&job, &source);
        assert_eq!(kept.len() as u64, number("rejected"), "{path}: {source}");
        for reject in kept {
            let lies = &records[reject.record];
            let record = &bytes[reject.start..reject.end];
            assert!(bytes[lies.clone()].starts_with(record) && lies.start == reject.start, "{path}");
            assert!(lies.end - reject.end <= 2, "only the line end stands behind it: {path}");
            assert_eq!(reject.sha256, sha256(record), "{path}");
            assert!(!reject.reason.is_empty() && !reject.masked.is_empty(), "{path}");
            rejected += 1;
        }
    }
    assert!(rejected > 20, "the spoilt sample has only {rejected} rejected records");
}

struct Reject {
    record: usize,
    start: usize,
    end: usize,
    sha256: String,
    reason: String,
    masked: String,
}

/// The rejected records of a source, as they are kept.
fn rejects(job: &Job, source: &serde_json::Value) -> Vec<Reject> {
    let sixteen = &source["sha256"].as_str().expect("a hash")[..16];
    let table = source["table"].as_str().expect("a table");
    let path = job.case().join(format!("store/rejects/{table}/{sixteen}.parquet"));
    let mut rejects = Vec::new();
    for batch in if path.exists() { batches(&path) } else { Vec::new() } {
        let words = |name: &str| batch[name].as_string::<i32>().clone();
        let number = |name: &str, row| batch[name].as_primitive::<Int64Type>().value(row) as usize;
        for row in (0..batch.num_rows()).filter(|row| words("kind").value(*row) == "record") {
            rejects.push(Reject {
                record: number("record", row),
                start: number("byte_start", row),
                end: number("byte_end", row),
                sha256: words("sha256").value(row).to_owned(),
                reason: words("reason").value(row).to_owned(),
                masked: words("masked").value(row).to_owned(),
            });
        }
    }
    rejects
}

/// (2) Each verdict's reason is a code of its query's sidecar, with the state that stands beside it there; the
/// record it rests on is found in its source by hash and number, and names the subject.
/// More: `tests/goldens.rs`, `tests/reading.rs`.
#[test]
fn every_verdict_has_a_reason() {
    let verdicts = &*VERDICTS;
    let files: BTreeMap<String, (Vec<u8>, Vec<std::ops::Range<usize>>)> = sources(&SAMPLE)
        .iter()
        .map(|source| fs::read(source["path"].as_str().expect("a path")).expect("the source"))
        .map(|bytes| (sha256(&bytes)[..16].to_owned(), (csv::records(&bytes), bytes)))
        .map(|(source, (records, bytes))| (source, (bytes, records)))
        .collect();
    let mut followed = 0;
    for (query, id) in DECIDED {
        let stated = stated_reasons(query);
        for row in &verdicts[query] {
            let state = row.get("state").or(row.get("exposure")).expect("a state");
            assert_eq!(stated.get(&row["reason"]), Some(state), "{query}: {row:?}");
            if row["source"].is_empty() {
                // Only an account that nothing but other tables name rests on no record of its own.
                assert_eq!(row.get("listed").map(String::as_str), Some("false"), "{query}: {row:?}");
                continue;
            }
            let (bytes, records) = &files[&row["source"]];
            let record = records[row["record"].parse::<usize>().expect("a number")].clone();
            let cells = csv::cells(&bytes[record]);
            assert!(cells.iter().any(|cell| cell.trim() == row[id]), "{query}: {row:?} is not {cells:?}");
            followed += 1;
        }
    }
    assert!(followed > 1000, "only {followed} verdicts were followed to their record");
}

/// The codes of a query's sidecar, each with its state.
fn stated_reasons(query: &str) -> BTreeMap<String, String> {
    let sidecar = fs::read_to_string(job::root().join(format!("queries/classify/{query}.toml")));
    let sidecar: toml::Table = sidecar.expect("a sidecar").parse().expect("TOML");
    let text = |value: &toml::Value| value.as_str().expect("text").to_owned();
    let reasons = sidecar["reason"].as_array().expect("reasons").iter();
    reasons.map(|reason| (text(&reason["code"]), text(&reason["state"]))).collect()
}

/// (3) Where a cell can't be read, a code is not ours, a table is missing or nobody declared what the exports can
/// show, nobody becomes clear by it, and nobody certain; what the rules give a meaning (3-rules, last but one
/// section) is named here. More: `tests/rules`, the near misses of `highwater queries check`.
#[test]
fn doubt_is_a_verdict() {
    let before = Answer::of(&VERDICTS);
    let (mut tried, mut wrong) = (0, Vec::new());
    for column in spoil::columns().iter().filter(|column| can_be_unreadable(column)) {
        let Some(spoilt) = Spoilt::new().with_cells(column, "?what?") else { continue };
        let after = Answer::of(&Job::run(spoilt.path()).verdicts());
        let clear = after.clear.difference(&before.clear);
        let certain = after.certain.difference(&before.certain).filter(|_| !gives_way_to_act(column));
        let told = |(word, subject): (&str, &(String, String))| {
            format!("{}.{} unreadable: {subject:?} {word}", column.table, column.name)
        };
        let new = clear.map(|subject| ("clear", subject)).chain(certain.map(|subject| ("certain", subject)));
        wrong.extend(new.filter(|(_, subject)| !was_contradicted(subject)).map(told));
        tried += 1;
    }
    assert!(wrong.is_empty(), "what can't be read decides:\n{}", wrong.join("\n"));
    assert!(tried > 30, "only {tried} columns were spoilt");
}

/// A creation may speak against (3-rules, last but one section), and when it can't be read any more nothing does:
/// an account made after the window whose user, app or certificate is older; a new certificate on an old key.
fn was_contradicted((query, id): &(String, String)) -> bool {
    let column = DECIDED.into_iter().find(|(decided, _)| decided == query).map(|(_, column)| column);
    let row = VERDICTS[query].iter().find(|row| row[column.expect("a query")] == *id).expect("its verdict");
    let mut accounts = VERDICTS["account_exposure"].iter();
    let account = accounts.find(|account| account["account_id"] == row["account_id"]);
    account.is_some_and(|account| account["reason"].starts_with("CHILD_"))
        || (query == "certificates" && row["reason"].starts_with("KEY_"))
}

/// Identifiers, addresses and descriptive text are whatever they are; `notices` decides nothing.
fn can_be_unreadable(column: &Column) -> bool {
    ["instant", "bool", "code", "word"].contains(&column.kind.as_str())
        && !column.required
        && column.table != "notices"
}

/// Where the rules give an unreadable cell a meaning: it counts as a password and as no single sign-on, because
/// "to act is never wrong there" (2-tables, booleans); and an access counts unless it was determined after as_of
/// for certain (3-rules, "The state is that of as_of").
fn gives_way_to_act(column: &Column) -> bool {
    let named = (column.table.as_str(), column.name.as_str());
    [("users", "has_password"), ("users", "sso_only"), ("accessed", "determined_at")].contains(&named)
}

fn no_new(what: &str, word: &str, before: &BTreeSet<(String, String)>, after: &BTreeSet<(String, String)>) {
    let new: Vec<_> = after.difference(before).collect();
    assert!(new.is_empty(), "{what}: {word} now, and was not: {new:?}");
}

/// 3, of what was not declared: without coverage nothing that is absent makes anybody certain or clear.
#[test]
fn absence_proves_nothing_that_nobody_declared() {
    let before = Answer::of(&VERDICTS);
    let job = Job::run(Spoilt::new().without_coverage().path());
    let verdicts = job.verdicts();
    let after = Answer::of(&verdicts);
    no_new("no coverage", "clear", &before.clear, &after.clear);
    let mut certain = after.certain.clone();
    certain.retain(|subject| !reuses_a_key(&verdicts, subject));
    no_new("no coverage", "certain", &before.certain, &certain);
    for query in ["user_passwords", "app_credentials"] {
        let certain = verdicts[query].iter().filter(|row| row["state"] == "must_act").count();
        assert_eq!(certain, 0, "{query}: a change may be missing from exports that promise nothing");
    }
    assert!(after.clear.len() < before.clear.len(), "the sample's coverage clears somebody");
}

/// 3-rules (4, *exposed key*) counts the key of a certificate whose account may be out of scope as exposed, so a
/// later certificate on it must act; with coverage of the account's products it was out of scope, and clear.
fn reuses_a_key(verdicts: &BTreeMap<String, Vec<csv::Row>>, (query, id): &(String, String)) -> bool {
    let of_key = |row: &csv::Row| row["certificate_id"] == *id && row["reason"] == "KEY_REUSED";
    query == "certificates" && verdicts["certificates"].iter().any(of_key)
}

/// (4) Take any record of a change or of single sign-on away, or every ending of a kind: the clear can only
/// become fewer. More: `tests/rules/losing.rs`, which takes them away one by one in generated cases.
#[test]
fn losing_exculpatory_evidence_never_clears_anyone() {
    let before = Answer::of(&VERDICTS);
    for table in ["credential_changes", "sso"] {
        let after = Answer::of(&Job::run(Spoilt::new().without_table(table).path()).verdicts());
        no_new(&format!("no {table}"), "clear", &before.clear, &after.clear);
        assert!(after.clear.len() < before.clear.len(), "{table} clears nobody in the sample");
    }
    let speaks_for = [
        "deleted_at",
        "removed_at",
        "revoked_at",
        "replaced_at",
        "password_changed_at",
        "credentials_rotated_at",
        "has_password",
        "sso_only",
    ];
    for column in spoil::columns().iter().filter(|column| speaks_for.contains(&column.name.as_str())) {
        let Some(spoilt) = Spoilt::new().with_cells(column, "") else { continue };
        let after = Answer::of(&Job::run(spoilt.path()).verdicts());
        no_new(&format!("no {}.{}", column.table, column.name), "clear", &before.clear, &after.clear);
    }
}

/// (5) Every count is given as certain and at most; certain <= at most; and the rows between them are one query
/// away: the summary names it. More: `tests/deliverables.rs`.
#[test]
fn every_count_is_two_numbers() {
    let summary = SAMPLE.json(&["classify"]);
    let numbers = summary["numbers"].as_array().expect("numbers");
    let mut differ = 0;
    for number in numbers {
        let (certain, at_most) = (number["certain"].as_u64().unwrap(), number["at_most"].as_u64().unwrap());
        assert!(certain <= at_most, "{number}");
        let [query, sure, possible] =
            ["query", "certain_where", "at_most_where"].map(|key| number[key].as_str().expect("text"));
        let counted =
            number["distinct"].as_str().map_or("*".to_owned(), |column| format!("DISTINCT {column}"));
        let between = format!("SELECT {counted} FROM {query} WHERE ({possible}) AND NOT ({sure})");
        assert_eq!(rows_of(&SAMPLE, &between), at_most - certain, "{number}");
        let certainly = format!("SELECT {counted} FROM {query} WHERE {sure}");
        assert_eq!(rows_of(&SAMPLE, &certainly), certain, "{number}");
        differ += u64::from(certain < at_most);
    }
    assert!(numbers.len() >= 10 && differ >= 5, "{} numbers, {differ} in doubt", numbers.len());
}

/// How many rows a query of the user's own has.
fn rows_of(job: &Job, select: &str) -> u64 {
    let counted = job.json(&["sql", &format!("SELECT COUNT(*) AS n FROM ({select}) AS rows")]);
    counted[0]["n"].as_u64().expect("a count")
}

/// (6) The same bytes of verdicts and the same id of the run, with other threads, files in another order, another
/// time zone, language, home and working folder. More: `tests/determinism.rs`.
#[test]
fn the_same_in_gives_the_same_out() {
    let elsewhere = tempfile::tempdir().expect("a folder");
    let here = |name: &str| elsewhere.path().join(name);
    let (facts, key) = (sample().join("facts.toml"), SAMPLE.case().join("keys/case.key"));
    let incident = ["--incident", job::INCIDENT];
    highwater(
        ["init", text(&here("case")), "--facts", text(&facts), "--key-file", text(&key)]
            .iter()
            .chain(&incident),
    );
    for (half, threads) in [(1, "3"), (0, "1")] {
        let part = here(&format!("part-{half}"));
        job::copy(&sample(), &part);
        let exports = job::files(&part.join("exports"));
        for export in exports.keys().enumerate().filter(|(n, _)| n % 2 == half).map(|(_, export)| export) {
            fs::remove_file(part.join("exports").join(export)).expect("an export");
        }
        in_another_place(elsewhere.path(), &["ingest", "case", text(&part), "--threads", threads]);
    }
    let summary = in_another_place(elsewhere.path(), &["classify", "case", "--threads", "3", "--json"]);
    assert_eq!(summary["run"], SAMPLE.json(&["classify"])["run"]);
    let (one, other) = (SAMPLE.case().join("runs/0001/verdicts"), here("case/runs/0001/verdicts"));
    assert!(job::files(&one) == job::files(&other), "verdicts differ");
}

/// Runs the program with another working folder, time zone, language and home.
fn in_another_place(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let mut program = job::program();
    program.args(arguments).current_dir(folder);
    program.envs([("TZ", "Pacific/Apia"), ("LC_ALL", "tr_TR.UTF-8"), ("HOME", "/nonexistent")]);
    let output = program.output().expect("the program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

/// (7) The whole job leaves every byte of the sources as it was; another ingest, run, export and every look leaves
/// what was stored and what was found as it was. The register alone is replaced, whole.
#[test]
fn sources_store_and_runs_are_never_changed() {
    let given = Spoilt::new();
    let before = job::files(given.path());
    let job = Job::run(given.path());
    assert!(before == job::files(given.path()), "a source was changed");

    let written = || {
        let mut files = job::files(&job.case().join("store"));
        files.remove(Path::new("sources.parquet"));
        files.extend(job::files(&job.case().join("runs")));
        files
    };
    let first = written();
    let case = job.case();
    let more = job.folder.path().join("more-users.csv");
    fs::write(&more, "user_id,account_id,role\nu-new,a-new,agent\n").expect("an export");
    for arguments in [
        vec!["ingest", text(&case), text(&more)],
        vec!["ingest", text(&case), text(given.path())],
        vec!["classify", text(&case), "--as-of", "2019-09-25T00:00:00Z"],
        vec!["export", text(&case), "lists", "--run", "1"],
        vec!["export", text(&case), "verdicts", "--run", "1"],
        vec!["status", text(&case)],
        vec!["sql", text(&case), "SELECT COUNT(*) FROM user_passwords"],
    ] {
        highwater(arguments);
    }
    let second = written();
    assert!(second.len() > first.len(), "a second look is a second run");
    for (path, bytes) in &first {
        assert!(second.get(path) == Some(bytes), "{} was changed", path.display());
    }
}

/// (8) The program opens no socket: the system is asked about every call of the whole job and of every look.
/// More: `tests/lockdown.rs`.
#[test]
fn no_socket_is_ever_opened() {
    if std::process::Command::new("strace").arg("-V").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "strace is missing");
        eprintln!("skipped: strace is not installed");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (case, calls) = (folder.path().join("case"), folder.path().join("calls"));
    for arguments in [
        vec!["run", text(&case), text(&sample()), "--incident", job::INCIDENT],
        vec!["status", text(&case)],
        vec!["sql", text(&case), "SELECT COUNT(*) FROM user_passwords"],
        vec!["export", text(&case), "verdicts"],
        vec!["queries", "list"],
    ] {
        let mut traced = std::process::Command::new("strace");
        traced.args(["-f", "-qq", "-e", "trace=%network,execve", "-o", text(&calls)]);
        let output =
            traced.arg(env!("CARGO_BIN_EXE_highwater")).args(&arguments).output().expect("strace starts");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        let calls = fs::read_to_string(&calls).expect("the calls");
        assert!(calls.contains("execve("), "nothing was traced");
        let network: Vec<&str> =
            calls.lines().filter(|l| !l.contains("execve(") && !l.contains("+++ exited")).collect();
        assert!(network.is_empty(), "{arguments:?}: {network:?}");
    }
}

/// (9) A secret in a column that is not ours, in a record that is rejected, or in a cell that can't be read stands
/// nowhere in the case, and in nothing that was printed. More: `tests/secrecy.rs`.
#[test]
fn secrets_stay_out() {
    // Put together here, so that nothing in the repository looks like a secret.
    let secret = ["xoxb", "7304118822", "kT9vQz1LmN"].join("-");
    let given = tempfile::tempdir().expect("a folder");
    let export = format!(
        "user_id,account_id,role,created_at,api_token\n\
         u1,a1,agent,2015-01-01T00:00:00Z,{secret}\n\
         u2,a1,agent,{secret},\n\
         u3,a1,{secret},2015-01-01T00:00:00Z,,{secret}\n\
         ,a1,agent,2015-01-01T00:00:00Z,{secret}\n"
    );
    fs::write(given.path().join("users.csv"), export).expect("an export");
    fs::copy(sample().join("facts.toml"), given.path().join("facts.toml")).expect("facts");
    let case = given.path().join("case");
    let output = highwater(["run", "-vv", text(&case), text(given.path()), "--incident", job::INCIDENT]);
    let said = [output.stdout, output.stderr].concat();
    assert!(String::from_utf8_lossy(&said).contains("api_token"), "the column that was left out is named");
    let mut all = job::files(&case);
    all.insert("(printed)".into(), said);
    for (path, bytes) in all {
        let held = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!held, "{} holds the secret", path.display());
    }
}

/// (10) No code names an incident (`tests/names.rs` reads it); the same profile under another name gives the same
/// verdicts.
#[test]
fn an_incident_is_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let profile = job::root().join("queries/incidents").join(job::INCIDENT).join("incident.toml");
    let renamed = fs::read_to_string(profile).expect("a profile").replace(job::INCIDENT, "harbour-2031");
    assert!(renamed.contains("harbour-2031"));
    let file = folder.path().join("harbour.toml");
    fs::write(&file, renamed).expect("a profile");
    let case = folder.path().join("case");
    highwater(["run", text(&case), text(&sample()), "--incident", text(&file)]);
    let (one, other) = (SAMPLE.case().join("runs/0001/verdicts"), case.join("runs/0001/verdicts"));
    assert!(job::files(&one) == job::files(&other), "verdicts differ");
}

/// (11) Killed whenever the case has grown by a file, the next command goes on, and the verdicts are the same;
/// while one process holds the case, another is refused. More: `tests/crashes.rs`.
#[test]
fn killed_at_any_moment_the_case_is_valid() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("case");
    let given = sample();
    let arguments = ["run", text(&case), text(&given), "--incident", job::INCIDENT, "--quiet"];
    let mut killed = 0;
    for grown in (1..80).step_by(6) {
        let mut program = job::program().args(arguments).spawn().expect("the program starts");
        while program.try_wait().expect("its status").is_none() {
            if count_files(&case) >= grown {
                program.kill().expect("killed");
                killed += 1;
                break;
            }
        }
        program.wait().expect("its status");
    }
    assert!(killed > 5, "only {killed} runs were killed");
    highwater(arguments);
    let (one, other) = (SAMPLE.case().join("runs/0001/verdicts"), case.join("runs/0001/verdicts"));
    assert!(job::files(&one) == job::files(&other), "verdicts differ");

    let opened = highwater::case::Case::open(&case).expect("a case");
    let held = opened.lock("ingest").expect("the lock");
    let refused = job::program().args(["ingest", text(&case), text(&sample())]).output().expect("an answer");
    assert_eq!(refused.status.code(), Some(5), "two processes write one case");
    drop(held);
}

/// Also while the program makes and removes them.
fn count_files(folder: &Path) -> usize {
    walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file()).count()
}

/// (12) Exports that try to break out: formulas, ids that are paths, control characters, an open quote, bytes that
/// are no text. Nothing stands outside the target, and no cell of a list is a formula. (Archives, bags and
/// templates come with what reads them.) More: `tests/intake/hostile.rs`, `tests/memory.rs`.
#[test]
fn foreign_input_is_hostile() {
    let folder = tempfile::tempdir().expect("a folder");
    let given = folder.path().join("given");
    fs::create_dir_all(&given).expect("a folder");
    let accounts = "account_id,customer_id,name,products,status,created_at,owner_email\n\
         ../../outside,../../../outside,\"=HYPERLINK(\"\"http://x\"\")\",support,active,2015-01-01T00:00:00Z,=cmd@x.test\n\
         @sum,/outside,+1+1,support,active,2015-01-01T00:00:00Z,-2@x.test\n\
         a\u{1b}[2Jb,c\u{0}d,\u{202e}name,support,active,2015-01-01T00:00:00Z,\t=x@x.test\n";
    let mut bytes = accounts.as_bytes().to_vec();
    bytes.extend(b"bad\xff,c,n,support,active,2015-01-01T00:00:00Z,x@x.test\nopen,\"c,n\nnever closed\n");
    fs::write(given.join("accounts.csv"), bytes).expect("an export");
    fs::copy(sample().join("facts.toml"), given.join("facts.toml")).expect("facts");
    let case = folder.path().join("case");
    let run = highwater(["run", text(&case), text(&given), "--incident", job::INCIDENT]);
    highwater(["export", text(&case), "lists", "--per-customer"]);

    let said = String::from_utf8_lossy(&run.stderr).into_owned() + &String::from_utf8_lossy(&run.stdout);
    assert!(
        !said.contains("\u{1b}[2J") && !said.contains('\u{202e}'),
        "the terminal was sent what a file held"
    );
    let around: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").map(|e| e.expect("an entry").file_name()).collect();
    assert_eq!(around.len(), 2, "something stands outside the case: {around:?}");
    let lists = job::files(&case.join("out"));
    let mut cells = 0;
    for (path, bytes) in lists.iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "csv")) {
        for cell in csv::rows(bytes).into_iter().flat_map(BTreeMap::into_values) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}: {cell:?}", path.display());
            assert!(!cell.contains(['\u{1b}', '\u{0}']), "{}: {cell:?}", path.display());
            cells += 1;
        }
    }
    assert!(cells > 20, "the lists have only {cells} cells");
}
