//! `export lists`: what each person needs from a run, one list a purpose (6-deliverables, "Lists").

mod customers;
mod definition;
mod manifest;
mod people;
mod sink;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::record_batch::RecordBatch;

use super::folder_name;
use super::reading::Reading;
use super::summary;
use super::written::{self, Written, WrittenFile};
use crate::base::progress::Meter;
use crate::base::{Error, Result, digest, files, interrupt};
use crate::case::workbench::Limits;
use crate::case::{Act, Case};
use crate::engine::Parameter;
use definition::List;
use manifest::ListFile;
pub use sink::Format;
use sink::Sinks;

/// What tells of the lists beside it: where it is missing, the lists are not whole.
const MANIFEST: &str = "lists.json";

/// What to write.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The formats; none means CSV.
    pub formats: Vec<Format>,
    /// Whether each customer's own rows are wanted in a folder of their own, to hand over.
    pub per_customer: bool,
    /// The folder, else `out/NNNN/lists/`.
    pub out: Option<PathBuf>,
}

/// Writes all lists of a run, its summary, and `lists.json`, which says what they rest on.
/// A list whose question the run did not ask is not written and named there; an empty one is written as empty.
///
/// # Errors
/// When the run can't be read, the case is busy, a query fails, or a file can't be written.
pub fn export(case: &Case, number: u32, wanted: &Wanted, limits: Limits, meter: &Meter) -> Result<Written> {
    wanted.out.as_deref().map_or(Ok(()), |out| case.refuse_own(out))?;
    let mut lock = case.lock("export")?;
    let reading = Reading::open(case, number, limits, meter)?;
    let folder = wanted.out.clone().unwrap_or_else(|| case.out_folder(number).join("lists"));
    let act = act(&reading, wanted);
    lock.begin(&act)?;
    let write = |staged: &Path| write_all(case, number, &reading, wanted, staged, meter);
    let made = written::together(&folder, Some(MANIFEST), write);
    let files = written::ended(&mut lock, act, made)?;
    Ok(Written { folder, files })
}

fn act(reading: &Reading, wanted: &Wanted) -> Act {
    let mut arguments = vec!["lists".to_owned(), format!("run={}", reading.record.id)];
    arguments.extend(formats(wanted).iter().map(|f| format!("format={}", f.ending())));
    if wanted.per_customer {
        arguments.push("per-customer".to_owned());
    }
    Act {
        verb: "export".to_owned(),
        arguments,
        read: reading.record.verdicts.iter().map(|v| v.sha256.clone()).collect(),
        wrote: Vec::new(),
    }
}

/// The formats asked for, each once, in a fixed order.
fn formats(wanted: &Wanted) -> Vec<Format> {
    let mut formats = wanted.formats.clone();
    formats.sort_unstable();
    formats.dedup();
    if formats.is_empty() { vec![Format::Csv] } else { formats }
}

fn write_all(
    case: &Case,
    number: u32,
    reading: &Reading,
    wanted: &Wanted,
    folder: &Path,
    meter: &Meter,
) -> Result<Vec<WrittenFile>> {
    let summary = summary::gather(case, number, reading)?;
    let (lists, not_asked): (Vec<List>, Vec<List>) =
        definition::all()?.into_iter().partition(|list| list.needs.iter().all(|query| reading.asked(query)));
    let formats = formats(wanted);
    let work = meter.steps("lists", lists.len() as u64);
    reading.make_parts()?;
    let mut listed = Vec::new();
    for list in &lists {
        interrupt::check()?;
        work.say(&list.name);
        // Read once, it need not be kept.
        match wanted.per_customer {
            true => reading.session().materialise(&list.table(), list.sql.text)?,
            false => reading.session().view(&list.table(), list.sql.text)?,
        }
        listed.extend(write_list(reading, list, &formats, !wanted.per_customer, folder)?);
        work.advance(1);
    }
    let mut written: Vec<WrittenFile> = listed.iter().map(|f| f.written.clone()).collect();
    if wanted.per_customer {
        written.extend(customers::write(reading, &lists, &formats, folder)?);
    }
    written.push(write_text(folder, "summary.json", &summary.json()?)?);
    written.push(write_text(folder, "summary.txt", &summary.plain())?);
    let manifest = manifest::text(&reading.record, &summary, &listed, &not_asked)?;
    written.push(write_text(folder, MANIFEST, &manifest)?);
    Ok(written)
}

