//! A case holds folders and regular files, and nothing else. A case that somebody hands over may be made so that a link in
//! it leads what is written or removed elsewhere, or so that a pipe makes every command wait for ever: such a case is
//! refused before anything in it is opened.

use std::fs::{self, FileType};
use std::io;
use std::path::Path;

use walkdir::WalkDir;

use super::folder::{SCRATCH, STAGING};
use super::recover::DEPTH;
use crate::base::{Error, Kind, Place, Result};

/// The files in the case's own folder.
const FILES: [&str; 5] = ["case.toml", "incident.toml", "facts.toml", "journal.jsonl", "lock"];
/// Its folders, with how deep they are looked into: deliverables may be a million files, and whoever writes some looks at
/// the folders on its way.
const FOLDERS: [(&str, usize); 6] = [
    ("keys", usize::MAX),
    ("store", usize::MAX),
    ("runs", usize::MAX),
    (STAGING, usize::MAX),
    (SCRATCH, usize::MAX),
    ("out", DEPTH),
];

/// Refuses a case in whose folder is anything but folders and regular files where the program reads and writes.
///
/// # Errors
/// Then, and when a folder can't be read.
pub(super) fn refuse_foreign(root: &Path) -> Result<()> {
    for name in FILES {
        let path = root.join(name);
        if let Some(kind) = kind(&path)? {
            file(&path, kind)?;
        }
    }
    for (name, depth) in FOLDERS {
        let path = root.join(name);
        match kind(&path)? {
            Some(kind) if !kind.is_dir() => return Err(foreign(&path, kind, "a folder")),
            Some(_) => below(&path, depth)?,
            None => {}
        }
    }
    Ok(())
}

/// What is there; nothing where nothing is.
fn kind(path: &Path) -> Result<Option<FileType>> {
    match fs::symlink_metadata(path) {
        Ok(about) => Ok(Some(about.file_type())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("look at", path, e)),
    }
}

fn file(path: &Path, kind: FileType) -> Result<()> {
    if !kind.is_file() {
        return Err(foreign(path, kind, "a regular file"));
    }
    // The journal and the lock are written in place: what is written to one name of a file stands under the others too.
    let is_written_in_place = path.ends_with("journal.jsonl") || path.ends_with("lock");
    if is_written_in_place && has_other_names(path)? {
        return Err(Error::new(Kind::CaseUnusable, "the file has other names (hard links)")
            .at(Place::file(path))
            .expected("a file of this case alone, because it is written in place")
            .next("copy the case, so that it has files of its own: cp -r CASE COPY"));
    }
    Ok(())
}

#[cfg(unix)]
fn has_other_names(path: &Path) -> Result<bool> {
    let about = fs::symlink_metadata(path).map_err(|e| Error::io("look at", path, e))?;
    Ok(std::os::unix::fs::MetadataExt::nlink(&about) > 1)
}

#[cfg(not(unix))]
fn has_other_names(_path: &Path) -> Result<bool> {
    Ok(false)
}

/// What a command that runs beside this one removes meanwhile, and what nobody may enter, can lead nobody anywhere.
fn below(folder: &Path, depth: usize) -> Result<()> {
    for entry in WalkDir::new(folder).min_depth(1).max_depth(depth) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() || entry.file_type().is_file() => {}
            Ok(entry) => return Err(foreign(entry.path(), entry.file_type(), "a folder or a regular file")),
            Err(e) if is_harmless(e.io_error()) => {}
            Err(e) => {
                let what = format!("cannot look into the folder {}", folder.display());
                return Err(Error::failed(what).because(e));
            }
        }
    }
    Ok(())
}

fn is_harmless(error: Option<&io::Error>) -> bool {
    use io::ErrorKind::{NotFound, PermissionDenied};
    error.is_some_and(|e| matches!(e.kind(), NotFound | PermissionDenied))
}

fn foreign(path: &Path, kind: FileType, expected: &str) -> Error {
    let is = if kind.is_symlink() {
        "is a symbolic link"
    } else if kind.is_dir() {
        "is a folder"
    } else if kind.is_file() {
        "is a file"
    } else {
        "is a pipe, a socket or a device"
    };
    Error::new(Kind::CaseUnusable, is)
        .at(Place::file(path))
        .expected(format!("{expected}: a case holds nothing else"))
        .next("find out who put it there before you use this case; nothing was read, changed or removed")
}
