//! The case folder: where everything lies, how it is made and opened.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;

use super::evidence::Evidence;
use super::inspect;
use super::lock::CaseLock;
use super::making::{self, Making, NewCase};
use super::recover;
use super::register::Register;
use super::run::RunRecord;
use super::scratch::Scratch;
use crate::base::{Error, Kind, Place, Result, toml_file};

/// Version of the folder's form.
pub(super) const FORMAT: u32 = 1;
/// Where sessions of the engine have their scratch folders.
pub(super) const SCRATCH: &str = "tmp";
/// Where staging tables are kept between runs.
pub(super) const STAGING: &str = "staging";
/// The register of sources.
pub(super) const REGISTER: &str = "store/sources.parquet";
/// The profile.
pub(super) const PROFILE: &str = "incident.toml";
/// What this case's exports can prove.
pub(super) const FACTS: &str = "facts.toml";
/// The key for pseudonyms and fingerprints.
pub(super) const KEY: &str = "keys/case.key";
/// What says that the folder is a case, and of which form.
pub(super) const ABOUT: &str = "case.toml";

/// How the journal names a kept staging table.
pub(super) fn staging_path(file: &str) -> String {
    format!("{STAGING}/{file}")
}

/// An open case.
#[derive(Clone, Debug)]
pub struct Case {
    root: PathBuf,
    evidence: Arc<Evidence>,
}

#[derive(Deserialize)]
struct About {
    format: u32,
}

