//! The quality findings against their sidecars, and those that a fixture gave against those that a person expected.

use std::collections::{BTreeMap, BTreeSet};

use super::csv::{self, Row, Rows};
use super::{Compared, Finding, Fixture, line_of, repeated, shape};
use crate::base::digest;
use crate::base::library::Embedded;
use crate::classify::quality::FindingRow;
use crate::engine::canned::{self, Quality};
use crate::engine::portability;

const CODE: &str = "code";
/// Columns of `expected.csv` that are no finding: the code that a record only just misses, and why.
const NEAR_MISS_OF: &str = "near_miss_of";
const WHY: &str = "why";
/// What of a finding a fixture may expect; `file` is the given file that the source is.
const COMPARED: [&str; 7] = [CODE, "table", "subject", "column", "file", "record", "count"];
/// The columns that a quality query yields, and those that it may leave out.
const YIELDED: [&str; 7] = ["code", "table_name", "subject", "column_name", "detail", "source", "record"];
const OPTIONAL: [&str; 2] = ["column_name", "detail"];

/// Everything in which the quality queries and their sidecars don't agree.
#[must_use]
pub fn quality(queries: &[Quality]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = queries.iter().flat_map(of_query).collect();
    let codes = queries.iter().flat_map(|q| q.findings.iter().map(move |f| (f.code.as_str(), q.sidecar)));
    let mut seen = BTreeSet::new();
    for (code, sidecar) in codes {
        if !seen.insert(code) {
            let what = format!("the code `{code}` comes twice among the findings");
            findings.push(in_sidecar(sidecar, "CODE_TWICE", code, what, "a code of its own for each"));
        }
    }
    findings
}

fn in_sidecar(sidecar: Embedded, kind: &'static str, code: &str, what: String, expected: &str) -> Finding {
    let line =
        sidecar.text.lines().enumerate().filter(|(_, line)| line.contains(&format!("\"{code}\""))).last();
    Finding::new(sidecar.path, kind, what, expected).at(line.map_or(0, |(index, _)| index + 1), 0)
}

fn of_query(query: &Quality) -> Vec<Finding> {
    let mut findings = Vec::new();
    if query.sidecar.path != format!("quality/{}.toml", query.id) {
        let what = format!("the id is `{}`", query.id);
        findings.push(Finding::new(query.sidecar.path, "SIDECAR_ID", what, "the name of the file"));
    }
    if let Some(code) = repeated(query.findings.iter().map(|f| f.code.as_str())) {
        let what = format!("the code `{code}` comes twice");
        findings.push(in_sidecar(query.sidecar, "CODE_TWICE", code, what, "a code of its own for each"));
    }
    for finding in query.findings.iter().filter(|finding| !names_a_command(&finding.next)) {
        let what = format!("what comes next after `{}` names no command", finding.code);
        findings.push(in_sidecar(
            query.sidecar,
            "NEXT",
            &finding.code,
            what,
            "`highwater … CASE …` in backticks",
        ));
    }
    if let Some(sql) = query.sql {
        findings.extend(of_sql(query, sql));
    }
    findings
}

fn names_a_command(next: &str) -> bool {
    next.split('`').skip(1).step_by(2).any(|c| c.starts_with("highwater ") && c.contains(" CASE"))
        && next.matches('`').count().is_multiple_of(2)
}

/// The columns of the query, and the codes that stand in it.
fn of_sql(query: &Quality, sql: Embedded) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Ok(parsed) = portability::query(sql.text) else {
        return findings;
    };
    let output = shape::output(&parsed);
    let names: Vec<&str> = output.iter().map(|column| column.name.as_str()).collect();
    let expected: Vec<&str> =
        YIELDED.into_iter().filter(|name| !OPTIONAL.contains(name) || names.contains(name)).collect();
    if names != expected {
        let what = format!("it yields {}", names.join(", "));
        let expected = format!("{} (without {} where it has none)", YIELDED.join(", "), OPTIONAL.join(", "));
        findings.push(Finding::new(sql.path, "COLUMNS", what, expected));
    }
    for finding in query.findings.iter().filter(|f| line_of(sql.text, &format!("'{}'", f.code)) == 0) {
        let what = format!("the query never gives `{}`", finding.code);
        findings.push(in_sidecar(query.sidecar, "CODE_ABSENT", &finding.code, what, "a code of the query"));
    }
    findings
}

