//! The register of sources: which files the store rests on. What is not in it does not exist.
//!
//! It is one Parquet file, replaced by a single rename: that rename is what commits an `ingest`
//! (8-engineering, "Store").

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};

use super::run::SourceRecord;
use crate::base::files::{self, Synced};
use crate::base::text::grouped;
use crate::base::{Error, Kind, Result};
use crate::engine::{ParquetOut, guarded};

/// What a person has stated about a file: who exported it, when, how it came here. Unsaid stays unsaid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Custody {
    /// When the system wrote it, as a closed interval of microseconds since 1970, UTC.
    pub exported_at: Option<(i64, i64)>,
    /// Name or role.
    pub exported_by: Option<String>,
    /// The system that it comes from.
    pub system: Option<String>,
    /// Who handed it over.
    pub received_from: Option<String>,
    /// When, as written.
    pub received_at: Option<String>,
    /// How, e.g. "encrypted drive, seal 4411".
    pub handed_over: Option<String>,
}

/// How a file was read; what was found out rather than stated says what it rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Character encoding, e.g. `UTF-8`.
    pub encoding: String,
    /// Field separator.
    pub delimiter: String,
    /// Zone of date-times that name none; nothing when unstated.
    pub zone: Option<String>,
    /// Order of day, month and year by column of ours: `dmy`, `mdy`, `ymd`, `contradictory`.
    pub dates: BTreeMap<String, String>,
    /// Whether that order was stated by a person (else found out from the column).
    pub dates_stated: bool,
    /// The account filled in where the file names none.
    pub account_id: Option<String>,
}

/// Quotes that neither open nor close a cell, nor are doubled within one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddQuotes {
    /// Cells that hold some without being quoted and were stored as written, by column.
    pub inside: BTreeMap<String, u64>,
    /// Records rejected for their quotes, and those rejected for their number of fields that hold quotes.
    pub rejected: u64,
    /// Those of them in which a quote follows a backslash.
    pub escaped: u64,
}

impl OddQuotes {
    /// That the file is escaped by backslashes, where most of its rejected quotes follow one.
    #[must_use]
    pub fn backslashes(&self) -> Option<String> {
        (self.escaped * 2 > self.rejected).then(|| {
            format!(
                "the file seems to escape quotes with backslashes (\\\"), which is not CSV: {} of {} records rejected for \
                 their quotes have some; export it again with quotes doubled (\"\")",
                grouped(self.escaped),
                grouped(self.rejected)
            )
        })
    }
}

/// One file that feeds one table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The first 16 hex digits of `sha256`: its name in the store.
    pub source: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The canonical table that it feeds.
    pub table: String,
    /// Where the file lay, as the user named it.
    pub path: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Records read, counted apart from the parser.
    pub read: u64,
    /// Records stored.
    pub stored: u64,
    /// Records left out by a contract's filter, by type.
    pub filtered: BTreeMap<String, u64>,
    /// Records rejected.
    pub rejected: u64,
    /// Blank lines, which are no records.
    pub blank_lines: u64,
    /// Unreadable cells by column of ours.
    pub field_rejects: BTreeMap<String, u64>,
    /// Dates and date-times whose zone nobody stated, by column of ours.
    #[serde(default)]
    pub zone_unstated: BTreeMap<String, u64>,
    /// Quotes that are not those of well-formed CSV.
    #[serde(default)]
    pub odd_quotes: OddQuotes,
    /// Columns of ours that the file has, with the header each comes from.
    pub columns: BTreeMap<String, String>,
    /// Headers that are no column of ours; their values are not stored.
    pub unknown_columns: Vec<String>,
    /// Codes that are not ours: column of ours, the text masked, count.
    pub unknown_codes: BTreeMap<String, BTreeMap<String, u64>>,
    /// How it was read.
    pub reading: Reading,
    /// What a person has stated about it.
    pub custody: Custody,
    /// First record and byte offset of each chunk, so that record N is found fast.
    pub chunks: Vec<(u64, u64)>,
    /// SHA-256 of each file of the store that holds its rows or rejects, by table (`rejects/<table>` for rejects). Sources
    /// that an earlier version stored have none.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

