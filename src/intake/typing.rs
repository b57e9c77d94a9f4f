//! A chunk's records typed into rows of the store, and the rejects among them.

use std::borrow::Cow;
use std::ops::Range;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::cell::{self, BooleanWords};
use super::chunks::{Before, Chunk, Piece};
use super::coding::Coding;
use super::columns::{self, Cells};
use super::header::shown_header;
use super::long::Long;
use super::readable::{Readable, Unreadable, names_in, readable};
use super::records::Records;
use super::rejects::{Reason, Reject, masked};
use super::suspect::{Torn, ends_where_one_opens};
use super::tally::{self, Tally};
use crate::base::digest;
use crate::base::instant::{self, Form, Interval, Zone};
use crate::base::text::{email_key, trimmed};
use crate::base::{Error, Result};
use crate::engine::tables::{Column, ColumnKind, Table};

/// An interval at least this wide comes from a zone that nobody stated (26 hours for a date-time).
const ZONE_UNSTATED: i64 = 20 * 3_600_000_000;

/// How the records of one file become rows.
pub(super) struct Layout {
    /// The table that they feed.
    pub table: &'static Table,
    /// The name in the store of the source.
    pub source: String,
    /// How the file's bytes stand for text.
    pub coding: Coding,
    /// Field separator.
    pub delimiter: u8,
    /// The header's fields.
    pub header: Vec<Vec<u8>>,
    /// The same as they are compared.
    pub names: Vec<String>,
    /// With which bytes one of those can begin.
    pub first_bytes: [bool; 256],
    /// Where each column of ours stands in the file.
    pub places: Vec<Option<usize>>,
    /// How each column of ours writes its instants.
    pub forms: Vec<Form>,
    /// What fills the column of ours that the file lacks.
    pub fill: Option<(usize, String)>,
    /// How yes and no are written.
    pub booleans: BooleanWords,
    /// The schemas of the table and of its long tables.
    pub schemas: Vec<SchemaRef>,
}

/// What became of pieces, or of a part of them.
pub(super) struct Typed {
    /// Rows of the table.
    pub rows: RecordBatch,
    /// Rows of its long tables.
    pub long: Vec<Long>,
    /// Records and cells that were rejected.
    pub rejects: Vec<Reject>,
    /// Counts.
    pub tally: Tally,
    /// Number of the first record and offset of the first chunk, with the last part.
    pub place: Option<(u64, u64)>,
}

/// Types the pieces of one file.
pub(super) struct Typist<'l> {
    layout: &'l Layout,
    records: Records,
}

/// Records of one part, and bytes of them.
const PART_RECORDS: usize = 8_192;
const PART_BYTES: usize = 4 << 20;
/// Rows of long tables in one part.
const PART_ITEMS: usize = 1 << 16;

/// A part of pieces being typed.
struct Work<'w> {
    layout: &'w Layout,
    cells: Vec<Cells>,
    numbers: Vec<i64>,
    long: Vec<Long>,
    rejects: Vec<Reject>,
    tally: Tally,
    /// Bytes of the records so far.
    bytes: usize,
    /// What makes the whole file one that can't be read.
    refused: Option<Error>,
}

/// One record at hand.
struct Line<'c> {
    number: u64,
    start: u64,
    raw: &'c [u8],
    /// Whether it may begin in the middle of a cell: the record before it is rejected, or ends where a quote may open one.
    may_be_torn: bool,
    /// Whether it ends in the middle of a cell.
    is_torn: bool,
}

impl<'l> Typist<'l> {
    pub fn new(layout: &'l Layout) -> Self {
        Self {
            layout,
            records: Records::new(layout.delimiter, layout.header.len(), layout.coding.of_cells()),
        }
    }

    /// Types pieces that follow one another and gives what they become, in parts.
    ///
    /// # Errors
    /// When the parser finds other records than the splitter, or a second header puts the columns in another order: the
    /// file is refused then, and the parts with it.
    pub fn take(&mut self, pieces: Vec<Piece>, mut give: impl FnMut(Typed)) -> Result<()> {
        let mut work = Work::new(self.layout);
        let mut place = None;
        for piece in pieces {
            match piece {
                Piece::Chunk(chunk) => {
                    place = place.or(Some((chunk.first, chunk.offset)));
                    self.chunk(&chunk, &mut work, &mut give)?;
                }
                Piece::Rejected(reject, bytes) => {
                    work.tally.read += 1;
                    work.tally.reject(reject.reason, &bytes);
                    work.rejects.push(reject);
                }
            }
        }
        give(work.finish(place)?);
        Ok(())
    }

