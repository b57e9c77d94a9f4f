//! A reader of CSV that shares nothing with the program's: byte by byte, as RFC 4180 says it.

use std::collections::BTreeMap;
use std::ops::Range;

/// A record by the names of its columns.
pub type Row = BTreeMap<String, String>;

/// Where each record lies, header included, blank lines left out; the record's end holds its line end.
pub fn records(bytes: &[u8]) -> Vec<Range<usize>> {
    let (mut records, mut start, mut quoted) = (Vec::new(), 0, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                records.push(start..at + 1);
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < bytes.len() {
        records.push(start..bytes.len());
    }
    records.retain(|record| !without_line_end(&bytes[record.clone()]).is_empty());
    records
}

/// The cells of one record.
pub fn cells(record: &[u8]) -> Vec<String> {
    let record = String::from_utf8_lossy(without_line_end(record)).into_owned();
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut rest = record.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            _ => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}

/// All records by the header's names.
pub fn rows(bytes: &[u8]) -> Vec<Row> {
    let mut records = records(bytes).into_iter().map(|record| cells(&bytes[record]));
    let header = records.next().expect("a header");
    records.map(|record| header.iter().cloned().zip(record).collect()).collect()
}

/// A file with each cell of one column put in place of what stood there; the column is the header's `at`.
pub fn with_column(bytes: &[u8], at: usize, cell: impl Fn(&str) -> String) -> Vec<u8> {
    let mut written = String::new();
    for (n, record) in records(bytes).into_iter().enumerate() {
        let mut cells = cells(&bytes[record]);
        if let Some(changed) = cells.get_mut(at).filter(|_| n > 0) {
            *changed = cell(changed);
        }
        let quoted: Vec<String> = cells.iter().map(|c| format!("\"{}\"", c.replace('"', "\"\""))).collect();
        written.push_str(&quoted.join(","));
        written.push('\n');
    }
    written.into_bytes()
}

fn without_line_end(record: &[u8]) -> &[u8] {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    record.strip_suffix(b"\r").unwrap_or(record)
}
