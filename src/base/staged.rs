//! A folder of files that belong together: all of them appear under their names, or none (decision 0009).
//!
//! They are made in a folder with a temporary name, on the same file system. Where the final folder is not there yet,
//! one rename gives them their place. Where it is, files with the same bytes stay as they are; of those that differ the
//! one that tells of the others goes first and comes last: while it is missing, the folder is not whole. Where none tells
//! of the others, all that differ go first.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::files::{self, PENDING};
use super::{Error, Place, Result};

/// Files being made for a folder. Dropped without commit, they are removed.
pub struct Staged {
    folder: PathBuf,
    temporary: PathBuf,
}

impl Staged {
    /// Begins; `folder` is where the files will stand. What an earlier process left there unfinished is removed.
    ///
    /// # Errors
    /// When the temporary folder can't be made.
    pub fn create(folder: &Path) -> Result<Self> {
        let temporary = if folder.is_dir() {
            folder.join(format!("unfinished.{PENDING}"))
        } else {
            let mut name: OsString = folder.file_name().unwrap_or_default().to_os_string();
            name.push(".");
            name.push(PENDING);
            folder.with_file_name(name)
        };
        files::remove(&temporary)?;
        let staged = Self { folder: folder.to_path_buf(), temporary };
        files::make_folder(&staged.temporary)?;
        Ok(staged)
    }

    /// The folder to make the files in, each durably.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.temporary
    }

    /// Gives the files their place; in each folder the one with the name `last` follows all others.
    ///
    /// # Errors
    /// When a file can't be removed or renamed, or a link is on its way. In a folder that was there before, `last` is missing then, or without one
    /// some of those that differ; it is whole again after the next commit.
    pub fn commit(self, last: Option<&str>) -> Result<()> {
        if !self.folder.is_dir() {
            return files::rename(&self.temporary, &self.folder);
        }
        let is_last = |name: &&PathBuf| name.file_name() == last.map(OsStr::new);
        let mut names = self.names()?;
        names.iter().try_for_each(|name| refuse_link_on_the_way(&self.folder, name))?;
        names.retain(|name| !files::are_equal(&self.temporary.join(name), &self.folder.join(name)));
        names.sort_by_key(|name| is_last(&name));
        // Where none tells of the others, all that differ go first: a set that is not whole must not look so.
        for name in names.iter().filter(|name| last.is_none() || is_last(name)) {
            let place = self.folder.join(name);
            if let Some(folder) = place.parent().filter(|folder| folder.is_dir()) {
                files::remove(&place)?;
                // That it is gone is durable before any new file stands beside old ones.
                files::sync_folder(folder)?;
            }
        }
        for name in &names {
            let place = self.folder.join(name);
            files::make_folder(place.parent().unwrap_or(&self.folder))?;
            files::rename(&self.temporary.join(name), &place)?;
        }
        Ok(())
    }

    /// The files made, by their paths below the folder, in the order of their names.
    fn names(&self) -> Result<Vec<PathBuf>> {
        let mut names = Vec::new();
        for entry in WalkDir::new(&self.temporary).sort_by_file_name() {
            let entry = entry.map_err(|e| {
                Error::failed(format!("cannot read the folder {}", self.temporary.display())).because(e)
            })?;
            if !entry.file_type().is_dir()
                && let Ok(name) = entry.path().strip_prefix(&self.temporary)
            {
                names.push(name.to_path_buf());
            }
        }
        Ok(names)
    }
}

/// A link among the folders on the way would lead a file elsewhere, and what is replaced there would be somebody else's.
fn refuse_link_on_the_way(folder: &Path, name: &Path) -> Result<()> {
    for above in name.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()) {
        let path = folder.join(above);
        if path.is_symlink() {
            return Err(Error::failed("is a symbolic link: no file is written to where it leads")
                .at(Place::file(path))
                .next("remove it, or name another folder with --out; nothing was replaced"));
        }
    }
    Ok(())
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Gone already after a commit; what can't be removed is removed by the next one to begin here.
        let _ = files::remove(&self.temporary);
    }
}
