//! What the next holder of the lock does after a crash: what does not exist is removed, what was begun and has no end
//! in the journal gets one (8-engineering, "Store"; decision 0009).

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::journal::{Act, Journal, RECOVER, Unfinished};
use super::register::{Register, Source};
use super::run::RunRecord;
use crate::base::{Result, files};
use crate::engine::tables;

/// How deep below the case's folder something is written under a temporary name: `out/0001/lists/…`.
const DEPTH: usize = 4;

/// Removes what was written under a temporary name, anywhere but in the store, which is swept by the register.
///
/// # Errors
/// When something can't be removed.
pub(super) fn sweep_pending(root: &Path) -> Result<()> {
    let mut entries = WalkDir::new(root).max_depth(DEPTH).into_iter();
    while let Some(entry) = entries.next() {
        let Ok(entry) = entry else { continue };
        let is_below = |name: &str| entry.depth() == 1 && entry.file_name() == name;
        let is_folder = entry.file_type().is_dir();
        if is_folder && ["store", "runs", "tmp"].into_iter().any(is_below) {
            // The store and the runs are swept by what they rest on, scratch folders by who uses them.
            entries.skip_current_dir();
        } else if is_pending(entry.path()) {
            files::remove(entry.path())?;
            if is_folder {
                entries.skip_current_dir();
            }
        }
    }
    Ok(())
}

/// Removes the store's files that the register does not name: they do not exist.
///
/// # Errors
/// When the register is damaged, or a file can't be removed.
pub(super) fn sweep_store(root: &Path) -> Result<()> {
    let store = root.join("store");
    let register = Register::read(&store.join("sources.parquet"))?;
    let named: BTreeSet<PathBuf> = register.sources().iter().flat_map(|s| files_of(&store, s)).collect();
    for entry in WalkDir::new(&store).min_depth(2).into_iter().flatten() {
        let path = entry.path();
        let is_of_store = path.extension() == Some(OsStr::new("parquet")) && entry.file_type().is_file();
        if is_pending(path) || (is_of_store && !named.contains(path)) {
            files::remove(path)?;
        }
    }
    files::remove(&store.join(format!("sources.parquet.{}", files::PENDING)))
}

/// Removes the runs without a record: they do not exist.
///
/// # Errors
/// When one can't be removed.
pub(super) fn sweep_runs(root: &Path) -> Result<()> {
    for entry in fs::read_dir(root.join("runs")).into_iter().flatten().flatten() {
        let is_run = entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok());
        if is_run && !entry.path().join("run.json").exists() {
            files::remove(&entry.path())?;
        }
    }
    Ok(())
}

fn is_pending(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == files::PENDING)
}

/// The files that a source may have in the store.
fn files_of(store: &Path, source: &Source) -> Vec<PathBuf> {
    let mut tables = vec![format!("rejects/{}", source.table), source.table.clone()];
    // A table of another version of the program has at least a file of its own name.
    if let Ok(table) = tables::table(&source.table) {
        tables.extend(table.stored_tables().into_iter().map(|(name, _)| name));
    }
    tables.into_iter().map(|table| store.join(table).join(format!("{}.parquet", source.source))).collect()
}

/// Gives an act whose end is not in the journal the end that is found.
///
/// # Errors
/// When the case can't be read or the journal can't be written.
pub(super) fn record_unfinished(root: &Path, journal: &mut Journal) -> Result<()> {
    let Some(unfinished) = journal.unfinished().cloned() else {
        return Ok(());
    };
    let act = Act {
        verb: RECOVER.to_owned(),
        arguments: vec![unfinished.act.verb.clone(), format!("line={}", unfinished.sequence)],
        read: unfinished.act.read.clone(),
        wrote: Vec::new(),
    };
    journal.end(&act, &found(root, &unfinished)?)
}

/// What became of an act, in words.
fn found(root: &Path, unfinished: &Unfinished) -> Result<String> {
    let came_to = match unfinished.act.verb.as_str() {
        "ingest" | "declare" => stored(root, &unfinished.act)?,
        "classify" => run_made(root, &unfinished.hash),
        "export" => "whether it wrote all its files is not known: export again".to_owned(),
        _ => "what it did is seen in the case".to_owned(),
    };
    Ok(format!("ended without a word: {came_to}"))
}

fn stored(root: &Path, act: &Act) -> Result<String> {
    let register = Register::read(&root.join("store/sources.parquet"))?;
    let known = |hash: &&String| register.sources().iter().any(|source| source.sha256 == **hash);
    Ok(match act.read.iter().filter(known).count() {
        0 => "nothing was stored".to_owned(),
        count if count == act.read.len() => "all was stored".to_owned(),
        count => format!("{count} of {} files are stored", act.read.len()),
    })
}

/// Whether a run has the act's line as its journal's head.
fn run_made(root: &Path, head: &str) -> String {
    let runs = fs::read_dir(root.join("runs")).into_iter().flatten().flatten();
    let is_made = |entry: &fs::DirEntry| {
        let record = fs::read(entry.path().join("run.json")).unwrap_or_default();
        serde_json::from_slice::<RunRecord>(&record).is_ok_and(|record| record.journal_head == head)
    };
    match runs.into_iter().find(is_made) {
        Some(entry) => format!("run {} was made", entry.file_name().to_string_lossy()),
        None => "no run was made".to_owned(),
    }
}
