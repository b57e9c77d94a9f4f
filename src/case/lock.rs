//! The exclusive lock of a case: two processes never write one case.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::folder::SCRATCH;
use super::journal::{Act, Journal};
use super::register::Register;
use super::scratch;
use crate::base::{Error, Kind, Result, files};

/// Held while a case is written. Only its holder appends to the journal, replaces the register and sweeps what
/// a killed process left. The system releases it when the process ends, however it ends.
#[derive(Debug)]
pub struct CaseLock {
    root: PathBuf,
    journal: Journal,
    _file: File,
}

impl CaseLock {
    pub(super) fn take(root: &Path) -> Result<Self> {
        let path = root.join("lock");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|e| Error::io("open", &path, e))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy(root, &mut file)),
            Err(TryLockError::Error(e)) => return Err(Error::io("lock", &path, e)),
        }
        note_holder(&mut file).map_err(|e| Error::io("write", &path, e))?;
        let journal = Journal::open(root.join("journal.jsonl"))?;
        let lock = Self { root: root.to_path_buf(), journal, _file: file };
        lock.sweep()?;
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
    /// When the journal can't be written.
    pub fn end(&mut self, act: &Act, outcome: &str) -> Result<()> {
        self.journal.end(act, outcome)
    }

    /// Commits what was stored: from this rename on the register's sources exist.
    ///
    /// # Errors
    /// When it can't be written; the old register stands then.
    pub fn commit(&mut self, register: &Register) -> Result<()> {
        register.write(&self.root.join("store/sources.parquet"))
    }

    /// Removes what a killed process left half done: pending files, runs without a record, scratch
    /// folders that nobody uses.
    fn sweep(&self) -> Result<()> {
        for entry in walkdir::WalkDir::new(self.root.join("store")).into_iter().flatten() {
            if entry.path().extension().is_some_and(|e| e == files::PENDING) {
                remove(entry.path(), fs::remove_file(entry.path()))?;
            }
        }
        for entry in fs::read_dir(self.root.join("runs")).into_iter().flatten().flatten() {
            if !entry.path().join("run.json").exists() {
                remove(&entry.path(), fs::remove_dir_all(entry.path()))?;
            }
        }
        scratch::sweep(&self.root.join(SCRATCH))
    }
}

fn remove(path: &Path, result: std::io::Result<()>) -> Result<()> {
    result.map_err(|e| Error::io("remove", path, e))
}

fn note_holder(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "process {}", std::process::id())?;
    file.flush()
}

fn busy(root: &Path, file: &mut File) -> Error {
    let mut holder = String::new();
    let known = file.read_to_string(&mut holder).is_ok() && !holder.trim().is_empty();
    let holder = if known { holder.trim() } else { "another process" };
    Error::new(Kind::CaseUnusable, format!("the case {} is in use by {holder}", root.display()))
        .next("wait until it has ended, then run the same command again")
}
