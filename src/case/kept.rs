//! Staging tables that are kept between runs: each is made again only when something that it rests on has changed.
//!
//! A kept table is a file `staging/<name>-<key>-<hash>.parquet`. The key is a hash of all that its rows follow from: the
//! program, the query, the sources, the cells of the parameter tables that the query names, and the keys of the staging
//! that it reads. So a table whose query does not say `as_of` outlives another as_of, and one that does is made anew.
//! The hash is that of the file, which the journal names when the act ends that made it: what is not what was written is
//! never read. Whoever removes the folder loses time and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::folder::Case;
use super::workbench::State;
use crate::base::{Result, digest, files, interrupt};
use crate::engine::canned::Staging;
use crate::engine::{ParameterTable, portability, tables};

/// Digits of a hash that stand in a file's name.
const DIGITS: usize = 32;

/// The kept tables of a case, for one state of it.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    /// Whether tables that are not there are kept from now on: only the holder of the case's lock may say so.
    pub may_write: bool,
    /// What each table rests on, as a hash: those of the store and of parameters by column, and staging as it is met.
    sources: BTreeMap<String, String>,
    parameters: Vec<ParameterTable>,
    keys: BTreeMap<String, String>,
    /// The files that were read or written.
    used: BTreeSet<PathBuf>,
    /// SHA-256 of the files that were written, by name.
    written: BTreeMap<String, String>,
}

impl Kept {
    /// The tables kept in a folder, for a state of the case and an engine of that version.
    ///
    /// # Errors
    /// When a table's contract is wrong.
    pub fn of(folder: PathBuf, state: State<'_>, engine: &str, may_write: bool) -> Result<Self> {
        let program = format!("{} {engine}", env!("CARGO_PKG_VERSION"));
        let mut sources = BTreeMap::new();
        for table in tables::all()? {
            let feeding = state.sources.iter().filter(|source| source.table == table.name);
            let feeding: Vec<&str> = feeding.map(|source| source.sha256.as_str()).collect();
            let of_table = hash(&[program.as_str(), &feeding.join(" ")]);
            let stored = table.stored_tables().into_iter().map(|(name, _)| format!("store_{name}"));
            sources.extend(stored.map(|name| (name, of_table.clone())));
        }
        let (parameters, keys, used) = (state.parameters.to_vec(), BTreeMap::new(), BTreeSet::new());
        Ok(Self { folder, may_write, sources, parameters, keys, used, written: BTreeMap::new() })
    }

    /// The key of a staging query. Queries are asked for in the order in which they run.
    pub fn key(&mut self, query: &Staging) -> String {
        let named: BTreeSet<String> = portability::tables(query.sql.text).into_iter().collect();
        let words: BTreeSet<&str> = words(query.sql.text).collect();
        let mut rests_on = vec![query.sql.text.to_owned(), format!("{:?}", query.group)];
        for name in named {
            let parameters = self.parameters.iter().find(|table| table.name == name);
            let of_parameters = parameters.map(|table| cells(table, &words));
            let known = self.keys.get(&name).or_else(|| self.sources.get(&name)).cloned();
            rests_on.extend(of_parameters.or(known).map(|hash| format!("{name} {hash}")));
        }
        let key = hash(&rests_on.iter().map(String::as_str).collect::<Vec<_>>());
        self.keys.insert(query.name.clone(), key.clone());
        key
    }

