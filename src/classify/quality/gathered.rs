//! Findings being counted: all of them by code, table and source, and of each code the least rows for looking.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::text::grouped;

/// Single rows kept for each code; the counts go on.
pub const SINGLE_ROWS: usize = 1_000;
/// Details kept for each code, in words: more than a case without most of its columns has absent ones.
const DETAILS: usize = 100;

/// One thing noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Noticed {
    pub code: String,
    pub table: String,
    pub source: Option<String>,
    pub subject: Option<String>,
    pub column: Option<String>,
    pub record: Option<i64>,
    /// What exactly, for a person.
    pub detail: Option<String>,
}

/// Whose rows are counted together: code, table, source.
pub(super) type Key = (String, String, Option<String>);

/// What was noticed so far. Whatever the order in which findings come, the same ones are kept.
#[derive(Default)]
pub(super) struct Gathered {
    counts: BTreeMap<Key, u64>,
    /// Of what is counted elsewhere, so many are the rows of a query.
    parts: BTreeMap<Key, u64>,
    singles: BTreeMap<String, BTreeSet<Noticed>>,
    details: BTreeMap<String, BTreeSet<String>>,
    /// The key of the row before, so that rows that follow one another need no search.
    last: Option<(Key, u64)>,
}

impl Gathered {
    /// Counts what was noticed.
    pub fn add(&mut self, noticed: Noticed, count: u64) {
        if count > 0 {
            self.add_row(noticed, count);
        }
    }

    /// Keeps a row for looking, also of what is counted already.
    pub fn add_row(&mut self, noticed: Noticed, count: u64) {
        self.count(&noticed, count);
        let detail = detail_of(&noticed);
        self.keep(noticed, detail);
    }

    /// Counts one whose detail quotes an export: it stays in its row, and the details say only where.
    pub fn add_quoting(&mut self, noticed: Noticed) {
        self.count(&noticed, 1);
        let place = place_of(&noticed);
        self.keep(noticed, Some(place));
    }

    /// Keeps one of what is counted elsewhere.
    pub fn add_part(&mut self, noticed: Noticed) {
        *self.parts.entry(key(&noticed)).or_default() += 1;
        let detail = detail_of(&noticed);
        self.keep(noticed, detail);
    }

    /// Says how many of what was counted are the parts. To be called when all is gathered.
    pub fn parts_said(&mut self) {
        self.settle();
        for (code, _, _) in self.parts.keys() {
            self.details.remove(code);
        }
        for (key, part) in &self.parts {
            let (code, table, source) = key;
            let count = self.counts.get(key).copied().unwrap_or_default();
            let source = source.as_deref().unwrap_or_default();
            let detail = format!(
                "{table} {source}: {} of {} on the edge for that reason alone",
                grouped(*part),
                grouped(count)
            );
            keep_least(self.details.entry(code.clone()).or_default(), detail, DETAILS + 1);
        }
    }

    /// The counts by code, table and source.
    pub fn counts(&self) -> &BTreeMap<Key, u64> {
        &self.counts
    }

    /// How many rows of a key are the part that a query names.
    pub fn part(&self, key: &Key) -> Option<u64> {
        self.parts.get(key).copied()
    }

    /// The counts by code.
    pub fn by_code(&self) -> BTreeMap<&str, u64> {
        let mut by_code: BTreeMap<&str, u64> = BTreeMap::new();
        for ((code, _, _), count) in &self.counts {
            *by_code.entry(code).or_default() += count;
        }
        by_code
    }

    /// The rows for looking, sorted.
    pub fn singles(&self) -> impl Iterator<Item = &Noticed> {
        self.singles.values().flat_map(|singles| singles.iter().take(SINGLE_ROWS))
    }

    /// Whether there were more rows for looking than are kept.
    pub fn singles_cut(&self, code: &str) -> bool {
        self.singles.get(code).is_some_and(|singles| singles.len() > SINGLE_ROWS)
    }

    /// What exactly was noticed, for a person; the least of very many.
    pub fn details(&self, code: &str) -> Vec<String> {
        self.details.get(code).into_iter().flatten().take(DETAILS).cloned().collect()
    }

    /// Whether there were more details than are kept.
    pub fn details_cut(&self, code: &str) -> bool {
        self.details.get(code).is_some_and(|details| details.len() > DETAILS)
    }

    fn count(&mut self, noticed: &Noticed, count: u64) {
        match &mut self.last {
            Some(((code, table, source), so_far))
                if *code == noticed.code && *table == noticed.table && *source == noticed.source =>
            {
                *so_far += count;
            }
            _ => {
                self.settle();
                self.last = Some((key(noticed), count));
            }
        }
    }

    fn settle(&mut self) {
        if let Some((key, count)) = self.last.take() {
            *self.counts.entry(key).or_default() += count;
        }
    }

    /// One more than is told is kept, so that it is known whether there were more.
    fn keep(&mut self, noticed: Noticed, detail: Option<String>) {
        if let Some(detail) = detail {
            keep_least(self.details.entry(noticed.code.clone()).or_default(), detail, DETAILS + 1);
        }
        let singles = match self.singles.get_mut(&noticed.code) {
            Some(singles) => singles,
            None => self.singles.entry(noticed.code.clone()).or_default(),
        };
        keep_least(singles, noticed, SINGLE_ROWS + 1);
    }
}

fn key(noticed: &Noticed) -> Key {
    (noticed.code.clone(), noticed.table.clone(), noticed.source.clone())
}

fn detail_of(noticed: &Noticed) -> Option<String> {
    let detail = noticed.detail.as_ref()?;
    Some(format!("{}: {detail}", place_of(noticed)))
}

fn place_of(noticed: &Noticed) -> String {
    match &noticed.column {
        Some(column) => format!("{}.{column}", noticed.table),
        None => noticed.table.clone(),
    }
}

/// Keeps the least of all that ever come.
fn keep_least<T: Ord>(kept: &mut BTreeSet<T>, new: T, most: usize) {
    if kept.len() >= most && kept.last().is_some_and(|last| *last <= new) {
        return;
    }
    kept.insert(new);
    if kept.len() > most {
        kept.pop_last();
    }
}
