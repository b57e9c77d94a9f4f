//! `queries check`: what is shipped passes, and each sort of mistake is found.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::collections::BTreeSet;

use highwater::base::library::Embedded;
use highwater::classify::check::{self, Compared, Finding, Fixture};
use highwater::engine::canned::{self, Classify};

const QUERY: &str = "data_subjects";

/// The shipped query, with `from` replaced by `to` in the SQL or the sidecar.
fn with_sql(from: &str, to: &str) -> Classify {
    let shipped = canned::classify(QUERY).unwrap();
    canned::classify_from(shipped.sidecar, replaced(shipped.sql, from, to)).unwrap()
}

fn with_sidecar(from: &str, to: &str) -> Classify {
    let shipped = canned::classify(QUERY).unwrap();
    canned::classify_from(replaced(shipped.sidecar, from, to), shipped.sql).unwrap()
}

fn replaced(file: Embedded, from: &str, to: &str) -> Embedded {
    assert!(file.text.contains(from), "{} does not hold {from}", file.path);
    let text = file.text.replacen(from, to, 1);
    Embedded { path: file.path, text: Box::leak(text.into_boxed_str()) }
}

/// What a query may read: staging and all queries.
fn tables() -> BTreeSet<String> {
    let staging = canned::staging().unwrap().into_iter().map(|q| q.name);
    staging.chain(canned::classify_all().unwrap().into_iter().map(|q| q.id)).collect()
}

fn found(query: &Classify) -> Vec<Finding> {
    check::classify(query, &tables())
}

fn codes(query: &Classify) -> Vec<&'static str> {
    let codes: BTreeSet<&str> = found(query).iter().map(|f| f.code).collect();
    codes.into_iter().collect()
}

#[test]
fn shipped_queries_agree_with_their_sidecars() {
    for query in canned::classify_all().unwrap() {
        assert_eq!(found(&query), [], "{}", query.id);
    }
    let mut before = BTreeSet::new();
    for query in canned::staging().unwrap() {
        assert_eq!(check::staging(&query, &before), [], "{}", query.name);
        before.insert(query.name);
    }
}

#[test]
fn a_reason_that_the_sidecar_does_not_know_is_found() {
    let query = with_sql("THEN 'ACCOUNT_UNKNOWN'", "THEN 'ACCOUNT_UNHEARD_OF'");
    assert!(codes(&query).contains(&"REASONS"), "{:?}", found(&query));
}

#[test]
fn a_reason_that_the_sql_does_not_know_is_found() {
    let query = with_sidecar("code = \"ACCOUNT_UNKNOWN\"", "code = \"ACCOUNT_UNHEARD_OF\"");
    assert_eq!(codes(&query), ["REASONS", "TESTS"]);
}

#[test]
fn tests_in_another_order_are_found() {
    let query = with_sql(
        "account_id IS NULL AS account_unknown,\n        is_outside AS account_outside_window,",
        "is_outside AS account_outside_window,\n        account_id IS NULL AS account_unknown,",
    );
    assert_eq!(codes(&query), ["TESTS"]);
}

#[test]
fn a_test_that_is_no_rule_is_found() {
    let query = with_sql(
        "account_id IS NULL AS account_unknown,",
        "account_id IS NULL AS account_unknown, TRUE AS extra,",
    );
    assert_eq!(codes(&query), ["TESTS"]);
}

#[test]
fn a_case_in_another_order_is_found() {
    let unknown = "WHEN account_unknown THEN 'ACCOUNT_UNKNOWN'";
    let outside = "WHEN account_outside_window THEN 'ACCOUNT_OUTSIDE_WINDOW'";
    let query =
        with_sql(&format!("{unknown}\n            {outside}"), &format!("{outside}\n            {unknown}"));
    assert_eq!(codes(&query), ["REASONS"]);
}

#[test]
fn a_reason_under_a_foreign_test_is_found() {
    let query = with_sql("WHEN account_unknown THEN", "WHEN account_outside_window THEN");
    assert_eq!(codes(&query), ["REASONS"]);
}

#[test]
fn a_case_without_the_last_resort_is_found() {
    assert_eq!(codes(&with_sql("ELSE 'RULE_GAP'", "ELSE 'ACCESS_NOT_ESTABLISHED'")), ["REASONS"]);
}

#[test]
fn another_state_than_the_sidecar_says_is_found() {
    assert_eq!(codes(&with_sidecar("state = \"not_read\"", "state = \"undetermined\"")), ["STATES"]);
    // Doubt that the SQL would turn into an answer.
    assert_eq!(codes(&with_sql("ELSE 'undetermined'", "ELSE 'not_read'")), ["STATES"]);
}

