//! Profiles and facts: what is read, what is refused and where, which coverages hold, and what the queries are given.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use highwater::base::instant::{Interval, exact, write_rfc3339};
use highwater::base::{Error, Kind};
use highwater::engine::{Parameter, ParameterTable};
use highwater::incident::{
    self, AsOfSource, Facts, FedSource, Judged, Profile, Term, Window, Word, coverage, resolve_as_of,
};
use proptest::prelude::*;

#[path = "profile/hostile.rs"]
mod hostile;

const PROFILE: &str = include_str!("valid/profile.toml");
const FACTS: &str = include_str!("valid/facts.toml");

fn profile(text: &str) -> Profile {
    Profile::parse("incident.toml", text).unwrap_or_else(|e| panic!("{e}"))
}

fn facts(text: &str) -> Facts {
    Facts::parse("facts.toml", text).unwrap_or_else(|e| panic!("{e}"))
}

fn at(text: &str) -> i64 {
    exact(text).expect("an exact instant")
}

fn table<'t>(tables: &'t [ParameterTable], name: &str) -> &'t ParameterTable {
    tables.iter().find(|table| table.name == name).unwrap_or_else(|| panic!("no table {name}"))
}

/// The rows as text, cells joined with a blank.
fn rows(table: &ParameterTable) -> Vec<String> {
    let cell = |cell: &Parameter| match cell {
        Parameter::Null => "NULL".to_owned(),
        Parameter::Boolean(b) => b.to_string(),
        Parameter::Integer(n) => n.to_string(),
        Parameter::Text(t) => t.clone(),
    };
    table.rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn every_built_in_profile_is_whole_and_lies_in_the_folder_of_its_id() {
    let built_ins = incident::built_ins();
    assert!(built_ins.iter().any(|b| b.id == "zendesk-2016"));
    for built_in in built_ins {
        let profile = built_in.profile().unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(profile.id, built_in.id);
        assert!(!profile.vendor.is_empty() && !profile.cohorts.is_empty());
    }
}

#[test]
fn the_main_profile_says_what_its_notice_says() {
    let profile = incident::built_in("zendesk-2016").expect("built in").profile().unwrap();
    let window = profile.window;
    assert_eq!(window.from, None);
    assert_eq!(write_rfc3339(window.until.lo), "2016-10-31T10:00:00Z");
    assert_eq!(write_rfc3339(window.until.hi), "2016-11-02T12:00:00Z");
    assert_eq!(profile.dates.determined_at.map(|date| date.written).as_deref(), Some("2019-09-24"));
    assert_eq!(profile.populations.len(), 2);
    assert!(profile.exempt.rotated && profile.exempt.sso && profile.exempt.no_password);
    assert_eq!(profile.cohorts.last().map(|cohort| cohort.notify), Some(false));
}

#[test]
fn a_boundary_without_clear_from_ends_with_the_last_first_instant_of_until() {
    let window = |text: &str| profile(&PROFILE.replace("clear_from = \"2016-11-02\"\n", text)).window;
    assert_eq!(write_rfc3339(window("").until.hi), "2016-11-01T12:00:00Z");
    assert_eq!(write_rfc3339(window("clear_from = \"2016-11-01\"\n").until.hi), "2016-11-01T12:00:00Z");
    let rome = profile(&PROFILE.replace("zone = \"unstated\"", "zone = \"Europe/Rome\"")).window;
    assert_eq!(
        (rome.until, rome.from),
        (
            Interval { lo: at("2016-10-31T23:00:00Z"), hi: at("2016-11-01T23:00:00Z") },
            Some(Interval::exact(at("2015-12-31T23:00:00Z")))
        )
    );
    let point = profile(&PROFILE.replace("\"2016-11-01\"", "\"2016-11-01T00:00:00+01:00\"")).window;
    assert_eq!(point.until.lo, at("2016-10-31T23:00:00Z"));
}

/// Each sample says in its first lines where it must fail and on which key.
fn samples(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid").join(folder);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read_to_string(path).expect("a text"))).collect()
}

fn expected_mistakes(text: &str) -> Vec<String> {
    text.lines().map_while(|line| line.strip_prefix("# expect ")).map(str::to_owned).collect()
}

fn found_mistakes(error: &Error) -> Vec<String> {
    let told = |error: &Error| {
        let place = error.place().expect("a place");
        let key = error.what().split(':').next().unwrap_or_default();
        format!("{}:{} {key}", place.line.expect("a line"), place.column.expect("a column"))
    };
    error.each().iter().map(told).collect()
}

fn all_samples_fail<T: std::fmt::Debug>(folder: &str, parse: impl Fn(&str) -> Result<T, Error>) {
    for (path, text) in samples(folder) {
        let error = parse(&text).expect_err(&path.display().to_string());
        assert_eq!(found_mistakes(&error), expected_mistakes(&text), "{}: {error}", path.display());
        assert_eq!(error.kind(), Kind::Usage);
        let unexplained = error.each().iter().find(|mistake| !mistake.to_string().contains("expected"));
        assert!(unexplained.is_none(), "{}: {error}", path.display());
    }
}

#[test]
fn every_invalid_profile_fails_where_it_says() {
    all_samples_fail("profile", |text| Profile::parse("incident.toml", text));
}

#[test]
fn every_invalid_facts_fail_where_they_say() {
    all_samples_fail("facts", |text| Facts::parse("facts.toml", text));
}

#[test]
fn a_mistake_names_the_nearest_known_key_and_word() {
    let error = Profile::parse("incident.toml", &PROFILE.replace("vendor =", "vender =")).unwrap_err();
    assert!(error.to_string().contains("did you mean `vendor`?"), "{error}");
    let error = Profile::parse("incident.toml", &PROFILE.replace("role = \"agent\"", "role = \"agnet\""))
        .unwrap_err();
    assert!(error.to_string().contains("did you mean `agent`?"), "{error}");
    let error = Facts::parse("facts.toml", &FACTS.replace("\"sso\"", "\"ssso\"")).unwrap_err();
    assert!(error.to_string().contains("did you mean `sso`?"), "{error}");
}

#[test]
fn a_cohort_without_notice_needs_that_actions_went_elsewhere() {
    let valid = |from: &str, to: &str| Profile::parse("x", &PROFILE.replace(from, to)).is_ok();
    assert!(valid("when = \"always\"\nnotify = false", "when = \"always\""));
    // The earlier cohort takes only some accounts with actions, but this one says `not actions` itself.
    let hides = "when = \"actions and known\"";
    assert!(!valid("when = \"actions\"", hides));
    let quiet = "[[cohort]]\nid = \"quiet\"\ntitle = \"Quiet\"\nwhen = \"not actions and exposure = 'not_exposed'\"\nnotify = false\n[[cohort]]\nid = \"rest\"";
    let text = PROFILE
        .replace("when = \"actions\"", hides)
        .replace("[[cohort]]\nid = \"rest\"", quiet)
        .replace("when = \"always\"\nnotify = false", "when = \"always\"");
    let profile = profile(&text);
    let term = |word: Word, negated: bool| Term { word, negated };
    let is = |column: &str, value: &str| Word::Is { column: column.into(), value: value.into() };
    let quiet = profile.cohorts.iter().find(|cohort| cohort.id == "quiet").expect("the cohort");
    assert_eq!(quiet.when, [term(Word::Actions, true), term(is("exposure", "not_exposed"), false)]);
}

#[test]
fn an_incident_without_passwords_needs_no_section_of_them() {
    let text = "format = 1\n[incident]\nid = \"x\"\ntitle = \"X\"\nkind = [\"availability\"]\nvendor = \"V\"\n\
                queries = [\"account_exposure\"]\n[window]\nuntil = \"2020-01-01\"\n[scope]\naffected_products = [\"a\"]\n";
    let profile = profile(text);
    assert!(profile.populations.is_empty() && profile.cohorts.is_empty());
}

#[test]
fn products_share_the_scope_of_their_sign_in() {
    // guide shares the sign-in of the affected support; talk and explore share one that nobody said anything of.
    let text = PROFILE.replace(
        "[[sign_in]]\nid = \"chat\"",
        "[[sign_in]]\nid = \"voice\"\nproducts = [\"talk\", \"explore\"]\n[[sign_in]]\nid = \"chat\"",
    );
    let profile = profile(&text);
    assert_eq!(
        profile.products(),
        [
            ("chat", Some(true)),
            ("explore", None),
            ("guide", Some(true)),
            ("sell", Some(false)),
            ("support", Some(true)),
            ("talk", None),
        ]
    );
}

// Which coverages hold. The window ends at 2016-10-31T10:00:00Z at the earliest, as_of is 2019-10-02T12:00:00Z.

const AS_OF: &str = "2019-10-02T12:00:00Z";

fn window() -> Window {
    profile(PROFILE).window
}

fn source(table: &str) -> FedSource {
    FedSource { source: format!("of-{table}"), table: table.into(), stored: 1, ..FedSource::default() }
}

fn declared(coverage: &str) -> Facts {
    facts(&format!(
        "format = 1\n[declared]\nby = \"x\"\nat = \"2019-10-02T09:00:00Z\"\n[[coverage]]\nbasis = \"b\"\n{coverage}"
    ))
}

fn judge(coverage: &str, fed: &[FedSource]) -> Judged {
    coverage::judge(&declared(coverage), &window(), at(AS_OF), fed).remove(0)
}

fn codes(judged: &Judged) -> Vec<&str> {
    judged.objections.iter().map(|objection| objection.code).collect()
}

const CHANGES: &str =
    "table = \"credential_changes\"\nfrom = \"2016-10-01T00:00:00Z\"\nto = \"2019-10-02T12:00:00Z\"\n";
const USERS: &str = "table = \"users\"\nto = \"2019-10-02T12:00:00Z\"\n";

#[test]
fn a_fed_coverage_that_reaches_holds() {
    for (coverage, table) in [(USERS, "users"), (CHANGES, "credential_changes")] {
        let judged = judge(coverage, &[source(table)]);
        assert!(judged.holds, "{:?}", judged.why_not());
        assert_eq!(judged.coverage.kind, None);
    }
}

#[test]
fn state_must_reach_as_of_to_the_microsecond() {
    let users = [source("users")];
    assert_eq!(codes(&judge(&USERS.replace("12:00:00Z", "11:59:59.999999Z"), &users)), ["COVERAGE_SHORT"]);
    assert!(judge(&USERS.replace("12:00:00Z", "12:00:00.000001Z"), &users).holds);
    // The minute's first instant counts: 12:00 reaches 12:00:00, and not beyond.
    assert!(judge(&USERS.replace("12:00:00Z", "12:00Z"), &users).holds);
}

#[test]
fn events_must_begin_before_the_earliest_end_of_the_window() {
    let changes = [source("credential_changes")];
    let from = |from: &str| judge(&CHANGES.replace("2016-10-01T00:00:00Z", from), &changes);
    assert!(from("2016-10-31T10:00:00Z").holds);
    assert_eq!(codes(&from("2016-10-31T10:00:00.000001Z")), ["COVERAGE_SHORT"]);
    // Written to the minute it can mean up to 10:00:59.999999.
    assert_eq!(codes(&from("2016-10-31T10:00Z")), ["COVERAGE_SHORT"]);
    // State has no beginning that matters.
    let users = format!("{USERS}from = \"2019-01-01T00:00:00Z\"\n");
    assert!(judge(&users, &[source("users")]).holds);
}

#[test]
fn a_table_is_fed_by_a_stored_record_or_by_nothing_rejected() {
    let fed = |stored, rejected| judge(USERS, &[FedSource { stored, rejected, ..source("users") }]);
    assert_eq!(codes(&judge(USERS, &[])), ["COVERAGE_UNFED"]);
    assert_eq!(codes(&judge(USERS, &[source("accounts")])), ["COVERAGE_UNFED"]);
    assert_eq!(codes(&fed(0, 1)), ["COVERAGE_UNFED"]);
    assert!(fed(0, 0).holds);
    assert!(fed(1, 9).holds);
    assert_eq!(fed(1, 9).rejects, [("of-users".to_owned(), 9)]);
    assert!(fed(1, 0).rejects.is_empty());
}

#[test]
fn a_users_export_feeds_password_changes_only() {
    let with =
        |table: &str, column: &str| FedSource { columns: BTreeSet::from([column.into()]), ..source(table) };
    let users = [with("users", "password_changed_at")];
    let kind = |kind: &str| format!("{CHANGES}kind = \"{kind}\"\n");
    assert!(judge(&kind("password"), &users).holds);
    assert_eq!(codes(&judge(&kind("password"), &[source("users")])), ["COVERAGE_UNFED"]);
    assert_eq!(codes(&judge(&kind("app_credential"), &users)), ["COVERAGE_UNFED"]);
    assert!(judge(&kind("app_credential"), &[with("app_installations", "credentials_rotated_at")]).holds);
    // Declared of all kinds, it holds for the one that is fed, and not for the other five.
    let fed = coverage::judge(&declared(CHANGES), &window(), at(AS_OF), &users);
    let holds = fed.iter().filter(|judged| judged.holds).map(Judged::of).collect::<Vec<_>>();
    assert_eq!(holds, ["credential_changes, kind password"]);
    let others: Vec<&Judged> = fed.iter().filter(|judged| !judged.holds).collect();
    assert_eq!(others.len(), 5);
    assert!(others.iter().all(|judged| codes(judged) == ["COVERAGE_UNFED"]));
    // Where no kind is fed, it is one coverage that does not hold.
    assert_eq!(
        judge(CHANGES, &[source("users")]).why_not(),
        ["COVERAGE_UNFED: no source feeds credential_changes"]
    );
    let tables = incident::parameters(&profile(PROFILE), at(AS_OF), &fed, &users);
    assert_eq!(rows(table(&tables, "param_coverage")), ["credential_changes password NULL NULL"]);
}

#[test]
fn an_export_older_than_as_of_contradicts_unless_a_newer_one_feeds_too() {
    let exported =
        |at: &str| FedSource { exported_at: Some(Interval::exact(exact(at).unwrap())), ..source("users") };
    let older = exported("2019-10-02T11:59:59.999999Z");
    let newer = exported(AS_OF);
    assert_eq!(codes(&judge(USERS, std::slice::from_ref(&older))), ["COVERAGE_CONTRADICTED"]);
    assert!(judge(USERS, std::slice::from_ref(&newer)).holds);
    assert!(judge(USERS, &[older.clone(), newer]).holds);
    // One that does not say when it was exported settles nothing beside one that does.
    assert_eq!(codes(&judge(USERS, &[older.clone(), source("users")])), ["COVERAGE_CONTRADICTED"]);
    assert!(judge(USERS, &[source("users")]).holds);
    // A day without zone may have begun before as_of.
    let day = Interval { lo: at("2019-10-01T10:00:00Z"), hi: at("2019-10-03T11:59:59.999999Z") };
    let vague = FedSource { exported_at: Some(day), ..source("users") };
    assert_eq!(codes(&judge(USERS, &[vague])), ["COVERAGE_CONTRADICTED"]);
    // What feeds nothing contradicts nothing, and settles nothing.
    let rejected = FedSource { stored: 0, rejected: 3, ..exported(AS_OF) };
    assert_eq!(codes(&judge(USERS, &[older, rejected])), ["COVERAGE_CONTRADICTED"]);
}

#[test]
fn a_page_that_was_never_fetched_contradicts() {
    let torn = FedSource { missing_page: true, ..source("users") };
    assert_eq!(codes(&judge(USERS, &[source("users"), torn])), ["COVERAGE_CONTRADICTED"]);
}

#[test]
fn accepting_waives_a_contradiction_and_nothing_else() {
    let accepted = |coverage: &str| format!("{coverage}accept = \"known gap\"\naccepted_by = \"counsel\"\n");
    let older =
        FedSource { exported_at: Some(Interval::exact(at("2019-09-25T10:12:00Z"))), ..source("users") };
    assert_eq!(codes(&judge(USERS, std::slice::from_ref(&older))), ["COVERAGE_CONTRADICTED"]);
    assert!(judge(&accepted(USERS), std::slice::from_ref(&older)).holds);
    assert_eq!(codes(&judge(&accepted(USERS), &[])), ["COVERAGE_UNFED"]);
    let short = accepted(&USERS.replace("2019-10-02", "2019-10-01"));
    assert_eq!(codes(&judge(&short, &[older])), ["COVERAGE_SHORT"]);
}

#[test]
fn only_what_holds_becomes_a_parameter() {
    let fed = [source("accounts"), source("users"), source("credential_changes")];
    let judged = coverage::judge(&facts(FACTS), &window(), at(AS_OF), &fed);
    let tables = incident::parameters(&profile(PROFILE), at(AS_OF), &judged, &fed);
    assert_eq!(
        rows(table(&tables, "param_coverage")),
        [
            "credential_changes password agent NULL",
            "credential_changes password end_user NULL",
            "accounts NULL NULL products",
            "users NULL NULL NULL",
        ]
    );
    let unfed: Vec<String> = judged.iter().filter(|judged| !judged.holds).map(Judged::of).collect();
    assert_eq!(unfed, ["accessed", "sso", "app_installations", "certificates", "api_clients"]);
}

#[test]
fn the_queries_get_profile_and_sources_as_tables() {
    let columns = BTreeSet::from(["user_id".to_owned(), "email".to_owned()]);
    let exported_at = Some(Interval { lo: 1_000_000, hi: 2_000_000 });
    let fed = [FedSource { sha256: "ab".into(), columns, exported_at, ..source("users") }, source("sso")];
    let tables = incident::parameters(&profile(PROFILE), at(AS_OF), &[], &fed);
    let rows = |name: &str| rows(table(&tables, name));
    let lo_hi = |from: &str, to: &str| format!("{} {}", at(from), at(to));
    assert_eq!(
        rows("param_incident"),
        [format!(
            "{} {} {} true true true",
            at(AS_OF),
            lo_hi("2015-12-31T10:00:00Z", "2016-01-01T12:00:00Z"),
            lo_hi("2016-10-31T10:00:00Z", "2016-11-02T12:00:00Z"),
        )]
    );
    assert_eq!(rows("param_sign_in"), ["support support", "support guide", "chat chat"]);
    assert_eq!(rows("param_population"), ["1 agent support true", "1 agent chat true"]);
    assert_eq!(rows("param_class"), ["user_data Names false true false", "tls_keys Keys true false true"]);
    assert_eq!(
        rows("param_kind"),
        [
            "app marketplace affected",
            "app private affected",
            "certificate customer affected",
            "client basic_password reconnect",
            "client api_token consider",
            "client oauth rotate",
            "client chat_api_token none",
        ]
    );
    assert_eq!(
        rows("param_cohort"),
        ["1 accessed Accessed true", "2 action Something to do true", "3 rest The rest false"]
    );
    assert_eq!(
        rows("param_cohort_term"),
        ["1 1 exposure accessed false", "2 1 actions NULL false", "3 1 always NULL false"]
    );
    assert_eq!(rows("param_query").len(), 8);
    assert_eq!(rows("param_source"), ["of-users users ab 1000000 2000000", "of-sso sso  NULL NULL"]);
    assert_eq!(rows("param_source_column"), ["of-users users email", "of-users users user_id"]);
}

#[test]
fn as_of_is_said_by_the_caller_else_by_the_facts_else_by_the_least_coverage() {
    let with = facts(FACTS);
    let without =
        facts(&FACTS.replace("as_of = ", "# as_of = ").replacen("to = \"2019-10-02", "to = \"2019-10-01", 1));
    let resolved = |option: Option<&str>, facts: &Facts| {
        resolve_as_of(option, facts).map(|(at, from)| (write_rfc3339(at), from))
    };
    assert_eq!(
        resolved(Some("2019-09-30T02:00:00+02:00"), &with).unwrap(),
        ("2019-09-30T00:00:00Z".into(), AsOfSource::Option)
    );
    assert_eq!(resolved(None, &with).unwrap(), (AS_OF.into(), AsOfSource::Facts));
    assert_eq!(resolved(None, &without).unwrap(), ("2019-10-01T12:00:00Z".into(), AsOfSource::Coverage));
    assert!(resolved(None, &Facts::default()).unwrap_err().to_string().contains("next: "));
    for text in ["2019-09-30", "2019-09-30T02:00:00", "now", "1569801600"] {
        assert_eq!(resolved(Some(text), &with).unwrap_err().kind(), Kind::Usage, "{text}");
    }
}

#[test]
fn a_profile_is_found_by_name_or_by_file() {
    let (_, text) = incident::profile_text("zendesk-2016").unwrap();
    assert_eq!(Profile::parse("x", &text).unwrap().id, "zendesk-2016");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/valid/profile.toml");
    let (name, text) = incident::profile_text(file.to_str().expect("UTF-8")).unwrap();
    assert!(name.ends_with("profile.toml") && text == PROFILE);
    let error = incident::profile_text("zendesk-2061").unwrap_err().to_string();
    assert!(error.contains("did you mean zendesk-2016?"), "{error}");
}

/// A text with some bytes cut out, doubled or replaced.
fn mangled(text: &'static str) -> impl Strategy<Value = String> {
    let place = || any::<prop::sample::Index>();
    let piece = prop_oneof![
        Just(String::new()),
        Just("[".into()),
        Just("]]".into()),
        Just("\"".into()),
        Just("= {".into()),
        Just("\n[[cohort]]\n".into()),
        Just("'''".into()),
        Just("\u{feff}".into()),
        Just("\r".into()),
        "[ -~\n]{0,12}",
        "\\PC{0,4}",
    ];
    prop::collection::vec((place(), place(), piece), 1..4).prop_map(move |edits| {
        let mut chars: Vec<char> = text.chars().collect();
        for (from, length, piece) in edits {
            let from = from.index(chars.len() + 1);
            let to = (from + length.index(20)).min(chars.len());
            chars.splice(from..to, piece.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn mangled_files_give_places_never_panics(
        text in prop_oneof![mangled(PROFILE), mangled(FACTS)],
    ) {
        let lines = text.split('\n').count();
        for error in [Profile::parse("x", &text).err(), Facts::parse("x", &text).err()].into_iter().flatten() {
            prop_assert!(!error.each().is_empty());
            for mistake in error.each() {
                let place = mistake.place().expect("a place");
                prop_assert!(place.line.is_some_and(|line| (1..=lines).contains(&line)), "{mistake}");
            }
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
