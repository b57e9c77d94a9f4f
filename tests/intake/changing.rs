//! Files that can't be read, are no files, or change while they are read.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use highwater::base::digest::sha256;
use highwater::base::progress::Meter;
use highwater::intake::{self, Options, Request, Stated};

use crate::support::{Bench, cell};

const USERS: &str = "user_id,account_id\n1,a\n";

fn refused(bench: &Bench, inputs: &[&Path]) -> String {
    let inputs: Vec<_> = inputs.iter().map(|path| path.to_path_buf()).collect();
    let told = bench.ingest_with(&inputs, Stated::default(), 2).unwrap_err().to_string();
    assert!(bench.case.register().unwrap().sources().is_empty(), "nothing is stored");
    told
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_pipe_a_device_and_a_socket_are_refused_and_not_waited_for() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    let fifo = bench.exports().join("more.csv");
    pipe(&fifo);
    for input in [fifo.as_path(), &bench.exports(), Path::new("/dev/zero"), Path::new("/dev/tty")] {
        let told = refused(&bench, &[input]);
        assert!(told.contains("is not a file"), "{told}");
    }
    fs::remove_file(&fifo).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(&fifo).unwrap();
    assert!(refused(&bench, &[&bench.exports()]).contains("is not a file"));
}

#[test]
fn a_file_that_can_not_be_read_is_named_and_nothing_is_stored() {
    let bench = Bench::new();
    bench.file("users.csv", USERS);
    let link = bench.exports().join("dangling.csv");
    symlink(bench.exports().join("gone"), &link).unwrap();
    for input in [bench.exports(), link.clone()] {
        let told = refused(&bench, &[&input]);
        assert!(told.contains("dangling.csv"), "{told}");
    }
    fs::remove_file(&link).unwrap();
    // Not even root can read the first bytes of its own memory.
    symlink("/proc/self/mem", &link).unwrap();
    if Path::new("/proc/self/mem").exists() {
        let told = refused(&bench, &[&link]);
        assert!(told.contains("cannot read") && told.contains("dangling.csv"), "{told}");
    }
}

/// What a pattern matches is asked for: a link that leads nowhere or a pipe is named, not left out.
#[test]
fn what_a_pattern_matches_and_can_not_be_read_is_named() {
    let bench = Bench::new();
    bench.file("users-1.csv", USERS);
    bench.file(".hidden/users-9.csv", "user_id,account_id\n9,a\n");
    bench.file("deep/users-8.csv", "user_id,account_id\n8,a\n");
    let pattern = bench.exports().join("users-*.csv");
    let broken = bench.exports().join("users-2.csv");
    symlink(bench.exports().join("gone"), &broken).unwrap();
    assert!(refused(&bench, &[&pattern]).contains("users-2.csv"));
    fs::remove_file(&broken).unwrap();
    pipe(&broken);
    let told = refused(&bench, &[&pattern]);
    assert!(told.contains("users-2.csv") && told.contains("is not a file"), "{told}");
    fs::remove_file(&broken).unwrap();
    // Elsewhere a broken link matches nothing, and folders are entered as far as the pattern says.
    symlink(bench.exports().join("gone"), bench.exports().join("other.csv")).unwrap();
    let below = bench.exports().join("*/users-*.csv");
    let outcome = bench.ingest_with(&[pattern, below], Stated::default(), 1).unwrap();
    let names: Vec<_> = outcome.files.iter().map(|f| f.path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["users-8.csv", "users-1.csv"], "hidden folders are left aside");
    assert!(outcome.notes.iter().any(|note| note.contains("a hidden folder")), "{:?}", outcome.notes);
}

#[test]
fn a_folder_with_the_name_of_a_file_is_a_folder() {
    let bench = Bench::new();
    bench.file("users.csv/inside.csv", USERS);
    let outcome = bench.ingest().unwrap();
    assert_eq!(outcome.files.len(), 1);
    assert!(outcome.files[0].path.ends_with("users.csv/inside.csv"));
}

#[test]
fn a_file_reached_by_two_links_is_read_once_and_that_is_said() {
    let bench = Bench::new();
    let path = bench.file("users.csv", USERS);
    symlink(&path, bench.exports().join("again.csv")).unwrap();
    fs::create_dir(bench.exports().join("deep")).unwrap();
    symlink(&path, bench.exports().join("deep/also.csv")).unwrap();
    let outcome = bench.ingest().unwrap();
    assert_eq!(outcome.files.len(), 1);
    let said = outcome.notes.iter().filter(|note| note.contains("under another name")).count();
    assert_eq!(said, 2, "{:?}", outcome.notes);
}

