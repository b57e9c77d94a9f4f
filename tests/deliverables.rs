//! What a run writes: verdicts for machines, lists for people, the summary, and the second count of them.

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
use std::sync::{Arc, OnceLock};

use arrow::array::{ArrayRef, AsArray, BooleanArray, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{Field, Int64Type, Schema};
use arrow::record_batch::RecordBatch;
use highwater::base::Kind;
use highwater::base::progress::Meter;
use highwater::case::workbench::Limits;
use highwater::case::{Act, Case, NewCase, Register, RunRecord};
use highwater::classify::recount;
use highwater::deliver::{self, Format, Number, Summary, Wanted, folder_name, neutral};
use highwater::engine::{Access, ParquetOut, Session};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use tempfile::TempDir;

const LIMITS: Limits = Limits { threads: 1, memory: 1 << 30, users_at_once: 1 << 20 };
const RUN: u32 = 1;

/// A case with one run over the sample data, made once for all tests; each test works on a copy.
fn sample() -> &'static Path {
    static SAMPLE: OnceLock<TempDir> = OnceLock::new();
    SAMPLE
        .get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let done = Command::new(env!("CARGO_BIN_EXE_highwater"))
                .arg("run")
                .arg(folder.path().join("case"))
                .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/zendesk-2016"))
                .args(["--incident", "zendesk-2016", "--quiet"])
                .output()
                .unwrap();
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            folder
        })
        .path()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn own_sample() -> (TempDir, Case) {
    let folder = tempfile::tempdir().unwrap();
    copy(&sample().join("case"), folder.path());
    let case = Case::open(folder.path()).unwrap();
    (folder, case)
}

fn summary(case: &Case) -> Summary {
    deliver::summary(case, RUN, LIMITS, &Meter::silent()).unwrap()
}

fn all_lists(case: &Case, out: &Path) {
    let wanted = Wanted {
        formats: vec![Format::Ndjson, Format::Csv, Format::Parquet],
        per_customer: true,
        out: Some(out.to_path_buf()),
    };
    deliver::lists(case, RUN, &wanted, LIMITS, &Meter::silent()).unwrap();
}

/// All files below a folder, by path.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|e| e.file_type().is_file())
        .map(|e| (e.path().strip_prefix(folder).unwrap().to_path_buf(), fs::read(e.path()).unwrap()))
        .collect()
}

/// A plain reader of CSV, apart from the writer.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut chars) = (false, text.chars().peekable());
    while let Some(c) = chars.next() {
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => field.extend(chars.next()),
            ('"', _) => quoted = !quoted,
            (',', false) => record.push(std::mem::take(&mut field)),
            ('\n', false) => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            _ => field.push(c),
        }
    }
    assert!(!quoted && field.is_empty() && record.is_empty(), "the last line does not end");
    records
}

fn csv(path: &Path) -> Vec<Vec<String>> {
    records(&fs::read_to_string(path).unwrap())
}

