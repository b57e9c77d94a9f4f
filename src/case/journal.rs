//! The journal: what was done to a case, one line an act, each line hashing the one before
//! (6-deliverables, "Journal"). Clock times stand here only, never in a verdict.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::folder::REGISTER;
use super::ledger::{Hashes, Ledger};
use crate::base::files::{self, Pending};
use crate::base::{Error, Kind, Result, digest, instant};

/// Bytes of the longest line: an ingest of a hundred thousand files has one of some megabytes.
const LONGEST: u64 = 64 << 20;
const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The stages of an act. What commits it is named before it gets its name, so that a line never follows from what is
/// there, but what is there from a line.
const BEGIN: &str = "begin";
const COMMIT: &str = "commit";
const END: &str = "end";
/// The verbs of a case that is being made.
const MAKING: [&str; 3] = ["init", "declare", RECOVER];
/// The verb of what the program does on its own to go on after a crash.
pub(super) const RECOVER: &str = "recover";

/// What an act is and what it touched; arguments hold no personal data and only relative paths.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Act {
    /// The verb.
    pub verb: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// SHA-256 of what it read.
    pub read: Vec<String>,
    /// SHA-256 of what it wrote.
    pub wrote: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    sequence: u64,
    time: String,
    version: String,
    #[serde(flatten)]
    act: Act,
    /// SHA-256 of the case's own files that this line names, by path below the case.
    #[serde(default, skip_serializing_if = "Hashes::is_empty")]
    files: Hashes,
    /// `begin`, `commit`, or `end` with `outcome`.
    stage: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    prev: String,
}

impl Line {
    /// Whether it ends an act. One that tells of a torn line stands in the middle of the act that it belonged to.
    fn is_end(&self) -> bool {
        self.stage == END && !(self.act.verb == RECOVER && self.act.arguments.is_empty())
    }

    /// Whether a line that tells of what it committed names the same hashes in both places.
    fn is_consistent(&self) -> bool {
        let is_done = matches!(self.outcome.as_deref(), Some("stored" | "done"));
        let commits = |path: &str| path == REGISTER || path.starts_with("runs/");
        let mut committed = self.files.iter().filter(|(path, _)| commits(path));
        !is_done || committed.all(|(_, sha256)| self.act.wrote.contains(sha256))
    }

    /// Whether there is a register after it.
    fn has_stored(&self) -> bool {
        let outcome = self.outcome.as_deref().unwrap_or_default();
        match self.act.verb.as_str() {
            "ingest" | "declare" => outcome == "stored" || outcome.starts_with("interrupted:"),
            "classify" => outcome == "done",
            RECOVER => ["all was stored", "files are stored"].iter().any(|end| outcome.ends_with(end)),
            _ => false,
        }
    }
}

/// An act that began and of whose end nothing is written: its process was killed, or could not write any more.
#[derive(Clone, Debug)]
pub(super) struct Unfinished {
    /// The number of its line.
    pub sequence: u64,
    /// The hash of its line.
    pub hash: String,
    /// What was begun.
    pub act: Act,
}

/// The journal of a case whose lock is held.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    sequence: u64,
    head: String,
    /// Whether nothing but the making of the case is recorded.
    only_made: bool,
    /// Whether something was stored, or a run made.
    has_stored: bool,
    /// Bytes of the lines that follow from each other. What stands behind them was never acknowledged.
    length: u64,
    unfinished: Option<Unfinished>,
    ledger: Ledger,
}

