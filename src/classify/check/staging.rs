//! Staging queries against their sidecars.

use std::collections::BTreeSet;

use super::sidecar::{first_difference, unknown_tables};
use super::{Finding, portable, shape};
use crate::engine::canned::{Staging, StagingKind};
use crate::engine::portability;

/// Everything wrong with a staging query. `before` are the names that those before it made.
#[must_use]
pub fn check(query: &Staging, before: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = portable(query.sql);
    let sidecar = query.sql.path.replace(".sql", ".toml");
    if !query.name.starts_with("staging_") || before.contains(&query.name) {
        let what = format!("the name is `{}`", query.name);
        findings.push(Finding::new(&sidecar, "STAGING_NAME", what, "staging_… that no other has"));
    }
    if let Ok(parsed) = portability::query(query.sql.text) {
        findings.extend(unknown_tables(query.sql, &parsed, before));
        if query.kind == StagingKind::List {
            let output = shape::output(&parsed);
            findings.extend(first_difference(
                query.sql,
                "LIST_COLUMNS",
                "output column",
                &["key", "item"],
                &output,
            ));
            let order = shape::order(&parsed);
            findings.extend(first_difference(
                query.sql,
                "ROW_ORDER",
                "ORDER BY term",
                &["key", "item"],
                &order,
            ));
        }
    }
    findings
}
