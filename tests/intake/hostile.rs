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
    let (_, rows, _) = read("user_id,account_id,name\n1,a,\"x\r\ny, \"\"z\"\"\"\n2,a,5\" disk\n3,a,\"q\" \n");
    let names: Vec<&str> = rows.iter().map(|r| cell(r, "name")).collect();
    assert_eq!(names, ["x\r\ny, \"z\"", "5\" disk", "q "]);
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
        // Half of them are enough: what a quote swallowed may have broken records of its own.
        ("x,y,z,u\nx,y,z", true),
        ("x,y,z,u\n   \nx,y,z", true),
        ("x,y,z,u\nx,y,z\nx,y", false),
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
    assert!(rejects.iter().all(|r| cell(r, "reason") == "NOT_TEXT"), "{rejects:?}");
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
    assert!(told.len() < 1_000 && told.contains("the header has: user_id; 10000 other names"), "{told}");
}

/// Of two columns too: a text with a comma in each of its lines is rejected with what looks like it, so that no record is
/// glued to another.
#[test]
fn an_open_quote_glues_nothing_however_few_columns_there_are() {
    let (_, rows, rejects) = read("user_id,account_id\n1,\"a\n2,\"b\"\n3,\"c\nd, e\"\n4,f\n5,\"g\n6,h\"\n");
    assert_eq!(rows.iter().map(|r| cell(r, "account_id")).collect::<Vec<_>>(), ["f"]);
    assert_eq!(reasons(&rejects), [("1", "QUOTE_SUSPECT"), ("2", "QUOTE_SUSPECT"), ("4", "QUOTE_SUSPECT")]);
    let bench = Bench::new();
    let (source, rows) =
        bench.one("accounts.csv", "account_id\n\"a\nb\nc\"\nd\n\" e\n\"\n", Stated::default());
    assert_eq!(rows.iter().map(|r| cell(r, "account_id")).collect::<Vec<_>>(), ["d", "e"]);
    let rejects = bench.rejects(&source);
    assert_eq!(reasons(&rejects), [("1", "QUOTE_SUSPECT")]);
    assert_eq!(cell(&rejects[0], "column_name"), "account_id");
}

#[test]
fn a_line_end_within_a_cell_that_is_no_text_is_suspect() {
    let header = "user_id,account_id,name,email,role,created_at,active,product";
    for (record, suspect) in [
        ("1,a,\"two\nlines\",x@y.example,agent,2016-01-01T00:00:00Z,true,support", false),
        ("1,\"a\nb\",name,x@y.example,agent,2016-01-01T00:00:00Z,true,support", true),
        ("1,a,name,\"x@y.example\nz,b\",agent,2016-01-01T00:00:00Z,true,support", true),
        // Two addresses in one cell are an odd address, which is never validated away.
        ("1,a,name,\"x@y.example\nz@y.example\",agent,2016-01-01T00:00:00Z,true,support", false),
        ("1,a,name,x@y.example,\"agent\nx\",2016-01-01T00:00:00Z,true,support", true),
        ("1,a,name,x@y.example,agent,\"2016-01-01\n00:00:00Z\",true,support", true),
        ("1,a,name,x@y.example,agent,2016-01-01T00:00:00Z,\"true\n1\",support", true),
        ("1,a,name,x@y.example,agent,2016-01-01T00:00:00Z,true,\"support\nchat\"", true),
        // White space around a cell is trimmed, line ends too.
        ("1,\"a\n\",name,x@y.example,agent,2016-01-01T00:00:00Z,true,support", false),
    ] {
        let (_, rows, rejects) = read(format!("{header}\n{record}\n"));
        assert_eq!((rows.is_empty(), rejects.len()), (suspect, usize::from(suspect)), "{record:?}");
    }
}

/// A digest is read without blanks, and so without line ends: rejected, its key would be exposed by nobody.
#[test]
fn a_digest_that_is_broken_over_lines_is_read() {
    let digest = ["ab".repeat(16), "cd".repeat(16)];
    let text = format!(
        "certificate_id,account_id,key_sha256\nc1,a,\"{0}\n{1}\"\nc2,a,\"{0}\nc3,a,x\"\n",
        digest[0], digest[1]
    );
    let bench = Bench::new();
    let (source, rows) = bench.one("certificates.csv", text, Stated::default());
    assert_eq!(rows.iter().map(|r| cell(r, "key_sha256")).collect::<Vec<_>>(), [digest.concat()]);
    assert_eq!(reasons(&bench.rejects(&source)), [("2", "QUOTE_SUSPECT")]);
}

