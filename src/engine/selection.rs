//! Rows of one view picked by the values of its columns. Names and texts are quoted, so that nothing in them is SQL; texts
//! are not parameters, because the engine skips the parts of a file that can't hold a value only when it plans with it.

use std::ops::ControlFlow;

use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;

use super::ask::Page;
use super::parameters::Parameter;
use super::session::{Session, identifier, quoted};
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
    /// Columns that order the rows, NULL first; none leaves them as they are stored.
    pub order_by: Vec<String>,
    /// Whether the words of each row's `reason` follow as `why` and `settles`.
    pub reasons: bool,
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
            (Parameter::Text(text), _) => format!("{column} = {}", quoted(text)),
            _ => format!("{column} = ?"),
        }
    }

    /// Whether it is of a text in any of several columns.
    fn is_of_several(&self) -> bool {
        self.columns.len() > 1 && matches!(self.value, Parameter::Text(_)) && !self.is_instant
    }

    /// The rows of a view with the value in one of the columns, column by column: an OR of several would have all rows
    /// looked at. A row with it in two of them comes once.
    fn rows_of(&self, view: &str) -> String {
        let one = |(index, column): (usize, &String)| {
            let before = self.columns.iter().take(index);
            let not_before = before.map(|before| format!(" AND ({}) IS NOT TRUE", self.of(before)));
            format!(
                "SELECT * FROM {view} AS \"v\" WHERE {}{}",
                self.of(column),
                not_before.collect::<String>()
            )
        };
        let each: Vec<String> = self.columns.iter().enumerate().map(one).collect();
        format!("({})", each.join(" UNION ALL "))
    }
}

impl Selection {
    fn from(&self) -> String {
        let mut rows = identifier(&self.view);
        let several = self.filters.iter().position(Filter::is_of_several);
        if let Some(filter) = several.and_then(|index| self.filters.get(index)) {
            rows = filter.rows_of(&rows);
        }
        let mut sql = format!("{rows} AS \"v\"");
        if self.reasons {
            let query = self.view.replace('\'', "''");
            sql.push_str(&format!(
                " LEFT JOIN \"param_reason\" AS \"w\" ON \"w\".\"reason\" = \"v\".\"reason\" AND \"w\".\"query\" = '{query}'"
            ));
        }
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
        if self.reasons {
            columns.extend(["\"w\".\"words\" AS \"why\"".to_owned(), "\"w\".\"settles\"".to_owned()]);
        }
        let by = |column: &String| format!("\"v\".{} NULLS FIRST", identifier(column));
        let order: Vec<String> = self.order_by.iter().map(by).collect();
        let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
        format!("SELECT {} FROM {}{order}{}", columns.join(", "), self.from(), page.sql())
    }

    fn values(&self) -> Vec<Parameter> {
        let given = |filter: &Filter| vec![filter.value.clone(); filter.columns.len()];
        let is_parameter = |f: &&Filter| {
            f.value != Parameter::Null && (f.is_instant || !matches!(f.value, Parameter::Text(_)))
        };
        self.filters.iter().filter(is_parameter).flat_map(given).collect()
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
