//! A slip in a name is answered with the name that was probably meant, in the same words everywhere.

use super::commands::{failed, printed};

/// What is asked, and the line that must come back.
fn answered(arguments: &[&str], what: &str, meant: &str) {
    let (status, said) = failed(arguments);
    assert_eq!(status, 2, "{arguments:?}: {said}");
    let first = said.lines().next().unwrap_or_default();
    assert!(first.starts_with("error: ") && first.contains(what), "{arguments:?}: {said}");
    assert!(said.contains(&format!("\n  next: did you mean {meant}?\n")), "{arguments:?}: {said}");
}

fn case() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("case").to_str().unwrap().to_owned();
    printed(&["init", &case, "--incident", "zendesk-2016", "--quiet"]);
    (folder, case)
}

#[test]
fn verbs_and_options() {
    answered(&["clasify", "x"], "there is no verb clasify", "classify");
    answered(&["queries", "chekc"], "there is no verb chekc", "check");
    answered(&["ingest", "c", "f", "--dryrun"], "highwater ingest does not take --dryrun", "--dry-run");
    answered(&["--colour", "never"], "does not take --colour", "--color");
    answered(&["export", "c", "list"], "can not be list", "lists");
}

#[test]
fn tables() {
    let (folder, case) = case();
    let export = folder.path().join("x.csv");
    std::fs::write(&export, "user_id,account_id\nu,a\n").unwrap();
    let export = export.to_str().unwrap();
    answered(&["ingest", &case, export, "--table", "uesrs"], "there is no table uesrs", "users");
    answered(&["show", &case, "acounts"], "there is no table, verdict or view acounts", "accounts");
}

#[test]
fn incidents() {
    let (folder, _) = case();
    let other = folder.path().join("other").to_str().unwrap().to_owned();
    answered(&["incidents", "show", "zendesk2016"], "zendesk2016 is neither", "zendesk-2016");
    answered(&["init", &other, "--incident", "zendesk-2061"], "zendesk-2061 is neither", "zendesk-2016");
    answered(&["demo", "zendesk-2015"], "there is no sample data for zendesk-2015", "zendesk-2016");
}

#[test]
fn queries() {
    answered(&["queries", "explain", "user_pasword"], "there is no query", "user_passwords");
    answered(&["queries", "check", "user_pasword"], "there is no query user_pasword", "user_passwords");
}

#[test]
fn codes_of_reasons_and_findings() {
    answered(&["queries", "explain", "NOT_ROTATD"], "reason or finding NOT_ROTATD", "NOT_ROTATED");
    answered(&["queries", "explain", "COLUMN_ABSNT"], "reason or finding COLUMN_ABSNT", "COLUMN_ABSENT");
    answered(
        &["queries", "explain", "certificates/KEY_REUSD"],
        "finding certificates/KEY_REUSD",
        "certificates/KEY_REUSED",
    );
    let (_folder, case) = case();
    answered(&["show", &case, "findings", "--code", "CONFLCT"], "there is no code CONFLCT", "CONFLICT");
}

/// A facts file names a table that there is not: the same question, with line and column.
#[test]
fn tables_of_coverages() {
    let (folder, _) = case();
    let facts = folder.path().join("facts.toml");
    std::fs::write(
        &facts,
        "format = 1\n[declared]\nby = \"tester\"\nat = \"2019-10-02T12:00:00Z\"\n[[coverage]]\ntable = \"usres\"\n\
         to = \"2019-10-02T12:00:00Z\"\nbasis = \"full export\"\n",
    )
    .unwrap();
    let other = folder.path().join("other").to_str().unwrap().to_owned();
    let (status, said) =
        failed(&["init", &other, "--incident", "zendesk-2016", "--facts", facts.to_str().unwrap()]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("facts.toml:6:9") && said.contains("did you mean `users`?"), "{said}");
}

/// Far from everything there is no guess, but a way to see what there is.
#[test]
fn nothing_is_guessed_from_afar() {
    let (_, said) = failed(&["queries", "explain", "xyzzy"]);
    assert!(!said.contains("did you mean") && said.contains("next: highwater queries list"), "{said}");
}