#[test]
fn folders_that_lead_to_each_other_end() {
    let bench = Bench::new();
    bench.file("one/users.csv", USERS);
    bench.file("two/accounts.csv", "account_id\na\n");
    symlink(bench.exports().join("two"), bench.exports().join("one/two")).unwrap();
    symlink(bench.exports().join("one"), bench.exports().join("two/one")).unwrap();
    let outcome = bench.ingest().unwrap();
    assert_eq!(outcome.files.len(), 2);
    assert!(outcome.notes.iter().any(|note| note.contains("leads back")));
}

#[test]
fn names_that_are_no_text_or_no_honest_text_are_read_and_shown_without_harm() {
    let bench = Bench::new();
    let names: [&[u8]; 3] = [b"\xff\xfe.csv", b"a\n\x1b[2Jb.csv", b"\xe2\x80\xaevsc.csv"];
    for (number, name) in names.iter().enumerate() {
        let path = bench.exports().join(OsStr::from_bytes(name));
        fs::write(path, format!("user_id,account_id\n{number},a\n")).unwrap();
    }
    let outcome = bench.ingest().unwrap();
    assert_eq!(outcome.files.len(), 3);
    assert!(outcome.files.iter().all(|file| file.source.stored == 1));
    let bad = bench.exports().join(OsStr::from_bytes(b"\x1b[31m\nnext: rm\xff.csv"));
    fs::write(&bad, "x\n").unwrap();
    let told = bench.ingest().unwrap_err().to_string();
    assert!(told.contains("\\x1b[31m\\nnext: rm\\xff.csv:1:1: its header"), "{told}");
    assert!(!told.contains('\u{1b}'));
}

/// The plan is made, then the file becomes something else, then it is ingested.
fn changed(change: impl Fn(&Path)) -> String {
    let bench = Bench::new();
    let path = bench.file("users.csv", USERS);
    let plan = intake::plan(&Request { inputs: vec![path.clone()], ..Request::default() }).unwrap();
    change(&path);
    let told =
        intake::ingest(&bench.case, &plan, Options { threads: 2, ..Options::default() }, &Meter::silent())
            .unwrap_err();
    assert!(bench.case.register().unwrap().sources().is_empty(), "nothing is stored");
    assert!(bench.store_bytes().is_empty(), "not even files that nobody sees");
    told.to_string()
}

#[test]
fn a_file_that_changes_between_plan_and_reading_is_refused() {
    let told = "changed while it was read";
    assert!(changed(|path| fs::write(path, format!("{USERS}2,a\n")).unwrap()).contains(told), "grows");
    assert!(changed(|path| fs::write(path, "user_id,account_id\n").unwrap()).contains(told), "shrinks");
    assert!(changed(|path| fs::write(path, "").unwrap()).contains(told), "is emptied");
    assert!(
        changed(|path| fs::write(path, "account_id,user_id\n1,a\n").unwrap()).contains(told),
        "another header"
    );
    let other = |path: &Path| {
        let new = path.with_extension("new");
        fs::write(&new, "user_id,account_id\n2,a\n").unwrap();
        let later = SystemTime::now() + Duration::from_secs(10);
        fs::File::options().write(true).open(&new).unwrap().set_modified(later).unwrap();
        fs::rename(new, path).unwrap();
    };
    assert!(changed(other).contains(told), "is replaced by one of the same length");
    assert!(changed(|path| fs::remove_file(path).unwrap()).contains("cannot read"), "vanishes");
    let becomes_a_pipe = |path: &Path| {
        fs::remove_file(path).unwrap();
        pipe(path);
    };
    assert!(changed(becomes_a_pipe).contains("is not a file"));
}

