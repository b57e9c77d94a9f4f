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

use super::digest::Hasher;
use super::safe;
use super::{Error, Place, Result};

/// The rights of a file that only its owner may read and write.
const PRIVATE: u32 = 0o600;
/// The rights of a file that everybody may read.
const PUBLIC: u32 = 0o644;
/// The rights of a folder that only its owner may enter.
#[cfg(unix)]
const PRIVATE_FOLDER: u32 = 0o700;

/// The ending of names that are not committed yet; whoever holds the case's lock may sweep them.
pub const PENDING: &str = "pending";

/// A file being written under a temporary name beside its final one, hashed on its way. Nobody but its owner may read it,
/// not even while it is written. Dropped without commit, it is removed.
pub struct Pending {
    name: Name,
    file: Option<BufWriter<Hashing>>,
}

/// A file whose content is durable and which does not have its name yet. Dropped without commit, it is removed.
pub struct Synced {
    name: Name,
    sha256: String,
}

/// The two names of a file that is being written.
struct Name {
    path: PathBuf,
    temporary: PathBuf,
    is_given: bool,
}

/// Hashes what it writes, so that nobody has to read it again to know what was written.
struct Hashing {
    file: File,
    hasher: Hasher,
}

impl Pending {
    /// Begins a file that will be at `path`; makes its folder when there is none.
    ///
    /// # Errors
    /// When the folder or the temporary file can't be made.
    pub fn create(path: &Path) -> Result<Self> {
        Self::open(path, PRIVATE)
    }

    fn open(path: &Path, mode: u32) -> Result<Self> {
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let temporary = pending_name(path);
        // One that was left may be readable for others, or a link: it is replaced, never written through.
        match fs::remove_file(&temporary) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Error::io("replace", &temporary, e)),
            _ => {}
        }
        let mut options = OpenOptions::new();
        with_mode(options.write(true).create_new(true), mode);
        let file = options.open(&temporary).map_err(|e| Error::io("write", &temporary, e))?;
        let file = BufWriter::with_capacity(1 << 16, Hashing { file, hasher: Hasher::default() });
        Ok(Self { name: Name { path: path.to_path_buf(), temporary, is_given: false }, file: Some(file) })
    }

    /// Makes the content durable; the file has its temporary name still.
    ///
    /// # Errors
    /// When flushing or syncing fails: what was at the path before is there then.
    pub fn sync(mut self) -> Result<Synced> {
        let path = &self.name.path;
        let file = self.file.take().ok_or_else(|| committed(path))?;
        let written = file.into_inner().map_err(io::IntoInnerError::into_error);
        let Hashing { file, hasher } = written.map_err(|e| Error::io("write", path, e))?;
        file.sync_all().map_err(|e| Error::io("make durable", path, e))?;
        Ok(Synced { name: self.name, sha256: hasher.hex() })
    }

    /// Makes the file durable under its final name; returns the SHA-256 of its bytes.
    ///
    /// # Errors
    /// When flushing, syncing or renaming fails: what was there before is there then, unless only the last step,
    /// making the name durable, has failed.
    pub fn commit(self) -> Result<String> {
        let synced = self.sync()?;
        let sha256 = synced.sha256.clone();
        synced.commit()?;
        Ok(sha256)
    }
}

