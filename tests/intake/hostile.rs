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

#[test]
fn an_open_quote_that_the_next_record_closes_does_not_glue_both() {
    let (source, rows, rejects) = read("user_id,account_id,name\n1,a,\"open\n2,a,\"y\"\n3,a,z\n");
    assert_eq!((source.read, rows.len()), (2, 1));
    assert_eq!(cell(&rows[0], "user_id"), "3");
    assert_eq!(reasons(&rejects), [("1", "QUOTE_SUSPECT")]);
    assert_eq!(cell(&rejects[0], "masked"), "9,x,\"xxxx\n9,x,\"x\"");
}

#[test]
fn an_open_quote_is_suspect_with_any_line_ends_and_blank_lines_between() {
    for end in ["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"] {
        let text = ["user_id,account_id,name", "1,a,\"open", "2,a,y", "3,a,z\"", "4,a,w", ""].join(end);
        let (_, rows, rejects) = read(&text);
        assert_eq!(rows.iter().map(|r| cell(r, "user_id")).collect::<Vec<_>>(), ["4"], "{end:?}");
        assert_eq!(reasons(&rejects), [("1", "QUOTE_SUSPECT")], "{end:?}");
    }
}

#[test]
fn an_open_quote_over_several_chunks_is_one_reject() {
    let swallowed = "2,a,0123456789012345678901234567890123456789\n".repeat(200_000);
    let text = format!("user_id,account_id,name\n1,a,\"open\n{swallowed}3,a,closed\"\n4,a,w\n");
    assert!(text.len() > 8 << 20, "more than two chunks");
    let (source, rows, rejects) = read(&text);
    assert_eq!((source.read, source.stored, cell(&rows[0], "user_id")), (2, 1, "4"));
    assert_eq!(reasons(&rejects), [("1", "QUOTE_SUSPECT")]);
}

/// Four columns: an inner line of four fields is like a record; of three or five it is text.
#[test]
fn inner_lines_that_are_no_records_are_text() {
    for (inner, suspect) in [
        ("x,y", false),
        ("x,y,z", false),
        ("x,y,z,u", true),
        ("x,y,z,u\nx,y,z,u", true),
        ("x,y,z,u\n\nx,y,z,u", true),
        ("x,y,z,u\nx,y,z", false),
        ("x,y,z,u,v", false),
    ] {
        let (source, rows, rejects) =
            read(format!("user_id,account_id,name,email\n1,a,\"Dear all,\n{inner}\nbye\",\n"));
        assert_eq!((source.rejected == 1, rejects.len() == 1), (suspect, suspect), "{inner:?}");
        if !suspect {
            assert_eq!(cell(&rows[0], "name"), format!("Dear all,\n{inner}\nbye"));
        }
    }
}

#[test]
fn two_lines_that_are_both_like_records_are_suspect() {
    let (_, rows, rejects) = read("user_id,account_id,name\n1,a,\"open\n2,a,closed\"\n3,a,\"two\nlines\"\n");
    assert_eq!(rows.iter().map(|r| cell(r, "name")).collect::<Vec<_>>(), ["two\nlines"]);
    assert_eq!(reasons(&rejects), [("1", "QUOTE_SUSPECT")]);
}

#[test]
fn text_after_a_closing_quote_belongs_to_its_cell() {
    let (_, rows, rejects) =
        read("user_id,account_id,name\n1,a,\"q\" r\n2,a,\"\"x\"\"\n3,\"a\"b,\"q\"r\"s\n");
    assert_eq!(rejects.len(), 0);
    let names: Vec<&str> = rows.iter().map(|row| cell(row, "name")).collect();
    assert_eq!(names, ["q r", "x\"\"", "qr\"s"]);
    assert_eq!(cell(&rows[2], "account_id"), "ab");
}

#[test]
fn blank_lines_anywhere_are_counted_and_lines_of_blanks_are_records() {
    let (source, rows, rejects) =
        read("\n\r\nuser_id,account_id,name\n\n1,a,x\n   \n,,\n , ,\n\n\n2,a,y\n\n\n");
    assert_eq!((source.read, source.stored, source.blank_lines), (5, 2, 5));
    assert_eq!(rows.iter().map(|r| cell(r, "record")).collect::<Vec<_>>(), ["1", "5"]);
    let expected = [("2", "FIELD_COUNT"), ("3", "REQUIRED_MISSING"), ("4", "REQUIRED_MISSING")];
    assert_eq!(reasons(&rejects), expected);
}

#[test]
fn a_mark_twice_or_before_a_quoted_header_belongs_to_no_name() {
    for header in ["\u{feff}\"user_id\",account_id", "\u{feff}\u{feff}\"user_id\",account_id"] {
        let (source, rows, _) = read(format!("{header}\n\"1\",a\n"));
        assert_eq!(source.columns["user_id"], "user_id");
        assert_eq!(cell(&rows[0], "user_id"), "1");
    }
}

