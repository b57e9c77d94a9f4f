//! Whether a declared coverage holds: only then does absence prove something (2-tables, "Coverage holds").

use std::collections::BTreeSet;

use super::facts::{Coverage, Facts};
use super::vocabulary::{CHANGES, CREDENTIAL_KINDS};
use super::window::Window;
use crate::base::instant::{Interval, write_rfc3339};

/// A source as coverage looks at it. One file that feeds several tables is one of these for each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FedSource {
    /// Its name in the store: the first 16 hex digits of `sha256`.
    pub source: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The table that it feeds.
    pub table: String,
    /// Records stored.
    pub stored: u64,
    /// Records rejected.
    pub rejected: u64,
    /// The columns of ours that the file has.
    pub columns: BTreeSet<String>,
    /// When the system wrote it, when that is stated.
    pub exported_at: Option<Interval>,
    /// Whether a page of it was never fetched.
    pub missing_page: bool,
}

/// A declared coverage and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What was declared.
    pub coverage: Coverage,
    /// Whether it holds for everything that it was declared for.
    pub holds: bool,
    /// The kinds for which it holds: just `None` when for all that it was declared for. A coverage of changes of all
    /// kinds can hold for some of them only, because other tables tell of some changes too.
    pub kinds: Vec<Option<String>>,
    /// What speaks against it.
    pub objections: Vec<Objection>,
    /// Rejected records of its table, by source: by so many the certain numbers may be too high
    /// (`COVERAGE_REJECTS`).
    pub rejects: Vec<(String, u64)>,
}

/// What speaks against a coverage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// `COVERAGE_SHORT`, `COVERAGE_UNFED` or `COVERAGE_CONTRADICTED`.
    pub code: &'static str,
    /// What exactly, for a person.
    pub detail: String,
}

/// The finding that rejected records of a covered table give.
pub const COVERAGE_REJECTS: &str = "COVERAGE_REJECTS";

impl Judged {
    /// What it speaks of, such as `credential_changes, kind password, role agent`.
    #[must_use]
    pub fn of(&self) -> String {
        self.coverage.of()
    }

    /// What speaks against it, a line each with its code.
    #[must_use]
    pub fn why_not(&self) -> Vec<String> {
        self.objections.iter().map(|objection| format!("{}: {}", objection.code, objection.detail)).collect()
    }
}

/// Judges every declared coverage by the incident's window, the state that verdicts speak of, and the sources.
#[must_use]
pub fn judge(facts: &Facts, window: &Window, as_of: i64, fed: &[FedSource]) -> Vec<Judged> {
    facts.coverages.iter().map(|coverage| judge_one(coverage, window, as_of, fed)).collect()
}

fn judge_one(coverage: &Coverage, window: &Window, as_of: i64, fed: &[FedSource]) -> Judged {
    let mut objections = short(coverage, window, as_of);
    let is_short = !objections.is_empty();
    let mut kinds = Vec::new();
    for kind in asked_kinds(coverage) {
        let found = objections_by_sources(coverage, kind, as_of, fed);
        if found.is_empty() && !is_short {
            kinds.push(kind.map(str::to_owned));
        }
        for objection in found {
            if !objections.contains(&objection) {
                objections.push(objection);
            }
        }
    }
    let holds = objections.is_empty();
    if holds {
        kinds = vec![coverage.kind.clone()];
    }
    Judged { coverage: coverage.clone(), holds, kinds, objections, rejects: rejects(coverage, fed) }
}

/// The kinds that a coverage answers for. Changes are asked for by kind, and other tables feed some kinds; so one of
/// all kinds is judged for each.
fn asked_kinds(coverage: &Coverage) -> Vec<Option<&str>> {
    match &coverage.kind {
        None if coverage.table == CHANGES => CREDENTIAL_KINDS.iter().copied().map(Some).collect(),
        kind => vec![kind.as_deref()],
    }
}

fn short(coverage: &Coverage, window: &Window, as_of: i64) -> Vec<Objection> {
    let mut details = Vec::new();
    if coverage.to.lo < as_of {
        let (to, as_of) = (write_rfc3339(coverage.to.lo), write_rfc3339(as_of));
        details.push(format!("it reaches to {to}, as_of is {as_of}"));
    }
    let until = window.until.lo;
    let begins = coverage.from.map_or(i64::MAX, |from| from.hi);
    if coverage.is_of_events() && begins > until {
        let until = write_rfc3339(until);
        details.push(match coverage.from {
            Some(from) => format!("it begins at {}, the window ends at {until}", write_rfc3339(from.hi)),
            None => format!("it does not say when it begins, the window ends at {until}"),
        });
    }
    details.into_iter().map(|detail| Objection { code: "COVERAGE_SHORT", detail }).collect()
}

fn objections_by_sources(
    coverage: &Coverage,
    kind: Option<&str>,
    as_of: i64,
    fed: &[FedSource],
) -> Vec<Objection> {
    let feeding: Vec<&FedSource> = fed.iter().filter(|source| feeds(source, coverage, kind)).collect();
    if feeding.is_empty() {
        let detail = match (&coverage.kind, kind) {
            (None, Some(kind)) => format!("no source feeds {} with changes of kind {kind}", coverage.table),
            _ => format!("no source feeds {}", coverage.of()),
        };
        return vec![Objection { code: "COVERAGE_UNFED", detail }];
    }
    match &coverage.accepted {
        Some(_) => Vec::new(),
        None => contradictions(&feeding, as_of),
    }
}

/// Whether a source feeds a coverage's table, for that kind of change. What a users export says of passwords, and an
/// installations export of credentials, are changes too.
fn feeds(source: &FedSource, coverage: &Coverage, kind: Option<&str>) -> bool {
    if source.table == coverage.table {
        return source.stored > 0 || source.rejected == 0;
    }
    let elsewhere = match kind {
        Some("password") => ("users", "password_changed_at"),
        Some("app_credential") => ("app_installations", "credentials_rotated_at"),
        _ => return false,
    };
    let (table, column) = elsewhere;
    coverage.table == CHANGES && source.table == table && source.columns.contains(column)
}

fn contradictions(feeding: &[&FedSource], as_of: i64) -> Vec<Objection> {
    let mut details = Vec::new();
    let newest = feeding.iter().filter_map(|source| source.exported_at).map(|at| at.lo).max();
    if let Some(newest) = newest
        && newest < as_of
    {
        let (newest, as_of) = (write_rfc3339(newest), write_rfc3339(as_of));
        details.push(format!("its newest export is of {newest}, as_of is {as_of}"));
    }
    for source in feeding.iter().filter(|source| source.missing_page) {
        details.push(format!("source {} lacks a page that was never fetched", source.source));
    }
    details.into_iter().map(|detail| Objection { code: "COVERAGE_CONTRADICTED", detail }).collect()
}

fn rejects(coverage: &Coverage, fed: &[FedSource]) -> Vec<(String, u64)> {
    fed.iter()
        .filter(|source| source.table == coverage.table && source.rejected > 0)
        .map(|source| (source.source.clone(), source.rejected))
        .collect()
}
