//! What the quotes of a record show: whether cells may have moved, or records been glued together.
//!
//! A field separator inside quotes is text. So one quote too many, or one too few, turns separators into text and text into
//! separators, and every cell behind it may be read under the wrong header. When the number of fields happens to fit,
//! nothing but the quotes themselves shows it.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem, memrchr_iter};

/// What the quotes of a record show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Each one opens or closes a cell, or is doubled within one.
    Sound,
    /// This one unquoted cell holds quotes, and they move nothing.
    Inside(usize),
    /// Cells may have moved or records been glued; the cell that shows it, or all of them do.
    Suspect(Option<usize>),
}

/// A cell as it is written in its record.
#[derive(Clone, Copy)]
struct Cell<'r> {
    /// What is between its quotes, doubled quotes as they are; nothing when the cell does not begin with a quote.
    quoted: Option<&'r [u8]>,
    /// What follows the closing quote, or the whole unquoted cell.
    unquoted: &'r [u8],
}

/// Cuts a record into cells as the dialect says: a quote opens only at the start of a cell.
struct Cells<'r> {
    rest: Option<&'r [u8]>,
    delimiter: u8,
}

impl<'r> Iterator for Cells<'r> {
    type Item = Cell<'r>;

    fn next(&mut self) -> Option<Cell<'r>> {
        let rest = self.rest?;
        let (quoted, behind) = match rest.strip_prefix(b"\"") {
            Some(content) => {
                let (quoted, after) = content.split_at(quoted_length(content));
                (Some(quoted), after.strip_prefix(b"\"").unwrap_or(after))
            }
            None => (None, rest),
        };
        let end = memchr(self.delimiter, behind);
        self.rest = end.and_then(|end| behind.get(end + 1..));
        Some(Cell { quoted, unquoted: behind.get(..end.unwrap_or(behind.len())).unwrap_or_default() })
    }
}

/// Looks at the quotes of a record of `width` cells. `holds_quotes` says whether an unquoted cell of that place and text may
/// hold quotes: descriptive text may. The record is suspect when
/// - anything but blanks follows a closing quote: a quote was lost, doubled or escaped by a backslash,
/// - two unquoted cells hold quotes: the two ends of a quoted cell that was torn apart,
/// - one holds quotes that may not,
/// - a closing quote is where one would open a cell, and another quote is odd (see [`Shape::closes_where_one_opens`]),
/// - a quoted cell has swallowed lines that look like records (see [`Shape::glues_lines`]).
///
/// A text that only looks like that is rejected with them: a reject is kept and named, a moved cell would be believed.
pub(super) fn quotes(
    raw: &[u8],
    delimiter: u8,
    width: usize,
    holds_quotes: impl Fn(usize, &[u8]) -> bool,
) -> Quotes {
    let shape = Shape { delimiter, width };
    let has_lines = memchr2(b'\n', b'\r', raw).is_some();
    if has_lines && shape.is_records(raw) {
        return Quotes::Suspect(None);
    }
    let (mut inside, mut unclosed) = (None, None);
    for (index, cell) in (Cells { rest: Some(raw), delimiter }).enumerate() {
        match cell.quoted {
            Some(quoted) => {
                let glues = has_lines && shape.glues_lines(quoted);
                if glues || !is_blank(cell.unquoted) || shape.is_unclosed_by_backslash(quoted, raw) {
                    return Quotes::Suspect(Some(index));
                }
                unclosed = unclosed.or_else(|| shape.closes_where_one_opens(quoted).then_some(index));
            }
            None if memchr(b'"', cell.unquoted).is_none() => {}
            None if inside.is_some() || !holds_quotes(index, cell.unquoted) => {
                return Quotes::Suspect(Some(index));
            }
            None => inside = Some(index),
        }
    }
    match (unclosed, inside) {
        (Some(index), Some(_)) => Quotes::Suspect(Some(index)),
        (None, Some(index)) => Quotes::Inside(index),
        (_, None) => Quotes::Sound,
    }
}

/// Whether a quote of the text has a backslash before it, as exports write it that escape by backslashes.
pub(super) fn is_escaped_by_backslash(raw: &[u8]) -> bool {
    memmem::find(raw, b"\\\"").is_some()
}

