//! The one way Parquet is written: ZSTD 1, fixed row groups, statistics, Bloom filters on keys, so that the same
//! rows give the same bytes whatever the threads (8-engineering, "Store").

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::base::files::Pending;
use crate::base::{Error, Result};

/// Rows of one row group.
pub const ROW_GROUP: usize = 122_880;
/// Rows of one batch as handed to the writer: incoming batches are cut anew, so that their sizes leave no trace.
const BATCH: usize = 8_192;

/// Bytes of one batch; a longer row is a batch of its own.
const BATCH_BYTES: usize = 16 << 20;
/// Bytes that a row group may take in memory before it is written.
const GROUP_BYTES: usize = 64 << 20;

/// A Parquet file being written; nothing stands under its name before [`ParquetOut::finish`].
pub struct ParquetOut {
    path: PathBuf,
    writer: ArrowWriter<Pending>,
    schema: SchemaRef,
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
    waiting_bytes: usize,
    rows: u64,
}

impl ParquetOut {
    /// Begins a file. Columns in `looked_up` get a Bloom filter and statistics: keys and references that people look up by.
    /// Other texts have none.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn create(path: &Path, schema: SchemaRef, looked_up: &[&str]) -> Result<Self> {
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(|e| not_written(path, e))?))
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .set_created_by("highwater".to_owned());
        for field in schema.fields() {
            let column = ColumnPath::from(vec![field.name().clone()]);
            if looked_up.contains(&field.name().as_str()) {
                properties = properties.set_column_bloom_filter_enabled(column, true);
            } else if *field.data_type() == DataType::Utf8 {
                // Nobody asks for the least name; of a very long one each copy would be held twice more.
                properties = properties.set_column_statistics_enabled(column, EnabledStatistics::None);
            }
        }
        let writer = ArrowWriter::try_new(Pending::create(path)?, schema.clone(), Some(properties.build()))
            .map_err(|e| not_written(path, e))?;
        Ok(Self {
            path: path.to_path_buf(),
            writer,
            schema,
            waiting: Vec::new(),
            waiting_rows: 0,
            waiting_bytes: 0,
            rows: 0,
        })
    }

    /// How many rows a file has, by its own record of them.
    ///
    /// # Errors
    /// When it is not there or no Parquet file.
    pub fn rows_of(path: &Path) -> Result<u64> {
        let file = File::open(path).map_err(|e| Error::io("read", path, e))?;
        let metadata = ParquetMetaDataReader::new()
            .parse_and_finish(&file)
            .map_err(|e| Error::failed(format!("{} is no Parquet file", path.display())).because(e))?;
        Ok(u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default())
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When they don't have the file's columns or can't be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut rest = batch.clone();
        while rest.num_rows() > 0 {
            let take = self.fitting(&rest);
            let part = rest.slice(0, take);
            self.waiting_rows += take;
            self.waiting_bytes += size(&part);
            self.waiting.push(part);
            rest = rest.slice(take, rest.num_rows() - take);
            if rest.num_rows() > 0 || self.waiting_rows == BATCH {
                self.pass_on()?;
            }
        }
        Ok(())
    }

    /// How many of the rows go into the batch that waits: as many as it has room for, and one at least into an empty
    /// one. Rows are measured one by one, so that the cut is the same however they come.
    fn fitting(&self, rows: &RecordBatch) -> usize {
        let room = BATCH_BYTES.saturating_sub(self.waiting_bytes);
        let (mut fits, mut beyond) = (0, (BATCH - self.waiting_rows).min(rows.num_rows()) + 1);
        while fits + 1 < beyond {
            let middle = fits.midpoint(beyond);
            if size(&rows.slice(0, middle)) <= room { fits = middle } else { beyond = middle }
        }
        if self.waiting_rows == 0 { fits.max(1) } else { fits }
    }

    fn pass_on(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let batch = match self.waiting.as_slice() {
            // A long record is a batch of its own, and not copied once more.
            [one] => RecordBatch::try_new(self.schema.clone(), one.columns().to_vec()),
            several => concat_batches(&self.schema, several),
        };
        let batch = batch.map_err(|e| Error::failed("cannot join rows for a Parquet file").because(e))?;
        self.rows += batch.num_rows() as u64;
        self.waiting.clear();
        (self.waiting_rows, self.waiting_bytes) = (0, 0);
        self.writer.write(&batch).map_err(|e| not_written(&self.path, e))?;
        if self.writer.in_progress_size() > GROUP_BYTES {
            self.writer.flush().map_err(|e| not_written(&self.path, e))?;
        }
        Ok(())
    }

    /// Makes the file durable under its name and returns how many rows it has.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn finish(mut self) -> Result<u64> {
        self.pass_on()?;
        self.writer.into_inner().map_err(|e| not_written(&self.path, e))?.commit()?;
        Ok(self.rows)
    }
}

/// The bytes of rows, additive over them: the texts, and eight for any other cell.
fn size(rows: &RecordBatch) -> usize {
    let texts = |column: &ArrayRef| {
        let offsets = column.as_string_opt::<i32>().map(StringArray::value_offsets);
        let ends = offsets.and_then(|offsets| offsets.first().zip(offsets.last()));
        ends.map_or(0, |(first, last)| usize::try_from(last - first).unwrap_or(0))
    };
    rows.columns().iter().map(texts).sum::<usize>() + rows.num_rows() * rows.num_columns() * 8
}

fn not_written(path: &Path, cause: ParquetError) -> Error {
    Error::failed(format!("cannot write {}", path.display())).because(cause)
}
