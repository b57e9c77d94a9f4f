//! Rows with a number for each group of them (`[group]` of a staging sidecar).

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;

use super::canned::Group;
use super::parquet_out::ParquetOut;
use super::session::{Session, finished};
use crate::base::{Error, Result};

impl Session {
    /// Writes the rows of a query, sorted by the first column of the group, with their groups' numbers.
    ///
    /// # Errors
    /// When the query fails, has other columns, or the file can't be written.
    pub(super) fn grouped_file(&self, sql: &str, group: &Group, file: &Path) -> Result<()> {
        let mut out: Option<ParquetOut> = None;
        let mut numbers = Numbers::default();
        self.stream_while(sql, &[], |batch| {
            let batch = numbers.add_to(&batch, group)?;
            let out = match &mut out {
                Some(out) => out,
                None => {
                    out.insert(ParquetOut::create(file, batch.schema(), &[])?.with_threads(self.threads()))
                }
            };
            out.write(&batch)?;
            Ok(std::ops::ControlFlow::Continue(()))
        })?;
        finished(out, file).map(drop)
    }
}

/// The number of the last group, and the groups of the rows that agree in the first column with the last one.
#[derive(Default)]
struct Numbers {
    last: i64,
    first: Text,
    others: Vec<(Vec<Text>, i64)>,
}

type Text = Option<String>;

impl Numbers {
    fn add_to(&mut self, batch: &RecordBatch, group: &Group) -> Result<RecordBatch> {
        let columns = group.by.iter().map(|name| column(batch, name)).collect::<Result<Vec<_>>>()?;
        let Some((first, others)) = columns.split_first() else {
            return Err(Error::failed("a group by no column"));
        };
        let mut numbers = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            if self.last == 0 || self.first.as_deref() != text(first, row) {
                self.first = text(first, row).map(str::to_owned);
                self.others.clear();
            }
            numbers.push(self.number(others, row));
        }
        let mut arrays: Vec<ArrayRef> = batch.columns().to_vec();
        arrays.push(Arc::new(Int64Array::from(numbers)));
        RecordBatch::try_new(schema(batch, group), arrays)
            .map_err(|e| Error::failed("cannot number the groups of a table").because(e))
    }

    fn number(&mut self, columns: &[&StringArray], row: usize) -> i64 {
        let is_same = |(known, _): &&(Vec<Text>, i64)| {
            known.iter().zip(columns).all(|(known, column)| known.as_deref() == text(column, row))
        };
        if let Some((_, number)) = self.others.iter().find(is_same) {
            return *number;
        }
        self.last += 1;
        let texts = columns.iter().map(|column| text(column, row).map(str::to_owned)).collect();
        self.others.push((texts, self.last));
        self.last
    }
}

fn text<'c>(column: &&'c StringArray, row: usize) -> Option<&'c str> {
    use arrow::array::Array;
    column.is_valid(row).then(|| column.value(row))
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    column
        .ok_or_else(|| Error::failed(format!("a table has no column of text named {name} to be grouped by")))
}

fn schema(batch: &RecordBatch, group: &Group) -> SchemaRef {
    let number = Arc::new(Field::new(&group.number, DataType::Int64, true));
    let fields = batch.schema().fields().iter().cloned().chain([number]).collect::<Vec<_>>();
    Arc::new(Schema::new(fields))
}
