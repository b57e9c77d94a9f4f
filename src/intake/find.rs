//! The files that an `ingest` is asked for: files, folders, patterns.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::links::Links;
use super::pattern::{Pattern, is_wild};
use crate::base::text::excerpt;
use crate::base::{Error, Place, Result, interrupt};

/// Endings of files that are read.
const ENDINGS: [&str; 3] = ["csv", "tsv", "txt"];
/// Files in a given folder that tell of the exports beside them.
pub(super) const SOURCES: &str = "sources.toml";
pub(super) const FACTS: &str = "facts.toml";

/// What was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    /// Files to read, sorted, each once.
    pub files: Vec<PathBuf>,
    /// Folders that were given, sorted.
    pub folders: Vec<PathBuf>,
    /// What was left aside, and why.
    pub left_aside: Vec<(PathBuf, &'static str)>,
}

/// Finds the files for each of `inputs`. An input may be a link wherever it leads: it was named. Below a folder, and among
/// what a pattern matches, a link may lead out only where `follow_links` says so.
///
/// # Errors
/// When one names nothing, or can't be read, or a link leads out.
pub(super) fn find(inputs: &[PathBuf], follow_links: bool) -> Result<Found> {
    let mut found = Found::default();
    for input in inputs {
        if input.is_dir() {
            let mut links = Links::below(input, follow_links)?;
            walk(input, &mut links, &mut found)?;
            links.refuse()?;
            found.folders.push(input.clone());
        } else if input.exists() {
            found.files.push(input.clone());
        } else {
            let matched = matching(input, follow_links, &mut found.left_aside)?;
            found.files.extend(matched);
        }
    }
    found.files.sort();
    each_once(&mut found);
    found.folders.sort();
    found.folders.dedup();
    if found.files.is_empty() {
        return Err(Error::usage("there is no file to read")
            .expected(format!("files that end in .{}", ENDINGS.join(", .")))
            .next("name a folder with exports, or the files themselves"));
    }
    Ok(found)
}

/// Skips what is reached a second time, by another link or another input. A file is read under the name with the fewest
/// links on its way: what `sources.toml` states, it states for the file, not for a link to it.
fn each_once(found: &mut Found) {
    let files = std::mem::take(&mut found.files);
    let mut best: BTreeMap<PathBuf, (usize, usize)> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        let real = fs::canonicalize(file).unwrap_or_else(|_| file.clone());
        let links = file.ancestors().filter(|part| part.is_symlink()).count();
        let known = best.entry(real).or_insert((links, index));
        *known = (*known).min((links, index));
    }
    let kept: BTreeSet<usize> = best.into_values().map(|(_, index)| index).collect();
    let (mut first, mut again) = (Vec::new(), Vec::new());
    for (index, file) in files.into_iter().enumerate() {
        if kept.contains(&index) { first.push(file) } else { again.push(file) }
    }
    found.files = first;
    // What was simply named twice needs no word.
    let by_another_name = again.into_iter().filter(|file| !found.files.contains(file));
    found.left_aside.extend(by_another_name.map(|file| (file, "a file that is read under another name")));
}

/// Walks a folder; links that may be followed are, loops of links left aside.
fn walk(folder: &Path, links: &mut Links, found: &mut Found) -> Result<()> {
    let mut entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        interrupt::check()?;
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                let path = e.path().unwrap_or(folder).to_path_buf();
                if e.loop_ancestor().is_none() {
                    return Err(Error::failed("cannot be read").at(Place::file(path)).because(e));
                }
                found.left_aside.push((path, "a link that leads back to a folder above it"));
                continue;
            }
        };
        let path = entry.path();
        let is_hidden = entry.depth() > 0 && is_hidden(&entry);
        let is_folder = entry.file_type().is_dir();
        // A hidden folder is not entered, wherever it is.
        if !(is_hidden && is_folder) && links.leads_out(&entry) {
            if is_folder {
                entries.skip_current_dir();
            }
        } else if is_folder {
            if is_hidden || is_case(path) {
                entries.skip_current_dir();
                let why = if is_hidden { "a hidden folder" } else { "a case" };
                found.left_aside.push((path.to_path_buf(), why));
            }
        } else if is_hidden {
            found.left_aside.push((path.to_path_buf(), "a hidden file"));
        } else if has_ending(path) {
            found.files.push(path.to_path_buf());
        } else if !(entry.depth() == 1 && [SOURCES, FACTS].iter().any(|name| entry.file_name() == *name)) {
            found.left_aside.push((path.to_path_buf(), "not CSV, by its name"));
        }
    }
    Ok(())
}

fn has_ending(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The files that a pattern such as `exports/users-*.csv` matches. What matches and can't be read is named later, as if
/// it had been named by itself; hidden folders and cases are left aside, as everywhere.
fn matching(
    pattern: &Path,
    follow_links: bool,
    left_aside: &mut Vec<(PathBuf, &'static str)>,
) -> Result<Vec<PathBuf>> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let text = pattern.to_string_lossy();
    let nothing = || {
        Error::usage(format!("there is no {}", excerpt(&text)))
            .expected("a file, a folder, or a pattern that matches some")
            .next("see what is there: ls")
    };
    if !is_wild(&text) {
        return Err(nothing());
    }
    let matcher = Pattern::new(&text)?;
    let is_plain = |part: &Path| !is_wild(&part.to_string_lossy());
    let root = pattern.ancestors().skip(1).find(|part| is_plain(part)).unwrap_or(Path::new(""));
    let start = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let depth = pattern.strip_prefix(root).map_or(1, |below| below.components().count());
    let depth = if text.contains("**") { usize::MAX } else { depth };
    let walked = WalkDir::new(start).follow_links(true).max_depth(depth).sort_by_file_name();
    let mut links = Links::below(start, follow_links)?;
    let is_asked_for = |path: &Path| matcher.is_match(path.strip_prefix("./").unwrap_or(path));
    // Whether what is there is looked at: a link that leads out is refused where it is a folder that would be entered, or
    // a file that is asked for.
    let mut may_enter = |entry: &DirEntry| {
        let why = aside(entry);
        left_aside.extend(why.map(|why| (entry.path().to_path_buf(), why)));
        let is_entered = entry.file_type().is_dir() && entry.depth() < depth;
        let is_met = is_entered || is_asked_for(entry.path());
        why.is_none() && !(is_met && links.leads_out(entry))
    };
    let mut files = Vec::new();
    for entry in walked.into_iter().filter_entry(|entry| may_enter(entry)) {
        interrupt::check()?;
        let path = match entry {
            Ok(entry) if entry.file_type().is_dir() => continue,
            Ok(entry) => entry.into_path(),
            Err(e) if e.loop_ancestor().is_some() => continue,
            Err(e) => {
                let path = e.path().unwrap_or(start).to_path_buf();
                if path.is_dir() {
                    return Err(Error::failed("cannot be read").at(Place::file(path)).because(e));
                }
                path
            }
        };
        files.push(path.strip_prefix("./").map(Path::to_path_buf).unwrap_or(path));
    }
    links.refuse()?;
    files.retain(|path| matcher.is_match(path));
    if files.is_empty() { Err(nothing()) } else { Ok(files) }
}

/// Why a folder is left aside, if it is.
fn aside(entry: &DirEntry) -> Option<&'static str> {
    match entry.depth() > 0 && entry.file_type().is_dir() {
        true if is_hidden(entry) => Some("a hidden folder"),
        true if is_case(entry.path()) => Some("a case"),
        _ => None,
    }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with('.')
}

fn is_case(folder: &Path) -> bool {
    folder.join("case.toml").is_file()
}
