//! `highwater queries list`.

use serde::Serialize;

use super::super::Ui;
use crate::base::{Result, table};
use crate::engine::canned::{self, Classify, Staging};

/// Version of what `--json` prints.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Listed {
    format: u32,
    queries: Vec<Query>,
    staging: Vec<Step>,
}

#[derive(Serialize)]
struct Query {
    query: String,
    title: String,
    what: String,
    subject: String,
    columns: Vec<String>,
    reasons: Vec<Reason>,
}

#[derive(Serialize)]
struct Reason {
    code: String,
    state: String,
    words: String,
}

#[derive(Serialize)]
struct Step {
    name: String,
    what: String,
}

pub(super) fn run(ui: &Ui) -> Result<()> {
    let queries = canned::classify_all()?;
    let staging = canned::staging()?;
    if ui.json {
        return ui.data_json(&Listed {
            format: FORMAT,
            queries: queries.into_iter().map(query).collect(),
            staging: staging.into_iter().map(|s| Step { name: s.name, what: s.what }).collect(),
        });
    }
    ui.data(&classify_table(&queries))?;
    if ui.verbose > 0 { ui.data(&staging_table(&staging)) } else { Ok(()) }
}

fn query(query: Classify) -> Query {
    let reason = |r: canned::Reason| Reason { code: r.code, state: r.state, words: r.words };
    Query {
        query: query.id,
        title: query.title,
        what: query.what,
        subject: query.subject,
        columns: query.columns.into_iter().map(|column| column.name).collect(),
        reasons: query.reasons.into_iter().map(reason).collect(),
    }
}

fn classify_table(queries: &[Classify]) -> String {
    let rows: Vec<Vec<String>> = queries
        .iter()
        .map(|q| {
            vec![
                q.id.clone(),
                q.title.clone(),
                q.subject.clone(),
                q.reasons.len().to_string(),
                q.what.clone(),
            ]
        })
        .collect();
    table::render(&["query", "title", "subject", "reasons", "what"], &rows, &[3])
}

fn staging_table(staging: &[Staging]) -> String {
    let rows: Vec<Vec<String>> = staging.iter().map(|s| vec![s.name.clone(), s.what.clone()]).collect();
    table::render(&["staging", "what"], &rows, &[])
}
