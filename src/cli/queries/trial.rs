//! Fixtures, each in a case of its own, through the whole job: init, ingest, classify, export.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::super::{Ui, ingest};
use crate::base::progress::{Meter, Work};
use crate::base::{Error, Result, files, interrupt, panics, threads};
use crate::case::workbench::Limits;
use crate::case::{Case, NewCase};
use crate::classify;
use crate::classify::check::{self, Compared, Fixture};
use crate::classify::quality::FindingRow;
use crate::deliver;
use crate::engine::canned::Classify;
use crate::incident::{self, Facts, Profile};

/// Runs the query's fixtures and compares what each gives. Several run at a time, one thread each: they are small,
/// and mostly wait for the disk.
///
/// # Errors
/// When a fixture's files are not there, or the user interrupts; a job that fails is a finding.
pub(super) fn compared(query: &Classify, ui: &Ui) -> Result<Vec<Compared>> {
    let fixtures = check::fixtures(&query.id)?;
    each(&query.id, &fixtures, ui, &|fixture, quiet| {
        let verdicts = Trial::begin()?.verdicts(query, fixture, quiet)?;
        Ok(check::compare(query, fixture, &verdicts))
    })
}

/// Runs the fixtures of quality findings and compares what each gives.
///
/// # Errors
/// As [`compared`].
pub(super) fn findings(ui: &Ui) -> Result<Vec<Compared>> {
    let fixtures = check::finding_fixtures()?;
    each(check::FINDINGS_CHECK, &fixtures, ui, &|fixture, quiet| {
        let findings = Trial::begin()?.findings(fixture, quiet)?;
        Ok(check::compare_findings(fixture, &findings))
    })
}

/// What is done with one fixture.
type Try<'t> = &'t (dyn Fn(&Fixture, &Ui) -> Result<Compared> + Sync);

fn each(name: &str, fixtures: &[Fixture], ui: &Ui, try_one: Try<'_>) -> Result<Vec<Compared>> {
    let work = ui.meter().steps(name, fixtures.len() as u64);
    let limits = Limits { threads: 1, ..ui.limits };
    let quiet = Ui::silent(limits);
    let next = AtomicUsize::new(0);
    let worker = || some(fixtures, &next, try_one, &quiet, &work);
    let mut compared = Vec::with_capacity(fixtures.len());
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers(ui.limits.threads))
            .map(|_| threads::start_in(scope, worker))
            .collect::<Result<_>>()?;
        for worker in workers {
            compared.extend(panics::joined(worker.join())??);
        }
        Ok::<(), Error>(())
    })?;
    compared.sort_by_key(|(index, _)| *index);
    Ok(compared.into_iter().map(|(_, compared)| compared).collect())
}

fn workers(threads: usize) -> usize {
    if threads > 0 { threads } else { thread::available_parallelism().map_or(1, NonZero::get) }
}

/// What one worker gets done: the next fixture that nobody has taken, until none is left.
fn some(
    fixtures: &[Fixture],
    next: &AtomicUsize,
    try_one: Try<'_>,
    ui: &Ui,
    work: &Work,
) -> Result<Vec<(usize, Compared)>> {
    let mut done = Vec::new();
    loop {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let Some(fixture) = fixtures.get(index) else {
            return Ok(done);
        };
        interrupt::check()?;
        work.say(fixture.name);
        let compared = try_one(fixture, ui).unwrap_or_else(|error| Compared::failed(fixture, &error));
        done.push((index, compared));
        work.advance(1);
    }
}

/// A temporary folder, removed when dropped.
struct Trial {
    folder: PathBuf,
}

impl Trial {
    /// Makes a new folder that nobody else can have prepared.
    ///
    /// # Errors
    /// When it can't be made.
    fn begin() -> Result<Self> {
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
    fn verdicts(&self, query: &Classify, fixture: &Fixture, ui: &Ui) -> Result<String> {
        let (case, number) = self.classified(fixture, || built_in_profile(&query.id), ui)?;
        let out = self.folder.join("verdicts");
        deliver::verdicts(&case, number, Some(&out), &Meter::silent())?;
        files::read_text(&out.join(format!("{}.csv", query.id)))
    }

    /// The quality findings of the fixture.
    ///
    /// # Errors
    /// When a step of the job fails.
    fn findings(&self, fixture: &Fixture, ui: &Ui) -> Result<Vec<FindingRow>> {
        let (case, number) = self.classified(fixture, no_profile, ui)?;
        classify::quality::read(&case.findings(number))
    }

    /// The job up to the run; `otherwise` gives the profile of a fixture that has none of its own.
    fn classified(
        &self,
        fixture: &Fixture,
        otherwise: impl FnOnce() -> Result<String>,
        ui: &Ui,
    ) -> Result<(Case, u32)> {
        let profile = match fixture.profile {
            Some(profile) => profile.text.to_owned(),
            None => otherwise()?,
        };
        let case = self.case(fixture, profile)?;
        let exports = self.exports(fixture)?;
        ingest::store(&case, &ingest::plan(&[exports], false)?, ui)?;
        let run = classify::run(&case, None, ui.limits, &Meter::silent())?;
        Ok((case, run.number))
    }

    fn case(&self, fixture: &Fixture, profile: String) -> Result<Case> {
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

fn no_profile() -> Result<String> {
    Err(Error::usage("the fixture has no profile").next("give it an incident.toml of its own"))
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
