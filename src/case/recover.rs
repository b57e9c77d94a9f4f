//! What the next holder of the lock does after a crash: what does not exist is removed, what was begun and has no end
//! in the journal gets one (8-engineering, "Store"; decision 0009).

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::folder::REGISTER;
use super::journal::{Act, Journal, RECOVER, Unfinished};
use super::ledger::{Hashes, Ledger};
use super::register::{Register, Source, rejects_of};
use super::run::RunRecord;
use crate::base::digest::Hasher;
use crate::base::{Error, Kind, Place, Result, files};
use crate::engine::tables;

/// How deep below `out` something is written under a temporary name: `0001/lists/…`.
pub(super) const DEPTH: usize = 3;
/// What is written under a temporary name in the case's own folder.
const OURS: [&str; 4] = ["case.toml", "incident.toml", "facts.toml", "journal.jsonl"];

/// A case that has lost what its journal says was there is damaged: nothing in it is swept or written.
///
/// # Errors
/// Then.
pub(super) fn refuse_what_was_lost(root: &Path, journal: &Journal) -> Result<()> {
    // A case that is being made anew has neither yet.
    if !root.join("case.toml").is_file() {
        return Ok(());
    }
    if journal.is_empty() {
        return Err(lost(root, "journal, journal.jsonl"));
    }
    if journal.has_stored() && !root.join(REGISTER).is_file() {
        return Err(lost(root, "register of sources, store/sources.parquet"));
    }
    Ok(())
}

/// A case that has lost what it can't be read without.
pub(super) fn lost(root: &Path, what: &str) -> Error {
    Error::new(Kind::CaseUnusable, format!("the case {} has lost its {what}", root.display())).next(
        "put it back from a copy of the case, or make a new case from the same exports; nothing was changed",
    )
}

/// A case whose register or runs are not those that its journal names is damaged: an older copy was put back, a file was
/// changed or removed, or the end of the journal was cut. Nothing in it is swept or written: what the register at hand does
/// not name may be all there is.
///
/// # Errors
/// Then.
pub(super) fn refuse_what_differs(root: &Path, ledger: &Ledger) -> Result<()> {
    if let Some(register) = hash_of(root, REGISTER)?
        && ledger.names(REGISTER)
        && !ledger.allows(REGISTER, &register)
    {
        return Err(differs(root, REGISTER));
    }
    for (_, path) in runs(root)? {
        if let Some(record) = hash_of(root, &path)?
            && !ledger.allows_run(&path, &record)
        {
            return Err(differs(root, &path));
        }
    }
    match ledger.runs().find(|path| !root.join(path).is_file()) {
        Some(path) => Err(is_gone(root, path)),
        None => Ok(()),
    }
}

/// A file of the case is not the one that the journal names.
pub(super) fn differs(root: &Path, path: &str) -> Error {
    Error::new(Kind::CaseUnusable, "the file is not the one that the case's journal names")
        .at(Place::file(root.join(path)))
        .expected("the SHA-256 in journal.jsonl: it was changed, is an older copy, or the journal's end was cut")
        .next("put both back from one copy of the case, or make a new case from the same exports; nothing was changed")
}

/// A file of the case that the journal names is not there.
pub(super) fn is_gone(root: &Path, path: &str) -> Error {
    Error::new(Kind::CaseUnusable, "the file is gone: the case's journal says that it was written")
        .at(Place::file(root.join(path)))
        .next("put it back from a copy of the case, or make a new case from the same exports; nothing was changed")
}

/// The runs that have a folder, with the paths of their records.
///
/// # Errors
/// When the folder of runs can't be read.
pub(super) fn runs(root: &Path) -> Result<Vec<(u32, String)>> {
    let entries = files::entries(&root.join("runs"))?;
    let numbers = entries.iter().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut runs: Vec<(u32, String)> = numbers.map(|number| (number, record_path(number))).collect();
    runs.retain(|(_, path)| root.join(path).is_file());
    runs.sort_unstable();
    Ok(runs)
}

/// Where the record of a run is, below the case.
pub(super) fn record_path(number: u32) -> String {
    format!("runs/{number:04}/run.json")
}

/// What the act that ends has given its name to, by the hashes that are there.
///
/// # Errors
/// When a file can't be read.
pub(super) fn given(root: &Path, ledger: &Ledger) -> Result<Hashes> {
    let mut given = Hashes::new();
    for (path, sha256) in ledger.committing() {
        if hash_of(root, path)?.as_ref() == Some(sha256) {
            given.insert(path.clone(), sha256.clone());
        }
    }
    Ok(given)
}

