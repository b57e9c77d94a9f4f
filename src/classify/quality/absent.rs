//! Tables and columns that no source has, with the rules that can't decide without them: `TABLE_ABSENT` and
//! `COLUMN_ABSENT`. What a rule needs stands in the sidecar of its query.

use std::collections::{BTreeMap, BTreeSet};

use super::gathered::{Gathered, Noticed};
use crate::case::Source;
use crate::engine::canned::{Classify, Need, Place};

/// Names what is absent and needed.
pub(super) fn look(queries: &[Classify], sources: &[Source], gathered: &mut Gathered) {
    let fed = Fed::of(sources);
    for (place, rules) in fed.rules_without(queries) {
        // A column that others stand in for is not missed.
        if place.column.is_some() && rules.silent.is_empty() {
            continue;
        }
        let code = if place.column.is_some() { "COLUMN_ABSENT" } else { "TABLE_ABSENT" };
        let noticed = Noticed {
            code: code.to_owned(),
            table: place.table,
            column: place.column,
            detail: Some(rules.words()),
            ..Noticed::default()
        };
        gathered.add(noticed, 1);
    }
}

/// The tables that sources feed, and their columns.
struct Fed<'s> {
    tables: BTreeMap<&'s str, BTreeSet<&'s str>>,
}

/// Rules by query.
type ByQuery = BTreeMap<String, BTreeSet<String>>;

/// What an absent table or column does to rules.
#[derive(Default)]
struct Rules {
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
        for source in sources {
            tables.entry(&source.table).or_default().extend(source.columns.keys().map(String::as_str));
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
}

impl Rules {
    fn words(&self) -> String {
        let mut parts = Vec::new();
        if !self.whole.is_empty() {
            let queries: Vec<&str> = self.whole.iter().map(String::as_str).collect();
            parts.push(format!("no verdicts at all: {}", queries.join(", ")));
        }
        let silent: ByQuery = self
            .silent
            .iter()
            .filter(|(q, _)| !self.whole.contains(*q))
            .map(|(q, c)| (q.clone(), c.clone()))
            .collect();
        if !silent.is_empty() {
            parts.push(format!("can not decide: {}", listed(&silent)));
        }
        for (left, rules) in &self.weakened {
            parts.push(format!("decide by {left} alone: {}", listed(rules)));
        }
        parts.join("; ")
    }
}

fn listed(rules: &ByQuery) -> String {
    let of_query = |(query, codes): (&String, &BTreeSet<String>)| {
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        format!("{query} {}", codes.join(", "))
    };
    rules.iter().map(of_query).collect::<Vec<_>>().join("; ")
}
