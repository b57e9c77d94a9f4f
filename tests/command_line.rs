//! The command line as a stranger meets it: exit statuses, what errors say, profiles by file, a busy case.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn highwater(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_highwater")).args(arguments).output().unwrap()
}

fn done(arguments: &[&str]) -> String {
    let output = highwater(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The exit status and what was said on standard error.
fn failed(arguments: &[&str]) -> (i32, String) {
    let output = highwater(arguments);
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn new_case(folder: &Path) -> PathBuf {
    let case = folder.join("case");
    done(&["init", text(&case), "--incident", "zendesk-2016", "--quiet"]);
    case
}

#[test]
fn wrong_use_has_status_2_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let case = new_case(folder.path());
    let nowhere = folder.path().join("nowhere");
    for (arguments, said) in [
        (vec!["clasify", "x"], "did you mean classify?"),
        (vec!["classify", text(&nowhere)], "highwater init"),
        (vec!["classify", text(&case)], "highwater ingest"),
        (vec!["export", text(&case), "lists"], "highwater classify"),
        (vec!["init", text(&case), "--incident", "zendesk-2016"], "is a case already"),
        (vec!["init", text(&nowhere), "--incident", "zendesk-2061"], "zendesk-2016"),
        (vec!["status", text(&case), "--memory", "lots"], "2GB"),
    ] {
        let (status, error) = failed(&arguments);
        assert_eq!(status, 2, "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?} says: {error}");
    }
}

/// What is wrong, what is expected, and nothing of how the program is made.
#[test]
fn a_slip_is_answered_with_what_was_expected() {
    let folder = tempfile::tempdir().unwrap();
    let case = new_case(folder.path());
    let exports = folder.path().join("accounts.csv");
    fs::write(&exports, "account_id,created_at\na,2015-01-01T00:00:00Z\n").unwrap();
    done(&["ingest", text(&case), text(&exports), "--quiet"]);
    done(&["classify", text(&case), "--as-of", "2019-10-02T12:00:00Z", "--quiet"]);
    let (missing, new) = (folder.path().join("missing"), folder.path().join("new"));
    let (case, missing, new) = (text(&case), text(&missing), text(&new));
    let incident = "zendesk-2016";
    for (arguments, said) in [
        (vec!["show", case, "users", "--run", "x"], "--run <N> can not be x\n  expected: a whole number\n"),
        (vec!["show", case, "users", "--run", "2"], "no run 2 in"),
        (vec!["show", case, "users", "--run", "2"], "expected: a run that there is: 1\n"),
        (vec!["classify", case, "--as-of", "2019-10-02"], "can not be taken: no offset from UTC\n"),
        (vec!["classify", case, "--as-of", "2019-10-02"], "its offset, such as 2019-10-02T12:00:00Z\n"),
        (vec!["classify", case, "--strict"], "expected: --strict belongs to ingest, run\n"),
        (vec!["ingest", case, "x", "--fail-on", "note"], "expected: --fail-on belongs to classify, run\n"),
        (vec!["init", new, "--incident", incident, "--facts", missing], "expected: a facts file"),
        (
            vec!["init", new, "--incident", incident, "--key-file", missing],
            "expected: a file that holds a case key",
        ),
        (vec!["run", new, missing, "--incident", incident], "there is no "),
    ] {
        let (status, error) = failed(&arguments);
        assert_eq!(status, 2, "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?} says: {error}");
    }
    assert!(!Path::new(new).exists(), "a slip leaves no case behind");
    let made: serde_json::Value =
        serde_json::from_str(&done(&["init", new, "--incident", incident, "--json"])).unwrap();
    assert_eq!(made, serde_json::json!({ "format": 1, "case": new }));
}

#[test]
fn a_product_that_the_profile_does_not_name_is_kept_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let init = |name: &str, products: &str| {
        let case = folder.path().join(name);
        let arguments =
            ["init", text(&case), "--incident", "zendesk-2016", "--account", "a", "--products", products];
        let output = highwater(&arguments);
        assert!(output.status.success());
        let kept = done(&["sql", text(&case), "SELECT products FROM store_accounts", "--csv"]);
        (String::from_utf8(output.stderr).unwrap(), kept)
    };
    let (said, kept) = init("comma", "Support, Chat");
    assert!(
        said.contains("the profile names no product `support, chat`; did you mean support;chat?\n"),
        "{said}"
    );
    assert!(
        said.contains("it names: bime, chat, connect, explore, guide, sell, smooch, support, talk\n"),
        "{said}"
    );
    assert!(said.contains("PRODUCT_UNKNOWN"), "{said}");
    assert_eq!(kept, "products\n\"support, chat\"\n");
    let (said, _) = init("slip", "suport;chat;wholly other");
    assert!(said.contains("no product `suport`; did you mean support?\n"), "{said}");
    assert!(said.contains("no product `wholly other`\n") && !said.contains("`chat`"), "{said}");
    let (said, _) = init("known", "SUPPORT; chat");
    assert!(!said.contains("product"), "{said}");
}

#[test]
fn a_busy_case_has_status_5_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let case = new_case(folder.path());
    let lock = File::options().read(true).write(true).open(case.join("lock")).unwrap();
    lock.lock().unwrap();
    let exports = repository().join("sample_data/zendesk-2016");
    let (status, error) = failed(&["ingest", text(&case), text(&exports), "--quiet"]);
    assert_eq!(status, 5, "{error}");
    assert!(error.contains("in use by another process"), "{error}");
    lock.unlock().unwrap();
    done(&["ingest", text(&case), text(&exports), "--quiet"]);
}

