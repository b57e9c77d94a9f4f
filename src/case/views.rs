//! What can be read of a case by name: the store's tables, what was kept beside them, and of a run its parameters,
//! staging, verdicts and findings. `sql` and `show` know no other names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::folder::Case;
use super::register::{Register, Source};
use super::run::RunRecord;
use super::workbench::{self, Limits, State, Workbench};
use crate::base::progress::Meter;
use crate::base::{Result, library, toml_file};
use crate::engine::{Parameter, ParameterTable, ParameterType, ParquetRows, Session, canned, tables};

const WORDS: &str = "reading/views.toml";
const SOURCES: &str = "sources";
/// The view of what was rejected.
pub const REJECTS: &str = "rejects";
/// The view of what a run noticed in the data.
pub const FINDINGS: &str = "findings";
const COVERAGE: &str = "coverage";
/// What the names of the store's tables begin with.
const STORE: &str = "store_";

/// Names and types of columns, in order.
type Columns = Vec<(String, ParameterType)>;

/// What a view holds rows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ViewKind {
    /// A table of the store.
    Stored,
    /// What was kept beside the store, or noticed: sources, rejects, coverage, findings.
    Kept,
    /// A parameter table.
    Parameter,
    /// A staging query.
    Staging,
    /// The verdicts of a query.
    Verdict,
}

/// One view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name.
    pub name: String,
    /// What sort of view it is.
    pub kind: ViewKind,
    /// What it holds.
    pub what: String,
}

/// One state of a case, and what can be read of it.
pub struct Views<'c> {
    case: &'c Case,
    run: Option<u32>,
    record: RunRecord,
    register: Register,
    sources: Vec<Source>,
    views: Vec<View>,
}

impl<'c> Views<'c> {
    /// What can be read of a run: the one asked for, or the newest.
    ///
    /// # Errors
    /// When there is no such run, or its record or the register can't be read.
    pub fn of_run(case: &'c Case, asked: Option<u32>) -> Result<Self> {
        let number = case.choose_run(asked)?;
        Self::of(case, Some(number), case.run_record(number)?)
    }

    /// What can be read of a case that has no run yet: its store, and what a classification would rest on, where that
    /// is known.
    ///
    /// # Errors
    /// When the register can't be read.
    pub fn of_store(case: &'c Case, foreseen: Option<RunRecord>) -> Result<Self> {
        let register = case.register()?;
        let record = foreseen.unwrap_or_else(|| RunRecord {
            sources: register.sources().iter().map(Source::record).collect(),
            ..RunRecord::default()
        });
        Self::of(case, None, record)
    }

    fn of(case: &'c Case, run: Option<u32>, record: RunRecord) -> Result<Self> {
        let register = case.register()?;
        let sources: Vec<Source> =
            record.sources.iter().filter_map(|s| register.find(&s.sha256, &s.table)).cloned().collect();
        let views = listed(run.is_some(), &record)?;
        Ok(Self { case, run, record, register, sources, views })
    }

    /// The run; none where only the store is read.
    #[must_use]
    pub fn run(&self) -> Option<u32> {
        self.run
    }

    /// The sources that it rests on.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// All views, by kind, in their order.
    #[must_use]
    pub fn all(&self) -> &[View] {
        &self.views
    }

