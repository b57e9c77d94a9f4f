//! The record of a run: all that a verdict depends on, written last: without it the run does not exist.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::workbench::State;
use crate::base::digest;
use crate::engine::ParameterTable;
use crate::incident::coverage::has_fed;

/// A file that a run rests on, by content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashedFile {
    /// Its path, below `queries/` or below the case.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// A source that a run rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// Its name in the store.
    pub source: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The table that it feeds.
    pub table: String,
    /// Records stored.
    pub stored: u64,
    /// Records rejected.
    pub rejected: u64,
}

impl SourceRecord {
    /// Whether it feeds its table.
    #[must_use]
    pub fn feeds(&self) -> bool {
        has_fed(self.stored, self.rejected)
    }
}

/// A declared coverage and whether it held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageRecord {
    /// What it speaks of, e.g. `credential_changes, kind password, role agent`.
    pub of: String,
    /// Whether absence proves something there.
    pub holds: bool,
    /// Codes and details of what speaks against it.
    pub why_not: Vec<String>,
}

/// A verdict file of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictFile {
    /// The query.
    pub query: String,
    /// Rows.
    pub rows: u64,
    /// SHA-256 of the Parquet file.
    pub sha256: String,
}

/// What was noticed in the data, counted over the run. Findings change no verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRecord {
    /// Its code.
    pub code: String,
    /// `serious`, `check` or `note`.
    pub severity: String,
    /// How often.
    pub count: u64,
    /// What follows from it, for a person.
    pub consequence: String,
    /// What shows or settles it; commands stand between backticks, with `CASE` for the case's folder.
    #[serde(default)]
    pub next: String,
    /// What exactly, for a person; the least of many.
    #[serde(default)]
    pub details: Vec<String>,
    /// Whether there were more details than these.
    #[serde(default)]
    pub details_cut: bool,
}

/// `runs/NNNN/run.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Version of this format.
    pub format: u32,
    /// Hash of all inputs; the folder's number is only a path.
    pub id: String,
    /// The incident's id, from the profile.
    pub incident: String,
    /// The incident's title, from the profile.
    pub title: String,
    /// The state that the verdicts speak of, RFC 3339.
    pub as_of: String,
    /// Where as_of comes from: `option`, `facts` or `coverage`.
    pub as_of_from: String,
    /// SHA-256 of the profile.
    pub profile_sha256: String,
    /// SHA-256 of the facts, when there are any.
    pub facts_sha256: Option<String>,
    /// Highwater's version.
    pub version: String,
    /// The engine's version.
    pub engine: String,
    /// Version of the time zone database.
    pub time_zones: String,
    /// The queries and sidecars that ran.
    pub queries: Vec<HashedFile>,
    /// The sources that they read.
    pub sources: Vec<SourceRecord>,
    /// The declared coverages.
    pub coverage: Vec<CoverageRecord>,
    /// The parameter tables as the queries saw them.
    pub parameters: Vec<ParameterTable>,
    /// The verdicts, in the order in which they were made.
    pub verdicts: Vec<VerdictFile>,
    /// Rows by query, then by state or exposure, then by reason.
    pub counts: BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>,
    /// The quality findings, the heaviest first.
    pub findings: Vec<FindingRecord>,
    /// SHA-256 of their file; empty in a run that an earlier version made.
    #[serde(default)]
    pub findings_sha256: String,
    /// The journal's head: the hash of this run's own `begin` line. The one field outside `id`.
    pub journal_head: String,
}

impl RunRecord {
    /// The state of the case that it speaks of; `run` is its number, where it has one already.
    #[must_use]
    pub fn state(&self, run: Option<u32>) -> State<'_> {
        State { run, sources: &self.sources, parameters: &self.parameters }
    }

    /// The id: a hash of everything that the verdicts depend on, and of nothing else.
    #[must_use]
    pub fn id_of_inputs(&self) -> String {
        let inputs = serde_json::json!({
            "as_of": self.as_of,
            "profile": self.profile_sha256,
            "facts": self.facts_sha256,
            "version": self.version,
            "engine": self.engine,
            "time_zones": self.time_zones,
            "queries": self.queries,
            "sources": self.sources,
            "parameters": self.parameters,
        });
        digest::sha256(inputs.to_string().as_bytes())
    }
}
