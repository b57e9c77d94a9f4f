//! The dialect of CSV, stated a third time, byte by byte and without any cleverness: what the splitter and the parser
//! make of generated dirt must be what this says, wherever the pieces are cut.

use proptest::prelude::*;

use highwater::intake::{Cutting, Walked, walk};

const OPEN: &str = "QUOTE_OPEN";
const LONG: &str = "RECORD_TOO_LONG";

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
fn stated(text: &[u8], longest: usize) -> (Vec<Walked>, u64) {
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

fn walked(text: &[u8], chunk: usize, longest: usize) -> (Vec<Walked>, u64) {
    let (mut met, mut blank) = (Vec::new(), 0);
    let cutting = Cutting { chunk, longest, ..Cutting::new(1_000) };
    walk(text, cutting, |what| match what {
        Walked::Blank(lines) => blank += lines,
        other => met.push(other),
    })
    .unwrap_or_else(|e| panic!("{e}"));
    (met, blank)
}

fn dirt() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => Just(b'"'), 3 => Just(b','), 3 => Just(b'\n'), 2 => Just(b'\r'), 3 => Just(b'a'),
        1 => Just(0), 1 => Just(0xef), 1 => Just(0xbb), 1 => Just(0xbf), 1 => any::<u8>(),
    ];
    proptest::collection::vec(byte, 0..120)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn splitter_and_parser_read_what_the_dialect_says(text in dirt(), longest in 1..150usize, chunk in 1..40usize) {
        prop_assert_eq!(walked(&text, chunk, longest), stated(&text, longest));
    }
}

/// Every text of up to seven of the bytes that matter, cut everywhere: nothing is left to chance.
#[test]
fn every_short_text_is_read_as_the_dialect_says() {
    const BYTES: [u8; 5] = *b"\",\n\ra";
    for length in 0..=7u32 {
        for number in 0..5usize.pow(length) {
            let text: Vec<u8> = (0..length).map(|place| BYTES[number / 5usize.pow(place) % 5]).collect();
            for (chunk, longest) in [(1, 100), (2, 3), (100, 2)] {
                assert_eq!(
                    walked(&text, chunk, longest),
                    stated(&text, longest),
                    "{text:?} {chunk} {longest}"
                );
            }
        }
    }
}

/// A quoted record of so many bytes behind so many bytes of other records, and one more record.
fn bounded(length: usize, before: usize) -> Vec<(u64, Option<&'static str>)> {
    let mut text = vec![b'b'; before];
    text.push(b'\n');
    text.push(b'"');
    text.resize(text.len() + length - 2, b'\n');
    text.extend_from_slice(b"\"\nlast");
    let mut met = Vec::new();
    walk(text.as_slice(), Cutting::new(1), |what| match what {
        Walked::Record { start, end, .. } => met.push((end - start, None)),
        Walked::Rejected { start, end, reason, .. } => met.push((end - start, Some(reason))),
        Walked::Blank(_) => {}
    })
    .unwrap();
    met
}

#[test]
fn a_record_of_64_mib_is_read_and_one_byte_more_is_too_long_wherever_it_begins() {
    let longest = 64 << 20;
    for before in [1, (4 << 20) - 1, (7 << 20) + 11] {
        let met = bounded(longest, before);
        assert_eq!(met, [(before as u64, None), (longest as u64, None), (4, None)]);
        let met = bounded(longest + 1, before);
        // Behind the first line, the quote that closed the record is one that nothing closes.
        assert_eq!(met, [(before as u64, None), (1, Some(LONG)), (1, Some(OPEN)), (4, None)]);
    }
}

/// Read again from each line's end, this would take a day: a quote is open wherever a line begins.
#[test]
fn lines_of_which_each_leaves_a_quote_open_are_read_in_one_go() {
    let lines = 400_000;
    for (longest, reason) in [(1 << 20, LONG), (1 << 30, OPEN)] {
        let text = b"\"x\",\"y\n".repeat(lines);
        let mut rejected = 0;
        let cutting = Cutting { longest, ..Cutting::new(2) };
        let mut reasons = std::collections::BTreeSet::new();
        walk(text.as_slice(), cutting, |what| {
            if let Walked::Rejected { reason, .. } = what {
                rejected += 1;
                reasons.insert(reason);
            }
        })
        .unwrap();
        assert_eq!(rejected, lines);
        assert!(reasons.contains(reason) && reasons.contains(OPEN));
    }
}
