//! Staging queries: what is made before any verdict.

use std::collections::BTreeSet;

use super::super::portability;
use super::sql_of;
use crate::base::Result;
use crate::base::library::{self, Embedded};
use crate::base::toml_file;

/// What the rows of a staging query become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StagingKind {
    /// A view: computed anew by whoever reads it.
    View,
    /// A table: computed once a session.
    Table,
    /// A list table: two text columns, key and item, whose items are joined with `;`.
    List,
}

/// Numbers for the rows of a table that agree in some columns. The rows come sorted by the first of these, so that a
/// group is known once its rows have passed; engines number rows slowly, and each in its own way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The column that holds the number.
    pub number: String,
    /// The columns of text in which the rows of a group agree.
    pub by: Vec<String>,
}

/// One query of `queries/staging/`.
#[derive(Clone, Debug)]
pub struct Staging {
    /// The name of its view or table.
    pub name: String,
    /// What its rows become.
    pub kind: StagingKind,
    /// What it holds, in a sentence.
    pub what: String,
    /// The column that numbers groups of its rows, where it has one.
    pub group: Option<Group>,
    /// The query.
    pub sql: Embedded,
}

/// The staging queries, in the order in which they run.
///
/// # Errors
/// When a sidecar is wrong or has no query.
pub fn staging() -> Result<Vec<Staging>> {
    staging_of("staging")
}

/// The staging queries that the named views stand on, themselves among them, in the order in which they run.
///
/// # Errors
/// As [`staging`].
pub fn staging_for(wanted: &BTreeSet<String>) -> Result<Vec<Staging>> {
    let mut wanted = wanted.clone();
    // Each query names only those before it: from the last to the first all needs are known in time.
    let mut queries = staging()?;
    queries.reverse();
    queries.retain(|query| {
        let is_wanted = wanted.contains(&query.name);
        if is_wanted {
            wanted.extend(portability::tables(query.sql.text));
        }
        is_wanted
    });
    queries.reverse();
    Ok(queries)
}

/// The queries of another folder of the same kind, in the order in which they run.
///
/// # Errors
/// As [`staging`].
pub fn staging_of(folder: &str) -> Result<Vec<Staging>> {
    library::list(folder, "toml").into_iter().map(staging_query).collect()
}

fn staging_query(sidecar: Embedded) -> Result<Staging> {
    let sql = sql_of(sidecar)?;
    toml_file::read(sidecar.path, sidecar.text, |file| {
        file.format(1);
        let kind = file.one_of("kind", &["view", "table", "list"]);
        file.require("kind", "view, table or list");
        Staging {
            name: file.required_text("name").unwrap_or_default(),
            kind: match kind.as_deref() {
                Some("table") => StagingKind::Table,
                Some("list") => StagingKind::List,
                _ => StagingKind::View,
            },
            what: file.required_text("what").unwrap_or_default(),
            group: file.section("group").map(|group| Group {
                number: group.required_text("number").unwrap_or_default(),
                by: group.required_texts("by"),
            }),
            sql,
        }
    })
}
