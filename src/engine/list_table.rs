//! Lists out of rows. Engines have no common text aggregation, so a canned query yields one row an item, and the
//! items of a key are joined here (8-engineering, "Queries").

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::record_batch::RecordBatch;

use super::parquet_out::ParquetOut;
use super::session::Session;
use crate::base::{Error, Result};

const BATCH: usize = 8_192;
/// Bytes of lists that wait to be written.
const BATCH_BYTES: usize = 8 << 20;
/// Bytes of the longest list: nobody has so many, and it is one value in memory.
const LONGEST: usize = 64 << 20;

impl Session {
    /// Makes the table `name` with two columns, `key` and `items`, from a query of two text columns, key and item,
    /// ordered by key and item without duplicates. The items are joined with `;` in that order.
    /// The rows lie in a Parquet file in `folder`, one of those that the session may read.
    ///
    /// # Errors
    /// When the query fails, is not of two text columns, or the file can't be written.
    pub fn list_table(&self, name: &str, sql: &str, folder: &Path) -> Result<()> {
        let file = folder.join(format!("{name}.parquet"));
        let mut lists = Lists::create(&file)?;
        self.stream(sql, &[], |batch| lists.take(&batch))?;
        lists.finish()?;
        self.parquet_view(name, &[file])
    }
}

struct Lists {
    out: ParquetOut,
    schema: Arc<Schema>,
    keys: Vec<String>,
    items: Vec<String>,
    bytes: usize,
}

impl Lists {
    fn create(file: &Path) -> Result<Self> {
        let schema = Arc::new(Schema::new(vec![
            Field::new("key", DataType::Utf8, true),
            Field::new("items", DataType::Utf8, true),
        ]));
        Ok(Self {
            out: ParquetOut::create(file, schema.clone(), &[])?,
            schema,
            keys: Vec::new(),
            items: Vec::new(),
            bytes: 0,
        })
    }

    fn take(&mut self, batch: &RecordBatch) -> Result<()> {
        let [keys, items] = batch.columns() else {
            return Err(not_key_and_item());
        };
        let keys = keys.as_string_opt::<i32>().ok_or_else(not_key_and_item)?;
        let items = items.as_string_opt::<i32>().ok_or_else(not_key_and_item)?;
        for (key, item) in keys.iter().zip(items) {
            if let (Some(key), Some(item)) = (key, item) {
                self.add(key, item)?;
            }
        }
        Ok(())
    }

    fn add(&mut self, key: &str, item: &str) -> Result<()> {
        self.bytes += item.len() + 1;
        match (self.keys.last(), self.items.last_mut()) {
            (Some(last), Some(items)) if last == key => {
                if items.len() > LONGEST {
                    return Err(too_long(key));
                }
                items.push(';');
                items.push_str(item);
            }
            _ => {
                if self.keys.len() == BATCH || self.bytes > BATCH_BYTES {
                    self.pass_on()?;
                }
                self.bytes += key.len();
                self.keys.push(key.to_owned());
                self.items.push(item.to_owned());
            }
        }
        Ok(())
    }

    fn pass_on(&mut self) -> Result<()> {
        self.bytes = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(std::mem::take(&mut self.keys))),
            Arc::new(StringArray::from(std::mem::take(&mut self.items))),
        ];
        let batch = RecordBatch::try_new(self.schema.clone(), columns)
            .map_err(|e| Error::failed("cannot build a list table").because(e))?;
        self.out.write(&batch)
    }

    fn finish(mut self) -> Result<()> {
        self.pass_on()?;
        self.out.finish().map(drop)
    }
}

fn too_long(key: &str) -> Error {
    Error::failed(format!("the list of {key} is longer than {LONGEST} bytes"))
        .next("leave its records out, in a copy of the exports, and look at them by themselves")
}

fn not_key_and_item() -> Error {
    Error::failed("a list query does not yield two text columns, key and item")
}
