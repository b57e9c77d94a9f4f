//! The dialect of CSV, stated a third time, byte by byte and without any cleverness: RFC 4180, and our rules where it
//! is silent. A quote opens only at the start of a field; text behind a closing quote belongs to its field; a line
//! feed, a carriage return, or both in this order end a record; blank lines are none; a record longer than the longest,
//! or open at the text's end, is rejected up to its first line end.

use highwater::intake::Walked;

pub const OPEN: &str = "QUOTE_OPEN";
pub const LONG: &str = "RECORD_TOO_LONG";

/// One record from `start` on: its fields, where it ends, and whether a quote is open there.
fn record(text: &[u8], start: usize) -> (Vec<Vec<u8>>, usize, bool) {
    let (mut fields, mut field, mut at) = (Vec::new(), Vec::new(), start);
    let (mut quoted, mut fresh) = (false, true);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' if quoted && text.get(at + 1) == Some(&b'"') => {
                field.push(b'"');
                at += 1;
            }
            b'"' if quoted => quoted = false,
            _ if quoted => field.push(byte),
            b'"' if fresh => quoted = true,
            b'\n' | b'\r' => break,
            b',' => fields.push(std::mem::take(&mut field)),
            _ => field.push(byte),
        }
        fresh = byte == b',' && !quoted;
        at += 1;
    }
    fields.push(field);
    (fields, at, quoted)
}

/// Just past a line end.
fn behind_line_end(text: &[u8], at: usize) -> usize {
    if text[at..].starts_with(b"\r\n") { at + 2 } else { (at + 1).min(text.len()) }
}

/// All records and rejects of a text, and the number of blank lines.
pub fn stated(text: &[u8], longest: usize) -> (Vec<Walked>, u64) {
    let (mut met, mut blank, mut at, mut number) = (Vec::new(), 0, 0, 0);
    while at < text.len() {
        if matches!(text[at], b'\n' | b'\r') {
            blank += 1;
            at = behind_line_end(text, at);
            continue;
        }
        number += 1;
        let (fields, end, open) = record(text, at);
        let start = at as u64;
        let reason = if end - at > longest { Some(LONG) } else { open.then_some(OPEN) };
        let first_line = text[at..].iter().position(|b| matches!(b, b'\n' | b'\r'));
        let stop = if reason.is_none() { end } else { first_line.map_or(text.len(), |line| at + line) };
        met.push(match reason {
            Some(reason) => Walked::Rejected { number, start, end: stop as u64, reason },
            None => Walked::Record { number, start, end: stop as u64, count: fields.len(), fields },
        });
        at = behind_line_end(text, stop);
    }
    (met, blank)
}
