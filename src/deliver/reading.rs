//! A run opened to be read: its verdicts, staging and what deliverables share, as views of one session.

use crate::base::progress::Meter;
use crate::base::toml_file;
use crate::base::{Result, library};
use crate::case::slices::Slices;
use crate::case::workbench::{self, Limits, Workbench};
use crate::case::{Case, RunRecord};
use crate::engine::canned::{self, StagingKind};
use crate::engine::{ParameterTable, ParameterType, Session};

const PARTS: &str = "deliver/parts";
pub(super) const WORDS: &str = "deliver/summary.toml";

/// An open run. It needs no lock of the case: runs and the store under them are never rewritten.
pub(super) struct Reading {
    /// Its record.
    pub record: RunRecord,
    /// Where what goes account by account is cut.
    pub slices: Slices,
    bench: Workbench,
}

impl Reading {
    /// Opens a run.
    ///
    /// # Errors
    /// When there is no such run, or a canned query is wrong.
    pub fn open(case: &Case, number: u32, limits: Limits, meter: &Meter) -> Result<Self> {
        let (record, bench) = workbench::open_run(case, number, limits, meter)?;
        bench.session.parameters(&reasons()?)?;
        for part in canned::staging_of(PARTS)?.iter().filter(|part| part.kind == StagingKind::View) {
            bench.make(part)?;
        }
        let slices = Slices::of(&bench.session, limits.users_at_once)?;
        Ok(Self { record, slices, bench })
    }

    /// Makes what lists stand on beside the verdicts; the summary needs none of it.
    ///
    /// # Errors
    /// When a canned query is wrong.
    pub fn make_parts(&self) -> Result<()> {
        let parts = canned::staging_of(PARTS)?;
        parts.iter().filter(|part| part.kind != StagingKind::View).try_for_each(|part| self.bench.make(part))
    }

    /// The engine with all views.
    pub fn session(&self) -> &Session {
        &self.bench.session
    }

    /// Whether the run asked this question.
    pub fn asked(&self, query: &str) -> bool {
        self.record.verdicts.iter().any(|v| v.query == query)
    }

    /// The first table that the question can't be answered without and that no source feeds.
    ///
    /// # Errors
    /// When there is no such query.
    pub fn unfed(&self, query: &str) -> Result<Option<String>> {
        let is_fed = |table: &str| self.record.sources.iter().any(|s| s.table == table && s.feeds());
        let needs = canned::classify(query)?.needs;
        let unfed = needs.iter().find(|need| !need.one_of.iter().any(|place| is_fed(&place.table)));
        Ok(unfed.and_then(|need| need.one_of.first()).map(|place| place.table.clone()))
    }
}

/// The words of each reason, so that lists can say why and what would settle it.
pub(super) fn reasons() -> Result<ParameterTable> {
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
