//! TOML files that were made to be expensive: of very many mistakes, of very long names, nested very deeply, too large.
//!
//! Nothing is timed. The sizes are such that work that grew with the square of them would not end while anybody waits.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use highwater::base::{Error, Kind, toml_file};
use highwater::incident::{Facts, Profile};
use highwater::intake;

use super::{FACTS, PROFILE};

/// A kind of file that a person writes, and its reader.
type Reader = (&'static str, fn(&str) -> Option<Error>);

fn readers() -> [Reader; 3] {
    [
        ("incident.toml", |text| Profile::parse("incident.toml", text).err()),
        ("facts.toml", |text| Facts::parse("facts.toml", text).err()),
        ("sources.toml", |text| intake::sources_file("sources.toml", text).err()),
    ]
}

/// What each reader says of a text: a mistake of the user's, in few words, at most 100 of them, each with line and column.
fn refused(text: &str) -> Vec<Error> {
    let refused = |(name, read): Reader| {
        let error = read(text).unwrap_or_else(|| panic!("{name} is read"));
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.each().len() <= 100, "{name} tells {} mistakes", error.each().len());
        let told = error.to_string();
        assert!(told.len() < 100_000, "{name}: {} bytes are told", told.len());
        let longest = told.lines().map(str::len).max().unwrap_or_default();
        assert!(longest < 1_500, "{name}: a line of {longest} bytes");
        let mut places = error.each().iter().map(|mistake| mistake.place().expect("a place"));
        assert!(places.all(|place| place.line.is_some() && place.column.is_some()), "{told}");
        error
    };
    readers().into_iter().map(refused).collect()
}

#[test]
fn of_very_many_mistakes_a_hundred_are_told() {
    let lines = 500_000;
    let many = |line: &str| line.repeat(lines);
    for text in [
        many("=\n"),
        many("a\n"),
        format!("a = [{}]\n", "=,".repeat(lines)),
        format!("a = [{}]\n", "\"\\q\",".repeat(lines / 2)),
        format!("a = [{}]\n", "01,".repeat(lines)),
        format!("a = \"{}\"\n", "\\q".repeat(lines)),
        many("[\n"),
        many("\r"),
    ] {
        for error in refused(&text) {
            let told = error.to_string();
            assert_eq!(error.each().len(), 100, "{told}");
            assert!(told.contains("has more than 100 mistakes"), "{told}");
            assert!(told.contains("run the same command again"), "{told}");
        }
    }
}

/// The syntax is right, the keys are not: then it is the reader that would find ever more.
#[test]
fn of_very_many_wrong_keys_a_hundred_are_told() {
    let lines = 200_000;
    let mut keys = String::new();
    for number in 0..lines {
        writeln!(keys, "key{number} = 1").unwrap();
    }
    let doubled = "a = 1\n".repeat(lines);
    for text in [keys, doubled] {
        for error in refused(&text) {
            assert_eq!(error.each().len(), 100, "{error}");
        }
    }
    let sections = "[[source]]\nfiel = 1\n".repeat(9_999);
    let error = intake::sources_file("sources.toml", &sections).unwrap_err();
    assert_eq!(error.each().len(), 100, "{error}");
}

#[test]
fn mistakes_are_told_in_the_order_of_the_file_and_all_when_they_are_a_hundred() {
    let text = |count: usize| format!("{FACTS}{}", "kee = 1\nbasis = \"x\"\n[[coverage]]\n".repeat(count));
    let error = Facts::parse("facts.toml", &text(25)).unwrap_err();
    let lines: Vec<usize> = error.each().iter().filter_map(|e| e.place()?.line).collect();
    assert!(lines.is_sorted(), "{lines:?}");
    let many = Facts::parse("facts.toml", &"=\n".repeat(101)).unwrap_err();
    assert!(many.to_string().contains("more than 100"), "{many}");
    let hundred: String = (0..100).map(|number| format!("key{number} = 1\n")).collect();
    let read = |text: &str| toml_file::read("x.toml", text, |_| ()).unwrap_err();
    assert!(read(&hundred).to_string().contains("has 100 mistakes"));
    assert!(read(&format!("{hundred}more = 1\n")).to_string().contains("more than 100 mistakes"));
}

