//! Which file is which table, what people state about files, and what is stored twice.

use std::fs;

use highwater::base::Kind;
use highwater::intake::{self, Request, Stated};

use crate::support::{Bench, cell, interval};

const USERS: &str = "user_id,account_id\n1,a\n";

fn refused(bench: &Bench) -> String {
    let error = bench.ingest().unwrap_err();
    assert!(bench.case.register().unwrap().sources().is_empty(), "nothing is stored");
    error.to_string()
}

#[test]
fn a_table_is_recognised_by_its_header_in_any_case_and_several_languages() {
    let bench = Bench::new();
    bench.file(
        "1.csv",
        "\u{feff}User ID,ACCOUNT-ID,Correo electrónico,Rôle,shoe size\n1,a,x@y.example,agent,44\n",
    );
    bench.file("2.csv", "account_id;Erstellt am\na;2016-01-01\n");
    bench.file("3.csv", "kind\tuser.id\npassword\t1\n");
    let outcome = bench.ingest().unwrap();
    let tables: Vec<&str> = outcome.files.iter().map(|f| f.source.table.as_str()).collect();
    assert_eq!(tables, ["users", "accounts", "credential_changes"]);
    let users = &outcome.files[0].source;
    assert_eq!(users.columns["email"], "Correo electrónico");
    assert_eq!(users.unknown_columns, ["shoe size"]);
    assert_eq!(outcome.files[1].source.reading.delimiter, ";");
    assert_eq!(outcome.files[2].source.reading.delimiter, "tab");
}

#[test]
fn two_columns_that_match_one_are_an_error_that_names_both() {
    let bench = Bench::new();
    bench.file("users.csv", "user_id,account_id,Email,e_mail\n1,a,x,y\n");
    let told = refused(&bench);
    assert!(told.contains("two columns are email: `Email` and `e_mail`"), "{told}");
}

#[test]
fn a_header_of_no_table_is_told_with_the_nearest() {
    let bench = Bench::new();
    bench.file("a.csv", "user_id,email,role\n1,x,agent\n");
    bench.file("b.csv", "colour,shape\nred,round\n");
    let told = refused(&bench);
    assert!(told.contains("users (3 of its columns are there, account_id is not)"), "{told}");
    assert!(told.contains("a.csv") && told.contains("b.csv"), "all files at once: {told}");
}

/// An export of apps that names no account was taken for changes, which ask for a kind only: its rows then fed coverage.
#[test]
fn a_file_that_another_table_explains_better_is_not_taken_for_one_that_asks_for_little() {
    let bench = Bench::new();
    let header = "installation_id,app_name,kind,installed_at,holds_credentials";
    bench.file("apps.csv", format!("{header}\n7,Sync,private,2015-06-01T08:00:00Z,yes\n"));
    let told = refused(&bench);
    assert!(told.contains("app_installations (5 of its columns are there, account_id is not)"), "{told}");
    assert!(told.contains("--account"), "{told}");
}

/// A users export whose id is called otherwise was taken for accounts, and its users' dates for those of accounts.
#[test]
fn a_table_is_not_taken_where_another_lacks_only_what_a_column_too_many_may_be() {
    for header in
        ["uid,account_id,name,created_at", "id,account_id,name,created_at", "Number,account_id,name"]
    {
        let bench = Bench::new();
        let path = bench.file("export.csv", format!("{header}\n3,gamma,Cy,2018-02-01\n"));
        let told = refused(&bench);
        assert!(
            told.contains("can be accounts, or ") && told.contains("--table accounts"),
            "{header}: {told}"
        );
        let stated = Stated { table: Some("accounts".to_owned()), ..Stated::default() };
        assert!(bench.ingest_with(&[path], stated, 1).is_ok(), "{header}: who says so may");
    }
    // A column that names no row leaves no doubt.
    for column in ["colour", "is_paid", "valid", "prepaid", "void"] {
        let bench = Bench::new();
        bench.file("export.csv", format!("account_id,name,created_at,{column}\ngamma,Cy,2018-02-01,red\n"));
        assert_eq!(bench.ingest().unwrap().files[0].source.table, "accounts", "{column}");
    }
}

