//! The journal: what was done to a case, one line an act, each line hashing the one before
//! (6-deliverables, "Journal"). Clock times stand here only, never in a verdict.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::base::{Error, Kind, Result, digest, instant};

const NOTHING_BEFORE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

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
    /// `begin`, or `end` with `outcome`.
    stage: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    prev: String,
}

/// The journal of a case whose lock is held.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    sequence: u64,
    head: String,
}

impl Journal {
    /// Opens the journal. A torn last line (a killed process) is set aside under a name of its own and recorded.
    pub(super) fn open(path: PathBuf) -> Result<Self> {
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(Error::io("read", &path, e)),
        };
        let whole = bytes.iter().rposition(|b| *b == b'\n').map_or(0, |end| end + 1);
        let (lines, torn) = bytes.split_at(whole);
        let mut journal = Self { path, sequence: 0, head: NOTHING_BEFORE.to_owned() };
        for line in lines.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            journal.follow(line)?;
        }
        if !torn.is_empty() {
            journal.set_aside(lines, torn)?;
        }
        Ok(journal)
    }

    fn follow(&mut self, line: &[u8]) -> Result<()> {
        let broken = |journal: &Self| {
            Error::new(
                Kind::CaseUnusable,
                format!(
                    "{}: line {} does not follow from the one before",
                    journal.path.display(),
                    journal.sequence + 1
                ),
            )
            .next("the journal was changed by hand or damaged: restore the case from a copy")
        };
        let read: Line = serde_json::from_slice(line).map_err(|e| broken(self).because(e))?;
        if read.prev != self.head || read.sequence != self.sequence + 1 {
            return Err(broken(self));
        }
        self.sequence = read.sequence;
        self.head = digest::sha256(line);
        Ok(())
    }

    fn set_aside(&mut self, whole: &[u8], torn: &[u8]) -> Result<()> {
        let hash = digest::sha256(torn);
        let short = hash.get(..16).unwrap_or(&hash);
        let aside = self.path.with_file_name(format!("journal.torn-{short}"));
        crate::base::files::write(&aside, torn)?;
        crate::base::files::write(&self.path, whole)?;
        let act = Act { verb: "recover".into(), wrote: vec![hash], ..Act::default() };
        self.line(&act, "end", Some("a torn last line was set aside"))
    }

    /// Records that an act begins; returns the hash of the line.
    pub(super) fn begin(&mut self, act: &Act) -> Result<String> {
        self.line(act, "begin", None)?;
        Ok(self.head.clone())
    }

    /// Records how an act ended.
    pub(super) fn end(&mut self, act: &Act, outcome: &str) -> Result<()> {
        self.line(act, "end", Some(outcome))
    }

    fn line(&mut self, act: &Act, stage: &str, outcome: Option<&str>) -> Result<()> {
        let line = Line {
            sequence: self.sequence + 1,
            time: now(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            act: act.clone(),
            stage: stage.to_owned(),
            outcome: outcome.map(str::to_owned),
            prev: self.head.clone(),
        };
        let mut text =
            serde_json::to_string(&line).map_err(|e| Error::failed("cannot write the journal").because(e))?;
        self.head = digest::sha256(text.as_bytes());
        self.sequence += 1;
        text.push('\n');
        append(&self.path, text.as_bytes()).map_err(|e| Error::io("write", &self.path, e))
    }
}

fn append(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn now() -> String {
    let micros = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|d| i64::try_from(d.as_micros()).ok())
        .unwrap_or(0);
    instant::write_rfc3339(micros)
}
