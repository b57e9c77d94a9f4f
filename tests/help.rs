//! The help as a person meets it: every verb's, as snapshots that a person has read (`tests/help/`, written by
//! `make docs`), what must hold of all of them, completions, manual, and "did you mean".

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what it expects by failing, or that it was skipped; the lints let only functions marked as tests do so"
)]

#[path = "help/commands.rs"]
mod commands;
#[path = "help/did_you_mean.rs"]
mod did_you_mean;
#[path = "help/shells.rs"]
mod shells;
#[path = "help/snapshots.rs"]
mod snapshots;
#[path = "help/statuses.rs"]
mod statuses;