#[test]
fn a_header_of_two_tables_asks_which() {
    let bench = Bench::new();
    let path = bench.file("x.csv", "account_id,data_class,population\na,user_data,all\n");
    let told = refused(&bench);
    assert!(told.contains("can be") && told.contains("--table"), "{told}");
    let stated = Stated { table: Some("sso".to_owned()), ..Stated::default() };
    let outcome = bench.ingest_with(&[path], stated, 1).unwrap();
    assert_eq!(outcome.files[0].source.table, "sso");
}

#[test]
fn the_same_bytes_again_are_a_no_op_that_says_so() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    bench.file("copy/users.csv", USERS);
    let first = bench.ingest().unwrap();
    let stored: Vec<bool> = first.files.iter().map(|f| f.already_stored).collect();
    assert_eq!(stored, [false, true], "a copy in the same folder too");
    let before = bench.store_bytes();
    let again = bench.ingest().unwrap();
    assert!(again.files.iter().all(|f| f.already_stored));
    assert!(again.files[0].notes[0].contains("stored already"));
    assert_eq!(bench.store_bytes(), before);
    assert_eq!(bench.case.register().unwrap().sources().len(), 1);
}

#[test]
fn the_same_bytes_read_in_another_way_are_refused() {
    let bench = Bench::new();
    let path = bench.file("users.csv", USERS);
    bench.ingest().unwrap();
    let stated = Stated { zone: Some("Europe/Rome".to_owned()), ..Stated::default() };
    let error = bench.ingest_with(&[path], stated, 1).unwrap_err();
    assert!(error.to_string().contains("read in another way"), "{error}");
}

#[test]
fn a_stated_account_fills_a_column_that_the_file_lacks_and_no_other() {
    let bench = Bench::new();
    let stated = Stated { account_id: Some("acme".to_owned()), ..Stated::default() };
    let (source, rows) = bench.one("users.csv", "user_id,name\n1,x\n", stated.clone());
    assert_eq!(cell(&rows[0], "account_id"), "acme");
    assert_eq!(source.reading.account_id.as_deref(), Some("acme"));
    let (source, rows) = bench.one("named.csv", "user_id,account_id\n2,b\n3,\n", stated);
    assert_eq!((rows.len(), source.rejected, cell(&rows[0], "account_id")), (1, 1, "b"));
    assert_eq!(source.reading.account_id, None);
}

#[test]
fn a_stated_account_is_trimmed_and_never_empty() {
    let bench = Bench::new();
    let stated = |account: &str| Stated { account_id: Some(account.to_owned()), ..Stated::default() };
    let (_, rows) = bench.one("users.csv", "user_id,name\n1,x\n", stated(" acme\u{a0}"));
    assert_eq!(cell(&rows[0], "account_id"), "acme");
    let path = bench.file("more.csv", "user_id,name\n2,x\n");
    for empty in ["", " ", "\u{a0}"] {
        let told = bench.ingest_with(std::slice::from_ref(&path), stated(empty), 1).unwrap_err();
        assert!(told.to_string().contains("the account has no name"), "{told}");
    }
    let bench = Bench::new();
    bench.file("users.csv", "user_id,name\n1,x\n");
    bench.file("sources.toml", "[[source]]\nfile = \"users.csv\"\naccount_id = \" \"\n");
    assert!(refused(&bench).contains("account_id: is empty") || refused(&bench).contains("is empty"));
}

#[test]
fn a_name_in_sources_toml_is_meant_as_it_stands() {
    for name in ["users[1].csv", "./users.csv", "deep/{x}.csv"] {
        let bench = Bench::new();
        bench.file(name.trim_start_matches("./"), USERS);
        bench.file("sources.toml", format!("[[source]]\nfile = \"{name}\"\nexported_by = \"on call\"\n"));
        let outcome = bench.ingest().unwrap();
        assert_eq!(outcome.files[0].source.custody.exported_by.as_deref(), Some("on call"), "{name}");
    }
}

#[test]
fn a_stated_hash_that_is_of_no_file_is_an_error() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    let hash = "ab".repeat(32);
    bench.file("sources.toml", format!("[[source]]\nfile = \"usres.csv\"\nsha256 = \"{hash}\"\n"));
    let told = refused(&bench);
    assert!(told.contains("usres.csv") && told.contains("SHA-256 is stated"), "{told}");
}

