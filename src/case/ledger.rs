//! What the journal says of the case's own files: the SHA-256 of each that it names. An older copy put back, a file that
//! was changed or removed, and a journal whose end was cut are seen by it.
//!
//! What commits an act (the register of an ingest, the record of a run) is named by a line of the journal *before* it gets
//! its name, and again by the line that ends the act. Between the two, both the old file and the new one are right.

use std::collections::{BTreeMap, BTreeSet};

/// Hashes by path below the case, with `/`.
pub(super) type Hashes = BTreeMap<String, String>;

/// What is known of the files that the journal names.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    settled: Hashes,
    committing: Hashes,
    /// Records of runs that an earlier version of the program wrote down by their hash alone.
    runs: BTreeSet<String>,
    /// Runs that an earlier version found after a crash, without a hash.
    found: BTreeSet<String>,
}

impl Ledger {
    /// A line says what an act is about to give its name to.
    pub fn commit(&mut self, files: &Hashes) {
        self.committing.extend(files.clone());
    }

    /// A line says what became of the act.
    pub fn settle(&mut self, files: &Hashes) {
        self.committing.clear();
        self.settled.extend(files.clone());
    }

    /// A line of an earlier version of the program says what record a run has.
    pub fn add_run(&mut self, sha256: &str) {
        self.runs.insert(sha256.to_owned());
    }

    /// A line of an earlier version says that it found a run.
    pub fn add_found(&mut self, path: String) {
        self.found.insert(path);
    }

    /// What is about to get its name.
    pub fn committing(&self) -> &Hashes {
        &self.committing
    }

    /// The hash that a file must have; nothing where the journal does not name it.
    pub fn hash_of(&self, path: &str) -> Option<&str> {
        self.settled.get(path).map(String::as_str)
    }

    /// Whether a file with that hash may be there: it is what the journal names, or is just being put there.
    pub fn allows(&self, path: &str, sha256: &str) -> bool {
        let is = |known: Option<&String>| known.is_some_and(|known| known == sha256);
        is(self.settled.get(path)) || is(self.committing.get(path))
    }

    /// Whether the journal says anything of a file.
    pub fn names(&self, path: &str) -> bool {
        self.settled.contains_key(path) || self.committing.contains_key(path)
    }

    /// Whether the journal knows of a run with that record, which need not be there while it is being put there.
    pub fn allows_run(&self, path: &str, sha256: &str) -> bool {
        if self.names(path) {
            self.allows(path, sha256)
        } else {
            self.runs.contains(sha256) || self.found.contains(path)
        }
    }

    /// The records of runs that must be there.
    pub fn runs(&self) -> impl Iterator<Item = &str> {
        self.settled.keys().map(String::as_str).filter(|path| path.starts_with("runs/"))
    }
}
