//! A small case in each of its states, the program with faults, and what must hold of a case afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use highwater::base::digest;
use highwater::case::Case;

/// What a fault is, as `faults.c` names it, with the error where it needs one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub mode: &'static str,
    pub errno: i32,
}

const EIO: i32 = 5;
const EROFS: i32 = 30;

pub const FAULTS: [Fault; 6] = [
    Fault { mode: "fail", errno: EIO },
    Fault { mode: "dead", errno: EROFS },
    Fault { mode: "full", errno: 0 },
    Fault { mode: "torn", errno: 0 },
    Fault { mode: "kill", errno: 0 },
    Fault { mode: "killed", errno: 0 },
];

impl Fault {
    pub fn is_kill(self) -> bool {
        self.mode.starts_with("kill")
    }
}

/// One call that changes the case, as the program made it undisturbed.
#[derive(Clone, Debug)]
pub struct Call {
    pub number: usize,
    pub name: String,
    pub path: String,
}

/// A command at a case, from the state before it to the state after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Init,
    Ingest,
    Classify,
    Lists,
    Verdicts,
    ListsAgain,
    VerdictsAgain,
}

pub const ACTS: [Act; 7] =
    [Act::Init, Act::Ingest, Act::Classify, Act::Lists, Act::Verdicts, Act::ListsAgain, Act::VerdictsAgain];

pub struct Bench {
    folder: tempfile::TempDir,
    faults: PathBuf,
}

const ACCOUNTS: &str = "account_id,customer_id,name,products,status,created_at,owner_email\n\
    acme,c1,Acme,support;chat,active,2012-04-17T09:12:44Z,a@acme.example\n\
    birch,c2,Birch,support,active,2016-10-31,b@birch.example\n\
    cedar,c3,Cedar,support,active,2019-01-01T00:00:00Z,c@cedar.example\n";
// One record has a field too many, one has no key, one has a date that nobody can read.
const USERS: &str = "user_id,account_id,email,role,active,created_at,password_changed_at,has_password\n\
    1,acme,one@acme.example,agent,true,2013-01-01T00:00:00Z,2014-01-01T00:00:00Z,true\n\
    2,acme,two@acme.example,end_user,true,2013-01-01T00:00:00Z,2018-01-01T00:00:00Z,true\n\
    3,birch,three@birch.example,agent,true,2015-13-45,,true\n\
    4,birch,four@birch.example,agent,true,2015-01-01T00:00:00Z,,true,surplus\n\
    ,birch,five@birch.example,agent,true,2015-01-01T00:00:00Z,,true\n\
    6,cedar,six@cedar.example,agent,true,2019-01-02T00:00:00Z,,true\n";
const SSO: &str =
    "account_id,population,enforced,bypass_allowed,since\nacme,all,true,false,2012-01-01T00:00:00Z\n";

