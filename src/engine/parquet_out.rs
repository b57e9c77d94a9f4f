//! The one way Parquet is written: ZSTD 1, fixed row groups, statistics, Bloom filters on keys, so that the same
//! rows give the same bytes whatever the threads (8-engineering, "Store").
//!
//! Row groups are encoded beside each other, each on a thread of its own, and written in their order.

use std::collections::{HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Int64Type, SchemaRef, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use super::parquet_rows::guarded;
use crate::base::files::{self, Pending, Synced};
use crate::base::{Error, Kind, Place, Result, panics, threads};

/// Rows of one row group.
pub const ROW_GROUP: usize = 122_880;
/// Rows of one batch as handed to the encoder: incoming batches are cut anew, so that their sizes leave no trace.
const BATCH: usize = 8_192;

/// Bytes of one batch; a longer row is a batch of its own.
const BATCH_BYTES: usize = 16 << 20;
/// Bytes of rows after which a row group ends before it is full.
const GROUP_BYTES: usize = 40 << 20;
/// Bytes of rows that may be encoded beside each other; one row group may be longer.
const BESIDE_BYTES: usize = 80 << 20;

type Encoded = std::result::Result<Vec<ArrowColumnChunk>, ParquetError>;

/// A Parquet file being written; nothing stands under its name before [`ParquetOut::finish`].
pub struct ParquetOut {
    path: PathBuf,
    /// The file, until its form is known.
    pending: Option<Pending>,
    /// The file in its form, which follows from its first rows.
    open: Option<Open>,
    schema: SchemaRef,
    looked_up: Vec<String>,
    threads: usize,
    /// The batch that is not full yet.
    batch: Gathering<RecordBatch>,
    /// The row group that is not full yet, of batches in the parts that they came in.
    group: Gathering<Vec<RecordBatch>>,
    /// Row groups that are being encoded, with their bytes.
    encoding: VecDeque<(JoinHandle<Encoded>, usize)>,
    begun_groups: usize,
    rows: u64,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParquetFile {
    /// Its rows.
    pub rows: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

struct Open {
    writer: SerializedFileWriter<Pending>,
    factory: ArrowRowGroupWriterFactory,
}

/// What is gathered until it is full.
struct Gathering<T> {
    parts: Vec<T>,
    rows: usize,
    bytes: usize,
}

impl<T> Default for Gathering<T> {
    fn default() -> Self {
        Self { parts: Vec::new(), rows: 0, bytes: 0 }
    }
}

impl<T> Gathering<T> {
    fn add(&mut self, part: T, rows: usize, bytes: usize) {
        self.parts.push(part);
        self.rows += rows;
        self.bytes += bytes;
    }
}

impl ParquetOut {
    /// Begins a file. Columns in `looked_up` get a Bloom filter and statistics: keys and references that people look up by.
    /// Other texts have none.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn create(path: &Path, schema: SchemaRef, looked_up: &[&str]) -> Result<Self> {
        Ok(Self {
            path: path.to_path_buf(),
            pending: Some(Pending::create(path)?),
            open: None,
            schema,
            looked_up: looked_up.iter().map(|name| (*name).to_owned()).collect(),
            threads: 1,
            batch: Gathering::default(),
            group: Gathering::default(),
            encoding: VecDeque::new(),
            begun_groups: 0,
            rows: 0,
        })
    }

    /// Has so many row groups encoded beside each other; how many leaves no trace.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads: threads.max(1), ..self }
    }

    /// How many rows a file has, by its own record of them.
    ///
    /// # Errors
    /// When it is not there or no Parquet file.
    pub fn rows_of(path: &Path) -> Result<u64> {
        let file = files::open_own(path)?;
        let read = || ParquetMetaDataReader::new().parse_and_finish(&file);
        let metadata = guarded(path, || read().map_err(|e| damaged(path).because(e)))?;
        u64::try_from(metadata.file_metadata().num_rows()).map_err(|e| damaged(path).because(e))
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
            let bytes = size(&part);
            self.batch.add(part, take, bytes);
            rest = rest.slice(take, rest.num_rows() - take);
            // One without room for another row does not wait for it.
            if rest.num_rows() > 0 || self.batch.rows == BATCH || self.batch.bytes >= BATCH_BYTES {
                self.batch_ends()?;
            }
        }
        Ok(())
    }

    /// How many of the rows go into the batch that waits: as many as it has room for, and one at least into an empty
    /// one. Rows are measured one by one, so that the cut is the same however they come.
    fn fitting(&self, rows: &RecordBatch) -> usize {
        let room = BATCH_BYTES.saturating_sub(self.batch.bytes);
        let most = (BATCH - self.batch.rows).min(rows.num_rows());
        if size(&rows.slice(0, most)) <= room {
            return most;
        }
        let (mut fits, mut beyond) = (0, most);
        while fits + 1 < beyond {
            let middle = fits.midpoint(beyond);
            if size(&rows.slice(0, middle)) <= room { fits = middle } else { beyond = middle }
        }
        if self.batch.rows == 0 { fits.max(1) } else { fits }
    }

    fn batch_ends(&mut self) -> Result<()> {
        let Gathering { parts, rows, bytes } = std::mem::take(&mut self.batch);
        if rows > 0 {
            self.group.add(parts, rows, bytes);
            self.rows += rows as u64;
        }
        if self.group.rows >= ROW_GROUP || self.group.bytes >= GROUP_BYTES {
            self.group_ends()
        } else {
            Ok(())
        }
    }

    /// Has the row group encoded, as soon as there is a thread and room for it.
    fn group_ends(&mut self) -> Result<()> {
        let Gathering { parts, rows, bytes } = std::mem::take(&mut self.group);
        if rows == 0 {
            return Ok(());
        }
        let index = self.begun_groups;
        self.begun_groups += 1;
        let columns = self.opened(parts.first())?.factory.create_column_writers(index);
        let columns = columns.map_err(|e| not_written(&self.path, e))?;
        while self.encoding.len() >= self.threads || self.bytes_beside() + bytes > BESIDE_BYTES {
            if !self.write_group()? {
                break;
            }
        }
        let schema = self.schema.clone();
        // Behind a row group that long nothing may be gathered before it is written.
        if self.threads == 1 || bytes > BESIDE_BYTES {
            return self.append(encode(&schema, parts, columns));
        }
        self.encoding.push_back((threads::start(move || encode(&schema, parts, columns))?, bytes));
        Ok(())
    }

    /// The file in the form that its first rows give it.
    fn opened(&mut self, first: Option<&Vec<RecordBatch>>) -> Result<&mut Open> {
        if let Some(pending) = self.pending.take() {
            let open = || {
                let properties = properties(&self.schema, &self.looked_up, first)?;
                let writer = ArrowWriter::try_new(pending, self.schema.clone(), Some(properties))?;
                writer.into_serialized_writer()
            };
            let (writer, factory) = open().map_err(|e| not_written(&self.path, e))?;
            self.open = Some(Open { writer, factory });
        }
        self.open.as_mut().ok_or_else(|| not_begun(&self.path))
    }

    fn bytes_beside(&self) -> usize {
        self.encoding.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Writes the oldest row group that is being encoded, once it is; false when there is none.
    fn write_group(&mut self) -> Result<bool> {
        let Some((encoding, _)) = self.encoding.pop_front() else { return Ok(false) };
        let encoded = panics::joined(encoding.join())?;
        self.append(encoded)?;
        Ok(true)
    }

    fn append(&mut self, encoded: Encoded) -> Result<()> {
        let writer = &mut self.opened(None)?.writer;
        let append = || {
            let mut group = writer.next_row_group()?;
            for column in encoded? {
                column.append_to_row_group(&mut group)?;
            }
            group.close()
        };
        append().map(drop).map_err(|e| not_written(&self.path, e))
    }

    /// Makes the file durable under its name.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn finish(self) -> Result<ParquetFile> {
        let (rows, file) = self.sync()?;
        let sha256 = file.sha256().to_owned();
        file.commit()?;
        Ok(ParquetFile { rows, sha256 })
    }

    /// Makes the content durable; returns how many rows there are, and the file, which has its temporary name still.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn sync(mut self) -> Result<(u64, Synced)> {
        self.batch_ends()?;
        self.group_ends()?;
        while self.write_group()? {}
        self.opened(None)?;
        let open = self.open.take().ok_or_else(|| not_begun(&self.path))?;
        let pending = open.writer.into_inner().map_err(|e| not_written(&self.path, e))?;
        Ok((self.rows, pending.sync()?))
    }
}

