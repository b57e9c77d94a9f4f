//! The answer to a question or the rows of a view, as they come: CSV and JSON for machines, a table for people.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::cells::{Cell, Cells};
use super::csv;
use crate::base::{Error, Result, safe, table};

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As `export verdicts` writes: RFC 3339, NULL empty, nothing removed.
    Csv,
    /// An array of objects, one row per line; the same data, with what is not seen escaped.
    Json,
    /// For people: what is not seen is escaped.
    Table,
}

/// Bytes of a table's cells at most: its rows are kept until all widths are known.
const TABLE: usize = 64 << 20;

/// An answer being written. Of a table the rows are kept, so only a page of them may be taken.
pub struct Answer<W> {
    out: W,
    form: Form,
    columns: Vec<Shown>,
    rows: u64,
    kept: Vec<Vec<String>>,
    kept_bytes: usize,
    /// Whether somebody still reads.
    is_open: bool,
}

struct Shown {
    name: String,
    is_number: bool,
}

impl<W: Write> Answer<W> {
    /// Begins an answer.
    pub fn new(out: W, form: Form) -> Self {
        Self { out, form, columns: Vec::new(), rows: 0, kept: Vec::new(), kept_bytes: 0, is_open: true }
    }

    /// Takes the next rows; the first time also the names of the columns. Break says that nobody reads any more.
    ///
    /// # Errors
    /// When a value can't be shown, or for another reason than that the rows can't be written.
    pub fn take(&mut self, batch: &RecordBatch) -> Result<ControlFlow<()>> {
        let mut piece = Vec::new();
        if self.columns.is_empty() {
            self.begin(batch, &mut piece);
        }
        let batch = plain(batch)?;
        let cells = Cells::of(&batch)?;
        for row in 0..batch.num_rows() {
            match self.form {
                Form::Csv => csv::line(&mut piece, cells.iter().map(|column| column.cell(row).text())),
                Form::Json => self.object(&mut piece, &cells, row)?,
                Form::Table => self.keep(cells.iter().map(|column| column.cell(row).text()))?,
            }
            self.rows += 1;
        }
        self.write(&piece)
    }

