//! Quality findings: a clean case has none that matters, what can't be decided is named truly, the summary shows them
//! by weight, and a caller may fail on them and on rejects (3-rules, "Quality findings"; 1-overview, "Commands").

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::thread;

use highwater::base::library::Embedded;
use highwater::classify::check::{self, Fixture};
use highwater::classify::quality::{self, FindingRow};
use highwater::engine::canned::{self, Need, Place, Quality};
use highwater::engine::tables;
use serde_json::Value;
use tempfile::TempDir;

const INCIDENT: &str = "zendesk-2016";

fn highwater(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A folder of exports and the case beside it.
struct Job {
    folder: TempDir,
}

impl Job {
    fn new(files: &[(&str, &str)]) -> Self {
        let job = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(job.exports()).unwrap();
        for (name, content) in files {
            fs::write(job.exports().join(name), content).unwrap();
        }
        job
    }

    fn exports(&self) -> PathBuf {
        self.folder.path().join("exports")
    }

    fn case(&self) -> PathBuf {
        self.folder.path().join("case")
    }

    fn run(&self, more: &[&str]) -> Output {
        let (case, exports) = (self.case(), self.exports());
        let mut arguments =
            vec!["run", text(&case), text(&exports), "--incident", INCIDENT, "--threads", "1"];
        arguments.extend(more);
        highwater(&arguments)
    }

    fn record(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.case().join("runs/0001/run.json")).unwrap()).unwrap()
    }

    /// Codes by severity.
    fn findings(&self, severities: &[&str]) -> Vec<String> {
        let record = self.record();
        let findings = record["findings"].as_array().unwrap().iter();
        let asked = findings.filter(|f| severities.contains(&f["severity"].as_str().unwrap()));
        asked.map(|f| format!("{}: {}", f["code"].as_str().unwrap(), f["details"])).collect()
    }
}

/// Facts that declare everything, as of 2019-10-02T12:00Z.
fn facts() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/classify/fixtures/facts.toml"))
        .unwrap()
}

/// Customers that the incident did not reach, in exports that lack nothing and contradict nothing.
fn clean() -> Vec<(&'static str, String)> {
    let made = "2018-05-01T00:00:00Z";
    let later = "2018-06-01T00:00:00Z";
    let keys = ["ab".repeat(32), "cd".repeat(32)];
    vec![
        ("facts.toml", facts()),
        (
            "accounts.csv",
            format!(
                "account_id,customer_id,products,created_at,activated_at,deleted_at,owner_email,security_email\n\
                 a1,k1,support,{made},{made},,owner@one.example,security@one.example\n\
                 a2,k2,chat,{made},{made},,owner@two.example,\n"
            ),
        ),
        (
            "users.csv",
            format!(
                "user_id,account_id,product,role,active,created_at,password_changed_at,has_password,sso_only,deleted_at\n\
                 u1,a1,,agent,true,{made},{later},true,false,\n\
                 u2,a2,,end_user,true,{later},,true,false,\n"
            ),
        ),
        (
            "app_installations.csv",
            format!(
                "installation_id,account_id,kind,installed_at,removed_at,holds_credentials,credentials_rotated_at\n\
                 i1,a1,private,{later},,true,\n"
            ),
        ),
        (
            "certificates.csv",
            format!(
                "certificate_id,account_id,provided_by,key_sha256,uploaded_at,not_before,not_after,revoked_at,replaced_at\n\
                 c1,a1,customer,{},{later},{made},2030-01-01T00:00:00Z,,\n\
                 c2,a2,vendor,{},{later},{made},2030-01-01T00:00:00Z,,\n",
                keys[0], keys[1]
            ),
        ),
        (
            "api_clients.csv",
            format!("client_id,account_id,user_id,kind,created_at,revoked_at\nk1,a1,u1,oauth,{later},\n"),
        ),
        (
            "credential_changes.csv",
            format!(
                "account_id,user_id,product,kind,subject_id,changed_at,effect\na1,u1,,password,,{later},replaced\n"
            ),
        ),
        (
            "sso.csv",
            "account_id,population,product,enforced,bypass_allowed,since,until\na1,agent,,true,false,,\n"
                .to_owned(),
        ),
        // Determined after as_of: left out, and noted.
        (
            "accessed.csv",
            "account_id,data_class,extent,determined_at\na1,user_data,some,2019-10-03T00:00:00Z\n".to_owned(),
        ),
    ]
}

