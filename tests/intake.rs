//! Intake of CSV: nothing is lost, every cell means what 2-tables says, and the same bytes give the same store.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what it expects by failing; the lints let only functions marked as tests do so"
)]

#[path = "intake/support.rs"]
mod support;

#[path = "intake/cells.rs"]
mod cells;
#[path = "intake/files.rs"]
mod files;
#[path = "intake/hostile.rs"]
mod hostile;
#[path = "intake/property.rs"]
mod property;
#[path = "intake/record.rs"]
mod record;
