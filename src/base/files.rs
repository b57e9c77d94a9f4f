//! The one durable write: temporary name, fsync, rename, fsync of the folder.
//!
//! What is promised: after [`Pending::commit`] returns, the whole file is there under its name, also after
//! a power cut; before that, nothing is there under its name. What is not: a folder's other entries.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Error, Result};

/// The ending of names that are not committed yet; whoever holds the case's lock may sweep them.
pub const PENDING: &str = "pending";

/// A file being written under a temporary name beside its final one. Dropped without commit, it is removed.
pub struct Pending {
    path: PathBuf,
    temporary: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Pending {
    /// Begins a file that will stand at `path`; makes its folder when there is none.
    ///
    /// # Errors
    /// When the folder or the temporary file can't be made.
    pub fn create(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".");
        name.push(PENDING);
        let temporary = path.with_file_name(name);
        let file = File::create(&temporary).map_err(|e| Error::io("write", &temporary, e))?;
        Ok(Self { path: path.to_path_buf(), temporary, file: Some(BufWriter::with_capacity(1 << 16, file)) })
    }

    /// Makes the file durable under its final name.
    ///
    /// # Errors
    /// When flushing, syncing or renaming fails; nothing stands under the final name then.
    pub fn commit(mut self) -> Result<()> {
        let result = self.finish();
        result.map_err(|e| Error::io("write", &self.path, e))
    }

    fn finish(&mut self) -> io::Result<()> {
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&self.temporary, &self.path)?;
        sync_folder(self.path.parent().unwrap_or(Path::new(".")))
    }
}

impl Write for Pending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::Error::other("the file is already committed")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.file {
            Some(file) => file.flush(),
            None => Ok(()),
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        drop(self.file.take());
        // Gone already after a commit; what can't be removed is swept by the next holder of the lock.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Writes a whole file durably.
///
/// # Errors
/// As [`Pending`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut pending = Pending::create(path)?;
    pending.write_all(bytes).map_err(|e| Error::io("write", path, e))?;
    pending.commit()
}

/// Reads a whole small file as UTF-8 text.
///
/// # Errors
/// When it can't be read or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| Error::io("read", path, e))
}

/// Makes a folder and those above it.
///
/// # Errors
/// When it can't be made.
pub fn make_folder(path: &Path) -> Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(path).map_err(|e| Error::io("create the folder", path, e))
}

/// Makes the entries of a folder durable.
///
/// # Errors
/// When the folder can't be opened or synced.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)?.sync_all()
}

/// Makes a new folder of our own in the system's temporary one, which only we may enter.
///
/// # Errors
/// When it can't be made or the system has no randomness to give.
pub fn private_folder() -> Result<PathBuf> {
    let path = std::env::temp_dir().join(format!("highwater-{}", unique_name()?));
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&path).map_err(|e| Error::io("create the folder", &path, e))?;
    Ok(path)
}

/// A name that nobody else has: 16 random hex digits.
///
/// # Errors
/// When the system has no randomness to give.
pub fn unique_name() -> Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|e| Error::failed("the system gave no randomness").because(e))?;
    Ok(super::digest::hex(&bytes))
}