/// The codes that no fixture reaches, and those that no record only just misses.
#[must_use]
pub fn unreached_findings(queries: &[Quality], fixtures: &[Compared]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sidecar, code) in queries.iter().flat_map(|q| q.findings.iter().map(move |f| (q.sidecar, &f.code))) {
        let mut missing = |kind, what: &str, expected: &str| {
            findings.push(in_sidecar(sidecar, kind, code, format!("{what} `{code}`"), expected));
        };
        if !fixtures.iter().any(|f| f.reached.contains(code)) {
            missing("FINDING_UNREACHED", "no fixture gives", "a row with that code in an expected.csv");
        }
        if !fixtures.iter().any(|f| f.near_misses.contains(code)) {
            let expected = "a row with that near_miss_of in an expected.csv";
            missing("NEAR_MISS_ABSENT", "no fixture only just misses", expected);
        }
    }
    findings
}

/// Compares the findings that a fixture gave with those that it expects: of the codes that it names, all of them and
/// no others, in the columns that it names. Without the column `count` only rows for looking are compared.
#[must_use]
pub fn compare_findings(fixture: &Fixture, given: &[FindingRow]) -> Compared {
    let expected = match csv::read(fixture.expected.path, fixture.expected.text) {
        Ok(expected) => expected,
        Err(error) => {
            return Compared {
                findings: vec![super::compare::of_error(fixture, &error)],
                ..Compared::default()
            };
        }
    };
    let mut compared = Compared { rows: expected.rows.len(), ..Compared::default() };
    compared.findings = header(fixture, &expected);
    if compared.findings.is_empty() {
        Comparison { fixture, expected: &expected, given: named(fixture, &expected, given) }
            .make(&mut compared);
    }
    compared
}

fn header(fixture: &Fixture, expected: &Rows) -> Vec<Finding> {
    let known = |column: &&String| COMPARED.iter().chain(&[NEAR_MISS_OF, WHY]).any(|c| c == column);
    let unknown = expected.header.iter().filter(|c| !known(c)).map(|c| format!("the column `{c}`"));
    let needed = [CODE, "table", NEAR_MISS_OF, WHY].into_iter().filter(|c| expected.column(c).is_none());
    let columns = format!("{}, {NEAR_MISS_OF}, {WHY}", COMPARED.join(", "));
    unknown
        .chain(needed.map(|c| format!("no column `{c}`")))
        .map(|what| Finding::new(fixture.expected.path, "FIXTURE_FORM", what, columns.clone()).at(1, 0))
        .collect()
}

/// What is compared of a finding, by column.
type Cells = BTreeMap<&'static str, String>;

/// The given findings in the columns that the fixture names.
fn named(fixture: &Fixture, expected: &Rows, given: &[FindingRow]) -> Vec<Cells> {
    let files: BTreeMap<String, &str> = fixture
        .given
        .iter()
        .map(|file| (digest::sha256(file.text.as_bytes()).chars().take(16).collect(), stem(file.path)))
        .collect();
    let with_counts = expected.column("count").is_some();
    let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
    let number = |cell: Option<String>| cell.unwrap_or_default();
    given
        .iter()
        .filter(|row| with_counts || row.count.is_none())
        .map(|row| {
            let source = text(&row.source);
            let file = files.get(&source).map_or(source, |file| (*file).to_owned());
            let cells = [
                row.code.clone(),
                row.table.clone(),
                text(&row.subject),
                text(&row.column),
                file,
                number(row.record.map(|n| n.to_string())),
                number(row.count.map(|n| n.to_string())),
            ];
            COMPARED.into_iter().zip(cells).filter(|(name, _)| expected.column(name).is_some()).collect()
        })
        .collect()
}

