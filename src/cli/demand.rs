//! What the caller asks to fail on although the work is done: rejected input (`--strict`) and findings (`--fail-on`).
//! Everything is written all the same; the exit status is 3.

use std::path::Path;

use crate::base::nearest::nearest;
use crate::base::text::{counted, grouped, shell_word};
use crate::base::{Error, Kind, Result};
use crate::case::FindingRecord;
use crate::engine::canned;

/// What was not read: records, and cells of records that were stored.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rejected {
    /// Records.
    pub records: u64,
    /// Cells.
    pub cells: u64,
}

impl Rejected {
    /// In words; nothing where all was read.
    pub fn words(self) -> Option<String> {
        let were = if self.records == 1 { "was" } else { "were" };
        let records = format!("{} {were} rejected", counted(self.records, "record"));
        let cells = counted(self.cells, "cell");
        match (self.records, self.cells) {
            (0, 0) => None,
            (_, 0) => Some(records),
            (0, _) => Some(format!("{cells} could not be read")),
            _ => Some(format!("{records}, and {cells} of other records could not be read")),
        }
    }

    /// Fails when something was rejected. `done` says what was done all the same.
    ///
    /// # Errors
    /// Then.
    pub fn strict(self, case: &Path, done: &str) -> Result<()> {
        match self.words() {
            None => Ok(()),
            Some(words) => Err(Error::new(Kind::Rejected, format!("{words}; {done}"))
                .expected("nothing rejected, because of --strict")
                .next(show(case, "rejects"))),
        }
    }
}

/// Reads one value of `--fail-on`: the code of a finding, or a severity, which stands for it and all heavier ones.
pub(super) fn fail_on(text: &str) -> std::result::Result<String, String> {
    let queries = canned::quality().map_err(|error| error.to_string())?;
    let codes = queries.iter().flat_map(|query| &query.findings).map(|finding| finding.code.as_str());
    let known: Vec<&str> = canned::SEVERITIES.into_iter().chain(codes).collect();
    if known.contains(&text) {
        return Ok(text.to_owned());
    }
    let mut message = format!("expected {}, or the code of a finding", canned::SEVERITIES.join(", "));
    if let Some(word) = nearest(text, known) {
        message.push_str(&format!("; did you mean {word}?"));
    }
    Err(message)
}

/// Fails when there is a finding that the caller asked to fail on.
///
/// # Errors
/// Then.
pub(super) fn check_findings(fail_on: &[String], findings: &[FindingRecord], case: &Path) -> Result<()> {
    let found: Vec<String> = findings
        .iter()
        .filter(|finding| fail_on.iter().any(|asked| is_asked(asked, finding)))
        .map(|finding| format!("{} {}", grouped(finding.count), finding.code))
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    Err(Error::new(Kind::Rejected, format!("found: {}; the run is made all the same", found.join(", ")))
        .expected(format!("nothing of {}, because of --fail-on", fail_on.join(", ")))
        .next(show(case, &asked_for(fail_on))))
}

/// What shows just that, where one word was asked for; else all, the weightiest first.
fn asked_for(fail_on: &[String]) -> String {
    match fail_on {
        [code] if weight(code).is_none() => format!("findings --code {code}"),
        [heaviest] if weight(heaviest) == Some(0) => format!("findings --where severity={heaviest}"),
        _ => "findings".to_owned(),
    }
}

/// The place of a severity, the heaviest first; none of a code.
fn weight(word: &str) -> Option<usize> {
    canned::SEVERITIES.iter().position(|severity| *severity == word)
}

fn is_asked(asked: &str, finding: &FindingRecord) -> bool {
    match weight(asked) {
        Some(least) => weight(&finding.severity).is_some_and(|own| own <= least),
        None => finding.code == asked,
    }
}

fn show(case: &Path, what: &str) -> String {
    format!("highwater show {} {what}", shell_word(case))
}
