//! Memory stays under `--memory`, whatever the input (1-overview, "What must always be true", 12). Measured is the
//! highest resident set that the system has counted for the real program.

#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use highwater::case::{Case, Source};

/// The least that `--memory` takes.
const LIMIT: u64 = 800_000_000;
/// What the usual job of this size is far from: more would mean that something is kept whole.
const USUAL: u64 = 650_000_000;

struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    /// A new case; nothing where the measure can't be compiled, which is a failure in CI.
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/memory/peak.c");
        let library = folder.path().join("peak.so");
        let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(library).arg(source).output();
        if !compiled.as_ref().is_ok_and(|output| output.status.success()) {
            assert!(std::env::var_os("CI").is_none(), "cc cannot compile tests/memory/peak.c: {compiled:?}");
            eprintln!("skipped: there is no C compiler for tests/memory/peak.c");
            return None;
        }
        fs::create_dir(folder.path().join("exports")).unwrap();
        let bench = Self { folder };
        let facts = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/zendesk-2016/facts.toml");
        bench.run(&["init", "CASE", "--incident", "zendesk-2016", "--facts", facts.to_str().unwrap()]);
        Some(bench)
    }

    fn case(&self) -> PathBuf {
        self.folder.path().join("case")
    }

    fn export(&self, name: &str) -> BufWriter<File> {
        BufWriter::new(File::create(self.folder.path().join("exports").join(name)).unwrap())
    }

    /// Runs the program within the limit and holds it to that.
    fn run(&self, arguments: &[&str]) {
        self.run_within(LIMIT, arguments);
    }

    /// Runs the program within the limit and holds it to less.
    fn run_within(&self, bytes: u64, arguments: &[&str]) {
        let output = self.output_within(bytes, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// What a run says that fails for want of memory, and does not take more than that.
    fn refused_within(&self, bytes: u64, arguments: &[&str]) -> String {
        let output = self.output_within(bytes, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn output_within(&self, bytes: u64, arguments: &[&str]) -> std::process::Output {
        let peak = self.folder.path().join("peak");
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        for argument in arguments {
            match *argument {
                "CASE" => command.arg(self.case()),
                "EXPORTS" => command.arg(self.folder.path().join("exports")),
                other => command.arg(other),
            };
        }
        command.args(["--quiet", "--memory", "800MB", "--threads", "2"]);
        command.env("LD_PRELOAD", self.folder.path().join("peak.so")).env("PEAK_TO", &peak);
        let output = command.output().unwrap();
        let told = fs::read_to_string(&peak).unwrap();
        let kilobytes: u64 = told.split_whitespace().nth(1).unwrap().parse().unwrap();
        eprintln!("{}: at most {} MB", arguments[0], kilobytes * 1_024 / 1_000_000);
        assert!(kilobytes * 1_024 <= bytes, "{arguments:?} took {kilobytes} kB");
        output
    }

    fn source(&self, file: &str) -> Source {
        let register = Case::open(&self.case()).unwrap().register().unwrap();
        let source = register.sources().iter().find(|source| source.path.ends_with(file));
        source.unwrap_or_else(|| panic!("{file} is not stored")).clone()
    }
}

/// Functions make texts and lists that the engine does not count: the system refuses them the memory.
#[test]
fn a_question_that_asks_for_more_memory_than_there_is_is_refused() {
    let Some(bench) = Bench::new() else { return };
    for query in [
        "SELECT max(len(string_split(lpad('a;', 200000000, 'a;'), ';'))) AS n",
        "SELECT length(replace(replace(lpad('a', 3000, 'a'), 'a', lpad('b', 3000, 'b')), 'b', lpad('c', 3000, 'c'))) AS n",
    ] {
        let said = bench.refused_within(LIMIT * 2, &["sql", "CASE", query]);
        assert!(said.contains("Out of Memory") && said.contains("--memory SIZE"), "{said}");
    }
}

const USERS: &str = "user_id,account_id,email,role,active,suspended,has_password,sso_only,created_at,last_login_at,\
    password_changed_at,deleted_at\n";

/// Records of which every cell that can be is a reject: what comes of them is twenty times as much.
fn all_rejects(bench: &Bench) {
    let mut out = bench.export("users-rejects.csv");
    out.write_all(USERS.as_bytes()).unwrap();
    for number in 0..120_000 {
        writeln!(out, "r{number},a1,,agent,x,x,x,x,x,x,x,x").unwrap();
    }
    // And records of nothing but a surplus.
    let mut out = bench.export("users-ragged.csv");
    out.write_all(USERS.as_bytes()).unwrap();
    for _ in 0..500_000 {
        out.write_all(b"a\n").unwrap();
    }
}

fn long_cells(bench: &Bench) {
    let mut out = bench.export("accounts-long.csv");
    out.write_all(b"account_id,name,status,created_at\n").unwrap();
    let long = vec![b'n'; 10 << 20];
    for number in 0..6 {
        write!(out, "long{number},").unwrap();
        out.write_all(&long).unwrap();
        out.write_all(b",active,2012-01-01T00:00:00Z\n").unwrap();
    }
}

fn many_columns(bench: &Bench) {
    let mut out = bench.export("certificates-wide.csv");
    let names: Vec<String> = (0..9_998).map(|number| format!("extra{number}")).collect();
    writeln!(out, "certificate_id,account_id,{}", names.join(",")).unwrap();
    let rest = ",x".repeat(names.len());
    for number in 0..500 {
        writeln!(out, "c{number},a{number}{rest}").unwrap();
    }
}

/// A quote that stays open over more than a record may have, and goes on being open at the file's end.
fn open_quote(bench: &Bench) {
    let mut out = bench.export("api_clients-open.csv");
    out.write_all(b"client_id,account_id,name,kind\nk0,a1,whole,oauth\nk1,a1,\"open,oauth\n").unwrap();
    for number in 2..2_600_000 {
        writeln!(out, "k{number},a1,the next,oauth").unwrap();
    }
}

fn many_sources(bench: &Bench) {
    for file in 0..60 {
        let mut out = bench.export(&format!("sso-{file}.csv"));
        out.write_all(b"account_id,population,enforced,bypass_allowed,since\n").unwrap();
        for number in 0..10_000 {
            writeln!(out, "s{file}-{number},all,true,false,2012-01-01T00:00:00Z").unwrap();
        }
    }
}

fn long_list(bench: &Bench) {
    let mut out = bench.export("accounts-list.csv");
    let products: Vec<String> = (0..200_000).map(|number| format!("p{number}")).collect();
    writeln!(
        out,
        "account_id,products,status,created_at\nlist,{},active,2012-01-01T00:00:00Z",
        products.join(";")
    )
    .unwrap();
}

/// A list of many items under a long key, of one item many times, of more items than anybody writes, as text and as JSON.
fn odd_lists(bench: &Bench) {
    let header = b"account_id,products,status,created_at\n";
    let many: Vec<String> = (0..20_000).map(|number| format!("p{number}")).collect();
    let mut out = bench.export("accounts-long-key.csv");
    out.write_all(header).unwrap();
    writeln!(out, "{},{},active,2012-01-01T00:00:00Z", "k".repeat(100_000), many.join(";")).unwrap();
    let mut out = bench.export("accounts-many-items.csv");
    out.write_all(header).unwrap();
    writeln!(out, "same,{}b,active,2012-01-01T00:00:00Z", "a;".repeat(20_000_000)).unwrap();
    writeln!(out, "json,\"[{}\"\"b\"\"]\",active,2012-01-01T00:00:00Z", "\"\"a\"\",".repeat(5_000_000))
        .unwrap();
    write!(out, "most,").unwrap();
    (0..3_000_000).for_each(|number| write!(out, "{number:x};").unwrap());
    writeln!(out, ",active,2012-01-01T00:00:00Z").unwrap();
}

/// Records as long as they may be, of texts that are kept twice, and of a text that is longer when it is decoded.
fn longest_records(bench: &Bench) {
    let mut out = bench.export("accounts-longest.csv");
    out.write_all(b"account_id,owner_email,status,created_at\n").unwrap();
    for number in 0..3 {
        write!(out, "longest{number},").unwrap();
        out.write_all(&vec![b'E'; 60_000_000]).unwrap();
        out.write_all(b",active,2012-01-01T00:00:00Z\n").unwrap();
    }
    let mut out = bench.export("accounts-decoded.csv");
    out.write_all(b"account_id,owner_email,status,created_at\n").unwrap();
    for (number, length) in [60_000_000, 10_000_000].into_iter().enumerate() {
        write!(out, "decoded{number},").unwrap();
        out.write_all(&vec![0x80; length]).unwrap();
        out.write_all(b",active,2012-01-01T00:00:00Z\n").unwrap();
    }
    let sources = "[[source]]\nfile = \"accounts-decoded.csv\"\nencoding = \"windows-1252\"\n";
    fs::write(bench.folder.path().join("exports/sources.toml"), sources).unwrap();
}

#[test]
fn ingest_stays_under_its_memory_whatever_a_record_is() {
    let Some(bench) = Bench::new() else { return };
    odd_lists(&bench);
    longest_records(&bench);
    bench.run(&["ingest", "CASE", "EXPORTS"]);
    assert_eq!(bench.source("accounts-long-key.csv").stored, 1);
    let many = bench.source("accounts-many-items.csv");
    assert_eq!((many.stored, many.field_rejects["products"]), (3, 1), "the last list has too many items");
    assert_eq!(bench.source("accounts-longest.csv").stored, 3);
    let decoded = bench.source("accounts-decoded.csv");
    assert_eq!((decoded.stored, decoded.rejected), (1, 1));
}

#[test]
fn ingest_stays_under_its_memory_however_many_files_there_are() {
    let Some(bench) = Bench::new() else { return };
    for number in 0..12_000 {
        let mut copy = bench.export(&format!("copy-{number}.csv"));
        write!(copy, "account_id\nx{number}\n").unwrap();
        copy.write_all(&vec![b'\n'; 70_000]).unwrap();
    }
    bench.run_within(USUAL, &["ingest", "CASE", "EXPORTS", "--dry-run"]);
}

#[test]
fn ingest_stays_under_its_memory_whatever_it_reads() {
    let Some(bench) = Bench::new() else { return };
    for make in [all_rejects, long_cells, many_columns, open_quote, many_sources, long_list] {
        make(&bench);
    }
    bench.run_within(USUAL, &["ingest", "CASE", "EXPORTS"]);
    let rejects = bench.source("users-rejects.csv");
    assert_eq!((rejects.stored, rejects.field_rejects.values().sum::<u64>()), (120_000, 8 * 120_000));
    assert_eq!(bench.source("users-ragged.csv").rejected, 500_000);
    assert_eq!(bench.source("accounts-long.csv").stored, 6);
    assert_eq!(bench.source("certificates-wide.csv").unknown_columns.len(), 9_998);
    let open = bench.source("api_clients-open.csv");
    assert_eq!((open.read, open.rejected, open.stored), (2_600_000, 1, 2_599_999));
    assert_eq!(bench.source("sso-59.csv").stored, 10_000);
    assert_eq!(bench.source("accounts-list.csv").stored, 1);
}

#[test]
fn classify_and_export_stay_under_their_memory() {
    let Some(bench) = Bench::new() else { return };
    let mut accounts = bench.export("accounts.csv");
    accounts.write_all(b"account_id,products,status,created_at\n").unwrap();
    for number in 0..20_000 {
        writeln!(accounts, "a{number},support;chat,active,2012-01-01T00:00:00Z").unwrap();
    }
    let mut users = bench.export("users.csv");
    let mut changes = bench.export("credential_changes.csv");
    users.write_all(b"user_id,account_id,email,role,active,created_at,has_password\n").unwrap();
    changes.write_all(b"event_id,account_id,user_id,kind,changed_at,effect\n").unwrap();
    for number in 0..300_000 {
        let account = number % 20_000;
        writeln!(
            users,
            "u{number},a{account},person{number}@a{account}.example,agent,true,2013-01-01T00:00:00Z,true"
        )
        .unwrap();
        writeln!(changes, "e{number},a{account},u{number},password,2018-01-01T00:00:00Z,replaced").unwrap();
    }
    drop((accounts, users, changes));
    bench.run_within(USUAL, &["ingest", "CASE", "EXPORTS"]);
    bench.run_within(USUAL, &["classify", "CASE"]);
    bench.run_within(USUAL, &["export", "CASE", "verdicts"]);
    bench.run_within(USUAL, &["export", "CASE", "lists"]);
    let verdicts = fs::read_to_string(bench.case().join("out/0001/verdicts/user_passwords.csv")).unwrap();
    assert_eq!(verdicts.lines().count(), 300_001);
}