    /// The view of that name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&View> {
        self.views.iter().find(|view| view.name == name)
    }

    /// Their names.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        self.views.iter().map(|view| view.name.clone()).collect()
    }

    /// Opens the engine with the named views; of staging only what they stand on is made.
    ///
    /// # Errors
    /// When a file can't be read or a canned query is wrong.
    pub fn open(&self, wanted: &BTreeSet<String>, limits: Limits, meter: &Meter) -> Result<Workbench> {
        self.open_over(self.record.state(self.run), wanted, limits, meter)
    }

    /// The rows of a view that is nothing but files: a table of the store, verdicts, findings. Nothing for any other.
    ///
    /// # Errors
    /// When a file is missing, or is not the one that was written.
    pub fn rows(&self, view: &View) -> Result<Option<ParquetRows>> {
        let (files, columns) = match (view.kind, self.run) {
            (ViewKind::Stored, _) => self.stored(&view.name)?,
            (ViewKind::Verdict, Some(number)) => {
                let verdicts = self.record.verdicts.iter().filter(|verdicts| verdicts.query == view.name);
                let file = |verdicts| workbench::verdict_file(self.case, number, verdicts);
                (verdicts.map(file).collect::<Result<_>>()?, Vec::new())
            }
            (ViewKind::Kept, Some(number)) if view.name == FINDINGS => {
                (vec![workbench::findings_file(self.case, number, &self.record)?], Vec::new())
            }
            _ => return Ok(None),
        };
        ParquetRows::open(&files, &columns).map(Some)
    }

    /// The files and columns of a table of the store.
    fn stored(&self, view: &str) -> Result<(Vec<PathBuf>, Columns)> {
        for table in tables::all()? {
            for (name, columns) in table.stored_tables() {
                if view.strip_prefix(STORE) == Some(&name) {
                    let sources = &self.record.sources;
                    let files =
                        workbench::stored_files(self.case, &self.register, sources, &table.name, &name)?;
                    return Ok((files, columns));
                }
            }
        }
        Ok((Vec::new(), Vec::new()))
    }

    /// Opens the engine with all views over no rows of the store, to ask for their columns.
    ///
    /// # Errors
    /// As [`Views::open`].
    pub fn open_empty(&self, limits: Limits) -> Result<Workbench> {
        let state = State { sources: &[], ..self.record.state(self.run) };
        self.open_over(state, &self.names(), limits, &Meter::silent())
    }

    fn open_over(
        &self,
        state: State<'_>,
        wanted: &BTreeSet<String>,
        limits: Limits,
        meter: &Meter,
    ) -> Result<Workbench> {
        let bench = workbench::open_for(self.case, state, wanted, limits, meter)?;
        let session = &bench.session;
        let is_wanted = |name: &str| wanted.contains(name);
        if is_wanted(SOURCES) {
            session.parameters(&register(&self.sources))?;
        }
        if is_wanted(REJECTS) {
            self.rejects(session)?;
        }
        if let Some(number) = self.run {
            workbench::verdicts(session, self.case, number, &self.record, is_wanted)?;
            if is_wanted(FINDINGS) {
                let findings = workbench::findings_file(self.case, number, &self.record)?;
                session.parquet_view(FINDINGS, &[findings])?;
            }
        }
        if is_wanted(COVERAGE) && self.find(COVERAGE).is_some() {
            session.parameters(&coverage(&self.record))?;
        }
        Ok(bench)
    }

    fn rejects(&self, session: &Session) -> Result<()> {
        let mut files = Vec::new();
        for source in &self.sources {
            let file = workbench::rejects_file(self.case, source)?;
            files.extend(file.map(|file| (source.table.as_str(), file)));
        }
        if files.is_empty() {
            return session.empty_view(REJECTS, &reject_columns());
        }
        session.labelled_view(REJECTS, "table_name", &files)
    }
}

fn reject_columns() -> Vec<(String, ParameterType)> {
    use ParameterType::{Integer, Text};
    let columns = [
        ("table_name", Text),
        ("source", Text),
        ("record", Integer),
        ("kind", Text),
        ("reason", Text),
        ("column_name", Text),
        ("byte_start", Integer),
        ("byte_end", Integer),
        ("sha256", Text),
        ("masked", Text),
    ];
    columns.map(|(name, kind)| (name.to_owned(), kind)).to_vec()
}

/// The views of a state, by kind.
fn listed(has_run: bool, record: &RunRecord) -> Result<Vec<View>> {
    let words = Words::read()?;
    let mut views = Vec::new();
    let mut add = |name: String, kind: ViewKind, what: String| views.push(View { name, kind, what });
    for table in tables::all()? {
        for (name, _) in table.stored_tables() {
            let form = if name == table.name { &words.record } else { &words.long };
            add(format!("{STORE}{name}"), ViewKind::Stored, format!("{} {form}", table.what));
        }
    }
    // Without parameters nothing is known of a run to be: only the store can be read.
    let is_known = !record.parameters.is_empty();
    let kept = [(SOURCES, true), (REJECTS, true), (COVERAGE, is_known), (FINDINGS, has_run)];
    for (name, _) in kept.into_iter().filter(|(_, there)| *there) {
        add(name.to_owned(), ViewKind::Kept, words.of(name));
    }
    for table in &record.parameters {
        add(table.name.clone(), ViewKind::Parameter, words.of(&table.name));
    }
    for query in canned::staging()?.into_iter().filter(|_| is_known) {
        add(query.name, ViewKind::Staging, query.what);
    }
    for verdicts in &record.verdicts {
        add(verdicts.query.clone(), ViewKind::Verdict, canned::classify(&verdicts.query)?.what);
    }
    Ok(views)
}

