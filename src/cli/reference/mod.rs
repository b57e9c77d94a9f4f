//! The reference: what queries, reasons, findings, tables and verbs are, as pages.
//!
//! They are made of the sidecars, the contracts and the command line itself. `docs/` holds them as files
//! (`make docs` writes them, `tests/reference.rs` compares), `highwater queries explain` shows them on the terminal.

mod command_line;
mod findings;
mod page;
mod queries;
mod reasons;
mod tables;

use crate::base::nearest::unknown;
use crate::base::{Error, Result};
use crate::engine::canned::{self, Classify, Finding, Glossary, Quality, Reason, Staging};
pub use page::Page;

/// All that the pages are made of.
#[derive(Clone, Debug)]
struct Library {
    classify: Vec<Classify>,
    staging: Vec<Staging>,
    quality: Vec<Quality>,
    glossary: Glossary,
}

impl Library {
    fn read() -> Result<Self> {
        Ok(Self {
            classify: in_order(canned::classify_all()?),
            staging: canned::staging()?,
            quality: canned::quality()?,
            glossary: canned::glossary()?,
        })
    }

    fn reasons(&self) -> impl Iterator<Item = (&Classify, &Reason)> {
        self.classify.iter().flat_map(|query| query.reasons.iter().map(move |reason| (query, reason)))
    }

    fn findings(&self) -> impl Iterator<Item = (&Quality, &Finding)> {
        self.quality.iter().flat_map(|quality| quality.findings.iter().map(move |finding| (quality, finding)))
    }
}

/// A query stands after those whose verdicts it reads.
fn in_order(mut queries: Vec<Classify>) -> Vec<Classify> {
    let mut ordered: Vec<Classify> = Vec::with_capacity(queries.len());
    while !queries.is_empty() {
        let waits = |query: &Classify| {
            queries.iter().any(|other| other.id != query.id && queries::reads(query, &other.id))
        };
        let next = queries.iter().position(|query| !waits(query)).unwrap_or(0);
        ordered.push(queries.remove(next));
    }
    ordered
}

/// All pages of the reference, as `docs/` holds them.
///
/// # Errors
/// When a sidecar or a contract is wrong.
pub fn pages() -> Result<Vec<Page>> {
    let library = Library::read()?;
    let mut pages = vec![queries::all(&library), reasons::index(&library), findings::index(&library)];
    pages.extend(library.reasons().map(|(query, reason)| reasons::page(&library, query, reason)));
    pages.extend(library.findings().map(|(quality, finding)| findings::page(&library, quality, finding)));
    pages.push(tables::page(&library.glossary)?);
    pages.extend([command_line::page(), command_line::statuses()]);
    Ok(pages)
}

/// What `queries explain NAME` shows: the pages that a name can mean, each with the name that means it alone.
///
/// # Errors
/// When nothing has that name, or a sidecar is wrong.
pub(super) fn find(name: &str) -> Result<Vec<(String, Page)>> {
    let library = Library::read()?;
    let mut known: Vec<(String, String, Page)> = Vec::new();
    for query in &library.classify {
        known.push((query.id.clone(), query.id.clone(), queries::page(query)));
    }
    for (query, reason) in library.reasons() {
        let alone = format!("{}/{}", query.id, reason.code);
        known.push((reason.code.clone(), alone, reasons::page(&library, query, reason)));
    }
    for (quality, finding) in library.findings() {
        let alone = format!("findings/{}", finding.code);
        known.push((finding.code.clone(), alone, findings::page(&library, quality, finding)));
    }
    let is_meant = |(short, alone, _): &&(String, String, Page)| same(short, name) || same(alone, name);
    let found: Vec<(String, Page)> =
        known.iter().filter(is_meant).map(|(_, alone, page)| (alone.clone(), page.clone())).collect();
    if found.is_empty() {
        let names = known.iter().flat_map(|(short, alone, _)| [short.as_str(), alone.as_str()]);
        return Err(not_found(name, names));
    }
    Ok(found)
}

fn same(known: &str, written: &str) -> bool {
    known.eq_ignore_ascii_case(written)
}

fn not_found<'k>(name: &str, names: impl IntoIterator<Item = &'k str>) -> Error {
    unknown("query, reason or finding", name, names, "highwater queries list")
}