fn write_text(folder: &Path, file: &str, text: &str) -> Result<WrittenFile> {
    files::write(&folder.join(file), text.as_bytes())?;
    Ok(WrittenFile { file: file.to_owned(), rows: 0, sha256: digest::sha256(text.as_bytes()) })
}

/// Writes one list: one file a format, or one a format and cohort that is told.
///
/// One whose rows are streamed and not kept goes account by account where it may.
fn write_list(
    reading: &Reading,
    list: &List,
    formats: &[Format],
    is_streamed: bool,
    folder: &Path,
) -> Result<Vec<ListFile>> {
    let run = &reading.record.id;
    let mut parts: BTreeMap<String, Sinks> = BTreeMap::new();
    match &list.split_by {
        None => drop(parts.insert(String::new(), Sinks::create(folder, &list.name, list, formats, run)?)),
        Some(_) => {
            for cohort in told_cohorts(reading) {
                let name = format!("{}-{}", list.name, folder_name::encode(&cohort));
                parts.insert(cohort, Sinks::create(folder, &name, list, formats, run)?);
            }
        }
    }
    let split = list.split_by.as_deref();
    let mut stream = || {
        reading.session().stream(&list.ordered(None), &[], |batch| {
            for (key, rows) in pieces(&batch, split)? {
                let sinks = parts.get_mut(&key).ok_or_else(|| {
                    Error::failed(format!(
                        "the list {} has rows of {key}, which is no cohort that is told",
                        list.name
                    ))
                })?;
                sinks.write(&rows)?;
            }
            Ok(())
        })
    };
    match &list.slices {
        Some(views) if is_streamed && !reading.slices.is_one() => {
            reading.session().sliced(&reading.slices.ranges(views), stream)?;
        }
        _ => stream()?,
    }
    let mut files = Vec::new();
    for sinks in parts.into_values() {
        files.extend(sinks.finish()?.into_iter().map(|written| ListFile::new(list, written)));
    }
    Ok(files)
}

/// The cohorts that are told, whether or not an account is in them.
fn told_cohorts(reading: &Reading) -> Vec<String> {
    let cohorts = reading.record.parameters.iter().find(|table| table.name == "param_cohort");
    let rows = cohorts.into_iter().flat_map(|table| &table.rows);
    rows.filter_map(|row| match row.as_slice() {
        [_, Parameter::Text(cohort), _, Parameter::Boolean(true)] => Some(cohort.clone()),
        _ => None,
    })
    .collect()
}

/// A batch cut where the text of `column` changes; NULL is the empty text. Without a column: the whole.
fn pieces(batch: &RecordBatch, column: Option<&str>) -> Result<Vec<(String, RecordBatch)>> {
    let Some(name) = column else {
        return Ok(vec![(String::new(), batch.clone())]);
    };
    let index = batch.schema().index_of(name).map_err(|e| Error::failed("cannot split a list").because(e))?;
    let columns = super::cells::Cells::of(batch)?;
    let Some(column) = columns.get(index) else {
        return Ok(Vec::new());
    };
    let mut pieces: Vec<(String, usize, usize)> = Vec::new();
    for row in 0..batch.num_rows() {
        let key = column.cell(row).text();
        match pieces.last_mut() {
            Some((last, _, length)) if *last == key => *length += 1,
            _ => pieces.push((key.into_owned(), row, 1)),
        }
    }
    Ok(pieces.into_iter().map(|(key, offset, length)| (key, batch.slice(offset, length))).collect())
}