/// Something is done to the file between two reads of it, whichever: it is refused, or stored as it was whole before.
#[test]
#[cfg(target_os = "linux")]
fn a_file_that_changes_in_the_middle_of_being_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("midway.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/intake/midway.c");
    let compiled =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl").output();
    if !compiled.as_ref().is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "cc cannot compile tests/intake/midway.c: {compiled:?}");
        eprintln!("skipped: there is no C compiler for tests/intake/midway.c");
        return;
    }
    let lines: String = (0..700_000).map(|number| format!("{number},account\n")).collect();
    let text = format!("user_id,account_id\n{lines}");
    let file = folder.path().canonicalize().unwrap().join("users.csv");
    let mut refusals = 0;
    for what in ["append", "truncate", "unlink", "rewrite"] {
        // The head, the hash, and the reading itself: each takes several reads.
        for at in [1, 3, 5, 8, 11] {
            let case = folder.path().join("case");
            let _ = fs::remove_dir_all(&case);
            fs::write(&file, &text).unwrap();
            let run = |arguments: &[&OsStr], midway: bool| {
                let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
                if midway {
                    command.env("LD_PRELOAD", &library).env("MIDWAY_FILE", &file);
                    command.env("MIDWAY_AT", at.to_string()).env("MIDWAY_DO", what);
                }
                command.args(arguments).output().unwrap()
            };
            let incident = OsStr::new("zendesk-2016");
            let made = run(&["init".as_ref(), case.as_os_str(), "--incident".as_ref(), incident], false);
            assert!(made.status.success());
            let output = run(&["ingest".as_ref(), case.as_os_str(), file.as_os_str(), "-q".as_ref()], true);
            let said = String::from_utf8_lossy(&output.stderr);
            let sources = highwater::case::Case::open(&case).unwrap().register().unwrap().sources().to_vec();
            match sources.as_slice() {
                [] => {
                    assert!(matches!(output.status.code(), Some(1 | 2)), "{what} at {at}: {said}");
                    assert!(
                        said.contains("changed while it was read") || said.contains("cannot read"),
                        "{said}"
                    );
                    refusals += 1;
                }
                [source] => {
                    // Whole as it was before or after: its hash is that of the records that are stored.
                    let rewritten = fs::read(&file).unwrap_or_default();
                    let hashes = [sha256(text.as_bytes()), sha256(&rewritten)];
                    assert!(
                        hashes.contains(&source.sha256) && source.rejected == 0,
                        "{what} at {at}: {source:?}"
                    );
                }
                more => panic!("{more:?}"),
            }
        }
    }
    assert!(refusals >= 10, "only {refusals} of 20 changes were met");
}

/// A version of the file: as many records as its number says, all with its number.
fn version(number: usize) -> String {
    let mut text = String::from("user_id,account_id\n");
    (0..number * 40).for_each(|record| text.push_str(&format!("{record},v{number}\n")));
    text
}

/// Whatever comes between: what is stored is one version, whole, under its hash; or nothing is.
#[test]
fn a_file_that_is_rewritten_all_the_time_is_stored_whole_or_not_at_all() {
    let versions: Vec<String> = (1..200).map(version).collect();
    let (stop, mut stored, mut refusals) = (AtomicBool::new(false), 0, 0);
    let bench = Bench::new();
    let path = bench.file("users.csv", &versions[0]);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in (0..versions.len()).cycle().take_while(|_| !stop.load(Ordering::Relaxed)) {
                let text = &versions[number];
                match number % 3 {
                    // In place, so that a half of it is there for a moment.
                    0 => fs::write(&path, text).unwrap(),
                    _ => {
                        let new = path.with_extension("new");
                        fs::write(&new, text).unwrap();
                        fs::rename(&new, &path).unwrap();
                    }
                }
            }
        });
        for _ in 0..60 {
            let bench = Bench::new();
            match bench.ingest_with(std::slice::from_ref(&path), Stated::default(), 2) {
                Ok(outcome) => {
                    stored += 1;
                    let source = &outcome.files[0].source;
                    let rows = bench.rows("users", &source.source);
                    let lines =
                        rows.iter().map(|r| format!("{},{}\n", cell(r, "user_id"), cell(r, "account_id")));
                    let text: String =
                        std::iter::once("user_id,account_id\n".to_owned()).chain(lines).collect();
                    // The half of a version may end in the middle of a record.
                    let hashes = [sha256(text.as_bytes()), sha256(text.trim_end().as_bytes())];
                    let is_whole = source.rejected == 0;
                    assert!(!is_whole || hashes.contains(&source.sha256), "the rows are those of the hash");
                }
                Err(_) => {
                    refusals += 1;
                    assert!(bench.case.register().unwrap().sources().is_empty());
                }
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(stored + refusals, 60);
}