#[test]
fn columns_in_another_order_are_found() {
    assert_eq!(codes(&with_sql("r.role,\n    r.country,", "r.country,\n    r.role,")), ["COLUMNS"]);
}

#[test]
fn rows_in_another_order_are_found() {
    let query = with_sql("ORDER BY r.account_id NULLS FIRST", "ORDER BY r.account_id NULLS LAST");
    assert_eq!(codes(&query), ["ROW_ORDER"]);
}

#[test]
fn a_table_that_is_not_there_is_found() {
    assert_eq!(
        codes(&with_sql("FROM staging_ordered_users_as_of", "FROM staging_persons")),
        ["TABLE_UNKNOWN"]
    );
}

#[test]
fn a_construct_that_engines_read_differently_is_found_with_its_place() {
    let query = with_sql("r.reason = 'ACCOUNT_DATA_READ'", "r.reason LIKE 'ACCOUNT_DATA_READ'");
    let findings = found(&query);
    let like = findings.iter().find(|f| f.code == "TEXT_PATTERN").unwrap();
    let line = query.sql.text.lines().position(|line| line.contains("LIKE")).unwrap() + 1;
    assert_eq!((like.file.as_str(), like.line), ("classify/data_subjects.sql", line));
}

#[test]
fn a_code_that_comes_twice_is_found() {
    let query = with_sidecar("code = \"ACCOUNT_UNKNOWN\"", "code = \"ACCOUNT_NOT_READ\"");
    assert!(codes(&query).contains(&"CODE_TWICE"));
}

#[test]
fn a_key_that_is_no_column_is_found() {
    let query = with_sidecar("order_by = [\"account_id\"", "order_by = [\"account\"");
    assert_eq!(codes(&query), ["COLUMN_UNKNOWN", "ROW_ORDER"]);
}

#[test]
fn a_mistake_in_a_sidecar_names_line_and_key() {
    let shipped = canned::classify(QUERY).unwrap();
    let broken = replaced(shipped.sidecar, "subject = ", "subjetc = ");
    let error = canned::classify_from(broken, shipped.sql).unwrap_err().to_string();
    assert!(error.contains("classify/data_subjects.toml:5:1: subjetc: unknown key"), "{error}");
}

/// A fixture of two verdicts, as if it stood beside the query.
fn fixture(expected: &str) -> Fixture {
    let text: &'static str = Box::leak(expected.to_owned().into_boxed_str());
    Fixture {
        folder: "classify/fixtures/data_subjects/invented",
        name: "invented",
        profile: None,
        facts: None,
        sources: None,
        given: Vec::new(),
        expected: Embedded { path: "classify/fixtures/data_subjects/invented/expected.csv", text },
    }
}

const EXPECTED: &str = "account_id,user_id,state,reason,near_miss_of,why\n\
    a,u,not_read,CREATED_AFTER_WINDOW,,made after\n\
    a,v,undetermined,ACCOUNT_UNKNOWN,CREATED_AFTER_WINDOW,\"made before, no account\"\n";
const GOT: &str = "account_id,user_id,state,reason,classes,role,country,source,record\n\
    a,u,not_read,CREATED_AFTER_WINDOW,,agent,,0011223344556677,1\n\
    a,v,undetermined,ACCOUNT_UNKNOWN,,agent,,0011223344556677,2\n";

fn compared(expected: &str, got: &str) -> Compared {
    check::compare(&canned::classify(QUERY).unwrap(), &fixture(expected), got)
}

