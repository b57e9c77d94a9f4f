//! Every file of a case with one bit flipped, at every 1/64 of its length: no verb gives another answer with status 0.
//!
//! Each flip meets some of the verbs, so that each file meets each verb at several places; `HIGHWATER_FAULTS=all` has
//! each flip meet each verb. What may change (profile, facts, key) may give another answer, and then it is said.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::support::{Act, Bench, content, copy, said};

/// Into how many parts a file is cut.
const PARTS: u64 = 64;
/// How many verbs a flip meets, where it does not meet all.
const MET: usize = 3;

/// The verbs, the exports of which are part of the answer.
const VERBS: [&[&str]; 11] = [
    &["status"],
    &["show"],
    &["show", "user_passwords", "--json"],
    &["show", "store_users", "--json"],
    &["show", "rejects", "--json"],
    &["show", "findings", "--json"],
    &[
        "sql",
        "SELECT a.name, p.state FROM user_passwords p JOIN staging_accounts a ON a.account_id = p.account_id",
    ],
    &["export", "verdicts", "--out"],
    &["export", "lists", "--out"],
    &["classify"],
    &["ingest"],
];

/// What a verb answers: its status, what it prints, the files that it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    status: Option<i32>,
    printed: String,
    said: String,
    files: BTreeMap<PathBuf, Vec<u8>>,
}

fn ask(bench: &Bench, work: &Path, verb: &[&str]) -> Answer {
    let out = work.join("out");
    let _ = fs::remove_dir_all(&out);
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.arg(verb[0]).arg("case").args(&verb[1..]).args(["--threads", "1"]);
    match verb {
        [.., "--out"] => command.arg("out"),
        ["ingest"] => command.arg(bench.exports()),
        _ => &mut command,
    };
    // The option comes before its value.
    let arguments: Vec<_> = command.get_args().map(std::ffi::OsStr::to_os_string).collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
    command.args(in_order(arguments)).current_dir(work).stdin(Stdio::null());
    let output = command.output().unwrap();
    let (printed, said) = (String::from_utf8_lossy(&output.stdout).into_owned(), said(&output));
    Answer { status: output.status.code(), printed, said, files: content(&out) }
}

/// `--out --threads 1 out` as `--threads 1 --out out`.
fn in_order(mut arguments: Vec<std::ffi::OsString>) -> Vec<std::ffi::OsString> {
    if let Some(place) = arguments.iter().position(|argument| argument == "--out") {
        let option = arguments.remove(place);
        let value = arguments.pop().unwrap();
        arguments.extend([option, value]);
    }
    arguments
}

/// The files of a case that an answer may rest on: all but what was handed out, the lock and kept staging, of which the
/// names tell whether they are whole.
fn flippable(case: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = content(case).into_keys().collect();
    files.push(PathBuf::from("journal.jsonl"));
    files.retain(|path| !path.starts_with("out"));
    files
}

struct Flip {
    file: PathBuf,
    index: usize,
    part: u64,
}

impl Flip {
    /// The verbs that it meets.
    fn verbs(&self, all: bool) -> Vec<&'static [&'static str]> {
        if all {
            return VERBS.to_vec();
        }
        let first = self.index + usize::try_from(self.part).unwrap() * MET;
        (0..MET).map(|next| VERBS[(first + next) % VERBS.len()]).collect()
    }

    fn make(&self, case: &Path) {
        let path = case.join(&self.file);
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.len() as u64 * self.part / PARTS;
        bytes[usize::try_from(at).unwrap()] ^= 1 << (self.part % 8);
        fs::write(path, bytes).unwrap();
    }
}

fn restore(case: &Path, whole: &Path) {
    fs::remove_dir_all(case).unwrap();
    copy(whole, case);
}

/// What an answer says where the flipped file is one that may change.
fn told_of(file: &Path) -> Option<&'static str> {
    match file.to_str().unwrap() {
        "incident.toml" => Some("incident.toml is not the profile"),
        "facts.toml" => Some("facts.toml was edited"),
        "keys/case.key" => Some("keys/case.key is not the key"),
        _ => None,
    }
}

fn says(answer: &Answer, words: &str) -> bool {
    answer.printed.contains(words) || answer.said.contains(words)
}

#[test]
fn a_flipped_bit_never_gives_another_answer_with_status_0() {
    let Some(bench) = Bench::get() else { return };
    let all = std::env::var("HIGHWATER_FAULTS").is_ok_and(|value| value == "all");
    let state = bench.work(Act::Lists, "whole");
    let whole = state.join("case");
    let answers: BTreeMap<&[&str], Answer> =
        VERBS.iter().map(|verb| (*verb, ask(bench, &state, verb))).collect();
    for (verb, answer) in &answers {
        assert_eq!(answer.status, Some(0), "{verb:?}: {}", answer.said);
    }
    restore(&whole, &bench.path("before-Lists/case"));
    let files = flippable(&whole);
    assert!(files.len() > 15, "only {files:?}");
    let flips = files
        .iter()
        .enumerate()
        .flat_map(|(index, file)| (0..PARTS).map(move |part| Flip { file: file.clone(), index, part }));
    let flips = Mutex::new(flips.collect::<Vec<_>>().into_iter());
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let (flips, answers, whole) = (&flips, &answers, &whole);
            scope.spawn(move || {
                let work = bench.work(Act::Lists, &format!("flipped{worker}"));
                loop {
                    let next = flips.lock().unwrap().next();
                    let Some(flip) = next else { return };
                    try_one(bench, &work, &flip, answers, all);
                    restore(&work.join("case"), whole);
                }
            });
        }
    });
}

/// Kept staging is never read when it is not what was written: it is made anew, and the answer is the same.
#[test]
fn flipped_bits_in_kept_staging_change_no_answer() {
    let Some(bench) = Bench::get() else { return };
    let asked: [&[&str]; 3] = [VERBS[0], VERBS[6], VERBS[8]];
    let work = bench.work(Act::Lists, "staged");
    let kept: Vec<PathBuf> =
        fs::read_dir(work.join("case/staging")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(kept.len() > 10, "only {kept:?}");
    let answers = asked.map(|verb| ask(bench, &work, verb));
    for part in 0..PARTS {
        for file in &kept {
            Flip { file: file.clone(), index: 0, part }.make(Path::new(""));
        }
        let place = usize::try_from(part).unwrap() % asked.len();
        let answer = ask(bench, &work, asked[place]);
        assert_eq!(answer, answers[place], "at {part}/{PARTS}, {:?}", asked[place]);
        restore(&work.join("case"), &bench.path("before-Lists/case"));
    }
}

fn try_one(bench: &Bench, work: &Path, flip: &Flip, answers: &BTreeMap<&[&str], Answer>, all: bool) {
    for verb in flip.verbs(all) {
        flip.make(&work.join("case"));
        let answer = ask(bench, work, verb);
        let what = format!("{} at {}/{PARTS}, {verb:?}: {}", flip.file.display(), flip.part, answer.said);
        assert!(matches!(answer.status, Some(0 | 1 | 2 | 5)), "{what}");
        assert!(!answer.said.contains("panicked") && !answer.said.contains("internal"), "{what}");
        let expected = &answers[verb];
        let is_same = (&answer.printed, &answer.files) == (&expected.printed, &expected.files);
        let is_told = told_of(&flip.file).is_some_and(|words| says(&answer, words));
        assert!(answer.status != Some(0) || is_same || is_told, "{what}\n{}", answer.printed);
        restore(&work.join("case"), &bench.path("before-Lists/case"));
    }
}
