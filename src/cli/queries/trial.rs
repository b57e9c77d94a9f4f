//! One fixture in a case of its own, through the whole job: init, ingest, classify, export.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::super::{Ui, ingest};
use crate::base::progress::Meter;
use crate::base::{Error, Result, files};
use crate::case::{Case, NewCase};
use crate::classify;
use crate::classify::check::Fixture;
use crate::deliver;
use crate::engine::canned::Classify;
use crate::incident::{self, Facts, Profile};

/// A temporary folder, removed when dropped.
pub(super) struct Trial {
    folder: PathBuf,
}

impl Trial {
    /// Makes a new folder that nobody else can have prepared.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn begin() -> Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("highwater-trial-{}-{number}", std::process::id()));
        make_private(&folder).map_err(|e| Error::io("make", &folder, e))?;
        Ok(Self { folder })
    }

    /// The verdicts that the query gives for the fixture, as `export verdicts` writes them.
    ///
    /// # Errors
    /// When a step of the job fails.
    pub fn verdicts(&self, query: &Classify, fixture: &Fixture, ui: &Ui) -> Result<String> {
        let case = self.case(query, fixture)?;
        let exports = self.exports(fixture)?;
        let quiet = Ui { quiet: true, json: false, verbose: 0, ..ui.clone() };
        ingest::store(&case, &[exports], &quiet)?;
        let run = classify::run(&case, None, ui.limits, &Meter::silent())?;
        let out = self.folder.join("verdicts");
        deliver::verdicts(&case, run.number, Some(&out), &Meter::silent())?;
        files::read_text(&out.join(format!("{}.csv", query.id)))
    }

    fn case(&self, query: &Classify, fixture: &Fixture) -> Result<Case> {
        let profile = match fixture.profile {
            Some(profile) => profile.text.to_owned(),
            None => built_in_profile(&query.id)?,
        };
        Profile::parse(&format!("{}/incident.toml", fixture.folder), &profile)?;
        let facts = fixture.facts.map(|facts| facts.text.to_owned());
        if let Some(facts) = fixture.facts {
            Facts::parse(facts.path, facts.text)?;
        }
        Case::create(&self.folder.join("case"), &NewCase { profile, facts, key: None })
    }

    fn exports(&self, fixture: &Fixture) -> Result<PathBuf> {
        let exports = self.folder.join("exports");
        for file in fixture.given.iter().chain(&fixture.sources) {
            let below = Path::new(file.path).strip_prefix(fixture.folder).unwrap_or(Path::new(file.path));
            files::write(&exports.join(below), file.text.as_bytes())?;
        }
        Ok(exports)
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        // A folder of temporary files that can't be removed harms nobody.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The first built-in profile that runs the query.
fn built_in_profile(query: &str) -> Result<String> {
    for built_in in incident::built_ins() {
        if built_in.profile()?.queries.iter().any(|id| id == query) {
            return Ok(built_in.file.text.to_owned());
        }
    }
    Err(Error::usage(format!("no built-in incident runs the query {query}"))
        .next("give the fixture an incident.toml of its own"))
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    fs::create_dir(folder)
}
