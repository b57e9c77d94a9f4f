//! The stored records of a case: what each export feeds, which records are rejected, and how records of the
//! same key are merged (2-tables, "Canonical tables" and "Duplicates").

use std::collections::{BTreeMap, BTreeSet};

use crate::case::{Case, Export};
use crate::instant::{self, Interval, LATEST, Manner};
use crate::value;

/// The cells that a record of a table must have, its key first where it has one.
fn required(table: &str) -> &'static [&'static str] {
    match table {
        "accounts" => &["account_id"],
        "users" => &["user_id", "account_id"],
        "credential_changes" => &["kind"],
        "app_installations" => &["installation_id", "account_id"],
        "certificates" => &["certificate_id", "account_id"],
        "api_clients" => &["client_id", "account_id"],
        "sso" => &["account_id", "population"],
        "accessed" => &["account_id", "data_class"],
        "notices" => &["notice_id", "account_id"],
        other => panic!("{other} is not a table"),
    }
}

/// One export as a source of its table.
pub struct Source<'a> {
    export: &'a Export,
    pub id: String,
    pub table: &'static str,
    pub exported: Option<Interval>,
    manners: BTreeMap<&'a str, Manner>,
    pub rejected: usize,
    pub stored: usize,
}

impl<'a> Source<'a> {
    fn new(export: &'a Export) -> Self {
        let manners = export.header.iter().map(|name| (name.as_str(), export.manner(name))).collect();
        let kept = export.rows.iter().filter(|row| is_kept(export, row)).count();
        Self {
            export,
            id: export.source(),
            table: export.table,
            exported: export.exported(),
            manners,
            rejected: export.rows.len() - kept,
            stored: kept,
        }
    }

    pub fn has(&self, column: &str) -> bool {
        self.export.has(column)
    }

    fn records(&'a self) -> impl Iterator<Item = Record<'a>> {
        let numbered = self.export.rows.iter().zip(1..);
        let kept = numbered.filter(|(row, _)| is_kept(self.export, row));
        kept.map(|(row, number)| Record { source: self, row, number })
    }

    fn manner(&self, column: &str) -> Manner {
        let name = self.export.position(column).and_then(|at| self.export.header.get(at));
        name.and_then(|name| self.manners.get(name.as_str())).copied().unwrap_or_default()
    }
}

/// A record that lacks a required cell is rejected.
fn is_kept(export: &Export, row: &[String]) -> bool {
    required(export.table).iter().all(|column| export.cell(row, column).is_some())
}

/// One stored record.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    pub source: &'a Source<'a>,
    row: &'a [String],
    pub number: usize,
}

impl<'a> Record<'a> {
    fn cell(&self, column: &str) -> Option<&'a str> {
        self.source.export.cell(self.row, column)
    }

    /// Descriptive text: as written, also where it is white space only.
    pub fn text(&self, column: &str) -> Option<String> {
        self.source.export.written(self.row, column).map(String::from)
    }

    /// An address: as written, but a blank one is none.
    pub fn address(&self, column: &str) -> Option<String> {
        self.cell(column).map(String::from)
    }

    pub fn identifier(&self, column: &str) -> Option<String> {
        self.cell(column).and_then(value::identifier)
    }

    pub fn hex(&self, column: &str) -> Option<String> {
        self.cell(column).and_then(value::hex)
    }

    pub fn instant(&self, column: &str) -> Option<Interval> {
        self.cell(column).map(|text| instant::read(text, self.source.manner(column)))
    }

    pub fn boolean(&self, column: &str) -> Option<bool> {
        self.cell(column).and_then(value::boolean)
    }

    pub fn word(&self, column: &str) -> Option<String> {
        self.cell(column).and_then(value::word)
    }

    pub fn code(&self, column: &str, ours: &[&str]) -> Option<String> {
        self.cell(column).and_then(|text| value::code(text, ours))
    }

    pub fn place(&self) -> Place {
        Place { source: self.source.id.clone(), record: self.number }
    }

    /// Its file has the column, and says nothing there.
    fn leaves_empty(&self, column: &str) -> bool {
        self.source.has(column) && self.cell(column).is_none()
    }

    /// `exported_at` known before unknown, then later; then greater SHA-256; then greater record number.
    fn newness(&self) -> (Option<Interval>, &str, usize) {
        (self.source.exported, &self.source.id, self.number)
    }
}

/// Where a record lies: its source and its number there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub source: String,
    pub record: usize,
}

/// Everything the exports of a case hold.
pub struct Store<'a> {
    pub sources: Vec<Source<'a>>,
}

impl<'a> Store<'a> {
    pub fn new(case: &'a Case) -> Self {
        Self { sources: case.exports.iter().map(Source::new).collect() }
    }

