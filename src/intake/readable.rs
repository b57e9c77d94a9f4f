//! Whether a record can be stored, and if not, why not.

use super::records::Records;
use super::rejects::Reason;
use super::suspect;
use super::typing::Layout;
use crate::base::text::{fold_name, folds_to, trimmed};
use crate::engine::tables::ColumnKind;

/// Why a record can't be stored.
pub(super) enum Unreadable<'l> {
    /// It is rejected, and the column of ours that this is about.
    Rejected(Reason, Option<&'l str>),
    /// It is the header once more, in another order: from here on every cell would stand in another column.
    OtherHeader,
}

use Unreadable::Rejected;

/// The fields of a record that can be stored, as one text that is cut only between characters; else why not. `raw` is
/// the record as it was cut.
pub(super) fn readable<'r, 'l>(
    layout: &'l Layout,
    records: &'r Records,
    raw: &[u8],
) -> Result<&'r str, Unreadable<'l>> {
    if records.count() != layout.header.len() {
        return Err(Rejected(Reason::FieldCount, None));
    }
    if records.is_too_long() {
        return Err(Rejected(Reason::RecordTooLong, None));
    }
    let text = std::str::from_utf8(records.fields())
        .map_err(|e| Rejected(Reason::NotText, column_at(layout, records, e.valid_up_to())))?;
    // What stands in one line has swallowed none, and there the delimiters part all characters.
    if !records.is_plain() {
        quoted(layout, records, text, raw)?;
    }
    match header_again(layout, records, text) {
        Some(true) => return Err(Rejected(Reason::HeaderAgain, None)),
        Some(false) => return Err(Unreadable::OtherHeader),
        None => {}
    }
    cells(layout, records, text, raw)
}

/// Looks for the signs that a record with quotes is more than one, or that its cells are no texts.
fn quoted<'l>(layout: &'l Layout, records: &Records, text: &str, raw: &[u8]) -> Result<(), Unreadable<'l>> {
    // Two halves of a character in two cells are text together, and none of the two is.
    let is_cut = |index: &usize| !text.is_char_boundary(records.range(*index).end);
    if let Some(index) = (0..records.count()).find(is_cut) {
        return Err(Rejected(Reason::NotText, column_of(layout, index)));
    }
    if suspect::is_suspect(raw, layout.delimiter, layout.header.len()) {
        return Err(Rejected(Reason::QuoteSuspect, None));
    }
    Ok(())
}

/// Looks at the cells of ours: a value that every record needs must be there, and none may have swallowed a record.
fn cells<'r, 'l>(
    layout: &'l Layout,
    records: &Records,
    text: &'r str,
    raw: &[u8],
) -> Result<&'r str, Unreadable<'l>> {
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
    Ok(text)
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

/// The column of ours that a field of the file is.
fn column_of(layout: &Layout, index: usize) -> Option<&str> {
    let place = layout.places.iter().position(|place| *place == Some(index))?;
    layout.table.columns.get(place).map(|column| column.name.as_str())
}
