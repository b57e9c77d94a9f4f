//! One run: the incident's queries in order over the store, their verdicts, and the record of all they rest on.
//!
//! A run is never edited: another state, profile or source is another run. The record is written last; without
//! it the run does not exist (1-overview, "What must always be true", 7 and 11).

pub mod check;
mod inputs;
pub mod quality;
pub mod recount;

use std::collections::BTreeMap;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;

use inputs::Inputs;

use crate::base::progress::{Meter, Work};
use crate::base::{Error, Result, files, interrupt, library};
use crate::case::slices::Slices;
use crate::case::workbench::{self, Limits};
use crate::case::{Act, Case, CaseLock, RunRecord, VerdictFile};
use crate::engine::{ParquetFile, Session, canned};

/// Rows of a query's verdicts: by state (or exposure), then by reason.
type Counts = BTreeMap<String, BTreeMap<String, u64>>;

/// What a classification came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The run's number, which is only a path.
    pub number: u32,
    /// Its record.
    pub record: RunRecord,
    /// What the person should know: where as_of comes from, whether the run was there already.
    pub notes: Vec<String>,
}

/// Classifies the state of the case at `as_of` (RFC 3339 with offset; without it the facts' own).
/// The same inputs again are the same run, which is then not made twice.
///
/// # Errors
/// When profile, facts or as_of are wrong, no source is stored, the case is busy, or a query or the recount fails.
pub fn run(case: &Case, as_of: Option<&str>, limits: Limits, meter: &Meter) -> Result<Outcome> {
    let mut lock = case.lock("classify")?;
    let mut inputs = inputs::gather(case, as_of)?;
    let mut notes = case.remarks()?;
    notes.append(&mut inputs.notes);
    inputs.record.id = inputs.record.id_of_inputs();
    if let Some(number) = same_run(case, &inputs.record.id)? {
        notes.push(format!("run {number:04} is of exactly these inputs: nothing to do"));
        return Ok(Outcome { number, record: case.run_record(number)?, notes });
    }
    let number = case.runs()?.last().map_or(1, |last| last + 1);
    let act = act(&inputs.record);
    inputs.record.journal_head = lock.begin(&act)?;
    let made = make(case, &mut lock, number, &mut inputs, limits, meter);
    let committed = made.and_then(|record| lock.commit_run(&act, number, &record));
    finish(&mut lock, act, committed)?;
    notes.push(format!("run {number:04} is made"));
    Ok(Outcome { number, record: inputs.record, notes })
}

/// What a classification of the case as it stands would rest on: as_of, coverages, sources. Nothing is run.
///
/// # Errors
/// When profile, facts or as_of are wrong or missing, or no source is stored.
pub fn foresee(case: &Case) -> Result<RunRecord> {
    let mut record = inputs::gather(case, None)?.record;
    record.id = record.id_of_inputs();
    Ok(record)
}