#[test]
fn incidents_are_listed_shown_and_checked() {
    let list: serde_json::Value = serde_json::from_str(&done(&["incidents", "list", "--json"])).unwrap();
    assert_eq!(list["format"], 1);
    assert!(list.to_string().contains("zendesk-2016"));
    assert!(done(&["incidents", "show", "zendesk-2016"]).contains("authentication_accessed"));
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("mine.toml");
    let built_in =
        fs::read_to_string(repository().join("queries/incidents/zendesk-2016/incident.toml")).unwrap();
    fs::write(&profile, &built_in).unwrap();
    done(&["incidents", "check", text(&profile)]);
    fs::write(&profile, built_in.replace("until = ", "untill = ")).unwrap();
    let (status, error) = failed(&["incidents", "check", text(&profile)]);
    assert_eq!(status, 2);
    assert!(error.contains("untill") && error.contains("until"), "{error}");
}

/// An incident is data: a profile by file, of another name, that asks fewer questions, needs no Rust.
#[test]
fn a_profile_of_ones_own_with_fewer_questions_runs() {
    let folder = tempfile::tempdir().unwrap();
    let profile = folder.path().join("mine.toml");
    let built_in =
        fs::read_to_string(repository().join("queries/incidents/zendesk-2016/incident.toml")).unwrap();
    let mine = built_in
        .replace("id = \"zendesk-2016\"", "id = \"another-2016\"")
        .replace("\"certificates\", \"api_clients\", ", "");
    assert_ne!(mine, built_in);
    fs::write(&profile, mine).unwrap();
    let case = folder.path().join("case");
    let exports = repository().join("sample_data/zendesk-2016");
    let summary =
        done(&["run", text(&case), text(&exports), "--incident", text(&profile), "--quiet", "--json"]);
    assert!(summary.contains("another-2016"));
    assert!(case.join("runs/0001/verdicts/user_passwords.parquet").is_file());
    assert!(!case.join("runs/0001/verdicts/certificates.parquet").exists());
}

