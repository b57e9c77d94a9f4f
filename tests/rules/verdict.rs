//! The form of all verdicts (3-rules, "Order and form of all verdicts").

use std::collections::BTreeSet;

use crate::csv;
use crate::instant::{Interval, printed};
use crate::store::Place;

/// The eight queries, in the order in which they run.
pub const QUERIES: [&str; 8] = [
    "account_exposure",
    "user_passwords",
    "app_credentials",
    "certificates",
    "api_clients",
    "data_subjects",
    "account_summary",
    "notifications",
];

/// One test of a rule list: its reason, the state it gives, and whether it is TRUE.
pub type Test = (&'static str, &'static str, bool);

/// The first test that is TRUE decides.
pub fn first_true(tests: &[Test]) -> (&'static str, &'static str) {
    let decisive = tests.iter().find(|(_, _, holds)| *holds);
    decisive.map_or(("RULE_GAP", "undetermined"), |(reason, state, _)| (*reason, *state))
}

/// One row: column name and printed cell, in the order of the columns.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub cells: Vec<(&'static str, String)>,
    /// What it is sorted by: NULL first, then by bytes.
    pub order: (Option<String>, String),
}

impl Row {
    pub fn new(account_id: &Option<String>, id: &str) -> Self {
        Self { cells: Vec::new(), order: (account_id.clone(), id.to_string()) }
    }

    pub fn text(mut self, column: &'static str, value: impl AsRef<str>) -> Self {
        self.cells.push((column, value.as_ref().to_string()));
        self
    }

    pub fn maybe(self, column: &'static str, value: &Option<String>) -> Self {
        self.text(column, value.as_deref().unwrap_or_default())
    }

    pub fn flag(self, column: &'static str, value: bool) -> Self {
        self.text(column, if value { "true" } else { "false" })
    }

    pub fn count(self, column: &'static str, value: usize) -> Self {
        self.text(column, value.to_string())
    }

    pub fn list<T: AsRef<str>>(self, column: &'static str, items: &BTreeSet<T>) -> Self {
        let items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
        self.text(column, items.join(";"))
    }

    /// An instant as two columns, the latest NULL when it is exact.
    pub fn instant(self, earliest: &'static str, latest: &'static str, value: Option<Interval>) -> Self {
        let hi = value.filter(|x| x.lo != x.hi).map(|x| printed(x.hi));
        self.maybe(earliest, &value.map(|x| printed(x.lo))).maybe(latest, &hi)
    }

    pub fn place(self, source: &'static str, record: &'static str, place: Option<&Place>) -> Self {
        let (at, number) = (place.map(|p| p.source.clone()), place.map(|p| p.record.to_string()));
        self.maybe(source, &at).maybe(record, &number)
    }

    pub fn get(&self, column: &str) -> &str {
        let cell = self.cells.iter().find(|(name, _)| *name == column);
        cell.map_or_else(|| panic!("no column {column}"), |(_, value)| value)
    }
}

/// Three values as words.
pub fn yes_no(value: Option<bool>) -> &'static str {
    match value {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    }
}

/// The CSV of one query. `columns` is the header, also when there is no row.
pub fn csv(columns: &[&str], mut rows: Vec<Row>) -> String {
    rows.sort_by(|a, b| a.order.cmp(&b.order));
    let lines = rows.iter().map(|row| csv::line(row.cells.iter().map(|(_, cell)| cell)));
    csv::line(columns) + &lines.collect::<String>()
}
