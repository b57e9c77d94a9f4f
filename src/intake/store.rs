//! The one commit of an `ingest`: every file of the store first, then the register, once (8-engineering, "Store").

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::datatypes::SchemaRef;

use super::facts::{FactsOutcome, FoundFacts};
use super::input::Input;
use super::orders::{OrdersSeen, dates, decided, order_notes};
use super::pipeline::{self, Means};
use super::plan::{Plan, PlannedFile};
use super::rejects::RejectsOut;
use super::tally::Tally;
use super::typing::{Layout, Typed};
use crate::base::instant::DateOrder;
use crate::base::progress::{Meter, Work};
use crate::base::{Error, Kind, Place, Result, digest, interrupt};
use crate::case::{Act, Case, CaseLock, Reading, Register, Source, rejects_of};
use crate::engine::ParquetOut;

/// What `--memory` is when nobody says otherwise.
const USUAL_MEMORY: u64 = 2_000_000_000;

/// First record and byte offset of each chunk.
type Places = Vec<(u64, u64)>;

/// What an `ingest` may use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Threads that type records; 0 means one a core.
    pub threads: usize,
    /// Bytes of memory for the whole program; 0 means the usual 2 GB.
    pub memory: u64,
}

/// What became of one file.
#[derive(Clone, Debug)]
pub struct IngestedFile {
    /// The file, as the user named it.
    pub path: PathBuf,
    /// What it is in the register.
    pub source: Source,
    /// Whether the same bytes were stored for the same table before; nothing was done then.
    pub already_stored: bool,
    /// What the person should know of it.
    pub notes: Vec<String>,
}

/// What an `ingest` did.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The files, in the order of the plan.
    pub files: Vec<IngestedFile>,
    /// What the person should know.
    pub notes: Vec<String>,
    /// Facts that were found in a given folder, and what became of them.
    pub facts: Option<(FoundFacts, FactsOutcome)>,
}

/// Stores the files of a plan, all or none; only an interruption by the user keeps those that are done.
///
/// # Errors
/// When the case is busy, or a file can't be read, has changed, or was stored before with another reading: nothing is
/// stored then.
pub fn ingest(case: &Case, plan: &Plan, options: Options, meter: &Meter) -> Result<Outcome> {
    let mut lock = case.lock("ingest")?;
    let found = plan.facts.as_ref();
    let found = found.map(|facts| Ok((facts.clone(), facts.outcome(case)?))).transpose()?;
    let facts =
        found.as_ref().filter(|(_, outcome)| *outcome == FactsOutcome::Adopted).map(|(facts, _)| facts);
    let register = case.register()?;
    let hashes = hash(plan, meter).map_err(|e| interrupt::kept(e, "the case as it was"))?;
    let mut act = Act {
        verb: "ingest".to_owned(),
        arguments: plan.files.iter().map(|file| file.table().to_owned()).collect(),
        read: hashes.clone(),
        wrote: Vec::new(),
    };
    let mut storing = Storing { case, register, options, work: meter.bytes("reading", total(plan)) };
    let is_new = |(file, hash): (&PlannedFile, &String)| storing.register.find(hash, file.table()).is_none();
    let mut outcome = Outcome { files: Vec::new(), notes: plan.notes.clone(), facts: found.clone() };
    if facts.is_none() && !plan.files.iter().zip(&hashes).any(is_new) {
        for (file, hash) in plan.files.iter().zip(&hashes) {
            outcome.files.push(storing.file(file, hash)?);
        }
        return Ok(outcome);
    }
    lock.begin(&act)?;
    let (files, stopped) = match storing.all(plan, &hashes) {
        Ok(files) => (files, None),
        Err((files, why)) if why.kind() == Kind::Interrupted && !files.is_empty() => (files, Some(why)),
        Err((_, why)) => return Err(nothing_stored(&mut lock, &act, why)),
    };
    // The facts come behind the register, and not after an interruption: they speak of exports that are there then.
    let facts = facts.filter(|_| stopped.is_none());
    let committed = lock.commit(&act, &storing.register);
    let committed = committed.and_then(|register| {
        facts.map_or(Ok(()), |facts| lock.write_facts(&facts.text))?;
        Ok(register)
    });
    let register = committed.map_err(|why| nothing_stored(&mut lock, &act, why))?;
    act.wrote.extend(facts.map(|facts| facts.sha256.clone()));
    act.wrote.push(register);
    if let Some(why) = stopped {
        let kept = format!("{} of {} files are stored", files.len(), plan.files.len());
        lock.end(&act, &format!("interrupted: {kept}"))?;
        return Err(interrupt::kept(why, &kept));
    }
    lock.end(&act, "stored")?;
    outcome.files = files;
    Ok(outcome)
}

