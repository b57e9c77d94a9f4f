//! The formats of lists. A workbook (XLSX) will be one more [`Format`] and one more arm of [`Sink`].

use std::path::Path;

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;

use super::definition::List;
use super::people;
use crate::base::{Error, Result};
use crate::deliver::cells::{Cell, Cells};
use crate::deliver::csv;
use crate::deliver::neutral::neutralised;
use crate::deliver::written::{HashedOut, WrittenFile};
use crate::engine::ParquetOut;

/// The column that names the columns of its row that were neutralised.
const NEUTRALISED: &str = "_neutralised";

/// A format of lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// RFC 4180, LF, UTF-8, formulas neutralised.
    Csv,
    /// Parquet.
    Parquet,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    /// The ending of its files.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Ndjson => "ndjson",
        }
    }
}

/// One list being written in all formats that are wanted.
pub(super) struct Sinks {
    schema: SchemaRef,
    run: String,
    sinks: Vec<Sink>,
}

struct Sink {
    file: String,
    rows: u64,
    out: Out,
}

enum Out {
    Csv(HashedOut),
    Ndjson(HashedOut),
    /// Boxed: it is far larger than the others.
    Parquet(Box<ParquetOut>),
}

impl Sinks {
    /// Begins the files `name.csv` and so on below `folder`.
    ///
    /// # Errors
    /// When a file can't be made.
    pub fn create(folder: &Path, name: &str, list: &List, formats: &[Format], run: &str) -> Result<Self> {
        let schema = people::schema(list);
        let sinks = formats.iter().map(|f| Sink::create(folder, name, *f, &schema)).collect::<Result<_>>()?;
        Ok(Self { schema, run: run.to_owned(), sinks })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When they don't have the list's columns or can't be written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = people::cleaned(batch, &self.schema, &self.run)?;
        self.sinks.iter_mut().try_for_each(|sink| sink.write(&batch))
    }

    /// Makes the files durable.
    ///
    /// # Errors
    /// When one can't be written.
    pub fn finish(self) -> Result<Vec<WrittenFile>> {
        self.sinks.into_iter().map(Sink::finish).collect()
    }
}

impl Sink {
    fn create(folder: &Path, name: &str, format: Format, schema: &SchemaRef) -> Result<Self> {
        let file = format!("{name}.{}", format.ending());
        let path = folder.join(&file);
        let out = match format {
            Format::Csv => Out::Csv(csv_header(&path, schema)?),
            Format::Ndjson => Out::Ndjson(HashedOut::create(&path)?),
            Format::Parquet => Out::Parquet(Box::new(ParquetOut::create(&path, schema.clone(), &[])?)),
        };
        Ok(Self { file, rows: 0, out })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows += batch.num_rows() as u64;
        match &mut self.out {
            Out::Csv(out) => out.add(&csv_lines(batch)?),
            Out::Ndjson(out) => out.add(&json_lines(batch)?),
            Out::Parquet(out) => out.write(batch),
        }
    }

    fn finish(self) -> Result<WrittenFile> {
        let sha256 = match self.out {
            Out::Csv(out) | Out::Ndjson(out) => out.finish()?,
            Out::Parquet(out) => out.finish()?.sha256,
        };
        Ok(WrittenFile { file: self.file, rows: self.rows, sha256 })
    }
}

fn csv_header(path: &Path, schema: &SchemaRef) -> Result<HashedOut> {
    let mut out = HashedOut::create(path)?;
    let mut header = Vec::new();
    csv::line(&mut header, schema.fields().iter().map(|f| f.name().as_str()).chain([NEUTRALISED]));
    out.add(&header)?;
    Ok(out)
}

/// Texts that look like formulas get a leading `'`; numbers and instants are ours and stay.
fn csv_lines(batch: &RecordBatch) -> Result<Vec<u8>> {
    let columns = Cells::of(batch)?;
    let schema = batch.schema();
    let mut lines = Vec::new();
    for row in 0..batch.num_rows() {
        let mut touched: Vec<&str> = Vec::new();
        for (column, field) in columns.iter().zip(schema.fields()) {
            let cell = column.cell(row);
            match if let Cell::Text(text) = cell { neutralised(text) } else { None } {
                None => csv::cell(&mut lines, cell),
                Some(changed) => {
                    touched.push(field.name());
                    csv::add(&mut lines, &changed);
                }
            }
            lines.push(b',');
        }
        csv::add(&mut lines, &touched.join(";"));
        lines.push(b'\n');
    }
    Ok(lines)
}

fn json_lines(batch: &RecordBatch) -> Result<Vec<u8>> {
    let columns = Cells::of(batch)?;
    let schema = batch.schema();
    let names = schema.fields().iter().map(|f| json_text(f.name())).collect::<Result<Vec<_>>>()?;
    let mut lines = Vec::new();
    for row in 0..batch.num_rows() {
        for (i, (column, name)) in columns.iter().zip(&names).enumerate() {
            lines.push(if i == 0 { b'{' } else { b',' });
            lines.extend_from_slice(name.as_bytes());
            lines.push(b':');
            lines.extend_from_slice(json_value(column.cell(row))?.as_bytes());
        }
        lines.extend_from_slice(b"}\n");
    }
    Ok(lines)
}

fn json_value(cell: Cell<'_>) -> Result<String> {
    match cell {
        Cell::Null => Ok("null".to_owned()),
        Cell::Boolean(_) | Cell::Integer(_) => Ok(cell.text().into_owned()),
        Cell::Text(_) | Cell::Instant(_) => json_text(&cell.text()),
    }
}

fn json_text(text: &str) -> Result<String> {
    serde_json::to_string(text).map_err(|e| Error::failed("cannot write JSON").because(e))
}
