//! Broken files: never a record dropped, glued to another, moved to another column or changed.

use highwater::intake::Stated;

use crate::support::{Bench, Row, cell};

fn read(text: impl AsRef<[u8]>) -> (highwater::case::Source, Vec<Row>, Vec<Row>) {
    let bench = Bench::new();
    let (source, rows) = bench.one("users.csv", text, Stated::default());
    let rejects = bench.rejects(&source);
    (source, rows, rejects)
}

fn reasons(rejects: &[Row]) -> Vec<(&str, &str)> {
    rejects.iter().map(|r| (cell(r, "record"), cell(r, "reason"))).collect()
}

#[test]
fn ragged_records_are_rejected_and_their_neighbours_stored() {
    let (_, rows, rejects) = read("user_id,account_id,name\n1,a,x\n2,a\n3,a,x,y\n4,a,z\n");
    assert_eq!(rows.iter().map(|r| cell(r, "user_id")).collect::<Vec<_>>(), ["1", "4"]);
    assert_eq!(reasons(&rejects), [("2", "FIELD_COUNT"), ("3", "FIELD_COUNT")]);
}

#[test]
fn a_record_of_very_many_fields_is_one_reject() {
    let (source, rows, rejects) = read(format!("user_id,account_id\n1,a{}\n2,b\n", ",".repeat(100_000)));
    assert_eq!((source.read, rows.len()), (2, 1));
    assert_eq!(reasons(&rejects), [("1", "FIELD_COUNT")]);
}

#[test]
fn every_line_end_and_blank_lines_are_counted_apart_from_the_parser() {
    let (source, rows, _) = read("user_id,account_id\r\n\r\n1,a\r2,a\n\n\r\n3,a\r\r4,a");
    assert_eq!((source.read, source.stored, source.blank_lines), (4, 4, 4));
    assert_eq!(rows.iter().map(|r| cell(r, "record")).collect::<Vec<_>>(), ["1", "2", "3", "4"]);
}

#[test]
fn quoted_line_ends_and_quotes_inside_a_field_are_read_as_written() {
    let (_, rows, _) = read("user_id,account_id,name\n1,a,\"x\r\ny, \"\"z\"\"\"\n2,a,5\" disk\n3,a,\"q\"r\n");
    let names: Vec<&str> = rows.iter().map(|r| cell(r, "name")).collect();
    assert_eq!(names, ["x\r\ny, \"z\"", "5\" disk", "qr"]);
}

#[test]
fn an_open_quote_at_the_end_costs_one_record() {
    let (source, rows, rejects) = read("user_id,account_id,name\n1,a,\"open\n2,a,y\n3,a,z\n");
    assert_eq!((source.read, source.rejected), (3, 1));
    assert_eq!(rows.iter().map(|r| cell(r, "user_id")).collect::<Vec<_>>(), ["2", "3"]);
    assert_eq!(reasons(&rejects), [("1", "QUOTE_OPEN")]);
    assert_eq!(cell(&rejects[0], "masked"), "9,x,\"xxxx");
}

#[test]
fn an_open_quote_that_another_one_closes_far_below_is_suspect() {
    let (source, rows, rejects) = read("user_id,account_id,name\n1,a,\"open\n2,a,y\n3,a,z\n4,a,w\"\n5,a,v\n");
    assert_eq!((source.read, source.stored, source.rejected), (2, 1, 1));
    assert_eq!(cell(&rows[0], "user_id"), "5");
    assert_eq!(reasons(&rejects), [("1", "QUOTE_SUSPECT")]);
}

#[test]
fn bytes_that_are_no_text_reject_their_record_only() {
    let (_, rows, rejects) = read(b"user_id,account_id,name\n1,a,ok\n2,a,Zo\xeb\n3,a,ok\n");
    assert_eq!(rows.len(), 2);
    assert_eq!(reasons(&rejects), [("2", "NOT_TEXT")]);
    assert_eq!(cell(&rejects[0], "column_name"), "name");
}

#[test]
fn a_zero_byte_and_a_byte_order_mark_inside_are_kept() {
    let (_, rows, _) = read("user_id,account_id,name\n1,a,x\0y\n\u{feff}2,a,\u{feff}z\n");
    assert_eq!(cell(&rows[0], "name"), "x\0y");
    assert_eq!((cell(&rows[1], "user_id"), cell(&rows[1], "name")), ("\u{feff}2", "\u{feff}z"));
}

#[test]
fn the_header_once_more_is_no_record_of_the_table() {
    let (_, rows, rejects) = read("user_id,account_id\n1,a\nuser_id,account_id\n2,a\n");
    assert_eq!(rows.len(), 2);
    assert_eq!(reasons(&rejects), [("2", "HEADER_AGAIN")]);
}

#[test]
fn a_file_of_a_header_only_is_an_empty_source() {
    for text in ["user_id,account_id", "user_id,account_id\r\n"] {
        let (source, rows, rejects) = read(text);
        assert_eq!((source.read, rows.len(), rejects.len()), (0, 0, 0));
    }
}

#[test]
fn an_empty_file_is_refused() {
    for text in ["", "\n\r\n", "\u{feff}"] {
        let bench = Bench::new();
        bench.file("users.csv", text);
        assert!(bench.ingest().unwrap_err().to_string().contains("not even a header"));
    }
}

#[test]
fn a_long_cell_and_many_columns_are_read() {
    let long = "x".repeat(10_000_000);
    let (_, rows, _) = read(format!("user_id,account_id,name\n1,a,{long}\n2,a,y\n"));
    assert_eq!((cell(&rows[0], "name").len(), cell(&rows[1], "name")), (long.len(), "y"));
    let header: String = (0..10_000).map(|i| format!(",c{i}")).collect();
    let (source, rows, _) = read(format!("user_id,account_id{header}\n1,a{}\n", ",".repeat(10_000)));
    assert_eq!((source.unknown_columns.len(), rows.len()), (10_000, 1));
}

#[test]
fn a_record_longer_than_anybody_writes_is_rejected_up_to_its_first_line_end() {
    let mut text = String::from("user_id,account_id,name\n1,a,\"never closed\n");
    while text.len() < 70 << 20 {
        text.push_str("2,a,0123456789012345678901234567890123456789012345678901234567890123456789\n");
    }
    let lines = text.lines().count() as u64 - 1;
    let (source, _, rejects) = read(&text);
    assert_eq!((source.read, source.rejected), (lines, 1));
    assert_eq!(reasons(&rejects), [("1", "RECORD_TOO_LONG")]);
}

#[test]
fn a_line_longer_than_any_record_is_skipped_to_its_end() {
    let mut text = vec![b'z'; 70 << 20];
    text.splice(0..0, *b"user_id,account_id\n1,a\n");
    text.extend_from_slice(b"\n2,b\n");
    let (source, rows, rejects) = read(&text);
    assert_eq!((source.read, rows.len()), (3, 2));
    assert_eq!(reasons(&rejects), [("2", "RECORD_TOO_LONG")]);
    let end = (text.len() - 5).to_string();
    assert_eq!((cell(&rejects[0], "byte_start"), cell(&rejects[0], "byte_end")), ("23", end.as_str()));
}
