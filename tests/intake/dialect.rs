//! What the splitter and the parser make of generated dirt is what the plain statement of the dialect says, wherever
//! the pieces are cut.

use proptest::prelude::*;

use highwater::intake::{Cutting, Walked, walk};

use crate::statement::{LONG, OPEN, stated};

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