/// Whether a record ends with a quote right behind a line end. A text may end so; or it is the quote that opened the first cell
/// of the next record, and closed one that was left open. Then the next one begins in the middle of that cell.
pub(super) fn ends_where_one_opens(raw: &[u8]) -> bool {
    let mut before = raw.iter().rev().skip_while(|byte| **byte == b'"');
    raw.ends_with(b"\"") && before.next().is_some_and(is_line_end)
}

/// Bytes behind a record that are searched for the rest of a cell of it.
const AHEAD: usize = 4 << 10;

/// Looks for records that end in the middle of a cell.
pub(super) struct Torn<'c> {
    chunk: &'c [u8],
    delimiter: u8,
    width: usize,
    /// Where the next quote is, from the place last asked for on.
    quote: Option<usize>,
}

impl<'c> Torn<'c> {
    pub fn new(chunk: &'c [u8], delimiter: u8, width: usize) -> Self {
        Self { chunk, delimiter, width, quote: memchr(b'"', chunk) }
    }

    /// Whether a record ends in the middle of a cell: see [`Self::is_cut`] and [`Self::is_glued`]. Only as far as the chunk
    /// reaches.
    pub fn is_torn(&mut self, record: Range<usize>) -> bool {
        if self.quote.is_some_and(|quote| quote < record.end) {
            let behind = self.chunk.get(record.end..).unwrap_or_default();
            self.quote = memchr(b'"', behind).map(|quote| record.end + quote);
        }
        let Some(quote) = self.quote.filter(|quote| quote - record.end <= AHEAD) else { return false };
        let raw = self.chunk.get(record.clone()).unwrap_or_default();
        self.is_glued(raw, quote) || self.is_cut(raw, record.end)
    }

    /// Whether a quoted cell has swallowed the beginning of the next record, up to the quote that opens a cell there: it ends
    /// behind a separator in another line than it begins, and the next quote opens no cell.
    fn is_glued(&self, raw: &[u8], quote: usize) -> bool {
        let is_between = |byte: &u8| *byte == self.delimiter || is_line_end(byte);
        // In a file with all cells in quotes every record ends here.
        if self.chunk.get(quote - 1).is_none_or(is_between) || memchr2(b'\n', b'\r', raw).is_none() {
            return false;
        }
        let is_glued = |quoted: &[u8]| {
            let last = quoted.iter().rfind(|byte| !matches!(byte, b' ' | b'"'));
            last == Some(&self.delimiter) && memchr2(b'\n', b'\r', quoted).is_some()
        };
        self.cells(raw).any(|cell| cell.quoted.is_some_and(is_glued))
    }

    /// Whether a separator in place of a quote has cut the record in two: with the quote put back behind an empty or a quoted
    /// cell, it goes on in the next lines up to a closing quote, and has as many cells as now. By itself its first line is a whole
    /// record, with the beginning of a text in the cells behind.
    fn is_cut(&self, raw: &[u8], end: usize) -> bool {
        let ahead = self.chunk.get(end..self.chunk.len().min(end + AHEAD)).unwrap_or_default();
        self.cells_behind_closing_quote(ahead).is_some_and(|cells| self.has_seam(raw, cells))
    }

    /// How many cells follow the next closing quote on its line; nothing when that line is a whole record or no sound rest of
    /// one.
    fn cells_behind_closing_quote(&self, ahead: &[u8]) -> Option<usize> {
        let quote = quoted_length(ahead);
        let (before, behind) = (ahead.get(..quote)?, ahead.get(quote + 1..)?);
        let behind = behind.strip_prefix(&[self.delimiter])?;
        let behind = behind.get(..memchr2(b'\n', b'\r', behind).unwrap_or(behind.len()))?;
        let mut count = 0;
        for cell in self.cells(behind) {
            let stray =
                if cell.quoted.is_some() { !is_blank(cell.unquoted) } else { cell.unquoted.contains(&b'"') };
            (!stray).then_some(())?;
            count += 1;
        }
        let line = before.rsplit(is_line_end).next().unwrap_or_default();
        (self.cells(line).count() + count < self.width).then_some(count)
    }

