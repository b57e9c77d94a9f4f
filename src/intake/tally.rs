//! What was seen while a file was read, counted by column of ours.

use std::collections::BTreeMap;

use super::orders::OrdersSeen;
use super::rejects::Reason;
use super::suspect::is_escaped_by_backslash;
use crate::case::OddQuotes;

/// Distinct unmapped texts that are counted one by one for a column; the others share one count.
const TEXTS: usize = 100;
/// Characters of such a text that are kept.
const CHARACTERS: usize = 64;
/// Under this name the others are counted.
const OTHERS: &str = "…";

/// Counts of one chunk, or of a whole file.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Records that the splitter found: the count that is independent of the parser.
    pub read: u64,
    /// Records stored.
    pub stored: u64,
    /// Records rejected.
    pub rejected: u64,
    /// Blank lines.
    pub blank_lines: u64,
    /// Cells that could not be read.
    pub field_rejects: BTreeMap<String, u64>,
    /// Date-times and dates whose zone nobody stated.
    pub zone_unstated: BTreeMap<String, u64>,
    /// Texts that are no code of ours.
    pub unknown_codes: BTreeMap<String, BTreeMap<String, u64>>,
    /// Quotes that are not those of well-formed CSV.
    pub odd_quotes: OddQuotes,
    /// Dates that the order of day and month decides.
    pub orders: BTreeMap<String, OrdersSeen>,
}

impl Tally {
    pub fn unknown_code(&mut self, column: &str, text: &str) {
        let text: String = text.chars().take(CHARACTERS).collect();
        add_text(self.unknown_codes.entry(column.to_owned()).or_default(), text, 1);
    }

    /// Counts a rejected record.
    pub fn reject(&mut self, reason: Reason, raw: &[u8]) {
        self.rejected += 1;
        let is_for_quotes = match reason {
            Reason::QuoteSuspect | Reason::QuoteOpen => true,
            Reason::FieldCount => raw.contains(&b'"'),
            _ => false,
        };
        self.odd_quotes.rejected += u64::from(is_for_quotes);
        self.odd_quotes.escaped += u64::from(is_for_quotes && is_escaped_by_backslash(raw));
    }

    /// Adds the counts of the next chunk; chunks come in the file's order, so that the sum is always the same.
    pub fn add(&mut self, other: Self) {
        self.read += other.read;
        self.stored += other.stored;
        self.rejected += other.rejected;
        self.blank_lines += other.blank_lines;
        add_counts(&mut self.field_rejects, other.field_rejects);
        add_counts(&mut self.zone_unstated, other.zone_unstated);
        add_counts(&mut self.odd_quotes.inside, other.odd_quotes.inside);
        self.odd_quotes.rejected += other.odd_quotes.rejected;
        self.odd_quotes.escaped += other.odd_quotes.escaped;
        for (column, texts) in other.unknown_codes {
            let mine = self.unknown_codes.entry(column).or_default();
            for (text, count) in texts {
                add_text(mine, text, count);
            }
        }
        for (column, seen) in other.orders {
            let mine = self.orders.entry(column).or_default();
            mine.join(seen);
        }
    }
}

fn add_counts(mine: &mut BTreeMap<String, u64>, others: BTreeMap<String, u64>) {
    for (column, count) in others {
        *mine.entry(column).or_default() += count;
    }
}

fn add_text(texts: &mut BTreeMap<String, u64>, text: String, count: u64) {
    let text = if texts.len() < TEXTS || texts.contains_key(&text) { text } else { OTHERS.to_owned() };
    *texts.entry(text).or_default() += count;
}

/// Counts one more under a column.
pub(super) fn count(counts: &mut BTreeMap<String, u64>, column: &str) {
    match counts.get_mut(column) {
        Some(count) => *count += 1,
        None => {
            counts.insert(column.to_owned(), 1);
        }
    }
}