impl Bench {
    /// The bench, made once; nothing when this system has no C compiler, which is a failure in CI.
    pub fn get() -> Option<&'static Self> {
        static BENCH: OnceLock<Option<Bench>> = OnceLock::new();
        BENCH.get_or_init(Self::new).as_ref()
    }

    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let faults = folder.path().join("faults.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crashes/faults.c");
        let compiled = Command::new("cc")
            .args(["-O1", "-shared", "-fPIC", "-o"])
            .arg(&faults)
            .arg(&source)
            .arg("-ldl")
            .output();
        match compiled {
            Ok(output) if output.status.success() => {}
            _ if std::env::var_os("CI").is_some() => {
                panic!("cc cannot compile tests/crashes/faults.c: {compiled:?}")
            }
            _ => {
                eprintln!("skipped: there is no C compiler for tests/crashes/faults.c");
                return None;
            }
        }
        let bench = Self { folder, faults };
        bench.make_inputs();
        bench.make_states();
        Some(bench)
    }

    fn make_inputs(&self) {
        let exports = self.exports();
        fs::create_dir(&exports).unwrap();
        fs::write(exports.join("accounts.csv"), ACCOUNTS).unwrap();
        fs::write(exports.join("users.csv"), USERS).unwrap();
        fs::write(exports.join("sso.csv"), SSO).unwrap();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::copy(repository.join("sample_data/zendesk-2016/facts.toml"), exports.join("facts.toml")).unwrap();
        let profile =
            fs::read_to_string(repository.join("queries/incidents/zendesk-2016/incident.toml")).unwrap();
        let few =
            "queries = [\"account_exposure\", \"user_passwords\", \"account_summary\", \"notifications\"]";
        let lines = profile.lines().map(|line| if line.starts_with("queries = ") { few } else { line });
        fs::write(self.path("incident.toml"), lines.collect::<Vec<_>>().join("\n")).unwrap();
        fs::write(self.path("case.key"), "00".repeat(32)).unwrap();
    }

    /// The state after each act, undisturbed.
    fn make_states(&self) {
        fs::create_dir_all(self.path("before-Init")).unwrap();
        for (i, act) in ACTS.into_iter().enumerate() {
            let work = self.work(act, "undisturbed");
            let output = self.run(act, &work, None);
            assert!(output.status.success(), "{act:?}: {}", said(&output));
            copy(&work, &self.path(&format!("after-{act:?}")));
            if let Some(next) = ACTS.get(i + 1) {
                copy(&work, &self.path(&format!("before-{next:?}")));
            }
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn exports(&self) -> PathBuf {
        self.path("exports")
    }

    /// A fresh copy of the state before an act: a folder that holds the folder `case`.
    pub fn work(&self, act: Act, name: &str) -> PathBuf {
        let work = self.path(&format!("work-{act:?}-{name}"));
        let _ = fs::remove_dir_all(&work);
        copy(&self.path(&format!("before-{act:?}")), &work);
        work
    }

    /// The program, to do `act` at the case in `work`.
    pub fn command(&self, act: Act, work: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        let case = work.join("case");
        let option = |name: &str, path: PathBuf| [name.into(), path.into_os_string()];
        match act {
            Act::Init => command
                .arg("init")
                .arg(case)
                .args(option("--incident", self.path("incident.toml")))
                .args(option("--key-file", self.path("case.key")))
                .args(["--account", "dogwood", "--products", "support"]),
            Act::Ingest => command.arg("ingest").arg(case).arg(self.exports()),
            Act::Classify => command.arg("classify").arg(case),
            Act::Lists => command.arg("export").arg(case).args(["lists", "--per-customer"]),
            Act::ListsAgain => command.arg("export").arg(case).args(["lists", "--per-customer"]),
            Act::Verdicts | Act::VerdictsAgain => command.arg("export").arg(case).arg("verdicts"),
        };
        command.args(["--quiet", "--threads", "2"]).stdin(Stdio::null());
        command
    }

    /// Everything in one: `run` makes the case, too.
    pub fn run_command(&self, work: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_highwater"));
        command.arg("run").arg(work.join("case")).arg(self.exports()).arg("--incident");
        command.arg(self.path("incident.toml")).args(["--quiet", "--threads", "2"]).stdin(Stdio::null());
        command
    }

    pub fn run(&self, act: Act, work: &Path, fault: Option<(Fault, usize)>) -> Output {
        let mut command = self.command(act, work);
        if let Some((fault, at)) = fault {
            self.load_faults(&mut command, work, fault.mode, at);
            command.env("FAULTS_ERRNO", fault.errno.to_string());
        }
        command.output().unwrap()
    }

    /// Loads `faults.c` into the command; its log stands beside the case.
    pub fn load_faults(&self, command: &mut Command, work: &Path, mode: &str, at: usize) {
        let _ = fs::remove_file(work.join("calls"));
        command.env("LD_PRELOAD", &self.faults).env("FAULTS_UNDER", work.join("case"));
        command.env("FAULTS_LOG", work.join("calls")).env("FAULTS_MODE", mode);
        command.env("FAULTS_AT", at.to_string());
    }

    /// The calls that an act makes undisturbed. Tests that ask at the same time wait for each other: the folder is one.
    pub fn calls(&self, act: Act) -> Vec<Call> {
        static COUNTING: Mutex<()> = Mutex::new(());
        let _counting = COUNTING.lock().unwrap_or_else(PoisonError::into_inner);
        let work = self.work(act, "counted");
        let output = self.run(act, &work, Some((Fault { mode: "none", errno: 0 }, 0)));
        assert!(output.status.success(), "{}", said(&output));
        calls(&work)
    }

    /// What a case must be after an act: every file of the store, the runs and the deliverables, and what it rests on.
    pub fn after(&self, act: Act) -> BTreeMap<PathBuf, Vec<u8>> {
        content(&self.path(&format!("after-{act:?}/case")))
    }

    pub fn before(&self, act: Act) -> BTreeMap<PathBuf, Vec<u8>> {
        content(&self.path(&format!("before-{act:?}/case")))
    }
}

/// The calls that the program with faults has made.
pub fn calls(work: &Path) -> Vec<Call> {
    let log = fs::read_to_string(work.join("calls")).unwrap_or_default();
    let call = |line: &str| {
        let mut parts = line.splitn(3, ' ').map(str::to_owned);
        let mut part = || parts.next().unwrap_or_default();
        Call { number: part().parse().unwrap(), name: part(), path: part() }
    };
    log.lines().map(call).collect()
}

/// What the program said, and how it ended.
pub fn said(output: &Output) -> String {
    format!(
        "status {:?}, signal {:?}: {}",
        output.status.code(),
        output.status.signal(),
        String::from_utf8_lossy(&output.stderr)
    )
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &place);
        } else {
            fs::copy(&path, &place).unwrap();
        }
    }
}