fn hash_of(root: &Path, path: &str) -> Result<Option<String>> {
    let path = root.join(path);
    if !path.is_file() {
        return Ok(None);
    }
    // Whoever interrupts still wants to know what became of the act.
    let (mut file, mut hasher, mut piece) = (files::open_own(&path)?, Hasher::default(), vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut piece).map_err(|e| Error::io("read", &path, e))?;
        match piece.get(..read) {
            Some(bytes) if read > 0 => hasher.update(bytes),
            _ => return Ok(Some(hasher.hex())),
        }
    }
}

/// Removes what was written under a temporary name, where we write so: in the case's own folder, for the key, and among
/// deliverables. The store and the runs are swept by what they rest on, scratch folders by who uses them. Nobody else's
/// files are touched.
///
/// # Errors
/// When something can't be removed.
pub(super) fn sweep_pending(root: &Path) -> Result<()> {
    let own = OURS.map(|name| root.join(format!("{name}.{}", files::PENDING)));
    let torn = files::entries(root)?.into_iter().map(|entry| entry.path());
    let torn = torn.filter(|path| is_pending(path) && named(path).starts_with("journal.torn-"));
    own.into_iter().chain(torn).try_for_each(|path| files::remove(&path))?;
    for folder in ["keys", "out"] {
        let walked = WalkDir::new(root.join(folder)).follow_root_links(false);
        let mut entries = walked.min_depth(1).max_depth(DEPTH).into_iter();
        while let Some(entry) = entries.next() {
            let Ok(entry) = entry else { continue };
            if is_pending(entry.path()) {
                files::remove(entry.path())?;
                if entry.file_type().is_dir() {
                    entries.skip_current_dir();
                }
            }
        }
    }
    Ok(())
}

fn named(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Removes the store's files that the register does not name: they do not exist.
///
/// # Errors
/// When the register is damaged, or a file can't be removed.
pub(super) fn sweep_store(root: &Path) -> Result<()> {
    let store = root.join("store");
    let register = Register::read(&root.join(REGISTER))?;
    let named: BTreeSet<PathBuf> = register.sources().iter().flat_map(|s| files_of(&store, s)).collect();
    let walked = WalkDir::new(&store).follow_root_links(false).min_depth(2);
    for entry in walked.into_iter().flatten() {
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
    for entry in files::entries(&root.join("runs"))? {
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
    let mut tables = vec![rejects_of(&source.table), source.table.clone()];
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
    sync_folders(root)?;
    let given = given(root, journal.ledger())?;
    journal.end(&act, &format!("ended without a word: {}", came_to(root, &unfinished)?), given)
}

/// What became of an act, in words.
///
/// # Errors
/// When the register can't be read.
pub(super) fn came_to(root: &Path, unfinished: &Unfinished) -> Result<String> {
    Ok(match unfinished.act.verb.as_str() {
        "ingest" | "declare" => stored(root, &unfinished.act)?,
        "classify" => run_made(root, &unfinished.hash)?,
        "export" => "whether it wrote all its files is not known: export again".to_owned(),
        _ => "what it did is seen in the case".to_owned(),
    })
}

/// A folder that a killed process had made may not be durable in the one above it.
fn sync_folders(root: &Path) -> Result<()> {
    for folder in ["store", "runs", "out"] {
        let walked = WalkDir::new(root.join(folder)).follow_root_links(false).max_depth(DEPTH);
        let entries = walked.into_iter().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_dir()) {
            files::sync_folder(entry.path())?;
        }
    }
    files::sync_folder(root)
}

fn stored(root: &Path, act: &Act) -> Result<String> {
    let register = Register::read(&root.join(REGISTER))?;
    let known = |hash: &&String| register.sources().iter().any(|source| source.sha256 == **hash);
    Ok(match act.read.iter().filter(known).count() {
        0 => "nothing was stored".to_owned(),
        count if count == act.read.len() => "all was stored".to_owned(),
        count => format!("{count} of {} files are stored", act.read.len()),
    })
}

/// Whether a run has the act's line as its journal's head.
fn run_made(root: &Path, head: &str) -> Result<String> {
    for (number, path) in runs(root)? {
        let record = files::read_text(&root.join(path))?;
        if serde_json::from_str::<RunRecord>(&record).is_ok_and(|record| record.journal_head == head) {
            return Ok(format!("run {number:04} was made"));
        }
    }
    Ok("no run was made".to_owned())
}
