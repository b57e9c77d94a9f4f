//! The summary of a run: the answer first, for a tired person at three in the morning
//! (6-deliverables, "Summary on the terminal").

mod findings;
mod gather;
mod text;

use serde::Serialize;

pub(super) use gather::gather;
pub use gather::of_run;

use crate::base::text::shell_word;
use crate::base::{Error, Result, safe};
use crate::case::{FindingRecord, SourceRecord};

/// What the text of a summary is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The terminal: headings are set off, and the end says what comes next.
    Terminal,
    /// A part of a longer text there.
    Within,
    /// A file, the same in every folder.
    File,
}

/// Version of the JSON form.
const FORMAT: u32 = 1;

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Version of this form.
    pub format: u32,
    /// The incident's id.
    pub incident: String,
    /// The incident's title.
    pub title: String,
    /// The run's id.
    pub run: String,
    /// The state that it speaks of.
    pub as_of: String,
    /// Highwater's version.
    pub version: String,
    /// SHA-256 of the profile.
    pub profile_sha256: String,
    /// SHA-256 of the facts.
    pub facts_sha256: Option<String>,
    /// The boundary of the window.
    pub window: Window,
    /// Headline numbers, each with its query and filter.
    pub numbers: Vec<Number>,
    /// Numbers that are not there because no export says anything of them: not zero, but unknown.
    pub unfed: Vec<Unfed>,
    /// Accounts by cohort, in the profile's order, empty ones included.
    pub cohorts: Vec<Cohort>,
    /// Subjects by action.
    pub actions: Vec<Action>,
    /// What the evidence leaves open, the largest first.
    pub doubts: Vec<Doubt>,
    /// Findings of quality, the serious ones first.
    pub findings: Vec<FindingRecord>,
    /// The sources with what was rejected.
    pub intake: Intake,
    /// Where this case lies; no part of the answer, so of no file.
    #[serde(skip)]
    place: Place,
}

/// The window: its first instant lies from `from_lo` to `from_hi` (none: unknown), its end from `until_lo` to `until_hi`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "said by the sentence above")]
pub struct Window {
    pub from_lo: Option<String>,
    pub from_hi: Option<String>,
    pub until_lo: Option<String>,
    pub until_hi: Option<String>,
}

/// A number as certain and at most, and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Number {
    /// Its name, by which the summary is read.
    pub name: String,
    /// What it counts, in words.
    pub words: String,
    /// What is certain.
    pub certain: u64,
    /// What it is at most.
    pub at_most: u64,
    /// The verdicts that it counts.
    pub query: String,
    /// The column whose values are counted, each once; without one it is rows.
    pub distinct: Option<String>,
    /// Which of their rows are certain.
    pub certain_where: String,
    /// Which of their rows it is at most.
    pub at_most_where: String,
}

/// A number that can't be given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unfed {
    /// Its name.
    pub name: String,
    /// What it would count, in words.
    pub words: String,
    /// The verdicts that it would count.
    pub query: String,
    /// The table that no export feeds.
    pub table: String,
}

/// The accounts of a cohort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cohort {
    /// Its id.
    pub cohort: String,
    /// Its title.
    pub title: String,
    /// Whether it is told.
    pub notify: bool,
    /// How many accounts it has; each is in exactly one cohort.
    pub accounts: u64,
    /// The verdicts that it counts.
    pub query: String,
}

/// The subjects that an action is asked of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The verdicts that ask for it.
    pub query: String,
    /// The action.
    pub action: String,
    /// How many must.
    pub certain: u64,
    /// How many may have to.
    pub at_most: u64,
}

/// A question that the evidence leaves open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The query.
    pub query: String,
    /// The code of the test.
    pub reason: String,
    /// For how many subjects.
    pub subjects: u64,
    /// Why.
    pub words: String,
    /// What would settle it.
    pub settles: String,
}

/// What was stored and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Intake {
    /// Records stored in all sources.
    pub stored: u64,
    /// Records rejected in all sources.
    pub rejected: u64,
    /// Cells that could not be read, in stored records.
    pub unreadable_cells: u64,
    /// The sources of the run.
    pub sources: Vec<SourceRecord>,
    /// Whether any coverage was declared.
    pub coverage_declared: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    case: std::path::PathBuf,
    lists: std::path::PathBuf,
}

impl Place {
    fn has_lists(&self) -> bool {
        self.lists.join("lists.json").is_file()
    }

    /// What the lines fill in.
    fn values(&self) -> [(&'static str, String); 2] {
        [("lists", safe::path(&self.lists)), ("case", shell_word(&self.case))]
    }
}

impl Summary {
    /// The number of that name; one that is not there is nothing.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<&Number> {
        self.numbers.iter().find(|n| n.name == name)
    }

    /// Why the number of that name is not there, when it was asked.
    pub(super) fn unfed(&self, name: &str) -> Option<&Unfed> {
        self.unfed.iter().find(|n| n.name == name)
    }

    /// As JSON.
    ///
    /// # Errors
    /// Never for what a run holds.
    pub fn json(&self) -> Result<String> {
        let mut text = serde_json::to_string_pretty(self)
            .map_err(|e| Error::failed("cannot write the summary").because(e))?;
        text.push('\n');
        Ok(text)
    }

    /// For the terminal: headings set off, where the files are, what to do next.
    #[must_use]
    pub fn text(&self) -> String {
        text::render(self, Form::Terminal)
    }

    /// For a longer text on the terminal, which says itself what comes next.
    #[must_use]
    pub fn text_within(&self) -> String {
        text::render(self, Form::Within)
    }

    /// The next sensible step.
    #[must_use]
    pub fn next(&self) -> String {
        text::next(self)
    }

    /// For `summary.txt`: the same text in every folder.
    #[must_use]
    pub fn plain(&self) -> String {
        text::render(self, Form::File)
    }
}
