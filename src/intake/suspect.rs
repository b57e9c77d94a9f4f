//! Signs that an open quote has swallowed line ends, and so glued records together (8-engineering, `QUOTE_SUSPECT`).

/// One quoted field as it stands in a record.
#[derive(Default)]
struct Quoted {
    /// Complete lines between the first and the last line of its content, blank ones not counted.
    inner: usize,
    /// Those of them that have the header's width.
    like_records: usize,
    /// Whether its content has a line end.
    is_long: bool,
    /// Whether text stands right behind its closing quote.
    has_tail: bool,
}

/// Whether a record of several lines looks like several records:
/// - of a quoted cell's inner lines at least half have the header's width, blank ones not counted: what was swallowed may
///   have its own broken records,
/// - text stands right behind the closing quote of a cell of several lines: that quote opened a cell of a later record,
/// - every single line of the record, the first and the last included, has the header's width.
///
/// A text that only looks like records is rejected with them: it is kept and named, glued records would be lost.
pub(super) fn is_suspect(raw: &[u8], delimiter: u8, width: usize) -> bool {
    if width < 2 || !raw.iter().any(is_line_end) {
        return false;
    }
    let is_like_record = |line: &[u8]| fields(line, delimiter) == width;
    if lines(raw).filter(|line| !is_blank(line)).all(is_like_record) {
        return true;
    }
    let suspect = |field: &Quoted| {
        field.has_tail && field.is_long || field.inner > 0 && field.like_records * 2 >= field.inner
    };
    quoted_fields(raw, delimiter, is_like_record).iter().any(suspect)
}

/// Whether a byte ends a line.
pub(super) fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

/// The lines of a text, as if each carriage return and each line feed ended one: a pair makes a blank line.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(is_line_end)
}

fn fields(line: &[u8], delimiter: u8) -> usize {
    line.iter().filter(|byte| **byte == delimiter).count() + 1
}

fn quoted_fields(raw: &[u8], delimiter: u8, is_like_record: impl Fn(&[u8]) -> bool) -> Vec<Quoted> {
    let mut found = Vec::new();
    let mut rest = raw;
    loop {
        let mut behind = rest;
        if let Some(content) = rest.strip_prefix(b"\"") {
            let (quoted, after) = content.split_at(quoted_length(content));
            behind = after.strip_prefix(b"\"").unwrap_or(after);
            let has_tail = behind.first().is_some_and(|byte| *byte != delimiter);
            found.push(Quoted { has_tail, ..inner_lines(quoted, &is_like_record) });
        }
        let Some(end) = behind.iter().position(|byte| *byte == delimiter) else { return found };
        rest = behind.get(end + 1..).unwrap_or_default();
    }
}

/// How far a quoted content reaches: up to a quote that is not doubled.
fn quoted_length(content: &[u8]) -> usize {
    let mut at = 0;
    while let Some(quote) = content.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'"')) {
        at += quote;
        if content.get(at + 1) != Some(&b'"') {
            return at;
        }
        at += 2;
    }
    content.len()
}

fn inner_lines(content: &[u8], is_like_record: impl Fn(&[u8]) -> bool) -> Quoted {
    let mut found = Quoted { is_long: content.iter().any(is_line_end), ..Quoted::default() };
    let mut ahead = lines(content).skip(1).peekable();
    while let Some(line) = ahead.next() {
        let is_last = ahead.peek().is_none();
        if !is_last && !is_blank(line) {
            found.inner += 1;
            found.like_records += usize::from(is_like_record(line));
        }
    }
    found
}