#[test]
fn verdicts_are_written_in_the_form_for_machines() {
    let folder = tempfile::tempdir().unwrap();
    let profile = include_str!("../queries/incidents/zendesk-2016/incident.toml").to_owned();
    let case = Case::create(&folder.path().join("case"), &NewCase { profile, ..NewCase::default() }).unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("account_id", Arc::new(StringArray::from(vec![None, Some("=1+1"), Some("a,b"), Some("q\"\nx")]))),
        ("is", Arc::new(BooleanArray::from(vec![None, Some(true), Some(false), None]))),
        ("many", Arc::new(Int64Array::from(vec![Some(0), Some(-1), None, Some(7)]))),
        (
            "at",
            Arc::new(TimestampMicrosecondArray::from(vec![
                Some(0),
                Some(1),
                None,
                Some(1_477_958_400_000_000),
            ])),
        ),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(n, c)| Field::new(*n, c.data_type().clone(), true)).collect();
    let batch =
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, c)| c).collect())
            .unwrap();
    let mut lock = case.lock("classify").unwrap();
    let mut act = Act { verb: "classify".to_owned(), ..Act::default() };
    lock.begin(&act).unwrap();
    let mut out = ParquetOut::create(&case.verdicts(1, "q"), batch.schema(), &[]).unwrap();
    out.write(&batch).unwrap();
    let sha256 = out.finish().unwrap().sha256;
    let record = serde_json::json!({
        "format": 1, "id": "r", "incident": "i", "title": "t", "as_of": "2019-10-02T12:00:00Z",
        "as_of_from": "facts", "profile_sha256": "p", "facts_sha256": null, "version": "v", "engine": "e",
        "time_zones": "z", "queries": [], "sources": [], "coverage": [], "parameters": [],
        "verdicts": [{"query": "q", "rows": 4, "sha256": sha256}], "counts": {}, "findings": [], "journal_head": ""
    });
    let mut record: RunRecord = serde_json::from_value(record).unwrap();
    record.id = record.id_of_inputs();
    let register = lock.commit(&act, &Register::default()).unwrap();
    let record = lock.commit_run(&act, 1, &serde_json::to_vec(&record).unwrap()).unwrap();
    act.wrote = vec![register, record];
    lock.end(&act, "done").unwrap();
    drop(lock);

    let out = folder.path().join("out");
    deliver::verdicts(&case, 1, Some(&out), &Meter::silent()).unwrap();
    assert_eq!(
        fs::read_to_string(out.join("q.csv")).unwrap(),
        "account_id,is,many,at\n,,0,1970-01-01T00:00:00Z\n=1+1,true,-1,1970-01-01T00:00:00.000001Z\n\
         \"a,b\",false,,\n\"q\"\"\nx\",,7,2016-11-01T00:00:00Z\n"
    );
}

#[test]
fn lists_have_the_same_bytes_when_made_twice() {
    let (folder, case) = own_sample();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    all_lists(&case, &one);
    all_lists(&case, &two);
    let (one, two) = (files(&one), files(&two));
    assert!(one.len() > 30, "{:?}", one.keys());
    assert!(one == two, "the same run gave other bytes");
}

#[test]
fn every_verdict_that_is_not_clear_is_on_its_list() {
    let (_folder, case) = own_sample();
    let lists = case.out_folder(1).join("lists");
    let out = case.root().join("v");
    deliver::verdicts(&case, 1, Some(&out), &Meter::silent()).unwrap();
    let keys = |path: &Path, key: &str, open: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
        let rows = csv(path);
        let (header, rows) = rows.split_first().unwrap();
        let key = header.iter().position(|h| h == key).unwrap();
        let state = header.iter().position(|h| h == "state").unwrap();
        rows.iter().filter(|r| open(&r[state])).map(|r| r[key].clone()).collect()
    };
    for (list, query, key, clear) in [
        ("operations-passwords", "user_passwords", "user_id", "clear"),
        ("operations-apps", "app_credentials", "installation_id", "clear"),
        ("operations-certificates", "certificates", "certificate_id", "clear"),
        ("operations-clients", "api_clients", "client_id", "clear"),
        ("subjects-read", "data_subjects", "user_id", "not_read"),
    ] {
        let expected = keys(&out.join(format!("{query}.csv")), key, &|state| state != clear);
        let listed = keys(&lists.join(format!("{list}.csv")), key, &|_| true);
        assert!(!expected.is_empty(), "{query} has nothing to list");
        assert_eq!(listed, expected, "{list}");
    }
    let told: usize = fs::read_dir(&lists)
        .unwrap()
        .flatten()
        .filter(|e| e.file_name().to_string_lossy().starts_with("outreach-"))
        .map(|e| csv(&e.path()).len() - 1)
        .sum();
    assert_eq!(told, csv(&out.join("notifications.csv")).len() - 1, "outreach has every contact once");
}

