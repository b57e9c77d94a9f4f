//! How the program ends: a question at its time or at the first Ctrl-C, threads that can't be had and panics as errors,
//! and what the system denies it meanwhile.
//!
//! What changes a whole process is tried in one of its own: the test runs itself again, with `INSIDE` set.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use highwater::base::sandbox::{self, Sandbox};
use highwater::base::{Error, Kind, panics, threads};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_highwater");
const STACK: u64 = 1 << 30;
const INSIDE: &str = "HIGHWATER_TEST_INSIDE";
/// One call of a function that computes for hours and does not look whether it is to stop.
const ONE_CALL: &str = "SELECT levenshtein(lpad('a', 4000000, 'b'), lpad('c', 4000000, 'd'))";
/// Rows without end, made in many small steps.
const MANY_ROWS: &str = "SELECT count(*) FROM store_users a, store_users b, store_users c, store_users d, \
                         store_users e, store_users f, store_users g";
/// Longer than anything here takes on a slow machine; no assertion rests on it.
const PATIENCE: Duration = Duration::from_secs(120);

/// A case with some users, made once; nothing here changes it, but for what a killed process leaves.
fn case() -> &'static Path {
    static CASE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, case) = CASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let case = case_in(folder.path());
        (folder, case)
    });
    case
}

fn case_in(folder: &Path) -> PathBuf {
    let mut users = "user_id,account_id,created_at\n".to_owned();
    (0..3_000).for_each(|n| users.push_str(&format!("u-{n},a-{n},2015-01-01\n")));
    fs::write(folder.join("users.csv"), users).unwrap();
    let case = folder.join("case");
    let init = highwater(&["init", case.to_str().unwrap(), "--incident", "zendesk-2016"]);
    assert!(init.status.success());
    let users = folder.join("users.csv");
    let ingest = highwater(&["ingest", case.to_str().unwrap(), users.to_str().unwrap()]);
    assert!(ingest.status.success(), "{}", said(&ingest));
    case
}

