//! Scratch folders: where one session of the engine spills, and keeps what lives as long as it does.
//!
//! Each session has a folder of its own, `tmp/<unique>/`, and holds a lock on `tmp/<unique>.lock` meanwhile. So verbs
//! that only read need no lock of the case, and whoever holds that lock can tell a folder in use from one that a killed
//! process left. The lock file comes before the folder and goes after it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::{Error, Result, files, interrupt};

const LOCK: &str = "lock";

/// A folder of one's own; it goes when this is dropped.
pub struct Scratch {
    folder: PathBuf,
    /// The lock file and the lock on it; none in the system's temporary folder, which nobody of ours sweeps.
    lock: Option<(PathBuf, File)>,
    /// Removes it when the process is ended in the middle; held, never called from here.
    _leaving: Arc<dyn Fn() + Send + Sync>,
}

impl Scratch {
    /// A folder below `within`, or in the system's temporary folder when nothing can be written there: a case on a
    /// medium that can only be read is readable all the same.
    ///
    /// # Errors
    /// When neither can be written.
    pub(super) fn take(within: &Path) -> Result<Self> {
        match Self::below(within) {
            Ok(scratch) => Ok(scratch),
            Err(error) => match files::private_folder() {
                Ok(folder) => Ok(Self::new(folder, None)),
                Err(_) => Err(error),
            },
        }
    }

    fn below(within: &Path) -> Result<Self> {
        if within.is_symlink() {
            return Err(Error::failed(format!("{} is a link", within.display())));
        }
        loop {
            files::make_folder(within)?;
            let name = files::unique_name()?;
            let path = within.join(format!("{name}.{LOCK}"));
            let file = match OpenOptions::new().create_new(true).write(true).open(&path) {
                Ok(file) => file,
                // A sweep took `within` away, which was empty, since it was made.
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                Err(e) => return Err(Error::io("write", &path, e)),
            };
            file.lock().map_err(|e| Error::io("lock", &path, e))?;
            // A sweep that came between the two took the file for one that was left.
            if path.exists() {
                let scratch = Self::new(within.join(&name), Some((path, file)));
                files::make_folder(&scratch.folder)?;
                return Ok(scratch);
            }
        }
    }

    fn new(folder: PathBuf, lock: Option<(PathBuf, File)>) -> Self {
        let (folder_left, lock_left) = (folder.clone(), lock.as_ref().map(|(path, _)| path.clone()));
        let leaving = interrupt::leaving(move || clear(&folder_left, lock_left.as_deref()));
        Self { folder, lock, _leaving: leaving }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        clear(&self.folder, self.lock.as_ref().map(|(path, _)| path.as_path()));
    }
}

/// What can't be removed now is swept by the next holder of the case's lock.
fn clear(folder: &Path, lock: Option<&Path>) {
    let _ = fs::remove_dir_all(folder);
    let Some(lock) = lock else { return };
    let _ = fs::remove_file(lock);
    if let Some(within) = lock.parent() {
        // Only the last one out succeeds.
        let _ = fs::remove_dir(within);
    }
}

/// Removes the scratch folders below `within` that nobody uses. Only for the holder of the case's lock.
///
/// # Errors
/// When one can't be looked at or removed.
pub(super) fn sweep(within: &Path) -> Result<()> {
    if within.is_symlink() {
        // What it points at is not ours.
        return files::remove(within);
    }
    for entry in fs::read_dir(within).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == LOCK) {
            sweep_unless_held(&path)?;
        } else if !path.with_extension(LOCK).exists() {
            files::remove(&path)?;
        }
    }
    // Fails while somebody has a folder in it, which is as it should be.
    let _ = fs::remove_dir(within);
    Ok(())
}

fn sweep_unless_held(lock: &Path) -> Result<()> {
    let file = match File::open(lock) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(Error::io("open", lock, e)),
    };
    match file.try_lock() {
        Ok(()) => {
            files::remove(&lock.with_extension(""))?;
            files::remove(lock)
        }
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(e)) => Err(Error::io("lock", lock, e)),
    }
}
