//! The rules, stated a second time in plain Rust, and the properties that hold them against the program.
//!
//! The statement (`statement.rs` and what it calls) was written from the design alone: it shares no code with
//! the program and does not look at its queries. It is slow and plain on purpose: each rule is one line named
//! after its reason. The program is driven by its command line only, on generated cases and on the sample data.
//!
//! # Readings: where the design leaves a choice
//! 1. `rotated_at_latest` and `not_after_latest` are empty when the instant is exact, as in the stored pair.
//! 2. The change named in query 3 is chosen as in query 2 (least lo, then hi, source, record), and is named
//!    whenever `rotated`, whatever test decided.
//! 3. Equal rows count once, yet each stays a record: the least source and record among equal changes is named.
//! 4. `classes` of query 6 are named on every row, whatever test decided.
//! 5. With sign-ins that are several, a row of `sso` without product may match each sign-in, also one that the
//!    account does not have (the words of the rule).
//! 6. "The same account has a certificate" (KEY_NOT_COMPARED) is not TRUE where the account is NULL.
//! 7. An e-mail address is kept with the white space around it; a blank one is empty, also for "the newest
//!    non-empty one". Other descriptive text is kept even when it is white space only.
//! 8. `customer_id` is an identifier, so white space around it goes.
//! 9. A source whose records were all rejected feeds nothing: it neither feeds a coverage nor contradicts one.
//! 10. "Exported later" compares the earliest instant first, then the latest.
//! 11. An entry of coverage that names a kind or role says nothing where no kind or role is asked; password changes
//!     of a user whose role is unknown are covered by an entry without role only.
//! 12. What shows a column's date order are values that can be read in exactly one order: `45/10/2016`, which is
//!     no date in either, shows nothing.
//! 13. Losing one value of a column whose date order only its own values show can make the others readable.
//!     So evidence is lost only in cases whose exports state their order.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, its helpers too"
)]

mod case;
mod coverage;
mod csv;
mod exposure;
mod generate;
mod generate_profile;
mod hand;
mod instant;
mod losing;
mod passwords;
mod profile;
mod program;
mod random;
mod sample;
mod shrink;
mod sign_on;
mod state;
mod statement;
mod store;
mod subjects;
mod summary;
mod value;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use case::Case;
use generate::{Seeds, Spread};
use random::Random;
use verdict::QUERIES;

/// How many cases a property tries: the environment may ask for more.
fn cases(usual: u32) -> u32 {
    let asked = std::env::var("HIGHWATER_RULES_CASES").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(usual)
}

fn seeds(worlds: usize) -> impl Strategy<Value = Seeds> {
    let worlds = prop::collection::vec(any::<u64>().no_shrink(), 1..=worlds);
    (any::<u64>().no_shrink(), worlds).prop_map(|(case, worlds)| Seeds { case, worlds })
}

/// The same cases each time, and no file of regressions.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 80, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// What differs, in words; the program failing on a case differs too.
fn difference(case: &Case) -> String {
    match program::run(case) {
        Ok(ran) => program::difference(case, &ran.verdicts),
        Err(said) => said,
    }
}

/// What the second statement says, query by query.
fn stated(case: &Case) -> BTreeMap<&'static str, String> {
    let verdicts = statement::verdicts(case);
    QUERIES.into_iter().map(|query| (query, verdicts.csv(query))).collect()
}

#[test]
fn verdicts_equal_the_second_statement() {
    let outcome = runner(cases(24)).run(&seeds(40), |seeds| {
        let case = generate::case(&seeds, Spread::Wide);
        prop_assert!(difference(&case).is_empty());
        Ok(())
    });
    let Err(TestError::Fail(_, seeds)) = outcome else { return };
    let case = generate::case(&seeds, Spread::Wide);
    let smallest = shrink::fewer_rows(case, 150, |case| !difference(case).is_empty());
    let ran = program::run(&smallest).unwrap_or_else(|said| panic!("the program failed: {said}"));
    let told = program::difference(&smallest, &ran.verdicts);
    panic!("verdicts differ for {seeds:?}\n{told}\nthe case: {}", ran.keep().display());
}

/// Takes one piece of evidence at a time away and looks at who became clear by that.
fn newly_clear(
    case: &Case,
    random: &mut Random,
    verdicts: impl Fn(&Case) -> BTreeMap<&'static str, String>,
    times: usize,
) -> Option<String> {
    let before = losing::clear(&verdicts(case));
    (0..times).filter_map(|_| losing::loses_one(case, random)).find_map(|(lost, poorer)| {
        let after = losing::clear(&verdicts(&poorer));
        let cleared: Vec<&String> = after.difference(&before).collect();
        (!cleared.is_empty()).then(|| format!("{cleared:?} became clear by losing {lost}"))
    })
}

