//! `highwater show CASE record SOURCE N`: a record as it stands in its source file, whatever became of it.

use std::borrow::Cow;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use serde::Serialize;

use super::Arguments;
use crate::base::nearest::propose;
use crate::base::text::grouped;
use crate::base::{Error, Place, Result, digest, safe};
use crate::case::views::Views;
use crate::case::{Case, Register, Source};
use crate::cli::Ui;
use crate::cli::paging::Exact;
use crate::deliver::pick::{self, Picker, Wanted};
use crate::engine::ask::Page;
use crate::intake::{self, RecordBytes};

/// Version of what `--json` prints.
const FORMAT: u32 = 1;
/// The encoding that needs no word.
const UTF_8: &str = "UTF-8";
/// How many hex digits name a source.
const DIGITS: usize = 16;

/// What `--json` prints.
#[derive(Serialize)]
struct Shown<'s> {
    format: u32,
    source: &'s str,
    path: String,
    record: u64,
    byte_start: u64,
    byte_end: u64,
    /// SHA-256 of the record's bytes; none where not all of them are shown.
    sha256: Option<String>,
    became: Vec<Became>,
    encoding: &'s str,
    /// The record as text; none where it is no text in the source's encoding.
    text: Option<Cow<'s, str>>,
    bytes_hex: String,
}

/// What became of the record in one table that the source feeds.
#[derive(Serialize)]
struct Became {
    table: String,
    stored: bool,
    rejects: Vec<Reject>,
}

#[derive(Serialize)]
struct Reject {
    kind: String,
    reason: String,
    column: Option<String>,
}

pub(super) fn run(case: &Case, arguments: &Arguments, ui: &Ui) -> Result<()> {
    let (Some(name), Some(number)) = (&arguments.source, arguments.number) else {
        return Ok(());
    };
    let register = case.register()?;
    let sources = find(&register, name)?;
    let Some(source) = sources.first() else {
        return Ok(());
    };
    let path = arguments.file.clone().unwrap_or_else(|| PathBuf::from(&source.path));
    there(&path, source)?;
    let record = intake::record_in_source(&path, source, number)?;
    if arguments.raw {
        return raw(&record.bytes);
    }
    let became = sources.iter().map(|s| became(case, s, number, ui)).collect::<Result<Vec<_>>>()?;
    let shown = shown(source, &path, number, &record, became);
    if ui.json { ui.data_json(&shown) } else { ui.data(&text(&shown, &record)) }
}

/// The entries of the register that a name means: one source, that feeds one table or more.
fn find<'r>(register: &'r Register, name: &str) -> Result<Vec<&'r Source>> {
    let lower = name.to_lowercase();
    let is_hex = lower.bytes().all(|b| b.is_ascii_hexdigit());
    let means = |source: &&Source| {
        file_name(source) == name || source.path == name || (is_hex && source.sha256.starts_with(&lower))
    };
    let found: Vec<&Source> = register.sources().iter().filter(means).collect();
    let Some(first) = found.first() else {
        return Err(unknown(register, name));
    };
    if found.iter().any(|source| source.sha256 != first.sha256) {
        let each: Vec<String> = found.iter().map(|s| format!("{} ({})", s.source, s.path)).collect();
        return Err(Error::usage(format!("{name} can be more than one source"))
            .expected(format!("one of {}", each.join(", "))));
    }
    Ok(found)
}

fn unknown(register: &Register, name: &str) -> Error {
    let names: Vec<String> = register.sources().iter().map(file_name).collect();
    let error = Error::usage(format!("there is no source {name}"))
        .expected(format!("the {DIGITS} hex digits of a source, their beginning, or its file's name"))
        .next("see them: highwater show CASE sources");
    propose(error, name, names.iter().map(String::as_str))
}

fn file_name(source: &Source) -> String {
    Path::new(&source.path).file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn there(path: &Path, source: &Source) -> Result<()> {
    // What was declared has no file; reading it says so.
    if path.exists() || source.chunks.is_empty() {
        return Ok(());
    }
    Err(Error::failed("the source file is not there")
        .at(Place::file(path))
        .expected(format!("a file with SHA-256 {}", source.sha256))
        .next("say where it lies now: --file PATH"))
}

fn raw(bytes: &[u8]) -> Result<()> {
    let mut out = Exact::standard_output();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::failed("cannot write to standard output").because(e))
        }
        _ => Ok(()),
    }
}

