//! Fixtures as they travel with the program: given exports and the verdicts that a person worked out for them.

use crate::base::Result;
use crate::base::library::{self, Embedded};

/// Where fixtures lie: one folder a query, in it one a fixture.
pub(super) const FOLDER: &str = "classify/fixtures";

/// One fixture: `classify/fixtures/<query>/<name>/`, or `quality/fixtures/<name>/`.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// Its folder, below `queries/`.
    pub folder: &'static str,
    /// Its name within the query.
    pub name: &'static str,
    /// Its own profile, else that of all fixtures beside it; without it, a built-in one that runs the query.
    pub profile: Option<Embedded>,
    /// What it declares: its own facts, else those of all fixtures of the query, else those of all fixtures.
    pub facts: Option<Embedded>,
    /// Custody facts of the given files.
    pub sources: Option<Embedded>,
    /// The exports: `given/<table>.csv`.
    pub given: Vec<Embedded>,
    /// Every verdict of the query: key columns, columns that are compared, `near_miss_of`, `why`. Of quality: every
    /// finding of the codes that it names.
    pub expected: Embedded,
}

/// Where the fixtures of quality findings lie.
pub(super) const FINDINGS: &str = "quality/fixtures";

/// The fixtures of quality findings, by name.
///
/// # Errors
/// When one has no `expected.csv`.
pub fn finding_fixtures() -> Result<Vec<Fixture>> {
    library::folders(FINDINGS).into_iter().map(|folder| fixture(FINDINGS, folder)).collect()
}

/// The fixtures of a query, by name.
///
/// # Errors
/// When one has no `expected.csv`.
pub fn fixtures(query: &str) -> Result<Vec<Fixture>> {
    library::folders(&format!("{FOLDER}/{query}"))
        .into_iter()
        .map(|folder| fixture(&format!("{FOLDER}/{query}"), folder))
        .collect()
}

fn fixture(beside: &str, folder: &'static str) -> Result<Fixture> {
    let own = |file: &str| library::read(&format!("{folder}/{file}"));
    let facts = own("facts.toml")
        .or_else(|_| library::read(&format!("{beside}/facts.toml")))
        .or_else(|_| library::read(&format!("{FOLDER}/facts.toml")));
    Ok(Fixture {
        folder,
        name: folder.rsplit('/').next().unwrap_or(folder),
        profile: own("incident.toml").or_else(|_| library::read(&format!("{beside}/incident.toml"))).ok(),
        facts: facts.ok(),
        sources: own("sources.toml").ok(),
        given: library::list(&format!("{folder}/given"), "csv"),
        expected: own("expected.csv")?,
    })
}
