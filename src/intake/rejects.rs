//! Rejects: records and cells that could not be read. They are kept with number, byte range, hash, reason and a
//! masked copy, which never holds a secret: exports hold them in odd places (2-tables, "Rejects").

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::base::{Error, Result};
use crate::engine::ParquetOut;

/// Characters of a masked copy.
const MASKED: usize = 200;

/// Why a record, or one of its cells, was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// A record without a value in a column that every record needs.
    RequiredMissing,
    /// A record with more or fewer fields than the header.
    FieldCount,
    /// A record that is the header once more.
    HeaderAgain,
    /// A record with bytes that are no text in the file's encoding.
    NotText,
    /// A record whose quotes may have moved its cells, or glued it to others.
    QuoteSuspect,
    /// A quote that nothing closes before the file's end.
    QuoteOpen,
    /// A record longer than anybody writes.
    RecordTooLong,
    /// A cell that is no instant.
    NotAnInstant,
    /// A cell that is neither yes nor no.
    NotABoolean,
    /// A list with more items than anybody writes.
    ListTooLong,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::RequiredMissing,
        Self::FieldCount,
        Self::HeaderAgain,
        Self::NotText,
        Self::QuoteSuspect,
        Self::QuoteOpen,
        Self::RecordTooLong,
        Self::NotAnInstant,
        Self::NotABoolean,
        Self::ListTooLong,
    ];

    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::RequiredMissing => "REQUIRED_MISSING",
            Self::FieldCount => "FIELD_COUNT",
            Self::HeaderAgain => "HEADER_AGAIN",
            Self::NotText => "NOT_TEXT",
            Self::QuoteSuspect => "QUOTE_SUSPECT",
            Self::QuoteOpen => "QUOTE_OPEN",
            Self::RecordTooLong => "RECORD_TOO_LONG",
            Self::NotAnInstant => "NOT_AN_INSTANT",
            Self::NotABoolean => "NOT_A_BOOLEAN",
            Self::ListTooLong => "LIST_TOO_LONG",
        }
    }

    /// Whether the whole record is rejected; else one cell of a record that is stored.
    pub fn is_of_record(self) -> bool {
        !matches!(self, Self::NotAnInstant | Self::NotABoolean | Self::ListTooLong)
    }
}

/// One reject.
#[derive(Clone, Debug)]
pub(super) struct Reject {
    /// Number of the record.
    pub record: u64,
    /// Where it begins in the file.
    pub start: u64,
    /// Just past its last byte, line end not included.
    pub end: u64,
    /// SHA-256 of these bytes.
    pub sha256: String,
    /// Why.
    pub reason: Reason,
    /// The column of ours that it is about.
    pub column: Option<String>,
    /// The record or the cell, masked.
    pub masked: String,
}

/// A masked copy: letters become `x`, digits `9`, what separates them stays; cut to a bounded length.
#[must_use]
pub fn masked(bytes: &[u8]) -> String {
    // Four bytes are the longest character: more than that many bytes are cut anyway.
    let head = bytes.get(..(MASKED + 1) * 4).unwrap_or(bytes);
    let text = String::from_utf8_lossy(head);
    let mut masked: String = text.chars().take(MASKED).map(mask).collect();
    if text.chars().nth(MASKED).is_some() || head.len() < bytes.len() {
        masked.push('…');
    }
    masked
}

fn mask(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' | ' ' => c,
        // What separates fields, and the parts of an instant, a number, an address. Other marks are a password's.
        ',' | ';' | '|' | '"' | '\'' | '-' | '/' | ':' | '.' | '+' | '_' | '@' => c,
        _ if c.is_numeric() => '9',
        _ => 'x',
    }
}

/// The file of a source's rejects; made with the first one.
pub(super) struct RejectsOut<'p> {
    path: &'p Path,
    source: &'p str,
    out: Option<ParquetOut>,
}

impl<'p> RejectsOut<'p> {
    pub fn new(path: &'p Path, source: &'p str) -> Self {
        Self { path, source, out: None }
    }

    pub fn write(&mut self, rejects: &[Reject]) -> Result<()> {
        if rejects.is_empty() {
            return Ok(());
        }
        let out = match &mut self.out {
            Some(out) => out,
            None => self.out.insert(ParquetOut::create(self.path, schema(), &[])?),
        };
        out.write(&batch(self.source, rejects)?)
    }

    /// Makes the file durable; its SHA-256, and none when there is nothing to keep.
    pub fn finish(self) -> Result<Option<String>> {
        self.out.map(|out| out.finish().map(|written| written.sha256)).transpose()
    }
}

fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let number = |name: &str| Field::new(name, DataType::Int64, true);
    Arc::new(Schema::new(vec![
        text("source"),
        number("record"),
        text("kind"),
        text("reason"),
        text("column_name"),
        number("byte_start"),
        number("byte_end"),
        text("sha256"),
        text("masked"),
    ]))
}

fn batch(source: &str, rejects: &[Reject]) -> Result<RecordBatch> {
    let text = |of: &dyn Fn(&Reject) -> Option<String>| -> ArrayRef {
        Arc::new(rejects.iter().map(of).collect::<StringArray>())
    };
    let number = |of: fn(&Reject) -> u64| -> ArrayRef {
        Arc::new(rejects.iter().map(|r| i64::try_from(of(r)).ok()).collect::<Int64Array>())
    };
    let kind = |r: &Reject| Some(if r.reason.is_of_record() { "record" } else { "field" }.to_owned());
    let columns = vec![
        text(&|_| Some(source.to_owned())),
        number(|r| r.record),
        text(&kind),
        text(&|r| Some(r.reason.code().to_owned())),
        text(&|r| r.column.clone()),
        number(|r| r.start),
        number(|r| r.end),
        text(&|r| Some(r.sha256.clone())),
        text(&|r| Some(r.masked.clone())),
    ];
    RecordBatch::try_new(schema(), columns)
        .map_err(|e| Error::failed("cannot write the rejects of a source").because(e))
}
