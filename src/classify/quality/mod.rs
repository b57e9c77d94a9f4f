//! Quality findings: what was noticed in the data, each with its consequence in words (3-rules, "Quality findings").
//! They change no verdict.
//!
//! `runs/NNNN/quality/findings.parquet` holds one row a code, table and source with the count, and up to
//! [`SINGLE_ROWS`] single rows a code for looking, whose count is empty.

mod absent;
mod file;
mod gathered;
mod known;

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::Int64Type;

pub use file::{FindingRow, read};
pub use gathered::SINGLE_ROWS;

use gathered::{Gathered, Noticed};

use super::Counts;
use crate::base::progress::Work;
use crate::base::{Error, Result, interrupt};
use crate::case::{FindingRecord, Source};
use crate::engine::Session;
use crate::engine::canned::{self, Classify, Finding, Quality};
use crate::incident::Judged;

/// What the findings of a run are looked for in.
pub(super) struct Ground<'r> {
    /// The store, staging, parameters and verdicts.
    pub session: &'r Session,
    /// The sources as the register has them.
    pub sources: &'r [Source],
    /// The declared coverages and what became of them.
    pub judged: &'r [Judged],
    /// The queries that the profile runs.
    pub queries: &'r [Classify],
    /// How many rows each reason of theirs has.
    pub counts: &'r BTreeMap<String, Counts>,
    /// Who is told how far it is.
    pub work: &'r Work,
}

/// Looks for all findings, writes them to `file` and returns their counts, the heaviest first, and the file's SHA-256.
///
/// # Errors
/// When a quality query fails or gives a code that no sidecar names, or the file can't be written.
pub(super) fn look(ground: &Ground<'_>, file: &Path) -> Result<(Vec<FindingRecord>, String)> {
    let queries = canned::quality()?;
    let mut gathered = Gathered::default();
    known::of_intake(ground.sources, &mut gathered);
    known::of_coverage(ground.judged, &mut gathered);
    absent::look(ground, &mut gathered)?;
    for query in &queries {
        interrupt::check()?;
        ground.work.say(&format!("quality: {}", query.id));
        of_query(ground.session, query, &mut gathered)?;
    }
    gathered.parts_said();
    let known: BTreeMap<&str, &Finding> =
        queries.iter().flat_map(|q| &q.findings).map(|f| (f.code.as_str(), f)).collect();
    let sha256 = file::write(file, &gathered, &known)?;
    Ok((totals(&gathered, &known)?, sha256))
}

/// The rows of a quality query: code, table and subject, source and record; where it says more, the column and what
/// is there. They come in any order.
fn of_query(session: &Session, query: &Quality, gathered: &mut Gathered) -> Result<()> {
    let Some(sql) = query.sql else {
        return Ok(());
    };
    let wrong = || Error::failed(format!("queries/{} does not yield what a quality query does", sql.path));
    let is =
        |code: &str, what: fn(&Finding) -> bool| query.findings.iter().any(|f| f.code == code && what(f));
    session.stream_made(sql.text, |batch| {
        let rows = Rows::of(&batch).ok_or_else(wrong)?;
        for row in 0..batch.num_rows() {
            let noticed = rows.row(row);
            if is(&noticed.code, |finding| finding.is_part) {
                gathered.add_part(noticed);
            } else if is(&noticed.code, |finding| finding.quotes) {
                gathered.add_quoting(noticed);
            } else {
                gathered.add(noticed, 1);
            }
        }
        Ok(())
    })
}

/// The columns of a batch of findings.
struct Rows<'b> {
    texts: [Option<&'b StringArray>; 6],
    records: &'b arrow::array::PrimitiveArray<Int64Type>,
}

/// The text columns that a quality query yields; the last two where it has them.
const TEXTS: [&str; 6] = ["code", "table_name", "subject", "source", "column_name", "detail"];

impl<'b> Rows<'b> {
    fn of(batch: &'b RecordBatch) -> Option<Self> {
        let texts = TEXTS.map(|name| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>()));
        let [code, table, subject, source, ..] = texts;
        code.and(table).and(subject).and(source)?;
        let records = batch.column_by_name("record")?.as_primitive_opt::<Int64Type>()?;
        Some(Self { texts, records })
    }

    fn row(&self, row: usize) -> Noticed {
        let text = |column: &Option<&StringArray>| -> Option<String> {
            column.filter(|c| c.is_valid(row)).map(|c| c.value(row).to_owned())
        };
        let [code, table, subject, source, column, detail] = &self.texts;
        Noticed {
            code: text(code).unwrap_or_default(),
            table: text(table).unwrap_or_default(),
            source: text(source),
            subject: text(subject),
            column: text(column),
            record: self.records.is_valid(row).then(|| self.records.value(row)),
            detail: text(detail),
        }
    }
}

/// The counts by code, the heaviest first.
fn totals(gathered: &Gathered, known: &BTreeMap<&str, &Finding>) -> Result<Vec<FindingRecord>> {
    let mut totals = Vec::new();
    for (code, count) in gathered.by_code() {
        let finding = finding_of(known, code)?;
        totals.push(FindingRecord {
            code: code.to_owned(),
            severity: finding.severity.clone(),
            count,
            consequence: finding.consequence.clone(),
            next: finding.next.clone(),
            details: gathered.details(code),
            details_cut: gathered.details_cut(code),
        });
    }
    let weight = |severity: &str| canned::SEVERITIES.iter().position(|s| *s == severity);
    totals.sort_by(|a, b| (weight(&a.severity), &a.code).cmp(&(weight(&b.severity), &b.code)));
    Ok(totals)
}

fn finding_of<'f>(known: &BTreeMap<&str, &'f Finding>, code: &str) -> Result<&'f Finding> {
    known
        .get(code)
        .copied()
        .ok_or_else(|| Error::failed(format!("the finding {code} stands in no sidecar of queries/quality")))
}
