//! CSV by RFC 4180 with LF line ends; quotes only where needed (comma, quote, CR, LF).

use super::cells::Cell;

/// Adds one line to `out`.
pub(super) fn line<T: AsRef<str>>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = T>) {
    for (i, field) in fields.into_iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        add(out, field.as_ref());
    }
    out.push(b'\n');
}

/// Adds the value of a cell, quoted where it must be.
pub(super) fn cell(out: &mut Vec<u8>, cell: Cell<'_>) {
    match cell {
        Cell::Text(text) => add(out, text),
        // None of them holds anything that is quoted.
        Cell::Null | Cell::Boolean(_) | Cell::Integer(_) | Cell::Instant(_) => {
            out.extend_from_slice(cell.text().as_bytes());
        }
    }
}

/// Adds one field, quoted where it must be.
pub(super) fn add(out: &mut Vec<u8>, field: &str) {
    if !field.bytes().any(|b| matches!(b, b',' | b'"' | b'\r' | b'\n')) {
        out.extend_from_slice(field.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in field.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}