#[test]
fn an_empty_list_is_written_as_empty() {
    let (_folder, case) = own_sample();
    let lists = case.out_folder(1).join("lists");
    let empty: Vec<String> = summary(&case)
        .cohorts
        .iter()
        .filter(|c| c.notify && c.accounts == 0)
        .map(|c| format!("outreach-{}.csv", c.cohort))
        .collect();
    assert!(!empty.is_empty(), "the sample has no empty cohort that is told");
    for file in empty {
        assert_eq!(csv(&lists.join(&file)).len(), 1, "{file}");
    }
}

#[test]
fn customers_get_their_own_rows_only() {
    let (folder, case) = own_sample();
    let out = folder.path().join("lists");
    all_lists(&case, &out);
    let mut rows = 0;
    for entry in fs::read_dir(out.join("customers")).unwrap().flatten() {
        let mut accounts = BTreeSet::new();
        for file in fs::read_dir(entry.path()).unwrap().flatten() {
            if file.path().extension().is_some_and(|e| e == "csv") {
                let read = csv(&file.path());
                let column = read[0].iter().position(|h| h == "account_id").unwrap();
                accounts.extend(read[1..].iter().map(|r| r[column].clone()));
                rows += read.len() - 1;
            }
        }
        assert_eq!(accounts.len(), 1, "{}: {accounts:?}", entry.path().display());
        let account = accounts.into_iter().next().unwrap();
        assert_eq!(entry.file_name().to_string_lossy(), folder_name::encode(&account));
    }
    assert!(rows > 0);
}

#[test]
fn no_text_in_a_list_begins_like_a_formula() {
    let (_folder, case) = own_sample();
    for (path, bytes) in files(&case.out_folder(1).join("lists")) {
        if path.extension().is_some_and(|e| e == "csv") {
            let read = records(std::str::from_utf8(&bytes).unwrap());
            for cell in read.iter().flatten() {
                let first = cell.trim_start().chars().next();
                let formula = first.is_some_and(|c| "=+-@＝＋－＠".contains(c));
                assert!(!formula, "{}: {cell:?}", path.display());
                assert!(!cell.chars().any(char::is_control), "{}: {cell:?}", path.display());
            }
        }
    }
}

#[test]
fn formulas_are_neutralised_and_nothing_else() {
    for text in [
        "=1",
        "  =1",
        "+1",
        "-1",
        "@x",
        "\tx",
        "\rx",
        " \t x",
        "\u{ff1d}1",
        "\u{a0}\u{ff20}x",
        "\u{200b}=1",
        "\u{3000}\u{ff0b}",
        "\n=1",
        "\"=1",
        "'=1",
    ] {
        let marked = neutral::neutralised(text).unwrap_or_else(|| panic!("{text:?} stays"));
        assert!(marked.starts_with('\''), "{text:?}");
        assert_eq!(neutral::restored(&marked), text);
    }
    for text in [
        "",
        "a=1",
        "1-1",
        "\nx",
        " x",
        "'x",
        "\"",
        "a; b",
        "a|b\tc",
        "x;y=1",
        "Smith, Ann",
        "chat;support",
        "a\r\nb",
    ] {
        assert_eq!(neutral::neutralised(text), None, "{text:?}");
    }
}

/// Whoever opens a list by another separator, or without regard to quotes, has other cells.
#[test]
fn formulas_behind_a_separator_or_a_line_end_are_neutralised() {
    for (text, marked) in [
        ("x;=cmd()", "x;'=cmd()"),
        ("x|=cmd()", "x|'=cmd()"),
        ("x\t=cmd()", "x\t'=cmd()"),
        ("x,=cmd()", "x,'=cmd()"),
        ("x; \"=cmd()", "x;' \"=cmd()"),
        ("x;;+1;y;-2", "x;;'+1;y;'-2"),
        ("x\r\n=1", "x\r\n'=1"),
        ("x\r=1", "x\r'=1"),
        ("x\u{2028}@a", "x\u{2028}'@a"),
        ("x;\t=1", "x;'\t'=1"),
        ("x;\u{ff1d}1", "x;'\u{ff1d}1"),
        ("x;'=1", "x;''=1"),
        ("=a;=b", "'=a;'=b"),
    ] {
        assert_eq!(neutral::neutralised(text).as_deref(), Some(marked), "{text:?}");
        assert_eq!(neutral::restored(marked), text);
    }
}