    fn keep<'c>(&mut self, cells: impl Iterator<Item = Cow<'c, str>>) -> Result<()> {
        let cells: Vec<String> = cells.map(Cow::into_owned).collect();
        self.kept_bytes += cells.iter().map(|cell| cell.len() + size_of::<String>()).sum::<usize>();
        self.kept.push(cells);
        if self.kept_bytes <= TABLE {
            return Ok(());
        }
        Err(Error::usage("there are more rows than a table can show")
            .expected("a page of them")
            .next("--csv or --json prints any number of rows; --limit N a page"))
    }

    fn begin(&mut self, batch: &RecordBatch, piece: &mut Vec<u8>) {
        let shown = |field: &Arc<Field>| Shown {
            name: field.name().clone(),
            is_number: field.data_type().is_numeric(),
        };
        self.columns = batch.schema().fields().iter().map(shown).collect();
        match self.form {
            Form::Csv => csv::line(piece, self.columns.iter().map(|column| &column.name)),
            Form::Json => piece.push(b'['),
            Form::Table => {}
        }
    }

    fn object(&self, piece: &mut Vec<u8>, cells: &[Cells<'_>], row: usize) -> Result<()> {
        let before: &[u8] = if self.rows == 0 { b"\n{" } else { b",\n{" };
        piece.extend_from_slice(before);
        for (index, (shown, column)) in self.columns.iter().zip(cells).enumerate() {
            if index > 0 {
                piece.push(b',');
            }
            piece.extend_from_slice(json(&shown.name)?.as_bytes());
            piece.push(b':');
            let cell = column.cell(row);
            let text = cell.text();
            match cell {
                Cell::Null => piece.extend_from_slice(b"null"),
                Cell::Boolean(_) | Cell::Integer(_) => piece.extend_from_slice(text.as_bytes()),
                Cell::Text(_) if shown.is_number && is_json_number(&text) => {
                    piece.extend_from_slice(text.as_bytes());
                }
                Cell::Text(_) | Cell::Instant(_) => piece.extend_from_slice(json(&text)?.as_bytes()),
            }
        }
        piece.push(b'}');
        Ok(())
    }

    fn write(&mut self, piece: &[u8]) -> Result<ControlFlow<()>> {
        match self.out.write_all(piece) {
            Ok(()) => Ok(ControlFlow::Continue(())),
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.is_open = false;
                Ok(ControlFlow::Break(()))
            }
            Err(e) => Err(Error::failed("cannot write to standard output").because(e)),
        }
    }

    /// How many rows were taken.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Ends the answer. `first` is the number of its first row, from 1; a table ends with `more`, when that is not
    /// empty.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn finish(mut self, first: u64, more: &str) -> Result<()> {
        let end = match self.form {
            Form::Csv => String::new(),
            Form::Json if self.rows == 0 => "]\n".to_owned(),
            Form::Json => "\n]\n".to_owned(),
            Form::Table => self.table(first, more),
        };
        if self.is_open && self.write(end.as_bytes())?.is_continue() {
            match self.out.flush() {
                Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
                    return Err(Error::failed("cannot write to standard output").because(e));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn table(&self, first: u64, more: &str) -> String {
        let header: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let numbers: Vec<usize> =
            self.columns.iter().enumerate().filter(|(_, c)| c.is_number).map(|(index, _)| index).collect();
        let mut text = table::render_fitting(&header, &self.kept, &numbers, first);
        let text_end = text.trim_end_matches('\n').len();
        text.truncate(text_end);
        if self.rows == 0 {
            text.push_str("\n(no rows)");
        }
        if !more.is_empty() {
            text.push('\n');
            text.push_str(more);
        }
        text.push('\n');
        text
    }
}

fn json(text: &str) -> Result<String> {
    let json = serde_json::to_string(text).map_err(|e| Error::failed("cannot print as JSON").because(e))?;
    Ok(safe::json(&json).into_owned())
}

/// Not every number is one in JSON: `inf`, `NaN` and what has no digit before the point are texts there.
fn is_json_number(text: &str) -> bool {
    serde_json::from_str::<serde_json::Number>(text).is_ok()
}

/// A batch whose columns have types that our own answers have: whole numbers as BIGINT where they fit, instants as
/// TIMESTAMP, everything else as text.
fn plain(batch: &RecordBatch) -> Result<RecordBatch> {
    let columns: Vec<ArrayRef> = batch.columns().iter().map(plain_column).collect::<Result<_>>()?;
    let schema = batch.schema();
    let names = schema.fields().iter().map(|field| field.name());
    let fields: Vec<Field> = names
        .zip(&columns)
        .map(|(name, column)| Field::new(name, column.data_type().clone(), true))
        .collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|e| Error::failed("cannot show a row").because(e))
}

fn plain_column(column: &ArrayRef) -> Result<ArrayRef> {
    let error = |e| Error::failed("cannot show a value").because(e);
    match column.data_type() {
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Boolean
        | DataType::Int32
        | DataType::Int64
        | DataType::Timestamp(TimeUnit::Microsecond, None) => Ok(column.clone()),
        DataType::Int8 | DataType::Int16 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            cast(column, &DataType::Int64).map_err(error)
        }
        DataType::Timestamp(..) => {
            cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None)).map_err(error)
        }
        _ => {
            let options = FormatOptions::default();
            let formatter = ArrayFormatter::try_new(column.as_ref(), &options).map_err(error)?;
            let text = |row: usize| (!column.is_null(row)).then(|| formatter.value(row).to_string());
            Ok(Arc::new((0..column.len()).map(text).collect::<StringArray>()))
        }
    }
}