/// Custody files list what was handed over, tables or not.
#[test]
fn the_hash_of_a_file_that_is_left_aside_is_compared() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    bench.file("handover.pdf", "a page");
    let hash = highwater::base::digest::sha256(b"a page");
    let stated = |hash: &str| format!("[[source]]\nfile = \"handover.pdf\"\nsha256 = \"{hash}\"\n");
    bench.file("sources.toml", stated(&"ab".repeat(32)));
    assert!(refused(&bench).contains("is not the file that sources.toml states"));
    bench.file("sources.toml", stated(&hash));
    assert_eq!(bench.ingest().unwrap().files.len(), 1);
}

#[test]
fn two_folders_that_speak_of_one_file_must_say_the_same() {
    let bench = Bench::new();
    bench.file("deep/users.csv", USERS);
    bench.file("sources.toml", "[[source]]\nfile = \"deep/users.csv\"\nzone = \"UTC\"\n");
    bench.file("deep/sources.toml", "[[source]]\nfile = \"users.csv\"\nzone = \"Europe/Rome\"\n");
    let folders = [bench.exports(), bench.exports().join("deep")];
    let told = bench.ingest_with(&folders, Stated::default(), 1).unwrap_err().to_string();
    assert!(told.contains("they differ") && told.contains("users.csv"), "{told}");
}

#[test]
fn sources_toml_states_custody_zone_and_table() {
    let bench = Bench::new();
    bench.file("exports/users-1.csv", "user_id,account_id,created_at\n1,a,2016-11-01 00:00:00\n");
    bench.file(
        "sources.toml",
        "[[source]]\nfile = \"exports/users-*.csv\"\nzone = \"+02:00\"\nexported_at = \"2019-09-25\"\n\
         exported_by = \"database on call\"\n[[source]]\nfile = \"nothing.csv\"\n",
    );
    let outcome = bench.ingest().unwrap();
    let source = &outcome.files[0].source;
    assert_eq!(source.custody.exported_by.as_deref(), Some("database on call"));
    let (lo, hi) = source.custody.exported_at.unwrap();
    assert_eq!(hi - lo, 86_400_000_000 - 1, "a day in the stated zone");
    let rows = bench.rows("users", &source.source);
    assert_eq!(interval(&rows[0], "created_at"), "2016-10-31T22:00:00");
    assert!(outcome.notes.iter().any(|n| n.contains("no file matches nothing.csv")), "{:?}", outcome.notes);
}

#[test]
fn all_mistakes_of_sources_toml_are_told_with_line_and_column() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    bench.file(
        "sources.toml",
        "[[source]]\nfile = \"users.csv\"\nzone = \"Europe/Rom\"\ntabel = \"users\"\nsha256 = \"12\"\n",
    );
    let told = refused(&bench);
    for part in [":3:8: ", "Europe/Rome", ":4:1: ", "did you mean `table`", ":5:10: "] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn a_file_with_another_hash_than_stated_is_refused() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    bench
        .file("sources.toml", format!("[[source]]\nfile = \"users.csv\"\nsha256 = \"{}\"\n", "0".repeat(64)));
    assert!(refused(&bench).contains("is not the file that sources.toml states"));
}

#[test]
fn facts_in_the_folder_become_the_cases_own_unless_it_has_some() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    let facts = include_str!("../../sample_data/zendesk-2016/facts.toml");
    bench.file("facts.toml", facts);
    bench.ingest().unwrap();
    assert_eq!(bench.case.facts_text().unwrap().as_deref(), Some(facts));
    bench.ingest().unwrap();
    bench.file("facts.toml", format!("{facts}\n# more\n"));
    let outcome = bench.ingest().unwrap();
    assert_eq!(outcome.facts.unwrap().1, intake::FactsOutcome::Ignored);
    assert_eq!(bench.case.facts_text().unwrap().as_deref(), Some(facts));
}

#[test]
fn an_encoding_that_is_stated_or_marked_is_decoded() {
    let bench = Bench::new();
    let stated = Stated { encoding: encoding_rs::Encoding::for_label(b"windows-1252"), ..Stated::default() };
    let (source, rows) = bench.one("users.csv", b"user_id,account_id,name\n1,a,Zo\xeb\n", stated);
    assert_eq!((cell(&rows[0], "name"), source.reading.encoding.as_str()), ("Zoë", "windows-1252"));
    let text = "user_id,account_id,name\r\n1,a,Ząb\r\n";
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let (source, rows) = bench.one("users16.csv", utf16, Stated::default());
    assert_eq!((cell(&rows[0], "name"), source.reading.encoding.as_str()), ("Ząb", "UTF-16LE"));
}

