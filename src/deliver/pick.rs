//! What `show` picks: which view a word means, and which of its rows hold an id, an account, a code or a value.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;

use super::reading::reasons;
use crate::base::nearest::{propose, unknown};
use crate::base::progress::Meter;
use crate::base::{Error, Result, instant};
use crate::case::views::{FINDINGS, View, ViewKind, Views};
use crate::case::workbench::{Limits, Workbench};
use crate::engine::ask::Page;
use crate::engine::{Filter, Parameter, ParquetRows, Selection, Session, canned, tables};

/// Where the id of anything may stand beside the keys and references of the store.
const SUBJECT: &str = "subject";
const ACCOUNT: &str = "account_id";
const CODE: &str = "code";
const REASON: &str = "reason";

/// Which rows are wanted; all that is said must hold.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// An id in any column that holds ids.
    pub id: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The code of a finding, or the reason of a verdict or reject.
    pub code: Option<String>,
    /// Column and value; an empty value is an empty cell.
    pub values: Vec<(String, String)>,
    /// The columns to show, in order; none means all.
    pub columns: Vec<String>,
}

/// The view that a word means: a view's own name, or a table's where no query has that name.
///
/// # Errors
/// When there is none: with the nearest known one.
pub fn view<'v>(views: &'v Views<'_>, word: &str) -> Result<&'v View> {
    let word = word.to_lowercase();
    if let Some(view) = views.find(&word).or_else(|| views.find(&format!("store_{word}"))) {
        return Ok(view);
    }
    let is_verdict = canned::classify(&word).is_ok();
    match views.run() {
        None if is_verdict || word == FINDINGS => {
            let what = if is_verdict { format!("verdicts of {word}") } else { word };
            return Err(Error::usage(format!("there are no {what}: the case has no run yet"))
                .next("highwater classify CASE"));
        }
        Some(number) if is_verdict => {
            let what = format!("run {number:04} did not ask {word}: its profile does not name it");
            return Err(Error::usage(what).next("highwater queries list"));
        }
        _ => {}
    }
    let plain = views.all().iter().filter_map(|view| view.name.strip_prefix("store_"));
    let known: Vec<&str> = views.all().iter().map(|view| view.name.as_str()).chain(plain).collect();
    Err(unknown("table, verdict or view", &word, known, "see what there is: highwater show CASE"))
}

/// Views to pick rows of: those that are nothing but files without the engine (decision 0013), the others by it.
pub struct Picker {
    files: BTreeMap<String, ParquetRows>,
    /// Where there are others.
    engine: Option<Workbench>,
}

/// One view to pick rows of.
pub struct Pick<'p> {
    view: &'p View,
    columns: Vec<(String, DataType)>,
    from: From<'p>,
    /// What each reason means and what would settle it; of verdicts only.
    reasons: BTreeMap<String, [String; 2]>,
}

