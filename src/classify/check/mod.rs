//! Whether the canned queries hold what their sidecars say and what their fixtures expect (8-engineering, "Queries").
//!
//! Nothing here runs a query: running a fixture needs intake and the engine, which `cli` brings together. What is
//! here reads texts, compares them, and returns findings.

mod compare;
mod csv;
mod findings;
mod fixture;
mod report;
mod rules;
mod shape;
mod sidecar;
mod staging;
mod words;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::library::Embedded;
use crate::engine::portability;

pub use compare::{Compared, compare, unreached};
pub use findings::{compare_findings, quality, unreached_findings};
pub use fixture::{Fixture, finding_fixtures, fixtures};
pub use report::{FINDINGS_CHECK, Report, other_reports, staging_reports};
pub use sidecar::check as classify;
pub use staging::check as staging;

/// Something wrong with a canned query, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The file, below `queries/`.
    pub file: String,
    /// Line from 1; 0 when the whole file is meant.
    pub line: usize,
    /// Column from 1; 0 when the whole line is meant.
    pub column: usize,
    /// What sort of mistake it is.
    pub code: &'static str,
    /// What is there.
    pub what: String,
    /// What should be there.
    pub expected: String,
}

impl Finding {
    fn new(file: &str, code: &'static str, what: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 0, column: 0, code, what: what.into(), expected: expected.into() }
    }

    fn at(mut self, line: usize, column: usize) -> Self {
        self.line = line;
        self.column = column;
        self
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "queries/{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.column > 0 {
            write!(f, ":{}", self.column)?;
        }
        write!(f, ": {}: {}", self.code, self.what)?;
        if !self.expected.is_empty() {
            write!(f, " (expected: {})", self.expected)?;
        }
        Ok(())
    }
}

/// The tables and views that a query reads, sorted; empty when it can't be parsed.
#[must_use]
pub fn reads(sql: Embedded) -> Vec<String> {
    let tables = portability::query(sql.text).map(|parsed| shape::tables(&parsed)).unwrap_or_default();
    let names: BTreeSet<String> = tables.into_iter().map(|table| table.name).collect();
    names.into_iter().collect()
}

/// The expression that stands in the CTE `tests` for a reason.
#[must_use]
pub fn test_expression(sql: Embedded, code: &str) -> Option<String> {
    let parsed = portability::query(sql.text).ok()?;
    shape::expression(shape::cte(&parsed, "tests")?, &code.to_ascii_lowercase())
}

/// What keeps a query from meaning the same on both engines.
#[must_use]
pub fn portable(sql: Embedded) -> Vec<Finding> {
    portability::check(sql.text).into_iter().map(|found| of_portability(sql, found)).collect()
}

fn of_portability(sql: Embedded, found: portability::Finding) -> Finding {
    Finding::new(sql.path, found.rule.code, found.what, found.rule.instead).at(found.line, found.column)
}

/// The first text that comes a second time.
fn repeated<'t>(texts: impl IntoIterator<Item = &'t str>) -> Option<&'t str> {
    let mut seen = BTreeSet::new();
    texts.into_iter().find(|text| !seen.insert(*text))
}

/// The line on which `needle` first stands; 0 when it doesn't.
fn line_of(text: &str, needle: &str) -> usize {
    text.lines().position(|line| line.contains(needle)).map_or(0, |index| index + 1)
}
