//! A session over one state of a case: the store's tables as views, the parameter tables, staging and verdicts.
//!
//! Both `classify` and everything that reads a run open it through here, so that a run always sees the sources
//! and parameters that its record names, whatever was ingested since.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::folder::{Case, REGISTER, staging_path};
use super::kept::Kept;
use super::lock::CaseLock;
use super::register::{Register, Source, rejects_of};
use super::run::{RunRecord, SourceRecord, VerdictFile};
use super::scratch::Scratch;
use crate::base::progress::Meter;
use crate::base::{Error, Kind, Place, Result, files};
use crate::engine::canned::{self, Staging, StagingKind};
use crate::engine::{Access, Parameter, ParameterTable, ParquetOut, Session, damaged, portability, tables};

/// What the engine may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Threads; 0 leaves the choice to the engine.
    pub threads: usize,
    /// Bytes of memory for the whole program.
    pub memory: u64,
    /// Users whose verdicts are made at once, and those of the account at their end; no answer depends on it.
    pub users_at_once: u64,
}

/// So many that the cost of a slice does not count, and so few that all that is known of them fits in little memory.
pub const USERS_AT_ONCE: u64 = 500_000;

impl Limits {
    /// How many threads that comes to on this machine.
    #[must_use]
    pub fn threads_asked(self) -> u64 {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        if self.threads == 0 { cores() as u64 } else { self.threads as u64 }
    }
}

/// Memory that the rest of the program needs beside the engine's own limit.
const RESERVED: u64 = 256 << 20;
/// What the process takes for a byte that the engine counts, as a fraction: what it does not count, and what the system's
/// allocator can't give back, grow with what it is given. Measured at 20 and 100 million users.
const TAKEN: (u64, u64) = (8, 5);
/// Less than this the engine can't work with.
const LEAST: u64 = 256 << 20;

/// How much more than it holds in memory the engine may spill.
const SPILL: u64 = 16;

/// An open engine over a state of a case, with a scratch folder of its own, so that it needs no lock of the case.
pub struct Workbench {
    /// The engine with all views.
    pub session: Session,
    /// Goes after the engine that spills there.
    scratch: Scratch,
}

/// The state of a case that an engine is opened over.
#[derive(Clone, Copy, Debug)]
pub struct State<'s> {
    /// The run whose folder it may reach; none yet where only the store is read.
    pub run: Option<u32>,
    /// The sources whose rows it sees.
    pub sources: &'s [SourceRecord],
    /// The parameter tables.
    pub parameters: &'s [ParameterTable],
}

/// Opens the engine over a case's store, with parameters and staging made.
///
/// # Errors
/// When a file of the store can't be read or a canned query is wrong.
pub fn open(case: &Case, state: State<'_>, limits: Limits, meter: &Meter) -> Result<Workbench> {
    let bench = Workbench::bare(case, state, limits, None)?;
    let mut kept = Kept::of(case.staging(), state, &bench.session.version()?, false)?;
    bench.stage(case, &canned::staging()?, &mut kept, meter)?;
    questions_not_asked(&bench.session, state.parameters)?;
    Ok(bench)
}

/// As [`open`], for the holder of the case's lock: staging is kept for the next run, and what is kept of an earlier one
/// and still holds is not made again.
///
/// # Errors
/// As [`open`].
pub fn open_keeping(
    case: &Case,
    lock: &mut CaseLock,
    state: State<'_>,
    limits: Limits,
    meter: &Meter,
) -> Result<Workbench> {
    files::make_folder(&case.staging())?;
    let bench = Workbench::bare(case, state, limits, None)?;
    let mut kept = Kept::of(case.staging(), state, &bench.session.version()?, true)?;
    bench.stage(case, &canned::staging()?, &mut kept, meter)?;
    for (file, sha256) in kept.written() {
        lock.note(&staging_path(file), sha256.clone());
    }
    kept.sweep()?;
    questions_not_asked(&bench.session, state.parameters)?;
    Ok(bench)
}

