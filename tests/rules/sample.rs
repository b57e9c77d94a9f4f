//! The sample data, read as a case for the second statement.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

use crate::case::{Case, Export};
use crate::csv;
use crate::instant::{BoundaryZone, Order};
use crate::profile::{Cohort, Coverage, DataClass, Facts, Population, Profile, SignIn, Term, Word};

const TABLES: [&str; 9] = [
    "accounts",
    "users",
    "credential_changes",
    "app_installations",
    "certificates",
    "api_clients",
    "sso",
    "accessed",
    "notices",
];

/// Reads a folder of exports; the profile is the published one.
pub fn read(folder: &Path) -> Case {
    Case {
        profile: zendesk_2016(),
        facts: facts(&table(&folder.join("facts.toml"))),
        exports: exports(folder),
    }
}

fn table(file: &Path) -> Table {
    let text = fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    text.parse().unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

fn entries<'a>(table: &'a Table, name: &str) -> Vec<&'a Table> {
    let entries = table.get(name).and_then(Value::as_array);
    entries.into_iter().flatten().filter_map(Value::as_table).collect()
}

fn said(entry: &Table, key: &str) -> Option<String> {
    entry.get(key).and_then(Value::as_str).map(String::from)
}

fn facts(table: &Table) -> Facts {
    let coverages = entries(table, "coverage").into_iter().map(|entry| Coverage {
        table: said(entry, "table").expect("a table"),
        kind: said(entry, "kind"),
        role: said(entry, "role"),
        column: said(entry, "column"),
        from: said(entry, "from"),
        to: said(entry, "to").expect("a `to`"),
        accepted: entry.contains_key("accept") && entry.contains_key("accepted_by"),
    });
    Facts { as_of: said(table, "as_of"), coverages: coverages.collect() }
}

fn exports(folder: &Path) -> Vec<Export> {
    let sources = table(&folder.join("sources.toml"));
    let mut files: Vec<_> = fs::read_dir(folder.join("exports")).expect("a folder of exports").collect();
    files.sort_by_key(|file| file.as_ref().map(fs::DirEntry::file_name).expect("a file"));
    let names = files.into_iter().map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"));
    names.map(|name| export(folder, &name, &entries(&sources, "source"))).collect()
}

fn export(folder: &Path, name: &str, sources: &[&Table]) -> Export {
    let file = format!("exports/{name}");
    let nothing = Table::new();
    let is_its = |stated: &str| stated == file || stated == "exports/*.csv";
    let source = sources.iter().find(|source| said(source, "file").as_deref().is_some_and(is_its));
    let source = source.copied().unwrap_or(&nothing);
    let bytes = fs::read(folder.join(&file)).expect("an export");
    let mut rows = csv::parse(&decoded(&bytes));
    let header = rows.remove(0);
    Export {
        table: TABLES.into_iter().find(|table| name.starts_with(table)).expect("named after its table"),
        exported_at: said(source, "exported_at"),
        zone: said(source, "zone").map(|zone| zone.parse().expect("a zone")),
        order: said(source, "dates").map(|order| match order.as_str() {
            "dmy" => Order::Dmy,
            "mdy" => Order::Mdy,
            _ => Order::Ymd,
        }),
        account_id: said(source, "account_id"),
        file,
        header,
        rows,
        bytes: Some(bytes),
    }
}

/// UTF-8, else a byte a character: near enough to windows-1252, whose letters are the same.
fn decoded(bytes: &[u8]) -> String {
    let one_byte = |_| bytes.iter().map(|byte| char::from(*byte)).collect();
    String::from_utf8(bytes.to_vec()).unwrap_or_else(one_byte)
}

/// The published profile of zendesk-2016 (incident.example.toml).
pub fn zendesk_2016() -> Profile {
    let class = |id, secret, personal| DataClass { id, secret, personal };
    Profile {
        from: None,
        until: "2016-11-01".into(),
        clear_from: Some("2016-11-02".into()),
        zone: BoundaryZone::Unstated,
        affected_products: vec!["support", "chat"],
        unaffected_products: vec!["bime", "connect", "sell", "smooch"],
        sign_ins: vec![
            SignIn { id: "support", products: vec!["support", "guide", "talk", "explore"] },
            SignIn { id: "chat", products: vec!["chat"] },
        ],
        data_classes: vec![
            class("user_data", false, true),
            class("password_hashes", true, true),
            class("app_settings", true, false),
            class("tls_keys", true, false),
        ],
        authentication_classes: vec!["app_settings", "tls_keys"],
        populations: vec![
            Population { role: "agent", sign_ins: vec!["support", "chat"], only_active: true },
            Population { role: "end_user", sign_ins: vec!["support"], only_active: false },
        ],
        exempt: vec!["rotated", "sso", "no_password"],
        app_kinds: vec!["marketplace", "private"],
        provided_by: vec!["customer"],
        api_clients: vec![
            ("basic_password", "reconnect"),
            ("api_token", "consider"),
            ("oauth", "consider"),
            ("chat_api_token", "none"),
        ],
        cohorts: cohorts(),
    }
}

/// The published cohorts, all told but the last.
pub fn cohorts() -> Vec<Cohort> {
    let is = |word| Term { negated: false, word };
    let not = |word| Term { negated: true, word };
    let cohort = |id, when| Cohort { id, when, notify: true };
    vec![
        cohort("authentication_accessed", vec![is(Word::Access("authentication"))]),
        cohort("data_accessed", vec![is(Word::Access("data"))]),
        cohort("undetermined", vec![is(Word::Exposure("undetermined"))]),
        cohort("precaution", vec![is(Word::Exposure("exposed")), is(Word::Actions)]),
        cohort("incomplete", vec![is(Word::Exposure("exposed")), not(Word::Known)]),
        cohort("informed", vec![is(Word::Exposure("exposed"))]),
        cohort("own_action", vec![is(Word::Actions)]),
        Cohort { notify: false, ..cohort("not_exposed", vec![is(Word::Always)]) },
    ]
}
