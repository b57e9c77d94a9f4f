//! The main job against verdicts that a person worked out: `sample_data/zendesk-2016/CASES.md` says for each case
//! which record and which rule decide; here the program is asked the same. `sample_data/unaffected/` holds customers
//! that nobody may write to.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// The as_of of the sample's facts: its verdicts are those of the first run.
const AS_OF: &str = "2019-10-02T12:00:00Z";

/// The queries whose rows a reason decides: all with a rule list (3-rules, "1" to "6").
const DECIDED: [&str; 6] =
    ["account_exposure", "user_passwords", "app_credentials", "certificates", "api_clients", "data_subjects"];

/// The sample, run once for all tests of this file: the verdicts of each as_of that the page speaks of.
static SAMPLE: LazyLock<Sample> = LazyLock::new(Sample::make);

#[test]
fn every_hand_worked_case_holds() {
    let page = Page::read();
    assert!(page.cases.len() >= 150, "{} cases", page.cases.len());
    let wrong: Vec<String> =
        page.cases.iter().flat_map(|case| case.differences(SAMPLE.at(&case.as_of))).collect();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), page.cases.len(), wrong.join("\n"));
}

#[test]
fn every_hand_counted_total_holds() {
    let page = Page::read();
    assert!(page.totals.len() >= 20, "{} totals", page.totals.len());
    let wrong: Vec<String> =
        page.totals.iter().filter_map(|total| total.difference(SAMPLE.at(&total.as_of))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reason_occurs_but_those_that_the_page_says_can_not() {
    let page = Page::read();
    let verdicts = SAMPLE.at(AS_OF);
    for query in DECIDED {
        let known = reasons_of(query);
        let unreachable: BTreeSet<String> =
            page.unreachable.iter().filter(|(of, _)| of == query).map(|(_, code)| code.clone()).collect();
        assert!(unreachable.is_subset(&known), "{query}: the page names reasons that the sidecar does not");
        let reached: BTreeSet<String> =
            verdicts.rows(query).iter().map(|row| row["reason"].clone()).collect();
        let expected: BTreeSet<String> = known.difference(&unreachable).cloned().collect();
        assert_eq!(reached, expected, "{query}");
    }
}

#[test]
fn every_reason_that_occurs_has_a_hand_worked_case() {
    let page = Page::read();
    for query in DECIDED {
        let worked: BTreeSet<&String> = page.cases_of(query).map(|case| &case.reason).collect();
        for row in SAMPLE.at(AS_OF).rows(query) {
            assert!(worked.contains(&row["reason"]), "{query}: no case of {}", row["reason"]);
        }
    }
}

#[test]
fn unaffected_customers_stand_on_no_outreach_list() {
    let folder = fresh_folder("unaffected");
    let (case, lists, verdicts) = (folder.join("case"), folder.join("lists"), folder.join("verdicts"));
    run_case(&case, "unaffected");
    highwater(&["export", text(&case), "lists", "--out", text(&lists), "--quiet"]);
    highwater(&["export", text(&case), "verdicts", "--out", text(&verdicts), "--quiet"]);

    let accounts = read_csv(&verdicts.join("account_exposure.csv"));
    assert_eq!(accounts.len(), 12, "every customer got its verdict");
    assert!(accounts.iter().all(|row| row["exposure"] == "not_exposed"));
    assert_eq!(read_csv(&verdicts.join("notifications.csv")).len(), 0);
    for row in read_csv(&verdicts.join("account_summary.csv")) {
        assert_eq!(
            (row["cohort"].as_str(), row["actions"].as_str()),
            ("not_exposed", ""),
            "{}",
            row["account_id"]
        );
    }
    assert!(lists.is_dir(), "the lists were written");
    for list in outreach_lists(&lists) {
        assert_eq!(read_csv(&list).len(), 0, "{} names somebody", list.display());
    }
}

/// Else an unaffected customer could be missing only because nobody is ever named.
#[test]
fn outreach_lists_of_the_sample_hold_a_row_for_each_notification() {
    let rows: usize = outreach_lists(&SAMPLE.lists).iter().map(|list| read_csv(list).len()).sum();
    assert_eq!(rows, SAMPLE.at(AS_OF).rows("notifications").len());
    assert!(rows > 60, "{rows} rows");
}

/// The unaffected customers' own page gives the reason of each.
#[test]
fn unaffected_customers_are_so_for_the_reason_that_a_person_found() {
    let folder = fresh_folder("unaffected-reasons");
    let (case, verdicts) = (folder.join("case"), folder.join("verdicts"));
    run_case(&case, "unaffected");
    highwater(&["export", text(&case), "verdicts", "--out", text(&verdicts), "--quiet"]);

    let page = fs::read_to_string(sample_data("unaffected").join("CASES.md")).unwrap();
    let worked: BTreeMap<String, String> = page
        .lines()
        .filter_map(table_row)
        .filter(|cells| cells.len() == 3 && cells[0] != "account")
        .map(|cells| (cells[0].clone(), cells[1].clone()))
        .collect();
    let said: BTreeMap<String, String> = read_csv(&verdicts.join("account_exposure.csv"))
        .into_iter()
        .map(|row| (row["account_id"].clone(), row["reason"].clone()))
        .collect();
    assert_eq!(said, worked);
}

// --- the page ---------------------------------------------------------------------------------------------------

/// What a person worked out: `CASES.md`.
struct Page {
    cases: Vec<Case>,
    totals: Vec<Total>,
    /// Query and reason.
    unreachable: Vec<(String, String)>,
}

/// One hand-worked case.
struct Case {
    as_of: String,
    name: String,
    query: String,
    subject: Vec<String>,
    verdict: String,
    reason: String,
    columns: Vec<(String, String)>,
}

/// How many rows of a query have one value in a column.
struct Total {
    as_of: String,
    query: String,
    column: String,
    value: String,
    rows: usize,
}

impl Page {
    /// The tables tell themselves apart by their headings and widths: unreachable reasons (3 cells), cases (7), totals (5).
    fn read() -> Self {
        let text = fs::read_to_string(sample_data("zendesk-2016").join("CASES.md")).unwrap();
        let mut page = Self { cases: Vec::new(), totals: Vec::new(), unreachable: Vec::new() };
        let mut as_of = None;
        for line in text.lines() {
            if let Some(instant) = line.strip_prefix("## Cases at ") {
                as_of = Some(instant.to_owned());
            }
            let Some(cells) = table_row(line) else { continue };
            match cells.as_slice() {
                [head, ..] if ["case", "query", "as_of"].contains(&head.as_str()) => {}
                [query, reason, _] => page.unreachable.push((query.clone(), reason.clone())),
                [_, _, _, _, _] => page.totals.push(Total::new(&cells)),
                [_, _, _, _, _, _, _] => page.cases.push(Case::new(as_of.as_deref().unwrap(), &cells)),
                _ => panic!("a table of another width: {line}"),
            }
        }
        page
    }

    fn cases_of(&self, query: &str) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(move |case| case.query == query)
    }
}

impl Total {
    fn new(cells: &[String]) -> Self {
        let [as_of, query, column, value, rows] = [0, 1, 2, 3, 4].map(|n| cells[n].clone());
        Self { as_of, query, column, value, rows: rows.parse().unwrap() }
    }

    fn difference(&self, verdicts: &Verdicts) -> Option<String> {
        let rows = verdicts.rows(&self.query).iter().filter(|row| row[&self.column] == self.value).count();
        let Self { as_of, query, column, value, rows: worked } = self;
        (rows != *worked)
            .then(|| format!("{as_of} {query} {column} = {value}: worked out {worked}, said {rows}"))
    }
}

impl Case {
    fn new(as_of: &str, cells: &[String]) -> Self {
        let [name, query, subject, verdict, reason, columns] = [0, 1, 2, 3, 4, 5].map(|n| cells[n].clone());
        let subject =
            subject.split(" / ").map(|id| if id == "(none)" { "" } else { id }.to_owned()).collect();
        let columns = match columns.as_str() {
            "-" => Vec::new(),
            text => text.split("; ").map(column_and_value).collect(),
        };
        Self { as_of: as_of.to_owned(), name, query, subject, verdict, reason, columns }
    }

    /// Where the program says something else: one line a column.
    fn differences(&self, verdicts: &Verdicts) -> Vec<String> {
        let rows = verdicts.of(&self.query, &self.subject);
        let about = format!("{} {} {} {}", self.as_of, self.name, self.query, self.subject.join(" / "));
        let expected = usize::from(self.verdict != "no row");
        if rows.len() != expected {
            return vec![format!("{about}: {} rows, worked out {expected}", rows.len())];
        }
        let mut wrong = Vec::new();
        for (row, (column, worked)) in
            rows.iter().flat_map(|row| self.checks().into_iter().map(move |c| (row, c)))
        {
            let said = row.get(&column).unwrap_or_else(|| panic!("{about}: no column {column}"));
            if *said != worked {
                wrong.push(format!("{about}: {column}: worked out `{worked}`, said `{said}`"));
            }
        }
        wrong
    }

    /// All that this case says of its row.
    fn checks(&self) -> Vec<(String, String)> {
        let mut checks = self.columns.clone();
        if self.query != "notifications" {
            checks.push((verdict_column(&self.query).to_owned(), self.verdict.clone()));
            checks.push(("reason".to_owned(), self.reason.clone()));
        }
        checks
    }
}

/// The cells of a line of a table, its rule of dashes left out; `\|` is a bar within a cell.
fn table_row(line: &str) -> Option<Vec<String>> {
    let inner = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let cells: Vec<String> =
        inner.replace("\\|", "\u{1}").split(" | ").map(|cell| cell.replace('\u{1}', "|")).collect();
    (cells[0] != "---").then_some(cells)
}

/// `column=value`; a file under `exports/` stands for its source.
fn column_and_value(text: &str) -> (String, String) {
    let (column, value) = text.split_once('=').unwrap();
    let value = if value.starts_with("exports/") { source_of(value) } else { value.to_owned() };
    (column.to_owned(), value)
}

/// The first 16 hex digits of the file's SHA-256 (2-tables, "Canonical tables").
fn source_of(file: &str) -> String {
    let digest = Sha256::digest(fs::read(sample_data("zendesk-2016").join(file)).unwrap());
    digest[..8].iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn verdict_column(query: &str) -> &'static str {
    match query {
        "account_exposure" | "account_summary" => "exposure",
        _ => "state",
    }
}

/// The codes that a query's sidecar lists, but the one that no test may produce.
fn reasons_of(query: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("queries/classify/{query}.toml"));
    let sidecar: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let reasons = sidecar["reason"].as_array().unwrap().iter();
    reasons
        .map(|reason| reason["code"].as_str().unwrap().to_owned())
        .filter(|code| code != "RULE_GAP")
        .collect()
}

