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
    /// Whether it holds.
    pub holds: bool,
    /// What speaks against it.
    pub objections: Vec<Objection>,
    /// Where it holds, rejected records of its table, by source: by so many the certain numbers may be too high
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

/// Judges every declared coverage by the incident's window, the state that verdicts speak of, and the sources. One of
/// changes of all kinds that holds for some of them only, because other tables tell of some changes too, becomes one a
/// kind.
#[must_use]
pub fn judge(facts: &Facts, window: &Window, as_of: i64, fed: &[FedSource]) -> Vec<Judged> {
    facts.coverages.iter().flat_map(|coverage| judge_by_kind(coverage, window, as_of, fed)).collect()
}

fn judge_by_kind(coverage: &Coverage, window: &Window, as_of: i64, fed: &[FedSource]) -> Vec<Judged> {
    let of_kind = |kind: Option<&str>| Coverage { kind: kind.map(str::to_owned), ..coverage.clone() };
    let kinds = asked_kinds(coverage).into_iter();
    let each: Vec<Judged> = kinds.map(|kind| judge_one(of_kind(kind), window, as_of, fed)).collect();
    let holding = each.iter().filter(|judged| judged.holds).count();
    if each.len() > 1 && holding > 0 && holding < each.len() {
        return each;
    }
    vec![judge_one(coverage.clone(), window, as_of, fed)]
}

fn judge_one(coverage: Coverage, window: &Window, as_of: i64, fed: &[FedSource]) -> Judged {
    let mut objections = short(&coverage, window, as_of);
    objections.extend(objections_by_sources(&coverage, as_of, fed));
    let holds = objections.is_empty();
    let rejects = if holds { rejects(&coverage, fed) } else { Vec::new() };
    Judged { coverage, holds, objections, rejects }
}

/// The kinds that a coverage answers for. Changes are asked for by kind, and other tables feed some kinds.
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

fn objections_by_sources(coverage: &Coverage, as_of: i64, fed: &[FedSource]) -> Vec<Objection> {
    let feeding: Vec<&FedSource> = fed.iter().filter(|source| feeds(source, coverage)).collect();
    if feeding.is_empty() {
        let detail = format!("no source feeds {}", coverage.of());
        return vec![Objection { code: "COVERAGE_UNFED", detail }];
    }
    match &coverage.accepted {
        Some(_) => Vec::new(),
        None => contradictions(&feeding, as_of),
    }
}

/// Whether a source with so many records feeds its table: one of which no record could be stored feeds nothing, one without
/// records says that there are none (2-tables, "Coverage holds").
#[must_use]
pub fn has_fed(stored: u64, rejected: u64) -> bool {
    stored > 0 || rejected == 0
}

/// Whether a source feeds a coverage's table, for its kind of change. What a users export says of passwords, and an
/// installations export of credentials, are changes too.
fn feeds(source: &FedSource, coverage: &Coverage) -> bool {
    if source.table == coverage.table {
        return has_fed(source.stored, source.rejected);
    }
    let elsewhere = match coverage.kind.as_deref() {
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
