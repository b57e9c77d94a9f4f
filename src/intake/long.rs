//! The long tables of a chunk: one row for each item of a list, so that *has* is a join (2-tables, "Lists").

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;

use super::cell;
use super::records::Records;
use super::typing::Layout;
use crate::base::{Error, Result};

/// The rows of a long table being filled. A key stands once, however many items its list has: it is repeated only in
/// the batches that are handed out.
#[derive(Default)]
pub(super) struct Long {
    /// The column of ours that holds the lists.
    column: usize,
    keys: Vec<String>,
    /// The key's place, the item, the record.
    rows: Vec<(usize, String, i64)>,
}

/// Rows of one batch, and bytes of its texts.
const BATCH_ROWS: usize = 8_192;
const BATCH_BYTES: usize = 4 << 20;

impl Long {
    /// The long table of a column of ours.
    pub fn new(column: usize) -> Self {
        Self { column, ..Self::default() }
    }

    /// Stores the items of a record's list.
    pub fn store(&mut self, layout: &Layout, records: &Records, text: &str, number: i64) {
        let place = layout.places.get(self.column).copied().flatten();
        let list = place.and_then(|place| text.get(records.range(place)));
        let Some(items) = list.and_then(|list| cell::items(list, true)).filter(|items| !items.is_empty())
        else {
            return;
        };
        let key = self.keys.len();
        self.keys.push(layout.key(records, text).to_owned());
        self.rows.extend(items.into_iter().map(|item| (key, item.into_owned(), number)));
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Hands out its rows, in batches that are bounded by rows and by bytes.
    ///
    /// # Errors
    /// What `take` says.
    pub fn batches(
        &self,
        schema: &SchemaRef,
        source: &str,
        mut take: impl FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let mut rest = self.rows.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let fits = |row: &&(usize, String, i64)| {
                bytes += self.key(row.0).len() + row.1.len() + source.len();
                bytes <= BATCH_BYTES
            };
            let count = rest.iter().take(BATCH_ROWS).take_while(fits).count().max(1);
            let (now, later) = rest.split_at(count);
            take(&self.batch(now, schema, source)?)?;
            rest = later;
        }
        Ok(())
    }

    fn key(&self, index: usize) -> &str {
        self.keys.get(index).map_or("", String::as_str)
    }

    fn batch(&self, rows: &[(usize, String, i64)], schema: &SchemaRef, source: &str) -> Result<RecordBatch> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| self.key(row.0)))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.1))),
            Arc::new(StringArray::from_iter_values(std::iter::repeat_n(source, rows.len()))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.2))),
        ];
        RecordBatch::try_new(schema.clone(), columns)
            .map_err(|e| Error::failed("cannot build rows of a list").because(e))
    }
}
