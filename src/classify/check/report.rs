//! What checking one query came to.

use std::collections::BTreeSet;

use serde::Serialize;

use super::fixture::{FINDINGS, FOLDER};
use super::{Compared, Finding, findings, portable, sidecar, staging, unreached};
use crate::base::Result;
use crate::base::library::{self, Embedded};
use crate::engine::canned::{self, Classify, Quality, Staging};
use crate::engine::portability::RULES;

/// Folders of queries that only need to be portable here: who runs them checks the rest.
const OTHERS: [&str; 4] = ["quality", "deliver/lists", "deliver/parts", "deliver/summary"];
/// Folders in which each query needs a sidecar.
const WITH_SIDECAR: [&str; 2] = ["staging", "classify"];

/// What is found in a sidecar because of fixtures that aren't there.
const OF_FIXTURES: [&str; 4] =
    ["FIXTURE_ABSENT", "REASON_UNREACHED", "FINDING_UNREACHED", "NEAR_MISS_ABSENT"];

/// Under this name all quality findings are checked together.
pub const FINDINGS_CHECK: &str = "findings";

/// What checking one query came to.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The query's id, or the name of what it makes.
    pub query: String,
    /// The folder that it stands in.
    pub kind: &'static str,
    /// Fixtures that were run.
    pub fixtures: usize,
    /// Verdicts that they expect.
    pub rows: usize,
    /// Reasons that its sidecar lists.
    pub reasons: usize,
    /// How many of them a fixture gives as expected.
    pub reached: usize,
    /// How many of them a fixture only just misses.
    pub near_misses: usize,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

impl Report {
    fn new(query: &str, kind: &'static str, findings: Vec<Finding>) -> Self {
        let query = query.to_owned();
        Self { query, kind, fixtures: 0, rows: 0, reasons: 0, reached: 0, near_misses: 0, findings }
    }

    /// Of a classify query, without its fixtures.
    #[must_use]
    pub fn of_classify(query: &Classify, tables: &BTreeSet<String>) -> Self {
        let findings = sidecar::check(query, tables);
        Self { reasons: query.reasons.len(), ..Self::new(&query.id, "classify", findings) }
    }

    /// Of a staging query; `before` are the names that those before it made.
    #[must_use]
    pub fn of_staging(query: &Staging, before: &BTreeSet<String>) -> Self {
        Self::new(&query.name, "staging", staging::check(query, before))
    }

    /// Of all quality findings, without their fixtures.
    #[must_use]
    pub fn of_findings(queries: &[Quality]) -> Self {
        let codes = queries.iter().map(|query| query.findings.len()).sum();
        Self { reasons: codes, ..Self::new(FINDINGS_CHECK, "quality", findings::quality(queries)) }
    }

    /// Adds what the fixtures of quality findings came to.
    pub fn add_finding_fixtures(&mut self, queries: &[Quality], compared: &[Compared]) {
        self.add(compared);
        self.findings.extend(findings::unreached_findings(queries, compared));
    }

    /// Adds what the query's fixtures came to.
    pub fn add_fixtures(&mut self, query: &Classify, compared: &[Compared]) {
        self.add(compared);
        self.findings.extend(unreached(query, compared));
        if compared.is_empty() {
            let expected = format!("at least one folder in queries/{FOLDER}/{}", query.id);
            self.findings.push(Finding::new(
                query.sidecar.path,
                "FIXTURE_ABSENT",
                "no fixture tries it",
                expected,
            ));
        }
    }

    fn add(&mut self, compared: &[Compared]) {
        let codes = |of: fn(&Compared) -> &BTreeSet<String>| -> BTreeSet<&String> {
            compared.iter().flat_map(of).collect()
        };
        self.fixtures = compared.len();
        self.rows = compared.iter().map(|fixture| fixture.rows).sum();
        self.reached = codes(|fixture| &fixture.reached).len();
        self.near_misses = codes(|fixture| &fixture.near_misses).len();
        self.findings.extend(compared.iter().flat_map(|fixture| fixture.findings.iter().cloned()));
    }

    /// Whether nothing was found that engines read differently.
    #[must_use]
    pub fn is_portable(&self) -> bool {
        !self.findings.iter().any(of_portability)
    }

    /// Whether the SQL agrees with its sidecar and its counts.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.findings.iter().all(|finding| of_portability(finding) || of_fixture(finding))
    }
}

fn of_portability(finding: &Finding) -> bool {
    RULES.iter().any(|rule| rule.code == finding.code)
}

fn of_fixture(finding: &Finding) -> bool {
    finding.file.starts_with(FOLDER)
        || finding.file.starts_with(FINDINGS)
        || OF_FIXTURES.contains(&finding.code)
}

/// The reports of all staging queries, in the order in which they run.
///
/// # Errors
/// When a sidecar is wrong.
pub fn staging_reports() -> Result<Vec<Report>> {
    let mut before = BTreeSet::new();
    let queries = canned::staging()?;
    Ok(queries
        .into_iter()
        .map(|query| {
            let report = Report::of_staging(&query, &before);
            before.insert(query.name);
            report
        })
        .collect())
}

/// The reports of all other queries: those of quality and deliverables, and whatever no sidecar speaks of.
#[must_use]
pub fn other_reports() -> Vec<Report> {
    let of_folder = |kind: &'static str| {
        library::list(kind, "sql").into_iter().map(move |sql| Report::new(stem(sql), kind, portable(sql)))
    };
    OTHERS.into_iter().flat_map(of_folder).chain(orphans()).collect()
}

fn orphans() -> Vec<Report> {
    let without_sidecar = WITH_SIDECAR.into_iter().flat_map(|kind| {
        let alone = library::list(kind, "sql")
            .into_iter()
            .filter(|sql| !is_there(&sql.path.replace(".sql", ".toml")));
        alone.map(move |sql| Report::new(stem(sql), kind, vec![orphan(sql, "no sidecar speaks of it")]))
    });
    let counts = library::list("classify/counts", "sql").into_iter();
    let without_query = counts
        .filter(|sql| !is_there(&format!("classify/{}.toml", stem(*sql))))
        .map(|sql| Report::new(stem(sql), "classify/counts", vec![orphan(sql, "it counts no query")]));
    without_sidecar.chain(without_query).chain(stray_fixtures()).collect()
}

fn stray_fixtures() -> impl Iterator<Item = Report> {
    library::folders(FOLDER).into_iter().filter_map(|folder| {
        let query = folder.rsplit('/').next().unwrap_or(folder);
        let stray =
            Finding::new(folder, "FIXTURE_STRAY", "fixtures of no query", "a folder named after a query");
        (!is_there(&format!("classify/{query}.toml"))).then(|| Report::new(query, FOLDER, vec![stray]))
    })
}

fn orphan(sql: Embedded, what: &str) -> Finding {
    Finding::new(sql.path, "SIDECAR_ABSENT", what, "a .toml of the same name")
}

fn is_there(path: &str) -> bool {
    library::read(path).is_ok()
}

fn stem(sql: Embedded) -> &'static str {
    let name = sql.path.rsplit('/').next().unwrap_or(sql.path);
    name.strip_suffix(".sql").unwrap_or(name)
}