#[test]
fn patterns_name_files_and_a_name_of_nothing_is_an_error() {
    let bench = Bench::new();
    bench.file("users-1.csv", USERS);
    bench.file("users-2.csv", "user_id,account_id\n2,a\n");
    bench.file("other.csv", "account_id\na\n");
    let outcome = bench.ingest_with(&[bench.exports().join("users-*.csv")], Stated::default(), 1).unwrap();
    assert_eq!(outcome.files.len(), 2);
    let error = bench.ingest_with(&[bench.exports().join("none.csv")], Stated::default(), 1).unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
}

#[cfg(unix)]
#[test]
fn a_folder_that_loops_by_a_link_is_walked_once() {
    let bench = Bench::new();
    bench.file("deep/users.csv", USERS);
    std::os::unix::fs::symlink(bench.exports(), bench.exports().join("deep/again")).unwrap();
    let outcome = bench.ingest().unwrap();
    assert_eq!(outcome.files.len(), 1);
    assert!(outcome.notes.iter().any(|note| note.contains("leads back")), "{:?}", outcome.notes);
}

#[test]
fn a_dry_run_shows_columns_and_converted_values_and_stores_nothing() {
    let bench = Bench::new();
    bench.file(
        "users.csv",
        "user_id,account_id,role,created_at,x\n1,a,agent,31/01/2016,\n2,a,Boss,01/02/2016,\n\
         3,a,Boss,01/02/2016,\n4,a,clerk,2016-02-01T08:00:00+01:00,\n",
    );
    let plan = intake::plan(&Request { inputs: vec![bench.exports()], ..Request::default() }).unwrap();
    let shown = intake::preview(&plan).unwrap();
    assert_eq!((shown[0].table.as_str(), shown[0].records), ("users", 3));
    let created = shown[0].columns.iter().find(|c| c.column == "created_at").unwrap();
    assert_eq!(created.values[1], "2016-01-31T10:00:00Z .. 2016-02-02T11:59:59.999999Z");
    assert_eq!(shown[0].unknown_columns, ["x"]);
    assert!(shown[0].notes.iter().any(|note| note.contains("dmy")));
    let codes = "no codes of ours, they count as unknown: role `Boss` (2), role `clerk` (1)";
    assert!(shown[0].notes.iter().any(|note| note == codes), "{:?}", shown[0].notes);
    assert!(bench.case.register().unwrap().sources().is_empty());
    assert!(fs::read_dir(bench.case.store()).unwrap().next().is_none());
}

#[test]
fn a_declared_account_is_a_stored_record_of_a_source_named_declared() {
    let bench = Bench::new();
    let mut lock = bench.case.lock("init").unwrap();
    intake::declare_account(&bench.case, &mut lock, "acme", Some("Support;chat")).unwrap();
    intake::declare_account(&bench.case, &mut lock, "acme", Some("chat;support")).unwrap();
    drop(lock);
    let register = bench.case.register().unwrap();
    assert_eq!(register.sources().len(), 1);
    let source = &register.sources()[0];
    assert_eq!((source.path.as_str(), source.stored), ("declared", 1));
    let rows = bench.rows("accounts", &source.source);
    assert_eq!((cell(&rows[0], "account_id"), cell(&rows[0], "products")), ("acme", "chat;support"));
    assert_eq!(bench.rows("accounts_products", &source.source).len(), 2);
}

#[test]
fn every_file_of_a_table_has_all_its_columns() {
    let bench = Bench::new();
    let (_, rows) = bench.one("users.csv", USERS, Stated::default());
    let expected: Vec<String> = highwater::engine::tables::table("users")
        .unwrap()
        .store_columns()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let mut sorted = expected.clone();
    sorted.sort();
    assert_eq!(rows[0].keys().cloned().collect::<Vec<_>>(), sorted);
    assert_eq!(cell(&rows[0], "sso_only"), "NULL");
}
