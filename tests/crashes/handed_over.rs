//! A case that somebody hands over may be made to do harm: no link in it is followed, no pipe in it is waited for.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::{Act, Bench, content, said};

/// The places of a case that the program reads or writes by name, whole folders and single files.
const FOLDERS: [&str; 6] = ["runs", "store", "keys", "staging", "out", "tmp"];
const FILES: [&str; 5] = ["case.toml", "incident.toml", "facts.toml", "journal.jsonl", "lock"];
const INNER: [&str; 8] = [
    "store/users",
    "store/rejects",
    "store/sources.parquet",
    "store/planted.parquet",
    "runs/0001",
    "runs/0001/run.json",
    "runs/0001/verdicts/user_passwords.parquet",
    "out/0001/lists",
];

/// What lies beside the case and must stay as it is: also what the sweep would remove within the case.
fn photos(work: &Path) -> PathBuf {
    let photos = work.join("photos");
    for folder in ["2023", "0001", "users"] {
        fs::create_dir_all(photos.join(folder)).unwrap();
        fs::write(photos.join(folder).join("a.jpg"), "holiday").unwrap();
        fs::write(photos.join(folder).join("b.parquet"), "somebody's").unwrap();
    }
    fs::write(photos.join("left.pending"), "somebody's").unwrap();
    fs::write(photos.join("left.parquet"), "somebody's").unwrap();
    photos
}

/// Every verb that opens a case.
fn verbs(bench: &Bench, case: &Path, out: &Path) -> Vec<Command> {
    let verb = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        command.args(&arguments[..1]).arg(case).args(&arguments[1..]).stdin(Stdio::null());
        command
    };
    let mut ingest = verb(&["ingest"]);
    ingest.arg(bench.exports());
    let mut dry_run = verb(&["ingest", "--dry-run"]);
    dry_run.arg(bench.exports());
    let mut exported = verb(&["export", "verdicts", "--out"]);
    exported.arg(out);
    vec![
        ingest,
        dry_run,
        verb(&["classify"]),
        verb(&["status"]),
        verb(&["show"]),
        verb(&["sql", "SELECT COUNT(*) FROM sources"]),
        verb(&["export", "lists"]),
        exported,
    ]
}

/// A pipe that nobody writes would be waited for without end: `timeout` then says 124.
fn within_a_minute(command: &Command) -> Output {
    let mut bounded = Command::new("timeout");
    bounded.arg("60").arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
    bounded.output().unwrap()
}

fn assert_refused(bench: &Bench, work: &Path, place: &str, what: &str) {
    let outside = content(&work.join("photos"));
    for command in verbs(bench, &work.join("case"), &work.join("verdicts")) {
        let output = within_a_minute(&command);
        let what = format!("{what}, {command:?}");
        assert_eq!(output.status.code(), Some(5), "{what}: {}", said(&output));
        assert!(said(&output).contains(place), "{what} does not name {place}: {}", said(&output));
    }
    assert!(content(&work.join("photos")) == outside, "{what}: what lies outside has changed");
}

fn replace(path: &Path, make: impl Fn(&Path)) {
    let _ = fs::remove_dir_all(path);
    let _ = fs::remove_file(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    make(path);
}

#[test]
fn a_case_with_a_link_in_it_is_refused_and_what_it_leads_to_stays() {
    let Some(bench) = Bench::get() else { return };
    for place in FOLDERS.into_iter().chain(FILES).chain(INNER) {
        let work = bench.work(Act::ListsAgain, "linked");
        let photos = photos(&work);
        let is_file = Path::new(place).extension().is_some() || place == "lock";
        let target = if is_file { photos.join("2023/a.jpg") } else { photos };
        replace(&work.join("case").join(place), |path| symlink(&target, path).unwrap());
        assert_refused(bench, &work, place, &format!("{place} as a link"));
    }
}

#[test]
fn a_link_to_nothing_is_a_link() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::ListsAgain, "dangling");
    photos(&work);
    replace(&work.join("case/staging"), |path| symlink(work.join("nowhere"), path).unwrap());
    assert_refused(bench, &work, "staging", "a link to nothing");
    assert!(!work.join("nowhere").exists());
}

#[test]
fn a_pipe_in_a_case_is_refused_and_not_waited_for() {
    let Some(bench) = Bench::get() else { return };
    let places = FILES.into_iter().chain(INNER).chain(["keys/case.key", "staging/x.parquet"]);
    for place in places {
        let work = bench.work(Act::ListsAgain, "piped");
        photos(&work);
        replace(&work.join("case").join(place), |path| {
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        });
        assert_refused(bench, &work, place, &format!("{place} as a pipe"));
    }
}

#[test]
fn a_socket_in_a_case_is_refused() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::ListsAgain, "socket");
    photos(&work);
    replace(&work.join("case/keys/case.key"), |path| {
        drop(std::os::unix::net::UnixListener::bind(path).unwrap());
    });
    assert_refused(bench, &work, "keys/case.key", "a socket");
}