fn told(compared: &Compared) -> Vec<String> {
    compared.findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_fixture_that_holds_reaches_its_reasons() {
    let compared = compared(EXPECTED, GOT);
    assert_eq!(told(&compared), [""; 0]);
    assert_eq!(compared.rows, 2);
    assert!(compared.reached.contains("ACCOUNT_UNKNOWN"));
    assert!(compared.near_misses.contains("CREATED_AFTER_WINDOW"));
}

#[test]
fn a_verdict_that_differs_is_told_with_line_subject_column_and_why() {
    let compared = compared(EXPECTED, &GOT.replace("a,v,undetermined", "a,v,not_read"));
    let file = "queries/classify/fixtures/data_subjects/invented/expected.csv";
    let finding =
        "VERDICT: [a, v]: state is `not_read` (expected: `undetermined`, because made before, no account)";
    assert_eq!(told(&compared), [format!("{file}:3: {finding}")]);
}

#[test]
fn a_reason_that_came_out_otherwise_is_not_reached() {
    let compared = compared(EXPECTED, &GOT.replace("ACCOUNT_UNKNOWN", "ACCOUNT_NOT_READ"));
    assert!(!compared.reached.contains("ACCOUNT_UNKNOWN"));
    assert!(!compared.near_misses.contains("CREATED_AFTER_WINDOW"));
}

#[test]
fn a_verdict_too_few_or_too_many_is_found() {
    let one = GOT.lines().take(2).collect::<Vec<_>>().join("\n");
    assert_eq!(compared(EXPECTED, &one).findings[0].code, "ROW_MISSING");
    let three = format!("{GOT}b,w,read,ACCOUNT_DATA_READ,,agent,,0011223344556677,3\n");
    assert_eq!(compared(EXPECTED, &three).findings[0].code, "ROW_EXTRA");
}

#[test]
fn a_near_miss_of_its_own_reason_or_of_none_is_found() {
    for wrong in ["ACCOUNT_UNKNOWN", "ACCOUNT_UNHEARD_OF"] {
        let expected = EXPECTED.replace("UNKNOWN,CREATED_AFTER_WINDOW", &format!("UNKNOWN,{wrong}"));
        assert_eq!(compared(&expected, GOT).findings[0].code, "NEAR_MISS_WRONG");
    }
}

#[test]
fn a_fixture_that_is_no_table_of_the_query_is_found() {
    for (from, to) in [("user_id", "user"), (",why", ",because"), ("a,u,", "a,u,u,"), ("reason", "reasons")] {
        let compared = compared(&EXPECTED.replacen(from, to, 1), GOT);
        assert!(compared.findings.iter().all(|f| f.code == "FIXTURE_FORM"), "{:?}", compared.findings);
        assert!(!compared.findings.is_empty());
    }
}

#[test]
fn reasons_without_a_fixture_and_without_a_near_miss_are_found() {
    let query = canned::classify(QUERY).unwrap();
    let findings = check::unreached(&query, &[compared(EXPECTED, GOT)]);
    let of = |code: &str| findings.iter().filter(|f| f.code == code).count();
    assert_eq!(of("REASON_UNREACHED"), query.reasons.len() - 2);
    assert_eq!(of("NEAR_MISS_ABSENT"), query.reasons.len() - 1);
    assert!(findings.iter().all(|f| f.line > 0 && f.file == "classify/data_subjects.toml"));
}

#[test]
fn shipped_fixtures_expect_each_reason_and_only_just_miss_it_elsewhere() {
    let mut wrong = Vec::new();
    for query in canned::classify_all().unwrap() {
        let fixtures = check::fixtures(&query.id).unwrap();
        assert!(fixtures.iter().all(|fixture| !fixture.given.is_empty()), "{} gives nothing", query.id);
        // Taken at their word; that the queries agree is for `queries check`.
        let compared: Vec<Compared> =
            fixtures.iter().map(|fixture| check::compare(&query, fixture, fixture.expected.text)).collect();
        wrong.extend(compared.iter().flat_map(told));
        wrong.extend(check::unreached(&query, &compared).iter().map(ToString::to_string));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn highwater(arguments: &[&str]) -> (i32, String, String) {
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_shipped_queries_pass_the_check_fixtures_and_all() {
    let (status, printed, told) = highwater(&["queries", "check"]);
    assert_eq!((status, told.as_str()), (0, ""), "{printed}");
    for query in canned::classify_all().unwrap() {
        assert!(printed.contains(&query.id), "{} is not listed:\n{printed}", query.id);
    }
    assert!(!printed.contains("NO"), "{printed}");
}

#[test]
fn one_query_is_checked_alone_as_json() {
    let (status, printed, _) = highwater(&["queries", "check", QUERY, "--json"]);
    assert_eq!(status, 0, "{printed}");
    let checked: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((&checked["format"], checked["queries"].as_array().unwrap().len()), (&1.into(), 1));
    let report = &checked["queries"][0];
    assert_eq!((&report["query"], &report["reasons"]), (&QUERY.into(), &9.into()));
    assert_eq!((&report["reached"], &report["near_misses"]), (&9.into(), &9.into()));
}

#[test]
fn a_query_that_is_not_there_is_a_mistake_of_the_user_with_the_nearest_name() {
    let (status, printed, told) = highwater(&["queries", "check", "data_subject"]);
    assert_eq!((status, printed.as_str()), (2, ""));
    assert!(told.contains("did you mean data_subjects?"), "{told}");
}

#[test]
fn the_list_names_each_query_and_staging_when_asked_for_more() {
    let (status, printed, _) = highwater(&["queries", "list"]);
    assert_eq!(status, 0);
    let (_, verbose, _) = highwater(&["queries", "list", "-v"]);
    for query in canned::classify_all().unwrap() {
        assert!(printed.contains(&query.id) && printed.contains(&query.title), "{printed}");
    }
    assert!(!printed.contains("staging_users") && verbose.contains("staging_users"));
    let (_, json, _) = highwater(&["queries", "list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(listed["format"], 1);
    assert_eq!(listed["queries"].as_array().unwrap().len(), canned::classify_all().unwrap().len());
}
