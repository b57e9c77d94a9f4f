//! Runs the program as a person would, and reads what it wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::csv;

pub const INCIDENT: &str = "zendesk-2016";

/// The queries whose rows a reason decides (3-rules, 1 to 6), and the column that names the subject.
pub const DECIDED: [(&str, &str); 6] = [
    ("account_exposure", "account_id"),
    ("user_passwords", "user_id"),
    ("app_credentials", "installation_id"),
    ("certificates", "certificate_id"),
    ("api_clients", "client_id"),
    ("data_subjects", "user_id"),
];

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub fn sample() -> PathBuf {
    root().join("sample_data").join(INCIDENT)
}

/// The program, ready to take arguments.
pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_highwater"))
}

/// Runs the program and expects it to succeed; what it printed.
pub fn highwater<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Output {
    let mut command = program();
    command.args(arguments);
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    output
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("the test's paths are UTF-8")
}

/// A case over a folder of exports, with one run; its lists are written when `lists` says so.
pub struct Job {
    pub folder: TempDir,
}

impl Job {
    /// The whole job of the README: `run`.
    pub fn run(exports: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let case = folder.path().join("case");
        highwater(["run", text(&case), text(exports), "--incident", INCIDENT, "--quiet"]);
        Self { folder }
    }

    pub fn case(&self) -> PathBuf {
        self.folder.path().join("case")
    }

    /// The rows of each query's verdicts.
    pub fn verdicts(&self) -> BTreeMap<String, Vec<csv::Row>> {
        let out = self.folder.path().join("verdicts");
        highwater(["export", text(&self.case()), "verdicts", "--out", text(&out), "--quiet"]);
        let files = fs::read_dir(out).expect("the verdicts").map(|entry| entry.expect("an entry").path());
        files.map(|file| (stem(&file), csv::rows(&fs::read(&file).expect("a file")))).collect()
    }

    /// A verb's answer as JSON.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let case = self.case();
        let (verb, rest) = arguments.split_first().expect("a verb");
        let output = highwater([verb, &text(&case)].into_iter().chain(rest.iter()).chain([&"--json"]));
        serde_json::from_slice(&output.stdout).expect("JSON on standard output")
    }
}

fn stem(file: &Path) -> String {
    file.file_stem().expect("a name").to_string_lossy().into_owned()
}

/// What somebody may read out of the verdicts: the subjects that are clear (of data: not read; of accounts: not
/// exposed), and those that are certain to be concerned, each as query and id.
pub struct Answer {
    pub clear: BTreeSet<(String, String)>,
    pub certain: BTreeSet<(String, String)>,
}

impl Answer {
    pub fn of(verdicts: &BTreeMap<String, Vec<csv::Row>>) -> Self {
        let (mut clear, mut certain) = (BTreeSet::new(), BTreeSet::new());
        for (query, id) in DECIDED {
            for row in &verdicts[query] {
                let subject = (query.to_owned(), row[id].clone());
                let state = row.get("state").or(row.get("exposure")).expect("a state");
                match state.as_str() {
                    "clear" | "not_read" | "not_exposed" => clear.insert(subject),
                    "must_act" | "read" | "accessed" | "exposed" => certain.insert(subject),
                    _ => false,
                };
            }
        }
        Self { clear, certain }
    }
}

/// Every file below a folder with its bytes, by path.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("an entry"));
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("below it").to_path_buf();
            (path, fs::read(entry.path()).expect("a file"))
        })
        .collect()
}

/// A copy of a folder, to be spoilt.
pub fn copy(from: &Path, to: &Path) {
    for (path, bytes) in files(from) {
        let target = to.join(path);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        fs::write(target, bytes).expect("a copy");
    }
}