impl Journal {
    /// Opens the journal for the holder of the lock. A torn last line (a killed process, a full disk) is set aside under a
    /// name of its own and recorded.
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let (mut journal, torn) = Self::read(path)?;
        if let Some(torn) = torn {
            journal.set_aside(&torn)?;
        }
        Ok(journal)
    }

    /// Reads the journal, which somebody else may be writing; returns the beginning of a last line that is not whole.
    pub(super) fn read(path: PathBuf) -> Result<(Self, Option<Vec<u8>>)> {
        let mut journal = Self {
            path,
            sequence: 0,
            head: NOTHING_BEFORE.to_owned(),
            only_made: true,
            has_stored: false,
            length: 0,
            unfinished: None,
            ledger: Ledger::default(),
        };
        let file = match files::unlinked(OpenOptions::new().read(true)).open(&journal.path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((journal, None)),
            Err(e) => return Err(Error::io("read", &journal.path, e)),
        };
        let mut lines = BufReader::new(file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut bounded = lines.by_ref().take(LONGEST);
            bounded.read_until(b'\n', &mut line).map_err(|e| Error::io("read", &journal.path, e))?;
            match line.split_last() {
                None => return Ok((journal, None)),
                Some((last, _)) if *last != b'\n' && line.len() as u64 == LONGEST => {
                    return Err(journal.broken());
                }
                Some((b'\n', whole)) => journal.follow(whole)?,
                Some(_) => return Ok((journal, Some(line))),
            }
        }
    }

    /// What it says of the case's own files.
    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The act whose end is not written.
    pub(super) fn unfinished(&self) -> Option<&Unfinished> {
        self.unfinished.as_ref()
    }

    /// Whether there is no line at all.
    pub(super) fn is_empty(&self) -> bool {
        self.sequence == 0
    }

    /// Whether something was stored, or a run made.
    pub(super) fn has_stored(&self) -> bool {
        self.has_stored
    }

    /// Whether nothing but the making of the case is recorded.
    pub(super) fn has_only_made(&self) -> bool {
        self.only_made
    }

    fn broken(&self) -> Error {
        let line = self.sequence + 1;
        let what = format!("{}: line {line} does not follow from the one before", self.path.display());
        Error::new(Kind::CaseUnusable, what)
            .next("the journal was changed by hand or damaged: restore the case from a copy")
    }

    fn follow(&mut self, text: &[u8]) -> Result<()> {
        let line: Line = serde_json::from_slice(text).map_err(|e| self.broken().because(e))?;
        if line.prev != self.head || line.sequence != self.sequence + 1 || !line.is_consistent() {
            return Err(self.broken());
        }
        self.add(line, text);
        Ok(())
    }

    /// Takes a line that is written.
    fn add(&mut self, line: Line, text: &[u8]) {
        self.sequence = line.sequence;
        self.head = digest::sha256(text);
        self.length += text.len() as u64 + 1;
        self.only_made &= MAKING.contains(&line.act.verb.as_str());
        // An init that is resumed begins with an empty store.
        self.has_stored &= !(line.act.verb == "init" && line.stage == BEGIN);
        self.has_stored |= line.has_stored();
        self.note_files(&line);
        if line.stage == BEGIN {
            let hash = self.head.clone();
            self.unfinished = Some(Unfinished { sequence: line.sequence, hash, act: line.act });
        } else if line.is_end() {
            self.unfinished = None;
        }
    }

    fn note_files(&mut self, line: &Line) {
        match line.stage.as_str() {
            // An init that is resumed begins anew.
            BEGIN if line.act.verb == "init" => self.ledger = Ledger::default(),
            COMMIT => self.ledger.commit(&line.files),
            _ if line.is_end() => self.ledger.settle(&line.files),
            _ => {}
        }
        if line.is_end() && line.files.is_empty() {
            self.note_run_of_earlier_version(line);
        }
    }

    /// Versions before decision 0015 wrote the hash of a run's record without its path, and none after a crash.
    fn note_run_of_earlier_version(&mut self, line: &Line) {
        match (line.act.verb.as_str(), line.act.wrote.as_slice()) {
            ("classify", [record]) => self.ledger.add_run(record),
            (RECOVER, []) => {
                let made = line.outcome.as_deref().and_then(|said| said.split_once(": run "));
                let number = made.and_then(|(_, rest)| rest.strip_suffix(" was made"));
                if let Some(number) = number {
                    self.ledger.add_found(format!("runs/{number}/run.json"));
                }
            }
            _ => {}
        }
    }

    /// Keeps a torn line beside the journal, and gives the journal the line that tells of it, in one write.
    fn set_aside(&mut self, torn: &[u8]) -> Result<()> {
        let hash = digest::sha256(torn);
        let short = hash.get(..16).unwrap_or(&hash);
        files::write(&self.path.with_file_name(format!("journal.torn-{short}")), torn)?;
        let act = Act { verb: RECOVER.to_owned(), wrote: vec![hash], ..Act::default() };
        let outcome = Some("a torn last line was set aside");
        let (line, text) = self.line(&act, END, outcome, Hashes::new())?;
        let failed = |e| Error::io("write", &self.path, e);
        let whole = File::open(&self.path).map_err(failed)?.take(self.length);
        let mut journal = Pending::create(&self.path)?;
        io::copy(&mut BufReader::new(whole), &mut journal).map_err(failed)?;
        journal.write_all(&text).and_then(|()| journal.write_all(b"\n")).map_err(failed)?;
        journal.commit()?;
        self.add(line, &text);
        Ok(())
    }

    /// Records that an act begins; returns the hash of the line.
    pub(super) fn begin(&mut self, act: &Act) -> Result<String> {
        self.write(act, BEGIN, None, Hashes::new())?;
        Ok(self.head.clone())
    }

    /// Records what is about to get its name.
    pub(super) fn commit(&mut self, act: &Act, files: Hashes) -> Result<()> {
        self.write(act, COMMIT, None, files)
    }

    /// Records how an act ended, with the files of the case that are there now.
    pub(super) fn end(&mut self, act: &Act, outcome: &str, files: Hashes) -> Result<()> {
        self.write(act, END, Some(outcome), files)
    }

    fn line(&self, act: &Act, stage: &str, outcome: Option<&str>, files: Hashes) -> Result<(Line, Vec<u8>)> {
        let line = Line {
            sequence: self.sequence + 1,
            time: now(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            act: act.clone(),
            files,
            stage: stage.to_owned(),
            outcome: outcome.map(str::to_owned),
            prev: self.head.clone(),
        };
        let text =
            serde_json::to_vec(&line).map_err(|e| Error::failed("cannot write the journal").because(e))?;
        if text.len() as u64 >= LONGEST {
            return Err(Error::usage("so many files at once are more than a line of the journal can name")
                .next("name fewer of them, in several commands"));
        }
        Ok((line, text))
    }

    fn write(&mut self, act: &Act, stage: &str, outcome: Option<&str>, files: Hashes) -> Result<()> {
        let (line, mut text) = self.line(act, stage, outcome, files)?;
        text.push(b'\n');
        append(&self.path, self.length, &text).map_err(|e| Error::io("write", &self.path, e))?;
        text.pop();
        self.add(line, &text);
        Ok(())
    }
}

/// Appends to the first `length` bytes of a file. What stands behind them is the piece of a line that could not be
/// written, which was told as an error then: without this the next line would be glued to it.
fn append(path: &Path, length: u64, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = files::private(files::unlinked(options.create(true).append(true))).open(path)?;
    if file.metadata()?.len() != length {
        file.set_len(length)?;
    }
    file.write_all(bytes)?;
    file.sync_all()?;
    // The first line makes the file: its name must be as durable as its content.
    if length == 0 { File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}

/// The clock's time, RFC 3339.
pub(super) fn now() -> String {
    let micros = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|d| i64::try_from(d.as_micros()).ok())
        .unwrap_or(0);
    instant::write_rfc3339(micros)
}
