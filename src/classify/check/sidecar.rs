//! A classify query against its sidecar: columns, order, counts; then its rules.

use std::collections::BTreeSet;

use sqlparser::ast::Query;

use super::shape::{self, Named};
use super::{Finding, line_of, portable, repeated, rules, words};
use crate::base::library::{self, Embedded};
use crate::engine::canned::Classify;
use crate::engine::portability;

/// Everything in which the query and its sidecar don't agree; and what keeps the query from running on both
/// engines. `tables` are the views that it may read beside the store's and the parameters.
#[must_use]
pub fn check(query: &Classify, tables: &BTreeSet<String>) -> Vec<Finding> {
    let mut findings = portable(query.sql);
    findings.extend(words::check(query));
    let counts = library::read(&format!("classify/counts/{}.sql", query.id)).ok();
    findings.extend(names(query));
    findings.extend(counted(query, counts));
    if let Ok(parsed) = portability::query(query.sql.text) {
        findings.extend(columns(query, &parsed));
        findings.extend(order(query, &parsed));
        findings.extend(unknown_tables(query.sql, &parsed, tables));
        findings.extend(rules::check(query, &parsed, state_column(counts).as_deref()));
    }
    findings.sort();
    findings
}

/// The counting query yields the column that holds the state first, the reason second.
fn state_column(counts: Option<Embedded>) -> Option<String> {
    let parsed = portability::query(counts?.text).ok()?;
    shape::output(&parsed).first().map(|column| column.name.clone())
}

fn names(query: &Classify) -> Vec<Finding> {
    let file = query.sidecar;
    let mut findings = Vec::new();
    if file.path != format!("classify/{}.toml", query.id) {
        let what = format!("the id is `{}`", query.id);
        findings.push(in_sidecar(file, "SIDECAR_ID", "id =", what, "the name of the file"));
    }
    if let Some(code) = repeated(query.reasons.iter().map(|r| r.code.as_str())) {
        let what = format!("the code `{code}` comes twice");
        findings.push(in_sidecar(
            file,
            "CODE_TWICE",
            &format!("\"{code}\""),
            what,
            "a code of its own for each",
        ));
    }
    if let Some(column) = repeated(query.columns.iter().map(|c| c.name.as_str())) {
        let what = format!("the column `{column}` comes twice");
        let place = format!("name = \"{column}\"");
        findings.push(in_sidecar(file, "COLUMN_TWICE", &place, what, "a name of its own for each"));
    }
    for name in query.order_by.iter().chain(&query.looked_up) {
        if !query.columns.iter().any(|column| column.name == *name) {
            let what = format!("`{name}` is no column of the query");
            findings.push(in_sidecar(
                file,
                "COLUMN_UNKNOWN",
                &format!("\"{name}\""),
                what,
                "one of its columns",
            ));
        }
    }
    findings
}

pub(super) fn in_sidecar(
    file: Embedded,
    code: &'static str,
    needle: &str,
    what: String,
    expected: &str,
) -> Finding {
    Finding::new(file.path, code, what, expected).at(line_of(file.text, needle), 0)
}

fn counted(query: &Classify, counts: Option<Embedded>) -> Vec<Finding> {
    let Some(counts) = counts else {
        let expected = format!("queries/classify/counts/{}.sql", query.id);
        return vec![Finding::new(query.sql.path, "COUNTS_ABSENT", "nothing counts its verdicts", expected)];
    };
    let mut findings = portable(counts);
    let Ok(parsed) = portability::query(counts.text) else {
        return findings;
    };
    for table in shape::tables(&parsed).into_iter().filter(|table| table.name != query.id) {
        let what = format!("it reads `{}`", table.name);
        let expected = format!("`{}` alone", query.id);
        findings.push(Finding::new(counts.path, "COUNTS", what, expected).at(table.line, table.column));
    }
    let output = shape::output(&parsed);
    if output.len() != 3 {
        let what = format!("it yields {} columns", output.len());
        findings.push(Finding::new(counts.path, "COUNTS", what, "three: what decides, why, and how many"));
    }
    for column in output.iter().take(2).filter(|c| !query.columns.iter().any(|known| known.name == c.name)) {
        let what = format!("`{}` is no column of {}", column.name, query.id);
        findings.push(
            Finding::new(counts.path, "COUNTS", what, "two of its columns").at(column.line, column.column),
        );
    }
    findings
}

fn columns(query: &Classify, parsed: &Query) -> Option<Finding> {
    let expected: Vec<&str> = query.columns.iter().map(|c| c.name.as_str()).collect();
    first_difference(query.sql, "COLUMNS", "output column", &expected, &shape::output(parsed))
}

fn order(query: &Classify, parsed: &Query) -> Option<Finding> {
    let expected: Vec<&str> = query.order_by.iter().map(String::as_str).collect();
    first_difference(query.sql, "ROW_ORDER", "ORDER BY term", &expected, &shape::order(parsed))
}

/// The first place at which what stands in the SQL is not what the sidecar lists.
pub(super) fn first_difference(
    sql: Embedded,
    code: &'static str,
    of: &str,
    expected: &[&str],
    found: &[Named],
) -> Option<Finding> {
    let longest = expected.len().max(found.len());
    let index = (0..longest).find(|&i| expected.get(i).copied() != found.get(i).map(|n| n.name.as_str()))?;
    let place = found.get(index).or(found.last()).map_or((0, 0), |named| (named.line, named.column));
    let what = match found.get(index) {
        Some(named) => format!("{of} {} is `{}`", index + 1, named.name),
        None => format!("{of} {} is missing", index + 1),
    };
    let expected = match expected.get(index) {
        Some(name) => format!("`{name}`, as in the sidecar"),
        None => format!("{} of them, as in the sidecar", expected.len()),
    };
    Some(Finding::new(sql.path, code, what, expected).at(place.0, place.1))
}

/// What a query reads that is neither of the store, nor a parameter, nor made before it.
pub(super) fn unknown_tables(sql: Embedded, parsed: &Query, known: &BTreeSet<String>) -> Vec<Finding> {
    shape::tables(parsed)
        .into_iter()
        .filter(|table| !table.name.starts_with("store_") && !table.name.starts_with("param_"))
        .filter(|table| !known.contains(&table.name))
        .map(|table| {
            let what = format!("it reads `{}`", table.name);
            let expected = "a store_ or param_ table, staging, or a query made before it";
            Finding::new(sql.path, "TABLE_UNKNOWN", what, expected).at(table.line, table.column)
        })
        .collect()
}
