//! Intake of CSV: nothing is lost, every cell means what 2-tables says, and the same bytes give the same store.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by failing, or that it was skipped; the lints let only functions marked as tests do so"
)]

#[path = "intake/statement.rs"]
mod statement;
#[path = "intake/support.rs"]
mod support;

#[path = "intake/balance.rs"]
mod balance;
#[path = "intake/cells.rs"]
mod cells;
#[path = "intake/changing.rs"]
mod changing;
#[path = "intake/dialect.rs"]
mod dialect;
#[path = "intake/encodings.rs"]
mod encodings;
#[path = "intake/exports.rs"]
mod exports;
#[path = "intake/facts.rs"]
mod facts;
#[path = "intake/files.rs"]
mod files;
#[path = "intake/hostile.rs"]
mod hostile;
#[path = "intake/links.rs"]
mod links;
#[path = "intake/patterns.rs"]
mod patterns;
#[path = "intake/peers.rs"]
mod peers;
#[path = "intake/pollution.rs"]
mod pollution;
#[path = "intake/property.rs"]
mod property;
#[path = "intake/quotes.rs"]
mod quotes;
#[path = "intake/record.rs"]
mod record;
