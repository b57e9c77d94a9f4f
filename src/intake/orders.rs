//! Whether day or month comes first: what the dates of a file's columns say of themselves (2-tables, "Instants are
//! intervals").

use std::collections::BTreeMap;

use super::plan::PlannedFile;
use crate::base::instant::{DateOrder, Orders};
use crate::engine::tables::ColumnKind;

/// Which orders of day and month a column's dates permit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct OrdersSeen {
    /// Dates that only day first can be.
    dmy: u64,
    /// Dates that only month first can be.
    mdy: u64,
}

/// What a column's dates say of their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrderFound {
    /// All can be read so, and some not otherwise.
    Decided(DateOrder),
    /// Some can be read day first only, others month first only.
    Contradictory,
    /// All can be read both ways.
    Undecided,
}

impl OrdersSeen {
    /// Takes one date more.
    pub fn add(&mut self, orders: Orders) {
        match (orders.dmy, orders.mdy) {
            (true, false) => self.dmy += 1,
            (false, true) => self.mdy += 1,
            _ => {}
        }
    }

    /// Takes what another part of the column says.
    pub fn join(&mut self, other: Self) {
        self.dmy += other.dmy;
        self.mdy += other.mdy;
    }

    /// The order that the column's own dates decide: a part above 12 in at least one, and none that contradicts.
    pub fn found(self) -> OrderFound {
        match (self.dmy > 0, self.mdy > 0) {
            (true, false) => OrderFound::Decided(DateOrder::Dmy),
            (false, true) => OrderFound::Decided(DateOrder::Mdy),
            (true, true) => OrderFound::Contradictory,
            (false, false) => OrderFound::Undecided,
        }
    }

    /// How many dates decide it.
    pub fn deciding(self) -> u64 {
        self.dmy + self.mdy
    }
}

/// The order of day and month by column, stated or found out.
pub(super) fn dates(
    file: &PlannedFile,
    orders: &BTreeMap<String, DateOrder>,
    seen: &BTreeMap<String, OrdersSeen>,
) -> BTreeMap<String, String> {
    let mut dates: BTreeMap<String, String> =
        orders.iter().map(|(column, order)| (column.clone(), order.word().to_owned())).collect();
    for (column, _) in seen.iter().filter(|(_, seen)| seen.found() == OrderFound::Contradictory) {
        dates.insert(column.clone(), "contradictory".to_owned());
    }
    if let Some(order) = file.stated.dates {
        let pairs = file.columns.table.columns.iter().zip(&file.columns.places);
        let instants = pairs.filter(|(c, place)| c.kind == ColumnKind::Instant && place.is_some());
        dates.extend(instants.map(|(column, _)| (column.name.clone(), order.word().to_owned())));
    }
    dates
}

/// The orders that columns decide themselves.
pub(super) fn decided(seen: &BTreeMap<String, OrdersSeen>) -> BTreeMap<String, DateOrder> {
    let decided = |(column, seen): (&String, &OrdersSeen)| match seen.found() {
        OrderFound::Decided(order) => Some((column.clone(), order)),
        _ => None,
    };
    seen.iter().filter_map(decided).collect()
}

/// What was found out about the order of dates, in words.
pub(super) fn order_notes(seen: &BTreeMap<String, OrdersSeen>) -> Vec<String> {
    let note = |(column, seen): (&String, &OrdersSeen)| match seen.found() {
        OrderFound::Decided(order) => format!(
            "{column}: dates are read as {}, decided by {} with a part above 12",
            order.word(),
            seen.deciding()
        ),
        OrderFound::Contradictory => format!(
            "{column}: some dates are day first, some month first: all such dates are rejects; state --dates"
        ),
        OrderFound::Undecided => format!(
            "{column}: nothing decides whether day or month comes first: all such dates are rejects; state --dates"
        ),
    };
    seen.iter().map(note).collect()
}