    fn chunk(&mut self, chunk: &Chunk, work: &mut Work<'l>, give: &mut impl FnMut(Typed)) -> Result<()> {
        let text = |range: Range<usize>| chunk.bytes.get(range).unwrap_or_default();
        let (mut at, mut start, mut failed) = (0, chunk.offset, None);
        let mut may_be_torn = self.may_tear(&chunk.before);
        let mut torn = Torn::new(&chunk.bytes, self.layout.delimiter, self.layout.header.len());
        self.records.all(chunk, |records, number, range| {
            start += self.layout.coding.length(text(at..range.start));
            at = range.start;
            let line =
                Line { number, start, raw: text(range.clone()), may_be_torn, is_torn: torn.is_torn(range) };
            may_be_torn = work.record(records, &line);
            if work.is_full() {
                match std::mem::replace(work, Work::new(self.layout)).finish(None) {
                    Ok(typed) => give(typed),
                    Err(error) => failed = failed.take().or(Some(error)),
                }
            }
        })?;
        work.tally.read += chunk.found.records;
        work.tally.blank_lines += chunk.found.blank_lines;
        failed.map_or(Ok(()), Err)
    }

    /// Whether what follows may begin in the middle of a cell.
    fn may_tear(&mut self, before: &Before) -> bool {
        match before {
            Before::Nothing => false,
            Before::Rejected => true,
            Before::Record(raw) => {
                self.records.begin();
                self.records.next(raw, 0);
                readable(self.layout, &self.records, raw).is_err() || ends_where_one_opens(raw)
            }
        }
    }
}

impl<'w> Work<'w> {
    fn new(layout: &'w Layout) -> Self {
        let filled = layout.fill.as_ref().map(|(index, _)| *index);
        let columns = layout.table.columns.iter().zip(&layout.places).enumerate();
        let cells = columns
            .map(|(index, (column, place))| Cells::new(column, place.is_some() || filled == Some(index)));
        let is_long = |index: &usize| {
            layout.table.columns.get(*index).is_some_and(|column| column.kind == ColumnKind::WordList)
        };
        let long = (0..layout.table.columns.len()).filter(is_long);
        Self {
            layout,
            cells: cells.collect(),
            numbers: Vec::new(),
            long: long.map(Long::new).collect(),
            rejects: Vec::new(),
            tally: Tally::default(),
            bytes: 0,
            refused: None,
        }
    }

    /// Whether the part is large enough: what one record may come to (a reject for each of its cells, a row for each of
    /// its items) is many times its length, so that a whole chunk would not fit into memory.
    fn is_full(&self) -> bool {
        self.numbers.len() + self.rejects.len() >= PART_RECORDS
            || self.bytes >= PART_BYTES
            || self.long.iter().map(Long::len).sum::<usize>() >= PART_ITEMS
    }

    /// Takes a record; whether the next one may begin in the middle of a cell of it.
    fn record(&mut self, records: &Records, line: &Line<'_>) -> bool {
        self.bytes += line.raw.len();
        let read = readable(self.layout, records, line.raw);
        let is_header = matches!(
            read,
            Err(Unreadable::OtherHeader | Unreadable::Rejected(Reason::HeaderAgain | Reason::NotText, _))
        );
        if line.number == 1
            && !is_header
            && let Some(names) = names_in(self.layout, records)
        {
            self.refused = Some(cut_header(&names));
            return true;
        }
        match read {
            Ok(_) if line.is_torn => self.reject_record(line, Reason::QuoteSuspect, None),
            Ok(Readable { text, quote_inside: None }) => {
                self.store(records, text, line);
                return !records.is_plain() && ends_where_one_opens(line.raw);
            }
            Ok(Readable { text, quote_inside: Some(index) }) => {
                self.quote_inside(records, text, line, index);
                return ends_where_one_opens(line.raw);
            }
            Err(Unreadable::Rejected(reason, column)) => {
                if reason == Reason::RequiredMissing {
                    self.orders_of_rejected(records);
                }
                self.reject_record(line, reason, column);
            }
            Err(Unreadable::OtherHeader) => {
                self.refused = self.refused.take().or_else(|| Some(other_header(line.number)));
            }
        }
        true
    }

