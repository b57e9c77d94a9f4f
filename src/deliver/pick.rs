//! What `show` picks: which view a word means, and which of its rows hold an id, an account, a code or a value.

use std::collections::BTreeSet;

use arrow::datatypes::DataType;

use super::reading::reasons;
use crate::base::nearest::{propose, unknown};
use crate::base::progress::Meter;
use crate::base::{Error, Result, instant};
use crate::case::views::{FINDINGS, View, ViewKind, Views};
use crate::case::workbench::{Limits, Workbench};
use crate::engine::{Filter, Parameter, Selection, canned, tables};

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

/// A view to pick rows of: the engine with it, its columns, and what `show` adds.
pub struct Pick<'v> {
    view: &'v View,
    columns: Vec<(String, DataType)>,
}

/// Opens the engine with the views that are picked from.
///
/// # Errors
/// When a file can't be read or a canned query is wrong.
pub fn open(views: &Views<'_>, picked: &[&View], limits: Limits, meter: &Meter) -> Result<Workbench> {
    let names: BTreeSet<String> = picked.iter().map(|view| view.name.clone()).collect();
    let bench = views.open(&names, limits, meter)?;
    bench.session.parameters(&reasons()?)?;
    Ok(bench)
}

impl<'v> Pick<'v> {
    /// Looks at a view.
    ///
    /// # Errors
    /// When the engine can't read it.
    pub fn new(bench: &Workbench, view: &'v View) -> Result<Self> {
        let every = Selection { view: view.name.clone(), ..Selection::default() };
        Ok(Self { view, columns: bench.session.columns_of(&every)? })
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
        let is_verdict = self.view.kind == ViewKind::Verdict;
        let order_by = if is_verdict { canned::classify(&self.view.name)?.order_by } else { Vec::new() };
        Ok(Selection {
            view: self.view.name.clone(),
            columns: wanted.columns.clone(),
            filters,
            order_by,
            reasons: is_verdict && wanted.columns.is_empty() && self.column(REASON).is_ok(),
        })
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
                Parameter::Integer(text.parse().map_err(|_| wrong("a whole number"))?)
            }
            _ if is_instant => Parameter::Integer(
                instant::exact(text).map_err(|_| wrong("an instant such as 2016-11-01T00:00:00Z"))?,
            ),
            _ => text.into(),
        };
        Ok(Filter { columns: vec![column.clone()], value, is_instant })
    }
}
