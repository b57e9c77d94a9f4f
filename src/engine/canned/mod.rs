//! Canned queries as they travel with the program: a `.sql` file and its `.toml` sidecar (8-engineering, "Queries").

mod classify;
mod needs;
mod quality;
mod staging;

use std::collections::BTreeSet;

use crate::base::Result;
use crate::base::library::{self, Embedded};
use crate::base::toml_file::{self, Section};

pub use classify::{
    Classify, Column, ColumnType, Reason, SlicedViews, classify, classify_all, classify_from,
};
pub use needs::{Need, Place};
pub use quality::{Finding, Quality, SEVERITIES, quality, quality_from};
pub use staging::{Group, Staging, StagingKind, staging, staging_for, staging_of};

/// A word and what it means: a state, a word of exact tests, a severity, a type.
#[derive(Clone, Debug)]
pub struct Word {
    /// The word.
    pub word: String,
    /// What it means.
    pub means: String,
}

/// Words that hold for all queries, by kind: what terms, severities and types of columns mean.
#[derive(Clone, Debug)]
pub struct Glossary {
    /// Words of exact tests.
    pub terms: Vec<Word>,
    /// Severities of findings, the heaviest first.
    pub severities: Vec<Word>,
    /// Types of columns, of verdicts and of canonical tables.
    pub types: Vec<Word>,
}

/// What the words mean that hold for all queries.
///
/// # Errors
/// When the file is wrong.
pub fn glossary() -> Result<Glossary> {
    let file = library::read("reference/words.toml")?;
    toml_file::read(file.path, file.text, |file| {
        file.format(1);
        Glossary {
            terms: words(file, "term"),
            severities: words(file, "severity"),
            types: words(file, "type"),
        }
    })
}

/// All codes of reasons and findings, the reason of a gap in the rules among them.
///
/// # Errors
/// When a sidecar is wrong.
pub fn codes() -> Result<BTreeSet<String>> {
    let reasons = classify_all()?.into_iter().flat_map(|query| query.reasons).map(|reason| reason.code);
    let findings = quality()?.into_iter().flat_map(|quality| quality.findings).map(|finding| finding.code);
    Ok(reasons.chain(findings).chain(["RULE_GAP".to_owned()]).collect())
}

fn words(file: &Section<'_>, key: &str) -> Vec<Word> {
    let word = |section: &Section<'_>| Word {
        word: section.required_text("word").unwrap_or_default(),
        means: english(section, "means"),
    };
    file.sections(key).iter().map(word).collect()
}

/// The English words of `key`, which must be there.
fn english(section: &Section<'_>, key: &str) -> String {
    section.required_section(key).and_then(|words| words.required_text("en")).unwrap_or_default()
}

fn sql_of(sidecar: Embedded) -> Result<Embedded> {
    library::read(&sidecar.path.replace(".toml", ".sql"))
}
