//! Gathers what a run rests on: profile, facts, as_of, sources, queries, parameters.

use std::collections::BTreeMap;

use crate::base::instant::Interval;
use crate::base::{Error, Result, digest, instant, library};
use crate::case::slices;
use crate::case::{Case, CoverageRecord, HashedFile, RunRecord, Source};
use crate::engine::{self, canned};
use crate::incident::{self, Facts, FedSource, Judged, Profile};

const FORMAT: u32 = 1;

/// Everything before the first query runs.
pub(super) struct Inputs {
    /// The record so far: inputs only, neither id nor answers.
    pub record: RunRecord,
    /// The queries to run, in order.
    pub queries: Vec<canned::Classify>,
    /// The sources as the register has them.
    pub sources: Vec<Source>,
    /// The declared coverages and what became of them.
    pub judged: Vec<Judged>,
    /// What the person should know of them.
    pub notes: Vec<String>,
}

pub(super) fn gather(case: &Case, as_of: Option<&str>) -> Result<Inputs> {
    let profile_text = case.profile_text()?;
    let profile = Profile::parse("incident.toml", &profile_text)?;
    let facts_text = case.facts_text()?;
    let facts = match &facts_text {
        Some(text) => Facts::parse("facts.toml", text)?,
        None => Facts::default(),
    };
    let register = case.register()?;
    if register.sources().is_empty() {
        return Err(Error::usage("the case has no stored source yet")
            .next(format!("highwater ingest {} FILE|DIR…", case.root().display())));
    }
    let (as_of, as_of_from) = incident::resolve_as_of(as_of, &facts)?;
    let fed: Vec<FedSource> = register.sources().iter().map(fed_source).collect();
    let judged = incident::coverage::judge(&facts, &profile.window, as_of, &fed);
    let queries = profile.queries.iter().map(|id| canned::classify(id)).collect::<Result<Vec<_>>>()?;
    let notes = vec![format!("as_of {}, from {as_of_from}", instant::write_rfc3339(as_of))];
    let record = RunRecord {
        format: FORMAT,
        id: String::new(),
        incident: profile.id.clone(),
        title: profile.title.clone(),
        as_of: instant::write_rfc3339(as_of),
        as_of_from: as_of_from.to_string(),
        profile_sha256: digest::sha256(profile_text.as_bytes()),
        facts_sha256: facts_text.map(|text| digest::sha256(text.as_bytes())),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: engine::version()?,
        time_zones: instant::tzdb_version().to_owned(),
        queries: hashed_queries(&queries)?,
        sources: register.sources().iter().map(Source::record).collect(),
        coverage: judged.iter().map(coverage_record).collect(),
        parameters: incident::parameters(&profile, as_of, &judged, &fed),
        verdicts: Vec::new(),
        counts: BTreeMap::new(),
        findings: Vec::new(),
        findings_sha256: String::new(),
        journal_head: String::new(),
    };
    Ok(Inputs { record, queries, sources: register.sources().to_vec(), judged, notes })
}

/// Every canned query that a run depends on: staging, the incident's own, their counts, and quality.
fn hashed_queries(queries: &[canned::Classify]) -> Result<Vec<HashedFile>> {
    let mut files: Vec<library::Embedded> = canned::staging()?.iter().map(|q| q.sql).collect();
    files.extend(canned::quality()?.iter().filter_map(|q| q.sql));
    files.push(library::read(slices::GROUPS)?);
    for query in queries {
        files.push(query.sql);
        files.push(query.sidecar);
        files.push(library::read(&format!("classify/counts/{}.sql", query.id))?);
    }
    files.sort_by_key(|f| f.path);
    Ok(files
        .iter()
        .map(|f| HashedFile { path: f.path.to_owned(), sha256: digest::sha256(f.text.as_bytes()) })
        .collect())
}

fn fed_source(source: &Source) -> FedSource {
    FedSource {
        source: source.source.clone(),
        sha256: source.sha256.clone(),
        table: source.table.clone(),
        stored: source.stored,
        rejected: source.rejected,
        columns: source.columns.keys().cloned().collect(),
        exported_at: source.custody.exported_at.map(|(lo, hi)| Interval { lo, hi }),
        // A single CSV file has no pages; exports that come in pages will say so in the register.
        missing_page: false,
    }
}

fn coverage_record(judged: &Judged) -> CoverageRecord {
    CoverageRecord { of: judged.of(), holds: judged.holds, why_not: judged.why_not() }
}
