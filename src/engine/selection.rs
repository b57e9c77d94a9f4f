//! Rows of one view picked by the values of its columns. Names are quoted and values are parameters, so that nothing in
//! them is SQL.

use std::ops::ControlFlow;

use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;

use super::ask::Page;
use super::parameters::Parameter;
use super::session::{Session, identifier};
use crate::base::Result;

/// What is wanted of one view.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The view.
    pub view: String,
    /// Its columns that are wanted, in order; none means all.
    pub columns: Vec<String>,
    /// What a row must fulfil: each of these.
    pub filters: Vec<Filter>,
}

/// One thing that a row must fulfil.
#[derive(Clone, Debug)]
pub struct Filter {
    /// One of these columns must have the value.
    pub columns: Vec<String>,
    /// The value; [`Parameter::Null`] for an empty cell. Of an instant, its microseconds since 1970.
    pub value: Parameter,
    /// Whether the columns are instants.
    pub is_instant: bool,
}

impl Filter {
    fn sql(&self) -> String {
        let each: Vec<String> = self.columns.iter().map(|column| self.of(column)).collect();
        format!("({})", each.join(" OR "))
    }

    /// Whether a row has the value in one of its columns.
    fn of(&self, column: &str) -> String {
        let column = format!("\"v\".{}", identifier(column));
        match (&self.value, self.is_instant) {
            (Parameter::Null, _) => format!("{column} IS NULL"),
            (_, true) => format!("epoch_us({column}) = ?"),
            _ => format!("{column} = ?"),
        }
    }
}

impl Selection {
    fn from(&self) -> String {
        let mut sql = format!("{} AS \"v\"", identifier(&self.view));
        let filters: Vec<String> = self.filters.iter().map(Filter::sql).collect();
        if !filters.is_empty() {
            sql.push_str(&format!(" WHERE {}", filters.join(" AND ")));
        }
        sql
    }

    fn sql(&self, page: Page) -> String {
        let mut columns: Vec<String> =
            self.columns.iter().map(|column| format!("\"v\".{}", identifier(column))).collect();
        if columns.is_empty() {
            columns.push("\"v\".*".to_owned());
        }
        format!("SELECT {} FROM {}{}", columns.join(", "), self.from(), page.sql())
    }

    fn values(&self) -> Vec<Parameter> {
        let given = |filter: &Filter| vec![filter.value.clone(); filter.columns.len()];
        self.filters.iter().filter(|filter| filter.value != Parameter::Null).flat_map(given).collect()
    }
}

impl Session {
    /// The columns of a selection, in order: names and types.
    ///
    /// # Errors
    /// When the view is not there.
    pub fn columns_of(&self, selection: &Selection) -> Result<Vec<(String, DataType)>> {
        let mut columns = Vec::new();
        self.select(selection, Page { limit: Some(0), offset: 0 }, |batch| {
            let schema = batch.schema();
            columns = schema.fields().iter().map(|f| (f.name().clone(), f.data_type().clone())).collect();
            Ok(ControlFlow::Break(()))
        })?;
        Ok(columns)
    }

    /// Hands over the rows of a page of a selection, as long as `take` wants more.
    ///
    /// # Errors
    /// When the view or a column is not there, the engine fails, or `take` does.
    pub fn select(
        &self,
        selection: &Selection,
        page: Page,
        take: impl FnMut(RecordBatch) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        self.stream_while(&selection.sql(page), &selection.values(), take)
    }

    /// How many rows a selection has in all.
    ///
    /// # Errors
    /// As [`Session::select`].
    pub fn count_selected(&self, selection: &Selection) -> Result<u64> {
        self.count_rows(&selection.from(), &selection.values())
    }
}
