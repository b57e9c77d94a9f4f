//! What a cell means (2-tables, "Other values", "Instants are intervals").

use highwater::base::instant::DateOrder;
use highwater::intake::Stated;

use crate::support::{Bench, Row, WIDEST, cell, interval};

fn users(bench: &Bench, text: &str) -> Vec<Row> {
    bench.one("users.csv", text, Stated::default()).1
}

#[test]
fn an_identifier_is_trimmed_and_else_kept_as_written() {
    let rows = users(&Bench::new(), "user_id,account_id\n 007 ,\u{a0}A\u{2003}\n7,a\n");
    assert_eq!((cell(&rows[0], "user_id"), cell(&rows[0], "account_id")), ("007", "A"));
    assert_eq!((cell(&rows[1], "user_id"), cell(&rows[1], "record")), ("7", "2"));
}

#[test]
fn descriptive_text_keeps_its_blanks_and_its_control_characters() {
    let rows = users(&Bench::new(), "user_id,account_id,name\n1,a,\"  Zoë\u{7} \"\n2,a,\n");
    assert_eq!(cell(&rows[0], "name"), "  Zoë\u{7} ");
    assert_eq!(cell(&rows[1], "name"), "NULL");
}

#[test]
fn an_email_is_kept_as_written_and_has_the_key_it_is_compared_by() {
    let rows = users(&Bench::new(), "user_id,account_id,email\n1,a, İda@X.Example \n2,a,\n3,a,  \n");
    assert_eq!(cell(&rows[0], "email"), " İda@X.Example ");
    assert_eq!(cell(&rows[0], "email_key"), "ida@x.example");
    assert_eq!((cell(&rows[1], "email"), cell(&rows[1], "email_key")), ("NULL", "NULL"));
    assert_eq!(cell(&rows[2], "email"), "NULL");
}

#[test]
fn booleans_are_read_in_several_languages_and_others_are_field_rejects() {
    let bench = Bench::new();
    let written = [
        "TRUE",
        "f",
        "Yes",
        "n",
        "1",
        "0",
        "On",
        "disabled",
        "OUI",
        "Faux",
        "Sì",
        "nein",
        "verdadero",
        "2",
        "",
    ];
    let means = [
        "true", "false", "true", "false", "true", "false", "true", "false", "true", "false", "true", "false",
        "true", "NULL", "NULL",
    ];
    let lines: Vec<String> = written.iter().enumerate().map(|(i, w)| format!("{i},a,{w}\n")).collect();
    let (source, rows) =
        bench.one("users.csv", format!("user_id,account_id,active\n{}", lines.concat()), Stated::default());
    let read: Vec<&str> = rows.iter().map(|row| cell(row, "active")).collect();
    assert_eq!(read, means);
    assert_eq!(source.field_rejects["active"], 1, "an empty cell is no reject");
    let rejects = bench.rejects(&source);
    assert_eq!((cell(&rejects[0], "reason"), cell(&rejects[0], "record")), ("NOT_A_BOOLEAN", "14"));
}

#[test]
fn a_code_is_mapped_and_one_that_is_not_ours_is_unknown_with_its_text() {
    let bench = Bench::new();
    let (source, rows) = bench.one(
        "users.csv",
        "user_id,account_id,role\n1,a,Admin\n2,a, OWNER \n3,a,end_user\n4,a,Light Agent\n5,a,\n",
        Stated::default(),
    );
    let read: Vec<(&str, &str)> = rows.iter().map(|r| (cell(r, "role"), cell(r, "role_raw"))).collect();
    assert_eq!(
        read,
        [
            ("agent", "NULL"),
            ("agent", "NULL"),
            ("end_user", "NULL"),
            ("unknown", "Light Agent"),
            ("NULL", "NULL")
        ]
    );
    assert_eq!(source.unknown_codes["role"]["xxxxx xxxxx"], 1);
    assert!(source.field_rejects.is_empty());
}

#[test]
fn a_list_is_trimmed_unique_sorted_and_also_stored_long() {
    let bench = Bench::new();
    let (source, rows) = bench.one(
        "accounts.csv",
        "account_id,products\na,\" Support;chat;;CHAT \"\nb,\"[\"\"x;y\"\", \"\"a\"\", 12345678901234567]\"\nc,;\nd,[x;y\n",
        Stated::default(),
    );
    let read: Vec<&str> = rows.iter().map(|row| cell(row, "products")).collect();
    assert_eq!(read, ["chat;support", "12345678901234567;a;x,y", "NULL", "[x;y"]);
    let long = bench.rows("accounts_products", &source.source);
    let pairs: Vec<(&str, &str, &str)> =
        long.iter().map(|r| (cell(r, "account_id"), cell(r, "product"), cell(r, "record"))).collect();
    assert_eq!(pairs[..2], [("a", "chat", "1"), ("a", "support", "1")]);
    assert_eq!(pairs.len(), 7);
}

