//! A quote that was lost, doubled or escaped by a backslash moves the cells behind it: its record is rejected, on one line
//! too. What is quoted right is stored as it is meant.

use highwater::base::Kind;
use highwater::case::Source;
use highwater::intake::{self, Request, Stated};

use crate::support::{Bench, Row, cell};

const HEADER: &str = "user_id,account_id,name,created_at,email,role,active,notes";

/// What is rejected of records behind a header, with the column that shows it, and what is stored.
fn read(header: &str, records: &str) -> (Source, Vec<Row>, Vec<(String, String)>) {
    let bench = Bench::light();
    let (source, rows) = bench.one("users.csv", format!("{header}\n{records}\n"), Stated::default());
    let rejects = bench.rejects(&source);
    let of_records = rejects.iter().filter(|reject| cell(reject, "kind") == "record");
    let told = of_records.map(|r| (cell(r, "reason").to_owned(), cell(r, "column_name").to_owned()));
    let told = told.collect();
    (source, rows, told)
}

fn suspect(column: &str) -> Vec<(String, String)> {
    vec![("QUOTE_SUSPECT".to_owned(), column.to_owned())]
}

#[test]
fn a_name_escaped_by_a_backslash_clears_nobody() {
    let header = "user_id,account_id,name,created_at,phone,role,has_password,password_changed_at";
    for record in [
        // The name is `Bob 24"`; each phone is chosen so that the separators in it take the place of those swallowed.
        "u-1,a-2,\"Bob 24\\\"\",2014-01-01T00:00:00Z,\"1,2018-01-01T00:00:00Z,x\",agent,yes,",
        "u-1,a-2,\"Bob 24\\\"\",2014-01-01T00:00:00Z,\" ,2018-01-01T00:00:00Z,x\",agent,yes,",
        "u-1,a-2,\"Bob 24\\\"\",2014-01-01T00:00:00Z,\",2018-01-01T00:00:00Z,x\",agent,yes,",
        "u-1,a-2,\"Bob 24\\\"\",2014-01-01T00:00:00Z,\",2018-01-01T00:00:00Z,x,agent,yes,\nu-9,a-9\",agent,yes,",
        // The name is `x",2018-01-01T00:00:00Z,`, the phone begins with a separator.
        "u-1,a-2,\"x\\\",2018-01-01T00:00:00Z,\",2014-01-01T00:00:00Z,\",agent,yes,\nu-9\",agent,yes,",
    ] {
        let (source, rows, told) = read(header, record);
        assert_eq!(rows.len(), 0, "{record}: {rows:?}");
        assert_eq!(told[0].0, "QUOTE_SUSPECT", "{record}");
        // What follows a line end that was chosen, too, is a record of its own.
        assert!(source.odd_quotes.backslashes().is_some() || record.contains('\n'), "{record}: {source:?}");
    }
}

/// The same by an export that doubles nothing.
#[test]
fn a_name_whose_quote_is_not_doubled_clears_nobody() {
    let header = "user_id,account_id,name,created_at,phone,role,has_password,password_changed_at";
    for phone in ["1,2018-01-01T00:00:00Z,x", " ,2018-01-01T00:00:00Z,x", ",2018-01-01T00:00:00Z,x"] {
        let record = format!("u-1,a-2,\"Bob 24\"\",2014-01-01T00:00:00Z,\"{phone}\",agent,yes,");
        let (source, rows, told) = read(header, &record);
        assert_eq!((rows.len(), told[0].0.as_str()), (0, "QUOTE_SUSPECT"), "{record}");
        assert_eq!(source.odd_quotes.backslashes(), None);
    }
}

