//! Columns of an answer as we write them: text, booleans, whole numbers, instants.

use std::borrow::Cow;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, LargeStringArray, PrimitiveArray, StringArray};
use arrow::datatypes::{DataType, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;

use crate::base::{Error, Result, instant};

/// One value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    /// NULL.
    Null,
    /// A text.
    Text(&'a str),
    /// A boolean.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Microseconds since 1970, UTC.
    Instant(i64),
}

impl<'a> Cell<'a> {
    /// As machines read it: RFC 3339, `true` and `false`, NULL empty (3-rules, "Order and form of all verdicts").
    pub fn text(self) -> Cow<'a, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Boolean(true) => Cow::Borrowed("true"),
            Self::Boolean(false) => Cow::Borrowed("false"),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Instant(micros) => Cow::Owned(instant::write_rfc3339(micros)),
        }
    }
}

/// One column of a batch, its type resolved once.
pub(super) enum Cells<'a> {
    Text(&'a StringArray),
    LargeText(&'a LargeStringArray),
    Boolean(&'a BooleanArray),
    Small(&'a PrimitiveArray<Int32Type>),
    Integer(&'a PrimitiveArray<Int64Type>),
    Instant(&'a PrimitiveArray<TimestampMicrosecondType>),
}

impl<'a> Cells<'a> {
    /// All columns of a batch.
    ///
    /// # Errors
    /// When a column has a type that no answer of ours has.
    pub fn of(batch: &'a RecordBatch) -> Result<Vec<Self>> {
        let schema = batch.schema_ref();
        batch
            .columns()
            .iter()
            .zip(schema.fields())
            .map(|(column, field)| {
                Self::column(column).ok_or_else(|| strange(field.name(), column.data_type()))
            })
            .collect()
    }

    fn column(column: &'a ArrayRef) -> Option<Self> {
        match column.data_type() {
            DataType::Utf8 => column.as_string_opt().map(Self::Text),
            DataType::LargeUtf8 => column.as_string_opt().map(Self::LargeText),
            DataType::Boolean => column.as_boolean_opt().map(Self::Boolean),
            DataType::Int32 => column.as_primitive_opt().map(Self::Small),
            DataType::Int64 => column.as_primitive_opt().map(Self::Integer),
            DataType::Timestamp(TimeUnit::Microsecond, None) => column.as_primitive_opt().map(Self::Instant),
            _ => None,
        }
    }

    /// The value in a row of the batch.
    pub fn cell(&self, row: usize) -> Cell<'a> {
        let null = match self {
            Self::Text(a) => a.is_null(row),
            Self::LargeText(a) => a.is_null(row),
            Self::Boolean(a) => a.is_null(row),
            Self::Small(a) => a.is_null(row),
            Self::Integer(a) => a.is_null(row),
            Self::Instant(a) => a.is_null(row),
        };
        match self {
            _ if null => Cell::Null,
            Self::Text(a) => Cell::Text(a.value(row)),
            Self::LargeText(a) => Cell::Text(a.value(row)),
            Self::Boolean(a) => Cell::Boolean(a.value(row)),
            Self::Small(a) => Cell::Integer(i64::from(a.value(row))),
            Self::Integer(a) => Cell::Integer(a.value(row)),
            Self::Instant(a) => Cell::Instant(a.value(row)),
        }
    }
}

fn strange(column: &str, kind: &DataType) -> Error {
    Error::failed(format!("the column {column} has the type {kind}, which no answer of ours has"))
        .expected("text, boolean, BIGINT or TIMESTAMP")
}