/// What the file of the rejects of a table's source is named after in the store.
#[must_use]
pub fn rejects_of(table: &str) -> String {
    format!("rejects/{table}")
}

impl Source {
    /// What a run's record keeps of it.
    #[must_use]
    pub fn record(&self) -> SourceRecord {
        SourceRecord {
            source: self.source.clone(),
            sha256: self.sha256.clone(),
            table: self.table.clone(),
            stored: self.stored,
            rejected: self.rejected,
        }
    }
}

/// All sources of a case, sorted by table and source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    sources: Vec<Source>,
}

impl Register {
    /// Its sources, sorted by table, then by name.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The source of the same bytes for the same table, when it is already there.
    #[must_use]
    pub fn find(&self, sha256: &str, table: &str) -> Option<&Source> {
        self.sources.iter().find(|s| s.sha256 == sha256 && s.table == table)
    }

    /// Adds a source.
    pub fn add(&mut self, source: Source) {
        self.sources.push(source);
        self.sources.sort_by(|a, b| (&a.table, &a.sha256).cmp(&(&b.table, &b.sha256)));
    }

    /// Reads the register; none yet is an empty one.
    ///
    /// # Errors
    /// When the file is damaged.
    pub(super) fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        Self::of(files::open_own(path)?, path)
    }

    /// Reads the register from its open file; `path` names it in an error.
    ///
    /// # Errors
    /// When the file is damaged.
    pub(super) fn of(file: File, path: &Path) -> Result<Self> {
        let damaged = || {
            Error::new(Kind::CaseUnusable, format!("the register of sources {} is damaged", path.display()))
                .next("restore it from a copy of the case, or start a new case from the same exports")
        };
        guarded(path, || Self::entries(file, &damaged))
    }

    fn entries(file: File, damaged: &dyn Fn() -> Error) -> Result<Self> {
        let batches = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(|e| damaged().because(e))?;
        let mut register = Self::default();
        for batch in batches {
            let batch = batch.map_err(|e| damaged().because(e))?;
            let entries = batch.column_by_name("entry").and_then(|c| c.as_string_opt::<i32>());
            for entry in entries.ok_or_else(damaged)?.iter().flatten() {
                register.add(serde_json::from_str(entry).map_err(|e| damaged().because(e))?);
            }
        }
        Ok(register)
    }

    /// Writes this register beside the one at `path`: giving it its name replaces that one, at once.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn write(&self, path: &Path) -> Result<Synced> {
        let batch = self.batch()?;
        let mut out = ParquetOut::create(path, batch.schema(), &[])?;
        out.write(&batch)?;
        out.sync().map(|(_, file)| file)
    }

    fn batch(&self) -> Result<RecordBatch> {
        let text = |of: fn(&Source) -> &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(self.sources.iter().map(of)))
        };
        let count = |of: fn(&Source) -> u64| -> ArrayRef {
            Arc::new(Int64Array::from_iter_values(
                self.sources.iter().map(|s| i64::try_from(of(s)).unwrap_or(i64::MAX)),
            ))
        };
        let entries: Vec<String> = self
            .sources
            .iter()
            .map(serde_json::to_string)
            .collect::<std::result::Result<_, _>>()
            .map_err(|e| Error::failed("cannot write the register of sources").because(e))?;
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("source", text(|s| &s.source)),
            ("sha256", text(|s| &s.sha256)),
            ("table_name", text(|s| &s.table)),
            ("path", text(|s| &s.path)),
            ("bytes", count(|s| s.bytes)),
            ("read", count(|s| s.read)),
            ("stored", count(|s| s.stored)),
            ("rejected", count(|s| s.rejected)),
            ("entry", Arc::new(StringArray::from(entries))),
        ];
        let fields: Vec<Field> = columns
            .iter()
            .map(|(name, column)| Field::new(*name, column.data_type().clone(), false))
            .collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, c)| c).collect())
            .map_err(|e| Error::failed("cannot write the register of sources").because(e))
    }
}
