//! The canonical tables: their contracts are right, and a wrong one says where.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use highwater::base::library::Embedded;
use highwater::engine::ParameterType;
use highwater::engine::tables::{self, ColumnKind};

#[test]
fn the_nine_tables_are_there_with_their_columns_in_order() {
    let names: Vec<&str> = tables::all().unwrap().iter().map(|t| t.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "accessed",
            "accounts",
            "api_clients",
            "app_installations",
            "certificates",
            "credential_changes",
            "notices",
            "sso",
            "users"
        ]
    );
    let columns = |table: &str| -> String {
        let columns = &tables::table(table).unwrap().columns;
        columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        columns("accounts"),
        "account_id customer_id name subdomain products plan status created_at activated_at deleted_at owner_name \
         owner_email security_email locale time_zone country"
    );
    assert_eq!(
        columns("users"),
        "user_id account_id email name phone role product active suspended created_at last_login_at \
         password_changed_at has_password sso_only deleted_at locale country"
    );
    assert_eq!(
        columns("credential_changes"),
        "account_id user_id product kind subject_id changed_at effect actor event_id"
    );
    assert_eq!(
        columns("app_installations"),
        "installation_id account_id app_id app_name kind installed_at updated_at removed_at enabled \
         holds_credentials credential_names credentials_rotated_at"
    );
    assert_eq!(
        columns("certificates"),
        "certificate_id account_id provided_by fingerprint_sha256 key_sha256 subject names serial issuer key_type \
         uploaded_at not_before not_after revoked_at replaced_at"
    );
    assert_eq!(
        columns("api_clients"),
        "client_id account_id user_id name kind created_at last_used_at revoked_at"
    );
    assert_eq!(columns("sso"), "account_id population product enforced bypass_allowed since until");
    assert_eq!(columns("accessed"), "account_id data_class extent determination determined_at evidence");
    assert_eq!(columns("notices"), "notice_id account_id cohort sent_at delivered_at bounced_at channel run");
}

#[test]
fn required_columns_are_those_that_the_design_marks() {
    let required: Vec<String> = tables::all()
        .unwrap()
        .iter()
        .flat_map(|t| t.columns.iter().filter(|c| c.required).map(move |c| format!("{}.{}", t.name, c.name)))
        .collect();
    assert_eq!(
        required,
        [
            "accessed.account_id",
            "accessed.data_class",
            "accounts.account_id",
            "api_clients.client_id",
            "api_clients.account_id",
            "app_installations.installation_id",
            "app_installations.account_id",
            "certificates.certificate_id",
            "certificates.account_id",
            "credential_changes.kind",
            "notices.notice_id",
            "notices.account_id",
            "sso.account_id",
            "sso.population",
            "users.user_id",
            "users.account_id"
        ]
    );
}

#[test]
fn a_column_is_stored_as_its_kind_says() {
    let stored = |table: &str, column: &str| -> Vec<(String, ParameterType)> {
        tables::table(table).unwrap().column(column).unwrap().store_columns()
    };
    let named = |pairs: &[(&str, ParameterType)]| -> Vec<(String, ParameterType)> {
        pairs.iter().map(|(n, t)| ((*n).to_owned(), *t)).collect()
    };
    use ParameterType::{Boolean, Instant, Text};
    assert_eq!(
        stored("users", "created_at"),
        named(&[("created_at", Instant), ("created_at_latest", Instant)])
    );
    assert_eq!(stored("users", "email"), named(&[("email", Text), ("email_key", Text)]));
    assert_eq!(stored("users", "role"), named(&[("role", Text), ("role_raw", Text)]));
    assert_eq!(stored("users", "active"), named(&[("active", Boolean)]));
    assert_eq!(stored("accounts", "products"), named(&[("products", Text)]));
    let tables = tables::table("accounts").unwrap().stored_tables();
    let names: Vec<&str> = tables.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["accounts", "accounts_products"]);
    let long: Vec<&str> = tables[1].1.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(long, ["account_id", "product", "source", "record"]);
}

#[test]
fn every_column_has_a_key_or_a_place_to_be_looked_up_by() {
    for table in tables::all().unwrap() {
        assert!(table.columns.iter().any(|c| c.is_looked_up()), "{}", table.name);
        let keys = table.columns.iter().filter(|c| c.kind == ColumnKind::Key).count();
        assert!(keys <= 1, "{}", table.name);
    }
}

#[test]
fn mistakes_of_a_contract_are_told_with_line_and_column() {
    let text = r#"format = 1
table = "things"
what = "Things."

[[column]]
name = "thing_id"
type = "key"
what = "The thing."
example = "t-1"

[[column]]
name = "kind"
names = ["Thing ID"]
type = "code"
codes = ["big", "small"]
words = { huge = "bigg" }
what = "How big."
example = "big"

[[column]]
name = "weight"
typ = "text"
what = "How heavy."
example = "3"
"#;
    let error = tables::read(Embedded { path: "tables/things.toml", text }).unwrap_err();
    let told: Vec<String> = error.each().iter().map(|e| e.to_string().replace('\n', " ")).collect();
    assert!(told[0].starts_with("tables/things.toml:7:8: column.type: is a key"), "{told:#?}");
    assert!(
        told.iter().any(|t| t.starts_with("tables/things.toml:13:9: column.names: `Thing ID`")),
        "{told:#?}"
    );
    assert!(told.iter().any(|t| t.contains(":16:9: ") && t.contains("did you mean `big`?")), "{told:#?}");
    assert!(told.iter().any(|t| t.contains(":20:1: column.type: missing")), "{told:#?}");
    assert!(told.iter().any(|t| t.contains(":22:1: column.typ: unknown key")), "{told:#?}");
}

#[test]
fn an_unknown_table_is_told_with_the_nearest() {
    let error = tables::table("user").unwrap_err();
    assert!(error.to_string().contains("did you mean users?"), "{error}");
}