fn stem(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

struct Comparison<'f> {
    fixture: &'f Fixture,
    expected: &'f Rows,
    given: Vec<Cells>,
}

impl Comparison<'_> {
    fn make(mut self, compared: &mut Compared) {
        let rows = &self.expected.rows;
        let scope: BTreeSet<&str> =
            rows.iter().flat_map(|row| [self.cell(row, CODE), self.cell(row, NEAR_MISS_OF)]).collect();
        let scope: BTreeSet<String> = scope.into_iter().map(str::to_owned).collect();
        for row in rows.iter().filter(|row| !self.cell(row, NEAR_MISS_OF).is_empty()) {
            self.near_miss(row, compared);
        }
        for row in rows {
            if !self.cell(row, NEAR_MISS_OF).is_empty() {
                continue;
            }
            let wanted: Cells = self.cells(row).collect();
            match self.given.iter().position(|given| *given == wanted) {
                Some(index) => {
                    self.given.swap_remove(index);
                    compared.reached.insert(self.cell(row, CODE).to_owned());
                }
                None => compared.findings.push(self.finding(row, "FINDING_MISSING", "is not found")),
            }
        }
        for extra in
            self.given.iter().filter(|cells| cells.get(CODE).is_some_and(|code| scope.contains(code)))
        {
            let what = format!("[{}] is found", joined(extra));
            let expected = "a row for each finding of the codes that it names";
            compared.findings.push(Finding::new(self.fixture.expected.path, "FINDING_EXTRA", what, expected));
        }
    }

    /// What the row names must not be found under the code that it only just misses.
    fn near_miss(&self, row: &Row, compared: &mut Compared) {
        let code = self.cell(row, NEAR_MISS_OF);
        if !self.cell(row, CODE).is_empty() || !is_a_finding(code) {
            compared.findings.push(self.finding(row, "NEAR_MISS_WRONG", "is no near miss"));
            return;
        }
        let said: Vec<(&str, String)> = self.cells(row).filter(|(_, cell)| !cell.is_empty()).collect();
        let is_found = |given: &&Cells| {
            given.get(CODE).is_some_and(|c| c == code)
                && said.iter().all(|(name, cell)| given.get(name) == Some(cell))
        };
        match self.given.iter().find(is_found) {
            Some(_) => compared.findings.push(self.finding(row, "NEAR_MISS_FOUND", "is found")),
            None => {
                compared.near_misses.insert(code.to_owned());
            }
        }
    }

    fn cells(&self, row: &Row) -> impl Iterator<Item = (&'static str, String)> {
        let named = COMPARED.into_iter().filter(|name| self.expected.column(name).is_some());
        named.map(|name| (name, self.cell(row, name).to_owned())).collect::<Vec<_>>().into_iter()
    }

    fn cell<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        self.expected.column(column).and_then(|index| row.cells.get(index)).map_or("", String::as_str)
    }

    fn finding(&self, row: &Row, kind: &'static str, what: &str) -> Finding {
        let what = format!("[{}] {what}", joined(&self.cells(row).collect()));
        let why = format!("as it says: {}", self.cell(row, WHY));
        Finding::new(self.fixture.expected.path, kind, what, why).at(row.line, 0)
    }
}

fn is_a_finding(code: &str) -> bool {
    canned::quality().is_ok_and(|queries| queries.iter().flat_map(|q| &q.findings).any(|f| f.code == code))
}

fn joined(cells: &Cells) -> String {
    let in_order = COMPARED.iter().filter_map(|name| cells.get(name));
    in_order.map(String::as_str).collect::<Vec<_>>().join(", ")
}
