//! `lists.json`: what the lists beside it rest on, and the hash of each of them.

use serde::Serialize;

use super::definition::List;
use crate::base::{Error, Result, digest};
use crate::case::{RunRecord, SourceRecord};
use crate::deliver::summary::{Number, Summary};
use crate::deliver::written::WrittenFile;

const FORMAT: u32 = 1;

/// One file of a list.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ListFile {
    /// The list.
    list: String,
    title: String,
    /// For whom or what it is.
    #[serde(rename = "for")]
    purpose: String,
    /// SHA-256 of the query that makes it.
    query_sha256: String,
    #[serde(flatten)]
    pub written: WrittenFile,
    columns: Vec<ColumnWords>,
}

#[derive(Clone, Debug, Serialize)]
struct ColumnWords {
    name: String,
    what: String,
}

#[derive(Serialize)]
struct Manifest<'a> {
    format: u32,
    incident: &'a str,
    title: &'a str,
    run: &'a str,
    as_of: &'a str,
    version: &'a str,
    profile_sha256: &'a str,
    facts_sha256: Option<&'a str>,
    sources: &'a [SourceRecord],
    /// The numbers of the whole run; in a customer's folder there are none.
    numbers: &'a [Number],
    lists: &'a [ListFile],
    /// Lists of questions that the profile does not ask: they are missing, not empty.
    not_asked: Vec<&'a str>,
}

impl ListFile {
    pub fn new(list: &List, written: WrittenFile) -> Self {
        Self {
            list: list.name.clone(),
            title: list.title.clone(),
            purpose: list.purpose.clone(),
            query_sha256: digest::sha256(list.sql.text.as_bytes()),
            written,
            columns: list
                .columns
                .iter()
                .map(|c| ColumnWords { name: c.name.clone(), what: c.what.clone() })
                .collect(),
        }
    }
}

/// The manifest of all lists.
///
/// # Errors
/// When it can't be written as JSON.
pub(super) fn text(
    record: &RunRecord,
    summary: &Summary,
    lists: &[ListFile],
    not_asked: &[List],
) -> Result<String> {
    json(record, &record.sources, &summary.numbers, lists, not_asked)
}

/// The manifest of one customer's lists: what is the vendor's own, its sources and totals, stays out.
///
/// # Errors
/// As [`text`].
pub(super) fn customer(record: &RunRecord, lists: &[ListFile]) -> Result<String> {
    json(record, &[], &[], lists, &[])
}

fn json(
    record: &RunRecord,
    sources: &[SourceRecord],
    numbers: &[Number],
    lists: &[ListFile],
    not_asked: &[List],
) -> Result<String> {
    let manifest = Manifest {
        format: FORMAT,
        incident: &record.incident,
        title: &record.title,
        run: &record.id,
        as_of: &record.as_of,
        version: &record.version,
        profile_sha256: &record.profile_sha256,
        facts_sha256: record.facts_sha256.as_deref(),
        sources,
        numbers,
        lists,
        not_asked: not_asked.iter().map(|list| list.name.as_str()).collect(),
    };
    let mut text = serde_json::to_string_pretty(&manifest)
        .map_err(|e| Error::failed("cannot write lists.json").because(e))?;
    text.push('\n');
    Ok(text)
}