/// Opens the engine to be asked: rows come in the order in which they are stored, and of staging only what is named
/// and what that stands on is made.
///
/// # Errors
/// As [`open`].
pub fn open_for(
    case: &Case,
    state: State<'_>,
    wanted: &BTreeSet<String>,
    limits: Limits,
    meter: &Meter,
) -> Result<Workbench> {
    let queries = canned::staging_for(wanted)?;
    let named = queries.iter().flat_map(|query| portability::tables(query.sql.text));
    let named = named.chain(wanted.iter().cloned()).collect();
    let bench = Workbench::bare(case, state, limits, Some(&named))?;
    let mut kept = Kept::of(case.staging(), state, &bench.session.version()?, false)?;
    bench.stage(case, &queries, &mut kept, meter)?;
    Ok(bench)
}

impl Workbench {
    /// The engine with the store's views and the parameter tables. Where only some views are asked for, no other files are
    /// opened, and rows come in the order in which they are stored.
    fn bare(case: &Case, state: State<'_>, limits: Limits, asked: Option<&BTreeSet<String>>) -> Result<Self> {
        let scratch = case.scratch()?;
        let memory = (limits.memory.saturating_sub(RESERVED) / TAKEN.0 * TAKEN.1).max(LEAST);
        let mut folders = vec![case.store()];
        folders.extend(state.run.map(|number| case.run_folder(number)));
        folders.extend(Some(case.staging()).filter(|folder| folder.is_dir()));
        let session = Session::open(&Access {
            threads: limits.threads,
            memory,
            spill: scratch.folder().to_path_buf(),
            spill_bytes: memory.saturating_mul(SPILL),
            folders,
            keeps_order: asked.is_some(),
        })?;
        let register = case.register()?;
        if asked.is_none() {
            // Nobody reads them here, but what is told of them must be there to be looked at.
            register.sources().iter().try_for_each(|source| rejects_file(case, source).map(drop))?;
        }
        for table in tables::all()? {
            for (name, columns) in table.stored_tables() {
                if asked.is_none_or(|asked| asked.contains(&format!("store_{name}"))) {
                    let files = stored_files(case, &register, state.sources, &table.name, &name)?;
                    let view = format!("store_{name}");
                    match files.is_empty() {
                        true => session.empty_view(&view, &columns)?,
                        false => session.parquet_view(&view, &files)?,
                    }
                }
            }
        }
        let is_asked = |table: &&ParameterTable| asked.is_none_or(|asked| asked.contains(&table.name));
        state.parameters.iter().filter(is_asked).try_for_each(|table| session.parameters(table))?;
        Ok(Self { session, scratch })
    }

    fn stage(&self, case: &Case, queries: &[Staging], kept: &mut Kept, meter: &Meter) -> Result<()> {
        let work = meter.steps("staging", queries.len() as u64);
        for query in queries {
            work.say(&query.name);
            let key = kept.key(query);
            match query.kind {
                StagingKind::Table => self.table(case, query, &key, kept)?,
                StagingKind::View | StagingKind::List => self.make(query)?,
            }
            work.advance(1);
        }
        Ok(())
    }

    /// A table that is kept, or is from now on; else one that lives as long as the session.
    fn table(&self, case: &Case, query: &Staging, key: &str, kept: &mut Kept) -> Result<()> {
        let file = match kept.find(case, &query.name, key)? {
            Some(file) if kept.may_write => Some(file),
            Some(file) => self.held(file, &query.name),
            None if kept.may_write => {
                let pending = kept.begin(&query.name, key)?;
                self.session.table_file(query, &pending)?;
                Some(kept.keep(&pending, &query.name, key)?)
            }
            None => None,
        };
        match file {
            Some(file) => self.session.parquet_view(&query.name, &[file]),
            None => self.make(query),
        }
    }

    /// A kept file under a name of the session's own, so that it stays when the holder of the case's lock sweeps; nothing
    /// when it was swept just now. Where there can't be such a name, as in a case that can only be read, nobody sweeps.
    fn held(&self, file: PathBuf, name: &str) -> Option<PathBuf> {
        let own = self.scratch.folder().join(format!("{name}.parquet"));
        match std::fs::hard_link(&file, &own) {
            Ok(()) => Some(own),
            Err(_) => Some(file).filter(|file| file.exists()),
        }
    }

