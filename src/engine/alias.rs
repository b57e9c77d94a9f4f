//! Names for folders whose paths are not UTF-8: the engine takes UTF-8 only, our users' disks hold what they hold.
//!
//! Each such folder gets a symbolic link with an ASCII name in a private folder of the system's temporary one. The
//! engine is allowed the links and nothing else, so that the lock-down stays as tight.

use std::fs;
use std::path::{Path, PathBuf};

use crate::base::{Error, Kind, Result, files};

/// The links of one session; they go with it.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    folder: Option<PathBuf>,
    links: Vec<(PathBuf, PathBuf)>,
}

impl Aliases {
    /// Links for those of the folders that need one.
    ///
    /// # Errors
    /// When a folder is not there or a link can't be made.
    pub fn of<'f>(folders: impl IntoIterator<Item = &'f PathBuf>) -> Result<Self> {
        let mut aliases = Self::default();
        for folder in folders {
            let real = folder.canonicalize().map_err(|e| Error::io("find", folder, e))?;
            if real.to_str().is_none() {
                aliases.add(real)?;
            }
        }
        Ok(aliases)
    }

    fn add(&mut self, real: PathBuf) -> Result<()> {
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None => self.folder.insert(files::private_folder()?).clone(),
        };
        let link = folder.join(self.links.len().to_string());
        symbolic_link(&real, &link).map_err(|e| Error::io("link", &link, e))?;
        self.links.push((real, link));
        Ok(())
    }

    /// A canonical path as the engine is told it.
    ///
    /// # Errors
    /// When it is not UTF-8 and lies in no folder that has a link.
    pub fn text(&self, path: &Path) -> Result<String> {
        let below = |(real, link): &(PathBuf, PathBuf)| Some(link.join(path.strip_prefix(real).ok()?));
        let aliased = self.links.iter().find_map(below);
        let told = aliased.as_deref().unwrap_or(path);
        // A joined empty path ends in a separator, which the engine would take for part of the name.
        told.to_str().map(|text| text.trim_end_matches('/').to_owned()).ok_or_else(|| {
            Error::new(
                Kind::Usage,
                format!("the engine cannot use the path {}, which is not UTF-8", path.display()),
            )
            .next("put the case into a folder whose path is UTF-8")
        })
    }
}

#[cfg(unix)]
fn symbolic_link(real: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(real, link)
}

#[cfg(not(unix))]
fn symbolic_link(_real: &Path, _link: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other("links are not made on this system"))
}

impl Drop for Aliases {
    fn drop(&mut self) {
        // Only names go, never what they point at; what can't be removed lies in the system's temporary folder.
        for (_, link) in &self.links {
            let _ = fs::remove_file(link);
        }
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir(folder);
        }
    }
}
