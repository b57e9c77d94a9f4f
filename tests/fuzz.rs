//! The short run of the fuzz targets: their whole corpus, and mutations of it that are the same on every machine.
//! For as long as HIGHWATER_FUZZ_SECONDS says, each target goes on with more of them (`fuzz/README.md`).

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

#[path = "../fuzz/bodies.rs"]
mod bodies;
#[path = "intake/statement.rs"]
mod statement;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Mutations of a target's corpus in the short run.
const MUTATIONS: u64 = 4_000;

/// Pieces that mean something somewhere.
const PIECES: [&[u8]; 32] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"\0",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc3",
    b"=",
    b"[",
    b"]",
    b"{",
    b"}",
    b"0",
    b"9",
    b"-",
    b":",
    b"T",
    b"Z",
    b"2016-11-01",
    b"+01:00",
    b"user_id",
    b"account_id",
    b"[[coverage]]",
    b"[[source]]",
    b"true",
    b"\xe2\x80\xa8",
    b"\xc4\xb0",
];

/// Numbers that only look random: the same ones each time.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }
}

/// The inputs of a target: its corpus, and what other tests keep of the same kind.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [
        root.join("fuzz/corpus").join(target),
        root.join("tests/invalid").join(target),
        root.join("sample_data/zendesk-2016"),
        root.join("tests/valid"),
    ];
    let is_meant = |path: &PathBuf| {
        let own = path.starts_with(&folders[0]) || path.starts_with(&folders[1]);
        path.is_file() && (own || path.file_stem().is_some_and(|stem| stem == target))
    };
    let entries = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(is_meant).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

fn mutated(corpus: &[(PathBuf, Vec<u8>)], numbers: &mut Numbers) -> Vec<u8> {
    let mut input = corpus[numbers.next(corpus.len())].1.clone();
    for _ in 0..=numbers.next(6) {
        let at = numbers.next(input.len() + 1);
        let end = (at + numbers.next(20)).min(input.len());
        let piece = match numbers.next(5) {
            0 => Vec::new(),
            1 => vec![u8::try_from(numbers.next(256)).unwrap()],
            2 => input[at..end].repeat(2),
            3 => {
                let other = &corpus[numbers.next(corpus.len())].1;
                let from = numbers.next(other.len() + 1);
                other[from..(from + numbers.next(60)).min(other.len())].to_vec()
            }
            _ => PIECES[numbers.next(PIECES.len())].to_vec(),
        };
        let replaced = if numbers.next(2) == 0 { at..end } else { at..at };
        input.splice(replaced, piece);
    }
    input
}

/// Runs a body; what fails is kept beside the build output, so that it can be put into the corpus.
fn run(target: &str, body: fn(&[u8]), input: &[u8], from: &str) {
    if catch_unwind(AssertUnwindSafe(|| body(input))).is_err() {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{target}-failed"));
        fs::write(&kept, input).unwrap();
        panic!("{target}: {from} fails, kept as {}", kept.display());
    }
}

fn short_run(target: &str) {
    let body = bodies::TARGETS.iter().find(|(name, _)| *name == target).unwrap().1;
    let corpus = corpus(target);
    assert!(corpus.len() >= 3, "{target} has a corpus");
    for (path, input) in &corpus {
        run(target, body, input, &path.display().to_string());
    }
    let seconds = std::env::var("HIGHWATER_FUZZ_SECONDS").ok().and_then(|s| s.parse().ok()).unwrap_or(0);
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut numbers = Numbers(7);
    for number in (0..).take_while(|number| *number < MUTATIONS || Instant::now() < until) {
        run(target, body, &mutated(&corpus, &mut numbers), &format!("mutation {number}"));
    }
}

#[test]
fn parquet() {
    short_run("parquet");
}

#[test]
fn csv() {
    short_run("csv");
}

#[test]
fn file() {
    short_run("file");
}

#[test]
fn values() {
    short_run("values");
}

#[test]
fn profile() {
    short_run("profile");
}

#[test]
fn facts() {
    short_run("facts");
}

#[test]
fn sources() {
    short_run("sources");
}
