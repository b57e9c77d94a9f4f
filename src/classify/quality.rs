//! Quality findings: what was noticed in the data, each with its consequence in words (3-rules, "Quality findings").
//! They change no verdict.
//!
//! `runs/NNNN/quality/findings.parquet` holds one row a code, table and source with the count, and up to
//! [`SINGLE_ROWS`] single rows a code for looking, whose count is empty.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};

use crate::base::{Error, Result, interrupt};
use crate::case::{FindingRecord, Source};
use crate::engine::canned::{self, Finding, Quality};
use crate::engine::{ParquetOut, Session};
use crate::incident::{Judged, coverage};

/// Single rows kept for each code; the counts go on.
pub const SINGLE_ROWS: usize = 1_000;

/// One thing noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Noticed {
    code: String,
    table: String,
    source: Option<String>,
    subject: Option<String>,
    record: Option<i64>,
}

#[derive(Default)]
struct Gathered {
    counts: BTreeMap<(String, String, Option<String>), u64>,
    singles: BTreeMap<String, Vec<Noticed>>,
}

/// Looks for all findings of a session, writes them to `file` and returns their counts, the heaviest first.
///
/// # Errors
/// When a quality query fails or gives a code that its sidecar does not name, or the file can't be written.
pub(super) fn look(
    session: &Session,
    sources: &[Source],
    judged: &[Judged],
    file: &Path,
) -> Result<Vec<FindingRecord>> {
    let queries = canned::quality()?;
    let mut gathered = Gathered::default();
    of_intake(sources, &mut gathered);
    of_coverage(judged, &mut gathered);
    for query in &queries {
        interrupt::check()?;
        of_query(session, query, &mut gathered)?;
    }
    let known: BTreeMap<&str, &Finding> =
        queries.iter().flat_map(|q| &q.findings).map(|f| (f.code.as_str(), f)).collect();
    write(file, &gathered, &known)?;
    totals(&gathered, &known)
}

impl Gathered {
    fn add(&mut self, noticed: Noticed, count: u64) {
        if count == 0 {
            return;
        }
        let key = (noticed.code.clone(), noticed.table.clone(), noticed.source.clone());
        *self.counts.entry(key).or_default() += count;
        let singles = self.singles.entry(noticed.code.clone()).or_default();
        if singles.len() < SINGLE_ROWS {
            singles.push(noticed);
        }
    }
}

fn of_intake(sources: &[Source], gathered: &mut Gathered) {
    for source in sources {
        let mut add = |code: &str, subject: Option<&str>, count: u64| {
            gathered.add(
                Noticed {
                    code: code.to_owned(),
                    table: source.table.clone(),
                    source: Some(source.source.clone()),
                    subject: subject.map(str::to_owned),
                    record: None,
                },
                count,
            );
        };
        add("RECORD_REJECT", None, source.rejected);
        for (column, count) in &source.field_rejects {
            add("FIELD_REJECT", Some(column), *count);
        }
        for column in &source.unknown_columns {
            add("COLUMN_UNKNOWN", Some(column), 1);
        }
        for (column, count) in &source.zone_unstated {
            add("ZONE_UNSTATED", Some(column), *count);
        }
        if !source.reading.dates_stated {
            for (column, order) in &source.reading.dates {
                add("DATES_INFERRED", Some(&format!("{column}: {order}")), 1);
            }
        }
        add("EMPTY_SOURCE", None, u64::from(source.read == 0));
    }
}

fn of_coverage(judged: &[Judged], gathered: &mut Gathered) {
    for coverage in judged {
        let noticed = |code: &str, source: Option<String>| Noticed {
            code: code.to_owned(),
            table: coverage.coverage.table.clone(),
            source,
            subject: Some(coverage.of()),
            record: None,
        };
        for objection in &coverage.objections {
            gathered.add(noticed(objection.code, None), 1);
        }
        for (source, rejected) in &coverage.rejects {
            gathered.add(noticed(coverage::COVERAGE_REJECTS, Some(source.clone())), *rejected);
        }
    }
}

