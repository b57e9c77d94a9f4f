//! Tables and columns that no source has, with the rules that can't decide without them: `TABLE_ABSENT` and
//! `COLUMN_ABSENT`. What a rule needs stands in the sidecar of its query, what else follows from a column's absence in
//! the contract of its table.

use std::collections::{BTreeMap, BTreeSet};

use super::Ground;
use super::gathered::{Gathered, Noticed};
use crate::base::Result;
use crate::case::Source;
use crate::engine::canned::{Classify, Need, Place};
use crate::engine::tables;

/// Names what is absent and needed.
///
/// # Errors
/// When a contract is wrong.
pub(super) fn look(ground: &Ground<'_>, gathered: &mut Gathered) -> Result<()> {
    let fed = Fed::of(ground.sources);
    let mut absent = fed.rules_without(ground.queries);
    fed.add_consequences(&mut absent)?;
    for (place, mut rules) in absent {
        // Another profile may ask otherwise: a reason that somebody has did decide.
        rules.forget(|query, code| has_rows(ground, query, code));
        let detail = rules.words();
        let code = if place.column.is_some() { "COLUMN_ABSENT" } else { "TABLE_ABSENT" };
        let noticed =
            Noticed { code: code.to_owned(), table: place.table, column: place.column, ..Noticed::default() };
        if !detail.is_empty() {
            gathered.add(Noticed { detail: Some(detail), ..noticed }, 1);
        }
    }
    Ok(())
}

fn has_rows(ground: &Ground<'_>, query: &str, code: &str) -> bool {
    let states = ground.counts.get(query).into_iter().flat_map(BTreeMap::values);
    states.filter_map(|reasons| reasons.get(code)).any(|rows| *rows > 0)
}

/// The tables that sources feed, and their columns.
struct Fed<'s> {
    tables: BTreeMap<&'s str, BTreeSet<&'s str>>,
}

/// Rules by query.
type ByQuery = BTreeMap<String, BTreeSet<String>>;

/// What an absent table or column does.
#[derive(Default)]
struct Rules {
    /// What it makes of the rows of its table, in words.
    consequence: Option<&'static str>,
    /// Queries that have no subjects now.
    whole: BTreeSet<String>,
    /// Rules that can't decide.
    silent: ByQuery,
    /// Rules that can decide by something else only.
    weakened: BTreeMap<String, ByQuery>,
}

impl<'s> Fed<'s> {
    fn of(sources: &'s [Source]) -> Self {
        let mut tables: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for source in sources.iter().filter(|source| source.record().feeds()) {
            tables.entry(&source.table).or_default().extend(source.columns.keys().map(String::as_str));
            if source.reading.account_id.is_some() {
                tables.entry(&source.table).or_default().insert("account_id");
            }
        }
        Self { tables }
    }

    fn has(&self, place: &Place) -> bool {
        let columns = self.tables.get(place.table.as_str());
        match &place.column {
            None => columns.is_some(),
            Some(column) => columns.is_some_and(|columns| columns.contains(column.as_str())),
        }
    }

    /// What is absent: the whole table when no source feeds it, else the column.
    fn absent(&self, place: &Place) -> Option<Place> {
        if self.has(place) {
            return None;
        }
        let is_fed = self.tables.contains_key(place.table.as_str());
        let column = if is_fed { place.column.clone() } else { None };
        Some(Place { table: place.table.clone(), column })
    }

    fn rules_without(&self, queries: &[Classify]) -> BTreeMap<Place, Rules> {
        let mut absent: BTreeMap<Place, Rules> = BTreeMap::new();
        for query in queries {
            for place in query.needs.iter().flat_map(|need| &need.one_of).filter_map(|p| self.absent(p)) {
                absent.entry(place).or_default().whole.insert(query.id.clone());
            }
            for reason in &query.reasons {
                for need in &reason.needs {
                    self.add(&query.id, &reason.code, need, &mut absent);
                }
            }
        }
        absent
    }

    fn add(&self, query: &str, code: &str, need: &Need, absent: &mut BTreeMap<Place, Rules>) {
        let left: Vec<String> =
            need.one_of.iter().filter(|place| self.has(place)).map(ToString::to_string).collect();
        for place in need.one_of.iter().filter_map(|place| self.absent(place)) {
            let rules = absent.entry(place).or_default();
            let by_query = if left.is_empty() {
                &mut rules.silent
            } else {
                rules.weakened.entry(left.join(" or ")).or_default()
            };
            by_query.entry(query.to_owned()).or_default().insert(code.to_owned());
        }
    }

    /// What follows for the rows of a table that some source feeds, of columns that none of them has.
    fn add_consequences(&self, absent: &mut BTreeMap<Place, Rules>) -> Result<()> {
        for table in tables::all()? {
            for column in &table.columns {
                let place = Place { table: table.name.clone(), column: Some(column.name.clone()) };
                let is_fed = self.tables.contains_key(table.name.as_str());
                if let Some(consequence) = column.absent.as_deref().filter(|_| is_fed && !self.has(&place)) {
                    absent.entry(place).or_default().consequence = Some(consequence);
                }
            }
        }
        Ok(())
    }
}

impl Rules {
    /// Leaves out rules that decided all the same, those of queries that have no subjects, and among those that decide
    /// by something else the ones that can't decide.
    fn forget(&mut self, decided: impl Fn(&str, &str) -> bool) {
        let Self { whole, silent, weakened, .. } = self;
        retain(silent, |query, code| !whole.contains(query) && !decided(query, code));
        for rules in weakened.values_mut() {
            let is_silent =
                |query: &str, code: &str| silent.get(query).is_some_and(|codes| codes.contains(code));
            retain(rules, |query, code| !whole.contains(query) && !is_silent(query, code));
        }
        weakened.retain(|_, rules| !rules.is_empty());
    }

    fn words(&self) -> String {
        let mut parts: Vec<String> = self.consequence.iter().map(|text| (*text).to_owned()).collect();
        if !self.whole.is_empty() {
            let queries: Vec<&str> = self.whole.iter().map(String::as_str).collect();
            parts.push(format!("no verdicts at all: {}", queries.join(", ")));
        }
        if !self.silent.is_empty() {
            parts.push(format!("can not decide: {}", listed(&self.silent)));
        }
        for (left, rules) in &self.weakened {
            parts.push(format!("decide by {left} alone: {}", listed(rules)));
        }
        parts.join("; ")
    }
}

fn retain(rules: &mut ByQuery, keep: impl Fn(&str, &str) -> bool) {
    for (query, codes) in rules.iter_mut() {
        codes.retain(|code| keep(query, code));
    }
    rules.retain(|_, codes| !codes.is_empty());
}

fn listed(rules: &ByQuery) -> String {
    let of_query = |(query, codes): (&String, &BTreeSet<String>)| {
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        format!("{query} {}", codes.join(", "))
    };
    rules.iter().map(of_query).collect::<Vec<_>>().join("; ")
}