/// What was made for an ingest that fails is swept by the register that stands then, which is the old one, unless the
/// commit failed at its very last step: nothing that a register names is removed.
fn nothing_stored(lock: &mut CaseLock, act: &Act, why: Error) -> Error {
    // What can't be swept now is swept by the next holder of the lock.
    let _ = lock.sweep();
    let why = interrupt::kept(why, "the case as it was, nothing is stored");
    lock.failed(act, why)
}

fn total(plan: &Plan) -> u64 {
    plan.files.iter().map(|file| file.length).sum()
}

/// The SHA-256 of every file: the name of a source stands in each of its rows, so it is needed first.
fn hash(plan: &Plan, meter: &Meter) -> Result<Vec<String>> {
    let work = meter.bytes("hashing", total(plan));
    let mut hashes = Vec::new();
    for file in &plan.files {
        let hash = digest::sha256_file(&file.path)?;
        file.stated.compare(&file.path, || Ok(hash.clone()))?;
        work.advance(file.length);
        hashes.push(hash);
    }
    Ok(hashes)
}

struct Storing<'c> {
    case: &'c Case,
    register: Register,
    options: Options,
    work: Work,
}

/// What became of the files that were done before one of them failed.
type Stopped = (Vec<IngestedFile>, Error);

impl Storing<'_> {
    /// Makes the files of the store; what is new stands in the register of [`Self`], not yet in the case's.
    fn all(&mut self, plan: &Plan, hashes: &[String]) -> std::result::Result<Vec<IngestedFile>, Stopped> {
        let mut files = Vec::new();
        for (file, hash) in plan.files.iter().zip(hashes) {
            match self.file(file, hash) {
                Ok(ingested) => {
                    if !ingested.already_stored {
                        self.register.add(ingested.source.clone());
                    }
                    files.push(ingested);
                }
                Err(why) => return Err((files, why)),
            }
        }
        Ok(files)
    }

    fn file(&mut self, file: &PlannedFile, hash: &str) -> Result<IngestedFile> {
        if let Some(known) = self.register.find(hash, file.table()) {
            same_reading(file, known)?;
            let notes = vec!["the same bytes are stored already: nothing to do".to_owned()];
            return Ok(IngestedFile {
                path: file.path.clone(),
                source: known.clone(),
                already_stored: true,
                notes,
            });
        }
        self.work.say(&file.path.to_string_lossy());
        let (mut source, seen) = self.read(file, hash, &BTreeMap::new())?;
        let orders = decided(&seen);
        if !orders.is_empty() {
            source = self.read(file, hash, &orders)?.0;
        }
        let mut notes = order_notes(&seen);
        notes.extend(source.odd_quotes.backslashes());
        source.reading.dates = dates(file, &orders, &seen);
        Ok(IngestedFile { path: file.path.clone(), source, already_stored: false, notes })
    }

    /// Reads a file once and makes its files in the store; not when its columns decide an order of dates with which it
    /// is to be read again: nothing of that first reading may stay.
    fn read(
        &mut self,
        file: &PlannedFile,
        hash: &str,
        orders: &BTreeMap<String, DateOrder>,
    ) -> Result<(Source, BTreeMap<String, OrdersSeen>)> {
        let name = hash.get(..16).unwrap_or(hash);
        let layout = file.layout(name, orders)?;
        let rejects = self.case.stored(&rejects_of(file.table()), name);
        let mut files =
            Files::create(self.case, &layout, name, RejectsOut::new(&rejects, name), self.workers())?;
        files.chunks.push((1, file.head.coding.length(&file.head.bytes)));
        let input = Input::open(&file.path, file.head.coding)?;
        let means = Means { workers: self.workers(), bytes: self.bytes_under_way(), work: &self.work };
        let read = pipeline::run(input, &file.head.bytes, &layout, &means, |typed| files.take(typed))
            .map_err(|e| if e.place().is_some() { e } else { e.at(Place::file(&file.path)) })?;
        let Some((sha256, bytes)) = read.filter(|(sha256, _)| *sha256 == hash && file.is_unchanged()) else {
            return Err(changed(file));
        };
        let is_final = !orders.is_empty() || decided(&files.tally.orders).is_empty();
        let filled = if is_final { files.finish(file.table())? } else { files.given_up() };
        let mut source = source(file, name, &filled.tally);
        (source.sha256, source.bytes) = (sha256, bytes);
        (source.chunks, source.files) = (filled.chunks, filled.written);
        check_balance(&source)?;
        Ok((source, filled.tally.orders))
    }

    /// Bytes of a file between its reader and its writer. Typed, written and while they are both, they take up to ten
    /// times as much; the rest is for the program and what the system gives back late.
    fn bytes_under_way(&self) -> u64 {
        let memory = if self.options.memory == 0 { USUAL_MEMORY } else { self.options.memory };
        memory / 16
    }

    fn workers(&self) -> usize {
        match self.options.threads {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            threads => threads,
        }
    }
}

