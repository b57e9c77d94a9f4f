//! What the program knows without a query: the findings of intake, and of declared coverages.

use std::collections::BTreeSet;

use super::gathered::{Gathered, Noticed};
use crate::base::text::grouped;
use crate::case::Source;
use crate::incident::{Judged, coverage};

/// What intake could not read, or read only after finding something out.
pub(super) fn of_intake(sources: &[Source], gathered: &mut Gathered) {
    for source in sources {
        let mut add = |code: &str, column: Option<&str>, detail: Option<String>, count: u64| {
            let noticed = Noticed {
                code: code.to_owned(),
                table: source.table.clone(),
                source: Some(source.source.clone()),
                column: column.map(str::to_owned),
                detail,
                ..Noticed::default()
            };
            gathered.add(noticed, count);
        };
        let rejected = counted(source.rejected, source.read, "records");
        let rejected =
            source.odd_quotes.backslashes().map_or(rejected.clone(), |why| format!("{rejected}; {why}"));
        add("RECORD_REJECT", None, Some(rejected), source.rejected);
        for (column, count) in &source.odd_quotes.inside {
            add("QUOTE_INSIDE", Some(column), Some(counted(*count, source.stored, "cells")), *count);
        }
        for (column, count) in &source.field_rejects {
            add("FIELD_REJECT", Some(column), Some(counted(*count, source.stored, "cells")), *count);
        }
        for column in &source.unknown_columns {
            add("COLUMN_UNKNOWN", Some(column), None, 1);
        }
        for (column, count) in &source.zone_unstated {
            add("ZONE_UNSTATED", Some(column), Some(counted(*count, source.stored, "cells")), *count);
        }
        for (column, order) in inferred(source) {
            add("DATES_INFERRED", Some(column), Some(format!("read as {order}")), 1);
        }
        add("EMPTY_SOURCE", None, None, u64::from(source.read == 0));
    }
}

/// The orders of day and month that columns decided themselves. One that they could not decide is no order: its dates
/// are rejects.
fn inferred(source: &Source) -> impl Iterator<Item = (&String, &String)> {
    let is_stated = source.reading.dates_stated;
    source.reading.dates.iter().filter(move |(_, order)| !is_stated && *order != "contradictory")
}

/// What speaks against the declared coverages.
pub(super) fn of_coverage(judged: &[Judged], gathered: &mut Gathered) {
    // Several coverages may speak of one table: its rejected records count once, and stand in a row for each.
    let mut counted = BTreeSet::new();
    for coverage in judged {
        let noticed = |code: &str, source: Option<&String>, detail: String| Noticed {
            code: code.to_owned(),
            table: coverage.coverage.table.clone(),
            source: source.cloned(),
            subject: Some(coverage.of()),
            column: coverage.coverage.column.clone(),
            detail: Some(detail),
            ..Noticed::default()
        };
        for objection in &coverage.objections {
            gathered.add(noticed(objection.code, None, objection.detail.clone()), 1);
        }
        for (source, rejected) in &coverage.rejects {
            let detail = format!("{} rejected", grouped(*rejected));
            let is_first = counted.insert((&coverage.coverage.table, source));
            let count = if is_first { *rejected } else { 0 };
            gathered.add_row(noticed(coverage::COVERAGE_REJECTS, Some(source), detail), count);
        }
    }
}

/// What a count is of, such as `3 of 627 records`.
fn counted(count: u64, of: u64, what: &str) -> String {
    format!("{} of {} {what}", grouped(count), grouped(of))
}
