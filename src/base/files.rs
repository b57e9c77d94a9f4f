//! The one durable write: temporary name, fsync, rename, fsync of the folder (decision 0009).
//!
//! What is promised: after [`Pending::commit`] returns, the whole file is there under its name, also after
//! a power cut; before that, what was there before is there, or nothing. When `commit` fails at its very last
//! step, the whole file may be there already, and a power cut may take it back: so whoever cleans up after a
//! failed commit looks at what is there instead of guessing. What is not promised: a folder's other entries.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Error, Place, Result};

/// The ending of names that are not committed yet; whoever holds the case's lock may sweep them.
pub const PENDING: &str = "pending";

/// A file being written under a temporary name beside its final one. Dropped without commit, it is removed.
pub struct Pending {
    path: PathBuf,
    temporary: PathBuf,
    file: Option<BufWriter<File>>,
    is_committed: bool,
}

impl Pending {
    /// Begins a file that will stand at `path`; makes its folder when there is none.
    ///
    /// # Errors
    /// When the folder or the temporary file can't be made.
    pub fn create(path: &Path) -> Result<Self> {
        Self::open(path, OpenOptions::new().write(true).create(true).truncate(true))
    }

    /// As [`Self::create`], for a file that nobody but its owner may read, not even while it is written.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn private(path: &Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        only_owner(&mut options);
        // A left one may be readable for others: its mode would stay.
        match fs::remove_file(pending_name(path)) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io("replace", path, e)),
            _ => Self::open(path, &options),
        }
    }

    fn open(path: &Path, options: &OpenOptions) -> Result<Self> {
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let temporary = pending_name(path);
        let file = options.open(&temporary).map_err(|e| Error::io("write", &temporary, e))?;
        let file = Some(BufWriter::with_capacity(1 << 16, file));
        Ok(Self { path: path.to_path_buf(), temporary, file, is_committed: false })
    }

    /// Makes the file durable under its final name.
    ///
    /// # Errors
    /// When flushing, syncing or renaming fails: what stood there before stands then, unless only the last step,
    /// making the name durable, has failed.
    pub fn commit(mut self) -> Result<()> {
        let Some(file) = self.file.take() else {
            return Ok(());
        };
        let written = file.into_inner().map_err(io::IntoInnerError::into_error);
        let file = written.map_err(|e| Error::io("write", &self.path, e))?;
        file.sync_all().map_err(|e| Error::io("make durable", &self.path, e))?;
        drop(file);
        fs::rename(&self.temporary, &self.path).map_err(|e| Error::io("give its name to", &self.path, e))?;
        self.is_committed = true;
        sync_folder(folder_of(&self.path))
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
        // What can't be removed is swept by the next holder of the lock.
        if !self.is_committed {
            drop(self.file.take());
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

fn pending_name(path: &Path) -> PathBuf {
    let mut name: OsString = path.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(PENDING);
    path.with_file_name(name)
}

/// Writes a whole file durably.
///
/// # Errors
/// As [`Pending`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fill(Pending::create(path)?, bytes)
}

/// Writes a whole file durably that nobody but its owner may read.
///
/// # Errors
/// As [`Pending`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    fill(Pending::private(path)?, bytes)
}

fn fill(mut pending: Pending, bytes: &[u8]) -> Result<()> {
    pending.write_all(bytes).map_err(|e| Error::io("write", &pending.path, e))?;
    pending.commit()
}

/// Opens a regular file to read it. Nothing else is waited for: opening a pipe or a device could last for ever.
///
/// # Errors
/// When it can't be opened, or is a folder, a pipe, a device or a socket.
pub fn open_regular(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path).map_err(|e| Error::io("read", path, e))?;
    let about = file.metadata().map_err(|e| Error::io("read", path, e))?;
    if about.is_file() {
        return Ok(file);
    }
    Err(not_regular(path))
}

/// That something is there which is not read, because it is not a regular file.
pub fn not_regular(path: &Path) -> Error {
    Error::usage("is not a file, but a folder, a pipe, a socket or a device")
        .at(Place::file(path))
        .next("write what it gives to a file, and name that; or leave it out")
}

/// Options that open no symbolic link: what it points at is not ours.
#[cfg(unix)]
pub fn unlinked(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.custom_flags(libc::O_NOFOLLOW)
}

/// Options that open no symbolic link, where the system can say so.
#[cfg(not(unix))]
pub fn unlinked(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(unix)]
fn only_owner(options: &mut OpenOptions) {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600);
}

#[cfg(not(unix))]
fn only_owner(_options: &mut OpenOptions) {}

/// Whether two files are there and have the same bytes; what can't be read is not equal.
#[must_use]
pub fn are_equal(one: &Path, other: &Path) -> bool {
    let read = |path: &Path| File::open(path).map(|file| io::BufReader::with_capacity(1 << 16, file));
    let (Ok(mut one), Ok(mut other)) = (read(one), read(other)) else { return false };
    loop {
        let (Ok(left), Ok(right)) = (one.fill_buf(), other.fill_buf()) else { return false };
        let shared = left.len().min(right.len());
        if left.get(..shared) != right.get(..shared) || (shared == 0 && left.len() != right.len()) {
            return false;
        }
        if shared == 0 {
            return true;
        }
        one.consume(shared);
        other.consume(shared);
    }
}

/// Gives a file or folder whose content is durable its final name, durably.
///
/// # Errors
/// When it can't be renamed, or its folder can't be synced; it has its final name then.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|e| Error::io("give its name to", to, e))?;
    sync_folder(folder_of(to))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// Reads a whole small file as UTF-8 text.
///
/// # Errors
/// When it can't be read or is not UTF-8.
pub fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| Error::io("read", path, e))
}

/// Makes a folder and those above it, each durable in the one above: a file is no safer than its folder's name.
///
/// # Errors
/// When one can't be made or synced.
pub fn make_folder(path: &Path) -> Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    make_folder(folder_of(path))?;
    match fs::create_dir(path) {
        // Somebody else was faster: it is there, which is what was asked for.
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists || !path.is_dir() => {
            Err(Error::io("create the folder", path, e))
        }
        _ => sync_folder(folder_of(path)),
    }
}

/// Makes the entries of a folder durable.
///
/// # Errors
/// When the folder can't be opened or synced.
pub fn sync_folder(path: &Path) -> Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let synced = File::open(path).and_then(|folder| folder.sync_all());
    synced.map_err(|e| Error::io("make durable the folder", path, e))
}

/// Removes a file or a whole folder; one that is not there is removed already.
///
/// # Errors
/// When it can't be removed.
pub fn remove(path: &Path) -> Result<()> {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|about| about.is_dir());
    let removed = if is_folder { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path, e)),
        _ => Ok(()),
    }
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
