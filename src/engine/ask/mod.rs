//! Questions that a person asks in SQL of their own: exactly one SELECT over listed views (decision 0010).
//!
//! The engine is locked down, but that still lets a statement write inside its folders, drop views and read settings.
//! So a question is taken apart twice before the engine sees it: into words ([`words`]: only plain ones pass, comments
//! go), and into its parts ([`parts`]: only listed views, only functions of the list). Then it runs as a subquery.

pub mod functions;
mod parts;
mod words;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use arrow::record_batch::RecordBatch;

use super::session::Session;
use crate::base::{Error, Place, Result};

/// What mistakes in a question are told of.
const QUERY: &str = "query";

/// A question that may be put to the engine.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its text without comments and last semicolon; each word stands where it stood.
    text: String,
    /// The listed views that it names.
    views: BTreeSet<String>,
}

/// Which rows of an answer are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// How many at most; nothing for all.
    pub limit: Option<u64>,
    /// How many to leave out first.
    pub offset: u64,
}

impl Page {
    pub(super) fn sql(self) -> String {
        let limit = self.limit.map(|n| format!(" LIMIT {n}")).unwrap_or_default();
        format!("{limit} OFFSET {}", self.offset)
    }
}

impl Question {
    /// Reads a question over the listed views.
    ///
    /// # Errors
    /// When it is not one SELECT, names something else than a listed view, or uses a function that is not on the
    /// list: with line, column, and what was probably meant.
    pub fn read(text: &str, listed: &BTreeSet<String>) -> Result<Self> {
        let text = words::plain(text)?;
        let views = parts::check(&text, listed)?;
        Ok(Self { text, views })
    }

    /// The listed views that it names.
    #[must_use]
    pub fn views(&self) -> &BTreeSet<String> {
        &self.views
    }
}

impl Session {
    /// Puts a question and hands over the rows of a page batch by batch, as long as `take` wants more.
    ///
    /// # Errors
    /// When the engine refuses the question (line and column are told), it fails on the way, or `take` does.
    pub fn ask(
        &self,
        question: &Question,
        page: Page,
        take: impl FnMut(RecordBatch) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let sql = format!("SELECT * FROM (\n{}\n) AS answer{}", question.text, page.sql());
        self.answer(&sql, (&question.text, 1), take)
    }

    /// How many rows a question has in all.
    ///
    /// # Errors
    /// As [`Session::ask`].
    pub fn count(&self, question: &Question) -> Result<u64> {
        self.count_rows(&format!("(\n{}\n) AS answer", question.text), &[])
    }
}

/// A mistake in a question.
fn mistake(what: impl Into<String>, (line, column): (usize, usize)) -> Error {
    Error::usage(what).at(Place::line(QUERY, line, column))
}
