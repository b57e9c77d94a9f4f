//! The long tables of a chunk: one row for each item of a list, so that *has* is a join (2-tables, "Lists").

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;

use super::cell;
use super::records::Records;
use super::typing::Layout;
use crate::base::{Error, Result};

/// The rows of a long table being filled: key, item, record.
#[derive(Default)]
pub(super) struct Long {
    /// The column of ours that holds the lists.
    column: usize,
    keys: Vec<String>,
    items: Vec<String>,
    numbers: Vec<i64>,
}

impl Long {
    /// The long table of a column of ours.
    pub fn new(column: usize) -> Self {
        Self { column, ..Self::default() }
    }

    /// Stores the items of a record's list.
    pub fn store(&mut self, layout: &Layout, records: &Records, text: &str, number: i64) {
        let place = layout.places.get(self.column).copied().flatten();
        let Some(list) = place.and_then(|place| text.get(records.range(place))) else { return };
        let key = layout.key(records, text);
        for item in cell::items(list, true) {
            self.keys.push(key.to_owned());
            self.items.push(item);
            self.numbers.push(number);
        }
    }

    /// Its rows.
    pub fn finish(self, schema: &SchemaRef, source: &str) -> Result<RecordBatch> {
        let sources = std::iter::repeat_n(source, self.numbers.len());
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(self.keys)),
            Arc::new(StringArray::from(self.items)),
            Arc::new(StringArray::from_iter_values(sources)),
            Arc::new(Int64Array::from(self.numbers)),
        ];
        RecordBatch::try_new(schema.clone(), columns)
            .map_err(|e| Error::failed("cannot build rows of a list").because(e))
    }
}