/// A next step is one, and works: without as_of the classification that was proposed could not be made.
#[test]
fn the_next_step_is_one_and_can_be_taken() {
    let folder = tempfile::tempdir().unwrap();
    let case = new_case(folder.path());
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    fs::write(exports.join("accounts.csv"), "account_id,created_at\na,2015-01-01T00:00:00Z\n").unwrap();
    let next = |arguments: &[&str]| {
        let output = highwater(arguments);
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let steps =
            said.lines().filter_map(|line| line.trim_start().strip_prefix("next: ").map(str::to_owned));
        steps.filter(|step| !step.starts_with("Get an export")).collect::<Vec<_>>()
    };
    let (case, exports) = (text(&case), text(&exports));
    let classify = format!("highwater classify {case}");
    assert_eq!(next(&["ingest", case, exports]), [format!("{classify} --as-of INSTANT")]);
    assert_eq!(next(&["status", case]), [format!("{classify} --as-of INSTANT")]);
    let facts = "format = 1\nas_of = \"2019-10-02T12:00:00Z\"\n[declared]\nby = \"tester\"\nat = \"2019-10-02T12:00:00Z\"\n";
    fs::write(Path::new(case).join("facts.toml"), facts).unwrap();
    assert_eq!(next(&["ingest", case, exports]), std::slice::from_ref(&classify));
    done(&["classify", case, "--quiet"]);
    let last = |arguments: &[&str]| next(arguments).pop().unwrap();
    assert_eq!(last(&["status", case]), format!("highwater export {case} lists"));
    done(&["export", case, "lists", "--quiet"]);
    let steps: Vec<String> = next(&["status", case]);
    assert!(steps.last().unwrap().starts_with("look at what settles most in "), "{steps:?}");
    assert_eq!(steps.iter().filter(|step| step.contains("out/0001")).count(), 1, "{steps:?}");
    fs::write(Path::new(exports).join("sso.csv"), "account_id,population,enforced\n").unwrap();
    done(&["ingest", case, exports, "--quiet"]);
    let steps = next(&["status", case]);
    assert_eq!(steps.last(), Some(&classify));
    assert!(!steps.iter().any(|step| step.contains("out/0001")), "{steps:?}");
}

/// What a person declared is judged, not believed: the reason stands where it is looked for.
#[test]
fn status_says_why_a_coverage_does_not_hold() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    fs::write(exports.join("accounts.csv"), "account_id,created_at\na,2015-01-01T00:00:00Z\n").unwrap();
    fs::write(
        exports.join("facts.toml"),
        "format = 1\nas_of = \"2019-10-02T12:00:00Z\"\n[declared]\nby = \"tester\"\nat = \"2019-10-02T12:00:00Z\"\n\
         [[coverage]]\ntable = \"users\"\nto = \"2019-10-02T12:00:00Z\"\nbasis = \"full export\"\n",
    )
    .unwrap();
    let case = folder.path().join("case");
    done(&["run", text(&case), text(&exports), "--incident", "zendesk-2016", "--quiet"]);
    assert!(done(&["status", text(&case)]).contains("COVERAGE_UNFED"));
}

#[test]
fn a_pipe_that_closes_early_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let case = new_case(folder.path());
    let mut child = Command::new(env!("CARGO_BIN_EXE_highwater"))
        .args(["status", text(&case)])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
}

/// A record without its id was rejected before its dates were looked at: the other order of day and month that it
/// showed was lost, and an app was cleared by a date that may mean March.
#[test]
fn a_rejected_record_contradicts_an_order_of_dates() {
    let folder = tempfile::tempdir().unwrap();
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).unwrap();
    fs::write(exports.join("accounts.csv"), "account_id,products,created_at\na,support,2015-01-01\n")
        .unwrap();
    fs::write(
        exports.join("apps.csv"),
        "installation_id,account_id,kind,installed_at,holds_credentials\ni1,a,private,03.11.2016,true\n\
         ,a,private,01.13.2016,true\ni3,a,private,27.10.2016,true\n",
    )
    .unwrap();
    fs::write(
        exports.join("sources.toml"),
        "[[source]]\nfile = \"apps.csv\"\ntable = \"app_installations\"\nzone = \"UTC\"\n",
    )
    .unwrap();
    let (case, out) = (folder.path().join("case"), folder.path().join("out"));
    let as_of = "2019-10-02T12:00:00Z";
    done(&["run", text(&case), text(&exports), "--incident", "zendesk-2016", "--as-of", as_of, "--quiet"]);
    done(&["export", text(&case), "verdicts", "--out", text(&out), "--quiet"]);
    let verdicts = fs::read_to_string(out.join("app_credentials.csv")).unwrap();
    assert_eq!(verdicts.matches(",undetermined,INSTALLED_ON_EDGE,").count(), 2, "{verdicts}");
}