/// Ids of a customer's own choosing, as lists and verdict files have them.
#[test]
fn lists_mark_formulas_and_verdict_files_keep_texts_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    let id = "u|=cmd();\t@x";
    let users = format!("user_id\taccount_id\temail\trole\n\"{id}\"\ta;=1\ta@example.com;+1\tagent\n");
    fs::write(exports.join("users.csv"), users).unwrap();
    fs::write(exports.join("accounts.csv"), "account_id,created_at\na;=1,2015-01-01T00:00:00Z\n").unwrap();
    let case = folder.path().join("case");
    let run = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).arg("-q").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let (case_text, exports) = (case.to_str().unwrap(), exports.to_str().unwrap());
    run(&["run", case_text, exports, "--incident", "zendesk-2016", "--as-of", "2019-10-02T12:00:00Z"]);
    run(&["export", case_text, "verdicts"]);
    let out = case.join("out/0001");
    let list = fs::read_to_string(out.join("lists/operations-passwords.csv")).unwrap();
    // Tabs are control characters: they are removed from what people read.
    assert!(
        list.contains("u|'=cmd();'@x") && list.contains("a;'=1") && list.contains("a@example.com;'+1"),
        "{list}"
    );
    let touched = list.lines().nth(1).unwrap().rsplit(',').next().unwrap();
    for column in ["account_id", "user_id", "email"] {
        assert!(touched.split(';').any(|name| name == column), "{column}: {list}");
    }
    let verdicts = fs::read_to_string(out.join("verdicts/user_passwords.csv")).unwrap();
    assert!(verdicts.contains(id) && verdicts.contains("a;=1") && !verdicts.contains('\''), "{verdicts}");
}

/// Blanks upon blanks: each was looked at again for every part that begins among them.
#[test]
fn a_text_of_nothing_but_separators_is_looked_at_once() {
    for unit in ["\n", "; ", "\"", " ", "\t", "\n;=", "\u{2028}"] {
        let text = unit.repeat(3_000_000);
        let marked = neutral::neutralised(&text);
        assert_eq!(neutral::restored(marked.as_deref().unwrap_or(&text)), text);
    }
}

/// The pieces that a spreadsheet makes of a file when it splits it by one separator: with quotes that keep a cell together
/// where they begin it, and without.
fn pieces(file: &str, separator: char, with_quotes: bool) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut is_quoted = false;
    for c in file.chars() {
        let last = pieces.last_mut().unwrap();
        let begins = last.trim().is_empty();
        match c {
            '"' if with_quotes && (is_quoted || begins) => {
                is_quoted = !is_quoted;
                last.push(c);
            }
            '\n' | '\r' if !is_quoted => pieces.push(String::new()),
            c if c == separator && !is_quoted => pieces.push(String::new()),
            c => last.push(c),
        }
    }
    pieces
}