/// The journal and the lock are written in place: another name of the same file would be written as well.
#[test]
fn a_file_that_is_written_in_place_has_no_other_name() {
    let Some(bench) = Bench::get() else { return };
    for place in ["journal.jsonl", "lock"] {
        let work = bench.work(Act::ListsAgain, "hard-linked");
        photos(&work);
        fs::hard_link(work.join("case").join(place), work.join("photos/other")).unwrap();
        assert_refused(bench, &work, place, &format!("{place} with another name"));
    }
}

/// An init that was interrupted is gone on with; in a folder that was prepared for that, nothing is followed either.
#[test]
fn init_follows_no_link_in_the_folder_it_is_given() {
    let Some(bench) = Bench::get() else { return };
    for place in ["runs", "store", "keys", "incident.toml", "journal.jsonl", "lock", "tmp"] {
        let work = bench.work(Act::Init, "prepared");
        let photos = photos(&work);
        let is_file = place.contains('.') || place == "lock";
        let target = if is_file { photos.join("2023/a.jpg") } else { photos.clone() };
        replace(&work.join("case").join(place), |path| symlink(&target, path).unwrap());
        let outside = content(&photos);
        let output = bench.run(Act::Init, &work, None);
        assert_eq!(output.status.code(), Some(5), "{place}: {}", said(&output));
        assert!(content(&photos) == outside, "{place}: what lies outside has changed");
    }
}

/// Names for what is being written are never written through.
#[test]
fn a_link_under_a_temporary_name_is_replaced_not_written_through() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::Init, "temporary");
    let photos = photos(&work);
    let target = photos.join("2023/a.jpg");
    fs::create_dir_all(work.join("case")).unwrap();
    for name in ["case.toml.pending", "incident.toml.pending"] {
        symlink(&target, work.join("case").join(name)).unwrap();
    }
    let output = bench.run(Act::Init, &work, None);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(fs::read_to_string(target).unwrap(), "holiday");
}

/// An export into a folder that holds links writes into that folder, or nowhere.
#[test]
fn an_export_follows_no_link_in_the_folder_it_is_given() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::ListsAgain, "out");
    let photos = photos(&work);
    let out = work.join("out");
    fs::create_dir_all(&out).unwrap();
    symlink(&photos, out.join("customers")).unwrap();
    let before = content(&photos);
    let mut command = bench.command(Act::Lists, &work);
    let output = command.arg("--out").arg(&out).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("customers"), "{}", said(&output));
    assert!(content(&photos) == before, "what lies outside has changed");
}

/// A link or a pipe under the name of a file that is exported is replaced: neither written through nor waited for.
#[test]
fn an_export_replaces_a_link_or_a_pipe_in_the_place_of_a_file() {
    let Some(bench) = Bench::get() else { return };
    let work = bench.work(Act::ListsAgain, "out-file");
    let photos = photos(&work);
    let out = work.join("out");
    fs::create_dir_all(&out).unwrap();
    symlink(photos.join("2023/a.jpg"), out.join("user_passwords.csv")).unwrap();
    assert!(Command::new("mkfifo").arg(out.join("account_exposure.csv")).status().unwrap().success());
    let before = content(&photos);
    let mut command = bench.command(Act::Verdicts, &work);
    let output = within_a_minute(command.arg("--out").arg(&out));
    assert!(output.status.success(), "{}", said(&output));
    assert!(content(&photos) == before, "what lies outside has changed");
    for name in ["user_passwords.csv", "account_exposure.csv"] {
        assert!(fs::symlink_metadata(out.join(name)).unwrap().is_file(), "{name}");
    }
}

/// A folder of the user's own is no interrupted init, whatever its subfolders are called: nothing in it is removed, replaced
/// or taken over.
#[test]
fn init_leaves_a_folder_that_is_not_empty_as_it_is() {
    let Some(bench) = Bench::get() else { return };
    let files = [
        "tmp/thesis/ch1.tex",
        "runs/2023/model.bin",
        "store/photos/data.parquet",
        "keys/x.pending",
        "keys/case.key",
        "out/0001/list.csv",
        "incident.toml",
        "facts.toml",
    ];
    for file in files {
        let work = bench.work(Act::Init, "own-folder");
        let path = work.join("case").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "somebody's").unwrap();
        for mut command in [bench.command(Act::Init, &work), bench.run_command(&work)] {
            let output = command.output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{file}: {}", said(&output));
            assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's", "{file}");
        }
        assert!(!work.join("case/lock").exists(), "{file}");
    }
}

/// Another case would sweep what it does not know.
#[test]
fn an_export_into_another_case_is_refused() {
    let Some(bench) = Bench::get() else { return };
    let (work, other) = (bench.work(Act::ListsAgain, "from"), bench.work(Act::ListsAgain, "into"));
    for folder in ["store/users", "runs/77", "out/mine", "new"] {
        let before = content(&other.join("case"));
        for act in [Act::Lists, Act::Verdicts] {
            let mut command = bench.command(act, &work);
            let output = command.arg("--out").arg(other.join("case").join(folder)).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{folder}: {}", said(&output));
        }
        assert!(content(&other.join("case")) == before, "{folder}");
    }
}