fn highwater(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn begun(case: &Path, query: &str) -> Child {
    Command::new(BINARY)
        .arg("sql")
        .arg(case)
        .args([query, "--seconds", "100000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Runs the test of that name in a process of its own.
fn in_a_process_of_its_own(test: &str) {
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads", "1"])
        .env(INSIDE, "1")
        // A thread's stack is so large that the system refuses one while there is memory left for all else.
        .env("RUST_MIN_STACK", STACK.to_string())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && printed.contains("1 passed"), "{printed}{}", said(&done));
}

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

#[test]
fn a_question_ends_when_its_time_is_up() {
    for query in [ONE_CALL, MANY_ROWS] {
        let case = case().to_str().unwrap();
        let output = highwater(&["sql", case, query, "--seconds", "1"]);
        let told = said(&output);
        assert_eq!(output.status.code(), Some(1), "{query}: {told}");
        assert!(told.starts_with("error: stopped after 1 second\n"), "{query}: {told}");
        assert!(told.contains("--seconds N"), "{query}: {told}");
    }
}

/// Waiting for whoever reads the answer does not count: a reader may look at the first page as long as it likes. Here as
/// long as another question needs to reach a later limit.
#[test]
fn time_in_which_nobody_reads_does_not_count() {
    let query =
        "SELECT a.user_id, b.user_id AS other FROM store_users a, (SELECT * FROM store_users LIMIT 100) b";
    let mut child = Command::new(BINARY)
        .arg("sql")
        .arg(case())
        .args([query, "--csv", "--seconds", "5"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let later = highwater(&["sql", case().to_str().unwrap(), ONE_CALL, "--seconds", "6"]);
    assert!(said(&later).contains("stopped after 6 seconds"), "{}", said(&later));
    let mut rows = Vec::new();
    std::io::Read::read_to_end(child.stdout.as_mut().unwrap(), &mut rows).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(rows.iter().filter(|byte| **byte == b'\n').count(), 300_001);
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;

    fn until(what: &str, mut is_so: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < PATIENCE, "{what}");
            std::thread::yield_now();
        }
    }

    /// How long the process has computed, in hundredths of a second.
    fn computed(child: &Child) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        stat.rsplit_once(") ").unwrap().1.split(' ').nth(11).unwrap().parse().unwrap()
    }

    fn threads_of(child: &Child) -> Vec<String> {
        let tasks = fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
        let status = |task: fs::DirEntry| fs::read_to_string(task.path().join("status")).ok();
        tasks.flatten().filter_map(status).collect()
    }

    fn interrupt(child: &Child) {
        let sent = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
        assert!(sent.success());
    }

    #[test]
    fn a_question_ends_at_the_first_ctrl_c() {
        let folder = tempfile::tempdir().unwrap();
        let case = case_in(folder.path());
        for query in [ONE_CALL, MANY_ROWS] {
            let child = begun(&case, query);
            until("the query does not begin", || computed(&child) > 100);
            interrupt(&child);
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(130), "{query}: {}", said(&output));
            assert!(said(&output).contains("interrupted; nothing was changed"), "{query}: {}", said(&output));
            assert!(!case.join("tmp").exists(), "{query}: scratch stays behind");
        }
    }

    /// A query that is never written waits for its input, and Ctrl-C ends that as well.
    #[test]
    fn a_question_that_is_not_asked_yet_ends_at_the_first_ctrl_c() {
        let mut child = Command::new(BINARY)
            .arg("sql")
            .arg(case())
            .arg("-")
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _held = child.stdin.take();
        // It listens before it starts the thread that watches: the two beside the first.
        until("it does not begin", || threads_of(&child).len() >= 3);
        interrupt(&child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    }

    #[test]
    fn every_thread_of_a_running_program_is_filtered() {
        let mut child = begun(case(), MANY_ROWS);
        until("the query does not begin", || computed(&child) > 20 && threads_of(&child).len() > 2);
        let threads = threads_of(&child);
        child.kill().unwrap();
        child.wait().unwrap();
        let is_filtered =
            |status: &String| status.contains("\nSeccomp:\t2\n") && status.contains("\nNoNewPrivs:\t1\n");
        assert!(threads.iter().all(is_filtered), "{}", threads.join("\n"));
    }

    #[test]
    fn what_the_program_says_of_its_sandbox_is_so() {
        for arguments in [&["--version", "-v"] as &[_], &["-v", "--version"], &["-vV"], &["--verbose", "-V"]]
        {
            let output = highwater(arguments);
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(
                text.contains("\nsandbox: seccomp (sockets and programs denied)\n"),
                "{arguments:?}: {text}"
            );
        }
        assert_eq!(
            highwater(&["--version"]).stdout,
            format!("highwater {}\n", env!("CARGO_PKG_VERSION")).into_bytes()
        );
    }

    #[test]
    fn sockets_and_programs_are_denied_by_the_system() {
        use std::io::ErrorKind::PermissionDenied;
        use std::net::{TcpListener, TcpStream, UdpSocket};
        use std::os::unix::net::{UnixListener, UnixStream};
        if !is_inside() {
            return in_a_process_of_its_own("linux::sockets_and_programs_are_denied_by_the_system");
        }
        // What works before, so that it is the filter that denies it.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        assert!(Command::new("true").status().unwrap().success());
        assert_eq!(sandbox::enter(), &Sandbox::Active);
        let folder = tempfile::tempdir().unwrap();
        let denied = move || {
            let errors = [
                TcpListener::bind("127.0.0.1:0").map(drop).unwrap_err(),
                TcpStream::connect(address).map(drop).unwrap_err(),
                UdpSocket::bind("127.0.0.1:0").map(drop).unwrap_err(),
                UnixListener::bind(folder.path().join("socket")).map(drop).unwrap_err(),
                UnixStream::pair().map(drop).unwrap_err(),
                listener.accept().map(drop).unwrap_err(),
                Command::new("true").status().map(drop).unwrap_err(),
            ];
            assert!(errors.iter().all(|error| error.kind() == PermissionDenied), "{errors:?}");
        };
        std::thread::spawn(denied).join().unwrap();
        // The rest of the system is as it was.
        assert!(fs::read_to_string("/proc/self/status").unwrap().contains("\nSeccomp:\t2\n"));
        assert_eq!(
            rlimit::Resource::NOFILE
                .get()
                .and_then(|(soft, hard)| rlimit::Resource::NOFILE.set(soft, hard))
                .ok(),
            Some(())
        );
    }

    #[test]
    fn threads_that_cannot_be_had_are_an_error_with_advice() {
        let folder = tempfile::tempdir().unwrap();
        let new = folder.path().join("new");
        let (case, new) = (case().to_str().unwrap(), new.to_str().unwrap());
        for arguments in [
            &["status", case] as &[_],
            &["show", case, "users"],
            &["sql", case, "SELECT count(*) FROM store_users"],
            &["classify", case, "--as-of", "2019-10-02T12:00:00Z"],
            &["run", new, "sample_data/zendesk-2016", "--incident", "zendesk-2016"],
            &["synth", new, "--users", "10"],
            &["queries", "check"],
        ] {
            let output = Command::new("sh")
                .args(["-c", "ulimit -v 4000000; exec \"$0\" \"$@\"", BINARY])
                .args(arguments)
                .args(["--threads", "1024"])
                .output()
                .unwrap();
            let told = said(&output);
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {told}");
            assert!(told.contains("1,024 threads") && told.contains("--threads N"), "{arguments:?}: {told}");
        }
        assert!(!Path::new(new).exists());
    }

    /// As a thread that the system refuses in the middle of the work.
    #[test]
    fn a_thread_that_the_system_refuses_is_an_error() {
        if !is_inside() {
            return in_a_process_of_its_own("linux::a_thread_that_the_system_refuses_is_an_error");
        }
        highwater::base::memory::bound(STACK + STACK / 2).unwrap();
        let told = threads::can_be_had(1_000).unwrap_err().to_string();
        assert!(told.contains("1,000 threads") && told.contains("--threads N"), "{told}");
        let told = threads::can_be_asked(1_000).unwrap_err().to_string();
        assert!(told.contains("ulimit -v"), "{told}");
        threads::can_be_had(1).unwrap();
        let (stay, told_to_go) = std::sync::mpsc::channel::<()>();
        let one = threads::start(move || told_to_go.recv().is_err()).unwrap();
        let refused = threads::start(|| ()).unwrap_err().to_string();
        assert!(
            refused.contains("refused to start a thread") && refused.contains("--threads N"),
            "{refused}"
        );
        let refused = std::thread::scope(|scope| threads::start_in(scope, || ()).map(drop)).unwrap_err();
        assert!(refused.to_string().contains("refused to start a thread"), "{refused}");
        drop(stay);
        assert!(panics::joined(one.join()).unwrap());
    }

    /// The first thread is the one that listens for Ctrl-C.
    #[test]
    fn a_program_that_gets_no_thread_at_all_says_so() {
        let output = Command::new(BINARY)
            .arg("status")
            .arg(case())
            .env("RUST_MIN_STACK", "70368744177664")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains("ulimit -u"), "{}", said(&output));
    }
}

/// What a panic says may quote the data: its place is told, and nothing else.
#[test]
fn a_panic_ends_as_an_error_that_names_its_place_and_not_its_words() {
    if !is_inside() {
        return in_a_process_of_its_own("a_panic_ends_as_an_error_that_names_its_place_and_not_its_words");
    }
    fn broken() -> Result<(), Error> {
        panic!("the words of a person")
    }
    panics::note_places();
    assert_eq!(panics::caught(|| Ok(1)).unwrap(), 1);
    let is_told = |error: &Error| {
        let told = error.to_string();
        assert_eq!(error.kind(), Kind::Failed, "{told}");
        assert!(told.starts_with("internal error: the program panicked at tests/ending.rs:"), "{told}");
        assert!(told.contains("was not completed") && told.contains("as valid as before"), "{told}");
        assert!(told.contains(concat!("highwater ", env!("CARGO_PKG_VERSION"))), "{told}");
        assert!(!told.contains("person"), "{told}");
    };
    is_told(&panics::caught(broken).unwrap_err());
    is_told(&panics::joined(std::thread::spawn(broken).join()).unwrap_err());
    // Nobody waits for the thread, and the work is none the wiser.
    let beside = || {
        let thread = std::thread::spawn(broken);
        while !thread.is_finished() {
            std::thread::yield_now();
        }
        Ok(())
    };
    is_told(&panics::caught(beside).unwrap_err());
    // An error of the work itself is the one that is told.
    let told = panics::caught(|| Err::<(), _>(Error::usage("mine"))).unwrap_err();
    assert_eq!((told.kind(), told.what()), (Kind::Usage, "mine"));
    // What may be left out leaves no trace.
    assert!(!panics::attempted(|| drop(broken())));
    panics::caught(|| Ok(())).unwrap();
    // A place in a library names neither the machine nor its folders.
    let told = panics::caught(|| Ok(Vec::<u8>::new()[std::hint::black_box(7)])).unwrap_err().to_string();
    assert!(!told.contains("registry") && !told.contains("/root") && !told.contains("/home"), "{told}");
}

/// The help names the limit, and nonsense is refused.
#[test]
fn the_time_of_a_question_is_a_whole_number_of_seconds() {
    for wrong in ["0", "1.5", "x", ""] {
        let output = highwater(&["sql", case().to_str().unwrap(), "SELECT 1", "--seconds", wrong]);
        assert_eq!(output.status.code(), Some(2), "{wrong}: {}", said(&output));
        assert!(said(&output).contains("--seconds"), "{wrong}: {}", said(&output));
    }
}
