//! The exclusive lock of a case: two processes never write one case.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::folder::{FACTS, REGISTER, SCRATCH, STAGING};
use super::inspect;
use super::journal::{self, Act, Journal};
use super::kept;
use super::ledger::Hashes;
use super::recover;
use super::register::Register;
use super::scratch;
use crate::base::files::{self, Pending, Synced};
use crate::base::{Error, Kind, Result};

/// Held while a case is written. Only its holder appends to the journal, replaces the register and sweeps what
/// a killed process left. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct CaseLock {
    root: PathBuf,
    journal: Journal,
    /// What was written since the last act ended, of which the journal keeps the hash.
    noted: Hashes,
    file: File,
}

impl CaseLock {
    /// Takes the lock for the command `verb`, recovers the journal and sweeps what a killed process left.
    pub(super) fn take(root: &Path, verb: &str) -> Result<Self> {
        inspect::refuse_foreign(root)?;
        let path = root.join("lock");
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        let mut file = files::private(files::unlinked(&mut options))
            .open(&path)
            .map_err(|e| Error::io("open the lock", &path, e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy(root, &mut file)),
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path, e)),
        }
        note_holder(&mut file, verb).map_err(|e| Error::io("write", &path, e))?;
        let journal = Journal::open(root.join("journal.jsonl"))?;
        recover::refuse_what_was_lost(root, &journal)?;
        recover::refuse_what_differs(root, journal.ledger())?;
        let mut lock = Self { root: root.to_path_buf(), journal, noted: Hashes::new(), file };
        lock.sweep()?;
        recover::record_unfinished(root, &mut lock.journal)?;
        Ok(lock)
    }

    /// Records that an act begins; returns the hash of the journal's line.
    ///
    /// # Errors
    /// When the journal can't be written.
    pub fn begin(&mut self, act: &Act) -> Result<String> {
        self.journal.begin(act)
    }

    /// Records how an act ended.
    ///
    /// # Errors
    /// When the journal can't be written; the act is done all the same, and the next holder of the lock records it.
    pub fn end(&mut self, act: &Act, outcome: &str) -> Result<()> {
        let mut files = std::mem::take(&mut self.noted);
        files.extend(recover::given(&self.root, self.journal.ledger())?);
        self.journal.end(act, outcome, files).map_err(|e| {
            Error::failed(format!("{} ended ({outcome}), but the journal could not say so", act.verb))
                .because(e)
                .next("see to the cause; the next command at this case records what it finds")
        })
    }

    /// Has the end of the act name a file of the case by its hash.
    pub(super) fn note(&mut self, path: &str, sha256: String) {
        self.noted.insert(path.to_owned(), sha256);
    }

    /// Declares the case's facts, in place of those that were there; the end of the act names them. Runs keep the hash of
    /// what they used.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn write_facts(&mut self, text: &str) -> Result<()> {
        let sha256 = files::write(&self.root.join(FACTS), text.as_bytes())?;
        self.note(FACTS, sha256);
        Ok(())
    }

    /// Records that an act failed and what is found of it, and hands on why: an error at the very last step comes after
    /// what commits. What the journal can't say now, the next holder of the lock records: the first error is the one to
    /// be told.
    pub fn failed(&mut self, act: &Act, why: Error) -> Error {
        let found = self.journal.unfinished().map(|unfinished| recover::came_to(&self.root, unfinished));
        let given = recover::given(&self.root, self.journal.ledger());
        if let (Some(Ok(came_to)), Ok(given)) = (found, given) {
            let mut files = std::mem::take(&mut self.noted);
            files.extend(given);
            let _ = self.journal.end(act, &format!("failed: {came_to}"), files);
        }
        why
    }

    /// Commits what was stored: from this rename on the register's sources exist. Returns the register's SHA-256.
    ///
    /// # Errors
    /// When it can't be written; which register stands then is seen by reading it.
    pub fn commit(&mut self, act: &Act, register: &Register) -> Result<String> {
        let register = register.write(&self.root.join(REGISTER))?;
        self.give_name(act, REGISTER, register)
    }

    /// Commits a run: from this rename on it exists. Returns the SHA-256 of its record.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn commit_run(&mut self, act: &Act, number: u32, record: &[u8]) -> Result<String> {
        let path = recover::record_path(number);
        let mut pending = Pending::create(&self.root.join(&path))?;
        pending.write_all(record).map_err(|e| Error::io("write", self.root.join(&path), e))?;
        self.give_name(act, &path, pending.sync()?)
    }

    /// The journal names the file first: whatever happens then, what is there is what some line of the journal says.
    fn give_name(&mut self, act: &Act, path: &str, file: Synced) -> Result<String> {
        let sha256 = file.sha256().to_owned();
        self.journal.commit(act, Hashes::from([(path.to_owned(), sha256.clone())]))?;
        file.commit()?;
        Ok(sha256)
    }

    /// Removes what does not exist: pending files, files of the store that the register does not name, runs
    /// without a record, scratch folders that nobody uses.
    ///
    /// # Errors
    /// When something can't be removed.
    pub fn sweep(&self) -> Result<()> {
        recover::sweep_pending(&self.root)?;
        recover::sweep_store(&self.root)?;
        recover::sweep_runs(&self.root)?;
        kept::sweep_pending(&self.root.join(STAGING))?;
        scratch::sweep(&self.root.join(SCRATCH))
    }
}

impl Drop for CaseLock {
    fn drop(&mut self) {
        // So that nobody is told of a holder who is gone. A killed one leaves its name, which is only read while
        // another one holds the lock, who has written its own.
        let _ = self.file.set_len(0);
    }
}

/// Who holds the lock, for whoever meets it.
fn note_holder(file: &mut File, verb: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    let note = format!("process {} (highwater {verb}, since {})\n", std::process::id(), journal::now());
    file.write_all(note.as_bytes())
}

fn busy(root: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    let known = file.take(200).read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
    let holder = if known { holder.trim() } else { "another process" };
    Error::new(Kind::CaseUnusable, format!("the case {} is in use by {holder}", root.display()))
        .next("wait until it has ended, then run the same command again")
}
