//! One structural byte put into, taken out of or replaced in a well-formed export, anywhere: no record has a cell in a wrong
//! column, and none is lost.
//!
//! What is right is told from the exports alone, in which each word stands in one cell only:
//! - A cell that the byte does not touch is stored as it was meant, in its column and beside the other cells of its record; or
//!   its record is rejected, and the reject covers its bytes.
//! - A cell that the byte touches (it lies in it, or between it and the next) may be damaged, since no reader can know the byte that
//!   was there. But it holds words of its own only; and what it has lost, a reject covers. A damaged instant still contains the
//!   true one, a damaged yes or no is unknown or the same, so that none of them decides anything wrongly.
//! - A file is refused, or taken for another table, only for a byte in its header; then nothing of it is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::PathBuf;

use highwater::base::progress::Meter;
use highwater::case::{OddQuotes, Source};
use highwater::intake::{self, IngestedFile, Options, Plan, Request, Stated};

use crate::exports::{Cell, Export, Kind, Numbers, Record};
use crate::support::{Bench, Row, WIDEST, cell, interval};

/// Files in CI.
const FILES: usize = 10_000;
/// Files that are stored at once.
const BATCH: usize = 200;
const THREADS: usize = 2;
const STRUCTURAL: [u8; 8] = *b"\",\n\r\\;\t\0";

/// What was done to one byte.
#[derive(Clone, Copy, Debug)]
enum Edit {
    Insert(u8),
    Delete,
    Replace(u8),
}

/// A polluted export.
struct Polluted {
    export: Export,
    at: usize,
    edit: Edit,
    bytes: Vec<u8>,
}

impl Polluted {
    fn new(numbers: &mut Numbers) -> Self {
        let records = numbers.next(6) + 1;
        let export = Export::new(numbers, records);
        let is_structural = |at: &usize| STRUCTURAL.contains(&export.bytes[*at]);
        let structural: Vec<usize> = (0..export.bytes.len()).filter(is_structural).collect();
        let byte = *numbers.pick(&STRUCTURAL);
        let (at, edit) = match numbers.next(4) {
            0 => (numbers.next(export.bytes.len() + 1), Edit::Insert(byte)),
            1 => (*numbers.pick(&structural), Edit::Delete),
            2 => (*numbers.pick(&structural), Edit::Replace(*numbers.pick(b"\",\n\r\\;\t\0x"))),
            _ => (numbers.next(export.bytes.len()), Edit::Replace(byte)),
        };
        let mut bytes = export.bytes.clone();
        match edit {
            Edit::Insert(byte) => bytes.insert(at, byte),
            Edit::Delete => drop(bytes.remove(at)),
            Edit::Replace(byte) => bytes[at] = byte,
        }
        Self { export, at, edit, bytes }
    }

    /// Whether the byte lies in a cell, or between it and the next. What is put in at the edge of a cell lies in it.
    fn touches(&self, cell: &Cell) -> bool {
        let records = std::iter::once(&self.export.header).chain(&self.export.records);
        let spans: Vec<&Range<usize>> =
            records.flat_map(|record| &record.cells).map(|cell| &cell.span).collect();
        let place = spans.binary_search_by_key(&cell.span.start, |span| span.start).unwrap();
        let before = place.checked_sub(1).map_or(0, |before| spans[before].end);
        let after = spans.get(place + 1).map_or(self.export.bytes.len(), |after| after.start);
        match self.edit {
            Edit::Insert(_) => {
                let is_between = before < self.at && self.at < after && self.is_in_gap();
                is_between || (cell.span.start..=cell.span.end).contains(&self.at)
            }
            _ => (before..after).contains(&self.at),
        }
    }

    /// Whether it is put between the two bytes of a line end.
    fn is_in_gap(&self) -> bool {
        self.at > 0 && self.export.bytes[self.at - 1..].starts_with(b"\r\n")
    }

    fn is_in_header(&self) -> bool {
        self.export.header.span.contains(&self.at)
    }

    /// A cell as it is written now, and what is between it and the cells beside it.
    fn written(&self, cell: &Cell) -> &[u8] {
        let bytes = &self.export.bytes;
        let is_between = |byte: &u8| matches!(byte, b',' | b'\r' | b'\n');
        let start = cell.span.start - usize::from(bytes[..cell.span.start].last().is_some_and(is_between));
        let end = cell.span.end + bytes[cell.span.end..].iter().take(2).take_while(|b| is_between(b)).count();
        &self.bytes[self.now(&(start..end))]
    }

