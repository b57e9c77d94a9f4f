//! What a person states about files: `sources.toml` in a given folder, and the flags of `ingest`
//! (2-tables, "Sources and custody").

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;

use super::find::SOURCES;
use super::pattern::{self, Pattern};
use crate::base::instant::{self, DateOrder, Form, Zone};
use crate::base::text::excerpt;
use crate::base::toml_file::{self, Section};
use crate::base::{Error, Place, Result, files, safe};
use crate::case::Custody;
use crate::engine::tables;

/// What is stated about a file. What is not said stays unsaid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stated {
    /// The table that it is.
    pub table: Option<String>,
    /// The account of a file that names none.
    pub account_id: Option<String>,
    /// The zone of date-times without one, as a person names it.
    pub zone: Option<String>,
    /// Order of day, month and year.
    pub dates: Option<DateOrder>,
    /// Its encoding.
    pub encoding: Option<&'static Encoding>,
    /// SHA-256 that it must have.
    pub sha256: Option<String>,
    /// Who exported it, when, how it came here.
    pub custody: Custody,
}

/// Entries of the longest `sources.toml`, and those of them that are patterns: each file is held against every pattern.
const ENTRIES: usize = 10_000;
const PATTERNS: usize = 1_000;
/// Entries without a file that are named; more of them are counted.
const NAMED: usize = 20;

/// The entries of one `sources.toml`.
pub(super) struct SourcesFile {
    folder: PathBuf,
    entries: Vec<Entry>,
    /// The entries by what they are called.
    names: BTreeMap<PathBuf, Vec<usize>>,
}

struct Entry {
    pattern: String,
    /// Nothing where the pattern is a name.
    matcher: Option<Pattern>,
    stated: Stated,
    is_used: bool,
}

impl SourcesFile {
    /// Reads the file in a folder, when there is one.
    ///
    /// # Errors
    /// All its mistakes at once, with line and column.
    pub fn load(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(SOURCES);
        if !files::is_regular_or_absent(&path)? {
            return Ok(None);
        }
        let text = toml_file::load_text(&path)?;
        let entries = entries(&path.to_string_lossy(), &text)?;
        let mut names: BTreeMap<PathBuf, Vec<usize>> = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            names.entry(PathBuf::from(&entry.pattern)).or_default().push(index);
        }
        Ok(Some(Self { folder: folder.to_path_buf(), entries, names }))
    }

    /// What is stated about a file below the folder; nothing when the folder is another one.
    ///
    /// # Errors
    /// When two entries speak of it.
    pub fn of(&mut self, file: &Path) -> Result<Option<Stated>> {
        let Ok(below) = file.strip_prefix(&self.folder) else {
            return Ok(None);
        };
        // A name is meant as it stands, also where it could be a pattern, such as `users[1].csv`.
        let mut speaking = self.names.get(below).cloned().unwrap_or_default();
        let matching = self.entries.iter().enumerate().filter(|(_, entry)| entry.matches(below));
        speaking.extend(matching.map(|(index, _)| index));
        speaking.sort_unstable();
        speaking.dedup();
        if let [first, second, ..] = speaking.as_slice() {
            return Err(self.said_twice(below, *first, *second));
        }
        let entry = speaking.first().and_then(|index| self.entries.get_mut(*index));
        Ok(entry.map(|entry| {
            entry.is_used = true;
            entry.stated.clone()
        }))
    }

    fn said_twice(&self, below: &Path, first: usize, second: usize) -> Error {
        let pattern =
            |index: usize| self.entries.get(index).map_or(String::new(), |entry| excerpt(&entry.pattern));
        let (first, second) = (pattern(first), pattern(second));
        Error::usage(format!("two entries speak of {}: {first} and {second}", safe::path(below)))
            .at(Place::file(self.folder.join(SOURCES)))
            .expected("one entry for each file")
    }

    /// # Errors
    /// When a hash is stated for a file that is not there: somebody wants to be sure of it.
    pub fn all_hashes_used(&self) -> Result<()> {
        let is_open = |entry: &&Entry| !entry.is_used && entry.stated.sha256.is_some();
        let Some(entry) = self.entries.iter().find(is_open) else { return Ok(()) };
        Err(Error::usage(format!("no file matches {}, whose SHA-256 is stated", excerpt(&entry.pattern)))
            .at(Place::file(self.folder.join(SOURCES)))
            .expected("the file, to compare it")
            .next("put it there, or correct its name in sources.toml"))
    }

    /// Entries that no file matched.
    pub fn unused(&self) -> Vec<String> {
        let name = safe::path(&self.folder.join(SOURCES));
        let unused: Vec<&Entry> = self.entries.iter().filter(|entry| !entry.is_used).collect();
        let named = unused.iter().take(NAMED);
        let mut notes: Vec<String> =
            named.map(|entry| format!("{name}: no file matches {}", excerpt(&entry.pattern))).collect();
        if let more @ 1.. = unused.len().saturating_sub(NAMED) {
            notes.push(format!("{name}: no file matches {more} more of its entries"));
        }
        notes
    }
}

impl Entry {
    fn matches(&self, below: &Path) -> bool {
        self.matcher.as_ref().is_some_and(|pattern| pattern.is_match(below))
    }
}

/// What a `sources.toml` states, pattern by pattern; `name` is how the user knows the file.
///
/// # Errors
/// All its mistakes at once, with line and column.
pub fn sources_file(name: &str, text: &str) -> Result<Vec<(String, Stated)>> {
    let entries = entries(name, text)?;
    Ok(entries.into_iter().map(|entry| (entry.pattern, entry.stated)).collect())
}

