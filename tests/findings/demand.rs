//! Clean exports give nothing to see to; what was rejected, and what a caller asks to fail on.

use std::fs;

use highwater::classify::quality;

use crate::support::{INCIDENT, clean, clean_but, highwater, job, said, text};

#[test]
fn unaffected_customers_in_clean_exports_give_no_finding_that_matters_and_no_letter() {
    let job = job(&clean());
    let output = job.run(&["--strict", "--fail-on", "serious", "--fail-on", "check"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(job.findings(&["serious", "check"]), Vec::<String>::new());
    assert_eq!(job.findings(&["note"]), ["AFTER_AS_OF: []"]);
    let outreach: Vec<String> = fs::read_dir(job.case().join("out/0001/lists"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("outreach-"))
        .filter(|path| fs::read_to_string(path).unwrap().lines().count() > 1)
        .map(|path| path.display().to_string())
        .collect();
    assert_eq!(outreach, Vec::<String>::new(), "letters to nobody");
    assert!(said(&output).lines().all(|line| !line.contains("REJECTED")));
}

#[test]
fn rejected_input_in_part_never_looks_like_success() {
    let users = "user_id,account_id,role,created_at,has_password,deleted_at,sso_only\n\
                 u1,a1,agent,2018-05-01T00:00:00Z,maybe,,false\n,a1,agent,2018-05-01T00:00:00Z,true,,false\n";
    let job = clean_but("users.csv", users);
    let plain = job.run(&[]);
    assert!(plain.status.success(), "{}", said(&plain));
    let shown = String::from_utf8(plain.stdout).unwrap();
    let last = shown.trim_end().lines().last().unwrap().trim();
    let case = job.case();
    let expected =
        format!("REJECTED: records 1, single cells 1. See: highwater show {} rejects", text(&case));
    assert_eq!(last, expected);

    let strict = clean_but("users.csv", users);
    let output = strict.run(&["--strict"]);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    let error = said(&output);
    let first = error.lines().find(|line| line.starts_with("error:")).unwrap();
    assert!(
        first.contains("1 record was rejected, and 1 cell of other records could not be read"),
        "{first}"
    );
    assert!(strict.case().join("out/0001/lists/lists.json").is_file(), "all else is written");
    assert_eq!(strict.record()["counts"], job.record()["counts"]);
}

#[test]
fn a_strict_ingest_stores_what_can_be_read_and_says_so_again() {
    let job = clean_but("users.csv", "user_id,account_id,role\nu1,a1,agent\n,a1,agent\n");
    let (case, users) = (job.case(), job.exports().join("users.csv"));
    highwater(&["init", text(&case), "--incident", INCIDENT]);
    let lax = ["ingest", text(&case), text(&users)];
    // The same file again is stored already, and its rejects are rejects still.
    for _ in 0..2 {
        let output = highwater(&["ingest", text(&case), text(&users), "--strict"]);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        assert!(said(&output).contains("error: 1 record was rejected"), "{}", said(&output));
    }
    let output = highwater(&lax);
    assert!(output.status.success());
    assert!(said(&output).contains("REJECTED: 1 record was rejected"), "{}", said(&output));
    let clean = highwater(&["ingest", text(&case), text(&job.exports().join("sso.csv")), "--strict"]);
    assert!(clean.status.success(), "{}", said(&clean));
    assert!(!said(&clean).contains("REJECTED"));
}

/// Two coverages of one table, and one rejected record: it is one, and each coverage has its row.
#[test]
fn a_rejected_record_of_a_table_counts_once_however_many_coverages_speak_of_it() {
    let changes =
        "user_id,account_id,kind,changed_at,effect\nu1,a1,password,2018-06-01T00:00:00Z,replaced\nu1,a1,,,\n";
    let job = clean_but("credential_changes.csv", changes);
    let coverage = |role: &str| {
        format!(
            "[[coverage]]\ntable = \"credential_changes\"\nkind = \"password\"\nrole = \"{role}\"\n\
             from = \"2016-10-01T00:00:00Z\"\nto = \"2019-10-02T12:00:00Z\"\nbasis = \"database\"\n"
        )
    };
    let head = "format = 1\nas_of = \"2019-10-02T12:00:00Z\"\n[declared]\nby = \"lead\"\nat = \"2019-10-02T09:00:00Z\"\n";
    fs::write(job.exports().join("facts.toml"), [head, &coverage("agent"), &coverage("end_user")].concat())
        .unwrap();
    assert!(job.run(&[]).status.success());
    let rows = quality::read(&job.case().join("runs/0001/quality/findings.parquet")).unwrap();
    let (counts, singles): (Vec<_>, Vec<_>) =
        rows.iter().filter(|row| row.code == "COVERAGE_REJECTS").partition(|row| row.count.is_some());
    assert_eq!(counts.iter().map(|row| row.count.unwrap()).collect::<Vec<_>>(), [1]);
    assert_eq!(singles.len(), 2);
}

#[test]
fn a_caller_may_fail_on_a_finding_or_a_weight() {
    let sso = "account_id,population,product,enforced,bypass_allowed,since,until\na1,agent,,true,true,,\n";
    let job = clean_but("sso.csv", sso);
    assert!(job.run(&["--fail-on", "serious", "--fail-on", "CONFLICT"]).status.success());
    let case = job.case();
    for (asked, shown) in [("check", ""), ("note", ""), ("SSO_BYPASS", " --code SSO_BYPASS")] {
        let output = highwater(&["classify", text(&case), "--fail-on", asked]);
        assert_eq!(output.status.code(), Some(3), "{asked}: {}", said(&output));
        assert!(said(&output).contains("error: found: 1 SSO_BYPASS"), "{asked}: {}", said(&output));
        let next = format!("next: highwater show {} findings{shown}\n", text(&case));
        assert!(said(&output).contains(&next), "{asked}: {}", said(&output));
    }
    assert!(highwater(&["classify", text(&case), "--fail-on", "serious"]).status.success());
    let wrong = highwater(&["classify", text(&case), "--fail-on", "SSO_BYPAS"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(said(&wrong).contains("did you mean SSO_BYPASS?"), "{}", said(&wrong));
}