    /// Takes a record in which one unquoted text holds quotes. One at its end may close a cell of several lines that the record
    /// before has the beginning of: what is before the quote may belong to other columns then.
    fn quote_inside(&mut self, records: &Records, text: &str, line: &Line<'_>, index: usize) {
        let layout = self.layout;
        let column = layout.column_name(index);
        let closes = records.field(index).trim_ascii_end().ends_with(b"\"");
        if closes && line.may_be_torn {
            return self.reject_record(
                line,
                Reason::QuoteSuspect,
                layout.column_at(index).map(|c| c.name.as_str()),
            );
        }
        tally::count(&mut self.tally.odd_quotes.inside, &column);
        self.store(records, text, line);
    }

    fn reject_record(&mut self, line: &Line<'_>, reason: Reason, column: Option<&str>) {
        self.tally.reject(reason, line.raw);
        self.reject(line, reason, column, line.raw);
    }

    /// A record rejected for an empty cell has its other cells in their columns: its dates speak of their columns'
    /// order as those of any row do, so that a contradiction is not lost with the record (2-tables, "Instants").
    fn orders_of_rejected(&mut self, records: &Records) {
        let layout = self.layout;
        for (index, column) in layout.table.columns.iter().enumerate() {
            let stated = layout.forms.get(index).is_some_and(|form| form.order.is_some());
            let place = layout.places.get(index).copied().flatten();
            let (ColumnKind::Instant, false, Some(place)) = (column.kind, stated, place) else { continue };
            let written = std::str::from_utf8(records.field(place)).unwrap_or_default().trim();
            if let Some(orders) = instant::orders_possible(written.as_bytes()) {
                self.tally.orders.entry(column.name.clone()).or_default().add(orders);
            }
        }
    }

    fn store(&mut self, records: &Records, text: &str, line: &Line<'_>) {
        let layout = self.layout;
        let number = i64::try_from(line.number).unwrap_or(i64::MAX);
        for (index, column) in layout.table.columns.iter().enumerate() {
            if let Some(place) = layout.places.get(index).copied().flatten() {
                let range: Range<usize> = records.range(place);
                self.cell(index, column, text.get(range).unwrap_or_default(), line);
            }
        }
        if let Some((index, account)) = &layout.fill
            && let Some(cells) = self.cells.get_mut(*index)
        {
            cells.text(account);
        }
        self.long.iter_mut().for_each(|long| long.store(layout, records, text, number));
        self.numbers.push(number);
        self.tally.stored += 1;
    }

    fn cell(&mut self, index: usize, column: &'w Column, written: &str, line: &Line<'_>) {
        let trimmed = if column.kind == ColumnKind::Text { written } else { trimmed(written) };
        let Some(cells) = self.cells.get_mut(index) else { return };
        if trimmed.is_empty() {
            return cells.null();
        }
        let form = self.layout.forms.get(index);
        if let Some(reason) =
            fill(cells, column, (written, trimmed), (&self.layout.booleans, form), &mut self.tally)
        {
            tally::count(&mut self.tally.field_rejects, &column.name);
            self.reject(line, reason, Some(&column.name), trimmed.as_bytes());
        }
    }

    fn reject(&mut self, line: &Line<'_>, reason: Reason, column: Option<&str>, copy: &[u8]) {
        self.rejects.push(Reject {
            record: line.number,
            start: line.start,
            end: line.start + self.layout.coding.length(line.raw),
            sha256: digest::sha256(&self.layout.coding.bytes(line.raw)),
            reason,
            column: column.map(str::to_owned),
            masked: masked(copy),
        });
    }

    fn finish(self, place: Option<(u64, u64)>) -> Result<Typed> {
        if let Some(refused) = self.refused {
            return Err(refused);
        }
        let schema = self.layout.schemas.first().ok_or_else(|| Error::failed("a table without columns"))?;
        let rows = columns::rows(schema, self.cells, &self.layout.source, self.numbers)?;
        Ok(Typed { rows, long: self.long, rejects: self.rejects, tally: self.tally, place })
    }
}

fn cut_header(names: &str) -> Error {
    Error::usage(format!("the first record holds names of columns: {names}"))
        .expected("one header, on the first line, and records behind it")
        .next("where a line end cuts the header in two, join it in a copy; remove what is no record; nothing was stored")
}

