//! A second look at a run: polars counts the headline numbers from the verdict Parquet, with code of its own.
//! A number that differs fails the run, because one of the two engines, or our use of it, is wrong then.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use polars::prelude::{DataFrame, ParquetReader, SerReader, StringChunked};

use crate::base::{Error, Kind, Result, threads};

/// Rows by query, then by state, then by reason, as a run's record has them.
pub type Counts = BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>;

/// Rows held at once: what bounds the memory of the recount.
const SLICE: usize = 1 << 20;

/// By which two columns a run's record counts the rows of a query.
const BY_STATE: (&str, &str) = ("state", "reason");
const COUNTED_BY: [(&str, (&str, &str)); 3] = [
    ("account_exposure", ("exposure", "reason")),
    ("account_summary", ("cohort", "access")),
    ("notifications", ("cohort", "contact_kind")),
];

/// A number that is certain, and what it may be at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Two {
    /// What is certain.
    pub certain: u64,
    /// What is certain and what may be.
    pub at_most: u64,
}

/// The headline numbers of a run, counted from its verdict files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headline {
    /// Rows by query, state and reason.
    pub counts: Counts,
    /// Accounts whose data was accessed.
    pub accessed: Option<Two>,
    /// Accounts that existed in the window.
    pub in_window: Option<Two>,
    /// Accounts that are told, each once, by cohort.
    pub told: BTreeMap<String, u64>,
    /// Subjects of listed accounts that must act, and that may have to, by query.
    pub to_act: BTreeMap<String, Two>,
    /// The same from the counts of `account_summary`.
    pub summed: BTreeMap<String, Two>,
}

/// Counts the verdicts in a folder and compares them with the record's counts.
///
/// # Errors
/// [`Kind::Difference`] naming each number that differs; otherwise when a file can't be read.
pub fn check(verdicts: &Path, counts: &Counts) -> Result<()> {
    compare(&headline(verdicts, counts.keys())?, counts)
}

/// Counts the verdicts of the named queries.
///
/// # Errors
/// When a file can't be read or lacks a column.
pub fn headline<'q>(verdicts: &Path, queries: impl IntoIterator<Item = &'q String>) -> Result<Headline> {
    // What the second engine has to say of its environment, it would print.
    polars::error::set_warning_function(|_, _| {});
    // It starts a thread per core, or panics.
    threads::can_be_had(threads::cores())?;
    let mut headline = Headline::default();
    for query in queries {
        let path = verdicts.join(format!("{query}.parquet"));
        let by = COUNTED_BY.iter().find(|(id, _)| id == query).map_or(BY_STATE, |(_, by)| *by);
        headline.counts.insert(query.clone(), count_by(&path, by)?);
        headline.look_closer(query, &path)?;
    }
    Ok(headline)
}

/// Compares what was counted here with the record's counts, and the verdicts with each other.
///
/// # Errors
/// [`Kind::Difference`] naming each number with both values.
pub fn compare(headline: &Headline, counts: &Counts) -> Result<()> {
    let mut differences = Differences::default();
    for query in headline.counts.keys().chain(counts.keys()).collect::<BTreeSet<_>>() {
        differences.counts(query, headline.counts.get(query), counts.get(query));
    }
    differences.accounts(headline, counts);
    differences.told(headline, counts);
    for (query, summed) in &headline.summed {
        let rows = headline.to_act.get(query).copied().unwrap_or_default();
        differences.two(&format!("{query} by account_summary"), rows, *summed);
    }
    differences.into_result()
}

impl Headline {
    fn look_closer(&mut self, query: &str, path: &Path) -> Result<()> {
        match query {
            "account_exposure" => self.accounts(path),
            "account_summary" => self.summary(path),
            "notifications" => self.notifications(path),
            _ => self.subjects(query, path),
        }
    }

    fn accounts(&mut self, path: &Path) -> Result<()> {
        let (mut accessed, mut in_window) = (Two::default(), Two::default());
        each_row(path, &["access", "exposure"], |row| {
            accessed.add(text(row, 0), &["authentication", "data"], &["undetermined"]);
            in_window.add(text(row, 1), &["accessed", "exposed"], &["undetermined"]);
        })?;
        (self.accessed, self.in_window) = (Some(accessed), Some(in_window));
        Ok(())
    }

