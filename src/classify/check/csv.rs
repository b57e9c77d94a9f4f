//! Small CSV texts of ours: expected verdicts and those that a fixture gave.

use crate::base::{Error, Result};

/// A table as text: its header and its rows, each with the line on which it begins.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub header: Vec<String>,
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// From 1.
    pub line: usize,
    pub cells: Vec<String>,
}

impl Rows {
    /// Where the column of that name stands.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }
}

/// Reads a CSV text with a header.
///
/// # Errors
/// When it is not UTF-8 inside quotes, or a row has more or fewer cells than the header.
pub(super) fn read(name: &str, text: &str) -> Result<Rows> {
    let mut records =
        records(text).map_err(|what| Error::usage(what).at(crate::base::Place::file(name)))?.into_iter();
    let header = records.next().map(|row| row.cells).unwrap_or_default();
    let rows: Vec<Row> = records.collect();
    match rows.iter().find(|row| row.cells.len() != header.len()) {
        None => Ok(Rows { header, rows }),
        Some(row) => Err(Error::usage(format!("a row of {} cells", row.cells.len()))
            .at(crate::base::Place::line(name, row.line, 1))
            .expected(format!("{} cells, as the header has", header.len()))),
    }
}

fn records(text: &str) -> std::result::Result<Vec<Row>, &'static str> {
    let mut reader = csv_core::Reader::new();
    let mut cells_text = vec![0; text.len() + 2];
    let mut ends = vec![0; text.len() + 2];
    // Ended by a line end, so that the reader never stops within a record.
    let ended = format!("{}\n", text.trim_end_matches('\n'));
    let mut rest = ended.as_bytes();
    let mut rows = Vec::new();
    loop {
        let line = usize::try_from(reader.line()).unwrap_or(usize::MAX);
        let (result, read, _, count) = reader.read_record(rest, &mut cells_text, &mut ends);
        rest = rest.get(read..).unwrap_or_default();
        match result {
            csv_core::ReadRecordResult::Record => {
                rows.push(Row { line, cells: cells(&cells_text, &ends, count)? })
            }
            csv_core::ReadRecordResult::InputEmpty => {}
            csv_core::ReadRecordResult::End => return Ok(rows),
            _ => return Err("a record that is longer than its text"),
        }
    }
}

fn cells(text: &[u8], ends: &[usize], count: usize) -> std::result::Result<Vec<String>, &'static str> {
    let mut begin = 0;
    ends.iter()
        .take(count)
        .map(|&end| {
            let cell = text.get(begin..end).unwrap_or_default();
            begin = end;
            String::from_utf8(cell.to_vec()).map_err(|_| "a cell that is not UTF-8")
        })
        .collect()
}
