//! The plan of an `ingest`: which file is which table, which column goes where, made before anything is stored.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::cell::BooleanWords;
use super::columns;
use super::facts::FoundFacts;
use super::find;
use super::head::{Head, shown_delimiter};
use super::header::{ACCOUNT, Match};
use super::readable::first_bytes;
use super::stated::{SourcesFile, Stated};
use super::typing::Layout;
use crate::base::instant::{DateOrder, Form, Zone};
use crate::base::text;
use crate::base::{Error, Kind, Place, Result, digest, files, interrupt, safe};
use crate::case::Reading;
use crate::engine::tables;

/// What is to be ingested, and what a person states about it.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Files, folders, patterns.
    pub inputs: Vec<PathBuf>,
    /// What the flags state about every file.
    pub stated: Stated,
    /// Whether links that lead out of a given folder are followed.
    pub follow_links: bool,
}

/// What an `ingest` will do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The files, in the order in which they are read.
    pub files: Vec<PlannedFile>,
    /// Facts that are in a given folder.
    pub facts: Option<FoundFacts>,
    /// What the person should know: what was left aside, entries that matched nothing.
    pub notes: Vec<String>,
}

/// What will be done with one file.
#[derive(Clone, Debug)]
pub struct PlannedFile {
    /// The file.
    pub path: PathBuf,
    /// What is stated about it.
    pub stated: Stated,
    pub(super) head: Head,
    pub(super) columns: Match,
    pub(super) length: u64,
    pub(super) modified: Option<SystemTime>,
}

