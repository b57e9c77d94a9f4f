//! Links among the exports: whoever hands over a folder must not choose what else of this machine is read.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::DirEntry;

use crate::base::{Error, Kind, Place, Result, safe};

/// Links that are named; more of them are counted.
const NAMED: usize = 20;

/// What is met of links below one folder.
pub(super) struct Links {
    /// The folder as it really is; nothing where links may lead anywhere.
    folder: Option<PathBuf>,
    /// Links that lead out of it, with where each leads.
    leading_out: Vec<(PathBuf, PathBuf)>,
}

impl Links {
    /// Looks at links below a folder, which may be reached through links itself: it was named.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn below(folder: &Path, follow_links: bool) -> Result<Self> {
        let real = || fs::canonicalize(folder).map_err(|e| Error::io("read", folder, e));
        let folder = if follow_links || !folder.exists() { None } else { Some(real()?) };
        Ok(Self { folder, leading_out: Vec::new() })
    }

    /// Whether an entry is a link that leads out of the folder, and may not. What leads nowhere leads nowhere else.
    pub fn leads_out(&mut self, entry: &DirEntry) -> bool {
        if entry.depth() == 0 || !entry.path_is_symlink() {
            return false;
        }
        let Some(target) = fs::canonicalize(entry.path()).ok().filter(|target| self.is_outside(target))
        else {
            return false;
        };
        self.leading_out.push((entry.path().to_path_buf(), target));
        true
    }

    fn is_outside(&self, target: &Path) -> bool {
        self.folder.as_ref().is_some_and(|folder| !target.starts_with(folder))
    }

    /// Refuses the links that were met.
    ///
    /// # Errors
    /// When one leads out.
    pub fn refuse(self) -> Result<()> {
        let count = self.leading_out.len();
        if count == 0 {
            return Ok(());
        }
        let each: Vec<Error> = self.leading_out.into_iter().take(NAMED).map(leads_out).collect();
        let what = match count {
            1 => "nothing was stored: a link leads out of the folder that was given".to_owned(),
            _ => format!("nothing was stored: {count} links lead out of the folder that was given"),
        };
        Err(Error::many(Kind::Usage, what, each)
            .next("remove the link, name its target itself, or allow all of them with --follow-links"))
    }
}

fn leads_out((link, target): (PathBuf, PathBuf)) -> Error {
    Error::usage(format!("is a link to {}", safe::path(&target))).at(Place::file(link))
}