fn changed(file: &PlannedFile) -> Error {
    Error::failed("the file changed while it was read")
        .at(Place::file(&file.path))
        .expected("the same bytes from the first look to the last")
        .next("wait until nothing writes it any more, or copy it, then ingest again; nothing was stored")
}

/// A file that was stored is not stored again with another reading: stored data is never rewritten.
fn same_reading(file: &PlannedFile, known: &Source) -> Result<()> {
    let now = file.reading();
    let stored = &known.reading;
    let orders_differ = file
        .stated
        .dates
        .is_some_and(|order| !stored.dates_stated || stored.dates.values().any(|word| word != order.word()));
    let differs = now.encoding != stored.encoding
        || now.zone != stored.zone
        || now.account_id != stored.account_id
        || now.dates_stated != stored.dates_stated
        || orders_differ;
    if !differs {
        return Ok(());
    }
    Err(Error::usage(
        "the same bytes are stored already, read in another way (zone, dates, encoding or account)",
    )
    .at(Place::file(&file.path))
    .expected(format!(
        "zone {}, dates {}, account {}",
        stored.zone.as_deref().unwrap_or("unstated"),
        if stored.dates_stated { "stated" } else { "unstated" },
        stored.account_id.as_deref().unwrap_or("unstated"),
    ))
    .next(if now.account_id == stored.account_id {
        "stored data is never rewritten: to read it in another way, start a new case"
    } else {
        "equal bytes are one source: for another account, ingest a copy with one more line end at its end"
    }))
}

/// What one reading of a source came to.
struct Filled {
    tally: Tally,
    chunks: Places,
    /// SHA-256 of each file of the store, by table.
    written: BTreeMap<String, String>,
}

/// The files of the store that one source fills.
struct Files<'p> {
    /// The tables that they are of.
    names: Vec<String>,
    tables: Vec<ParquetOut>,
    schemas: &'p [SchemaRef],
    source: &'p str,
    rejects: RejectsOut<'p>,
    tally: Tally,
    chunks: Places,
}

impl<'p> Files<'p> {
    fn create(
        case: &Case,
        layout: &'p Layout,
        source: &'p str,
        rejects: RejectsOut<'p>,
        threads: usize,
    ) -> Result<Self> {
        let mut tables = Vec::new();
        for ((name, columns), schema) in layout.table.stored_tables().iter().zip(&layout.schemas) {
            let is_looked_up =
                |column: &str| layout.table.column(column).is_some_and(|column| column.is_looked_up());
            let looked_up: Vec<&str> = columns
                .iter()
                .map(|(column, _)| column.as_str())
                .filter(|column| is_looked_up(column))
                .collect();
            let out = ParquetOut::create(&case.stored(name, source), schema.clone(), &looked_up)?;
            tables.push(out.with_threads(threads));
        }
        let schemas = layout.schemas.as_slice();
        let names = layout.table.stored_tables().into_iter().map(|(name, _)| name).collect();
        Ok(Self { names, tables, schemas, source, rejects, tally: Tally::default(), chunks: Vec::new() })
    }