    /// Where bytes of the export are in the polluted one; with what was put in at an edge of them.
    fn now(&self, span: &Range<usize>) -> Range<usize> {
        match self.edit {
            Edit::Insert(_) => {
                span.start + usize::from(self.at < span.start)..span.end + usize::from(self.at <= span.end)
            }
            Edit::Delete => {
                span.start - usize::from(self.at < span.start)..span.end - usize::from(self.at < span.end)
            }
            Edit::Replace(_) => span.clone(),
        }
    }
}

/// The words of a text.
fn words(text: &[u8]) -> BTreeSet<&[u8]> {
    text.split(|byte| !byte.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// What the store made of a polluted export.
struct Stored<'s> {
    polluted: &'s Polluted,
    rows: Vec<Row>,
    /// Where the records that were rejected lie.
    rejects: Vec<Range<usize>>,
}

impl Stored<'_> {
    /// Says what is wrong; nothing when all is right.
    fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let mut stored = BTreeMap::new();
        for row in &self.rows {
            match self.original(row) {
                Some(number) if stored.insert(number, row).is_none() => {}
                Some(number) => mistakes.push(format!("record {number} is stored twice")),
                None => mistakes.push(format!("stored, but in no record: {row:?}")),
            }
        }
        for (number, record) in self.polluted.export.records.iter().enumerate() {
            match stored.get(&number) {
                Some(row) => self.compare(record, row, &mut mistakes),
                None if self.is_rejected(record) || self.is_in_refuse_of_header(number) => {}
                None => mistakes.push(format!("record {number} is lost")),
            }
        }
        mistakes
    }

    /// The record that a row is: the one with its key, or the one whose key was touched.
    fn original(&self, row: &Row) -> Option<usize> {
        let key = self.polluted.export.columns.iter().position(|(_, kind)| *kind == Kind::Key).unwrap();
        let stored = cell(row, self.polluted.export.columns[key].0);
        let mut records = self.polluted.export.records.iter();
        let same = records.position(|record| record.cells[key].means.as_deref() == Some(stored));
        same.or_else(|| {
            let mut records = self.polluted.export.records.iter();
            records.position(|record| {
                let cell = &record.cells[key];
                self.polluted.touches(cell) && self.is_of(cell, stored)
            })
        })
    }

    /// Whether a stored text has words of this cell only.
    fn is_of(&self, cell: &Cell, stored: &str) -> bool {
        words(stored.as_bytes()).is_subset(&words(self.polluted.written(cell)))
    }

    fn compare(&self, record: &Record, row: &Row, mistakes: &mut Vec<String>) {
        let header = &self.polluted.export.header;
        for (place, (name, kind)) in self.polluted.export.columns.iter().enumerate() {
            let meant = &record.cells[place];
            let is_right = if *kind == Kind::Unknown {
                true
            } else if self.polluted.touches(meant) {
                self.is_damaged_rightly(record, meant, row, name, *kind)
            } else if self.polluted.touches(&header.cells[place]) {
                is_exact(meant, row, name, *kind) || cell(row, name) == "NULL"
            } else {
                is_exact(meant, row, name, *kind)
            };
            if !is_right {
                mistakes.push(format!("{name} should be {:?} in {row:?}", meant.means));
            }
        }
    }

    fn is_damaged_rightly(&self, record: &Record, meant: &Cell, row: &Row, name: &str, kind: Kind) -> bool {
        let stored = cell(row, name);
        let is_empty = stored == "NULL";
        let covered = self.overlaps(&record.span);
        match kind {
            Kind::Instant => contains(&interval(row, name), meant) || is_empty && covered,
            Kind::Boolean => is_empty || is_exact(meant, row, name, kind),
            Kind::Code(_) => {
                let raw = cell(row, &format!("{name}_raw"));
                let is_unknown = stored == "unknown" && self.is_of(meant, raw);
                is_unknown || is_exact(meant, row, name, kind) || is_empty && covered
            }
            _ => {
                let kept = if is_empty { "" } else { stored };
                let cell = &self.polluted.bytes[self.polluted.now(&meant.span)];
                let has = |word: &&[u8]| kept.contains(std::str::from_utf8(word).unwrap());
                let is_whole = words(cell).iter().all(has);
                self.is_of(meant, kept) && (is_whole || covered)
            }
        }
    }

    fn is_rejected(&self, record: &Record) -> bool {
        let key = self.polluted.export.columns.iter().position(|(_, kind)| *kind == Kind::Key).unwrap();
        let key = &record.cells[key];
        if record.cells.iter().any(|cell| self.polluted.touches(cell)) {
            return self.overlaps(&record.span);
        }
        let key = self.polluted.now(&key.span);
        self.rejects.iter().any(|reject| reject.start <= key.start && key.end <= reject.end)
    }

    fn overlaps(&self, span: &Range<usize>) -> bool {
        let span = self.polluted.now(span);
        self.rejects.iter().any(|reject| reject.start < span.end && span.start < reject.end)
    }

    /// The first record is part of the header where the line end between them is gone: then no record fits the header.
    fn is_in_refuse_of_header(&self, number: usize) -> bool {
        let header = &self.polluted.export.header;
        let end = header.cells.last().unwrap().span.end;
        number == 0 && self.rows.is_empty() && (end..header.span.end).contains(&self.polluted.at)
    }
}

