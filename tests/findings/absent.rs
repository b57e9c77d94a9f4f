//! What can't be decided: each table and each column is taken away, and what moves is held against what is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::thread;

use highwater::engine::canned::{self, Need, Place};
use highwater::engine::tables;

use crate::support::{INCIDENT, Job, highwater, said, sample_without, text, told_absent};

/// How many rows each reason of each query with a list of rules has.
type Counts = BTreeMap<(String, String), u64>;

fn counts(job: &Job) -> Counts {
    let (case, exports) = (job.case(), job.exports());
    for arguments in [
        vec!["init", text(&case), "--incident", INCIDENT],
        vec!["ingest", text(&case), text(&exports), "--threads", "1"],
        vec!["classify", text(&case), "--as-of", "2019-10-02T12:00:00Z", "--threads", "1"],
    ] {
        let output = highwater(&arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
    }
    let with_rules: BTreeSet<String> = canned::classify_all()
        .unwrap()
        .into_iter()
        .filter(|query| !query.reasons.is_empty())
        .map(|query| query.id)
        .collect();
    let record = job.record();
    let queries =
        record["counts"].as_object().unwrap().iter().filter(|(query, _)| with_rules.contains(*query));
    let reasons = queries.flat_map(|(query, states)| {
        let reasons = states.as_object().unwrap().values().flat_map(|r| r.as_object().unwrap().clone());
        reasons.map(|(reason, rows)| ((query.clone(), reason), rows.as_u64().unwrap())).collect::<Vec<_>>()
    });
    reasons.collect()
}

/// Whether words name a rule, or its whole query.
fn names_rule(words: &str, (query, code): &(String, String)) -> bool {
    words.split("; ").any(|part| {
        let (said, list) = part.split_once(": ").unwrap_or(("", part));
        let mut codes = list.split(", ").map(|word| word.rsplit(' ').next().unwrap_or(word));
        match said {
            "no verdicts at all" => list.split(", ").any(|whole| whole == query),
            _ => list.split(' ').next() == Some(query) && codes.any(|named| named == code),
        }
    })
}

/// Without these a rule is nobody's here, and somebody's in other exports: where an account was accessed its products are
/// not asked, and end users rotate whether they are active or not.
const INCIDENTAL: [&str; 3] = ["accounts", "accounts.products", "users.active"];

/// Everything that can be absent and decide: each table, and each column that is no descriptive text.
fn places() -> Vec<Need> {
    let place = |table: &str, column: Option<&str>| Need {
        one_of: vec![Place { table: table.to_owned(), column: column.map(str::to_owned) }],
    };
    let decides = |column: &&tables::Column| {
        use tables::ColumnKind::{Boolean, Code, Hex, Instant, Reference, Word, WordList};
        !column.required
            && matches!(column.kind, Boolean | Code | Hex | Instant | Reference | Word | WordList)
    };
    let mut places = Vec::new();
    for table in tables::all().unwrap() {
        places.push(place(&table.name, None));
        places.extend(table.columns.iter().filter(decides).map(|c| place(&table.name, Some(&c.name))));
    }
    places
}

/// Takes away each table, each column, and each set of them that a rule can't do without. A rule that is said to be
/// silent then is nobody's reason; and a rule that is nobody's reason any more, or a verdict that moves, is told.
#[test]
fn what_is_absent_is_told_with_the_rules_that_can_not_decide() {
    let mut rules: BTreeMap<Need, BTreeSet<(String, String)>> =
        places().into_iter().map(|place| (place, BTreeSet::new())).collect();
    for query in canned::classify_all().unwrap() {
        for reason in &query.reasons {
            for need in &reason.needs {
                rules.entry(need.clone()).or_default().insert((query.id.clone(), reason.code.clone()));
            }
        }
    }
    let whole = counts(&sample_without(None));
    let wrong: Mutex<Vec<String>> = Mutex::default();
    let waiting: Mutex<Vec<_>> = Mutex::new(rules.into_iter().collect());
    let next = || waiting.lock().unwrap().pop();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((need, rules)) = next() {
                    let found = untrue(&need, &rules, &whole);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with what a run without `need` says.
fn untrue(need: &Need, rules: &BTreeSet<(String, String)>, whole: &Counts) -> Vec<String> {
    let job = sample_without(Some(need));
    let left = counts(&job);
    let told = told_absent(&job);
    let is_told = |rule: &(String, String)| told.values().any(|words| names_rule(words, rule));
    let mut wrong = Vec::new();
    for rule in rules {
        if left.contains_key(rule) {
            wrong.push(format!("{rule:?} does not need {need}"));
        } else if !is_told(rule) {
            wrong.push(format!("{rule:?} is silent without {need}, and that is not told: {told:?}"));
        }
    }
    let [place] = need.one_of.as_slice() else { return wrong };
    let lost = whole.keys().filter(|rule| !left.contains_key(*rule) && !is_told(rule));
    if !INCIDENTAL.contains(&place.to_string().as_str()) {
        wrong.extend(lost.map(|rule| format!("{rule:?} is nobody's without {need}, and that is not told")));
    }
    if left != *whole && !told.contains_key(&place.to_string()) {
        wrong.push(format!("verdicts move without {need}, and it is not told: {told:?}"));
    }
    wrong
}

#[test]
fn each_ending_is_needed_by_a_rule_so_that_its_absence_is_told() {
    let needs: BTreeSet<String> = canned::classify_all()
        .unwrap()
        .iter()
        .flat_map(|query| query.reasons.iter().flat_map(|reason| &reason.needs))
        .flat_map(|need| need.one_of.iter().map(ToString::to_string))
        .collect();
    for ending in [
        "accounts.deleted_at",
        "users.deleted_at",
        "app_installations.removed_at",
        "certificates.revoked_at",
        "certificates.replaced_at",
        "api_clients.revoked_at",
    ] {
        assert!(needs.contains(ending), "{ending}");
    }
}