    fn take(&mut self, typed: Typed) -> Result<()> {
        let mut tables = self.tables.iter_mut().zip(self.schemas);
        if let Some((out, _)) = tables.next() {
            out.write(&typed.rows)?;
        }
        for ((out, schema), long) in tables.zip(&typed.long) {
            long.batches(schema, self.source, |rows| out.write(rows))?;
        }
        self.rejects.write(&typed.rejects)?;
        self.chunks.extend(typed.place.filter(|place| self.chunks.last() != Some(place)));
        self.tally.add(typed.tally);
        Ok(())
    }

    /// Makes the files durable.
    fn finish(self, table: &str) -> Result<Filled> {
        let mut written = BTreeMap::new();
        for (out, name) in self.tables.into_iter().zip(self.names) {
            written.insert(name, out.finish()?.sha256);
        }
        written.extend(self.rejects.finish()?.map(|sha256| (rejects_of(table), sha256)));
        Ok(Filled { tally: self.tally, chunks: self.chunks, written })
    }

    /// What was counted, where the files are not to stay.
    fn given_up(self) -> Filled {
        Filled { tally: self.tally, chunks: self.chunks, written: BTreeMap::new() }
    }
}

fn source(file: &PlannedFile, name: &str, tally: &Tally) -> Source {
    let columns = file.columns().into_iter().map(|(ours, header)| (ours.to_owned(), header.to_owned()));
    Source {
        source: name.to_owned(),
        table: file.table().to_owned(),
        path: file.path.to_string_lossy().into_owned(),
        read: tally.read,
        stored: tally.stored,
        rejected: tally.rejected,
        blank_lines: tally.blank_lines,
        field_rejects: tally.field_rejects.clone(),
        zone_unstated: tally.zone_unstated.clone(),
        odd_quotes: tally.odd_quotes.clone(),
        columns: columns.collect(),
        unknown_columns: file.unknown_columns().to_vec(),
        unknown_codes: tally
            .unknown_codes
            .iter()
            .map(|(c, words)| (c.clone(), masked_words(words)))
            .collect(),
        reading: file.reading(),
        custody: file.stated.custody.clone(),
        ..Source::default()
    }
}

/// The register is shown to others than the store: a word that is no code of ours may be a person's name.
fn masked_words(words: &BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    let mut masked = BTreeMap::new();
    for (word, count) in words {
        *masked.entry(super::masked(word.as_bytes())).or_default() += count;
    }
    masked
}

/// Nothing is lost: what was read is what was stored, left out and rejected.
fn check_balance(source: &Source) -> Result<()> {
    let accounted = source.stored + source.rejected + source.filtered.values().sum::<u64>();
    if accounted == source.read {
        return Ok(());
    }
    Err(Error::failed(format!("{} records were read, {accounted} are accounted for", source.read))
        .at(Place::file(&source.path))
        .expected("records read = stored + left out + rejected")
        .next("nothing was stored; please report this"))
}

impl Outcome {
    /// The outcome as data, versioned.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        let file = |file: &IngestedFile| {
            let mut value = serde_json::to_value(&file.source).unwrap_or_default();
            if let Some(object) = value.as_object_mut() {
                object.remove("chunks");
                object.insert("already_stored".to_owned(), file.already_stored.into());
                object.insert("notes".to_owned(), file.notes.clone().into());
            }
            value
        };
        serde_json::json!({
            "format": 1,
            "files": self.files.iter().map(file).collect::<Vec<_>>(),
            "notes": self.notes,
            "facts": self.facts.as_ref().map(|(facts, outcome)| facts.json(*outcome)),
        })
    }
}

/// How a source was read, for who shows it.
pub(super) fn reading_words(reading: &Reading) -> String {
    let zone = reading.zone.as_deref().unwrap_or("unstated");
    format!("{}, separated by {}, zone {zone}", reading.encoding, reading.delimiter)
}