#[test]
fn a_stray_quote_on_a_single_line_rejects_its_record() {
    for (record, column) in [
        // Anything but blanks follows a closing quote: lost, doubled, or one too many.
        ("\"a,\"b,a-1,,,,,,", "user_id"),
        ("u-3,\"\"a-1\",n,,,,,", "account_id"),
        ("u-2,\"a-1\" x,n,,,,,", "account_id"),
        ("u-2,a-1,\"q\"r,,,,,", "name"),
        ("u-2,a-1,\"q\" \"r\",,,,,", "name"),
        ("u-2,a-1,\"q\"\0,,,,,", "name"),
        ("u-2,a-1,n,,,,,\"q\"r", "NULL"),
        // Two unquoted cells hold quotes: a quoted one was torn apart.
        ("u-2,a-1,x\"Lee, Ann\",,,,", "created_at"),
        ("u-1,a-1,x\"y,,,,,z\"", "NULL"),
        // An unquoted id, code, date, boolean or address holds one.
        ("u-1,a-1\"Lee, Ann\",2014-01-01T00:00:00Z,,agent,,", "account_id"),
        ("u-4, \"a-1\",n,,,,,", "account_id"),
        ("u-6,=\"a-1\",n,,,,,", "account_id"),
        ("u-7\",a-1,n,,,,,", "user_id"),
        ("u-8,a-1,n,2014-01-01T00:00:00Z\",,,,", "created_at"),
        ("u-8,a-1,n,,x\"@y.example,,,", "email"),
        ("u-8,a-1,n,,,agent\",,", "role"),
        ("u-8,a-1,n,,,,tr\"ue,", "active"),
        // A quote closes where one would open, beside another odd one.
        ("u-8,a-1,\"n,\",,,,,x\"", "name"),
        ("u-8,a-1,\"n\\\"\", \",,,,,x", "name"),
    ] {
        let (source, rows, told) = read(HEADER, record);
        assert_eq!(told, suspect(column), "{record}");
        assert_eq!((rows.len(), source.odd_quotes.inside.len()), (0, 0), "{record}");
    }
}

#[test]
fn one_unquoted_text_with_a_quote_is_kept_and_counted() {
    for (record, name, counted) in [
        ("u-1,a-1,5\" disk,,,,,", "5\" disk", "name"),
        ("u-1,a-1,Bob \"Bo\" Lee,,,,,", "Bob \"Bo\" Lee", "name"),
        ("u-1,a-1, \"Lee\",,,,,", " \"Lee\"", "name"),
        ("u-1,a-1,n\",\"2014-01-01T00:00:00Z\",,,,\"a, b\"", "n\"", "name"),
        // A column that is not ours counts too.
        ("u-1,a-1,Lee,,,,,5\" disk", "Lee", "notes"),
    ] {
        let (source, rows, told) = read(HEADER, record);
        assert_eq!(told, [], "{record}");
        assert_eq!(cell(&rows[0], "name"), name, "{record}");
        assert_eq!(source.odd_quotes.inside.iter().collect::<Vec<_>>(), [(&counted.to_owned(), &1)]);
    }
}

#[test]
fn what_is_quoted_right_is_neither_rejected_nor_counted() {
    for (written, name) in [
        ("\"Lee, Ann\"", "Lee, Ann"),
        ("\"Ann \"\"Annie\"\" Lee\"", "Ann \"Annie\" Lee"),
        ("\"\"\"Annie\"\"\"", "\"Annie\""),
        ("\"\"\"\"", "\""),
        ("\"\"\"\"\"\"", "\"\""),
        ("\"12 High St,\"", "12 High St,"),
        ("\"\"\"The Barn\"\", High St,\"", "\"The Barn\", High St,"),
        ("\"C:\\exports\\\"", "C:\\exports\\"),
        ("\"C:\\\"\"exports\"\"\"", "C:\\\"exports\""),
        ("\"two\nlines, or \"\"so\"\"\"", "two\nlines, or \"so\""),
        ("\"Lee\" \t", "Lee \t"),
        ("'Lee'", "'Lee'"),
        ("Lee\\", "Lee\\"),
    ] {
        let (source, rows, told) =
            read(HEADER, &format!("\"u-1\",\"a-1\",{written},,,\"agent\",\"true\",\"\""));
        assert_eq!(told, [], "{written}");
        assert_eq!(cell(&rows[0], "name"), name);
        assert_eq!(source.odd_quotes, highwater::case::OddQuotes::default(), "{written}");
    }
}

/// An id in a spreadsheet's dress is another id: quoted right it is kept as written, and joins nothing by itself.
#[test]
fn an_id_in_a_spreadsheets_dress_is_read_only_where_it_is_quoted_right() {
    let (_, rows, told) = read("user_id,account_id", "u-1,\"=\"\"00124\"\"\"\nu-2,=\"00123\"");
    assert_eq!(cell(&rows[0], "account_id"), "=\"00124\"");
    assert_eq!(told, suspect("account_id"));
}

