//! A run opened to be read: its verdicts, staging and what deliverables share, as views of one session.

use std::path::PathBuf;

use crate::base::progress::Meter;
use crate::base::toml_file;
use crate::base::{Result, library};
use crate::case::workbench::{self, Limits};
use crate::case::{Case, CaseLock, RunRecord};
use crate::engine::canned;
use crate::engine::{ParameterTable, ParameterType, Session};

const PARTS: &str = "deliver/parts";
pub(super) const WORDS: &str = "deliver/summary.toml";

/// An open run. The case's lock is held meanwhile: two sessions would share one scratch folder.
pub(super) struct Reading {
    /// Its record.
    pub record: RunRecord,
    /// The engine with all views.
    pub session: Session,
    /// The lock, for the journal.
    pub lock: CaseLock,
    scratch: PathBuf,
}

impl Reading {
    /// Opens a run.
    ///
    /// # Errors
    /// When there is no such run, the case is busy, or a canned query is wrong.
    pub fn open(case: &Case, number: u32, limits: Limits, meter: &Meter) -> Result<Self> {
        let lock = case.lock("export")?;
        let (record, session) = workbench::open_run(case, number, limits, meter)?;
        let reading = Self { record, session, lock, scratch: case.scratch() };
        reading.session.parameters(&reasons()?)?;
        for part in canned::staging_of(PARTS)? {
            workbench::make(&reading.session, case, &part)?;
        }
        Ok(reading)
    }

    /// Whether the run asked this question.
    pub fn asked(&self, query: &str) -> bool {
        self.record.verdicts.iter().any(|v| v.query == query)
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        // What can't be removed now is swept by the next holder of the lock.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

/// The words of each reason, so that lists can say why and what would settle it.
fn reasons() -> Result<ParameterTable> {
    let columns = ["query", "reason", "words", "settles"].map(|name| (name, ParameterType::Text));
    let mut table = ParameterTable::new("param_reason", &columns);
    for query in canned::classify_all()? {
        for reason in query.reasons {
            table.row([
                query.id.as_str().into(),
                reason.code.into(),
                reason.words.into(),
                reason.settles.into(),
            ]);
        }
    }
    let file = library::read(WORDS)?;
    let doubts = toml_file::read(file.path, file.text, |words| {
        for key in words.keys() {
            words.known_key(&key);
        }
        let doubts = words.sections("doubt");
        let cells = ["query", "reason", "words", "settles"];
        doubts.iter().map(|d| cells.map(|key| d.required_text(key).into())).collect::<Vec<_>>()
    })?;
    for doubt in doubts {
        table.row(doubt);
    }
    Ok(table)
}
