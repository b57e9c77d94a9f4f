//! placeholder
mod case; mod coverage; mod csv; mod exposure; mod generate; mod instant; mod passwords; mod profile; mod program; mod random; mod sample; mod shrink; mod sign_on;
mod state; mod statement; mod store; mod subjects; mod summary; mod value; mod verdict;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use case::Case;
use generate::{Seeds, Spread};

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

/// The sample data through both.
#[test]
fn sample_data_through_both() {
    for name in ["zendesk-2016", "unaffected"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(name);
        let work = tempfile::TempDir::new().expect("a temporary folder");
        let program = program::run_folder(&folder, "zendesk-2016", work.path());
        let difference = program::difference(&sample::read(&folder), &program.expect("the program runs"));
        assert!(difference.is_empty(), "{name}: verdicts differ\n{difference}");
    }
}