#[test]
fn a_list_without_quotes_around_it_is_a_json_array_or_suspect() {
    let bench = Bench::light();
    let text = "account_id;name;products\na;n;[\"support\",\"chat\"]\nb;n;support\"\nc;n;[\"support]\n";
    let (source, rows) = bench.one("accounts.csv", text, Stated::default());
    assert_eq!(rows.len(), 1);
    assert_eq!(cell(&rows[0], "products"), "chat;support");
    let rejects = bench.rejects(&source);
    assert_eq!(rejects.iter().map(|r| cell(r, "reason")).collect::<Vec<_>>(), ["QUOTE_SUSPECT"; 2]);
}

#[test]
fn quotes_are_looked_at_between_any_separators_and_in_any_encoding() {
    for separator in [';', '\t', '|'] {
        let header = HEADER.replace(',', &separator.to_string());
        let record = "u-1|a-1\"Lee| Ann\"|2014-01-01T00:00:00Z||agent||".replace('|', &separator.to_string());
        assert_eq!(read(&header, &record).2, suspect("account_id"), "{separator:?}");
    }
    let text = format!("\u{feff}{HEADER}\nu-1,a-1\"Lé, Ann\",2014-01-01T00:00:00Z,,agent,,\n");
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (source, rows) = Bench::light().one("users.csv", utf_16, Stated::default());
    assert_eq!((rows.len(), source.odd_quotes.rejected), (0, 1));
}

#[test]
fn a_record_behind_a_second_mark_and_in_quotes_is_rejected() {
    assert_eq!(read("user_id,account_id", "\u{feff}\"u-1\",\"a-1\"").2, suspect("user_id"));
}

#[test]
fn a_stray_quote_in_the_header_refuses_the_file() {
    for (header, place) in [
        ("user_id,\"account_id\"x,name", 2),
        ("user_id,account_id,\"\"name\"", 3),
        ("user_id,account_id,deleted_at\"", 3),
        ("user_id,account_id, \"name\"", 3),
        ("=\"user_id\",account_id,name", 1),
        ("user_id,\"account_id,name,\"created_at", 2),
        ("\r\n\r\nuser_id,account_id\",name\r", 2),
        ("\u{feff}user_id,\"account\nid\"x,name", 2),
    ] {
        let bench = Bench::light();
        bench.file("users.csv", format!("{header}\n1,a,x\n"));
        let error = bench.ingest().unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        let told = error.to_string();
        assert!(told.contains(&format!("a quote in name {place} of the header")), "{header}: {told}");
    }
    let (_, rows, _) = read("\"user_id\",\"account_id\",\"5\"\" disks\"", "1,a,x");
    assert_eq!(rows.len(), 1, "a doubled quote in a quoted name is a name's own");
}

/// The first line of a name of two lines is rejected; the second has as many cells as the header, because a comma of the name
/// takes the place of the cell that is missing.
#[test]
fn the_rest_of_a_torn_cell_makes_no_record() {
    let header = "user_id,account_id,name,phone";
    let (_, rows, told) = read(header, "u-1,x\nb, c,d\",1\nu-2,a-2,n,1");
    assert_eq!(rows.iter().map(|r| cell(r, "user_id")).collect::<Vec<_>>(), ["u-2"]);
    assert_eq!(told, [("FIELD_COUNT", "NULL"), ("QUOTE_SUSPECT", "name")].map(|(a, b)| (a.into(), b.into())));
    // The same line behind a record that is stored holds one quote in one text.
    let (source, rows, _) = read(header, "u-1,a-1,n,1\nb, c,d\",1");
    assert_eq!((rows.len(), source.odd_quotes.inside["name"]), (2, 1));
    // A quote in the middle closes nothing.
    assert_eq!(read(header, "u-1\nu-2,a-2,5\" disk,1").1.len(), 1);
}

/// The quote that opened the name became a comma: the first line alone has as many cells as the header.
#[test]
fn a_record_that_a_comma_in_place_of_a_quote_cuts_in_two_is_rejected() {
    let records = "u-1,1,,Ann\nLee, or so\",a-1\nu-2,1,,a-2\nu-3,1,\"Bo\nLee\",a-3\nu-4,1,,a-4";
    let (_, rows, told) = read("user_id,phone,name,account_id", records);
    assert_eq!(rows.iter().map(|r| cell(r, "user_id")).collect::<Vec<_>>(), ["u-2", "u-3", "u-4"]);
    assert_eq!(
        told.iter().map(|(reason, _)| reason.as_str()).collect::<Vec<_>>(),
        ["QUOTE_SUSPECT", "FIELD_COUNT"]
    );
}

