//! Whether a record can be stored, and if not, why not.

use super::cell::is_json_list;
use super::records::Records;
use super::rejects::Reason;
use super::suspect::{self, Quotes};
use super::typing::Layout;
use crate::base::text::{fold_name, folds_to, trimmed};
use crate::engine::tables::{Column, ColumnKind};

/// Why a record can't be stored.
pub(super) enum Unreadable<'l> {
    /// It is rejected, and the column of ours that this is about.
    Rejected(Reason, Option<&'l str>),
    /// It is the header once more, in another order: from here on every cell would stand in another column.
    OtherHeader,
}

use Unreadable::Rejected;

/// A record that can be stored.
pub(super) struct Readable<'r> {
    /// Its fields as one text, cut only between characters.
    pub text: &'r str,
    /// The place of the one unquoted cell that holds quotes.
    pub quote_inside: Option<usize>,
}

/// What can be stored of a record; else why not. `raw` is the record as it was cut.
pub(super) fn readable<'r, 'l>(
    layout: &'l Layout,
    records: &'r Records,
    raw: &[u8],
) -> Result<Readable<'r>, Unreadable<'l>> {
    if records.count() != layout.header.len() {
        return Err(Rejected(Reason::FieldCount, None));
    }
    if records.is_too_long() {
        return Err(Rejected(Reason::RecordTooLong, None));
    }
    let text = std::str::from_utf8(records.fields())
        .map_err(|e| Rejected(Reason::NotText, column_at(layout, records, e.valid_up_to())))?;
    // In a line without quotes the delimiters part all characters.
    if !records.is_plain() {
        whole_characters(layout, records, text)?;
    }
    match header_again(layout, records, text) {
        Some(true) => return Err(Rejected(Reason::HeaderAgain, None)),
        Some(false) => return Err(Unreadable::OtherHeader),
        None => {}
    }
    // A line without quotes has moved no cell and swallowed no record; nearly every record is one.
    let quote_inside = if records.is_plain() { None } else { quoted(layout, raw)? };
    cells(layout, records, text, raw)?;
    Ok(Readable { text, quote_inside })
}

/// Two halves of a character in two cells are text together, and none of the two is.
fn whole_characters<'l>(layout: &'l Layout, records: &Records, text: &str) -> Result<(), Unreadable<'l>> {
    let is_cut = |index: &usize| !text.is_char_boundary(records.range(*index).end);
    match (0..records.count()).find(is_cut) {
        Some(index) => Err(Rejected(Reason::NotText, column_of(layout, index))),
        None => Ok(()),
    }
}

/// Rejects a record whose quotes may have moved its cells; else the place of the one unquoted cell that holds quotes.
fn quoted<'l>(layout: &'l Layout, raw: &[u8]) -> Result<Option<usize>, Unreadable<'l>> {
    let holds_quotes = |index: usize, cell: &[u8]| match layout.column_at(index).map(|column| column.kind) {
        None | Some(ColumnKind::Text) => true,
        // Exports that do not quote, such as those separated by tabs, write lists so.
        Some(ColumnKind::List | ColumnKind::WordList) => std::str::from_utf8(cell).is_ok_and(is_json_list),
        Some(_) => false,
    };
    match suspect::quotes(raw, layout.delimiter, layout.header.len(), holds_quotes) {
        Quotes::Sound => Ok(None),
        Quotes::Inside(index) => Ok(Some(index)),
        Quotes::Suspect(index) => {
            Err(Rejected(Reason::QuoteSuspect, index.and_then(|index| column_of(layout, index))))
        }
    }
}

/// Two names of columns that the first record holds: it is the rest of a header that a line end cuts in two, or a second
/// header, and no record of the table.
pub(super) fn names_in(layout: &Layout, records: &Records) -> Option<String> {
    let cells = (0..records.count().min(layout.header.len())).map(|index| records.field(index));
    let is_name = |cell: &&str| {
        layout.table.columns.iter().flat_map(Column::headers).any(|name| folds_to(cell, &fold_name(name)))
    };
    let names: Vec<&str> = cells.filter_map(|cell| std::str::from_utf8(cell).ok()).filter(is_name).collect();
    (names.len() > 1).then(|| names.join(", "))
}