/// A text as RFC 4180 has it, whatever it holds.
fn as_cell(text: &str) -> String {
    match text.contains(['"', ',', '\r', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

fn is_formula(piece: &str) -> bool {
    let skipped = |c: char| c.is_whitespace() || c == '"' || c == '\u{200b}' || c == '\u{feff}';
    piece
        .trim_start_matches(skipped)
        .starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn no_piece_of_a_list_is_a_formula_and_each_cell_can_be_undone(
        rows in prop::collection::vec(
            prop::collection::vec("[-=+@ab',;|\"\t\r\n \u{200b}\u{ff1d}\u{2028}\u{85}]{0,12}", 3), 1..4),
    ) {
        let mut file = String::new();
        for row in &rows {
            let mut cells = Vec::new();
            for text in row {
                let marked = neutral::neutralised(text);
                let written = marked.as_deref().unwrap_or(text);
                prop_assert_ne!(marked.as_deref(), Some(text.as_str()));
                prop_assert_eq!(neutral::restored(written), text.as_str());
                cells.push(as_cell(written));
            }
            file.push_str(&format!("{}\n", cells.join(",")));
        }
        for separator in [',', ';', '\t', '|'] {
            for with_quotes in [true, false] {
                for piece in pieces(&file, separator, with_quotes) {
                    prop_assert!(!is_formula(&piece), "{piece:?} by {separator:?} of {file:?}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_id_leaves_its_folder_or_collides(
        one in prop_oneof![".{0,200}", "[a-cA-C_~.-]{0,5}", "(con|CON|nul|lpt1|com9|aux)[. ]{0,2}"],
        two in prop_oneof![".{0,200}", "[a-cA-C_~.-]{0,5}", "(con|CON|nul|lpt1|com9|aux)[. ]{0,2}"],
    ) {
        let (name, other) = (folder_name::encode(&one), folder_name::encode(&two));
        prop_assert!(!name.is_empty() && name.len() <= 128);
        prop_assert!(name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'=' | b'~')), "{}", name);
        prop_assert!(!name.starts_with('-'));
        prop_assert!(!["con", "prn", "aux", "nul", "com1", "com9", "lpt1", "lpt9"].contains(&name.as_str()));
        // No upper case is left, so names that differ differ without regard to case too.
        prop_assert_eq!(one == two, name == other);
    }
}

#[test]
fn each_number_of_the_summary_is_what_its_filter_counts() {
    let (_folder, case) = own_sample();
    let scratch = case.scratch().unwrap();
    let session = Session::open(&Access {
        threads: 1,
        memory: 512 << 20,
        spill: scratch.folder().to_path_buf(),
        spill_bytes: 1 << 30,
        folders: vec![case.root().join("runs")],
        keeps_order: false,
    })
    .unwrap();
    let summary = summary(&case);
    for verdicts in &case.run_record(1).unwrap().verdicts {
        session.parquet_view(&verdicts.query, &[case.verdicts(1, &verdicts.query)]).unwrap();
    }
    let count = |number: &Number, filter: &str| {
        let mut counted = 0;
        let what = number.distinct.as_ref().map_or("*".to_owned(), |column| format!("DISTINCT {column}"));
        let sql = format!("SELECT COUNT({what}) AS n FROM {} WHERE {filter}", number.query);
        let take = |batch: RecordBatch| {
            counted = batch.column(0).as_primitive::<Int64Type>().value(0);
            Ok(())
        };
        session.stream(&sql, &[], take).unwrap();
        u64::try_from(counted).unwrap()
    };
    let mut checked = 0;
    for n in &summary.numbers {
        assert_eq!(n.certain, count(n, &n.certain_where), "{}", n.name);
        assert_eq!(n.at_most, count(n, &n.at_most_where), "{}", n.name);
        assert!(n.certain <= n.at_most, "{}", n.name);
        checked += 1;
    }
    assert!(checked >= 20);
}

/// Nobody looked at what no export shows: "at most 0" would be false.
#[test]
fn what_no_export_speaks_of_has_no_number_and_a_header_alone_has_zero() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    for (name, text) in [
        ("accounts.csv", "account_id,created_at\na1,2015-01-01T00:00:00Z\n"),
        ("users.csv", "user_id,account_id,role\n"),
        // Of its only record nothing could be stored.
        ("api_clients.csv", "client_id,account_id,kind\n,a1,oauth\n"),
    ] {
        fs::write(exports.join(name), text).unwrap();
    }
    let root = folder.path().join("case");
    let mut run = Command::new(env!("CARGO_BIN_EXE_highwater"));
    run.arg("run").arg(&root).arg(&exports);
    let ran = run.args(["--incident", "zendesk-2016", "--as-of", "2019-10-02T12:00:00Z"]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let summary = summary(&Case::open(&root).unwrap());
    for name in ["users_affected", "users_clear", "users_account_unknown", "people_read"] {
        let number = summary.number(name).unwrap();
        assert_eq!((number.certain, number.at_most), (0, 0), "{name}");
    }
    let tables =
        |n: &str| summary.unfed.iter().find(|unfed| unfed.name == n).map(|unfed| unfed.table.as_str());
    for (subject, table) in
        [("apps", "app_installations"), ("certificates", "certificates"), ("clients", "api_clients")]
    {
        for what in ["affected", "clear", "account_unknown"] {
            let name = format!("{subject}_{what}");
            assert_eq!((summary.number(&name), tables(&name)), (None, Some(table)), "{name}");
        }
    }
    let shown = String::from_utf8(ran.stdout).unwrap();
    assert!(
        shown.contains("apps: credentials: not known, there is no export of app_installations"),
        "{shown}"
    );
    assert!(shown.contains("  users: passwords      "), "{shown}");
    assert!(!shown.contains("apps: credentials   "), "{shown}");
}

#[test]
fn the_summary_agrees_with_the_second_engine() {
    let (_folder, case) = own_sample();
    let record = case.run_record(1).unwrap();
    let headline = recount::headline(&case.run_folder(1).join("verdicts"), record.counts.keys()).unwrap();
    recount::compare(&headline, &record.counts).unwrap();
    let summary = summary(&case);
    let two = |name: &str| {
        let n = summary.number(name).unwrap();
        Some(recount::Two { certain: n.certain, at_most: n.at_most })
    };
    assert_eq!(two("accounts_accessed"), headline.accessed);
    assert_eq!(two("accounts_in_window"), headline.in_window);
    assert_eq!(summary.number("accounts_told").unwrap().certain, headline.told.values().sum::<u64>());
    let in_cohorts: u64 = summary.cohorts.iter().map(|c| c.accounts).sum();
    assert_eq!(summary.number("accounts").unwrap().certain, in_cohorts, "each account is in one cohort");
}

/// Rewrites a verdict file without its first row that has this text in this column.
fn leave_out_one(path: &Path, column: &str, text: &str) {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).unwrap();
    let schema = reader.schema().clone();
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    let mut out = ParquetOut::create(path, schema, &[]).unwrap();
    let mut left_out = false;
    for batch in batches {
        let texts = batch.column_by_name(column).unwrap().as_string::<i32>().clone();
        let row = texts.iter().position(|t| t == Some(text)).filter(|_| !left_out);
        match row {
            None => out.write(&batch).unwrap(),
            Some(row) => {
                left_out = true;
                out.write(&batch.slice(0, row)).unwrap();
                out.write(&batch.slice(row + 1, batch.num_rows() - row - 1)).unwrap();
            }
        }
    }
    assert!(left_out, "no row has {text}");
    out.finish().unwrap();
}

#[test]
fn a_run_whose_verdicts_were_tampered_with_fails_the_recount() {
    for (query, column, text, named) in [
        ("user_passwords", "state", "must_act", "user_passwords by account_summary, certain"),
        ("account_exposure", "access", "data", "accounts accessed, certain"),
        ("notifications", "contact_kind", "none", "notifications"),
    ] {
        let (_folder, case) = own_sample();
        let record: RunRecord = case.run_record(1).unwrap();
        leave_out_one(&case.verdicts(1, query), column, text);
        let error = recount::check(&case.run_folder(1).join("verdicts"), &record.counts).unwrap_err();
        assert_eq!(error.kind(), Kind::Difference);
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn the_summary_is_plain_text_of_a_hundred_columns_with_all_its_words() {
    let (_folder, case) = own_sample();
    let plain = summary(&case).plain();
    for line in plain.lines() {
        assert!(line.chars().count() <= 100, "{line}");
        assert!(!line.contains(['{', '}']), "{line}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
        assert!(!["heading.", "column.", "line."].iter().any(|key| line.contains(key)), "{line}");
    }
    assert_eq!(fs::read_to_string(case.out_folder(1).join("lists/summary.txt")).unwrap(), plain);
}
