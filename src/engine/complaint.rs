//! What the engine complains of, told without the values that it quotes: an error is read, mailed and logged by more
//! people than the data is (1-overview, "What must always be true", 9).

use crate::base::{Error, Place, interrupt};

/// Complaints that name tables, columns, files and limits, never values.
const OF_NAMES: [&str; 8] = [
    "Binder Error",
    "Catalog Error",
    "Parser Error",
    "Permission Error",
    "IO Error",
    "Out of Memory Error",
    "Not implemented Error",
    "Syntax Error",
];
const NO_MEMORY: &str = "Out of Memory Error";
/// What comes before the part of a query that a complaint is about.
const LINE: &str = "\nLINE ";
/// What comes before the column that a value could not be converted of.
const OF_COLUMN: &str = " when casting from source column ";

/// A failure of a query or statement of our own.
pub(super) fn told(doing: &str, cause: &duckdb::Error) -> Error {
    if let Err(interrupted) = interrupt::check() {
        return interrupted;
    }
    let said = cause.to_string();
    let (what, excerpt) = discreet(&said);
    let shown = if is_of_names(&what) { format!("{what}{excerpt}") } else { what };
    let lines: Vec<&str> = shown.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let error = Error::failed(format!("cannot {doing} the query engine")).because(lines.join("; "));
    if said.starts_with(NO_MEMORY) { error.next("give it more: --memory SIZE") } else { error }
}

/// The same failure told of a query that a person asked: what is wrong with it, with line and column. The query stands
/// in what the engine was given behind `lines_before` lines of our own.
pub(super) fn of_question(query: &str, lines_before: usize, cause: &duckdb::Error) -> Error {
    if let Err(interrupted) = interrupt::check() {
        return interrupted;
    }
    let said = cause.to_string();
    let (what, excerpt) = discreet(&said);
    let excerpt = excerpt.strip_prefix(LINE).unwrap_or_default();
    let mut lines = what.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("the engine refuses the query");
    let is_usage = is_of_names(first) && !first.starts_with(NO_MEMORY);
    let mut error = if is_usage { Error::usage(first) } else { Error::failed(first) };
    let (line, column) = place(query, lines_before, excerpt).unwrap_or((1, 1));
    error = error.at(Place::line("query", line, column));
    if said.starts_with(NO_MEMORY) {
        return error.next("give it more: --memory SIZE, or ask for less");
    }
    let advice: Vec<&str> = lines.collect();
    if advice.is_empty() { error } else { error.expected(advice.join("; ")) }
}

fn is_of_names(said: &str) -> bool {
    OF_NAMES.iter().any(|kind| said.starts_with(kind))
}

/// What is said without values, and the excerpt of the query behind it. What speaks of names is whole; of anything else
/// only the first line, up to the first quote, and the column that it speaks of last.
fn discreet(said: &str) -> (String, &str) {
    let (what, excerpt) = said.split_at(said.rfind(LINE).unwrap_or(said.len()));
    if is_of_names(what) {
        return (what.to_owned(), excerpt);
    }
    let first = without_numbers(what.lines().next().unwrap_or_default());
    let Some((before, _)) = first.split_once(['\'', '"']) else {
        return (first, excerpt);
    };
    let is_name = |name: &&str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let column = what.rsplit_once(OF_COLUMN).map(|(_, name)| name.trim()).filter(is_name);
    let of_column = column.map(|name| format!("{OF_COLUMN}{name}")).unwrap_or_default();
    (format!("{before}…{of_column}"), excerpt)
}

/// Numbers may be somebody's telephone; those in a type's name, such as INT64, are none.
fn without_numbers(said: &str) -> String {
    let (mut told, mut before) = (String::with_capacity(said.len()), ' ');
    for c in said.chars() {
        let is_of_number = c.is_ascii_digit() && (before == '…' || !before.is_ascii_alphanumeric());
        let shown = if is_of_number { '…' } else { c };
        if !(shown == '…' && before == '…') {
            told.push(shown);
        }
        before = shown;
    }
    told
}

/// Where in the query an excerpt such as `2: … WHERE emial = 'x'\n              ^` points, as line and column.
fn place(query: &str, lines_before: usize, excerpt: &str) -> Option<(usize, usize)> {
    let (number, shown) = excerpt.split_once(": ")?;
    let line = number.parse::<usize>().ok()?.checked_sub(lines_before)?;
    let (shown, caret) = shown.split_once('\n')?;
    // The caret's own line is indented as far as the place, `LINE 2: ` included.
    let at = caret.chars().position(|c| c == '^')?.checked_sub("LINE : ".len() + number.len())?;
    let text = shown.strip_prefix("...").unwrap_or(shown);
    let skipped = shown.chars().count() - text.chars().count();
    let text = text.strip_suffix("...").unwrap_or(text);
    let whole = query.lines().nth(line.checked_sub(1)?)?;
    let start = whole.find(text).map_or(0, |byte| whole.get(..byte).unwrap_or_default().chars().count());
    Some((line, start + at.saturating_sub(skipped) + 1))
}