/// Looks at the cells of ours: a value that every record needs must be there, and none may have swallowed a record.
fn cells<'l>(layout: &'l Layout, records: &Records, text: &str, raw: &[u8]) -> Result<(), Unreadable<'l>> {
    let has_lines = !records.is_plain() && raw.iter().any(suspect::is_line_end);
    for (column, place) in layout.table.columns.iter().zip(&layout.places) {
        let Some(place) = place else { continue };
        if !has_lines && !column.required {
            continue;
        }
        let cell = trimmed(text.get(records.range(*place)).unwrap_or_default());
        if has_lines && has_swallowed(column.kind, cell.as_bytes(), layout.delimiter) {
            return Err(Rejected(Reason::QuoteSuspect, Some(&column.name)));
        }
        if column.required && cell.is_empty() {
            return Err(Rejected(Reason::RequiredMissing, Some(&column.name)));
        }
    }
    Ok(())
}

/// Whether a line end in a cell shows that a quote stayed open. Texts and lists have lines; a digest may be broken over
/// lines and a cell hold two addresses, but neither holds what separates fields.
fn has_swallowed(kind: ColumnKind, cell: &[u8], delimiter: u8) -> bool {
    let has_line_end = cell.iter().any(suspect::is_line_end);
    match kind {
        ColumnKind::Text | ColumnKind::List | ColumnKind::WordList => false,
        ColumnKind::Hex | ColumnKind::Email => has_line_end && cell.contains(&delimiter),
        _ => has_line_end,
    }
}

/// Whether it is the header once more, as where files were put one behind the other, and then whether in the same
/// order. Names are compared as headers are.
fn header_again(layout: &Layout, records: &Records, text: &str) -> Option<bool> {
    let field = |index| text.get(records.range(index)).unwrap_or_default();
    let first = first_of_header(field(0));
    // Nearly every record ends here, at the first byte.
    let may_be_name = |byte| layout.first_bytes.get(usize::from(byte)).copied().unwrap_or(true);
    if !first.bytes().next().is_none_or(may_be_name) {
        return None;
    }
    if !layout.names.iter().any(|name| folds_to(first, name)) {
        return None;
    }
    let fields = std::iter::once(first).chain((1..records.count()).map(field));
    let mut names: Vec<String> = fields.map(fold_name).collect();
    if names == layout.names {
        return Some(true);
    }
    let mut known = layout.names.clone();
    names.sort_unstable();
    known.sort_unstable();
    (names == known).then_some(false)
}

/// The bytes with which a field can begin that is one of these names once it is folded: the names' own first letters in
/// either case, and whatever folding drops or may map to an ASCII letter.
pub(super) fn first_bytes(names: &[String]) -> [bool; 256] {
    let mut can_begin = [false; 256];
    for (byte, can_begin) in (0..=u8::MAX).zip(&mut can_begin) {
        let is_first = |name: &String| name.bytes().next() == Some(byte.to_ascii_lowercase());
        *can_begin = !byte.is_ascii_alphanumeric() || names.iter().any(is_first);
    }
    can_begin
}

/// The first field without byte order marks; they keep its quotes from being read as such.
fn first_of_header(field: &str) -> &str {
    let behind = field.trim_start_matches('\u{feff}');
    if behind.len() == field.len() {
        return field;
    }
    behind.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(behind)
}

/// The column of ours that holds a byte of the fields.
fn column_at<'l>(layout: &'l Layout, records: &Records, byte: usize) -> Option<&'l str> {
    let index = (0..records.count()).find(|index| records.range(*index).contains(&byte))?;
    column_of(layout, index)
}

/// The name of the column of ours that a field of the file is.
fn column_of(layout: &Layout, index: usize) -> Option<&str> {
    layout.column_at(index).map(|column| column.name.as_str())
}
