//! How findings are shown: all of them, the weightiest first, with what comes next; nothing is cut in silence.

use std::fs;

use highwater::classify::quality;
use highwater::engine::canned::{self, Need, Place};
use serde_json::Value;

use crate::support::{INCIDENT, clean, clean_but, highwater, job, said, sample_without, text, told_absent};

#[test]
fn the_summary_shows_findings_by_weight_and_an_empty_weight_as_empty() {
    let sso = "account_id,population,product,enforced,bypass_allowed,since,until\na1,agent,,true,true,,\n";
    let job = clean_but("sso.csv", sso);
    let shown = String::from_utf8(job.run(&[]).stdout).unwrap();
    let at = |words: &str| shown.find(words).unwrap_or_else(|| panic!("no {words} in:\n{shown}"));
    assert!(at("serious: none") < at("to check:"));
    assert!(at("to check:") < at("1 SSO_BYPASS: Single sign-on is enforced but can be bypassed"));
    assert!(at("1 SSO_BYPASS") < at("to note:"));
    assert!(at("to note:") < at("1 AFTER_AS_OF"));
    let case = job.case();
    assert!(shown.contains(&format!("highwater show {} findings --code CODE", text(&case))), "{shown}");
    let plain = fs::read_to_string(case.join("out/0001/lists/summary.txt")).unwrap();
    assert!(plain.contains("highwater show CASE findings --code CODE"), "the same in every folder");
}

#[test]
fn the_summary_shows_every_finding_and_first_those_that_say_which_rules_can_not_decide() {
    let place =
        |table: &str, column: Option<&str>| Place { table: table.into(), column: column.map(str::to_owned) };
    let lost = ["deleted_at", "has_password", "sso_only", "active"];
    let mut one_of: Vec<Place> = lost.iter().map(|column| place("users", Some(column))).collect();
    one_of.push(place("sso", None));
    let job = sample_without(Some(&Need { one_of }));
    let shown = String::from_utf8(job.run(&[]).stdout).unwrap();
    let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let record = job.record();
    let findings = record["findings"].as_array().unwrap();
    assert!(findings.len() > 20, "too few to be cut");
    for finding in findings {
        let of = |key: &str| finding[key].as_str().unwrap();
        let next = format!(
            "next: {}",
            of("next").replace('`', "").replace(" CASE", &format!(" {}", text(&job.case())))
        );
        assert!(
            flat.contains(&format!("{} {}: {}", finding["count"], of("code"), of("consequence"))),
            "{shown}"
        );
        let only_shows = of("next") == format!("`highwater show CASE findings --code {}`", of("code"));
        assert!(only_shows || flat.contains(&next), "{next}:\n{shown}");
    }
    for (weight, code) in [("serious:", "1 TABLE_ABSENT:"), ("to check:", "4 COLUMN_ABSENT:")] {
        assert!(flat.contains(&format!("{weight} {code}")), "{code} is not the first:\n{shown}");
    }
    let details = told_absent(&job);
    assert_eq!(details.len(), 5, "{details:?}");
    for (place, words) in details {
        assert!(flat.contains(&format!("- {place}: {words}")), "{place}:\n{shown}");
    }
    let details =
        |code: &str| findings.iter().find(|f| f["code"] == code).unwrap()["details"].as_array().unwrap();
    let left = details("CODE_UNKNOWN").len() - 2;
    assert!(shown.contains(&format!("- and {left} more\n")), "of other details few are shown:\n{shown}");
}

#[test]
fn what_is_left_of_very_many_details_is_told_as_at_least() {
    for (files, left) in [(100, "- and 98 more\n"), (101, "- and at least 99 more\n")] {
        let job = job(&clean());
        for number in 1..=files {
            // Each says something else of itself: so many cells of so many records.
            let rows: String =
                (0..number).map(|n| format!("x{number}-{n},a1,2018-05-01T00:00:00Z\n")).collect();
            let text = format!("user_id,account_id,created_at\ny{number},a1,never\n{rows}");
            fs::write(job.exports().join(format!("more-{number}.csv")), text).unwrap();
        }
        let shown = String::from_utf8(job.run(&[]).stdout).unwrap();
        assert!(shown.contains(left), "{files}:\n{shown}");
    }
}

/// Single rows are for looking; a count that stands for more of them must not look like all.
#[test]
fn single_rows_that_are_cut_are_said_to_be_cut() {
    for (missing, listed, cut) in [(1_500, 1_000, true), (1_000, 1_000, false)] {
        let rows: String = (0..missing).map(|n| format!("u{n},m{n},agent\n")).collect();
        let job = clean_but("users.csv", &format!("user_id,account_id,role\n{rows}"));
        assert!(job.run(&[]).status.success());
        let rows = quality::read(&job.case().join("runs/0001/quality/findings.parquet")).unwrap();
        let (counts, singles): (Vec<_>, Vec<_>) =
            rows.iter().filter(|row| row.code == "ACCOUNT_MISSING").partition(|row| row.count.is_some());
        assert_eq!(counts.iter().map(|row| row.count.unwrap()).collect::<Vec<_>>(), [missing]);
        assert_eq!(singles.len(), listed);
        assert_eq!(counts[0].consequence.ends_with("only the first 1,000 are listed."), cut, "{counts:?}");
    }
}

#[test]
fn findings_are_shown_by_weight_and_without_a_run_the_way_to_them_is() {
    let job = sample_without(None);
    assert!(job.run(&[]).status.success());
    let shown = highwater(&["show", text(&job.case()), "findings", "--json"]);
    let rows: Vec<Value> = serde_json::from_slice(&shown.stdout).unwrap();
    let (counts, singles): (Vec<&Value>, Vec<&Value>) = rows.iter().partition(|row| !row["count"].is_null());
    for rows in [counts, singles] {
        let weights =
            rows.iter().map(|row| canned::SEVERITIES.iter().position(|s| row["severity"] == **s).unwrap());
        let weights: Vec<usize> = weights.collect();
        assert!(weights.is_sorted() && weights.contains(&0) && weights.contains(&2), "{weights:?}");
    }
    let serious = job.run(&["--fail-on", "serious"]);
    assert!(said(&serious).contains("findings --where severity=serious\n"), "{}", said(&serious));

    let fresh = job.folder.path().join("fresh");
    highwater(&["init", text(&fresh), "--incident", INCIDENT]);
    for what in ["findings", "user_passwords"] {
        let output = highwater(&["show", text(&fresh), what]);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            said(&output).contains("the case has no run yet\n  next: highwater classify CASE"),
            "{}",
            said(&output)
        );
    }
}

#[test]
fn commands_of_the_summary_work_as_they_stand() {
    for finding in canned::quality().unwrap().iter().flat_map(|query| &query.findings) {
        for command in finding.next.split('`').skip(1).step_by(2) {
            let help: Vec<&str> = command.split_whitespace().skip(1).chain(["--help"]).collect();
            let output = highwater(&help);
            assert!(output.status.success(), "{}: {command}: {}", finding.code, said(&output));
        }
    }
}