fn of_query(session: &Session, query: &Quality, gathered: &mut Gathered) -> Result<()> {
    let Some(sql) = query.sql else {
        return Ok(());
    };
    let wrong = || Error::failed(format!("queries/{} does not yield what a quality query does", sql.path));
    session.stream(sql.text, &[], |batch| {
        let text =
            |name: &str| batch.column_by_name(name).and_then(|c| c.as_string_opt::<i32>()).ok_or_else(wrong);
        let (codes, tables, subjects) = (text("code")?, text("table_name")?, text("subject")?);
        let sources = text("source")?;
        let records = batch.column_by_name("record").and_then(|c| c.as_primitive_opt::<Int64Type>());
        let records = records.ok_or_else(wrong)?;
        for ((((code, table), subject), source), record) in
            codes.iter().zip(tables).zip(subjects).zip(sources).zip(records)
        {
            let noticed = Noticed {
                code: code.unwrap_or_default().to_owned(),
                table: table.unwrap_or_default().to_owned(),
                source: source.map(str::to_owned),
                subject: subject.map(str::to_owned),
                record,
            };
            gathered.add(noticed, 1);
        }
        Ok(())
    })
}

/// The counts by code, the heaviest first.
fn totals(gathered: &Gathered, known: &BTreeMap<&str, &Finding>) -> Result<Vec<FindingRecord>> {
    let mut by_code: BTreeMap<&str, u64> = BTreeMap::new();
    for ((code, _, _), count) in &gathered.counts {
        *by_code.entry(code).or_default() += count;
    }
    let mut totals = Vec::with_capacity(by_code.len());
    for (code, count) in by_code {
        let finding = finding_of(known, code)?;
        totals.push(FindingRecord {
            code: code.to_owned(),
            severity: finding.severity.clone(),
            count,
            consequence: finding.consequence.clone(),
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

fn write(file: &Path, gathered: &Gathered, known: &BTreeMap<&str, &Finding>) -> Result<()> {
    let mut rows: Vec<(Noticed, Option<u64>)> = Vec::new();
    for ((code, table, source), count) in &gathered.counts {
        let noticed = Noticed {
            code: code.clone(),
            table: table.clone(),
            source: source.clone(),
            ..Noticed::default()
        };
        rows.push((noticed, Some(*count)));
    }
    let mut singles: Vec<Noticed> = gathered.singles.values().flatten().cloned().collect();
    singles.sort();
    rows.extend(singles.into_iter().map(|noticed| (noticed, None)));
    let batch = batch(&rows, known)?;
    let mut out = ParquetOut::create(file, batch.schema(), &["subject"])?;
    out.write(&batch)?;
    out.finish().map(drop)
}

fn batch(rows: &[(Noticed, Option<u64>)], known: &BTreeMap<&str, &Finding>) -> Result<RecordBatch> {
    let findings: Vec<&Finding> =
        rows.iter().map(|(noticed, _)| finding_of(known, &noticed.code)).collect::<Result<_>>()?;
    let text = |of: fn(&Noticed) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(|(noticed, _)| of(noticed)).collect::<StringArray>())
    };
    let words = |of: fn(&Finding) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(findings.iter().map(|f| of(f))))
    };
    let counts: Int64Array =
        rows.iter().map(|(_, count)| count.map(|n| i64::try_from(n).unwrap_or(i64::MAX))).collect();
    let records: Int64Array = rows.iter().map(|(noticed, _)| noticed.record).collect();
    let columns: Vec<(&str, DataType, ArrayRef)> = vec![
        ("code", DataType::Utf8, text(|n| Some(&n.code))),
        ("severity", DataType::Utf8, words(|f| &f.severity)),
        ("table_name", DataType::Utf8, text(|n| Some(&n.table))),
        ("subject", DataType::Utf8, text(|n| n.subject.as_deref())),
        ("source", DataType::Utf8, text(|n| n.source.as_deref())),
        ("record", DataType::Int64, Arc::new(records)),
        ("count", DataType::Int64, Arc::new(counts)),
        ("consequence", DataType::Utf8, words(|f| &f.consequence)),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, kind, _)| Field::new(*name, kind.clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, _, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|e| Error::failed("cannot write the quality findings").because(e))
}
