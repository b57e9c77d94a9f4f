//! What an answer rests on is compared with its SHA-256 before it is used, once per command: the register and the records
//! of runs with the journal, the files of the store with the register, verdicts and findings with their run's record.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::folder::{ABOUT, FACTS, KEY, PROFILE};
use super::journal::Journal;
use super::ledger::Ledger;
use super::recover::{differs, is_gone, lost};
use crate::base::{Error, Result, digest, files};
use crate::engine::damaged;

/// The files that may change without making the case unusable, with what follows where one has.
const REMARKS: [(&str, &str); 3] = [
    (
        PROFILE,
        "incident.toml is not the profile that the case was made with: the next run answers for the one that is there now",
    ),
    (FACTS, "facts.toml was edited since the case took it: the next run rests on what it says now"),
    (
        KEY,
        "keys/case.key is not the key that the case was made with: pseudonyms and fingerprints no longer match those \
         made before. Put it back from a copy",
    ),
];

/// Facts that no act of the program put there.
const PLANTED: &str =
    "facts.toml was put into the case by hand: the journal does not name it, and the next run rests on it";

/// What the journal says, as far as it is whole.
#[derive(Clone, Debug)]
struct Said {
    ledger: Ledger,
    /// Why its end may not be the end that it had.
    end: Option<String>,
}

/// What was compared already, and what the journal said when it was last read.
#[derive(Debug)]
pub(super) struct Evidence {
    root: PathBuf,
    journal: Mutex<Option<(u64, Said)>>,
    compared: Mutex<BTreeSet<PathBuf>>,
}

impl Evidence {
    pub fn of(root: &Path) -> Self {
        Self { root: root.to_path_buf(), journal: Mutex::default(), compared: Mutex::default() }
    }

    /// Opens a file of the case that the journal names, compared with the hash that it has there; nothing where there is
    /// none, and the journal names none.
    ///
    /// # Errors
    /// When it is gone or differs, or the journal is damaged.
    pub fn open(&self, path: &str) -> Result<Option<File>> {
        let allowed = |ledger: &Ledger, sha256: &str| !ledger.names(path) || ledger.allows(path, sha256);
        match self.open_if(path, allowed)? {
            None if self.ledger()?.hash_of(path).is_some() => Err(is_gone(&self.root, path)),
            file => Ok(file),
        }
    }

