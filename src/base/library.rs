//! The files that travel inside the binary: queries, contracts, profiles, message files.

use include_dir::{Dir, include_dir};

use super::{Error, Result};

static QUERIES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/queries");

/// One embedded file.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// Its path below `queries/`, with `/` on every system.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// The embedded file at `path`, which is relative to `queries/`.
///
/// # Errors
/// When there is no such file, or it is not UTF-8.
pub fn read(path: &str) -> Result<Embedded> {
    QUERIES
        .get_file(path)
        .and_then(embedded)
        .ok_or_else(|| Error::failed(format!("queries/{path} is not part of this program")))
}

/// All embedded files directly in a folder of `queries/` whose names end in `.ending`, sorted by path.
#[must_use]
pub fn list(folder: &str, ending: &str) -> Vec<Embedded> {
    let mut files: Vec<Embedded> = QUERIES
        .get_dir(folder)
        .into_iter()
        .flat_map(Dir::files)
        .filter(|f| f.path().extension().is_some_and(|e| e == ending))
        .filter_map(embedded)
        .collect();
    files.sort_by_key(|f| f.path);
    files
}

/// The folders directly in a folder of `queries/`, sorted, as paths below `queries/`.
#[must_use]
pub fn folders(folder: &str) -> Vec<&'static str> {
    let mut folders: Vec<&str> = QUERIES
        .get_dir(folder)
        .into_iter()
        .flat_map(Dir::dirs)
        .filter_map(|d| d.path().to_str())
        .collect();
    folders.sort_unstable();
    folders
}

fn embedded(file: &'static include_dir::File<'static>) -> Option<Embedded> {
    Some(Embedded {
        path: file.path().to_str()?,
        text: file.contents_utf8()?,
    })
}
