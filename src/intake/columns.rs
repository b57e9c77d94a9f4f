//! The columns of the store being filled, one row a record.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Int64Array, RecordBatch, StringArray, StringBuilder,
    TimestampMicrosecondBuilder, new_null_array,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::base::instant::Interval;
use crate::base::{Error, Result};
use crate::engine::ParameterType;
use crate::engine::tables::{Column, ColumnKind};

/// One column of ours, as the store's columns that it is kept in.
pub(super) enum Cells {
    /// The file has no such column: all cells are NULL.
    Absent(Vec<DataType>),
    Text(StringBuilder),
    /// With the form in which it is compared, or the text of a word that is not ours.
    Pair(StringBuilder, StringBuilder),
    Instant(TimestampMicrosecondBuilder, TimestampMicrosecondBuilder),
    Boolean(BooleanBuilder),
}

impl Cells {
    pub fn new(column: &Column, is_there: bool) -> Self {
        if !is_there {
            let types = column.store_columns().into_iter().map(|(_, kind)| kind.data_type());
            return Self::Absent(types.collect());
        }
        match column.kind {
            ColumnKind::Instant => Self::Instant(Default::default(), Default::default()),
            ColumnKind::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnKind::Email | ColumnKind::Code => Self::Pair(StringBuilder::new(), StringBuilder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    pub fn null(&mut self) {
        match self {
            Self::Absent(_) => {}
            Self::Text(text) => text.append_null(),
            Self::Pair(first, second) => {
                first.append_null();
                second.append_null();
            }
            Self::Instant(lo, hi) => {
                lo.append_null();
                hi.append_null();
            }
            Self::Boolean(boolean) => boolean.append_null(),
        }
    }

    pub fn text(&mut self, text: &str) {
        if let Self::Text(cells) = self {
            cells.append_value(text);
        }
    }

    pub fn pair(&mut self, first: &str, second: Option<&str>) {
        if let Self::Pair(one, two) = self {
            one.append_value(first);
            two.append_option(second);
        }
    }

    pub fn instant(&mut self, interval: Interval) {
        if let Self::Instant(lo, hi) = self {
            lo.append_value(interval.lo);
            hi.append_option((!interval.is_exact()).then_some(interval.hi));
        }
    }

    pub fn boolean(&mut self, value: Option<bool>) {
        if let Self::Boolean(cells) = self {
            cells.append_option(value);
        }
    }

    fn finish(self, rows: usize) -> Vec<ArrayRef> {
        match self {
            Self::Absent(types) => types.iter().map(|kind| new_null_array(kind, rows)).collect(),
            Self::Text(mut text) => vec![Arc::new(text.finish())],
            Self::Pair(mut first, mut second) => vec![Arc::new(first.finish()), Arc::new(second.finish())],
            Self::Instant(mut lo, mut hi) => vec![Arc::new(lo.finish()), Arc::new(hi.finish())],
            Self::Boolean(mut boolean) => vec![Arc::new(boolean.finish())],
        }
    }
}

/// The rows of a stored table: the columns of ours, then `source` and `record`.
pub(super) fn rows(
    schema: &SchemaRef,
    cells: Vec<Cells>,
    source: &str,
    records: Vec<i64>,
) -> Result<RecordBatch> {
    let count = records.len();
    let mut columns: Vec<ArrayRef> = cells.into_iter().flat_map(|cells| cells.finish(count)).collect();
    columns.push(Arc::new(StringArray::from_iter_values(std::iter::repeat_n(source, count))));
    columns.push(Arc::new(Int64Array::from(records)));
    RecordBatch::try_new(schema.clone(), columns).map_err(|e| Error::failed("cannot build rows").because(e))
}

/// The schema of a stored table.
pub(super) fn schema(columns: &[(String, ParameterType)]) -> SchemaRef {
    let fields = columns.iter().map(|(name, kind)| Field::new(name, kind.data_type(), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
