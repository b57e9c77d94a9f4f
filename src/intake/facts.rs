//! `facts.toml` in a given folder: it becomes the case's own where the case has none, and never in place of another.

use std::path::PathBuf;

use super::find::FACTS;
use crate::base::text::{counted, excerpt};
use crate::base::{Error, Result, digest, files, safe, toml_file};
use crate::case::Case;
use crate::incident::Facts;

/// A `facts.toml` in a given folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFacts {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
    /// SHA-256 of its text.
    pub sha256: String,
    /// Who declares them.
    pub by: String,
    /// How many coverages they declare.
    pub coverages: usize,
}

/// What becomes of facts that were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactsOutcome {
    /// The case had none: they are its facts now.
    Adopted,
    /// The case has the same.
    Same,
    /// The case has others, which stay.
    Ignored,
}

impl FoundFacts {
    /// The facts in the given folders.
    ///
    /// # Errors
    /// When they are wrong, or two of them differ.
    pub(super) fn in_folders(folders: &[PathBuf]) -> Result<Option<Self>> {
        let mut found: Option<Self> = None;
        for path in folders.iter().map(|folder| folder.join(FACTS)) {
            if !files::is_regular_or_absent(&path)? {
                continue;
            }
            let facts = Self::read(path)?;
            if let Some(other) = found.as_ref().filter(|other| other.text != facts.text) {
                let (one, other) = (safe::path(&other.path), safe::path(&facts.path));
                return Err(
                    Error::usage(format!("{one} and {other} differ")).expected("one facts.toml for a case")
                );
            }
            found = Some(facts);
        }
        Ok(found)
    }

    /// What becomes of them in a case.
    ///
    /// # Errors
    /// When the case's own facts can't be read.
    pub fn outcome(&self, case: &Case) -> Result<FactsOutcome> {
        Ok(match case.facts_text()? {
            None => FactsOutcome::Adopted,
            Some(known) if known == self.text => FactsOutcome::Same,
            Some(_) => FactsOutcome::Ignored,
        })
    }

    /// What a person must be told of it; nothing where nothing changes. `done` is false where it is only planned.
    #[must_use]
    pub fn words(&self, outcome: FactsOutcome, done: bool) -> Option<String> {
        let path = safe::path(&self.path);
        let what = match (outcome, done) {
            (FactsOutcome::Same, _) => return None,
            (FactsOutcome::Adopted, true) => format!("{path} is now the case's facts.toml"),
            (FactsOutcome::Adopted, false) => format!("{path} would become the case's facts.toml"),
            (FactsOutcome::Ignored, _) => {
                format!("the case keeps its own facts.toml; {path} differs and is not used")
            }
        };
        let coverages = counted(self.coverages as u64, "coverage");
        Some(format!(
            "facts: {what} ({coverages} declared by {}, SHA-256 {})",
            excerpt(&self.by),
            self.sha256
        ))
    }

    /// The same as data.
    #[must_use]
    pub fn json(&self, outcome: FactsOutcome) -> serde_json::Value {
        let outcome = match outcome {
            FactsOutcome::Adopted => "adopted",
            FactsOutcome::Same => "same",
            FactsOutcome::Ignored => "ignored",
        };
        serde_json::json!({
            "path": self.path.to_string_lossy(),
            "sha256": self.sha256,
            "declared_by": self.by,
            "coverages": self.coverages,
            "outcome": outcome,
        })
    }

    fn read(path: PathBuf) -> Result<Self> {
        let text = toml_file::load_text(&path)?;
        let facts = Facts::parse(&path.to_string_lossy(), &text)?;
        Ok(Self {
            path,
            sha256: digest::sha256(text.as_bytes()),
            text,
            by: facts.declared.map(|declared| declared.by).unwrap_or_default(),
            coverages: facts.coverages.len(),
        })
    }
}