#[derive(Clone, Copy)]
enum From<'p> {
    Files(&'p ParquetRows),
    Engine(&'p Session),
}

impl Picker {
    /// Opens the views that are picked from.
    ///
    /// # Errors
    /// When a file can't be read or a canned query is wrong.
    pub fn open(views: &Views<'_>, picked: &[&View], limits: Limits, meter: &Meter) -> Result<Self> {
        let mut files = BTreeMap::new();
        let mut others = BTreeSet::new();
        for view in picked {
            match views.rows(view)? {
                Some(rows) => drop(files.insert(view.name.clone(), rows)),
                None => drop(others.insert(view.name.clone())),
            }
        }
        let engine = if others.is_empty() { None } else { Some(views.open(&others, limits, meter)?) };
        Ok(Self { files, engine })
    }

    /// One of the views.
    ///
    /// # Errors
    /// When it was not opened, or its columns can't be read.
    pub fn pick<'p>(&'p self, view: &'p View) -> Result<Pick<'p>> {
        let from = match (self.files.get(&view.name), &self.engine) {
            (Some(rows), _) => From::Files(rows),
            (None, Some(bench)) => From::Engine(&bench.session),
            (None, None) => return Err(Error::failed(format!("{} was not opened", view.name))),
        };
        let columns = match from {
            From::Files(rows) => rows.columns(),
            From::Engine(session) => {
                session.columns_of(&Selection { view: view.name.clone(), ..Selection::default() })?
            }
        };
        let reasons =
            if view.kind == ViewKind::Verdict { words_of_reasons(&view.name)? } else { BTreeMap::new() };
        Ok(Pick { view, columns, from, reasons })
    }
}

fn words_of_reasons(query: &str) -> Result<BTreeMap<String, [String; 2]>> {
    let text = |cell: &Parameter| match cell {
        Parameter::Text(text) => text.clone(),
        _ => String::new(),
    };
    let rows = reasons()?.rows;
    let of_query = rows.iter().filter_map(|row| match row.as_slice() {
        [of, reason, words, settles] if text(of) == query => {
            Some((text(reason), [text(words), text(settles)]))
        }
        _ => None,
    });
    Ok(of_query.collect())
}

impl Pick<'_> {
    /// Hands over the rows of a page of a selection, in the order in which they are stored, as long as `take` wants more.
    /// Verdicts of which all columns are wanted are followed by the words of their reason, `why` and `settles`.
    ///
    /// # Errors
    /// When they can't be read, or `take` fails.
    pub fn rows(
        &self,
        selection: &Selection,
        page: Page,
        mut take: impl FnMut(&RecordBatch) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let is_explained =
            selection.columns.is_empty() && !self.reasons.is_empty() && self.column(REASON).is_ok();
        let take = |batch: RecordBatch| match is_explained {
            true => take(&self.explained(&batch)?),
            false => take(&batch),
        };
        match self.from {
            From::Files(rows) => rows.select(selection, page, take),
            From::Engine(session) => session.select(selection, page, take),
        }
    }

    /// How many rows a selection has in all.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn count(&self, selection: &Selection) -> Result<u64> {
        match self.from {
            From::Files(rows) => rows.count(selection),
            From::Engine(session) => session.count_selected(selection),
        }
    }

    fn explained(&self, rows: &RecordBatch) -> Result<RecordBatch> {
        let reasons = rows.column_by_name(REASON).and_then(|column| column.as_string_opt::<i32>());
        let known = || reasons.into_iter().flatten().map(|reason| self.reasons.get(reason?));
        let why: StringArray = known().map(|words| words.map(|[why, _]| why)).collect();
        let settles: StringArray = known().map(|words| words.map(|[_, settles]| settles)).collect();
        let texts = ["why", "settles"].map(|name| Arc::new(Field::new(name, DataType::Utf8, true)));
        let fields: Vec<_> = rows.schema_ref().fields().iter().cloned().chain(texts).collect();
        let mut columns = rows.columns().to_vec();
        columns.extend([Arc::new(why) as ArrayRef, Arc::new(settles)]);
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
            .map_err(|e| Error::failed("cannot explain the reasons of an answer").because(e))
    }

    fn column(&self, name: &str) -> Result<&(String, DataType)> {
        self.columns.iter().find(|(known, _)| known == name).ok_or_else(|| {
            let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
            let error = Error::usage(format!("{} has no column {name}", self.view.name))
                .expected(format!("one of {}", names.join(", ")));
            propose(error, name, names.iter().copied())
        })
    }

    /// The columns in which ids stand.
    fn ids(&self) -> Vec<String> {
        let known = tables::all().map(|tables| {
            let looked_up = tables.iter().flat_map(|t| &t.columns).filter(|c| c.is_looked_up());
            looked_up.map(|c| c.name.as_str()).collect::<BTreeSet<_>>()
        });
        let known = known.unwrap_or_default();
        let is_finding = self.columns.iter().any(|(name, _)| name == CODE);
        let names = self.columns.iter().map(|(name, _)| name);
        // `subject` of a certificate is a text; of a finding it is an id.
        names
            .filter(|name| known.contains(name.as_str()) || (is_finding && *name == SUBJECT))
            .cloned()
            .collect()
    }

    /// Whether it has a column with ids.
    #[must_use]
    pub fn has_ids(&self) -> bool {
        !self.ids().is_empty()
    }

    /// The rows that are wanted.
    ///
    /// # Errors
    /// When the view has no such column, or a value is none of its type.
    pub fn selection(&self, wanted: &Wanted) -> Result<Selection> {
        let mut filters = Vec::new();
        if let Some(id) = &wanted.id {
            filters.push(self.with_id(id)?);
        }
        if let Some(account) = &wanted.account {
            filters.push(self.equal(ACCOUNT, account)?);
        }
        if let Some(code) = &wanted.code {
            let column = if self.column(CODE).is_ok() { CODE } else { REASON };
            filters.push(self.equal(column, &code.to_uppercase())?);
        }
        for (column, value) in &wanted.values {
            filters.push(self.equal(column, value)?);
        }
        for column in &wanted.columns {
            self.column(column)?;
        }
        Ok(Selection { view: self.view.name.clone(), columns: wanted.columns.clone(), filters })
    }

    fn with_id(&self, id: &str) -> Result<Filter> {
        let columns = self.ids();
        if columns.is_empty() {
            return Err(Error::usage(format!("{} has no column with ids", self.view.name))
                .next("--where COLUMN=VALUE"));
        }
        Ok(Filter { columns, value: id.into(), is_instant: false })
    }

    fn equal(&self, name: &str, text: &str) -> Result<Filter> {
        let (column, kind) = self.column(name)?;
        let wrong = |expected: &str| {
            Error::usage(format!("{text} is no value of {name}")).expected(expected.to_owned())
        };
        let is_instant = matches!(kind, DataType::Timestamp(..));
        let value = match (text, kind) {
            ("", _) => Parameter::Null,
            (_, DataType::Boolean) => match text {
                "true" => Parameter::Boolean(true),
                "false" => Parameter::Boolean(false),
                _ => return Err(wrong("true or false")),
            },
            (_, DataType::Int32 | DataType::Int64) => {
                Parameter::Integer(text.parse().map_err(|_| wrong("a whole number of up to 19 digits"))?)
            }
            _ if is_instant => Parameter::Integer(
                instant::exact(text).map_err(|_| wrong("an instant such as 2016-11-01T00:00:00Z"))?,
            ),
            _ => text.into(),
        };
        Ok(Filter { columns: vec![column.clone()], value, is_instant })
    }
}