fn other_header(record: u64) -> Error {
    Error::usage(format!("record {record} is the header once more, with its columns in another order"))
        .expected("one order of columns in a file")
        .next("two files stand one behind the other: take them apart, and ingest both; nothing was stored")
}

impl Layout {
    /// The column of ours that a field of the file is.
    pub fn column_at(&self, index: usize) -> Option<&'static Column> {
        let place = self.places.iter().position(|place| *place == Some(index))?;
        self.table.columns.get(place)
    }

    /// The name of that column; of one that is not ours, its header.
    fn column_name(&self, index: usize) -> Cow<'static, str> {
        match self.column_at(index) {
            Some(column) => Cow::Borrowed(&column.name),
            None => {
                let header = String::from_utf8_lossy(self.header.get(index).map_or(&[], Vec::as_slice));
                Cow::Owned(shown_header(index, &header))
            }
        }
    }

    /// The key of the record at hand.
    pub fn key<'t>(&'t self, records: &Records, text: &'t str) -> &'t str {
        let index = self.table.columns.iter().position(|column| column.kind == ColumnKind::Key);
        let place = index.and_then(|index| self.places.get(index).copied().flatten());
        match (place, &self.fill) {
            (Some(place), _) => text.get(records.range(place)).unwrap_or_default().trim(),
            (None, Some((_, account))) => account,
            (None, None) => "",
        }
    }
}

/// Stores a cell that is not empty, as written and trimmed, by the kind of its column; why not, when it can't be read.
fn fill(
    cells: &mut Cells,
    column: &Column,
    (written, trimmed): (&str, &str),
    (booleans, form): (&BooleanWords, Option<&Form>),
    tally: &mut Tally,
) -> Option<Reason> {
    match column.kind {
        ColumnKind::Text | ColumnKind::Key | ColumnKind::Reference => cells.text(trimmed),
        ColumnKind::Hex => store_or_null(cells, &cell::hex(trimmed)),
        ColumnKind::Word => store_or_null(cells, &cell::word(trimmed)),
        ColumnKind::List | ColumnKind::WordList => {
            let Some(items) = cell::items(trimmed, column.kind == ColumnKind::WordList) else {
                cells.null();
                return Some(Reason::ListTooLong);
            };
            store_or_null(cells, &cell::joined(&items));
        }
        // As written, blanks around it included; compared trimmed.
        ColumnKind::Email => cells.pair(written, Some(&email_key(written))),
        ColumnKind::Code => code(cells, column, trimmed, tally),
        ColumnKind::Boolean => {
            let value = booleans.read(trimmed);
            cells.boolean(value);
            return value.is_none().then_some(Reason::NotABoolean);
        }
        ColumnKind::Instant => return instant(cells, column, trimmed, form, tally),
    }
    None
}

fn store_or_null(cells: &mut Cells, text: &str) {
    if text.is_empty() { cells.null() } else { cells.text(text) }
}

/// One of our words, or `unknown` beside what was written.
fn code(cells: &mut Cells, column: &Column, written: &str, tally: &mut Tally) {
    let word = cell::word(written);
    let known = column.codes.iter().find(|code| **code == word);
    match known.or_else(|| column.words.get(word.as_ref())) {
        Some(ours) => cells.pair(ours, None),
        None => {
            cells.pair("unknown", Some(written));
            tally.unknown_code(&column.name, written);
        }
    }
}

/// The interval that was written; the widest for what can't be read.
fn instant(
    cells: &mut Cells,
    column: &Column,
    written: &str,
    form: Option<&Form>,
    tally: &mut Tally,
) -> Option<Reason> {
    let unstated = Form::default();
    let form = form.unwrap_or(&unstated);
    match instant::read(written.as_bytes(), form) {
        Ok(interval) => {
            cells.instant(interval);
            if form.zone == Zone::Unstated && interval.hi - interval.lo > ZONE_UNSTATED {
                tally::count(&mut tally.zone_unstated, &column.name);
            }
            None
        }
        Err(_) => {
            cells.instant(Interval::WIDEST);
            if form.order.is_none()
                && let Some(orders) = instant::orders_possible(written.as_bytes())
            {
                tally.orders.entry(column.name.clone()).or_default().add(orders);
            }
            Some(Reason::NotAnInstant)
        }
    }
}