    pub fn sources_of(&self, table: &str) -> impl Iterator<Item = &Source<'_>> {
        self.sources.iter().filter(move |source| source.table == table)
    }

    pub fn records(&self, table: &str) -> impl Iterator<Item = Record<'_>> {
        self.sources_of(table).flat_map(Source::records)
    }

    /// The records of a table by their key, each group to be merged.
    pub fn by_key(&self, table: &str) -> Vec<Rows<'_>> {
        let key = required(table)[0];
        let mut groups: BTreeMap<String, Vec<Record<'_>>> = BTreeMap::new();
        for record in self.records(table) {
            groups.entry(record.identifier(key).expect("a required cell")).or_default().push(record);
        }
        groups.into_iter().map(|(key, rows)| Rows { key, rows }).collect()
    }

    /// Each account that some stored record names, before merging and whatever as_of.
    pub fn named_accounts(&self) -> BTreeSet<String> {
        let records = self.sources.iter().flat_map(Source::records);
        records.filter_map(|record| record.identifier("account_id")).collect()
    }
}

/// The records of one key. Those that differ are merged, never chosen between, where it can change a verdict.
pub struct Rows<'a> {
    pub key: String,
    pub rows: Vec<Record<'a>>,
}

impl Rows<'_> {
    /// Instants: the hull.
    pub fn instant(&self, column: &str) -> Option<Interval> {
        Interval::hull(self.rows.iter().filter_map(|row| row.instant(column)))
    }

    /// Endings: the hull; a row that denies it makes it no longer certain.
    pub fn ending(&self, column: &str) -> Option<Interval> {
        let hull = self.instant(column)?;
        let is_older = |row: &Record| row.source.exported.is_some_and(|exported| exported.hi < hull.lo);
        let is_denied = self.rows.iter().any(|row| row.leaves_empty(column) && !is_older(row));
        Some(if is_denied { Interval { lo: hull.lo, hi: LATEST } } else { hull })
    }

    /// Changes: not merged, each row's value is a change of its own.
    pub fn changes(&self, column: &str) -> Vec<(Interval, Place)> {
        self.rows.iter().filter_map(|row| Some((row.instant(column)?, row.place()))).collect()
    }

    /// Booleans: NULL where two differ.
    pub fn boolean(&self, column: &str) -> Option<bool> {
        only(self.rows.iter().filter_map(|row| row.boolean(column))).ok()?
    }

    /// Codes: `unknown` where two words differ. One that is not ours differs from every other: it is `unknown` too.
    pub fn code(&self, column: &str, ours: &[&str]) -> Option<String> {
        only(self.rows.iter().filter_map(|row| row.code(column, ours))).unwrap_or(Some(value::UNKNOWN.into()))
    }

    /// Open words: `unknown` where two differ.
    pub fn word(&self, column: &str) -> Option<String> {
        only(self.rows.iter().filter_map(|row| row.word(column))).unwrap_or(Some(value::UNKNOWN.into()))
    }

    /// References that differ: NULL.
    pub fn reference(&self, column: &str) -> Option<String> {
        only(self.rows.iter().filter_map(|row| row.identifier(column))).ok()?
    }

    /// Digests of keys that differ: NULL.
    pub fn key_digest(&self, column: &str) -> Option<String> {
        only(self.rows.iter().filter_map(|row| row.hex(column))).ok()?
    }

    /// Lists of words: the union.
    pub fn words(&self, column: &str) -> BTreeSet<String> {
        self.rows.iter().filter_map(|row| row.text(column)).flat_map(|text| value::words(&text)).collect()
    }

    /// Lists of names: the union.
    pub fn names(&self, column: &str) -> BTreeSet<String> {
        self.rows.iter().filter_map(|row| row.text(column)).flat_map(|text| value::list(&text)).collect()
    }

    /// Descriptive text and contacts: the newest that is not empty.
    pub fn newest<T>(&self, said: impl Fn(&Record) -> Option<T>) -> Option<T> {
        let mut rows: Vec<&Record> = self.rows.iter().collect();
        rows.sort_by(|a, b| b.newness().cmp(&a.newness()));
        rows.into_iter().find_map(said)
    }

    pub fn newest_text(&self, column: &str) -> Option<String> {
        self.newest(|row| row.text(column))
    }

    /// The newest row's place stands for the merged row.
    pub fn place(&self) -> Option<Place> {
        self.newest(|row| Some(row.place()))
    }
}

/// The only value there is, none when there is none; `Err` when two differ.
fn only<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Result<Option<T>, ()> {
    let mut values = values.into_iter();
    let first = values.next();
    match &first {
        Some(first) if values.any(|other| other != *first) => Err(()),
        _ => Ok(first),
    }
}