    fn notifications(&mut self, path: &Path) -> Result<()> {
        // The rows of an account follow one another: so no set of all accounts need be held.
        let mut last: Option<(String, String)> = None;
        each_row(path, &["cohort", "account_id"], |row| {
            let (cohort, account) = (text(row, 0), text(row, 1));
            if last.as_ref().is_none_or(|(c, a)| (c.as_str(), a.as_str()) != (cohort, account)) {
                *self.told.entry(cohort.to_owned()).or_default() += 1;
                last = Some((cohort.to_owned(), account.to_owned()));
            }
        })
    }

    fn subjects(&mut self, query: &str, path: &Path) -> Result<()> {
        let mut to_act = Two::default();
        each_row(path, &["account_id", "state"], |row| {
            if row.first().is_some_and(Option::is_some) {
                to_act.add(text(row, 1), &["must_act", "read"], &["undetermined"]);
            }
        })?;
        self.to_act.insert(query.to_owned(), to_act);
        Ok(())
    }

    /// The sums of the summary's own counts. Their columns are whole numbers, read apart from the texts.
    fn summary(&mut self, path: &Path) -> Result<()> {
        const COLUMNS: [(&str, &str, &str); 5] = [
            ("user_passwords", "users_must_act", "users_undetermined"),
            ("app_credentials", "apps_must_act", "apps_undetermined"),
            ("certificates", "certificates_must_act", "certificates_undetermined"),
            ("api_clients", "clients_must_act", "clients_undetermined"),
            ("data_subjects", "subjects_read", "subjects_undetermined"),
        ];
        for (query, certain, doubtful) in COLUMNS {
            let certain = sum(path, certain)?;
            let at_most = certain + sum(path, doubtful)?;
            self.summed.insert(query.to_owned(), Two { certain, at_most });
        }
        Ok(())
    }
}

impl Two {
    fn add(&mut self, word: &str, certain: &[&str], doubtful: &[&str]) {
        let is_certain = certain.contains(&word);
        self.certain += u64::from(is_certain);
        self.at_most += u64::from(is_certain || doubtful.contains(&word));
    }
}

#[derive(Default)]
struct Differences(Vec<Error>);

impl Differences {
    fn one(&mut self, what: &str, recounted: u64, recorded: u64) {
        if recounted != recorded {
            let what = format!("{what}: the recount gives {recounted}, the run {recorded}");
            self.0.push(Error::new(Kind::Difference, what));
        }
    }

    fn two(&mut self, what: &str, recounted: Two, recorded: Two) {
        self.one(&format!("{what}, certain"), recounted.certain, recorded.certain);
        self.one(&format!("{what}, at most"), recounted.at_most, recorded.at_most);
    }

    fn counts(
        &mut self,
        query: &str,
        recounted: Option<&BTreeMap<String, BTreeMap<String, u64>>>,
        recorded: Option<&BTreeMap<String, BTreeMap<String, u64>>>,
    ) {
        let (recounted, recorded) = (flat(recounted), flat(recorded));
        for key in recounted.keys().chain(recorded.keys()).collect::<BTreeSet<_>>() {
            let of = |counts: &BTreeMap<(&str, &str), u64>| counts.get(key).copied().unwrap_or_default();
            self.one(&format!("{query}, {} {}", key.0, key.1), of(&recounted), of(&recorded));
        }
    }

    /// Accounts accessed and in the window: rows seen here against the record's counts of two other queries.
    fn accounts(&mut self, headline: &Headline, counts: &Counts) {
        if let (Some(accessed), Some(by_cohort)) = (headline.accessed, counts.get("account_summary")) {
            let mut recorded = Two::default();
            for (access, rows) in by_cohort.values().flatten() {
                recorded.add_rows(access, *rows, &["authentication", "data"], &["undetermined"]);
            }
            self.two("accounts accessed", accessed, recorded);
        }
        if let (Some(in_window), Some(by_exposure)) = (headline.in_window, counts.get("account_exposure")) {
            let mut recorded = Two::default();
            for (exposure, reasons) in by_exposure {
                let rows = reasons.values().sum();
                recorded.add_rows(exposure, rows, &["accessed", "exposed"], &["undetermined"]);
            }
            self.two("accounts in the window", in_window, recorded);
        }
    }