/// A name of megabytes made a message of megabytes, and a matrix of its length to look for the nearest key.
#[test]
fn long_names_and_values_are_cut_in_messages() {
    let long = "x".repeat(3_000_000);
    for text in [
        format!("{long} = 1\n"),
        format!("\"{long}\" = 1\n"),
        format!("[{long}]\n[{long}.a]\n"),
        format!("[[source]]\nfile = \"{long}\"\nzone = \"{long}\"\n"),
        long.clone(),
        format!("a = {long}"),
    ] {
        refused(&text);
    }
    for (from, to) in [
        ("id = \"support\"", "id = \"support\"\nproducts = [\"LONG\", \"LONG\"]"),
        ("kinds = [\"marketplace\"", "kinds = [\"LONG\""),
        ("zone = \"unstated\"", "zone = \"LONG\""),
        ("until = \"2016-11-01\"", "until = \"LONG\""),
        ("exposure = 'accessed'", "exposure = 'LONG'"),
        ("user_data =", "LONG ="),
        ("[\"tls_keys\"]", "[\"LONG\"]"),
    ] {
        for length in [1_000, 60_000, 3_000_000] {
            let text = PROFILE.replace(from, &to.replace("LONG", &"y".repeat(length)));
            assert!(text.len() > PROFILE.len() + length - 100);
            let told = Profile::parse("incident.toml", &text).unwrap_err().to_string();
            assert!(told.len() < 5_000, "{from}: {} bytes are told", told.len());
        }
    }
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    let depth = 100_000;
    for text in [
        format!("a = {}{}\n", "[".repeat(depth), "]".repeat(depth)),
        format!("a = {}\n", "[".repeat(depth)),
        format!("a = {}{}\n", "{a=".repeat(depth), "}".repeat(depth)),
        format!("a = {}\n", "{a=".repeat(depth)),
        format!("a = {}\n", "[{a=".repeat(depth)),
        format!("{}a = 1\n", "a.".repeat(depth)),
        format!("[{}a]\n", "a.".repeat(depth)),
        format!("[[{}a]]\n", "a.".repeat(depth)),
        "]".repeat(depth),
        "}".repeat(depth),
    ] {
        refused(&text);
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facts.toml");
    fs::write(&path, format!("# {}\n{FACTS}", "x".repeat(5 << 20))).unwrap();
    let told = toml_file::load_text(&path).unwrap_err().to_string();
    assert!(told.contains("too large") && told.contains("at most 4.2 MB"), "{told}");
    for text in [" ".repeat(5 << 20), "[],\n".repeat(900_000)] {
        for error in refused(&text) {
            let told = error.to_string();
            assert!(told.contains("too large") || told.contains("too many words"), "{told}");
        }
    }
}

#[test]
fn lists_have_a_bounded_number_of_entries() {
    let many = |count: usize, entry: &dyn Fn(usize) -> String| (0..count).map(entry).collect::<String>();
    let told = |error: Error| error.to_string();
    let entries = |count| many(count, &|n| format!("[[source]]\nfile = \"users-{n}.csv\"\n"));
    assert_eq!(intake::sources_file("sources.toml", &entries(10_000)).unwrap().len(), 10_000);
    let error = told(intake::sources_file("sources.toml", &entries(10_001)).unwrap_err());
    assert!(
        error.contains("sources.toml:1:1: source: has 10,001 entries") && error.contains("10,000"),
        "{error}"
    );
    let patterns = |count| many(count, &|n| format!("[[source]]\nfile = \"users-{n}-*.csv\"\n"));
    assert!(intake::sources_file("sources.toml", &patterns(1_000)).is_ok());
    let error = told(intake::sources_file("sources.toml", &patterns(1_001)).unwrap_err());
    assert!(error.contains("sources.toml:2002:8: source.file: is one pattern too many"), "{error}");
    let coverage = "[[coverage]]\ntable = \"users\"\nto = \"2019-10-02T12:00:00Z\"\nbasis = \"x\"\n";
    let error = told(Facts::parse("facts.toml", &format!("{FACTS}{}", coverage.repeat(1_000))).unwrap_err());
    assert!(error.contains("coverage: has 1,009 entries"), "{error}");
    let products = many(2_000, &|n| format!("\"p{n}\","));
    let text = PROFILE.replace("[\"support\", \"chat\"]\nunaff", &format!("[{products}]\nunaff"));
    let error = told(Profile::parse("incident.toml", &text).unwrap_err());
    assert!(error.contains("affected_products: has 2,000 entries"), "{error}");
    let classes = many(1_001, &|n| format!("c{n} = {{ title = \"x\", secret = false, personal = true }}\n"));
    let text = PROFILE.replace("[data_classes]\n", &format!("[data_classes]\n{classes}"));
    let error = told(Profile::parse("incident.toml", &text).unwrap_err());
    assert!(error.contains("data_classes: has 1,003 keys"), "{error}");
}

/// The program, with so little address space that anything that grows with the square of a file could not be had.
#[cfg(target_os = "linux")]
fn within_memory(arguments: &[&Path]) -> Output {
    let script = "ulimit -v 1000000; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_highwater")]).args(arguments);
    command.output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn every_verb_that_reads_a_file_of_mistakes_ends_with_status_2() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (case, exports, wrong) = (at("case"), at("exports"), at("wrong.toml"));
    let path = |text: &'static str| Path::new(text);
    let made = within_memory(&[path("init"), &case, path("--incident"), path("zendesk-2016")]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fs::create_dir(&exports).unwrap();
    fs::write(exports.join("users.csv"), "user_id,account_id\n1,a\n").unwrap();
    fs::write(&wrong, "=\n".repeat(500_000)).unwrap();
    let refuses = |arguments: &[&Path]| {
        let output = within_memory(arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains("more than 100 mistakes") && told.len() < 50_000, "{arguments:?}: {told}");
    };
    refuses(&[path("incidents"), path("check"), &wrong]);
    refuses(&[path("init"), &at("other"), path("--incident"), &wrong]);
    refuses(&[path("init"), &at("other"), path("--incident"), path("zendesk-2016"), path("--facts"), &wrong]);
    for name in ["sources.toml", "facts.toml"] {
        fs::copy(&wrong, exports.join(name)).unwrap();
        refuses(&[path("ingest"), &case, &exports, path("--dry-run")]);
        refuses(&[path("ingest"), &case, &exports]);
        fs::remove_file(exports.join(name)).unwrap();
    }
    // What an editor left in the case itself.
    fs::copy(&wrong, case.join("facts.toml")).unwrap();
    let stored = within_memory(&[path("ingest"), &case, &exports]);
    assert!(stored.status.success(), "{}", String::from_utf8_lossy(&stored.stderr));
    refuses(&[path("classify"), &case]);
}
