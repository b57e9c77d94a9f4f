//! Quality queries: what they find, how heavy it is, what follows.

use super::{english, sql_of};
use crate::base::Result;
use crate::base::library::{self, Embedded};
use crate::base::toml_file::{self, Section};

/// A finding that a quality query can give.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its code, unique among findings.
    pub code: String,
    /// `serious`, `check` or `note`.
    pub severity: String,
    /// What follows from it, for a person.
    pub consequence: String,
    /// What shows or settles it; commands stand between backticks, with `CASE` for the case's folder.
    pub next: String,
    /// A small case that gives it.
    pub example: String,
    /// Whether the rows of the query are a part of what is counted elsewhere.
    pub is_part: bool,
    /// Whether its rows quote what an export holds: only they do then, never the record of a run or a summary.
    pub quotes: bool,
}

/// One sidecar of `queries/quality/`.
#[derive(Clone, Debug)]
pub struct Quality {
    /// Its id.
    pub id: String,
    /// What it looks for.
    pub what: String,
    /// What it gives.
    pub findings: Vec<Finding>,
    /// The query; none where the program itself knows, as of intake and coverage.
    pub sql: Option<Embedded>,
    /// The sidecar.
    pub sidecar: Embedded,
}

/// Severities, the heaviest first.
pub const SEVERITIES: [&str; 3] = ["serious", "check", "note"];

/// The quality sidecars, by id.
///
/// # Errors
/// When a sidecar is wrong.
pub fn quality() -> Result<Vec<Quality>> {
    library::list("quality", "toml").into_iter().map(quality_query).collect()
}

fn quality_query(sidecar: Embedded) -> Result<Quality> {
    quality_from(sidecar, sql_of(sidecar).ok())
}

/// The findings that a sidecar and a text of SQL make together.
///
/// # Errors
/// All mistakes of the sidecar at once.
pub fn quality_from(sidecar: Embedded, sql: Option<Embedded>) -> Result<Quality> {
    toml_file::read(sidecar.path, sidecar.text, |file| {
        file.format(1);
        Quality {
            id: file.required_text("id").unwrap_or_default(),
            what: file.required_text("what").unwrap_or_default(),
            findings: file.sections("finding").iter().map(finding).collect(),
            sql,
            sidecar,
        }
    })
}

fn finding(section: &Section<'_>) -> Finding {
    section.require("severity", "serious, check or note");
    Finding {
        code: section.required_text("code").unwrap_or_default(),
        severity: section.one_of("severity", &SEVERITIES).unwrap_or_default(),
        consequence: english(section, "consequence"),
        next: english(section, "next"),
        example: english(section, "example"),
        is_part: section.boolean("part").unwrap_or_default(),
        quotes: section.boolean("quotes").unwrap_or_default(),
    }
}
