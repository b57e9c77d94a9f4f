//! The files that travel inside the binary: queries, contracts, profiles, message files.

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::{Error, Result};

static QUERIES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/queries");
static SAMPLES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/sample_data");
/// A folder of samples is that of an incident when a built-in profile has its name.
const PROFILES: &str = "incidents";

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
    let mut folders: Vec<&str> =
        QUERIES.get_dir(folder).into_iter().flat_map(Dir::dirs).filter_map(|d| d.path().to_str()).collect();
    folders.sort_unstable();
    folders
}

/// The built-in incidents that have sample data, sorted.
#[must_use]
pub fn samples() -> Vec<&'static str> {
    let built_in: Vec<&str> = folders(PROFILES).into_iter().filter_map(|f| f.rsplit('/').next()).collect();
    let mut samples: Vec<&str> =
        SAMPLES.dirs().filter_map(|d| d.path().to_str()).filter(|name| built_in.contains(name)).collect();
    samples.sort_unstable();
    samples
}

/// One file of the sample data.
#[derive(Clone, Copy, Debug)]
pub struct SampleFile {
    /// Its path below the sample's folder.
    pub path: &'static Path,
    /// Its content.
    pub bytes: &'static [u8],
}

/// The files of an incident's sample data, sorted by path.
#[must_use]
pub fn sample_files(incident: &str) -> Vec<SampleFile> {
    let mut files = Vec::new();
    if let Some(folder) = SAMPLES.get_dir(incident) {
        collect(folder, incident, &mut files);
    }
    files.sort_by_key(|f| f.path);
    files
}

fn collect(folder: &'static Dir<'static>, root: &str, files: &mut Vec<SampleFile>) {
    for file in folder.files() {
        if let Ok(path) = file.path().strip_prefix(root) {
            files.push(SampleFile { path, bytes: file.contents() });
        }
    }
    for below in folder.dirs() {
        collect(below, root, files);
    }
}

fn embedded(file: &'static include_dir::File<'static>) -> Option<Embedded> {
    Some(Embedded { path: file.path().to_str()?, text: file.contents_utf8()? })
}