fn job(files: &[(&'static str, String)]) -> Job {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, content)| (*name, content.as_str())).collect();
    Job::new(&files)
}

/// The clean files, with one of them replaced.
fn clean_but(name: &'static str, content: &str) -> Job {
    let mut files = clean();
    files.retain(|(file, _)| *file != name);
    files.push((name, content.to_owned()));
    job(&files)
}

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

// ---- What can't be decided ----

/// The sample's exports, without the columns or tables that a need names.
fn sample_without(need: Option<&Need>) -> Job {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data").join(INCIDENT);
    let job = Job::new(&[]);
    fs::create_dir(job.exports().join("exports")).unwrap();
    fs::copy(sample.join("facts.toml"), job.exports().join("facts.toml")).unwrap();
    let mut custody = fs::read_to_string(sample.join("sources.toml")).unwrap();
    for entry in fs::read_dir(sample.join("exports")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        match left(&path, need) {
            Some(bytes) => fs::write(job.exports().join("exports").join(&name), bytes).unwrap(),
            None => custody = without_source(&custody, &name),
        }
    }
    fs::write(job.exports().join("sources.toml"), custody).unwrap();
    job
}

fn without_source(custody: &str, file: &str) -> String {
    let parts = custody.split("[[source]]").filter(|part| !part.contains(&format!("exports/{file}\"")));
    parts.collect::<Vec<_>>().join("[[source]]")
}

/// A file's bytes with the needed headers renamed; nothing when its table is needed as a whole.
fn left(path: &Path, need: Option<&Need>) -> Option<Vec<u8>> {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let bytes = fs::read(path).unwrap();
    let end = bytes.iter().position(|b| *b == b'\n').unwrap();
    let (head, rest) = bytes.split_at(end);
    let mut head = String::from_utf8(head.to_vec()).unwrap();
    for place in need.iter().flat_map(|need| &need.one_of) {
        if name.split("-2019").next() != Some(place.table.as_str()) {
            continue;
        }
        let column = place.column.as_ref()?;
        let known = highwater::engine::tables::table(&place.table).unwrap().column(column).unwrap();
        let names: BTreeSet<String> = known.headers().map(folded).collect();
        let separator = if head.contains(';') { ";" } else { "," };
        let cells: Vec<String> = head
            .split(separator)
            .map(|cell| if names.contains(&folded(cell)) { "not_ours".to_owned() } else { cell.to_owned() })
            .collect();
        head = cells.join(separator);
    }
    Some([head.as_bytes(), rest].concat())
}

fn folded(header: &str) -> String {
    let plain = header.trim().trim_matches(['\u{feff}', '"']).to_lowercase();
    plain.chars().filter(|c| !" _-.\r".contains(*c)).collect()
}

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

/// What a run says of absent tables and columns: what is absent, and the words of what follows.
fn told_absent(job: &Job) -> BTreeMap<String, String> {
    let record = job.record();
    let findings = record["findings"].as_array().unwrap().iter();
    let absent = findings.filter(|f| f["code"].as_str().unwrap().ends_with("_ABSENT"));
    let details = absent.flat_map(|finding| finding["details"].as_array().unwrap().clone());
    details
        .filter_map(|detail| {
            detail
                .as_str()
                .unwrap()
                .split_once(": ")
                .map(|(place, words)| (place.to_owned(), words.to_owned()))
        })
        .collect()
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

// ---- `queries check` ----

/// The list of 3-rules, "Quality findings", in its order: intake, references, time, evidence, contacts.
const CODES: [&str; 34] = [
    "FIELD_REJECT",
    "RECORD_REJECT",
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