    /// Makes the view or table of one staging query.
    ///
    /// # Errors
    /// When the query fails.
    pub fn make(&self, query: &Staging) -> Result<()> {
        match query.kind {
            StagingKind::View => self.session.view(&query.name, query.sql.text),
            StagingKind::Table => {
                let file = self.scratch.folder().join(format!("{}.parquet", query.name));
                self.session.table_file(query, &file)?;
                self.session.parquet_view(&query.name, &[file])
            }
            StagingKind::List => self.session.list_table(&query.name, query.sql.text, self.scratch.folder()),
        }
    }
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
pub fn open_run(case: &Case, number: u32, limits: Limits, meter: &Meter) -> Result<(RunRecord, Workbench)> {
    let record = case.run_record(number)?;
    let bench = open(case, record.state(Some(number)), limits, meter)?;
    verdicts(&bench.session, case, number, &record, |_| true)?;
    Ok((record, bench))
}

/// Makes the wanted verdicts of a run views under the queries' names.
///
/// # Errors
/// When a verdict file is missing.
pub(super) fn verdicts(
    session: &Session,
    case: &Case,
    number: u32,
    record: &RunRecord,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<()> {
    record.verdicts.iter().filter(|verdicts| is_wanted(&verdicts.query)).try_for_each(|verdicts| {
        session.parquet_view(&verdicts.query, &[verdict_file(case, number, verdicts)?])
    })
}

/// The file of a query's verdicts.
///
/// # Errors
/// When it is missing, or is not the one that was written.
pub fn verdict_file(case: &Case, number: u32, verdicts: &VerdictFile) -> Result<PathBuf> {
    let file = case.verdicts(number, &verdicts.query);
    case.compare(&file, &verdicts.sha256)?;
    Ok(file)
}

/// The file of a run's findings.
///
/// # Errors
/// As [`verdict_file`].
pub(super) fn findings_file(case: &Case, number: u32, record: &RunRecord) -> Result<PathBuf> {
    let file = case.findings(number);
    // A run that an earlier version made has no hash of them.
    if !record.findings_sha256.is_empty() {
        case.compare(&file, &record.findings_sha256)?;
    }
    Ok(file)
}

/// A file with other rows than its record says is not the one that was written.
fn as_recorded(file: &Path, rows: u64) -> Result<()> {
    let found = ParquetOut::rows_of(file).map_err(|e| damaged(file).because(e))?;
    if found == rows { Ok(()) } else { Err(damaged(file).expected(format!("{rows} rows, found {found}"))) }
}

/// The files of a table of the store, one a source; of a table beside a table too.
///
/// # Errors
/// When one is missing, or is not the one that was written.
pub(super) fn stored_files(
    case: &Case,
    register: &Register,
    sources: &[SourceRecord],
    table: &str,
    stored: &str,
) -> Result<Vec<PathBuf>> {
    let feeding = sources.iter().filter(|source| source.table == table);
    feeding.map(|source| stored_file(case, register, source, stored)).collect()
}

fn stored_file(case: &Case, register: &Register, source: &SourceRecord, stored: &str) -> Result<PathBuf> {
    let file = case.stored(stored, &source.source);
    let known = register.find(&source.sha256, &source.table).ok_or_else(|| unregistered(case, source))?;
    match known.files.get(stored) {
        Some(sha256) => case.compare(&file, sha256)?,
        // A source that an earlier version stored has no hash of its files.
        None if source.table == stored => as_recorded(&file, source.stored)?,
        None => {}
    }
    Ok(file)
}

/// The rejects of a source; nothing where it has none.
///
/// # Errors
/// When they are gone, or are not what was written.
pub(super) fn rejects_file(case: &Case, source: &Source) -> Result<Option<PathBuf>> {
    let stored = rejects_of(&source.table);
    let file = case.stored(&stored, &source.source);
    match source.files.get(&stored) {
        Some(sha256) => case.compare(&file, sha256).map(|()| Some(file)),
        // A source that an earlier version stored has no hash of its files.
        None if source.files.is_empty() && file.is_file() => Ok(Some(file)),
        None => Ok(None),
    }
}

fn unregistered(case: &Case, source: &SourceRecord) -> Error {
    let what = format!("the register of sources does not name {}, which a run rests on", source.source);
    Error::new(Kind::CaseUnusable, what)
        .at(Place::file(case.root().join(REGISTER)))
        .next("put the case back from a copy, or make a new case from the same exports")
}