/// Whether a cell that nothing touched is stored as it was meant.
fn is_exact(meant: &Cell, row: &Row, name: &str, kind: Kind) -> bool {
    let stored = if kind == Kind::Instant { interval(row, name) } else { cell(row, name).to_owned() };
    match (&meant.means, kind) {
        (None, _) => stored == "NULL",
        (Some(meant), Kind::Instant) => stored == meant.trim_end_matches('Z'),
        (Some(meant), _) => stored == *meant,
    }
}

/// Whether an interval as stored contains the instant that was meant.
fn contains(stored: &str, meant: &Cell) -> bool {
    let Some(meant) = meant.means.as_deref().map(|meant| meant.trim_end_matches('Z')) else {
        return stored == "NULL" || stored == WIDEST;
    };
    let (lo, hi) = stored.split_once(" .. ").unwrap_or((stored, stored));
    stored != "NULL" && lo <= meant && meant <= hi
}

/// What came of many exports.
#[derive(Debug, Default)]
struct Sum {
    refused: usize,
    stored: u64,
    rejected: u64,
    reasons: BTreeMap<String, usize>,
    inside: u64,
    mistakes: Vec<String>,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.refused += other.refused;
        self.stored += other.stored;
        self.rejected += other.rejected;
        self.inside += other.inside;
        self.mistakes.extend(other.mistakes);
        for (reason, count) in other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
    }
}

/// Stores files, all at once, but for those that are refused, and says of each what became of it.
fn ingested(bench: &Bench, paths: &[PathBuf]) -> Vec<Option<IngestedFile>> {
    let plan_of = |path: &PathBuf| {
        let plan = intake::plan(&Request {
            inputs: vec![path.clone()],
            stated: Stated::default(),
            follow_links: false,
        })
        .ok()?;
        // Some are refused by what their first records hold.
        intake::preview(&plan).ok().map(|_| plan)
    };
    let plans: Vec<Option<Plan>> = paths.iter().map(plan_of).collect();
    let files = plans.iter().flatten().flat_map(|plan| plan.files.clone()).collect();
    let plan = Plan { files, facts: None, notes: Vec::new() };
    let options = Options { threads: 1, ..Options::default() };
    let outcome =
        intake::ingest(&bench.case, &plan, options, &Meter::silent()).unwrap_or_else(|e| panic!("{e}"));
    let mut files = outcome.files.into_iter();
    plans.iter().map(|plan| plan.as_ref().map(|_| files.next().unwrap())).collect()
}

fn read(bench: &Bench, source: &Source) -> (Vec<Row>, Vec<Row>) {
    assert_eq!(source.read, source.stored + source.rejected);
    let rows = bench.rows(&source.table, &source.source);
    let rejects =
        bench.rejects(source).into_iter().filter(|reject| cell(reject, "kind") == "record").collect();
    (rows, rejects)
}