/// How each column is written: what people look up by has a Bloom filter; what hardly repeats in the first rows has no
/// dictionary, which would cost time and be longer than the values.
fn properties(
    schema: &SchemaRef,
    looked_up: &[String],
    first: Option<&Vec<RecordBatch>>,
) -> std::result::Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_created_by("highwater".to_owned());
    for (index, field) in schema.fields().iter().enumerate() {
        let column = || ColumnPath::from(vec![field.name().clone()]);
        if looked_up.contains(field.name()) {
            properties = properties
                .set_column_bloom_filter_ndv(column(), ROW_GROUP as u64)
                .set_column_bloom_filter_enabled(column(), true);
        } else if *field.data_type() == DataType::Utf8 {
            // Nobody asks for the least name; of a very long one each copy would be held twice more.
            properties = properties.set_column_statistics_enabled(column(), EnabledStatistics::None);
        }
        let parts = first.into_iter().flatten().filter_map(|part| part.columns().get(index));
        if hardly_repeats(parts) {
            properties = properties.set_column_dictionary_enabled(column(), false);
            if matches!(field.data_type(), DataType::Timestamp(..) | DataType::Int64) {
                properties = properties.set_column_encoding(column(), Encoding::DELTA_BINARY_PACKED);
            }
        }
    }
    Ok(properties.build())
}