#[test]
fn a_digest_loses_colons_blanks_and_capitals() {
    let (_, rows) = Bench::new().one(
        "certificates.csv",
        "certificate_id,account_id,fingerprint_sha256\n1,a,AB:cd 0F\n",
        Stated::default(),
    );
    assert_eq!(cell(&rows[0], "fingerprint_sha256"), "abcd0f");
}

#[test]
fn an_instant_is_the_interval_that_it_can_mean() {
    let bench = Bench::new();
    let (source, rows) = bench.one(
        "users.csv",
        "user_id,account_id,created_at\n1,a,2016-11-01T00:00:00Z\n2,a, 2016-11-01 \n3,a,soon\n4,a,\n",
        Stated::default(),
    );
    assert_eq!(interval(&rows[0], "created_at"), "2016-11-01T00:00:00");
    assert_eq!(interval(&rows[1], "created_at"), "2016-10-31T10:00:00 .. 2016-11-02T11:59:59.999999");
    assert_eq!(interval(&rows[2], "created_at"), WIDEST, "what can't be read is on the edge of everything");
    assert_eq!(interval(&rows[3], "created_at"), "NULL", "an empty cell is empty");
    assert_eq!((source.field_rejects["created_at"], source.zone_unstated["created_at"]), (1, 1));
}

#[test]
fn a_stated_zone_makes_a_time_exact() {
    let stated = Stated { zone: Some("Europe/Rome".to_owned()), ..Stated::default() };
    let (source, rows) =
        Bench::new().one("users.csv", "user_id,account_id,created_at\n1,a,2016-11-01 00:00:00\n", stated);
    assert_eq!(interval(&rows[0], "created_at"), "2016-10-31T23:00:00");
    assert_eq!(source.reading.zone.as_deref(), Some("Europe/Rome"));
    assert!(source.zone_unstated.is_empty());
}

const DATES: &str = "user_id,account_id,created_at,deleted_at,last_login_at\n\
    1,a,01/02/2016,01/02/2016,13/02/2016\n2,a,13/02/2016,03/04/2016,02/13/2016\n";

#[test]
fn the_column_of_a_file_decides_whether_day_or_month_comes_first() {
    let stated = Stated { zone: Some("UTC".to_owned()), ..Stated::default() };
    let (source, rows) = Bench::new().one("users.csv", DATES, stated);
    assert_eq!(cell(&rows[0], "created_at"), "2016-02-01T00:00:00", "13/02 decides for its column");
    assert_eq!(interval(&rows[0], "deleted_at"), WIDEST, "another column decides nothing for this one");
    assert_eq!(interval(&rows[0], "last_login_at"), WIDEST, "both orders occur: all are rejects");
    assert_eq!(source.reading.dates["created_at"], "dmy");
    assert_eq!(source.reading.dates["last_login_at"], "contradictory");
    assert!(!source.reading.dates.contains_key("deleted_at"));
    assert!(!source.reading.dates_stated);
    assert_eq!((source.field_rejects["deleted_at"], source.field_rejects["last_login_at"]), (2, 2));
    assert!(!source.field_rejects.contains_key("created_at"));
}

#[test]
fn a_stated_order_holds_for_all_columns() {
    let stated = Stated { zone: Some("UTC".to_owned()), dates: Some(DateOrder::Mdy), ..Stated::default() };
    let (source, rows) = Bench::new().one("users.csv", DATES, stated);
    assert_eq!(cell(&rows[0], "created_at"), "2016-01-02T00:00:00");
    assert_eq!(interval(&rows[1], "created_at"), WIDEST);
    assert!(source.reading.dates_stated);
}

#[test]
fn a_required_cell_that_is_missing_rejects_the_record_with_a_masked_copy() {
    let bench = Bench::new();
    let (source, rows) = bench.one(
        "users.csv",
        "user_id,account_id,name\n1,a,x\n2, ,S3cret-Pässword 9\n3,b,y\n",
        Stated::default(),
    );
    let numbers: Vec<&str> = rows.iter().map(|row| cell(row, "record")).collect();
    assert_eq!(numbers, ["1", "3"], "numbers are those of the file");
    let reject = &bench.rejects(&source)[0];
    assert_eq!((cell(reject, "kind"), cell(reject, "reason")), ("record", "REQUIRED_MISSING"));
    assert_eq!((cell(reject, "record"), cell(reject, "column_name")), ("2", "account_id"));
    assert_eq!(cell(reject, "masked"), "9, ,x9xxxx-xxxxxxxx 9");
    assert_eq!((cell(reject, "byte_start"), cell(reject, "byte_end")), ("30", "52"));
    let record = highwater::base::digest::sha256("2, ,S3cret-Pässword 9".as_bytes());
    assert_eq!(cell(reject, "sha256"), record);
}

#[test]
fn nothing_that_was_rejected_is_stored_in_clear() {
    let bench = Bench::new();
    let secret = ["hunt", "er2"].concat();
    let text = format!("user_id,account_id,created_at,active\n1,a,{secret},{secret}\n,{secret},,\n");
    bench.one("users.csv", text, Stated::default());
    for (name, bytes) in bench.store_bytes() {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "{name}");
    }
}