fn looked_at(polluted: &Polluted, bench: &Bench, file: Option<&IngestedFile>) -> Sum {
    let mut sum = Sum::default();
    let mut mistakes = Vec::new();
    if let Some(IngestedFile { source, .. }) = file {
        let (rows, rejects) = read(bench, source);
        let is_mistaken = source.table != polluted.export.table.name;
        if is_mistaken && !(rows.is_empty() && polluted.is_in_header()) {
            mistakes.push(format!("taken for {}", source.table));
        }
        assert_eq!((rows.len() as u64, rejects.len() as u64), (source.stored, source.rejected));
        for reject in &rejects {
            *sum.reasons.entry(cell(reject, "reason").to_owned()).or_default() += 1;
        }
        let place = |reject: &Row, column| cell(reject, column).parse().unwrap();
        let rejects = rejects.iter().map(|r| place(r, "byte_start")..place(r, "byte_end")).collect();
        (sum.stored, sum.rejected) = (source.stored, source.rejected);
        sum.inside = source.odd_quotes.inside.values().sum();
        mistakes.extend(Stored { polluted, rows, rejects }.mistakes());
    } else {
        sum.refused = 1;
        if !polluted.is_in_header() {
            mistakes.push("refused".to_owned());
        }
    }
    let what = || {
        let bytes = String::from_utf8_lossy(&polluted.bytes);
        format!("{:?} at {}: {bytes:?}", polluted.edit, polluted.at)
    };
    sum.mistakes = mistakes.into_iter().map(|mistake| format!("{mistake}\n  {}", what())).collect();
    sum
}

fn run(seed: usize, files: usize) -> Sum {
    let mut numbers = Numbers(0x5eed + seed as u64);
    let mut sum = Sum::default();
    for _ in 0..files.div_ceil(BATCH) {
        let bench = Bench::light();
        let polluted: Vec<Polluted> = (0..BATCH).map(|_| Polluted::new(&mut numbers)).collect();
        let name = |number| format!("{number}.csv");
        let paths: Vec<PathBuf> =
            polluted.iter().enumerate().map(|(number, p)| bench.file(&name(number), &p.bytes)).collect();
        for (polluted, file) in polluted.iter().zip(ingested(&bench, &paths)) {
            sum.add(looked_at(polluted, &bench, file.as_ref()));
        }
    }
    sum
}

#[test]
fn no_structural_byte_moves_a_cell_or_loses_a_record() {
    let mut sum = Sum::default();
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|seed| scope.spawn(move || run(seed, FILES / THREADS))).collect();
        threads.into_iter().for_each(|thread| sum.add(thread.join().unwrap()));
    });
    let Sum { mistakes, .. } = &sum;
    let shown = mistakes.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
    assert!(mistakes.is_empty(), "{} mistakes in {FILES} files:\n{shown}", mistakes.len());
    // That the pollutions bite: each kind of answer is met often.
    let count = |reason: &str| sum.reasons.get(reason).copied().unwrap_or(0);
    assert!(
        count("QUOTE_SUSPECT") > 500 && count("FIELD_COUNT") > 1_000 && count("QUOTE_OPEN") > 50,
        "{sum:?}"
    );
    assert!(sum.refused > 200 && sum.inside > 20 && sum.stored > 10_000, "{sum:?}");
}

/// The baseline: of the same exports without pollution nothing is rejected, and nothing stands elsewhere.
#[test]
fn well_formed_exports_with_many_quotes_are_stored_whole() {
    let mut numbers = Numbers(77);
    let bench = Bench::light();
    let exports: Vec<Export> = (0..100).map(|_| Export::new(&mut numbers, 400)).collect();
    let paths: Vec<PathBuf> = exports
        .iter()
        .enumerate()
        .map(|(number, export)| bench.file(&format!("{number}.csv"), &export.bytes))
        .collect();
    for (export, file) in exports.iter().zip(ingested(&bench, &paths)) {
        let source = file.unwrap().source;
        let (rows, rejects) = read(&bench, &source);
        assert_eq!((rejects, &source.odd_quotes), (Vec::new(), &OddQuotes::default()));
        assert_eq!(rows.len(), export.records.len());
        for (record, row) in export.records.iter().zip(&rows) {
            for (place, (name, kind)) in export.columns.iter().enumerate() {
                let is_right = *kind == Kind::Unknown || is_exact(&record.cells[place], row, name, *kind);
                assert!(is_right, "{name} should be {:?} in {row:?}", record.cells[place].means);
            }
        }
    }
}
