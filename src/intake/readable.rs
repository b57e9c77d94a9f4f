//! Whether a record can be stored, and if not, why not.

use super::head::behind_marks;
use super::records::Records;
use super::rejects::Reason;
use super::suspect;
use super::typing::Layout;

/// Why a record is rejected, and the column of ours that it is about.
type Rejected<'l> = (Reason, Option<&'l str>);

/// The fields of a record that can be stored, as one text; else why not. `raw` is the record as it was cut.
pub(super) fn readable<'r, 'l>(
    layout: &'l Layout,
    records: &'r Records,
    raw: &[u8],
) -> Result<&'r str, Rejected<'l>> {
    if records.count() != layout.header.len() {
        return Err((Reason::FieldCount, None));
    }
    let text = std::str::from_utf8(records.fields())
        .map_err(|e| (Reason::NotText, column_at(layout, records, e.valid_up_to())))?;
    if suspect::is_suspect(raw, layout.delimiter, layout.header.len()) {
        return Err((Reason::QuoteSuspect, None));
    }
    if is_header(layout, records) {
        return Err((Reason::HeaderAgain, None));
    }
    for (column, place) in layout.table.columns.iter().zip(&layout.places) {
        let missing = |place: &usize| text.get(records.range(*place)).is_none_or(|t| t.trim().is_empty());
        if column.required && place.as_ref().is_some_and(missing) {
            return Err((Reason::RequiredMissing, Some(&column.name)));
        }
    }
    Ok(text)
}

/// Whether it is the header once more, as where files were put one behind the other: then byte order marks may stand
/// before it.
fn is_header(layout: &Layout, records: &Records) -> bool {
    let is_same = |(index, name): (usize, &Vec<u8>)| match index {
        0 => first_of_header(records.field(0)) == name.as_slice(),
        _ => records.field(index) == name.as_slice(),
    };
    layout.header.iter().enumerate().all(is_same)
}

/// The first field without marks; they keep its quotes from being read as such.
fn first_of_header(field: &[u8]) -> &[u8] {
    let behind = behind_marks(field);
    let unquoted = behind.strip_prefix(b"\"").and_then(|f| f.strip_suffix(b"\""));
    if behind.len() < field.len() { unquoted.unwrap_or(behind) } else { field }
}

/// The column of ours that holds a byte of the fields.
fn column_at<'l>(layout: &'l Layout, records: &Records, byte: usize) -> Option<&'l str> {
    let columns = layout.table.columns.iter().zip(&layout.places);
    let mut with_place = columns.filter_map(|(column, place)| place.map(|place| (column, place)));
    let found = with_place.find(|(_, place)| records.range(*place).contains(&byte));
    found.map(|(column, _)| column.name.as_str())
}