/// One quote that stays open over good records, one ragged one, and a quote that closes it.
#[test]
fn an_open_quote_over_a_broken_record_is_suspect() {
    for odd in ["ragged,a,Doe, Jim", "   "] {
        let good: String = (2..5_000).map(|n| format!("{n},a,good\n")).collect();
        let (source, rows, rejects) =
            read(format!("user_id,account_id,name\n1,a,\"open\n{good}{odd}\n5001,a,z\"\n5002,a,last\n"));
        assert_eq!((source.read, cell(&rows[0], "user_id"), rows.len()), (2, "5002", 1), "{odd:?}");
        assert_eq!(reasons(&rejects), [("1", "QUOTE_SUSPECT")], "{odd:?}");
    }
}

/// Two bytes of one character with a separator between them are text together, and neither cell is.
#[test]
fn a_character_cut_in_two_by_a_separator_rejects_its_record() {
    let header = b"user_id,account_id,name,email,phone\n".as_slice();
    for record in [
        b"1,a,Strau\xc3,\x9f,x".as_slice(),
        b"1,a,\xc3,\xa9,x",
        b"1\xe2,\x82\xac,name,mail,x",
        b"1,a,name,mail\xf0\x9f,\xa6\x80",
    ] {
        let (source, rows, rejects) = read([header, record, b"\n2,a,ok,,\n"].concat());
        assert_eq!((source.read, rows.len()), (2, 1), "{record:?}");
        assert_eq!(reasons(&rejects), [("1", "NOT_TEXT")], "{record:?}");
        assert!(!cell(&rejects[0], "column_name").is_empty(), "{record:?}");
    }
}

#[test]
fn the_header_once_more_is_known_in_any_case_and_spacing() {
    for again in ["User_ID,Account_ID", "user_id, account_id", "USER-ID,account.id", "\"user id\",account_id"]
    {
        let (source, rows, rejects) = read(format!("user_id,account_id\n1,a\n{again}\n2,a\n"));
        assert_eq!((source.read, rows.len()), (3, 2), "{again}");
        assert_eq!(reasons(&rejects), [("2", "HEADER_AGAIN")], "{again}");
    }
    // A record that has a name of the header somewhere is a record.
    let (_, rows, _) = read("user_id,account_id\nuser_id,a\nx,account_id\n");
    assert_eq!(rows.len(), 2);
}

#[test]
fn the_header_once_more_in_another_order_refuses_the_file() {
    let told = refused("user_id,account_id,name\n1,a,x\naccount_id,name,user_id\nb,y,2\n");
    assert!(told.contains("record 2 is the header once more"), "{told}");
    assert!(told.contains("take them apart"), "{told}");
}

#[test]
fn a_header_that_does_not_end_or_is_far_too_wide_is_refused() {
    let long = "x".repeat(20 << 20);
    let told = refused(format!("user_id,{long},account_id\n1,b,c\n2,b,c\n"));
    assert!(told.contains("longer than any header"), "{}", &told[..200]);
    let told = refused(format!("user_id,account_id{}\n1,b\n", ",".repeat(200_000)));
    assert!(told.contains("more than 100000 fields") && told.len() < 500, "{}", &told[..200]);
}

#[test]
fn a_mark_that_contradicts_the_stated_encoding_is_refused() {
    let bench = Bench::new();
    let path = bench.file("users.csv", "\u{feff}user_id,account_id,name\n1,a,Zoë\n");
    let stated = Stated { encoding: encoding_rs::Encoding::for_label(b"windows-1252"), ..Stated::default() };
    let told = bench.ingest_with(std::slice::from_ref(&path), stated, 1).unwrap_err().to_string();
    assert!(told.contains("windows-1252") && told.contains("mark of UTF-8"), "{told}");
    let stated = Stated { encoding: encoding_rs::Encoding::for_label(b"utf-8"), ..Stated::default() };
    assert!(bench.ingest_with(&[path], stated, 1).is_ok(), "both say the same");
    let utf_32: Vec<u8> = "\u{feff}user_id".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    assert!(refused(utf_32).contains("UTF-32"));
}

/// What many open quotes cut into very small pieces is read as any other file.
#[test]
fn open_quotes_between_good_records_cost_no_more_than_their_lines() {
    let text = format!("user_id,account_id\n{}", "x,\"y\na,b\n".repeat(2_000));
    let (source, rows, rejects) = read(&text);
    assert_eq!(
        (source.read, rows.len() + rejects.len()),
        (source.stored + source.rejected, source.read as usize)
    );
    assert!(source.chunks.len() < 100, "{} places for {} records", source.chunks.len(), source.read);
}
