//! Rows of our own Parquet files, picked without the engine (decision 0013): what statistics and Bloom filters rule out is
//! not read, and of the rest only the rows that hold what is wanted.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Datum, Int32Array, Int64Array, RecordBatch, Scalar, StringArray,
    TimestampMicrosecondArray,
};
use arrow::compute::kernels::cmp;
use arrow::compute::{is_null, or_kleene};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ArrowReaderMetadata, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::bloom_filter::Sbbf;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;

use super::ask::Page;
use super::parameters::{Parameter, ParameterType};
use super::parquet_out::damaged;
use super::selection::{Filter, Selection};
use crate::base::{Error, Result, files, interrupt, panics};

/// Files with the same columns, opened.
pub struct ParquetRows {
    schema: SchemaRef,
    files: Vec<Opened>,
}

/// A file of which the columns and row groups are known. It is opened when it is read: there may be more of them than a
/// process may hold open.
struct Opened {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

impl ParquetRows {
    /// Opens files; where there is none, there are no rows of these columns.
    ///
    /// # Errors
    /// When one is not there or no Parquet file.
    pub fn open(paths: &[PathBuf], columns: &[(String, ParameterType)]) -> Result<Self> {
        let files: Vec<Opened> = paths.iter().map(|path| Opened::new(path)).collect::<Result<_>>()?;
        let field = |(name, kind): &(String, ParameterType)| Field::new(name, kind.data_type(), true);
        let empty = || Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let schema = files.first().map_or_else(empty, |opened| opened.metadata.schema().clone());
        Ok(Self { schema, files })
    }

    /// Their columns, in order: names and types.
    #[must_use]
    pub fn columns(&self) -> Vec<(String, DataType)> {
        let columns = self.schema.fields().iter();
        columns.map(|field| (field.name().clone(), field.data_type().clone())).collect()
    }

    /// Hands over the rows of a page of a selection in the order in which they stand in the files, as long as `take` wants
    /// more. The first batch has no rows: it tells the columns.
    ///
    /// # Errors
    /// When a file lacks a column or can't be read, or `take` fails.
    pub fn select(
        &self,
        selection: &Selection,
        page: Page,
        mut take: impl FnMut(RecordBatch) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let told = RecordBatch::new_empty(self.schema.clone());
        if take(in_order(&told, selection)?)?.is_break() {
            return Ok(());
        }
        let mut left_out = page.offset;
        let mut wanted = page.limit.unwrap_or(u64::MAX);
        self.each(selection, |batch| {
            let skip = left_out.min(batch.num_rows() as u64);
            let rows = wanted.min(batch.num_rows() as u64 - skip);
            (left_out, wanted) = (left_out - skip, wanted - rows);
            let of_page = batch.slice(index(skip), index(rows));
            let more =
                if rows > 0 { take(in_order(&of_page, selection)?)? } else { ControlFlow::Continue(()) };
            Ok(if wanted == 0 { ControlFlow::Break(()) } else { more })
        })
    }