/// Whether the record is stored in the table that the source feeds, and what of it was rejected.
fn became(case: &Case, source: &Source, number: u64, ui: &Ui) -> Result<Became> {
    let views = Views::of_store(case, None)?;
    let stored = pick::view(&views, &format!("store_{}", source.table))?;
    let rejects = pick::view(&views, "rejects")?;
    let picker = Picker::open(&views, &[stored, rejects], ui.limits, &ui.meter())?;
    let (stored, rejects) = (picker.pick(stored)?, picker.pick(rejects)?);
    let of_record = [("source", source.source.clone()), ("record", number.to_string())];
    let mut wanted =
        Wanted { values: of_record.map(|(c, v)| (c.to_owned(), v)).to_vec(), ..Wanted::default() };
    let is_stored = stored.count(&stored.selection(&wanted)?)? > 0;
    wanted.values.push(("table_name".to_owned(), source.table.clone()));
    wanted.columns = ["kind", "reason", "column_name"].map(str::to_owned).to_vec();
    let mut found = Vec::new();
    rejects.rows(&rejects.selection(&wanted)?, Page::default(), |batch| {
        let text = |index: usize, row: usize| {
            let column = batch.columns().get(index).and_then(|c| c.as_string_opt::<i32>());
            column.and_then(|c| c.iter().nth(row).flatten()).map(str::to_owned)
        };
        for row in 0..batch.num_rows() {
            found.push(Reject {
                kind: text(0, row).unwrap_or_default(),
                reason: text(1, row).unwrap_or_default(),
                column: text(2, row),
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Became { table: source.table.clone(), stored: is_stored, rejects: found })
}

fn shown<'s>(
    source: &'s Source,
    path: &Path,
    number: u64,
    record: &'s RecordBytes,
    became: Vec<Became>,
) -> Shown<'s> {
    Shown {
        format: FORMAT,
        source: &source.source,
        path: path.to_string_lossy().into_owned(),
        record: number,
        byte_start: record.start,
        byte_end: record.end,
        sha256: record.is_whole().then(|| digest::sha256(&record.bytes)),
        became,
        encoding: &source.reading.encoding,
        text: record.text(source),
        bytes_hex: digest::hex(&record.bytes),
    }
}

fn text(shown: &Shown<'_>, record: &RecordBytes) -> String {
    let mut text = format!(
        "record  {} of {} (source {})\nbytes   {} to {}, {} without the line end\nsha256  {}\n",
        grouped(shown.record),
        safe::line(&shown.path),
        safe::line(shown.source),
        shown.byte_start,
        shown.byte_end,
        grouped(record.end - record.start),
        shown
            .sha256
            .as_deref()
            .unwrap_or("the record is longer than any record may be: only its beginning follows"),
    );
    if shown.encoding != UTF_8 {
        text.push_str(&format!("text    read as {}; its bytes: --raw\n", safe::line(shown.encoding)));
    }
    for became in &shown.became {
        text.push_str(&format!("{}\n", safe::line(&became_text(became))));
    }
    let bytes = shown.text.as_ref().map_or(record.bytes.as_slice(), |text| text.as_bytes());
    format!("{text}\n{}", safe::bytes(bytes))
}

fn became_text(became: &Became) -> String {
    let why = |reject: &Reject| match &reject.column {
        Some(column) => format!("{} ({column})", reject.reason),
        None => reject.reason.clone(),
    };
    let reasons: Vec<String> = became.rejects.iter().map(why).collect();
    match (became.stored, reasons.is_empty()) {
        (true, true) => format!("stored  in {}", became.table),
        (true, false) => format!("stored  in {}; cells rejected: {}", became.table, reasons.join(", ")),
        (false, false) => format!("rejected  not in {}: {}", became.table, reasons.join(", ")),
        (false, true) => format!("not in {}, and not among its rejects", became.table),
    }
}