/// Makes the plan. Nothing is stored.
///
/// # Errors
/// All files that can't be read or are no table, at once.
pub fn plan(request: &Request) -> Result<Plan> {
    let flags = checked(&request.stated)?;
    let found = find::find(&request.inputs, request.follow_links)?;
    let mut sources: Vec<SourcesFile> = Vec::new();
    for folder in &found.folders {
        sources.extend(SourcesFile::load(folder)?);
    }
    let mut files = Vec::new();
    let mut mistakes = Vec::new();
    for path in &found.files {
        interrupt::check()?;
        match planned(path, &mut sources, &flags) {
            Ok(file) => files.push(file),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if !mistakes.is_empty() {
        let what =
            format!("nothing was stored: {} of {} files cannot be read", mistakes.len(), found.files.len());
        return Err(Error::many(Kind::Usage, what, mistakes));
    }
    let left = found.left_aside.iter().map(|(path, why)| format!("left aside: {} ({why})", safe::path(path)));
    let notes = left.chain(sources.iter().flat_map(SourcesFile::unused)).collect();
    compare_left_aside(&found.left_aside, &mut sources)?;
    sources.iter().try_for_each(SourcesFile::all_hashes_used)?;
    Ok(Plan { files, facts: FoundFacts::in_folders(&found.folders)?, notes })
}

/// A file that is not read may have a hash all the same: it is compared.
fn compare_left_aside(left_aside: &[(PathBuf, &'static str)], sources: &mut [SourcesFile]) -> Result<()> {
    for (path, _) in left_aside.iter().filter(|(path, _)| path.is_file()) {
        for file in sources.iter_mut() {
            if let Some(stated) = file.of(path)? {
                stated.compare(path, || digest::sha256_file(path))?;
            }
        }
    }
    Ok(())
}

/// What the flags state, its account trimmed as a cell would be.
fn checked(stated: &Stated) -> Result<Stated> {
    if let Some(zone) = stated.zone.as_deref().filter(|zone| Zone::parse(zone).is_none()) {
        let error = Error::usage(format!("no such zone as {}", text::excerpt(zone))).expected(Zone::EXPECTED);
        return Err(match Zone::nearest(zone) {
            Some(near) => error.next(format!("did you mean {near}?")),
            None => error,
        });
    }
    stated.table.as_deref().map_or(Ok(()), |table| tables::table(table).map(drop))?;
    let account_id = stated.account_id.as_deref().map(|account| account.trim().to_owned());
    if account_id.as_deref() == Some("") {
        return Err(Error::usage("the account has no name").next("--account ID"));
    }
    Ok(Stated { account_id, ..stated.clone() })
}

fn planned(path: &Path, sources: &mut [SourcesFile], flags: &Stated) -> Result<PlannedFile> {
    let mut said: Option<Stated> = None;
    for file in sources {
        said = match (said, file.of(path)?) {
            (Some(one), Some(other)) if one != other => return Err(said_twice(path)),
            (one, other) => one.or(other),
        };
    }
    let stated = said.unwrap_or_default().joined(flags, path)?;
    let about = fs::metadata(path).map_err(|e| Error::io("read", path, e))?;
    if !about.is_file() {
        return Err(files::not_regular(path));
    }
    let head = Head::read(path, stated.encoding, stated.account_id.is_some())?;
    let columns = recognise(path, &head.fields, &stated)?;
    Ok(PlannedFile {
        path: path.to_path_buf(),
        stated,
        head,
        columns,
        length: about.len(),
        modified: about.modified().ok(),
    })
}

fn said_twice(path: &Path) -> Error {
    Error::usage("two of the given folders have a sources.toml that speaks of it, and they differ")
        .at(Place::file(path))
        .next("name one of the folders, or make both say the same")
}

/// The table that a header is: the one stated, else the one of those that it can be with the fewest unknown columns.
fn recognise(path: &Path, header: &[String], stated: &Stated) -> Result<Match> {
    let account = stated.account_id.is_some();
    let found = match &stated.table {
        Some(name) => Match::new(tables::table(name)?, header, account),
        None => best(path, tables::all()?.iter().map(|table| Match::new(table, header, account)).collect())?,
    };
    if let Some((ours, one, other)) = found.doubled.first() {
        return Err(Error::usage(format!("two columns are {ours}: `{one}` and `{other}`"))
            .at(Place::line(path, 1, 1))
            .next("rename the one that is not meant, in a copy of the file"));
    }
    if !found.missing.is_empty() {
        return Err(Error::usage(format!(
            "the table {} needs {}",
            found.table.name,
            found.missing.join(", ")
        ))
        .at(Place::line(path, 1, 1))
        .expected(format!("a header with {}", required(&found)))
        .next(what_stands_there(&found, header)));
    }
    Ok(found)
}

/// A first line without one name that we know may be no header but somebody's data: it is not told then.
fn what_stands_there(found: &Match, header: &[String]) -> String {
    match found.known() {
        0 => format!(
            "none of the {} fields of its first line is a name of ours: has it a header?",
            header.len()
        ),
        _ => {
            let is_ours = |name: &&String| {
                found
                    .table
                    .columns
                    .iter()
                    .any(|c| c.headers().any(|h| text::fold_name(h) == text::fold_name(name)))
            };
            let ours: Vec<String> = header.iter().filter(is_ours).cloned().collect();
            let others = header.len() - ours.len();
            format!("of ours the header has: {}; {others} other names", shown_header_list(&ours))
        }
    }
}

/// The first names of a header, cut: what stands there may be anything.
fn shown_header_list(header: &[String]) -> String {
    const NAMES: usize = 30;
    const CHARACTERS: usize = 40;
    let short = |name: &String| name.chars().take(CHARACTERS).collect::<String>();
    let names: Vec<String> = header.iter().take(NAMES).map(short).collect();
    match header.len().saturating_sub(NAMES) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

fn required(found: &Match) -> String {
    let names: Vec<&str> =
        found.table.columns.iter().filter(|c| c.required).map(|c| c.name.as_str()).collect();
    names.join(", ")
}

/// A table that asks for little, such as the changes, is not what a file is whose columns another table explains better:
/// that one lacks a column, and which, the user is told. Nor is it where another one explains them as well and a column
/// is left that may be the one it lacks, such as a `uid`: users would be taken for accounts.
fn best(path: &Path, mut all: Vec<Match>) -> Result<Match> {
    all.sort_by_key(|found| (found.unknown.len(), found.missing.len()));
    let explained = all.first().map_or(0, |found| found.unknown.len());
    let fits: Vec<&Match> = all.iter().filter(|found| found.can_be()).collect();
    match fits.as_slice() {
        [] => Err(nearest_tables(path, &all)),
        [first, ..] if first.unknown.len() > explained => Err(nearest_tables(path, &all)),
        [first, second, ..] if first.unknown.len() == second.unknown.len() => {
            Err(Error::usage(format!("can be {} or {}", first.table.name, second.table.name))
                .at(Place::line(path, 1, 1))
                .next("say which: --table, or table in sources.toml"))
        }
        [first, ..] => match rival(first, &all) {
            Some(rival) => Err(rivalled(path, first, rival)),
            None => Ok((*first).clone()),
        },
    }
}

/// Another table that lacks nothing but its key and explains as many of the other columns, with the column that is left
/// over and may be that key under another name.
fn rival<'m>(first: &'m Match, all: &'m [Match]) -> Option<(&'m Match, &'m str)> {
    let key = first.unknown.iter().find(|name| may_be_key(name))?;
    let lacks_its_key = |found: &&Match| {
        let key = found.table.key().map(|key| key.name.as_str());
        found.missing.len() == 1 && found.missing.first().map(String::as_str) == key
    };
    let rival =
        all.iter().find(|found| lacks_its_key(found) && found.unknown.len() == first.unknown.len())?;
    Some((rival, key))
}

/// Whether a header may name a key, by its last word: `uid`, `Person ID`, `memberNumber`.
fn may_be_key(header: &str) -> bool {
    const WORDS: [&str; 13] = [
        "id",
        "uid",
        "uuid",
        "guid",
        "key",
        "number",
        "num",
        "no",
        "nr",
        "nummer",
        "code",
        "ref",
        "identifier",
    ];
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in header.chars() {
        let begins = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
        if begins {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.iter().rev().find(|word| !word.is_empty()).is_some_and(|word| WORDS.contains(&word.as_str()))
}

fn rivalled(path: &Path, first: &Match, (other, key): (&Match, &str)) -> Error {
    let (table, other) = (&first.table.name, &other.table.name);
    Error::usage(format!("can be {table}, or {other} whose key is called `{key}`"))
        .at(Place::line(path, 1, 1))
        .next(format!("--table {table} where it is that; else rename `{key}` in a copy"))
}

fn nearest_tables(path: &Path, all: &[Match]) -> Error {
    let near: Vec<String> = all
        .iter()
        .take(3)
        .map(|found| {
            let has = format!("{} ({} of its columns are there", found.table.name, found.known());
            if found.missing.is_empty() {
                has + ")"
            } else {
                format!("{has}, {} is not)", found.missing.join(", "))
            }
        })
        .collect();
    let of_one_account = all.first().is_some_and(|found| found.missing == ["account_id"]);
    let next = "name its table with --table, rename its columns in a copy, or leave the file out";
    let account =
        if of_one_account { "where it is all of one account, name that with --account; else " } else { "" };
    Error::usage("its header is that of no table")
        .at(Place::line(path, 1, 1))
        .expected(format!("nearest: {}", near.join("; ")))
        .next(format!("{account}{next}"))
}

impl PlannedFile {
    /// The table that it feeds.
    #[must_use]
    pub fn table(&self) -> &'static str {
        &self.columns.table.name
    }

    /// Columns of ours that the file has, with the header each comes from, in our order.
    #[must_use]
    pub fn columns(&self) -> Vec<(&'static str, &str)> {
        let pairs = self.columns.table.columns.iter().zip(&self.columns.places);
        let header = |place: usize| self.head.fields.get(place).map_or("", String::as_str);
        pairs.filter_map(|(column, place)| place.map(|p| (column.name.as_str(), header(p)))).collect()
    }

    /// Headers that are no column of ours.
    #[must_use]
    pub fn unknown_columns(&self) -> &[String] {
        &self.columns.unknown
    }

    /// The account that fills the column that the file lacks; nothing when the file names accounts itself.
    #[must_use]
    pub fn filled_account(&self) -> Option<&str> {
        let index = self.account_index()?;
        let is_there = self.columns.places.get(index).copied().flatten().is_some();
        self.stated.account_id.as_deref().filter(|_| !is_there)
    }

    /// How it is read, as far as that is known before it is read; orders of dates that it decides itself come later.
    #[must_use]
    pub fn reading(&self) -> Reading {
        Reading {
            encoding: self.encoding().to_owned(),
            delimiter: shown_delimiter(self.head.delimiter),
            zone: self.zone_text().map(str::to_owned),
            dates: BTreeMap::new(),
            dates_stated: self.stated.dates.is_some(),
            account_id: self.filled_account().map(str::to_owned),
        }
    }

    /// The encoding, with what it rests on.
    #[must_use]
    pub fn encoding(&self) -> &'static str {
        self.head.encoding.name()
    }

    /// What encoding and field separator rest on.
    #[must_use]
    pub fn rests_on(&self) -> (&'static str, &str) {
        (self.head.encoding_from, &self.head.delimiter_from)
    }

    fn zone_text(&self) -> Option<&str> {
        self.stated.zone.as_deref().filter(|zone| *zone != "unstated")
    }

    fn account_index(&self) -> Option<usize> {
        self.columns.table.columns.iter().position(|column| column.name == ACCOUNT)
    }

    /// How its records become rows; `orders` are those that its columns decide themselves.
    pub(super) fn layout(&self, source: &str, orders: &BTreeMap<String, DateOrder>) -> Result<Layout> {
        let table = self.columns.table;
        let zone = self.zone_text().and_then(Zone::parse).unwrap_or_default();
        let form = |name: &String| Form {
            zone,
            order: self.stated.dates.or_else(|| orders.get(name).copied()),
            epoch: None,
        };
        let fill = self.filled_account().zip(self.account_index());
        let names: Vec<String> = self.head.fields.iter().map(|field| text::fold_name(field)).collect();
        Ok(Layout {
            table,
            source: source.to_owned(),
            coding: self.head.coding,
            delimiter: self.head.delimiter,
            header: self.head.fields.iter().map(|field| field.clone().into_bytes()).collect(),
            first_bytes: first_bytes(&names),
            names,
            places: self.columns.places.clone(),
            forms: table.columns.iter().map(|column| form(&column.name)).collect(),
            fill: fill.map(|(account, index)| (index, account.to_owned())),
            booleans: BooleanWords::load()?,
            schemas: table.stored_tables().iter().map(|(_, stored)| columns::schema(stored)).collect(),
        })
    }

    /// Whether the file is still the one that was planned, by length and time of change.
    pub(super) fn is_unchanged(&self) -> bool {
        let about = fs::metadata(&self.path);
        about.is_ok_and(|about| about.len() == self.length && about.modified().ok() == self.modified)
    }
}