    /// The file of a table, when it is kept and is what was written: the journal names it with its hash. What can't be
    /// read is made anew.
    ///
    /// # Errors
    /// When the journal can't be read, or the user interrupts.
    pub fn find(&mut self, case: &Case, name: &str, key: &str) -> Result<Option<PathBuf>> {
        let begin = format!("{name}-{key}-");
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()).filter(|path| stem(path).starts_with(&begin)) {
            interrupt::check()?;
            let Ok(written) = digest::sha256_file(&path) else { continue };
            if case.names_staging(&file_name(&path), &written)? {
                return Ok(Some(self.using(path)));
            }
        }
        Ok(None)
    }

    /// SHA-256 of the files that were kept anew, by name, for the journal.
    pub fn written(&self) -> &BTreeMap<String, String> {
        &self.written
    }

    /// Where a table that is to be kept is written first.
    ///
    /// # Errors
    /// When there can't be such a folder.
    pub fn begin(&self, name: &str, key: &str) -> Result<PathBuf> {
        files::make_folder(&self.folder)?;
        Ok(self.folder.join(format!("{name}-{key}.{}", files::PENDING)))
    }

    /// Keeps a table that was written; its file.
    ///
    /// # Errors
    /// When it can't be read or renamed.
    pub fn keep(&mut self, written: &Path, name: &str, key: &str) -> Result<PathBuf> {
        let sha256 = digest::sha256_file(written)?;
        let hash = sha256.get(..DIGITS).unwrap_or(&sha256);
        let path = self.folder.join(format!("{name}-{key}-{hash}.parquet"));
        // Not made durable: after a crash its hash tells whether it is whole.
        files::rename(written, &path)?;
        self.written.insert(file_name(&path), sha256);
        Ok(self.using(path))
    }

    fn using(&mut self, path: PathBuf) -> PathBuf {
        self.used.insert(path.clone());
        path
    }

    /// Removes what the state at hand has no use for. Only for the holder of the case's lock.
    ///
    /// # Errors
    /// When a file can't be removed.
    pub fn sweep(&self) -> Result<()> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        entries
            .filter(|path| is_ours(path) && !self.used.contains(path))
            .try_for_each(|path| files::remove(&path))
    }
}

/// Removes the tables that a killed process did not finish. Only for the holder of the case's lock.
///
/// # Errors
/// When one can't be removed.
pub(super) fn sweep_pending(folder: &Path) -> Result<()> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_pending = |path: &PathBuf| path.extension() == Some(OsStr::new(files::PENDING));
    entries.filter(is_pending).try_for_each(|path| files::remove(&path))
}

fn is_ours(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("parquet")) && stem(path).starts_with("staging_")
}

fn stem(path: &Path) -> &str {
    path.file_stem().and_then(OsStr::to_str).unwrap_or_default()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn hash(parts: &[&str]) -> String {
    let joined = serde_json::json!(parts).to_string();
    let mut hash = digest::sha256(joined.as_bytes());
    hash.truncate(DIGITS);
    hash
}

/// The words of a query's text: what may be the name of a column.
fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// A hash of the cells of a parameter table in the columns that the words name. A star names none, and canned queries
/// take none of a parameter table (see the test below).
fn cells(table: &ParameterTable, words: &BTreeSet<&str>) -> String {
    let is_named: Vec<bool> = table.columns.iter().map(|(name, _)| words.contains(name.as_str())).collect();
    let rows = table.rows.iter().map(|row| {
        let named = row.iter().zip(&is_named).filter(|(_, is_named)| **is_named);
        named.map(|(cell, _)| cell).collect::<Vec<_>>()
    });
    hash(&[&serde_json::json!(rows.collect::<Vec<_>>()).to_string()])
}

#[cfg(test)]
mod tests {
    use crate::engine::canned;

    /// Else a table could rest on a parameter that its key knows nothing of.
    #[test]
    fn no_staging_query_takes_all_columns_of_a_parameter_table() {
        let mut named = 0;
        for query in canned::staging().unwrap() {
            let words: Vec<&str> = query.sql.text.split_whitespace().collect();
            for place in words.windows(3) {
                if let [table, "AS", alias] = place
                    && table.starts_with("param_")
                {
                    named += 1;
                    let star = format!("{}.*", alias.trim_end_matches([')', ',']));
                    assert!(
                        !words.iter().any(|word| word.trim_end_matches(',') == star),
                        "{}: {star}",
                        query.name
                    );
                }
            }
            assert!(!query.sql.text.contains("SELECT *"), "{} takes all columns of something", query.name);
        }
        assert!(named > 10, "only {named} parameter tables are named");
    }
}
