//! Rows as people get them: control characters removed, the run named on each (2-tables, "Text").

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::definition::List;
use crate::base::text::{is_printable, printable};
use crate::base::{Error, Result};

/// The column that names the run.
pub(super) const RUN: &str = "_run";

/// The columns of a list as they are written, the run's included.
pub(super) fn schema(list: &List) -> SchemaRef {
    let fields = list.columns.iter().map(|c| Field::new(&c.name, c.kind.data_type(), true));
    let run = Field::new(RUN, DataType::Utf8, true);
    Arc::new(Schema::new(fields.chain(std::iter::once(run)).collect::<Vec<_>>()))
}

/// The rows of a batch with clean texts and the run's id.
///
/// # Errors
/// When the batch does not have the list's columns.
pub(super) fn cleaned(batch: &RecordBatch, schema: &SchemaRef, run: &str) -> Result<RecordBatch> {
    let mut columns: Vec<ArrayRef> = batch.columns().iter().map(clean).collect();
    columns.push(Arc::new(StringArray::from_iter_values(std::iter::repeat_n(run, batch.num_rows()))));
    RecordBatch::try_new(schema.clone(), columns)
        .map_err(|e| Error::failed("a list does not have the columns that its sidecar names").because(e))
}

fn clean(column: &ArrayRef) -> ArrayRef {
    match column.as_string_opt::<i32>() {
        None => column.clone(),
        Some(texts) if is_clean(texts) => column.clone(),
        Some(texts) => Arc::new(texts.iter().map(|text| text.map(printable)).collect::<StringArray>()),
    }
}

/// Whether no text has anything to remove; most columns hold nothing but visible ASCII.
fn is_clean(texts: &StringArray) -> bool {
    let offsets = texts.value_offsets();
    let ends = offsets.first().zip(offsets.last());
    let range =
        ends.and_then(|(first, last)| Some(usize::try_from(*first).ok()?..usize::try_from(*last).ok()?));
    let bytes = range.and_then(|range| texts.value_data().get(range)).unwrap_or_default();
    bytes.iter().all(|byte| matches!(byte, b' '..=b'~')) || texts.iter().flatten().all(is_printable)
}