/// Inches at the end of a text close nothing: their line is a whole record.
#[test]
fn records_before_a_text_that_ends_with_a_quote_are_kept() {
    let (source, rows, _) =
        read("user_id,account_id,name,phone", "u-1,a-1,,1\nu-2,a-1,27\",1\nu-3,a-1,\"n\",1\nu-4,a-1,27\",1");
    assert_eq!((rows.len(), source.odd_quotes.inside["name"]), (4, 2));
}

#[test]
fn a_cell_that_has_swallowed_the_beginning_of_the_next_record_is_suspect() {
    let header = "user_id,account_id,phone,name";
    let (_, rows, told) = read(header, "u-1,a-1,1,\"Ann\nu-2,a-2,\"\nBo\",y\nu-3,a-3,2,Cy");
    assert_eq!(rows.iter().map(|r| cell(r, "user_id")).collect::<Vec<_>>(), ["u-3"]);
    assert_eq!(
        told.iter().map(|(reason, _)| reason.as_str()).collect::<Vec<_>>(),
        ["QUOTE_SUSPECT", "FIELD_COUNT"]
    );
    // A text of several lines that ends in a comma is one, where the next quote opens a cell.
    let (_, rows, told) = read(header, "u-1,a-1,1,\"12 High St,\nLondon,\"\nu-2,a-2,\"3\",Bo");
    assert_eq!((rows.len(), told.len()), (2, 0));
}

#[test]
fn a_header_that_a_line_end_cuts_in_two_refuses_the_file() {
    for text in [
        "user_id,account_id,na\nme,role,email\n1,a,x,agent,y\n",
        "user_id,account_id\nname,role\n1,a,x,agent\n",
    ] {
        let bench = Bench::light();
        bench.file("users.csv", text);
        let told = bench.ingest().unwrap_err().to_string();
        assert!(told.contains("the first record holds names of columns: "), "{told}");
        assert!(told.contains("users.csv") && bench.case.register().unwrap().sources().is_empty(), "{told}");
    }
}

/// By tabs the header is that of accounts, with one known name; by commas it has six names of users.
#[test]
fn a_comma_that_became_a_tab_in_the_header_makes_no_other_table() {
    let bench = Bench::light();
    bench.file("users.csv", "account_id\tuser_id,email,name,role,active,created_at\na-1,u-1,,\tx,,,\n");
    let told = bench.ingest().unwrap_err().to_string();
    assert!(told.contains("several field separators are possible"), "{told}");
}

/// The file of the public reports: names with quotes, written by a database that escapes by backslashes.
#[test]
fn a_file_escaped_by_backslashes_is_named_as_such() {
    let text = "user_id,account_id,name,role,active,created_at,deleted_at\n\
        u-2,acme,\"Bo \"\"B\"\" Lind\",agent,1,2015-01-01 08:00:00,\n\
        u-3,acme,\"Cy \\\"C\\\" Lund\",agent,1,2015-01-01 08:00:00,\n\
        u-4,acme,\"Di \\\", Dee\",agent,1,2015-01-01 08:00:00,\n\
        u-6,acme,\"Fa\\\"\",agent,1,2015-01-01 08:00:00,\n";
    let bench = Bench::light();
    let path = bench.file("users.csv", text);
    let plan = intake::plan(&Request { inputs: vec![path], stated: Stated::default(), follow_links: false })
        .unwrap();
    let said = |notes: &[String]| notes.iter().any(|note| note.contains("escape quotes with backslashes"));
    assert!(said(&intake::preview(&plan).unwrap()[0].notes));
    let outcome = bench.ingest().unwrap();
    assert!(said(&outcome.files[0].notes), "{:?}", outcome.files[0].notes);
    let rejects = bench.rejects(&outcome.files[0].source);
    let reasons: Vec<&str> = rejects.iter().map(|reject| cell(reject, "reason")).collect();
    assert_eq!(reasons, ["QUOTE_SUSPECT", "FIELD_COUNT", "QUOTE_OPEN"]);
    let odd = &outcome.files[0].source.odd_quotes;
    assert_eq!((odd.rejected, odd.escaped), (3, 3));
}

#[test]
fn a_file_with_few_backslashes_among_its_stray_quotes_is_not() {
    let (source, ..) = read(HEADER, "u-1,a-1,\"x\\\" y\",,,,,\nu-2,a-1,\"x\"y,,,,,");
    assert_eq!((source.odd_quotes.rejected, source.odd_quotes.escaped), (2, 1));
    assert_eq!(source.odd_quotes.backslashes(), None);
}