// --- the program ------------------------------------------------------------------------------------------------

type Row = BTreeMap<String, String>;

struct Sample {
    verdicts: BTreeMap<String, Verdicts>,
    /// The lists of the first run.
    lists: PathBuf,
}

impl Sample {
    fn make() -> Self {
        let folder = fresh_folder("zendesk-2016");
        let case = folder.join("case");
        run_case(&case, "zendesk-2016");
        let lists = folder.join("lists");
        highwater(&["export", text(&case), "lists", "--out", text(&lists), "--quiet"]);
        let mut verdicts = BTreeMap::from([(AS_OF.to_owned(), Verdicts::export(&case, &folder, AS_OF))]);
        for as_of in ["2019-09-25T00:00:00Z", "2019-09-29T00:00:00Z"] {
            highwater(&["classify", text(&case), "--as-of", as_of, "--quiet"]);
            verdicts.insert(as_of.to_owned(), Verdicts::export(&case, &folder, as_of));
        }
        Self { verdicts, lists }
    }

    fn at(&self, as_of: &str) -> &Verdicts {
        self.verdicts.get(as_of).unwrap_or_else(|| panic!("no run at {as_of}"))
    }
}

/// The verdicts of the newest run of a case, as they are exported.
struct Verdicts {
    rows: BTreeMap<String, Vec<Row>>,
}