#[test]
fn losing_exculpatory_evidence_clears_nobody() {
    let outcome = runner(cases(24) * 12).run(&(seeds(3), any::<u64>()), |(seeds, lost)| {
        let case = generate::case(&seeds, Spread::NoInference);
        let cleared = newly_clear(&case, &mut Random::new(lost), stated, 12);
        prop_assert!(cleared.is_none(), "{}", cleared.unwrap_or_default());
        Ok(())
    });
    outcome.unwrap_or_else(|failed| panic!("{failed}"));
}

#[test]
fn losing_exculpatory_evidence_clears_nobody_in_the_program() {
    let run = |case: &Case| program::run(case).unwrap_or_else(|said| panic!("{said}")).verdicts;
    let outcome = runner(cases(24).div_ceil(8)).run(&(seeds(20), any::<u64>()), |(seeds, lost)| {
        let case = generate::case(&seeds, Spread::NoInference);
        let cleared = newly_clear(&case, &mut Random::new(lost), run, 5);
        prop_assert!(cleared.is_none(), "{}", cleared.unwrap_or_default());
        Ok(())
    });
    outcome.unwrap_or_else(|failed| panic!("{failed}"));
}

/// The numbers of the program's own summary: each account's certain, undetermined and clear subjects are all of
/// its subjects, so that certain is at most at most; and no rule list has a gap.
#[test]
fn certain_is_at_most_at_most() {
    let outcome = runner(3).run(&seeds(40), |seeds| {
        let ran = program::run(&generate::case(&seeds, Spread::Wide)).map_err(TestCaseError::fail)?;
        for (query, text) in &ran.verdicts {
            prop_assert!(!text.contains("RULE_GAP"), "RULE_GAP in {query}");
        }
        for (query, counted) in [
            ("user_passwords", "users"),
            ("app_credentials", "apps"),
            ("certificates", "certificates"),
            ("api_clients", "clients"),
        ] {
            let by_state = |state: &str| count(&ran.verdicts[query], state);
            let summed = |state: &str| sum(&ran.verdicts["account_summary"], &format!("{counted}_{state}"));
            let (certain, doubtful) = (summed("must_act"), summed("undetermined"));
            prop_assert!(certain <= certain + doubtful);
            for state in ["must_act", "undetermined", "clear"] {
                prop_assert_eq!(summed(state), by_state(state), "{} {}", query, state);
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failed| panic!("{failed}"));
}

/// The rows of a verdict in a state, of those whose account is known.
fn count(text: &str, state: &str) -> usize {
    let rows = csv::parse(text);
    let at = rows[0].iter().position(|name| name == "state").expect("a state");
    rows.iter().filter(|row| row[at] == state && !row[0].is_empty()).count()
}

fn sum(text: &str, column: &str) -> usize {
    let rows = csv::parse(text);
    let at = rows[0].iter().position(|name| name == column).expect("a column of the summary");
    rows[1..].iter().map(|row| row[at].parse::<usize>().expect("a count")).sum()
}

/// The sample data through both.
#[test]
fn sample_data_through_both() {
    for name in ["zendesk-2016", "unaffected"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(name);
        let work = tempfile::TempDir::new().expect("a temporary folder");
        let program = program::run_folder(&folder, "zendesk-2016", work.path());
        let difference = program::difference(&sample::read(&folder), &program.expect("the program runs"));
        assert!(difference.is_empty(), "{name}: verdicts differ\n{difference}");
    }
}

/// The generated cases are no use where they never go: every test of every list decides somewhere.
#[test]
fn generated_cases_reach_every_reason() {
    let mut reached: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut random = Random::new(8);
    for _ in 0..80 {
        let worlds = (0..20).map(|_| random.below(usize::MAX) as u64).collect();
        let case = generate::case(&Seeds { case: random.below(usize::MAX) as u64, worlds }, Spread::Wide);
        let verdicts = statement::verdicts(&case);
        for query in QUERIES.into_iter().take(6) {
            let reasons = verdicts.rows(query).iter().map(|row| row.get("reason").to_string());
            reached.entry(query).or_default().extend(reasons);
        }
    }
    let stated = [12, 21, 16, 18, 9, 19];
    let decided: Vec<usize> = reached.values().map(BTreeSet::len).collect();
    assert_eq!(decided, stated, "tests that decided: {reached:#?}");
}