/// All files of a case but its journal and its lock; of a run's record all but the journal's head.
pub fn content(case: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(case, case, &mut files);
    files.retain(|path, _| {
        let name = path.to_string_lossy();
        // Kept staging is no part of what a case says: it may be there or not, and each file's name tells whether it is whole.
        let is_kept = name.starts_with("staging/") && name.ends_with(".parquet");
        name != "lock" && !name.starts_with("journal.") && !is_kept
    });
    files
}

fn collect(case: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(case, &path, files);
        } else {
            let bytes = fs::read(&path).unwrap();
            let bytes = if path.ends_with("run.json") { without_journal_head(&bytes) } else { bytes };
            files.insert(path.strip_prefix(case).unwrap().to_path_buf(), bytes);
        }
    }
}

fn without_journal_head(record: &[u8]) -> Vec<u8> {
    let mut record: serde_json::Value = serde_json::from_slice(record).unwrap();
    record["journal_head"] = serde_json::Value::Null;
    serde_json::to_vec(&record).unwrap()
}

/// A case is valid when all that exists is whole: each source of the register has its files, each run its verdicts
/// as recorded, each set of lists its files, and no file under a final name is cut short.
pub fn assert_valid(root: &Path, what: &str) {
    if !Case::exists(root) {
        return;
    }
    let case = Case::open(root).unwrap_or_else(|e| panic!("{what}: {e}"));
    for source in case.register().unwrap_or_else(|e| panic!("{what}: {e}")).sources() {
        let stored = case.stored(&source.table, &source.source);
        assert_eq!(rows(&stored), source.stored, "{what}: {}", stored.display());
        let rejects = case.stored(&format!("rejects/{}", source.table), &source.source);
        if source.rejected > 0 {
            assert!(rows(&rejects) >= source.rejected, "{what}: {}", rejects.display());
        }
    }
    for number in case.runs().unwrap_or_else(|e| panic!("{what}: {e}")) {
        let record = case.run_record(number).unwrap_or_else(|e| panic!("{what}: {e}"));
        for verdicts in &record.verdicts {
            let file = case.verdicts(number, &verdicts.query);
            assert_eq!(digest::sha256_file(&file).unwrap(), verdicts.sha256, "{what}: {}", file.display());
        }
        let lists = case.out_folder(number).join("lists");
        assert_lists_whole(&lists, what);
        for customer in fs::read_dir(lists.join("customers")).into_iter().flatten() {
            assert_lists_whole(&customer.unwrap().path(), what);
        }
    }
}

/// Lists are whole where their manifest is.
fn assert_lists_whole(folder: &Path, what: &str) {
    let Ok(manifest) = fs::read_to_string(folder.join("lists.json")) else { return };
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    for list in manifest["lists"].as_array().unwrap() {
        let file = folder.join(list["file"].as_str().unwrap());
        let hash = digest::sha256_file(&file).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(hash, list["sha256"].as_str().unwrap(), "{what}: {}", file.display());
    }
}

fn rows(file: &Path) -> u64 {
    let file = fs::File::open(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    reader.build().unwrap().map(|batch| batch.unwrap().num_rows() as u64).sum()
}

/// The case is what it would be had nothing happened: the same files with the same bytes and no other ones, and a
/// journal whose lines follow from each other and in which everything that began has an end.
pub fn assert_same(root: &Path, expected: &BTreeMap<PathBuf, Vec<u8>>, what: &str) {
    let found = content(root);
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(expected), "{what}");
    for (path, bytes) in expected {
        assert!(found[path] == *bytes, "{what}: {} has other bytes", path.display());
    }
    assert_journal_whole(root, what);
}

fn assert_journal_whole(root: &Path, what: &str) {
    let text = fs::read_to_string(root.join("journal.jsonl")).unwrap();
    assert!(text.ends_with('\n'), "{what}: the journal's last line is torn");
    let (mut head, mut open) = ("0".repeat(64), 0);
    for (i, line) in text.lines().enumerate() {
        let read: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|e| panic!("{what}: {e}: {line}"));
        assert_eq!(read["prev"].as_str().unwrap(), head, "{what}: line {}", i + 1);
        assert_eq!(read["sequence"].as_u64().unwrap(), i as u64 + 1, "{what}");
        head = digest::sha256(line.as_bytes());
        match read["stage"].as_str().unwrap() {
            "begin" => open += 1,
            "commit" => assert_eq!(open, 1, "{what}: line {} commits no act that began", i + 1),
            // A torn line is told of before the act that it belonged to has its end.
            _ if read["outcome"] == "a torn last line was set aside" => {}
            _ => open -= 1,
        }
        assert!((0..=1).contains(&open), "{what}: line {}: {line}", i + 1);
    }
    assert_eq!(open, 0, "{what}: an act has no end in the journal");
}