    /// How many rows a selection has in all.
    ///
    /// # Errors
    /// As [`ParquetRows::select`].
    pub fn count(&self, selection: &Selection) -> Result<u64> {
        if selection.filters.is_empty() {
            let rows = |opened: &Opened| opened.metadata.metadata().file_metadata().num_rows();
            return Ok(self.files.iter().map(rows).filter_map(|rows| u64::try_from(rows).ok()).sum());
        }
        let looked_at =
            selection.filters.iter().flat_map(|filter| &filter.columns).take(1).cloned().collect();
        let narrow = Selection { columns: looked_at, ..selection.clone() };
        let mut rows = 0;
        self.each(&narrow, |batch| {
            rows += batch.num_rows() as u64;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    fn each(
        &self,
        selection: &Selection,
        mut take: impl FnMut(RecordBatch) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        for opened in &self.files {
            let file = files::open_own(&opened.path)?;
            let mut rows =
                guarded(&opened.path, || opened.rows(file, selection).map_err(|e| opened.unreadable(e)))?;
            while let Some(batch) = opened.next(&mut rows)? {
                interrupt::check()?;
                if take(batch)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Reads something of a Parquet file of ours. The reader takes a file to be sound, and a damaged one can make it panic: files
/// are compared with their hashes first, but those that an earlier version of the program stored have none.
///
/// # Errors
/// What `read` says; that the file is damaged where it panics.
pub fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T>) -> Result<T> {
    let mut done = None;
    panics::attempted(|| done = Some(read()));
    done.unwrap_or_else(|| Err(damaged(path)))
}

impl Opened {
    fn new(path: &Path) -> Result<Self> {
        let file = files::open_own(path)?;
        let metadata = guarded(path, || {
            ArrowReaderMetadata::load(&file, Default::default()).map_err(|e| damaged(path).because(e))
        })?;
        Ok(Self { path: path.to_path_buf(), metadata })
    }

    fn next(&self, rows: &mut ParquetRecordBatchReader) -> Result<Option<RecordBatch>> {
        guarded(&self.path, || rows.next().transpose().map_err(|e| self.unreadable(e.into())))
    }

    fn unreadable(&self, cause: ParquetError) -> Error {
        damaged(&self.path).because(cause)
    }

    /// The rows of this file that fulfil each filter.
    fn rows(
        &self,
        file: File,
        selection: &Selection,
    ) -> std::result::Result<ParquetRecordBatchReader, ParquetError> {
        let groups = self.groups(&file, &selection.filters)?;
        let mut predicates: Vec<Box<dyn ArrowPredicate>> = Vec::new();
        for filter in &selection.filters {
            predicates.push(self.predicate(filter)?);
        }
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(groups)
            .with_projection(self.mask(&selection.columns)?)
            .with_row_filter(RowFilter::new(predicates))
            .build()
    }

    fn predicate(&self, filter: &Filter) -> std::result::Result<Box<dyn ArrowPredicate>, ParquetError> {
        let value = filter.value.clone();
        let fulfils = move |batch: RecordBatch| {
            let columns = batch.columns().iter().map(|column| has(column, &value));
            columns
                .reduce(|a, b| or_kleene(&a?, &b?))
                .unwrap_or_else(|| Ok(BooleanArray::from(vec![false; batch.num_rows()])))
        };
        Ok(Box::new(ArrowPredicateFn::new(self.mask(&filter.columns)?, fulfils)))
    }

    /// The columns of those names; all where none is named.
    fn mask(&self, names: &[String]) -> std::result::Result<ProjectionMask, ParquetError> {
        if names.is_empty() {
            return Ok(ProjectionMask::all());
        }
        let places = names.iter().map(|name| self.place(name)).collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(ProjectionMask::roots(self.metadata.parquet_schema(), places))
    }

    fn place(&self, name: &str) -> std::result::Result<usize, ParquetError> {
        self.metadata.schema().index_of(name).map_err(ParquetError::from)
    }

    /// The row groups that may have rows that fulfil each filter.
    fn groups(&self, file: &File, filters: &[Filter]) -> std::result::Result<Vec<usize>, ParquetError> {
        let mut groups = Vec::new();
        for group in 0..self.metadata.metadata().num_row_groups() {
            let mut may = true;
            for filter in filters {
                may = may && self.may_have(file, group, filter)?;
            }
            if may {
                groups.push(group);
            }
        }
        Ok(groups)
    }

    fn may_have(
        &self,
        file: &File,
        group: usize,
        filter: &Filter,
    ) -> std::result::Result<bool, ParquetError> {
        for name in &filter.columns {
            let column = self.metadata.metadata().row_group(group).column(self.place(name)?);
            let may = match &filter.value {
                Parameter::Text(text) => {
                    let bloom = || Sbbf::read_from_column_chunk(column, file);
                    may_hold_text(column, text) && bloom()?.is_none_or(|bloom| bloom.check(text.as_str()))
                }
                Parameter::Integer(number) => may_hold_integer(column, *number),
                Parameter::Null | Parameter::Boolean(_) => true,
            };
            if may {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether a text lies between the least and the greatest.
fn may_hold_text(column: &ColumnChunkMetaData, text: &str) -> bool {
    let Some(Statistics::ByteArray(bounds)) = column.statistics() else { return true };
    bounds.min_opt().is_none_or(|least| least.data() <= text.as_bytes())
        && bounds.max_opt().is_none_or(|greatest| text.as_bytes() <= greatest.data())
}

/// Whether a number lies between the least and the greatest.
fn may_hold_integer(column: &ColumnChunkMetaData, number: i64) -> bool {
    let Some(Statistics::Int64(bounds)) = column.statistics() else { return true };
    bounds.min_opt().is_none_or(|least| *least <= number)
        && bounds.max_opt().is_none_or(|greatest| number <= *greatest)
}

/// Which rows of a column have the value; none where it is of another type.
fn has(column: &ArrayRef, value: &Parameter) -> std::result::Result<BooleanArray, ArrowError> {
    let one: Box<dyn Datum> = match (value, column.data_type()) {
        (Parameter::Null, _) => return is_null(column),
        (Parameter::Text(text), DataType::Utf8) => Box::new(StringArray::new_scalar(text)),
        (Parameter::Boolean(truth), DataType::Boolean) => Box::new(BooleanArray::new_scalar(*truth)),
        (Parameter::Integer(number), DataType::Int64) => Box::new(Int64Array::new_scalar(*number)),
        (Parameter::Integer(number), DataType::Int32) => match i32::try_from(*number) {
            Ok(number) => Box::new(Int32Array::new_scalar(number)),
            Err(_) => return Ok(BooleanArray::from(vec![false; column.len()])),
        },
        (Parameter::Integer(micros), DataType::Timestamp(TimeUnit::Microsecond, None)) => {
            Box::new(Scalar::new(TimestampMicrosecondArray::from(vec![*micros])))
        }
        _ => return Ok(BooleanArray::from(vec![false; column.len()])),
    };
    cmp::eq(column, one.as_ref())
}

/// The columns that are wanted, in their order.
fn in_order(rows: &RecordBatch, selection: &Selection) -> Result<RecordBatch> {
    if selection.columns.is_empty() {
        return Ok(rows.clone());
    }
    let place = |name: &String| rows.schema_ref().index_of(name);
    let places = selection.columns.iter().map(place).collect::<std::result::Result<Vec<_>, _>>();
    places
        .and_then(|places| rows.project(&places))
        .map_err(|e| Error::failed("cannot put the columns of an answer in order").because(e))
}

fn index(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}