    /// Whether so many last cells, which have no quotes, stand behind an empty or a quoted one.
    fn has_seam(&self, raw: &[u8], cells: usize) -> bool {
        let Some(at) = memrchr_iter(self.delimiter, raw).nth(cells - 1) else { return false };
        let before = at.checked_sub(1).and_then(|before| raw.get(before));
        let is_seam = before.is_none_or(|byte| *byte == self.delimiter || *byte == b'"');
        is_seam && !raw.get(at..).unwrap_or_default().contains(&b'"')
    }

    fn cells<'r>(&self, text: &'r [u8]) -> Cells<'r> {
        Cells { rest: Some(text), delimiter: self.delimiter }
    }
}

/// Whether a header has a quote that neither opens nor closes a name, nor is doubled within one; the name that shows it.
pub(super) fn stray_in_header(raw: &[u8], delimiter: u8) -> Option<usize> {
    let is_stray = |cell: Cell<'_>| match cell.quoted {
        Some(_) => !is_blank(cell.unquoted),
        None => memchr(b'"', cell.unquoted).is_some(),
    };
    Cells { rest: Some(raw), delimiter }.position(is_stray)
}

/// Whether a byte ends a line.
pub(super) fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// The lines of a text that hold more than white space, as if each carriage return and each line feed ended one.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(is_line_end).filter(|line| !line.iter().all(u8::is_ascii_whitespace))
}

/// How far a quoted content reaches: up to a quote that is not doubled.
fn quoted_length(content: &[u8]) -> usize {
    let mut at = 0;
    while let Some(quote) = content.get(at..).and_then(|rest| memchr(b'"', rest)) {
        at += quote;
        if content.get(at + 1) != Some(&b'"') {
            return at;
        }
        at += 2;
    }
    content.len()
}

/// What a record of the file looks like.
struct Shape {
    delimiter: u8,
    width: usize,
}

impl Shape {
    fn is_record(&self, line: &[u8]) -> bool {
        line.iter().filter(|byte| **byte == self.delimiter).count() + 1 == self.width
    }

    /// Whether every single line, the first and the last included, has a record's width.
    fn is_records(&self, raw: &[u8]) -> bool {
        self.width > 1 && lines(raw).all(|line| self.is_record(line))
    }

    /// Whether at least half of the lines between the first and the last of a quoted content have a record's width: what
    /// was swallowed may have its own broken records.
    fn glues_lines(&self, quoted: &[u8]) -> bool {
        let first = memchr2(b'\n', b'\r', quoted);
        let last = quoted.iter().rposition(is_line_end);
        let (Some(first), Some(last)) = (first, last) else { return false };
        let (mut inner, mut like_records) = (0, 0);
        for line in lines(quoted.get(first + 1..last).unwrap_or_default()) {
            inner += 1;
            like_records += usize::from(self.is_record(line));
        }
        self.width > 1 && inner > 0 && like_records * 2 >= inner
    }

    /// Whether a quoted content ends behind a separator or a line end, which is where the next cell's quote would open. By
    /// itself that is a text that ends in a comma. Beside another odd quote it is a cell that was never closed: it has swallowed
    /// the separators up to the next quoted cell, whose own text is then read as cells. Who chooses that text chooses them.
    fn closes_where_one_opens(&self, quoted: &[u8]) -> bool {
        let last = quoted.iter().rfind(|byte| !matches!(byte, b' ' | b'"'));
        last.is_some_and(|byte| self.is_between_cells(*byte))
    }

    /// The same where the other odd quote is one behind a backslash: within the content, or at the end of a cell before it,
    /// which then begins with the separator behind that cell too.
    fn is_unclosed_by_backslash(&self, quoted: &[u8], raw: &[u8]) -> bool {
        self.closes_where_one_opens(quoted)
            && (is_escaped_by_backslash(quoted)
                || quoted.first().is_some_and(|byte| self.is_between_cells(*byte))
                    && is_escaped_by_backslash(raw))
    }

    fn is_between_cells(&self, byte: u8) -> bool {
        byte == self.delimiter || is_line_end(&byte)
    }
}