#[test]
fn the_header_of_a_second_file_put_behind_the_first_is_no_record() {
    for again in ["user_id,account_id", "\u{feff}user_id,account_id", "\u{feff}\"user_id\",\"account_id\""] {
        let (source, rows, rejects) =
            read(format!("\u{feff}user_id,account_id\n{again}\n1,a\n{again}\n2,a\n"));
        assert_eq!((source.read, rows.len()), (4, 2), "{again}");
        assert_eq!(reasons(&rejects), [("1", "HEADER_AGAIN"), ("3", "HEADER_AGAIN")], "{again}");
    }
}

#[test]
fn bytes_that_are_no_text_in_any_place_reject_their_record() {
    let (_, rows, rejects) =
        read(b"user_id,account_id,name\n\xff,a,x\n2,a,\xc3\n3,a,\xed\xa0\x80\n4,a,\xc0\xaf\n5,\xc3,\xa9\n6,a,\xc3\xa9\n");
    assert_eq!(rows.iter().map(|r| cell(r, "name")).collect::<Vec<_>>(), ["é"]);
    let columns: Vec<&str> = rejects.iter().map(|r| cell(r, "column_name")).collect();
    assert_eq!(columns, ["user_id", "name", "name", "name", "account_id"]);
}

#[test]
fn utf_16_that_ends_in_the_middle_of_a_character_rejects_its_record() {
    let text = "user_id,account_id,name\n1,a,x\n2,a,y";
    let mut bytes: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    bytes.push(b'\0');
    let (source, rows, rejects) = read(bytes);
    assert_eq!((source.reading.encoding.as_str(), rows.len()), ("UTF-16BE", 1));
    assert_eq!(reasons(&rejects), [("2", "NOT_TEXT")]);
}

/// What the file is refused with; nothing is stored of it.
fn refused(bytes: impl AsRef<[u8]>) -> String {
    let bench = Bench::new();
    bench.file("users.csv", bytes);
    let told = bench.ingest().unwrap_err().to_string();
    assert!(bench.case.register().unwrap().sources().is_empty());
    assert!(told.contains("users.csv"), "{told}");
    told
}

#[test]
fn what_is_no_csv_is_refused_with_what_would_settle_it() {
    let utf16: Vec<u8> = "user_id,account_id\n1,a\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, said) in [
        (b"PK\x03\x04more".to_vec(), "Excel workbook"),
        (b"\x1f\x8b\x08\x00".to_vec(), "gzip"),
        (utf16, "encoding = \"UTF-16LE\""),
        (b"user_id,acco\xfcnt_id\n1,a\n".to_vec(), "encoding = \"windows-1252\""),
        (b"{\"user_id\": 1}\n".to_vec(), "that of no table"),
    ] {
        let told = refused(&bytes);
        assert!(told.contains(said), "{said}: {told}");
    }
}

#[test]
fn a_quote_left_open_in_the_header_swallows_no_record() {
    for text in [
        "user_id,account_id,\"name\n1,a,x\n2,a,y\n",
        "user_id,account_id,\"name\n1,a,\"\n2,a,y\n",
        "\"user_id,account_id\n1,a\n",
    ] {
        let told = refused(text);
        assert!(told.contains("over several lines"), "{text:?}: {told}");
        assert!(!told.contains("1,a"), "what it swallowed is not told: {told}");
    }
    let (source, rows, _) = read("user_id,account_id,\"first\nname\"\n1,a,x\n");
    assert_eq!((source.unknown_columns.len(), rows.len()), (1, 1), "a name of two lines is a name");
}

#[test]
fn ten_thousand_columns_are_told_in_few_words() {
    let header: String = (0..10_000).map(|i| format!(",c{i}")).collect();
    let bench = Bench::new();
    let path = bench.file("users.csv", format!("user_id{header}\n"));
    let stated = Stated { table: Some("users".to_owned()), ..Stated::default() };
    let told = bench.ingest_with(&[path], stated, 1).unwrap_err().to_string();
    assert!(told.len() < 1_000 && told.contains("c28 and 9971 more"), "{told}");
}

/// Of two columns, a comma in each line says nothing; the text behind the quote does.
#[test]
fn text_behind_the_closing_quote_of_a_long_cell_is_another_record() {
    let (_, rows, rejects) = read("user_id,account_id\n1,\"a\n2,\"b\"\n3,\"c\nd, e\"\n4,f\n");
    assert_eq!(rows.iter().map(|r| cell(r, "account_id")).collect::<Vec<_>>(), ["c\nd, e", "f"]);
    assert_eq!(reasons(&rejects), [("1", "QUOTE_SUSPECT")]);
}
