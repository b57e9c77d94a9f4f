//! What a plan would do, shown with a sample of converted values (`ingest --dry-run`).

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde::Serialize;

use super::chunks::{Chunks, LONGEST, Piece};
use super::head::Sample;
use super::orders::{decided, order_notes};
use super::plan::{Plan, PlannedFile};
use super::store::reading_words;
use super::tally::Tally;
use super::typing::Typist;
use crate::base::{Error, Place, Result, interrupt};

/// Records of a sample.
const RECORDS: usize = 3;
/// Instants are UTC, and say so.
const INSTANT: &str = "%Y-%m-%dT%H:%M:%S%.fZ";

/// What would be done with one file.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    /// The file.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// The table that it would feed.
    pub table: String,
    /// Encoding, field separator and zone, with what they rest on.
    pub reading: String,
    /// Columns that the file has, and what its first records would become.
    pub columns: Vec<PreviewColumn>,
    /// Headers that are no column of ours.
    pub unknown_columns: Vec<String>,
    /// How many records are shown.
    pub records: usize,
    /// Records read in the beginning of the file.
    pub read: u64,
    /// Those of them that would be stored.
    pub stored: u64,
    /// Those of them that would be rejected.
    pub rejected: u64,
    /// What the person should know.
    pub notes: Vec<String>,
}

/// One column of ours.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewColumn {
    /// Its name.
    pub column: String,
    /// The header that it comes from.
    pub header: String,
    /// What the first records would become, in order.
    pub values: Vec<String>,
}

/// What each file of a plan would become. Only the beginning of each file is read, and nothing is stored.
///
/// # Errors
/// When a value can't be shown.
pub fn preview(plan: &Plan) -> Result<Vec<Preview>> {
    plan.files.iter().map(preview_of).collect()
}

fn preview_of(file: &PlannedFile) -> Result<Preview> {
    interrupt::check()?;
    let beginning = file.head.sample(&file.path)?;
    let (_, tally) = sample(file, &beginning, &BTreeMap::new())?;
    let orders = decided(&tally.orders);
    let (rows, counts) = sample(file, &beginning, &orders)?;
    let (encoding_from, delimiter_from) = file.rests_on();
    let mut notes = order_notes(&tally.orders);
    if !file.unknown_columns().is_empty() {
        notes.push(format!("not stored, no column of ours: {}", file.unknown_columns().join(", ")));
    }
    notes.extend(unknown_codes(&counts));
    if let Some(account) = file.filled_account() {
        notes.push(format!("names no account: filled with {account}"));
    }
    if counts.rejected > 0 {
        notes.push(format!(
            "{} of the first {} records would be rejected: ingested, show CASE rejects says why",
            counts.rejected, counts.read
        ));
    }
    notes.extend(counts.odd_quotes.backslashes());
    notes.extend(quotes_inside(&counts));
    if beginning.goes_on {
        notes.push(
            "from its beginning only: the whole file may decide the order of dates otherwise".to_owned(),
        );
    }
    let of_record = |name: &str| rows.as_ref().map_or(Ok(Vec::new()), |rows| values(rows, name));
    let columns = file.columns().into_iter().map(|(column, header)| {
        Ok(PreviewColumn { column: column.to_owned(), header: header.to_owned(), values: of_record(column)? })
    });
    Ok(Preview {
        path: file.path.to_string_lossy().into_owned(),
        bytes: file.length,
        table: file.table().to_owned(),
        reading: format!(
            "{} (encoding: {encoding_from}; separator: {delimiter_from})",
            reading_words(&file.reading())
        ),
        columns: columns.collect::<Result<_>>()?,
        unknown_columns: file.unknown_columns().to_vec(),
        records: rows.as_ref().map_or(0, |rows| rows.num_rows().min(RECORDS)),
        read: counts.read,
        stored: counts.stored,
        rejected: counts.rejected,
        notes,
    })
}

/// The words that no contract maps to one of ours, with how often they were met.
fn unknown_codes(counts: &Tally) -> Option<String> {
    let columns = counts.unknown_codes.iter();
    let named: Vec<String> = columns
        .flat_map(|(column, words)| words.iter().map(move |(word, n)| format!("{column} `{word}` ({n})")))
        .collect();
    (!named.is_empty()).then(|| format!("no codes of ours, they count as unknown: {}", named.join(", ")))
}

/// The columns whose cells hold quotes without being quoted, with how many do.
fn quotes_inside(counts: &Tally) -> Option<String> {
    let columns = counts.odd_quotes.inside.iter();
    let named: Vec<String> = columns.map(|(column, count)| format!("{column} ({count})")).collect();
    (!named.is_empty()).then(|| format!("cells with a quote inside, kept as written: {}", named.join(", ")))
}

/// The first rows, and what was counted in the beginning of the file.
fn sample(
    file: &PlannedFile,
    beginning: &Sample,
    orders: &BTreeMap<String, crate::base::instant::DateOrder>,
) -> Result<(Option<RecordBatch>, Tally)> {
    let layout = file.layout("", orders)?;
    let mut typist = Typist::new(&layout);
    let (mut first, mut tally) = (None, Tally::default());
    let run = Chunks::new(layout.delimiter, LONGEST, layout.coding).run_sample(
        &beginning.bytes,
        !beginning.goes_on,
        |piece: Piece| {
            typist.take(vec![piece], |typed| {
                tally.add(typed.tally);
                if first.is_none() {
                    first = Some(typed.rows).filter(|rows| rows.num_rows() > 0);
                }
            })
        },
    );
    run.map_err(|e| if e.place().is_some() { e } else { e.at(Place::file(&file.path)) })?;
    Ok((first, tally))
}

/// The first values of a column; an interval as `from .. to`.
fn values(rows: &RecordBatch, name: &str) -> Result<Vec<String>> {
    let options = FormatOptions::default().with_timestamp_format(Some(INSTANT));
    let shown = |name: &str| -> Result<Vec<String>> {
        let Some(column) = rows.column_by_name(name) else {
            return Ok(Vec::new());
        };
        let formatter = ArrayFormatter::try_new(column.as_ref(), &options)
            .map_err(|e| Error::failed("cannot show a value").because(e))?;
        Ok((0..rows.num_rows().min(RECORDS)).map(|row| formatter.value(row).to_string()).collect())
    };
    let latest = shown(&format!("{name}_latest"))?;
    let mut values = shown(name)?;
    for (value, latest) in values.iter_mut().zip(latest).filter(|(_, latest)| !latest.is_empty()) {
        *value = format!("{value} .. {latest}");
    }
    Ok(values)
}
