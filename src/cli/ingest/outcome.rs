//! What an `ingest` did, for a tired person: the answer first, then what needs a look, then the next command. The
//! details of every column come with `-v`.

use std::path::Path;

use crate::base::{table, text};
use crate::case::Case;
use crate::intake::{IngestedFile, Outcome};

/// Places that are named in one line; more of them are counted.
const NAMED: usize = 4;

/// The answer in one line, then one line a file.
pub(super) fn answer(outcome: &Outcome) -> String {
    let rows: Vec<Vec<String>> = outcome.files.iter().map(row).collect();
    let header = ["file", "table", "read", "stored", "rejected", "unread cells", ""];
    format!("{}\n{}", sum(outcome), table::render(&header, &rows, &[2, 3, 4, 5]))
}

fn sum(outcome: &Outcome) -> String {
    let new: Vec<&IngestedFile> = outcome.files.iter().filter(|file| !file.already_stored).collect();
    let all = |of: fn(&IngestedFile) -> u64| new.iter().map(|file| of(file)).sum::<u64>();
    let files = |count: usize| text::counted(count as u64, "file");
    let known = match outcome.files.len() - new.len() {
        0 => String::new(),
        known => format!("; {} stored before: nothing to do", files(known)),
    };
    format!(
        "{} read: {}, {} stored, {} rejected; {} could not be read{known}.",
        files(new.len()),
        text::counted(all(|file| file.source.read), "record"),
        text::grouped(all(|file| file.source.stored)),
        text::grouped(all(|file| file.source.rejected)),
        text::counted(all(|file| file.source.field_rejects.values().sum()), "cell"),
    )
}

fn row(file: &IngestedFile) -> Vec<String> {
    let source = &file.source;
    let count = |number: u64| text::grouped(number);
    vec![
        name(&file.path),
        source.table.clone(),
        count(source.read),
        count(source.stored),
        count(source.rejected),
        count(source.field_rejects.values().sum()),
        if file.already_stored { "stored before" } else { "stored" }.to_owned(),
    ]
}

/// What needs a look, a line each; with details also what it is in each column.
pub(super) fn looks(outcome: &Outcome, case: &Case, details: bool) -> Vec<String> {
    let new: Vec<&IngestedFile> = outcome.files.iter().filter(|file| !file.already_stored).collect();
    let root = text::shell_word(case.root());
    let kinds: [(&str, &str, Vec<Place>); 6] = [
        ("rejected records", &format!("see highwater show {root} rejects"), of_files(&new, rejected)),
        ("unreadable cells", &format!("see highwater show {root} rejects"), of_files(&new, unread)),
        (
            "times without a zone",
            "each may be off by a day: state zone in sources.toml, in a new case",
            of_files(&new, zones),
        ),
        (
            "quotes inside unquoted cells",
            "kept as written: look whether the export quotes its cells right",
            of_files(&new, quotes_inside),
        ),
        ("codes that are not ours", "they count as unknown; --dry-run names them", of_files(&new, codes)),
        ("columns not stored", "their headers match none of ours", of_files(&new, columns)),
    ];
    let mut lines = outcome.notes.clone();
    lines.extend(kinds.iter().filter(|(_, _, places)| !places.is_empty()).map(|(what, advice, places)| {
        let count: u64 = places.iter().map(|place| place.count).sum();
        format!("{what} ({}): {}; {advice}", text::grouped(count), named(places, details))
    }));
    lines.extend(new.iter().flat_map(|file| {
        let filled =
            file.source.reading.account_id.iter().map(|id| format!("names no account: filled with {id}"));
        let notes = file.notes.iter().cloned().chain(filled);
        notes.map(|note| format!("{}: {note}", name(&file.path)))
    }));
    lines
}

/// Where something was met, and how often.
struct Place {
    shown: String,
    count: u64,
}

fn of_files(files: &[&IngestedFile], of: fn(&IngestedFile) -> Vec<(String, u64)>) -> Vec<Place> {
    let places = |file: &&IngestedFile| {
        let name = name(&file.path);
        let shown = move |(place, count)| Place { shown: format!("{name}{place}"), count };
        of(file).into_iter().map(shown).collect::<Vec<_>>()
    };
    files.iter().flat_map(places).filter(|place| place.count > 0).collect()
}

fn rejected(file: &IngestedFile) -> Vec<(String, u64)> {
    vec![(String::new(), file.source.rejected)]
}

fn unread(file: &IngestedFile) -> Vec<(String, u64)> {
    file.source.field_rejects.iter().map(|(column, count)| (format!(" {column}"), *count)).collect()
}

fn zones(file: &IngestedFile) -> Vec<(String, u64)> {
    file.source.zone_unstated.iter().map(|(column, count)| (format!(" {column}"), *count)).collect()
}

fn quotes_inside(file: &IngestedFile) -> Vec<(String, u64)> {
    file.source.odd_quotes.inside.iter().map(|(column, count)| (format!(" {column}"), *count)).collect()
}

/// Where, not which: a word that is no code of ours may be a person's address or a secret.
fn codes(file: &IngestedFile) -> Vec<(String, u64)> {
    let codes = file.source.unknown_codes.iter();
    codes.map(|(column, words)| (format!(" {column}"), words.values().sum())).collect()
}

fn columns(file: &IngestedFile) -> Vec<(String, u64)> {
    file.source.unknown_columns.iter().map(|column| (format!(" {column}"), 1)).collect()
}

/// The first places, and how many more there are.
fn named(places: &[Place], all: bool) -> String {
    let kept = if all { places.len() } else { NAMED };
    let counted = |place: &Place| match place.count {
        1 => place.shown.clone(),
        count => format!("{} ({})", place.shown, text::grouped(count)),
    };
    let first: Vec<String> = places.iter().take(kept).map(counted).collect();
    match places.len().saturating_sub(kept) {
        0 => first.join(", "),
        more => format!("{} and {more} more with -v", first.join(", ")),
    }
}

pub(super) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
