//! Any records, written by a small writer of our own, are read back as they were or rejected; the store is the same
//! for any number of threads and any order of files.

use proptest::prelude::*;

use highwater::intake::Stated;

use crate::support::{Bench, Row, cell};

/// A record as it is meant: user, name, plain field.
type Meant = (String, String, bool);

fn field() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-z0-9 ,;\"\n\r\té]{0,12}").unwrap()
}

fn records() -> impl Strategy<Value = Vec<(Meant, u8)>> {
    let id = proptest::string::string_regex("[a-z0-9]{0,4}").unwrap();
    proptest::collection::vec(((id, field(), any::<bool>()), 0..5u8), 0..60)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// Writes the records; `dirt` chooses the line end, blank lines and a missing field.
fn written(records: &[(Meant, u8)]) -> (String, Vec<bool>) {
    let mut text = String::from("user_id,account_id,name\n");
    let mut whole = Vec::new();
    for ((user, name, plain), dirt) in records {
        let is_safe = !name.contains(['"', ',', '\n', '\r']);
        let name = if *plain && is_safe { name.clone() } else { quoted(name) };
        let ragged = *dirt == 4;
        text.push_str(&if ragged { format!("{user},a") } else { format!("{user},a,{name}") });
        text.push_str(["\n", "\r\n", "\r", "\n\n", "\n"][usize::from(*dirt)]);
        whole.push(!ragged && !user.is_empty());
    }
    (text, whole)
}

/// What `QUOTE_SUSPECT` says of a record written with quotes: half of its cell's inner lines have three fields, or all
/// its lines have. A pair of line ends makes a blank line, and blank lines do not count.
fn is_suspect(user: &str, name: &str) -> bool {
    let is_long = |line: &&str| !line.trim_matches([' ', '\t']).is_empty();
    let is_record = |line: &str| line.split(',').count() == 3;
    let lines: Vec<&str> = name.split(['\n', '\r']).collect();
    let inner: Vec<&str> = lines[1..lines.len().max(2) - 1].iter().copied().filter(is_long).collect();
    let whole = format!("{user},a,\"{name}\"");
    let like_records = whole.split(['\n', '\r']).filter(is_long).all(is_record);
    let like = inner.iter().filter(|line| is_record(line)).count();
    lines.len() > 1 && (like_records || !inner.is_empty() && 2 * like >= inner.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_read_right_or_rejected(records in records()) {
        let (text, whole) = written(&records);
        let bench = Bench::light();
        let (source, rows) = bench.one("users.csv", text, Stated::default());
        prop_assert_eq!(source.read, records.len() as u64);
        let mut rows = rows.iter();
        for (index, (((user, name, _), _), whole)) in records.iter().zip(&whole).enumerate() {
            if *whole && !is_suspect(user, name) {
                let row: &Row = rows.next().unwrap();
                prop_assert_eq!(cell(row, "record"), (index + 1).to_string());
                prop_assert_eq!(cell(row, "user_id"), user);
                let name = if name.is_empty() { "NULL" } else { name };
                prop_assert_eq!(cell(row, "name"), name);
            }
        }
        prop_assert!(rows.next().is_none());
    }

    #[test]
    fn any_bytes_are_accounted_for(bytes in proptest::collection::vec(
        prop_oneof![Just(b'"'), Just(b','), Just(b'\n'), Just(b'\r'), Just(b'a'), Just(0xff), any::<u8>()], 0..400)) {
        let text = [b"user_id,account_id\n".as_slice(), &bytes].concat();
        let bench = Bench::light();
        // `one` holds read = stored + rejected; the splitter and the parser are compared on the way.
        let (source, _) = bench.one("users.csv", text, Stated::default());
        let of_records = bench.rejects(&source).iter().filter(|r| cell(r, "kind") == "record").count() as u64;
        prop_assert_eq!(of_records, source.rejected);
    }
}

/// Enough records for several chunks.
fn large() -> String {
    let mut text = String::from("user_id,account_id,name,created_at\n");
    for number in 0..200_000 {
        let name = if number % 7 == 0 { "\"two\nlines\"" } else { "plain name of a person" };
        let day = if number % 1_000 == 0 { "never" } else { "2015-03-04" };
        text.push_str(&format!("{number},account-{},{name},{day}\n", number % 900));
        if number % 5_000 == 0 {
            text.push_str("ragged\n\n");
        }
    }
    text
}

#[test]
fn threads_and_order_of_files_leave_no_trace_in_the_store() {
    let (large, small) = (large(), "account_id,products\na,chat;support\n");
    let stored = |threads: usize, reversed: bool| {
        let bench = Bench::new();
        let mut files = vec![bench.file("users.csv", &large), bench.file("accounts.csv", small)];
        if reversed {
            files.reverse();
        }
        for file in files {
            let outcome = bench.ingest_with(&[file], Stated::default(), threads).unwrap();
            let source = &outcome.files[0].source;
            assert_eq!(source.read, source.stored + source.rejected);
            if source.table == "users" {
                assert_eq!((source.read, source.rejected, source.blank_lines), (200_040, 40, 40));
                assert!(source.chunks.len() > 1, "one (record, offset) a chunk");
            }
        }
        bench.store_bytes()
    };
    let first = stored(1, false);
    assert!(first.len() >= 4);
    for (threads, reversed) in [(2, true), (8, false)] {
        assert!(stored(threads, reversed) == first, "{threads} threads, reversed: {reversed}");
    }
}
