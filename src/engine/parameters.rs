//! Parameter tables: how a profile, a case's facts and its register reach the queries. No text is pasted into SQL.

use arrow::datatypes::{DataType, TimeUnit};
use serde::{Deserialize, Serialize};

/// The type of a parameter column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// VARCHAR.
    Text,
    /// BIGINT.
    Integer,
    /// BOOLEAN.
    Boolean,
    /// TIMESTAMP, UTC, from microseconds since 1970.
    Instant,
}

impl ParameterType {
    /// The type of such a column outside the engine.
    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Integer => DataType::Int64,
            Self::Boolean => DataType::Boolean,
            Self::Instant => DataType::Timestamp(TimeUnit::Microsecond, None),
        }
    }
}

/// One cell. An instant is an integer of microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Parameter {
    /// NULL.
    Null,
    /// A boolean.
    Boolean(bool),
    /// An integer, or an instant in microseconds since 1970.
    Integer(i64),
    /// A text.
    Text(String),
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<bool> for Parameter {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Parameter {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<String> for Parameter {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl<T: Into<Parameter>> From<Option<T>> for Parameter {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A small table that the queries join. It is written into the run's record as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterTable {
    /// Its name, `param_…`.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<(String, ParameterType)>,
    /// Its rows, each as long as `columns`.
    pub rows: Vec<Vec<Parameter>>,
}

impl ParameterTable {
    /// An empty table.
    #[must_use]
    pub fn new(name: &str, columns: &[(&str, ParameterType)]) -> Self {
        Self {
            name: name.to_owned(),
            columns: columns.iter().map(|(n, t)| ((*n).to_owned(), *t)).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Parameter>) {
        self.rows.push(cells.into_iter().collect());
    }
}
