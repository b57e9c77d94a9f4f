//! Generated dirt, read by two other readers of CSV: Python's `csv` module and DuckDB. What ours stores is what Python
//! reads, record by record and cell by cell; what ours rejects, Python reads as its reason says. On what is well-formed
//! DuckDB agrees too.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use highwater::intake::Stated;

use crate::support::{Bench, cell};

const HEADER: [&str; 3] = ["account_id", "name", "owner_name"];

/// What Python makes of each file of a folder: its rows, blank lines left out, leniently and strictly; nothing where it
/// refuses.
const PYTHON: &str = "
import csv, io, json, pathlib, sys
csv.field_size_limit(1 << 30)
def rows(text, strict):
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=''), strict=strict) if row]
    except csv.Error:
        return None
read = {}
for path in pathlib.Path(sys.argv[1]).glob('*.csv'):
    text = path.read_bytes().decode('utf-8-sig')
    read[path.stem] = [rows(text, False), rows(text, True)]
json.dump(read, sys.stdout)
";

type Rows = Vec<Vec<String>>;
type PythonRows = BTreeMap<String, [Option<Rows>; 2]>;

/// Runs Python; nothing when this machine has none, which fails on the machines that decide.
fn python(folder: &Path) -> Option<PythonRows> {
    let output = match Command::new("python3").args(["-c", PYTHON]).arg(folder).output() {
        Ok(output) => output,
        Err(e) => {
            assert!(std::env::var_os("CI").is_none(), "python3 is needed: {e}");
            eprintln!("skipped: there is no python3 ({e})");
            return None;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// What DuckDB makes of a well-formed file with one kind of line end; the error when it refuses.
fn duckdb(text: &str, line_end: &str) -> Result<Rows, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.csv");
    fs::write(&path, text).unwrap();
    let connection = duckdb::Connection::open_in_memory().unwrap();
    let sql = format!(
        "SELECT * FROM read_csv('{}', auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', \
         new_line = '{line_end}', columns = {{'account_id': 'VARCHAR', 'name': 'VARCHAR', 'owner_name': 'VARCHAR'}})",
        path.display()
    );
    let mut statement = connection.prepare(&sql).map_err(|e| e.to_string())?;
    let text =
        |row: &duckdb::Row<'_>, index| row.get::<_, Option<String>>(index).map(Option::unwrap_or_default);
    let rows = statement.query_map([], |row| (0..3).map(|index| text(row, index)).collect());
    rows.map_err(|e| e.to_string())?.collect::<Result<Rows, _>>().map_err(|e| e.to_string())
}

/// What ours makes of a file: each record's cells, or why it was rejected and where it stands.
enum Ours {
    Stored(Vec<String>),
    Rejected { reason: String, start: usize, end: usize },
}

fn ours(text: &str) -> Vec<Ours> {
    let bench = Bench::light();
    let (source, rows) = bench.one("accounts.csv", text, Stated::default());
    let mut by_number = BTreeMap::new();
    for row in rows {
        let cells = HEADER.map(|column| row[column].clone().unwrap_or_default());
        by_number.insert(cell(&row, "record").parse::<u64>().unwrap(), Ours::Stored(cells.into()));
    }
    for reject in bench.rejects(&source) {
        let place = |column: &str| cell(&reject, column).parse::<usize>().unwrap();
        let rejected = Ours::Rejected {
            reason: cell(&reject, "reason").to_owned(),
            start: place("byte_start"),
            end: place("byte_end"),
        };
        by_number.insert(cell(&reject, "record").parse().unwrap(), rejected);
    }
    assert!(by_number.keys().copied().eq(1..=source.read), "each record once");
    by_number.into_values().collect()
}

/// The pieces of a text between the lines that are rejected because of an open quote, and from each of these lines on.
fn pieces<'t>(text: &'t str, ours: &[Ours]) -> (Vec<&'t str>, Vec<&'t str>) {
    let (mut between, mut open, mut at) = (Vec::new(), Vec::new(), 0);
    for record in ours {
        if let Ours::Rejected { reason, start, end } = record
            && reason == "QUOTE_OPEN"
        {
            between.push(&text[at..*start]);
            open.push(&text[*start..]);
            at = *end;
        }
    }
    between.push(&text[at..]);
    (between, open)
}

/// Whether Python's row explains what ours made of the record. What looks at the quotes of a record rejects it before its
/// cells are looked at, and only a record that has some.
fn explains(text: &str, python: &[String], ours: &Ours) -> bool {
    let blank = |text: &str| text.trim().is_empty();
    match ours {
        Ours::Stored(cells) => python.len() == 3 && python[0].trim() == cells[0] && python[1..] == cells[1..],
        Ours::Rejected { reason, start, end } => match reason.as_str() {
            "FIELD_COUNT" => python.len() != 3,
            "REQUIRED_MISSING" => python.len() == 3 && blank(&python[0]),
            "HEADER_AGAIN" => python == HEADER,
            "QUOTE_SUSPECT" => python.len() == 3 && text[*start..*end].contains('"'),
            other => panic!("{other} has no place here"),
        },
    }
}

/// Reads all texts with ours and with Python, and holds one against the other.
fn compared(texts: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    let all: Vec<Vec<Ours>> = texts.iter().map(|text| ours(text)).collect();
    for (number, (text, ours)) in texts.iter().zip(&all).enumerate() {
        let (between, open) = pieces(text, ours);
        for (kind, pieces) in [("between", between), ("open", open)] {
            for (index, piece) in pieces.iter().enumerate() {
                fs::write(folder.path().join(format!("{number}-{kind}-{index}.csv")), piece).unwrap();
            }
        }
    }
    let Some(mut python) = python(folder.path()) else { return };
    for (number, (text, ours)) in texts.iter().zip(&all).enumerate() {
        let open = |record: &&Ours| matches!(record, Ours::Rejected { reason, .. } if reason == "QUOTE_OPEN");
        let opened = ours.iter().filter(open).count();
        let mut rows = Rows::new();
        for index in 0..=opened {
            let [lenient, _] = python.remove(&format!("{number}-between-{index}")).unwrap();
            rows.extend(lenient.unwrap());
        }
        for index in 0..opened {
            let [lenient, strict] = python.remove(&format!("{number}-open-{index}")).unwrap();
            assert!(
                lenient.unwrap().len() == 1 && strict.is_none(),
                "the quote swallows the rest of {text:?}"
            );
        }
        let header = rows.remove(0);
        assert_eq!(header, HEADER);
        let read: Vec<&Ours> = ours.iter().filter(|record| !open(record)).collect();
        assert_eq!(rows.len(), read.len(), "{text:?}: {rows:?}");
        for (row, record) in rows.iter().zip(read) {
            assert!(explains(text, row, record), "{text:?}: {row:?}");
        }
    }
}

/// The same values each time.
fn generated<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

fn quoted(text: &str, always: bool) -> String {
    let needed = text.contains([',', '"', '\n', '\r']);
    if always || needed { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// A well-formed file: one kind of line end, quoted line ends, doubled quotes, blank lines, a mark.
fn well_formed() -> impl Strategy<Value = (String, &'static str)> {
    let field = || proptest::string::string_regex("[aé ,;\"\n]{0,8}").unwrap();
    let records = proptest::collection::vec((field(), field(), any::<bool>(), 0..6u8), 1..12);
    (records, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(records, windows, mark, last)| {
        let end = if windows { "\r\n" } else { "\n" };
        let mut text = if mark { "\u{feff}".to_owned() } else { String::new() };
        text.push_str(&HEADER.join(","));
        for (number, (name, owner, always, blank)) in records.iter().enumerate() {
            text.push_str(end);
            if *blank == 0 {
                text.push_str(end);
            }
            text.push_str(&format!("r{number},{},{}", quoted(name, *always), quoted(owner, *always)));
        }
        if last {
            text.push_str(end);
        }
        (text, if windows { "\\r\\n" } else { "\\n" })
    })
}

#[test]
fn python_and_duckdb_read_what_is_well_formed_as_ours_does() {
    let files = generated(&well_formed(), 80);
    for (text, line_end) in &files {
        let theirs = duckdb(text, line_end).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        let ours = ours(text);
        assert_eq!(theirs.len(), ours.len(), "{text:?}");
        for (row, record) in theirs.iter().zip(&ours) {
            assert!(explains(text, row, record), "{text:?}: {row:?}");
        }
    }
    compared(&files.into_iter().map(|(text, _)| text).collect::<Vec<_>>());
}

#[test]
fn python_reads_dirt_as_ours_does_or_ours_says_why_not() {
    let dirt =
        proptest::string::string_regex("([a ]|[\",\n]|r1,|\r|\r\n|,\"|\",|\"\n|é|\"\"){0,40}").unwrap();
    let texts: Vec<String> = generated(&dirt, 200);
    compared(&texts.iter().map(|dirt| format!("{}\n{dirt}", HEADER.join(","))).collect::<Vec<_>>());
}

/// Dirt by its kind: what stands behind the header, and what ours and DuckDB make of its name cells. DuckDB refuses most; the
/// one that it reads otherwise, Python reads as ours does.
#[test]
fn each_kind_of_dirt_is_read_as_it_says_here() {
    let refused = None;
    for (kind, body, ours_reads, duckdb_reads) in [
        ("a quote inside a field", "r1,5\" disk,x\n", vec!["5\" disk"], Some(vec!["5\" disk"])),
        ("text behind a closing quote", "r1,\"q\"r,x\n", vec!["QUOTE_SUSPECT"], refused.clone()),
        ("a blank behind a closing quote", "r1,\"q\" ,x\n", vec!["q "], Some(vec!["q"])),
        ("a short record", "r1,a\nr2,b,x\n", vec!["FIELD_COUNT", "b"], refused.clone()),
        ("a long record", "r1,a,x,y\nr2,b,x\n", vec!["FIELD_COUNT", "b"], refused.clone()),
        ("a quote that nothing closes", "r1,\"a,x\nr2,b,x\n", vec!["QUOTE_OPEN", "b"], refused.clone()),
        (
            "records glued by a quote",
            "r1,a,\"x\nr2,b,\"y\"\nr3,c,z\n",
            vec!["QUOTE_SUSPECT", "c"],
            refused.clone(),
        ),
        ("a carriage return alone", "r1,a,x\rr2,b,x\n", vec!["a", "b"], refused.clone()),
        ("a zero byte", "r1,a\0b,x\n", vec!["a\0b"], Some(vec!["a\0b"])),
    ] {
        let text = format!("{}\n{body}", HEADER.join(","));
        let name = |record: &Ours| match record {
            Ours::Stored(cells) => cells[1].clone(),
            Ours::Rejected { reason, .. } => reason.clone(),
        };
        assert_eq!(ours(&text).iter().map(name).collect::<Vec<_>>(), ours_reads, "{kind}");
        let theirs = duckdb(&text, "\\n").ok();
        let names = theirs.map(|rows| rows.into_iter().map(|row| row[1].clone()).collect::<Vec<_>>());
        let expected = duckdb_reads.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(names, expected, "{kind}");
    }
}
