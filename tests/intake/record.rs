//! Any record as it stands in its source, found by its number.

use std::fs;

use proptest::prelude::*;

use highwater::case::Source;
use highwater::intake::{Stated, record_in_source};

use crate::support::Bench;

/// Header, records and what lies between, put together again; what lies between are line ends only.
fn put_together(bench: &Bench, source: &Source) -> Vec<u8> {
    let path = bench.exports().join("users.csv");
    let file = fs::read(&path).unwrap();
    let mut at = source.chunks[0].1;
    let mut whole = file[..usize::try_from(at).unwrap()].to_vec();
    for number in 1..=source.read {
        let record = record_in_source(&path, source, number).unwrap_or_else(|e| panic!("{e}"));
        assert!(record.start >= at && record.is_whole());
        let (start, end) = (usize::try_from(record.start).unwrap(), usize::try_from(record.end).unwrap());
        let between = &file[usize::try_from(at).unwrap()..start];
        assert!(between.iter().all(|b| matches!(b, b'\n' | b'\r')), "record {number}");
        whole.extend_from_slice(between);
        whole.extend_from_slice(&record.bytes);
        assert_eq!(record.bytes.len(), end - start);
        at = record.end;
    }
    let rest = &file[usize::try_from(at).unwrap()..];
    assert!(rest.iter().all(|b| matches!(b, b'\n' | b'\r')));
    whole.extend_from_slice(rest);
    whole
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn header_records_and_line_ends_make_the_file_again(bytes in proptest::collection::vec(
        prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(b'a'), any::<u8>()], 0..200)) {
        let text = [b"\xef\xbb\xbf\"user_id\",account_id\r\n".as_slice(), &bytes].concat();
        let bench = Bench::light();
        let (source, _) = bench.one("users.csv", &text, Stated::default());
        prop_assert_eq!(put_together(&bench, &source), text);
    }
}

#[test]
fn a_record_is_found_behind_chunks_rejects_and_quoted_lines() {
    let bench = Bench::new();
    let mut text = String::from("user_id,account_id,name\n");
    let mut expected = Vec::new();
    for number in 1..150_000 {
        let record = match number % 1_000 {
            1 => "ragged".to_owned(),
            2 => format!("{number},a,\"two\n\nlines \"\" and more\""),
            _ => format!("{number},a,a plain name of some length that fills the chunks"),
        };
        text.push_str(&record);
        text.push_str(["\n", "\r\n", "\r", "\n\n"][number % 4]);
        expected.push(record);
    }
    text.push_str("open,a,\"never closed\n150001,a,last");
    expected.extend(["open,a,\"never closed".to_owned(), "150001,a,last".to_owned()]);
    let (source, _) = bench.one("users.csv", &text, Stated::default());
    assert_eq!(source.read, 150_001);
    assert!(source.chunks.len() > 2);
    let path = bench.exports().join("users.csv");
    for number in [1, 2, 3, 75_001, 75_002, 99_999, 149_999, 150_000, 150_001] {
        let record = record_in_source(&path, &source, number).unwrap();
        assert_eq!(String::from_utf8(record.bytes).unwrap(), expected[number as usize - 1]);
        let at = record.start as usize..record.end as usize;
        assert_eq!(&text[at], expected[number as usize - 1]);
    }
}

#[test]
fn a_record_whose_first_lines_are_rejected_is_found_without_a_chunk_before_it() {
    let bench = Bench::new();
    let (source, _) = bench.one("users.csv", "user_id,account_id\n\"open\n", Stated::default());
    let record = record_in_source(&bench.exports().join("users.csv"), &source, 1).unwrap();
    assert_eq!((record.start, record.bytes.as_slice()), (19, b"\"open".as_slice()));
}

#[test]
fn only_bytes_that_were_ingested_are_shown() {
    let bench = Bench::new();
    let (source, _) = bench.one("users.csv", "user_id,account_id\n1,a\n", Stated::default());
    let path = bench.file("users.csv", "user_id,account_id\n1,b\n");
    let told = record_in_source(&path, &source, 1).unwrap_err().to_string();
    let found = highwater::base::digest::sha256(b"user_id,account_id\n1,b\n");
    assert!(told.contains(&source.sha256) && told.contains(&found), "{told}");
    fs::remove_file(&path).unwrap();
    let told = record_in_source(&path, &source, 1).unwrap_err().to_string();
    assert!(told.contains("not where it lay") && told.contains(&source.sha256), "{told}");
}

#[test]
fn a_record_that_is_not_there_is_told_with_those_that_are() {
    let bench = Bench::new();
    let (source, _) = bench.one("users.csv", "user_id,account_id\n1,a\n", Stated::default());
    for number in [0, 2] {
        let told = record_in_source(&bench.exports().join("users.csv"), &source, number).unwrap_err();
        assert!(told.to_string().contains("from 1 to 1"), "{told}");
    }
}
