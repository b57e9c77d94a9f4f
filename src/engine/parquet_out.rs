//! The one way Parquet is written: ZSTD 1, fixed row groups, statistics, Bloom filters on keys, so that the same
//! rows give the same bytes whatever the threads (8-engineering, "Store").

use std::path::Path;

use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::base::files::Pending;
use crate::base::{Error, Result};

/// Rows of one row group.
pub const ROW_GROUP: usize = 122_880;
/// Rows of one batch as handed to the writer: incoming batches are cut anew, so that their sizes leave no trace.
const BATCH: usize = 8_192;

/// A Parquet file being written; nothing stands under its name before [`ParquetOut::finish`].
pub struct ParquetOut {
    writer: ArrowWriter<Pending>,
    schema: SchemaRef,
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
    rows: u64,
}

impl ParquetOut {
    /// Begins a file. Columns in `looked_up` get a Bloom filter: keys and references that people look up by.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn create(path: &Path, schema: SchemaRef, looked_up: &[&str]) -> Result<Self> {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(parquet_error)?))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by("highwater".to_owned());
        for column in looked_up {
            properties = properties
                .set_column_bloom_filter_enabled(ColumnPath::from(vec![(*column).to_owned()]), true);
        }
        let writer = ArrowWriter::try_new(Pending::create(path)?, schema.clone(), Some(properties.build()))
            .map_err(parquet_error)?;
        Ok(Self { writer, schema, waiting: Vec::new(), waiting_rows: 0, rows: 0 })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When they don't have the file's columns or can't be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut offset = 0;
        while offset < batch.num_rows() {
            let take = (BATCH - self.waiting_rows).min(batch.num_rows() - offset);
            self.waiting.push(batch.slice(offset, take));
            self.waiting_rows += take;
            offset += take;
            if self.waiting_rows == BATCH {
                self.pass_on()?;
            }
        }
        Ok(())
    }

    fn pass_on(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let batch = concat_batches(&self.schema, &self.waiting)
            .map_err(|e| Error::failed("cannot join rows for a Parquet file").because(e))?;
        self.rows += batch.num_rows() as u64;
        self.waiting.clear();
        self.waiting_rows = 0;
        self.writer.write(&batch).map_err(parquet_error)
    }

    /// Makes the file durable under its name and returns how many rows it has.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn finish(mut self) -> Result<u64> {
        self.pass_on()?;
        self.writer.into_inner().map_err(parquet_error)?.commit()?;
        Ok(self.rows)
    }
}

fn parquet_error(cause: ParquetError) -> Error {
    Error::failed("cannot write a Parquet file").because(cause)
}
