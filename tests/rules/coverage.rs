//! When absence proves something (2-tables, "Coverage holds").

use crate::instant::{Interval, instant_with_offset};
use crate::profile::{Coverage, Facts};
use crate::state::Window;
use crate::store::{Source, Store};

/// What is asked: does the case's silence about this prove something?
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    pub table: &'a str,
    pub kind: Option<&'a str>,
    pub role: Option<&'a str>,
    pub column: Option<&'a str>,
}

impl<'a> Asked<'a> {
    pub fn table(table: &'a str) -> Self {
        Self { table, ..Self::default() }
    }

    pub fn changes(kind: &'a str, role: Option<&'a str>) -> Self {
        Self { table: "credential_changes", kind: Some(kind), role, column: None }
    }

    pub fn column(table: &'a str, column: &'a str) -> Self {
        Self { table, column: Some(column), ..Self::default() }
    }
}

/// Coverage holds when one single entry of the facts matches, reaches, is fed and is not contradicted.
pub fn holds(asked: Asked<'_>, facts: &Facts, store: &Store<'_>, window: &Window) -> bool {
    facts.coverages.iter().any(|entry| {
        matches(entry, asked)
            && reaches(entry, window)
            && is_fed(asked, store)
            && (entry.accepted || !is_contradicted(asked, store, window))
    })
}

/// A kind or role that is not given covers all; the column must be equal.
fn matches(entry: &Coverage, asked: Asked<'_>) -> bool {
    entry.table == asked.table
        && (entry.kind.is_none() || entry.kind.as_deref() == asked.kind)
        && (entry.role.is_none() || entry.role.as_deref() == asked.role)
        && entry.column.as_deref() == asked.column
}

/// Events: from before the window's end until as_of; state: until as_of.
fn reaches(entry: &Coverage, window: &Window) -> bool {
    let to_as_of = instant_with_offset(&entry.to).lo >= window.as_of;
    let from: Option<Interval> = entry.from.as_deref().map(instant_with_offset);
    let is_events = entry.table == "credential_changes";
    to_as_of && (!is_events || from.is_some_and(|from| from.hi <= window.until.lo))
}

/// The sources that feed what is asked: with a stored record or with nothing rejected.
fn feeding<'a>(asked: Asked<'a>, store: &'a Store<'_>) -> impl Iterator<Item = &'a Source<'a>> {
    let feeds = move |source: &&Source<'_>| source.table == asked.table || carries_changes(source, asked);
    store.sources.iter().filter(feeds).filter(|source| source.stored > 0 || source.rejected == 0)
}

/// Passwords' changes also stand in `users`, those of app credentials in `app_installations`.
fn carries_changes(source: &Source<'_>, asked: Asked<'_>) -> bool {
    match (asked.table, asked.kind) {
        ("credential_changes", Some("password")) => {
            source.table == "users" && source.has("password_changed_at")
        }
        ("credential_changes", Some("app_credential")) => {
            source.table == "app_installations" && source.has("credentials_rotated_at")
        }
        _ => false,
    }
}

fn is_fed(asked: Asked<'_>, store: &Store<'_>) -> bool {
    feeding(asked, store).next().is_some()
}

/// Exports are known to be older than as_of, all of them.
fn is_contradicted(asked: Asked<'_>, store: &Store<'_>, window: &Window) -> bool {
    let known: Vec<Interval> = feeding(asked, store).filter_map(|source| source.exported).collect();
    !known.is_empty() && known.iter().all(|exported| exported.lo < window.as_of)
}