fn same_run(case: &Case, id: &str) -> Result<Option<u32>> {
    for number in case.runs()? {
        if case.run_record(number)?.id == id {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

fn act(record: &RunRecord) -> Act {
    Act {
        verb: "classify".to_owned(),
        arguments: vec![format!("as_of={}", record.as_of)],
        read: record.sources.iter().map(|s| s.sha256.clone()).collect(),
        wrote: Vec::new(),
    }
}

/// The journal says how it ended, also when it failed.
fn finish(lock: &mut CaseLock, mut act: Act, made: Result<String>) -> Result<()> {
    match made {
        Ok(record) => {
            act.wrote.push(record);
            lock.end(&act, "done")
        }
        Err(why) => {
            // What can't be swept now is swept by the next holder of the lock.
            let _ = lock.sweep();
            Err(lock.failed(&act, interrupt::kept(why, "the case as it was, no run is made")))
        }
    }
}

/// Makes the run but for its record, without which it does not exist, and returns the record's text.
fn make(
    case: &Case,
    lock: &mut CaseLock,
    number: u32,
    inputs: &mut Inputs,
    limits: Limits,
    meter: &Meter,
) -> Result<Vec<u8>> {
    let folder = case.run_folder(number);
    files::make_folder(&folder.join("verdicts"))?;
    let Inputs { record, queries, sources, judged, .. } = inputs;
    let bench = workbench::open_keeping(case, lock, record.state(Some(number)), limits, meter)?;
    let session = &bench.session;
    let work = meter.steps("classifying", queries.len() as u64 + 2);
    let slices = Slices::of(session, limits.users_at_once)?;
    for query in queries.iter() {
        verdicts(case, number, record, query, (session, &slices), &work)?;
    }
    let ground = quality::Ground { session, sources, judged, queries, counts: &record.counts, work: &work };
    (record.findings, record.findings_sha256) = quality::look(&ground, &case.findings(number))?;
    work.advance(1);
    work.say("recount by a second engine");
    recount::check(&folder.join("verdicts"), &record.counts)?;
    serde_json::to_vec_pretty(record)
        .map_err(|e| Error::failed("cannot write the record of the run").because(e))
}

fn verdicts(
    case: &Case,
    number: u32,
    record: &mut RunRecord,
    query: &canned::Classify,
    (session, slices): (&Session, &Slices),
    work: &Work,
) -> Result<()> {
    interrupt::check()?;
    work.say(&query.id);
    let file = case.verdicts(number, &query.id);
    let looked_up: Vec<&str> = query.looked_up.iter().map(String::as_str).collect();
    let written = match &query.slices {
        Some(views) if !slices.is_one() => {
            session.write_sliced(query.sql.text, &file, &looked_up, &slices.ranges(views))?
        }
        _ => session.write(query.sql.text, &file, &looked_up)?,
    };
    check_rows(session, query, written.rows)?;
    session.parquet_view(&query.id, std::slice::from_ref(&file))?;
    record.counts.insert(query.id.clone(), count(session, &query.id)?);
    let ParquetFile { rows, sha256 } = written;
    record.verdicts.push(VerdictFile { query: query.id.clone(), rows, sha256 });
    work.advance(1);
    Ok(())
}

/// Nobody is left out or judged twice: each subject of a query that goes account by account has one verdict.
fn check_rows(session: &Session, query: &canned::Classify, rows: u64) -> Result<()> {
    let Some(view) = query.slices.as_ref().and_then(|slices| slices.rows_of.as_ref()) else { return Ok(()) };
    let subjects = session.count_view(view)?;
    if rows == subjects {
        return Ok(());
    }
    Err(Error::failed(format!("{} has {rows} verdicts, but {view} has {subjects} rows", query.id))
        .expected("one verdict a subject")
        .next("no run is made; please report this"))
}

/// Counts the verdicts of a query by its own counting query, which yields state, reason and rows.
fn count(session: &Session, query: &str) -> Result<Counts> {
    let sql = library::read(&format!("classify/counts/{query}.sql"))?;
    let mut counts = Counts::new();
    session.stream(sql.text, &[], |batch| {
        let [states, reasons, rows] = batch.columns() else {
            return Err(not_counts(query));
        };
        let states = states.as_string_opt::<i32>().ok_or_else(|| not_counts(query))?;
        let reasons = reasons.as_string_opt::<i32>().ok_or_else(|| not_counts(query))?;
        let rows = rows.as_primitive_opt::<Int64Type>().ok_or_else(|| not_counts(query))?;
        for ((state, reason), rows) in states.iter().zip(reasons).zip(rows) {
            let by_reason = counts.entry(state.unwrap_or_default().to_owned()).or_default();
            let rows = rows.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
            by_reason.insert(reason.unwrap_or_default().to_owned(), rows);
        }
        Ok(())
    })?;
    Ok(counts)
}

fn not_counts(query: &str) -> Error {
    Error::failed(format!("queries/classify/counts/{query}.sql does not yield state, reason and rows"))
}