    /// Every account of a cohort that is told anything is told.
    fn told(&mut self, headline: &Headline, counts: &Counts) {
        for (cohort, told) in &headline.told {
            let sizes = counts.get("account_summary").and_then(|cohorts| cohorts.get(cohort));
            let size = sizes.map(|by_access| by_access.values().sum()).unwrap_or_default();
            self.one(&format!("accounts of the cohort {cohort} in notifications"), *told, size);
        }
    }

    fn into_result(self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Error::many(Kind::Difference, "the second engine counts other numbers than the run", self.0)
            .next("do not use this run; report it with the version of highwater and of the exports' system"))
    }
}

impl Two {
    fn add_rows(&mut self, word: &str, rows: u64, certain: &[&str], doubtful: &[&str]) {
        let mut one = Self::default();
        one.add(word, certain, doubtful);
        self.certain += one.certain * rows;
        self.at_most += one.at_most * rows;
    }
}

fn flat(counts: Option<&BTreeMap<String, BTreeMap<String, u64>>>) -> BTreeMap<(&str, &str), u64> {
    counts
        .into_iter()
        .flatten()
        .flat_map(|(state, reasons)| {
            reasons.iter().map(move |(reason, n)| ((state.as_str(), reason.as_str()), *n))
        })
        .collect()
}

fn count_by(path: &Path, by: (&str, &str)) -> Result<BTreeMap<String, BTreeMap<String, u64>>> {
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    each_row(path, &[by.0, by.1], |row| {
        let (first, second) = (text(row, 0), text(row, 1));
        match counts.get_mut(first).and_then(|inner| inner.get_mut(second)) {
            Some(rows) => *rows += 1,
            None => *counts.entry(first.to_owned()).or_default().entry(second.to_owned()).or_default() += 1,
        }
    })?;
    Ok(counts)
}

fn text<'r>(row: &[Option<&'r str>], index: usize) -> &'r str {
    row.get(index).copied().flatten().unwrap_or_default()
}

/// Calls `take` for each row with the named text columns.
fn each_row(path: &Path, columns: &[&str], mut take: impl FnMut(&[Option<&str>])) -> Result<()> {
    each_slice(path, columns, |frame| {
        let texts: Vec<&StringChunked> = columns
            .iter()
            .map(|name| frame.column(name).and_then(|c| c.str()).map_err(|e| unreadable(path, e)))
            .collect::<Result<_>>()?;
        for row in 0..frame.height() {
            let cells: Vec<Option<&str>> = texts.iter().map(|column| column.get(row)).collect();
            take(&cells);
        }
        Ok(())
    })
}

fn sum(path: &Path, column: &str) -> Result<u64> {
    let mut sum = 0;
    each_slice(path, &[column], |frame| {
        let numbers = frame.column(column).and_then(|c| c.i64()).map_err(|e| unreadable(path, e))?;
        sum += numbers.iter().flatten().filter_map(|n| u64::try_from(n).ok()).sum::<u64>();
        Ok(())
    })?;
    Ok(sum)
}

fn each_slice(path: &Path, columns: &[&str], mut take: impl FnMut(&DataFrame) -> Result<()>) -> Result<()> {
    let open = || File::open(path).map(ParquetReader::new).map_err(|e| Error::io("read", path, e));
    let rows = open()?.num_rows().map_err(|e| unreadable(path, e))?;
    let columns: Vec<String> = columns.iter().map(|c| (*c).to_owned()).collect();
    for offset in (0..rows).step_by(SLICE) {
        let frame = open()?
            .with_columns(Some(columns.clone()))
            .with_slice(Some((offset, SLICE)))
            .finish()
            .map_err(|e| unreadable(path, e))?;
        take(&frame)?;
    }
    Ok(())
}

fn unreadable(path: &Path, cause: polars::error::PolarsError) -> Error {
    Error::failed(format!("the second engine cannot read {}", path.display())).because(cause)
}