struct Words {
    record: String,
    long: String,
    views: BTreeMap<String, String>,
}

impl Words {
    fn read() -> Result<Self> {
        let file = library::read(WORDS)?;
        toml_file::read(file.path, file.text, |words| {
            words.format(1);
            let stored = words.required_section("stored");
            let of_stored = |key| stored.as_ref().and_then(|s| s.required_text(key)).unwrap_or_default();
            let view = |v: &toml_file::Section<'_>| {
                (v.required_text("name").unwrap_or_default(), v.required_text("what").unwrap_or_default())
            };
            Self {
                record: of_stored("record"),
                long: of_stored("long"),
                views: words.sections("view").iter().map(view).collect(),
            }
        })
    }

    fn of(&self, view: &str) -> String {
        self.views.get(view).cloned().unwrap_or_default()
    }
}

/// The register as a table: what an investigator asks of a source. Where its records begin is left out.
fn register(sources: &[Source]) -> ParameterTable {
    use ParameterType::{Instant, Integer, Text};
    let mut table = ParameterTable::new(
        SOURCES,
        &[
            ("source", Text),
            ("table_name", Text),
            ("path", Text),
            ("bytes", Integer),
            ("sha256", Text),
            ("read", Integer),
            ("stored", Integer),
            ("filtered", Integer),
            ("rejected", Integer),
            ("unreadable_cells", Integer),
            ("blank_lines", Integer),
            ("encoding", Text),
            ("delimiter", Text),
            ("zone", Text),
            ("account_id", Text),
            ("exported_at", Instant),
            ("exported_at_latest", Instant),
            ("exported_by", Text),
            ("system", Text),
            ("received_from", Text),
            ("received_at", Text),
            ("handed_over", Text),
            ("unknown_columns", Text),
        ],
    );
    for source in sources {
        table.row(register_row(source));
    }
    table
}

fn register_row(source: &Source) -> Vec<Parameter> {
    let count = |n: u64| Parameter::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    let text = |t: &Option<String>| t.clone().into();
    let Source { reading, custody, .. } = source;
    let exact = custody.exported_at.is_none_or(|(lo, hi)| lo == hi);
    vec![
        source.source.as_str().into(),
        source.table.as_str().into(),
        source.path.as_str().into(),
        count(source.bytes),
        source.sha256.as_str().into(),
        count(source.read),
        count(source.stored),
        count(source.filtered.values().sum()),
        count(source.rejected),
        count(source.field_rejects.values().sum()),
        count(source.blank_lines),
        reading.encoding.as_str().into(),
        reading.delimiter.as_str().into(),
        text(&reading.zone),
        text(&reading.account_id),
        custody.exported_at.map(|(lo, _)| lo).into(),
        custody.exported_at.filter(|_| !exact).map(|(_, hi)| hi).into(),
        text(&custody.exported_by),
        text(&custody.system),
        text(&custody.received_from),
        text(&custody.received_at),
        text(&custody.handed_over),
        (!source.unknown_columns.is_empty()).then(|| source.unknown_columns.join("; ")).into(),
    ]
}

fn coverage(record: &RunRecord) -> ParameterTable {
    use ParameterType::{Boolean, Text};
    let mut table = ParameterTable::new(COVERAGE, &[("of", Text), ("holds", Boolean), ("why_not", Text)]);
    for coverage in &record.coverage {
        let why_not = (!coverage.why_not.is_empty()).then(|| coverage.why_not.join("; "));
        table.row([coverage.of.as_str().into(), coverage.holds.into(), why_not.into()]);
    }
    table
}