impl Synced {
    /// The SHA-256 of its bytes.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Gives the file its final name, durably.
    ///
    /// # Errors
    /// As [`Pending::commit`].
    pub fn commit(mut self) -> Result<()> {
        let Name { path, temporary, .. } = &self.name;
        fs::rename(temporary, path).map_err(|e| Error::io("give its name to", path, e))?;
        self.name.is_given = true;
        sync_folder(folder_of(&self.name.path))
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

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        // What can't be removed is swept by the next holder of the lock.
        if !self.is_given {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

fn committed(path: &Path) -> Error {
    Error::failed(format!("internal: {} is committed twice; please report this", safe::path(path)))
}

fn pending_name(path: &Path) -> PathBuf {
    let mut name: OsString = path.file_name().unwrap_or_default().to_os_string();
    name.push(".");
    name.push(PENDING);
    path.with_file_name(name)
}

/// Writes a whole file durably that nobody but its owner may read; returns the SHA-256 of its bytes.
///
/// # Errors
/// As [`Pending`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<String> {
    fill(Pending::create(path)?, bytes)?.commit()
}

/// As [`write`], for a file that everybody on the machine may read, as far as the user's umask lets them: a manual page.
///
/// # Errors
/// As [`Pending`].
pub fn write_public(path: &Path, bytes: &[u8]) -> Result<String> {
    fill(Pending::open(path, PUBLIC)?, bytes)?.commit()
}

fn fill(mut pending: Pending, bytes: &[u8]) -> Result<Pending> {
    pending.write_all(bytes).map_err(|e| Error::io("write", &pending.name.path, e))?;
    Ok(pending)
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
    regular(path, options.open(path))
}

/// As [`open_regular`], for a file of ours: a link in its place is not followed.
///
/// # Errors
/// As [`open_regular`]; also when it is a link.
pub fn open_own(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOFOLLOW);
    regular(path, options.open(path))
}

fn regular(path: &Path, opened: io::Result<File>) -> Result<File> {
    let file = opened.map_err(|e| Error::io("read", path, e))?;
    let about = file.metadata().map_err(|e| Error::io("read", path, e))?;
    if about.is_file() {
        return Ok(file);
    }
    Err(not_regular(path))
}

/// Whether a regular file is there, or a link to one; no where nothing is.
///
/// # Errors
/// When something else is there: what a person put there is not ignored without a word.
pub fn is_regular_or_absent(path: &Path) -> Result<bool> {
    if path.is_file() {
        return Ok(true);
    }
    if fs::symlink_metadata(path).is_ok() { Err(not_regular(path)) } else { Ok(false) }
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

/// Options that make a file which only its owner may read and write.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    with_mode(options, PRIVATE)
}

#[cfg(unix)]
fn with_mode(options: &mut OpenOptions, mode: u32) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(mode)
}

#[cfg(not(unix))]
fn with_mode(options: &mut OpenOptions, _mode: u32) -> &mut OpenOptions {
    options
}

/// Whether others than its owner may enter a folder that is there.
#[cfg(unix)]
#[must_use]
pub fn is_open_to_others(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(folder).is_ok_and(|about| about.is_dir() && about.permissions().mode() & 0o077 != 0)
}

/// Whether others than its owner may enter a folder that is there, where the system can say so.
#[cfg(not(unix))]
#[must_use]
pub fn is_open_to_others(_folder: &Path) -> bool {
    false
}

/// A builder of folders that nobody but their owner may enter.
fn private_folders() -> fs::DirBuilder {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, PRIVATE_FOLDER);
    builder
}

/// Takes group and others their rights on every file that this process makes from now on, whatever the user's umask is:
/// the query engine makes files of its own. Called once, before any thread starts.
#[cfg(unix)]
pub fn keep_private() {
    use nix::sys::stat::{Mode, umask};
    let others = Mode::S_IRWXG | Mode::S_IRWXO;
    let asked = umask(others);
    umask(asked | others);
}

/// Where the system has no umask, files get the rights of their folder.
#[cfg(not(unix))]
pub fn keep_private() {}

/// Whether two regular files are there and have the same bytes; what can't be read is not equal, nor is a link or a pipe,
/// which is not waited for.
#[must_use]
pub fn are_equal(one: &Path, other: &Path) -> bool {
    let read = |path: &Path| open_own(path).map(|file| io::BufReader::with_capacity(1 << 16, file));
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

/// Makes a folder and those above it, each durable in the one above: a file is no safer than its folder's name. What is
/// made, only its owner may enter; what is there keeps its rights.
///
/// # Errors
/// When one can't be made or synced.
pub fn make_folder(path: &Path) -> Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    make_folder(folder_of(path))?;
    match private_folders().create(path) {
        // Somebody else was faster: it is there, which is what was asked for.
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists || !path.is_dir() => {
            Err(Error::io("create the folder", path, e))
        }
        _ => sync_folder(folder_of(path)),
    }
}

/// The entries of a folder; none where there is no folder, or a link in its place: what a link leads to is not ours.
///
/// # Errors
/// When the folder can't be read.
pub fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>> {
    if !fs::symlink_metadata(folder).is_ok_and(|about| about.is_dir()) {
        return Ok(Vec::new());
    }
    let read = fs::read_dir(folder).and_then(Iterator::collect);
    match read {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(|e| Error::io("read the folder", folder, e)),
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
    private_folders().create(&path).map_err(|e| Error::io("create the folder", &path, e))?;
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
