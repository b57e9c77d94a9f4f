//! The case folder: where everything lies, how it is made and opened.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::lock::CaseLock;
use super::register::Register;
use super::run::RunRecord;
use crate::base::{Error, Kind, Place, Result, digest, files};

/// Version of the folder's form.
const FORMAT: u32 = 1;
/// Bytes of a case key.
const KEY_BYTES: usize = 32;

/// What a new case starts from.
#[derive(Clone, Debug, Default)]
pub struct NewCase {
    /// The profile's text, as given.
    pub profile: String,
    /// The facts' text, when there are any yet.
    pub facts: Option<String>,
    /// The case key as hex, when one is given; else a new one is made.
    pub key: Option<String>,
}

/// An open case.
#[derive(Clone, Debug)]
pub struct Case {
    root: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct About {
    format: u32,
    name: String,
    created_with: String,
}

impl Case {
    /// Whether there is a case in that folder.
    #[must_use]
    pub fn exists(root: &Path) -> bool {
        root.join("case.toml").is_file()
    }

    /// Makes a new case. `case.toml` is written last: without it there is no case.
    ///
    /// # Errors
    /// When there is one already, the folder holds other files, or it can't be written.
    pub fn create(root: &Path, new: &NewCase) -> Result<Self> {
        if Self::exists(root) {
            return Err(Error::usage(format!("{} is a case already", root.display()))
                .next("name another folder, or go on with `highwater status` there"));
        }
        refuse_foreign_files(root)?;
        let case = Self { root: root.to_path_buf() };
        for folder in ["keys", "store", "runs", "out"] {
            files::make_folder(&root.join(folder))?;
        }
        case.write_key(new.key.as_deref())?;
        files::write(&root.join("incident.toml"), new.profile.as_bytes())?;
        if let Some(facts) = &new.facts {
            case.write_facts(facts)?;
        }
        let name = root.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // A JSON string is a TOML basic string too.
        let name =
            serde_json::to_string(&name).map_err(|e| Error::failed("cannot name the case").because(e))?;
        let text =
            format!("format = {FORMAT}\nname = {name}\ncreated_with = \"{}\"\n", env!("CARGO_PKG_VERSION"));
        files::write(&root.join("case.toml"), text.as_bytes())?;
        Ok(case)
    }

    fn write_key(&self, given: Option<&str>) -> Result<()> {
        let key = match given {
            Some(key) => key.trim().to_owned(),
            None => new_key()?,
        };
        let path = self.root.join("keys/case.key");
        files::write(&path, format!("{key}\n").as_bytes())?;
        only_owner(&path)
    }

    /// Opens a case.
    ///
    /// # Errors
    /// When there is none, or it is of a form that this version doesn't know.
    pub fn open(root: &Path) -> Result<Self> {
        let path = root.join("case.toml");
        if !path.is_file() {
            return Err(Error::usage(format!("{} is not a case: it has no case.toml", root.display()))
                .next(format!("make one: highwater init {} --incident NAME", root.display())));
        }
        let text = files::read_text(&path)?;
        let about: About = toml::from_str(&text).map_err(|e| {
            Error::new(Kind::CaseUnusable, "case.toml is damaged").at(Place::file(&path)).because(e)
        })?;
        if about.format != FORMAT {
            return Err(Error::new(Kind::CaseUnusable, format!("the case has format {}", about.format))
                .at(Place::file(&path))
                .expected(format!("format {FORMAT}"))
                .next("use the version of highwater that made it (created_with in case.toml)"));
        }
        Ok(Self { root: root.to_path_buf() })
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

    /// Where the engine spills and keeps what lives as long as one command; swept by the next holder of the lock.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        self.root.join("tmp")
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
        self.run_folder(number).join("quality").join("findings.parquet")
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
        files::read_text(&self.root.join("incident.toml"))
    }

    /// The facts' text, when the case has any.
    ///
    /// # Errors
    /// When they can't be read.
    pub fn facts_text(&self) -> Result<Option<String>> {
        let path = self.root.join("facts.toml");
        if path.exists() { files::read_text(&path).map(Some) } else { Ok(None) }
    }

    /// Declares the case's facts, in place of those that were there. Runs keep the hash of what they used.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn write_facts(&self, text: &str) -> Result<()> {
        files::write(&self.root.join("facts.toml"), text.as_bytes())
    }

    /// Takes the exclusive lock, recovers the journal and sweeps what a killed process left.
    ///
    /// # Errors
    /// When another process holds it, or the journal is damaged.
    pub fn lock(&self) -> Result<CaseLock> {
        CaseLock::take(&self.root)
    }

    /// The register of sources.
    ///
    /// # Errors
    /// When it is damaged.
    pub fn register(&self) -> Result<Register> {
        Register::read(&self.root.join("store/sources.parquet"))
    }

    /// The numbers of the runs that exist, ascending.
    #[must_use]
    pub fn runs(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = fs::read_dir(self.root.join("runs"))
            .into_iter()
            .flatten()
            .flatten()
            .filter(|entry| entry.path().join("run.json").is_file())
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        numbers.sort_unstable();
        numbers
    }

    /// The run asked for, or the newest.
    ///
    /// # Errors
    /// When there is none.
    pub fn choose_run(&self, asked: Option<u32>) -> Result<u32> {
        let runs = self.runs();
        match asked {
            Some(number) if runs.contains(&number) => Ok(number),
            Some(number) => {
                Err(Error::usage(format!("there is no run {number:04} in {}", self.root.display()))
                    .expected(format!("one of {runs:?}")))
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
        let path = self.run_folder(number).join("run.json");
        serde_json::from_str(&files::read_text(&path)?).map_err(|e| {
            Error::new(Kind::CaseUnusable, "the record of a run is damaged").at(Place::file(&path)).because(e)
        })
    }
}

/// A new random case key as hex.
///
/// # Errors
/// When the system has no randomness to give.
fn new_key() -> Result<String> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|e| Error::failed("the system gave no randomness for the case key").because(e))?;
    Ok(digest::hex(&bytes))
}

fn refuse_foreign_files(root: &Path) -> Result<()> {
    // What an interrupted `init` left may stay; anything else is somebody's.
    const OURS: [&str; 7] = ["keys", "store", "runs", "out", "tmp", "incident.toml", "facts.toml"];
    let foreign = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .find(|entry| !OURS.iter().any(|ours| entry.file_name() == *ours));
    match foreign {
        None => Ok(()),
        Some(entry) => {
            Err(Error::usage(format!("{} is not empty: it holds {}", root.display(), entry.path().display()))
                .next("name a folder that is empty or not there yet"))
        }
    }
}

#[cfg(unix)]
fn only_owner(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(|e| Error::io("protect", path, e))
}

#[cfg(not(unix))]
fn only_owner(_path: &Path) -> Result<()> {
    Ok(())
}
