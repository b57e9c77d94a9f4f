//! A session over one state of a case: the store's tables as views, the parameter tables, staging and verdicts.
//!
//! Both `classify` and everything that reads a run open it through here, so that a run always sees the sources
//! and parameters that its record names, whatever was ingested since.

use std::path::PathBuf;

use super::folder::Case;
use super::run::{RunRecord, SourceRecord};
use crate::base::Result;
use crate::base::progress::Meter;
use crate::engine::canned::{self, Staging, StagingKind};
use crate::engine::{Access, Parameter, ParameterTable, ParameterType, Session, tables};

/// What the engine may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Threads; 0 leaves the choice to the engine.
    pub threads: usize,
    /// Bytes of memory for the whole program.
    pub memory: u64,
}

/// Memory that the rest of the program needs beside the engine's own limit.
const RESERVED: u64 = 256 << 20;
/// Less than this the engine can't work with.
const LEAST: u64 = 256 << 20;

/// Opens the engine over a case's store, with parameters and staging made.
///
/// # Errors
/// When a file of the store can't be read or a canned query is wrong.
pub fn open(
    case: &Case,
    sources: &[SourceRecord],
    parameters: &[ParameterTable],
    limits: Limits,
    meter: &Meter,
) -> Result<Session> {
    let session = Session::open(&Access {
        threads: limits.threads,
        memory: limits.memory.saturating_sub(RESERVED).max(LEAST),
        spill: case.scratch(),
        folders: vec![case.store(), case.root().join("runs"), case.scratch()],
    })?;
    for table in tables::all()? {
        for (name, columns) in table.stored_tables() {
            view_of_store(&session, case, sources, &table.name, &name, &columns)?;
        }
    }
    for table in parameters {
        session.parameters(table)?;
    }
    stage(&session, case, meter)?;
    questions_not_asked(&session, parameters)?;
    Ok(session)
}

/// A question that the profile does not ask has no verdicts: an empty view, so that queries can rely on it.
fn questions_not_asked(session: &Session, parameters: &[ParameterTable]) -> Result<()> {
    let asked = |id: &str| {
        let rows =
            parameters.iter().filter(|table| table.name == "param_query").flat_map(|table| &table.rows);
        rows.flatten().any(|cell| *cell == Parameter::from(id))
    };
    for query in canned::classify_all()?.iter().filter(|query| !asked(&query.id)) {
        let columns: Vec<_> = query.columns.iter().map(|c| (c.name.clone(), c.kind.into())).collect();
        session.empty_view(&query.id, &columns)?;
    }
    Ok(())
}

/// Opens the engine over a run that exists: what [`open`] makes, and its verdicts under the queries' names.
///
/// # Errors
/// As [`open`]; also when a verdict file is missing.
pub fn open_run(case: &Case, number: u32, limits: Limits, meter: &Meter) -> Result<(RunRecord, Session)> {
    let record = case.run_record(number)?;
    let session = open(case, &record.sources, &record.parameters, limits, meter)?;
    for verdicts in &record.verdicts {
        session.parquet_view(&verdicts.query, &[case.verdicts(number, &verdicts.query)])?;
    }
    Ok((record, session))
}

fn view_of_store(
    session: &Session,
    case: &Case,
    sources: &[SourceRecord],
    table: &str,
    stored: &str,
    columns: &[(String, ParameterType)],
) -> Result<()> {
    let files: Vec<PathBuf> =
        sources.iter().filter(|s| s.table == table).map(|s| case.stored(stored, &s.source)).collect();
    let view = format!("store_{stored}");
    if files.is_empty() { session.empty_view(&view, columns) } else { session.parquet_view(&view, &files) }
}

fn stage(session: &Session, case: &Case, meter: &Meter) -> Result<()> {
    let queries = canned::staging()?;
    let work = meter.steps("staging", queries.len() as u64);
    for query in &queries {
        work.say(&query.name);
        make(session, case, query)?;
        work.advance(1);
    }
    Ok(())
}

/// Makes the view or table of one staging query.
///
/// # Errors
/// When the query fails.
pub fn make(session: &Session, case: &Case, query: &Staging) -> Result<()> {
    match query.kind {
        StagingKind::View => session.view(&query.name, query.sql.text),
        StagingKind::Table => session.materialise(&query.name, query.sql.text),
        StagingKind::List => session.list_table(&query.name, query.sql.text, &case.scratch()),
    }
}
