//! The sidecars of findings: all codes of the rules, each with its words, and what the check of them finds.

use highwater::base::library::Embedded;
use highwater::classify::check::{self, Fixture};
use highwater::classify::quality::FindingRow;
use highwater::engine::canned::{self, Quality};

/// The list of 3-rules, "Quality findings", in its order: intake, references, time, evidence, contacts.
const CODES: [&str; 35] = [
    "FIELD_REJECT",
    "RECORD_REJECT",
    "QUOTE_INSIDE",
    "COLUMN_ABSENT",
    "COLUMN_UNKNOWN",
    "CODE_UNKNOWN",
    "ZONE_UNSTATED",
    "DATES_INFERRED",
    "DUPLICATE",
    "CONFLICT",
    "TABLE_ABSENT",
    "EMPTY_SOURCE",
    "ACCOUNT_MISSING",
    "USER_MISSING",
    "SUBJECT_MISSING",
    "CHANGE_OTHER_ACCOUNT",
    "AFTER_AS_OF",
    "CREATED_AFTER_AS_OF",
    "CHANGE_BEFORE_CREATED",
    "DELETED_BEFORE_CREATED",
    "ACTIVATED_BEFORE_CREATED",
    "CHILD_OLDER_THAN_ACCOUNT",
    "VALIDITY_INVERTED",
    "ACCESSED_OUTSIDE_WINDOW",
    "ACCESSED_OUT_OF_SCOPE",
    "ACCESS_CLASS_UNKNOWN",
    "SSO_BYPASS",
    "KEY_REUSED",
    "COVERAGE_SHORT",
    "COVERAGE_UNFED",
    "COVERAGE_CONTRADICTED",
    "COVERAGE_REJECTS",
    "CONTACT_ABSENT",
    "CONTACT_ODD",
    "CONTACT_SHARED",
];

#[test]
fn the_findings_are_those_of_the_rules() {
    let queries = canned::quality().unwrap();
    let codes: Vec<&str> = queries.iter().flat_map(|q| &q.findings).map(|f| f.code.as_str()).collect();
    let sorted = |codes: &[&str]| {
        let mut codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        codes.sort();
        codes
    };
    assert_eq!(sorted(&codes), sorted(&CODES));
}

fn changed(id: &str, from: &str, to: &str) -> Vec<Quality> {
    let mut queries = canned::quality().unwrap();
    let query = queries.iter_mut().find(|query| query.id == id).unwrap();
    assert!(query.sidecar.text.contains(from), "{from}");
    let text = query.sidecar.text.replacen(from, to, 1).leak();
    let sql = query.sql;
    *query = canned::quality_from(Embedded { path: query.sidecar.path, text }, sql).unwrap();
    queries
}

fn codes(queries: &[Quality]) -> Vec<&'static str> {
    check::quality(queries).into_iter().map(|finding| finding.code).collect()
}

#[test]
fn shipped_findings_are_sound_and_a_wrong_sidecar_is_found() {
    assert_eq!(check::quality(&canned::quality().unwrap()), []);
    assert_eq!(
        codes(&changed("contacts", "CONTACT_ODD\"", "CONTACT_ABSENT\"")),
        ["CODE_TWICE", "CODE_TWICE"]
    );
    assert_eq!(codes(&changed("intake", "\"EMPTY_SOURCE\"", "\"CONFLICT\"")), ["CODE_TWICE"]);
    assert_eq!(codes(&changed("contacts", "\"CONTACT_ODD\"", "\"CONTACT_EVEN\"")), ["CODE_ABSENT"]);
    assert_eq!(codes(&changed("contacts", "id = \"contacts\"", "id = \"people\"")), ["SIDECAR_ID"]);
    assert_eq!(codes(&changed("codes", "`highwater show CASE", "`show CASE")), ["NEXT"]);
}

#[test]
fn a_finding_without_its_words_can_not_be_read() {
    let query = canned::quality().unwrap().into_iter().find(|query| query.id == "contacts").unwrap();
    for key in ["consequence.en", "next.en", "example.en", "severity"] {
        let lines = query.sidecar.text.lines();
        let mut found = false;
        let without: Vec<&str> = lines
            .filter(|line| {
                let is_first = line.starts_with(key) && !found;
                found |= is_first;
                !is_first
            })
            .collect();
        let sidecar = Embedded { path: query.sidecar.path, text: without.join("\n").leak() };
        let error = canned::quality_from(sidecar, query.sql).unwrap_err();
        assert!(error.to_string().contains(key.trim_end_matches(".en")), "{key}: {error}");
    }
}

fn fixture(expected: &'static str) -> Fixture {
    Fixture {
        folder: "quality/fixtures/invented",
        name: "invented",
        profile: None,
        facts: None,
        sources: None,
        given: vec![],
        expected: Embedded { path: "quality/fixtures/invented/expected.csv", text: expected },
    }
}

#[test]
fn a_fixture_compares_all_findings_of_the_codes_that_it_names() {
    let row = |code: &str, subject: &str| FindingRow {
        code: code.to_owned(),
        table: "users".to_owned(),
        subject: Some(subject.to_owned()),
        ..FindingRow::default()
    };
    let given = [row("CONFLICT", "u1"), row("DUPLICATE", "u1"), row("USER_MISSING", "u7")];
    let compare = |expected| {
        let compared = check::compare_findings(&fixture(expected), &given);
        compared.findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    let header = "code,table,subject,near_miss_of,why\n";
    let with = |rows: &str| -> &'static str { format!("{header}{rows}").leak() };
    assert_eq!(compare(with("CONFLICT,users,u1,,w\n,users,u2,CONFLICT,w\n")), Vec::<&str>::new());
    assert_eq!(compare(with("CONFLICT,users,u2,,w\n")), ["FINDING_MISSING", "FINDING_EXTRA"]);
    assert_eq!(compare(with(",users,u1,CONFLICT,w\n")), ["NEAR_MISS_FOUND", "FINDING_EXTRA"]);
    assert_eq!(compare(with(",users,u1,CONFLICTS,w\n")), ["NEAR_MISS_WRONG"]);
    assert_eq!(compare(with("CONFLICT,users,u1,,w\nCONFLICT,users,u1,,w\n")), ["FINDING_MISSING"]);
    assert_eq!(compare("code,table,reason,near_miss_of,why\n"), ["FIXTURE_FORM"]);
    let nothing = check::unreached_findings(&canned::quality().unwrap(), &[]);
    let all = canned::quality().unwrap().iter().map(|query| query.findings.len()).sum::<usize>();
    assert_eq!(
        nothing.len(),
        2 * all,
        "each code needs a row that gives it and one that only just misses it"
    );
}
