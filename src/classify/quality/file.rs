//! `quality/findings.parquet`: written, and read again.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::finding_of;
use super::gathered::{Gathered, Key, Noticed, SINGLE_ROWS};
use crate::base::text::grouped;
use crate::base::{Error, Result};
use crate::engine::ParquetOut;
use crate::engine::canned::{self, Finding};

/// One row of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FindingRow {
    /// The finding's code.
    pub code: String,
    /// The table that it speaks of.
    pub table: String,
    /// The id that it speaks of; for a coverage, what it covers.
    pub subject: Option<String>,
    /// The column that it speaks of.
    pub column: Option<String>,
    /// The source: first 16 hex digits.
    pub source: Option<String>,
    /// The record in the source.
    pub record: Option<i64>,
    /// How many; empty in a row for looking.
    pub count: Option<u64>,
    /// What follows from it.
    pub consequence: String,
}

/// Writes the findings; returns the SHA-256 of the file.
pub(super) fn write(file: &Path, gathered: &Gathered, known: &BTreeMap<&str, &Finding>) -> Result<String> {
    let rows = rows(gathered, known)?;
    let batch = batch(&rows, known)?;
    let mut out = ParquetOut::create(file, batch.schema(), &["subject"])?;
    out.write(&batch)?;
    out.finish().map(|written| written.sha256)
}

/// The rows with a count, then those for looking; each the weightiest first.
fn rows(gathered: &Gathered, known: &BTreeMap<&str, &Finding>) -> Result<Vec<FindingRow>> {
    let mut weighed = Vec::new();
    for (key, count) in gathered.counts() {
        let finding = finding_of(known, &key.0)?;
        weighed.push((weight(finding), counted(gathered, key, *count, finding)));
    }
    for noticed in gathered.singles() {
        let finding = finding_of(known, &noticed.code)?;
        let consequence = words(finding, noticed.detail.as_deref());
        weighed.push((weight(finding), FindingRow { consequence, ..single(noticed) }));
    }
    weighed.sort_by_key(|(weight, row)| (row.count.is_none(), *weight));
    Ok(weighed.into_iter().map(|(_, row)| row).collect())
}

fn weight(finding: &Finding) -> Option<usize> {
    canned::SEVERITIES.iter().position(|severity| *severity == finding.severity)
}

fn counted(gathered: &Gathered, key: &Key, count: u64, finding: &Finding) -> FindingRow {
    let (code, table, source) = key.clone();
    let part = gathered
        .part(key)
        .map(|part| format!("{} of {} lie on the edge for that reason alone", grouped(part), grouped(count)));
    let mut consequence = words(finding, part.as_deref());
    if gathered.singles_cut(&code) {
        let listed = grouped(SINGLE_ROWS as u64);
        consequence.push_str(&format!(" Of its single rows only the first {listed} are listed."));
    }
    FindingRow { code, table, source, count: Some(count), consequence, ..FindingRow::default() }
}

fn single(noticed: &Noticed) -> FindingRow {
    let Noticed { code, table, source, subject, column, record, .. } = noticed.clone();
    FindingRow { code, table, subject, column, source, record, ..FindingRow::default() }
}

fn words(finding: &Finding, detail: Option<&str>) -> String {
    match detail {
        Some(detail) => format!("{} Here: {detail}.", finding.consequence),
        None => finding.consequence.clone(),
    }
}

fn batch(rows: &[FindingRow], known: &BTreeMap<&str, &Finding>) -> Result<RecordBatch> {
    let severities: Vec<&str> = rows
        .iter()
        .map(|row| finding_of(known, &row.code).map(|finding| finding.severity.as_str()))
        .collect::<Result<_>>()?;
    let text = |of: fn(&FindingRow) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<StringArray>())
    };
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let counts: Int64Array = rows.iter().map(|row| row.count.map(count)).collect();
    let records: Int64Array = rows.iter().map(|row| row.record).collect();
    let columns: Vec<(&str, DataType, ArrayRef)> = vec![
        ("code", DataType::Utf8, text(|row| Some(&row.code))),
        ("severity", DataType::Utf8, Arc::new(StringArray::from_iter_values(severities))),
        ("table_name", DataType::Utf8, text(|row| Some(&row.table))),
        ("subject", DataType::Utf8, text(|row| row.subject.as_deref())),
        ("column_name", DataType::Utf8, text(|row| row.column.as_deref())),
        ("source", DataType::Utf8, text(|row| row.source.as_deref())),
        ("record", DataType::Int64, Arc::new(records)),
        ("count", DataType::Int64, Arc::new(counts)),
        ("consequence", DataType::Utf8, text(|row| Some(&row.consequence))),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, kind, _)| Field::new(*name, kind.clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, _, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|e| Error::failed("cannot write the quality findings").because(e))
}

/// The rows of a file of findings, in its order.
///
/// # Errors
/// When it can't be read.
pub fn read(file: &Path) -> Result<Vec<FindingRow>> {
    let damaged = || Error::failed(format!("{} holds no findings", file.display()));
    let open = File::open(file).map_err(|e| Error::io("read", file, e))?;
    let batches = ParquetRecordBatchReaderBuilder::try_new(open)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|e| damaged().because(e))?;
    let mut rows = Vec::new();
    for batch in batches {
        let batch = batch.map_err(|e| damaged().because(e))?;
        rows.extend(rows_of(&batch).ok_or_else(damaged)?);
    }
    Ok(rows)
}

fn rows_of(batch: &RecordBatch) -> Option<Vec<FindingRow>> {
    let column = |name: &str| batch.column_by_name(name);
    let text = |name: &str| -> Option<Vec<Option<String>>> {
        let column = column(name)?.as_string_opt::<i32>()?;
        Some(column.iter().map(|cell| cell.map(str::to_owned)).collect())
    };
    let number = |name: &str| column(name)?.as_primitive_opt::<Int64Type>();
    let (codes, tables, subjects) = (text("code")?, text("table_name")?, text("subject")?);
    let (columns, sources) = (text("column_name")?, text("source")?);
    let (words, records, counts) = (text("consequence")?, number("record")?, number("count")?);
    let texts = codes.into_iter().zip(tables).zip(subjects).zip(columns).zip(sources).zip(words);
    let rows = texts.zip(records).zip(counts);
    Some(
        rows.map(|(((((((code, table), subject), column), source), consequence), record), count)| {
            FindingRow {
                code: code.unwrap_or_default(),
                table: table.unwrap_or_default(),
                subject,
                column,
                source,
                record,
                count: count.and_then(|n| u64::try_from(n).ok()),
                consequence: consequence.unwrap_or_default(),
            }
        })
        .collect(),
    )
}