fn entries(name: &str, text: &str) -> Result<Vec<Entry>> {
    let tables: Vec<&str> = tables::all()?.iter().map(|table| table.name.as_str()).collect();
    toml_file::read(name, text, |file| {
        let mut patterns = 0;
        let sections = file.sections_within("source", ENTRIES);
        sections.iter().map(|section| entry(section, &tables, &mut patterns)).collect()
    })
}

fn entry(section: &Section<'_>, tables: &[&str], patterns: &mut usize) -> Entry {
    let pattern = section.required_text("file").unwrap_or_default();
    let pattern = pattern.trim_start_matches("./").to_owned();
    let matcher = matcher(section, &pattern, patterns);
    let zone = zone(section);
    let stated = Stated {
        table: section.one_of("table", tables),
        account_id: account(section),
        dates: section.one_of("dates", &DateOrder::WORDS).and_then(|word| DateOrder::parse(&word)),
        encoding: encoding(section),
        sha256: sha256(section),
        custody: Custody {
            exported_at: exported_at(section, zone.as_deref()),
            exported_by: section.text("exported_by"),
            system: section.text("system"),
            received_from: section.text("received_from"),
            received_at: section.text("received_at"),
            handed_over: section.text("handed_over"),
        },
        zone,
    };
    Entry { pattern, matcher, stated, is_used: false }
}

/// What matches the files that an entry speaks of; nothing where it is a name.
fn matcher(section: &Section<'_>, pattern: &str, patterns: &mut usize) -> Option<Pattern> {
    if !pattern::is_wild(pattern) {
        return None;
    }
    *patterns += 1;
    if *patterns > PATTERNS {
        section.mistake(
            "file",
            "is one pattern too many",
            "at most 1,000 entries with a pattern; names are not counted",
        );
        return None;
    }
    let matcher = Pattern::new(pattern);
    if matcher.is_err() {
        section.mistake("file", "is no pattern", &format!("a path below this folder; {}", pattern::EXPECTED));
    }
    matcher.ok()
}

fn account(section: &Section<'_>) -> Option<String> {
    let account = section.text("account_id")?.trim().to_owned();
    if account.is_empty() {
        section.mistake("account_id", "is empty", "the account's id, or no such key");
    }
    Some(account)
}

fn zone(section: &Section<'_>) -> Option<String> {
    let zone = section.text("zone")?;
    if Zone::parse(&zone).is_none() {
        let what = match Zone::nearest(&zone) {
            Some(near) => format!("no such zone as `{}`; did you mean `{near}`?", excerpt(&zone)),
            None => format!("no such zone as `{}`", excerpt(&zone)),
        };
        section.mistake("zone", &what, Zone::EXPECTED);
    }
    Some(zone)
}

fn encoding(section: &Section<'_>) -> Option<&'static Encoding> {
    let label = section.text("encoding")?;
    let encoding = Encoding::for_label(label.as_bytes());
    if encoding.is_none() {
        section.mistake("encoding", "is no encoding that is known", "e.g. \"windows-1252\"");
    }
    encoding
}

fn sha256(section: &Section<'_>) -> Option<String> {
    let text = section.text("sha256")?.to_ascii_lowercase();
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        section.mistake("sha256", "is no SHA-256", "64 hex digits");
    }
    Some(text)
}

fn exported_at(section: &Section<'_>, zone: Option<&str>) -> Option<(i64, i64)> {
    let text = section.text("exported_at")?;
    let form = Form { zone: zone.and_then(Zone::parse).unwrap_or_default(), ..Form::default() };
    match instant::read(text.trim().as_bytes(), &form) {
        Ok(interval) => Some((interval.lo, interval.hi)),
        Err(_) => {
            section.mistake("exported_at", "is no instant", "e.g. \"2019-09-25T10:12:00Z\"");
            None
        }
    }
}

impl Stated {
    /// Compares a file's hash with the one that is stated, when there is one.
    ///
    /// # Errors
    /// When they differ, or `hash` fails.
    pub(super) fn compare(&self, file: &Path, hash: impl FnOnce() -> Result<String>) -> Result<()> {
        let Some(stated) = &self.sha256 else { return Ok(()) };
        let found = hash()?;
        if found == *stated {
            return Ok(());
        }
        Err(Error::failed("is not the file that sources.toml states")
            .at(Place::file(file))
            .expected(format!("SHA-256 {stated}, found {found}"))
            .next("get the file again from where it came, or correct sources.toml"))
    }

    /// Joins what the flags and what `sources.toml` say of one file.
    ///
    /// # Errors
    /// When both say something else.
    pub(super) fn joined(self, flags: &Self, file: &Path) -> Result<Self> {
        Ok(Self {
            table: one(self.table, flags.table.clone(), "--table", file)?,
            account_id: one(self.account_id, flags.account_id.clone(), "--account", file)?,
            zone: one(self.zone, flags.zone.clone(), "--zone", file)?,
            dates: one(self.dates, flags.dates, "--dates", file)?,
            encoding: one(self.encoding, flags.encoding, "the encoding", file)?,
            sha256: self.sha256,
            custody: self.custody,
        })
    }
}

fn one<T: PartialEq>(in_file: Option<T>, flag: Option<T>, name: &str, file: &Path) -> Result<Option<T>> {
    match (in_file, flag) {
        (Some(a), Some(b)) if a != b => {
            Err(Error::usage(format!("{name} and {SOURCES} say different things"))
                .at(Place::file(file))
                .next("say it in one place only"))
        }
        (a, b) => Ok(a.or(b)),
    }
}