impl Verdicts {
    fn export(case: &Path, folder: &Path, as_of: &str) -> Self {
        let out = folder.join(as_of.replace(':', ""));
        highwater(&["export", text(case), "verdicts", "--out", text(&out), "--quiet"]);
        let queries = DECIDED.into_iter().chain(["account_summary", "notifications"]);
        Self {
            rows: queries
                .map(|query| (query.to_owned(), read_csv(&out.join(format!("{query}.csv")))))
                .collect(),
        }
    }

    fn rows(&self, query: &str) -> &[Row] {
        &self.rows[query]
    }

    /// The rows of a subject: of an account, or of an account and an id.
    fn of(&self, query: &str, subject: &[String]) -> Vec<&Row> {
        let keys = key_columns(query);
        assert_eq!(keys.len(), subject.len(), "{query}: {subject:?}");
        self.rows(query)
            .iter()
            .filter(|row| keys.iter().zip(subject).all(|(key, id)| row[*key] == *id))
            .collect()
    }
}

fn key_columns(query: &str) -> &'static [&'static str] {
    match query {
        "user_passwords" | "data_subjects" => &["account_id", "user_id"],
        "app_credentials" => &["account_id", "installation_id"],
        "certificates" => &["account_id", "certificate_id"],
        "api_clients" => &["account_id", "client_id"],
        "notifications" => &["account_id", "contact_kind"],
        _ => &["account_id"],
    }
}

fn sample_data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(name)
}

fn run_case(case: &Path, sample: &str) {
    highwater(&["run", text(case), text(&sample_data(sample)), "--incident", "zendesk-2016", "--quiet"]);
}

fn highwater(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).output().unwrap();
    assert!(output.status.success(), "highwater {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// An empty folder of this test file.
fn fresh_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("goldens").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The outreach lists in a folder, those in folders below included.
fn outreach_lists(folder: &Path) -> Vec<PathBuf> {
    let mut lists = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            lists.extend(outreach_lists(&path));
        } else if path.extension().is_some_and(|extension| extension == "csv")
            && path.file_name().unwrap().to_string_lossy().starts_with("outreach-")
        {
            lists.push(path);
        }
    }
    lists
}

/// A CSV of ours (3-rules, "Order and form of all verdicts"), by column name.
fn read_csv(path: &Path) -> Vec<Row> {
    let content = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut records = csv_records(&content).into_iter();
    let header = records.next().unwrap_or_else(|| panic!("{} has no header", path.display()));
    records
        .map(|record| {
            assert_eq!(record.len(), header.len(), "{}: {record:?}", path.display());
            header.iter().cloned().zip(record).collect()
        })
        .collect()
}

fn csv_records(content: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = content.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            _ => cell.push(character),
        }
    }
    assert!(record.is_empty() && cell.is_empty(), "the last line has its end");
    records
}
