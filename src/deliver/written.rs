//! Files that were written: where, how many rows, which bytes. Also the one way they are written.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::base::files::Pending;
use crate::base::staged::Staged;
use crate::base::{Error, Result, interrupt};
use crate::case::{Act, CaseLock};

/// One file that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrittenFile {
    /// Its path below the folder, with `/`.
    pub file: String,
    /// Its rows, without the header.
    pub rows: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// What an export wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The folder.
    pub folder: PathBuf,
    /// Its files, in the order in which they were written.
    pub files: Vec<WrittenFile>,
}

/// Records in the journal how an export ended, also when it failed.
///
/// # Errors
/// What made it fail, or the journal.
pub(super) fn ended(
    lock: &mut CaseLock,
    mut act: Act,
    made: Result<Vec<WrittenFile>>,
) -> Result<Vec<WrittenFile>> {
    match made {
        Ok(files) => {
            act.wrote = files.iter().map(|f| f.sha256.clone()).collect();
            lock.end(&act, "done")?;
            Ok(files)
        }
        Err(why) => {
            let kept = "the case as it was, this export wrote nothing";
            Err(lock.failed(&act, interrupt::kept(why, kept)))
        }
    }
}

/// Makes files that belong together: all appear in `folder`, or none; where they replace others, `last` follows all
/// others.
///
/// # Errors
/// What `make` says, or when the files can't be given their place.
pub(super) fn together(
    folder: &Path,
    last: Option<&str>,
    make: impl FnOnce(&Path) -> Result<Vec<WrittenFile>>,
) -> Result<Vec<WrittenFile>> {
    let staged = Staged::create(folder)?;
    let files = make(staged.path())?;
    staged.commit(last)?;
    Ok(files)
}

/// A text file being written in pieces; nothing stands under its name before [`HashedOut::finish`].
pub(super) struct HashedOut {
    path: PathBuf,
    pending: Pending,
}

impl HashedOut {
    /// Begins the file.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn create(path: &Path) -> Result<Self> {
        Ok(Self { path: path.to_path_buf(), pending: Pending::create(path)? })
    }

    /// Adds a piece.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn add(&mut self, piece: &[u8]) -> Result<()> {
        self.pending.write_all(piece).map_err(|e| Error::io("write", &self.path, e))
    }

    /// Makes the file durable and returns the SHA-256 of its bytes.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn finish(self) -> Result<String> {
        self.pending.commit()
    }
}