impl Case {
    /// The case in that folder, which may not be whole yet.
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_path_buf(), evidence: Arc::new(Evidence::of(root)) }
    }

    /// Whether there is a case in that folder.
    #[must_use]
    pub fn exists(root: &Path) -> bool {
        root.join("case.toml").is_file()
    }

    /// Makes a new case.
    ///
    /// # Errors
    /// As [`Making::begin`] and [`Making::finish`].
    pub fn create(root: &Path, new: &NewCase) -> Result<Self> {
        Making::begin(root, new)?.finish()
    }

    /// Opens a case.
    ///
    /// # Errors
    /// When there is none, it is of a form that this version doesn't know, or it holds links, pipes or devices.
    pub fn open(root: &Path) -> Result<Self> {
        let path = root.join(ABOUT);
        if fs::symlink_metadata(&path).is_err() {
            let begun = root.join("journal.jsonl").is_file();
            if begun {
                making::refuse_beheaded(root)?;
            }
            let why = if begun { "its making was interrupted: it has no" } else { "it has no" };
            return Err(Error::usage(format!("{} is not a case: {why} case.toml", root.display()))
                .next(format!("make one: highwater init {} --incident NAME", root.display())));
        }
        inspect::refuse_foreign(root)?;
        let text = toml_file::load_text(&path).map_err(|e| {
            Error::new(Kind::CaseUnusable, "case.toml is damaged").at(Place::file(&path)).because(e)
        })?;
        let about: About = toml::from_str(&text).map_err(|e| {
            Error::new(Kind::CaseUnusable, "case.toml is damaged")
                .at(Place::file(&path))
                .because(e.message().to_owned())
        })?;
        if about.format != FORMAT {
            return Err(Error::new(Kind::CaseUnusable, format!("the case has format {}", about.format))
                .at(Place::file(&path))
                .expected(format!("format {FORMAT}"))
                .next("use the version of highwater that made it (created_with in case.toml)"));
        }
        let case = Self::at(root);
        case.evidence.open(ABOUT)?;
        Ok(case)
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file of a table that a source fed.
    #[must_use]
    pub fn stored(&self, table: &str, source: &str) -> PathBuf {
        self.root.join("store").join(table).join(format!("{source}.parquet"))
    }

    /// The store's folder.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    /// Where staging tables are kept between runs.
    #[must_use]
    pub fn staging(&self) -> PathBuf {
        self.root.join(STAGING)
    }

    /// A folder of one's own for one session of the engine; needs no lock of the case.
    ///
    /// # Errors
    /// When neither the case nor the system's temporary folder can be written.
    pub fn scratch(&self) -> Result<Scratch> {
        Scratch::take(&self.root.join(SCRATCH))
    }

    /// The folder of a run.
    #[must_use]
    pub fn run_folder(&self, number: u32) -> PathBuf {
        self.root.join("runs").join(format!("{number:04}"))
    }

    /// The verdicts that a query gave in a run.
    #[must_use]
    pub fn verdicts(&self, number: u32, query: &str) -> PathBuf {
        self.run_folder(number).join("verdicts").join(format!("{query}.parquet"))
    }

    /// The quality findings of a run.
    #[must_use]
    pub fn findings(&self, number: u32) -> PathBuf {
        self.run_folder(number).join("quality/findings.parquet")
    }

    /// The folder of a run's deliverables.
    #[must_use]
    pub fn out_folder(&self, number: u32) -> PathBuf {
        self.root.join("out").join(format!("{number:04}"))
    }

    /// The profile's text.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn profile_text(&self) -> Result<String> {
        let path = self.root.join(PROFILE);
        if fs::symlink_metadata(&path).is_err() {
            return Err(recover::is_gone(&self.root, PROFILE));
        }
        toml_file::load_text(&path)
    }

    /// The facts' text, when the case has any.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn facts_text(&self) -> Result<Option<String>> {
        let path = self.root.join(FACTS);
        if path.exists() { toml_file::load_text(&path).map(Some) } else { Ok(None) }
    }

    /// Refuses a folder for deliverables that is one of the case's own: what is not known there is swept.
    ///
    /// # Errors
    /// Then.
    pub fn refuse_own(&self, out: &Path) -> Result<()> {
        let full = |path: &Path| {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
            let known = path.ancestors().find(|above| above.exists()).unwrap_or(Path::new("."));
            let rest = path.strip_prefix(known).unwrap_or(Path::new(""));
            fs::canonicalize(known).map(|known| known.join(rest)).unwrap_or_else(|_| path.clone())
        };
        let (out, root) = (full(out), full(&self.root));
        let own = ["store", "runs", "keys", SCRATCH, STAGING].map(|folder| root.join(folder));
        if own.iter().any(|folder| out.starts_with(folder)) || out == root {
            return Err(Error::usage("deliverables can not lie in a folder of the case itself")
                .at(Place::file(out))
                .next("name a folder outside of the case, or leave --out away"));
        }
        match out.ancestors().find(|above| **above != root && Self::exists(above)) {
            Some(_) => Err(Error::usage("deliverables can't be written into another case")
                .at(Place::file(out))
                .next("name a folder outside of any case")),
            None => Ok(()),
        }
    }

    /// Takes the exclusive lock for the command `verb`, recovers the journal and sweeps what a killed process left.
    ///
    /// # Errors
    /// When another process holds it, or the journal is damaged.
    pub fn lock(&self, verb: &str) -> Result<CaseLock> {
        CaseLock::take(&self.root, verb)
    }

    /// The register of sources.
    ///
    /// # Errors
    /// When it is damaged, or is not the one that the journal names.
    pub fn register(&self) -> Result<Register> {
        let path = self.root.join(REGISTER);
        if let Some(file) = self.evidence.open(REGISTER)? {
            return Register::of(file, &path);
        }
        if !self.runs()?.is_empty() {
            return Err(Error::new(Kind::CaseUnusable, "the case has lost its register of sources")
                .at(Place::file(&path))
                .next("put it back from a copy of the case, or make a new case from the same exports"));
        }
        Ok(Register::default())
    }

    /// The numbers of the runs that exist, ascending.
    ///
    /// # Errors
    /// When one is gone that the journal names, or the journal is damaged.
    pub fn runs(&self) -> Result<Vec<u32>> {
        self.evidence.refuse_lost_runs()?;
        Ok(recover::runs(&self.root)?.into_iter().map(|(number, _)| number).collect())
    }

    /// Compares a file of the store, or of a run, with its SHA-256: once per command, however often it is used.
    ///
    /// # Errors
    /// When it is not there, or is not the one that was written.
    pub fn compare(&self, file: &Path, sha256: &str) -> Result<()> {
        self.evidence.compare(file, sha256)
    }

    /// Whether the journal names a kept staging table with that hash: a name alone can be forged with its file.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub(super) fn names_staging(&self, file: &str, sha256: &str) -> Result<bool> {
        self.evidence.names(&staging_path(file), sha256)
    }

    /// What is not as the journal says, one sentence each, though no answer rests on it: for `status` and whoever makes a
    /// run.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn remarks(&self) -> Result<Vec<String>> {
        self.evidence.remarks()
    }

    /// The run asked for, or the newest.
    ///
    /// # Errors
    /// When there is none.
    pub fn choose_run(&self, asked: Option<u32>) -> Result<u32> {
        let runs = self.runs()?;
        match asked.filter(|_| !runs.is_empty()) {
            Some(number) if runs.contains(&number) => Ok(number),
            Some(number) => {
                let known: Vec<String> = runs.iter().map(ToString::to_string).collect();
                Err(Error::usage(format!("there is no run {number} in {}", self.root.display()))
                    .expected(format!("a run that there is: {}", known.join(", "))))
            }
            None => runs.last().copied().ok_or_else(|| {
                Error::usage(format!("{} has no run yet", self.root.display()))
                    .next(format!("highwater classify {}", self.root.display()))
            }),
        }
    }

    /// The record of a run.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn run_record(&self, number: u32) -> Result<RunRecord> {
        let relative = recover::record_path(number);
        let path = self.root.join(&relative);
        let damaged =
            || Error::new(Kind::CaseUnusable, "the record of a run is damaged").at(Place::file(&path));
        let file = self.evidence.open_run(&relative)?;
        let record: RunRecord =
            serde_json::from_reader(BufReader::new(file)).map_err(|e| damaged().because(e))?;
        if record.id != record.id_of_inputs() {
            return Err(damaged()
                .expected("an id that is the hash of its inputs")
                .next("put it back from a copy of the case, or classify again in a new case"));
        }
        Ok(record)
    }
}
