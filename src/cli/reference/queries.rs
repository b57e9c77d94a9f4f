//! The canned queries: what each answers, with which columns, by which tests, from what.

use super::page::Page;
use super::{Library, findings, reasons};
use crate::base::library::Embedded;
use crate::classify::check;
use crate::engine::canned::{Classify, Column, Quality, Reason, Staging, StagingKind};

const PATH: &str = "docs/queries.md";

/// The link to a query in the list of all.
pub(super) fn link(query: &Classify) -> String {
    format!("[{}](/{PATH}#{})", query.id, query.id)
}

/// The link to a query's text.
pub(super) fn sql_link(sql: Embedded) -> String {
    format!("[queries/{}](/queries/{})", sql.path, sql.path)
}

/// What it answers, and of what one row speaks.
pub(super) fn question(query: &Classify) -> String {
    format!("{} One row speaks of one {}.", query.what, query.subject)
}

/// Whether the query reads that table or those verdicts.
pub(super) fn reads(query: &Classify, table: &str) -> bool {
    check::reads(query.sql).iter().any(|read| read == table)
}

/// The page with all queries.
pub(super) fn all(library: &Library) -> Page {
    let mut page = Page::new(PATH, "Queries");
    page.text(
        "Everything that is asked of the exports, in portable SQL. A verdict's query reads staging (merged records), \
         parameters (what profile, facts and as_of say) and the verdicts of queries before it. \
         `highwater queries list` lists them, `highwater queries explain NAME` shows one.",
    );
    let row = |q: &Classify| {
        vec![link(q), q.title.clone(), q.subject.clone(), q.reasons.len().to_string(), q.what.clone()]
    };
    page.table(
        &["query", "title", "subject", "reasons", "answers"],
        library.classify.iter().map(row).collect(),
    );
    for query in &library.classify {
        page.heading(&query.id);
        body(&mut page, query);
    }
    staging(&mut page, library);
    quality(&mut page, library);
    page
}

/// The page of one query, for the terminal.
pub(super) fn page(query: &Classify) -> Page {
    let mut page = Page::new(PATH, &query.id);
    body(&mut page, query);
    page
}

fn body(page: &mut Page, query: &Classify) {
    page.text(format!("**{}.** {}", query.title, question(query)));
    let column = |c: &Column| vec![format!("`{}`", c.name), c.kind.name().to_owned(), c.what.clone()];
    page.table(&["column", "type", "holds"], query.columns.iter().map(column).collect());
    let order: Vec<String> = query.order_by.iter().map(|name| format!("`{name}`")).collect();
    page.text(format!("Rows are sorted by {}, by bytes, empty ones first.", order.join(", then ")));
    if query.reasons.is_empty() {
        page.text("It has no list of tests: it sums up what other queries found.");
    } else {
        page.text("The tests, in the order in which they are asked; the first that is TRUE decides:");
        let row = |(i, r): (usize, &Reason)| {
            vec![
                (i + 1).to_string(),
                reasons::link(query, r),
                format!("`{}`", r.state),
                r.test.clone(),
                r.words.clone(),
            ]
        };
        page.table(
            &["#", "reason", "state", "test", "in words"],
            query.reasons.iter().enumerate().map(row).collect(),
        );
    }
    page.text(format!("Text: {}. It reads:", sql_link(query.sql)));
    page.list(sources(&check::reads(query.sql)));
}

/// What a query reads, by where it comes from.
fn sources(reads: &[String]) -> Vec<String> {
    let kind = |prefix: &'static str| reads.iter().filter(move |name| name.starts_with(prefix));
    let named = |label: &str, names: Vec<String>| match names.as_slice() {
        [] => None,
        names => Some(format!("{label}: {}", names.join(", "))),
    };
    let code = |name: &String| format!("`{name}`");
    let verdicts =
        reads.iter().filter(|name| !["store_", "staging_", "param_"].iter().any(|p| name.starts_with(p)));
    [
        named("verdicts of", verdicts.map(|name| format!("[{name}](/{PATH}#{name})")).collect()),
        named("staging", kind("staging_").map(code).collect()),
        named("stored records", kind("store_").map(code).collect()),
        named("parameters", kind("param_").map(code).collect()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn staging(page: &mut Page, library: &Library) {
    page.heading("Staging");
    page.text("Made before any verdict, in this order: records of the same key merged, the state of as_of, what coverages prove.");
    let kind = |kind: StagingKind| match kind {
        StagingKind::View => "view",
        StagingKind::Table => "table",
        StagingKind::List => "list",
    };
    let row = |s: &Staging| {
        let name = format!("[{}](/queries/{})", s.name, s.sql.path);
        let reads: Vec<String> = check::reads(s.sql).iter().map(|name| format!("`{name}`")).collect();
        vec![name, kind(s.kind).to_owned(), s.what.clone(), reads.join(" ")]
    };
    page.table(&["name", "kind", "holds", "reads"], library.staging.iter().map(row).collect());
}

fn quality(page: &mut Page, library: &Library) {
    page.heading("Quality");
    page.text("What contradicts itself, is missing or unusual in the exports. Findings change no verdict.");
    let row = |q: &Quality| {
        let name = match q.sql {
            Some(sql) => format!("[{}](/queries/{})", q.id, sql.path),
            None => q.id.clone(),
        };
        let findings: Vec<String> = q.findings.iter().map(findings::link).collect();
        vec![name, q.what.clone(), findings.join(" ")]
    };
    page.table(&["query", "looks for", "findings"], library.quality.iter().map(row).collect());
}