/// Whether more than half of the values are met for the first time.
fn hardly_repeats<'a>(parts: impl Iterator<Item = &'a ArrayRef>) -> bool {
    let (mut texts, mut numbers, mut count) = (HashSet::new(), HashSet::new(), 0);
    for part in parts {
        count += part.len() - part.null_count();
        if let Some(part) = part.as_string_opt::<i32>() {
            texts.extend(part.iter().flatten());
        } else if let Some(part) = part.as_primitive_opt::<TimestampMicrosecondType>() {
            numbers.extend(part.iter().flatten());
        } else if let Some(part) = part.as_primitive_opt::<Int64Type>() {
            numbers.extend(part.iter().flatten());
        }
    }
    (texts.len() + numbers.len()) * 2 > count
}

/// Encodes the batches of a row group, column by column.
fn encode(
    schema: &SchemaRef,
    batches: Vec<Vec<RecordBatch>>,
    mut columns: Vec<ArrowColumnWriter>,
) -> Encoded {
    for parts in batches {
        let batch = match parts.as_slice() {
            // A long record is a batch of its own, and not copied once more.
            [one] => RecordBatch::try_new(schema.clone(), one.columns().to_vec())?,
            several => concat_batches(schema, several)?,
        };
        drop(parts);
        let mut writers = columns.iter_mut();
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            for leaf in compute_leaves(field, array)? {
                writers.next().map_or(Ok(()), |writer| writer.write(&leaf))?;
            }
        }
    }
    columns.into_iter().map(ArrowColumnWriter::close).collect()
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

/// A file of ours that is no longer what was written.
#[must_use]
pub fn damaged(file: &Path) -> Error {
    Error::new(Kind::CaseUnusable, "the file is not the one that was written here")
        .at(Place::file(file))
        .next("put it back from a copy of the case, or make a new case from the same exports")
}

fn not_begun(path: &Path) -> Error {
    Error::failed(format!("internal: {} was not begun; please report this", path.display()))
}

fn not_written(path: &Path, cause: ParquetError) -> Error {
    Error::failed(format!("cannot write {}", path.display())).because(cause)
}