    /// Opens the record of a run, which the journal must name.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_run(&self, path: &str) -> Result<File> {
        let allowed = |ledger: &Ledger, sha256: &str| ledger.allows_run(path, sha256);
        self.open_if(path, allowed)?.ok_or_else(|| is_gone(&self.root, path))
    }

    /// Whoever writes names a file in the journal first and gives it its name then. So a file that the journal does not
    /// name yet is looked at again as long as the journal grows.
    fn open_if(&self, path: &str, allowed: impl Fn(&Ledger, &str) -> bool) -> Result<Option<File>> {
        let full = self.root.join(path);
        loop {
            let length = self.journal_length()?;
            if fs::symlink_metadata(&full).is_err() {
                return Ok(None);
            }
            let mut file = files::open_own(&full)?;
            let sha256 = digest::sha256_of(&mut file, &full)?;
            if allowed(&self.ledger()?, &sha256) {
                file.seek(SeekFrom::Start(0)).map_err(|e| Error::io("read", &full, e))?;
                return Ok(Some(file));
            }
            if self.journal_length()? == length {
                return Err(differs(&self.root, path));
            }
        }
    }

    /// Compares any other file of the case with its hash.
    ///
    /// # Errors
    /// When it is not there, or differs.
    pub fn compare(&self, file: &Path, sha256: &str) -> Result<()> {
        if self.compared.lock().unwrap_or_else(PoisonError::into_inner).contains(file) {
            return Ok(());
        }
        if fs::symlink_metadata(file).is_err() {
            return Err(damaged(file).expected("a file: it is gone"));
        }
        let found = digest::sha256_of(&mut files::open_own(file)?, file)?;
        if found != sha256 {
            return Err(damaged(file).expected(format!("SHA-256 {sha256}, found {found}")));
        }
        self.compared.lock().unwrap_or_else(PoisonError::into_inner).insert(file.to_path_buf());
        Ok(())
    }

    /// Whether the journal names a file with that hash.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn names(&self, path: &str, sha256: &str) -> Result<bool> {
        Ok(self.ledger()?.allows(path, sha256))
    }

    /// A run that the journal names and that is not there was removed: without this the one before it would be the newest.
    ///
    /// # Errors
    /// Then, or when the journal is damaged.
    pub fn refuse_lost_runs(&self) -> Result<()> {
        match self.ledger()?.runs().find(|path| !self.root.join(path).is_file()) {
            Some(path) => Err(is_gone(&self.root, path)),
            None => Ok(()),
        }
    }

    /// What is not as the journal says, though no answer that was given rests on it.
    ///
    /// # Errors
    /// When a file or the journal can't be read.
    pub fn remarks(&self) -> Result<Vec<String>> {
        let Said { ledger, end } = self.said()?;
        let mut remarks: Vec<String> = end.into_iter().collect();
        for (path, words) in REMARKS {
            let now = self.hash_now(path)?;
            let is_told = ledger.hash_of(ABOUT).is_some();
            if path == FACTS && is_told && now.is_some() && ledger.hash_of(path).is_none() {
                remarks.push(PLANTED.to_owned());
            }
            let Some(known) = ledger.hash_of(path) else { continue };
            if now.is_none() {
                remarks.push(format!("{path} is gone. Put it back from a copy"));
            } else if now.as_deref() != Some(known) {
                remarks.push(words.to_owned());
            }
        }
        if ledger.hash_of(ABOUT).is_none() {
            remarks.push(
                "an earlier version of highwater made this case: its journal holds no hash of the profile and the key, so \
                 that a change of them is not seen"
                    .to_owned(),
            );
        }
        Ok(remarks)
    }

    fn hash_now(&self, path: &str) -> Result<Option<String>> {
        let full = self.root.join(path);
        if fs::symlink_metadata(&full).is_err() {
            return Ok(None);
        }
        digest::sha256_of(&mut files::open_own(&full)?, &full).map(Some)
    }

    fn journal_path(&self) -> PathBuf {
        self.root.join("journal.jsonl")
    }

    fn journal_length(&self) -> Result<u64> {
        let path = self.journal_path();
        match fs::symlink_metadata(&path) {
            Ok(about) => Ok(about.len()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                Err(lost(&self.root, "journal, journal.jsonl"))
            }
            Err(e) => Err(Error::io("look at", &path, e)),
        }
    }

    /// What the journal says now. It only ever grows, so that its length tells whether there is more to read.
    fn ledger(&self) -> Result<Ledger> {
        self.said().map(|said| said.ledger)
    }

    fn said(&self) -> Result<Said> {
        let mut known = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let length = self.journal_length()?;
        match &*known {
            Some((read, said)) if *read == length => Ok(said.clone()),
            _ => {
                let (journal, torn) = Journal::read(self.journal_path())?;
                let said = Said { ledger: journal.ledger().clone(), end: end(&journal, torn.is_some()) };
                *known = Some((length, said.clone()));
                Ok(said)
            }
        }
    }
}

/// What is said of a journal that does not end with the end of an act: a crash leaves it so, and whoever cuts it.
fn end(journal: &Journal, is_torn: bool) -> Option<String> {
    if is_torn {
        return Some(
            "the last line of the journal is cut off: the next command that writes sets it aside".to_owned(),
        );
    }
    let unfinished = journal.unfinished()?;
    Some(format!(
        "the journal says that {} began, and not how it ended: it was killed, or is still at work, or the journal's end \
         was cut. The next command that writes records what it finds",
        unfinished.act.verb
    ))
}
