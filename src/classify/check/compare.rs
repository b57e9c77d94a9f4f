//! The verdicts that a fixture gave against those that a person expected.

use std::collections::{BTreeMap, BTreeSet};

use super::csv::{self, Row, Rows};
use super::{Finding, Fixture, line_of};
use crate::base::Error;
use crate::engine::canned::Classify;

/// Columns of `expected.csv` that are no verdict: the code that the row only just misses, and why.
const NEAR_MISS_OF: &str = "near_miss_of";
const WHY: &str = "why";
const REASON: &str = "reason";

/// What comparing one fixture came to.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Rows that were expected.
    pub rows: usize,
    /// Codes that a row was given as expected.
    pub reached: BTreeSet<String>,
    /// Codes that a row only just missed.
    pub near_misses: BTreeSet<String>,
    /// What differs, row by row.
    pub findings: Vec<Finding>,
}

impl Compared {
    /// Of a fixture that could not be run.
    #[must_use]
    pub fn failed(fixture: &Fixture, error: &Error) -> Self {
        let what = format!("the fixture can't be run: {error}");
        let finding = Finding::new(fixture.expected.path, "FIXTURE_FAILED", what, "verdicts");
        Self { findings: vec![finding], ..Self::default() }
    }
}

/// Compares `verdicts`, the exported CSV of the query, with what the fixture expects: the same rows, and the same
/// text in each column that the fixture names.
#[must_use]
pub fn compare(query: &Classify, fixture: &Fixture, verdicts: &str) -> Compared {
    let read = csv::read(fixture.expected.path, fixture.expected.text)
        .and_then(|expected| Ok((expected, csv::read("verdicts", verdicts)?)));
    match read {
        Ok((expected, got)) => Comparison { query, fixture, expected, got }.made(),
        Err(error) => Compared { findings: vec![of_error(fixture, &error)], ..Compared::default() },
    }
}

pub(super) fn of_error(fixture: &Fixture, error: &Error) -> Finding {
    let line = error.place().and_then(|place| place.line).unwrap_or_default();
    Finding::new(fixture.expected.path, "FIXTURE_FORM", error.what(), "a CSV with a header").at(line, 0)
}

/// The rules of a query that no fixture reaches, and those that no row only just misses.
#[must_use]
pub fn unreached(query: &Classify, fixtures: &[Compared]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for reason in &query.reasons {
        let line = line_of(query.sidecar.text, &format!("code = \"{}\"", reason.code));
        let mut missing = |code, what: &str, expected: &str| {
            let what = format!("{what} `{}`", reason.code);
            findings.push(Finding::new(query.sidecar.path, code, what, expected).at(line, 0));
        };
        if !fixtures.iter().any(|f| f.reached.contains(&reason.code)) {
            missing("REASON_UNREACHED", "no fixture gives", "a row with that reason in an expected.csv");
        }
        if !fixtures.iter().any(|f| f.near_misses.contains(&reason.code)) {
            missing(
                "NEAR_MISS_ABSENT",
                "no fixture only just misses",
                "a row with that near_miss_of in an expected.csv",
            );
        }
    }
    findings
}

struct Comparison<'f> {
    query: &'f Classify,
    fixture: &'f Fixture,
    expected: Rows,
    got: Rows,
}

impl Comparison<'_> {
    fn made(&self) -> Compared {
        let mut compared = Compared { rows: self.expected.rows.len(), ..Compared::default() };
        compared.findings = self.header();
        if !compared.findings.is_empty() {
            return compared;
        }
        let mut got = BTreeMap::new();
        for row in &self.got.rows {
            got.insert(self.key(&self.got, row), row);
        }
        let mut expected_keys = BTreeSet::new();
        for row in &self.expected.rows {
            let key = self.key(&self.expected, row);
            match got.get(&key) {
                None => compared.findings.push(self.finding(row, "ROW_MISSING", "no such verdict", &key)),
                Some(verdict) => self.row(row, verdict, &key, &mut compared),
            }
            if !expected_keys.insert(key.clone()) {
                compared.findings.push(self.finding(row, "ROW_TWICE", "this row is expected twice", &key));
            }
        }
        for (key, _) in got.iter().filter(|(key, _)| !expected_keys.contains(*key)) {
            let what = format!("[{}] has a verdict", key.join(", "));
            let expected = "a row for each verdict of the query";
            compared.findings.push(Finding::new(self.fixture.expected.path, "ROW_EXTRA", what, expected));
        }
        compared
    }

    /// The columns must be those of the query, its key among them.
    fn header(&self) -> Vec<Finding> {
        let known: Vec<&str> = self.query.columns.iter().map(|c| c.name.as_str()).collect();
        let unknown = self.expected.header.iter().filter(|c| ![NEAR_MISS_OF, WHY].contains(&c.as_str()));
        let unknown = unknown.filter(|c| !known.contains(&c.as_str())).map(|c| format!("the column `{c}`"));
        let needs_reason = !self.query.reasons.is_empty();
        let needed = self.query.order_by.iter().map(String::as_str);
        let needed =
            needed.chain(needs_reason.then_some([REASON, NEAR_MISS_OF]).into_iter().flatten()).chain([WHY]);
        let absent = needed.filter(|c| self.expected.column(c).is_none()).map(|c| format!("no column `{c}`"));
        let columns = "the query's key, its columns, near_miss_of, why";
        unknown
            .chain(absent)
            .map(|what| Finding::new(self.fixture.expected.path, "FIXTURE_FORM", what, columns).at(1, 0))
            .collect()
    }

    fn key(&self, rows: &Rows, row: &Row) -> Vec<String> {
        self.query.order_by.iter().map(|name| cell(rows, row, name).to_owned()).collect()
    }

    fn row(&self, expected: &Row, got: &Row, key: &[String], compared: &mut Compared) {
        for name in self.expected.header.iter().filter(|c| ![NEAR_MISS_OF, WHY].contains(&c.as_str())) {
            let (wanted, given) = (cell(&self.expected, expected, name), cell(&self.got, got, name));
            if wanted != given {
                let what = format!("{name} is `{given}`");
                let mut finding = self.finding(expected, "VERDICT", &what, key);
                finding.expected = format!("`{wanted}`, because {}", cell(&self.expected, expected, WHY));
                compared.findings.push(finding);
            }
        }
        let (reason, given) = (cell(&self.expected, expected, REASON), cell(&self.got, got, REASON));
        if reason == given {
            compared.reached.insert(reason.to_owned());
        }
        let missed = cell(&self.expected, expected, NEAR_MISS_OF);
        if missed.is_empty() {
            return;
        }
        if missed == reason || !self.query.reasons.iter().any(|r| r.code == missed) {
            let what = format!("{NEAR_MISS_OF} is `{missed}`");
            let mut finding = self.finding(expected, "NEAR_MISS_WRONG", &what, key);
            finding.expected = "another code of the query than the row's own".to_owned();
            compared.findings.push(finding);
        } else if reason == given {
            compared.near_misses.insert(missed.to_owned());
        }
    }

    fn finding(&self, row: &Row, code: &'static str, what: &str, key: &[String]) -> Finding {
        let what = format!("[{}]: {what}", key.join(", "));
        Finding::new(self.fixture.expected.path, code, what, cell(&self.expected, row, WHY)).at(row.line, 0)
    }
}

fn cell<'r>(rows: &Rows, row: &'r Row, column: &str) -> &'r str {
    rows.column(column).and_then(|index| row.cells.get(index)).map_or("", String::as_str)
}
